"""One case: where it stands, what may be done and why not, everything that happened; and on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases import law, remedies, sentinel_panel
from cases.actions.cases.closing import why_open
from cases.actions.cases.guards import fine_blocked, unperformed
from cases.actions.cases.opening import may_work_or_decide
from cases.actions.cases.owing import wanted
from cases.actions.cases.penalties import CARRYING, HELD_IN, PROPOSING
from cases.case_history import read_once
from cases.case_moments import Running, paying_due, running
from cases.case_states import CASE_OVER, DECIDED, WORKING
from cases.discretion import (
    hearing_required,
    out_of_range,
    outcome_words,
    review_required,
    surcharge,
    weighs,
)
from cases.models import Case, Penalty
from cases.site_file import site_file
from cases.states import CaseStatus as S
from cases.subjects_referrals import may_refer, refer_button, referrals_of, why_not_refer
from cases.views.case_after import acts_on_penalties, of_record
from cases.views.case_buttons import acts
from cases.views.case_papers import links
from cases.views.case_parts import SEALED, crumbs, duties_of, in_sight, state_of, why
from cases.views.case_timeline import timeline
from core import gates
from core.pages import fresh_token
from core.templatetags.mw import zh_date, zh_datetime
from core.web import MemberRequest, business
from duties.words import instant_words
from ledgers.models import Lead
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Member

Rows = list[dict[str, Any]]


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The record; for the joint office of a sealed affair its state and clocks alone."""
    case, member = in_sight(request, pk), request.user
    if not Case.objects.visible_to(member).filter(pk=pk).exists():
        return render(request, "patterns/record.html", outside(case, member))
    held = gates.held(request, case, case.matter)
    if held is not None:
        return held
    with read_once(case):
        return render(request, "cases/cases/record.html", _record(request, case))


def _record(request: MemberRequest, case: Case) -> dict[str, Any]:
    member = request.user
    buttons, missing = acts(case, member)
    refers, missed = _referring(case, member)
    works = may_work_or_decide(member, case.holder)
    return {
        **_standing(case, member),
        **of_record(case, works),
        "facts": facts(case, member),
        "case": case,
        "works": works,
        "facts_open": case.status in WORKING,
        "proposing": case.status in PROPOSING,
        "carrying": case.status in CARRYING,
        "holding": case.status in HELD_IN,
        "over": case.status in CASE_OVER,
        "warnings": warnings(case),
        "parties": list(case.parties.all()),
        "violations": violations(case),
        "penalties": penalties(case),
        "measures": list(case.measures.select_related("file")),
        "officers": list(case.officers.filter(released_at__isnull=True).select_related("member")),
        "tasks": tasks(case, member),
        "notes": list(case.notes.select_related("by")),
        "lookbacks": list(case.lookbacks.select_related("by", "revival")),
        "panel": sentinel_panel.of(case, member),
        "site_file": site_file(member, case.site),
        "buttons": [*buttons, *refers],
        "missing": [*missing, *missed],
        "version": case.version,
        "related": [*related(case, member), *referrals_of(member, case)],
        "timeline": timeline(member, case),
        "case_papers": links(case),
        "prints": [{"label": "打印", "url": reverse("cases:case_print", args=[case.pk])}],
        "client_token": fresh_token(request),
        "wide": True,
    }


def _referring(case: Case, member: Member) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(the button 移送, why it is missing) while the case is not over."""
    if case.status in CASE_OVER:
        return [], []
    return (refer_button(case, "case"), []) if may_refer(member, case) else ([], why_not_refer(case))


def _standing(case: Case, member: Member) -> dict[str, Any]:
    """Number, state, who has it, what is next, the light with its reason."""
    duties = duties_of(case, member)
    first = next((duty for duty in duties if duty.due_at), None)
    return {
        "title": "案件",
        "number": str(case),
        "crumbs": crumbs(),
        "state": state_of(case),
        "holder": case.holder.label,
        "next_step": next_step(case),
        "duty": first,
        "why": why(first),
        "more_duties": [(duty, why(duty)) for duty in duties if duty is not first and duty.due_at],
        "waits": [wait_words(row) for row in running(case)],
    }


def next_step(case: Case) -> str:
    """What is owed next, in words."""
    if case.track != Case.Track.ADMIN:
        return ""
    later = {"decide", "redecide", "publish", "file"} | ({"court"} if case.status == S.SERVED else set())
    titles = [row.title for row in wanted(case) if row.key not in later]
    return "；".join(titles) or (
        "核查并报请立案" if case.status == S.DRAFT else "调查取证" if case.status == S.FILED else ""
    )


def wait_words(row: Running) -> dict[str, str]:
    """A period of the party in a line, with why this date."""
    state = "已放弃" if row.waived else "已届满" if row.over else "未届满"
    return {
        "label": row.wait.title,
        "value": f"至{instant_words(row.due.due_at)}（{state}）",
        "why": row.due.sentence,
    }


def outside(case: Case, member: Member) -> dict[str, Any]:
    """State and clocks for whoever may know that there is a case and no more."""
    shown = [
        ("登记号", case.serial),
        ("性质", case.get_track_display()),
        ("承办单位", case.holder.name),
        ("立案日期", zh_date(case.filed_on)),
        ("结案时间", zh_datetime(case.closed_at)),
        ("内容", SEALED),
    ]
    rows = [{"label": label, "value": value} for label, value in shown if value]
    return {**_standing(case, member), "number": case.serial, "facts": rows, "timeline": [], "wide": True}


def facts(case: Case, member: Member) -> Rows:
    """The case in words."""
    point = "" if case.lon is None or case.lat is None else f"E{case.lon:.6f}，N{case.lat:.6f}"
    site = case.site
    rows: list[tuple[str, Any, str]] = [
        ("案由", case.title, ""),
        ("登记号", case.serial, ""),
        ("案件编号", case.number, ""),
        ("性质", case.get_track_display(), ""),
        ("来源", case.get_origin_display(), ""),
        ("发现日期", zh_date(case.found_on), ""),
        ("案发地", case.division.name, ""),
        ("地点", case.location, ""),
        ("坐标", point, ""),
        ("监管对象", site.name if site else "", reverse("ledgers:site", args=[site.pk]) if site else ""),
        ("立案日期", zh_date(case.filed_on), ""),
        ("决定日期", zh_date(case.decided_on), ""),
        ("送达日期", zh_date(case.served_on), ""),
        ("听证时间", instant_words(case.hearing_at) if case.hearing_at else "", ""),
        ("处理结果", outcome_words(case), ""),
        ("结案时间", zh_datetime(case.closed_at), ""),
        ("挂牌督办", case.get_supervised_display() if case.supervised else "", ""),
        ("移交前的承办单位", case.promoted_from.name if case.promoted_from else "", ""),
        ("案情复杂", "是，须经法制审核、集体讨论" if case.complex else "", ""),
        *_revived(case, member),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in rows if value]


def _revived(case: Case, member: Member) -> list[tuple[str, str, str]]:
    prior = case.revived_from
    if prior is None or not Case.objects.visible_to(member).filter(pk=prior.pk).exists():
        return []
    return [("死灰复燃自", str(prior), reverse("cases:case", args=[prior.pk]))]


def warnings(case: Case) -> list[str]:
    """What a person who works on the case must know now."""
    if case.track != Case.Track.ADMIN or case.status in CASE_OVER:
        return []
    found = list(weighs(case))
    if case.decided_on is None:
        found += out_of_range(case)
    blocked = fine_blocked(case) if case.decided_on is None else ""
    if blocked:
        found.append(blocked)
    if case.status in (S.FILED, S.INVESTIGATED):
        hearing = hearing_required(case)
        if hearing:
            found.append(f"{hearing}应当告知听证权利，决定前须经法制审核、集体讨论。")
        elif review_required(case):
            found.append("本案须经法制审核才能告知和决定（行政处罚法第五十八条）。")
    if case.status in (S.PERFORMED, S.CLOSING):
        left = why_open(case)
        if left:
            found.append(f"还不能结案（销号）：{'；'.join(left)}。")
    return found


def violations(case: Case) -> Rows:
    """Each violation with the law it falls under and what may be fined."""
    found = []
    for row in case.violations.select_related("offence", "party"):
        spans = law.penalty_ranges(row.offence, law.sums_of(row))
        drop = {"label": "删除", "url": reverse("cases:violation_drop", args=[row.pk]), "method": "post"}
        acts = [
            {"label": "修改", "url": reverse("cases:violation", args=[row.pk]), "method": "get"},
            drop | {"danger": True, "ask": "删除理由（记入降格记录）"},
        ]
        found.append({"row": row, "spans": spans, "acts": acts, "prefix": f"violation-{row.pk}-"})
    return found


def tasks(case: Case, member: Member) -> Rows:
    """Each task with what the reader may do: 办结 its officer and who gave it, 收回 who gave it."""
    found = []
    for row in case.tasks.select_related("member", "given_by"):
        acts = []
        if row.done_at is None and member.pk in (row.member_id, row.given_by_id):
            url = reverse("cases:case_task_done", args=[row.pk])
            acts.append({"label": "办结", "url": url, "method": "get"})
        if row.done_at is None and member.pk == row.given_by_id:
            url = reverse("cases:case_task_back", args=[row.pk])
            back = {"label": "收回", "url": url, "method": "post", "danger": True}
            acts.append(back | {"ask": "收回的原因", "ask_required": True})
        found.append({"row": row, "acts": acts, "prefix": f"task-{row.pk}-"})
    return found


def penalties(case: Case) -> Rows:
    """Each penalty with what is still open and the surcharge on what is not paid."""
    due, found = paying_due(case), []
    acts, fought = acts_on_penalties(case), remedies.against(case)
    for row in case.penalties.select_related("party"):
        extra = None
        if row.kind == Penalty.Kind.FINE and due and case.status in (S.SERVED, S.URGED, S.COURT):
            day, today = local_date(due.due_at), local_date(now())
            mine = [one for one in fought if None in (one.party_id, row.party_id) or one.party == row.party]
            stopped = remedies.stopped_days(mine, day, today)
            extra = surcharge(row.fine or 0, row.paid, day, today, stopped) or None
        over = max(row.paid - row.fine, 0) if row.fine is not None else 0
        held = row.kind == Penalty.Kind.HELD
        found.append({"row": row, "extra": extra, "over": over, "held": held, "acts": acts.get(row.pk, [])})
    return found


def related(case: Case, member: Member) -> Rows:
    """Leads and other cases of the affair in the reader's sight; not where a sealed lead came from."""
    leads = Lead.objects.visible_to(member).filter(cases=case)
    told = set(Lead.objects.open_to(member).filter(cases=case).values_list("pk", flat=True))
    others = Case.objects.visible_to(member).filter(matter=case.matter).exclude(pk=case.pk)
    groups = [
        (
            "线索",
            [
                {
                    "label": lead.number,
                    "url": reverse("ledgers:lead", args=[lead.pk]),
                    "note": lead.get_source_display() if lead.pk in told else SEALED,
                }
                for lead in leads.order_by("pk")
            ],
        ),
        (
            "同一事项的其他案件",
            [
                {
                    "label": str(row),
                    "url": reverse("cases:case", args=[row.pk]),
                    "note": f"{row.holder.label} {row.get_status_display()}",
                }
                for row in others.select_related("holder").order_by("pk")
            ],
        ),
    ]
    return [{"title": title, "links": links} for title, links in groups if links]


@require_GET
@business
def printed(request: MemberRequest, pk: int) -> HttpResponse:
    """The case on paper."""
    case, member = in_sight(request, pk), request.user
    if not Case.objects.visible_to(member).filter(pk=pk).exists():
        return render(request, "patterns/record.html", outside(case, member))
    held = gates.held(request, case, case.matter)
    if held is not None:
        return held
    context = {
        "title": "案件登记表",
        "crumbs": crumbs(case),
        "case": case,
        "facts": facts(case, member),
        "parties": list(case.parties.all()),
        "violations": violations(case),
        "penalties": penalties(case),
        "measures": list(case.measures.all()),
        "officers": list(case.officers.filter(released_at__isnull=True).select_related("member")),
        "left": unperformed(case) if case.status in DECIDED else [],
        "steps": timeline(member, case),
    }
    return render(request, "cases/cases/print.html", context)
