"""One lead: what was seen, who holds it, what is owed, what looks like it, one time line, who has 已阅."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import gates
from core.files import files_of
from core.models import Notice, StoredFile
from core.pages import fresh_token
from core.registry import urls_of
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business
from duties import clocks
from duties.models import Duty
from duties.next_up import next_of
from ledgers import lead_doors
from ledgers.actions.leads.owed import REPLY, key_of
from ledgers.lead_routes import Suggestion, suggestions
from ledgers.lead_rules import for_office, handles
from ledgers.lead_similar import similar
from ledgers.lead_states import LeadStatus
from ledgers.models import Entry, Informant, Lead, LeadCheck, LeadReply
from ledgers.views.lead_buttons import acts
from ledgers.views.lead_timeline import timeline
from ledgers.views.pages import LEADS

if TYPE_CHECKING:
    from agencies.models import Member

NEXT = {
    LeadStatus.OPEN: "由承办单位核查",
    LeadStatus.SENT: "由承办单位签收",
    LeadStatus.UNFOUNDED: "由另一人复核",
    LeadStatus.HANDLING: "由承办单位处置并反馈结果",
    LeadStatus.MERGED: "随并入的线索一并办理",
}


def visible(request: MemberRequest, pk: int) -> Lead:
    """A lead in sight, else 404."""
    rows = Lead.objects.visible_to(request.user).select_related(
        "agency__division", "holder__division", "matter", "site", "reported_by", "told_by", "merged_into"
    )
    return get_object_or_404(rows, pk=pk)


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The record."""
    lead, member = visible(request, pk), request.user
    held = gates.held(request, lead, lead.matter)
    if held is not None:
        return held
    told = acknowledged(lead)
    buttons, missing = acts(member, lead)
    works = handles(member, lead) or for_office(member, lead)
    live = not lead.withdrawn_at and lead.status not in (LeadStatus.CLOSED, LeadStatus.MERGED)
    duty = next_of([lead]).get(lead.pk)
    due = clocks.of_duty(duty) if duty else None
    context = {
        "title": "线索",
        "crumbs": [LEADS],
        "number": lead.number,
        "lead": lead,
        "state": _state(lead),
        "holder": lead.holder.label,
        "next_step": _next(lead, duty),
        "duty": duty,
        "why": due.sentence if due else "",
        "facts": _facts(request, lead),
        "facts_title": "情况",
        "buttons": buttons,
        "missing": missing,
        "version": lead.version,
        "client_token": fresh_token(request),
        "timeline": timeline(member, lead, told["steps"]),
        "told": told,
        "informant": Informant.objects.filter(lead=lead).first() if handles(member, lead) else None,
        "checks": _checks(lead),
        "replies": replies_for(member, lead),
        "similar": similar(lead, member) if works and live else [],
        "routes": _routes(lead) if works and live else [],
        "family": _family(member, lead),
        "related": lead_doors.panels_of(member, lead),
        **_files(lead),
    }
    return render(request, "ledgers/lead.html", context)


def _state(lead: Lead) -> dict[str, str]:
    css = "tag-refused" if lead.withdrawn_at else "tag-done" if lead.status == LeadStatus.CLOSED else ""
    return {"words": lead.state_words, "css": css}


def _next(lead: Lead, duty: Duty | None) -> str:
    """What is owed next by whom, in words."""
    if lead.withdrawn_at:
        return ""
    if duty is not None and duty.key == key_of(lead, REPLY):
        return "由承办单位答复举报人"
    return NEXT.get(LeadStatus(lead.status), "")


def replies_for(member: Member, lead: Lead) -> list[LeadReply]:
    """What who told the lead was answered, for those who may read it."""
    if not lead.is_tip:
        return []
    rows = LeadReply.objects.visible_to(member).filter(lead=lead)
    return list(rows.select_related("agency", "answered_by__agency", "recorded_by__agency"))


def _facts(request: MemberRequest, lead: Lead) -> list[dict[str, Any]]:
    point = "" if lead.lon is None or lead.lat is None else f"E{lead.lon:.6f}，N{lead.lat:.6f}"
    rows = [
        ("来源", lead.get_source_display()),
        ("来源编号", lead.source_number),
        ("来件（报告）单位", lead.told_by.name if lead.told_by else ""),
        ("位置", lead.location),
        ("坐标", point),
        ("违法情形", lead.violation_name),
        ("当事人", lead.party),
        ("车辆、机械", lead.vehicle),
        ("情况", lead.text),
        ("发现时间", zh_datetime(lead.found_at)),
        ("发现单位", lead.agency.name),
        ("报告人", lead.reported_by.name if lead.reported_by else "系统"),
        ("登记时间", zh_datetime(lead.recorded_at)),
        ("即时报告", _alarm_words(lead)),
        ("自查自报", "企业自查自报，从轻或者免予处罚" if lead.self_reported else ""),
        ("隐瞒不报", "当事人隐瞒不报，从重处罚" if lead.concealed else ""),
        ("核查结果", lead.get_finding_display()),
        ("处置方式", lead.get_ending_display()),
        ("处置结果", lead.feedback),
    ]
    facts: list[dict[str, Any]] = [{"label": label, "value": value} for label, value in rows if value]
    return facts + _links(request, lead)


def _alarm_words(lead: Lead) -> str:
    if lead.alarmed:
        return "特殊情况，已即时报告"
    return "补录，未即时报告" if lead.source == Lead.Source.PATROL else ""


def _links(request: MemberRequest, lead: Lead) -> list[dict[str, Any]]:
    facts = []
    if lead.site_id:
        urls = urls_of({("ledgers.site", str(lead.site_id))}, request.user)
        url = urls.get(("ledgers.site", str(lead.site_id)))
        if url:
            facts.append({"label": "监管对象", "value": lead.site.name, "url": url})
    if lead.entry_id and Entry.objects.visible_to(request.user).filter(pk=lead.entry_id).exists():
        url = reverse("ledgers:entry", args=[lead.entry_id])
        facts.append({"label": "巡查记录", "value": "查看巡查记录", "url": url})
    return facts


def _routes(lead: Lead) -> list[tuple[str, list[Suggestion]]]:
    """What the routing tables say, by campaign."""
    found: dict[str, list[Suggestion]] = {}
    for one in suggestions(lead):
        found.setdefault(one.route.campaign.name, []).append(one)
    return list(found.items())


def _family(member: Member, lead: Lead) -> list[dict[str, Any]]:
    """What it was merged into and what was merged into it, each only if in sight."""
    rows = Lead.objects.visible_to(member).filter(pk=lead.merged_into_id) if lead.merged_into_id else None
    found = [{"words": "并入", "lead": row} for row in rows or ()]
    mine = Lead.objects.visible_to(member).filter(merged_into=lead).order_by("pk")
    return found + [{"words": "并案线索", "lead": row} for row in mine]


def _checks(lead: Lead) -> list[dict[str, Any]]:
    """The checks with who went and their photos, the newest first."""
    rows = lead.checks.select_related("agency", "recorded_by", "decided_by").prefetch_related("officers")
    keys = [str(row.pk) for row in rows]
    photos: dict[str, list[StoredFile]] = {}
    kind = LeadCheck._meta.label_lower
    for photo in StoredFile.objects.filter(subject_kind=kind, subject_id__in=keys).order_by("id"):
        photos.setdefault(photo.subject_id, []).append(photo)
    return [{"check": row, "photos": photos.get(str(row.pk), [])} for row in reversed(rows)]


def _files(lead: Lead) -> dict[str, Any]:
    own = list(files_of(lead))
    shots = list(files_of(lead.entry, "photo")) if lead.entry_id else []
    shots += [row for row in own if row.kind == "photo"]
    return {"photos": shots, "documents": [row for row in own if row.kind != "photo"]}


def acknowledged(lead: Lead) -> dict[str, Any]:
    """Who was told and who has 已阅, with the instants."""
    rows = (
        Notice.objects.filter(subject_kind="ledgers.lead", subject_id=str(lead.pk), kind="lead.alarm")
        .select_related("member__agency")
        .order_by("id")
    )
    notices = list(rows)
    read = [
        {"at": n.acked_at, "who": n.member.label, "words": "已阅", "kind": "done"}
        for n in notices
        if n.acked_at
    ]
    return {"notices": notices, "steps": sorted(read, key=lambda step: step["at"])}
