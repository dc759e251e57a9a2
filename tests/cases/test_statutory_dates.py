"""Statutory dates worked by hand with a calendar on the table (domain.md B, C, H), in three server zones.

Each row: what happened when, the limit, when it ends, and why. A bare date is a day; an hour is Shanghai's
unless it names its own offset. A limit of days or months ends with its day, 24时.
"""

import datetime as dt
import time

import pytest

from core.errors import DomainError
from duties import clocks
from minewatch.lib.clock import SHANGHAI

ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
EXAMPLES = [
    # -- calendar days rolled to the next working day: Spring Festival ---------------------------------
    ("F2", "2026-02-13T10:00", "2026-02-24", "16 February is off; the festival ends on the 23rd"),
    ("F2", "2026-02-11T10:00", "2026-02-14", "Saturday 14 February is worked (调休): nothing to roll"),
    ("F6", "2026-02-14T15:00", "2026-02-24", "filed on the worked Saturday, the 17th is off"),
    ("F2", "2025-01-24T16:00", "2025-01-27", "the Monday before the festival is worked"),
    ("F2", "2025-01-25T09:00", "2025-02-05", "28 January to 4 February are off"),
    ("F12", "2024-02-07T09:00", "2024-02-18", "rolled to the worked Sunday after the festival"),
    ("F7", "2023-01-18T09:00", "2023-01-28", "rolled to the worked Saturday after the festival"),
    ("F8", "2022-01-28T09:00", "2022-02-07", "31 January to 6 February are off"),
    ("F9", "2021-02-08T09:00", "2021-02-18", "11 to 17 February are off, the 18th is a Thursday"),
    ("F12", "2020-01-21T09:00", "2020-02-03", "the holiday of 2020 was prolonged to 2 February"),
    ("F10", "2026-02-09T09:00", "2026-02-24", "seven days end on the 16th, in the festival"),
    ("F11", "2026-01-30T09:00", "2026-02-14", "fifteen days end on a worked Saturday"),
    # -- National Day ---------------------------------------------------------------------------------
    ("F2", "2026-09-28T09:00", "2026-10-08", "1 to 7 October are off"),
    ("F6", "2025-09-28T09:00", "2025-10-09", "from a worked Sunday; 国庆 and 中秋 together to the 8th"),
    ("F5c", "2024-09-30T09:00", "2024-10-08", "3 October is off"),
    ("F2", "2023-09-27T09:00", "2023-10-07", "30 September is off already; Saturday the 7th is worked"),
    ("F7", "2022-10-05T09:00", "2022-10-08", "Saturday 8 October is worked"),
    ("F6", "2022-10-06T09:00", "2022-10-09", "Sunday 9 October is worked too"),
    ("F12", "2021-09-30T17:50", "2021-10-08", "3 October is off; a Friday follows the holiday"),
    ("F2", "2020-09-29T09:00", "2020-10-09", "国庆 and 中秋 together to the 8th"),
    ("F10", "2026-09-24T09:00", "2026-10-08", "seven days end on National Day"),
    ("F11", "2026-09-21T09:00", "2026-10-08", "fifteen days end on 6 October"),
    # -- weekends, worked weekends, turn of the year ---------------------------------------------------
    ("F2", "2026-03-04T09:00", "2026-03-09", "7 March is a Saturday"),
    ("F2", "2026-03-05T23:59", "2026-03-09", "8 March is a Sunday; a minute to midnight is still Thursday"),
    ("F2", "2026-03-06T00:00", "2026-03-09", "the first moment of Friday: three days end on Monday"),
    ("F6", "2026-05-06T09:00", "2026-05-09", "Saturday 9 May is worked"),
    ("F7", "2026-09-17T09:00", "2026-09-20", "Sunday 20 September is worked"),
    ("F11", "2020-12-25T09:00", "2021-01-11", "9 January 2021 is a Saturday"),
    ("P184", "2026-02-12T16:00", "2026-02-24", "15 February opens the festival, the 24th is the first day"),
    ("P184", "2026-03-04T09:00", "2026-03-09", "7 March is a Saturday"),
    ("P184", "2026-06-17T09:00", "2026-06-22", "端午节 19 to 21 June"),
    # -- 24 hours: through nights, weekends, holidays, leap days ---------------------------------------
    ("F3", "2026-09-25T17:40", "2026-09-26T17:40", "approved on 中秋节: hours do not wait"),
    ("F3", "2026-02-14T18:00", "2026-02-15T18:00", "into the first day of the festival"),
    ("F5a", "2025-01-27T23:30", "2025-01-28T23:30", "over midnight into the eve of the festival"),
    ("F5b", "2024-02-28T09:15", "2024-02-29T09:15", "the leap day is a day"),
    ("F5b", "2023-02-28T09:15", "2023-03-01T09:15", "no leap day in 2023"),
    ("C7r", "2026-12-31T22:00", "2027-01-01T22:00", "over New Year, whatever that year's arrangement"),
    ("F3", "2026-06-30T00:00", "2026-07-01T00:00", "from midnight to midnight"),
    ("F3", "2026-03-06T20:05", "2026-03-07T20:05", "from Friday evening to Saturday evening"),
    # -- working days ---------------------------------------------------------------------------------
    ("C6", "2026-02-10T09:00", "2026-02-26", "11 12 13 and the worked 14th, then 24 25 26"),
    ("C6", "2026-09-28T09:00", "2026-10-13", "29 30, then 8 9 and the worked 10th, 12 13"),
    ("C9", "2024-05-01", "2024-05-10", "first day of the new rule, a holiday: 6 7 8 9 10 May"),
    ("C9old", "2024-04-30T17:00", "2024-05-08", "last day of the old rule: 6 7 8 May"),
    ("C9", "2024-09-13T09:00", "2024-09-23", "worked 14th, then 18 19 20 and Monday 23"),
    ("C10", "2025-01-24T09:00", "2025-02-07", "worked Sunday 26th, 27, then 5 6 7 February"),
    ("C10", "2025-01-26T09:00", "2025-02-08", "27, then 5 6 7 and the worked Saturday 8th"),
    ("C10n", "2023-09-25T09:00", "2023-10-10", "26 27 28, worked 7 and 8 October, 9 10"),
    ("C12", "2022-09-29T09:00", "2022-10-13", "30, worked 8 and 9 October, 10 11 12 13"),
    ("C12", "2022-01-27T09:00", "2022-02-10", "28, worked 29 and 30, then 7 8 9 10 February"),
    ("C13", "2021-09-17T09:00", "2021-09-28", "worked 18th, 22 23 24, worked Sunday 26th, 27 28"),
    ("C13w", "2026-09-30T09:00", "2026-10-10", "8, 9 and the worked Saturday"),
    ("C13w", "2026-02-12T09:00", "2026-02-24", "13 and the worked 14th, then the 24th after the festival"),
    ("case.unsettled", "2026-10-20T17:00", "2026-10-27", "21 22 23 26 27 October"),
    ("C16", "2026-09-21T09:00", "2026-10-12", "22 23 24, 28 29 30, 8 9 10 and 12 October"),
    ("C3", "2024-04-22T09:00", "2024-05-08", "23 to 26, worked 28th, 29 30, then 6 7 8 May"),
    ("C3", "2023-12-25T09:00", "2024-01-09", "26 to 29, then 2 3 4 5 8 9 January"),
    ("R3w", "2026-04-29T09:00", "2026-05-07", "30 April, then 6 and 7 May"),
    ("R10w", "2026-04-24T09:00", "2026-05-12", "27 to 30, 6 7 8 and the worked 9th, 11 12"),
    # -- calendar days that stay as they fall ----------------------------------------------------------
    ("C7", "2026-09-01T09:00", "2026-10-01", "a seizure ends on National Day: 强制法25 does not roll"),
    ("C7", "2024-01-30T09:00", "2024-02-29", "thirty days end on the leap day"),
    ("C17", "2026-09-21T09:00", "2026-12-20", "ninety days end on a Sunday: 条例58 does not roll"),
    ("C17", "2026-07-03T09:00", "2026-10-01", "ninety days, not rolled"),
    # -- 90, 60, 15 days rolled ------------------------------------------------------------------------
    ("C11", "2026-07-03T09:00", "2026-10-08", "the same ninety days, rolled"),
    ("C11", "2025-11-17T09:00", "2026-02-24", "ninety days end on 15 February, the first day off"),
    ("C11", "2023-12-01T09:00", "2024-02-29", "ninety days over a leap February"),
    ("C11old", "2024-04-30T09:00", "2024-07-01", "sixty days of the old rule end on a Saturday"),
    ("C14", "2025-09-19T09:00", "2025-10-09", "4 October is off, with 中秋 to the 8th"),
    ("C15", "2026-08-03T09:00", "2026-10-08", "sixty days end on 2 October"),
    ("C15r", "2026-09-18T09:00", "2026-10-08", "fifteen days end on 3 October"),
    ("C15s", "2026-09-04T09:00", "2026-09-20", "fifteen days end on Saturday the 19th; Sunday is worked"),
    ("case.redo", "2026-08-03T09:00", "2026-10-08", "sixty days end on 2 October"),
    ("case.disposal", "2025-12-22T09:00", "2026-02-24", "sixty days end on 20 February, in the festival"),
    ("R3", "2026-04-30T09:00", "2026-05-06", "劳动节 1 to 5 May"),
    ("R7", "2026-04-28T09:00", "2026-05-06", "seven days end on the last day off"),
    # -- months ---------------------------------------------------------------------------------------
    ("C15m", "2025-08-31T09:00", "2026-02-28", "no 31st; Saturday 28 February is worked"),
    ("C15m", "2023-08-31T09:00", "2024-02-29", "clamped to the leap day"),
    ("C15m", "2026-04-05T09:00", "2026-10-08", "5 October is off"),
    ("C16m", "2026-11-30T09:00", "2027-02-28", "clamped; a Sunday, and 强制法53 does not roll"),
    ("R2m", "2026-07-31T09:00", "2026-09-30", "September has thirty days"),
    ("R2m", "2025-12-15T09:00", "2026-02-24", "15 February is off"),
    ("C4", "2024-02-29", "2026-02-28", "two years from a leap day"),
    # -- the event as another clock wrote it ------------------------------------------------------------
    ("F2", "2026-03-03T17:00+00:00", "2026-03-09", "in Shanghai it is 4 March already: Saturday the 7th"),
    ("F3", "2026-09-24T22:00-04:00", "2026-09-26T10:00", "10:00 on 25 September in Shanghai"),
    ("C6", "2026-02-09T16:30+00:00", "2026-02-26", "half past midnight on the 10th in Shanghai"),
]


@pytest.fixture(params=ZONES)
def server_zone(request, monkeypatch):
    """The machine's own zone, as the operating system has it."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def moment(text):
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)


def ends(text):
    """The instant a hand-written end stands for."""
    if "T" in text:
        return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(23, 59, 59), SHANGHAI)


def test_there_are_sixty_of_them_and_none_twice():
    assert len({row[:2] for row in EXAMPLES}) == len(EXAMPLES) >= 60
    assert len({row[0] for row in EXAMPLES}) >= 25


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "event", "due", "why"), EXAMPLES)
def test_the_limit_ends_when_a_person_says_it_does(server_zone, code, event, due, why):
    found = clocks.due(code, moment(event))
    assert found.due_at == ends(due), (server_zone, why)
    assert found.due_at.utcoffset() == dt.timedelta(hours=8)
    assert not found.provisional
    assert found.basis in found.sentence


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("C3", "2024-05-01"),
        ("C9old", "2024-05-01"),
        ("C11old", "2024-05-01"),
        ("C9", "2024-04-30"),
        ("C6", "2021-07-14"),
        ("F5b", "2020-08-31"),
        ("C15", "2023-12-31"),
    ],
)
def test_a_limit_out_of_force_on_the_day_answers_nothing(server_zone, code, day):
    with pytest.raises(DomainError, match="尚未施行或已经废止"):
        clocks.due(code, dt.date.fromisoformat(day))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("event", "in_force"), [("2024-04-30T15:59+00:00", True), ("2024-04-30T16:00+00:00", False)]
)
def test_which_rule_is_in_force_is_asked_of_shanghais_day(server_zone, event, in_force):
    if in_force:
        assert clocks.due("C9old", moment(event)).due_at == ends("2024-05-08")
    else:
        with pytest.raises(DomainError):
            clocks.due("C9old", moment(event))
        assert clocks.due("C9", moment(event)).due_at == ends("2024-05-10")
