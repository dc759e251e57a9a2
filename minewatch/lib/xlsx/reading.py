"""Reading in a child process that is bound in memory and time (`child`); the parent sees JSON only."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import BinaryIO

from minewatch.lib.xlsx.errors import BadWorkbook, UnsafeWorkbook
from minewatch.lib.xlsx.inspecting import FLAT, FORM, Limits, inspect
from minewatch.lib.xlsx.sheets import TOO_MUCH, SheetData, Value, from_json, unpack

ROOT = Path(__file__).parents[3]
Source = Path | str | bytes


def read_workbook(source: Source, limits: Limits = FORM) -> list[SheetData]:
    """Every sheet of an official form, hidden ones included; raises BadWorkbook or UnsafeWorkbook."""
    with _opened(source) as stream, tempfile.TemporaryFile() as output:
        inspect(stream, limits)
        stream.seek(0)
        command, environment = _command("form", limits)
        child = subprocess.Popen(  # noqa: S603  our own module, fixed arguments
            command, stdin=stream, stdout=output, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT
        )
        try:
            child.wait(limits.seconds * 2)
        except subprocess.TimeoutExpired:
            raise _slow(limits) from None
        finally:
            _end(child)
        _explain(child.returncode, limits)
        output.seek(0)
        answer = _parse(output.read())
    return [from_json(sheet) for sheet in answer["sheets"]]


def read_flat(
    source: Source, *, sheet: str | None = None, limits: Limits = FLAT
) -> Iterator[tuple[int, list[Value]]]:
    """(row number, values) of a bulk file, streamed; the first sheet with rows unless one is named.

    Whole numbers come as int, every day as datetime, a formula as its cached value, "" where blank.
    The file is inspected at the call; the child runs while the iterator is read.
    """
    with _opened(source) as stream:
        inspect(stream, limits)
    return _stream(source, sheet, limits)


def _stream(source: Source, sheet: str | None, limits: Limits) -> Iterator[tuple[int, list[Value]]]:
    with _opened(source) as stream:
        command, environment = _command("flat", limits, sheet=sheet)
        child = subprocess.Popen(  # noqa: S603  our own module, fixed arguments
            command,
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=ROOT,
        )
        late = Timer(limits.seconds * 4, child.kill)
        late.daemon = True
        late.start()
        try:
            for line in child.stdout:
                if not line.endswith(b"\n"):
                    break  # the child was stopped in mid-line
                row = _parse(line)
                number, values = row
                yield number, [unpack(value) for value in values] if b'["' in line else values
            child.wait(limits.seconds)
            _explain(child.returncode, limits)
        finally:
            late.cancel()
            child.stdout.close()
            _end(child)


def _command(mode: str, limits: Limits, **more: object) -> tuple[list[str], dict[str, str]]:
    bounds = json.dumps({**limits.as_dict(), **more})
    environment = {  # nothing of ours, secrets least of all, reaches the process that parses strangers' files
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "1",
        "PATH": os.environ.get("PATH", ""),
    }
    return [sys.executable, "-m", "minewatch.lib.xlsx.child", mode, bounds], environment


def _parse(line: bytes) -> dict | list:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        raise BadWorkbook("文件内部已损坏，无法读取", "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传") from None
    if isinstance(answer, dict) and "error" in answer:
        raise BadWorkbook(*answer["error"])
    return answer


def _explain(code: int, limits: Limits) -> None:
    """What a child's end says about the file."""
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise _slow(limits)
    if code in (TOO_MUCH, -signal.SIGXFSZ, -signal.SIGSEGV, -signal.SIGABRT):
        raise UnsafeWorkbook("表格太大，读取时超出限制", "请删除多余的空行、空列和图片，或拆分成几个文件")
    if code:
        raise BadWorkbook("文件内部已损坏，无法读取", "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传")


def _slow(limits: Limits) -> UnsafeWorkbook:
    return UnsafeWorkbook(
        f"{limits.seconds}秒内读不完这个表格", "请删除多余的空行、空列和图片，或拆分成几个文件"
    )


def _end(child: subprocess.Popen) -> None:
    if child.poll() is None:
        child.kill()
        child.wait()


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    """A real file, so that the child reads exactly what was inspected."""
    if isinstance(source, bytes):
        with tempfile.TemporaryFile() as stream:
            stream.write(source)
            stream.seek(0)
            yield stream
    else:
        with open(source, "rb") as stream:
            yield stream
