"""File – return – refile – review – sign – export – report, as a township and the joint office do it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.steps import (
    answer,
    confirm,
    downloaded,
    make_report,
    month_before_the_demo,
    open_duty,
    photo,
    pick_site,
    send,
    texts,
    this_month,
    today,
    workbook,
)

TOWNSHIPS = {"phone": ("qingshi", "青石镇"), "office": ("baiyang", "白杨镇")}


def file_with_a_finding(page: Page) -> str:
    """同上次, another site, a finding with measures, typed coordinates, a photo, a saved draft."""
    page.get_by_role("link", name=re.compile("同上次")).click()
    expect(page).to_have_url(re.compile("like=last"))
    name = pick_site(page, "石料矿")
    answer(page, "有无采矿证", "有")
    answer(page, "是否浅层煤浅层矿", "否")
    page.get_by_text("发现问题，或情况不清").click()
    answer(page, "盗采", "否")
    answer(page, "越层", "否")
    answer(page, "违规生产", "是")
    page.get_by_label(re.compile("制止取缔")).fill("责令停产整改，约谈负责人")
    page.get_by_label(re.compile("坐标")).first.fill("111°30′36″，39°24′36″")
    expect(page.get_by_text(re.compile("读作"))).to_be_visible()
    page.get_by_label(re.compile("^照片")).set_input_files([photo()])
    expect(page.get_by_text("已存")).to_be_visible(timeout=15_000)
    return name


def test_a_patrol_is_filed_returned_refiled_reviewed_signed_and_exported(desk, screen):
    code, label = TOWNSHIPS[screen]
    filler = desk(f"{code}.filler", screen)
    page = filler.go("/ledgers/", check=True)
    filler.press("填巡查记录")
    filler.check()
    site = file_with_a_finding(page)
    filler.check()
    send(page)
    filler.check()
    page.get_by_role("link", name="查看台账").click()
    filler.check()
    expect(page.locator("table.ledger")).to_contain_text("责令停产整改")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("status").first).to_contain_text("等待分管领导审核")
    sheet = page.url

    deputy = desk(f"{code}.deputy", screen)
    of_month = f"{label}{this_month()}巡查台账(?!（)"
    page = open_duty(deputy, f"审核{of_month}")
    expect(page).to_have_url(sheet)
    deputy.check()
    remark = page.get_by_label(re.compile("退回意见")).last
    if not remark.is_visible():
        page.locator("summary", has_text="退回").last.click()
    remark.fill("请补充出动人数")
    page.get_by_label("退回原因").fill("人数没有填")
    deputy.check()
    deputy.press("退回填表人")
    expect(page.get_by_role("status").first).to_contain_text("已退回")

    page = open_duty(filler, of_month)
    filler.check()
    expect(page.locator("main")).to_contain_text("人数没有填")
    expect(page.locator("main")).to_contain_text("请补充出动人数")
    page.locator("tr", has_text="责令停产整改").last.get_by_role("link").first.click()
    filler.check()
    filler.press("更正")
    more = page.locator("summary", has_text="人数")
    if not page.get_by_label(re.compile("出动人数|人数")).first.is_visible():
        more.click()
    page.get_by_label(re.compile("人数")).first.fill("4")
    page.get_by_label("更正原因").fill("补填出动人数")
    filler.check()
    filler.press("提交更正")
    expect(page.get_by_role("status").first).to_contain_text("已更正")
    filler.check()
    page.goto(sheet)
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("status").first).to_contain_text("等待分管领导审核")

    page = open_duty(deputy, f"审核{of_month}")
    confirm(page, "审核通过", "已核实")
    expect(page.get_by_role("status").first).to_contain_text("已审核通过")
    head = desk(f"{code}.head", screen)
    page = open_duty(head, f"签批{of_month}")
    head.check()
    confirm(page, "签批")
    expect(page.get_by_role("status").first).to_contain_text("已签批")
    head.check()

    office = desk("office", screen)
    page = office.go(sheet, check=True)
    rows = texts(workbook(downloaded(page, "下载官方表格")))
    assert any("示范县" in cell for cell in rows[0]), rows[0]
    row = next(row for row in rows if any("责令停产整改" in cell for cell in row))
    assert site in "".join(row)
    assert row[3:8] == ["有", "否", "否", "否", "是"]
    signatures = "".join("".join(row) for row in rows[-3:])
    for role in ("填表人", "分管领导", "主要负责人"):
        assert f"{label}{role}" in signatures


def test_a_report_is_generated_in_steps_and_each_number_opens_its_rows(desk, screen):
    one = desk({"phone": "qingshi.filler", "office": "office"}[screen], screen)
    page = make_report(one, "月报", f"{today():%Y-%m}")
    link = page.locator("tr", has_text="巡查点位").get_by_role("link").first
    number = link.inner_text().replace(",", "")
    link.click()
    one.check()
    assert f"共 {number} 条" in page.locator(".count").first.inner_text().replace(",", "")
    page.go_back()
    one.press("修改文字")
    page.get_by_role("textbox").first.fill("本期组织联合巡查，重点点位逐一到场。")
    one.check()
    page.locator("main").get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("main")).to_contain_text("重点点位逐一到场")
    assert downloaded(page, "下载表格").startswith(b"PK")
    assert downloaded(page, "下载公文").startswith(b"PK")
    page.get_by_role("link", name="打印稿").click()
    one.check()


def test_a_report_is_not_sent_before_its_period_is_over(desk):
    one = desk("huangsha.filler", "office")
    make_report(one, "月报", f"{today():%Y-%m}")
    one.press("报送")
    with one.expecting(400):
        one.press("确认报送")
        expect(one.page.locator("main")).to_contain_text("以后报送")
        one.check()


def test_a_township_reports_and_the_office_accepts(desk, screen):
    code, label = TOWNSHIPS[screen]
    filler = desk(f"{code}.filler", screen)
    page = make_report(filler, "月报", month_before_the_demo())
    filler.press("报送")
    filler.check()
    filler.press("确认报送")
    expect(page.get_by_role("status").first).to_contain_text("已报送")
    filler.check()
    report = page.url

    office = desk("office", screen)
    page = office.go(report, check=True)
    office.press("接收")
    expect(page.get_by_role("status").first).to_contain_text("已接收")
    office.check()
    expect(page.locator("main")).to_contain_text(label)
    assert downloaded(page, "下载表格").startswith(b"PK")
    assert downloaded(page, "下载公文").startswith(b"PK")
