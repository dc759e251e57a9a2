"""How ours grows with the rows: the exponent b of t = a·n^b between the smallest and the largest scale."""

from __future__ import annotations

import argparse
import math

from benchmarks import runner
from benchmarks.scales import SCALES

#: Name of a note that holds our seconds → the largest exponent that is still the intended shape.
FLAT, LINEAR = 0.1, 1.05
SHAPES = {"list_depth": FLAT, "report": LINEAR, "export_xlsx": LINEAR}


def run(options: argparse.Namespace) -> int:
    """`growth`: prints b per database and ratio; 1 when a scenario failed."""
    failed = 0
    for database in options.databases:
        answers = [runner.measure(database, SCALES[scale], options.only) for scale in options.scales]
        failed += sum(bool(answer["failed"]) for answer in answers)
        for key, points in _points(answers).items():
            if len(points) > 1:
                print(f"{database:8} {key[0]:12} {key[1]:44} b = {_exponent(points):5.2f}{_wanted(key[0])}")
    return int(bool(failed))


def _points(answers: list[dict]) -> dict[tuple[str, str], list[tuple[int, float]]]:
    found: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for result in (result for answer in answers for result in answer["results"]):
        seconds = result["notes"].get("ours_s")
        if seconds:
            found.setdefault((result["scenario"], result["what"]), []).append((result["rows"], seconds))
    return found


def _exponent(points: list[tuple[int, float]]) -> float:
    """Slope of the least-squares line through the logarithms."""
    xs, ys = [math.log(n) for n, _ in points], [math.log(t) for _, t in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((a - x) ** 2 for a in xs)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / spread if spread else 0.0


def _wanted(scenario: str) -> str:
    return f"  wanted ≤ {SHAPES[scenario]}" if scenario in SHAPES else ""
