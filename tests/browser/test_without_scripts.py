"""Old browsers: sign in, file, submit, review and download with JavaScript switched off."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.steps import DONE


def test_the_core_tasks_need_no_scripts(desk, screen):
    code, place = "huangsha", {"phone": "黄沙乡沙梁村前坡", "office": "黄沙乡沙梁村后坡"}[screen]
    filler = desk("", screen, java_script_enabled=False)
    page = filler.sign_in(f"{code}.filler")
    expect(page).to_have_url(re.compile("/todo/$"))
    page.goto("/ledgers/")
    filler.press("填巡查记录")
    page.get_by_label(re.compile("填报单位")).select_option(label="黄沙乡人民政府")
    page.get_by_label(re.compile("巡查检查区域位置")).fill(place)
    page.get_by_label(re.compile("矿种")).fill("煤")
    for group, word in (("有无采矿证", "无"), ("浅层", "是")):
        page.get_by_role("group", name=re.compile(group)).get_by_role("radio", name=word, exact=True).check()
    page.get_by_role("radio", name=re.compile("未发现问题")).check()
    page.locator("main").get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(DONE)
    page.get_by_role("link", name="查看台账").click()
    expect(page.locator("table.ledger")).to_contain_text(place)
    page.get_by_role("button", name=re.compile("^提交")).first.click()
    expect(page.locator("main")).to_contain_text("等待分管领导审核")
    sheet = page.url

    deputy = desk("", screen, java_script_enabled=False)
    page = deputy.sign_in(f"{code}.deputy")
    page.goto(sheet)
    page.get_by_label("退回原因").fill("请补充照片")
    page.get_by_role("button", name="退回填表人").click()
    expect(page.locator("main")).to_contain_text("已退回")

    page = filler.page
    page.goto(sheet)
    page.get_by_role("button", name=re.compile("^提交")).first.click()
    expect(page.locator("main")).to_contain_text("等待分管领导审核")
    page = deputy.page
    page.goto(sheet)
    page.locator("summary", has_text="审核通过").first.click()
    page.get_by_role("button", name="确认审核通过").click()
    expect(page.locator("main")).to_contain_text("已审核通过")
    head = desk("", screen, java_script_enabled=False)
    page = head.sign_in(f"{code}.head")
    page.goto(sheet)
    page.locator("summary", has_text="签批").first.click()
    page.get_by_role("button", name="确认签批").click()
    expect(page.locator("main")).to_contain_text("已签批")

    office = desk("", screen, java_script_enabled=False)
    page = office.sign_in("office")
    page.goto("/reports/?tab=accepted")
    page.locator("main table").get_by_role("link").first.click()
    for name in ("下载表格", "下载公文"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name).click()
        assert waiting.value.suggested_filename.endswith((".xlsx", ".docx"))
