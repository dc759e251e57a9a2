"""What follows a served decision: 复议、诉讼 and their result, what they changed, 没收物处置."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from cases import remedies as reading
from cases.actions import cases
from cases.actions.cases.disposals import DISPOSING
from cases.actions.cases.remedies import ENDING
from cases.case_states import SERVED_ON
from cases.disposing import CONFISCATED
from cases.forms import case_after as forms
from cases.models import Case, Disposal, Penalty, Remedy
from cases.states import Outcome
from cases.views.case_facts import GET_POST, child
from cases.views.case_parts import small_page, upload_of, workable
from core.pages import token_of
from core.web import MemberRequest, business


@GET_POST
@business
def remedy_new(request: MemberRequest, pk: int) -> HttpResponse:
    """登记行政复议、行政诉讼."""
    return _remedy(request, workable(request, pk), None)


@GET_POST
@business
def remedy(request: MemberRequest, pk: int) -> HttpResponse:
    """修改没有结果的复议、诉讼."""
    row, case = child(request, Remedy, pk)
    return _remedy(request, case, row)


def _remedy(request: MemberRequest, case: Case, row: Remedy | None) -> HttpResponse:
    initial = None
    if row:
        same = ("kind", "organ", "number", "halted", "simple", "note", "filed_on", "notified_on")
        initial = {name: getattr(row, name) for name in same} | {"party": str(row.party_id or "")}
    form = forms.RemedyForm(
        request.POST or None, request.FILES or None, initial=initial, parties=case.parties.all()
    )

    def act(data: dict[str, Any]) -> Remedy:
        values = form.facts_of()
        return cases.save_remedy(case=case, by=request.user, remedy=row, token=token_of(request), **values)

    title = "修改行政复议、行政诉讼" if row else "登记行政复议、行政诉讼"
    lead = "没有结果以前不计加处罚款，不能结案，不能申请法院强制执行。"
    return small_page(request, case, form, act, title=title, lead=lead, said="复议、诉讼已登记。")


@GET_POST
@business
def remedy_answer(request: MemberRequest, pk: int) -> HttpResponse:
    """登记行政复议答复、诉讼答辩."""
    row, case = child(request, Remedy, pk)
    form = forms.AnswerForm(request.POST or None, request.FILES or None, remedy=row)

    def act(data: dict[str, Any]) -> Remedy:
        return cases.answer_remedy(remedy=row, by=request.user, token=token_of(request), **upload_of(data))

    title = "登记行政诉讼答辩" if row.kind == Remedy.Kind.SUIT else "登记行政复议答复"
    return small_page(request, case, form, act, title=title, said="答复、答辩已登记。")


@GET_POST
@business
def remedy_end(request: MemberRequest, pk: int) -> HttpResponse:
    """登记复议、诉讼结果."""
    row, case = child(request, Remedy, pk)
    form = forms.ResultForm(request.POST or None, request.FILES or None, remedy=row)

    def act(data: dict[str, Any]) -> Remedy:
        values = upload_of(data)
        return cases.end_remedy(remedy=row, by=request.user, token=token_of(request), **values)

    title = f"登记结果：{row.get_kind_display()}"
    lead = "撤销、变更、确认违法或者确认无效的，已公开的决定应在三个工作日内撤回（行政处罚法第四十八条）。"
    return small_page(request, case, form, act, title=title, lead=lead, said="结果已登记。")


@GET_POST
@business
def penalty_vary(request: MemberRequest, pk: int) -> HttpResponse:
    """按复议决定（裁判）变更处罚."""
    row, case = child(request, Penalty, pk)
    initial = {"fine": row.fine, "quantity": row.quantity}
    form = forms.VaryForm(request.POST or None, initial=initial, penalty=row)

    def act(data: dict[str, Any]) -> Penalty:
        return cases.vary_penalty(penalty=row, by=request.user, token=token_of(request), **data)

    title = f"按复议决定（裁判）变更：{row.get_kind_display()}"
    return small_page(request, case, form, act, title=title, said="变更已登记。")


@GET_POST
@business
def dispose(request: MemberRequest, pk: int) -> HttpResponse:
    """登记没收物处置."""
    row, case = child(request, Penalty, pk)
    form = forms.DisposalForm(request.POST or None, request.FILES or None, penalty=row)

    def act(data: dict[str, Any]) -> Disposal:
        return cases.dispose(penalty=row, by=request.user, token=token_of(request), **upload_of(data))

    title = f"登记没收物处置：{row.get_kind_display()}"
    lead = "没收的建筑物移交政府或者其指定的部门；没收物品拍卖或者按国家有关规定处理，款项全部上缴国库。"
    return small_page(request, case, form, act, title=title, lead=lead, said="处置已登记。")


# -- what the record shows -----------------------------------------------------------------------------


def of_record(case: Case, works: bool) -> dict[str, Any]:
    """The part of the record's context that comes after service."""
    rows = case.remedies.select_related("party", "file", "answer_file", "result_file")
    return {
        "remedies": [{"row": row, "acts": _acts(case, row) if works else []} for row in rows],
        "seeking": works and case.status in SERVED_ON and case.served_on is not None,
        "disposals": list(
            Disposal.objects.filter(penalty__case=case).select_related("penalty", "file", "by")
        ),
    }


def _acts(case: Case, row: Remedy) -> list[tuple[str, str]]:
    """(label, address) of what may be done with a remedy that has no result."""
    if row.ended_on is not None or case.status not in ENDING:
        return []
    found = []
    if row.notified_on and not row.answered_on:
        label = "登记答辩" if row.kind == Remedy.Kind.SUIT else "登记答复"
        found.append((label, reverse("cases:remedy_answer", args=[row.pk])))
    found += [("登记结果", reverse("cases:remedy_end", args=[row.pk]))]
    if case.status in SERVED_ON:
        found.append(("修改", reverse("cases:remedy", args=[row.pk])))
    return found


def acts_on_penalties(case: Case) -> dict[int, list[tuple[str, str]]]:
    """penalty pk → (label, address) of what may be done with it after service."""
    found: dict[int, list[tuple[str, str]]] = {}
    varied = case.status in SERVED_ON and reading.varied(case) is not None
    carried = case.outcome in (Outcome.PENALISED, Outcome.COURT_TAKES)
    for row in case.penalties.exclude(kind=Penalty.Kind.HELD):
        acts = []
        if carried and case.status in DISPOSING and row.kind in CONFISCATED and row.disposed_on is None:
            acts.append(("登记处置", reverse("cases:penalty_dispose", args=[row.pk])))
        if varied:
            acts.append(("变更", reverse("cases:penalty_vary", args=[row.pk])))
        found[row.pk] = acts
    return found
