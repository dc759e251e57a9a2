"""`manage.py figures --agency CODE --period 2022-09 [--json]`: every number with its rows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from agencies.models import Agency
from core import audit
from core.commands import HouseCommand
from minewatch.lib.periods import Window
from reports.commands import plain_errors, unit
from reports.figures import FIGURES, Scope
from reports.kinds.base import span_words
from reports.periods import read_period, window_of
from reports.snapshot import snapshot


class Command(HouseCommand):
    """Prints the figures of a unit and those below it, read in one snapshot."""

    help = "统计一个单位（含下级）在一个期间的各项数字：manage.py figures --agency qingshi --period 2022-09"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agency", required=True, help="单位代码")
        parser.add_argument(
            "--period", required=True, help="2022-W38（当周应报的一期）、2022-09、2022-Q3、2022 或 起..止"
        )
        parser.add_argument(
            "--json", action="store_true", help="输出 JSON：key、value、unit、rows（明细编号）"
        )

    def handle(self, *args: Any, agency: str, period: str, **options: Any) -> None:
        with plain_errors():
            owner, asked = unit(agency), read_period(period)
        window = window_of(asked)
        with snapshot():
            found = read(owner, window)
        facts = {"command": "figures", "period": asked.key}
        audit.record("command.run", actor=None, agency=owner, facts=facts)
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        self.stdout.write(f"{owner.name}　{span_words(window)}")
        for figure in found:
            self.stdout.write(f"{FIGURES[figure['key']].label}\t{figure['value']}\t{figure['unit']}")


def read(agency: Agency, window: Window) -> list[dict[str, Any]]:
    """[{key, value, unit, rows}] in the order of the paper; for a sum, the rows summed."""
    scope = Scope.of_unit(agency)
    return [
        {
            "key": figure.key,
            "value": figure.total(scope, window),
            "unit": figure.unit,
            "rows": [str(pk) for pk in figure.rows(scope, window).values_list("pk", flat=True)],
        }
        for figure in FIGURES.values()
    ]
