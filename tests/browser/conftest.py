"""One product and one Chromium for all browser tests; a desk for each person in a test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import SCREENS, Desk
from tests.browser.product import Product, running

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--lang=zh-CN",
]


def chromium() -> str:
    """The browser that Debian ships; its shell without windows where it is there."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return next(filter(None, found), "")


LAUNCH = {"executable_path": chromium(), "args": ARGUMENTS, "env": {**os.environ, "LANGUAGE": "zh_CN"}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, started once."""
    with running(tmp_path_factory.mktemp("product") / "home") as started:
        yield started


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    """Chromium. Of the package, not of the session: its event loop must not outlive these tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**LAUNCH)
        yield browser
        browser.close()


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest) -> str:
    """phone (390×844) and office (1366×768)."""
    return request.param


@pytest.fixture
def desk(product: Product, chrome: Browser) -> Iterator[Callable[..., Desk]]:
    """`desk("qingshi.filler", "phone")`: a signed-in browser; `desk("", …)`: nobody's."""
    desks: list[Desk] = []

    def sit(username: str = "", screen: str = "office", **options: object) -> Desk:
        desks.append(Desk(chrome, product, screen, username, **options))
        return desks[-1]

    yield sit
    for one in desks:
        one.close()
    problems = [f"{one.username} on {one.screen}: {problem}" for one in desks for problem in one.problems]
    assert not problems, "\n".join(problems)
