"""How the rows behind a number are shown: head and cells per kind of row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from agencies.models import Agency
from core.templatetags.mw import zh_date, zh_datetime
from ledgers.models import Entry, Lead, LeadAnswer, LeadCheck, LeadReply, Sheet, Site

Cells = Callable[[Any], tuple[object, ...]]
FOUND = (("illegal", "非法违法盗采"), ("beyond", "越层越界"), ("irregular", "违规生产"))


@dataclass(frozen=True)
class Columns:
    """Labels (unit after a bar), cells of a row, and what must be fetched with it."""

    labels: tuple[str, ...]
    cells: Cells
    related: tuple[str, ...] = ()

    def head(self) -> list[dict[str, Any]]:
        """Head of patterns/list.html."""
        parts = [label.partition("|") for label in self.labels]
        return [{"label": label, "unit": unit, "num": bool(bar)} for label, bar, unit in parts]

    def rows(self, found: list[Model], urls: dict[int, str]) -> list[dict[str, Any]]:
        """Rows of patterns/list.html; `urls` by pk, where the reader may open the row."""
        return [
            {"url": urls.get(row.pk, ""), "cells": [{"text": text} for text in self.cells(row)]}
            for row in found
        ]

    def fetch(self, rows: QuerySet) -> QuerySet:
        """The rows with what the cells read."""
        return rows.select_related(*self.related) if self.related else rows


def _entry(row: Entry) -> tuple[object, ...]:
    found = "、".join(words for key, words in FOUND if getattr(row, key) == "yes") or "未发现"
    mark = "（已更正或撤回）" if row.voided_at else ""
    return (
        zh_date(row.patrolled_on),
        row.agency.label,
        f"{row.location}{mark}",
        row.mineral,
        found,
        row.measures,
        row.people,
        row.vehicles,
    )


def _limit(row: LeadCheck | LeadAnswer | LeadReply) -> tuple[object, object]:
    """The limit and whether it was kept; without one nothing can be late."""
    if row.due_at is None:
        return "不设期限", "否"
    return zh_datetime(row.due_at), "超期" if row.late else "否"


COLUMNS: dict[type[Model], Columns] = {
    Entry: Columns(
        ("巡查日期", "单位", "位置", "矿种", "发现问题", "制止取缔及关闭情况", "出动人数|人", "出动车辆|辆"),
        _entry,
        ("agency",),
    ),
    Site: Columns(
        ("编号", "名称", "类别", "属地乡镇"),
        lambda row: (row.number, row.name, row.get_kind_display(), row.agency.label),
        ("agency",),
    ),
    Agency: Columns(("单位", "类别"), lambda row: (row.name, row.get_kind_display())),
    Lead: Columns(
        ("线索编号", "发现单位", "发现时间", "承办单位"),
        lambda row: (row.number, row.agency.label, zh_datetime(row.found_at), row.holder.label),
        ("agency", "holder"),
    ),
    LeadCheck: Columns(
        ("线索编号", "核查单位", "核查时间", "核查结果", "期限", "是否超期"),
        lambda row: (
            row.lead.number,
            row.agency.label,
            zh_datetime(row.checked_at),
            row.get_finding_display(),
            *_limit(row),
        ),
        ("lead", "agency"),
    ),
    LeadAnswer: Columns(
        ("线索编号", "反馈单位", "反馈时间", "处置方式", "期限", "是否超期"),
        lambda row: (
            row.lead.number,
            row.agency.label,
            zh_datetime(row.at),
            row.get_ending_display(),
            *_limit(row),
        ),
        ("lead", "agency"),
    ),
    LeadReply: Columns(
        ("线索编号", "答复单位", "答复时间", "答复方式", "期限", "是否超期"),
        lambda row: (
            row.lead.number,
            row.agency.label,
            zh_datetime(row.at),
            row.get_way_display(),
            *_limit(row),
        ),
        ("lead", "agency"),
    ),
    Sheet: Columns(
        ("单位", "期间", "起", "止", "报送时间", "签批时间"),
        lambda row: (
            row.agency.label,
            row.period,
            zh_date(row.first_day),
            zh_date(row.last_day),
            zh_datetime(row.submitted_at),
            zh_datetime(row.signed_at),
        ),
        ("agency",),
    ),
}
