"""The published schema, with its complaints in Chinese."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from duties.definitions.problems import Path
from minewatch.lib.text import BadDate, parse_day

SCHEMA = FilePath(__file__).parent / "campaign.schema.json"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
YEARS = range(1990, 2101)
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
TYPES = {
    "string": "文字（数字请加引号）",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表，如 [甲, 乙]",
    "object": "一组“键: 值”",
    "null": "null",
}
#: How a thing of each list is called in a message.
NAMES = {
    "tasks": "任务",
    "stages": "阶段",
    "units": "单位",
    "bodies": "机构",
    "milestones": "目标",
    "violations": "违法情形",
    "routes": "移送去向",
    "posts": "职务",
    "questions": "核查项",
}
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date")
def is_day(value: object) -> bool:
    """Whether `value` is a day that exists, written 2021-04-30. What is no text is another complaint."""
    if not isinstance(value, str):
        return True
    return bool(DAY.fullmatch(value)) and day(value) is not None


@FORMATS.checks("time")
def is_time(value: object) -> bool:
    """Whether `value` is a time of day written 18:00."""
    return not isinstance(value, str) or bool(TIME.fullmatch(value))


def day(text: object) -> dt.date | None:
    """The day of an ISO text between 1990 and 2100, or None."""
    try:
        found = dt.date.fromisoformat(text) if isinstance(text, str) and DAY.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and found.year in YEARS else None


@cache
def validator() -> Draft202012Validator:
    """The schema, read once."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FORMATS)


def complaints(data: Any) -> Iterator[tuple[Path, str, str]]:
    """(path, what, mend) for everything the schema refuses."""
    for error in validator().iter_errors(data):
        path = tuple(error.absolute_path)
        told = _TOLD.get(str(error.validator), _otherwise)
        for under, what, mend in told(error):
            where = place(data, path)
            yield (*path, *under), f"{where}{what}", mend


def misfits(data: Any) -> Iterator[tuple[Path, str, str]]:
    """Of these only what can never become right by filling in more: foreign keys and wrong types."""
    for error in validator().iter_errors(data):
        if error.validator in ("additionalProperties", "type"):
            path = tuple(error.absolute_path)
            for under, what, mend in _TOLD[str(error.validator)](error):
                yield (*path, *under), f"{place(data, path)}{what}", mend


def place(data: Any, path: Path) -> str:
    """任务“JC-R1”的 deadline.schedule："""
    words, here, named = [], data, ""
    for step in path:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = None
        if isinstance(step, int) or (words and words[-1] == "units"):
            kind = NAMES.get(str(words.pop()), "") if words and words[-1] in NAMES else ""
            label = step if isinstance(step, str) else _label(here, step)
            named += f"{kind}“{label}”的 " if kind or named == "" else f"“{label}”的 "
            words = []
        else:
            words.append(str(step))
    rest = ".".join(words)
    return f"{named}{rest}：" if rest else f"{named.removesuffix('的 ')}：" if named else ""


def _label(value: Any, number: int) -> str:
    if isinstance(value, dict):
        for key in ("code", "key", "name", "matter", "title"):
            if isinstance(value.get(key), str | int):
                return str(value[key])[:40]
    return f"第{number + 1}项"


Told = Iterator[tuple[Path, str, str]]


def _required(error: ValidationError) -> Told:
    found = re.match(r"'(.+)' is a required property", error.message)
    key = found.group(1) if found else "、".join(error.validator_value)
    yield (), f"缺少 {key}", f"请补上 {key}"


def _extra(error: ValidationError) -> Told:
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            mend = f"是否应为 {near[0]}？" if near else ""
            yield (key,), f"不认识的键 {shown(key)}", f"{mend}可写：{'、'.join(known)}"


def _type(error: ValidationError) -> Told:
    wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    yield (
        (),
        f"写作“{shown(error.instance)}”，应为{'或'.join(TYPES[name] for name in wanted)}",
        _hint(error, ""),
    )


def _enum(error: ValidationError) -> Told:
    known = [str(value) for value in error.validator_value]
    near = get_close_matches(str(error.instance), known, 1)
    mend = f"是否应为 {near[0]}？" if near else ""
    yield (), f"不能写“{shown(error.instance)}”", f"{mend}可写：{'、'.join(known)}"


def _format(error: ValidationError) -> Told:
    value = str(error.instance)
    if error.validator_value == "date" and DAY.fullmatch(value):
        if int(value[:4]) not in YEARS:
            yield (), f"日期“{value}”的年份不合理", f"请写 {YEARS[0]} 年至 {YEARS[-1]} 年之间的日期"
            return
        try:
            parse_day(value)
        except BadDate as bad:
            yield (), f"日期“{value}”不存在", _impossible(error, bad)
            return
    yield (), f"不能写“{shown(value)}”", _hint(error)


def _impossible(error: ValidationError, bad: BadDate) -> str:
    """A day that a notice names although it does not exist is kept as it was written (XB: 9月31日)."""
    if "deadline" not in error.absolute_path:
        near = f"是否应为 {bad.suggestion.isoformat()}？" if bad.suggestion else ""
        return f"{near}请改正日期"
    near = f"，并在 suggested 写 {bad.suggestion.isoformat()}" if bad.suggestion else ""
    return f"如原文确实这样写，期限类型（kind）用 impossible，原文照写在 raw{near}；否则请改正日期"


def _pattern(error: ValidationError) -> Told:
    yield (), f"不能写“{shown(error.instance)}”", _hint(error)


def _const(error: ValidationError) -> Told:
    yield (), f"不能写“{shown(error.instance)}”", f"只能写 {shown(error.validator_value)}"


def _one_of(error: ValidationError) -> Told:
    yield (), "写法不完整或有重复", _hint(error)


def _otherwise(error: ValidationError) -> Told:
    words = {
        "minLength": ("没有内容", "请填写，或删去这一行"),
        "maxLength": (f"超过 {error.validator_value} 个字", "请写短些"),
        "minItems": ("列表是空的", "请至少写一项，或删去这一行"),
        "minProperties": ("没有内容", "请至少写一项"),
        "uniqueItems": ("列表里有重复", "请删去重复的"),
        "minimum": (f"不能小于 {error.validator_value}", "请改正"),
        "maximum": (f"不能大于 {error.validator_value}", "请改正"),
    }
    what, mend = words.get(str(error.validator), ("不符合要求", "请对照 docs/campaigns.md"))
    yield (), what, mend


def _hint(error: ValidationError, otherwise: str = "请改正") -> str:
    return str(error.schema.get("$comment", otherwise))


def shown(value: object) -> str:
    """A value as it stands in the file, cut."""
    if isinstance(value, bool) or value is None:
        return str(value).lower() if value is not None else "null"
    return str(value)[:40] if isinstance(value, str | int) else "……"


_TOLD = {
    "required": _required,
    "additionalProperties": _extra,
    "type": _type,
    "enum": _enum,
    "format": _format,
    "pattern": _pattern,
    "const": _const,
    "oneOf": _one_of,
}
