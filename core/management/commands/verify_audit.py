"""`manage.py verify_audit`: walk the audit chain; exit 1 when anything does not hold."""

from typing import Any

from django.core.management.base import CommandError

from core import audit
from core.commands import HouseCommand


class Command(HouseCommand):
    """Prints checked links, the unsealed tail and the head hash (to be compared with a printed anchor)."""

    help = "校验审计链：核对每条已封存的记录，列出不符之处；有不符时退出码为 1"

    def handle(self, *args: Any, **options: Any) -> None:
        found = audit.verify()
        self.stdout.write(f"已校验：{found.checked} 条")
        self.stdout.write(f"待封存：{found.tail} 条")
        self.stdout.write(f"链尾校验值：{found.head}")
        for line in found.broken:
            self.stdout.write(f"不符：{line}")
        if found.broken:
            raise CommandError(f"审计链有 {len(found.broken)} 处不符，请保留现场并报告审计员。")
        self.stdout.write(self.style.SUCCESS("审计链完整。"))
