"""The signed-in export of the entries list, as served, ÷ the better of two plain library writers.

Ours is the whole way: who may see the rows, the list's filters, the words of the paper, safe texts, headings,
audit, the answer. The writers take the bare columns from a cursor of the same rows. Each file is read again:
every row in order, by its 序号 and place. The door gives out a bounded number of rows at once; the ratio is
taken at that bound, the memory on all rows with the bound lifted.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import openpyxl
import xlsxwriter
from django.test import Client

from agencies.models import Member
from benchmarks.bench import BACKEND, Bench, must
from benchmarks.measure import Result, interleaved, ratio, rss_mb
from core.models import AuditEntry
from ledgers.columns import OFFICIAL, OFFICIAL_KEYS
from ledgers.models import Entry
from ledgers.views import entries
from minewatch.lib.clock import SHANGHAI
from minewatch.lib.hashing import digest
from minewatch.lib.xlsx import read_flat

GATE, AIM = 0.6, 0.8
MOST_MB, AIM_MB = 64, 16
BATCH = 2000
DOOR = "/ledgers/entries/export.xlsx"
LABELS = [column.label for column in OFFICIAL] + list(entries.EXTRA)
FIELDS = (
    *OFFICIAL_KEYS, "agency__name", "period", "patrolled_on", "night", "people", "vehicles", "lon", "lat",
    "source", "late_entry", "recorded_at",
)  # fmt: skip


def run(bench: Bench) -> Iterator[Result]:
    """Throughput at the door's bound, then growth of memory over all rows."""
    yield _throughput(bench)
    yield _memory(bench)


def ours(client: Client, path: Path, query: dict[str, str]) -> None:
    """The product's export, saved as a browser saves it."""
    answer = client.get(DOOR, query)
    must(answer.status_code == 200, f"the export answers {answer.status_code}")
    with path.open("wb") as file:
        for piece in answer.streaming_content if answer.streaming else [answer.content]:
            file.write(piece)


def _bare(member: Member, query: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    rows = Entry.objects.visible_to(member).live().order_by("-patrolled_on", "-id")
    if "first" in query:
        rows = rows.filter(patrolled_on__gte=query["first"])
    for row in rows.values_list(*FIELDS).iterator(BATCH):
        yield *row[:-1], row[-1].astimezone(SHANGHAI).replace(tzinfo=None)


def with_xlsxwriter(path: Path, rows: Iterator[tuple[Any, ...]]) -> None:
    """xlsxwriter in constant_memory."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, LABELS)
    for line, row in enumerate(rows, 1):
        sheet.write_row(line, 0, row)
    book.close()


def with_openpyxl(path: Path, rows: Iterator[tuple[Any, ...]]) -> None:
    """openpyxl in write_only mode."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(LABELS)
    for row in rows:
        sheet.append(row)
    book.save(path)


def _throughput(bench: Bench) -> Result:
    member, client, query = bench.office, bench.client(bench.office), _query(bench)
    files = {name: bench.folder / f"{name}.xlsx" for name in ("ours", "xlsxwriter", "openpyxl")}
    before = _exports()
    writers: list[Callable[[], object]] = [
        lambda: ours(client, files["ours"], query),
        lambda: with_xlsxwriter(files["xlsxwriter"], _bare(member, query)),
        lambda: with_openpyxl(files["openpyxl"], _bare(member, query)),
    ]
    mine, *theirs = interleaved(*writers)
    must(_exports() == before + len(mine) + 1, "the audit missed exports")
    wanted = [[row[0], row[1]] for row in _bare(member, query)]
    for path in files.values():
        _verify(path, wanted)
    better = min(theirs, key=sum)
    middle, low, high = ratio(better, mine)
    count = len(wanted)
    notes = {
        "ours_s": min(mine), "xlsxwriter_s": min(theirs[0]), "openpyxl_s": min(theirs[1]),
        "rows_per_s": count / min(mine), "mb": files["ours"].stat().st_size / 1e6,
    }  # fmt: skip
    what = f"throughput ÷ {'xlsxwriter' if better is theirs[0] else 'openpyxl'}"
    said = "three files read again, equal; audited"
    return Result("export_xlsx", what, middle, low, high, GATE, AIM, True, "", count, said, notes)


def _query(bench: Bench) -> dict[str, str]:
    """The latest days that the door gives out at once."""
    days = Entry.objects.live().order_by("-patrolled_on").values_list("patrolled_on", flat=True)
    if bench.rows <= entries.EXPORT_LIMIT:
        return {}
    first = days[entries.EXPORT_LIMIT]
    return {"first": str(days.filter(patrolled_on__gt=first).last())}


def _exports() -> int:
    return AuditEntry.objects.filter(verb="export.made").count()


def _verify(path: Path, wanted: list[list[object]]) -> None:
    """序号 and place of every row, in order."""
    lines = read_flat(path)
    must(next(lines)[1] == LABELS, f"{path.name}: other headings")
    found = [[int(values[0]), values[1]] for _, values in lines]
    must(len(found) == len(wanted), f"{path.name}: {len(found)} rows of {len(wanted)}")
    must(digest(found) == digest(wanted), f"{path.name}: other rows than asked for")


def _memory(bench: Bench) -> Result:
    out = bench.folder / "memory.json"
    command = [sys.executable, "-m", "benchmarks", "memory", "--rows", str(bench.rows), "--out", str(out)]
    subprocess.run(command, check=True)
    grown = float(out.read_text())
    said = "one export in a process of its own, rows counted"
    what = "MB by which memory grows"
    return Result("export_xlsx", what, grown, grown, grown, MOST_MB, AIM_MB, False, verified=said)


def growth(rows: int) -> float:
    """MB between the memory before an export of `rows` rows and its peak, after a small one to warm up."""
    member = Member.objects.select_related("agency__division").get(username="bench.office")
    client = Client(SERVER_NAME="localhost")
    client.force_login(member, backend=BACKEND)
    last = Entry.objects.live().latest("patrolled_on").patrolled_on
    with TemporaryDirectory(prefix="minewatch-bench.") as folder:
        path = Path(folder) / "all.xlsx"
        with mock.patch.object(entries, "EXPORT_LIMIT", rows):
            ours(client, path, {"first": str(last)})
            before = rss_mb()
            with _Peak() as peak:
                ours(client, path, {})
        must(sum(1 for _ in read_flat(path)) == rows + 1, "the file has other rows")
    return peak.most - before


class _Peak(threading.Thread):
    """The most memory seen, looked at every 20 ms."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = rss_mb()
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.02):
            self.most = max(self.most, rss_mb())

    def __enter__(self) -> _Peak:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.done.set()
        self.join()
        self.most = max(self.most, rss_mb())
