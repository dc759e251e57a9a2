"""`manage.py up`: everything in one command – migrate, demo county, then web, worker and beat."""

import fcntl
import hashlib
import io
import os
import socket
import subprocess  # noqa: S404 – runs manage.py of this very tree
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from core.commands import HouseCommand
from core.errors import os_words
from core.supervisor import Child, Supervisor

DEMO_PASSWORD = "minewatch-demo"  # noqa: S105 – printed on the demo's own sign-in page


class Command(HouseCommand):
    """One small office on one machine; also the demo."""

    help = "准备数据库并启动网页、后台任务和定时器（Ctrl-C 停止）"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("MINEWATCH_BIND") or "127.0.0.1", help="地址")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or 8000, help="端口")
        parser.add_argument("--prepare", action="store_true", help="只准备，不启动服务")

    def handle(self, *args: Any, host: str, port: int, prepare: bool, **options: Any) -> None:
        if not 0 < port < 65536:
            raise CommandError(f"端口应在 1 至 65535 之间，现为 {port}。例如：make demo PORT=8001")
        os.umask(0o077)  # database, files and logs are nobody else's on this machine
        with only_one():
            self.prepare()
            if prepare:
                self.stdout.write(self.style.SUCCESS("准备完成。运行 make demo 或 manage.py up 启动。"))
                return
            refuse_taken_port(host, port)
            env = os.environ | {
                "DJANGO_SETTINGS_MODULE": "minewatch.settings",
                "MINEWATCH_COLLECTED": "1",
                "MINEWATCH_RELEASE": collect_static(),
                "PYTHONUNBUFFERED": "1",
            }
            connections.close_all()
            code = Supervisor(
                children=processes(host, port), env=env, say=self.say,
                stop_order=("beat", "web", "worker"), on_tick=self.greet_once(host, port),
            ).run()
        if code:
            raise CommandError("服务未能启动。", returncode=code)
        self.say("已停止。")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def prepare(self) -> None:
        """Bring the database up to date; an empty demo gets its county."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("check", stdout=io.StringIO(), stderr=io.StringIO())  # errors raise; warnings are ours
        if settings.DEMO and not get_user_model()._default_manager.exists():
            self.say("正在载入示范县……")
            call_command("load_demo")

    def greet_once(self, host: str, port: int) -> Any:
        """Called on every tick; prints the address as soon as the web answers."""
        greeted = False

        def tick() -> None:
            nonlocal greeted
            if greeted or not listening(host, port):
                return
            greeted = True
            shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104
            self.say(f"\n  请用浏览器打开：http://{shown}:{port}/")
            self.say(f"  日志在 {settings.HOME / 'log'}，按 Ctrl-C 停止。")
            if settings.DEMO:
                self.accounts()

        return tick

    def accounts(self) -> None:
        """Who may sign in to the demo."""
        self.say(f"\n  示范账号（密码都是 {DEMO_PASSWORD}）：")
        for member in get_user_model()._default_manager.filter(is_active=True).order_by("pk"):
            self.say(f"    {member.get_username():<20} {member}")
        connections.close_all()


@contextmanager
def only_one() -> Iterator[None]:
    """Two supervisors over one home would fetch each other's work."""
    settings.HOME.mkdir(parents=True, exist_ok=True)
    with (settings.HOME / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(f"{settings.HOME} 下已有一个 minewatch 在运行，请先停止它。") from None
        yield


def refuse_taken_port(host: str, port: int) -> None:
    """Say so at once, not after four restarts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"{host}:{port} 不能使用（{os_words(error)}）。请换一个端口，例如：make demo PORT=8001"
            ) from None


def listening(host: str, port: int) -> bool:
    """Whether the web server takes connections."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        with socket.create_connection((target, port), timeout=0.2):
            return True
    except OSError:
        return False


def release_id() -> str:
    """Changes whenever a static file or a template does; the browser's caches are named by it."""
    seen = hashlib.sha256()
    statics = [Path(place.path(name)) for finder in get_finders() for name, place in finder.list([])]
    for path in sorted(statics) + sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        stat = path.stat()
        seen.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return seen.hexdigest()[:12]


def collect_static() -> str:
    """Gather static files under hashed names when anything changed; returns the release id."""
    release, note = release_id(), settings.STATIC_ROOT / ".release"
    if note.exists() and note.read_text() == release:
        return release
    manage = str(settings.BASE_DIR / "manage.py")
    done = subprocess.run(  # noqa: S603 – in a child, because the storage is chosen when settings load
        [sys.executable, manage, "collectstatic", "--noinput", "--clear", "--verbosity", "0"],
        env=os.environ | {"MINEWATCH_COLLECTED": "1"}, capture_output=True, text=True, check=False,
    )
    if done.returncode:
        raise CommandError(f"静态文件整理失败：\n{done.stderr[-2000:]}")
    note.write_text(release)
    return release


def processes(host: str, port: int) -> list[Child]:
    """The three processes of an installation on one machine."""
    python, logs = [sys.executable, "-m"], settings.HOME / "log"
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    celery = [*python, "celery", "-A", "minewatch.celery:app"]
    return [
        Child("web", [
            *python, "gunicorn", "minewatch.wsgi:application", "-k", "gthread", "--no-control-socket",
            "-w", os.environ.get("MINEWATCH_WEB_PROCESSES") or "2", "--threads", "4", "-b", bind,
            "--access-logfile", str(logs / "access.log"), "--graceful-timeout", "10", "--timeout", "60",
        ], logs / "web.log"),
        Child("worker", [
            *celery, "worker", "-Q", "notice,report", "-n", "worker@%h",
            "-c", os.environ.get("MINEWATCH_WORKER_PROCESSES") or "2",
            "--without-gossip", "--without-mingle", "--loglevel", "INFO",
        ], logs / "worker.log"),
        Child("beat", [*celery, "beat", "--pidfile=", "--loglevel", "WARNING"], logs / "beat.log"),
    ]
