"""领导小组、专班等机构: list, record with its dated posts and history, 名单, proposals and their record."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies import rolls
from agencies.actions import bodies as actions
from agencies.bodies import (
    may_form,
    name_of,
    office_of,
    on_day,
    roll,
    units_spoken_for,
    visible_bodies,
    visible_posts,
)
from agencies.body_forms import BodyForm, EndForm, ProposeForm
from agencies.models import Agency, Body, Member, Post
from agencies.views.body_record import BODIES, body_buttons, post_page, timeline
from agencies.views.pages import MORE, fresh_token, sent, submitted, token_of
from core import audit
from core.files import DOCX, XLSX
from core.pages import listing, status_of, workbook
from core.paging import keyset
from core.web import MemberRequest, business, seen_version
from minewatch.lib.clock import now

HEAD = [{"label": label} for label in ("机构", "类别", "设在", "成员", "依据")]
WRITERS = {"xlsx": (rolls.write_xlsx, XLSX), "docx": (rolls.write_docx, DOCX)}


def code_of(member: Member) -> str:
    """The code of the member's county."""
    return member.agency.division.code[:6]


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """The county's bodies; those that ended stand last by their mark."""
    rows = visible_bodies(request.user)
    found, page = keyset(rows, ("key", "id"), request)
    actions_ = []
    if may_form(request.user, code_of(request.user)):
        actions_ = [{"label": "设立机构", "url": reverse("agencies:body_add"), "primary": True}]
    context = {
        "title": "领导小组和专班",
        "lead": "领导小组、指挥部、监管办、专班的组成人员。人员变动由所在单位提出，办公室备案。",
        "crumbs": [MORE],
        "count": rows.count(),
        "unit_word": "个",
        "head": HEAD,
        "rows": [_row(body) for body in found],
        "page": page,
        "actions": actions_,
        "empty": {"text": "还没有机构。载入专项行动时按文件自动设立，也可以由专班办公室设立。"},
    }
    return listing(request, context, what="bodies", rows=rows.order_by("key", "id"), row_of=_row)


def _row(body: Body) -> dict[str, Any]:
    there = roll(body)
    people = f"{there.count} 人" + (f"，还差 {there.missing} 人" if there.missing else "")
    last = {"text": body.basis}
    if body.ended_on:
        last = {"text": "已撤销", "tag": "refused"}
    cells = (body.name, body.get_kind_display(), body.seat.label if body.seat else "—", people)
    url = reverse("agencies:body", args=[body.pk])
    return {"url": url, "cells": [*({"text": text} for text in cells), last]}


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One body: who sits on it today, what waits for the record, who sat on it before."""
    body = get_object_or_404(visible_bodies(request.user), pk=pk)
    today, there = now().date(), roll(body)
    seen = visible_posts(request.user).filter(body=body)
    past = seen.filter(status=Post.Status.RECORDED).exclude(pk__in=[post.pk for post in there.posts])
    buttons, missing = body_buttons(body, request.user)
    office = office_of(body)
    state = {"words": "已撤销", "css": "tag-refused"} if body.ended_on else {"words": "运行中", "css": ""}
    if there.missing and not body.ended_on:
        state = {"words": f"还差 {there.missing} 人", "css": "tag-late"}
    context = {
        "title": body.name,
        "crumbs": [MORE, BODIES],
        "state": state,
        "facts": [
            {"label": "类别", "value": body.get_kind_display()},
            *_parent(body),
            {"label": "设在", "value": body.seat.name if body.seat else ""},
            {"label": "备案单位", "value": office.name if office else ""},
            {"label": "人数", "value": rolls.summary(body, there, today)},
            {"label": "依据", "value": body.basis},
        ],
        "there": there,
        "waiting": seen.filter(status=Post.Status.PROPOSED).order_by("pk"),
        "past": past.order_by("-valid_from", "-pk"),
        "today": today,
        "buttons": buttons,
        "missing": missing,
        "version": body.version,
        "timeline": timeline(body),
        "prints": [
            {"label": f"名单（{ending}）", "url": reverse("agencies:body_roll", args=[pk, ending])}
            for ending in WRITERS
        ],
        "client_token": uuid.uuid4(),
    }
    return render(request, "agencies/bodies/body.html", context)


def _parent(body: Body) -> list[dict[str, str]]:
    if body.parent is None:
        return []
    url = reverse("agencies:body", args=[body.parent_id])
    return [{"label": "上级机构", "value": body.parent.name, "url": url}]


@require_GET
@business
def export(request: MemberRequest, pk: int, ending: str) -> HttpResponse:
    """名单 as it stands today."""
    body = get_object_or_404(visible_bodies(request.user), pk=pk)
    if ending not in WRITERS:
        raise Http404
    write, content_type = WRITERS[ending]
    data = write(body, now().date())
    audit.record("export.made", actor=request.user, subject=body, facts={"kind": f"body.roll.{ending}"})
    return workbook(data, f"{rolls.title_of(body)}.{ending}", content_type)


@require_http_methods(["GET", "HEAD", "POST"])
@business
def add(request: MemberRequest) -> HttpResponse:
    """Set up a body."""
    member, code = request.user, code_of(request.user)
    if not may_form(member, code):
        raise Http404
    form = BodyForm(
        sent(request),
        initial={"formed_on": now().date()},
        parents=visible_bodies(member).filter(ended_on__isnull=True),
        seats=Agency.objects.active().filter(division__code=code).exclude(kind="system"),
    )
    body = submitted(
        request,
        form,
        lambda data: actions.form(by=member, county=member.agency.county, token=token_of(request), **data),
    )
    if body:
        messages.success(request, f"“{body.name}”已设立。")
        return redirect("agencies:body", body.pk)
    context = {
        "title": "设立机构",
        "crumbs": [MORE, BODIES],
        "form": form,
        "submit": "设立",
        "cancel_url": reverse("agencies:bodies"),
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@business
def propose(request: MemberRequest, pk: int) -> HttpResponse:
    """A unit names its person."""
    member = request.user
    body = get_object_or_404(visible_bodies(member).filter(ended_on__isnull=True), pk=pk)
    units = units_spoken_for(member, body.county.code).order_by("division__code", "code")
    if not units.exists():
        raise Http404
    form = ProposeForm(
        sent(request),
        initial={
            "valid_from": now().date(),
            "agency": member.agency_id,
            "replaces": request.GET.get("replaces"),
        },
        units=units,
        people=Member.objects.active().filter(agency__in=units.values("pk")).select_related("agency"),
        posts=on_day(Post.objects.filter(body=body, agency__in=units.values("pk")), now().date())
        .select_related("agency", "member")
        .order_by("title", "pk"),
    )
    post = submitted(
        request, form, lambda data: actions.propose(by=member, body=body, token=token_of(request), **data)
    )
    if post:
        messages.success(request, "已提出，等待办公室备案。")
        return redirect("agencies:post", post.pk)
    context = {
        "title": f"提出成员变动：{body.name}",
        "crumbs": [MORE, BODIES, {"label": body.name, "url": reverse("agencies:body", args=[pk])}],
        "lead": "本单位人选由本单位提出，办公室备案后生效。",
        "form": form,
        "submit": "提出",
        "cancel_url": reverse("agencies:body", args=[pk]),
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@business
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """End a body."""
    body = get_object_or_404(visible_bodies(request.user), pk=pk)
    return _ending(
        request,
        title=f"撤销机构：{body.name}",
        back=reverse("agencies:body", args=[pk]),
        version=body.version,
        act=lambda data, version: actions.dissolve(
            body=body, by=request.user, expected_version=version, **data
        ),
        may=may_form(request.user, body.county.code),
        running=body.ended_on is None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@business
def end_post(request: MemberRequest, pk: int) -> HttpResponse:
    """End a post without a successor."""
    post = get_object_or_404(visible_posts(request.user), pk=pk)
    return _ending(
        request,
        title=f"终止职务：{name_of(post)}",
        back=reverse("agencies:post", args=[pk]),
        version=post.version,
        act=lambda data, version: actions.end(post=post, by=request.user, expected_version=version, **data),
        may=may_form(request.user, post.body.county.code),
        running=post.status == Post.Status.RECORDED,
    )


def _ending(
    request: MemberRequest, *, title: str, back: str, version: int, act: Any, may: bool, running: bool
) -> HttpResponse:
    # whoever may not finds nothing, sent or not; that it was over already is said to those who may
    if not may or (not running and request.method != "POST"):
        raise Http404
    form = EndForm(sent(request), initial={"on": now().date()})
    done = submitted(request, form, lambda data: act(data, seen_version(request)))
    if done:
        messages.success(request, "已办理。")
        return redirect(back)
    context = {
        "title": title,
        "crumbs": [MORE, BODIES],
        "form": form,
        "submit": "确认",
        "version": request.POST.get("version") or version,
        "cancel_url": back,
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_GET
@business
def show_post(request: MemberRequest, pk: int) -> HttpResponse:
    """One post: who, from when, who proposed it and who put it on record."""
    post = get_object_or_404(visible_posts(request.user), pk=pk)
    return render(request, "patterns/record.html", post_page(post, request.user))


@require_POST
@business
def record_post(request: MemberRequest, pk: int) -> HttpResponse:
    """备案."""
    post = get_object_or_404(visible_posts(request.user), pk=pk)
    actions.record(post=post, by=request.user, expected_version=seen_version(request))
    messages.success(request, "已备案。")
    return redirect("agencies:post", pk)


@require_POST
@business
def refuse_post(request: MemberRequest, pk: int) -> HttpResponse:
    """退回."""
    post = get_object_or_404(visible_posts(request.user), pk=pk)
    actions.refuse(
        post=post,
        by=request.user,
        reason=request.POST.get("reason", ""),
        expected_version=seen_version(request),
    )
    messages.success(request, "已退回，提出单位会收到通知。")
    return redirect("agencies:post", pk)
