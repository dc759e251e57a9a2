"""manage.py import_ledger FILE --agency CODE [--member USERNAME] [--period 2022-09] [--dry-run]"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path

from django.core.management.base import CommandError

from agencies.models import Agency, Member
from core import audit
from core.commands import HouseCommand
from core.errors import DomainError, os_words
from core.models import Upload
from ledgers.actions import uploads
from ledgers.inlets import GOOD, INLETS, Judged, Verdict
from ledgers.official.judge import HELD
from minewatch.lib.periods import BadPeriod, parse_period
from minewatch.lib.xlsx import BadWorkbook

KIND = "patrol"
LEVELS = {Verdict.REFUSED: "未采用", Verdict.NOTED: "提示"}


class Command(HouseCommand):
    """Read official form 1 into a unit's ledger; ends with 1 when anything was refused."""

    help = "把官方巡查检查台账（.xlsx）导入某单位的台账；有内容未采用时退出码为1"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="台账文件（.xlsx）")
        parser.add_argument("--agency", required=True, help="单位代码，如 qingshi")
        parser.add_argument("--member", default="", help="经办人账号；不给时按单位范围运行并如实记入审计")
        parser.add_argument(
            "--period", default="", help="期间，如 2022-09；不给时取填写时间所在月份（县级单位为季度）"
        )
        parser.add_argument("--dry-run", action="store_true", help="只检查，不存入任何内容")

    def handle(
        self, *args: object, file: Path, agency: str, member: str, period: str, dry_run: bool, **more
    ) -> None:
        unit = Agency.objects.select_related("division").filter(code=agency, is_active=True).first()
        if unit is None:
            raise CommandError(f"没有代码为“{agency}”的在用单位。")
        person = self._person(member)
        try:
            uploads.guard(person, unit, KIND)
            data = self._read(file)
            params = {"period": parse_period(period).key} if period else {}
            judged = INLETS[KIND].judge(data, member=person, agency=unit, params=params)
            added, known = judged.count(*GOOD), judged.count(Verdict.KNOWN)
            if not dry_run:
                upload = self._apply(person, unit, data, file.name, params, judged)
                added, known = upload.rows_added, upload.rows_known
        except (DomainError, BadWorkbook, BadPeriod) as error:
            raise CommandError(str(error)) from None
        self._print(judged, added, known, dry_run)

    def _person(self, username: str) -> Member | None:
        if not username:
            return None
        person = (
            Member.objects.select_related("agency__division")
            .filter(username=username, is_active=True)
            .first()
        )
        if person is None:
            raise CommandError(f"没有账号为“{username}”的在用人员。")
        return person

    def _read(self, file: Path) -> bytes:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise CommandError(f"无法打开文件“{file}”：{os_words(error)}。") from None
        uploads.look_at(data)
        return data

    def _apply(
        self, person: Member | None, unit: Agency, data: bytes, name: str, params: dict, judged: Judged
    ) -> Upload:
        if person is None:
            audit.record("command.run", actor=None, agency=unit, facts={"command": "import_ledger", **params})
        upload = uploads.receive(
            member=person, agency=unit, kind=KIND, data=data, name=name, params=params, judged=judged
        )
        if upload.status == Upload.Status.JUDGED:
            upload = uploads.confirm(upload=upload, member=person)
        return upload

    def _print(self, judged: Judged, added: int, known: int, dry_run: bool) -> None:
        held = Counter(one.sheet for one in judged.all_remarks if one.reason.endswith(HELD))
        for remark in judged.all_remarks:
            if remark.verdict not in LEVELS:
                continue
            if remark.reason.endswith(HELD):  # said once for the sheet; the receipt has it row by row
                if count := held.pop(remark.sheet, 0):
                    why = remark.reason.removesuffix(HELD)
                    self.stdout.write(f"未采用 工作表“{remark.sheet}”共{count}行：{why}")
                continue
            value = f"，现为“{remark.value}”" if remark.value else ""
            mend = f"。怎么改：{remark.mend}" if remark.mend else ""
            self.stdout.write(f"{LEVELS[remark.verdict]} {remark.place}{value}：{remark.reason}{mend}")
        refused = judged.count(Verdict.REFUSED)
        self.stdout.write(
            f"读取{judged.rows_read}行，{'可新增' if dry_run else '新增'}{added}行，"
            f"已有{known}行，未采用{refused}行。" + ("（仅检查，没有存入）" if dry_run else "")
        )
        if judged.refused:
            raise CommandError("有内容未采用，请按上面的提示改正后重新导入。")
