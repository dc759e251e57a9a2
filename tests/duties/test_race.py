"""Separate processes on one database file: schedulers and provers at once, each thing once."""

import os
import subprocess
import sys
from shutil import copytree

import pytest

PREPARE = """
from agencies.actions.county import load_county
from agencies.demo import plan
from agencies.models import Division
from duties import actions
load_county(plan=plan(), must_change_password=False)
actions.load_rules(county=Division.objects.get(code="999921"))
"""
WORK = """
import datetime as dt
from agencies.models import Agency
from duties import actions
from minewatch.lib.clock import now
at = now() + dt.timedelta(days=21)
unit = Agency.objects.get(code="shangwan")
for n in range(5):
    actions.open_ahead(at + n * dt.timedelta(days=1))
    actions.prove(kind="patrol", agency=unit, at=now(), subject=unit)
    actions.open_step(key="once", kind="sign", title="签批", agency=unit, role="head", subject=unit)
"""
COUNT = """
from core.models import AuditEntry, Change
from duties.models import Duty, Proof
keys = list(Duty.objects.values_list("key", flat=True))
opened = Change.objects.filter(verb="duty.opened", subject_kind="duties.duty")
changes = opened.values_list("subject_id", flat=True)
print(len(keys) - len(set(keys)), Proof.objects.count(), len(changes) - len(set(changes)),
      Duty.objects.exclude(pk__in=[int(key) for key in changes]).count(),
      AuditEntry.objects.filter(verb="duty.fulfilled").count())
"""


@pytest.fixture
def run(tmp_path, installed):
    copytree(installed, tmp_path, dirs_exist_ok=True)
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env |= {
        "MINEWATCH_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "minewatch.settings",
        "MINEWATCH_LOG": "ERROR",
    }

    def start(*args):
        return subprocess.Popen(
            [sys.executable, "manage.py", *args], env=env, stdout=subprocess.PIPE, text=True
        )

    return start


def finished(process):
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out


def test_four_schedulers_open_and_prove_once(run):
    finished(run("shell", "-v0", "-c", PREPARE))
    for process in [run("shell", "-v0", "-c", WORK) for _ in range(4)]:
        finished(process)
    assert finished(run("shell", "-v0", "-c", COUNT)).split() == ["0", "1", "0", "0", "1"]
