"""YAML text → plain data with the line of every key and item; refuses what a campaign file never needs.

Built on PyYAML's events: anchors, aliases, tags and several documents are refused before anything is
built, and nothing recurses, so that no file makes the reader large or slow. Days and times of day stay
the text that was written: PyYAML would read 18:00 as 1080 and stumble over 2019-09-31.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from duties.definitions.problems import BadCampaign, Path, Problem

MOST_BYTES = 1_000_000
DEEPEST = 16
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}
WHOLE = re.compile(r"[-+]?[0-9]{1,9}")
Lines = dict[Path, int]


def parse(text: str | bytes, name: str) -> tuple[Any, Lines, list[Problem]]:
    """The data of `text`, the line of each path in it, and faults that do not stop the reading (a key
    twice). Raises BadCampaign for text that cannot be read as one plain YAML document.
    """
    plain = _decoded(text, name)
    tabs = [
        Problem(number, "用制表符缩进", "YAML 只能用空格缩进，请改为空格")
        for number, line in enumerate(plain.splitlines(), start=1)
        if "\t" in line[: len(line) - len(line.lstrip())] and line.strip()
    ]
    if tabs:
        raise BadCampaign(name, tabs)
    builder = _Builder()
    try:
        for event in yaml.parse(plain, Loader=LOADER):
            builder.take(event)
    except _Refused as refused:
        raise BadCampaign(name, [refused.problem]) from None
    except yaml.YAMLError as error:
        raise BadCampaign(name, [_broken(error)]) from None
    if not builder.documents:
        raise BadCampaign(name, [Problem(1, "文件没有内容", "请按 docs/campaigns.md 填写")])
    return builder.root, builder.lines, builder.problems


def _decoded(text: str | bytes, name: str) -> str:
    try:
        raw = text if isinstance(text, bytes) else text.encode("utf-8")
        if len(raw) > MOST_BYTES:
            raise BadCampaign(name, [Problem(1, "文件超过 1 MB", "方案文件只写要求，请核对")])
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadCampaign(name, [Problem(line, "文件不是 UTF-8 编码", "请另存为 UTF-8")]) from None
    except UnicodeEncodeError:
        raise BadCampaign(name, [Problem(1, "文件中有无法识别的字符", "请删去后重存为 UTF-8")]) from None


def _broken(error: yaml.YAMLError) -> Problem:
    """What the parser stumbled over, at its line; for an unclosed bracket, the line where it was opened."""
    mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
    what = str(getattr(error, "problem", "") or "")
    if "special characters are not allowed" in str(error) or "control characters" in str(error):
        return Problem(mark.line + 1 if mark else 1, "文件中有控制字符", "请删去看不见的字符")
    mend = "请检查这一行的缩进、冒号后的空格、引号和括号是否成对"
    if "mapping values are not allowed" in what:
        mend = "内容中有英文冒号时请加引号，并检查缩进"
    return Problem(mark.line + 1 if mark else 1, "YAML 格式不正确", mend)


class _Refused(Exception):
    def __init__(self, line: int, message: str, mend: str) -> None:
        self.problem = Problem(line, message, mend)


class _Builder:
    """Builds the data from events with a stack of its own."""

    def __init__(self) -> None:
        self.root: Any = None
        self.documents = 0
        self.lines: Lines = {}
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []

    def take(self, event: yaml.Event) -> None:
        """Take the next event. Raises _Refused."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Refused(line, "一个文件里有几份文档", "请删去“---”，一个文件只写一份方案")
        elif isinstance(event, yaml.AliasEvent):
            raise _Refused(line, f"引用了 *{event.anchor}", "方案文件不用锚点和引用，请把内容写全")
        elif isinstance(event, yaml.NodeEvent):
            self._node(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()

    def _node(self, event: Any, line: int) -> None:
        if event.anchor:
            raise _Refused(line, f"有锚点 &{event.anchor}", "方案文件不用锚点和引用，请把内容写全")
        if event.tag and event.tag != "!":
            raise _Refused(line, f"有类型标记 {event.tag}", "请删去以 ! 开头的标记")
        if isinstance(event, yaml.ScalarEvent):
            self._add(event, _scalar(event), line)
            return
        if len(self.stack) >= DEEPEST:
            raise _Refused(line, f"嵌套超过 {DEEPEST} 层", "请检查括号和缩进")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._add(event, value, line)
        self.stack.append(_Open(value, path))

    def _add(self, event: Any, value: Any, line: int) -> Path:
        """Put a value where it belongs; gives its path."""
        if not self.stack:
            self.root, self.lines[()] = value, line
            return ()
        return self.stack[-1].put(self, event, value, line)


class _Open:
    """A mapping or sequence that is being filled."""

    def __init__(self, value: Any, path: Path) -> None:
        self.value, self.path = value, path
        self.key: str | None = None

    def put(self, builder: _Builder, event: Any, value: Any, line: int) -> Path:
        if isinstance(self.value, list):
            path = (*self.path, len(self.value))
            self.value.append(value)
            builder.lines[path] = line
            return path
        if self.key is None:
            self._name(builder, event, line)
            return self.path
        key, self.key = self.key, None
        self.value[key] = value
        return (*self.path, key)

    def _name(self, builder: _Builder, event: Any, line: int) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            raise _Refused(line, "键不是一个词", "键只能是一个词，后面跟冒号和空格")
        self.key = event.value
        path = (*self.path, self.key)
        if self.key in self.value:
            first = builder.lines[path]
            builder.problems.append(
                Problem(line, f"“{self.key}”写了两次，前一处在第 {first} 行", "请只留一处", path)
            )
        builder.lines[path] = line


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | None:
    """Plain null, true, false and whole numbers are such; all else, and all that is quoted, is text."""
    text = event.value
    if not event.implicit[0]:
        return text
    if text in WORDS:
        return WORDS[text]
    return int(text) if WHOLE.fullmatch(text) else text
