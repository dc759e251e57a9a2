"""A notice becomes a campaign: uploaded, previewed, in force; its task done, returned, done again."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.steps import confirm, open_duty, today

PDF = {"name": "进展情况.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 progress of the month"}
NOTICE = """schema: minewatch/campaign/1
key: {key}
name: {name}
signed_on: {today}
starts_on: {today}
ends_on: {end}
units:
  nr: {{name: 县自然资源局, kind: natural_resources}}
  office: {{name: 专班办公室, kind: joint_office}}
tasks:
  - code: T-1
    kind: report
    name: {task}
    hosts: [nr]
    to: office
    deadline: {{kind: fixed, on: {due}}}
  - code: T-2
    kind: task
    name: 公布举报电话
    hosts: [nr]
    deadline: {{kind: impossible, raw: 2026年9月31日前, suggested: 2026-09-30}}
"""


def notice(screen: str) -> dict[str, object]:
    """A small notice of today as an uploaded file."""
    word = {"phone": "甲", "office": "乙"}[screen]
    text = NOTICE.format(
        key=f"drill-{screen}",
        name=f"{word}片区整治行动",
        task=f"{word}片区排查情况",
        today=today(),
        due=today() + dt.timedelta(days=1),
        end=today() + dt.timedelta(days=90),
    )
    return {"name": "方案.yaml", "mimeType": "application/yaml", "buffer": text.encode()}


def make_campaign(office: Desk, screen: str) -> str:
    """Upload, preview, put in force; returns the campaign's address."""
    page = office.go("/duties/campaigns/new/", check=True)
    page.get_by_label("方案文件").set_input_files(notice(screen))
    page.locator("main").get_by_role("button", name="新建").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("修改专项行动")
    office.check(quoted=("nr", "office"))
    office.press("核对影响，准备生效")
    expect(page.locator("main")).to_contain_text("任务 2 项")
    office.check(quoted=("nr", "office"))
    office.press("生效", exact=True)
    expect(page.get_by_role("status").first).to_contain_text("已生效")
    return page.url


def test_a_notice_runs_from_its_file_and_its_task_is_done_twice(desk, screen):
    word = {"phone": "甲", "office": "乙"}[screen]
    office, officer = desk("office", "office"), desk("nr.officer", screen)
    campaign = make_campaign(office, screen)
    page = open_duty(officer, f"{word}片区排查情况")
    officer.check()
    page.get_by_label("办结材料").set_input_files(PDF)
    page.locator("main").get_by_role("button", name="报送", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已报送")
    filing = page.url
    office.go(filing, check=True)
    confirm(office.page, "退回", "请补充台账")
    expect(office.page.get_by_role("status").first).to_contain_text("已退回")
    page = officer.go(filing)
    expect(page.locator("main")).to_contain_text("请补充台账")
    officer.press("重新报送")
    page.get_by_label("办结材料").set_input_files(PDF)
    page.locator("main").get_by_role("button", name="报送", exact=True).click()
    office.go(officer.at(r"/filings/\d+/"))
    office.press("接收", exact=True)
    expect(office.page.get_by_role("status").first).to_contain_text("已接收")
    officer.go(campaign)
    expect(officer.page.get_by_role("row", name=re.compile(f"{word}片区排查情况"))).to_contain_text("已完成")


def test_a_day_that_does_not_exist_waits_for_a_person(desk, screen):
    office = desk("office", screen)
    page = office.go("/duties/campaigns/")
    word = {"phone": "甲", "office": "乙"}[screen]
    page.get_by_role("link", name=f"{word}片区整治行动").click()
    page.get_by_role("link", name="公布举报电话").click()
    expect(page.locator("main")).to_contain_text("没有这一天")
    office.check()
    office.press("确认日期")
    page.get_by_label("确认的日期").fill(f"{today() + dt.timedelta(days=5):%Y-%m-%d}")
    page.get_by_label("依据").fill("电话请示发文机关")
    page.locator("main").get_by_role("button", name="确定", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("日期已确定")


PAGES = {
    "office": (
        "/duties/",
        "/duties/campaigns/",
        "/duties/campaigns/1/",
        "/duties/campaigns/1/units/",
        "/duties/calendar/",
        "/duties/matrix/",
        "/duties/matrix/?campaign=1",
        "/duties/units/nr/",
        "/duties/lists/",
        "/duties/lists/new/",
        "/duties/meetings/",
        "/duties/meetings/new/",
        "/duties/orders/",
        "/duties/orders/new/",
        "/duties/visits/",
        "/duties/visits/records/",
        "/duties/cards/",
        "/duties/cards/new/",
        "/duties/accountability/",
        "/duties/accountability/new/",
        "/duties/ladder/",
        "/duties/coverage/",
        "/ledgers/coverage/",
        "/ledgers/inspections/",
        "/ledgers/inspections/new/",
        "/ledgers/plans/",
        "/ledgers/plans/new/",
        "/more/bodies/",
        "/more/bodies/1/",
    ),
    "leader": ("/todo/", "/duties/visits/new/", "/duties/cards/"),
    "qingshi.head": ("/duties/campaigns/1/", "/duties/calendar/", "/duties/orders/", "/duties/lists/"),
}


@pytest.mark.parametrize("username", PAGES)
def test_every_page_of_the_drive_is_sound(desk, screen, username):
    one = desk(username, screen)
    for url in PAGES[username]:
        one.go(url, check=True)
