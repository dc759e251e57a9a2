"""More than one person, more than one try: the first wins, the other is told; sent twice acts once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.steps import confirm, fill_patrol, photo, send, today

FORM = "/ledgers/entries/new/"


def rows_at(one: Desk, place: str) -> int:
    """How many live rows name this place."""
    page = one.go(f"/ledgers/entries/?q={place}")
    words = page.locator(".count").first.inner_text()
    return int(re.search(r"共 ([\d,]+)", words)[1].replace(",", ""))


def submitted_sheet(one: Desk, place: str) -> str:
    """File a row and submit its sheet; returns the sheet's address."""
    page = one.go(FORM)
    fill_patrol(page, location=place, mineral="煤")
    send(page)
    page.get_by_role("link", name="查看台账").click()
    page.get_by_role("button", name=re.compile("^提交")).first.click()
    expect(page.get_by_role("status").first).to_contain_text("已提交")
    return page.url


def appoint(desk, username: str, unit: str, person: str) -> None:
    """The head of a unit appoints an acting head."""
    head = desk(username, "office")
    page = head.go("/more/acting/add/", check=True)
    page.get_by_label("单位", exact=True).select_option(label=unit)
    page.get_by_label("代理的职务").select_option(label="主要负责人")
    person_box = page.get_by_label("代理人员")
    person_box.select_option(value=person_box.locator("option", has_text=person).get_attribute("value"))
    page.get_by_label("开始日期").fill(f"{today():%Y-%m-%d}")
    page.get_by_label("依据").fill("主要负责人外出学习")
    page.locator("main").get_by_role("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("代理人员")


def test_of_two_who_sign_at_once_one_wins_and_the_other_keeps_his_words(desk, screen):
    village, label, unit = {
        "phone": ("xiawan", "下湾村", "青石镇下湾村村民委员会"),
        "office": ("liulin", "柳林村", "白杨镇柳林村村民委员会"),
    }[screen]
    deputy = {"xiawan": "qingshi.deputy", "liulin": "baiyang.deputy"}[village]
    appoint(desk, f"{village}.head", unit, deputy)
    sheet = submitted_sheet(desk(f"{village}.filler", screen), f"{label}会签沟口")
    first, second = desk(f"{village}.head", screen), desk(deputy, screen)
    one, other = first.go(sheet), second.go(sheet)
    other.locator("summary", has_text="签批").first.click()
    other.locator("details.act[open]").get_by_role("textbox").fill("同意，请抓紧整改")
    confirm(one, "签批")
    expect(one.get_by_role("status").first).to_contain_text("已签批")
    with second.expecting(409):
        other.get_by_role("button", name="确认签批").click()
        alert = other.get_by_role("alert")
        expect(alert).to_contain_text("主要负责人")
        expect(alert).to_contain_text(re.compile(r"\d{1,2}[:：]\d\d"))
        expect(alert.get_by_role("textbox")).to_have_value("同意，请抓紧整改")
        second.check()


def test_a_form_tapped_twice_is_filed_once(desk, screen):
    one = desk("shangwan.filler", screen)
    place = f"上湾村连点沟{screen == 'phone' and '甲' or '乙'}"
    page = one.go(FORM)
    fill_patrol(page, location=place, mineral="煤")
    page.evaluate(
        """() => { const form = document.querySelector("form[data-draft-key]");
        form.requestSubmit(); form.requestSubmit(); form.querySelector("button[type=submit]").click(); }"""
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("已提交")
    assert rows_at(one, place) == 1


def test_back_and_send_again_is_filed_once(desk, screen):
    one = desk("shangwan.filler", screen)
    place = f"上湾村回头沟{screen == 'phone' and '甲' or '乙'}"
    page = one.go(FORM)
    fill_patrol(page, location=place, mineral="煤")
    token = page.locator("form[data-draft-key] input[name=token]").input_value()
    send(page)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("填巡查记录")
    box = page.locator("form[data-draft-key] input[name=token]")
    if box.input_value() == token:  # the browser kept the form: it is the same sending
        if not page.get_by_label(re.compile("巡查检查区域位置")).input_value():
            fill_patrol(page, location=place, mineral="煤")
        send(page)
    assert rows_at(one, place) == 1


def test_a_reply_lost_on_the_way_does_not_file_twice(desk, screen):
    one = desk("shangwan.filler", screen)
    place = f"上湾村断网沟{screen == 'phone' and '甲' or '乙'}"
    page = one.go(FORM)
    fill_patrol(page, location=place, mineral="煤")
    page.get_by_label(re.compile("^照片")).set_input_files([photo()])
    lost: list[str] = []

    def lose(route, request) -> None:
        if request.method != "POST" or lost:
            route.continue_()
            return
        lost.append(request.url)
        route.fetch(max_redirects=0)  # the server has it; the answer never comes
        route.abort("connectionreset")

    page.route("**/ledgers/entries/new/", lose)
    page.locator("main").get_by_role("button", name="提交", exact=True).click()
    page.wait_for_timeout(1500)
    assert lost
    page.unroute("**/ledgers/entries/new/")
    one.go(FORM)  # starts anew: the draft brought back is the same sending
    page.get_by_role("button", name="恢复草稿").click()
    expect(page.get_by_label(re.compile("巡查检查区域位置"))).to_have_value(place)
    send(page)
    assert rows_at(one, place) == 1


def test_a_duty_is_urged_once_a_day(desk):
    one = desk("office", "office")
    page = one.go("/todo/?tab=watch", check=True)
    buttons = page.get_by_role("button", name=re.compile("催报"))
    if not buttons.count():
        pytest.skip("nothing is late in the demo county today")
    name = buttons.first.get_attribute("aria-label")
    buttons.first.click()
    expect(page.get_by_role("status").first).to_contain_text("催报")
    one.check()
    page.goto("/todo/?tab=watch")
    expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_text("今天已催报").first).to_be_visible()
