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
