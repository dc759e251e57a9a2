"""What was typed is not lost: a killed browser, an ended session, another person at the same machine."""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import LAUNCH
from tests.browser.desk import SCREENS
from tests.browser.steps import nothing_found, photo, pick_site, send

FORM = "/ledgers/entries/new/"
OFFER = "有一份未提交的草稿"


def processes_of(folder: Path) -> list[int]:
    """The main process of the Chromium that keeps its profile in `folder`."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                line = (place / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(folder) in line and "--type=" not in line:
                found.append(int(place.name))
    return found


def test_a_browser_killed_while_typing_loses_at_most_ten_letters(product, chrome, tmp_path, screen):
    text = "上午沿东沟逐点查看，废弃井口封堵完好，没有新的车辙和机械作业痕迹，已提醒看护人员注意。" * 2
    options = {
        "base_url": product.url,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        **SCREENS[screen],
        **LAUNCH,
    }
    kind = chrome.browser_type
    profile = tmp_path / "profile"
    context = kind.launch_persistent_context(profile, **options)
    context.add_cookies(product.new_session("xiawan.filler"))
    page = context.new_page()
    page.goto(FORM)
    page.get_by_label(re.compile("巡查检查区域位置")).fill("下湾村东沟")
    page.locator("summary", has_text="备注").click()
    remark = page.get_by_label(re.compile("^备注"))
    remark.click()
    for letter in text:
        page.keyboard.insert_text(letter)
        time.sleep(0.03)  # thirty letters a second: faster than anyone types
    for pid in processes_of(profile):
        os.kill(pid, signal.SIGKILL)
    with suppress(Error):  # it may or may not have noticed yet that it is dead
        context.close()

    context = kind.launch_persistent_context(profile, **options)
    context.add_cookies(product.new_session("xiawan.filler"))
    page = context.new_page()
    page.goto(FORM)
    expect(page.get_by_text(OFFER)).to_be_visible()
    page.get_by_role("button", name="恢复草稿").click()
    kept = page.get_by_label(re.compile("^备注")).input_value()
    assert text.startswith(kept)
    assert len(kept) >= len(text) - 10
    expect(page.get_by_label(re.compile("巡查检查区域位置"))).to_have_value("下湾村东沟")
    context.close()


def test_a_closed_page_offers_its_draft_and_a_refused_one_is_gone(desk, screen):
    one = desk("shimen.filler", screen)
    page = one.go(FORM)
    page.get_by_label(re.compile("巡查检查区域位置")).fill("石门村红土沟口")
    expect(page.get_by_text(re.compile("已存 "))).to_be_visible(timeout=15_000)
    page.close()
    one.page = one.context.new_page()
    page = one.go(FORM)
    expect(page.get_by_text(OFFER)).to_be_visible()
    one.check()
    expect(page.get_by_label(re.compile("巡查检查区域位置"))).to_have_value("")
    page.get_by_role("button", name="不用，重新填").click()
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text(OFFER)).to_be_hidden()


def test_a_session_that_ended_is_renewed_in_place_and_every_field_arrives(desk, product, screen):
    username = {"phone": "liulin.filler", "office": "hekou.filler"}[screen]
    session = product.new_session(username)
    one = desk("", screen)
    one.context.add_cookies(session)
    page = one.go(FORM)
    pick_site(page, "河段" if screen == "office" else "私挖点")
    place = f"{'柳林' if screen == 'phone' else '河口'}村西沟尽头"
    page.get_by_label(re.compile("巡查检查区域位置")).fill(place)
    page.get_by_label(re.compile("矿种")).fill("河砂")
    page.get_by_role("group", name=re.compile("有无采矿证")).get_by_text("不清", exact=True).click()
    page.get_by_role("group", name=re.compile("浅层")).get_by_text("否", exact=True).click()
    nothing_found(page)
    page.get_by_label(re.compile("坐标")).first.fill("111.5123, 39.4123")
    page.get_by_label(re.compile("^照片")).set_input_files([photo()])
    page.locator("summary", has_text="备注").click()
    page.get_by_label(re.compile("人数")).fill("3")
    page.get_by_label(re.compile("^备注")).fill("会话中断前写的备注")

    other = desk("", "office")  # signs the same session out at the server
    other.context.add_cookies(session)
    other.go("/notices/")
    other.page.locator(".menu summary").click()
    other.page.get_by_role("button", name="退出登录").click()
    expect(other.page).to_have_url(re.compile("/login/"))

    with one.expecting(401, 403):
        page.locator("main").get_by_role("button", name="提交", exact=True).click()
        dialog = page.get_by_role("dialog", name="请重新登录")
        expect(dialog).to_be_visible()
        one.check()
        dialog.get_by_label("密码").fill("minewatch-demo")
        dialog.get_by_role("button", name="登录并继续").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("已提交")
    page.locator("dl.facts").get_by_role("link").first.click()
    main = page.locator("main")
    for words in (place, "河砂", "会话中断前写的备注", "39.412300"):
        expect(main).to_contain_text(words)
    expect(page.locator("dl.facts > div", has_text="出动人数")).to_contain_text("3")
    expect(main.locator("img")).to_have_count(1)
    one.check()


def test_another_person_at_the_same_machine_sees_no_draft(desk, product, screen):
    one = desk("", screen)
    page = one.sign_in("shaliang.filler")
    expect(page).to_have_url(re.compile("/todo/"))
    page.goto(FORM)
    page.get_by_label(re.compile("巡查检查区域位置")).fill("沙梁村柳树沟的秘密")
    expect(page.get_by_text(re.compile("已存 "))).to_be_visible(timeout=15_000)
    one.context.clear_cookies()  # the session ended; nobody signed out
    page = one.sign_in("qiangou.filler") if page.goto("/login/") else page
    expect(page).to_have_url(re.compile("/todo/"))
    page.goto(FORM)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text(OFFER)).to_be_hidden()
    assert "秘密" not in page.content()
    names = page.evaluate(
        """async () => {
          const all = await indexedDB.databases();
          if (!all.length) return [];
          const asked = r => new Promise(done => { r.onsuccess = () => done(r.result); });
          const db = await asked(indexedDB.open("minewatch"));
          if (!db.objectStoreNames.contains("drafts")) return [];
          return asked(db.transaction("drafts").objectStore("drafts").getAllKeys());
        }"""
    )
    assert names == []
    one.context.clear_cookies()
    page.goto("/login/")
    one.sign_in("shaliang.filler")
    expect(page).to_have_url(re.compile("/todo/"))
    page.goto(FORM)
    expect(page.get_by_text(OFFER)).to_be_visible()  # the server kept it for its owner
    page.get_by_role("button", name="不用，重新填").click()


@pytest.mark.parametrize("path", [FORM, "/ledgers/special/", "/ledgers/grid/"])
def test_a_form_sent_empty_says_what_is_missing_and_moves_the_focus_there(desk, screen, path):
    one = desk("hougou.filler", screen)
    page = one.go(path, check=True)
    with one.expecting(400):
        page.locator("main form").last.evaluate("form => form.requestSubmit()")
        alert = page.get_by_role("alert").first
        expect(alert).to_be_focused()
        one.check()
    links = alert.get_by_role("link")
    if links.count():
        links.first.click()
        assert page.evaluate("document.activeElement.matches('input,select,textarea')")


def test_a_sent_form_leaves_no_draft(desk, screen):
    username = {"phone": "baiyangcun.filler", "office": "qiangou.filler"}[screen]
    one = desk(username, screen)
    page = one.go(FORM)
    pick_site(page, "河段")
    page.get_by_role("group", name=re.compile("有无采矿证")).get_by_text("无", exact=True).click()
    page.get_by_role("group", name=re.compile("浅层")).get_by_text("否", exact=True).click()
    nothing_found(page)
    send(page)
    one.go(FORM)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text(OFFER)).to_be_hidden()


def test_drafts_written_at_once_are_all_readable_and_the_last_one_stays(desk, screen):
    """A fresh browser makes one key however many writes begin before it lies there."""
    page = desk("shangwan.filler", screen).go(FORM)
    found = page.evaluate(
        """async () => {
          const writes = [1, 2, 3, 4, 5].map((n) => mw.store.put("probe", { n }));
          await Promise.all([...writes, mw.store.put("other", { n: 9 })]);
          const kept = [await mw.store.get("probe"), await mw.store.get("other")];
          await mw.store.drop("probe"); await mw.store.drop("other");
          return kept.map((row) => row.value.n);
        }"""
    )
    assert found == [5, 9]


def test_the_draft_of_a_lead_comes_back_without_who_told_it(desk, screen):
    form, told = "/cases/leads/new/", "沟口有挖掘机进出"
    one = desk("water.officer", screen)
    page = one.go(form)
    sent: list[str] = []
    page.on("request", lambda asked: "/drafts/save/" in asked.url and sent.append(asked.post_data or ""))
    page.locator("#id_source").select_option("phone")
    page.locator("#id_informant_name").fill("赵举报")
    page.locator("#id_wants_answer").check()
    page.locator("#id_text").fill(told)
    until = time.monotonic() + 25
    while not any(told in body for body in sent) and time.monotonic() < until:
        page.wait_for_timeout(250)
    expect(page.locator("[data-draft-status]")).to_contain_text("已存")
    assert any(told in body for body in sent)
    assert not any(word in body for body in sent for word in ("赵举报", "informant_name", "wants_answer"))
    page = one.go(form)
    expect(page.get_by_text(OFFER)).to_be_visible()
    page.get_by_role("button", name="恢复草稿").click()
    expect(page.locator("#id_text")).to_have_value(told)
    expect(page.locator("#id_source")).to_have_value("phone")
    expect(page.locator("#id_informant_name")).to_have_value("")
    expect(page.get_by_text("草稿不存这一栏")).to_be_visible()
