"""One person at one screen: pages, and the promises that every page keeps whatever it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from agencies.demo import BUREAUS, TOWNSHIPS
from tests.browser.product import PASSWORD, Product

MOBILE_AGENT = (
    "Mozilla/5.0 (Linux; Android 10; M2004J19C) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0.0.0 Mobile Safari/537.36"
)
SCREENS: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "user_agent": MOBILE_AGENT,
    },
    "office": {"viewport": {"width": 1366, "height": 768}},
}

#: Words of the trade that users write in Latin letters themselves.
ENGLISH = re.compile(
    r"^(Word|Excel|WPS|Ctrl|Enter|Alt|Tab|Esc|PDF|JPE?G|PNG|WebP|HTML|xlsx?|docx|csv|GPS|CGCS|WGS|GCJ|BD|MB|KB|ID|X|Y)$"
)
#: What is not prose: release marks, file names, accounts, hashes, numbers, initials.
VERBATIM = re.compile(
    r"版本 \S+|[\w.–-]+\.(?:xlsx|docx|pdf|jpe?g|png|csv)\b"
    r"|\b[a-z0-9]+\.(?:filler|deputy|head|officer|approver)\b|\b[0-9a-f]{12,}\b"
    r"|\b(?:office|leader|discipline|procuratorate|custodian2?|auditor|sysadmin)\b"
    r"|\b[A-Z]{2,3}-[A-Z]?\d+(?:\.\d+)?[a-z]?\b"  # codes of a campaign's tasks
    r"|\b[A-Z]+-?\d[\w-]*|[“（]?ygcsc[”）]?"
)
#: Codes of units, shown and given as examples where units are kept.
CODES = {"county", "office", *BUREAUS, *TOWNSHIPS, *(code for row in TOWNSHIPS.values() for code in row[2])}
VISIBLE_WORDS = """() => {
  const found = [], skip = "code,kbd,script,style,template,noscript,[data-verbatim]";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const box = node.parentElement;
    if (!box.closest(skip) && box.checkVisibility()) found.push(node.textContent);
  }
  for (const box of document.querySelectorAll("[placeholder],[aria-label],[title],[alt],input[type=submit]"))
    if (!box.closest(skip) && box.checkVisibility())
      for (const name of ["placeholder", "aria-label", "title", "alt"])
        found.push(box.getAttribute(name) || "");
  return [document.title, ...found];
}"""
#: What a page is built of: every element in its parent, words and numbers aside, there once or more often.
#: Two pages of one shape are one to axe.
SHAPE = """() => {
  const words = new Set(["href", "src", "value", "nonce", "content", "action", "datetime", "title", "max",
    "min", "aria-label", "placeholder", "alt"]);
  const said = (a) => words.has(a.name) ? (a.value.trim() ? "+" : "") : a.value.replace(/[0-9]+/g, "#");
  const name = (node) => node.tagName + [...node.attributes]
    .filter((a) => !a.name.startsWith("data-")).map((a) => `[${a.name}=${said(a)}]`).sort().join("");
  const counts = new Map([[document.title.trim() ? "titled" : "untitled", 1]]);
  for (const node of document.querySelectorAll("*")) {
    if (node.closest("script,style,head") || node.parentElement?.closest("svg")) continue;
    const text = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
    const key = `${node.parentElement ? name(node.parentElement) : ""}>${name(node)}${text ? "+" : ""}`;
    counts.set(key, Math.min((counts.get(key) || 0) + 1, 2));
  }
  return [...counts].map((pair) => pair.join("*")).sort().join("\\n");
}"""
AXE = Axe()
#: Shapes that axe found nothing in, each on its screen.
JUDGED: set[tuple[str, str]] = set()


def english_in(page: Page, quoted: tuple[str, ...] = ()) -> list[str]:
    """Latin words shown to the reader that are no words of the trade and not `quoted` from a user's file."""
    found = []
    for text in page.evaluate(VISIBLE_WORDS):
        for word in sorted(quoted, key=len, reverse=True):
            text = text.replace(word, "")
        words = re.findall(r"[A-Za-z]{2,}", VERBATIM.sub(" ", text))
        found += [
            f"{word} in {text.strip()[:60]!r}"
            for word in words
            if not ENGLISH.match(word) and word not in CODES
        ]
    return found


class Desk:
    """A browser of one person. Whatever goes wrong behind a page is kept in `problems`."""

    def __init__(self, browser: Browser, product: Product, screen: str, username: str = "", **options: Any):
        self.product, self.screen, self.username = product, screen, username
        self.problems: list[str] = []
        self._allowed: set[int] = set()
        self.context: BrowserContext = browser.new_context(
            base_url=product.url, locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True,
            reduced_motion="reduce",  # axe judges colours at rest, not half-way through a fade
            **SCREENS[screen] | options,
        )
        self.context.set_default_timeout(15_000)
        self.context.on("page", self._watch)
        self.context.on("request", self._request)
        self.context.on("response", self._response)
        if username:
            self.context.add_cookies(product.cookies(username))
        self.page: Page = self.context.new_page()

    # -- what is watched -----------------------------------------------------------------------------

    def _watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"script fault on {page.url}: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        # the browser's own line about a 4xx answer: judged by _response, which knows the status
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and not request.url.startswith(self.product.url):
            self.problems.append(f"request to another origin: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._allowed:
            self.problems.append(f"{response.status} from {response.request.method} {response.url}")

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Inside, answers of these statuses are what the test is about."""
        self._allowed |= set(statuses)
        try:
            yield
        finally:
            self._allowed -= set(statuses)

    # -- what every page keeps -----------------------------------------------------------------------

    def check(self, page: Page | None = None, *, quoted: tuple[str, ...] = ()) -> None:
        """No axe violation, no English, nothing wider than the screen."""
        page = page or self.page
        page.wait_for_load_state()  # a page that has only begun has no root element to judge
        where = f"{page.url} as {self.username or 'nobody'} on {self.screen}"
        shape = (self.screen, sha256(page.evaluate(SHAPE).encode()).hexdigest())
        if shape not in JUDGED:
            results = AXE.run(page)
            faults = [
                f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}"
                for v in results.response["violations"]
            ]
            assert not faults, f"axe on {where}: {faults}"
            JUDGED.add(shape)
        words = english_in(page, quoted)
        assert not words, f"English on {where}: {words}"
        self.fits(page)

    def fits(self, page: Page | None = None) -> None:
        """Nothing scrolls sideways."""
        page = page or self.page
        wide, room = page.evaluate("(({scrollWidth: w, clientWidth: c}) => [w, c])(document.documentElement)")
        assert wide <= room, f"{page.url} is {wide} px wide on {room} px"

    # -- what people do ------------------------------------------------------------------------------

    def go(self, path: str, *, check: bool = False) -> Page:
        """Open an address of the product."""
        self.page.goto(path)
        if check:
            self.check()
        return self.page

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        """Type name and password on the sign-in page."""
        self.username = username
        if "/login/" not in self.page.url:
            self.page.goto("/login/")
        self.page.get_by_role("textbox", name="账号").fill(username)
        self.page.get_by_role("textbox", name="密码").fill(password)
        self.page.get_by_role("button", name="登录", exact=True).click()
        return self.page

    def press(self, name: str, *, exact: bool = False) -> None:
        """Press the button, or follow the link, of that name; a new page is there when this returns."""
        self.button(name, exact=exact).click()
        self.page.wait_for_load_state()

    def at(self, pattern: str) -> str:
        """Where the browser is, once it has come to an address that ends like `pattern`.

        A click returns before its page is left: an address read at once may still be the form's.
        """
        self.page.wait_for_url(re.compile(f"{pattern}$"))
        return self.page.url

    def button(self, name: str, *, exact: bool = False) -> Locator:
        """The one visible button or link of that name in the page's body."""
        main = self.page.locator("main")
        both = main.get_by_role("button", name=name, exact=exact).or_(
            main.get_by_role("link", name=name, exact=exact)
        )
        return both.filter(visible=True).first

    def close(self) -> None:
        """Leave; anything that went wrong on the way fails the test."""
        self.context.close()
