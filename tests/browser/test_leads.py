"""A tip is taken down at a desk, checked, answered; who told it is shown to two custodians only."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import confirm, photo

WHERE = {"phone": "石门村南沟岔口", "office": "石门村北沟岔口"}
NAME = {"phone": "吴匿一", "office": "吴匿二"}


def fill_intake(page, screen: str) -> None:
    page.get_by_label("来源", exact=True).select_option(label="举报电话")
    page.get_by_label(re.compile("^情况")).fill("沟里夜间有两台挖掘机作业，货车往外拉料")
    page.get_by_label(re.compile("^位置")).fill(WHERE[screen])
    page.get_by_label(re.compile("^当事人")).fill("不详")
    page.get_by_label(re.compile("^照片")).set_input_files([photo((80, 70, 60))])


@pytest.fixture
def tip(desk, screen):
    """A tip with its informant at the desk of natural resources; (desk, address)."""
    one = desk("nr.officer", screen)
    page = one.go("/cases/leads/", check=True)
    one.press("登记线索")
    expect(page.get_by_label("举报人姓名")).not_to_be_visible()
    fill_intake(page, screen)
    page.get_by_label(re.compile("^举报人姓名")).fill(NAME[screen])
    page.get_by_label(re.compile("^举报人电话")).fill("13800138000")
    one.check()
    one.press("登记", exact=True)
    expect(page.locator("main")).to_contain_text("有举报人信息，由保管人保管")
    assert NAME[screen] not in page.content()
    one.check()
    return one, page.url


def test_a_tip_is_registered_checked_and_answered(desk, screen, tip):
    one, url = tip
    page = one.page
    one.press("登记核查结果")
    page.get_by_text("属实", exact=True).click()
    page.get_by_label(re.compile("^核查情况")).fill("现场有新鲜采挖面，机械已离开")
    page.get_by_label(re.compile("^现场照片")).set_input_files([photo((60, 90, 60))])
    one.check()
    one.press("登记", exact=True)
    expect(page.locator(".standing")).to_contain_text("已核实，待处置反馈")
    one.check()
    one.press("反馈处置结果")
    page.get_by_text("现场处置、责令整改").click()
    page.get_by_label(re.compile("^处置结果")).fill("责令停止，采坑已填平，设立警示牌")
    one.check()
    one.press("反馈", exact=True)
    expect(page.locator(".standing")).to_contain_text("已核销")
    one.check()

    office = desk("office", screen)
    page = office.go(url, check=True)
    expect(page.locator("main")).to_contain_text("采坑已填平")
    assert "有举报人信息" not in page.content()


def test_a_lead_is_passed_on_signed_and_sent_back(desk, screen):
    one = desk("nr.officer", screen)
    page = one.go("/cases/leads/new/")
    page.get_by_label("来源", exact=True).select_option(label="卫片图斑")
    page.get_by_label(re.compile("^情况")).fill("河滩图斑有采挖痕迹")
    page.get_by_label(re.compile("^位置")).fill({"phone": "河口村东滩", "office": "河口村西滩"}[screen])
    one.press("登记", exact=True)
    url = one.at(r"/leads/\d+/")
    one.press("分派")
    other = page.get_by_text("其他单位（在下面选择）")
    if other.count():
        other.click()
    page.get_by_role("combobox").filter(visible=True).select_option(label="水利局")
    page.get_by_label(re.compile("^分派意见")).fill("在河道管理范围内，请核查")
    one.check()
    one.press("分派", exact=True)
    expect(page.locator(".standing")).to_contain_text("已分派，待签收")
    one.check()

    water = desk("water.officer", screen)
    page = water.go(url, check=True)
    confirm(page, "退回分派", "不在河道管理范围内")
    expect(page.locator(".standing")).to_contain_text("自然资源局")
    expect(page.locator(".timeline")).to_contain_text("不在河道管理范围内")


def test_two_custodians_open_what_is_sealed_once(desk, screen, tip):
    first, second = desk("custodian", screen), desk("custodian2", screen)
    page = first.go("/cases/leads/informants/", check=True)
    page.locator("main table a").first.click()
    url = first.at(r"/informants/\d+/")
    confirm(page, "申请查看", "需要回访核实位置")
    first.check()
    page = second.go(url, check=True)
    second.press("同意查看")
    page = first.go(url)
    first.press("查看（只能一次）")
    expect(page.locator("main")).to_contain_text(NAME[screen])
    first.check()
    page = first.go(url)
    assert NAME[screen] not in page.content()
