"""Roll-up of live rows per unit and day: new − old in the action that writes them, ordered by key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from agencies.models import Agency
from ledgers.models import Entry, Tally

COUNTED = ("entries", "illegal", "beyond", "irregular", "night", "people", "vehicles")
CHUNK = 1000
Key = tuple[int, object]


def counts(entry: Entry) -> tuple[int, ...]:
    """What one row adds, in the order of COUNTED."""
    return (
        1,
        int(entry.illegal == "yes"),
        int(entry.beyond == "yes"),
        int(entry.irregular == "yes"),
        int(entry.night),
        entry.people or 0,
        entry.vehicles or 0,
    )


def apply(*, new: Iterable[Entry] = (), old: Iterable[Entry] = ()) -> None:
    """Add `new`, take off `old`. Inside the caller's transaction."""
    deltas: dict[Key, list[int]] = {}
    for sign, entries in ((1, new), (-1, old)):
        for entry in entries:
            sums = deltas.setdefault((entry.agency_id, entry.patrolled_on), [0] * len(COUNTED))
            for place, value in enumerate(counts(entry)):
                sums[place] += sign * value
    rows = [(*key, *sums) for key, sums in sorted(deltas.items()) if any(sums)]
    for start in range(0, len(rows), CHUNK):
        _upsert(rows[start : start + CHUNK])


def _upsert(rows: list[tuple]) -> None:
    """One statement on PostgreSQL and SQLite alike; Django's update_conflicts cannot add."""
    table = connection.ops.quote_name(Tally._meta.db_table)
    columns = ("agency_id", "day", *COUNTED)
    place = f"({', '.join(['%s'] * len(columns))})"
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in COUNTED)
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([place] * len(rows))} "  # noqa: S608
        f"ON CONFLICT (agency_id, day) DO UPDATE SET {added}"
    )
    day = connection.ops.adapt_datefield_value
    with connection.cursor() as cursor:
        cursor.execute(sql, [v for row in rows for v in (row[0], day(row[1]), *row[2:])])


@dataclass(frozen=True)
class Difference:
    """One unit and day whose tally is not what its rows say."""

    agency_id: int
    day: object
    stored: tuple[int, ...]
    counted: tuple[int, ...]


def recount(agency: Agency | None = None) -> list[Difference]:
    """Compare every tally with its live rows; nothing is written."""
    live, tallies = Entry.objects.live(), Tally.objects.all()
    if agency is not None:
        live, tallies = live.filter(agency=agency), tallies.filter(agency=agency)
    summed = (
        live.order_by()
        .values_list("agency_id", "patrolled_on")
        .annotate(
            n=Count("pk"),
            n_illegal=Count("pk", filter=Q(illegal="yes")),
            n_beyond=Count("pk", filter=Q(beyond="yes")),
            n_irregular=Count("pk", filter=Q(irregular="yes")),
            n_night=Count("pk", filter=Q(night=True)),
            n_people=Coalesce(Sum("people"), 0),
            n_vehicles=Coalesce(Sum("vehicles"), 0),
        )
    )
    zero = (0,) * len(COUNTED)
    counted = {(row[0], row[1]): tuple(row[2:]) for row in summed}
    stored = {(row[0], row[1]): tuple(row[2:]) for row in tallies.values_list("agency_id", "day", *COUNTED)}
    return [
        Difference(*key, stored.get(key, zero), counted.get(key, zero))
        for key in sorted(stored.keys() | counted.keys())
        if stored.get(key, zero) != counted.get(key, zero)
    ]


def fix(agency: Agency | None = None) -> list[Difference]:
    """Bring the tallies in line with their rows. Returns what was wrong."""
    with transaction.atomic():
        wrong = recount(agency)
        rows = [
            (d.agency_id, d.day, *(want - have for want, have in zip(d.counted, d.stored, strict=True)))
            for d in wrong
        ]
        for start in range(0, len(rows), CHUNK):
            _upsert(rows[start : start + CHUNK])
    return wrong
