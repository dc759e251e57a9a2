"""待办 and 督办: the right rows for each person, one tap, 404 for strangers, the same few queries."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Acting, RoleGrant
from core import notices
from core.models import Access, Matter
from duties import actions, acts, board
from duties.models import Duty, Urge
from minewatch.lib.clock import SHANGHAI

NOW = dt.datetime(2022, 9, 21, 10, tzinfo=SHANGHAI)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rules(cast):
    actions.load_rules(county=cast.county, loaded_at=NOW - 21 * DAY)
    return cast


def duty(cast, n=1, unit="qingshi", role="filler", due=DAY, **fields):
    values = {
        "kind": "other",
        "title": f"任务{n}",
        "agency": cast.unit(unit),
        "role": role,
        "due_at": NOW + due,
    }
    return Duty.objects.create(key=f"test:{n}", **values | fields)


def titles(response):
    return [item.title for group in response.context["groups"] for item in group["items"]]


def test_home_groups_by_due_time(cast):
    for n, due in enumerate([-DAY, dt.timedelta(hours=5), 2 * DAY, 9 * DAY, None]):
        duty(cast, n, due=due or DAY, **({"due_at": None} if due is None else {}))
    page = cast.client("qingshi.filler").get("/todo/")
    assert [group["key"] for group in page.context["groups"]] == ["late", "today", "week", "later", "open"]
    assert [tally["count"] for tally in page.context["tallies"]] == [1, 1, 1, 2]
    assert page.context["tabs"][0]["count"] == 5
    for words in ("逾期1天", "今天到期", "剩2天", "剩9天"):
        assert words in page.content.decode()


def test_only_holders_have_it_before_them(cast):
    duty(cast, role="deputy")
    assert titles(cast.client("qingshi.deputy").get("/todo/")) == ["任务1"]
    for name in ("qingshi.filler", "baiyang.deputy", "shangwan.filler", "police.officer", "leader"):
        assert titles(cast.client(name).get("/todo/")) == []


def test_a_named_duty_is_that_persons_only(cast):
    duty(cast, member=cast.member("qingshi.deputy"))
    assert titles(cast.client("qingshi.deputy").get("/todo/")) == ["任务1"]
    assert titles(cast.client("qingshi.filler").get("/todo/")) == []


def test_the_acting_person_has_it_too(cast):
    duty(cast, role="head")
    Acting.objects.create(
        agency=cast.unit("qingshi"),
        role="head",
        member=cast.member("qingshi.deputy"),
        valid_from=NOW.date(),
        basis="试",
    )
    assert titles(cast.client("qingshi.deputy").get("/todo/")) == ["任务1"]


def test_an_empty_post_passes_to_the_unit_above(cast):
    duty(cast, unit="shangwan", role="head")
    assert titles(cast.client("qingshi.head").get("/todo/")) == []
    RoleGrant.objects.filter(member__username="shangwan.head").delete()
    assert titles(cast.client("qingshi.head").get("/todo/")) == ["任务1"]
    assert titles(cast.client("baiyang.head").get("/todo/")) == []


def test_only_what_can_be_done_now_is_before_me(rules):
    found = titles(rules.client("shangwan.filler").get("/todo/"))
    assert [title for title in found if "第38周" in title] == ["村级周排查 2022年第38周（9月19日—9月25日）"]
    assert not [title for title in found if "第39周" in title]  # its week has not begun
    assert not [
        title for title in titles(rules.client("qingshi.filler").get("/todo/")) if "月报 2022年9月" in title
    ]


def test_done_and_watch_tabs(cast):
    row = duty(cast, due=-DAY)
    office = cast.client("office")
    assert titles(office.get("/todo/?tab=watch")) == ["任务1"]
    assert "催报" in office.get("/todo/?tab=watch").content.decode()
    actions.fulfil(key=row.key)
    assert titles(office.get("/todo/?tab=watch")) == []
    assert titles(cast.client("qingshi.filler").get("/todo/?tab=done")) == ["任务1"]
    assert "我督办" not in cast.client("qingshi.filler").get("/todo/").content.decode()


def test_one_tap_goes_where_the_duty_is_done(cast, monkeypatch):
    monkeypatch.setattr(acts, "ACTS", {})
    acts.register("report", lambda row: f"/reports/new/?duty={row.pk}", "去写报表")
    row = duty(cast, proof_kind="report.weekly", kind="report")
    assert acts.link(row) == (f"/reports/new/?duty={row.pk}", "去写报表")
    assert acts.link(row, "/reports/7/") == ("/reports/7/", "去填报")
    assert (
        f'href="/reports/new/?duty={row.pk}"' in cast.client("qingshi.filler").get("/todo/").content.decode()
    )


def test_notices_to_acknowledge_stand_on_top(cast):
    notices.send(
        members=[cast.member("qingshi.head")], kind="lead.alarm", text="有一条线索待您查看。", needs_ack=True
    )
    body = cast.client("qingshi.head").get("/todo/").content.decode()
    assert "有一条线索待您查看" in body and "已阅并查看" in body


@pytest.mark.parametrize("name", ["baiyang.head", "police.officer", "shangwan.filler", "procuratorate"])
def test_outsider_sees_404(cast, name):
    row = duty(cast)
    client = cast.client(name)
    assert client.get(f"/duties/{row.pk}/").status_code == 404
    assert client.post(f"/duties/{row.pk}/urge/").status_code == 404
    assert client.get("/duties/").context["count"] == 0


@pytest.mark.parametrize("name", ["auditor", "sysadmin"])
def test_no_business_no_page(cast, name):
    row = duty(cast)
    for path in ("/todo/", "/duties/", "/duties/coverage/", f"/duties/{row.pk}/"):
        assert cast.client(name).get(path).status_code == 404


def test_a_duty_on_a_hidden_matter_is_hidden(cast):
    matter = Matter.objects.create()
    row = duty(cast, matter=matter)
    assert cast.client("qingshi.filler").get(f"/duties/{row.pk}/").status_code == 404
    Access.objects.create(matter=matter, agency=cast.unit("qingshi"), relation="holder")
    assert cast.client("qingshi.filler").get(f"/duties/{row.pk}/").status_code == 200


def test_the_record_says_why_this_date(rules):
    row = Duty.objects.get(key="report.weekly:qingshi:2022-W38")
    body = rules.client("qingshi.filler").get(f"/duties/{row.pk}/").content.decode()
    assert "每周五，本期数据为2022年9月17日至9月23日，遇节假日不顺延，期限为2022年9月23日24时" in body
    assert "青石镇填表人" in body


def test_a_returned_report_is_not_late_while_its_correction_waits(rules):
    row = Duty.objects.get(key="report.weekly:qingshi:2022-W37")
    paper = rules.unit("shangwan")
    paper.duty_id = row.pk
    actions.prove(kind="report.weekly", agency=row.agency, at=row.due_at, subject=paper)
    actions.send_back(key=row.key)
    found = titles(rules.client("qingshi.filler").get("/todo/"))
    assert f"退回修改：{row.title}" in found and row.title not in found
    assert "退回修改中" in rules.client("office").get(f"/duties/{row.pk}/").content.decode()
    watched = rules.client("office").get("/todo/?tab=watch")
    assert row.pk not in [item.pk for group in watched.context["groups"] for item in group["items"]]


def test_urge_button_acts_once_a_day(cast):
    row = duty(cast)
    client = cast.client("office")
    for _ in range(2):
        assert client.post(f"/duties/{row.pk}/urge/", {"next": "/duties/"}).url == "/duties/"
    assert Urge.objects.count() == 1
    assert client.post(f"/duties/{row.pk}/urge/", {"next": "//evil.example/"}).url == f"/duties/{row.pk}/"
    assert "今天已催报" in client.get("/duties/").content.decode()


def test_those_who_may_not_urge_are_told_and_have_no_button(cast):
    row = duty(cast)
    client = cast.client("qingshi.head")
    assert "催报</button>" not in client.get("/duties/").content.decode()
    client.post(f"/duties/{row.pk}/urge/")
    assert not Urge.objects.exists()
    assert client.post(f"/duties/{row.pk}/waive/", {"reason": "x"}).status_code == 403


def test_waiving_is_the_offices(cast):
    row = duty(cast)
    cast.client("leader").post(f"/duties/{row.pk}/waive/", {"reason": "大雪封路"})
    row.refresh_from_db()
    assert row.status == "waived"
    assert "大雪封路" in cast.client("qingshi.head").get(f"/duties/{row.pk}/").content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["任务1", "任务2"]),
        ("state=late", ["任务1", "任务3"]),
        ("state=done", ["任务3"]),
        ("state=past", ["任务4"]),
        ("state=all&unit=baiyang", ["任务2"]),
        ("state=all&kind=sign", ["任务2"]),
        ("state=all&period=2022-W37", ["任务3"]),
        ("unit=nowhere", []),
        ("period=2022-13", []),
    ],
)
def test_filters(cast, query, expected):
    duty(cast, 1, due=-DAY)
    duty(cast, 2, unit="baiyang", kind="sign")
    duty(cast, 3, due=-5 * DAY, status="fulfilled", first_done_at=NOW - DAY)
    duty(cast, 4, due=-40 * DAY, history=True)
    page = cast.client("office").get(f"/duties/?{query}")
    assert sorted(item.title for item in page.context["duties"]) == expected
    assert page.context["count"] == len(expected)


def test_pages_tile_the_list(cast):
    agency = cast.unit("qingshi")
    Duty.objects.bulk_create(
        [
            Duty(
                key=f"n:{n}",
                kind="other",
                title=f"任务{n}",
                agency=agency,
                role="filler",
                due_at=None if n % 10 == 0 else NOW + (n // 3) * DAY,
            )
            for n in range(120)
        ]
    )
    client, url, seen = cast.client("office"), "/duties/", []
    while url:
        page = client.get(url)
        seen.append([item.pk for item in page.context["duties"]])
        url = page.context["page"]["next_url"] and "/duties/" + page.context["page"]["next_url"]
    assert [len(part) for part in seen] == [50, 50, 20]
    assert len({pk for part in seen for pk in part}) == 120
    back = client.get("/duties/" + page.context["page"]["previous_url"])
    assert [item.pk for item in back.context["duties"]] == seen[1]


def test_coverage_numbers_open_their_rows(rules):
    actions.prove(
        kind="patrol", agency=rules.unit("shangwan"), at=NOW - 3 * DAY, subject=rules.unit("qingshi")
    )
    client = rules.client("office")
    page = client.get("/duties/coverage/?period=2022-09")
    (table,) = page.context["tables"]
    assert table["total"]["cells"][0]["value"] > table["total"]["cells"][2]["value"] > 0
    for row in [*table["rows"], table["total"]]:
        for cell in row["cells"]:
            if cell["url"]:
                assert client.get(cell["url"]).context["count"] == cell["value"]
    assert "无法识别统计期" in client.get("/duties/coverage/?period=xx").content.decode()


def test_late_in_the_database_is_late_on_the_row(cast):
    n = 0
    for status in Duty.Status.values:
        for due in (None, -DAY, DAY):
            for first in (None, -2 * DAY, dt.timedelta(0)):
                if status == "fulfilled" and first is None:
                    continue
                for history in (True, False):
                    n += 1
                    duty(
                        cast,
                        n,
                        status=status,
                        history=history,
                        due_at=due and NOW + due,
                        first_done_at=None if first is None else NOW + first,
                    )
    late = set(Duty.objects.filter(board.late_q(NOW)).values_list("pk", flat=True))
    assert late == {row.pk for row in Duty.objects.all() if row.late(NOW)}
    assert late


@pytest.mark.parametrize(
    "path", ["/todo/", "/todo/?tab=done", "/todo/?tab=watch", "/duties/?state=all", "/duties/coverage/"]
)
def test_the_same_few_queries_at_10_and_1000_rows(cast, path):
    client, agency = cast.client("office"), cast.unit("office")

    def fill(first, last):
        Duty.objects.bulk_create(
            [
                Duty(
                    key=f"n:{n}",
                    kind="other",
                    title=f"任务{n}",
                    agency=agency,
                    role="office",
                    due_at=NOW + (n - 5) * DAY,
                    status="fulfilled" if n % 3 == 0 else "open",
                    first_done_at=NOW if n % 3 == 0 else None,
                )
                for n in range(first, last)
            ]
        )

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    fill(0, 10)
    queries()  # the first visit also writes the session
    few = queries()
    fill(10, 1000)
    assert abs(queries() - few) <= 2
    assert few <= 25
