"""Official form 1 as a bulk inlet: read and judged against the register, nothing written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from agencies.models import Agency
from agencies.models.units import COUNTY_WIDE
from core.models import Upload, UploadRow
from ledgers.actions.filers import units_to_file_for, villages_of
from ledgers.actions.places import Paper
from ledgers.actions.refs import PLACED, load_refs, unit_code
from ledgers.actions.rows import EntryRow, period_for
from ledgers.columns import BY_KEY, Refs
from ledgers.importers.marks import cell_verdicts
from ledgers.inlets import GOOD, Inlet, Judged, Line, Remark, Verdict, register
from ledgers.models import Entry, Sheet
from ledgers.official import (
    JudgedRow,
    PatrolBook,
    judge_workbook,
    mark_workbook,
    read_patrol_workbook,
    write_patrol_book,
)
from ledgers.official import Verdict as CellVerdict
from ledgers.official.judge import NOTED, REFUSED, SKIPPED, TWIN, identity
from ledgers.official.reader import USE_FORM
from ledgers.receipts import packed
from minewatch.lib.periods import parse_period
from minewatch.lib.text import normalise

if TYPE_CHECKING:
    from agencies.models import Member

VERDICTS = {
    "accepted": Verdict.ACCEPTED,
    NOTED: Verdict.NOTED,
    REFUSED: Verdict.REFUSED,
    SKIPPED: Verdict.SKIPPED,
}
HEAD_LABELS = {"unit": "填报单位", "filled_on": "填写时间"}
LONGEST_TEXT = 1000
NOTHING = "文件里没有任何内容"
NO_ROWS, FILL_IT = "表中没有记录", "请逐行填写后再导入；本期确实没有巡查的，不需要导入空表"


def judge_patrol(
    data: bytes, *, member: Member | None, agency: Agency, params: Mapping[str, object] | None = None
) -> Judged:
    """Judge a workbook for `agency`: which rows are new, known, noted or refused, and why.

    Without a member the unit itself and those below it may be filed for. Raises BadWorkbook for
    a file that cannot be read and BadPeriod for a period that cannot.
    """
    sheets = read_patrol_workbook(data)
    if not sheets:
        return Judged((), (Remark("", 0, "", "", Verdict.REFUSED, NOTHING, USE_FORM),))
    if any(sheet.found for sheet in sheets) and not any(sheet.rows for sheet in sheets):
        return Judged((), (Remark("", 0, "", "", Verdict.REFUSED, NO_ROWS, FILL_IT),))
    refs = load_refs(agency)
    units = _units(member, agency)
    judgements = judge_workbook(
        sheets,
        refs,
        period=str((params or {}).get("period") or "") or None,
        may_file_for=list(units),
        unit=name_of(agency),
    )
    rows = [row for judgement in judgements for row in judgement.rows]
    drafts = [_draft(row, units, refs) for row in rows]
    _compare_with_earlier(drafts, agency)
    _find_known(drafts)
    for draft in drafts:
        if draft.verdict == Verdict.KNOWN:  # nothing is read in for it a second time
            draft.remarks = [remark for remark in draft.remarks if not remark.reason.startswith(TWIN)]
    of_rows = {(row.sheet, row.number) for row in rows}
    head = [v for judgement in judgements for v in judgement.verdicts if (v.sheet, v.row) not in of_rows]
    skipped = [v for v in head if v.verdict == SKIPPED]
    lines = [draft.line() for draft in drafts]
    lines += [Line(v.sheet, v.row, Verdict.SKIPPED, {}, (_remark(v),)) for v in skipped]
    return Judged(tuple(lines), tuple(_remark(v) for v in head if v.verdict in (NOTED, REFUSED)))


def name_of(agency: Agency) -> str:
    """A unit as its ledgers name it: the township or village, a bureau by its full name."""
    return agency.division.name if agency.kind in PLACED else agency.name


def _units(member: Member | None, agency: Agency) -> dict[str, Agency]:
    """Name → unit, of those that may be filed for; the upload's own unit and its villages come first."""
    own = Agency.objects.filter(pk=agency.pk)
    mine = own | villages_of(own)
    found = [*mine.select_related("division", "parent__division")]
    if member is not None:
        allowed = list(units_to_file_for(member))
        ids = {unit.pk for unit in allowed}
        found = [unit for unit in found if unit.pk in ids] + [unit for unit in allowed if unit not in found]
    elif agency.kind in COUNTY_WIDE:
        below = Agency.objects.active().under(agency).exclude(pk=agency.pk)
        below = list(below.select_related("division", "parent__division"))
        named = Counter(map(name_of, below))
        found += [unit for unit in below if named[name_of(unit)] == 1]  # two villages of one name: neither
    units: dict[str, Agency] = {}
    for unit in found:
        units.setdefault(name_of(unit), unit)
    return units


# ---------------------------------------------------------------- one row


@dataclass
class _Draft:
    """A judged row on its way to a line."""

    row: JudgedRow
    unit: Agency | None
    entry: EntryRow | None
    remarks: list[Remark]
    verdict: str
    site_id: int | None = None
    mark: str = ""
    period: str = ""

    def line(self) -> Line:
        values = {
            "agency": self.unit.code if self.unit else "",
            "facts": packed(self.row.facts),
            "texts": {key: text[:LONGEST_TEXT] for key, text in self.row.texts.items() if text},
            "site": self.site_id,
            "day": self.row.facts["patrolled_on"].isoformat() if self.row.facts.get("patrolled_on") else "",
        }
        return Line(self.row.sheet, self.row.number, self.verdict, values, tuple(self.remarks), self.mark)

    def refuse(self, reason: str, mend: str) -> None:
        first = self.row.verdicts[0]
        remark = Remark(
            first.sheet, first.row, first.coord, "", Verdict.REFUSED, reason, mend, "", first.col, "row"
        )
        self.remarks.append(remark)
        self.verdict = Verdict.REFUSED


def _draft(row: JudgedRow, units: Mapping[str, Agency], refs: Refs) -> _Draft:
    remarks = [_remark(v, row.texts.get(v.column, "")) for v in row.verdicts if v.verdict != "accepted"]
    unit = next((agency for name, agency in units.items() if normalise(name) == normalise(row.unit)), None)
    draft = _Draft(row, unit, None, remarks, VERDICTS[row.verdict])
    if row.verdict == REFUSED or unit is None:
        return draft
    site = refs.site_in(str(row.facts.get("location") or ""))
    draft.site_id = site.id if site else None
    draft.entry = EntryRow.of(row.facts)
    draft.period = period_for(unit, draft.entry).key
    draft.mark = identity(unit_code(unit), draft.period, draft.entry.facts())
    return draft


def _remark(said: CellVerdict, value: str = "") -> Remark:
    label = BY_KEY[said.column].label if said.column in BY_KEY else HEAD_LABELS.get(said.column, "")
    return Remark(
        said.sheet,
        said.row,
        said.coord,
        label,
        VERDICTS[said.verdict],
        said.reason,
        said.mend,
        value[:100],
        said.col,
        said.column,
    )


# ---------------------------------------------------------------- what is there already


def _find_known(drafts: Iterable[_Draft]) -> None:
    """Rows filed before are known: nothing is added for them."""
    papers: dict[tuple[int, str], list[_Draft]] = {}
    for draft in drafts:
        if draft.entry is not None and draft.verdict in GOOD:
            papers.setdefault((draft.unit.pk, draft.period), []).append(draft)
    for (_, period), group in papers.items():
        paper = Paper(group[0].unit, period, [draft.mark for draft in group])
        for draft in group:
            if paper.known(draft.mark, draft.entry) is not None:
                draft.verdict = Verdict.KNOWN
        _find_in_other_periods(group)


def _find_in_other_periods(group: Sequence[_Draft]) -> None:
    """A village's weeks come together on a month's paper: rows without a day of their own are looked for
    in the unit's other ledgers too, among the patrols of the days that the paper speaks of.
    """
    left = [one for one in group if one.verdict in GOOD and one.entry.precision == Entry.Precision.SHEET]
    if not left:
        return
    unit, days = left[0].unit, parse_period(left[0].period)
    sheets = Sheet.objects.filter(agency=unit, first_day__lte=days.last, last_day__gte=days.first)
    others = sheets.exclude(period=days.key).order_by("first_day", "period")
    for period in dict.fromkeys(others.values_list("period", flat=True)):
        marks = [identity(unit_code(unit), period, one.entry.facts()) for one in left]
        paper = Paper(unit, period, marks, days=days)
        for one, mark in zip(left, marks, strict=True):
            if paper.known(mark, one.entry) is not None:
                one.verdict = Verdict.KNOWN
        left = [one for one in left if one.verdict != Verdict.KNOWN]


def _compare_with_earlier(drafts: Iterable[_Draft], agency: Agency) -> None:
    """A marked copy comes back: a row that went in the first time and now says something else is a
    correction, not a second row; corrections are made on the ledger, with a reason.
    """
    keyed = [draft for draft in drafts if draft.row.key.isdigit() and len(draft.row.key) < 19]
    if not keyed:
        return
    earlier = UploadRow.objects.filter(upload__agency=agency, upload__status=Upload.Status.APPLIED)
    went_in = earlier.filter(subject_kind="ledgers.entry").in_bulk({int(draft.row.key) for draft in keyed})
    for draft in keyed:
        row = went_in.get(int(draft.row.key))
        if row is not None and draft.verdict in GOOD and draft.mark != row.identity:
            draft.refuse(
                "这一行上次已经导入，现在内容有改动",
                "请恢复原内容；确需更正的，请在台账中打开该条记录办理更正",
            )


# ---------------------------------------------------------------- the file handed back, and the blank


def mark_patrol(original: Path, upload: Upload, out: Path) -> None:
    """The same workbook: refused cells red, reasons and mends as comments, row keys out of sight."""
    rows = upload.rows.exclude(verdict=Verdict.SKIPPED)
    keys = {(row.sheet, row.number): str(row.pk) for row in rows}
    mark_workbook(original, cell_verdicts(upload), keys, out)


def blank_form(agency: Agency) -> tuple[bytes, str]:
    """The empty official form of the county, (bytes, file name)."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "blank.xlsx"
        write_patrol_book(out, [PatrolBook(agency.county.name, agency.name)])
        return out.read_bytes(), "巡查检查台账（空白）.xlsx"


register(
    Inlet(
        kind="patrol",
        label="巡查检查台账",
        unit_word="条",
        judge=judge_patrol,
        mark=mark_patrol,
        template=blank_form,
        dated=True,
        help="官方巡查检查台账（附件2）的 .xlsx 文件，一份文件可以有几个工作表。",
    )
)
