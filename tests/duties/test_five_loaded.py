"""The five notices loaded into a county on the day they bind: who owes what, to the last duty."""

import datetime as dt

import pytest
import time_machine

from agencies.models import Agency, AgencyKind, Body, Division
from duties.actions import campaigns, load_rules, opening
from duties.board import late_q
from duties.models import Assignment, Campaign, Duty, DutyRule, Task, TaskParty
from minewatch.lib.clock import SHANGHAI
from tests.duties.notices import BY_KEY, NOTICES, ROWS, rows
from tests.duties.notices.files import changed, notice

DATE = dt.date
KEYS = [told.key for told in NOTICES]
OTHER_CODES = {"city": "city_office"}
EACH = {"townships": AgencyKind.TOWNSHIP, "villages": AgencyKind.VILLAGE}
BY_CODE = {row.code: row for row in ROWS}
VISITS = "visit"  # owed by leaders with an area, not by a unit


def morning(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)


def load(cast, key, on=None):
    """The campaign, loaded on the first day it binds unless told otherwise."""
    with time_machine.travel(morning(on or BY_KEY[key].binds), tick=False):
        campaigns.load(county=cast.county, definition=notice(key))
    return Campaign.objects.get(key=key)


def run(until: dt.date) -> None:
    """A scheduler that wakes once, `until` that day."""
    with time_machine.travel(morning(until), tick=False):
        opening.open_ahead()


def units(names) -> list[str]:
    """Codes of the demo county's units behind a table's cell, in order; actors owe nothing."""
    found = []
    for name in names:
        if name in EACH:
            found += (
                Agency.objects.filter(kind=EACH[name])
                .order_by("division__code")
                .values_list("code", flat=True)
            )
        elif Agency.objects.filter(code=OTHER_CODES.get(name, name)).exists():
            found.append(OTHER_CODES.get(name, name))
    return found


def expected(key) -> set[tuple[str, str, dt.datetime | None]]:
    """(code, unit, due) of everything owed up to the notice's last day, from the table alone."""
    owed = set()
    for row in rows(key):
        if row.kind == VISITS:
            continue
        hosts = units(row.hosts)[: 1 if row.joint else None]
        dues = [None] if row.once else row.instants()
        owed |= {(row.code, unit, due) for unit in hosts for due in dues}
    return owed


def stored(campaign) -> set[tuple[str, str, dt.datetime | None]]:
    """The same of the duties in the database, whose due day is not beyond the last day."""
    last = morning(BY_KEY[campaign.key].last + dt.timedelta(days=1))
    codes = {f"{campaign.county.code}/{campaign.key}/{task.code}": task.code for task in campaign.tasks.all()}
    return {
        (codes[duty.key.split(":")[0]], duty.agency.code, duty.due_at)
        for duty in Duty.objects.filter(campaign=campaign).select_related("agency")
        if duty.due_at is None or duty.due_at < last
    }


@pytest.mark.parametrize("key", KEYS)
def test_county_owes_exactly_what_the_tables_say(cast, key):
    campaign = load(cast, key)
    run(BY_KEY[key].last)
    assert stored(campaign) == expected(key)


@pytest.mark.parametrize("key", KEYS)
def test_nothing_of_it_is_history_when_loaded_on_the_first_day(cast, key):
    campaign = load(cast, key)
    run(BY_KEY[key].last)
    assert not Duty.objects.filter(
        campaign=campaign, history=True, due_at__gt=morning(BY_KEY[key].binds)
    ).exists()


@pytest.mark.parametrize("key", KEYS)
def test_parties_and_recipients_are_the_tables(cast, key):
    campaign = load(cast, key)
    for row in rows(key):
        task = campaign.tasks.get(code=row.code)
        sides = {
            side: [party.agency.code for party in task.parties.filter(side=side).order_by("order")]
            for side in TaskParty.Side.values
        }
        assert sides["host"] == units(row.hosts), row.code
        assert set(sides["with"]) == set(units(row.cooperating)), row.code
        assert (task.recipient.code if task.recipient else "") == "".join(units([row.to])), row.code
        assert (task.deadline, task.stage.code if task.stage else "") == (row.deadline, row.stage), row.code
        assert task.paragraph == row.paragraph, row.code


@pytest.mark.parametrize("key", KEYS)
def test_loading_years_later_turns_nothing_red(cast, key):
    """Loaded long after: what was due before is 历史, never late; what stands without end goes on."""
    today = DATE(2026, 11, 22)
    campaign = load(cast, key, on=today)
    run(today)
    assert Duty.objects.filter(campaign=campaign).exists()
    assert not Duty.objects.filter(late_q(morning(today)), campaign=campaign).exists()
    if BY_KEY[key].ends:
        assert {due for *_, due in stored(campaign) if due} == {due for *_, due in expected(key) if due}


def test_days_that_do_not_exist_wait_for_a_person(cast):
    campaign = load(cast, "xinbin-2019")
    run(DATE(2019, 12, 1))
    odd = campaign.tasks.filter(deadline=Task.Deadline.IMPOSSIBLE)
    assert {(task.code, task.raw_date, task.suggested_on, task.confirmed_on) for task in odd} == {
        ("XB-2", "2019年9月31日前", DATE(2019, 9, 30), None),
        ("XB-4", "2019年9月31日前", DATE(2019, 9, 30), None),
    }
    waiting = Duty.objects.filter(campaign=campaign, title__in=[task.name for task in odd])
    assert {(duty.agency.code, duty.due_at) for duty in waiting} == {("nr", None)}
    assert not waiting.filter(late_q(morning(DATE(2022, 12, 31)))).exists()


@pytest.mark.parametrize("key", KEYS)
def test_routes_bodies_violations_and_milestones_are_loaded(cast, key):
    campaign, said = load(cast, key), notice(key)
    assert [row.code for row in campaign.violations.order_by("order")] == [
        row["code"] for row in said["violations"]
    ]
    assert [route.matter for route in campaign.routes.order_by("order")] == [
        row["matter"] for row in said["routes"]
    ]
    goals = campaign.tasks.filter(kind=Task.Kind.MILESTONE).order_by("order")
    assert [(goal.code, goal.spec["on"], goal.paragraph) for goal in goals] == [
        (code, on.isoformat(), paragraph) for code, on, paragraph in BY_KEY[key].milestones
    ]
    assert not Duty.objects.filter(rule__task__in=goals).exists()  # a goal is owed by nobody


def test_pianguan_takes_the_place_of_the_standing_patrols(cast):
    with time_machine.travel(morning(DATE(2022, 9, 1)), tick=False):
        load_rules(county=cast.county)
    load(cast, "pianguan-2022")
    run(DATE(2022, 12, 31))
    ended = DutyRule.objects.filter(key__startswith="patrol.").values_list("key", "valid_to")
    assert dict(ended) == dict.fromkeys(
        ("patrol.village.weekly", "patrol.township.monthly", "patrol.county.quarterly"), DATE(2022, 9, 18)
    )
    week = Duty.objects.filter(
        agency=cast.unit("shangwan"), proof_kind="patrol", due_at__gt=morning(DATE(2022, 9, 26))
    ).exclude(status=Duty.Status.CANCELLED)
    assert week.count() == week.values("due_at").distinct().count() > 10


def test_leaders_owe_a_visit_every_month_for_each_area(cast):
    campaign = load(cast, "pianguan-2022")
    task = campaign.tasks.get(code="PG-V1")
    with time_machine.travel(morning(DATE(2022, 10, 5)), tick=False):
        for leader, area in ((cast.leader, "999921100"), (cast.qingshi_head, "999921100201")):
            Assignment.objects.create(
                county=cast.county,
                leader=leader,
                division=Division.objects.get(code=area),
                task=task,
                valid_from=DATE(2022, 10, 5),
            )
    run(DATE(2024, 9, 19))
    dues = [due for due in BY_CODE["PG-V1"].instants() if due.date() >= DATE(2022, 10, 5)]
    for leader in (cast.leader, cast.qingshi_head):
        owed = Duty.objects.filter(member=leader, kind=Duty.Kind.VISIT, due_at__lt=morning(DATE(2024, 9, 20)))
        assert list(owed.order_by("due_at").values_list("due_at", flat=True)) == dues


def test_confirming_the_day_dates_what_was_owed(cast):
    campaign = load(cast, "xinbin-2019")
    task = campaign.tasks.get(code="XB-2")
    with time_machine.travel(morning(DATE(2019, 7, 1)), tick=False):
        campaigns.confirm_date(task=task, on=DATE(2019, 9, 30), by=cast.office, basis="经核对原件")
        opening.open_ahead()
    owed = Duty.objects.open().filter(campaign=campaign, title=task.name)
    assert [(duty.agency.code, duty.due_at) for duty in owed] == [
        ("nr", dt.datetime(2019, 9, 30, 23, 59, 59, tzinfo=SHANGHAI))
    ]


def test_drive_extended_over_february_owes_the_clamped_day(cast):
    load(cast, "jiaocheng-2021")
    with time_machine.travel(morning(DATE(2021, 11, 1)), tick=False):
        campaigns.load(county=cast.county, definition=changed("jiaocheng-2021", ends_on="2022-03-31"))
    run(DATE(2022, 3, 31))
    owed = Duty.objects.filter(
        rule__task__code="JC-R1",
        agency__code="nr",
        due_at__range=(morning(DATE(2022, 2, 1)), morning(DATE(2022, 3, 1))),
    )
    assert [
        f"{due.astimezone(SHANGHAI):%m-%d %H:%M}"
        for due in owed.order_by("due_at").values_list("due_at", flat=True)
    ] == [
        "02-15 18:00",
        "02-28 18:00",
    ]


def test_all_five_stand_side_by_side_in_one_county(cast):
    for key in KEYS:
        load(cast, key, on=DATE(2022, 11, 24))
    assert Campaign.objects.filter(status=Campaign.Status.RUNNING).count() == len(KEYS)
    assert Body.objects.filter(county=cast.county).count() == sum(len(notice(key)["bodies"]) for key in KEYS)
    keys = Duty.objects.values_list("key", flat=True)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("key", KEYS)
def test_same_file_again_writes_nothing(cast, key):
    campaign = load(cast, key)
    before = list(Duty.objects.order_by("pk").values())
    assert load(cast, key).version == campaign.version
    assert list(Duty.objects.order_by("pk").values()) == before


def test_task_forces_ask_for_ten_people_each(cast):
    load(cast, "jiaocheng-2021")
    forces = Body.objects.filter(county=cast.county, kind=Body.Kind.TASK_FORCE).order_by("key")
    assert [(body.seat.code, body.minimum) for body in forces] == [("nr", 10), ("police", 10)]


@pytest.mark.parametrize("key", KEYS)
def test_campaign_and_every_task_have_a_page(cast, key):
    campaign = load(cast, key, on=DATE(2022, 11, 24))
    with time_machine.travel(morning(DATE(2022, 11, 24)), tick=False):
        client = cast.client("office")
        assert client.get(f"/duties/campaigns/{campaign.pk}/").status_code == 200
        for task in campaign.tasks.exclude(kind=Task.Kind.MILESTONE):
            page = client.get(f"/duties/campaigns/{campaign.pk}/tasks/{task.pk}/")
            assert (page.status_code, task.name in page.content.decode()) == (200, True), task.code
