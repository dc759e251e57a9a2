"""Two tabs, a killed process: an upload goes in as a whole and once, whatever happens around it.

Separate processes on one database file, as in real life.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

CLEAN = Path(__file__).parents[1] / "samples" / "form1-qingshi-2022-09-clean.xlsx"
PREPARE = f"""
from pathlib import Path
from agencies.actions.county import load_county
from agencies.demo import plan
from agencies.models import Agency, Member
from ledgers.actions import uploads
from ledgers.importers.patrol import judge_patrol
load_county(plan=plan(), must_change_password=False)
data = Path({str(CLEAN)!r}).read_bytes()
unit, member = Agency.objects.get(code="qingshi"), Member.objects.get(username="qingshi.filler")
for _ in range(2):
    judged = judge_patrol(data, member=member, agency=unit)
    uploads.receive(member=member, agency=unit, kind="patrol", data=data, name="a.xlsx", judged=judged)
"""
CONFIRM = """
import time
from agencies.models import Member
from core.models import Upload
from ledgers.actions import filing, uploads
upload = Upload.objects.order_by("id")[{which}]
member = Member.objects.get(username="qingshi.filler")
{stop}
time.sleep(max(0, {at} - time.time()))
print(uploads.confirm(upload=upload, member=member).rows_added)
"""
STOP = """
real = filing.prove_many
def stop(*args, **kwargs):
    answer = real(*args, **kwargs)
    print("there", flush=True)
    time.sleep(90)
    return answer
filing.prove_many = stop
"""
COUNT = """
SELECT (SELECT count(*) FROM ledgers_entry), (SELECT count(*) FROM ledgers_sheet),
       (SELECT coalesce(sum(entries), 0) FROM ledgers_tally), (SELECT count(*) FROM duties_proof),
       (SELECT count(*) FROM core_change WHERE verb = 'entry.filed'),
       (SELECT count(*) FROM core_auditentry WHERE verb = 'upload.applied'),
       (SELECT count(*) FROM core_upload WHERE status = 'judged')
"""
NOTHING = (0, 0, 0, 0, 0, 0, 2)


def start(home, code):
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env |= {
        "MINEWATCH_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "minewatch.settings",
        "MINEWATCH_LOG": "ERROR",
    }
    task = ["shell", "-v0", "-c", code]
    return subprocess.Popen([sys.executable, "manage.py", *task], env=env, stdout=subprocess.PIPE, text=True)


def finished(process):
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0, out
    return out.split()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, installed):
    home = tmp_path_factory.mktemp("prepared")
    shutil.copytree(installed, home, dirs_exist_ok=True)
    finished(start(home, PREPARE))
    return home


@pytest.fixture
def home(prepared, tmp_path):
    """A database with one file taken in twice, judged and not confirmed."""
    return shutil.copytree(prepared, tmp_path / "home")


def confirm(home, which=0, stop="", at=0):
    return start(home, CONFIRM.format(which=which, stop=stop, at=at))


def stored(home):
    with closing(sqlite3.connect(home / "minewatch.sqlite3")) as database:
        return database.execute(COUNT).fetchone()


def test_from_two_tabs_and_a_second_upload_at_once_it_goes_in_once(home):
    at = time.time() + 4
    one, twin, other = [finished(tab)[0] for tab in [confirm(home, which, at=at) for which in (0, 0, 1)]]
    assert one == twin
    assert {one, other} == {"0", "24"}
    assert stored(home) == (24, 1, 24, 24, 24, 2, 0)


def test_killed_in_the_middle_nothing_is_half_stored(home):
    child = confirm(home, stop=STOP)
    assert child.stdout.readline() == "there\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert stored(home) == NOTHING
    assert finished(confirm(home)) == ["24"]
    assert stored(home) == (24, 1, 24, 24, 24, 1, 1)
