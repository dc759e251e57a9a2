"""People: list, record, and what the administrator does with an account."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.db import models
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.actions import handover, members, passwords
from agencies.forms import MemberForm, MoveForm, PeopleFilter
from agencies.handover import movable, open_work
from agencies.models import Agency, Member, Role
from agencies.people import keeps_accounts, may_list_people, visible_acting, visible_people
from agencies.views.leaving import desk
from agencies.views.pages import MORE, PEOPLE, clean, filtered, fresh_token, only, sent, submitted, token_of
from core import audit
from core.models import AuditEntry
from core.paging import keyset
from core.web import MemberRequest
from minewatch.lib.text import fold, initials

HEAD = [{"label": label} for label in ("姓名", "账号", "单位", "角色", "电话", "状态")]
letters = lru_cache(maxsize=20_000)(initials)


@require_GET
@only(may_list_people)
def index(request: MemberRequest) -> HttpResponse:
    """The people the member may see, by account."""
    visible = visible_people(request.user)
    units = Agency.objects.filter(pk__in=visible.exclude(agency=None).values("agency"))
    form = PeopleFilter(request.GET, agencies=units)
    rows = chosen(visible, clean(form))
    page_rows, page = keyset(rows, ("username",), request)
    keeps = keeps_accounts(request.user)
    return render(
        request,
        "patterns/list.html",
        {
            "title": "人员",
            "crumbs": [MORE],
            "unit_word": "人",
            "count": rows.count(),
            "head": HEAD,
            "lead": "" if keeps else "账号由系统管理员维护，这里只能查看；主要负责人可以指定代理人员。",
            "rows": [_row(member) for member in page_rows],
            "page": page,
            "actions": _list_actions(request.user),
            **filtered(request, form),
        },
    )


def chosen(rows: models.QuerySet[Member], wanted: dict[str, Any]) -> models.QuerySet[Member]:
    """The rows that match the filter."""
    if wanted.get("state") != "all":
        rows = rows.filter(is_active=wanted.get("state") != "off")
    if wanted.get("agency"):
        rows = rows.filter(agency=wanted["agency"])
    if wanted.get("role"):
        rows = rows.filter(pk__in=Member.objects.filter(grants__role=wanted["role"]).values("pk"))
    words = fold(wanted.get("q") or "")
    if not words:
        return rows
    hit = Q(name__icontains=words) | Q(username__icontains=words) | Q(phone__startswith=words)
    if words.isascii():  # pinyin initials stand in no column: a county has some hundred people
        names = rows.order_by().values_list("pk", "name")
        hit |= Q(pk__in=[pk for pk, name in names if letters(name).startswith(words.lower())])
    return rows.filter(hit)


def _list_actions(member: Member) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"label": "代理人员", "url": reverse("agencies:acting")}]
    if keeps_accounts(member):
        found = [
            {"label": "新增人员", "url": reverse("agencies:person_add"), "primary": True},
            *found,
            {"label": "登录锁定", "url": reverse("agencies:locked")},
        ]
    return found


def role_words(member: Member) -> str:
    """The roles in words; `grants` is prefetched."""
    return "、".join(str(Role(grant.role).label) for grant in member.grants.all())


def _row(member: Member) -> dict[str, Any]:
    return {
        "url": reverse("agencies:person", args=[member.pk]),
        "cells": [
            {"text": member.name},
            {"text": member.username},
            {"text": member.agency.label if member.agency else "—"},
            {"text": role_words(member)},
            {"text": member.phone},
            {"text": "在用"} if member.is_active else {"text": "停用", "tag": "refused"},
        ],
    }


@require_GET
@only(lambda member: keeps_accounts(member) or member.is_business)
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One person: facts, acting posts, what was done to the account."""
    member = get_object_or_404(visible_people(request.user), pk=pk)
    posts = visible_acting(request.user).filter(member=member).order_by("-valid_from", "-pk")[:20]
    return render(
        request,
        "agencies/person.html",
        {
            "title": member.name,
            "number": member.username,
            "crumbs": [MORE, PEOPLE],
            "facts": _facts(member),
            "state": {"words": "在用", "css": ""}
            if member.is_active
            else {"words": "停用", "css": "tag-refused"},
            "posts": posts,
            "timeline": _timeline(member),
            **_acts(request.user, member),
        },
    )


def _facts(member: Member) -> list[dict[str, Any]]:
    unit = member.agency
    return [
        {
            "label": "单位",
            "value": unit.name if unit else "",
            "url": reverse("agencies:unit", args=[unit.pk]) if unit else "",
        },
        {"label": "角色", "value": role_words(member)},
        {"label": "电话", "value": member.phone},
        {"label": "密码", "value": "下次登录须修改" if member.must_change_password else "已由本人设置"},
    ]


def _timeline(member: Member) -> list[dict[str, Any]]:
    kind, key = audit.subject_of(member)
    shown = [name for name, verb in audit.VERBS.items() if verb.mutates]
    entries = AuditEntry.objects.filter(subject_kind=kind, subject_id=key, verb__in=shown).order_by("-id")[
        :20
    ]
    return [{"at": entry.at, "who": entry.actor_label, "words": audit.sentence(entry)} for entry in entries]


def _acts(by: Member, member: Member) -> dict[str, Any]:
    """Buttons that are legal now, and why another is missing."""
    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []

    def button(label: str, name: str, **more: Any) -> None:
        buttons.append(
            {"label": label, "url": reverse(f"agencies:{name}", args=[member.pk]), "method": "get"} | more
        )

    if not keeps_accounts(by):
        if by.is_business:
            missing.append(
                {"label": "调整、停用、重置密码", "reason": "账号由系统管理员维护，请联系系统管理员。"}
            )
    elif member.pk == by.pk:
        missing.append(
            {"label": "调整、停用、重置密码", "reason": "不能维护自己的账号，请由另一名系统管理员办理。"}
        )
    elif member.is_active:
        button("调整单位或角色", "person_move", primary=True)
        button("重置密码", "person_reset", method="post")
        button("停用", "person_leave", danger=True)
    else:
        button("启用", "person_enable", method="post", primary=True)
    if handover.may_hand_over(by, member) and movable(open_work(member, by)):
        button("移交未办事项", "person_handover")
    return {"buttons": buttons, "missing": missing}


@require_http_methods(["GET", "HEAD", "POST"])
@only(keeps_accounts)
def add(request: MemberRequest) -> HttpResponse:
    """A new account; the initial password is shown on the answer and nowhere else."""
    form = MemberForm(sent(request))
    opened = submitted(
        request, form, lambda data: members.add(by=request.user, token=token_of(request), **data)
    )
    if opened:
        return shown_once(request, opened, "人员已新增")
    return render(
        request,
        "patterns/form.html",
        {
            "title": "新增人员",
            "crumbs": [MORE, PEOPLE],
            "form": form,
            "submit": "新增并生成初始密码",
            "cancel_url": reverse("agencies:people"),
            "client_token": fresh_token(request),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only(keeps_accounts)
def move(request: MemberRequest, pk: int) -> HttpResponse:
    """Another unit or other roles; the open work is listed above the form."""
    member = get_object_or_404(visible_people(request.user), pk=pk)
    now = {"agency": member.agency_id, "roles": sorted(member.own_roles)}
    form = MoveForm(sent(request), initial=now, source=member)
    if submitted(request, form, lambda data: members.move(member=member, by=request.user, **data)):
        messages.success(request, f"{member.name}的单位和角色已调整，对方下一次操作时生效。")
        return redirect("agencies:person", pk)
    return render(
        request,
        "agencies/desk_form.html",
        {
            "title": f"调整单位或角色：{member.label}",
            "crumbs": [MORE, PEOPLE],
            "form": form,
            "submit": "保存调整",
            "cancel_url": reverse("agencies:person", args=[pk]),
            "client_token": fresh_token(request),
            "desk": desk(request.user, member),
        },
    )


@require_POST
@only(keeps_accounts)
def enable(request: MemberRequest, pk: int) -> HttpResponse:
    """Open the account again."""
    member = get_object_or_404(visible_people(request.user), pk=pk)
    return shown_once(request, members.enable(member=member, by=request.user), "账号已启用")


@require_POST
@only(keeps_accounts)
def reset(request: MemberRequest, pk: int) -> HttpResponse:
    """A new initial password."""
    member = get_object_or_404(visible_people(request.user), pk=pk)
    password = passwords.reset(member=member, by=request.user)
    return shown_once(request, members.Opened(member, password), "密码已重置")


def shown_once(request: MemberRequest, opened: members.Opened, title: str) -> HttpResponse:
    """The page with the initial password: straight from the action, stored nowhere, kept by no cache."""
    return render(
        request,
        "agencies/initial_password.html",
        {
            "title": title,
            "crumbs": [MORE, PEOPLE],
            "member": opened.member,
            "password": opened.password,
        },
    )
