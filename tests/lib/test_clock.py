from datetime import UTC, date, datetime

import pytest
import time_machine

from minewatch.lib import clock


@time_machine.travel(datetime(2022, 9, 23, 16, 30, tzinfo=UTC), tick=False)
def test_now_is_shanghai_time():
    assert clock.now().isoformat() == "2022-09-24T00:30:00+08:00"


def test_a_late_utc_evening_is_already_tomorrow_in_shanghai():
    assert clock.local_date(datetime(2022, 9, 23, 16, 0, tzinfo=UTC)) == date(2022, 9, 24)


def test_a_naive_time_has_no_day():
    with pytest.raises(ValueError, match="naive"):
        clock.local_date(datetime(2022, 9, 23))  # noqa: DTZ001


def test_a_day_runs_from_midnight_to_the_last_second():
    assert clock.midnight(date(2022, 9, 23)).isoformat() == "2022-09-23T00:00:00+08:00"
    assert clock.day_end(date(2022, 9, 23)).isoformat() == "2022-09-23T23:59:59+08:00"
