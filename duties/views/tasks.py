"""One task of a campaign: what is demanded, of whom, by when, where it is done, and 登记一次."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business
from duties import acts, board, campaign_board
from duties.actions import filings
from duties.areas import assignable_areas, visible_assignments
from duties.deadline_words import deadline_words
from duties.filing_rules import by_document, may_file
from duties.forms.filings import RecordForm
from duties.holders import oversees
from duties.item_pages import tasks_for
from duties.item_rules import serves
from duties.models import Campaign, Duty, Filing, Meeting, Task, TaskParty
from duties.views.campaigns import CAMPAIGNS, DUTIES
from duties.views.visits import days_words
from duties.words import day_words, instant_words
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

RECENT = 20
LISTED = 50


def visible_task(request: MemberRequest, pk: int, task_pk: int) -> Task:
    """A task of a campaign in sight, else 404."""
    campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=pk)
    return get_object_or_404(campaign.tasks.select_related("campaign", "stage", "recipient"), pk=task_pk)


@require_GET
@business
def task(request: MemberRequest, pk: int, task_pk: int) -> HttpResponse:
    """One task: what is demanded, of whom, by when, what was done."""
    member, at = request.user, now()
    found = visible_task(request, pk, task_pk)
    duties = (
        Duty.objects.visible_to(member)
        .filter(campaign=found.campaign)
        .filter(campaign_board.of_task(found))
        .select_related("agency", "clock", "rule", "matter")
    )
    filed = Filing.objects.visible_to(member).filter(task=found).select_related("agency", "filed_by")
    meetings = Meeting.objects.visible_to(member).filter(task=found)
    buttons, missing = task_buttons(found, member)
    no_area, assigned = visit_links(found, member)
    row = next(
        (one for one in campaign_board.task_rows(found.campaign, member, at) if one.task.pk == found.pk), None
    )
    context = {
        "title": found.name,
        "number": found.code,
        "crumbs": [DUTIES, CAMPAIGNS, {"label": found.campaign.name, "url": f"/duties/campaigns/{pk}/"}],
        "state": _state(row, no_area),
        "next_step": deadline_words(found),
        "facts": task_facts(found, row),
        "buttons": buttons,
        "missing": missing,
        "duties": board.items(duties.order_by("due_at", "agency__code")[:200], member, at),
        "duty_count": duties.count(),
        "all_url": f"/duties/?campaign={pk}&task={found.pk}&state=all",
        "filings": filed[:RECENT],
        "no_area": no_area,
        "related": [*_meeting_links(meetings), *assigned],
        "timeline": _done(filed),
        "version": found.version,
    }
    return render(request, "duties/campaigns/task.html", context)


def _state(row: campaign_board.TaskRow | None, no_area: dict[str, str]) -> dict[str, str]:
    """The task's light in words; what nobody owes is not in order."""
    if row is None:
        return {"words": "已不在方案中", "css": ""}
    if no_area:
        return {"words": "没有责任人", "css": "tag-late"}
    return {"words": row.words, "css": "tag-late" if row.light == "late" else ""}


def task_facts(found: Task, row: campaign_board.TaskRow | None) -> list[dict[str, Any]]:
    """The task in words."""
    parties = found.parties.select_related("agency").order_by("order", "agency__division__code")
    side = TaskParty.Side
    listed = [
        ("要求", found.text),
        ("条款", found.paragraph),
        ("类别", found.get_kind_display()),
        ("期限", deadline_words(found)),
        ("牵头（责任）单位", _names(parties, side.HOST)),
        ("配合单位", _names(parties, side.COOPERATING)),
        ("报送对象", found.recipient.name if found.recipient else ""),
        ("应报材料", "、".join(found.spec.get("papers") or [])),
        ("最近一次", instant_words(row.last_at) if row and row.last_at else ""),
        ("确认", _confirmed(found)),
        ("说明", found.spec.get("note") or ""),
    ]
    return [{"label": label, "value": value} for label, value in listed if value]


def _confirmed(found: Task) -> str:
    if not found.confirmed_at:
        return ""
    who = found.confirmed_by.label if found.confirmed_by else ""
    return f"{who} {instant_words(found.confirmed_at)}"


def _names(parties: Iterable[TaskParty], side: str) -> str:
    def label(party: TaskParty) -> str:
        since = f"（{day_words(party.joined_on)}起）" if party.joined_on else ""
        until = f"（{day_words(party.left_on)}止）" if party.left_on else ""
        return f"{party.agency.label}{since}{until}"

    return "、".join(label(party) for party in parties if party.side == side)


def _done(filed: Any) -> list[dict[str, Any]]:
    return [
        {"at": one.filed_at, "who": one.filed_by.label, "words": f"{one.get_status_display()}材料"}
        for one in filed[:RECENT]
    ]


def _meeting_links(meetings: Any) -> list[dict[str, Any]]:
    links = [{"label": one.title, "url": f"/duties/meetings/{one.pk}/"} for one in meetings[:RECENT]]
    return [{"title": "会议", "links": links}] if links else []


def visit_links(found: Task, member: Member) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Of a 包联 task: a warning while nobody answers for an area, and the assignments that owe its visits.

    The warning is {words, url, label}; without an address for whoever may not assign.
    """
    if found.kind != Task.Kind.VISIT:
        return {}, []
    rows = visible_assignments(member).filter(task=found)
    standing = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=now().date()))
    links = [
        {
            "label": f"{row.leader.name}包联{row.division.name}",
            "url": f"/duties/visits/areas/{row.pk}/",
            "note": f" {days_words(row)}",
        }
        for row in standing.order_by("division__code", "pk")[:LISTED]
    ]
    if links:
        return {}, [{"title": "包联安排", "links": links}]
    if found.campaign.status != Campaign.Status.RUNNING or found.dropped_at:
        return {}, []
    words = "还没有包联安排，这项任务现在没有责任人，不会生成督导任务。"
    if not assignable_areas(member).exists():
        return {"words": f"{words}由专班办公室安排包联。", "url": "", "label": ""}, []
    words += "请安排包联，或在已有的包联安排中选择本任务。"
    return {"words": words, "url": f"/duties/visits/assign/?task={found.pk}", "label": "安排包联"}, []


def task_buttons(found: Task, member: Member) -> tuple[list[dict], list[dict]]:
    """What the reader may do with the task, and why not."""
    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    for group in (_lists(found, member), _doing(found, member), _dating(found, member)):
        buttons += group[0]
        missing += group[1]
    return buttons, missing


def _lists(found: Task, member: Member) -> tuple[list[dict], list[dict]]:
    """To the lists of a task over objects; a new one for whoever has part in it."""
    if not found.spec.get("objects"):
        return [], []
    url = f"/duties/lists/?task={found.pk}"
    buttons = [{"label": "去办清单", "url": url, "method": "get", "primary": True}]
    missing = []
    if serves(member, member.agency) and tasks_for(member).filter(pk=found.pk).exists():
        url = f"/duties/lists/new/?task={found.pk}"
        buttons.append({"label": "建立清单", "url": url, "method": "get"})
    else:
        missing.append({"label": "建立清单", "reason": "由任务分工单位、自然资源局或专班办公室的人员建立。"})
    return buttons, missing


def _doing(found: Task, member: Member) -> tuple[list[dict], list[dict]]:
    """Where it is done: the screen that proves it, or 登记一次 of one that never falls due by itself."""
    if not by_document(found.proof_kind):
        return _in_its_room(found, member)
    mine = may_file(member, member.agency, None, found)
    screen = acts.screen_of(found, member.agency)
    if screen is not None:
        url = screen.url_of(found, None)
        return [{"label": screen.label, "url": url, "method": "get", "primary": True}] if mine else [], []
    if not _never_due(found):
        return [], []
    if not mine:
        return [], [{"label": "登记一次", "reason": "由牵头或配合单位登记。"}]
    url = f"{_base(found)}record/"
    return [{"label": "登记一次", "url": url, "method": "get", "primary": True}], []


def _in_its_room(found: Task, member: Member) -> tuple[list[dict], list[dict]]:
    """Where a patrol, a meeting, an inspection without dates is recorded: no duty leads there."""
    act = acts.act_of_kind(found.proof_kind)
    running = found.campaign.status == Campaign.Status.RUNNING and not found.dropped_at
    if act is None or act.of_task is None or not running or not _never_due(found):
        return [], []
    url = act.of_task(found, member)
    if not url:
        return [], [{"label": act.label, "reason": "由牵头（责任）单位的有关人员办理。"}]
    return [{"label": act.label, "url": url, "method": "get", "primary": True}], []


def _never_due(found: Task) -> bool:
    """Whether the task opens no duty by itself: 不定期, 长期, on an event, or without any date."""
    once = (found.spec.get("deadline") or {}).get("once")
    return found.deadline in ("open", "ongoing", "event") or (found.deadline == "none" and not once)


def _dating(found: Task, member: Member) -> tuple[list[dict], list[dict]]:
    """确认日期 and 设定日期 by the office."""
    unconfirmed = found.deadline == Task.Deadline.IMPOSSIBLE and not found.confirmed_on
    is_open = found.deadline == Task.Deadline.OPEN
    if oversees(member):
        if unconfirmed:
            url = f"{_base(found)}date/"
            return [{"label": "确认日期", "url": url, "method": "get", "primary": True}], []
        if is_open:
            return [{"label": "设定日期", "url": f"{_base(found)}day/", "method": "get"}], []
    elif unconfirmed or (is_open and not found.confirmed_on):
        return [], [{"label": "确定日期", "reason": "由专班办公室确定。"}]
    return [], []


def _base(found: Task) -> str:
    return f"/duties/campaigns/{found.campaign_id}/tasks/{found.pk}/"


@require_http_methods(["GET", "POST"])
@business
def record(request: MemberRequest, pk: int, task_pk: int) -> HttpResponse:
    """登记一次: a task without dates was done once more."""
    found = visible_task(request, pk, task_pk)
    if not may_file(request.user, request.user.agency, None, found):
        raise NotAllowed(filings.FILED_BY)
    form = RecordForm(request.POST or None, request.FILES or None, initial={"at": now()})
    filing = submitted(
        request,
        form,
        lambda data: filings.file(
            member=request.user,
            agency=request.user.agency,
            task=found,
            uploads=[(one.name, one) for one in data["files"]],
            note=data["note"],
            at=data["at"],
            token=token_of(request),
        ),
    )
    if filing:
        messages.success(request, "已登记。")
        return redirect(f"/duties/campaigns/{pk}/tasks/{task_pk}/")
    context = {
        "title": "登记一次",
        "lead": f"{found.name}：{deadline_words(found)}",
        "crumbs": [
            DUTIES,
            CAMPAIGNS,
            {"label": found.name, "url": f"/duties/campaigns/{pk}/tasks/{task_pk}/"},
        ],
        "form": form,
        "multipart": True,
        "submit": "登记",
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))
