"""The shipped files as the product reads them, asked in the tables' words."""

import datetime as dt
from functools import cache
from pathlib import Path

from duties.definitions import Definition, of_data, read
from duties.definitions.timing import timing
from duties.rules import read_rhythm
from minewatch.lib.windows import Occurrence, occurrences
from minewatch.lib.workdays import load_calendar

FILES = Path(__file__).parents[3] / "duties/campaigns"
#: the demo county's units by kind, where they are not called as their kind
UNITS = {"natural_resources": "nr", "power_grid": "power", "joint_office": "office", "city_office": "city"}
MANY = {"township": "townships", "village": "villages"}
CALENDAR = load_calendar()


@cache
def notice(key: str) -> Definition:
    """The shipped file of that key."""
    path = FILES / f"{key}.yaml"
    return read(path.read_text(encoding="utf-8"), path.name)


def changed(key: str, **top) -> Definition:
    """A notice with other values at the top of its file."""
    definition = notice(key)
    return of_data({**definition.data, **top}, definition.name)


def called(definition: Definition, keys) -> tuple[str, ...]:
    """Units behind keys as the tables call them."""
    found = [
        unit.name if unit.actor else MANY.get(unit.each) or UNITS.get(unit.kind, unit.kind)
        for unit in definition.members(tuple(keys))
    ]
    return tuple(dict.fromkeys(found))


def falls(definition: Definition, code: str, last: dt.date) -> list[Occurrence]:
    """What the file's own deadline gives up to `last`."""
    found = timing(definition, definition.tasks[code])
    if found is None:
        return []
    rhythm = read_rhythm(found.schedule)
    return occurrences(
        rhythm.schedule,
        found.valid_from,
        last,
        since=found.valid_from,
        until=found.valid_to,
        opens=rhythm.opens,
        calendar=CALENDAR,
    )


def instants(definition: Definition, code: str, last: dt.date) -> list[dt.datetime]:
    """When it is due, up to `last`."""
    return [found.due_at for found in falls(definition, code, last)]
