"""批量填报: a block from a spreadsheet, bad cells marked in place, saved whole; by keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.steps import today

ROWS = 20


def block(place: str) -> list[list[str]]:
    """Twenty rows as they are copied from a spreadsheet; the third and the seventh are wrong."""
    rows = [
        [f"{place}{n}号点", "煤", "无", "是", "否", "否", "否", "无异常", "夜间巡查" if n % 5 == 0 else ""]
        for n in range(1, ROWS + 1)
    ]
    rows[2][2] = "也许"
    rows[6][4] = "说不准吧"
    return rows


def test_a_pasted_block_is_marked_where_it_is_wrong_and_saved_when_mended(desk, screen):
    code, place = {
        "phone": ("huangsha", "黄沙乡沙梁村红土沟"),
        "office": ("baiyang", "白杨镇柳林村东沟"),
    }[screen]
    one = desk(f"{code}.filler", screen, permissions=["clipboard-read", "clipboard-write"])
    page = one.go("/ledgers/grid/", check=True)
    page.get_by_label("填报单位").select_option(code)
    text = "\n".join("\t".join(row) for row in block(place))
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.get_by_label("第1行巡查检查区域位置").click()
    page.keyboard.press("Control+V")
    expect(page.get_by_label(f"第{ROWS}行巡查检查区域位置")).to_have_value(f"{place}{ROWS}号点")
    submit = page.get_by_role("button", name="提交", exact=True)
    with one.expecting(400):
        submit.click()
        problems = page.get_by_role("alert")
        expect(problems).to_be_focused()
    expect(problems).to_contain_text("第3行")
    expect(problems).to_contain_text("第7行")
    bad = page.locator("input[aria-invalid=true]")
    expect(bad).to_have_count(2)
    expect(page.get_by_label(re.compile("第3行有无采矿证"))).to_have_value("也许")
    one.check()
    problems.get_by_role("link").first.click()
    expect(page.get_by_label(re.compile("第3行有无采矿证"))).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("无")
    page.get_by_label(re.compile("第7行是否存在非法违法盗采")).fill("否")
    expect(bad).to_have_count(0)
    submit.click()
    expect(page.get_by_role("status").first).to_contain_text(f"已存入{ROWS}行")
    one.check()
    assert page.get_by_text(re.compile(f"{place}\\d+号点")).count() >= ROWS


def test_twenty_rows_by_keyboard_alone(desk):
    one = desk("huangsha.filler", "office")
    page = one.go("/ledgers/grid/")
    page.get_by_label("填报单位").select_option("huangsha")
    expect(page.get_by_label("巡查日期")).to_have_value(f"{today():%Y-%m-%d}")
    page.get_by_label("第1行巡查检查区域位置").focus()
    for n in range(1, ROWS + 1):
        page.keyboard.type(f"黄沙乡前沟村西梁沟{n}号井")
        page.keyboard.press("Enter")
    page.get_by_label("第1行矿种").focus()
    page.keyboard.type("铁矿")
    for _ in range(ROWS - 1):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Control+d")
    for column in ("有无采矿证", "是否浅层煤浅层矿"):
        page.get_by_label(re.compile(f"第1行{column}")).focus()
        page.keyboard.type({"有无采矿证": "无"}.get(column, "否"))
        page.keyboard.press("ArrowDown")
        for _ in range(ROWS - 1):
            page.keyboard.press("Control+d")
    page.get_by_role("button", name="全部未发现").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"已存入{ROWS}行")
