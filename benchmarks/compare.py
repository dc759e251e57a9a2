"""Two result files side by side. Ratios only: times of two runs are not comparable."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

Key = tuple[str, str, str]


def run(options: argparse.Namespace) -> int:
    """`compare`: 1 when a gate that was met is missed now."""
    old, new = _ratios(options.old), _ratios(options.new)
    lost = 0
    for key in sorted(old.keys() | new.keys()):
        before, after = old.get(key), new.get(key)
        lost += bool(before and after and before["met"] and not after["met"])
        print(f"{key[0]:8} {key[1]:12} {key[2]:44} {_cell(before)} → {_cell(after)}  {_word(before, after)}")
    return int(bool(lost))


def _ratios(path: Path) -> dict[Key, dict]:
    record = json.loads(path.read_text())
    results = [result for answer in record["databases"] for result in answer["results"]]
    return {(result["database"], result["scenario"], result["what"]): result for result in results}


def _cell(result: dict | None) -> str:
    return f"{result['ratio']:8.3f}" if result else "       –"


def _word(before: dict | None, after: dict | None) -> str:
    """Better and worse only where the spreads of the rounds do not overlap."""
    if not before or not after:
        return "new" if after else "gone"
    if before["met"] != after["met"]:
        return "gate met now" if after["met"] else "GATE LOST"
    if before["low"] <= after["high"] and after["low"] <= before["high"]:
        return "same within the rounds"
    return "better" if (after["ratio"] > before["ratio"]) == after["higher"] else "worse"
