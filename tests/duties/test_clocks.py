"""Limits with worked examples across Spring Festival, Mid-Autumn and National Day (domain.md H)."""

import datetime as dt
import json

import pytest
from django.core.management import CommandError, call_command

from core.errors import DomainError
from duties import clocks
from duties.models import Clock
from minewatch.lib.clock import SHANGHAI

EXAMPLES = [
    # code, start, due, days off passed over
    ("C13w", "2026-09-30", "2026-10-10T23:59:59+08:00", 7),  # 8, 9 and the worked Saturday 10 October
    ("C13w", "2026-02-13", "2026-02-25T23:59:59+08:00", 9),  # 14 February is worked, then 24, 25
    ("F2", "2026-09-28", "2026-10-08T23:59:59+08:00", 7),  # 1 October is off: rolled to the 8th
    ("F2", "2026-09-21T09:00", "2026-09-24T23:59:59+08:00", 0),
    ("F2", "2026-09-23T09:00", "2026-09-28T23:59:59+08:00", 2),  # 26 September rolls off 中秋节
    ("C7", "2026-09-01", "2026-10-01T23:59:59+08:00", 0),  # 强制法25: calendar days, not rolled
    ("F3", "2026-10-01T16:40", "2026-10-02T16:40:00+08:00", 0),  # hours run through the holiday
    ("F10", "2022-09-26", "2022-10-08T23:59:59+08:00", 5),
    ("C11", "2026-01-05", "2026-04-07T23:59:59+08:00", 2),  # 5 April is off (清明), rolled to the 7th
]


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "start", "expected", "skipped"), EXAMPLES)
def test_worked_examples(code, start, expected, skipped):
    found = clocks.due(code, dt.datetime.fromisoformat(start))
    assert found.due_at.isoformat() == expected
    assert len(found.skipped) == skipped
    assert not found.provisional


@pytest.mark.django_db
def test_sentence_names_article_start_and_days_passed_over():
    sentence = clocks.due("F2", dt.datetime(2026, 9, 23, 9, tzinfo=SHANGHAI)).sentence
    assert sentence == (
        "移送报告审批：依据行政执法机关移送涉嫌犯罪案件的规定（国务院令第310号）第五条，自2026年9月23日9时起3日内，"
        "不计发生当日，遇9月26日至27日（中秋节）顺延，至2026年9月28日24时。计日方式以本地做法为准。"
    )


@pytest.mark.django_db
def test_year_without_arrangement_is_provisional():
    found = clocks.due("C6", dt.datetime(2027, 2, 3))
    assert found.provisional
    assert "暂定" in found.sentence


@pytest.mark.django_db
def test_old_event_keeps_its_old_row():
    assert clocks.due("C3", dt.date(2023, 3, 1)).basis.startswith("国土资源")
    with pytest.raises(DomainError, match="已经废止"):
        clocks.due("C3", dt.date(2025, 3, 1))


@pytest.mark.django_db
def test_without_rows_the_shipped_file_answers():
    Clock.objects.all().delete()
    assert (
        clocks.due("f3", dt.datetime(2026, 9, 25, 14, 30)).due_at.isoformat() == "2026-09-26T14:30:00+08:00"
    )


@pytest.mark.django_db
def test_command_prints_json(capsys):
    call_command("clock", "C13w", "--from", "2026-09-30", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert list(answer) == ["start", "due_at", "unit", "rule", "basis", "skipped", "provisional", "sentence"]
    assert answer["start"] == "2026-09-30T00:00:00+08:00"
    assert answer["due_at"] == "2026-10-10T23:59:59+08:00"
    assert answer["skipped"] == [f"2026-10-0{n}" for n in range(1, 8)]


@pytest.mark.django_db
def test_command_reads_offsets_and_naive_as_shanghai(capsys):
    call_command("clock", "F3", "--from", "2026-09-25T06:30:00Z", "--json")
    call_command("clock", "F3", "--from", "2026-09-25T14:30", "--json")
    first, second = [
        json.loads(part + "}") for part in capsys.readouterr().out.strip().split("}") if part.strip()
    ]
    assert first == second


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("F99", "--from", "2026-09-30"), "没有代码为“F99”的期限.*F3"),
        (("F3", "--from", "2026-13-40"), "无法识别时间“2026-13-40”"),
        (("F3", "--from", "9999-12-31"), "起算时间太晚"),
    ],
)
def test_command_refuses_in_chinese(args, words):
    with pytest.raises(CommandError, match=words) as caught:
        call_command("clock", *args)
    assert caught.value.returncode == 1
