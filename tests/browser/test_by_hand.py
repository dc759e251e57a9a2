"""Hands on a keyboard or a thumb on glass: few taps, no mouse, an input method that does not submit."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.steps import DONE

TAPS = 8


def test_a_patrol_without_findings_at_a_known_site_takes_at_most_eight_taps(desk, screen):
    one = desk("shangwan.filler", screen)
    page = one.go("/todo/")
    taps = 0

    def tap(target) -> None:
        nonlocal taps
        target.tap() if screen == "phone" else target.click()
        taps += 1

    tap(page.get_by_role("navigation", name="主导航").get_by_role("link", name="台账", exact=True))
    tap(one.button("填巡查记录"))
    tap(page.get_by_role("link", name=re.compile("同上次")))
    expect(page).to_have_url(re.compile("like=last"))
    tap(page.get_by_role("combobox", name=re.compile("监管对象")))
    options = page.get_by_role("listbox", name="可选项").get_by_role("option")
    tap(options.nth(1))
    tap(page.get_by_text("未发现问题（"))
    tap(one.button("提交", exact=True))
    expect(page.get_by_role("heading", level=1)).to_contain_text(DONE)
    assert taps <= TAPS


def tab_to(page: Page, name: str, limit: int = 80) -> None:
    """Tab until the focus stands on what is called so."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        label = page.evaluate(
            """() => { const e = document.activeElement;
            return [e.getAttribute("aria-label"), ...(e.labels ? [...e.labels].map(l => l.textContent) : []),
              e.textContent].filter(Boolean).join(" ").trim(); }"""
        )
        if re.match(name, label):
            return
    raise AssertionError(f"no Tab stop called {name}")


def test_a_patrol_is_filed_by_keyboard_alone_in_the_order_of_the_form(desk):
    one = desk("shimen.filler", "office")
    page = one.go("/todo/")
    page.keyboard.press("Alt+2")
    expect(page).to_have_url(re.compile("/ledgers/$"))
    tab_to(page, "填巡查记录")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("填巡查记录")
    tab_to(page, "监管对象")
    page.keyboard.type("dg")
    option = page.get_by_role("listbox", name="可选项").get_by_role("option").first
    expect(option).to_contain_text(re.compile("东沟|大沟|独"))
    page.keyboard.press("Enter")
    tab_to(page, "有$|无$|不清$")
    page.keyboard.press("ArrowRight")
    tab_to(page, "是$|否$|不清$")
    page.keyboard.press("ArrowRight")
    tab_to(page, "未发现问题")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(DONE)


def test_enter_that_ends_a_composition_does_not_submit(desk):
    one = desk("shimen.filler", "office")
    page = one.go("/ledgers/special/")
    place = page.get_by_label(re.compile("^位置"))
    place.focus()
    keys = one.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "hongtugou", "selectionStart": 9, "selectionEnd": 9})
    keys.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process", "code": "Enter"},
    )
    page.keyboard.press("Enter")
    keys.send("Input.insertText", {"text": "红土沟"})
    page.wait_for_timeout(300)
    expect(page).to_have_url(re.compile("/ledgers/special/$"))
    expect(place).to_be_focused()
    expect(place).to_have_value("红土沟")
    page.keyboard.press("Enter")  # no composition: on to the next field
    expect(place).not_to_be_focused()
    expect(page).to_have_url(re.compile("/ledgers/special/$"))


def test_the_keys_are_explained_on_a_question_mark(desk):
    one = desk("shimen.filler", "office")
    page = one.go("/todo/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    one.check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
