"""The supervisor: restarts, gives up, stops in order, leaves nobody behind; and the whole of `up` once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from core.supervisor import Child, Supervisor

SLEEPER = """import signal, sys, time
signal.signal(signal.SIGTERM, lambda *a: (print('bye', time.time()), sys.exit(0)))
print('up', flush=True)
time.sleep(600)"""


def child(name: str, code: str, folder: Path) -> Child:
    return Child(name, [sys.executable, "-c", code], folder / f"{name}.log", patience=5)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_for(condition, seconds: float = 20.0):
    """The first true answer of `condition`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def test_gives_up_after_four_quick_failures_and_names_the_log(tmp_path, monkeypatch):
    monkeypatch.setattr("core.supervisor.LONGEST_BACKOFF", 0.01)
    said: list[str] = []
    good = child("web", SLEEPER, tmp_path)
    bad = child("worker", "print('no broker'); raise SystemExit(3)", tmp_path)
    assert Supervisor([good, bad], dict(os.environ), said.append).run() == 1
    text = "\n".join(said)
    assert str(bad.log) in text and "no broker" in text
    assert bad.log.read_text().count("no broker") == 4
    assert gone(good.process.pid)


def test_a_killed_child_comes_back_and_a_stop_ends_all_in_order(tmp_path):
    names = ("worker", "web", "beat")
    children = [child(name, SLEEPER, tmp_path) for name in names]
    first: list[int] = []

    def tick() -> None:
        logs = [one.log.read_text() if one.log.exists() else "" for one in children]
        if not first and all("up" in log for log in logs):
            first.append(children[0].process.pid)
            os.kill(first[0], signal.SIGKILL)
        elif first and logs[0].count("up") == 2:
            house.stopping = True

    said: list[str] = []
    house = Supervisor(children, dict(os.environ), said.append, ("beat", "web", "worker"), tick)
    assert house.run() == 0
    assert any("worker" in line and "重新启动" in line for line in said)
    ends = {one.name: float(one.log.read_text().split("bye ")[1]) for one in children}
    assert ends["beat"] < ends["web"] < ends["worker"]


def test_a_stop_does_not_wait_for_a_back_off(tmp_path, monkeypatch):
    monkeypatch.setattr("core.supervisor.LONGEST_BACKOFF", 600)
    bad = child("web", "raise SystemExit(1)", tmp_path)
    house = Supervisor([bad], dict(os.environ), lambda text: setattr(house, "stopping", True))
    began = time.monotonic()
    assert house.run() == 0 and time.monotonic() - began < 5


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
def test_children_die_with_a_killed_supervisor(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from core.supervisor import Child, Supervisor\n"
        f"c = Child('web', [sys.executable, '-c', {SLEEPER!r}], Path({str(tmp_path)!r}) / 'web.log')\n"
        "Supervisor([c], dict(os.environ), print,"
        f" on_tick=lambda: Path({str(tmp_path)!r}, 'pid').write_text(str(c.process.pid))).run()"
    )
    boss = subprocess.Popen([sys.executable, "-c", code], cwd=settings.BASE_DIR)
    try:
        pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
        wait_for(lambda: (tmp_path / "web.log").read_text())
    finally:
        boss.kill()
        boss.wait()
    wait_for(lambda: gone(pid))


def test_up_serves_works_recovers_and_stops(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    servers = {"DATABASE_URL", "REDIS_URL", "DEMO"}
    env = {key: value for key, value in os.environ.items() if key not in servers}
    env |= {f"MINEWATCH_{one}": "1" for one in ("WEB_PROCESSES", "WORKER_PROCESSES")}
    env |= {"MINEWATCH_HOME": str(tmp_path)}
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "up", "--port", str(port)]
    house = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def health() -> dict:
        assert house.poll() is None, house.communicate()[0]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:  # noqa: S310
                return json.load(answer)
        except (OSError, ValueError):
            return {}

    def kids() -> set[int]:
        listed = Path(f"/proc/{house.pid}/task/{house.pid}/children").read_text()
        return {int(pid) for pid in listed.split()}

    try:
        wait_for(lambda: health().get("worker") and health().get("database"), 240)
        second = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 1 and "已有一个 minewatch 在运行" in second.stderr
        before = kids()
        os.kill(max(before), signal.SIGKILL)
        wait_for(lambda: len(kids() - before) == 1)
        last = kids() | before
    finally:
        house.terminate()
        said = house.communicate(timeout=60)[0]
    assert house.returncode == 0, said
    assert f"http://localhost:{port}/" in said and "已停止" in said
    assert all(gone(pid) for pid in last)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "log").iterdir()} == {0}
