"""The columns of inspections on screen, in workbooks and on paper: one table each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.templatetags.mw import num, zh_date, zh_datetime
from ledgers import checklists
from ledgers.inspection_rules import SHORTFALLS
from ledgers.models.inspections import CheckAnswer, Inspection, InspectionSite, InspectionSubject


@dataclass(frozen=True)
class Column:
    """A column: its label, its width (characters), how its text is had from a row."""

    label: str
    width: float
    text: Callable[[Any], str]

    def of(self, row: Any) -> str:
        """The text of this column."""
        return self.text(row) or ""


def when(inspection: Inspection) -> str:
    """2026年9月30日 09:00 至 …"""
    end = f" 至 {zh_datetime(inspection.ends_at)}" if inspection.ends_at else ""
    return f"{zh_datetime(inspection.starts_at)}{end}"


def shortfall_words(subject: InspectionSubject) -> str:
    """排查不到位、取缔不到位"""
    return "、".join(SHORTFALLS[key] for key in subject.shortfalls if key in SHORTFALLS)


def measured_words(at_site: InspectionSite) -> str:
    """What was measured, by whom, with units."""
    parts = [at_site.measured_text]
    if at_site.measured_m2 is not None:
        parts.append(f"越界面积{num(at_site.measured_m2, '平方米')}")
    if at_site.measured_t is not None:
        parts.append(f"越界矿量{num(at_site.measured_t, '吨')}")
    if at_site.measured_by:
        parts.append(f"测量单位：{at_site.measured_by}")
    return "；".join(part for part in parts if part)


INSPECTIONS = (
    Column("编号", 16, lambda row: row.number),
    Column("名称", 32, lambda row: row.title),
    Column("类别", 18, lambda row: row.get_kind_display()),
    Column("组织单位", 18, lambda row: row.agency.label),
    Column("时间", 30, when),
    Column("检查对象", 30, lambda row: getattr(row, "objects_words", "")),
    Column("状态", 10, lambda row: row.get_status_display()),
)
ANSWERS = (
    Column("检查对象", 22, lambda row: row.at_site.site.name),
    Column("检查表", 16, lambda row: row.at_site.get_checklist_display()),
    Column("类别", 14, lambda row: theme_of(row)),
    Column("检查内容", 44, lambda row: checklists.label_of(row.question)),
    Column("结果", 8, lambda row: row.get_result_display()),
    Column("情况", 40, lambda row: row.text),
    Column("检查单位", 14, lambda row: row.agency.label),
    Column("填写人", 12, lambda row: row.answered_by.name),
    Column("填写时间", 18, lambda row: zh_datetime(row.answered_at)),
)
# the tables of a record stand under one another in one workbook sheet: their fourth column is the wide one
SITES = (
    Column("检查对象", 22, lambda row: row.site.name),
    Column("检查表", 16, lambda row: row.get_checklist_display()),
    Column("乡镇", 14, lambda row: row.site.agency.label),
    Column("实地测量", 44, measured_words),
    Column("编号", 8, lambda row: row.site.number),
    Column("到场时间", 40, lambda row: zh_datetime(row.checked_at)),
)
SUBJECTS = (
    Column("被检查单位", 22, lambda row: row.agency.name),
    Column("结果", 10, lambda row: row.get_result_display() if row.result else "—"),
    Column("不到位之处", 28, shortfall_words),
    Column("检查情况", 50, lambda row: row.text),
)
UNITS = (
    Column("参加单位", 22, lambda row: row.agency.name),
    Column("人数（人）", 16, lambda row: "" if row.absent else str(row.headcount or "")),
    Column("车辆（台）", 14, lambda row: "" if row.absent else str(row.vehicles or "")),
    Column("人员", 44, lambda row: f"未参加：{row.reason}" if row.absent else row.people),
)
FINDINGS = (
    Column("序号", 6, lambda row: str(row.number)),
    Column("对象", 20, lambda row: row.name),
    Column("位置", 20, lambda row: row.place),
    Column("问题", 40, lambda row: row.problem),
    Column("整改要求", 34, lambda row: row.demand),
    Column("整改责任单位", 16, lambda row: row.agency.label),
    Column("监管责任人", 12, lambda row: row.responsible),
    Column("整改期限", 14, lambda row: zh_date(row.due_at)),
    Column("发现单位", 14, lambda row: row.found_by.label if row.found_by else ""),
    Column("状态", 10, lambda row: row.get_status_display()),
)


def theme_of(answer: CheckAnswer) -> str:
    """The theme of the question."""
    found = checklists.questions().get(answer.question)
    return found.theme if found else ""


def texts(columns: tuple[Column, ...], row: Any) -> list[str]:
    """One row as texts."""
    return [column.of(row) for column in columns]
