"""Every step of a case: one page built from what the move asks, one door behind it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cases.actions import cases
from cases.actions.cases.guards import why_not_yet
from cases.actions.cases.officers import eligible
from cases.case_places import candidates
from cases.case_standing import may
from cases.case_states import CASE_MOVES, CaseMove
from cases.discretion import out_of_range, outcome_words, weighs
from cases.forms.case_moves import MoveForm
from cases.line_words import amount
from cases.models import Case
from cases.views.case_parts import crumbs, readable
from core import gates
from core.errors import Conflict, NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version

#: What cannot be taken back, said before it is done.
WARNINGS = {
    "request_filing": "报请后，审批前不能再改当事人和违法情形。",
    "approve_filing": "批准后按本单位的编号格式给出案件编号，自立案之日起九十日内作出决定。",
    "notify": "告知后不能再改拟作出的处罚；陈述、申辩期满才能报请决定。",
    "notify_hearing": "告知后不能再改拟作出的处罚；陈述、申辩和要求听证的期限届满才能报请决定。",
    "decide": "作出决定后不能再改。",
    "annul": "撤销后案件终止，没有办结的期限一并取消；已公开的决定应在三个工作日内撤回。",
    "redo": "原决定撤销，案件回到审理后的环节，重新告知、重新作出决定；已公开的决定应在三个工作日内撤回。",
    "approve_closing": "结案（销号）后，案件材料不能再改；系统按30日、90日、180日安排回头看。",
    "designate": "承办权、材料和未办结的期限一并移交接办单位，本单位保留查看。",
    "promote": "承办权、材料和未办结的期限一并移交接办单位，原承办单位保留查看。",
}
#: The whole of what is decided is laid out once more before these.
CHECKED = frozenset(
    {
        "approve_filing",
        "review",
        "propose",
        "decide",
        "annul",
        "redo",
        "request_closing",
        "approve_closing",
    }
)


@require_http_methods(["GET", "POST"])
@business
def take(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """One move: its page, and the act."""
    case, move = readable(request, pk), CASE_MOVES.get(name)
    if move is None or move.track != case.track:
        raise Http404
    form = MoveForm(
        request.POST or None,
        request.FILES or None,
        case=case,
        move=move,
        units=candidates(case) if "unit" in move.asks else (),
        people=list(eligible(case)) if "officers" in move.asks else (),
    )
    done = submitted(request, form, lambda data: _act(request, case, move, form))
    if done is not None:
        messages.success(request, f"已办理：{move.label}。")
        return redirect(_after(request, case))
    if (asked := gates.held(request, case, case.matter)) is not None:
        return asked
    if request.method == "GET":
        _must_be_legal(request, case, move)
    context = {
        "title": move.label,
        "lead": WARNINGS.get(name, ""),
        "crumbs": crumbs(case),
        "form": form,
        "submit": f"确认{move.label}",
        "version": request.POST.get("version") or case.version,
        "cancel_url": reverse("cases:case", args=[pk]),
        "client_token": fresh_token(request),
        "answers": answers(case, move),
    }
    return render(request, "cases/cases/take.html", context, status=status_of(request, form))


def _act(request: MemberRequest, case: Case, move: CaseMove, form: MoveForm) -> Any:
    return cases.take(
        case=case,
        move=move.name,
        by=request.user,
        version=seen_version(request),
        token=token_of(request),
        **form.facts(),
    )


def _must_be_legal(request: MemberRequest, case: Case, move: CaseMove) -> None:
    """The page of a move that is not legal now says so instead of asking for words in vain."""
    reason = may(request.user, case, move)
    if reason and case.status not in move.source:
        raise Conflict(reason)
    if reason:
        raise NotAllowed(reason)
    reason = why_not_yet(move.name, case)
    if reason:
        raise Conflict(reason)


def _after(request: MemberRequest, case: Case) -> str:
    """Back to the record; to the list where the move took it out of sight."""
    if Case.objects.visible_to(request.user).filter(pk=case.pk).exists():
        return reverse("cases:case", args=[case.pk])
    return reverse("cases:cases")


def answers(case: Case, move: CaseMove) -> list[dict[str, str]]:
    """What the move is about; before a decision the whole of it."""
    rows = [("登记号", case.serial), ("案件编号", case.number), ("案由", case.title)]
    rows.append(("状态", case.get_status_display()))
    if move.name in CHECKED:
        rows += [
            ("当事人", "、".join(row.name for row in case.parties.all()) or "（没有登记）"),
            ("违法情形", "；".join(_act_words(row) for row in case.violations.select_related("offence"))),
            ("处罚", "；".join(_penalty_words(row) for row in case.penalties.exclude(kind="held"))),
            ("处理结果", outcome_words(case)),
            ("裁量情节", " ".join([*weighs(case), *out_of_range(case)])),
            *_last_words(case),
        ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _act_words(row: Any) -> str:
    return f"{row.offence.name}（{row.offence.law}{row.offence.article}）"


def _penalty_words(row: Any) -> str:
    money = f"{amount(row.fine)}元" if row.fine else ""
    return f"{row.get_kind_display()}{money}（{row.basis}）"


def _last_words(case: Case) -> list[tuple[str, str]]:
    step = case.steps.exclude(text="").order_by("-id").first()
    return [(f"“{step.label}”的说明", step.text)] if step else []
