"""The patrol numbers of a monthly report ÷ a hand-written GROUP BY of the same numbers over ledgers_entry.

Twice: all patrol numbers of the monthly kind, and those alone that the daily tally holds. The window is one
month in the middle of the rows; the hand-written query has the same indexes and the same scope. The gate is
meant for many rows and holds from 100,000 on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import connection

from benchmarks.bench import Bench, must
from benchmarks.measure import Result, interleaved, ratio
from minewatch.lib.periods import parse_period
from reports.figures import FIGURES, EntryFigure, Scope, totals
from reports.kinds.monthly import MONTHLY
from reports.snapshot import snapshot

PERIOD = "2022-03"
GATE, AIM = 1.15, 0.1
GATED_FROM = 100_000  # over fewer rows the ratio is that of two fixed costs
YES = "COUNT(*) FILTER (WHERE {}) AS {}"
SEEN = {
    "patrols": "COUNT(*) AS patrols",
    "people": "COALESCE(SUM(people), 0) AS people",
    "vehicles": "COALESCE(SUM(vehicles), 0) AS vehicles",
    "night": YES.format("night", "night"),
    "findings": YES.format("illegal = 'yes' OR beyond = 'yes' OR irregular = 'yes'", "findings"),
    "illegal": YES.format("illegal = 'yes'", "illegal"),
    "beyond": YES.format("beyond = 'yes'", "beyond"),
    "irregular": YES.format("irregular = 'yes'", "irregular"),
    "stopped": YES.format(
        "(illegal = 'yes' OR beyond = 'yes' OR irregular = 'yes') AND measures <> ''", "stopped"
    ),
}
RECORDED = {
    "late": YES.format("patrolled_on < %(first)s", "late"),
    "backfilled": YES.format("late_entry", "backfilled"),
}
BY_HAND = """
SELECT agency_id, {numbers} FROM ledgers_entry
WHERE voided_at IS NULL AND {when} AND agency_id IN (
    SELECT a.id FROM agencies_agency a JOIN agencies_division d ON d.id = a.division_id
    WHERE d.code LIKE %(code)s)
GROUP BY agency_id
"""
ON_DAYS = "patrolled_on >= %(first)s AND patrolled_on < %(after)s"
IN_TIME = "recorded_at >= %(start)s AND recorded_at < %(end)s"


def run(bench: Bench) -> Iterator[Result]:
    """All patrol numbers, then the tallied ones."""
    keys = [key for key in MONTHLY.lines if isinstance(FIGURES[key], EntryFigure)]
    tallied = [key for key in keys if FIGURES[key].tally]
    yield _measure(bench, "all patrol numbers of a month ÷ GROUP BY", keys)
    yield _measure(bench, "tallied numbers of a month ÷ GROUP BY", tallied)


def _measure(bench: Bench, what: str, keys: list[str]) -> Result:
    ours, by_hand = _ours(bench, keys), _by_hand(bench, keys)
    mine, theirs = ours(), by_hand()
    must(mine == theirs, f"figures {mine} are not the GROUP BY's {theirs}")
    must(mine["patrols"] > 0, "no rows in the month")
    upper, lower = interleaved(ours, by_hand, repeat=3)
    middle, low, high = ratio(upper, lower)
    notes = {"ours_s": min(upper), "by_hand_s": min(lower)}
    said = f"{len(keys)} numbers equal, {mine['patrols']:,} patrols"
    few = bench.rows < GATED_FROM
    return Result("report", what, middle, low, high, GATE, AIM, False, verified=said, notes=notes, told=few)


def _ours(bench: Bench, keys: list[str]) -> Callable[[], dict[str, int]]:
    scope, window = Scope.of_unit(bench.county), parse_period(PERIOD).window
    figures = [FIGURES[key] for key in keys]

    def act() -> dict[str, int]:
        with snapshot():
            return totals(scope, window, figures=figures)

    return act


def _by_hand(bench: Bench, keys: list[str]) -> Callable[[], dict[str, int]]:
    values = _values(bench)
    statements = []
    for numbers, when in ((SEEN, ON_DAYS), (RECORDED, IN_TIME)):
        wanted = [numbers[key] for key in keys if key in numbers]
        if wanted:
            statements.append(BY_HAND.format(numbers=", ".join(wanted), when=when))

    def act() -> dict[str, int]:
        found: dict[str, int] = {}
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, values)
                names = [column[0] for column in cursor.description][1:]
                rows = cursor.fetchall()
                found |= {name: int(sum(row[n] for row in rows)) for n, name in enumerate(names, 1)}
        return {key: found[key] for key in keys}

    return act


def _values(bench: Bench) -> dict[str, object]:
    """The window as the database keeps days and moments."""
    period = parse_period(PERIOD)
    day, moment = connection.ops.adapt_datefield_value, connection.ops.adapt_datetimefield_value
    return {
        "first": day(period.first),
        "after": day(period.window.end.date()),
        "start": moment(period.window.start),
        "end": moment(period.window.end),
        "code": f"{bench.county.division.code}%",
    }
