"""Entering and leaving the house: sign-in, lock-out, a due password, large text, an empty `back`."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

MAIN_PAGES = ("/todo/", "/ledgers/", "/duties/", "/reports/", "/more/", "/notices/", "/password/")


def test_one_signs_in_and_sees_what_is_owed(desk, screen):
    one = desk("", screen)
    one.go("/login/", check=True)
    page = one.sign_in("shangwan.filler")
    expect(page).to_have_url(re.compile("/todo/$"))
    expect(page.get_by_text("上湾村填表人").first).to_be_attached()
    one.check()


def test_a_wrong_password_is_answered_in_words_and_the_fifth_closes_the_pair(desk, screen):
    username = {"phone": "power.officer", "office": "transport.officer"}[screen]
    one = desk("", screen)
    with one.expecting(400, 429):
        for _ in range(4):
            page = one.sign_in(username, "wrong-password-1")
            expect(page.get_by_role("alert")).to_contain_text("密码")
        one.check()
        one.sign_in(username, "wrong-password-1")
        page = one.sign_in(username)
        expect(page.get_by_text(re.compile("15 ?分钟"))).to_be_visible()
        one.check()
    assert page.url.endswith("/login/")


def test_a_reset_password_must_be_changed_before_anything_else(desk, screen):
    keeper = desk("sysadmin", "office")
    username = {"phone": "shaliang.head", "office": "qiangou.head"}[screen]
    page = keeper.go("/more/people/")
    page.get_by_role("link", name={"phone": "沙梁村主要负责人", "office": "前沟村主要负责人"}[screen]).click()
    keeper.check()
    keeper.press("重置密码")
    keeper.check()
    first = page.locator("dt", has_text="初始密码").locator("+ dd").inner_text()

    one = desk("", screen)
    page = one.sign_in(username, first)
    expect(page.get_by_role("heading", level=1)).to_have_text("修改密码")
    one.check()
    page.goto("/todo/")
    expect(page.get_by_role("heading", level=1)).to_have_text("修改密码")
    page.get_by_label("当前密码").fill(first)
    page.get_by_label("新密码", exact=True).fill("Shanxi-2026-hao")
    page.get_by_label("再输一遍新密码").fill("Shanxi-2026-hao")
    page.get_by_role("button", name="保存新密码").click()
    page.goto("/todo/")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("修改密码")


def test_large_text_is_eighteen_pixels_and_stays(desk, screen):
    one = desk("shangwan.head", screen)
    page = one.go("/todo/")
    page.locator(".menu summary").click()
    with page.expect_response("**/prefs/large-text/"):
        page.get_by_role("button", name="大字").click()
    expect(page.locator("html.large")).to_be_attached()
    page.goto("/duties/")
    size, line = page.evaluate(
        "(() => { const s = getComputedStyle(document.querySelector('main'));"
        " return [parseFloat(s.fontSize), parseFloat(s.lineHeight)]; })()"
    )
    assert size >= 18
    assert line >= 1.3 * size
    for path in MAIN_PAGES:
        one.go(path, check=True)


def test_after_sign_out_back_shows_nothing(desk, product, screen):
    one = desk("", screen)
    page = one.sign_in("xiawan.filler")
    page.goto("/notices/")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/login/"))
    page.go_back()
    expect(page).to_have_url(re.compile("/login/"))
    expect(page.get_by_role("textbox", name="密码")).to_be_visible()
    assert "下湾村填表人" not in page.locator("header").inner_text()
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_locked_screen_comes_back_to_the_same_page(desk, screen):
    one = desk("", screen)
    page = one.sign_in("xiawan.head")
    page.goto("/notices/")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="锁屏").click()
    expect(page.get_by_role("textbox", name="密码")).to_be_visible()
    one.sign_in("xiawan.head")
    expect(page).to_have_url(re.compile("/notices/$"))


@pytest.mark.parametrize("path", MAIN_PAGES)
def test_main_pages_need_no_sideways_scroll_at_320_pixels(desk, path):
    one = desk("qingshi.filler", "phone", viewport={"width": 320, "height": 640})
    one.go(path, check=True)


@pytest.mark.parametrize("path", MAIN_PAGES)
def test_main_pages_bear_200_percent_zoom(desk, path):
    one = desk("office", "office", viewport={"width": 683, "height": 384}, device_scale_factor=2)
    one.go(path, check=True)
