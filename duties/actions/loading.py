"""Load standing rules from a reviewed file, as a whole or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction

from agencies.models import Division
from core import audit
from core.errors import DomainError
from duties.actions.opening import open_ahead
from duties.models import DutyRule
from duties.rules import read_schedule
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

DATA = Path(__file__).parent.parent / "data" / "standing_rules.yaml"
FIELDS = {
    "name",
    "kind",
    "owner_kind",
    "owner_role",
    "recipient_kind",
    "proof_kind",
    "needed",
    "schedule",
    "basis",
    "valid_from",
    "valid_to",
}


def load_rules(
    *,
    county: Division,
    path: str | Path = DATA,
    loaded_at: dt.datetime | None = None,
    by: Member | None = None,
) -> dict[str, int]:
    """Load the rules of `path` for `county` and open what they owe. Returns {rules, opened}.

    A rule that is there keeps its `loaded_at`; a changed one is brought up to date. `loaded_at` (default
    now) parts 历史 from what is live. Raises DomainError naming the rule that cannot be read.
    """
    rows = [_checked(number, row) for number, row in enumerate(_read(path), start=1)]
    with transaction.atomic():
        written = sum(_save(row, county, loaded_at or now(), by) for row in rows)
    return {"rules": written, "opened": open_ahead(afresh=True) if written else 0}


def _read(path: str | Path) -> list[dict[str, Any]]:
    try:
        rows = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise DomainError(f"无法读取文件 {path}，请检查路径，文件应为 UTF-8 编码。") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第{mark.line + 1}行" if mark else ""
        raise DomainError(f"规则文件{where}格式不正确。") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("key") for row in rows):
        raise DomainError("规则文件应为一组规则，每条规则写明 key。")
    return rows


def _checked(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """The row with a schedule that means something. Raises DomainError."""
    what = f"第{number}条规则“{row['key']}”"
    unknown = set(row) - FIELDS - {"key"}
    if unknown:
        raise DomainError(f"{what}有不认识的字段：{'、'.join(sorted(unknown))}。")
    try:
        read_schedule(row["schedule"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DomainError(f"{what}的周期（schedule）不完整或前后矛盾。") from None
    return row


def _save(row: dict[str, Any], county: Division, loaded_at: dt.datetime, by: Member | None) -> bool:
    key = _key(row["key"], county)
    values = {name: value for name, value in row.items() if name != "key"}
    there = DutyRule.objects.filter(key=key).first()
    if there is not None and all(getattr(there, name) == value for name, value in values.items()):
        return False
    rule = there or DutyRule(key=key, loaded_at=loaded_at)
    rule.county = county
    for name, value in values.items():
        setattr(rule, name, value)
    try:
        rule.full_clean()
    except ValidationError as error:
        problems = "；".join(f"{name}：{'、'.join(words)}" for name, words in error.message_dict.items())
        raise DomainError(f"规则“{key}”有误：{problems}") from None
    rule.save()
    audit.record("rule.saved", actor=by, subject=rule, facts={"key": key})
    return True


def _key(key: str, county: Division) -> str:
    """The key as written; in a second county on the same machine with the county's code behind it."""
    taken = DutyRule.objects.filter(key=key).exclude(county__code=county.code).exists()
    return f"{key}@{county.code}" if taken else key
