"""Start one process per database, each on a database of its own, and put their results together.

SQLite lives in a temporary MINEWATCH_HOME; PostgreSQL (and Redis) under `.ci/with-services`, with fsync on.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import machine
from benchmarks.scales import SCALES, SEED

ROOT = Path(__file__).resolve().parent.parent
FOREIGN = (
    *("DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "SECRET_KEY", "INFORMANT_KEY"),
    *("DEMO", "DEBUG", "MINEWATCH_HOME"),
)


def run(options: argparse.Namespace) -> int:
    """`run`: 0 when every gate is met and every answer verified."""
    answers = [measure(database, SCALES[options.scale], options.only) for database in options.databases]
    results = [result for answer in answers for result in answer["results"]]
    failed = [failure for answer in answers for failure in answer["failed"]]
    missed = [result for result in results if not result["met"]]
    if options.out:
        options.out.write_text(json.dumps(_record(options.scale, answers), ensure_ascii=False, indent=1))
    print(f"{len(results)} ratios, {len(missed)} missed their gate, {len(failed)} scenarios failed")
    return int(bool(failed) or (bool(missed) and not options.report_only))


def measure(database: str, rows: int, only: list[str] | None) -> dict:
    """One database's answer: {database, load, results, failed}."""
    with tempfile.TemporaryDirectory(prefix="minewatch-bench.") as folder:
        out = Path(folder) / "answer.json"
        command = [sys.executable, "-m", "benchmarks", "worker", "--rows", str(rows), "--out", str(out)]
        command += ["--only", *only] if only else []
        if database == "postgres":
            command.insert(0, str(ROOT / ".ci" / "with-services"))
        ended = subprocess.run(command, cwd=ROOT, env=_environment(database, folder))
        if not out.exists():
            return {
                "database": database,
                "results": [],
                "failed": [f"{database}: ended with {ended.returncode}"],
            }
        return json.loads(out.read_text())


def _environment(database: str, folder: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    own |= {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "MINEWATCH_LOG": "ERROR"}
    if database == "postgres":
        return own | {"MINEWATCH_FSYNC": "1"}
    return own | {"MINEWATCH_HOME": str(Path(folder) / "home")}


def _record(scale: str, answers: list[dict]) -> dict:
    return {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "scale": scale,
        "seed": SEED,
        "machine": machine.facts(),
        "databases": answers,
    }
