"""The shipped law: offences and lines to crime, read from reviewed files and brought up to date by a load.

Rows are known by their key and first day; what a county registered itself is never touched. The columns are
explained in cases/data/README.md.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models

from cases.models import Offence, Threshold

DATA = Path(__file__).parent / "data"
Row = dict[str, Any]
#: What a county registered on a shipped row (本省标准) stays.
LOCAL = ("chosen", "source")


def rows(name: str) -> Iterator[dict[str, str]]:
    """The lines of one shipped file."""
    with (DATA / name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def offence_of(raw: dict[str, str]) -> tuple[Row, Row]:
    """(key, values) of a line of offences.csv."""
    values: Row = {name: raw[name] for name in ("name", "kind", "law", "article", "penalty", "line")}
    values |= {"rule": json.loads(raw["rule"]), "uncertain": raw["uncertain"] == "1"}
    return {"code": raw["code"], "valid_from": _day(raw["valid_from"])}, values | _ends(raw)


def threshold_of(raw: dict[str, str]) -> tuple[Row, Row]:
    """(key, values) of a line of thresholds.csv."""
    key: Row = {name: raw[name] for name in ("line", "measure", "zone", "province")}
    values: Row = {name: raw[name] for name in ("unit", "basis", "source")}
    values |= {name: Decimal(raw[name]) if raw[name] else None for name in ("low", "high", "chosen")}
    values["uncertain"] = raw["uncertain"] == "1"
    return key | {"valid_from": _day(raw["valid_from"])}, values | _ends(raw)


FILES: tuple[tuple[str, type[models.Model], Callable[[dict[str, str]], tuple[Row, Row]]], ...] = (
    ("offences.csv", Offence, offence_of),
    ("thresholds.csv", Threshold, threshold_of),
)


def load_law(offence: type[models.Model] = Offence, threshold: type[models.Model] = Threshold) -> int:
    """Store the shipped rows that are new, bring changed ones up to date. Returns rows written.

    A migration hands in the models of its time, which may have fewer columns than the files.
    """
    return sum(
        _store(model, name, read) for (name, _, read), model in zip(FILES, (offence, threshold), strict=True)
    )


def _store(model: type[models.Model], name: str, read: Callable[[dict[str, str]], tuple[Row, Row]]) -> int:
    columns = {column.name for column in model._meta.get_fields()}
    parsed = [
        (key, {column: value for column, value in values.items() if column in columns})
        for key, values in map(read, rows(name))
    ]
    parts = list(parsed[0][0])
    there = {tuple(getattr(row, part) for part in parts): row for row in model._default_manager.all()}
    fresh = [model(**key, **values) for key, values in parsed if tuple(key.values()) not in there]
    model._default_manager.bulk_create(fresh)
    written = len(fresh)
    for key, values in parsed:
        found = there.get(tuple(key.values()))
        if found is None:
            continue
        if getattr(found, "chosen", None) is not None and values.get("chosen") is None:
            values = {column: value for column, value in values.items() if column not in LOCAL}
        if any(getattr(found, column) != value for column, value in values.items()):
            model._default_manager.filter(pk=found.pk).update(**values)
            written += 1
    return written


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _ends(raw: dict[str, str]) -> Row:
    return {"valid_to": _day(raw["valid_to"]) if raw["valid_to"] else None}
