"""Every room of the main navigation for every kind of role: open to whom it should be, and sound."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

BUSINESS = (
    "shangwan.filler",
    "shangwan.head",
    "qingshi.filler",
    "qingshi.deputy",
    "qingshi.head",
    "nr.officer",
    "nr.approver",
    "nr.head",
    "police.officer",
    "forestry.officer",
    "office",
    "leader",
    "discipline",
    "procuratorate",
)
SYSTEM = ("auditor", "sysadmin")  # no business content
ROOMS = {"待办": "/todo/", "台账": "/ledgers/", "督办": "/duties/", "报表": "/reports/", "更多": "/more/"}
ON_THE_PHONE = ("shangwan.filler", "qingshi.deputy", "office", "sysadmin")


def walk(desk, username: str, screen: str) -> None:
    """Open every room from the navigation and check each page."""
    one = desk(username, screen)
    one.go("/notices/", check=True)
    for name, url in ROOMS.items():
        one.page.get_by_role("navigation", name="主导航").get_by_role("link", name=name, exact=True).click()
        expect(one.page).to_have_url(re.compile(re.escape(url)))
        expect(one.page.get_by_role("heading", level=1)).to_have_count(1)
        one.check()


@pytest.mark.parametrize("username", BUSINESS)
def test_every_room_opens_to_those_who_work_in_it(desk, username):
    walk(desk, username, "office")


@pytest.mark.parametrize("username", ON_THE_PHONE[:3])
def test_every_room_fits_the_phone(desk, username):
    walk(desk, username, "phone")


PAGES = {
    "office": (
        "/ledgers/entries/",
        "/ledgers/sites/",
        "/ledgers/sites/1/",
        "/ledgers/sheets/1/",
        "/ledgers/sheets/1/print/",
        "/ledgers/sheets/blank/",
        "/ledgers/uploads/",
        "/cases/leads/",
        "/cases/leads/1/",
        "/duties/coverage/",
        "/reports/figures/",
        "/reports/1/",
        "/reports/1/print/",
        "/search/?q=青石",
        "/more/people/",
        "/more/units/",
        "/more/acting/",
    ),
    "qingshi.filler": ("/ledgers/grid/?sites=1", "/ledgers/special/", "/ledgers/uploads/new/patrol/"),
    "sysadmin": (
        "/more/",
        "/more/people/",
        "/more/people/add/",
        "/more/people/1/",
        "/more/people/locked/",
        "/more/units/",
        "/more/units/add/",
        "/more/units/2/",
        "/password/",
    ),
    "auditor": ("/more/", "/more/audit/", "/password/"),
}
BUSINESS_PAGES = ("/todo/", "/ledgers/", "/ledgers/entries/", "/cases/leads/", "/duties/", "/reports/")


@pytest.mark.parametrize("username", PAGES)
def test_pages_behind_the_rooms_are_sound_at_both_sizes(desk, screen, username):
    one = desk(username, screen)
    for path in PAGES[username]:
        one.go(path)
        expect(one.page.get_by_role("heading", level=1)).to_have_count(1)
        one.check(quoted=tuple(one.page.locator("td[data-label=单位代码]").all_inner_texts()))


@pytest.mark.parametrize("username", SYSTEM)
def test_system_roles_have_no_room_of_business(desk, username):
    one = desk(username, "office")
    one.go("/more/")
    links = one.page.get_by_role("navigation", name="主导航").get_by_role("link")
    assert links.all_inner_texts() == ["更多"]
    for path in BUSINESS_PAGES:
        with one.expecting(403, 404):
            answer = one.page.goto(path)
            assert answer.status in (403, 404) or one.page.url.endswith("/more/"), f"{path}: {answer.status}"
    one.check()


def test_nobody_is_led_to_sign_in_and_back(desk, screen):
    one = desk("", screen)
    page = one.go("/ledgers/entries/")
    expect(page).to_have_url(re.compile(r"/login/\?next="))
    one.sign_in("nr.officer")
    expect(page).to_have_url(re.compile("/ledgers/entries/$"))


def test_a_page_that_is_not_there_says_what_to_do(desk, screen):
    one = desk("qingshi.filler", screen)
    with one.expecting(404):
        one.go("/ledgers/entries/99999999/", check=True)
        expect(one.page.get_by_role("searchbox")).to_be_visible()
        one.press("回到首页")
    expect(one.page).to_have_url(re.compile("/todo/$"))
