"""Standing rules: windows, due days, history, catch-up, once however many open."""

import datetime as dt
import json
import time
from itertools import pairwise

import pytest
import time_machine
from django.core.management import CommandError, call_command

from core.errors import DomainError
from core.models import AuditEntry
from duties import actions, spans
from duties.models import Duty, DutyRule
from duties.rules import dates as rule_dates
from duties.rules import expand
from minewatch.lib.clock import SHANGHAI

DATE = dt.date
LOADED = dt.datetime(2022, 9, 1, 8, tzinfo=SHANGHAI)


def at(*parts):
    return dt.datetime(*parts, tzinfo=SHANGHAI)


@pytest.fixture
def rules(cast):
    with time_machine.travel(LOADED, tick=False):
        actions.load_rules(county=cast.county)
    return cast


def dates(key, first, last, unit=None):
    rule = DutyRule.objects.get(key=key)
    rows = [owed for owed in expand(rule, first, last) if unit is None or owed.agency.code == unit]
    return [
        (
            owed.occurrence.key,
            f"{owed.occurrence.window_start_shown:%Y-%m-%d %H:%M:%S}",
            f"{owed.occurrence.window_end_shown:%Y-%m-%d %H:%M:%S}",
            f"{owed.occurrence.due_at:%Y-%m-%d %H:%M:%S}",
        )
        for owed in rows
    ]


def test_village_weekly_is_the_calendar_week_due_sunday_24(rules):
    assert dates("patrol.village.weekly", DATE(2022, 9, 19), DATE(2022, 9, 25), "shangwan") == [
        ("2022-W38", "2022-09-19 00:00:00", "2022-09-25 23:59:59", "2022-09-25 23:59:59")
    ]
    assert len(dates("patrol.village.weekly", DATE(2022, 9, 19), DATE(2022, 9, 25))) == 9


def test_township_monthly_is_due_on_the_last_day(rules):
    assert dates("patrol.township.monthly", DATE(2023, 2, 1), DATE(2023, 2, 28), "qingshi") == [
        ("2023-02", "2023-02-01 00:00:00", "2023-02-28 23:59:59", "2023-02-28 23:59:59")
    ]


def test_county_quarterly_falls_to_natural_resources(rules):
    assert dates("patrol.county.quarterly", DATE(2022, 7, 1), DATE(2022, 9, 30), "nr") == [
        ("2022-Q3", "2022-07-01 00:00:00", "2022-09-30 23:59:59", "2022-09-30 23:59:59")
    ]


def test_friday_on_national_day_keeps_its_date_and_its_window(rules):
    assert dates("report.weekly", DATE(2021, 10, 1), DATE(2021, 10, 7), "qingshi") == [
        ("2021-W39", "2021-09-24 23:59:59", "2021-10-01 23:59:59", "2021-10-01 23:59:59")
    ]


def test_monthly_by_the_tenth_covers_the_month_before(rules):
    assert dates("report.monthly", DATE(2022, 10, 1), DATE(2022, 10, 31), "qingshi") == [
        ("2022-09", "2022-09-01 00:00:00", "2022-09-30 23:59:59", "2022-10-10 23:59:59")
    ]


def test_joint_office_reports_to_the_county(rules):
    rule = DutyRule.objects.get(key="report.county.monthly")
    (owed,) = expand(rule, DATE(2022, 10, 1), DATE(2022, 10, 31))
    assert (owed.agency.code, owed.recipient.code, owed.rule.owner_role) == ("office", "county", "office")


def test_village_patrols_are_told_to_their_own_township(rules):
    rows = expand(DutyRule.objects.get(key="patrol.village.weekly"), DATE(2022, 9, 19), DATE(2022, 9, 25))
    assert {owed.agency.code: owed.recipient.code for owed in rows}["liulin"] == "baiyang"


def test_loading_again_changes_and_opens_nothing(rules):
    before = Duty.objects.count()
    assert actions.load_rules(county=rules.county) == {"rules": 0, "opened": 0}
    assert (DutyRule.objects.count(), Duty.objects.count()) == (7, before)


def test_opens_two_weeks_before_the_window_begins(rules):
    live = Duty.objects.filter(agency__code="shangwan", history=False)
    assert list(live.values_list("period", flat=True)) == ["2022-W35", "2022-W36", "2022-W37"]
    assert Duty.objects.get(key="report.monthly:qingshi:2022-09").due_at == at(2022, 10, 10, 23, 59, 59)
    assert Duty.objects.get(key="patrol.county.quarterly:nr:2022-Q3").title == "县级季度巡查 2022年第三季度"
    assert not Duty.objects.filter(period="2022-10").exists()


def test_what_was_due_before_loading_is_history_without_red_light(rules):
    past = Duty.objects.get(key="patrol.village.weekly:shangwan:2022-W34")
    assert past.history and not past.late(at(2022, 9, 5))
    assert not Duty.objects.filter(due_at__lt=LOADED, history=False).exists()
    actions.prove(kind="patrol", agency=past.agency, at=at(2022, 8, 24, 9), subject=rules.unit("qingshi"))
    past.refresh_from_db()
    assert past.status == "fulfilled"


def test_ticks_open_each_occurrence_once(rules):
    with time_machine.travel(at(2022, 9, 8, 9), tick=False):
        first, second = actions.open_ahead(), actions.open_ahead()
    assert first > 0 and second == 0
    assert Duty.objects.filter(period="2022-W37", agency__code="shangwan").count() == 1


def test_three_days_outage_misses_nothing_that_was_opened_ahead(rules):
    for day in (8, 11, 14):
        with time_machine.travel(at(2022, 9, day, 8), tick=False):
            actions.open_ahead()
    assert not Duty.objects.filter(catch_up=True).exists()


def test_after_three_days_outage_missed_ones_are_made_once_and_marked(rules, monkeypatch):
    monkeypatch.setattr(spans, "AHEAD", dt.timedelta(0))  # as after an outage longer than the look ahead
    with time_machine.travel(at(2022, 9, 16, 8), tick=False):
        actions.open_ahead(afresh=True)
    with time_machine.travel(at(2022, 9, 19, 8), tick=False):
        made = actions.open_ahead()
        assert actions.open_ahead() == 0
    late = Duty.objects.filter(catch_up=True)
    assert made == late.count() == 13  # nine villages, three townships, the office
    assert set(late.values_list("period", flat=True)) == {"2022-W38"}
    title = "工作周报 2022年第38周（9月17日—9月23日）"
    assert Duty.objects.get(key="report.weekly:qingshi:2022-W38").title == title


def test_without_an_outage_nothing_is_marked(rules):
    with time_machine.travel(at(2022, 9, 11, 23, 40), tick=False):
        actions.open_ahead(afresh=True)
    for minutes in range(0, 30, 10):
        with time_machine.travel(at(2022, 9, 11, 23, 50) + dt.timedelta(minutes=minutes), tick=False):
            actions.open_ahead()
    assert not Duty.objects.filter(catch_up=True).exists()


def test_a_month_without_worker_loses_no_window(rules):
    with time_machine.travel(at(2022, 11, 2), tick=False):
        actions.open_ahead()
    weeks = Duty.objects.filter(agency__code="shangwan", history=False).values_list("period", flat=True)
    assert list(weeks) == [f"2022-W{n}" for n in range(35, 47)]


def test_proofs_that_came_first_count_when_the_duty_opens(rules):
    actions.prove(
        kind="patrol", agency=rules.unit("shangwan"), at=at(2022, 9, 21, 9), subject=rules.unit("qingshi")
    )
    with time_machine.travel(at(2022, 9, 21, 18), tick=False):
        actions.open_ahead()
    duty = Duty.objects.get(key="patrol.village.weekly:shangwan:2022-W38")
    assert (duty.status, duty.done, duty.first_done_at) == ("fulfilled", 1, at(2022, 9, 21, 9))


def test_a_bulk_opening_is_one_audit_entry(rules):
    assert AuditEntry.objects.filter(verb="duty.opened").count() == 1


def test_the_duty_of_any_period_is_opened_when_its_paper_comes(rules):
    paper = rules.unit("shangwan")
    paper.period = "2021-W39"
    actions.prove(kind="report.weekly", agency=rules.unit("qingshi"), at=at(2021, 10, 1, 17), subject=paper)
    duty = Duty.objects.get(key="report.weekly:qingshi:2021-W39")
    assert (duty.status, duty.history, duty.first_done_at) == ("fulfilled", True, at(2021, 10, 1, 17))
    assert actions.ensure(proof_kind="report.weekly", agency=rules.unit("qingshi"), period="nonsense") is None


def test_late_is_decided_by_the_first_submission(rules):
    duty = Duty.objects.get(key="report.weekly:qingshi:2022-W35")
    paper = rules.unit("shangwan")
    paper.duty_id = duty.pk
    actions.prove(kind="report.weekly", agency=duty.agency, at=duty.due_at, subject=paper)
    actions.send_back(key=duty.key)
    actions.prove(kind="report.weekly", agency=duty.agency, at=at(2022, 9, 20), subject=paper)
    duty.refresh_from_db()
    assert (duty.status, duty.late(at(2022, 9, 21))) == ("fulfilled", False)


def test_a_new_years_calendar_settles_provisional_dates(rules, tmp_path):
    with time_machine.travel(at(2027, 2, 3, 9), tick=False):
        duty = actions.open_step(
            key="case:1:C6",
            kind="lead",
            title="处理决定",
            agency=rules.unit("nr"),
            role="officer",
            subject=None,
            clock="C6",
        )
    assert duty.provisional and duty.due_at == at(2027, 2, 12, 23, 59, 59)
    file = tmp_path / "2027.csv"
    file.write_text(
        "date,kind,name,source\n2027-02-06,holiday,春节,试\n2027-02-08,holiday,春节,试\n2027-10-01,holiday,国庆节,试\n",
        encoding="utf-8",
    )
    assert actions.load_calendar(path=file).recomputed == 1
    duty.refresh_from_db()
    assert not duty.provisional and duty.due_at == at(2027, 2, 15, 23, 59, 59)
    assert actions.load_calendar(path=file).added == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- key: x\n  schedule: {kind: weekly}\n", "第1条规则“x”的周期"),
        ("- key: x\n  sched: 1\n", "不认识的字段：sched"),
        ("just words", "一组规则"),
        ("a: [", "格式不正确"),
    ],
)
def test_a_broken_rule_file_is_refused_by_name(cast, tmp_path, text, words):
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DomainError, match=words):
        actions.load_rules(county=cast.county, path=file)
    assert not DutyRule.objects.exists()


def listed(capsys, *args):
    capsys.readouterr()
    call_command("duties", *args, "--json")
    return json.loads(capsys.readouterr().out)


def test_command_golden_for_qingshi_in_september_2022(rules, capsys):
    before = Duty.objects.count()
    found = listed(capsys, "--agency", "qingshi", "--from", "2022-09-01", "--to", "2022-09-30")
    assert Duty.objects.count() == before
    brief = [(row["key"], row["window_start"], row["window_end"], row["due_at"]) for row in found]
    day = "T23:59:59+08:00"
    assert brief == [
        ("report.weekly:qingshi:2022-W35", f"2022-08-26{day}", f"2022-09-02{day}", f"2022-09-02{day}"),
        ("report.weekly:qingshi:2022-W36", f"2022-09-02{day}", f"2022-09-09{day}", f"2022-09-09{day}"),
        (
            "report.monthly:qingshi:2022-08",
            "2022-08-01T00:00:00+08:00",
            f"2022-08-31{day}",
            f"2022-09-10{day}",
        ),
        ("report.weekly:qingshi:2022-W37", f"2022-09-09{day}", f"2022-09-16{day}", f"2022-09-16{day}"),
        ("report.weekly:qingshi:2022-W38", f"2022-09-16{day}", f"2022-09-23{day}", f"2022-09-23{day}"),
        (
            "patrol.township.monthly:qingshi:2022-09",
            "2022-09-01T00:00:00+08:00",
            f"2022-09-30{day}",
            f"2022-09-30{day}",
        ),
        ("report.weekly:qingshi:2022-W39", f"2022-09-23{day}", f"2022-09-30{day}", f"2022-09-30{day}"),
    ]
    assert set(found[0]) == {
        "key",
        "rule",
        "kind",
        "owner",
        "recipient",
        "window_start",
        "window_end",
        "due_at",
        "status",
        "late",
    }
    first = found[0]
    assert (first["rule"], first["kind"], first["owner"], first["recipient"]) == (
        "report.weekly",
        "report",
        "qingshi",
        "office",
    )
    assert AuditEntry.objects.filter(verb="command.run", agency=rules.unit("qingshi")).exists()


def test_command_computes_what_is_not_stored_and_below_adds_villages(rules, capsys):
    actions.prove(
        kind="patrol", agency=rules.unit("shangwan"), at=at(2021, 3, 4, 9), subject=rules.unit("qingshi")
    )
    found = listed(capsys, "--agency", "qingshi", "--from", "2021-03-01", "--to", "2021-03-14", "--below")
    patrols = {row["key"]: row["status"] for row in found if row["rule"] == "patrol.village.weekly"}
    assert len(patrols) == 6
    assert patrols["patrol.village.weekly:shangwan:2021-W09"] == "fulfilled"
    assert patrols["patrol.village.weekly:shangwan:2021-W10"] == "open"
    assert not any(row["late"] for row in found)


def test_command_refuses_an_unknown_unit(rules):
    with pytest.raises(CommandError, match="没有代码为“nowhere”的单位"):
        call_command("duties", "--agency", "nowhere", "--from", "2022-09-01", "--to", "2022-09-30")


@pytest.mark.parametrize("days", [("0001-01-01", "2022-09-30"), ("2022-09-01", "9999-12-31")])
def test_command_refuses_days_out_of_any_calendar(rules, days):
    with pytest.raises(CommandError, match="应在 2000 年至 2100 年之间") as caught:
        call_command("duties", "--agency", "qingshi", "--from", days[0], "--to", days[1])
    assert caught.value.returncode == 1


#: due days from 2020 to 2060: Sundays, months, quarters, Fridays, months
DUE_DAYS = {
    "patrol.village.weekly": 2139,
    "patrol.township.monthly": 492,
    "patrol.county.quarterly": 164,
    ".weekly": 2140,
    ".monthly": 492,
}


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/New_York"])
def _server_zone(request, monkeypatch):
    """The machine's own zone; Shanghai's days must not care."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_server_zone")
def test_each_shipped_rule_has_one_due_day_per_period_and_windows_that_tile(rules):
    """B7: forty years, wherever the server stands; a boundary belongs to exactly one window."""
    for rule in DutyRule.objects.select_related("county"):
        found = rule_dates(rule, DATE(2020, 1, 1), DATE(2060, 12, 31))
        keys = [one.key for one in found]
        assert len(keys) == len(set(keys))
        assert len(keys) == DUE_DAYS[rule.key.removeprefix("report.county").removeprefix("report")]
        for one, following in pairwise(found):
            assert one.window.end == following.window.start
            assert one.due_at < following.due_at
            assert one.window.end - dt.timedelta(microseconds=1) in one.window
            assert one.window.end not in one.window
