import os
import time as clock_of_the_machine
from calendar import monthrange
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minewatch.lib.clock import SHANGHAI, local_date, midnight
from minewatch.lib.windows import Schedule, occurrences
from minewatch.lib.workdays import load_calendar

CALENDAR = load_calendar()
FIRST, LAST = date(2019, 1, 1), date(2060, 12, 31)
INSTANT = timedelta(microseconds=1)
FRIDAYS = Schedule.weekly("FR")
HALF_MONTHS = Schedule.monthly(15, 30, at=time(18))
MONTHLY_REPORT = Schedule.monthly(10, window="previous")
WEEK_PATROL = Schedule.weekly("SU", window="current")


def at(year, month, day, *clock):
    return datetime(year, month, day, *clock, tzinfo=SHANGHAI)


def due_days(schedule, first, last, **rest):
    return [local_date(o.due_at) for o in occurrences(schedule, first, last, **rest)]


# ---------------------------------------------------------------- the notices


def test_a_friday_cutoff_closes_its_own_window():
    since = date(2021, 6, 11)
    first, second = occurrences(FRIDAYS, since, date(2021, 6, 18), since=since)
    assert (first.key, second.key) == ("2021-W23", "2021-W24")
    assert first.window.start == at(2021, 6, 11)
    assert at(2021, 6, 18, 23, 59, 59) in second.window
    assert at(2021, 6, 19) not in second.window
    assert second.due_at == at(2021, 6, 18, 23, 59, 59)


def test_a_friday_window_is_shown_from_cutoff_to_cutoff():
    _, second = occurrences(FRIDAYS, FIRST, date(2021, 6, 18), since=date(2021, 6, 11))
    assert second.window_start_shown == at(2021, 6, 11, 23, 59, 59)
    assert second.window_end_shown == at(2021, 6, 18, 23, 59, 59)


def test_the_half_month_report_due_on_the_signing_day_is_kept():
    found = occurrences(HALF_MONTHS, FIRST, date(2021, 5, 31), since=date(2021, 4, 30))
    assert [o.key for o in found] == ["2021-04-30", "2021-05-15", "2021-05-30"]
    assert found[0].window_start_shown == at(2021, 4, 30)
    assert found[0].due_at == at(2021, 4, 30, 18)


def test_a_timed_cutoff_holds_its_own_instant_and_the_31st_belongs_to_the_next_window():
    may, june = occurrences(HALF_MONTHS, date(2021, 5, 30), date(2021, 6, 15), since=date(2021, 4, 30))
    assert at(2021, 5, 30, 18) in may.window
    assert at(2021, 5, 30, 18, 0, 0, 1) in june.window
    assert at(2021, 5, 31, 9) in june.window
    assert (june.window_start_shown, june.window_end_shown) == (at(2021, 5, 30, 18), at(2021, 6, 15, 18))


def test_the_30th_of_february_is_its_last_day():
    assert due_days(HALF_MONTHS, date(2022, 2, 1), date(2022, 2, 28), since=FIRST)[-1] == date(2022, 2, 28)
    assert due_days(HALF_MONTHS, date(2024, 2, 16), date(2024, 2, 29), since=FIRST) == [date(2024, 2, 29)]


def test_the_last_day_and_the_31st_are_one_cutoff():
    assert due_days(Schedule.monthly(31, -1), date(2022, 4, 1), date(2022, 4, 30), since=FIRST) == [
        date(2022, 4, 30)
    ]


def test_the_report_by_the_10th_covers_the_month_before():
    (report,) = occurrences(MONTHLY_REPORT, date(2022, 10, 1), date(2022, 10, 31), since=date(2022, 9, 19))
    assert report.key == "2022-09"
    assert (report.window.start, report.window.end) == (at(2022, 9, 1), at(2022, 10, 1))
    assert report.window_end_shown == at(2022, 9, 30, 23, 59, 59)


def test_the_weekly_patrol_covers_monday_to_sunday():
    (week,) = occurrences(WEEK_PATROL, date(2022, 9, 19), date(2022, 9, 25), since=date(2022, 9, 19))
    assert (week.key, week.window.start, week.window.end) == ("2022-W38", at(2022, 9, 19), at(2022, 9, 26))


def test_a_quarter_closes_on_its_last_day():
    found = occurrences(
        Schedule.quarterly(window="current"), date(2022, 1, 1), date(2022, 12, 31), since=FIRST
    )
    assert [o.key for o in found] == ["2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"]
    assert [local_date(o.due_at) for o in found][:2] == [date(2022, 3, 31), date(2022, 6, 30)]


def test_a_quarterly_report_may_be_due_in_the_next_quarter():
    schedule = Schedule.quarterly(1, 10, window="previous")
    (report,) = occurrences(schedule, date(2022, 10, 1), date(2022, 12, 31), since=FIRST)
    assert (report.key, local_date(report.due_at)) == ("2022-Q3", date(2022, 10, 10))


def test_a_yearly_summary_runs_from_summary_to_summary():
    found = occurrences(Schedule.yearly(12, 10), date(2019, 1, 1), date(2020, 12, 31), since=date(2019, 7, 1))
    assert [o.key for o in found] == ["2019", "2020"]
    assert found[1].window.start == found[0].window.end == at(2019, 12, 11)


def test_a_single_deadline_comes_once_and_never_before_the_campaign():
    once = Schedule.once(date(2022, 12, 31))
    (only,) = occurrences(once, FIRST, LAST, since=date(2022, 9, 19))
    assert (only.key, only.window.start) == ("2022-12-31", at(2022, 9, 19))
    assert occurrences(once, FIRST, LAST, since=date(2023, 1, 1)) == []


def test_nothing_is_cut_off_after_until():
    found = due_days(FRIDAYS, FIRST, LAST, since=date(2021, 6, 11), until=date(2021, 12, 31))
    assert (found[0], found[-1], len(found)) == (date(2021, 6, 11), date(2021, 12, 31), 30)


# ---------------------------------------------------------------- rolling


def test_a_rolled_due_day_leaves_the_window_alone():
    schedule = Schedule.weekly("FR", roll="next")
    (report,) = occurrences(
        schedule, date(2026, 10, 6), date(2026, 10, 8), since=date(2026, 9, 1), calendar=CALENDAR
    )
    assert local_date(report.due_at) == date(2026, 10, 8)
    assert (report.key, report.window.end) == ("2026-W40", at(2026, 10, 3))
    assert not report.provisional


def test_a_due_day_rolled_back_is_found_in_the_month_it_falls_in():
    schedule = Schedule.monthly(1, roll="prev", window="previous")
    assert due_days(schedule, date(2026, 9, 30), date(2026, 9, 30), since=FIRST, calendar=CALENDAR) == [
        date(2026, 9, 30)
    ]


def test_a_due_day_rolled_before_the_start_is_not_owed_and_leaves_no_gap():
    schedule = Schedule.weekly("SU", roll="prev")
    since = date(2022, 9, 24)  # a Saturday: Sunday's report would be due on Friday, before the start
    found = occurrences(schedule, since, date(2022, 10, 31), since=since, calendar=CALENDAR)
    assert found[0].window.start == midnight(since)
    assert min(o.due_at for o in found) >= midnight(since)


def test_a_roll_without_data_is_provisional():
    schedule = Schedule.monthly(1, roll="next")
    (report,) = occurrences(schedule, date(2028, 1, 1), date(2028, 1, 31), since=FIRST, calendar=CALENDAR)
    assert (local_date(report.due_at), report.provisional) == (date(2028, 1, 3), True)


# ---------------------------------------------------------------- nonsense


@pytest.mark.parametrize(
    "make",
    [
        lambda: Schedule("hourly"),
        lambda: Schedule.weekly(),
        lambda: Schedule.weekly("Friday"),
        lambda: Schedule.monthly(0),
        lambda: Schedule.monthly(32),
        lambda: Schedule.quarterly(4, 1),
        lambda: Schedule.quarterly(1),
        lambda: Schedule.yearly(13, 1),
        lambda: Schedule("once"),
        lambda: Schedule.weekly("FR", roll="later"),
        lambda: Schedule.weekly("FR", window="next"),
        lambda: Schedule.weekly("FR", days=(1,)),
        lambda: Schedule.monthly(15, 30, window="current"),
        lambda: Schedule.once(date(2022, 1, 1), window="current"),
        lambda: Schedule.weekly("FR", at=time(18, tzinfo=SHANGHAI)),
    ],
)
def test_a_schedule_that_means_nothing_is_refused(make):
    with pytest.raises(ValueError):  # noqa: PT011
        make()


def test_lists_from_a_data_file_make_the_same_schedule():
    assert Schedule(kind="monthly", days=[15, 30], at=time(18)) == HALF_MONTHS


# ---------------------------------------------------------------- against a brute-force calendar


def last_of(day):
    return monthrange(day.year, day.month)[1]


def hits(wanted, day):
    return day.day == (last_of(day) if wanted == -1 else min(wanted, last_of(day)))


def is_cutoff(schedule, day):
    """The definition, asked of one day: no recurrence, no arithmetic over months."""
    if schedule.kind == "weekly":
        return "MO TU WE TH FR SA SU".split()[day.weekday()] in schedule.byday
    if schedule.kind == "monthly":
        return any(hits(wanted, day) for wanted in schedule.days)
    if schedule.kind == "quarterly":
        return (day.month - 1) % 3 + 1 == schedule.month and hits(schedule.day, day)
    if schedule.kind == "yearly":
        return day.month == schedule.month and hits(schedule.day, day)
    return day == schedule.on


DAYS_OF_MONTH = st.sampled_from([-1, *range(1, 32)])
TIMES = st.none() | st.times(max_value=time(23, 59, 59))
ROLLS = st.sampled_from(["none", "prev", "next"])
WINDOWS = st.sampled_from(["current", "previous", "since_last"])
ONE_PER_PERIOD = st.one_of(
    st.builds(
        lambda day, **rest: Schedule.weekly(day, **rest),
        st.sampled_from("MO TU WE TH FR SA SU".split()),
        at=TIMES,
        window=WINDOWS,
        roll=ROLLS,
    ),
    st.builds(
        lambda day, **rest: Schedule.monthly(day, **rest), DAYS_OF_MONTH, at=TIMES, window=WINDOWS, roll=ROLLS
    ),
    st.builds(Schedule.quarterly, st.integers(1, 3), DAYS_OF_MONTH, at=TIMES, window=WINDOWS, roll=ROLLS),
    st.builds(Schedule.yearly, st.integers(1, 12), DAYS_OF_MONTH, at=TIMES, window=WINDOWS, roll=ROLLS),
)
SEVERAL = st.one_of(
    st.builds(
        lambda days, **rest: Schedule.weekly(*days, **rest),
        st.lists(st.sampled_from("MO TU WE TH FR SA SU".split()), min_size=2, unique=True),
        at=TIMES,
        roll=ROLLS,
    ),
    st.builds(
        lambda days, **rest: Schedule.monthly(*days, **rest),
        st.lists(DAYS_OF_MONTH, min_size=2, max_size=4, unique=True),
        at=TIMES,
        roll=ROLLS,
    ),
)
SCHEDULES = st.one_of(ONE_PER_PERIOD, SEVERAL)
STARTS = st.dates(FIRST, date(2058, 12, 31))
SPANS = st.integers(30, 730)


def days_between(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, STARTS, SPANS)
def test_due_days_are_those_the_calendar_names(schedule, since, span):
    last = since + timedelta(days=span)
    cutoffs = [d for d in days_between(since, last + timedelta(days=31)) if is_cutoff(schedule, d)]
    due = [CALENDAR.roll(d, schedule.roll).date for d in cutoffs]
    expected = [d for d in due if since <= d <= last]
    assert due_days(schedule, since, last, since=since, calendar=CALENDAR) == expected


@pytest.mark.parametrize(
    "schedule",
    [FRIDAYS, HALF_MONTHS, MONTHLY_REPORT, WEEK_PATROL, Schedule.quarterly(), Schedule.yearly(2, 29)],
)
def test_forty_years_hold_every_due_day_and_no_other(schedule):
    expected = [d for d in days_between(FIRST, LAST) if is_cutoff(schedule, d)]
    assert due_days(schedule, FIRST, LAST, since=FIRST) == expected


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, STARTS, SPANS)
def test_windows_tile_without_gap_or_overlap(schedule, since, span):
    found = occurrences(schedule, since, since + timedelta(days=span), since=since, calendar=CALENDAR)
    for earlier, later in zip(found, found[1:], strict=False):
        assert earlier.window.end == later.window.start
    assert len({o.key for o in found}) == len(found)
    if found and schedule.window == "since_last":
        assert found[0].window.start == midnight(since)


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, STARTS, SPANS)
def test_the_boundary_microsecond_falls_in_exactly_one_window(schedule, since, span):
    found = occurrences(schedule, since, since + timedelta(days=span), since=since, calendar=CALENDAR)
    for number, occurrence in enumerate(found[:-1]):
        bound = occurrence.window.end
        assert [n for n, o in enumerate(found) if bound - INSTANT in o.window] == [number]
        assert [n for n, o in enumerate(found) if bound in o.window] == [number + 1]


@settings(max_examples=100, deadline=None)
@given(SCHEDULES, STARTS, SPANS, st.integers(0, 730))
def test_asking_in_two_halves_finds_the_same_occurrences(schedule, since, span, split):
    last, middle = since + timedelta(days=span), since + timedelta(days=min(split, span))
    rest = {"since": since, "calendar": CALENDAR}
    halves = occurrences(schedule, since, middle, **rest)
    halves += occurrences(schedule, middle + timedelta(days=1), last, **rest)
    assert halves == occurrences(schedule, since, last, **rest)


@settings(max_examples=100, deadline=None)
@given(SCHEDULES, STARTS, SPANS)
def test_a_since_last_window_shows_the_cutoff_it_holds(schedule, since, span):
    for o in occurrences(schedule, since, since + timedelta(days=span), since=since, calendar=CALENDAR):
        assert o.window_end_shown in o.window
        assert o.window.end - o.window_end_shown in (INSTANT, timedelta(seconds=1))


@pytest.fixture
def zone():
    before = os.environ.get("TZ")

    def enter(name):
        os.environ["TZ"] = name
        clock_of_the_machine.tzset()

    yield enter
    os.environ.pop("TZ", None) if before is None else os.environ.update(TZ=before)
    clock_of_the_machine.tzset()


def test_the_zone_of_the_machine_does_not_matter(zone):
    results = []
    for name in ("UTC", "Asia/Shanghai", "America/New_York"):
        zone(name)
        results.append(
            repr(
                [
                    occurrences(
                        schedule, FIRST, date(2026, 12, 31), since=date(2019, 7, 1), calendar=CALENDAR
                    )
                    for schedule in (FRIDAYS, HALF_MONTHS, MONTHLY_REPORT, WEEK_PATROL, Schedule.quarterly())
                ]
            )
        )
    assert results[0] == results[1] == results[2]


def test_a_single_day_is_not_lost_by_rolling_to_before_the_signing():
    saturday = date(2021, 5, 1)
    for roll, due in (("prev", saturday), ("next", date(2021, 5, 6)), ("none", saturday)):
        schedule = Schedule.once(saturday, roll=roll)
        found = occurrences(
            schedule, saturday, date(2021, 12, 31), since=saturday, calendar=load_calendar()
        )
        assert [one.due_at.date() for one in found] == [due], roll
