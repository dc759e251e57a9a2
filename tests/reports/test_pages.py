"""Pages of reports: each number opens rows that add up, steps act by their table, queries stay flat."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from core import jobs
from core.models import Run
from duties import acts
from ledgers.models import Entry
from minewatch.lib.clock import now
from reports import reading
from reports.actions import accept, open_draft, recompute, return_report, submit
from reports.figures import FIGURES
from reports.models import Report
from tests.reports.factory import WEEK, correct, entry, lead, report_duty


@pytest.fixture
def report(county) -> Report:
    return recompute(report=open_draft(member=None, agency=county.town, kind="weekly", period=WEEK))


def page(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def told(html: str) -> int:
    """…。巡查点位24条，明细如下 → 24"""
    return int(re.search(r'class="lead-line">[^<]*。[^<\d]*([\d,]+)[条个人辆份]', html)[1].replace(",", ""))


def shown_rows(html: str) -> int:
    return int(re.search(r"共 <b>(\d+)</b>", html)[1])


@pytest.mark.parametrize("frozen", [False, True])
def test_each_number_of_a_report_opens_rows_with_the_same_total(county, report, frozen):
    if frozen:
        submit(report=report, member=county.cast.qingshi_filler)
    numbers, client = reading.numbers_of(report), county.cast.client("qingshi.filler")
    paper = page(client, f"/reports/{report.pk}/")
    for key in FIGURES:
        url = reverse("reports:rows", args=[report.pk, key])
        assert f'href="{url}"' in paper
        check_number(client, url, FIGURES[key], numbers)


def check_number(client, url, figure, numbers):
    for of in ("", "?of=year") if figure.adds_up else ("",):
        html = page(client, url + of)
        value = numbers.year[figure.key] if of else numbers[figure.key]
        assert told(html) == value
        assert "由承办单位掌握" not in html
        if figure.measure:
            assert f"合计 <b>{value}{figure.unit}" in html
        else:
            assert shown_rows(html) == value


@pytest.mark.parametrize("frozen", [False, True])
def test_rows_a_reader_may_not_see_are_counted_and_add_up(county, report, frozen):
    Report.objects.filter(pk=report.pk).update(recipient=county.cast.unit("police"))
    report.refresh_from_db()
    submit(report=report, member=county.cast.qingshi_filler)
    client = county.cast.client("police.officer")
    for key, figure in FIGURES.items():
        html = page(client, reverse("reports:rows", args=[report.pk, key]))
        value = reading.frozen(report)[key]
        assert told(html) == value
        if figure.model is Entry:
            assert f"以下列出0{figure.unit}，其余{value}{figure.unit}由承办单位掌握" in html
            assert "处</a>" not in html and "现场责令停止" not in html


def test_one_sealed_lead_is_one_of_the_rest(county, report):
    sealed = lead(county.village, county.town, sealed=True)
    lead(county.village, county.cast.unit("police"), sealed=True)
    submit(report=report, member=county.cast.qingshi_filler)
    html = page(county.cast.client("office"), reverse("reports:rows", args=[report.pk, "leads"]))
    assert told(html) == 2
    assert "其余2条由承办单位掌握" in html
    assert sealed.number not in html
    assert (
        told(page(county.cast.client("qingshi.head"), reverse("reports:rows", args=[report.pk, "leads"])))
        == 2
    )


def test_a_corrected_row_stays_in_the_frozen_list_and_is_marked(county, report):
    submit(report=report, member=county.cast.qingshi_filler)
    row = FIGURES["illegal"].rows(reading.Scope.of_unit(county.town), reading.window_of(report)).get()
    correct(row, now(), illegal="no")
    html = page(county.cast.client("qingshi.filler"), reverse("reports:rows", args=[report.pk, "illegal"]))
    assert told(html) == shown_rows(html) == 1
    assert "（已更正或撤回）" in html


@pytest.mark.parametrize(
    "username", ["qingshi.filler", "shangwan.filler", "office", "baiyang.head", "police.officer"]
)
def test_live_numbers_and_their_rows_agree(county, username):
    client = county.cast.client(username)
    html = page(client, "/reports/figures/?period=2022-W38")
    links = re.findall(
        r'href="(/reports/figures/[a-z_]+/rows/[^"]+)" aria-label="[^"]*? ([\d,]+)[^\d"]*，查看明细"', html
    )
    assert len(links) == len(FIGURES) + sum(figure.adds_up for figure in FIGURES.values())
    for url, value in links:
        assert told(page(client, url.replace("&amp;", "&"))) == int(value)


def test_figures_of_one_unit(county):
    html = page(county.cast.client("office"), "/reports/figures/?period=2022-09&agency=baiyang")
    assert "白杨镇人民政府" in html
    assert county.cast.client("shangwan.filler").get("/reports/figures/?agency=qingshi").status_code == 200
    assert "没有可以统计的期间或单位" in page(
        county.cast.client("shangwan.filler"), "/reports/figures/?agency=qingshi"
    )


@pytest.mark.parametrize("query", ["period=2022-13", "period=" + "9" * 60, "agency=nowhere"])
def test_a_bad_question_is_answered_in_words(county, query):
    assert "没有可以统计的期间或单位" in page(county.cast.client("office"), f"/reports/figures/?{query}")
    assert county.cast.client("office").get(f"/reports/figures/patrols/rows/?{query}").status_code == 404


@pytest.mark.parametrize(
    "username", ["baiyang.filler", "police.officer", "shangwan.head", "auditor", "sysadmin"]
)
def test_outsiders_find_nothing(county, report, username):
    client = county.cast.client(username)
    for url in ("", "edit/", "print/", "changes/", "submit/", "figures/patrols/", "paper/xlsx/"):
        assert client.get(f"/reports/{report.pk}/{url}").status_code == 404


def test_the_recipient_reads_and_may_not_edit(county, report):
    client = county.cast.client("office")
    assert "修改文字" not in page(client, f"/reports/{report.pk}/").split('class="why"')[0]
    assert client.get(f"/reports/{report.pk}/edit/").status_code == 403
    assert client.post(f"/reports/{report.pk}/submit/", {"version": report.version}).status_code == 403


def test_buttons_are_legal_and_the_others_say_why(county, report):
    town, office = county.cast.client("qingshi.filler"), county.cast.client("office")
    html = page(town, f"/reports/{report.pk}/")
    assert (
        f'href="/reports/{report.pk}/submit/"' in html
        and f'action="/reports/{report.pk}/accept/"' not in html
    )
    assert "<b>接收</b>：报表现在是“草稿”" in html
    submit(report=report, member=county.cast.qingshi_filler)
    html = page(office, f"/reports/{report.pk}/")
    assert (
        f'action="/reports/{report.pk}/accept/"' in html and f'action="/reports/{report.pk}/return/"' in html
    )
    html = page(town, f"/reports/{report.pk}/")
    assert "<b>接收</b>：由专班办公室的" in html


def test_from_draft_to_accepted_in_the_browser(county, report):
    town, office = county.cast.client("qingshi.filler"), county.cast.client("office")
    assert "确认报送" in page(town, f"/reports/{report.pk}/submit/")
    answer = town.post(f"/reports/{report.pk}/submit/", {"version": report.version})
    assert answer.url == f"/reports/{report.pk}/"
    again = town.post(f"/reports/{report.pk}/submit/", {"version": report.version})
    assert again.status_code == 302
    report.refresh_from_db()
    seen = {"version": report.version}
    assert office.post(f"/reports/{report.pk}/return/", seen | {"reason": " "}).status_code == 400
    assert office.post(f"/reports/{report.pk}/return/", seen | {"reason": "漏了一处"}).status_code == 302
    assert "漏了一处" in page(town, f"/reports/{report.pk}/")
    report.refresh_from_db()
    town.post(f"/reports/{report.pk}/submit/", {"version": report.version})
    report.refresh_from_db()
    stale = office.post(f"/reports/{report.pk}/accept/", {"version": report.version - 1})
    assert stale.status_code == 409
    assert office.post(f"/reports/{report.pk}/accept/", {"version": report.version}).status_code == 302
    report.refresh_from_db()
    assert report.status == "accepted"
    assert "退回报表" in page(town, f"/reports/{report.pk}/")


@pytest.mark.parametrize("version", [None, "", "²", "-1", "9" * 30, "x"])
def test_a_step_without_the_version_seen_is_out_of_date(county, report, version):
    facts = {} if version is None else {"version": version}
    town, office = county.cast.client("qingshi.filler"), county.cast.client("office")
    answers = [
        town.post(f"/reports/{report.pk}/submit/", facts),
        town.post(f"/reports/{report.pk}/edit/", facts | {"plans": "写了很久的打算"}),
    ]
    assert "写了很久的打算" in answers[1].content.decode()
    report.refresh_from_db()
    assert report.status == "draft" and not report.edited
    submit(report=report, member=county.cast.qingshi_filler)
    answers += [
        office.post(f"/reports/{report.pk}/accept/", facts),
        office.post(f"/reports/{report.pk}/return/", facts | {"reason": "漏了一处"}),
    ]
    assert "漏了一处" in answers[3].content.decode()
    for answer in answers:
        assert answer.status_code == 409 and "页面已过期，请刷新后再办" in answer.content.decode()
    report.refresh_from_db()
    assert report.status == "submitted"


def form_of(html: str) -> dict[str, str]:
    """The hidden fields and paragraphs of the edit form, as a browser would send them."""
    fields = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', html))
    areas = re.findall(r'<textarea name="(\w+)"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    return fields | dict(areas)


def test_only_touched_paragraphs_count_as_edited(county, report):
    client = county.cast.client("qingshi.filler")
    form = form_of(page(client, f"/reports/{report.pk}/edit/"))
    entry(county.town)  # the numbers move on while someone types
    answer = client.post(f"/reports/{report.pk}/edit/", form | {"plans": "改过的打算"})
    assert answer.status_code == 302
    report.refresh_from_db()
    assert report.edited == ["plans"]
    html = page(client, f"/reports/{report.pk}/")
    assert "改过的打算" in html and "共巡查检查点位5条" in html


def test_the_slower_editor_keeps_his_text_and_sees_the_other(county, report):
    town, head = county.cast.client("qingshi.filler"), county.cast.client("qingshi.head")
    mine = form_of(page(town, f"/reports/{report.pk}/edit/"))
    his = form_of(page(head, f"/reports/{report.pk}/edit/"))
    head.post(f"/reports/{report.pk}/edit/", his | {"work": "领导改过的"})
    answer = town.post(f"/reports/{report.pk}/edit/", mine | {"work": "我改过的"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "领导改过的" in html and "我改过的" in html and "青石镇主要负责人已于" in html
    assert town.post(f"/reports/{report.pk}/edit/", form_of(html)).status_code == 302
    report.refresh_from_db()
    assert report.narrative["work"] == "我改过的"


def test_a_new_report_runs_as_a_job_with_real_steps(county):
    client = county.cast.client("qingshi.filler")
    about = {"kind": "weekly", "agency": "qingshi", "period": WEEK}
    first, again = client.post("/reports/new/", about), client.post("/reports/new/", about)
    assert first.url == again.url and Run.objects.count() == 1
    html = page(client, first.url)
    assert "排队中" in html and "计算数字和文字" in html
    jobs.execute(Run.objects.get().pk)
    answer = client.get(first.url, headers={"HX-Request": "true"})
    report = Report.objects.get()
    assert f'href="/reports/{report.pk}/"' in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert county.cast.client("baiyang.filler").get(first.url).status_code == 404


@pytest.mark.parametrize(
    "about, words",
    [
        ({"period": "2022-09"}, "周报的期间请写作"),
        ({"period": "明天"}, "周报的期间无法识别"),
        ({"period": "2199-W01"}, "这一期还没有开始"),
        ({"agency": "baiyang"}, "选择一个有效的选项"),
        ({"kind": "daily"}, "选择一个有效的选项"),
    ],
)
def test_a_bad_choice_is_told_at_its_field(county, about, words):
    answer = county.cast.client("qingshi.filler").post(
        "/reports/new/", {"kind": "weekly", "agency": "qingshi", "period": WEEK} | about
    )
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Report.objects.exists()


def test_a_duty_opens_the_form_then_its_report(county):
    duty = report_duty(county.town, county.cast.unit("office"))
    client = county.cast.client("qingshi.filler")
    url, word = acts.link(duty)
    assert (url, word) == (f"/reports/duties/{duty.pk}/", "去填报")
    html = page(client, client.get(url).url)
    assert f'value="{WEEK}"' in html
    assert "应报" in page(client, "/reports/") and url in page(client, "/reports/?tab=due")
    report = open_draft(member=county.cast.qingshi_filler, agency=county.town, kind="weekly", period=WEEK)
    assert client.get(url).url == f"/reports/{report.pk}/"
    assert county.cast.client("baiyang.filler").get(url).status_code == 404


def test_tabs_hold_what_they_say(county, report):
    town, office = county.cast.client("qingshi.filler"), county.cast.client("office")
    assert shown_rows(page(town, "/reports/?tab=draft")) == 1
    submit(report=report, member=county.cast.qingshi_filler)
    assert shown_rows(page(office, "/reports/?tab=submitted")) == 1
    accept(report=report, member=county.cast.office)
    assert shown_rows(page(office, "/reports/?tab=accepted")) == 1
    assert "共 <b>1</b>" not in page(county.cast.client("baiyang.filler"), "/reports/?tab=accepted")


def test_a_drafts_numbers_stay_inside_the_unit(county, report):
    Report.objects.filter(pk=report.pk).update(recipient=county.cast.unit("police"))
    client = county.cast.client("police.officer")
    assert client.get(f"/reports/{report.pk}/").status_code == 404
    report.refresh_from_db()
    submit(report=report, member=county.cast.qingshi_filler)
    assert client.get(f"/reports/{report.pk}/").status_code == 200
    return_report(report=report, member=county.cast.police_officer, reason="重做")
    assert client.get(f"/reports/{report.pk}/").status_code == 404


def test_later_changes_show_on_the_page(county, report):
    submit(report=report, member=county.cast.qingshi_filler)
    client = county.cast.client("office")
    assert "数据有变动" not in page(client, f"/reports/{report.pk}/")
    entry(county.town, recorded=now(), people=7)
    assert "数据有变动" in page(client, f"/reports/{report.pk}/")
    html = page(client, f"/reports/{report.pk}/changes/")
    assert "+1" in html and "+7" in html


@pytest.mark.parametrize("ending", ["xlsx", "docx"])
def test_downloads_draft_and_frozen(county, report, ending):
    client, url = county.cast.client("qingshi.filler"), f"/reports/{report.pk}/paper/{ending}/"
    draft = client.get(url)
    assert draft.status_code == 200 and f"weekly-qingshi-2022-W38.{ending}" in draft["Content-Disposition"]
    submit(report=report, member=county.cast.qingshi_filler)
    first = b"".join(client.get(url).streaming_content)
    entry(county.town)
    assert b"".join(county.cast.client("office").get(url).streaming_content) == first
    assert report.papers.filter(issue=1).count() == 2
    assert client.get(f"/reports/{report.pk}/paper/exe/").status_code == 404


def test_form_1_in_the_browser(county):
    client = county.cast.client("qingshi.filler")
    answer = client.get("/reports/forms/patrol/?agency=qingshi&period=2022-09")
    assert answer.status_code == 200 and "patrol-qingshi-2022-09.xlsx" in answer["Content-Disposition"]
    sheet = county.village.sheets.first()
    assert client.get(f"/reports/forms/patrol/?sheet={sheet.pk}").status_code == 200
    assert (
        county.cast.client("baiyang.filler").get(f"/reports/forms/patrol/?sheet={sheet.pk}").status_code
        == 404
    )
    assert (
        county.cast.client("baiyang.filler").get("/reports/forms/patrol/?agency=qingshi").status_code == 404
    )
    assert client.get("/reports/forms/patrol/?sheet=1e9").status_code == 404


def count_of(client, url: str, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(60) as captured:
        page(client, url)
    return len(captured)


def test_query_counts_stay_flat(county, report, django_assert_max_num_queries):
    client = county.cast.client("office")
    submit(report=report, member=county.cast.qingshi_filler)
    urls = [
        "/reports/?tab=submitted",
        "/reports/?tab=due",
        f"/reports/{report.pk}/",
        "/reports/figures/?period=2022-W38",
        f"/reports/{report.pk}/figures/patrols/",
        "/reports/figures/patrols/rows/?period=2022-W38",
    ]
    page(client, "/reports/")  # the session is written once
    before = [count_of(client, url, django_assert_max_num_queries) for url in urls]
    for code in ("shangwan", "xiawan", "baiyang", "huangsha"):
        open_draft(member=None, agency=county.cast.unit(code), kind="weekly", period=WEEK)
        report_duty(county.cast.unit(code), county.cast.unit("office"), period="2022-W37")
        for _ in range(10):
            entry(county.cast.unit(code), people=1)
    Report.objects.update(status="submitted")
    after = [count_of(client, url, django_assert_max_num_queries) for url in urls]
    assert [abs(a - b) <= 2 for a, b in zip(after, before, strict=True)] == [True] * len(urls), (
        before,
        after,
    )


CHOOSE = "/reports/forms/"


def test_the_official_form_is_exported_from_the_ledgers(county):
    client = county.cast.client("qingshi.filler")
    html = page(client, "/ledgers/")
    assert f'href="{CHOOSE}"' in html and "导出官方表格" in html
    html = page(client, CHOOSE)
    assert "每个单位一张表" not in html and "上湾村" in html and "白杨镇" not in html
    answer = client.get(CHOOSE, {"agency": "qingshi", "period": "2022-09"}, follow=True)
    assert answer.redirect_chain == [("/reports/forms/patrol/?agency=qingshi&period=2022-09", 302)]
    assert "attachment" in answer["Content-Disposition"]


def test_a_county_wide_unit_chooses_a_sheet_per_unit(county):
    client = county.cast.client("office")
    assert "每个单位一张表" in page(client, CHOOSE)
    answer = client.get(CHOOSE, {"agency": "office", "period": "2022-09", "split": "on"}, follow=True)
    assert answer.redirect_chain[0][0].endswith("&split=1")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    whole = client.get("/reports/forms/patrol/", {"agency": "office", "period": "2022-09"})
    assert len(book.sheetnames) > len(openpyxl.load_workbook(BytesIO(whole.content)).sheetnames) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"period": "2022-13"}, "2022-13"),
        ({"period": ""}, "请填写期间"),
        ({"agency": "baiyang"}, "您看不到这个单位的台账"),
    ],
)
def test_a_choice_that_cannot_be_exported_is_said(county, more, words):
    facts = {"agency": "qingshi", "period": "2022-09"} | more
    answer = county.cast.client("qingshi.filler").get(CHOOSE, facts)
    assert answer.status_code == 400 and words in answer.content.decode()
