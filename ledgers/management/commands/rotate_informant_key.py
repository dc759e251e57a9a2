"""manage.py rotate_informant_key [--batch N] [--dry-run]: what is sealed of informants, under the new key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.commands import HouseCommand
from ledgers.actions.leads import rotating
from ledgers.actions.leads.rotating import Tally

LEFT = (
    "有{n}件用现有密钥读不出，没有改动。请把原来的密钥写进 INFORMANT_KEY_OLD（几个密钥用空格分开）再执行。"
)
OVER = "全部已用新密钥加密。INFORMANT_KEY_OLD 可以去掉；旧密钥要和旧备份一起另行保管，恢复旧备份时还要用。"


class Command(HouseCommand):
    """Prints numbers only; exit 1 when something fits no key."""

    help = "更换 INFORMANT_KEY 后，把举报人信息改用新密钥加密；可以中断、可以重复执行"

    def add_arguments(self, parser: CommandParser) -> None:
        """How many rows in one transaction, and whether to count only."""
        parser.add_argument("--batch", type=int, default=rotating.BATCH, help="每批条数")
        parser.add_argument("--dry-run", action="store_true", help="只统计，不改动")

    def handle(self, *args: Any, batch: int, dry_run: bool, **options: Any) -> None:
        """Rotate and count."""
        if not 1 <= batch <= 10_000:
            raise CommandError("每批条数应在 1 至 10000 之间。")
        done = rotating.rotate(batch=batch, write=not dry_run)
        self._say("举报人信息", "条", done.rows, dry_run)
        self._say("封存材料", "份", done.papers, dry_run)
        if done.unreadable:
            raise CommandError(LEFT.format(n=done.unreadable))
        if not dry_run:
            self.stdout.write(OVER)

    def _say(self, what: str, unit: str, found: Tally, dry_run: bool) -> None:
        word = "需要" if dry_run else "已"
        self.stdout.write(
            f"{what}：{word}改用新密钥加密{found.anew}{unit}，原来就是新密钥{found.already}{unit}，"
            f"读不出{found.unreadable}{unit}。"
        )
