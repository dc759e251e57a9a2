"""Digging is reported at once: one screen, one tap, an alarm, 已阅; nobody else learns of it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.steps import photo

TEXT = {"phone": "两台挖掘机正在沟里作业，司机见人后跑了", "office": "三辆货车夜里拉矿，正往县道开"}

PLACE = {"phone": "石门村红土沟东岔", "office": "石门村红土沟西岔"}


def test_a_special_report_alarms_the_leaders_and_is_acknowledged(desk, screen):
    village = desk("shimen.filler", screen)
    page = village.go("/ledgers/")
    village.press("特殊情况报告")
    village.check()
    page.get_by_label(re.compile("^情况")).fill(TEXT[screen])
    page.get_by_label(re.compile("^位置")).fill(PLACE[screen])
    page.get_by_label(re.compile("^照片")).set_input_files([photo((90, 60, 40))])
    village.press("立即报告")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已报告")
    village.check()
    told = page.locator("dl.facts > div", has_text="已通知")
    expect(told).to_contain_text("青石镇分管领导")
    expect(told).to_contain_text("青石镇主要负责人")
    expect(told).to_contain_text("自然资源局承办人")
    page.get_by_role("link", name="查看线索").click()
    lead = village.at(r"/cases/leads/\d+/")
    village.check()
    row = page.locator("tr", has_text="青石镇分管领导").first
    expect(row).to_contain_text("未阅")

    deputy = desk("qingshi.deputy", screen)
    page = deputy.go("/todo/", check=True)
    page.get_by_role("region", name="需要已阅的通知").get_by_role("button").first.click()
    expect(page).to_have_url(lead)
    expect(page.locator("main")).to_contain_text(TEXT[screen])
    deputy.check()
    page = village.go(lead)
    expect(page.locator("tr", has_text="青石镇分管领导").first).not_to_contain_text("未阅")

    outsider = desk("baiyang.filler", screen)
    with outsider.expecting(404):
        answer = outsider.page.goto(lead)
        assert answer.status == 404
        outsider.check()
        hidden = re.sub(r"\d+", "", outsider.page.locator("main").inner_text())
        missing = outsider.page.goto(re.sub(r"\d+/$", "987654/", lead))
        assert missing.status == 404
        assert re.sub(r"\d+", "", outsider.page.locator("main").inner_text()) == hidden
    page = outsider.go("/cases/leads/")
    assert TEXT[screen] not in page.content()


def test_a_finding_filed_in_the_form_raises_a_lead_on_the_receipt(desk, screen):
    one = desk("hekou.filler", screen)
    page = one.go("/ledgers/entries/new/")
    place = {"phone": "河口村挖沙滩甲", "office": "河口村挖沙滩乙"}[screen]
    page.get_by_label(re.compile("巡查检查区域位置")).fill(place)
    page.get_by_label(re.compile("矿种")).fill("河砂")
    for group, word in (("有无采矿证", "无"), ("浅层", "否")):
        page.get_by_role("group", name=re.compile(group)).get_by_text(word, exact=True).click()
    assert not page.get_by_label(re.compile("制止取缔")).is_visible()
    page.get_by_text("发现问题，或情况不清").click()
    for group, word in (("盗采", "是"), ("越层", "否"), ("违规生产", "否")):
        page.get_by_role("group", name=re.compile(group)).get_by_text(word, exact=True).click()
    page.get_by_label(re.compile("制止取缔")).fill("现场责令停止，扣押挖掘机1台")
    one.check()
    one.press("提交", exact=True)
    expect(page.locator("dl.facts > div", has_text="线索")).to_contain_text("已即时报告")
    one.check()
