"""`manage.py load_rules [FILE] --county CODE`: standing obligations of a county."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from agencies.models import Division
from core.commands import HouseCommand
from core.errors import DomainError
from duties.actions import load_rules
from duties.actions.loading import DATA
from duties.clocks import load_clocks


class Command(HouseCommand):
    """Loads rules and opens what they owe; also brings the shipped limits up to date."""

    help = "载入任务规则并生成近期任务：manage.py load_rules --county 999921"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default=str(DATA), help="YAML 文件，缺省为随系统发布的规则")
        parser.add_argument("--county", required=True, help="县区划代码（6 位）")

    def handle(self, *args: Any, file: str, county: str, **options: Any) -> None:
        division = Division.objects.filter(code=county).order_by("-pk").first()
        if division is None:
            raise CommandError(f"没有代码为“{county}”的行政区划。", returncode=1)
        load_clocks()
        try:
            counts = load_rules(county=division, path=file)
        except DomainError as error:
            raise CommandError(error.message, returncode=1) from None
        self.stdout.write(f"载入或更新规则 {counts['rules']} 条，生成任务 {counts['opened']} 项。")
