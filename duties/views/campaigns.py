"""Campaigns 专项行动: the list, one campaign's page, its tasks as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from core import audit
from core.models import AuditEntry
from core.pages import exported, fresh_token, listing
from core.web import MemberRequest, business
from duties import campaign_board
from duties.holders import oversees
from duties.models import Campaign
from duties.words import day_words, instant_words
from minewatch.lib.clock import now

DUTIES = {"label": "督办", "url": "/duties/"}
CAMPAIGNS = {"label": "专项行动", "url": "/duties/campaigns/"}
RECENT = 20


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Every campaign of the county."""
    rows = list(Campaign.objects.visible_to(request.user).prefetch_related("stages"))
    context = {
        "title": "专项行动",
        "crumbs": [DUTIES],
        "actions": [{"label": "新建专项行动", "url": "/duties/campaigns/new/"}]
        if oversees(request.user)
        else [],
        "count": len(rows),
        "unit_word": "项",
        "head": [{"label": word} for word in ("名称", "文号", "起止", "现在", "状态")],
        "rows": [_row(one) for one in rows],
        "empty": {"text": "还没有专项行动。由专班办公室新建，或用 load_campaign 从文件载入。"},
    }
    return listing(request, context, what="campaigns", rows=rows, row_of=_row)


def _row(one: Campaign) -> dict[str, Any]:
    cells = (one.name, one.number or "—", span(one), stage_now(one, now().date()))
    state = {"text": one.get_status_display(), "tag": True}
    return {"url": f"/duties/campaigns/{one.pk}/", "cells": [*({"text": text} for text in cells), state]}


def span(campaign: Campaign) -> str:
    """2021年4月1日至2021年11月30日 · 2022年9月19日起（长期）"""
    if campaign.ends_on is None:
        return f"{day_words(campaign.starts_on)}起（长期）"
    return f"{day_words(campaign.starts_on)}至{day_words(campaign.ends_on)}"


def stage_now(campaign: Campaign, today: Any) -> str:
    """The stages that run today; several where they overlap."""
    names = [
        stage.name
        for stage in campaign.stages.all()
        if stage.starts_on and stage.starts_on <= today and (stage.ends_on is None or today <= stage.ends_on)
    ]
    return "、".join(names) or "—"


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One campaign: stages on a time line, tasks with their light, who owes what."""
    member, at = request.user, now()
    campaign = get_object_or_404(Campaign.objects.visible_to(member), pk=pk)
    rows = campaign_board.task_rows(campaign, member, at)
    context = {
        "title": campaign.name,
        "number": campaign.number,
        "crumbs": [DUTIES, CAMPAIGNS],
        "state": {"words": campaign.get_status_display()},
        "next_step": stage_now(campaign, at.date()),
        "facts": facts(campaign),
        "buttons": _office_buttons(campaign) if oversees(member) else [],
        "missing": []
        if oversees(member)
        else [{"label": "修改", "reason": "由专班办公室修改专项行动的内容。"}],
        "line": campaign_board.stage_line(campaign, at.date()),
        "stages": by_stage(campaign, rows),
        "owes": campaign_board.owes(campaign, member, at),
        "campaign": campaign,
        "milestones": campaign.definition.get("milestones") or [],
        "violations": campaign.violations.all(),
        "routes": campaign.routes.select_related("sender", "receiver"),
        "prints": [
            {"label": "导出任务表", "url": f"/duties/campaigns/{pk}/tasks.xlsx"},
            {"label": "导出方案文件", "url": f"/duties/campaigns/{pk}/file.yaml"},
        ],
        "related": _related(campaign),
        "timeline": history(campaign),
        "wide": True,
        "version": campaign.version,
        "client_token": fresh_token(request),
    }
    return render(request, "duties/campaigns/show.html", context)


def facts(campaign: Campaign) -> list[dict[str, str]]:
    """The campaign in words."""
    signed = day_words(campaign.signed_on) if campaign.signed_on else "文中没有写明"
    found = [
        ("发文机关", campaign.organ),
        ("成文日期", signed),
        ("起止", span(campaign)),
        ("原文起止", campaign.definition.get("period_text") or ""),
        ("遇节假日", campaign.get_holiday_display()),
        ("载入时间", instant_words(campaign.loaded_at) if campaign.loaded_at else "尚未生效"),
        ("平移", f"全部日期平移{campaign.shifted_days}天" if campaign.shifted_days else ""),
        ("上级依据", "；".join(campaign.definition.get("basis") or [])),
        ("说明", "；".join(campaign.definition.get("notes") or [])),
    ]
    return [{"label": label, "value": value} for label, value in found if value]


def history(campaign: Campaign) -> list[dict[str, Any]]:
    """Who loaded, changed, ended it, from its audit, newest first."""
    kind, key = audit.subject_of(campaign)
    rows = AuditEntry.objects.filter(subject_kind=kind, subject_id=key, verb__startswith="campaign.")
    return [
        {"at": row.at, "who": row.actor_label, "words": audit.sentence(row)}
        for row in rows.exclude(verb="campaign.drafted").order_by("-id")[:RECENT]
    ]


def _office_buttons(campaign: Campaign) -> list[dict[str, Any]]:
    base = f"/duties/campaigns/{campaign.pk}/"
    if campaign.status == Campaign.Status.ENDED:
        return []
    buttons: list[dict[str, Any]] = [{"label": "修改", "url": f"{base}edit/", "method": "get"}]
    if campaign.status == Campaign.Status.RUNNING:
        buttons.append({"label": "单位加入、退出", "url": f"{base}units/", "method": "get"})
        buttons.append(
            {
                "label": "结束专项行动",
                "url": f"{base}end/",
                "method": "post",
                "ask": "结束原因",
                "ask_required": True,
                "danger": True,
            }
        )
    return buttons


def _related(campaign: Campaign) -> list[dict[str, Any]]:
    where = f"campaign={campaign.pk}"
    links = [
        {"label": "本行动的任务（督办）", "url": f"/duties/?{where}"},
        {"label": "日历", "url": f"/duties/calendar/?{where}"},
        {"label": "会议", "url": f"/duties/meetings/?{where}"},
        {"label": "清单和问题台账", "url": f"/duties/lists/?{where}"},
        {"label": "单位和任务对照表", "url": f"/duties/matrix/?{where}"},
    ]
    return [{"title": "本行动的", "links": links}]


def by_stage(campaign: Campaign, rows: Iterable[campaign_board.TaskRow]) -> list[dict[str, Any]]:
    """Tasks under their stage, then those without one."""
    rows = list(rows)
    groups = [
        {"title": stage.name, "rows": [row for row in rows if row.task.stage_id == stage.pk]}
        for stage in campaign.stages.all()
    ]
    loose = [row for row in rows if row.task.stage_id is None]
    groups.append({"title": "不分阶段的任务" if len(groups) else "任务", "rows": loose})
    return [group for group in groups if group["rows"]]


@require_GET
@business
def sheet(request: MemberRequest, pk: int) -> HttpResponse:
    """The campaign's tasks as a workbook."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    rows = (
        (
            row.task.code,
            row.task.stage.name if row.task.stage else "",
            row.task.name,
            row.task.text,
            row.task.paragraph,
            row.when,
            "、".join(row.hosts),
            "、".join(row.cooperating),
            row.items.due or row.count.due,
            row.items.done if row.items.due else row.count.done,
            row.words,
            instant_words(row.last_at) if row.last_at else "",
        )
        for row in campaign_board.task_rows(campaign, request.user, now())
    )
    header = (
        "编号",
        "阶段",
        "任务",
        "要求",
        "条款",
        "期限",
        "牵头单位",
        "配合单位",
        "应完成",
        "已完成",
        "状态",
        "最近一次",
    )
    widths = (10, 16, 30, 50, 14, 28, 30, 30, 8, 8, 12, 22)
    return exported(
        request, what="campaign.tasks", title="专项任务表", header=header, rows=rows, widths=widths
    )
