"""A file's text, or content edited in the browser, as a checked Definition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from duties.definitions.checking import faults
from duties.definitions.definition import Definition
from duties.definitions.problems import BadCampaign, Path, Problem
from duties.definitions.shape import complaints
from duties.definitions.yamltext import Lines, parse

MOST_ROWS = 500
#: Beyond this a file is of another kind; its faults are not worth counting.
MOST_COMPLAINTS = 500
#: Control characters but tab and line ends, and halves of surrogate pairs: databases refuse them.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def read(text: str | bytes, name: str) -> Definition:
    """The definition in `text`. Raises BadCampaign with every fault; `name` is how the file is called."""
    data, lines, problems = parse(text, name)
    problems = [*problems, *_all(data, lines)]
    if problems:
        raise BadCampaign(name, problems)
    return Definition(data, name)


def check(data: Any) -> list[Problem]:
    """Every fault of content that comes from no file; nothing is raised."""
    return _all(data, {})


def of_data(data: Any, name: str) -> Definition:
    """The definition of content that comes from no file. Raises BadCampaign."""
    problems = check(data)
    if problems:
        raise BadCampaign(name, problems)
    return Definition(data, name)


def _all(data: Any, lines: Lines) -> list[Problem]:
    if not isinstance(data, dict):
        return [Problem(lines.get((), 0), "文件不是一组“键: 值”", "请按 docs/campaigns.md 填写")]
    first = list(unfit(data, lines))
    if first:
        return first
    bad: set[Path] = set()
    found: dict[tuple[Path, str], Problem] = {}
    for path, message, mend in islice(complaints(data), MOST_COMPLAINTS):
        bad.add(path)
        found[path, message] = Problem(_line(lines, path), message, mend, path)
    for path, message, mend in faults(data, bad):
        found.setdefault((path, message), Problem(_line(lines, path), message, mend, path))
    return list(found.values())


def unfit(data: dict[str, Any], lines: Lines) -> Iterator[Problem]:
    """What would make the checks slow or could not be stored: too many rows, characters nobody can see."""
    for key, value in data.items():
        if isinstance(value, list | dict) and len(value) > MOST_ROWS:
            yield Problem(
                _line(lines, (key,)), f"{key} 超过 {MOST_ROWS} 项", "一份方案写不了这么多，请核对", (key,)
            )
    waiting: list[tuple[Path, Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += (((*path, key), item) for key, item in value.items())
            waiting += (((*path, key), key) for key in value)
        elif isinstance(value, list):
            waiting += (((*path, n), item) for n, item in enumerate(value))
        elif isinstance(value, str) and UNSEEN.search(value):
            yield Problem(_line(lines, path), "有看不见的控制字符", "请删去后重新输入", path)


def _line(lines: Lines, path: Path) -> int:
    """The line of the nearest thing above `path` that stands in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 0)
