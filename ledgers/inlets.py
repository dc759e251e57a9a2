"""Bulk inlets by kind: who judges an uploaded workbook, who hands it back marked, and whose uploads one sees.

Importers register here when the app starts, so that pages and commands name a kind and never an importer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from core.models import Upload, UploadRow

if TYPE_CHECKING:
    from agencies.models import Agency, Member

Verdict = UploadRow.Verdict
#: Verdicts of rows that go in when the upload is confirmed.
GOOD = (Verdict.ACCEPTED, Verdict.NOTED)


@dataclass(frozen=True)
class Remark:
    """Something said about a cell, a row or a whole sheet, with its place and the mend."""

    sheet: str
    row: int
    coord: str
    label: str
    verdict: str
    reason: str
    mend: str = ""
    value: str = ""
    col: int = 0
    column: str = ""

    @property
    def place(self) -> str:
        """工作表“青石镇”第5行“矿种”（C5）"""
        if not self.sheet:
            return "整份文件"
        label = f"“{self.label}”" if self.label else ""
        return f"工作表“{self.sheet}”第{self.row}行{label}（{self.coord}）"


@dataclass(frozen=True)
class Line:
    """One row as judged: what to keep of it and what is said about it."""

    sheet: str
    number: int
    verdict: str
    values: Mapping[str, object] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    identity: str = ""


@dataclass(frozen=True)
class Judged:
    """A whole workbook as judged; `remarks` are those that concern no single row."""

    lines: tuple[Line, ...]
    remarks: tuple[Remark, ...] = ()

    def count(self, *verdicts: str) -> int:
        return sum(line.verdict in verdicts for line in self.lines)

    @property
    def rows_read(self) -> int:
        return len(self.lines) - self.count(Verdict.SKIPPED)

    @property
    def all_remarks(self) -> list[Remark]:
        """Every remark in the order of the paper."""
        found = [*self.remarks, *(remark for line in self.lines for remark in line.remarks)]
        sheets = list(dict.fromkeys(remark.sheet for remark in found))
        return sorted(found, key=lambda remark: (sheets.index(remark.sheet), remark.row, remark.col))

    @property
    def refused(self) -> bool:
        """Whether anything at all was refused: a row, a head, a sheet without a table."""
        return any(remark.verdict == Verdict.REFUSED for remark in self.all_remarks) or bool(
            self.count(Verdict.REFUSED)
        )


Judge = Callable[..., Judged]


@dataclass(frozen=True)
class Inlet:
    """One kind of upload.

    judge(data, *, member, agency, params) reads and judges without writing anything; raises BadWorkbook.
    mark(original, upload, out) writes the same workbook with the bad cells marked.
    """

    kind: str
    label: str
    unit_word: str
    judge: Judge
    mark: Callable[[Path, Upload, Path], None]
    template: Callable[[Agency], tuple[bytes, str]]
    dated: bool = False  # whether a period may be named for rows without a day
    help: str = ""


INLETS: dict[str, Inlet] = {}


def register(inlet: Inlet) -> None:
    """Add a kind of upload; called when the importers are loaded."""
    INLETS[inlet.kind] = inlet


def visible_uploads(member: Member) -> models.QuerySet[Upload]:
    """Uploads of one's own unit and those one made oneself: a receipt holds rows as others wrote them."""
    if not member.is_business:
        return Upload.objects.none()
    mine = Q(agency_id=member.agency_id) | Q(member_id=member.pk)
    return Upload.objects.filter(mine, kind__in=INLETS).select_related("agency", "member", "file")
