"""What our management commands share: Chinese words for wrong arguments, and for a database not ready yet."""

from __future__ import annotations

import re
import sqlite3
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError, ProgrammingError

NOT_READY = "数据库还没有准备好，请先运行 manage.py migrate"
#: argparse's words and ours; it has no Chinese catalogue.
WORDS = (
    (r"the following arguments are required: (.+)", "缺少参数 {0}"),
    (r"argument (\S+): invalid int value: '(.*)'", "参数 {0} 应为数字，现为“{1}”"),
    (r"argument (\S+): expected .*argument.*", "参数 {0} 后面缺少内容"),
    (r"argument (\S+): invalid choice: '?(.*?)'? \(choose from (.+)\)", "参数 {0} 不能写“{1}”，可写：{2}"),
    (r"argument (\S+): ignored explicit argument '(.*)'", "参数 {0} 后面不应有内容"),
    (r"argument (\S+): not allowed with argument (.+)", "参数 {0} 不能与 {1} 同时使用"),
    (r"one of the arguments (.+) is required", "须写其中一个参数：{0}"),
    (r"ambiguous option: (\S+) could match (.+)", "参数 {0} 不明确，请写全：{1}"),
    (r"unrecognized arguments: (.+)", "没有参数 {0}"),
)


class HouseCommand(BaseCommand):
    """The base of every command of ours; a refusal is one Chinese sentence and exit status 1."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def refuse(message: str) -> NoReturn:
            text = f"{in_chinese(message)}。用法：manage.py {subcommand} --help"
            if parser.called_from_command_line:
                self.stderr.write(text)
                sys.exit(1)
            raise CommandError(text)

        parser.error = refuse
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError, sqlite3.OperationalError):
            if behind():
                raise CommandError(NOT_READY) from None
            raise


def in_chinese(message: str) -> str:
    """argparse's complaint in our words; one unknown to us follows as it is."""
    for pattern, words in WORDS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return words.format(*found.groups())
    return f"参数不正确：{message}"


def behind() -> bool:
    """Whether migrations wait; a database that cannot be asked has another trouble."""
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except Error:
        return False
