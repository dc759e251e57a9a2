"""One referral: where it stands, what may be done, what was handed over, everything that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases import sight, standing
from cases.actions.referrals.drafting import editable
from cases.actions.referrals.manifest import GOODS_OPEN, OPEN
from cases.edges import limits
from cases.models import Case, Referral, ReferralStep
from cases.referral_lists import goods_of, papers_of, prepares
from cases.site_file import site_file
from cases.states import Side
from cases.views.referral_buttons import acts
from cases.views.referral_parts import (
    SEALED,
    crumbs,
    duties_of,
    held,
    holder_words,
    own_limits,
    state_of,
    visible,
    why,
)
from cases.views.referral_steps import timeline
from core.pages import fresh_token
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business
from duties.words import instant_words
from ledgers.models import Lead, Site

if TYPE_CHECKING:
    from agencies.models import Member

SHORT = 12  # of a file's hash


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The record as far as the reader may see it."""
    referral, member = visible(request, pk), request.user
    if (asked := held(request, referral)) is not None:
        return asked
    content = sight.content_of(member, referral)
    buttons, missing = acts(referral, member)
    duties = duties_of(referral)
    first = next((duty for duty in duties if duty.due_at), None)
    context = {
        "title": referral.get_edge_display(),
        "number": referral.number,
        "crumbs": crumbs(),
        "state": state_of(referral),
        "holder": holder_words(referral, duties),
        "next_step": next_step(referral),
        "duty": first,
        "why": why(first),
        "more_duties": [(duty, why(duty)) for duty in duties if duty is not first and duty.due_at],
        "own_limits": own_limits(referral),
        "facts": facts(member, referral, content),
        "referral": referral,
        "content": content,
        "sealed_words": SEALED,
        "papers_open": content and sight.papers_open(member, referral),
        "papers": manifest(member, referral) if content else [],
        "no_papers": "没有材料。" if prepares(member, referral) else "没有已移送的材料。",
        "site_file": site_file(member, place_of(referral)) if content else None,
        "goods": list(goods_of(member, referral)) if content else [],
        "officers": list(referral.officers.select_related("member__agency")) if content else [],
        "pending": pending(member, referral, content),
        "tools": tools(member, referral),
        "buttons": buttons,
        "missing": missing,
        "version": referral.version,
        "timeline": timeline(member, referral),
        "prints": prints(member, referral, content),
        "client_token": fresh_token(request),
    }
    return render(request, "cases/referrals/record.html", context)


def place_of(referral: Referral) -> Site | None:
    """The watched object that the affair is about: of the lead, else of the sender's case."""
    about = referral.lead or referral.case
    return about.site if about else None


def next_step(referral: Referral) -> str:
    """What is owed next by whom, in words."""
    found = []
    for limit in limits(referral.edge, referral.status):
        organ = standing.side_agency(referral, limit.side)
        found.append(f"{organ.label if organ else Side(limit.side).label}{limit.title}")
    if not found and referral.status == Referral.Status.DRAFT:
        first = "指定办案人员，" if referral.kind.team else ""
        return f"{referral.sender.label}{first}列齐移送材料，报请批准"
    return "；".join(found)


def facts(member: Member, referral: Referral, content: bool) -> list[dict[str, Any]]:
    """The referral in words; content for those who may read it."""
    kind = referral.kind
    rows: list[tuple[str, str, str]] = [
        ("类型", referral.get_edge_display(), ""),
        ("移送单位", referral.sender.name, ""),
        ("接收单位", referral.receiver.name + ("" if referral.receiver.online else "（线下单位）"), ""),
        ("案由", referral.title if content else SEALED, ""),
        ("请求事项", referral.purpose if content else "", ""),
        ("依据", kind.basis, ""),
        ("文号", referral.document_number if content else "", ""),
        ("移送时间", zh_datetime(referral.sent_at), ""),
        ("签收时间", zh_datetime(referral.received_at), ""),
        ("约定反馈期限", instant_words(referral.reply_due) if referral.reply_due else "", ""),
        ("反馈时间", zh_datetime(referral.answered_at), ""),
        ("结果", referral.get_result_display() if content and referral.result else "", ""),
        ("材料可查看至", zh_datetime(referral.papers_until), ""),
        ("立案监督检察院", referral.supervisor.name if referral.supervisor else "", ""),
        ("裁定单位", referral.superior.name if referral.superior else "", ""),
        *links(member, referral),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in rows if value]


def links(member: Member, referral: Referral) -> list[tuple[str, str, str]]:
    """Lead, cases and the referral that this one answers, each only if the reader may open it."""
    found = []
    lead = referral.lead
    if lead and Lead.objects.visible_to(member).filter(pk=lead.pk).exists():
        found.append(("对应线索", lead.number, reverse("ledgers:lead", args=[lead.pk])))
    for label, pk in (("移送单位案件", referral.case_id), ("接收单位案件", referral.answer_case_id)):
        case = Case.objects.visible_to(member).filter(pk=pk).first() if pk else None
        if case:
            found.append((label, str(case), reverse("cases:case", args=[case.pk])))
    for label, row in (("对应的移送", referral.prior), *(("后续移送", x) for x in referral.following.all())):
        if row and Referral.objects.visible_to(member).filter(pk=row.pk).exists():
            words = f"{row.number}（{row.get_edge_display()}）"
            found.append((label, words, reverse("cases:referral", args=[row.pk])))
    return found


def manifest(member: Member, referral: Referral) -> list[dict[str, Any]]:
    """移送材料清单 with the beginning of each hash, and the address where the reader may have the file."""
    open_to = set(sight.readable_papers(member).filter(referral=referral).values_list("pk", flat=True))
    found = []
    for row in papers_of(member, referral):
        url = ""
        if row.file_id and row.pk in open_to:
            url = reverse("cases:referral_paper_file", args=[referral.pk, row.pk])
        found.append({"row": row, "url": url, "hash": row.sha256[:SHORT]})
    return found


def pending(member: Member, referral: Referral, content: bool) -> dict[str, Any] | None:
    """The 代录 step that waits for a second person."""
    step = referral.steps.filter(state=ReferralStep.State.PENDING).select_related("by__agency").first()
    if step is None:
        return None
    reason = standing.may_check(member, step)
    return {"step": step, "by": step.by.label if step.by and content else step.organ.label, "reason": reason}


def tools(member: Member, referral: Referral) -> list[dict[str, str]]:
    """Where the draft is worked on; empty for everybody but the sender's hands."""
    if not sight.content_of(member, referral) or not standing.may_prepare(member, referral):
        return []
    if standing.lists_wait(referral):
        return []
    pairs = (
        ("修改内容", "cases:referral_edit", editable(referral)),
        ("移送材料", "cases:referral_papers", OPEN),
        ("涉案物品", "cases:referral_goods", GOODS_OPEN),
    )
    return [
        {"label": label, "url": reverse(name, args=[referral.pk])}
        for label, name, statuses in pairs
        if referral.status in statuses
    ]


def prints(member: Member, referral: Referral, content: bool) -> list[dict[str, str]]:
    """Print view for all who see the record; the letters for those who may read it."""
    found = [("打印", "cases:referral_print")]
    if content:
        found.append((f"{referral.kind.paper}（Word）", "cases:referral_letter"))
        if goods_of(member, referral).exists():
            found.append(("涉案物品清单（Word）", "cases:referral_goods_list"))
        if referral.received_at:
            found.append(("回执", "cases:referral_receipt"))
    return [{"label": label, "url": reverse(name, args=[referral.pk])} for label, name in found]
