"""办结材料: hand in for a duty, one filing, 接收 退回 撤回."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import NotAllowed
from core.files import files_of
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version
from duties.actions import filings
from duties.filing_rules import by_document, done_elsewhere, may_file, may_handle, task_of
from duties.forms.filings import FilingForm
from duties.models import Duty, Filing
from duties.views.watch import CRUMB
from duties.words import instant_words


@require_http_methods(["GET", "POST"])
@business
def file(request: MemberRequest, pk: int) -> HttpResponse:
    """Hand in the documents of one duty."""
    duty = get_object_or_404(
        Duty.objects.visible_to(request.user).select_related("agency", "rule__task", "recipient"), pk=pk
    )
    task = task_of(duty)
    if not may_file(request.user, duty.agency, duty, task):
        raise NotAllowed(filings.FILED_BY)
    if task is None or not by_document(task.proof_kind) or duty.status != Duty.Status.OPEN:
        return redirect(f"/duties/{pk}/")
    elsewhere = done_elsewhere(task, duty.agency)
    if elsewhere:
        messages.warning(request, elsewhere)
        return redirect(f"/duties/{pk}/")
    papers = task.spec.get("papers") or []
    form = FilingForm(request.POST or None, request.FILES or None, papers=papers)
    filing = submitted(
        request,
        form,
        lambda data: filings.file(
            member=request.user,
            agency=duty.agency,
            duty=duty,
            uploads=[(one.name, one) for one in data["files"]],
            note=data["note"],
            token=token_of(request),
        ),
    )
    if filing:
        messages.success(request, "材料已报送，这项任务已完成。")
        return redirect(f"/duties/filings/{filing.pk}/")
    context = {
        "title": "报送办结材料",
        "lead": duty.title,
        "crumbs": [CRUMB, {"label": duty.title, "url": f"/duties/{pk}/"}],
        "form": form,
        "multipart": True,
        "submit": "报送",
        "client_token": fresh_token(request),
        "cancel_url": f"/duties/{pk}/",
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def visible(request: MemberRequest, pk: int) -> Filing:
    """A filing in sight, else 404."""
    rows = Filing.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related(
            "agency", "recipient", "duty__rule__task", "task__campaign", "filed_by", "handled_by"
        ),
        pk=pk,
    )


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One filing with its documents."""
    filing = visible(request, pk)
    buttons, missing = buttons_of(filing, request.user)
    crumbs = [CRUMB]
    if filing.duty:
        crumbs.append({"label": filing.duty.title, "url": f"/duties/{filing.duty_id}/"})
    papers = [
        {"label": one.name, "url": f"/files/{one.pk}/", "note": f" {one.size // 1024 + 1} KB"}
        for one in files_of(filing)
    ]
    context = {
        "title": f"办结材料：{filing.duty.title if filing.duty else filing.task.name}",
        "crumbs": crumbs,
        "state": {
            "words": filing.get_status_display(),
            "css": "tag-refused" if filing.status == Filing.Status.RETURNED else "",
        },
        "facts": [
            {"label": label, "value": value}
            for label, value in (
                ("报送单位", filing.agency.name),
                ("报送对象", filing.recipient.name if filing.recipient else ""),
                ("报送时间", instant_words(filing.filed_at)),
                ("完成时间", instant_words(filing.at) if not filing.duty_id else ""),
                ("说明", filing.note),
                ("退回、撤回原因", filing.reason),
            )
            if value
        ],
        "related": [{"title": "材料", "links": papers}] if papers else [],
        "buttons": buttons,
        "missing": missing,
        "version": filing.version,
        "timeline": _steps(filing),
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/record.html", context)


def _steps(filing: Filing) -> list[dict[str, Any]]:
    steps = [{"at": filing.filed_at, "who": filing.filed_by.label, "words": "报送材料", "kind": "done"}]
    if filing.handled_at and filing.handled_by:
        steps.insert(
            0,
            {
                "at": filing.handled_at,
                "who": filing.handled_by.label,
                "words": filing.get_status_display(),
                "text": filing.reason,
            },
        )
    return steps


def buttons_of(filing: Filing, member: Any) -> tuple[list[dict], list[dict]]:
    """Legal buttons, and why another is missing."""
    base, buttons, missing = f"/duties/filings/{filing.pk}/", [], []
    if filing.status == Filing.Status.RETURNED and filing.duty and filing.duty.status == Duty.Status.OPEN:
        if may_file(member, filing.agency, filing.duty, filing.task):
            buttons.append(
                {
                    "label": "重新报送",
                    "url": f"/duties/{filing.duty_id}/file/",
                    "method": "get",
                    "primary": True,
                }
            )
    if filing.status != Filing.Status.FILED:
        return buttons, missing
    if may_handle(member, filing):
        buttons += [
            {"label": "接收", "url": f"{base}accept/", "method": "post", "primary": True},
            {
                "label": "退回",
                "url": f"{base}return/",
                "method": "post",
                "ask": "退回原因",
                "ask_required": True,
            },
        ]
    else:
        missing.append({"label": "接收、退回", "reason": "由报送对象或专班办公室办理，报送人不能办理。"})
    if may_file(member, filing.agency, filing.duty, filing.task):
        buttons.append(
            {
                "label": "撤回",
                "url": f"{base}withdraw/",
                "method": "post",
                "ask": "撤回原因",
                "ask_required": True,
            }
        )
    return buttons, missing


@require_POST
@business
def accept(request: MemberRequest, pk: int) -> HttpResponse:
    """接收."""
    filings.accept(filing=visible(request, pk), by=request.user, version=seen_version(request))
    messages.success(request, "已接收。")
    return redirect(f"/duties/filings/{pk}/")


@require_POST
@business
def send_back(request: MemberRequest, pk: int) -> HttpResponse:
    """退回."""
    filings.return_filing(
        filing=visible(request, pk),
        by=request.user,
        reason=request.POST.get("reason", ""),
        version=seen_version(request),
    )
    messages.success(request, "已退回，报送单位会收到修改任务。")
    return redirect(f"/duties/filings/{pk}/")


@require_POST
@business
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """撤回."""
    filings.withdraw(
        filing=visible(request, pk),
        by=request.user,
        reason=request.POST.get("reason", ""),
        version=seen_version(request),
    )
    messages.success(request, "已撤回，这项任务重新打开。")
    return redirect(f"/duties/filings/{pk}/")
