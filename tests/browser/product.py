"""The product under test: `manage.py up` on a free port with the demo county, spoken to by HTTP only."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "minewatch-demo"
READY_SECONDS, STOP_SECONDS = 400, 40


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """A new database beside the one of `url`; dropped afterwards."""
    import psycopg2

    parts = urllib.parse.urlsplit(url)
    name = f"minewatch_browser_{secrets.token_hex(4)}"
    admin = psycopg2.connect(parts._replace(path="/postgres", query=parts.query).geturl())
    admin.autocommit = True
    try:
        with admin.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            yield parts._replace(path=f"/{name}").geturl()
        finally:
            with admin.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        admin.close()


@contextmanager
def own_redis(url: str) -> Iterator[str]:
    """An empty numbered database of that Redis; emptied again afterwards."""
    parts = urllib.parse.urlsplit(url)
    for number in range(15, 0, -1):
        place = parts._replace(path=f"/{number}").geturl()
        client = redis.Redis.from_url(place)
        if client.dbsize() == 0 and client.set("browser-tests", os.getpid(), nx=True):
            try:
                yield place
            finally:
                client.flushdb()
            return
    raise RuntimeError("no empty Redis database between 1 and 15")


class Product:
    """A running installation: `url`, and cookies of whoever is to be signed in."""

    def __init__(self, home: Path, env: dict[str, str]) -> None:
        self.home, self.port = home, free_port()
        self.url = f"http://localhost:{self.port}"
        self.env = env | {"MINEWATCH_HOME": str(home), "PORT": str(self.port), "DEMO": "1"}
        self._cookies: dict[str, list[dict[str, object]]] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until the web answers and the worker gave a sign of life."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "up.out").open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, env=self.env,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise RuntimeError(f"manage.py up ended:\n{self.said()}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310
                    if json.load(answer)["worker"]:
                        return
            except (OSError, ValueError):
                pass
            time.sleep(0.3)
        raise RuntimeError(f"not ready after {READY_SECONDS} s:\n{self.said()}")

    def said(self) -> str:
        """The end of what its processes wrote."""
        logs = [self.home / "up.out", *sorted((self.home / "log").glob("*.log"))]
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in logs)

    def stop(self) -> None:
        """Stop as Ctrl-C does; what does not listen is killed."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cookies(self, username: str) -> list[dict[str, object]]:
        """Cookies of a signed-in member; one sign-in serves all tests that do not sign out."""
        if username not in self._cookies:
            self._cookies[username] = self.new_session(username)
        return self._cookies[username]

    def new_session(self, username: str, password: str = PASSWORD) -> list[dict[str, object]]:
        """Sign in anew, by HTTP."""
        jar = http.cookiejar.CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = opener.open(f"{self.url}/login/", timeout=20).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        body = {"csrfmiddlewaretoken": token[1] if token else "", "username": username, "password": password}
        opener.open(f"{self.url}/login/", urllib.parse.urlencode(body).encode(), timeout=20).read()
        found = [
            {"name": c.name, "value": c.value or "", "url": self.url, "httpOnly": True, "sameSite": "Lax"}
            for c in jar
        ]
        assert any("session" in str(c["name"]) for c in found), f"{username} could not sign in"
        return found


@contextmanager
def running(home: Path) -> Iterator[Product]:
    """The product of this environment: PostgreSQL and Redis when they are named, else SQLite and files."""
    url, broker = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    dropped = {"DATABASE_URL", "REDIS_URL", "DEBUG", "MINEWATCH_MEDIA", "MINEWATCH_STATIC", "MINEWATCH_BIND"}
    env = {key: value for key, value in os.environ.items() if key not in dropped}
    env["MINEWATCH_HTTPS"] = "0"
    if not url:
        yield from _served(Product(home, env))
        return
    env["MINEWATCH_HOSTS"] = "localhost 127.0.0.1"
    for name in ("SECRET_KEY", "INFORMANT_KEY"):
        env.setdefault(name, secrets.token_urlsafe(60))
    with own_database(url) as database:
        if not broker:
            yield from _served(Product(home, env | {"DATABASE_URL": database}))
            return
        with own_redis(broker) as redis_url:
            yield from _served(Product(home, env | {"DATABASE_URL": database, "REDIS_URL": redis_url}))


def _served(product: Product) -> Iterator[Product]:
    try:
        product.start()
        yield product
    finally:
        product.stop()
