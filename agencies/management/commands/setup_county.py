"""`manage.py setup_county WORKBOOK`: start a county from an empty database, as a whole or not at all."""

from __future__ import annotations

import csv
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from agencies import setup
from agencies.actions.county import CountyPlan, MemberRow, load_county
from agencies.actions.passwords import initial_password
from agencies.importers.county import read_county
from agencies.importers.county_template import write_template
from agencies.models import Member
from core.commands import HouseCommand
from core.errors import os_words
from minewatch.lib.xlsx import BadWorkbook


class Command(HouseCommand):
    """Judges the whole workbook first; a second run adds nothing."""

    help = "从工作簿载入行政区划、单位、人员和角色（模板：docs/setup-county-template.xlsx）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workbook", nargs="?", default="", help="工作簿（.xlsx）")
        parser.add_argument(
            "--passwords", default="", help="初始密码写入的文件（默认 var/initial-passwords.csv）"
        )
        parser.add_argument(
            "--template", nargs="?", const="", metavar="FILE", help="不载入，把模板写到这个文件名"
        )

    def handle(
        self, *args: Any, workbook: str, passwords: str, template: str | None, **options: Any
    ) -> None:
        if template is not None:
            self.write_template(template or workbook)
            return
        if not workbook:
            raise CommandError("缺少参数 workbook（工作簿文件名）。要空白模板，请写 --template 文件名。")
        if not Path(workbook).is_file():
            raise CommandError(f"没有找到文件 {workbook}。")
        call_command("migrate", interactive=False, verbosity=0)
        plan = self.judged(workbook)
        fresh = newcomers(plan)
        path = Path(passwords) if passwords else settings.HOME / "initial-passwords.csv"
        if fresh and path.exists():
            raise CommandError(
                f"{path} 已存在，没有载入。请移走或用 --passwords 另指定。"
            )
        secrets = {row.username: initial_password() for row in fresh}
        counts = self.load(plan, secrets, path)
        self.stdout.write(
            self.style.SUCCESS(
                f"新增：行政区划 {counts['divisions']} 个，单位 {counts['agencies']} 个，"
                f"人员 {counts['members']} 名。"
            )
        )
        for sentence in setup.prepare():
            self.stdout.write(sentence)
        if fresh:
            self.stdout.write(f"初始密码在 {path}（只有您能读取）。请当面分发后删除；每人首次登录须修改。")

    def write_template(self, path: str) -> None:
        """The example county as a workbook to fill in."""
        if not path:
            raise CommandError("请写明模板的文件名：--template 文件名。")
        try:
            write_template(path)
        except OSError as error:
            raise CommandError(f"无法写入“{path}”：{os_words(error)}。") from None
        self.stdout.write(f"模板已写入 {path}。")

    def judged(self, workbook: str) -> CountyPlan:
        """The plan; prints every problem and stops when there is one."""
        try:
            judged = read_county(Path(workbook))
        except BadWorkbook as error:
            raise CommandError(str(error)) from None
        for problem in judged.problems:
            self.stdout.write(str(problem))
        if judged.problems:
            raise CommandError(f"共 {len(judged.problems)} 处不对，没有载入任何内容。请改好后重新执行。")
        for note in judged.notes:
            self.stdout.write(f"注意：{note}")
        return judged.plan

    def load(self, plan: CountyPlan, secrets: dict[str, str], path: Path) -> dict[str, int]:
        """The file stands before the accounts do; it goes again when loading fails."""
        if secrets:
            try:
                write_passwords(path, [row for row in plan.members if row.username in secrets], secrets)
            except OSError as error:
                raise CommandError(f"无法写入初始密码文件“{path}”：{os_words(error)}。") from None
        try:
            return load_county(plan=CountyPlan(plan.divisions, plan.agencies, plan.members, secrets))
        except BaseException:
            if secrets:
                path.unlink(missing_ok=True)
            raise


def newcomers(plan: CountyPlan) -> list[MemberRow]:
    """Rows whose account is not there yet."""
    known = set(Member.objects.values_list("username", flat=True))
    return [row for row in plan.members if row.username not in known]


def write_passwords(path: Path, rows: list[MemberRow], secrets: dict[str, str]) -> None:
    """A CSV that Excel opens as Chinese, readable by its owner only from the first byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["账号", "姓名", "单位代码", "初始密码"])
        writer.writerows(
            [row.username, row.name.lstrip("=+-@"), row.agency, secrets[row.username]] for row in rows
        )
