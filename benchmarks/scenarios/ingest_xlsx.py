"""`manage.py import_ledger` on the official form ÷ reading the same file with calamine, as throughput.

Ours is the whole way: looked at, read in the limited child process with comments and merges, judged row by
row, kept as a receipt, filed as rows with tally, proofs, leads and audit. Every round has a file of its own
with rows that are new; one in a hundred rows has a cell that must be refused. The form is read up to 500,000
cells; a file here has as many rows as a township files in some years, not the scale's.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from benchmarks import datagen
from benchmarks.bench import Bench, must
from benchmarks.measure import MIN_ROUNDS, Result, ratio, timed
from core.models import Upload, UploadRow
from ledgers.models import Entry, Tally
from ledgers.official import PatrolBook, write_patrol_book

GATE, AIM = 0.03, 0.10
LARGEST = 10_000
FILLED_ON = dt.date(2022, 9, 23)
BAD = 100  # one row in so many has a cell that cannot be read


def run(bench: Bench) -> Iterator[Result]:
    """A warm-up and five rounds, reading and importing in turn."""
    count = min(LARGEST, max(bench.rows // 10, 500))
    paths = [_workbook(bench, n, count) for n in range(MIN_ROUNDS + 1)]
    reading, importing = [], []
    for n, path in enumerate(paths):
        reading.append(timed(lambda path=path: _read(path, count)))
        importing.append(timed(lambda path=path: _import(bench, path)))
        _verify(bench, n + 1, count)
    middle, low, high = ratio(reading[1:], importing[1:])
    notes = {
        "ours_s": min(importing[1:]), "calamine_s": min(reading[1:]),
        "rows_per_s": count / min(importing[1:]),
    }  # fmt: skip
    said = f"rows, refusals and tally counted in each of {MIN_ROUNDS} files"
    what = "throughput ÷ calamine reading alone"
    yield Result("ingest_xlsx", what, middle, low, high, GATE, AIM, True, "", count, said, notes)


def _workbook(bench: Bench, number: int, count: int) -> Path:
    path = bench.folder / f"ledger{number}.xlsx"
    start = 10_000_000 + number * count  # behind every loaded row
    rows = [_texts(n, row) for n, row in enumerate(datagen.rows(count, start=start), 1)]
    unit = bench.filler.agency
    write_patrol_book(path, [PatrolBook("基准县", unit.division.name, FILLED_ON, rows, ("甲", "乙", "丙"))])
    return path


def _texts(number: int, row: datagen.Row) -> tuple[str, ...]:
    found = [("是" if row.finding == name else "否") for name in datagen.FINDINGS]
    if number % BAD == 0:
        found[1] = "大概"
    village = row.site // datagen.TOWNSHIPS % datagen.VILLAGES + 1
    place = f"第1镇{village}村后沟第{row.site + 1}号点(E{row.lon:.5f},N{row.lat:.5f})"
    measures = "现场责令停止，设备撤离" if row.finding else "无异常"
    return (str(number), place, row.mineral, "有", "否", *found, measures, row.remark)


def _read(path: Path, count: int) -> None:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows()
    must(sum(1 for _ in rows) >= count, "calamine reads fewer rows")


def _import(bench: Bench, path: Path) -> None:
    """Refused rows end the command with an error after the others have gone in."""
    try:
        call_command(
            "import_ledger", path, agency=bench.filler.agency.code, member=bench.filler.username,
            stdout=io.StringIO(),
        )  # fmt: skip
    except CommandError as error:
        must("未采用" in str(error), str(error))


def _verify(bench: Bench, files: int, count: int) -> None:
    """The newest receipt, and all rows and tallies of the unit's uploads."""
    upload = Upload.objects.latest("pk")
    good = count - count // BAD
    must(upload.status == Upload.Status.APPLIED, f"the receipt is {upload.status}")
    must(upload.rows_added == good, f"{upload.rows_added} rows added, {good} were good")
    refused = upload.rows.filter(verdict=UploadRow.Verdict.REFUSED).count()
    must(refused == count // BAD, f"{refused} rows refused, {count // BAD} were bad")
    must(Entry.objects.filter(upload__isnull=False).count() == files * good, "other rows in the ledger")
    day = Tally.objects.get(agency=bench.filler.agency, day=FILLED_ON).entries
    live = Entry.objects.live().filter(agency=bench.filler.agency, patrolled_on=FILLED_ON).count()
    must(day == live, f"the tally says {day}, the ledger {live}")
