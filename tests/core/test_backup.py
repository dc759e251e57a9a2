"""Backup and restore as an operator does them: real commands, real databases, a real restore."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import uuid
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

SEED = """
import io
from django.db import transaction
from PIL import Image
from agencies.models import Agency, Division, Member
from core import audit
from core.files import store
division = Division.objects.create(code="999921", name="示范县")
agency = Agency.objects.create(code="office", name="办公室", kind="joint_office", division=division)
member = Member.objects.create_user("shangwan.filler", "minewatch-demo", name="填表人", agency=agency)
photo = io.BytesIO()
Image.new("RGB", (40, 40), "red").save(photo, "JPEG")
with transaction.atomic():
    told = {"name": "a.jpg", "kind": "photo", "content_type": "image/jpeg"}
    store(data=photo.getvalue(), member=member, agency=agency, **told)
for n in range(5):
    audit.record("command.run", actor=member, facts={"n": n})
audit.seal()
"""

WHOLE = (1, 6, 1)  # a member; five acts and the storing of the photo; the photo


class Site:
    """One installation under its own home, driven by manage.py."""

    def __init__(self, home: Path, url: str = "") -> None:
        self.home = home
        servers = {"DATABASE_URL", "REDIS_URL"}
        self.env = {key: value for key, value in os.environ.items() if key not in servers}
        self.env |= {"MINEWATCH_HOME": str(home)}
        if url:
            keys = {"SECRET_KEY": "s" * 60, "INFORMANT_KEY": "i" * 60}
            self.env |= keys | {"DATABASE_URL": url, "MINEWATCH_HOSTS": "localhost"}

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *args],
            env=self.env, capture_output=True, text=True, timeout=400, check=False,
        )

    def ok(self, *args: str) -> str:
        done = self.run(*args)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def seeded(self, installed: Path | None = None) -> Site:
        if installed is None:
            self.ok("migrate", "-v0")
        else:
            shutil.copytree(installed, self.home, dirs_exist_ok=True)
        self.ok("shell", "-v0", "-c", SEED)
        return self

    @property
    def counts(self) -> tuple[int, ...]:
        """Members, links of the audit chain, stored files."""
        tables = ("agencies_member", "core_auditlink", "core_storedfile")
        ask = [f"SELECT count(*) FROM {table}" for table in tables]
        if "DATABASE_URL" in self.env:
            with psycopg2.connect(self.env["DATABASE_URL"]) as database, database.cursor() as cursor:
                return tuple(cursor.execute(sql) or cursor.fetchone()[0] for sql in ask)
        with closing(sqlite3.connect(self.home / "minewatch.sqlite3")) as database:
            return tuple(database.execute(sql).fetchone()[0] for sql in ask)

    @property
    def photos(self) -> dict[str, bytes]:
        media = self.home / "media"
        return {str(p.relative_to(media)): p.read_bytes() for p in media.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def source(tmp_path_factory, installed) -> Site:
    return Site(tmp_path_factory.mktemp("source")).seeded(installed)


@pytest.fixture(scope="module")
def archive(source: Site, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "night.tar"
    said = source.ok("backup", "--out", str(path))
    assert "SHA-256" in said
    return path


@pytest.fixture(scope="module")
def used(tmp_path_factory, installed) -> Site:
    """Another installation in which people work."""
    return Site(tmp_path_factory.mktemp("used")).seeded(installed)


def copy_of(site: Site, home: Path) -> Site:
    shutil.copytree(site.home, home)
    return Site(home)


def manifest_of(archive: Path) -> dict:
    with tarfile.open(archive) as tar:
        return json.load(tar.extractfile("manifest.json"))


def rewritten(archive: Path, out: Path, change) -> Path:
    """The archive with `change(name, data)` applied to each member; None leaves it out."""
    with tarfile.open(archive) as old, tarfile.open(out, "w") as new:
        for member in old:
            data = change(member.name, old.extractfile(member).read())
            if data is not None:
                info = tarfile.TarInfo(member.name)
                info.size = len(data)
                new.addfile(info, io.BytesIO(data))
    return out


def test_archive_is_private_and_names_every_file_and_table(archive):
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]
    manifest = manifest_of(archive)
    assert manifest["rows"]["agencies_member"] == 1
    assert len(manifest["files"]) == 2 and manifest["missing"] == []  # the database, the photo


def test_restore_into_a_new_installation_gives_the_same(source, archive, tmp_path):
    target = Site(tmp_path / "new")
    said = target.ok("restore", str(archive))
    assert "审计链完好" in said
    assert target.photos == source.photos and len(target.photos) == 1
    assert target.counts == WHOLE
    assert (target.home / "minewatch.sqlite3").stat().st_mode & 0o777 == 0o600
    assert not [path for path in target.home.rglob("*") if ".before-" in path.name or ".fresh-" in path.name]


def test_lived_in_target_is_refused_without_force(used, archive, source, tmp_path):
    target = copy_of(used, tmp_path / "used")
    refused = target.run("restore", str(archive))
    assert refused.returncode == 1 and "--force" in refused.stderr and target.photos == used.photos
    target.ok("restore", str(archive), "--force")
    assert target.photos == source.photos != used.photos


def flip(wanted: str):
    def change(name: str, data: bytes) -> bytes:
        return data[:-1] + bytes([data[-1] ^ 1]) if name.startswith(wanted) else data
    return change


def drop(name: str, data: bytes) -> bytes | None:
    return None if name.startswith("media/") else data


def recount(name: str, data: bytes) -> bytes:
    return data.replace(b'"agencies_member": 1', b'"agencies_member": 2') if name == "manifest.json" else data


def newer(name: str, data: bytes) -> bytes:
    text = b'"migrations": ["core.9999_from_the_future", '
    return data.replace(b'"migrations": [', text) if name == "manifest.json" else data


def other_engine(name: str, data: bytes) -> bytes:
    return data.replace(b'"sqlite"', b'"oracle"') if name == "manifest.json" else data


@pytest.mark.parametrize(("change", "words"), [
    (flip("database"), "校验值不符"), (flip("media/"), "校验值不符"), (drop, "不完整"),
    (recount, "已放弃恢复"), (newer, "较新的版本"), (other_engine, "不能直接恢复"),
], ids=["database", "photo", "missing", "counts", "newer", "engine"])
def test_bad_archive_changes_nothing(used, archive, tmp_path, change, words):
    before = used.counts, used.photos
    bad = rewritten(archive, tmp_path / "bad.tar", change)
    refused = used.run("restore", str(bad), "--force")
    assert refused.returncode == 1 and words in refused.stderr
    assert (used.counts, used.photos) == before
    assert not [path for path in (used.home / "media").iterdir() if path.name.startswith(".")]


def test_archive_with_a_stranger_is_refused(used, archive, tmp_path):
    bad = tmp_path / "bad.tar"
    bad.write_bytes(archive.read_bytes())
    with tarfile.open(bad, "a") as tar:
        info = tarfile.TarInfo("media/../../evil")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    refused = used.run("restore", str(bad), "--force")
    assert refused.returncode == 1 and "清单以外" in refused.stderr
    assert not list(tmp_path.rglob("evil")) and not list(used.home.rglob("evil"))


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\x00" * 20000])
def test_no_archive_at_all(tmp_path, content):
    bad = tmp_path / "bad.tar"
    bad.write_bytes(content)
    with pytest.raises(CommandError, match="不是完整的"):
        call_command("restore", str(bad), check=True)


def test_keep_drops_only_the_oldest(source, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"minewatch-2020010{day}T000000Z.tar").write_bytes(b"old")
    (folder / "mine.tar").write_bytes(b"other")
    source.ok("backup", "--out", str(folder), "--keep", "2")
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 3 and names[:2] == ["mine.tar", "minewatch-20200103T000000Z.tar"]


# -- PostgreSQL -----------------------------------------------------------------------------------
@pytest.fixture
def databases(django_db_blocker):
    """Makes empty databases beside the tests' own; they are dropped at the end."""
    made: list[str] = []

    def make() -> str:
        name = f"mw_{uuid.uuid4().hex[:12]}"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))

    yield make
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for name in made:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.postgres
def test_postgres_round_trip(databases, tmp_path):
    source = Site(tmp_path / "a", databases()).seeded()
    path = tmp_path / "night.tar"
    source.ok("backup", "--out", str(path))
    target = Site(tmp_path / "b", databases())
    assert "审计链完好" in target.ok("restore", str(path))
    assert target.photos == source.photos and target.counts == source.counts == WHOLE
    # usable: the sequences go on
    more = "from core import audit; audit.record('command.run', actor=None); audit.seal()"
    target.ok("shell", "-v0", "-c", more)
    again = target.run("restore", str(path))
    assert again.returncode == 1 and "--force" in again.stderr
    target.ok("restore", str(path), "--force")


@pytest.mark.postgres
def test_postgres_failure_leaves_what_was_there(databases, tmp_path):
    site = Site(tmp_path / "a", databases()).seeded()
    path = tmp_path / "night.tar"
    site.ok("backup", "--out", str(path))
    before = site.counts, site.photos
    bad = rewritten(path, tmp_path / "bad.tar", recount)
    refused = site.run("restore", str(bad), "--force")
    assert refused.returncode == 1 and "已放弃恢复" in refused.stderr
    assert (site.counts, site.photos) == before


@pytest.mark.postgres
def test_sqlite_archive_is_refused_by_postgres(archive, databases, tmp_path):
    refused = Site(tmp_path / "a", databases()).run("restore", str(archive))
    assert refused.returncode == 1 and "不能直接恢复" in refused.stderr
