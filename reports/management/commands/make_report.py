"""`manage.py make_report weekly|monthly --agency CODE --period 2022-W38|2022-09 --out DIR`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.core.management.base import CommandError

from core import audit
from core.commands import HouseCommand
from core.errors import os_words
from reports import reading
from reports.actions import open_draft, recompute
from reports.actions.drafts import unregistered
from reports.actions.papers import content_of, file_name
from reports.commands import plain_errors, unit
from reports.kinds import Content
from reports.models import Report
from reports.writers import WRITERS


class Command(HouseCommand):
    """Writes a unit's report as workbook and paper: frozen numbers once submitted, else the live draft."""

    help = "生成周报或月报：manage.py make_report weekly --agency qingshi --period 2022-W38 --out 目录"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="weekly（周报）或 monthly（月报）")
        parser.add_argument("--agency", required=True, help="单位代码")
        parser.add_argument(
            "--period", required=True, help="周报写当周应报的一期 2022-W38；月报写数据月份 2022-09"
        )
        parser.add_argument("--out", required=True, help="存放文件的目录")

    def handle(self, *args: Any, kind: str, agency: str, period: str, out: str, **options: Any) -> None:
        folder = Path(out)
        with plain_errors():
            owner = unit(agency)
            report = unregistered(agency=owner, kind=kind, period=period)
            _ready(folder)  # before a draft is stored
            if report is None:
                report = open_draft(member=None, agency=owner, kind=kind, period=period)
                if not reading.is_frozen(report):
                    report = recompute(report=report)
            content = content_of(report)
        paths = _write(report, content, folder)
        facts = {"command": "make_report", "kind": kind, "period": report.period}
        stored = report if report.pk else None
        audit.record("command.run", actor=None, agency=owner, subject=stored, facts=facts)
        for path in paths:
            self.stdout.write(str(path))
        if stored is None:
            self.stdout.write("该单位没有这项报送任务，仅生成文件，未登记报表")
        state = "草稿，数字随数据变动" if content.draft else f"{report.get_status_display()}，数字已固定"
        self.stdout.write(f"{content.title}　{content.period_words}（{state}）")
        for line in content.lines:
            year = "" if line.year is None else f"\t累计{line.year}"
            self.stdout.write(f"{line.label}\t{line.now}{line.unit}{year}")


def _ready(folder: Path) -> None:
    """The folder stands and takes files. Raises CommandError (Chinese)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except FileExistsError:
        raise CommandError(f"无法写入“{folder}”：它是文件，不是目录。", returncode=1) from None
    except OSError as error:
        raise CommandError(f"无法写入“{folder}”：{os_words(error)}。", returncode=1) from None


def _write(report: Report, content: Content, folder: Path) -> list[Path]:
    """Both papers into `folder`. Raises CommandError (Chinese) when it cannot be written."""
    paths = []
    try:
        for ending, (write, _kind, _words) in WRITERS.items():
            path = folder / file_name(report, ending)
            path.write_bytes(write(content))
            paths.append(path)
    except OSError as error:
        raise CommandError(f"无法写入“{folder}”：{os_words(error)}。", returncode=1) from None
    return paths
