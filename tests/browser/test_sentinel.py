"""A case at the line to crime: its distance in words, the head's decision, the signature from above."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.steps import confirm, today

PDF = {"name": "书面决定.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 decision of the head"}
WORD = {"phone": "甲", "office": "乙"}
#: size → (line of which the figure is registered, its words, figure)
FIGURES = {
    "phone": ("destructive:damage:", "破坏性采矿罪：矿产资源破坏价值", "600000"),
    "office": ("destructive:damage:special", "破坏性采矿罪：矿产资源破坏价值（国家规划矿区", "300000"),
}


def opened(one: Desk, firm: str, mineral: str) -> str:
    """A case of the bureau's own motion with one firm and one act; returns its address."""
    page = one.go("/cases/new/")
    page.get_by_text("依职权发现").click()
    page.get_by_label("案由").fill("无证采石")
    page.get_by_label("发现日期").fill(today().isoformat())
    one.press("登记", exact=True)
    expect(page).to_have_url(re.compile(r"/cases/\d+/$"))
    url = page.url
    one.go(f"{url}parties/new/")
    page.get_by_role("radio", name="单位").check()
    page.get_by_label("姓名（名称）").fill(firm)
    page.locator("main form button[type=submit]").first.click()
    one.go(f"{url}violations/new/")
    page.get_by_label("违法行为", exact=True).select_option("M64")
    page.get_by_label("当事人").select_option(label=firm)
    page.get_by_label("行为开始").fill("2026-03-02")
    page.get_by_label("行为终了").fill("2026-03-20")
    page.get_by_label("矿种").fill(mineral)
    page.get_by_label(re.compile("^数量")).fill("1200")
    page.locator("main form button[type=submit]").first.click()
    return url


def test_a_case_at_the_line_ends_administratively_only_by_two(desk, screen):
    number = int(time.time()) % 100_000  # whoever dug before is not to be added up
    firm, mineral = f"{WORD[screen]}沟第{number}采石厂", f"{WORD[screen]}料{number}"
    officer, head, leader = desk("nr.officer", screen), desk("nr.head", screen), desk("leader", screen)
    url = opened(officer, firm, mineral)
    expect(officer.page.locator(".sentinel")).to_contain_text("暂不能测算")
    expect(officer.page.locator(".sentinel")).to_contain_text(f"缺少{mineral}在2026-03-20时的单价")

    page = officer.go("/cases/law/prices/new/", check=True)
    page.get_by_label("矿种").fill(mineral)
    page.get_by_label(re.compile("^单价")).fill("八十五")
    page.get_by_label("起始日期").fill("2026-03-01")
    page.get_by_label("来源").fill("县价格认证中心结论书")
    with officer.expecting(400):
        officer.press("登记", exact=True)
        expect(page.get_by_label(re.compile("^单价"))).to_have_value("八十五")
    officer.check()
    page.get_by_label(re.compile("^单价")).fill("85")
    officer.press("登记", exact=True)
    expect(page.get_by_role("status").first).to_contain_text("价格已登记")
    officer.check()

    page = officer.go(f"{url}line/", check=True)
    panel = page.locator(".sentinel")
    expect(panel).to_contain_text("102%，达到刑事标准")
    expect(panel).to_contain_text("＝102000元，达到100000元（按下限提示，以本省标准为准）")
    page.get_by_text("为什么没有其他按钮").click()
    expect(panel).to_contain_text("由承办单位的主要负责人")

    page = head.go(f"{url}line/")
    head.press("作出不移送决定")
    head.check()
    page.get_by_label("不移送的理由和依据").fill("价格结论书存在错误，正在复核，不构成犯罪。")
    page.get_by_label("书面决定").set_input_files(PDF)
    head.press("作出决定，报请会签")
    expect(page.locator("main")).to_contain_text("待会签")
    head.check()

    page = leader.go("/todo/")
    page.get_by_role("link", name=re.compile("会签不移送决定")).first.click()
    leader.go(head.page.url, check=True)
    confirm(leader.page, "会签同意", "同意")
    expect(leader.page.get_by_role("status").first).to_contain_text("已会签，决定生效")
    leader.check()
    expect(officer.go(f"{url}line/").locator(".sentinel")).to_contain_text("已有会签的不移送决定")
    officer.check()


def test_the_provinces_figure_is_registered_by_one_and_checked_by_another(desk, screen):
    key, words, figure = FIGURES[screen]
    office, leader = desk("office", screen), desk("leader", screen)
    office.go("/cases/law/", check=True)
    page = office.go("/cases/law/lines/", check=True)
    office.press("登记本省标准")
    office.check()
    page.get_by_label("标准", exact=True).select_option(key)
    page.get_by_label(re.compile("^本省标准")).fill(figure)
    page.get_by_label("施行日期").fill("2026-06-01")
    page.get_by_label("来源（文号、条款）").fill("省高法〔2026〕1号第一条")
    office.press("登记，请另一人核对")
    expect(page.locator("main")).to_contain_text("待核对")
    office.check()
    page = leader.go(page.url, check=True)
    leader.press("核对无误，生效")
    expect(page.get_by_role("status").first).to_contain_text("已生效")
    page = leader.go("/cases/law/lines/", check=True)
    expect(page.locator("main")).to_contain_text(f"{figure}元")
    expect(page.locator("main")).to_contain_text(words)
    leader.go("/cases/at-line/", check=True)
