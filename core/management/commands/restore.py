"""`manage.py restore`: an archive of `backup` put in place, verified to the audit chain."""

from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from core.backup import BackupError, check_archive, restore
from core.commands import HouseCommand
from core.errors import os_words
from core.management.commands.up import only_one


class Command(HouseCommand):
    """Refuses a lived-in installation without --force; a failure leaves what was there."""

    help = "从备份恢复数据库和文件；先停止服务"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path, help="备份文件")
        parser.add_argument("--force", action="store_true", help="替换已有数据")
        parser.add_argument("--check", action="store_true", help="只校验备份文件，不恢复")

    def handle(self, *args: Any, archive: Path, force: bool, check: bool, **options: Any) -> None:
        try:
            if check:
                manifest = check_archive(archive)
                count = len(manifest.files)
                self.stdout.write(f"备份完好：{manifest.made_at}，{count} 个文件，校验值全部相符。")
                return
            with only_one() if settings.EMBEDDED else nullcontext():
                manifest = restore(archive, force=force)
        except BackupError as error:
            raise CommandError(error.message) from None
        except OSError as error:
            raise CommandError(f"没有恢复：{os_words(error)}。") from None
        self.stdout.write(
            f"已恢复 {manifest.made_at} 的备份：{len(manifest.rows)} 张表 {sum(manifest.rows.values())} 行，"
            f"{len(manifest.files) - 1} 个文件，行数与校验值全部相符。"
        )
        call_command("migrate", interactive=False, verbosity=0)
        self.verify_audit()

    def verify_audit(self) -> None:
        """The chain of the restored audit; a break is told, the data stays."""
        from core import audit

        found = audit.verify()
        if found.broken:
            raise CommandError(
                "数据已恢复，但审计链校验不通过，请立即报告审计员：\n" + "\n".join(found.broken[:20])
            )
        self.stdout.write(f"审计链完好：{found.checked} 条，另有 {found.tail} 条待封存。")
        audit.record("command.run", actor=None, facts={"command": "restore"})
