"""What the pages of a case share: who sees it, its limits, its words, the page of a small form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cases.actions.cases.opening import may_work_or_decide
from cases.models import Case
from core import gates
from core.audit import subject_of
from core.pages import fresh_token, status_of, submitted
from duties.clocks import of_duty
from duties.models import Duty

if TYPE_CHECKING:
    from django import forms

    from agencies.models import Member
    from core.web import MemberRequest

T = TypeVar("T")
LIST = {"label": "案件", "url": "/cases/"}
#: In the place of everything that is not open to the reader.
SEALED = "内容由承办单位掌握"
RELATED = (
    "matter",
    "holder__division",
    "holder__parent",
    "division",
    "site",
    "opened_by__agency",
    "promoted_from",
    "revived_from",
)


def readable(request: MemberRequest, pk: int) -> Case:
    """A case whose content is open to the reader, else 404."""
    return get_object_or_404(Case.objects.visible_to(request.user).select_related(*RELATED), pk=pk)


def in_sight(request: MemberRequest, pk: int) -> Case:
    """A case of which the reader may know at least the state, else 404."""
    return get_object_or_404(Case.objects.known_to(request.user).select_related(*RELATED), pk=pk)


def workable(request: MemberRequest, pk: int) -> Case:
    """A case of a unit for which the reader handles cases, else 404."""
    case = readable(request, pk)
    if not may_work_or_decide(request.user, case.holder):
        raise Http404
    return case


def crumbs(case: Case | None = None) -> list[dict[str, str]]:
    """Where the page stands."""
    if case is None:
        return [LIST]
    return [LIST, {"label": str(case), "url": reverse("cases:case", args=[case.pk])}]


def duties_of(case: Case, member: Member) -> list[Duty]:
    """Steps that are owed now, those with a limit first; as far as the member may know."""
    kind, key = subject_of(case)
    rows = Duty.objects.visible_to(member).open().filter(subject_kind=kind, subject_id=key)
    rows = rows.select_related("agency", "clock", "member")
    return sorted(rows, key=lambda duty: (duty.due_at is None, duty.due_at, duty.pk))


def why(duty: Duty | None) -> str:
    """为什么是这个日期."""
    counted = of_duty(duty) if duty else None
    return counted.sentence if counted else ""


def state_of(case: Case) -> dict[str, str]:
    """The status as a tag."""
    css = {"closed": "tag-done", "revoked": "tag-refused", "not_filed": "tag-refused"}.get(case.status, "")
    return {"words": case.get_status_display(), "css": css}


def upload_of(data: dict[str, Any]) -> dict[str, Any]:
    """The form's values with the upload as (name, opened file) or None."""
    file = data.get("upload")
    return data | {"upload": (file.name, file) if file else None}


def small_page(
    request: MemberRequest,
    case: Case,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    said: str,
    lead: str = "",
    submit: str = "保存",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """One form of a case: the act and back to the record, else the form with what was typed. A form tells of
    the case as its record does: before sealed content its reader says why."""
    done = submitted(request, form, act)
    if done is not None:
        messages.success(request, said)
        return redirect("cases:case", case.pk)
    if (asked := gates.held(request, case, case.matter)) is not None:
        return asked
    context = {
        "title": title,
        "lead": lead,
        "crumbs": crumbs(case),
        "form": form,
        "submit": submit,
        "cancel_url": reverse("cases:case", args=[case.pk]),
        "client_token": fresh_token(request),
        **(more or {}),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))
