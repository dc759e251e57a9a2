"""Who knows an affair: one is let in, one stays out, it is sealed, whoever looks says why – on both sizes."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.steps import confirm

PLACE = {"phone": "青石镇上湾村后坡", "office": "青石镇下湾村前坡"}


def reported(one: Desk, place: str) -> str:
    """A special report of the bureau itself; returns the lead's address."""
    page = one.go("/ledgers/special/")
    page.get_by_label("情况").first.fill("后坡有挖掘机连夜作业。")
    page.get_by_label(re.compile("^位置")).first.fill(place)
    one.press("立即报告")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已报告")
    page = one.go("/cases/leads/")
    page.get_by_role("row", name=re.compile(place)).get_by_role("link").first.click()
    return one.at(r"/cases/leads/\d+/")


def said(page: Page, words: str) -> None:
    """What the page answers to an act."""
    expect(page.get_by_role("status").first).to_contain_text(words)


def test_one_is_let_in_one_stays_out_and_it_is_sealed(desk, screen):
    officer, approver = desk("nr.officer", screen), desk("nr.approver", screen)
    head, water = desk("nr.head", screen), desk("water.officer", screen)
    lead = reported(officer, PLACE[screen])

    page = head.go(lead)
    page.get_by_role("link", name="知悉和回避", exact=True).click()
    rights = head.at("/rights/")
    head.check()
    head.press("邀请协办", exact=True)
    head.check()
    page.get_by_label("人员", exact=True).select_option(label="水利局 水利局承办人（water.officer）")
    page.get_by_label("协办事项").fill("协助勘测河道")
    page.get_by_label(re.compile("^有效至")).fill("2030-01-01")
    with head.expecting(400):
        head.press("邀请", exact=True)
        expect(page.get_by_role("alert")).to_contain_text("不能超过一年")
    head.check()
    day = page.evaluate("new Date(Date.now() + 7 * 86400000).toISOString().slice(0, 10)")
    page.get_by_label(re.compile("^有效至")).fill(day)
    head.press("邀请", exact=True)
    said(page, "已邀请")
    head.check()
    guest = water.go(lead, check=True)
    expect(guest.get_by_text("您受邀协办")).to_be_visible()

    page = approver.go(rights, check=True)
    approver.press("提出回避", exact=True)
    approver.check()
    page.get_by_label("人员", exact=True).select_option(label="自然资源局 自然资源局承办人（nr.officer）")
    page.get_by_label("回避事由").fill("与当事人是近亲属")
    approver.press("提出", exact=True)
    said(page, "由另一人决定")
    approver.check()
    recusal = approver.at(r"/recusals/\d+/")
    page = head.go("/todo/")
    page.get_by_role("link", name=re.compile("决定一件回避")).first.click()
    page = head.go(recusal, check=True)
    confirm(page, "决定回避", "情况属实")
    said(page, "已决定回避")
    head.check()
    with officer.expecting(404):
        officer.go(lead)
    assert PLACE[screen] not in officer.go("/cases/leads/").content()

    page = approver.go(rights)
    approver.press("提出封存", exact=True)
    approver.check()
    page.get_by_label("事由").fill("线索敏感")
    approver.press("提出", exact=True)
    sealing = approver.at(r"/sealings/\d+/")
    confirm(head.go(sealing, check=True), "同意")
    said(head.page, "已登记：同意")
    page = water.go(lead, check=True)
    expect(page.get_by_role("heading", level=1)).to_contain_text("查看事由")
    with water.expecting(400):
        water.press("查看", exact=True)
        expect(page.get_by_role("alert")).to_contain_text("请填写查看事由")
    water.check()
    page.get_by_label("查看事由").fill("核对勘测范围")
    water.press("查看", exact=True)
    expect(page.get_by_text("已封存")).to_be_visible()
    page = head.go(rights, check=True)
    expect(page.get_by_text("核对勘测范围")).to_be_visible()
