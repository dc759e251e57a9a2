"""One instant for all figures: what is written meanwhile is not seen, and no writer waits."""

import sqlite3
import threading

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from reports.figures import FIGURES, Scope
from reports.kinds import KINDS
from reports.snapshot import snapshot
from tests.reports.factory import WEEK, entry

WAL = "PRAGMA journal_mode=WAL;"


@pytest.fixture
def spare(tmp_path, django_db_blocker):
    """A SQLite file set up as the embedded way sets it up, beside a second writer."""
    about = {
        **connections["default"].settings_dict,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "spare.sqlite3"),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 1,
            "init_command": "PRAGMA journal_mode=WAL;",
        },
    }
    with django_db_blocker.unblock():
        wrapper = connections["spare"] = DatabaseWrapper(about, "spare")
        with wrapper.cursor() as cursor:
            cursor.execute("CREATE TABLE t (n integer)")
        writer = sqlite3.connect(tmp_path / "spare.sqlite3", isolation_level=None, timeout=1)
        yield wrapper, writer
        writer.close()
        wrapper.close()
        del connections["spare"]


def count(wrapper) -> int:
    with wrapper.cursor() as cursor:
        return cursor.execute("SELECT count(*) FROM t").fetchone()[0]


def test_sqlite_sees_one_instant_and_blocks_no_writer(spare):
    wrapper, writer = spare
    with snapshot(wrapper):
        assert count(wrapper) == 0
        writer.execute("INSERT INTO t VALUES (1)")
        assert count(wrapper) == 0
    assert count(wrapper) == 1


def test_nothing_can_be_written_inside(spare):
    wrapper, _ = spare
    with pytest.raises(OperationalError), snapshot(wrapper), wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
    with wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
    assert count(wrapper) == 1
    assert wrapper.transaction_mode == "IMMEDIATE"


@pytest.mark.postgres
def test_postgresql_totals_equal_their_rows_while_rows_arrive(transactional_cast):
    """C4: totals = sum of detail, read while another connection files rows."""
    town, kind, stop = transactional_cast.unit("qingshi"), KINDS["weekly"], threading.Event()
    window, scope = kind.window(kind.read_period(WEEK)), Scope.of_unit(town)

    def file() -> None:
        while not stop.is_set():
            entry(town, people=1)
        connection.close()

    writer = threading.Thread(target=file)
    writer.start()
    try:
        for _ in range(50):
            with snapshot():
                patrols = FIGURES["patrols"].total(scope, window)
                people = FIGURES["people"].total(scope, window)
                rows = FIGURES["patrols"].rows(scope, window).count()
            assert patrols == people  # one row, one person
            assert rows - patrols in (
                0,
                1,
            )  # the test's factory keeps its tally after its row, unlike the action
    finally:
        stop.set()
        writer.join()
