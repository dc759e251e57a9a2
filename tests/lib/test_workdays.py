from datetime import date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minewatch.lib.clock import SHANGHAI
from minewatch.lib.workdays import DATA, Calendar, add_hours, calendar_of, clamp, load_calendar, read_calendar
from tests.lib import make_calendar

CALENDAR = load_calendar()
DAYS = st.dates(date(2019, 1, 1), date(2026, 12, 31))


def test_three_workdays_over_national_day_land_on_the_worked_saturday():
    count = CALENDAR.add_workdays(date(2026, 9, 30), 3)
    assert count.date == date(2026, 10, 10)
    assert count.skipped == tuple(date(2026, 10, d) for d in range(1, 8))
    assert not count.provisional


def test_three_workdays_over_spring_festival_count_the_worked_saturday_before():
    assert CALENDAR.add_workdays(date(2026, 2, 13), 3).date == date(2026, 2, 25)


def test_three_calendar_days_into_a_holiday_roll_to_its_end():
    count = CALENDAR.add_calendar(date(2026, 9, 28), 3, roll="next")
    assert count.date == date(2026, 10, 8)
    assert count.skipped[0] == date(2026, 10, 1)


def test_february_has_no_thirtieth():
    assert clamp(2027, 2, 30) == date(2027, 2, 28)
    assert clamp(2028, 2, -1) == date(2028, 2, 29)
    with pytest.raises(ValueError, match="day of the month"):
        clamp(2027, 2, 0)


def test_the_2020_spring_festival_was_prolonged_to_2_february():
    assert CALENDAR.prev_workday(date(2020, 2, 3)).date == date(2020, 1, 23)
    sources = {row.date: row.source for row in read_calendar(DATA.read_text(encoding="utf-8"))}
    assert sources[date(2020, 1, 31)] == "国办发明电〔2020〕1号"


def test_without_roll_a_day_off_stays_and_is_certain():
    assert CALENDAR.add_calendar(date(2030, 1, 1), 4).date == date(2030, 1, 5)
    assert not CALENDAR.add_calendar(date(2030, 1, 1), 4).provisional


def test_roll_prev_goes_before_the_holiday():
    assert CALENDAR.roll(date(2026, 10, 3), "prev").date == date(2026, 9, 30)


def test_a_misspelt_roll_is_refused():
    with pytest.raises(ValueError, match="roll"):
        CALENDAR.roll(date(2026, 10, 3), "forward")


def test_a_year_without_data_falls_back_on_weekdays_and_says_so():
    count = CALENDAR.add_workdays(date(2026, 12, 31), 1)
    assert (count.date, count.provisional) == (date(2027, 1, 1), True)


def test_a_year_is_not_known_by_the_last_days_its_successors_notice_names():
    rows = read_calendar("date,kind,name,source\n2022-12-31,holiday,元旦,甲\n2023-10-01,holiday,国庆节,甲\n")
    assert calendar_of(rows, "x").years_known == {2023}


def test_hours_run_through_the_weekend():
    friday = datetime(2026, 9, 25, 17, 40, tzinfo=SHANGHAI)
    assert add_hours(friday, 24) == datetime(2026, 9, 26, 17, 40, tzinfo=SHANGHAI)
    with pytest.raises(ValueError, match="aware"):
        add_hours(datetime(2026, 9, 25), 24)  # noqa: DTZ001


def test_the_file_agrees_with_chinesecalendar_on_every_day():
    assert CALENDAR.years_known == set(range(2019, 2027))
    day = date(2019, 1, 1)
    while day.year < 2027:
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_the_shipped_file_is_what_the_script_writes():
    assert DATA.read_text(encoding="utf-8") == make_calendar.text()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2026-10-01,off,国庆节,甲", "kind"),
        ("2026-9-31,holiday,国庆节,甲", "日期应写作"),
        ("2026-10-01,holiday,a,b\n2026-10-01,workday,a,b", "第3行：2026-10-01重复"),
    ],
)
def test_a_bad_line_is_named(line, says):
    with pytest.raises(ValueError, match=says):
        read_calendar(f"date,kind,name,source\n{line}\n")


@given(DAYS, st.integers(1, 60))
def test_workdays_counted_forward_hold_exactly_n_worked_days(start, n):
    count = CALENDAR.add_workdays(start, n)
    passed = [start + timedelta(days=i + 1) for i in range((count.date - start).days)]
    assert sum(map(CALENDAR.is_workday, passed)) == n
    assert [d for d in passed if not CALENDAR.is_workday(d)] == list(count.skipped)


@given(DAYS)
def test_one_workday_forward_and_one_back_is_the_day_itself_or_the_workday_before_it(day):
    back = CALENDAR.prev_workday(CALENDAR.next_workday(day).date).date
    assert back == CALENDAR.roll(day, "prev").date


def test_an_empty_calendar_is_monday_to_friday_and_wholly_provisional():
    assert Calendar().roll(date(2026, 10, 1), "next").provisional


def test_a_calendar_is_a_value_that_cannot_be_changed():
    with pytest.raises(TypeError):
        CALENDAR.days[date(2026, 1, 1)] = True
    assert hash(load_calendar()) == hash(CALENDAR) and load_calendar() == CALENDAR
