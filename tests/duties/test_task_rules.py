"""What a campaign's task binds whom to: hosts in order, from the day they joined, once or again and again."""

import json

import pytest
import time_machine
from django.core.management import CommandError, call_command

from core.models import AuditEntry
from duties import actions
from duties.actions.opening import realign
from duties.models import Assignment, Duty, DutyRule
from duties.rules import asked_of, binds_from, expand, owners, read_rhythm, task_key, undated, with_owners
from duties.why import rule_sentence, schedule_words
from tests.duties.make_tasks import LOADED, at, campaign, day, keys, rule, task

pytestmark = pytest.mark.django_db


def opened(when=LOADED, **rest):
    with time_machine.travel(when, tick=False):
        return actions.open_ahead(**rest)


def realigned(of, when=LOADED, apply=True):
    with time_machine.travel(when, tick=False):
        return realign(of, when, apply=apply)


def party(made, unit):
    return made.parties.get(agency__code=unit)


# ---------------------------------------------------------------- owners


def test_hosts_owe_it_in_the_notices_order_and_cooperating_units_do_not(cast):
    made = task(cast, campaign(cast), hosts=("police", "nr"))
    made.parties.create(agency=cast.unit("emergency"), side="with")
    found = [(one.agency.code, one.recipient.code, one.role) for one in owners(rule(made))]
    assert found == [("police", "office", "officer"), ("nr", "office", "officer")]


def test_a_joint_task_is_the_first_hosts_alone(cast):
    made = task(cast, campaign(cast), hosts=("police", "nr"), joint=True)
    rows = list(expand(rule(made), day("2022-09-19"), day("2022-09-30")))
    assert [(one.agency.code, one.occurrence.key) for one in rows] == [
        ("police", "2022-W38"),
        ("police", "2022-W39"),
    ]


def test_a_joint_task_passes_to_the_second_host_when_the_first_has_left(cast):
    made = task(cast, campaign(cast), hosts=("police", "nr"), joint=True)
    made.parties.filter(agency__code="police").update(left_on="2022-09-25")
    rows = expand(rule(made), day("2022-09-19"), day("2022-09-30"))
    assert [(one.agency.code, one.occurrence.key) for one in rows] == [
        ("police", "2022-W38"),
        ("nr", "2022-W39"),
    ]


@pytest.mark.parametrize(
    ("joined", "left", "weeks"),
    [
        (None, None, ["2022-W37", "2022-W38", "2022-W39"]),
        ("2022-09-23", None, ["2022-W38", "2022-W39"]),  # joined on the due day: owes it
        ("2022-09-24", None, ["2022-W39"]),
        (None, "2022-09-23", ["2022-W37", "2022-W38"]),  # left on the due day: still owes it
        (None, "2022-09-22", ["2022-W37"]),
        ("2022-09-17", "2022-09-24", ["2022-W38"]),
    ],
)
def test_a_unit_owes_nothing_due_before_it_joined_or_after_it_left(cast, joined, left, weeks):
    made = task(cast, campaign(cast), hosts=("qingshi",))
    made.parties.update(joined_on=joined, left_on=left)
    rows = expand(rule(made), day("2022-09-12"), day("2022-09-30"))
    assert [one.occurrence.key for one in rows] == weeks


def test_a_unit_out_of_service_owes_nothing_new(cast):
    unit = cast.unit("qingshi")
    unit.is_active = False
    unit.save()
    made = task(cast, campaign(cast))
    assert [one.agency.code for one in owners(rule(made))] == ["baiyang"]


@pytest.mark.parametrize(
    ("unit", "spec", "role"),
    [
        ("qingshi", {}, "filler"),
        ("shangwan", {}, "filler"),
        ("nr", {}, "officer"),
        ("office", {}, "office"),
        ("nr", {"role": "head"}, "head"),
    ],
)
def test_it_comes_to_the_desk_that_does_such_work_there(cast, unit, spec, role):
    made = task(cast, campaign(cast), hosts=(unit,), spec=spec)
    (owed,) = expand(rule(made), day("2022-09-19"), day("2022-09-25"))
    assert owed.duty().role == role


def test_hosts_are_asked_for_the_proof_and_no_one_else(cast):
    made = task(cast, campaign(cast), proof_kind="report.weekly")
    made.parties.create(agency=cast.unit("huangsha"), side="with")
    rule(made)
    assert asked_of(cast.unit("qingshi"), "report.weekly")
    assert not asked_of(cast.unit("huangsha"), "report.weekly")


def test_owners_of_many_rules_cost_no_more_queries(cast, django_assert_num_queries):
    of = campaign(cast)
    for number in range(5):
        rule(task(cast, of, code=f"SZ-{number}", kind="visit" if number % 2 else "task"))
    with django_assert_num_queries(3):
        assert len([one for row in with_owners(DutyRule.objects.all()) for one in owners(row)]) == 6


# ---------------------------------------------------------------- rows


def test_the_row_names_campaign_task_and_period(cast):
    made = task(cast, campaign(cast), hosts=("qingshi",))
    (owed,) = expand(rule(made), day("2022-09-19"), day("2022-09-25"))
    row = owed.duty()
    assert task_key(made) == "999921/sz/SZ-R1"
    assert row.key == "999921/sz/SZ-R1:qingshi:2022-W38"
    assert (row.campaign, row.title) == (made.campaign, "工作情况 2022年第38周（9月17日—9月23日）")


def test_a_thing_done_once_has_its_name_alone_and_counts_since_the_start(cast):
    made = task(cast, campaign(cast), kind="task", deadline="fixed", name="视频监控系统")
    (owed, _) = expand(
        rule(made, {"kind": "once", "on": "2022-12-31", "opens": "2022-09-01"}),
        day("2022-12-31"),
        day("2022-12-31"),
    )
    row = owed.duty()
    assert (row.title, row.window_start, row.due_at) == (
        "视频监控系统",
        at(2022, 9, 1),
        at(2022, 12, 31, 23, 59, 59),
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("report", "report"),
        ("bulletin", "report"),
        ("meeting", "meeting"),
        ("patrol", "patrol"),
        ("inspection", "inspection"),
        ("task", "task"),
        ("plan", "task"),
        ("filing", "task"),
        ("delivery", "task"),
        ("survey", "task"),
    ],
)
def test_the_kind_of_duty_follows_the_kind_of_task(cast, kind, expected):
    made = task(cast, campaign(cast), kind=kind, hosts=("nr",))
    (owed,) = expand(rule(made), day("2022-09-19"), day("2022-09-25"))
    assert owed.duty().kind == expected


def test_a_long_name_leaves_room_for_the_period(cast):
    made = task(cast, campaign(cast), name="报" * 160, hosts=("nr",))
    (owed,) = expand(rule(made), day("2022-09-19"), day("2022-09-25"))
    assert len(owed.duty().title) == 160
    assert owed.duty().title.endswith("报 2022年第38周（9月17日—9月23日）")


@pytest.mark.parametrize(
    ("signed", "starts", "own", "first"),
    [
        ("2021-04-30", "2021-04-01", None, "2021-04-30"),  # JC: signed on the last day of its stage 1
        (None, "2019-06-01", None, "2019-06-01"),  # XB: no day of signing
        ("2021-05-28", "2021-06-10", None, "2021-06-10"),
        ("2021-04-30", "2021-04-01", "2021-05-02", "2021-05-02"),
        ("2021-04-30", "2021-04-01", "2021-04-02", "2021-04-30"),
    ],
)
def test_nothing_is_due_before_signing_start_and_the_tasks_own_day(cast, signed, starts, own, first):
    of = campaign(cast, starts=starts, ends=None, signed=signed)
    assert binds_from(of, day(own)) == day(first)


def test_the_signing_day_itself_is_kept_and_holds_what_came_before_it(cast):
    of = campaign(cast, "2021-04-01", "2021-11-30", "2021-04-30", key="jc")
    made = task(cast, of, hosts=("nr",))
    jc = rule(made, {"kind": "monthly", "days": [15, 30], "at": "18:00", "opens": "2021-04-01"})
    found = [one.occurrence for one in expand(jc, day("2021-04-01"), day("2021-11-30"))]
    assert (found[0].window.start, found[0].due_at) == (at(2021, 4, 1), at(2021, 4, 30, 18))
    assert len(found) == 15  # 30 April, then the 15th and 30th of seven months


def test_opens_is_no_part_of_the_schedule():
    rhythm = read_rhythm({"kind": "every", "n": 2, "start": "2021-04-30", "opens": "2021-04-01"})
    assert (rhythm.schedule.start, rhythm.opens) == (day("2021-04-30"), day("2021-04-01"))
    assert read_rhythm({"kind": "daily"}).opens is None


# ---------------------------------------------------------------- 包联


def leads(cast, made, leader, area="qingshi", since="2022-09-01", until=None):
    return Assignment.objects.create(
        county=cast.county,
        leader=leader,
        division=cast.unit(area).division,
        task=made,
        valid_from=since,
        valid_to=until,
    )


def test_each_leader_owes_a_visit_for_each_area(cast):
    made = task(cast, campaign(cast), code="PG-V1", kind="visit", name="包联督导", hosts=("nr",))
    one = leads(cast, made, cast.nr_head, "qingshi")
    two = leads(cast, made, cast.nr_head, "baiyang")
    rows = [
        owed.duty()
        for owed in expand(
            rule(made, {"kind": "monthly", "days": [31], "window": "current"}),
            day("2022-10-01"),
            day("2022-10-31"),
        )
    ]
    assert [(row.key.split(":", 1)[1], row.proof_kind, row.title) for row in rows] == [
        (f"nr:2022-10:a{one.pk}", f"visit.{one.pk}", "包联督导（青石镇） 2022年10月"),
        (f"nr:2022-10:a{two.pk}", f"visit.{two.pk}", "包联督导（白杨镇） 2022年10月"),
    ]
    assert {(row.kind, row.member.username, row.role) for row in rows} == {("visit", "nr.head", "head")}


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        ("2022-09-30", None, ["2022-09", "2022-10", "2022-11"]),
        ("2022-10-01", None, ["2022-10", "2022-11"]),
        ("2022-09-01", "2022-10-31", ["2022-09", "2022-10"]),
        ("2022-09-01", "2022-10-30", ["2022-09"]),
    ],
)
def test_an_assignment_counts_on_the_due_day_only(cast, since, until, months):
    made = task(cast, campaign(cast), kind="visit", hosts=())
    leads(cast, made, cast.nr_head, since=since, until=until)
    monthly = rule(made, {"kind": "monthly", "days": [31], "window": "current"})
    found = expand(monthly, day("2022-09-01"), day("2022-11-30"))
    assert [owed.occurrence.key for owed in found] == months


def test_the_county_leader_is_asked_as_leader(cast):
    leader = next(m for m in cast.unit("county").members.all() if "leader" in m.own_roles)
    made = task(cast, campaign(cast), kind="visit", hosts=())
    leads(cast, made, leader)
    (owed,) = expand(rule(made), day("2022-09-19"), day("2022-09-25"))
    assert owed.duty().role == "leader"


# ---------------------------------------------------------------- without a day


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"deadline": "impossible", "raw_date": "2019年9月31日前"}, 2),
        ({"deadline": "impossible", "confirmed_on": "2022-09-30"}, 0),
        ({"deadline": "none", "spec": {"deadline": {"kind": "none", "once": True}}}, 2),
        ({"deadline": "none", "spec": {"deadline": {"kind": "none"}}}, 0),
        ({"deadline": "ongoing"}, 0),
        ({"deadline": "impossible", "dropped_at": LOADED}, 0),
        ({"deadline": "impossible", "joint": True}, 1),
    ],
)
def test_a_thing_without_a_day_is_owed_undated(cast, fields, count):
    assert len(undated(task(cast, campaign(cast), **fields))) == count


def test_an_undated_duty_is_opened_once_and_never_red(cast):
    made = task(cast, campaign(cast), deadline="impossible", kind="task")
    assert (opened(afresh=True), opened()) == (2, 0)
    assert keys(made) == ["baiyang:undated", "qingshi:undated"]
    duty = Duty.objects.get(key__endswith="qingshi:undated")
    assert (duty.due_at, duty.proof_kind, duty.subject_kind) == (None, f"task.{made.pk}", "duties.task")
    assert not duty.late(at(2030, 1, 1)) and not duty.history


def test_undated_duties_of_a_campaign_long_over_are_history(cast):
    task(cast, campaign(cast, "2019-06-01", "2021-12-31"), deadline="impossible")
    opened(afresh=True)
    assert Duty.objects.filter(history=True).count() == 2


# ---------------------------------------------------------------- opening


def test_a_campaign_with_an_end_opens_its_whole_history(cast):
    made = task(cast, campaign(cast, "2021-06-10", "2021-12-31"), hosts=("qingshi",))
    rule(made)
    opened(afresh=True)
    fridays = Duty.objects.filter(rule__task=made)
    assert (fridays.count(), fridays.filter(history=True).count()) == (30, 30)
    assert fridays.first().due_at == at(2021, 6, 11, 23, 59, 59)


def test_an_open_ended_campaign_opens_a_quarter_back(cast):
    made = task(cast, campaign(cast, "2020-01-01", ends=None), hosts=("qingshi",))
    rule(made)
    opened(afresh=True)
    first = Duty.objects.filter(rule__task=made).order_by("due_at").first()
    assert first.due_at == at(2022, 6, 24, 23, 59, 59)


def test_a_single_deadline_years_ahead_is_opened_when_its_window_begins(cast):
    made = task(cast, campaign(cast, "2022-09-01", "2026-12-31"), kind="task", hosts=("nr",))
    rule(made, {"kind": "once", "on": "2026-12-31", "opens": "2022-09-01"})
    opened(afresh=True)
    assert keys(made) == ["nr:2026-12-31"]


def test_a_quota_by_a_day_counts_what_was_done_since_the_start(cast):
    made = task(
        cast, campaign(cast), kind="inspection", hosts=("nr",), proof_kind="inspection", deadline="quota"
    )
    rule(made, {"kind": "once", "on": "2022-12-31", "opens": "2022-09-01"}, needed=2)
    nr = cast.unit("nr")
    actions.prove(kind="inspection", agency=nr, at=at(2022, 9, 1, 9), subject=cast.unit("qingshi"))
    opened(afresh=True)
    duty = Duty.objects.get(rule__task=made)
    assert (duty.needed, duty.done, duty.status) == (2, 1, "open")
    actions.prove(kind="inspection", agency=nr, at=at(2022, 12, 31, 23), subject=cast.unit("baiyang"))
    duty.refresh_from_db()
    assert duty.status == "fulfilled"


@pytest.mark.parametrize(
    ("campaign_fields", "task_fields"),
    [({"status": "draft"}, {}), ({"status": "ended"}, {}), ({}, {"dropped_at": LOADED})],
)
def test_drafts_ended_campaigns_and_dropped_tasks_open_nothing(cast, campaign_fields, task_fields):
    of = campaign(cast, **campaign_fields)
    rule(task(cast, of, **task_fields))
    task(cast, of, code="SZ-2", deadline="impossible", **task_fields)
    assert opened(afresh=True) == 0


# ---------------------------------------------------------------- realign


@pytest.fixture
def running(cast):
    """A weekly report of two townships, opened on 19 September (a Monday)."""
    made = task(cast, campaign(cast))
    rule(made)
    opened(afresh=True)
    return made


def test_an_unchanged_campaign_realigns_to_nothing(running):
    found = realigned(running.campaign)
    assert (found.opened, found.moved, found.cancelled) == ([], [], [])


def test_another_weekday_moves_what_is_open_and_leaves_what_is_done(cast, running):
    done = Duty.objects.get(key__endswith="qingshi:2022-W38")
    actions.fulfil(key=done.key)
    DutyRule.objects.update(schedule={"kind": "weekly", "byday": ["TH"]})
    found = realigned(running.campaign)
    moved = Duty.objects.get(key__endswith="baiyang:2022-W38")
    assert moved.due_at == at(2022, 9, 22, 23, 59, 59)
    done.refresh_from_db()
    assert (done.due_at, done.status) == (at(2022, 9, 23, 23, 59, 59), "fulfilled")
    assert moved.pk in {one.duty.pk for one in found.moved}
    assert AuditEntry.objects.filter(verb="duty.redated").exists()


def test_a_preview_lists_the_same_and_writes_nothing(running):
    DutyRule.objects.update(schedule={"kind": "monthly", "days": [15]})
    before = list(Duty.objects.order_by("pk").values())
    seen = realigned(running.campaign, apply=False)
    assert list(Duty.objects.order_by("pk").values()) == before
    done = realigned(running.campaign)
    for name in ("opened", "cancelled"):
        assert [d.key for d in getattr(seen, name)] == [d.key for d in getattr(done, name)] != []


def test_a_dropped_task_cancels_what_is_open_and_keeps_what_was_done(cast, running):
    done = Duty.objects.get(key__endswith="qingshi:2022-W38")
    actions.fulfil(key=done.key)
    running.dropped_at = LOADED
    running.save()
    found = realigned(running.campaign)
    assert set(Duty.objects.exclude(status="cancelled").values_list("key", flat=True)) == {done.key}
    assert len(found.cancelled) == Duty.objects.count() - 1
    assert realigned(running.campaign).cancelled == []


def test_a_duty_with_some_proofs_is_never_cancelled(cast):
    made = task(cast, campaign(cast), kind="inspection", hosts=("nr",), proof_kind="inspection")
    rule(made, {"kind": "quarterly", "window": "current"}, needed=2)
    opened(afresh=True)
    actions.prove(kind="inspection", agency=cast.unit("nr"), at=at(2022, 9, 20), subject=cast.unit("qingshi"))
    made.dropped_at = LOADED
    made.save()
    realigned(made.campaign)
    assert Duty.objects.get(key__endswith="nr:2022-Q3").status == "open"


def test_a_returned_report_is_never_cancelled(cast, running):
    key = Duty.objects.get(key__endswith="qingshi:2022-W38").key
    actions.fulfil(key=key)
    actions.send_back(key=key)
    running.dropped_at = LOADED
    running.save()
    realigned(running.campaign)
    assert Duty.objects.get(key=key).status == "open"


def test_a_task_that_comes_back_opens_its_cancelled_duties_again(running):
    running.dropped_at = LOADED
    running.save()
    realigned(running.campaign)
    running.dropped_at = None
    running.save()
    found = realigned(running.campaign)
    assert not Duty.objects.filter(status="cancelled").exists()
    assert len(found.opened) == Duty.objects.count()


def test_a_single_deadline_that_moves_stays_the_same_duty(cast):
    made = task(cast, campaign(cast), kind="task", deadline="fixed", hosts=("nr",))
    row = rule(made, {"kind": "once", "on": "2022-10-31"})
    opened(afresh=True)
    duty = Duty.objects.get(rule=row)
    row.schedule = {"kind": "once", "on": "2022-11-30"}
    row.save()
    found = realigned(made.campaign)
    assert [(one.before, one.after) for one in found.moved] == [
        (at(2022, 10, 31, 23, 59, 59), at(2022, 11, 30, 23, 59, 59))
    ]
    duty.refresh_from_db()
    assert (duty.key, duty.due_at) == ("999921/sz/SZ-R1:nr:2022-11-30", at(2022, 11, 30, 23, 59, 59))
    assert (opened(), Duty.objects.count()) == (0, 1)


def test_an_impossible_date_once_confirmed_dates_the_same_duty(cast):
    made = task(cast, campaign(cast), kind="task", deadline="impossible", hosts=("nr",))
    opened(afresh=True)
    duty = Duty.objects.get()
    made.confirmed_on = day("2022-09-30")
    made.save()
    row = rule(made, {"kind": "once", "on": "2022-09-30"})
    realigned(made.campaign)
    duty.refresh_from_db()
    assert (duty.due_at, duty.rule, duty.history) == (at(2022, 9, 30, 23, 59, 59), row, False)
    assert Duty.objects.count() == 1


def test_an_undated_duty_that_was_done_is_not_asked_for_again_when_dated(cast):
    made = task(cast, campaign(cast), kind="task", deadline="impossible", hosts=("nr",))
    opened(afresh=True)
    actions.fulfil(key=Duty.objects.get().key)
    made.confirmed_on = day("2022-09-30")
    made.save()
    rule(made, {"kind": "once", "on": "2022-09-30"})
    realigned(made.campaign)
    assert list(Duty.objects.values_list("status", "due_at")) == [("fulfilled", None)]
    assert opened() == 0


def test_nothing_is_born_overdue_by_a_change_and_nothing_missed_is_forgotten(running):
    DutyRule.objects.update(schedule={"kind": "weekly", "byday": ["TU", "FR"]})
    when = at(2022, 9, 28, 9)
    realigned(running.campaign, when)
    live = Duty.objects.filter(
        agency__code="qingshi", status="open", history=False, due_at__lte=at(2022, 10, 1)
    )
    assert list(live.values_list("period", flat=True)) == ["2022-W38", "2022-09-30"]
    assert live[0].late(when) and not live[1].late(when)
    between = Duty.objects.get(key__endswith="qingshi:2022-09-27")
    assert between.history and not between.late(when)
    assert opened(when, afresh=True) == 0
    found = realigned(running.campaign, when)
    assert (found.opened, found.moved, found.cancelled) == ([], [], [])


def test_a_missed_report_keeps_the_day_it_was_missed_on(running):
    DutyRule.objects.update(schedule={"kind": "weekly", "byday": ["TH"]})
    realigned(running.campaign, at(2022, 9, 24, 9))
    assert Duty.objects.get(key__endswith="qingshi:2022-W38").due_at == at(2022, 9, 23, 23, 59, 59)


def test_a_recurring_duty_is_not_moved_into_the_past(running):
    DutyRule.objects.update(schedule={"kind": "weekly", "byday": ["TU"]})
    realigned(running.campaign, at(2022, 9, 22, 9))
    duty = Duty.objects.get(key__endswith="qingshi:2022-W38")
    assert (duty.due_at, duty.window_end, duty.history) == (
        at(2022, 9, 23, 23, 59, 59),
        at(2022, 9, 21),
        False,
    )


def test_a_single_deadline_set_to_a_day_gone_by_is_history(cast):
    made = task(cast, campaign(cast), kind="task", deadline="fixed", hosts=("nr",))
    row = rule(made, {"kind": "once", "on": "2022-10-31"})
    opened(afresh=True)
    row.schedule = {"kind": "once", "on": "2022-09-10"}
    row.save()
    realigned(made.campaign)
    duty = Duty.objects.get()
    assert (duty.due_at, duty.history, duty.late(LOADED)) == (at(2022, 9, 10, 23, 59, 59), True, False)


def test_a_unit_that_left_is_freed_of_what_lies_after(running):
    party(running, "qingshi").delete()
    running.parties.create(
        agency_id=Duty.objects.filter(agency__code="qingshi").first().agency_id,
        side="host",
        order=0,
        left_on="2022-09-23",
    )
    realigned(running.campaign)
    left = Duty.objects.filter(agency__code="qingshi", status="open").order_by("due_at").last()
    assert left.due_at == at(2022, 9, 23, 23, 59, 59)


def test_an_ended_campaign_opens_nothing_more(running):
    running.campaign.status = "ended"
    running.campaign.save()
    found = realigned(running.campaign, at(2022, 11, 1))
    assert (found.opened, found.cancelled) == ([], [])


def test_duties_of_another_campaign_are_left_alone(cast, running):
    other = task(cast, campaign(cast, key="other", number=""), hosts=("huangsha",))
    rule(other)
    opened(afresh=True)
    running.dropped_at = LOADED
    running.save()
    realigned(running.campaign)
    assert not Duty.objects.filter(rule__task=other, status="cancelled").exists()


# ---------------------------------------------------------------- the command


def listed(capsys, *args):
    capsys.readouterr()
    with time_machine.travel(LOADED, tick=False):
        call_command("duties", *args)
    return capsys.readouterr().out


SPAN = ("--from", "2022-09-19", "--to", "2022-10-31")


def test_the_command_lists_a_campaigns_duties_stored_or_not(cast, running, capsys):
    before = Duty.objects.count()
    out = listed(capsys, "--campaign", "sz", "--county", "999921", *SPAN, "--json")
    rows = json.loads(out)
    assert Duty.objects.count() == before
    assert [row["owner"] for row in rows] == ["baiyang", "qingshi"] * 6
    assert rows[0] | {"status": "open"} == {
        "key": "999921/sz/SZ-R1:baiyang:2022-W38",
        "rule": "999921/sz/SZ-R1",
        "kind": "report",
        "owner": "baiyang",
        "recipient": "office",
        "window_start": "2022-09-16T23:59:59+08:00",
        "window_end": "2022-09-23T23:59:59+08:00",
        "due_at": "2022-09-23T23:59:59+08:00",
        "status": "open",
        "late": False,
    }
    assert "共 12 项" in listed(capsys, "--campaign", "sz", "--county", "999921", *SPAN)
    facts = AuditEntry.objects.filter(verb="command.run").last().facts
    assert (facts["campaign"], facts["county"]) == ("sz", "999921")


def test_the_command_shows_a_units_campaign_duties_too(cast, running, capsys):
    rows = json.loads(listed(capsys, "--agency", "qingshi", *SPAN, "--json"))
    assert {row["rule"] for row in rows} == {"999921/sz/SZ-R1"} and len(rows) == 6


def test_the_command_shows_the_old_duties_of_a_changed_schedule_once(cast, running, capsys):
    DutyRule.objects.update(schedule={"kind": "weekly", "byday": ["TU", "FR"]})
    when = at(2022, 9, 28, 9)
    realigned(running.campaign, when)
    capsys.readouterr()
    with time_machine.travel(when, tick=False):
        call_command("duties", "--agency", "qingshi", "--from", "2022-09-19", "--to", "2022-09-30", "--json")
    rows = [row for row in json.loads(capsys.readouterr().out) if row["status"] != "cancelled"]
    assert [row["key"].rsplit(":", 1)[1] for row in rows] == ["2022-W38", "2022-09-27", "2022-09-30"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), "请写明一个单位"),
        (("--agency", "qingshi", "--campaign", "sz"), "请写明一个单位"),
        (("--campaign", "sz", "--county", "000000"), "没有代码为“000000”的县"),
        (("--campaign", "sz"), "没有代码为“”的县"),
        (("--campaign", "nothing", "--county", "999921"), "没有代码为“nothing”的专项行动。已有的：sz"),
    ],
)
def test_the_command_says_what_it_does_not_know(cast, running, args, words):
    with pytest.raises(CommandError, match=words) as caught:
        call_command("duties", *args, *SPAN)
    assert caught.value.returncode == 1


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ({"kind": "weekly", "byday": ["FR"]}, "每周五"),
        ({"kind": "monthly", "days": [15, 30], "at": "18:00"}, "每月15日、30日"),
        ({"kind": "quarterly"}, "每季度末"),
        ({"kind": "half_yearly"}, "每半年末"),
        ({"kind": "half_yearly", "month": 6, "day": 10}, "每年6月10日、12月10日"),
        ({"kind": "yearly", "month": 12, "day": 10}, "每年12月10日"),
        ({"kind": "every", "n": 10, "start": "2021-04-30"}, "自2021年4月30日起每隔10日"),
        ({"kind": "daily"}, "每日"),
        ({"kind": "once", "on": "2022-12-31"}, "一次性任务"),
    ],
)
def test_a_schedule_is_said_in_the_notices_words(schedule, words):
    assert schedule_words(read_rhythm(schedule).schedule) == words


def test_why_this_date_names_the_hour_and_the_span(cast):
    made = task(cast, campaign(cast), hosts=("nr",))
    row = rule(made, {"kind": "monthly", "days": [15, 30], "at": "18:00"})
    (owed,) = expand(row, day("2022-09-30"), day("2022-09-30"))
    sentence = rule_sentence(owed.duty(), row)
    assert sentence.startswith(
        "依据示政办〔2022〕1号五（一）。每月15日、30日18时前，本期数据为2022年9月15日18时至"
    )
    assert "期限为2022年9月30日18时" in sentence
