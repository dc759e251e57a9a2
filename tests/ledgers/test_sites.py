"""The register: kept by those whose it is, read in scope, changed by one at a time."""

import io
import json

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry
from ledgers.actions import gang, sites
from ledgers.actions.entries import EntryRow, file_entry
from ledgers.actions.refs import load_refs
from ledgers.models import GangMark, Site
from ledgers.site_columns import parse_site
from minewatch.lib.clock import local_date, now
from tests.ledgers.register import permit, site

FORM = {"name": "柳树沟采石场", "kind": "mine", "production": "producing", "mineral": "建筑石料用灰岩"}
GOOD_CODE = "914403001922038216"


def fields(cast, **more):
    return {**FORM, "township": cast.unit("qingshi").pk, "village": cast.unit("shangwan").pk, **more}


def facts_for(cast, agency="qingshi", **texts):
    row = parse_site(
        {"township": "青石镇", **FORM, "kind": "有证矿山", **texts}, load_refs(cast.unit(agency))
    )
    assert not row.refused, row.problems
    return row.facts


def test_a_township_adds_a_site_with_its_point_as_written(cast):
    answer = cast.client("qingshi.filler").post(
        "/ledgers/sites/new/", fields(cast, point="X=4367476.78 Y=37543904.65", operator_uscc=GOOD_CODE)
    )
    row = Site.objects.get()
    assert answer.url == f"/ledgers/sites/{row.pk}/"
    assert (row.coordinate_raw, row.datum) == ("X=4367476.78 Y=37543904.65", "CGCS2000")
    assert (row.lon, row.lat) == pytest.approx((111.51, 39.44), abs=1e-5)
    assert (row.number, row.initials, row.village.code) == ("100-0001", "lsgcsc", "shangwan")


def test_an_old_datum_is_kept_and_never_converted(cast):
    cast.client("qingshi.filler").post(
        "/ledgers/sites/new/", fields(cast, point="4367476.78,37543904.65", datum="西安80")
    )
    row = Site.objects.get()
    assert (row.datum, row.lon, row.coordinate_raw) == ("西安80", None, "4367476.78,37543904.65")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写名称"),
        ({"operator_uscc": "914403001922038217"}, "校验不通过"),
        ({"point": "112.9,39.4"}, "不在示范县范围内"),
        ({"point": "西安80 4367476.78,37543904.65", "datum": "北京54"}, "互相矛盾"),
        ({"output_t": "很多"}, "产量无法识别"),
        ({"village": "hekou"}, "不属于青石镇"),
    ],
)
def test_a_slip_is_named_and_nothing_is_stored(cast, changes, words):
    if "village" in changes:
        changes = {"village": cast.unit(changes["village"]).pk}
    answer = cast.client("nr.officer").post("/ledgers/sites/new/", fields(cast, **changes))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Site.objects.exists()


def test_a_form_sent_twice_is_one_site(cast):
    token = "2f4d4c2e-6a1f-4b7e-9d0a-0d9a6a5f1c12"
    client = cast.client("qingshi.filler")
    for _ in range(2):
        assert client.post("/ledgers/sites/new/", fields(cast, token=token)).status_code == 302
    assert Site.objects.count() == 1


def test_of_two_editors_the_second_is_told_who_was_first(cast):
    row = site("qingshi", "甲矿")
    page = cast.client("qingshi.filler").get(f"/ledgers/sites/{row.pk}/edit/").content.decode()
    assert 'name="version" value="1"' in page
    first = cast.client("qingshi.filler").post(
        f"/ledgers/sites/{row.pk}/edit/", fields(cast, name="甲一矿", version=1)
    )
    assert first.status_code == 302
    second = cast.client("nr.officer").post(
        f"/ledgers/sites/{row.pk}/edit/", fields(cast, name="甲二矿", version=1)
    )
    assert second.status_code == 409
    assert "青石镇填表人已于" in second.content.decode()
    assert "甲二矿" in second.content.decode()
    row.refresh_from_db()
    assert row.name == "甲一矿"


def test_the_same_number_twice_in_a_township_is_refused(cast):
    site("qingshi", "甲矿", "QS-1")
    with pytest.raises(DomainError, match="已有编号"):
        sites.save_site(
            member=cast.qingshi_filler, agency=cast.unit("qingshi"), facts=facts_for(cast, number="QS-1")
        )


def test_who_keeps_whose_register(cast):
    def may(username):
        return set(sites.kept_townships(cast.member(username)).values_list("code", flat=True))

    everything = {"qingshi", "baiyang", "huangsha"}
    assert may("qingshi.filler") == may("qingshi.deputy") == {"qingshi"}
    assert may("nr.officer") == may("office") == everything
    for other in ("qingshi.head", "shangwan.filler", "police.officer", "leader", "sysadmin", "auditor"):
        assert may(other) == set()
    with pytest.raises(NotAllowed):
        sites.save_site(member=cast.office, agency=cast.unit("shangwan"), facts=facts_for(cast))


def test_who_reads_which_sites(cast):
    site("qingshi", "甲矿", village="shangwan")
    site("qingshi", "乙矿", village="xiawan")
    site("baiyang", "丙矿")

    def sees(username):
        return set(Site.objects.visible_to(cast.member(username)).values_list("name", flat=True))

    assert sees("shangwan.filler") == {"甲矿"}
    assert sees("qingshi.head") == {"甲矿", "乙矿"}
    for county in ("nr.officer", "office", "leader", "police.officer"):
        assert sees(county) == {"甲矿", "乙矿", "丙矿"}
    for none in ("water.officer", "auditor", "sysadmin"):
        assert sees(none) == set()


def test_a_hidden_site_looks_like_a_missing_one(cast):
    row = site("baiyang", "丙矿")
    licence = permit(row, local_date(now()))
    client = cast.client("qingshi.filler")
    for name, pk in (
        ("site", row.pk),
        ("site_edit", row.pk),
        ("licence_new", row.pk),
        ("licence", licence.pk),
    ):
        hidden = client.get(reverse(f"ledgers:{name}", args=[pk]))
        missing = client.get(reverse(f"ledgers:{name}", args=[987654]))
        assert (hidden.status_code, hidden.content) == (404, missing.content), name
    assert client.post(reverse("ledgers:site_retire", args=[row.pk]), {"reason": "x"}).status_code == 404


def test_retired_sites_leave_the_list_and_stay_readable(cast):
    row = site("qingshi", "甲矿")
    client = cast.client("qingshi.filler")
    assert client.post(f"/ledgers/sites/{row.pk}/retire/", {"version": 1}).status_code == 400
    client.post(f"/ledgers/sites/{row.pk}/retire/", {"version": 1, "reason": "已闭坑"}, follow=True)
    assert "甲矿" not in client.get("/ledgers/sites/").content.decode()
    assert "已闭坑" in client.get(f"/ledgers/sites/{row.pk}/").content.decode()
    with pytest.raises(Conflict):
        sites.restore(site=row, member=cast.qingshi_filler, expected_version=1)
    client.post(f"/ledgers/sites/{row.pk}/restore/", {"version": 2})
    assert Site.objects.get().is_active


@pytest.mark.parametrize(
    "query",
    [
        "q=柳树",
        "q=ｌｓｇ",
        "q=lsgc",
        "q=石料公司",
        "q=上湾",
        "q=QS-7",
        "kind=mine",
        "township=qingshi",
        "mineral=灰岩",
    ],
)
def test_the_list_finds_by(cast, query):
    more = {"operator": "示范石料公司", "mineral": "建筑石料用灰岩"}
    site("qingshi", "柳树沟采石场", "QS-7", village="shangwan", **more)
    site("baiyang", "东山煤矿", "BY-1", kind="dig_spot", mineral="煤")
    page = cast.client("nr.officer").get(f"/ledgers/sites/?{query}").content.decode()
    assert "柳树沟采石场" in page
    assert "东山煤矿" not in page


def test_the_export_holds_exactly_what_the_list_shows(cast):
    site("qingshi", '=HYPERLINK("http://x")', "QS-1", operator="+86测试", mineral="煤")
    site("qingshi", "乙矿", "007", mineral="煤", operator_uscc=GOOD_CODE)
    site("qingshi", "丙矿", "QS-3", mineral="铁矿")
    site("baiyang", "丁矿", mineral="煤")
    client = cast.client("qingshi.filler")
    assert "共 <b>2</b>" in client.get("/ledgers/sites/?mineral=煤").content.decode()
    answer = client.get("/ledgers/sites/export.xlsx?mineral=煤")
    data = b"".join(answer.streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2))
    assert [row[0].value for row in rows] == ["007", "QS-1"]
    assert rows[1][1].value == '=HYPERLINK("http://x")' and rows[1][1].data_type == "s"
    assert rows[0][11].value == GOOD_CODE
    assert AuditEntry.objects.get(verb="export.made").facts == {"what": "sites", "rows": 2}


def test_pages_turn_both_ways(cast):
    for n in range(120):
        site("qingshi", f"矿{n}", f"{n:03}")
    client = cast.client("qingshi.filler")
    seen, url = [], "/ledgers/sites/"
    while url:
        context = client.get(url).context
        seen += [row["cells"][1]["text"] for row in context["rows"]]
        url = context["page"]["next_url"] and "/ledgers/sites/" + context["page"]["next_url"]
        last = context
    assert seen == [f"{n:03}" for n in range(120)]
    back = client.get("/ledgers/sites/" + last["page"]["previous_url"]).context
    assert [row["cells"][1]["text"] for row in back["rows"]] == seen[50:100]


def test_lists_cost_the_same_at_ten_and_at_hundreds(cast):
    client = cast.client("nr.officer")
    client.get("/ledgers/sites/")
    counts = []
    for size in (10, 200):
        for n in range(size):
            permit(site("qingshi", f"矿{size}-{n}", village="shangwan"), local_date(now()), f"C{size}{n}")
        with CaptureQueriesContext(connection) as seen:
            for url in ("/ledgers/sites/", "/ledgers/licences/expiring/", "/ledgers/sites/pick/?q="):
                assert client.get(url).status_code == 200
        counts.append(len(seen))
    assert abs(counts[0] - counts[1]) <= 2


def entry(cast, member, agency, at, day):
    row = EntryRow(
        location="", site=at, licence="yes", shallow="no", illegal="no", beyond="no", irregular="no",
        patrolled_on=day,
    )  # fmt: skip
    return file_entry(member=cast.member(member), agency=cast.unit(agency), row=row)


def test_the_picker_offers_this_weeks_open_sites_of_my_village_first(cast):
    done = site("qingshi", "已查矿", "1", village="shangwan")
    site("qingshi", "未查矿", "2", village="shangwan")
    mine = site("qingshi", "我的矿", "3", village="shangwan", watchers="上湾村填表人")
    site("qingshi", "下湾矿", "0", village="xiawan")
    entry(cast, "shangwan.filler", "shangwan", done, local_date(now()))
    items = cast.client("shangwan.filler").get("/ledgers/sites/pick/?q=").json()["items"]
    assert [item["label"] for item in items] == ["我的矿", "未查矿", "已查矿"]
    assert items[0]["id"] == mine.pk and items[0]["note"] == "上湾村 · 本周未巡查"
    assert items[-1]["note"] == "上湾村 · 本周已巡查"
    for typed in ("wdk", "我的", "３"):
        assert (
            cast.client("shangwan.filler").get("/ledgers/sites/pick/", {"q": typed}).json()["items"][0]["id"]
            == mine.pk
        )
    township = cast.client("qingshi.filler").get("/ledgers/sites/pick/?q=").json()["items"]
    assert "下湾矿" in [item["label"] for item in township]


def test_the_file_of_a_mine_shows_licences_patrols_and_time_line(cast):
    row = site("qingshi", "甲矿", village="shangwan", output_t="1200.50")
    permit(row, local_date(now()))
    entry(cast, "shangwan.filler", "shangwan", row, local_date(now()))
    sites.save_site(
        member=cast.nr_officer, agency=row.agency, facts={"name": "甲矿"}, village=row.village, site=row
    )
    page = cast.client("qingshi.filler").get(f"/ledgers/sites/{row.pk}/").content.decode()
    for words in (
        "C1400002022097130012345",
        "今天到期",
        "未发现问题",
        "上湾村",
        "1200.50",
        "自然资源局承办人",
    ):
        assert words in page, words


# ---------------------------------------------------------------- the restricted mark


def test_the_mark_is_for_police_office_and_leader_and_every_look_is_audited(cast):
    row = site("qingshi", "甲矿")
    gang.mark(site=row, member=cast.police_officer, basis="专案线索机密词")
    url = f"/ledgers/sites/{row.pk}/gang/"
    for n, reader in enumerate(("police.officer", "office", "leader"), 1):
        assert "专案线索机密词" in cast.client(reader).get(url).content.decode()
        assert AuditEntry.objects.filter(verb="gang.read").count() == n
    for other in (
        "qingshi.filler",
        "qingshi.head",
        "nr.officer",
        "nr.head",
        "shangwan.filler",
        "sysadmin",
        "auditor",
    ):
        client = cast.client(other)
        assert client.get(url).status_code == 404, other
        assert client.get(url).content == client.get("/ledgers/sites/987654/gang/").content
        assert client.post(url, {"basis": "x"}).status_code == 404
    assert AuditEntry.objects.filter(verb="gang.read").count() == 3
    assert GangMark.objects.count() == 1


def test_the_mark_shows_nowhere_else(cast):
    row = site("qingshi", "甲矿")
    gang.mark(site=row, member=cast.police_officer, basis="专案线索机密词")
    gang.lift(site=row, member=cast.police_officer)
    gang.mark(site=row, member=cast.police_officer, basis="专案线索机密词二")
    own = (f"/ledgers/sites/{row.pk}/", f"/api/sites/{row.pk}/")
    urls = (*own, "/ledgers/sites/", "/ledgers/sites/pick/?q=", "/search/?q=甲矿", "/search/?q=机密")
    for reader in ("qingshi.filler", "nr.officer", "police.officer", "leader"):
        for url in urls:
            page = cast.client(reader).get(url).content.decode()
            assert "机密" not in page.replace("搜索“机密”", "").replace('value="机密"', "").replace(
                "没有找到“机密”", ""
            )
    assert "标记" not in cast.client("qingshi.filler").get(f"/ledgers/sites/{row.pk}/").content.decode()
    assert "涉黑" not in cast.client("nr.officer").get(f"/ledgers/sites/{row.pk}/").content.decode()
    export = b"".join(cast.client("police.officer").get("/ledgers/sites/export.xlsx").streaming_content)
    texts = [str(c.value) for r in openpyxl.load_workbook(io.BytesIO(export)).active.iter_rows() for c in r]
    assert not [text for text in texts if "机密" in text or "涉黑" in text]


def test_one_live_mark_and_its_history(cast):
    row = site("qingshi", "甲矿")
    gang.mark(site=row, member=cast.police_officer, basis="一")
    with pytest.raises(DomainError):
        gang.mark(site=row, member=cast.police_officer, basis="二")
    gang.lift(site=row, member=cast.office)
    with pytest.raises(DomainError):
        gang.lift(site=row, member=cast.office)
    gang.mark(site=row, member=cast.police_head, basis="三")
    assert [m.basis for m in gang.read(site=row, member=cast.leader)] == ["三", "一"]


# ---------------------------------------------------------------- REST


def test_rest_reads_in_scope_and_creates_by_the_same_columns(cast):
    site("baiyang", "丙矿")
    client = cast.client("qingshi.filler")
    texts = {**FORM, "kind": "有证矿山", "township": "青石镇", "village": "上湾村", "point": "111.5,39.4"}
    made = client.post("/api/sites/", json.dumps(texts), content_type="application/json")
    assert made.status_code == 201, made.content.decode()
    listed = client.get("/api/sites/").json()
    assert [item["name"] for item in listed["items"]] == ["柳树沟采石场"]
    assert client.get(f"/api/sites/{made.json()['id']}/").json()["village"]["code"] == "shangwan"
    assert client.get(f"/api/sites/{Site.objects.get(name='丙矿').pk}/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"township": "白杨镇", "village": ""}, 400, "township"),
        ({"operator_uscc": "91"}, 400, "operator_uscc"),
        ({"gang": "是"}, 400, "gang"),
        ({"agency": 3}, 400, "agency"),
        ({"name": {"a": 1}}, 400, "name"),
    ],
)
def test_rest_refuses_with_the_field(cast, changes, status, field):
    texts = {**FORM, "kind": "有证矿山", "township": "青石镇", **changes}
    answer = cast.client("qingshi.filler").post(
        "/api/sites/", json.dumps(texts), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert not Site.objects.exists()


def test_an_edit_that_does_not_say_what_it_saw_is_refused(cast):
    place = site("qingshi", "柳树沟采石场")
    answer = cast.client("nr.officer").post(f"/ledgers/sites/{place.pk}/retire/", {"reason": "已关闭"})
    assert answer.status_code == 409
    assert "页面已过期" in answer.content.decode()
