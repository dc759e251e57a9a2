"""What a unit owes, or what a campaign asks of everyone, and how it stands.

`manage.py duties --agency CODE --from DATE --to DATE [--below] [--json]`
`manage.py duties --campaign KEY --county CODE --from DATE --to DATE [--json]`
"""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from agencies.models import Agency, Division
from core import audit
from core.commands import HouseCommand
from duties.actual import Row, owed_between, owed_in_campaign
from duties.models import Campaign, Duty
from minewatch.lib.text import fold

YEARS = range(2000, 2101)


class Command(HouseCommand):
    """Lists every duty due in a span of days; writes nothing but its audit entry."""

    help = "列出一个单位或者一个专项行动在一段日期内应完成的任务（含未生成的，按凭据计算）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--agency", default="", help="单位代码")
        parser.add_argument("--campaign", default="", help="专项行动代码（与 --county 一起用）")
        parser.add_argument("--county", default="", help="县级区划代码")
        parser.add_argument("--from", dest="first", required=True, help="期限起始日期，如 2022-09-01")
        parser.add_argument("--to", dest="last", required=True, help="期限截止日期（含当日）")
        parser.add_argument("--below", action="store_true", help="包括下级单位（与 --agency 一起用）")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, first: str, last: str, **options: Any) -> None:
        since, until = read_day(first), read_day(last)
        if until < since:
            raise CommandError("截止日期早于起始日期。", returncode=1)
        agency, campaign = options["agency"], options["campaign"]
        if bool(agency) == bool(campaign):
            raise CommandError(
                "请写明一个单位（--agency）或者一个专项行动（--campaign 和 --county）。", returncode=1
            )
        facts = {"command": "duties", "from": since.isoformat(), "to": until.isoformat()}
        if agency:
            rows = self.of_unit(agency, since, until, options["below"], facts)
        else:
            rows = self.of_campaign(campaign, options["county"], since, until, facts)
        if options["json"]:
            self.stdout.write(json.dumps([as_json(row) for row in rows], ensure_ascii=False, indent=2))
            return
        for row in rows:
            self.stdout.write(as_line(row))
        self.stdout.write(f"共 {len(rows)} 项。")

    def of_unit(
        self, code: str, since: dt.date, until: dt.date, below: bool, facts: dict[str, Any]
    ) -> list[Row]:
        """Rows of a unit (and those below it)."""
        unit = Agency.objects.filter(code=code).first()
        if unit is None:
            raise CommandError(f"没有代码为“{code}”的单位。", returncode=1)
        units = Agency.objects.under(unit) if below else Agency.objects.filter(pk=unit.pk)
        audit.record("command.run", actor=None, agency=unit, facts=facts | {"below": below})
        return owed_between(units, since, until)

    def of_campaign(
        self, key: str, county: str, since: dt.date, until: dt.date, facts: dict[str, Any]
    ) -> list[Row]:
        """Rows of a campaign of a county, of all its units."""
        if not Division.objects.filter(code=county).exists():
            raise CommandError(f"没有代码为“{county}”的县，请用 --county 写明六位区划代码。", returncode=1)
        campaign = Campaign.objects.filter(county__code=county, key=key).first()
        if campaign is None:
            known = "、".join(Campaign.objects.filter(county__code=county).values_list("key", flat=True))
            raise CommandError(f"这个县没有代码为“{key}”的专项行动。已有的：{known or '无'}。", returncode=1)
        audit.record("command.run", actor=None, facts=facts | {"campaign": key, "county": county})
        return owed_in_campaign(campaign, since, until)


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
