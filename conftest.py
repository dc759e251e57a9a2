"""What the machine must have: tests that need a browser or a server say so when it is missing.

On a developer's machine they are skipped and the summary says so in capitals; in CI (CI=true or
MINEWATCH_REQUIRE_SERVICES=1) a missing browser or server is a failure, never a skip.
"""

import os
import shutil

import pytest
from django.conf import settings

REQUIRED = "true" in (os.environ.get("CI"), os.environ.get("MINEWATCH_REQUIRE_SERVICES")) or (
    "1" in (os.environ.get("CI"), os.environ.get("MINEWATCH_REQUIRE_SERVICES"))
)


def missing() -> dict[str, str]:
    """Marker → why its tests cannot run here."""
    found = {}
    if not (shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")):
        found["browser"] = "no Chromium on this machine (Debian: apt-get install chromium fonts-noto-cjk)"
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        found["postgres"] = "no PostgreSQL: set DATABASE_URL or run .ci/with-services pytest"
    return found


def heavy(count: int) -> int:
    """`count` of a heavy test, scaled by MINEWATCH_HEAVY (1 = full, CI runs a tenth)."""
    return max(1, round(count * float(os.environ.get("MINEWATCH_HEAVY") or 0.1)))


@pytest.fixture(name="heavy")
def _heavy():
    return heavy


#: These ask every address, or every page one person finds, or use no database at all: minutes of work in
#: which nothing depends on the server. CI does it in `make test` (SQLite), not a second time on PostgreSQL;
#: `make prove` does.
SWEEPS = ("tests/policy/", "tests/cases/test_rights_sweep.py")
NO_DATABASE = (
    "tests/lib/",
    "tests/core/test_manual.py",
    "tests/core/test_templates.py",
    "tests/core/test_words.py",
    "tests/duties/test_definitions.py",
    "tests/duties/test_five_notices.py",
    "tests/duties/test_notice_texts.py",
    "tests/ledgers/test_columns.py",
    "tests/ledgers/test_official_form.py",
    "tests/reports/test_writers.py",
)
#: Several processes on a SQLite of their own, whatever the run's database is.
OWN_DATABASE = (
    "tests/core/test_commands.py",
    "tests/core/test_supervisor.py",
    "tests/duties/test_load_campaign.py::test_three_loaders",
    "tests/duties/test_race.py",
    "tests/duties/test_sweep_race.py",
    "tests/ledgers/test_import_races.py",
)
ONCE = (*SWEEPS, *NO_DATABASE, *OWN_DATABASE)
SWEPT_ELSEWHERE = "asked in `make test`; on PostgreSQL by `make prove` only"


def swept_elsewhere() -> bool:
    """Whether this run leaves out what the other one asks: CI's on PostgreSQL, not who asks a file there."""
    postgres = settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
    return REQUIRED and postgres and heavy(10) < 10


#: Of what `make test` asks on SQLite CI asks every second test again on PostgreSQL, with its first case: the
#: whole twice does not end within forty minutes on two slow cores. `make prove` asks all of it there.
EVERY = 2
WHOLE = ("browser", "postgres", "heavy")  # these run there alone


def second_time(items: list[pytest.Item]) -> list[pytest.Item]:
    """What `make test` has asked and CI's run on PostgreSQL does not ask again."""
    seen: dict[str, int] = {}
    found = []
    for item in items:
        if any(item.get_closest_marker(name) for name in WHOLE) or "tests/browser/" in item.nodeid:
            continue
        test = item.nodeid.partition("[")[0]
        again = test in seen
        if again or seen.setdefault(test, len(seen)) % EVERY or item.nodeid.startswith(ONCE):
            found.append(item)
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if swept_elsewhere():
        left_out = set(second_time(items))
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    if REQUIRED:
        return
    for marker, why in missing().items():
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object | None:
    """One worker takes all browser tests: they share one running product; another all of tests/policy, which
    share one world. Every other test goes singly.

    xdist 3.8's own groups write `_nodeid`, which pytest 9.2 no longer reads.
    """
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class OneProduct(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            shared = ("tests/browser/", "tests/policy/")
            return next((folder for folder in shared if nodeid.startswith(folder)), nodeid)

    return OneProduct(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if REQUIRED:
        for marker, why in missing().items():
            if item.get_closest_marker(marker):
                pytest.fail(f"required here: {why}", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if swept_elsewhere():
        rest = "of the rest every second test and all cases but the first"
        line = f"NOT RUN: {', '.join(ONCE)}; {rest} – {SWEPT_ELSEWHERE}"
        terminalreporter.write_line(line, yellow=True, bold=True)
    for marker, why in missing().items():
        terminalreporter.write_line(f"NOT RUN: {marker} tests – {why}", yellow=True, bold=True)
    if "not browser" in (terminalreporter.config.option.markexpr or "") and "browser" not in missing():
        terminalreporter.write_line("NOT RUN: browser tests – see .ci/run, make prove", bold=True)
