"""The official workbook: previewed by cell, taken back red, mended, taken in once."""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from playwright.sync_api import Page, expect

from core.files import XLSX
from tests.browser.desk import Desk
from tests.browser.steps import SAMPLES, downloaded, workbook

BATCH = {"phone": "甲批", "office": "乙批"}
CLEAN, MESSY = "form1-qingshi-2022-09-clean.xlsx", "form1-messy.xlsx"


def upload(one: Desk, name: str, data: bytes) -> Page:
    """From 台账 to the preview of a workbook."""
    page = one.go("/ledgers/")
    one.press("表格导入")
    one.press("导入巡查检查台账")
    page.get_by_label(re.compile("填报单位")).select_option(label="青石镇人民政府")
    file = {"name": name, "mimeType": XLSX, "buffer": data}
    page.get_by_label(re.compile("表格文件")).set_input_files([file])
    one.press("上传并检查")
    results = page.get_by_role("heading", level=2).filter(has_text=re.compile("检查结果|导入结果"))
    expect(results).to_be_visible()
    one.check(quoted=("Sheet1", "CONCATENATE"))
    return page


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def own_rows(data: bytes, screen: str) -> bytes:
    """The same file with remarks of its own, so that each screen brings rows nobody brought before."""
    book = load_workbook(io.BytesIO(data))
    for row in book.worksheets[0].iter_rows(min_row=4):
        if str(row[0].value or "").strip().isnumeric():
            row[-1].value = f"{row[-1].value or ''}（{BATCH[screen]}）"
    return saved(book)


def fact(page: Page, label: str) -> str:
    """One fact of the receipt."""
    return page.locator("dl.facts > div", has_text=label).locator("dd").first.inner_text()


def test_the_clean_sample_adds_24_rows_and_the_second_time_none(desk, screen):
    one = desk("qingshi.filler", screen)
    data = own_rows((SAMPLES / CLEAN).read_bytes(), screen)
    page = upload(one, CLEAN, data)
    assert fact(page, "可新增") == "24条"
    expect(page.get_by_role("heading", name="需要改正")).to_have_count(0)
    one.press("确认导入24")
    expect(page.get_by_role("status").first).to_contain_text("新增24")
    one.check()
    page = upload(one, CLEAN, data)
    assert fact(page, "已导入过") == "24条"
    expect(page.locator("main")).to_contain_text("0 条新增")
    one.check()


def test_the_messy_sample_is_named_by_cell_mended_and_taken_in(desk, screen):
    one = desk("qingshi.filler", screen)
    page = upload(one, MESSY, own_rows((SAMPLES / MESSY).read_bytes(), screen))
    refused = page.locator("section", has=page.get_by_role("heading", name="需要改正"))
    expect(refused).to_contain_text("（G3）")
    expect(refused).to_contain_text("2022年9月31日不存在")
    expect(refused).to_contain_text("（J10）")
    expect(refused).to_contain_text("填报单位为黄沙乡")

    book = workbook(downloaded(page, "下载标注后的表格"))
    sheet = book["Sheet1"]
    assert sheet["G3"].fill.fill_type == "solid"
    assert "9月31日" in sheet["G3"].comment.text
    assert sheet["J10"].comment is not None
    sheet["G3"] = "填写时间：2022年9月30日"
    sheet["J10"] = "责令停产"
    sheet["B11"] = "青石镇上湾村石门沟"
    book.remove(book["黄沙乡"])

    page = upload(one, "mended.xlsx", saved(book))
    expect(page.get_by_role("heading", name="需要改正")).to_have_count(0)
    assert fact(page, "可新增") == "6条"
    one.press("确认导入6")
    expect(page.get_by_role("status").first).to_contain_text("新增6")
    one.check(quoted=("Sheet1",))


def test_a_file_that_is_no_workbook_is_answered_in_words(desk, screen):
    one = desk("qingshi.filler", screen)
    page = one.go("/ledgers/uploads/new/patrol/", check=True)
    file = {"name": "台账.xlsx", "mimeType": XLSX, "buffer": b"<html>not a workbook</html>"}
    page.get_by_label(re.compile("表格文件")).set_input_files([file])
    with one.expecting(400):
        one.press("上传并检查")
        expect(page.get_by_role("alert")).to_be_focused()
        one.check()
    assert page.title().startswith("错误")
