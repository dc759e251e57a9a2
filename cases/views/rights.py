"""Who knows an affair: 回避, 受邀协办, 封存, 知悉记录; and what stands before sealed content.

For other pages: `{% load case_rights %}{% sight_banner matter %}` (templates/cases/rights/banner.html) at the
top of every record of an affair – it says who is here by invitation until when, that the affair is sealed,
that a party bears the name of a user, and leads to the page of this module. And at the head of a view that
opens content: `held = gate(request, subject, matter)`; rooms below ask `core.gates.held` instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases import rights, sensitive
from cases.actions.rights.reads import note_read, read_today
from cases.forms.rights import ReasonForm
from cases.models import Case, Invitation, Recusal, Referral, Sealing
from cases.states import RECUSAL_MOVES, SEALING_MOVES, RecusalStatus
from core.access import matters_for, matters_known
from core.audit import subject_of
from core.models import Access, Matter
from core.pages import fresh_token
from core.registry import SUBJECTS
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business
from core.workflow import Transition, legal
from ledgers.models import Lead
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from django.db import models

    from agencies.models import Member

CASES = {"label": "线索案件", "url": "/cases/"}
OWN_WORK = "承办人员办理"
SENT = "提交已填写的表单"
CLOSES = "决定后，回避人员立即看不到与这件事项有关的任何内容；承办单位无人签批的，转上级单位办理。"
SHOWN = 200


# before content opens ------------------------------------------------------------------------------


def gate(
    request: MemberRequest, subject: models.Model, matter: Matter | None, *, always: bool = False
) -> HttpResponse | None:
    """The page that asks 查看事由 before sealed content opens; None when it may open.

    Asked once a day and person of whoever is neither its officer nor its drafter; every opening is noted.
    A form that was sent is never held, for the question would take what was typed: sent past midnight, or
    after the affair was sealed, it comes back to be mended and the opening is noted as that.
    `always`: the content is sensitive whatever the affair (what an informant said of themselves).
    """
    subject = sensitive.record_of(subject)
    if matter is None or not (always or sensitive.is_sensitive(subject, matter)):
        return None
    member = request.user
    known, own = read_today(member, subject), sensitive.works_on(member, subject)
    if known is not None or own or request.method == "POST":
        why = known.why if known else OWN_WORK if own else SENT
        note_read(member=member, subject=subject, matter=matter, why=why)
        return None
    kind, key = subject_of(subject)
    initial = {"kind": kind, "key": key, "next": request.get_full_path()}
    return ask(request, ReasonForm(initial=initial))


def ask(request: MemberRequest, form: ReasonForm, status: int = 200) -> HttpResponse:
    """The question itself; it says nothing of the content."""
    context = {
        "title": "查看事由",
        "lead": "以下内容限定知悉。请先写明查看事由，当日有效；承办单位的领导可以看到谁在何时因何查看。",
        "form": form,
        "submit": "查看",
        "action": reverse("cases:read_reason"),
        "cancel_url": "/todo/",
        "client_token": fresh_token(request),
    }
    return render(request, "cases/rights/gate.html", context, status=status)


# the page ------------------------------------------------------------------------------------------


def visible_matter(request: MemberRequest, pk: int) -> Matter:
    """An affair whose rights are the reader's business: the holder's people, those above, else 404."""
    matter = get_object_or_404(matters_for(request.user, *rights.TRACKS), pk=pk)
    if rights.may_propose(request.user, matter):
        raise Http404
    return matter


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Who stands how to the affair, as far as the reader decides on it."""
    matter, member = visible_matter(request, pk), request.user
    leading = rights.leads(member, matter)
    sealed = {"words": "已封存", "css": "tag-refused"}
    context = {
        "title": "知悉和回避",
        "crumbs": [CASES],
        "state": sealed if matter.sealed else {"words": "未封存", "css": ""},
        "holder": "、".join(unit.label for unit in rights.holder_units(matter)),
        "facts": [],
        "related": [{"title": "事项", "links": links(member, matter)}],
        "hints": hints(matter) if leading else [],
        "recusals": Recusal.objects.visible_to(member).filter(matter=matter).select_related(*WHOM),
        "sealings": Sealing.objects.visible_to(member).filter(matter=matter).select_related("proposed_by"),
        "invitations": _invitations(member, matter),
        "standing": _standing(member, matter) if leading else [],
        "reads": sensitive.reads_for(member, matter)[:SHOWN],
        "leading": leading,
        "now": now(),
        **_doors(member, matter),
        "client_token": fresh_token(request),
        "wide": True,
    }
    return render(request, "cases/rights/show.html", context)


WHOM = ("member__agency", "agency", "unit", "proposed_by")


def _doors(member: Member, matter: Matter) -> dict[str, Any]:
    """What may be begun here, and why not."""
    asked = rights.asked_sealing(matter)
    seal = "解封" if matter.sealed else "封存"
    doors = [
        ("提出回避", "cases:recusal_new", rights.may_propose(member, matter)),
        ("邀请协办", "cases:invitation_new", rights.may_invite(member, matter)),
        (
            f"提出{seal}",
            "cases:sealing_new",
            rights.may_ask_sealing(member, matter) or ("已有一件在等待决定。" if asked else ""),
        ),
    ]
    return {
        "buttons": [
            {"label": label, "url": reverse(name, args=[matter.pk]), "method": "get"}
            for label, name, why in doors
            if not why
        ],
        "missing": [{"label": label, "reason": why} for label, _, why in doors if why],
    }


def hints(matter: Matter) -> list[str]:
    """Users and units whose name a party bears: a hint, never an act."""
    people, units = rights.namesakes(matter)
    return [one.label for one in people] + [unit.name for unit in units]


def _invitations(member: Member, matter: Matter) -> QuerySet[Invitation]:
    rows = Invitation.objects.visible_to(member).filter(matter=matter)
    return rows.select_related("member__agency", "agency", "invited_by__agency")


def _standing(member: Member, matter: Matter) -> list[dict[str, Any]]:
    """Who may know of the affair now, in words; who must stay out is told by the recusals above. The organ to
    which a clue went that is kept from the member (问题线索) is not named: its name alone would tell."""
    runs = Q(until__isnull=True) | Q(until__gte=now())
    kept = Referral.objects.kept_from(member).filter(matter=matter)
    rows = matter.access.filter(runs).exclude(relation=Access.Relation.BARRED)
    rows = rows.exclude(relation=Access.Relation.PARTY, agency__in=kept.values("receiver"))
    rows = rows.select_related("agency", "member__agency").order_by("track", "relation", "pk")
    return [
        {
            "whom": row.member.label if row.member else row.agency.name,
            "relation": row.get_relation_display(),
            "track": row.get_track_display(),
            "until": zh_datetime(row.until) or "长期",
        }
        for row in rows
    ]


def links(member: Member, matter: Matter) -> list[dict[str, str]]:
    """Records of the affair that the member may open."""
    found = []
    for model in (Lead, Case, Referral):
        subject = SUBJECTS.get(model._meta.label_lower)
        if subject is not None:
            rows = subject.visible_to(member).filter(matter=matter).order_by("pk")
            found += [{"label": f"{subject.label} {row}", "url": subject.url(row)} for row in rows]
    return found


# one proposal --------------------------------------------------------------------------------------


def visible_recusal(request: MemberRequest, pk: int) -> Recusal:
    """A recusal in sight, else 404."""
    rows = Recusal.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related(*WHOM, "matter", "decided_by", "passed_to"), pk=pk)


@require_GET
@business
def recusal(request: MemberRequest, pk: int) -> HttpResponse:
    """One recusal: who, why, on whose word."""
    row = visible_recusal(request, pk)
    facts = [
        ("回避人员（单位）", row.whom),
        ("事由", row.reason),
        ("提出", f"{row.proposed_by.label} {zh_datetime(row.proposed_at)}"),
        ("决定", f"{row.decided_by.label} {zh_datetime(row.decided_at)}" if row.decided_by else ""),
        ("决定意见", row.words),
        ("指定管辖", row.passed_to.name if row.passed_to else ""),
        ("依据", "行政处罚法第四十三条"),
    ]
    why = rights.may_decide(request.user, row)
    return _proposal(request, row, facts, RECUSAL_MOVES, why, note=CLOSES)


@require_GET
@business
def sealing(request: MemberRequest, pk: int) -> HttpResponse:
    """One proposal to seal or to open."""
    row = visible_sealing(request, pk)
    facts = [
        ("提请", "封存" if row.seal else "解封"),
        ("事由", row.reason),
        ("提出", f"{row.proposed_by.label} {zh_datetime(row.proposed_at)}"),
        ("决定", f"{row.decided_by.label} {zh_datetime(row.decided_at)}" if row.decided_by else ""),
        ("决定意见", row.words),
    ]
    why = rights.may_decide_sealing(request.user, row)
    note = "封存后，专班办公室只看到状态和期限，其他人查看内容须先写明事由。" if row.seal else ""
    return _proposal(request, row, facts, SEALING_MOVES, why, note=note)


def visible_sealing(request: MemberRequest, pk: int) -> Sealing:
    """A proposal to seal in sight, else 404."""
    rows = Sealing.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("matter", "unit", "proposed_by", "decided_by"), pk=pk)


def _proposal(
    request: MemberRequest,
    row: Recusal | Sealing,
    facts: list[tuple[str, str]],
    moves: dict[str, Transition],
    why: str,
    *,
    note: str,
) -> HttpResponse:
    open_moves = list(legal(moves, row.status))
    context = {
        "title": row._meta.verbose_name,
        "crumbs": [CASES],
        "state": {
            "words": row.get_status_display(),
            "css": "tag-refused" if row.status == RecusalStatus.IN_FORCE else "",
        },
        "holder": row.unit.label,
        "next_step": "由另一人决定" if row.status == RecusalStatus.PROPOSED else "",
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "note": note if row.status == RecusalStatus.PROPOSED else "",
        "related": [group for group in _about(request.user, row.matter) if group["links"]],
        "buttons": [] if why else [_button(row, move) for move in open_moves],
        "missing": [{"label": move.label, "reason": why} for move in open_moves] if why else [],
        "version": row.version,
        "client_token": fresh_token(request),
    }
    return render(request, "cases/rights/proposal.html", context)


def _button(row: Recusal | Sealing, move: Transition) -> dict[str, Any]:
    url = reverse(f"cases:{row._meta.model_name}_move", args=[row.pk, move.name])
    found: dict[str, Any] = {"label": move.label, "url": url, "method": "post"}
    if move.needs_reason:
        return found | {"ask": "理由", "ask_required": True, "danger": move.name == "refuse"}
    return found | {"ask": "意见", "primary": True}


def _about(member: Member, matter: Matter) -> list[dict[str, Any]]:
    found = [{"title": "事项", "links": links(member, matter)}]
    if matters_known(member).filter(pk=matter.pk).exists() and not rights.may_propose(member, matter):
        url = reverse("cases:rights", args=[matter.pk])
        found.append({"title": "知悉和回避", "links": [{"label": "查看全部", "url": url}]})
    return found


@require_GET
@business
def invitation(request: MemberRequest, pk: int) -> HttpResponse:
    """One invitation: what for, until when, and what it opens."""
    rows = Invitation.objects.visible_to(request.user)
    row = get_object_or_404(
        rows.select_related("matter", "member__agency", "agency", "invited_by__agency"), pk=pk
    )
    runs = row.ended_at is None and row.until >= now()
    why = rights.may_invite(request.user, row.matter, row.track)
    end = {"label": "结束协办", "url": reverse("cases:invitation_end", args=[pk]), "method": "post"}
    context = {
        "title": "协办邀请",
        "crumbs": [CASES],
        "state": {"words": "有效" if runs else "已结束", "css": "" if runs else "tag-done"},
        "facts": [
            {"label": "协办人员（单位）", "value": row.whom},
            {"label": "协办事项", "value": row.purpose},
            {"label": "可以查看", "value": row.get_track_display()},
            {"label": "有效至", "value": zh_datetime(row.until)},
            {"label": "邀请", "value": f"{row.invited_by.label} {zh_datetime(row.invited_at)}"},
            {"label": "提前结束", "value": zh_datetime(row.ended_at) or "无"},
        ],
        "related": [group for group in _about(request.user, row.matter) if group["links"]],
        "buttons": [end | {"danger": True}] if runs and not why else [],
        "missing": [{"label": "结束协办", "reason": why}] if runs and why else [],
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/record.html", context)
