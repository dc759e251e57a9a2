"""`manage.py duties --agency CODE --from DATE --to DATE [--json]`: what a unit owes, and how it stands."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from agencies.models import Agency
from core import audit
from core.commands import HouseCommand
from duties.actual import Row, owed_between
from duties.models import Duty
from minewatch.lib.text import fold

YEARS = range(2000, 2101)


class Command(HouseCommand):
    """Lists every duty due in a span of days; writes nothing but its audit entry."""

    help = "列出一个单位在一段日期内应完成的任务（含未生成的，按凭据计算）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agency", required=True, help="单位代码")
        parser.add_argument("--from", dest="first", required=True, help="期限起始日期，如 2022-09-01")
        parser.add_argument("--to", dest="last", required=True, help="期限截止日期（含当日）")
        parser.add_argument("--below", action="store_true", help="包括下级单位")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, agency: str, first: str, last: str, below: bool, **options: Any) -> None:
        unit = Agency.objects.filter(code=agency).first()
        if unit is None:
            raise CommandError(f"没有代码为“{agency}”的单位。", returncode=1)
        since, until = read_day(first), read_day(last)
        if until < since:
            raise CommandError("截止日期早于起始日期。", returncode=1)
        units = Agency.objects.under(unit) if below else Agency.objects.filter(pk=unit.pk)
        audit.record(
            "command.run",
            actor=None,
            agency=unit,
            facts={"command": "duties", "from": since.isoformat(), "to": until.isoformat(), "below": below},
        )
        rows = owed_between(units, since, until)
        if options["json"]:
            self.stdout.write(json.dumps([as_json(row) for row in rows], ensure_ascii=False, indent=2))
            return
        for row in rows:
            self.stdout.write(as_line(row))
        self.stdout.write(f"共 {len(rows)} 项。")


def as_json(row: Row) -> dict[str, Any]:
    """Instants as ISO 8601 with +08:00."""
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in asdict(row).items()
    }


def as_line(row: Row) -> str:
    """One line for people."""
    late = "（逾期）" if row.late else ""
    return f"{row.due_at:%Y-%m-%d %H:%M}  {row.owner}  {row.key}  {Duty.Status(row.status).label}{late}"


def read_day(text: str) -> dt.date:
    """A day written 2022-09-01. Raises CommandError."""
    try:
        day = dt.date.fromisoformat(fold(text).strip())
    except ValueError:
        raise CommandError(f"无法识别日期“{text[:40]}”，请写作 2022-09-01。", returncode=1) from None
    if day.year not in YEARS:
        raise CommandError(f"日期“{text[:40]}”应在 2000 年至 2100 年之间。", returncode=1)
    return day
