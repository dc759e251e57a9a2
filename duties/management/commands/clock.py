"""`manage.py clock CODE --from INSTANT [--json]`: a statutory limit counted, with its reason."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from core.commands import HouseCommand
from core.errors import DomainError
from duties import clocks
from minewatch.lib.text import fold


class Command(HouseCommand):
    """Prints the due date and the sentence that says why."""

    help = "计算一项期限：manage.py clock F3 --from 2026-09-25T14:30"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="期限代码，如 F3")
        parser.add_argument(
            "--from", dest="start", required=True, help="起算时间，如 2026-09-30 或 2026-09-30T14:30+08:00"
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, code: str, start: str, **options: Any) -> None:
        try:
            found = clocks.due(code, read_instant(start))
        except DomainError as error:
            raise CommandError(error.message, returncode=1) from None
        except OverflowError:
            raise CommandError("起算时间太晚，算不出期限。", returncode=1) from None
        if not options["json"]:
            self.stdout.write(found.sentence)
            return
        answer = {
            "start": found.start.isoformat(),
            "due_at": found.due_at.isoformat(),
            "unit": str(found.unit),
            "rule": found.rule,
            "basis": found.basis,
            "skipped": [day.isoformat() for day in found.skipped],
            "provisional": found.provisional,
            "sentence": found.sentence,
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))


def read_instant(text: str) -> dt.datetime:
    """An ISO 8601 date or instant; a naive one is Shanghai's. Raises DomainError."""
    try:
        return clocks.instant(dt.datetime.fromisoformat(fold(text).strip()))
    except (ValueError, OverflowError):
        raise DomainError(
            f"无法识别时间“{text[:40]}”，请写作 2026-09-30、2026-09-30T14:30 或 2026-09-30T14:30:00+08:00。"
        ) from None
