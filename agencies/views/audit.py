"""The auditor's page: who did what when, and whether the chain holds. No case content."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.db import models
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from agencies.forms import AuditFilter
from agencies.models import Member
from agencies.views.pages import MORE, clean, filtered, only
from core import audit
from core.access import barred_matters
from core.models import AuditEntry, AuditLink
from core.paging import keyset
from core.registry import SUBJECTS
from core.web import MemberRequest
from minewatch.lib.clock import midnight
from minewatch.lib.text import fold

HEAD = [{"label": label} for label in ("时间", "操作人", "动作", "对象", "状态", "来源地址", "记录号")]
#: A walk of more links takes longer than a page may; the command does it.
PAGE_LINKS = 100_000
#: Nobody was signed in when this was recorded.
FAILED = "member.login_failed"
#: Facts that are states, never names or text.
STATES = ("from", "to", "state", "status", "locked")


def audits(member: Member) -> bool:
    """The audit is read by the auditor alone."""
    return member.is_active and member.is_auditor


@require_GET
@only(audits)
def index(request: MemberRequest) -> HttpResponse:
    """Entries, latest first."""
    form = AuditFilter(request.GET)
    away = barred_matters(request.user).values("pk")
    rows = AuditEntry.objects.filter(Q(matter__isnull=True) | ~Q(matter__in=away))
    rows = chosen(rows, clean(form))
    page_rows, page = keyset(rows, ("-id",), request)
    linked = set(
        AuditLink.objects.filter(entry__in=[row.pk for row in page_rows]).values_list("entry_id", flat=True)
    )
    return render(
        request,
        "agencies/audit.html",
        {
            "title": "审计记录",
            "crumbs": [MORE],
            "head": HEAD,
            "count": rows.count(),
            "page": page,
            "rows": [_row(entry, entry.pk in linked) for entry in page_rows],
            "chain": _chain(),
            **filtered(request, form),
        },
    )


def chosen(rows: models.QuerySet[AuditEntry], wanted: dict[str, Any]) -> models.QuerySet[AuditEntry]:
    """The entries that match the filter."""
    if wanted.get("day"):
        start = midnight(wanted["day"])
        rows = rows.filter(at__gte=start, at__lt=start + dt.timedelta(days=1))
    if wanted.get("actor"):
        rows = rows.filter(actor_label__contains=fold(wanted["actor"]))
    if wanted.get("verb"):
        rows = rows.filter(verb=wanted["verb"])
    return rows


def _row(entry: AuditEntry, linked: bool) -> dict[str, Any]:
    return {
        "cells": [
            {"at": entry.at},
            {"text": entry.actor_label if entry.verb != FAILED else "（未登录）"},
            {"text": audit.sentence(entry)},
            {"text": subject_words(entry)},
            {"text": states(entry)},
            {"text": entry.address or ""},
            {"text": entry.pk if linked else f"{entry.pk}（待封存）"},
        ]
    }


def subject_words(entry: AuditEntry) -> str:
    """Kind and number of the subject, never its title."""
    if not entry.subject_kind:
        return ""
    subject, model = SUBJECTS.get(entry.subject_kind), model_of(entry.subject_kind)
    words = subject.label if subject else model._meta.verbose_name if model else "记录"
    return f"{words} {entry.subject_id}"


def model_of(kind: str) -> type[models.Model] | None:
    """The model a subject is of; None where it is no longer there."""
    try:
        return apps.get_model(kind)
    except (LookupError, ValueError):
        return None


def states(entry: AuditEntry) -> str:
    """The states an act moved between, in the words of its subject; other facts are not shown. On a matter a
    state that its subject does not have is left out too: it might be anything."""
    facts, model = entry.facts, model_of(entry.subject_kind)
    if facts.get("locked"):
        return "已锁定"
    fields = [field for field in model._meta.get_fields() if field.name in STATES] if model else []
    words = {key: str(word) for field in fields for key, word in getattr(field, "flatchoices", ())}
    found = [facts[name] for name in STATES if isinstance(facts.get(name), str)]
    if entry.matter_id is not None:
        found = [state for state in found if state in words]
    return " → ".join(words.get(state, state) for state in found)


def _chain() -> dict[str, Any]:
    head = AuditLink.objects.order_by("-number").first()
    return {
        "number": head.number if head else 0,
        "hash": head.hash if head else "",
        "sealed_at": head.sealed_at if head else None,
        "tail": AuditEntry.objects.filter(link__isnull=True).count(),
    }


@require_POST
@only(audits)
def verify(request: MemberRequest) -> HttpResponse:
    """Walk the chain now and say what holds."""
    if AuditLink.objects.count() > PAGE_LINKS:
        messages.warning(request, "记录较多，请由运行人员执行 manage.py verify_audit 校验。")
        return redirect("agencies:audit")
    found = audit.verify()
    audit.record(
        "audit.verified", actor=request.user, facts={"checked": found.checked, "broken": len(found.broken)}
    )
    if found.broken:
        messages.error(
            request, f"审计链有 {len(found.broken)} 处不符：{'；'.join(found.broken[:5])}。请立即报告。"
        )
    else:
        messages.success(
            request,
            f"审计链完整：已校验 {found.checked} 条，待封存 {found.tail} 条，链尾校验值 {found.head[:16]}…。",
        )
    return redirect("agencies:audit")
