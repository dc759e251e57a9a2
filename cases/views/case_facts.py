"""Small forms of a case: parties, violations, penalties, measures, tasks, notes, visits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from cases.actions import cases
from cases.actions.cases.officers import eligible
from cases.forms import cases as forms
from cases.models import Case, CaseTask, LookBack, Measure, Party, Penalty, Violation
from cases.views.case_parts import small_page, upload_of, workable
from core.pages import token_of
from core.web import MemberRequest, business
from duties.words import day_words

GET_POST = require_http_methods(["GET", "POST"])


def child(request: MemberRequest, model: type[models.Model], pk: int) -> tuple[Any, Case]:
    """(a row of a case that the reader handles, the case), else 404."""
    row = get_object_or_404(
        model._default_manager.filter(case__in=Case.objects.visible_to(request.user)), pk=pk
    )
    case = workable(request, row.case_id)
    row.case = case
    return row, case


@GET_POST
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """修改案件情况."""
    case = workable(request, pk)
    names = ("title", "facts", "location", "complex", "self_reported", "concealed")
    initial = {name: getattr(case, name) for name in names} | {"found_on": f"{case.found_on:%Y-%m-%d}"}
    form = forms.EditForm(request.POST or None, initial=initial)
    act = lambda data: cases.edit_case(case=case, by=request.user, **data)  # noqa: E731
    return small_page(request, case, form, act, title="修改案件情况", said="案件情况已修改。")


@GET_POST
@business
def party_new(request: MemberRequest, pk: int) -> HttpResponse:
    """登记当事人."""
    return _party(request, workable(request, pk), None)


@GET_POST
@business
def party(request: MemberRequest, pk: int) -> HttpResponse:
    """修改当事人."""
    row, case = child(request, Party, pk)
    return _party(request, case, row)


def _party(request: MemberRequest, case: Case, row: Party | None) -> HttpResponse:
    names = ("kind", "name", "code", "representative", "phone", "address", "note")
    initial = {name: getattr(row, name) for name in names} if row else {"kind": Party.Kind.FIRM}
    form = forms.PartyForm(request.POST or None, initial=initial, change=row is not None)

    def act(data: dict[str, Any]) -> Party:
        return cases.save_party(case=case, by=request.user, party=row, token=token_of(request), **data)

    title = "修改当事人" if row else "登记当事人"
    return small_page(request, case, form, act, title=title, said="当事人已登记。")


@GET_POST
@business
def violation_new(request: MemberRequest, pk: int) -> HttpResponse:
    """登记违法情形."""
    return _violation(request, workable(request, pk), None)


@GET_POST
@business
def violation(request: MemberRequest, pk: int) -> HttpResponse:
    """修改违法情形."""
    row, case = child(request, Violation, pk)
    return _violation(request, case, row)


def _violation(request: MemberRequest, case: Case, row: Violation | None) -> HttpResponse:
    form = forms.ViolationForm(
        request.POST or None,
        initial=forms.of_violation(row) if row else None,
        agency=case.holder,
        parties=case.parties.all(),
        change=row is not None,
    )

    def act(data: dict[str, Any]) -> Violation:
        return cases.save_violation(
            case=case,
            by=request.user,
            act=cases.Act(**form.facts_of()),
            violation=row,
            reason=data.get("reason", ""),
            token=token_of(request),
        )

    title = "修改违法情形" if row else "登记违法情形"
    lead = "适用的法律按行为的日期选用；数量、金额和面积用于测算罚款幅度和移送标准。"
    return small_page(request, case, form, act, title=title, lead=lead, said="违法情形已登记。")


@GET_POST
@business
def penalty_new(request: MemberRequest, pk: int) -> HttpResponse:
    """登记拟作出的处罚."""
    return _penalty(request, workable(request, pk), None)


@GET_POST
@business
def penalty(request: MemberRequest, pk: int) -> HttpResponse:
    """修改拟作出的处罚."""
    row, case = child(request, Penalty, pk)
    return _penalty(request, case, row)


def _penalty(request: MemberRequest, case: Case, row: Penalty | None) -> HttpResponse:
    initial = None
    if row:
        initial = {name: getattr(row, name) for name in ("kind", "fine", "quantity", "basis")}
        initial["party"] = str(row.party_id or "")
    form = forms.PenaltyForm(request.POST or None, initial=initial, parties=case.parties.all())

    def act(data: dict[str, Any]) -> Penalty:
        return cases.save_penalty(
            case=case, by=request.user, penalty=row, token=token_of(request), **form.facts_of()
        )

    blocked = cases.fine_blocked(case)
    title = "修改拟作出的处罚" if row else "登记拟作出的处罚"
    return small_page(request, case, form, act, title=title, lead=blocked, said="拟作出的处罚已登记。")


@GET_POST
@business
def carry(request: MemberRequest, pk: int) -> HttpResponse:
    """登记缴款、执行."""
    row, case = child(request, Penalty, pk)
    form = forms.CarryForm(request.POST or None, penalty=row)

    def act(data: dict[str, Any]) -> Penalty:
        return cases.carry_out(penalty=row, by=request.user, token=token_of(request), **data)

    title = f"登记执行情况：{row.get_kind_display()}"
    return small_page(request, case, form, act, title=title, said="执行情况已登记。")


@GET_POST
@business
def held(request: MemberRequest, pk: int) -> HttpResponse:
    """登记追责结果."""
    case = workable(request, pk)
    form = forms.HeldForm(request.POST or None)

    def act(data: dict[str, Any]) -> Penalty:
        return cases.hold(case=case, by=request.user, token=token_of(request), **data)

    lead = "只登记追责机关、方式和日期，不登记姓名。"
    return small_page(request, case, form, act, title="登记追责结果", lead=lead, said="追责结果已登记。")


@GET_POST
@business
def measure_new(request: MemberRequest, pk: int) -> HttpResponse:
    """登记责令停止、先行登记保存、查封扣押."""
    case = workable(request, pk)
    form = forms.MeasureForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any]) -> Measure:
        return cases.take_measure(case=case, by=request.user, token=token_of(request), **upload_of(data))

    lead = "先行登记保存应在七个工作日内处理；查封、扣押不超过三十日，经负责人批准可以延长三十日。"
    return small_page(request, case, form, act, title="登记强制措施", lead=lead, said="措施已登记。")


@GET_POST
@business
def measure_report(request: MemberRequest, pk: int) -> HttpResponse:
    """补办批准手续."""
    row, case = child(request, Measure, pk)
    form = forms.ReportForm(request.POST or None)
    act = lambda data: cases.report_measure(measure=row, by=request.user, **data)  # noqa: E731
    lead = (
        "当场采取的，应当在24小时内向负责人报告并补办批准手续；负责人认为不应当采取的，应当立即解除"
        "（行政强制法第十九条）。已经处理的也要补办，补办以前不能结案。"
    )
    return small_page(request, case, form, act, title="补办批准手续", lead=lead, said="批准手续已登记。")


@GET_POST
@business
def measure_end(request: MemberRequest, pk: int) -> HttpResponse:
    """登记处理情况."""
    row, case = child(request, Measure, pk)
    form = forms.EndForm(request.POST or None, measure=row)

    def act(data: dict[str, Any]) -> Measure:
        return cases.end_measure(measure=row, by=request.user, token=token_of(request), **data)

    title = f"登记处理情况：{row.get_kind_display()}"
    return small_page(request, case, form, act, title=title, said="处理情况已登记。")


@GET_POST
@business
def task_new(request: MemberRequest, pk: int) -> HttpResponse:
    """交办任务."""
    case = workable(request, pk)
    form = forms.TaskForm(request.POST or None, people=list(eligible(case)))

    def act(data: dict[str, Any]) -> CaseTask:
        return cases.give_task(case=case, by=request.user, token=token_of(request), **form.facts_of())

    return small_page(request, case, form, act, title="交办任务", said="任务已交办。", submit="交办")


@GET_POST
@business
def task_done(request: MemberRequest, pk: int) -> HttpResponse:
    """办结任务."""
    row, case = child(request, CaseTask, pk)
    form = forms.ResultForm(request.POST or None)

    def act(data: dict[str, Any]) -> CaseTask:
        return cases.finish_task(task=row, by=request.user, token=token_of(request), **data)

    lead = f"任务：{row.title}"
    return small_page(
        request, case, form, act, title="办结任务", lead=lead, said="任务已办结。", submit="办结"
    )


@require_POST
@business
def task_back(request: MemberRequest, pk: int) -> HttpResponse:
    """收回任务."""
    row, case = child(request, CaseTask, pk)
    cases.take_back_task(task=row, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, "任务已收回。")
    return redirect("cases:case", case.pk)


@GET_POST
@business
def note_new(request: MemberRequest, pk: int) -> HttpResponse:
    """填写办案记录."""
    case = workable(request, pk)
    form = forms.NoteForm(request.POST or None)

    def act(data: dict[str, Any]) -> Any:
        return cases.note(case=case, by=request.user, token=token_of(request), **data)

    lead = "记下以后不能修改，写错了另记一条。"
    return small_page(request, case, form, act, title="填写办案记录", lead=lead, said="办案记录已写入。")


@GET_POST
@business
def look_back(request: MemberRequest, pk: int) -> HttpResponse:
    """登记回头看."""
    row, case = child(request, LookBack, pk)
    form = forms.LookBackForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any]) -> LookBack:
        values = upload_of(data) | {"again": data["again"] == "yes"}
        return cases.look_back(visit=row, by=request.user, token=token_of(request), **values)

    title = f"结案后{row.days}日回头看"
    lead = f"没有再次违法的，从{day_words(row.first_day)}起登记。"
    lead += "发现死灰复燃的，随时登记，系统按同一地点重新登记一件案件。"
    return small_page(request, case, form, act, title=title, lead=lead, said="回头看已登记。")


@require_POST
@business
def drop(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    """删除 a party, a violation or a proposed penalty."""
    model, act = DROPS[kind]
    row, case = child(request, model, pk)
    why = {"reason": request.POST.get("reason", "")} if model is not Penalty else {}
    act(**{kind: row}, by=request.user, **why)
    messages.success(request, "已删除。")
    return redirect("cases:case", case.pk)


DROPS: dict[str, tuple[type[models.Model], Any]] = {
    "party": (Party, cases.drop_party),
    "violation": (Violation, cases.drop_violation),
    "penalty": (Penalty, cases.drop_penalty),
}
