"""A small supervisor: starts child processes, restarts them with back-off, stops them in order.

It never sleeps through a back-off: every wait is a moment in the future that the loop looks at, so a
stop signal is obeyed at once. Children die with it even when it is killed (Linux: PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess  # noqa: S404 – starts only the argument lists that `up` builds
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

QUICK = 10.0  # a child that ends sooner than this many seconds after its start failed quickly
GIVE_UP = 4  # quick failures in a row after which everything stops
LONGEST_BACKOFF = 10.0
LOG_LIMIT = 20 * 1024 * 1024
PR_SET_PDEATHSIG = 1


def _prctl() -> Callable[..., int] | None:
    return ctypes.CDLL(None).prctl if sys.platform.startswith("linux") else None


@dataclass
class Child:
    """One process that is to be kept running; its output goes to `log`."""

    name: str
    argv: Sequence[str]
    log: Path
    patience: float = 20.0  # seconds between SIGTERM and SIGKILL
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = 0.0

    def start(self, env: dict[str, str]) -> None:
        """Start the process in its own group, tied to this one's life."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        prctl, parent = _prctl(), os.getpid()

        def tie() -> None:
            if prctl is not None:
                prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                if os.getppid() != parent:  # the supervisor died in between
                    os._exit(1)

        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.argv, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=tie,
            )
        self.started = time.monotonic()

    def ended(self) -> bool:
        """Whether it was started and is gone."""
        return self.process is not None and self.process.poll() is not None

    def signal(self, number: int) -> None:
        """Send `number` if it is still there."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill_group(self) -> None:
        """End whatever is left of it and its own children."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass


@dataclass
class Supervisor:
    """Runs `children`; `stop_order` names who is stopped first. `say` prints one line for the person."""

    children: list[Child]
    env: dict[str, str]
    say: Callable[[str], None]
    stop_order: Sequence[str] = ()
    on_tick: Callable[[], None] | None = None
    stopping: bool = field(default=False, init=False)

    def run(self) -> int:
        """Keep everything running until a stop signal (0) or until a child fails for good (1)."""
        previous = {
            number: signal.signal(number, self._asked_to_stop) for number in (signal.SIGTERM, signal.SIGINT)
        }
        code = 0
        try:
            while not self.stopping:
                broken = self._look_after()
                if broken is not None:
                    self.say(f"“{broken.name}”连续 {GIVE_UP} 次启动失败，已停止。原因见日志：{broken.log}")
                    self.say(_tail(broken.log))
                    code = 1
                    break
                if self.on_tick is not None:
                    self.on_tick()
                time.sleep(0.2)
        finally:
            self.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return code

    def _asked_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _look_after(self) -> Child | None:
        """Start what is due; returns the child that is beyond help, if any."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.start_at:
                    child.start(self.env)
            elif child.ended():
                code = child.process.returncode
                child.failures = child.failures + 1 if now - child.started < QUICK else 1
                if child.failures >= GIVE_UP:
                    return child
                wait = min(0.5 * 2 ** (child.failures - 1), LONGEST_BACKOFF)
                child.kill_group()
                child.process, child.start_at = None, now + wait
                self.say(f"“{child.name}”退出（{code}），{wait:g} 秒后重新启动。日志：{child.log}")
        return None

    def stop(self) -> None:
        """SIGTERM one after the other in `stop_order`, SIGKILL for who does not go."""
        order = {name: place for place, name in enumerate(self.stop_order)}
        for child in sorted(self.children, key=lambda child: order.get(child.name, len(order))):
            child.signal(signal.SIGTERM)
            deadline = time.monotonic() + child.patience
            while child.process is not None and not child.ended() and time.monotonic() < deadline:
                time.sleep(0.05)
            child.kill_group()
            if child.process is not None:
                child.process.wait()


def _tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8000))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""
