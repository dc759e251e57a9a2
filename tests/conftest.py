"""Fixtures shared by all tests: the cast, a frozen day, no broker."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

import minewatch.celery  # noqa: F401 – the app must be current before anything rings
from duties import calendars
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _quiet(settings, tmp_path, monkeypatch):
    """Files go to a folder of the test; nothing rings a real broker; passwords hash fast."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.WHITENOISE_AUTOREFRESH = True  # each browser of a test would read the whole folder first
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr("core.jobs.current_app.send_task", lambda *args, **kwargs: None)


@pytest.fixture(autouse=True)
def _fresh_calendar():
    """A test's own 放假安排 is not taken for another's: a row rolled back gives its number away again."""
    for read in (calendars._rows, calendars._read, calendars._names):
        read.cache_clear()


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Path:
    """A home with an empty SQLite database, made once for all workers; who starts processes copies it."""
    place = tmp_path_factory.getbasetemp()
    place = place.parent if os.environ.get("PYTEST_XDIST_WORKER") else place
    home = place / "installed"
    with (place / "installed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            servers = ("DATABASE_URL", "REDIS_URL")
            env = {key: value for key, value in os.environ.items() if key not in servers}
            env |= {"MINEWATCH_HOME": str(home), "MINEWATCH_LOG": "ERROR"}
            subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=env, check=True, timeout=400)
            (home / "ready").touch()
    return home


@pytest.fixture
def cast(db) -> Cast:
    """The people and units of 示范县."""
    return Cast.open()


@pytest.fixture
def transactional_cast(transactional_db) -> Iterator[Cast]:
    """The cast for tests that need real commits; takes the audit's triggers off so that the flush works.

    The flush of such a test before this one also took the law's rows that the migrations loaded: they are
    read in again.
    """
    migration = import_module("core.migrations.0002_audit_append_only")
    with connection.cursor() as cursor:
        for statement in migration.drop_statements(connection.vendor):
            cursor.execute(statement)
    for room in ("duties", "cases"):
        import_module(f"{room}.migrations.0002_law_data").load(apps, None)
    yield Cast.open()
