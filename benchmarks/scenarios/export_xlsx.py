"""Our export of patrol rows with the official columns ÷ the better of two plain library writers.

Ours is the whole way: rows the member may see, the words of the paper, safe texts, headings. The writers take
the bare columns from a cursor of the same rows. The file is read again: every row, 序号 and place in order.
Over more than 100,000 rows the ratio is taken on the first 100,000 and the memory on all.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import xlsxwriter

from agencies.models import Member
from benchmarks.bench import Bench, must
from benchmarks.measure import Result, interleaved, ratio, rss_mb
from ledgers.columns import OFFICIAL, OFFICIAL_KEYS, official_texts
from ledgers.models import Entry
from minewatch.lib.hashing import digest
from minewatch.lib.xlsx import read_flat, stream_rows

GATE, AIM = 0.6, 0.8
MOST_MB, AIM_MB = 64, 16
TIMED = 100_000
BATCH = 2000
LABELS = [column.label for column in OFFICIAL]
FIELDS = [*OFFICIAL_KEYS, *(f"{column.key}_text" for column in OFFICIAL if column.kind == "answer")]


def run(bench: Bench) -> Iterator[Result]:
    """Throughput on up to 100,000 rows, then growth of memory on all of them."""
    yield _throughput(bench, min(bench.rows, TIMED))
    yield _memory(bench)


def ours(member: Member, path: Path, limit: int) -> int:
    """The product's export."""
    rows = Entry.objects.visible_to(member).live().order_by("-patrolled_on", "-id").values(*FIELDS)[:limit]
    return stream_rows(path, LABELS, (official_texts(row) for row in rows.iterator(BATCH)), title="巡查台账")


def _bare(member: Member, limit: int) -> Iterator[tuple[Any, ...]]:
    rows = Entry.objects.visible_to(member).live().order_by("-patrolled_on", "-id")
    return rows.values_list(*OFFICIAL_KEYS)[:limit].iterator(BATCH)


def with_xlsxwriter(member: Member, path: Path, limit: int) -> None:
    """xlsxwriter in constant_memory."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, LABELS)
    for line, row in enumerate(_bare(member, limit), 1):
        sheet.write_row(line, 0, row)
    book.close()


def with_openpyxl(member: Member, path: Path, limit: int) -> None:
    """openpyxl in write_only mode."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(LABELS)
    for row in _bare(member, limit):
        sheet.append(row)
    book.save(path)


def _throughput(bench: Bench, count: int) -> Result:
    member = bench.office
    files = {name: bench.folder / f"{name}.xlsx" for name in ("ours", "xlsxwriter", "openpyxl")}
    writers: list[Callable[[], object]] = [
        lambda: ours(member, files["ours"], count),
        lambda: with_xlsxwriter(member, files["xlsxwriter"], count),
        lambda: with_openpyxl(member, files["openpyxl"], count),
    ]
    mine, *theirs = interleaved(*writers)
    wanted = [[row[0], row[1]] for row in _bare(member, count)]
    for path in files.values():
        _verify(path, wanted)
    better = min(theirs, key=sum)
    middle, low, high = ratio(better, mine)
    notes = {
        "ours_s": min(mine), "xlsxwriter_s": min(theirs[0]), "openpyxl_s": min(theirs[1]),
        "rows_per_s": count / min(mine), "mb": files["ours"].stat().st_size / 1e6,
    }  # fmt: skip
    what = f"throughput ÷ {'xlsxwriter' if better is theirs[0] else 'openpyxl'}"
    said = "three files read again, equal"
    return Result("export_xlsx", what, middle, low, high, GATE, AIM, True, "", count, said, notes)


def _verify(path: Path, wanted: list[list[object]]) -> None:
    """序号 and place of every row, in order."""
    lines = read_flat(path)
    must(next(lines)[1][0] == LABELS[0], f"{path.name}: no heading")
    found = [[int(values[0]), values[1]] for _, values in lines]
    must(len(found) == len(wanted), f"{path.name}: {len(found)} rows of {len(wanted)}")
    must(digest(found) == digest(wanted), f"{path.name}: other rows than asked for")


def _memory(bench: Bench) -> Result:
    out = bench.folder / "memory.json"
    command = [sys.executable, "-m", "benchmarks", "memory", "--rows", str(bench.rows), "--out", str(out)]
    subprocess.run(command, check=True)
    grown = float(out.read_text())
    said = "one export in a process of its own, rows counted"
    return Result(
        "export_xlsx", "MB by which memory grows", grown, grown, grown, MOST_MB, AIM_MB, False, verified=said
    )


def growth(rows: int) -> float:
    """MB between the memory before an export of `rows` rows and its peak, after a small one to warm up."""
    member = Member.objects.select_related("agency__division").get(username="bench.office")
    with TemporaryDirectory(prefix="minewatch-bench.") as folder:
        path = Path(folder) / "all.xlsx"
        ours(member, path, 1000)
        before = rss_mb()
        with _Peak() as peak:
            written = ours(member, path, rows)
        must(written == rows, f"{written} rows of {rows}")
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
