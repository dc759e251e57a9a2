"""Inside the process that owns one database: set up, load, measure each scenario, write the answer."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
import traceback
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minewatch.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

# the app must be current before anything rings, and all code loaded before anything is timed
import minewatch.celery  # noqa: E402, F401
import minewatch.urls  # noqa: E402, F401
from benchmarks import machine, scenarios  # noqa: E402
from benchmarks.bench import Bench  # noqa: E402
from benchmarks.load import load  # noqa: E402

NAMES = {"sqlite": "sqlite", "postgresql": "postgres"}


def worker(options: argparse.Namespace) -> int:
    """Load `rows` rows and run the scenarios; one that fails is reported and the next one runs."""
    begin = time.perf_counter()
    call_command("migrate", verbosity=0)
    for step in load(options.rows):
        print(f"     {step}", flush=True)
    print(f"     loaded in {time.perf_counter() - begin:.0f} s", flush=True)
    answer = {
        "database": NAMES[connection.vendor],
        "version": machine.database(),
        "rows": options.rows,
        "results": [],
        "failed": [],
    }
    answer["load_before"] = machine.load()
    with tempfile.TemporaryDirectory(prefix="minewatch-bench.") as folder:
        bench = Bench(answer["database"], options.rows, Path(folder))
        for name in options.only or scenarios.NAMES:
            _one(name, bench, answer)
    answer["load_after"] = machine.load()
    options.out.write_text(json.dumps(answer, ensure_ascii=False))
    return 0


def _one(name: str, bench: Bench, answer: dict) -> None:
    try:
        for result in scenarios.load(name)(bench):
            result.database = bench.database
            result.rows = result.rows or bench.rows
            print(result.line(), flush=True)
            answer["results"].append(result.as_dict())
    except Exception as error:  # noqa: BLE001 – a scenario that cannot verify fails, the others still run
        traceback.print_exception(error, limit=-6, chain=False)
        print(f"FAIL {bench.database:8} {name:12} {error}", flush=True)
        answer["failed"].append(f"{bench.database} {name}: {error}")


def memory(options: argparse.Namespace) -> int:
    """In a process of its own: MB by which one export of `rows` rows grows it."""
    from benchmarks.scenarios.export_xlsx import growth

    options.out.write_text(json.dumps(growth(options.rows)))
    return 0
