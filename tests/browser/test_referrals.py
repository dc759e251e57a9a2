"""Bureaus hand affairs to each other, each at its own desk: every step answered, both ways, on both sizes."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.steps import confirm, today

PDF = {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 paper of a referral"}
WORD = {"phone": "甲", "office": "乙"}
LIST = "/cases/referrals/"


def said(page: Page, words: str) -> None:
    """What the page answers to an act."""
    expect(page.get_by_role("status").first).to_contain_text(words)


def drafted(one: Desk, kind: str, title: str, receiver: str = "") -> str:
    """Choose the kind, write it, put the letter on its list; returns the record's address."""
    one.go(LIST, check=True)
    one.press("新建移送")
    one.check()
    one.press(f"选择{kind}", exact=True)
    page = one.page
    if receiver:
        page.get_by_label("接收单位").select_option(label=receiver)
    page.get_by_label("案由").fill(title)
    page.get_by_label("事实和理由").fill("巡查发现有人盗采，现场有挖掘机一台。\n测算价值已经超过标准。")
    page.get_by_label(re.compile("^请求事项")).fill("请依法处理并反馈结果。")
    one.check()
    one.press("保存草稿", exact=True)
    said(page, "已存为草稿")
    return page.url


def listed(one: Desk, url: str, *lines: tuple[str, str, str]) -> None:
    """Put lines (kind, name, what is withheld) on the manifest; the first with a file."""
    page = one.go(f"{url}papers/", check=True)
    for n, (kind, name, withheld) in enumerate(lines):
        page.get_by_label("类别").select_option(label=kind)
        page.get_by_label("材料名称").fill(name)
        if withheld:
            page.get_by_label(re.compile("^不移送的内容和理由")).fill(withheld)
        if n == 0:
            page.get_by_label(re.compile("^上传文件")).set_input_files(PDF)
        one.press("列入清单", exact=True)
        said(page, f"已列入清单：{name}")
    one.check()
    one.press("完成，回到移送")


def act(one: Desk, url: str, label: str, fill: Callable[[Page], None] | None = None) -> Page:
    """From the record through the page of the step and back."""
    page = one.go(url, check=True)
    step(page, label)
    one.check()
    if fill:
        fill(page)
    one.press(f"确认{label}", exact=True)
    said(page, "已办理")
    return page


def step(page: Page, label: str) -> None:
    """Press the button of a step; the name may stand in the crumbs as well."""
    page.locator(".acts").get_by_role("link", name=label, exact=True).click()


def writes(text: str, number: str = "") -> Callable[[Page], None]:
    """The reason, and the number of the paper."""

    def fill(page: Page) -> None:
        page.locator("textarea[name=reason]").fill(text)
        if number:
            page.get_by_label(re.compile("^文号")).fill(number)

    return fill


def state(one: Desk, url: str, words: str) -> Page:
    """The record says where it stands."""
    page = one.go(url)
    expect(page.locator(".standing")).to_contain_text(words)
    return page


def asks_why(page: Page, label: str, reason: str) -> None:
    """“为什么没有其他按钮” names the move and says why."""
    page.get_by_text("为什么没有其他按钮").click()
    line = page.locator("details.why li", has_text=re.compile(rf"^{label}"))
    expect(line.first).to_contain_text(reason)


def approved_and_sent(sender: Desk, head: Desk, url: str) -> None:
    """Reported, approved by the head, handed over."""
    act(sender, url, "报请批准移送")
    asks_why(state(sender, url, "待主要负责人审批"), "批准移送", "不能审批自己的报告")
    act(head, url, "批准移送", writes("同意移送。"))
    act(sender, url, "移送")
    state(sender, url, "已移送，待签收")


def test_natural_resources_to_police_with_supplement_filing_and_result(desk, screen):
    officer, head = desk("nr.officer", screen), desk("nr.head", screen)
    police, chief = desk("police.officer", screen), desk("police.approver", screen)
    title, number = f"{WORD[screen]}沟盗采铁矿案", f"示公立{WORD[screen]}字〔2026〕1号"
    url = drafted(officer, "涉嫌犯罪案件移送", title)
    page = state(officer, url, "拟稿")
    asks_why(page, "报请批准移送", "两名以上办案人员")
    act(
        officer, url, "指定办案人员", lambda page: [box.check() for box in page.get_by_role("checkbox").all()]
    )
    listed(
        officer,
        url,
        ("移送书（函）", "涉嫌犯罪案件移送书", ""),
        ("调查报告", "调查报告", "举报人姓名、电话不移送，依法保密"),
        ("涉案物品清单", "涉案物品清单", ""),
        ("检验报告、鉴定意见", "鉴定意见", "尚在鉴定，出具后补送"),
    )
    page = officer.go(f"{url}goods/", check=True)
    page.get_by_label("名称", exact=True).fill("挖掘机")
    page.get_by_label("数量", exact=True).fill("1")
    page.get_by_label("单位", exact=True).fill("台")
    officer.press("列入清单", exact=True)
    said(page, "挖掘机")
    with police.expecting(404):
        police.go(url)
        expect(police.page.get_by_role("heading", level=1)).not_to_contain_text("移送")
    approved_and_sent(officer, head, url)

    page = police.go(LIST, check=True)
    expect(page.get_by_role("link", name=re.compile("待我签收"))).to_be_visible()
    expect(page.locator("tbody")).to_contain_text(title)
    page = police.go(url, check=True)
    expect(page.locator("main")).to_contain_text("举报人姓名、电话不移送")
    act(police, url, "签收")
    page = state(police, url, "已签收，审查中")
    asks_why(page, "立案", "审批")
    act(police, url, "告知补正材料", writes("缺少价格认定报告。", "示公补〔2026〕1号"))
    page = state(officer, url, "待补正")
    expect(page.locator(".timeline")).to_contain_text("缺少价格认定报告")
    listed(officer, url, ("检验报告、鉴定意见", "价格认定报告", ""))
    act(officer, url, "补正材料", writes("已补送价格认定报告。"))
    act(chief, url, "立案", writes("决定立案侦查。", number))
    page = state(officer, url, "已立案")
    expect(page.locator(".timeline")).to_contain_text(number)
    act(officer, url, "移交涉案物品和材料", writes("挖掘机一并移交。"))
    page = act(police, url, "反馈结果", lambda page: _answer(page, "已移送起诉", "已移送检察院审查起诉。"))
    page = officer.go(url)
    confirm(page, "办结", "反馈清楚。")
    said(page, "已办理")
    page = state(officer, url, "已办结")
    officer.check()
    page = police.go("/cases/ledgers/exchange/", check=True)
    expect(page.locator("tbody")).to_contain_text(title)


def names_everybody(page: Page) -> None:
    """All people of the unit as 办案人员."""
    for box in page.get_by_role("checkbox").all():
        box.check()


def _answer(page: Page, result: str, text: str) -> None:
    page.get_by_label(result, exact=True).check()
    page.locator("textarea[name=reason]").fill(text)


def test_police_to_natural_resources_when_it_is_no_crime(desk, screen):
    police, chief = desk("police.officer", screen), desk("police.head", screen)
    officer = desk("nr.officer", screen)
    title = f"{WORD[screen]}河采砂不构成犯罪"
    url = drafted(police, "公安机关移送行政处理", title, "自然资源局")
    listed(police, url, ("移送书（函）", "案件移送函", ""))
    approved_and_sent(police, chief, url)
    act(officer, url, "签收")
    page = state(officer, url, "已签收，审查中")
    asks_why(page, "反馈结果", "已受理，办理中")
    act(officer, url, "受理")
    act(officer, url, "反馈结果", lambda page: _answer(page, "已作出行政处罚", "已处罚款。"))
    page = police.go(url, check=True)
    confirm(page, "办结", "结果已核对。")
    state(police, url, "已办结")


def test_natural_resources_to_ecology_accepts_one_and_returns_another(desk, screen):
    officer, head, ecology = (desk(name, screen) for name in ("nr.officer", "nr.head", "ecology.officer"))
    title = f"{WORD[screen]}厂废水外排"
    url = drafted(officer, "移送有管辖权的部门", title, "生态环境分局")
    listed(officer, url, ("移送书（函）", "案件移送函", ""))
    approved_and_sent(officer, head, url)
    act(ecology, url, "签收")
    act(ecology, url, "受理")
    act(ecology, url, "反馈结果", lambda page: _answer(page, "已责令整改并完成", "已整改到位。"))
    page = officer.go(url, check=True)
    expect(page.locator("main")).to_contain_text("已整改到位")
    confirm(page, "反馈不清楚，退回补充", "请写明整改时间。")
    said(page, "已办理")
    act(ecology, url, "反馈结果", lambda page: _answer(page, "已责令整改并完成", "6月1日整改到位。"))
    confirm(officer.go(url), "办结", "清楚。")
    state(officer, url, "已办结")

    url = drafted(officer, "移送有管辖权的部门", f"{title}（误送）", "生态环境分局")
    listed(officer, url, ("移送书（函）", "案件移送函", ""))
    approved_and_sent(officer, head, url)
    act(ecology, url, "签收")
    act(ecology, url, "不属本单位管辖，退回", writes("属水利部门职责。"))
    page = state(officer, url, "已退回")
    expect(page.locator(".timeline")).to_contain_text("属水利部门职责")
    asks_why(page, "对退回有异议，报共同上级裁定", "审批")
    expect(ecology.go(url).get_by_role("link", name="案件移送函", exact=True)).to_have_count(0)


def test_ecology_to_natural_resources_for_a_find_in_a_protected_area(desk, screen):
    ecology, head, officer = (
        desk(name, screen) for name in ("ecology.officer", "ecology.head", "nr.officer")
    )
    url = drafted(ecology, "移送有管辖权的部门", f"{WORD[screen]}保护区内发现采挖", "自然资源局")
    listed(ecology, url, ("移送书（函）", "案件移送函", ""))
    approved_and_sent(ecology, head, url)
    act(officer, url, "签收")
    act(officer, url, "受理")
    act(officer, url, "反馈结果", lambda page: _answer(page, "已责令整改并完成", "已停止采挖并恢复。"))
    confirm(ecology.go(url), "办结", "已核对。")
    page = state(ecology, url, "已办结")
    ecology.check()
    expect(page.locator(".timeline")).to_contain_text("签收")


def test_what_an_offline_unit_does_is_put_down_and_checked_by_another(desk, screen):
    """市专项行动办公室 works on paper: its receipt and its answer are 代录 by one, 核对 by another."""
    officer, other, head = desk("nr.officer", screen), desk("nr.approver", screen), desk("nr.head", screen)
    title = f"{WORD[screen]}公司失信信息"
    url = drafted(officer, "失信信息推送", title, "市专项行动办公室")
    listed(officer, url, ("移送书（函）", "失信信息推送函", ""))
    approved_and_sent(officer, head, url)
    recorded(officer, url, "代录：市专项行动办公室签收", "市收〔2026〕1号")
    page = state(officer, url, "已移送，待签收")
    asks_why(page, "代录：市专项行动办公室签收", "等待核对")
    with officer.expecting(403):
        officer.go(f"{url}steps/{step_number(other, url)}/check/")
        expect(officer.page.locator("main")).to_contain_text("不能核对自己的记录")
    checked(other, url, "与文书一致，核对通过", "")
    state(officer, url, "已签收，审查中")
    recorded(
        officer,
        url,
        "代录：市专项行动办公室函复",
        "市复〔2026〕2号",
        lambda page: _answer(page, "已函复", "已列入名单。"),
    )
    checked(other, url, "不一致，不予通过", "文号与扫描件不符")
    page = state(officer, url, "已签收，审查中")
    expect(page.locator(".timeline")).to_contain_text("代录未通过核对")
    recorded(
        officer,
        url,
        "代录：市专项行动办公室函复",
        "市复〔2026〕3号",
        lambda page: _answer(page, "已函复", "已列入名单。"),
    )
    checked(other, url, "与文书一致，核对通过", "")
    page = state(officer, url, "已反馈")
    expect(page.locator(".timeline .tag", has_text="代录").first).to_be_visible()
    officer.check()


def recorded(
    one: Desk, url: str, label: str, number: str, fill: Callable[[Page], None] | None = None
) -> None:
    """代录: when, number, scan."""
    page = one.go(url)
    step(page, label)
    one.check()
    if fill:
        fill(page)
    page.get_by_label("办理时间").fill(moment_of(page))
    page.get_by_label("文号").fill(number)
    page.get_by_label("对方文书扫描件").set_input_files(PDF)
    one.press(f"确认{label}", exact=True)
    said(page, "请另一人核对")


def moment_of(page: Page) -> str:
    """Now in the county, to the minute as the browser has it."""
    clock = page.evaluate("new Date().toLocaleTimeString('zh-CN', {hour12: false}).slice(0, 5)")
    return f"{today():%Y-%m-%d}T{clock}"


def step_number(one: Desk, url: str) -> str:
    """The number of the step that waits to be checked."""
    link = one.go(url).get_by_role("link", name="核对代录", exact=True)
    return re.search(r"/steps/(\d+)/", link.get_attribute("href"))[1]


def checked(one: Desk, url: str, result: str, note: str) -> None:
    """核对 by the second person."""
    page = one.go(url, check=True)
    one.press("核对代录", exact=True)
    one.check()
    page.get_by_label(result, exact=True).check()
    if note:
        page.get_by_label(re.compile("^核对意见")).fill(note)
    one.press("提交核对结果", exact=True)
    said(page, "核对")
