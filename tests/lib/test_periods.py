from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minewatch.lib.clock import SHANGHAI, midnight
from minewatch.lib.periods import BadPeriod, Window, before, parse_period, period_of

DAYS = st.dates(date(2019, 1, 1), date(2060, 12, 31))
KINDS = st.sampled_from(["week", "month", "quarter", "half", "year"])


@pytest.mark.parametrize(
    ("text", "key", "kind", "first", "last", "label"),
    [
        ("2022-09", "2022-09", "month", "2022-09-01", "2022-09-30", "2022年9月"),
        ("2022-W38", "2022-W38", "week", "2022-09-19", "2022-09-25", "2022年第38周（9月19日—9月25日）"),
        ("2022-Q3", "2022-Q3", "quarter", "2022-07-01", "2022-09-30", "2022年第三季度"),
        ("2022-H1", "2022-H1", "half", "2022-01-01", "2022-06-30", "2022年上半年"),
        ("2022-H2", "2022-H2", "half", "2022-07-01", "2022-12-31", "2022年下半年"),
        ("2022", "2022", "year", "2022-01-01", "2022-12-31", "2022年"),
        (
            "2022-09-01..2022-09-30", "2022-09-01..2022-09-30", "range", "2022-09-01", "2022-09-30",
            "2022年9月1日—9月30日",
        ),
        (
            "2022-12-25..2023-01-05", "2022-12-25..2023-01-05", "range", "2022-12-25", "2023-01-05",
            "2022年12月25日—2023年1月5日",
        ),
        (
            "2025-W01", "2025-W01", "week", "2024-12-30", "2025-01-05",
            "2025年第1周（2024年12月30日—2025年1月5日）",
        ),
        ("2024-02", "2024-02", "month", "2024-02-01", "2024-02-29", "2024年2月"),
    ],
)  # fmt: skip
def test_a_period_reads_and_names_itself(text, key, kind, first, last, label):
    period = parse_period(text)
    assert (period.key, period.kind) == (key, kind)
    assert (str(period.first), str(period.last), period.label) == (first, last, label)


@pytest.mark.parametrize("text", ["２０２２－０９", " 2022-9 ", "2022 - 09"])
def test_a_period_forgives_width_and_blanks(text):
    assert parse_period(text).key == "2022-09"


def test_a_period_forgives_small_letters():
    assert parse_period("2022-w38").key == "2022-W38"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "无法识别"),
        ("abc", "无法识别统计期“abc”"),
        ("2022-13", "“2022-13”不存在"),
        ("2022-00", "不存在"),
        ("2022-W53", "2022年没有第53周"),
        ("2022-W00", "2022年没有第0周"),
        ("2022-Q5", "不存在"),
        ("2022-H3", "不存在"),
        ("0000", "年份0000不合理"),
        ("9999-W52", "年份9999不合理"),
        ("2022-09-31..2022-10-01", "日期2022-09-31不存在"),
        ("2022-10-01..2022-09-30", "结束日期早于开始日期"),
        ("٢٠٢٢", "无法识别"),
    ],
)
def test_a_bad_period_says_what_is_wrong_and_how_to_write_it(text, says):
    with pytest.raises(BadPeriod, match=says) as caught:
        parse_period(text)
    assert "请写作 2022-09（月）" in str(caught.value)


@given(st.text())
def test_no_text_raises_anything_else(text):
    try:
        parse_period(text)
    except BadPeriod as problem:
        assert str(problem)


@given(DAYS, KINDS)
def test_the_period_of_a_day_holds_it_and_reads_back_from_its_key(day, kind):
    period = period_of(day, kind)
    assert period.first <= day <= period.last
    assert parse_period(period.key) == period


@given(DAYS, KINDS)
def test_neighbouring_periods_touch(day, kind):
    period = period_of(day, kind)
    assert before(period).window.end == period.window.start
    assert before(period).kind == kind


def test_a_period_of_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="range"):
        period_of(date(2022, 9, 1), "range")


def test_a_window_holds_its_start_and_not_its_end():
    window = parse_period("2022-09").window
    assert midnight(date(2022, 9, 1)) in window
    assert midnight(date(2022, 10, 1)) not in window
    assert midnight(date(2022, 10, 1)) - timedelta(microseconds=1) in window


def test_a_window_is_neither_empty_nor_naive():
    noon = datetime(2022, 9, 1, 12, tzinfo=SHANGHAI)
    with pytest.raises(ValueError, match="empty"):
        Window(noon, noon)
    with pytest.raises(ValueError, match="aware"):
        Window(datetime(2022, 9, 1), noon)  # noqa: DTZ001
