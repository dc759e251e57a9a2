"""Figures: equal to their rows, honest about the past, sharp at the cut-off."""

import datetime as dt

import pytest

from ledgers.models import Entry, Tally
from minewatch.lib.clock import now
from minewatch.lib.periods import Window, parse_period
from reports.figures import FIGURES, Scope, Span, cumulative, totals
from reports.figures.base import EntryFigure
from reports.kinds import KINDS
from tests.reports.factory import WEEK, correct, entry, instant, lead, patrol_duty, void

WINDOW = KINDS["weekly"].window(KINDS["weekly"].read_period(WEEK))
EXPECTED = {
    "patrols": 4,
    "people": 6,
    "vehicles": 1,
    "night": 1,
    "sites": 2,
    "findings": 3,
    "illegal": 1,
    "beyond": 1,
    "irregular": 2,
    "stopped": 2,
    "leads": 1,
    "leads_checked": 3,
    "leads_true": 1,
    "leads_partly": 1,
    "leads_false": 1,
    "leads_checked_late": 1,
    "leads_answered": 2,
    "leads_answered_late": 1,
    "tips_replied": 2,
    "tips_replied_late": 1,
    "signed_sheets": 1,
    "zero_sheets": 1,
    "missing_units": 1,
    "late": 2,
    "backfilled": 1,
}


def value(figure, scope, window=WINDOW, as_of=None) -> int:
    return figure.total(scope, window, as_of)


def by_rows(figure, scope, window=WINDOW, as_of=None) -> int:
    """The number from its rows, one by one."""
    rows = list(figure.rows(scope, window, as_of))
    assert len({row.pk for row in rows}) == len(rows)
    return sum(getattr(row, figure.measure) for row in rows) if figure.measure else len(rows)


@pytest.mark.parametrize("key", FIGURES)
@pytest.mark.parametrize("as_of", [None, instant("2022-10-01 00:00")])
def test_every_figure_equals_its_rows(county, key, as_of):
    figure, scope = FIGURES[key], Scope.of_unit(county.town)
    if key == "missing_units" and as_of:
        as_of = now()  # the duties and proofs of this test were recorded today
    assert value(figure, scope, as_of=as_of) == by_rows(figure, scope, as_of=as_of) == EXPECTED[key]


def test_many_at_once_equal_one_by_one(county):
    for scope in (
        Scope.of_unit(county.town),
        Scope.of(county.cast.qingshi_filler),
        Scope.of(county.cast.office),
    ):
        for window in (
            WINDOW,
            parse_period("2022-09").window,
            parse_period("2022-Q3").window,
            cumulative(WINDOW),
        ):
            found = totals(scope, window, figures=FIGURES.values())
            assert found == {key: figure.total(scope, window) for key, figure in FIGURES.items()}
            assert found == {key: by_rows(figure, scope, window) for key, figure in FIGURES.items()}
            past = totals(scope, window, now(), figures=FIGURES.values())
            assert past == found


def test_tally_equals_count(county):
    scope = Scope.of_unit(county.cast.unit("office"))
    void(entry(county.village, people=7, vehicles=2, illegal="yes"), instant("2022-09-21 09:00"))
    tallied = [figure for figure in FIGURES.values() if isinstance(figure, EntryFigure) and figure.tally]
    assert len(tallied) == 7
    for figure in tallied:
        assert figure.tallied(WINDOW, None)
        assert figure.total(scope, WINDOW) == by_rows(figure, scope)


def test_live_totals_read_the_tally_not_the_entries(county, django_assert_num_queries):
    tallied = [figure for figure in FIGURES.values() if isinstance(figure, EntryFigure) and figure.tally]
    with django_assert_num_queries(1) as captured:
        totals(Scope.of_unit(county.town), WINDOW, figures=tallied)
    assert Entry._meta.db_table not in captured.captured_queries[0]["sql"]
    assert Tally._meta.db_table in captured.captured_queries[0]["sql"]


def test_query_count_does_not_grow_with_rows(county, django_assert_num_queries):
    def count():
        with django_assert_num_queries(17):
            totals(Scope.of_unit(county.town), WINDOW, figures=FIGURES.values())

    count()
    for _ in range(30):
        entry(county.village, people=1)
    count()


@pytest.mark.parametrize(
    "moment, week",
    [
        ("2022-09-16 23:59:59.999999", "2022-W37"),
        ("2022-09-17 00:00", "2022-W38"),
        ("2022-09-23 23:59:59.999999", "2022-W38"),
        ("2022-09-24 00:00", "2022-W39"),
    ],
)
def test_friday_midnight_divides_the_weeks(cast, moment, week):
    at = instant(moment)
    entry(cast.unit("qingshi"), at.date(), patrolled_at=at, precision="minute", recorded=at)
    kind, scope = KINDS["weekly"], Scope.of_unit(cast.unit("qingshi"))
    found = {
        key: FIGURES["patrols"].total(scope, kind.window(kind.read_period(key)))
        for key in ("2022-W37", "2022-W38", "2022-W39")
    }
    assert found == {key: int(key == week) for key in found}


@pytest.mark.parametrize("moment, inside", [("18:00", True), ("18:00:00.000001", False), ("17:59", True)])
def test_a_cut_off_inside_a_day_goes_by_the_instant(cast, moment, inside):
    at = instant(f"2022-09-15 {moment}")
    entry(cast.unit("qingshi"), at.date(), patrolled_at=at, precision="minute", recorded=at)
    window = Window(instant("2022-08-30 18:00:00.000001"), instant("2022-09-15 18:00:00.000001"))
    after = Window(window.end, instant("2022-09-30 18:00:00.000001"))
    scope = Scope.of_unit(cast.unit("qingshi"))
    assert [value(FIGURES["patrols"], scope, one) for one in (window, after)] == (
        [1, 0] if inside else [0, 1]
    )


def test_rows_of_a_timed_window_without_an_hour_count_once(cast):
    entry(cast.unit("qingshi"), dt.date(2022, 9, 15))
    edge = instant("2022-09-15 18:00:00.000001")
    windows = Window(instant("2022-08-30 18:00"), edge), Window(edge, instant("2022-09-30 18:00"))
    assert sum(value(FIGURES["patrols"], Scope.of_unit(cast.unit("qingshi")), one) for one in windows) == 1


def test_as_of_sees_what_stood_then(county):
    scope, figures = Scope.of_unit(county.town), FIGURES
    row = entry(county.town, recorded=instant("2022-09-20 12:00"), illegal="yes", people=1)
    correct(row, instant("2022-09-25 12:00"), illegal="no")
    gone = entry(county.town, recorded=instant("2022-09-20 12:00"))
    void(gone, instant("2022-09-26 12:00"))
    assert value(figures["illegal"], scope, as_of=instant("2022-09-24 00:00")) == 2
    assert value(figures["illegal"], scope) == 1
    assert value(figures["patrols"], scope, as_of=instant("2022-09-24 00:00")) == 6
    assert value(figures["patrols"], scope, as_of=instant("2022-09-25 13:00")) == 6
    assert value(figures["patrols"], scope) == 5


def test_the_past_does_not_know_the_future(county):
    scope = Scope.of_unit(county.town)
    entry(county.town, recorded=instant("2022-10-02 09:00"))
    assert value(FIGURES["patrols"], scope, as_of=instant("2022-10-01 00:00")) == 4
    assert value(FIGURES["patrols"], scope) == 5


def late_on(cast, day: str, recorded: str, window) -> int:
    entry(cast.unit("qingshi"), dt.date.fromisoformat(day), recorded=instant(recorded))
    return value(FIGURES["late"], Scope.of_unit(cast.unit("qingshi")), window)


@pytest.mark.parametrize(
    "day, recorded, counts",
    [
        ("2022-09-16", "2022-09-17 00:00", 1),
        ("2022-09-16", "2022-09-16 23:59:59.999999", 0),
        ("2022-09-16", "2022-09-23 23:59:59.999999", 1),
        ("2022-09-16", "2022-09-24 00:00", 0),
        ("2022-09-17", "2022-09-18 00:00", 0),
        ("2021-12-31", "2022-09-18 00:00", 1),
    ],
)
def test_what_arrives_late_stands_in_the_next_window(cast, day, recorded, counts):
    assert late_on(cast, day, recorded, WINDOW) == counts


@pytest.mark.parametrize(
    "recorded, counts",
    [
        ("2022-09-16 17:00", 0),
        ("2022-09-16 17:00:00.000001", 1),
        ("2022-09-16 23:00", 1),
        ("2022-09-18 09:00", 1),
    ],
)
def test_what_an_early_report_missed_is_told_in_the_next(cast, recorded, counts):
    told = Span(WINDOW.start, WINDOW.end, instant("2022-09-10 00:00"), instant("2022-09-16 17:00"))
    assert late_on(cast, "2022-09-16", recorded, told) == counts


@pytest.mark.parametrize("recorded, counts", [("2022-09-18 08:00", 0), ("2022-09-19 08:00", 1)])
def test_what_a_belated_report_told_is_not_told_twice(cast, recorded, counts):
    told = Span(WINDOW.start, WINDOW.end, instant("2022-09-10 00:00"), instant("2022-09-18 09:00"))
    assert late_on(cast, "2022-09-16", recorded, told) == counts


def test_a_sealed_matter_counts_for_its_holder_only(cast):
    town, police, office = (cast.unit(code) for code in ("qingshi", "police", "office"))
    lead(town, police, sealed=True)
    lead(town, town, sealed=True)
    lead(town, police)
    assert value(FIGURES["leads"], Scope.of_unit(town)) == 2
    assert value(FIGURES["leads"], Scope.of_unit(office)) == 1
    assert value(FIGURES["leads"], Scope.of_unit(police)) == 0  # found by the town, told by the town
    assert value(FIGURES["leads"], Scope.of(cast.office)) == 0  # not a party: it sees no lead of the list


def test_a_withdrawn_lead_counted_while_it_stood(cast):
    town = cast.unit("qingshi")
    lead(town, town, withdrawn_at=instant("2022-09-22 00:00"))
    assert value(FIGURES["leads"], Scope.of_unit(town)) == 0
    assert value(FIGURES["leads"], Scope.of_unit(town), as_of=instant("2022-09-21 00:00")) == 1


def test_units_that_owe_and_have_none(cast):
    monday, next_monday = dt.date(2022, 9, 12), dt.date(2022, 9, 19)
    patrol_duty(cast.unit("xiawan"), monday, next_monday)
    patrol_duty(cast.unit("shimen"), monday, next_monday, done=True)
    patrol_duty(
        cast.unit("shangwan"), dt.date(2022, 9, 19), dt.date(2022, 9, 26)
    )  # closes in the next window
    patrol_duty(cast.unit("qingshi"), monday, next_monday)  # not below itself
    rows = FIGURES["missing_units"].rows(Scope.of_unit(cast.unit("qingshi")), WINDOW)
    assert [unit.code for unit in rows] == ["xiawan"]
    assert value(FIGURES["missing_units"], Scope.of_unit(cast.unit("baiyang"))) == 0
    assert {u.code for u in FIGURES["missing_units"].rows(Scope.of_unit(cast.unit("office")), WINDOW)} == {
        "xiawan",
        "qingshi",
    }


def test_scopes_of_members(county):
    patrols = FIGURES["patrols"]
    assert value(patrols, Scope.of(county.cast.shangwan_filler)) == 2
    assert value(patrols, Scope.of(county.cast.qingshi_filler)) == 4
    assert value(patrols, Scope.of(county.cast.baiyang_filler)) == 1
    assert value(patrols, Scope.of(county.cast.office)) == 5
    assert value(patrols, Scope.of(county.cast.police_officer)) == 0
    assert value(patrols, Scope.of(county.cast.auditor)) == 0
    assert value(patrols, Scope.of(county.cast.office, county.village)) == 2


def test_year_to_date_ends_with_the_window():
    assert cumulative(WINDOW) == Window(instant("2022-01-01 00:00"), WINDOW.end)
    turn = KINDS["weekly"].window(KINDS["weekly"].read_period("2020-W53"))
    assert cumulative(turn).start == instant("2021-01-01 00:00")
