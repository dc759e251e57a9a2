"""A lead becomes a case: filed, investigated, decided, carried out, closed – at two desks, on both sizes."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.steps import confirm, today

PDF = {"name": "文书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 paper of a case"}
WORD = {"phone": "甲", "office": "乙"}


def said(page: Page, words: str) -> None:
    """What the page answers to an act."""
    expect(page.get_by_role("status").filter(has_text=words).first).to_be_visible()


def day(ago: int) -> str:
    """A day before today as a date field takes it."""
    return f"{today() - dt.timedelta(days=ago):%Y-%m-%d}"


def lead_of(one: Desk, word: str) -> str:
    """A special report of the bureau itself; returns the lead's address."""
    page = one.go("/ledgers/special/")
    page.get_by_label("情况", exact=False).first.fill(f"{word}沟夜间有人盗采砂石")
    page.get_by_label(re.compile("^位置")).first.fill(f"{word}沟口")
    one.press("立即报告")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已报告")
    page = one.go("/cases/leads/")
    page.get_by_role("row", name=re.compile(f"{word}沟口")).get_by_role("link").first.click()
    return one.at(r"/cases/leads/\d+/")


def registered(one: Desk, lead: str, word: str) -> str:
    """登记案件 from the lead; returns the record's address."""
    page = one.go(lead, check=True)
    one.press("登记案件", exact=True)
    one.check()
    expect(page.get_by_role("textbox", name=re.compile("^地点"))).to_have_value(f"{word}沟口")
    page.get_by_label("案由").fill(f"{word}沟无证采砂")
    one.press("登记", exact=True)
    said(page, "已登记案件")
    one.check()
    return page.url


def facts_of(one: Desk, url: str) -> None:
    """A party with a wrong number first, then a violation."""
    page = one.go(url)
    one.press("登记当事人", exact=True)
    one.check()
    page.get_by_label("姓名（名称）").fill("河口砂石有限公司")
    page.get_by_label(re.compile("^证件号码")).fill("91350100M000100Y44")
    with one.expecting(400):
        one.press("保存", exact=True)
        expect(page.locator("main")).to_contain_text("校验不通过")
    expect(page.get_by_label("姓名（名称）")).to_have_value("河口砂石有限公司")
    page.get_by_label(re.compile("^证件号码")).fill("91350100M000100Y43")
    one.press("保存", exact=True)
    said(page, "当事人已登记")
    one.press("登记违法情形", exact=True)
    page.get_by_label("违法行为").select_option(label="未取得采矿权采矿")
    page.get_by_label("行为开始").fill(day(9))
    page.get_by_label(re.compile("^行为终了")).fill(day(2))
    page.get_by_label(re.compile("^矿产品价值")).fill("800")
    one.check()
    one.press("保存", exact=True)
    said(page, "违法情形已登记")
    expect(page.locator("main")).to_contain_text("矿产资源法（2024年修订）第六十四条第一款")


def act(one: Desk, url: str, label: str, text: str = "", *, paper: str = "", check: bool = True) -> Page:
    """From the record through the page of the step and back."""
    page = one.go(url, check=check)
    one.press(label, exact=True)
    if check:
        one.check()
    if text:
        page.locator("textarea[name=reason]").fill(text)
    if paper:
        page.get_by_label(re.compile(f"^{paper}")).set_input_files(PDF)
    one.press(f"确认{label}", exact=True)
    said(page, f"已办理：{label}")
    return page


def test_a_lead_becomes_a_case_that_is_decided_and_closed(desk, screen):
    word = WORD[screen]
    officer, head = (
        desk("nr.officer", screen),
        desk("nr.head", {"phone": "office", "office": "phone"}[screen]),
    )
    url = registered(officer, lead_of(officer, word), word)
    facts_of(officer, url)
    act(officer, url, "报请立案", "符合立案标准")
    expect(officer.page.locator("main")).to_contain_text("报请人不能自己批准立案")
    act(head, url, "批准立案")
    expect(head.page.locator("main")).to_contain_text("立字〔")
    page = head.go(url)
    head.press("指定办案人员", exact=True)
    head.check()
    page.get_by_label("主办人员", exact=True).select_option(index=1)
    page.get_by_label("主办人员执法证号").fill("示执001")
    page.get_by_label(re.compile("^办案人员2$|^办案人员2（")).first.select_option(index=2)
    page.get_by_label(re.compile("^办案人员2执法证号")).fill("示执002")
    head.press("确认指定办案人员", exact=True)
    said(page, "已办理")
    page = officer.go(url)
    officer.press("登记拟作出的处罚", exact=True)
    page.get_by_label("种类").select_option(label="罚款")
    page.get_by_label("当事人").select_option(label="河口砂石有限公司")
    page.get_by_label(re.compile("^金额")).fill("3000")
    page.get_by_label("依据的条款").fill("矿产资源法第六十四条第一款")
    officer.check()
    officer.press("保存", exact=True)
    said(page, "拟作出的处罚已登记")
    act(officer, url, "调查终结", "事实清楚，证据充分", check=False)
    act(officer, url, "送达处罚告知书", paper="告知书和送达回证", check=False)
    page = officer.go(url, check=True)
    expect(page.locator("main")).to_contain_text("陈述、申辩期")
    act(officer, url, "登记当事人放弃陈述申辩、听证", paper="当事人书面放弃声明", check=False)
    act(officer, url, "报请作出处罚决定", "建议罚款三千元", check=False)
    act(head, url, "作出决定")
    act(officer, url, "送达决定书", paper="送达回证")
    page = officer.go(url)
    page.get_by_role("link", name="登记罚款执行情况").click()
    officer.check()
    page.get_by_label(re.compile("^本次缴款")).fill("3000")
    page.get_by_label("日期").fill(day(0))
    officer.press("保存", exact=True)
    said(page, "执行情况已登记")
    act(officer, url, "登记履行完毕", "罚款已缴清", check=False)
    page = act(officer, url, "报请结案（销号）", "处罚已执行完毕")
    page = head.go(url)
    confirm(page, "不同意结案，退回", "请补缴款凭证")
    said(page, "已办理")
    act(officer, url, "报请结案（销号）", "已补凭证", check=False)
    page = act(head, url, "批准结案（销号）")
    expect(page.locator("main")).to_contain_text("已结案销号")
    expect(page.locator("main")).to_contain_text("结案后30日")
    head.check()
    head.go(f"{url}print/", check=True)
    head.go("/cases/", check=True)
    head.go("/cases/numbers/", check=True)


def test_a_colleague_does_not_see_the_case_of_another_bureau(desk, screen):
    word = WORD[screen]
    police = desk("police.head", screen)
    page = police.go("/cases/", check=True)
    expect(page.locator("main")).not_to_contain_text(f"{word}沟无证采砂")
