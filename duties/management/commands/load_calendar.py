"""`manage.py load_calendar [FILE]`: holidays and 调休 of a year; 暂定 dates are counted anew."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from core.commands import HouseCommand
from core.errors import DomainError
from duties.actions.calendar import load_calendar
from minewatch.lib.workdays import DATA


class Command(HouseCommand):
    """Loads a reviewed file: date,kind,name,source."""

    help = "导入节假日安排（date,kind,name,source），并重算暂定日期"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", default=str(DATA), help="CSV 文件，缺省为随系统发布的数据")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        try:
            loaded = load_calendar(path=file)
        except DomainError as error:
            raise CommandError(error.message, returncode=1) from None
        self.stdout.write(
            f"新增 {loaded.added} 天，更正 {loaded.changed} 天，重算暂定任务 {loaded.recomputed} 项。"
        )
