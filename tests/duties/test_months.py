"""Limits of months (民法典 201–203): the day of the same number, clamped, rolled as the row says; stops."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st

from duties import actions, clocks
from duties.actions import stops
from duties.models import Clock, Duty
from minewatch.lib.clock import SHANGHAI
from minewatch.lib.workdays import add_months, load_calendar

CALENDAR = load_calendar()
DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2060, 12, 31))
ONE = dt.timedelta(days=1)


def walked(day, months):
    """The corresponding day found by walking the calendar day by day, as one does with a finger."""
    at, turns = day, 0
    while turns < months:
        at += ONE
        turns += at.day == 1
    while at.day != day.day:
        if (at + ONE).day == 1:
            return at  # the month is over before that number comes
        at += ONE
    return at


@settings(max_examples=400, deadline=None)
@given(DAYS, st.integers(1, 40))
def test_months_end_where_a_finger_on_the_calendar_ends(day, months):
    assert add_months(day, months) == walked(day, months)


@settings(max_examples=400, deadline=None)
@given(DAYS, st.integers(1, 40), st.sampled_from(["none", "next"]))
def test_a_month_that_ends_on_a_day_off_rolls_to_the_first_day_worked_if_its_row_says_so(day, months, roll):
    expected = walked(day, months)
    known = expected.year in CALENDAR.years_known
    while roll == "next" and not CALENDAR.is_workday(expected):
        expected += ONE
    found = CALENDAR.add_months(day, months, roll)
    assert found.date == expected
    if roll == "none" or known and expected.year in CALENDAR.years_known:
        assert not found.provisional
    else:
        assert found.provisional


def test_every_day_of_42_years_plus_two_and_six_months():
    day = dt.date(2019, 1, 1)
    while day.year <= 2060:
        assert (add_months(day, 2), add_months(day, 6)) == (walked(day, 2), walked(day, 6)), day
        day += ONE


def test_months_go_backwards_too():
    assert add_months(dt.date(2026, 3, 31), -1) == dt.date(2026, 2, 28)
    assert add_months(dt.date(2026, 1, 15), -13) == dt.date(2024, 12, 15)


@pytest.mark.django_db
def test_the_sentence_says_which_day_corresponds_and_what_was_rolled():
    sentence = clocks.due("R2m", dt.datetime(2025, 12, 31, 10, tzinfo=SHANGHAI)).sentence
    assert sentence == (
        "书面答复检察意见：依据高检发释字〔2021〕4号，自2025年12月31日10时起2个月内，不计发生当日，"
        "按月计至月末日（2026年2月28日，当月没有31日），至2026年2月28日24时。计日方式以本地做法为准。"
    )
    rolled = clocks.due("R2m", dt.date(2026, 8, 3)).sentence
    assert "按月计至对应日（2026年10月3日），遇10月1日至7日" not in rolled
    assert "按月计至对应日（2026年10月3日），遇10月3日至7日（国庆节）顺延，至2026年10月8日24时" in rolled


@pytest.mark.django_db
def test_a_limit_of_months_in_a_year_without_arrangement_is_provisional_when_it_rolls():
    assert clocks.due("R2m", dt.date(2026, 11, 20)).provisional
    assert not clocks.due("C16m", dt.date(2026, 11, 20)).provisional


# stops and extensions -------------------------------------------------------------------------------


def paper():
    return "批准书.pdf", SimpleUploadedFile("批准书.pdf", b"%PDF-1.4\n%%EOF")


def limit(cast, code="R2m", start=dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)):
    with time_machine.travel(start, tick=False):
        return actions.open_step(
            key="case:1:answer",
            kind="case",
            title="书面答复检察意见",
            agency=cast.unit("nr"),
            role="officer",
            subject=None,
            clock=code,
        )


def fresh(duty):
    return Duty.objects.select_related("clock", "agency").get(pk=duty.pk)


def act(cast, name, when, **facts):
    with time_machine.travel(dt.datetime(*when, tzinfo=SHANGHAI), tick=False):
        return getattr(stops, name)(by=cast.nr_head, **facts)


def words():
    return {"reason": "会商", "basis": "本地规定", "upload": paper()}


def test_days_that_a_limit_of_months_stood_still_come_after_its_months(cast):
    duty = limit(cast)
    assert clocks.of_duty(duty).due_at.date() == dt.date(2026, 5, 6)  # 2 May is off, rolled to the 6th
    act(cast, "stop", (2026, 3, 10, 9), duty=duty, **words())
    act(cast, "resume", (2026, 3, 15, 9), duty=fresh(duty), reason="会商结束")
    found = clocks.of_duty(fresh(duty))
    assert found.due_at.date() == dt.date(2026, 5, 7)  # 2 May + 5 days
    assert fresh(duty).due_at == found.due_at
    assert "中止计时5日（本地规定）" in found.sentence and "5个月" not in found.sentence


def test_a_limit_of_months_is_extended_by_months(cast):
    Clock.objects.filter(code="R2m").update(ceiling=1, extends_by="检察院")
    duty = limit(cast, start=dt.datetime(2026, 3, 31, 9, tzinfo=SHANGHAI))
    assert clocks.of_duty(duty).due_at.date() == dt.date(2026, 6, 1)  # 31 May is a Sunday
    act(cast, "extend", (2026, 4, 10, 9), duty=duty, amount=1, authority="检察院", **words())
    found = clocks.of_duty(fresh(duty))
    assert found.due_at.date() == dt.date(2026, 6, 30)  # three months from 31 March, clamped
    assert "批准延长1个月" in found.sentence
