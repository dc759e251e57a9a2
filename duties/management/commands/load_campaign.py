"""`manage.py load_campaign FILE --county CODE`: a campaign file into a county, or its changes."""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from agencies.models import Division, Member
from core.commands import HouseCommand
from core.errors import DomainError
from duties.actions import campaigns
from duties.definitions import BadCampaign
from duties.management.commands.check_campaign import read_file
from minewatch.lib.text import BadDate, parse_day

LISTED = 50


class Command(HouseCommand):
    """Prints how units were bound, what was counted, and what a changed file changes."""

    help = "载入专项行动方案：manage.py load_campaign 文件.yaml --county 999921"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="YAML 文件")
        parser.add_argument("--county", required=True, help="县区划代码（6 位）")
        parser.add_argument(
            "--bind",
            action="append",
            default=[],
            metavar="KEY=CODE",
            help="指定单位：代号=单位代码 或 代号=none",
        )
        parser.add_argument("--shift-to", help="平移全部日期，使行动从这一天开始，如 2026-10-01")
        parser.add_argument("--dry-run", action="store_true", help="只显示结果，不写入")
        parser.add_argument("--by", help="以该账号的名义载入")

    def handle(self, *args: Any, file: str, county: str, bind: list[str], **options: Any) -> None:
        division = Division.objects.filter(code=county).order_by("-pk").first()
        if division is None or division.level != "county":
            raise CommandError(f"没有代码为“{county}”的县。", returncode=1)
        try:
            loaded = campaigns.load(
                county=division,
                definition=read_file(file),
                bind=read_bindings(bind),
                shift_to=read_day(options["shift_to"]) if options["shift_to"] else None,
                by=read_member(options["by"]),
                dry_run=options["dry_run"],
            )
        except BadCampaign as refused:
            for line in refused.lines:
                self.stderr.write(line)
            raise CommandError(f"没有载入：文件有 {len(refused.problems)} 处问题。", returncode=1) from None
        except DomainError as error:
            raise CommandError(error.message, returncode=1) from None
        self._tell(loaded, dry_run=options["dry_run"])

    def _tell(self, loaded: campaigns.Loaded, *, dry_run: bool) -> None:
        for line in loaded.bindings:
            self.stdout.write(line)
        if not loaded.changed:
            self.stdout.write("内容和单位对应都没有变化，未作改动。")
            return
        for line in loaded.notes:
            self.stdout.write(line)
        for line in shortened(loaded.diff):
            self.stdout.write(line)
        self.stdout.write(f"{'试算（未写入）：' if dry_run else ''}{counted(loaded)}")


def counted(loaded: campaigns.Loaded) -> str:
    """The counts of a loading in one line."""
    found = loaded.counts
    words = (
        f"阶段 {found['stages']} 个，任务 {found['tasks']} 项，规则 {found['rules']} 条，"
        f"生成任务 {found['opened']} 项（其中历史 {found['history']} 项）"
    )
    if found["moved"] or found["cancelled"]:
        words += f"，改动 {found['moved']} 项，取消 {found['cancelled']} 项"
    if loaded.shifted_days:
        words += f"，日期平移 {loaded.shifted_days} 天"
    return f"{words}。"


def shortened(lines: list[str]) -> list[str]:
    """The first lines, and how many more there are."""
    rest = len(lines) - LISTED
    return [*lines[:LISTED], f"……另有 {rest} 行。"] if rest > 0 else lines


def read_bindings(pairs: list[str]) -> dict[str, str]:
    """KEY → CODE of `KEY=CODE`. Raises CommandError."""
    found = {}
    for pair in pairs:
        key, sign, code = (part.strip() for part in pair.partition("="))
        if not (key and sign and code):
            raise CommandError(f"--bind 应写作 代号=单位代码，现为“{pair[:40]}”。", returncode=1)
        if found.setdefault(key, code) != code:
            raise CommandError(f"--bind 给“{key}”指定了两个单位。", returncode=1)
    return found


def read_day(text: str) -> dt.date:
    """A day, however it is written. Raises CommandError."""
    try:
        return parse_day(text)
    except BadDate as error:
        raise CommandError(str(error), returncode=1) from None


def read_member(username: str | None) -> Member | None:
    """The account, or None where none was named. Raises CommandError."""
    if not username:
        return None
    member = Member.objects.filter(username=username, is_active=True).first()
    if member is None:
        raise CommandError(f"没有账号“{username[:60]}”，或已停用。", returncode=1)
    return member
