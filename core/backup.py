"""Backup and restore of database and files as one tar, mode 600 (docs/operations.md).

The archive holds `database` (SQLite file or pg_dump custom format), `media/…` and `manifest.json`: the
sha256 of every file and the rows of every table, counted in the same snapshot that was dumped. The
database goes first: a file is never removed while a row names it, so the files are at least as new.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess  # noqa: S404 – pg_dump and pg_restore, argument lists without user text
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader

from core.errors import DomainError
from minewatch.lib.clock import now

FORMAT = 1
MANIFEST, DATABASE, MEDIA = "manifest.json", "database", "media/"
CHUNK = 1024 * 1024
# Rows in one of these mean that people work here; a freshly migrated database has none.
LIVED_IN = ("agencies_member", "core_auditentry", "core_storedfile")


class BackupError(DomainError):
    """What went wrong, in words for the operator."""


@dataclass
class Manifest:
    """What an archive says of itself."""

    engine: str
    made_at: str
    release: str
    migrations: list[str]
    rows: dict[str, int]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # name → sha256, size
    missing: list[str] = field(default_factory=list)  # files that rows name but the disk did not have
    format: int = FORMAT


# -- backup ---------------------------------------------------------------------------------------
def backup(target: Path) -> Manifest:
    """Write the archive to `target`; it appears under its name only when it is whole."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists():
        raise BackupError(f"{target} 已存在，请换一个文件名。")
    part = target.with_name(f".{target.name}.part")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as scratch:
        dump = Path(scratch) / DATABASE
        rows, named, migrations = _dump_sqlite(dump) if _is_sqlite() else _dump_postgres(dump)
        manifest = Manifest(connection.vendor, now().isoformat(), settings.RELEASE, migrations, rows)
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
                manifest.files[DATABASE] = _add(tar, DATABASE, dump)
                for path, name in _media():
                    if path.exists():  # an orphan may be swept meanwhile
                        manifest.files[MEDIA + name] = _add(tar, MEDIA + name, path)
                manifest.missing = sorted(name for name in named if MEDIA + name not in manifest.files)
                text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
                tar.addfile(_entry(MANIFEST, len(text)), io.BytesIO(text))
                tar.close()
                raw.flush()
                os.fsync(raw.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return manifest


class _Hashing:
    """A file that hashes what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sha = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        data = self.file.read(size)
        self.sha.update(data)
        return data


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(now().timestamp())
    return entry


def _add(tar: tarfile.TarFile, name: str, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        hashing = _Hashing(file)
        tar.addfile(_entry(name, size), hashing)  # type: ignore[arg-type]
    return {"sha256": hashing.sha.hexdigest(), "size": size}


def _media() -> Iterator[tuple[Path, str]]:
    """Every stored file with its name; hidden folders are ours (restores under way)."""
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in name.parts):
            yield path, name.as_posix()


def _facts(cursor: Any, tables: list[str]) -> tuple[dict[str, int], set[str], list[str]]:
    """Rows of each table, files that rows name, migrations applied."""
    def ask(sql: str) -> list[Any]:
        cursor.execute(sql)
        return cursor.fetchall()

    rows = {table: ask(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}  # noqa: S608
    named = {
        str(name) for pair in ask("SELECT path, copy FROM core_storedfile") for name in pair if name
    } if "core_storedfile" in rows else set()
    migrations = sorted(f"{app}.{name}" for app, name in ask("SELECT app, name FROM django_migrations"))
    return rows, named, migrations


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _sqlite_tables(database: sqlite3.Connection) -> list[str]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    return [name for (name,) in database.execute(sql)]


def _dump_sqlite(dump: Path) -> tuple[dict[str, int], set[str], list[str]]:
    connection.ensure_connection()
    with closing(sqlite3.connect(dump)) as copy:
        connection.connection.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupError("数据库文件已损坏（integrity_check 未通过），没有生成备份。")
        return _facts(copy.cursor(), _sqlite_tables(copy))


def _dump_postgres(dump: Path) -> tuple[dict[str, int], set[str], list[str]]:
    tool = _pg_tool("pg_dump")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        facts = _facts(cursor, _pg_tables(cursor))
        _run_pg([tool, "-Fc", "--no-owner", "--no-privileges", "-n", "public", f"--snapshot={snapshot}", "-f",
                 str(dump)], "pg_dump")
    return facts


def _pg_tables(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [name for (name,) in cursor.fetchall()]


def _pg_tool(name: str) -> str:
    """Path of a PostgreSQL tool no older than the server."""
    path = shutil.which(name)
    if path is None:
        raise BackupError(f"没有找到 {name}。请安装与服务器同版本的客户端（Debian：postgresql-client）。")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r"(\d+)(\.\d+)*", said.partition(")")[2])
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        server = int(cursor.fetchone()[0]) // 10000
    if found is None or int(found[1]) < server:
        raise BackupError(f"{said.strip()} 低于服务器的版本 {server}，请安装 postgresql-client-{server}。")
    return path


def _run_pg(argv: list[str], what: str) -> None:
    """Run a PostgreSQL tool; the password travels in the environment, never on the command line."""
    conf = connection.settings_dict
    options = {
        f"PG{key.upper()}": str(value) for key, value in conf["OPTIONS"].items() if key.startswith("ssl")
    }
    env = os.environ | options | {
        "PGHOST": conf["HOST"], "PGPORT": str(conf["PORT"]), "PGUSER": conf["USER"],
        "PGPASSWORD": conf["PASSWORD"], "PGDATABASE": conf["NAME"],
    }
    env = {key: value for key, value in env.items() if value}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupError(f"{what} 失败：{done.stderr.strip()[-1000:]}")


# -- restore --------------------------------------------------------------------------------------
def read_manifest(archive: Path) -> Manifest:
    """The archive's own account; refuses what is not an archive of ours."""
    try:
        with tarfile.open(archive, mode="r:") as tar:
            file = tar.extractfile(MANIFEST)
            manifest = Manifest(**json.load(file)) if file else None
    except FileNotFoundError:
        raise BackupError(f"没有找到备份文件 {archive}。") from None
    except (tarfile.TarError, KeyError, TypeError, ValueError, OSError):
        raise BackupError(f"{archive} 不是完整的 minewatch 备份文件。") from None
    if manifest is None or manifest.format != FORMAT:
        raise BackupError(f"{archive} 的备份格式不认识。")
    return manifest


def unpack(archive: Path, manifest: Manifest, database: Path, media: Path) -> None:
    """Write the archive's files to `database` and under `media`; every hash must hold and none may lack."""
    left = dict(manifest.files)
    with tarfile.open(archive, mode="r:") as tar:
        for member in tar:
            if member.name == MANIFEST:
                continue
            told = left.pop(member.name, None)
            parts = PurePosixPath(member.name).parts
            if told is None or not member.isreg() or ".." in parts or member.name.startswith("/"):
                raise BackupError(f"备份中有清单以外的内容：{member.name}")
            place = database if member.name == DATABASE else media.joinpath(*parts[1:])
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source = tar.extractfile(member)
            sha = hashlib.sha256()
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as sink:
                while source is not None and (chunk := source.read(CHUNK)):
                    sha.update(chunk)
                    sink.write(chunk)
            if sha.hexdigest() != told["sha256"]:
                raise BackupError(f"备份中的 {member.name} 与校验值不符，文件已损坏或被改动。")
    if left:
        raise BackupError(f"备份不完整：缺少 {len(left)} 个文件，如 {next(iter(left))}。")


def check_archive(archive: Path) -> Manifest:
    """Read the whole archive and compare every hash; changes nothing here."""
    manifest = read_manifest(archive)
    with tempfile.TemporaryDirectory(prefix="minewatch-check-") as scratch:
        unpack(archive, manifest, Path(scratch) / DATABASE, Path(scratch) / "media")
    return manifest


def restore(archive: Path, *, force: bool = False) -> Manifest:
    """Put the archive in place of what is here; what does not verify leaves everything as it was.

    Without `force` only an installation in which nobody has worked yet is replaced. Raises BackupError.
    """
    manifest = read_manifest(archive)
    if manifest.engine != connection.vendor:
        raise BackupError(f"备份来自 {manifest.engine}，本机数据库是 {connection.vendor}，不能直接恢复。")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = [name for name in manifest.migrations if name not in known]
    if newer := [name for name in unknown if name.split(".")[0] in _own_apps()]:
        raise BackupError(f"备份来自较新的版本（{newer[0]}），请先升级程序再恢复。")
    if not force and (why := lived_in()):
        raise BackupError(f"目标不是空的（{why}）。确认要替换，请加 --force。")
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged, before = root / f".restore-{os.getpid()}", root / f".before-{os.getpid()}"
    put = _put_sqlite if _is_sqlite() else _put_postgres
    try:
        unpack(archive, manifest, staged / DATABASE, staged / "media")
        (staged / "media").mkdir(exist_ok=True)
        with put(staged / DATABASE, manifest), _swapped(root, staged / "media", before):
            pass
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    shutil.rmtree(before, ignore_errors=True)
    return manifest


def _own_apps() -> set[str]:
    from django.apps import apps

    return {config.label for config in apps.get_app_configs() if not config.name.startswith("django.")}


def lived_in() -> str:
    """Why the installation counts as in use; "" when nobody has worked in it."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in LIVED_IN:
            if table in tables:
                cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
                if count := cursor.fetchone()[0]:
                    return f"{table} 有 {count} 行"
    name = next((name for _, name in _media()), "")
    return f"文件目录中有 {name}" if name else ""


def _compare(rows: dict[str, int], manifest: Manifest) -> None:
    if wrong := [name for name in {*rows, *manifest.rows} if rows.get(name) != manifest.rows.get(name)]:
        name = sorted(wrong)[0]
        is_now, was = rows.get(name), manifest.rows.get(name)
        raise BackupError(f"表 {name} 恢复后 {is_now} 行，备份时 {was} 行，已放弃恢复。")


@contextmanager
def _swapped(root: Path, fresh: Path, before: Path) -> Iterator[None]:
    """Put the files of `fresh` into `root`, the old ones aside; back again when anything fails.

    Entries are moved one by one: the folder itself may be a mounted volume.
    """
    before.mkdir(mode=0o700)
    moved: list[tuple[Path, Path]] = []
    try:
        for source, goal in ((root, before), (fresh, root)):
            for path in sorted(source.iterdir()):
                if not path.name.startswith("."):
                    path.rename(goal / path.name)
                    moved.append((goal / path.name, path))
        yield
    except BaseException:
        for now_at, was_at in reversed(moved):
            was_at.parent.mkdir(parents=True, exist_ok=True)
            now_at.rename(was_at)
        raise


@contextmanager
def _put_sqlite(fresh: Path, manifest: Manifest) -> Iterator[None]:
    """Check the copy, then exchange the files; the old one comes back when anything fails."""
    with closing(sqlite3.connect(fresh)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupError("备份中的数据库已损坏，已放弃恢复。")
        _compare({table: copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
                  for table in _sqlite_tables(copy)}, manifest)
    place = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    stamp = dt.datetime.now().strftime("%Y%m%d%H%M%S")
    old, landing = (place.with_name(f"{place.name}.{word}-{stamp}") for word in ("before", "fresh"))
    shutil.copy2(fresh, landing)
    landing.chmod(0o600)
    if place.exists():
        place.replace(old)
    for tail in ("-wal", "-shm"):
        place.with_name(place.name + tail).unlink(missing_ok=True)
    landing.replace(place)
    try:
        yield
    except BaseException:
        connections.close_all()
        if old.exists():
            old.replace(place)
        raise
    old.unlink(missing_ok=True)


@contextmanager
def _put_postgres(fresh: Path, manifest: Manifest) -> Iterator[None]:
    """Fill a new schema `public`; the old one is dropped only when everything holds."""
    tool, old = _pg_tool("pg_restore"), f"before_restore_{os.getpid()}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
                       "WHERE n.nspname = 'public'")
        if rows := cursor.fetchall():
            raise BackupError(f"schema public 中装有扩展 {rows[0][0]}，请恢复到一个新建的空数据库。")
        cursor.execute(f"ALTER SCHEMA public RENAME TO {old}")
        cursor.execute("CREATE SCHEMA public")
    try:
        _run_pg([tool, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
                 "-n", "public", "-d", connection.settings_dict["NAME"], str(fresh)], "pg_restore")
        with connection.cursor() as cursor:
            tables = _pg_tables(cursor)
            _compare(_facts(cursor, tables)[0], manifest)
        yield
    except BaseException:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f"ALTER SCHEMA {old} RENAME TO public")
        raise
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {old} CASCADE")


def default_name(folder: Path) -> Path:
    """A name with the moment in it."""
    return folder / f"minewatch-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.tar"



