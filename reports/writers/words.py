"""Days and instants as official paper writes them: Arabic digits, whole year, no leading zeros."""

import datetime as dt

from minewatch.lib.clock import SHANGHAI

ANNEX_WIDTHS = (6, 34, 10, 10, 12, 14, 12, 12, 30, 18)  # the ten columns of form 1, in characters


def day_words(day: dt.date) -> str:
    """2022年9月5日"""
    return f"{day.year}年{day.month}月{day.day}日"


def instant_words(at: dt.datetime) -> str:
    """2022年9月5日9时5分; the end of a day is its 24时."""
    at = at.astimezone(SHANGHAI)
    if (at.hour, at.minute, at.second) == (23, 59, 59):
        return f"{day_words(at.date())}24时"
    return f"{day_words(at.date())}{at.hour}时{at.minute}分"
