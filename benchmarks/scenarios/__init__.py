"""One module per scenario; each has `run(bench)`, which yields verified Results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.bench import Bench
    from benchmarks.measure import Result

#: Readers first: the writers add rows to the database.
NAMES = ("list_depth", "report", "export_xlsx", "ingest_xlsx", "ingest_form", "hidden", "sweep")


def load(name: str) -> Callable[[Bench], Iterator[Result]]:
    """The scenario of that name; imported late, because it needs Django set up."""
    return import_module(f"benchmarks.scenarios.{name}").run
