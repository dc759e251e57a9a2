"""What a receipt says about cells, in the form in which a workbook is marked."""

from __future__ import annotations

from core.models import Upload
from ledgers.inlets import Verdict
from ledgers.official import Verdict as CellVerdict
from ledgers.official.judge import NOTED, REFUSED

SAID = {Verdict.NOTED: NOTED, Verdict.REFUSED: REFUSED}
NAMED = ("sheet", "row", "col", "coord", "column", "reason", "mend")


def cell_verdicts(upload: Upload) -> list[CellVerdict]:
    """Every note and refusal of a receipt, with its cell."""
    said = [*upload.problems, *(one for row in upload.rows.exclude(problems=[]) for one in row.problems)]
    return [
        CellVerdict(**{name: one[name] for name in NAMED}, verdict=SAID[one["verdict"]])
        for one in said
        if one["verdict"] in SAID and one["row"]
    ]
