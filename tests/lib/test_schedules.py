"""Every kind of schedule against a calendar walked day by day, 2019–2060, in three zones of the machine."""

import os
import time as clock_of_the_machine
from calendar import monthrange
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minewatch.lib.clock import SHANGHAI, local_date, midnight
from minewatch.lib.schedules import Schedule
from minewatch.lib.windows import occurrences, period_of

FIRST, LAST = date(2019, 1, 1), date(2060, 12, 31)
INSTANT, ONE_DAY = timedelta(microseconds=1), timedelta(days=1)
ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
NAMES = "MO TU WE TH FR SA SU".split()
HALF_MONTHS = Schedule.monthly(15, 30, at=time(18))
SIGNED, BEGUN = date(2021, 4, 30), date(2021, 4, 1)


def at(year, month, day, *clock):
    return datetime(year, month, day, *clock, tzinfo=SHANGHAI)


def due_days(schedule, first, last, **rest):
    return [local_date(found.due_at) for found in occurrences(schedule, first, last, **rest)]


@pytest.fixture(params=ZONES)
def zone(request):
    """The machine stands in that zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    clock_of_the_machine.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    clock_of_the_machine.tzset()


# ---------------------------------------------------------------- the notices


def test_a_half_year_closes_on_its_last_day_or_on_the_day_named():
    since, until = date(2020, 1, 1), date(2020, 12, 31)
    ends = Schedule.half_yearly(window="current")
    assert [o.key for o in occurrences(ends, since, until, since=since)] == ["2020-H1", "2020-H2"]
    assert due_days(ends, since, until, since=since) == [date(2020, 6, 30), date(2020, 12, 31)]
    assert due_days(Schedule.half_yearly(6, 10), since, until, since=since) == [
        date(2020, 6, 10),
        date(2020, 12, 10),
    ]


def test_a_half_yearly_report_of_the_half_before():
    schedule = Schedule.half_yearly(1, 10, window="previous")
    (report,) = occurrences(schedule, date(2022, 7, 1), date(2022, 7, 31), since=FIRST)
    assert (report.key, report.window.start, report.window.end) == ("2022-H1", at(2022, 1, 1), at(2022, 7, 1))


def test_a_meeting_every_ten_days_is_first_due_ten_days_after_signing():
    found = due_days(Schedule.every(10, SIGNED), SIGNED, date(2021, 6, 10), since=SIGNED)
    assert found == [date(2021, 5, 10), date(2021, 5, 20), date(2021, 5, 30), date(2021, 6, 9)]


def test_every_two_days_runs_through_the_holiday():
    found = due_days(Schedule.every(2, SIGNED), SIGNED, date(2021, 5, 9), since=SIGNED)
    assert found == [date(2021, 5, 2), date(2021, 5, 4), date(2021, 5, 6), date(2021, 5, 8)]


def test_every_n_days_counts_nothing_from_before_its_first_day():
    (first, second) = occurrences(
        Schedule.every(2, SIGNED), SIGNED, date(2021, 5, 4), since=SIGNED, opens=BEGUN
    )
    assert (first.key, first.window.start, first.window.end) == (
        "2021-05-02",
        at(2021, 4, 30),
        at(2021, 5, 3),
    )
    assert second.window.start == first.window.end


def test_a_daily_report_at_six_closes_what_came_since_yesterday_at_six():
    found = occurrences(
        Schedule.daily(at=time(18)), date(2022, 9, 2), date(2022, 9, 2), since=date(2022, 9, 1)
    )
    assert [(o.key, o.window_start_shown, o.due_at) for o in found] == [
        ("2022-09-02", at(2022, 9, 1, 18), at(2022, 9, 2, 18))
    ]


def test_a_daily_report_may_cover_the_day_before():
    schedule = Schedule.daily(at=time(9), window="previous")
    (found,) = occurrences(schedule, date(2022, 10, 1), date(2022, 10, 1), since=date(2022, 9, 1))
    assert (found.key, found.window.start, found.window.end) == (
        "2022-09-30",
        at(2022, 9, 30),
        at(2022, 10, 1),
    )


def test_a_yearly_summary_to_date_begins_on_the_first_of_january():
    schedule = Schedule.yearly(12, 10, window="to_date")
    found = occurrences(schedule, FIRST, date(2021, 12, 31), since=date(2019, 6, 1))
    assert [(o.key, o.window.start) for o in found] == [(str(y), at(y, 1, 1)) for y in (2019, 2020, 2021)]
    assert at(2020, 12, 10, 23, 59, 59) in found[1].window
    assert at(2020, 12, 11) not in found[1].window


def test_a_half_yearly_summary_to_date_grows_through_the_year():
    found = occurrences(
        Schedule.half_yearly(6, 10, window="to_date"), date(2020, 1, 1), date(2020, 12, 31), since=FIRST
    )
    assert [(o.key, o.window.start, o.window.end) for o in found] == [
        ("2020-H1", at(2020, 1, 1), at(2020, 6, 11)),
        ("2020-H2", at(2020, 1, 1), at(2020, 12, 11)),
    ]


def test_a_year_to_date_stays_in_its_year_when_the_due_day_rolls_out_of_it():
    schedule = Schedule.yearly(12, 31, window="to_date", roll="next")
    (found,) = occurrences(schedule, date(2022, 12, 25), date(2023, 1, 10), since=FIRST)
    assert (found.key, found.window.start, found.window.end) == ("2022", at(2022, 1, 1), at(2023, 1, 1))
    assert local_date(found.due_at) == date(2023, 1, 2)


def test_data_from_before_the_signing_day_is_in_the_first_report():
    found = occurrences(HALF_MONTHS, FIRST, date(2021, 5, 31), since=SIGNED, opens=BEGUN)
    assert [o.key for o in found] == ["2021-04-30", "2021-05-15", "2021-05-30"]
    assert (found[0].window_start_shown, found[0].window_end_shown) == (at(2021, 4, 1), at(2021, 4, 30, 18))
    assert found[1].window.start == found[0].window.end


def test_an_opening_after_the_start_changes_nothing():
    late = occurrences(HALF_MONTHS, FIRST, date(2021, 5, 31), since=SIGNED, opens=date(2021, 5, 20))
    assert late == occurrences(HALF_MONTHS, FIRST, date(2021, 5, 31), since=SIGNED)


def test_the_30th_at_six_is_the_last_of_february_at_six():
    found = occurrences(HALF_MONTHS, date(2023, 2, 1), date(2024, 2, 29), since=FIRST)
    assert found[1].due_at == at(2023, 2, 28, 18)
    assert found[-1].due_at == at(2024, 2, 29, 18)
    assert at(2024, 2, 29, 18) in found[-1].window
    assert at(2024, 2, 29, 18) + INSTANT not in found[-1].window


@pytest.mark.parametrize(
    "make",
    [
        lambda: Schedule.every(0, SIGNED),
        lambda: Schedule.every(367, SIGNED),
        lambda: Schedule.every(True, SIGNED),
        lambda: Schedule("every", n=2),
        lambda: Schedule("every", start=SIGNED),
        lambda: Schedule.every(2, SIGNED, window="current"),
        lambda: Schedule.half_yearly(7, 1),
        lambda: Schedule.half_yearly(1),
        lambda: Schedule.half_yearly(0, 1),
        lambda: Schedule.daily(days=(1,)),
        lambda: Schedule.daily(window="to_date"),
        lambda: Schedule.monthly(10, window="to_date"),
        lambda: Schedule.once(SIGNED, window="to_date"),
        lambda: Schedule.yearly(2.0, 1),
    ],
)
def test_what_means_nothing_is_refused(make):
    with pytest.raises(ValueError):  # noqa: PT011
        make()


# ---------------------------------------------------------------- against a calendar walked day by day


def hits(wanted, day):
    last = monthrange(day.year, day.month)[1]
    return day.day == (last if wanted == -1 else min(wanted, last))


def is_cutoff(schedule, day):
    """The definition, asked of one day."""
    asked = {
        "weekly": lambda: NAMES[day.weekday()] in schedule.byday,
        "monthly": lambda: any(hits(wanted, day) for wanted in schedule.days),
        "quarterly": lambda: (day.month - 1) % 3 + 1 == schedule.month and hits(schedule.day, day),
        "half_yearly": lambda: (day.month - 1) % 6 + 1 == schedule.month and hits(schedule.day, day),
        "yearly": lambda: day.month == schedule.month and hits(schedule.day, day),
        "every": lambda: day > schedule.start and (day - schedule.start).days % schedule.n == 0,
        "daily": lambda: True,
        "once": lambda: day == schedule.on,
    }
    return asked[schedule.kind]()


def walk(first, last):
    return (first + n * ONE_DAY for n in range((last - first).days + 1))


WHOLE_RANGE = [
    Schedule.weekly("FR"),
    Schedule.weekly("SU", window="current"),
    HALF_MONTHS,
    Schedule.monthly(10, window="previous"),
    Schedule.monthly(30, at=time(18)),
    Schedule.quarterly(window="current"),
    Schedule.half_yearly(6, 10),
    Schedule.half_yearly(2, 30, window="current"),
    Schedule.half_yearly(window="previous"),
    Schedule.yearly(2, 29),
    Schedule.yearly(12, 10, window="to_date"),
    Schedule.every(2, SIGNED, at=time(18)),
    Schedule.every(10, SIGNED),
    Schedule.daily(),
    Schedule.daily(at=time(18)),
    Schedule.once(date(2022, 12, 31)),
]
ids = [f"{s.kind}-{s.window}" for s in WHOLE_RANGE]


@pytest.mark.usefixtures("zone")
@pytest.mark.parametrize("schedule", WHOLE_RANGE, ids=ids)
def test_forty_years_hold_each_due_day_once_and_no_other(schedule):
    expected = [day for day in walk(FIRST, LAST) if is_cutoff(schedule, day)]
    found = occurrences(schedule, FIRST, LAST, since=FIRST)
    assert [local_date(o.due_at) for o in found] == expected
    assert len({o.key for o in found}) == len(found)
    if schedule.at:
        assert {o.due_at.astimezone(SHANGHAI).time() for o in found} == {schedule.at}


@pytest.mark.parametrize("schedule", WHOLE_RANGE, ids=ids)
def test_forty_years_of_windows_have_no_gap_and_no_overlap(schedule):
    found = occurrences(schedule, FIRST, LAST, since=FIRST)
    for earlier, later in zip(found, found[1:], strict=False):
        if schedule.window != "to_date":
            assert earlier.window.end == later.window.start
        assert earlier.due_at < later.due_at
        assert earlier.window.end - INSTANT in earlier.window
        assert earlier.window.end not in earlier.window


@pytest.mark.parametrize(
    ("schedule", "kind"),
    [
        (Schedule.weekly("FR"), "week"),
        (Schedule.monthly(31), "month"),
        (Schedule.quarterly(2, 30), "quarter"),
        (Schedule.half_yearly(2, 30), "half"),
        (Schedule.yearly(2, 29), "year"),
        (Schedule.daily(), "day"),
    ],
)
def test_each_calendar_period_holds_one_due_day(schedule, kind):
    first, last = date(2020, 1, 6), date(2060, 1, 4)  # whole weeks
    if kind != "week":
        first, last = date(2020, 1, 1), date(2059, 12, 31)
    periods = list(dict.fromkeys(period_of(day, kind).key for day in walk(first, last)))
    assert [period_of(day, kind).key for day in due_days(schedule, first, last, since=first)] == periods


DAYS_OF_MONTH = st.sampled_from([-1, *range(1, 32)])
TIMES = st.none() | st.times(max_value=time(23, 59, 59))
STARTS = st.dates(FIRST, date(2058, 12, 31))
NEW_KINDS = st.one_of(
    st.builds(
        Schedule.half_yearly,
        st.integers(1, 6),
        DAYS_OF_MONTH,
        at=TIMES,
        window=st.sampled_from(["current", "previous", "since_last"]),
    ),
    st.builds(Schedule.every, st.integers(1, 60), STARTS, at=TIMES),
    st.builds(
        lambda at, window: Schedule.daily(at=at, window=window),
        TIMES,
        st.sampled_from(["current", "previous", "since_last"]),
    ),
)


@settings(max_examples=100, deadline=None)
@given(NEW_KINDS, STARTS, st.integers(1, 500), st.integers(0, 90))
def test_any_schedule_yields_its_days_and_tiles(schedule, since, span, earlier):
    last, opens = since + span * ONE_DAY, since - earlier * ONE_DAY
    found = occurrences(schedule, since, last, since=since, opens=opens)
    assert [local_date(o.due_at) for o in found] == [d for d in walk(since, last) if is_cutoff(schedule, d)]
    for number, (one, two) in enumerate(zip(found, found[1:], strict=False)):
        bound = one.window.end
        assert bound == two.window.start
        assert [n for n, o in enumerate(found) if bound - INSTANT in o.window] == [number]
        assert [n for n, o in enumerate(found) if bound in o.window] == [number + 1]
    if found and schedule.window == "since_last" and schedule.kind != "every":
        assert found[0].window.start == midnight(opens)


@settings(max_examples=60, deadline=None)
@given(NEW_KINDS, STARTS, st.integers(1, 500), st.integers(0, 500))
def test_asked_in_two_halves_it_answers_the_same(schedule, since, span, split):
    last, middle = since + span * ONE_DAY, since + min(split, span) * ONE_DAY
    halves = occurrences(schedule, since, middle, since=since)
    halves += occurrences(schedule, middle + ONE_DAY, last, since=since)
    assert halves == occurrences(schedule, since, last, since=since)
