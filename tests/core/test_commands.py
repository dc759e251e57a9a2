"""Commands of ours say wrong arguments, an unready database and a refusing disk in Chinese, status 1."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands, load_command_class

from core.commands import NOT_READY, HouseCommand
from core.errors import os_words

ROOMS = {"core", "agencies", "duties", "ledgers", "cases", "reports"}


def manage(home: Path, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    servers = {"DATABASE_URL", "REDIS_URL"}
    env = {key: value for key, value in os.environ.items() if key not in servers}
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *args],
        env=env | {"MINEWATCH_HOME": str(home)} | more, capture_output=True, text=True, check=False,
    )


def test_every_command_of_ours_speaks_for_the_house():
    ours = {name: app for name, app in get_commands().items() if app in ROOMS}
    assert len(ours) > 10
    assert all(isinstance(load_command_class(app, name), HouseCommand) for name, app in ours.items())


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("figures", "--period", "2022-09"), "缺少参数 --agency"),
        (("up", "--port", "abc"), "参数 --port 应为数字，现为“abc”"),
        (("backup", "--keep"), "参数 --keep 后面缺少内容"),
        (("verify_audit", "--frob"), "没有参数 --frob"),
        (("up", "--p", "1"), "参数 --p 不明确"),
        (("verify_audit", "--verbosity", "7"), "参数 -v/--verbosity 不能写“7”"),
    ],
)
def test_wrong_arguments_are_said_in_chinese(args, words):
    with pytest.raises(CommandError, match=words) as caught:
        load_command_class(get_commands()[args[0]], args[0]).create_parser("manage.py", args[0]).parse_args(
            args[1:]
        )
    assert caught.value.returncode == 1


def test_from_the_shell_a_wrong_argument_ends_with_1_and_one_line(tmp_path):
    done = manage(tmp_path, "up", PORT="abc")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == ["参数 --port 应为数字，现为“abc”。用法：manage.py up --help"]


@pytest.mark.parametrize("port", ["0", "99999", "-1"])
def test_a_port_that_cannot_be_is_refused_before_anything_is_prepared(port, monkeypatch):
    monkeypatch.setattr("core.management.commands.up.only_one", None)
    with pytest.raises(CommandError, match="端口应在 1 至 65535 之间"):
        call_command("up", f"--port={port}")


def test_a_database_without_tables_is_named_and_a_county_brings_its_own(tmp_path):
    for args in (("verify_audit",), ("backup",), ("figures", "--agency", "nr", "--period", "2022-09")):
        done = manage(tmp_path, *args)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines() == [f"CommandError: {NOT_READY}"]
    template = str(settings.BASE_DIR / "docs/setup-county-template.xlsx")
    done = manage(tmp_path, "setup_county", template)
    assert done.returncode == 0, done.stderr
    assert "载入任务规则" in done.stdout
    assert manage(tmp_path, "verify_audit").returncode == 0


@pytest.mark.django_db
def test_a_backup_that_cannot_be_written_says_why():
    with pytest.raises(CommandError, match="无法写入“/dev/null/x/.*”：路径中有一段不是目录。"):
        call_command("backup", "--out", "/dev/null/x")


def test_what_the_system_refuses_is_said_in_chinese():
    assert os_words(OSError(errno.ENOSPC, "No space left on device")) == "磁盘空间不足"
    assert os_words(IsADirectoryError(errno.EISDIR, "Is a directory")) == "目标是目录，不是文件"
    assert os_words(OSError(errno.EXDEV, "Invalid cross-device link")) == f"系统错误 {errno.EXDEV}"
