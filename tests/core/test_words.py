"""The words that every page shares: dates, dues, lights, numbers, controls."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory

from core.templatetags import mw
from minewatch.lib.clock import SHANGHAI

NOON = datetime(2022, 9, 28, 12, 0, tzinfo=SHANGHAI)


def at(day: int, hour: int = 23, minute: int = 59, month: int = 9) -> datetime:
    return datetime(2022, month, day, hour, minute, 59 if minute == 59 else 0, tzinfo=SHANGHAI)


def test_dates_are_written_as_officials_write_them() -> None:
    assert mw.zh_date(date(2022, 9, 30)) == "2022年9月30日"
    assert mw.zh_datetime(at(30, 8, 5)) == "2022年9月30日 08:05"
    assert mw.zh_date(None) == ""


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (at(30), "2022年9月30日24时前"),
        (at(30, 18, 0), "2022年9月30日18时前"),
        (at(30, 18, 30), "2022年9月30日18:30前"),
    ],
)
def test_a_due_names_its_last_hour(due: datetime, words: str) -> None:
    assert mw.zh_due(due) == words


@pytest.mark.parametrize(
    ("due", "key", "words"),
    [
        (at(1, month=10), "near", "剩3天"),
        (at(2, month=10), "ok", "剩4天"),
        (at(30), "near", "剩2天"),
        (at(28), "near", "今天到期"),
        (NOON, "near", "今天到期"),
        (NOON - timedelta(seconds=1), "late", "逾期1小时"),
        (NOON - timedelta(hours=5), "late", "逾期5小时"),
        (NOON - timedelta(days=3, hours=2), "late", "逾期3天"),
    ],
)
def test_the_light_at_eight_instants(due: datetime, key: str, words: str) -> None:
    light = mw.light_of(due, now=NOON)
    assert (light["key"], light["words"]) == (key, words)


def test_what_is_over_or_historical_is_never_late() -> None:
    long_ago = NOON - timedelta(days=90)
    assert mw.light_of(long_ago, status="fulfilled", now=NOON)["key"] == "done"
    assert mw.light_of(long_ago, historical=True, now=NOON)["key"] == "past"


def test_each_light_has_words_and_a_shape_of_its_own() -> None:
    duty = SimpleNamespace(due_at=at(1), state="open", provisional=True, why="每月10日前报送。")
    html = render_to_string("parts/light.html", mw.light(duty))
    assert "逾期" in html and "#light-late" in html and "暂定" in html and "为什么是这个日期" in html


def test_numbers_are_grouped_and_keep_their_unit() -> None:
    assert mw.num(1234.50, "吨") == "1,234.5吨"
    assert mw.num(0, "条") == "0条"
    assert mw.num(None) == "—"


def test_a_point_is_said_in_degrees_minutes_seconds() -> None:
    assert mw.coord((111.5, 39.42)) == "东经111°30′00.0″ 北纬39°25′12.0″"
    assert mw.coord((111.99999999, 39.0)) == "东经112°00′00.0″ 北纬39°00′00.0″"


def test_the_query_string_keeps_the_state_of_the_list() -> None:
    context = {"request": RequestFactory().get("/ledgers/?unit=3&after=9")}
    assert mw.qs(context, after=None, late=1) == "?unit=3&late=1"


class Sample(forms.Form):
    tons = forms.DecimalField(label="估计开采量", help_text="没有就不填。")


def test_a_number_typed_wrongly_comes_back_as_typed() -> None:
    html = mw.control(Sample({"tons": "一百"})["tons"], "吨")
    assert 'type="text"' in html and 'value="一百"' in html and 'inputmode="decimal"' in html


def test_a_field_is_tied_to_help_unit_and_error() -> None:
    form = Sample({"tons": "一百"})
    form.fields["tons"].unit = "吨"
    html = render_to_string("parts/field.html", {"field": form["tons"]})
    assert 'aria-describedby="id_tons_helptext id_tons_unit id_tons_error"' in html
    for part in ("helptext", "unit", "error"):
        assert f'id="id_tons_{part}"' in html
