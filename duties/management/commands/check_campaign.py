"""`manage.py check_campaign FILE…`: every problem of a campaign file with its line and the mend."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from core.commands import HouseCommand
from core.errors import os_words
from duties.definitions import BadCampaign, Definition, hints, read

#: A file of another kind is not read whole: read() refuses what is longer than 1 MB.
MOST_BYTES = 1_000_001


class Command(HouseCommand):
    """Reads files and writes nothing."""

    help = "检查专项行动方案文件：manage.py check_campaign 文件.yaml"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="YAML 文件")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        bad = 0
        for file in files:
            try:
                definition = read_file(file)
                self.stdout.write(passed(file, definition))
                for hint in hints(definition):
                    self.stdout.write(f"{file}：提示：{hint}")
            except BadCampaign as refused:
                bad += len(refused.problems)
                for line in refused.lines:
                    self.stderr.write(line)
        if bad:
            raise CommandError(f"没有通过：{bad} 处问题。", returncode=1)


def read_file(file: str) -> Definition:
    """The definition in a file. Raises BadCampaign, or CommandError for a file that cannot be opened."""
    try:
        with Path(file).open("rb") as stream:
            return read(stream.read(MOST_BYTES), file)
    except OSError as error:
        raise CommandError(f"无法读取文件 {file}：{os_words(error)}。", returncode=1) from None


def passed(file: str, definition: Definition) -> str:
    """file：通过 with counts."""
    counts = [
        (len(definition["stages"]), "个阶段"),
        (len(definition.tasks), "项任务"),
        (len(definition["milestones"]), "个目标"),
        (len(definition["violations"]), "种违法情形"),
        (len(definition["routes"]), "条移送去向"),
    ]
    return f"{file}：通过，{'、'.join(f'{number} {word}' for number, word in counts)}。"
