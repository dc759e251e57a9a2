"""`manage.py backup`: database and files in one archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from core import audit
from core.backup import BackupError, backup, check_archive, default_name
from core.commands import HouseCommand
from core.errors import os_words
from minewatch.lib.hashing import sha256_stream


class Command(HouseCommand):
    """Safe while people work."""

    help = "备份数据库和全部文件（运行中也可以备份）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, help="备份文件或目录，默认 var/backups/")
        parser.add_argument("--keep", type=int, default=0, metavar="N", help="目录中只保留最近 N 份")

    def handle(self, *args: Any, out: Path | None, keep: int, **options: Any) -> None:
        out = out or settings.HOME / "backups"
        target = out if out.suffix == ".tar" else default_name(out)
        try:
            manifest = backup(target)
            check_archive(target)  # a backup that cannot be read back is none
        except BackupError as error:
            raise CommandError(error.message) from None
        except OSError as error:
            raise CommandError(f"无法写入“{target}”：{os_words(error)}。") from None
        with target.open("rb") as file:
            digest, size = sha256_stream(file)
        rows, files = sum(manifest.rows.values()), len(manifest.files) - 1
        audit.record("command.run", actor=None, facts={"command": "backup", "rows": rows, "sha256": digest})
        self.stdout.write(f"已备份到 {target}")
        self.stdout.write(f"{len(manifest.rows)} 张表 {rows} 行，{files} 个文件，共 {size} 字节")
        self.stdout.write(f"SHA-256 {digest}")
        for name in manifest.missing:
            self.stderr.write(f"注意：数据库中登记的文件在磁盘上不存在：{name}")
        if keep > 0 and target.parent == out:
            for old in sorted(out.glob("minewatch-*.tar"))[:-keep]:
                old.unlink()
