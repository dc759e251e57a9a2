"""Settings fail loudly; readers of the environment; the password profile."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError

from minewatch import env
from minewatch.passwords import Classes, NotYourself, classes, login_name

SERVER = {
    "DATABASE_URL": "postgres://a:b@127.0.0.1/c", "SECRET_KEY": "s3cr3t-" * 10,
    "INFORMANT_KEY": "s3cr3t." * 10,
    "MINEWATCH_HOSTS": "a.example",
}


def start(tmp_path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a fresh process; prints what the tests look at."""
    ours = ("DATABASE_", "REDIS_", "SECRET_", "INFORMANT_", "MINEWATCH_", "DEMO", "DEBUG")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    code = (
        "from minewatch import settings as s; print(s.EMBEDDED, s.HTTPS, s.SESSION_COOKIE_NAME,"
        " s.CELERY_BROKER_URL, s.DATABASES['default']['ENGINE'].rsplit('.')[-1], s.SECRET_KEY)"
    )
    return subprocess.run(
        [sys.executable, "-c", code], env=clean | {"MINEWATCH_HOME": str(tmp_path)} | variables,
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )


def test_embedded_makes_and_keeps_a_secret(tmp_path):
    one, two = start(tmp_path), start(tmp_path)
    assert one.returncode == 0, one.stderr
    assert one.stdout == two.stdout and one.stdout.startswith("True False mw_session filesystem:// sqlite3 ")
    for name in ("secret", "informant_key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secret").read_text() != (tmp_path / "informant_key").read_text()


def test_server_is_https_with_host_cookies(tmp_path):
    said = start(tmp_path, **SERVER, REDIS_URL="redis://127.0.0.1/0").stdout
    assert said.startswith("False True __Host-session redis://127.0.0.1/0 postgresql ")


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in SERVER.items() if key != name}


@pytest.mark.parametrize(("variables", "word"), [
    (without("SECRET_KEY"), "SECRET_KEY"), (without("INFORMANT_KEY"), "INFORMANT_KEY"),
    (SERVER | {"INFORMANT_KEY": "short"}, "INFORMANT_KEY"), (without("MINEWATCH_HOSTS"), "MINEWATCH_HOSTS"),
    (SERVER | {"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL"), ({"DEBUG": "maybe"}, "DEBUG"),
    ({"MINEWATCH_IDLE_MINUTES": "soon"}, "MINEWATCH_IDLE_MINUTES"),
    ({"SECRET_KEY": "x", "SECRET_KEY_FILE": "/y"}, "SECRET_KEY_FILE"),
    (without("SECRET_KEY") | {"SECRET_KEY_FILE": "/no/such"}, "SECRET_KEY_FILE"),
], ids=["no-secret", "no-key", "short-key", "no-hosts", "bad-url", "bad-bool", "bad-int", "both", "no-file"])
def test_bad_environment_stops_the_start_and_is_named(tmp_path, variables, word):
    done = start(tmp_path, **variables)
    assert done.returncode != 0 and "ImproperlyConfigured" in done.stderr and word in done.stderr
    assert "s3cr3t" not in done.stderr


def test_secret_from_a_file(tmp_path, monkeypatch):
    path = tmp_path / "secret"
    path.write_text("abc\n")
    monkeypatch.setenv("THING_FILE", str(path))
    assert env.envsecret("THING") == "abc"
    path.write_text("  \n")
    with pytest.raises(ImproperlyConfigured, match="empty"):
        env.envsecret("THING")


def test_postgres_url():
    found = env.postgres("postgres://us%40er:p%2Fw@db.example:5433/na%20me?sslmode=require")
    assert found["USER"] == "us@er" and found["PASSWORD"] == "p/w" and found["NAME"] == "na me"
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("db.example", "5433", {"sslmode": "require"})
    assert env.postgres("postgres:///x?host=/run/pg")["HOST"] == "/run/pg"
    for bad in ("postgres://a/", "postgres://a:port/b", "sqlite:///x"):
        with pytest.raises(ImproperlyConfigured):
            env.postgres(bad)


@pytest.mark.parametrize(("password", "count"), [
    ("", 0), ("abc", 1), ("minewatch-demo", 2), ("Abc1", 3), ("Abc1-", 4), ("矿山", 1), ("A矿1a", 4),
])
def test_classes(password, count):
    assert classes(password) == count
    if count < 3:
        with pytest.raises(ValidationError):
            Classes(3).validate(password)
    else:
        Classes(3).validate(password)


def test_password_is_not_the_person():
    class Person:
        username, name, phone = "qingshi.filler", "张三丰", "13800000000"

    for bad in ("qingshi.filler-A1", "QINGSHI.FILLER-A1", "张三丰Aa1234567", "x13800000000X"):
        with pytest.raises(ValidationError):
            NotYourself().validate(bad, Person())
    NotYourself().validate("Correct-horse-1", Person())


def test_one_name_in_many_spellings_is_counted_once():
    spellings = ("Office", " office ", "ＯＦＦＩＣＥ", "OFFICE")
    assert {login_name(None, {"username": name}) for name in spellings} == {"office"}
