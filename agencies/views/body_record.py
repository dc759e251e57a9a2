"""What the records of a body and of a post show: facts, legal buttons, what is missing and why, the past."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse

from agencies.bodies import may_form, may_settle, name_of, recorders, units_spoken_for
from agencies.models import Body, Member, Post
from agencies.views.pages import MORE
from core import audit
from core.models import AuditEntry

BODIES = {"label": "领导小组和专班", "url": "/more/bodies/"}
KINDS = {"post.refused": "refused", "post.recorded": "done", "body.ended": "refused", "post.ended": "refused"}


def timeline(row: Body | Post) -> list[dict[str, Any]]:
    """What was done to the row, newest first."""
    kind, key = audit.subject_of(row)
    shown = [name for name, verb in audit.VERBS.items() if verb.mutates]
    entries = AuditEntry.objects.filter(subject_kind=kind, subject_id=key, verb__in=shown).order_by("-id")
    return [
        {
            "at": entry.at,
            "who": entry.actor_label,
            "words": audit.sentence(entry),
            "text": entry.facts.get("reason", ""),
            "kind": KINDS.get(entry.verb, ""),
        }
        for entry in entries[:50]
    ]


def body_buttons(body: Body, member: Member) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Buttons that are legal now, and why another is missing."""
    if body.ended_on:
        return [], [{"label": "提出变动", "reason": "机构已经撤销。"}]
    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    if units_spoken_for(member, body.county.code).exists():
        url = reverse("agencies:body_propose", args=[body.pk])
        buttons.append({"label": "提出成员变动", "url": url, "method": "get", "primary": True})
    else:
        missing.append({"label": "提出成员变动", "reason": "由本单位主要负责人、分管领导提出。"})
    if may_form(member, body.county.code):
        url = reverse("agencies:body_end", args=[body.pk])
        buttons.append({"label": "撤销机构", "url": url, "method": "get", "danger": True})
    else:
        missing.append({"label": "撤销机构", "reason": "由专班办公室办理。"})
    return buttons, missing


def post_page(post: Post, member: Member) -> dict[str, Any]:
    """The context of a post's record."""
    buttons, missing = post_buttons(post, member)
    css = {"proposed": "", "recorded": "tag-done", "refused": "tag-refused"}[post.status]
    waiting = post.status == Post.Status.PROPOSED
    who = "、".join(one.label for one in recorders(post)[0]) if waiting else ""
    until = f"至{_day(post.valid_to)}" if post.valid_to else ""
    facts = [
        {
            "label": "机构",
            "value": post.body.name,
            "url": reverse("agencies:body", args=[post.body_id]),
        },
        {"label": "职务", "value": post.get_title_display()},
        {"label": "姓名", "value": name_of(post)},
        {"label": "所在单位", "value": post.agency.name},
        {"label": "单位职务", "value": post.duty_in_unit},
        {"label": "督办领导", "value": "是" if post.supervises else "否"},
        {"label": "起止", "value": f"{_day(post.valid_from)}起{until}"},
        {"label": "接替", "value": name_of(post.replaces) if post.replaces else "（新增）"},
        {"label": "变动原因", "value": post.reason},
    ]
    return {
        "title": "机构成员",
        "crumbs": [MORE, BODIES, {"label": post.body.name, "url": f"/more/bodies/{post.body_id}/"}],
        "state": {"words": post.get_status_display(), "css": css},
        "holder": who,
        "next_step": "由办公室备案" if waiting else "",
        "facts": facts,
        "buttons": buttons,
        "missing": missing,
        "version": post.version,
        "timeline": timeline(post),
        "client_token": uuid.uuid4(),
    }


def post_buttons(post: Post, member: Member) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Record, send back, end, replace: what is legal now, and why another is missing."""
    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []

    def button(label: str, name: str, **more: Any) -> None:
        url = reverse(f"agencies:{name}", args=[post.pk])
        buttons.append({"label": label, "url": url, "method": "post"} | more)

    if post.status == Post.Status.PROPOSED:
        if may_settle(member, post):
            button("备案", "post_record", primary=True)
            button("退回", "post_refuse", ask="退回原因", ask_required=True, danger=True)
        elif member.pk == post.proposed_by_id:
            missing.append({"label": "备案", "reason": "不能备案自己提出的变动。"})
        else:
            missing.append({"label": "备案", "reason": "由专班办公室（监管办）备案。"})
    elif post.status == Post.Status.RECORDED and post.body.ended_on is None:
        if units_spoken_for(member, post.body.county.code).filter(pk=post.agency_id).exists():
            url = f"{reverse('agencies:body_propose', args=[post.body_id])}?replaces={post.pk}"
            buttons.append({"label": "提出接替人选", "url": url, "method": "get"})
        if may_form(member, post.body.county.code):
            button("终止职务", "post_end", method="get", danger=True)
        else:
            missing.append({"label": "终止职务", "reason": "由专班办公室办理；单位换人请提出接替人选。"})
    return buttons, missing


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
