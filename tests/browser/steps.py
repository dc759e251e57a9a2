"""What several journeys do alike, as a user does it."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook, load_workbook
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
DONE = "已提交"


def photo(colour: tuple[int, int, int] = (120, 110, 90)) -> dict[str, object]:
    """A small photo as a phone hands it over."""
    out = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(out, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def pick_site(page: Page, typed: str, name: str = "") -> str:
    """Choose a site by name, or by its initials, from the type-ahead; returns its name."""
    box = page.get_by_role("combobox", name=re.compile("监管对象"))
    box.click()
    box.fill(typed)
    options = page.get_by_role("listbox", name="可选项").get_by_role("option")
    option = options.filter(has_text=name or typed).filter(has=page.locator(".muted")).first
    chosen = option.locator("span").first.inner_text()
    option.click()
    expect(box).to_have_value(re.compile(re.escape(chosen)))
    return chosen


def answer(page: Page, group: str, word: str) -> None:
    """Tap the answer `word` of the question `group`."""
    page.get_by_role("group", name=re.compile(group)).get_by_text(word, exact=True).click()


def nothing_found(page: Page) -> None:
    """One tap says that nothing was found."""
    page.get_by_text("未发现问题（").click()


def fill_patrol(page: Page, *, site: str = "", location: str = "", mineral: str = "") -> None:
    """A patrol without findings."""
    if site:
        pick_site(page, site)
    if location:
        page.get_by_label("巡查检查区域位置").fill(location)
    if mineral:
        page.get_by_label("矿种").fill(mineral)
    answer(page, "有无采矿证", "无")
    answer(page, "是否浅层煤浅层矿", "否")
    nothing_found(page)


def send(page: Page) -> None:
    """Press 提交 and wait for the receipt."""
    page.locator("main").get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(DONE)


def confirm(page: Page, act: str, text: str = "") -> None:
    """Unfold an act that asks for a remark, write it and confirm."""
    page.locator("summary", has_text=act).first.click()
    box = page.locator("details.act[open]")
    if text:
        box.get_by_role("textbox").fill(text)
    box.get_by_role("button", name=f"确认{act}").click()


def open_duty(one: Desk, words: str) -> Page:
    """From 待办 to the page where a duty is done."""
    page = one.go("/todo/")
    item = page.locator("ul.todo > li", has_text=re.compile(words)).first
    expect(item).to_be_visible()
    item.get_by_role("link").last.click()  # the one tap; the first link tells about the duty
    return page


def month_before_the_demo() -> str:
    """A month of which nobody has reported: the demo county's story begins after its first day."""
    start = today() - dt.timedelta(days=today().weekday() + 7 * 12)
    return f"{start.replace(day=1) - dt.timedelta(days=1):%Y-%m}"


def today() -> dt.date:
    """Today in the county."""
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()


def this_month() -> str:
    """2026年11月"""
    return f"{today().year}年{today().month}月"


def make_report(one: Desk, kind: str, period: str) -> Page:
    """Generate a draft from the form, follow the job to its end, open the report."""
    page = one.go("/reports/", check=True)
    one.press("生成报表")
    page.get_by_text(kind, exact=True).click()
    page.get_by_label("期间").fill(period)
    one.check()
    one.press("生成草稿")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"生成{kind}")
    one.check()
    page.get_by_role("link", name="打开报表").click(timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text(kind)
    one.check()
    return page


def downloaded(page: Page, name: str) -> bytes:
    """Press a download link; returns the file."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile(name)).first.click()
    return Path(waiting.value.path()).read_bytes()


def workbook(data: bytes) -> Workbook:
    """A downloaded workbook."""
    return load_workbook(io.BytesIO(data))


def texts(book: Workbook) -> list[list[str]]:
    """The first sheet as rows of texts."""
    rows = book.worksheets[0].iter_rows(values_only=True)
    return [["" if cell is None else str(cell) for cell in row] for row in rows]
