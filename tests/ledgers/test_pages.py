"""Pages of entries, sheets and leads: filing, conflict, totals, hidden looks missing, plain forms work."""

from __future__ import annotations

import datetime as dt
import json
import re
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.urls import reverse

from core.models import AuditEntry, Draft, Notice, StoredFile
from ledgers.actions import sheets
from ledgers.actions.entries import file_entry
from ledgers.models import Entry, Lead, Sheet, SheetComment
from tests.ledgers.make import digging, entry, row, site, today

NEW = "/ledgers/entries/new/"


def fields(**more):
    """The form of a no-finding patrol as a phone sends it."""
    facts = {
        "agency": "qingshi",
        "location": "青石镇上湾村柳树沟",
        "patrolled_at": f"{today()} 00:01",
        "mineral": "建筑用砂",
        "licence": "无",
        "shallow": "否",
        "outcome": "none",
        "token": str(uuid4()),
    }
    return facts | more


def found(**more):
    facts = {"outcome": "found", "illegal": "是", "beyond": "否", "irregular": "否", "measures": "责令停止"}
    return fields(**(facts | more))


def strip(page: bytes) -> bytes:
    """A page without its form tokens."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page)


# filing ------------------------------------------------------------------------------------------


def test_a_plain_form_files_a_row_and_shows_its_receipt(cast):
    client = cast.client("qingshi.filler")
    Draft.objects.create(member=cast.qingshi_filler, form="entry", fields={"location": ["x"]})
    answer = client.post(NEW, fields(), follow=True)
    filed = Entry.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("ledgers:entry_receipt", args=[filed.pk])
    assert (filed.illegal, filed.beyond, filed.irregular, filed.source) == ("no", "no", "no", "phone")
    assert "再填一条" in answer.content.decode() and not Draft.objects.exists()


def test_a_village_needs_no_unit_and_a_site_gives_the_place(cast):
    spot = site(cast)
    answer = cast.client("shangwan.filler").post(
        NEW, fields(agency="shangwan", location="", site=spot.pk), follow=True
    )
    assert answer.status_code == 200
    assert Entry.objects.get().location.startswith("青石镇上湾村柳树沟采石场(E111.46377")


def test_sending_the_form_again_files_nothing_more(cast):
    client, facts = cast.client("qingshi.filler"), fields()
    places = {client.post(NEW, facts)["Location"] for _ in range(3)}
    assert len(places) == 1 and Entry.objects.count() == 1


def test_an_empty_form_comes_back_with_a_summary_and_what_was_typed(cast):
    answer = cast.client("qingshi.filler").post(NEW, {"agency": "qingshi", "remark": "多云"})
    page = answer.content.decode()
    assert answer.status_code == 400 and "<title>错误：" in page and "多云" in page
    for words in ("请选择有无采矿证", "请选择巡查结果"):
        assert words in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"point": "112.9, 39.4"}, "不在示范县范围内"),
        ({"point": "abc"}, "坐标"),
        ({"location": "白杨镇柳林村"}, "该位置属于白杨镇"),
        ({"patrolled_at": "2022-09-31"}, "2022年9月31日"),
        ({"outcome": "none", "illegal": "是"}, "选了未发现问题，但"),
        ({"outcome": "found", "illegal": "否", "beyond": "否", "irregular": "否"}, "三项都填的是“否”"),
        ({"outcome": "found"}, "请选择是否存在越层越界"),
        ({"people": "三"}, "应为0至9999的整数"),
        ({"agency": "baiyang"}, "您不能为这个单位填报"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_is_stored(cast, more, words):
    answer = cast.client("qingshi.filler").post(NEW, fields(**more))
    assert answer.status_code == 400 and words in answer.content.decode()
    assert not Entry.objects.exists() and not Sheet.objects.exists()


def test_digging_must_say_what_was_done(cast):
    answer = cast.client("qingshi.filler").post(NEW, found(measures=""))
    assert answer.status_code == 400 and "已报告，待处置" in answer.content.decode()
    assert not Lead.objects.exists()


def test_digging_with_photos_shows_the_lead_on_the_receipt(cast):
    from PIL import Image

    photo = BytesIO()
    Image.new("RGB", (40, 30), "red").save(photo, "JPEG")
    photo.seek(0)
    photo.name = "现场.jpg"
    answer = cast.client("qingshi.filler").post(NEW, found(photos=[photo], evidence="on"), follow=True)
    lead = Lead.objects.get()
    assert lead.number in answer.content.decode()
    kept = StoredFile.objects.get(kind="photo")
    assert kept.subject_id == str(lead.entry_id) and kept.facts == {"evidence": True}
    client = cast.client("qingshi.head")
    assert client.get(reverse("core:file_view", args=[kept.pk])).status_code == 200
    assert cast.client("baiyang.head").get(reverse("core:file_view", args=[kept.pk])).status_code == 404


def test_a_file_that_is_no_photo_is_refused_by_name(cast):
    bad = BytesIO(b"GIF89a....")
    bad.name = "动图.gif"
    answer = cast.client("qingshi.filler").post(NEW, fields(photos=[bad]))
    assert answer.status_code == 400 and "动图.gif" in answer.content.decode() and not Entry.objects.exists()


def test_like_last_fills_place_mineral_and_permit_but_no_finding(cast):
    file_entry(
        member=cast.qingshi_filler,
        agency=cast.unit("qingshi"),
        row=digging(licence="yes", licence_text="有（C1400）", mineral="铁矿", lon=111.5, lat=39.4),
    )
    form = cast.client("qingshi.filler").get(f"{NEW}?like=last").context["form"]
    assert form.initial["location"] == "青石镇上湾村柳树沟" and form.initial["mineral"] == "铁矿"
    assert form.initial["licence"] == "有" and form.initial["licence_text"] == "C1400"
    assert not {"illegal", "outcome", "measures"} & set(form.initial)


def test_a_draft_of_mine_is_offered_and_of_nobody_else(cast):
    Draft.objects.create(member=cast.qingshi_filler, form="entry", fields={"location": ["没写完的地方"]})
    assert "没写完的地方" in json.dumps(
        cast.client("qingshi.filler").get(NEW).context["draft"]["fields"], ensure_ascii=False
    )
    assert "fields" not in cast.client("baiyang.filler").get(NEW).context["draft"]


@pytest.mark.parametrize("who", ["qingshi.head", "leader", "police.head"])
def test_who_does_not_fill_is_told_so(cast, who):
    assert cast.client(who).get(NEW).status_code == 403


@pytest.mark.parametrize("who", ["auditor", "sysadmin"])
def test_system_roles_find_nothing(cast, who):
    for url in (
        NEW,
        "/ledgers/",
        "/ledgers/entries/",
        "/cases/leads/",
        "/api/ledgers/entries/",
        "/ledgers/grid/",
    ):
        assert cast.client(who).get(url).status_code == 404


def test_the_picker_puts_sites_of_ones_grid_not_yet_seen_first(cast):
    seen, unseen, other = (
        site(cast),
        site(cast, name="东沟采石场"),
        site(cast, village="xiawan", name="西梁铁矿"),
    )
    site(cast, unit="baiyang", village="liulin", name="柳林矿")
    entry(cast, "shangwan.filler", "shangwan", site=seen)
    client = cast.client("shangwan.filler")
    items = client.get("/ledgers/entries/sites/").json()["items"]
    assert [item["id"] for item in items] == [unseen.pk, seen.pk, other.pk]
    assert "本期已巡查" in items[1]["note"]
    assert [i["id"] for i in client.get("/ledgers/entries/sites/?q=xltk").json()["items"]] == [other.pk]


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("111.5, 39.4", 200, "E111.500000"),
        ("39.4, 111.5", 200, "E111.5"),
        ("abc", 400, "坐标"),
        ("", 200, ""),
    ],
)
def test_a_typed_point_is_read_back(cast, text, status, words):
    answer = cast.client("shangwan.filler").get("/ledgers/parse-point/", {"text": text})
    told = answer.json()
    assert answer.status_code == status and words in (told.get("words") or told.get("message"))


def test_a_point_outside_the_county_is_read_with_a_warning(cast):
    told = cast.client("shangwan.filler").get("/ledgers/parse-point/", {"text": "113.5, 39.4"}).json()
    assert told["ok"] and "不在示范县范围内" in told["warning"]


# grid --------------------------------------------------------------------------------------------


def line(number, **more):
    facts = {"location": f"青石镇上湾村{number}号沟", "mineral": "煤", "licence": "无", "shallow": "是"}
    return (
        {"row": number}
        | facts
        | {"illegal": "否", "beyond": "否", "irregular": "否", "measures": "无异常"}
        | more
    )


def send(client, rows, **more):
    body = {
        "token": str(uuid4()),
        "sheet": {"agency": "qingshi", "day": today().isoformat()},
        "rows": rows,
    }
    return client.post(
        "/ledgers/grid/save/",
        json.dumps(body | more),
        content_type="application/json",
        HTTP_ACCEPT="application/json",
    )


def test_a_grid_files_all_its_rows_and_leads_to_the_sheet(cast):
    answer = send(cast.client("qingshi.filler"), [line(n) for n in range(1, 21)])
    sheet = Sheet.objects.get()
    assert answer.json() == {"url": reverse("ledgers:sheet", args=[sheet.pk])}
    assert Entry.objects.filter(source="grid", sheet=sheet, upload__isnull=False).count() == 20


def test_bad_cells_come_back_by_row_and_column_and_nothing_is_stored(cast):
    rows = [line(1), line(4, licence="也许"), line(7, location="白杨镇柳林村", patrolled_at="2022.9.31")]
    answer = send(cast.client("qingshi.filler"), rows)
    told = {(p["row"], p["column"]) for p in answer.json()["problems"]}
    assert answer.status_code == 400 and {(4, "licence"), (7, "location"), (7, "patrolled_at")} <= told
    assert not Entry.objects.exists()


def test_the_good_rows_alone_are_filed_when_that_is_chosen(cast):
    answer = send(cast.client("qingshi.filler"), [line(1), line(2, licence="也许")], good_only="1")
    assert answer.status_code == 200 and Entry.objects.count() == 1


def test_a_grid_sent_twice_acts_once(cast):
    client, token = cast.client("qingshi.filler"), str(uuid4())
    urls = {send(client, [line(1), line(2)], token=token).json()["url"] for _ in range(3)}
    assert len(urls) == 1 and Entry.objects.count() == 2


def test_the_grid_works_without_scripts_and_takes_a_pasted_block(cast):
    client = cast.client("qingshi.filler")
    facts = {"agency": "qingshi", "day": today().isoformat(), "token": str(uuid4())}
    facts |= {f"rows-1-{key}": value for key, value in line(1).items() if key != "row"}
    facts["paste"] = "序号\t巡查检查区域位置\n1\t青石镇下湾村东沟\t煤\t无\t是\t否\t否\t否\t无异常\t\n"
    assert client.post("/ledgers/grid/", facts).status_code == 302
    assert set(Entry.objects.values_list("location", flat=True)) == {"青石镇上湾村1号沟", "青石镇下湾村东沟"}
    bad = client.post("/ledgers/grid/", facts | {"token": str(uuid4()), "rows-1-licence": "也许"})
    assert (
        bad.status_code == 400
        and "第1行有无采矿证" in bad.content.decode()
        and "1号沟" in bad.content.decode()
    )


@pytest.mark.parametrize("body", ["[]", "{", '{"sheet": 3, "rows": "x"}', '{"sheet": {"agency": ["a"]}}'])
def test_a_broken_grid_body_is_answered_not_a_fault(cast, body):
    answer = cast.client("qingshi.filler").post(
        "/ledgers/grid/save/", body, content_type="application/json", HTTP_ACCEPT="application/json"
    )
    assert 400 <= answer.status_code < 500


# sheets ------------------------------------------------------------------------------------------


def move(client, sheet, name, **more):
    url = reverse("ledgers:sheet_move", args=[sheet.pk, name])
    return client.post(url, {"token": str(uuid4()), "version": sheet.version} | more)


def test_the_whole_chain_by_buttons(cast):
    first = entry(cast)
    sheet = first.sheet
    assert move(cast.client("qingshi.filler"), sheet, "submit").status_code == 302
    sheet.refresh_from_db()
    deputy = cast.client("qingshi.deputy")
    assert "退回填表人" in deputy.get(reverse("ledgers:sheet", args=[sheet.pk])).content.decode()
    move(deputy, sheet, "return", reason="位置不清", **{f"row-{first.pk}": "写到沟"})
    sheet.refresh_from_db()
    assert sheet.status == "returned" and SheetComment.objects.filter(entry=first).exists()
    page = cast.client("qingshi.filler").get(reverse("ledgers:sheet", args=[sheet.pk])).content.decode()
    assert "位置不清" in page and "写到沟" in page
    move(cast.client("qingshi.filler"), sheet, "submit")
    sheet.refresh_from_db()
    move(deputy, sheet, "review")
    sheet.refresh_from_db()
    move(cast.client("qingshi.head"), sheet, "sign")
    sheet.refresh_from_db()
    assert sheet.status == "signed"


def test_the_loser_of_a_race_sees_who_was_first_and_keeps_the_text(cast):
    sheet = entry(cast).sheet
    sheets.submit(sheet=sheet, member=cast.qingshi_filler)
    seen = Sheet.objects.get(pk=sheet.pk)
    sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    answer = move(cast.client("qingshi.deputy"), seen, "return", reason="我写了很久的意见")
    page = answer.content.decode()
    assert answer.status_code == 409 and "我写了很久的意见" in page and "青石镇分管领导已于" in page


@pytest.mark.parametrize("version", [None, "", "²", "-1", "9" * 30, "x"])
def test_a_move_without_the_version_seen_is_out_of_date_and_keeps_the_text(cast, version):
    sheet = entry(cast).sheet
    facts = {"reason": "我写了很久的意见"} | ({} if version is None else {"version": version})

    def send(who: str, name: str) -> None:
        url = reverse("ledgers:sheet_move", args=[sheet.pk, name])
        answer = cast.client(who).post(url, facts)
        text = answer.content.decode()
        assert answer.status_code == 409 and "页面已过期，请刷新后再办" in text and facts["reason"] in text
        before = sheet.status
        sheet.refresh_from_db()
        assert sheet.status == before

    for name in ("submit", "zero"):
        send("qingshi.filler", name)
    sheets.submit(sheet=sheet, member=cast.qingshi_filler)
    for name in ("review", "return"):
        send("qingshi.deputy", name)
    sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    for name in ("sign", "countersign", "return"):
        send("qingshi.head", name)


def test_buttons_are_the_legal_moves_and_the_others_say_why(cast):
    sheet = entry(cast).sheet
    sheets.submit(sheet=sheet, member=cast.qingshi_filler)
    url = reverse("ledgers:sheet", args=[sheet.pk])
    page = cast.client("qingshi.filler").get(url).content.decode()
    assert "填表人不能审核、签批自己填报的台账" in page and "/do/review/" not in page
    assert "/do/review/" in cast.client("qingshi.deputy").get(url).content.decode()
    assert "/do/" not in cast.client("office").get(url).content.decode()


def test_the_paper_bears_the_rows_the_names_and_who_printed_it(cast):
    sheet = entry(cast).sheet
    sheets.submit(sheet=sheet, member=cast.qingshi_filler)
    page = cast.client("office").get(reverse("ledgers:sheet_print", args=[sheet.pk])).content.decode()
    assert "示范县严厉打击非法违法开采矿产资源行为巡查检查台账" in page
    assert "填表人：青石镇填表人" in page and "主要负责人：<" in page and "专班办公室经办人 20" in page
    blank = cast.client("shangwan.filler").get("/ledgers/sheets/blank/").content.decode()
    assert blank.count('class="blank"') == 12


def test_form_one_is_downloaded_to_the_cell(cast):
    sheet = entry(cast, mineral="煤").sheet
    answer = cast.client("qingshi.head").get(reverse("ledgers:sheet_xlsx", args=[sheet.pk]))
    page = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert (
        page["A4"].value in (1, "1") and page["B4"].value == "青石镇上湾村柳树沟" and page["C4"].value == "煤"
    )
    assert AuditEntry.objects.filter(verb="export.made").exists()


def test_a_zero_report_is_confirmed_on_its_own_page(cast):
    client = cast.client("shangwan.filler")
    sheet_url = client.post("/ledgers/sheets/open/", {"agency": "shangwan"})["Location"]
    sheet = Sheet.objects.get()
    assert "零报告" in client.get(sheet_url).content.decode()
    assert "确认零报告" in client.get(reverse("ledgers:sheet_zero", args=[sheet.pk])).content.decode()
    assert move(client, sheet, "zero").status_code == 302
    sheet.refresh_from_db()
    assert sheet.zero_report and sheet.status == "reviewed"


def test_a_scan_is_kept_and_a_wrong_file_said(cast):
    sheet = entry(cast).sheet
    sheets.submit(sheet=sheet, member=cast.qingshi_filler)
    sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    sheets.sign(sheet=sheet, member=cast.qingshi_head)
    client, url = cast.client("qingshi.filler"), reverse("ledgers:sheet_scan", args=[sheet.pk])
    bad = BytesIO(b"hello")
    bad.name = "a.txt"
    assert client.post(url, {"file": bad}).status_code == 400
    assert client.post(url, {}).status_code == 400
    good = BytesIO(b"%PDF-1.4")
    good.name = "盖章.pdf"
    assert client.post(url, {"file": good}).status_code == 302
    sheet.refresh_from_db()
    assert sheet.scan.name == "盖章.pdf"


# the list ----------------------------------------------------------------------------------------


def test_the_list_its_total_its_export_and_rest_are_the_same_rows(cast):
    for n in range(3):
        entry(cast, location=f"青石镇上湾村{n}号沟", beyond="yes" if n else "no")
    entry(cast, "baiyang.filler", "baiyang", location="白杨镇柳林村", beyond="yes")
    client = cast.client("nr.officer")
    query = {"agency": "qingshi", "beyond": "yes", "below": "1"}
    page = client.get("/ledgers/entries/", query)
    assert page.context["count"] == 2 and len(page.context["rows"]) == 2
    export = b"".join(client.get("/ledgers/entries/export.xlsx", query).streaming_content)
    book = openpyxl.load_workbook(BytesIO(export)).active
    assert book.max_row == 3
    rest = client.get("/api/ledgers/entries/", query).json()
    assert rest["count"] == 2 and rest["totals"]["beyond"] == 2 and len(rest["results"]) == 2


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 4),
        ({"agency": "qingshi"}, 2),
        ({"agency": "qingshi", "below": "1"}, 3),
        ({"agency": "baiyang"}, 1),
        ({"illegal": "yes"}, 1),
        ({"found": "1"}, 1),
        ({"night": "1"}, 1),
        ({"late": "1"}, 1),
        ({"q": "东沟"}, 1),
        ({"source": "upload"}, 0),
        ({"kept": "void"}, 0),
        ({"first": "2999-01-01"}, 0),
        ({"period": "1999-01"}, 0),
        ({"as_of": "2001-01-01T00:00:00+08:00"}, 0),
        ({"recorded_from": "2999-01-01T00:00:00+08:00"}, 0),
        ({"first": "31.9.2022"}, 0),
        ({"agency": "nowhere"}, 0),
    ],
)
def test_each_parameter_narrows_the_list(cast, query, count):
    entry(cast)
    entry(cast, illegal="yes", night=True, location="青石镇上湾村东沟")
    entry(cast, "shangwan.filler", "shangwan", patrolled_on=today() - dt.timedelta(days=40))
    entry(cast, "baiyang.filler", "baiyang", location="白杨镇柳林村")
    page = cast.client("office").get("/ledgers/entries/", query)
    assert page.status_code == 200 and page.context["count"] == count


def test_pages_follow_each_other_without_gap_or_double(cast):
    from ledgers.actions.entries import file_rows

    rows = [
        row(location=f"青石镇上湾村{n}号沟", patrolled_on=today() - dt.timedelta(days=n % 7))
        for n in range(120)
    ]
    file_rows(member=cast.qingshi_filler, agency=cast.unit("qingshi"), rows=rows, source="grid")
    client, seen, url = cast.client("qingshi.head"), [], "/ledgers/entries/"
    while url:
        page = client.get(url)
        seen += [r["url"] for r in page.context["rows"]]
        following = page.context["page"]["next_url"]
        url = f"/ledgers/entries/{following}" if following else ""
    assert len(seen) == len(set(seen)) == 120
    back = client.get(f"/ledgers/entries/{page.context['page']['previous_url']}")
    assert [r["url"] for r in back.context["rows"]] == seen[50:100]


def test_the_list_takes_the_same_queries_at_ten_and_at_a_thousand_rows(cast, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ledgers.actions.entries import file_rows

    counts = {}
    for url in ("/ledgers/entries/", "/ledgers/", "/api/ledgers/entries/"):
        counts[url] = []
    for total in (10, 990):
        rows = [row(location=f"青石镇上湾村{total}-{n}号沟") for n in range(total)]
        file_rows(member=cast.qingshi_filler, agency=cast.unit("qingshi"), rows=rows, source="grid")
        for url in counts:
            client = cast.client("office")
            with CaptureQueriesContext(
                connection,
            ) as caught:
                client.get(url)
            counts[url].append(len(caught))
    for url, (few, many) in counts.items():
        assert many <= few + 2, url


# hidden looks missing ----------------------------------------------------------------------------

ROUTES = ("sheet", "sheet_print", "sheet_xlsx", "sheet_zero")


@pytest.mark.parametrize(
    "name", [*ROUTES, "entry", "entry_receipt", "entry_correct", "lead", "special_sent", "api_entry"]
)
def test_a_hidden_row_looks_exactly_like_a_missing_one(cast, name):
    filed = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    key = {"sheet": filed.sheet_id, "lead": Lead.objects.get().pk, "special_sent": Lead.objects.get().pk}
    hidden = key.get(name.split("_")[0] if name in ROUTES else name, filed.pk)
    client = cast.client("baiyang.filler")
    answers = [client.get(reverse(f"ledgers:{name}", args=[pk])) for pk in (hidden, 987654)]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [
        strip(answer.content).replace(str(hidden).encode(), b"#").replace(b"987654", b"#")
        for answer in answers
    ]
    assert bodies[0] == bodies[1]


def test_an_outsider_cannot_move_comment_withdraw_or_correct(cast):
    filed = entry(cast)
    client = cast.client("baiyang.deputy")
    for name, args in (
        ("sheet_move", [filed.sheet_id, "submit"]),
        ("sheet_comment", [filed.sheet_id]),
        ("sheet_scan", [filed.sheet_id]),
        ("entry_withdraw", [filed.pk]),
        ("entry_correct", [filed.pk]),
    ):
        assert (
            client.post(reverse(f"ledgers:{name}", args=args), {"reason": "x", "text": "x"}).status_code
            == 404
        )


def test_the_lead_is_linked_for_those_who_may_know_of_it_only(cast):
    filed = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    number = Lead.objects.get().number
    url = reverse("ledgers:entry", args=[filed.pk])
    assert number in cast.client("qingshi.head").get(url).content.decode()
    page = cast.client("leader").get(url)
    assert page.status_code == 200 and number not in page.content.decode()


# records -----------------------------------------------------------------------------------------


def test_a_row_is_corrected_on_its_page_and_keeps_what_the_form_has_no_room_for(cast):
    filed = entry(cast, seq=7, illegal_text="否（已核）", mineral="煤")
    client, url = cast.client("qingshi.filler"), reverse("ledgers:entry_correct", args=[filed.pk])
    form = client.get(url).context["form"]
    facts = {name: form.initial.get(name) or "" for name in form.fields} | {
        "mineral": "铁矿",
        "reason": "矿种写错",
    }
    facts = {name: value for name, value in facts.items() if value not in (None, False)}
    answer = client.post(url, facts | {"token": str(uuid4())})
    assert answer.status_code == 302, answer.context["form"].errors
    new = Entry.objects.live().get()
    assert new.supersedes == filed and new.mineral == "铁矿"
    assert (new.seq, new.illegal_text, new.precision) == (7, "否（已核）", "day")
    page = client.get(reverse("ledgers:entry", args=[filed.pk])).content.decode()
    assert "已更正，以更正后的为准" in page and "矿种写错" in page


def test_a_row_is_withdrawn_on_its_page(cast):
    filed = entry(cast)
    client = cast.client("qingshi.filler")
    client.post(reverse("ledgers:entry_withdraw", args=[filed.pk]), {"reason": "重复填报"})
    assert not Entry.objects.live().exists()
    assert "重复填报" in client.get(reverse("ledgers:entry", args=[filed.pk])).content.decode()


def test_a_special_report_is_sent_and_its_readers_shown(cast):
    client = cast.client("shangwan.head")
    facts = {"agency": "shangwan", "text": "夜里有挖机", "location": "柳树沟", "token": str(uuid4())}
    page = client.post("/ledgers/special/", facts, follow=True).content.decode()
    assert "已报告" in page and "青石镇 青石镇主要负责人" in page
    lead = Lead.objects.get()
    head = cast.client("qingshi.head")
    notice = Notice.objects.get(member=cast.qingshi_head)
    url = reverse("ledgers:lead", args=[lead.pk])
    assert "未阅" in head.get(url).content.decode()
    head.post(reverse("core:notice_read", args=[notice.pk]))
    assert "已阅" in client.get(url).content.decode()


def test_the_room_of_cases_opens_with_the_cases(cast):
    assert cast.client("office").get("/cases/").context["title"] == "案件"


# REST --------------------------------------------------------------------------------------------


def post(client, **facts):
    return client.post("/api/ledgers/entries/", json.dumps(facts), content_type="application/json")


def api_row(**more):
    texts = {
        "location": "青石镇上湾村东沟",
        "licence": "有（C1400）",
        "shallow": "否",
        "illegal": "否",
        "beyond": "×",
    }
    return {"agency": "qingshi", "irregular": "无", "patrolled_at": f"{today()}"} | texts | more


def test_rest_files_by_the_same_columns_and_is_idempotent(cast):
    client, token = cast.client("qingshi.filler"), str(uuid4())
    answers = [post(client, **api_row(token=token)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    filed = Entry.objects.get()
    assert (filed.source, filed.licence, filed.licence_text, filed.beyond) == (
        "api",
        "yes",
        "有（C1400）",
        "no",
    )


def test_rest_says_row_and_column_of_each_problem(cast):
    told = post(cast.client("qingshi.filler"), **api_row(licence="也许", point="112.9,39.4")).json()
    assert told["message"] and {(p["row"], p["column"]) for p in told["problems"]} == {
        (1, "licence"),
        (1, "point"),
    }


def test_rest_sets_nothing_beyond_the_columns(cast):
    extra = {
        "id": 5,
        "voided_at": "2020-01-01",
        "late_entry": True,
        "filed_for": True,
        "sheet": 9,
        "source": "phone",
    }
    filed = post(cast.client("qingshi.filler"), **api_row(**extra)).json()
    row_ = Entry.objects.get(pk=filed["id"])
    assert (row_.source, row_.late_entry, row_.filed_for, row_.voided_at) == ("api", False, False, None)


def test_rest_refuses_other_units_and_unread_parameters(cast):
    client = cast.client("qingshi.filler")
    assert post(client, **api_row(agency="baiyang")).status_code == 404
    answer = client.get("/api/ledgers/entries/", {"first": "x"})
    assert answer.status_code == 400 and answer.json()["problems"][0]["column"] == "first"
    assert client.post("/api/ledgers/entries/", "[", content_type="application/json").status_code == 400
