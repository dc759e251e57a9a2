"""Nothing owed is lost or doubled: two schedulers, an outage, the turn of a year, a change half-way."""

import datetime as dt
import threading
from itertools import pairwise

import pytest
import time_machine
from django.db import connection

from core.models import AuditEntry
from duties import actions, spans
from duties.actions.opening import realign
from duties.models import Duty, DutyRule, TaskParty
from duties.recompute import recompute_provisional
from minewatch.lib.clock import midnight
from tests.duties.make_tasks import FRIDAYS, LOADED, at, campaign, keys, rule, task

DAILY = {"kind": "daily", "at": "18:00"}
EVERY_TEN = {"kind": "every", "n": 10, "start": "2022-09-19"}


def opened(when, **rest):
    with time_machine.travel(when, tick=False):
        return actions.open_ahead(**rest)


def windows(made, unit="qingshi"):
    rows = Duty.objects.filter(rule__task=made, agency__code=unit).order_by("due_at")
    return list(rows.values_list("window_start", "window_end"))


# ---------------------------------------------------------------- twice is once


@pytest.mark.django_db
def test_a_second_opening_changes_nothing(cast):
    made = task(cast, campaign(cast))
    rule(made)
    task(cast, made.campaign, code="SZ-9", deadline="impossible")
    assert opened(LOADED) > 0
    before = list(Duty.objects.order_by("pk").values())
    audits = AuditEntry.objects.count()
    assert [opened(LOADED) for _ in range(3)] == [0, 0, 0]
    assert opened(LOADED, afresh=True) == 0
    assert list(Duty.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.count() == audits


@pytest.mark.django_db
def test_one_scheduler_between_read_and_write_of_another_opens_each_once(cast, monkeypatch):
    """The loser of the race has read that nothing is there, and writes after the winner."""
    made = task(cast, campaign(cast))
    rule(made)
    monkeypatch.setattr("duties.actions.opening.stored", lambda keys: set())
    first = opened(LOADED)
    opened(LOADED)
    assert Duty.objects.filter(rule__task=made).count() == first
    assert AuditEntry.objects.filter(verb="duty.reopened").count() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_open_each_once(transactional_cast):
    made = task(transactional_cast, campaign(transactional_cast))
    rule(made, DAILY)
    task(transactional_cast, made.campaign, code="SZ-9", deadline="impossible")
    counts, errors, barrier = [], [], threading.Barrier(4)

    def work():
        try:
            barrier.wait()
            counts.append(actions.open_ahead(LOADED))
        except Exception as error:  # noqa: BLE001 – told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    with time_machine.travel(LOADED, tick=False):
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert not errors
    assert sorted(counts)[:3] == [0, 0, 0]
    assert max(counts) == Duty.objects.count() > 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_change_and_a_tick_at_once_leave_one_row_each(transactional_cast):
    made = task(transactional_cast, campaign(transactional_cast))
    rule(made)
    errors, barrier = [], threading.Barrier(2)

    def work(act):
        try:
            barrier.wait()
            act()
        except Exception as error:  # noqa: BLE001 – told below
            errors.append(error)
        finally:
            connection.close()

    acts = [lambda: actions.open_ahead(LOADED), lambda: realign(made.campaign, LOADED, apply=True)]
    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    with time_machine.travel(LOADED, tick=False):
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert not errors
    assert Duty.objects.count() == len(set(keys(made))) > 0


# ---------------------------------------------------------------- outages


@pytest.mark.django_db
@pytest.mark.parametrize("schedule", [DAILY, EVERY_TEN, FRIDAYS])
def test_after_an_outage_missed_ones_are_made_once_and_marked(cast, monkeypatch, schedule):
    monkeypatch.setattr(spans, "AHEAD", dt.timedelta(0))  # as after an outage longer than the look ahead
    made = task(cast, campaign(cast, "2022-09-19"), hosts=("qingshi",))
    rule(made, schedule)
    before, after = at(2022, 9, 30, 20), at(2022, 10, 11, 9)
    opened(before, afresh=True)
    there = set(keys(made))
    opened(after)
    missed = set(keys(made)) - there
    expected = {
        key for key in missed if Duty.objects.get(key__endswith=key).window_start < after - spans.OUTAGE
    }
    assert set(keys(made, catch_up=True)) == expected
    assert (opened(after), len(expected) > 0) == (0, True)
    found = windows(made)
    assert all(one[1] == two[0] for one, two in pairwise(found))


@pytest.mark.django_db
def test_three_days_down_lose_no_daily_duty_and_none_is_marked_twice(cast):
    made = task(cast, campaign(cast), hosts=("qingshi",))
    rule(made, DAILY)
    opened(LOADED)
    for day in (22, 25, 28):
        opened(at(2022, 9, day, 9))
    days = [f"2022-09-{day:02d}" for day in range(1, 31)]
    assert list(Duty.objects.filter(period__startswith="2022-09").values_list("period", flat=True)) == days
    assert not Duty.objects.filter(catch_up=True).exists()  # fourteen days ahead covers three days down


@pytest.mark.django_db
def test_a_worker_that_never_ran_for_a_month_catches_up(cast):
    made = task(cast, campaign(cast), hosts=("qingshi",))
    rule(made)
    opened(LOADED)
    opened(at(2022, 11, 2))
    fridays = Duty.objects.filter(rule__task=made, history=False, due_at__lt=at(2022, 11, 2))
    assert [row.due_at.astimezone(LOADED.tzinfo).day for row in fridays] == [23, 30, 7, 14, 21, 28]
    assert all(row.late(at(2022, 11, 2)) for row in fridays)  # owed all the same


# ---------------------------------------------------------------- the turn of the year


@pytest.mark.django_db
def test_weeks_days_and_tens_run_through_new_year(cast):
    of = campaign(cast, "2021-12-01")
    weekly = task(cast, of, code="W", hosts=("qingshi",))
    tens = task(cast, of, code="T", hosts=("qingshi",))
    monthly = task(cast, of, code="M", hosts=("qingshi",))
    loaded = at(2021, 12, 1, 9)
    rule(weekly, loaded=loaded)
    rule(tens, {"kind": "every", "n": 10, "start": "2021-12-01"}, loaded=loaded)
    rule(monthly, {"kind": "monthly", "days": [10], "window": "previous"}, loaded=loaded)
    day = loaded
    while day < at(2022, 2, 1):
        opened(day)
        day += dt.timedelta(days=3)
    for made in (weekly, tens):
        found = windows(made)
        assert found[0][0] == midnight(dt.date(2021, 12, 1))
        assert all(one[1] == two[0] for one, two in pairwise(found))
    periods = list(Duty.objects.filter(rule__task=weekly).values_list("period", flat=True))
    assert len(periods) == len(set(periods))
    assert periods[4:7] == ["2021-W52", "2022-W01", "2022-W02"]
    assert "2021-12" in Duty.objects.filter(rule__task=monthly).values_list("period", flat=True)
    assert not Duty.objects.filter(catch_up=True, history=False).exists()


@pytest.mark.django_db
def test_a_year_without_arrangement_is_provisional_until_it_comes(cast, tmp_path):
    of = campaign(cast, "2026-11-01", "2027-12-31", holiday="next")
    made = task(cast, of, hosts=("qingshi",))
    rule(made, {"kind": "monthly", "days": [10], "roll": "next"}, loaded=at(2026, 11, 1, 9))
    opened(at(2026, 12, 28, 9))
    december = Duty.objects.get(period="2026-12")
    january = Duty.objects.get(period="2027-01")
    assert not december.provisional
    assert (january.provisional, january.due_at) == (True, at(2027, 1, 11, 23, 59, 59))
    file = tmp_path / "2027.csv"
    rows = "2027-01-11,holiday,元旦,试\n2027-10-01,holiday,国庆节,试\n"
    file.write_text(f"date,kind,name,source\n{rows}", encoding="utf-8")
    with time_machine.travel(at(2026, 12, 29, 9), tick=False):
        assert actions.load_calendar(path=file).recomputed >= 1
    january.refresh_from_db()
    assert (january.provisional, january.due_at) == (False, at(2027, 1, 12, 23, 59, 59))
    assert (recompute_provisional(), opened(at(2026, 12, 29, 9))) == (0, 0)


# ---------------------------------------------------------------- changes half-way


@pytest.mark.django_db
def test_a_change_half_way_keeps_what_was_owed_under_the_old_rule(cast):
    made = task(cast, campaign(cast), hosts=("qingshi",))
    rule(made)
    opened(LOADED)
    old = list(Duty.objects.filter(due_at__lt=at(2022, 10, 12)).values("key", "due_at", "window_end"))
    DutyRule.objects.update(schedule={"kind": "monthly", "days": [15, 30], "at": "18:00"})
    when = at(2022, 10, 12, 9)
    with time_machine.travel(when, tick=False):
        realign(made.campaign, when, apply=True)
        assert actions.open_ahead(when) == 0
        assert actions.open_ahead(when, afresh=True) == 0
    kept = Duty.objects.filter(due_at__lt=when, status="open", history=False)
    assert set(kept.values_list("key", flat=True)) <= {row["key"] for row in old}
    assert list(kept.values_list("period", flat=True)) == ["2022-W38", "2022-W39", "2022-W40"]
    ahead = Duty.objects.filter(due_at__gte=when, status="open").values_list("due_at", flat=True)
    assert list(ahead)[:2] == [at(2022, 10, 15, 18), at(2022, 10, 30, 18)]


@pytest.mark.django_db
def test_a_tick_after_a_change_that_nobody_realigned_makes_nothing_overdue(cast):
    made = task(cast, campaign(cast), hosts=("qingshi",))
    rule(made)
    opened(LOADED)
    when = at(2022, 10, 12, 9)
    opened(when)
    DutyRule.objects.update(schedule=DAILY)
    opened(when, afresh=True)
    assert not [row for row in Duty.objects.filter(period__startswith="2022-10-") if row.late(when)]


@pytest.mark.django_db
def test_a_paper_handed_in_during_an_outage_hides_nothing_that_was_missed(cast):
    made = task(cast, campaign(cast), hosts=("qingshi",), proof_kind="report.weekly")
    rule(made)
    opened(LOADED)
    back = at(2022, 11, 9, 9)  # the worker has been down for seven weeks
    paper = cast.unit("shangwan")
    paper.period = "2022-W43"
    with time_machine.travel(at(2022, 10, 28, 9), tick=False):
        actions.prove(
            kind="report.weekly", agency=cast.unit("qingshi"), at=at(2022, 10, 28, 9), subject=paper
        )
    opened(back)
    weeks = Duty.objects.filter(rule__task=made, history=False, due_at__lt=back)
    assert list(weeks.values_list("period", flat=True)) == [f"2022-W{n}" for n in range(38, 45)]
    assert [row.period for row in weeks if not row.late(back)] == ["2022-W43"]


@pytest.mark.django_db
def test_a_unit_that_joins_owes_from_that_day_on(cast):
    made = task(cast, campaign(cast), hosts=("qingshi",))
    rule(made)
    opened(LOADED)
    TaskParty.objects.create(task=made, agency=cast.unit("huangsha"), side="host", joined_on="2022-09-26")
    opened(at(2022, 9, 26, 9))
    first = Duty.objects.filter(agency__code="huangsha").order_by("due_at").first()
    assert first.due_at == at(2022, 9, 30, 23, 59, 59)
