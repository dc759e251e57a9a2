"""Units: list, record, add, edit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.actions import units
from agencies.forms import UnitFilter, UnitForm
from agencies.models import Agency, Member
from agencies.panels import groups
from agencies.people import keeps_accounts, visible_people, visible_units
from agencies.views.pages import MORE, UNITS, clean, filtered, fresh_token, only, sent, submitted, token_of
from core.paging import keyset
from core.web import MemberRequest
from minewatch.lib.text import fold

HEAD = [{"label": label} for label in ("单位名称", "单位代码", "类别", "行政区划", "上级单位", "状态")]


def reads_units(member: Member) -> bool:
    """The directory is open to the administrator and to business people."""
    return keeps_accounts(member) or member.is_business


@require_GET
@only(reads_units)
def index(request: MemberRequest) -> HttpResponse:
    """The units the member may see, by code."""
    form = UnitFilter(request.GET)
    rows = chosen(visible_units(request.user).select_related("division", "parent"), clean(form))
    page_rows, page = keyset(rows, ("code",), request)
    return render(
        request,
        "patterns/list.html",
        {
            "title": "单位",
            "crumbs": [MORE],
            "unit_word": "个",
            "count": rows.count(),
            "head": HEAD,
            "page": page,
            "rows": [_row(agency) for agency in page_rows],
            **filtered(request, form),
            "actions": [{"label": "新增单位", "url": reverse("agencies:unit_add"), "primary": True}]
            if keeps_accounts(request.user)
            else [],
        },
    )


def chosen(rows: models.QuerySet[Agency], wanted: dict[str, Any]) -> models.QuerySet[Agency]:
    """The rows that match the filter."""
    if wanted.get("state") != "all":
        rows = rows.filter(is_active=wanted.get("state") != "off")
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    words = fold(wanted.get("q") or "")
    if not words:
        return rows
    return rows.filter(
        Q(name__icontains=words)
        | Q(short_name__icontains=words)
        | Q(code__startswith=words.lower())
        | Q(initials__startswith=words.lower())
    )


def _row(agency: Agency) -> dict[str, Any]:
    state = (
        {"text": "在用" if agency.online else "在用（线下）"}
        if agency.is_active
        else {"text": "停用", "tag": "refused"}
    )
    return {
        "url": reverse("agencies:unit", args=[agency.pk]),
        "cells": [
            {"text": agency.name},
            {"text": agency.code},
            {"text": agency.get_kind_display()},
            {"text": agency.division.name},
            {"text": agency.parent.label if agency.parent else "—"},
            state,
        ],
    }


@require_GET
@only(reads_units)
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One unit."""
    agency = get_object_or_404(visible_units(request.user).select_related("division", "parent"), pk=pk)
    people = visible_people(request.user).filter(agency=agency, is_active=True).order_by("username")
    related = (
        [
            {
                "title": "人员",
                "links": [
                    {
                        "label": row.name,
                        "url": reverse("agencies:person", args=[row.pk]),
                        "note": row.username,
                    }
                    for row in people
                ],
            }
        ]
        if people
        else []
    )
    return render(
        request,
        "patterns/record.html",
        {
            "title": agency.name,
            "number": agency.code,
            "crumbs": [MORE, UNITS],
            "facts": _facts(request.user, agency),
            "state": {"words": "在用", "css": ""}
            if agency.is_active
            else {"words": "停用", "css": "tag-refused"},
            "related": [*groups(request.user, agency), *related],
            "buttons": [{"label": "修改", "url": reverse("agencies:unit_edit", args=[pk]), "method": "get"}]
            if keeps_accounts(request.user)
            else [],
        },
    )


def _facts(member: Member, agency: Agency) -> list[dict[str, Any]]:
    parent = agency.parent
    seen = parent is not None and visible_units(member).filter(pk=parent.pk).exists()
    return [
        {"label": "简称", "value": agency.short_name},
        {"label": "类别", "value": agency.get_kind_display()},
        {"label": "行政区划", "value": f"{agency.division.name}（{agency.division.code}）"},
        {
            "label": "上级单位",
            "value": parent.name if parent else "",
            "url": reverse("agencies:unit", args=[parent.pk]) if seen else "",
        },
        {"label": "使用方式", "value": "在线" if agency.online else "线下，由专班办公室代录"},
    ]


def _facts_of(data: dict[str, Any]) -> units.UnitFacts:
    return units.UnitFacts(**{name: value for name, value in data.items() if name != "code"})


@require_http_methods(["GET", "HEAD", "POST"])
@only(keeps_accounts)
def add(request: MemberRequest) -> HttpResponse:
    """A new unit."""
    form = UnitForm(sent(request), new=True, initial={"online": True})
    agency = submitted(
        request,
        form,
        lambda data: units.add(
            by=request.user,
            code=data["code"],
            facts=_facts_of(data),
            token=token_of(request),
        ),
    )
    if agency:
        messages.success(request, f"单位“{agency.name}”已新增。")
        return redirect("agencies:unit", agency.pk)
    return render(
        request,
        "patterns/form.html",
        {
            "title": "新增单位",
            "crumbs": [MORE, UNITS],
            "form": form,
            "submit": "新增",
            "cancel_url": reverse("agencies:units"),
            "client_token": fresh_token(request),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only(keeps_accounts)
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a unit."""
    agency = get_object_or_404(visible_units(request.user), pk=pk)
    now = {name: getattr(agency, name) for name in ("name", "short_name", "kind", "online", "is_active")}
    now |= {"division": agency.division_id, "parent": agency.parent_id}
    form = UnitForm(sent(request), new=False, initial=now)
    if submitted(
        request, form, lambda data: units.edit(by=request.user, agency=agency, facts=_facts_of(data))
    ):
        messages.success(request, f"单位“{agency.name}”已保存。")
        return redirect("agencies:unit", pk)
    return render(
        request,
        "patterns/form.html",
        {
            "title": f"修改单位：{Agency.objects.get(pk=pk).name}",
            "crumbs": [MORE, UNITS],
            "form": form,
            "submit": "保存",
            "cancel_url": reverse("agencies:unit", args=[pk]),
            "client_token": fresh_token(request),
        },
    )
