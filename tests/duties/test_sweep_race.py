"""Separate processes on one database file: three sweeps and three rounds at once, each thing once."""

import http.server
import json
import os
import subprocess
import sys
import threading
from shutil import copytree

import pytest

PREPARE = """
from agencies.actions.county import load_county
from agencies.demo import plan
from agencies.models import Agency, Division, Member
from duties import ladder
from duties.models import Duty
from minewatch.lib.clock import day_end, now
load_county(plan=plan(), must_change_password=False)
ladder.ensure(Division.objects.get(code="999921"))
Member.objects.filter(username__contains=".").update(phone="139")
from duties.models import QuietHours, Rung
Rung.objects.filter(key="before1").update(to=["holder"])  # told together with `today`
QuietHours.objects.update(starts_at="00:00", ends_at="00:00")
units = list(Agency.objects.filter(parent__isnull=False))  # the county itself has nobody above
for n in range(300):
    Duty.objects.create(key=f"k{n}", kind="other", title="x", agency=units[n % len(units)], role="filler",
                        due_at=now())
"""
SWEEP = """
from duties.actions.reminding import sweep
for n in range(5):
    sweep()
"""
SEND = """
from duties.actions.dispatching import dispatch
for n in range(3):
    dispatch()
"""
COUNT = """
from core.models import Notice
from duties.models import Dispatch, Reminder
told = Reminder.objects.filter(skipped=False)
per = list(Notice.objects.values_list("member", flat=True))
print(told.count(), told.values("duty").distinct().count(), told.filter(told_at=None).count(),
      Reminder.objects.count() - Reminder.objects.values("duty", "rung", "due_at").distinct().count(),
      sum(int(text.split()[1]) for text in Notice.objects.values_list("text", flat=True)),
      Dispatch.objects.exclude(tried_at=None).count())
"""


@pytest.fixture
def gateway():
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["id"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, got
    server.shutdown()
    server.server_close()


@pytest.fixture
def run(tmp_path, installed, gateway):
    copytree(installed, tmp_path, dirs_exist_ok=True)
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env |= {
        "MINEWATCH_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "minewatch.settings",
        "MINEWATCH_LOG": "ERROR",
        "WEBHOOK_URL": f"http://127.0.0.1:{gateway[0]}/",
    }

    def start(*args):
        return subprocess.Popen(
            [sys.executable, "manage.py", *args], env=env, stdout=subprocess.PIPE, text=True
        )

    return start


def finished(process):
    out, _ = process.communicate(timeout=180)
    assert process.returncode == 0
    return out


def together(run, code):
    for process in [run("shell", "-v0", "-c", code) for _ in range(3)]:
        finished(process)


def test_three_at_once_remind_once_and_keep_the_rate(run, gateway):
    finished(run("shell", "-v0", "-c", PREPARE))
    together(run, SWEEP)
    told, duties, untold, doubles, heard, tried = map(int, finished(run("shell", "-v0", "-c", COUNT)).split())
    assert (told, duties, untold, doubles, tried) == (300, 300, 0, 0, 0)
    assert heard == 300  # each duty stands in one digest, its holder's
    together(run, SEND)
    assert 0 < len(gateway[1]) == len(set(gateway[1])) <= 20
