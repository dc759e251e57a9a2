"""Reminders: the right person, once, in one digest, on time – whatever stopped, moved or raced."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Body, Member, Post, RoleGrant
from core.models import Access, AuditEntry, Matter, Notice
from duties import calendars, ladder
from duties.actions import digests, reminding
from duties.actions.reminding import Swept, sweep
from duties.models import Campaign, Clock, Duty, QuietHours, Reminder, Rung
from minewatch.lib.clock import SHANGHAI, day_end

#: A Wednesday without holidays near it.
NOW = dt.datetime(2022, 9, 21, 10, tzinfo=SHANGHAI)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
CANARY = "绝密矿主金丝雀"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def county(cast):
    ladder.ensure(cast.county)
    return cast


def duty(cast, n=1, *, due, unit="qingshi", role="filler", **fields):
    values = {
        "kind": "other",
        "title": f"{CANARY}{n}",
        "agency": cast.unit(unit),
        "role": role,
        "due_at": due,
    }
    return Duty.objects.create(key=f"test:{n}", **values | fields)


def heard():
    """username → texts of the digests, oldest first."""
    found: dict[str, list[str]] = {}
    for notice in Notice.objects.filter(kind="duty.reminder").select_related("member").order_by("pk"):
        found.setdefault(notice.member.username, []).append(notice.text)
    return found


def told(row):
    """Keys of the rungs that were told of it."""
    rows = Reminder.objects.filter(duty=row, skipped=False).order_by("at", "rung__offset_hours")
    return list(rows.values_list("rung__key", flat=True))


def test_a_county_gets_its_rungs_once_and_keeps_what_was_changed(cast):
    assert ladder.ensure(cast.county) == 6
    Rung.objects.filter(key="late7").update(to=["head"], is_active=False)
    assert ladder.ensure(cast.county) == 0
    assert Rung.objects.get(key="late7").to == ["head"]
    assert not Rung.objects.get(key="late7").is_active


def test_a_county_without_a_ladder_is_given_one_by_the_sweep(cast):
    duty(cast, due=NOW + DAY)
    assert sweep(NOW).due == 1
    assert Rung.objects.filter(county=cast.county).count() == 6


def test_each_rung_tells_its_people_on_its_day(county):
    due = day_end(dt.date(2022, 9, 23))
    row = duty(county, due=due)
    steps = [
        (due - 87 * HOUR, ["qingshi.filler"]),
        (due - 39 * HOUR, ["qingshi.deputy", "qingshi.filler"]),
        (due - 15 * HOUR, ["qingshi.filler"]),
        (due + 9 * HOUR, ["qingshi.deputy"]),
        (due + 57 * HOUR, ["office", "qingshi.head"]),
        (due + 153 * HOUR, ["leader"]),
    ]
    for at, people in steps:
        assert sweep(at - dt.timedelta(minutes=1)) == Swept()
        Notice.objects.all().delete()
        assert sweep(at).due == 1
        assert sorted(heard()) == people
    assert told(row) == ["before3", "before1", "today", "late1", "late3", "late7"]


def test_the_same_sweep_again_tells_nothing(county):
    duty(county, due=NOW + DAY)
    assert sweep(NOW) == Swept(due=1, reminded=1, escalated=1, digests=2)
    assert sweep(NOW) == Swept()
    assert sweep(NOW + HOUR) == Swept()
    assert AuditEntry.objects.filter(verb="duty.reminded").count() == 1


def test_one_digest_holds_everything_and_no_title(county):
    duty(county, 1, due=NOW + DAY)
    duty(county, 2, due=NOW + 2 * DAY)
    duty(county, 3, due=NOW - HOUR)
    sweep(NOW)
    assert heard()["qingshi.filler"] == ["您有 3 项任务待办，其中逾期 1 项。"]
    assert heard()["qingshi.deputy"] == ["有 2 项任务待您督办，其中逾期 1 项。"]
    assert CANARY not in str(list(Notice.objects.values())) + str(list(AuditEntry.objects.values()))


def test_after_an_outage_the_highest_rung_tells_everyone_whom_those_passed_go_to_once(county):
    row = duty(county, due=NOW - 10 * DAY)
    assert sweep(NOW) == Swept(due=1, reminded=1, escalated=1, digests=5)
    assert told(row) == ["late7"]
    assert Reminder.objects.filter(duty=row, skipped=True).count() == 5
    own, others = "您有 1 项任务待办，其中逾期 1 项。", "有 1 项任务待您督办，其中逾期 1 项。"
    assert heard() == {
        "qingshi.filler": [own],
        "qingshi.deputy": [others],
        "qingshi.head": [others],
        "office": [others],
        "leader": [others],
    }
    assert sweep(NOW + DAY) == Swept()


def test_who_heard_of_a_lower_rung_before_the_outage_is_not_told_again(county):
    due = NOW + DAY
    row = duty(county, due=due)
    sweep(NOW)  # before3 and before1: filler and deputy
    Notice.objects.all().delete()
    assert sweep(due + 57 * HOUR).due == 1  # today, late1 and late3 at once
    assert told(row) == ["before1", "late3"]
    assert sorted(heard()) == ["office", "qingshi.deputy", "qingshi.filler", "qingshi.head"]
    Notice.objects.all().delete()
    assert sweep(due + 153 * HOUR).due == 1
    assert sorted(heard()) == ["leader"]


def test_a_late_start_leaves_out_rungs_that_are_not_for_this_kind(county):
    Rung.objects.filter(key__in=["late1", "late3"]).update(kinds=["report"])
    duty(county, due=NOW - 10 * DAY)
    sweep(NOW)
    assert sorted(heard()) == ["leader", "qingshi.deputy", "qingshi.filler"]  # deputy by before1


def test_a_rung_below_one_already_given_is_noted_but_not_told(county):
    row = duty(county, due=NOW - HOUR)
    sweep(NOW)
    Rung.objects.create(county=county.county, key="own", name="提前2天", offset_hours=-48, to=["head"])
    assert sweep(NOW + HOUR).due == 0
    assert told(row) == ["today"]
    assert "qingshi.head" not in heard()


def test_a_moved_due_date_is_told_of_anew(county):
    row = duty(county, due=NOW + 2 * DAY)
    sweep(NOW)
    Duty.objects.filter(pk=row.pk).update(due_at=NOW + 3 * DAY)
    assert sweep(NOW + HOUR).due == 1
    assert told(row) == ["before3", "before3"]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "fulfilled"},
        {"status": "waived"},
        {"status": "cancelled"},
        {"history": True},
        {"due_at": None},
        {"window_start": NOW + HOUR, "window_end": NOW + 2 * DAY},
        {"kind": "report", "first_done_at": NOW - DAY},
    ],
)
def test_what_nobody_can_do_is_not_told(county, change):
    row = duty(county, due=NOW + DAY)
    Duty.objects.filter(pk=row.pk).update(**change)
    assert sweep(NOW) == Swept()
    assert not Reminder.objects.exists()


def test_a_stopped_clock_is_silent_until_it_runs(county):
    row = duty(county, due=NOW + DAY)
    Duty.objects.filter(pk=row.pk).update(stopped=True)
    assert sweep(NOW) == Swept()
    Duty.objects.filter(pk=row.pk).update(stopped=False)
    assert sweep(NOW).due == 1


@pytest.mark.parametrize("change", [{"status": "fulfilled"}, {"stopped": True}, {"due_at": NOW + 9 * DAY}])
def test_what_changed_between_noting_and_telling_is_not_told(county, monkeypatch, change):
    row = duty(county, due=NOW + DAY)
    with monkeypatch.context() as patch:
        patch.setattr(reminding, "tell", lambda at: digests.Told())
        sweep(NOW)
    Duty.objects.filter(pk=row.pk).update(**change)
    assert digests.tell(NOW) == digests.Told()
    assert not heard() and not Reminder.objects.filter(told_at=None, skipped=False).exists()


def test_a_sweep_killed_before_telling_is_finished_by_the_next(county, monkeypatch):
    duty(county, due=NOW + DAY)

    def killed(digest, at):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(digests, "_send", killed)
        sweep(NOW)
    assert not heard()
    assert sweep(NOW + HOUR).digests == 2
    assert heard()["qingshi.filler"] == ["您有 1 项任务待办，其中逾期 0 项。"]


def test_of_two_sweeps_at_once_one_tells(county, monkeypatch):
    duty(county, due=NOW + DAY)
    first = digests._digests

    def slow(lines, at):
        monkeypatch.setattr(digests, "_digests", first)
        sweep(at)  # the other one comes in between and is quicker
        return first(lines, at)

    monkeypatch.setattr(digests, "_digests", slow)
    assert sweep(NOW).digests == 0
    assert {name: len(texts) for name, texts in heard().items()} == {"qingshi.filler": 1, "qingshi.deputy": 1}
    assert Reminder.objects.count() == 2


# days off and quiet hours ----------------------------------------------------------------------------


def test_before_a_holiday_the_reminder_comes_on_the_last_working_day(county):
    row = duty(county, due=day_end(dt.date(2022, 10, 4)))  # 国庆节 10-01 to 10-07; 10-08 and 10-09 are worked
    last = dt.datetime(2022, 9, 30, 9, tzinfo=SHANGHAI)
    assert sweep(last - dt.timedelta(minutes=1)) == Swept()
    assert sweep(last).due == 1
    assert told(row) == ["today"]  # with it the rungs of the days before, the deputy's among them
    assert heard() == {
        "qingshi.filler": ["您有 1 项任务待办，其中逾期 0 项。"],
        "qingshi.deputy": ["有 1 项任务待您督办，其中逾期 0 项。"],
    }


@pytest.mark.parametrize("offset", [-87, -39, -15, -2, 0, 9])
def test_the_query_and_the_rule_agree_on_every_hour(county, offset):
    calendar = calendars.calendar()
    hours = [dt.datetime(2022, 9, 23, tzinfo=SHANGHAI) + n * 5 * HOUR for n in range(80)]
    rows = {duty(county, n, due=due).pk: due for n, due in enumerate(hours)}
    for at in [dt.datetime(2022, 9, 22, 9, tzinfo=SHANGHAI) + n * 7 * HOUR for n in range(60)]:
        wanted = {pk for pk, due in rows.items() if ladder.rung_at(due, offset, calendar) <= at}
        got = set(Duty.objects.filter(ladder.reached(offset, at, calendar)).values_list("pk", flat=True))
        assert got == wanted, at


def test_quiet_hours_hold_and_one_digest_follows(county):
    first = duty(county, 1, due=NOW + 14 * HOUR)  # at 24时: rung "today" is passed; -15h is 9时
    night = dt.datetime(2022, 9, 21, 23, tzinfo=SHANGHAI)
    second = duty(county, 2, due=night + 39 * HOUR)
    assert sweep(night) == Swept()
    assert sweep(night + 7 * HOUR + dt.timedelta(minutes=59)) == Swept()
    assert sweep(night + 8 * HOUR).due == 2
    assert heard()["qingshi.filler"] == ["您有 2 项任务待办，其中逾期 1 项。"]
    assert told(first) == ["today"] and told(second) == ["before1"]


def test_urgent_rungs_and_hours_do_not_wait(county):
    night = dt.datetime(2022, 9, 21, 23, tzinfo=SHANGHAI)
    clock = Clock.objects.create(
        code="lead.24h", name="24小时", amount=24, unit="hours", basis="310号令", valid_from="2020-01-01"
    )
    hours = duty(county, 1, due=night + 10 * HOUR, clock=clock)
    days = duty(county, 2, due=night + 10 * HOUR)
    assert sweep(night).due == 1
    assert told(hours) and not told(days)
    Rung.objects.filter(key="today").update(urgent=True)
    assert sweep(night).due == 1
    assert told(days) == ["today"]


def test_rest_days_may_be_quiet(county):
    QuietHours.objects.update(rest_days=True)
    saturday = dt.datetime(2022, 9, 24, 10, tzinfo=SHANGHAI)
    duty(county, due=saturday - DAY)
    assert sweep(saturday) == Swept()
    assert sweep(saturday + 2 * DAY).due == 1


def test_a_rung_may_be_for_some_kinds_or_switched_off(county):
    Rung.objects.filter(key="before1").update(kinds=["report"])
    Rung.objects.filter(key="before3").update(is_active=False)
    row, report = duty(county, 1, due=NOW + DAY), duty(county, 2, due=NOW + DAY, kind="report")
    assert sweep(NOW).due == 1
    assert told(row) == [] and told(report) == ["before1"]


# who --------------------------------------------------------------------------------------------------


def test_a_named_person_hears_alone(county):
    duty(county, due=NOW + 2 * DAY, member=county.qingshi_head)
    sweep(NOW)
    assert set(heard()) == {"qingshi.head"}


def test_a_post_without_holder_passes_up(county):
    RoleGrant.objects.filter(member__agency=county.unit("shangwan"), role="filler").delete()
    duty(county, 1, due=NOW + 2 * DAY, unit="shangwan")
    sweep(NOW)
    assert set(heard()) == {"qingshi.filler"}


def test_in_a_bureau_the_approver_stands_for_the_deputy(county):
    duty(county, due=NOW - DAY, unit="nr", role="officer")
    sweep(NOW)
    assert set(heard()) == {"nr.officer", "nr.approver"}


def test_a_unit_with_one_desk_alone_is_told_of_outside_only_when_late(county):
    duty(county, 1, due=NOW + DAY, unit="forestry", role="officer")
    sweep(NOW)
    assert set(heard()) == {"forestry.officer"}
    duty(county, 2, due=NOW - DAY, unit="forestry", role="officer")
    sweep(NOW)
    assert set(heard()) == {"forestry.officer", "leader"}


def supervised(county, key, member):
    """A body whose head is the supervising leader."""
    body = Body.objects.create(
        county=county.county, key=key, name="领导小组", kind="leading_group", seat=county.unit("office")
    )
    Post.objects.create(
        body=body,
        agency=member.agency,
        member=member,
        title="head",
        supervises=True,
        status="recorded",
        valid_from=NOW.date(),
        proposed_at=NOW,
    )


def test_the_body_names_the_supervising_leader(county):
    Rung.objects.exclude(key="late7").update(is_active=False)
    supervised(county, "own-1", county.office)
    duty(county, due=NOW - 8 * DAY)
    sweep(NOW)
    assert set(heard()) == {"office"}


def test_each_campaigns_duty_goes_to_the_leader_of_its_own_body(county):
    """Two notices stand in one county: neither's leader is troubled with the other's, nor with the rest."""
    Rung.objects.exclude(key="late7").update(is_active=False)
    supervised(county, "jc.group", county.qingshi_head)
    supervised(county, "sz.group", county.office)
    drives = {
        key: Campaign.objects.create(
            county=county.county, key=key, name=key, starts_on=NOW.date(), status="running"
        )
        for key in ("jc", "sz", "pg")
    }
    owed = [("jc", "qingshi.head"), ("sz", "office"), ("pg", "leader"), (None, "leader")]
    for n, (key, leader) in enumerate(owed):
        Notice.objects.all().delete()
        duty(county, n, due=NOW - 8 * DAY, campaign=drives.get(key))
        sweep(NOW)
        assert set(heard()) == {leader}, key


def test_the_office_and_the_holder_hear_in_their_own_words(county):
    duty(county, 1, due=NOW - 4 * DAY)
    duty(county, 2, due=NOW + DAY, unit="office", role="office")
    sweep(NOW)
    assert heard()["office"] == ["您有 1 项任务待办，其中逾期 0 项；另有 1 项待您督办。"]


def test_a_matter_is_told_to_those_who_know_it_only(county):
    matter = Matter.objects.create(sealed=True)
    Access.objects.create(matter=matter, agency=county.unit("police"), relation="holder")
    Access.objects.create(matter=matter, agency=county.unit("office"), relation="office")
    duty(county, 1, due=NOW - 4 * DAY, unit="police", role="officer", matter=matter)
    assert sweep(NOW).digests == 4
    # the office knows states and clocks of a sealed affair, never its content; the leader is not related
    assert set(heard()) == {"police.officer", "police.approver", "police.head", "office"}


def test_a_barred_person_hears_nothing(county):
    matter = Matter.objects.create()
    Access.objects.create(matter=matter, agency=county.unit("police"), relation="holder")
    Access.objects.create(matter=matter, member=county.police_officer, relation="barred")
    row = duty(county, 1, due=NOW + 2 * DAY, unit="police", role="officer", matter=matter)
    assert sweep(NOW) == Swept(due=1)
    assert heard() == {} and told(row) == ["before3"]


def test_who_left_hears_nothing(county):
    Member.objects.filter(username="qingshi.filler").update(is_active=False)
    duty(county, due=NOW + 2 * DAY, member=county.qingshi_filler)
    sweep(NOW)
    assert "qingshi.filler" not in heard() and heard()


def test_the_notice_opens_the_to_do_page(county):
    duty(county, due=NOW + 2 * DAY)
    sweep(NOW)
    notice = Notice.objects.get(kind="duty.reminder")
    answer = county.client("qingshi.filler").post(f"/notices/{notice.pk}/read/")
    assert answer.status_code == 302 and answer.url == "/todo/"


def test_the_queries_do_not_grow_with_the_duties(county):
    def measured(first, last):
        for n in range(first, last):
            duty(county, n, due=NOW + 2 * DAY)
        with CaptureQueriesContext(connection) as queries:
            assert sweep(NOW).due == last - first
        return len(queries)

    measured(0, 1)
    few = measured(1, 5)
    assert measured(5, 105) <= few + 2


def test_what_was_escalated_stands_under_my_watch_of_the_head(county):
    row = duty(county, due=NOW - 4 * DAY, unit="shangwan")
    duty(county, 2, due=NOW - 4 * DAY, unit="baiyang")
    page = county.client("qingshi.head").get("/todo/?tab=watch")
    items = [item for group in page.context["groups"] for item in group["items"]]
    assert [item.pk for item in items] == [row.pk]
    assert not items[0].may_urge
    tabs = county.client("qingshi.filler").get("/todo/").context["tabs"]
    assert "我督办" not in [tab["label"] for tab in tabs]
