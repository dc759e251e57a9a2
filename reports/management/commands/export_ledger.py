"""`manage.py export_ledger --form patrol --agency CODE --period 2022-09 --out FILE.xlsx`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from core import audit
from core.commands import HouseCommand
from core.errors import DomainError, os_words
from reports import official
from reports.commands import plain_errors, unit
from reports.figures import FIGURES, Scope
from reports.periods import read_period
from reports.snapshot import snapshot


class Command(HouseCommand):
    """Writes official form 1 of a unit and those below it for a calendar period."""

    help = "导出官方表格：export_ledger --form patrol --agency qingshi --period 2022-09 --out 文件.xlsx"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--form", default="patrol", help="patrol（巡查检查台账）")
        parser.add_argument("--agency", required=True, help="单位代码")
        parser.add_argument("--period", required=True, help="2022-09、2022-W38、2022-Q3、2022 或 起..止")
        parser.add_argument("--out", required=True, help="导出文件，以 .xlsx 结尾")
        parser.add_argument("--split", action="store_true", help="全县一册时每个单位一张表（乡镇总是分开）")

    def handle(self, *args: Any, form: str, agency: str, period: str, out: str, **options: Any) -> None:
        with plain_errors():
            if form != "patrol":
                raise DomainError("没有这种表格，现有：patrol（巡查检查台账）。")
            if not out.lower().endswith(".xlsx"):
                raise DomainError("导出文件名须以 .xlsx 结尾。")
            owner, asked = unit(agency), read_period(period)
            with snapshot():
                rows = FIGURES["patrols"].rows(Scope.of_unit(owner), asked.window)
                books = official.books_of(owner, asked.window, rows, split=options["split"])
        count = sum(len(book.rows) for book in books)
        path = Path(out)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(official.workbook(books))
        except OSError as error:
            raise CommandError(
                f"无法写入“{path}”：{os_words(error)}。", returncode=1
            ) from None
        facts = {"command": "export_ledger", "form": form, "period": asked.key, "rows": count}
        audit.record("command.run", actor=None, agency=owner, facts=facts)
        self.stdout.write(f"{path}\n{owner.name}　{asked.label}　共{count}条")
