"""Interleaved rounds and ratios; a scenario says what it verified."""

from __future__ import annotations

import gc
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

MIN_ROUNDS = 5


@dataclass
class Result:
    """One ratio with its gate and aim; `higher` says which side is better.

    `told` only: a gate that is meant for more rows than these cannot be missed.
    """

    scenario: str
    what: str
    ratio: float
    low: float
    high: float
    gate: float
    aim: float
    higher: bool
    database: str = ""
    rows: int = 0
    verified: str = ""
    notes: dict[str, float] = field(default_factory=dict)
    told: bool = False

    @property
    def met(self) -> bool:
        """Whether the gate is met, or not asked here."""
        return self.told or self.reached

    @property
    def reached(self) -> bool:
        """Whether the ratio is on the right side of the gate."""
        return self.ratio >= self.gate if self.higher else self.ratio <= self.gate

    def line(self) -> str:
        """One printed line, gate and aim side by side."""
        sign = "≥" if self.higher else "≤"
        mark = "ok  " if self.reached else "told" if self.told else "MISS"
        return (
            f"{mark} {self.database:8} {self.scenario:12} {self.what:44} {self.ratio:8.3f}"
            f" [{self.low:.3f}–{self.high:.3f}]  gate {sign} {self.gate}  aim {sign} {self.aim}"
            f"  ({self.rows:,} rows; {self.verified})"
        )

    def as_dict(self) -> dict[str, object]:
        """For the JSON file."""
        return asdict(self) | {"met": self.met}


def timed(function: Callable[[], object]) -> float:
    """Seconds of one call, without the collector's pauses."""
    gc.collect()
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def interleaved(
    *functions: Callable[[], object], rounds: int = MIN_ROUNDS, repeat: int = 1
) -> list[list[float]]:
    """Times per function over `rounds`, a, b, a, b …, after one warm-up round; never fewer than five."""
    for function in functions:
        function()
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(max(rounds, MIN_ROUNDS)):
        for place, function in enumerate(functions):
            times[place].append(min(timed(function) for _ in range(repeat)))
    return times


def ratio(upper: list[float], lower: list[float]) -> tuple[float, float, float]:
    """Median, least and greatest of the ratios per round."""
    ratios = [a / b for a, b in zip(upper, lower, strict=True)]
    return statistics.median(ratios), min(ratios), max(ratios)


def rss_mb() -> float:
    """Present resident memory in MB (Linux)."""
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    return pages * resource.getpagesize() / 1_048_576
