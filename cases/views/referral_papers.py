"""Downloads and papers of a referral: the manifest's files, scans of steps, letters for Word, print views."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from cases import sight
from cases.models import Paper, Referral
from cases.papers import goods_list, letter
from cases.papers.words import letter_of
from cases.referral_lists import goods_of
from cases.views.referral_parts import crumbs, held, visible
from cases.views.referral_record import facts, manifest
from cases.views.referral_steps import timeline
from core import audit
from core.audit import subject_of
from core.files import DOCX
from core.models import StoredFile
from core.pages import workbook
from core.views.files import send_file
from core.web import MemberRequest, business


def _content(request: MemberRequest, pk: int) -> Referral:
    """A referral whose content the member may read, else 404."""
    referral = visible(request, pk)
    if not sight.content_of(request.user, referral):
        raise Http404
    return referral


def _sent(request: MemberRequest, referral: Referral, file: StoredFile | None) -> HttpResponse:
    """The file, logged as read; 404 where a line of the manifest has only paper."""
    if file is None:
        raise Http404
    audit.record("file.read", actor=request.user, subject=file, matter=referral.matter)
    return send_file(file)


@require_GET
@business
def paper_file(request: MemberRequest, pk: int, paper: int) -> HttpResponse:
    """The file of one line of the manifest."""
    referral = visible(request, pk)
    row = get_object_or_404(Paper.objects.filter(referral=referral).select_related("file"), pk=paper)
    if not sight.readable_paper(request.user, row):
        raise Http404
    if (asked := held(request, referral)) is not None:
        return asked
    return _sent(request, referral, row.file)


@require_GET
@business
def step_file(request: MemberRequest, pk: int, step: int, file: int) -> HttpResponse:
    """A scan of a step's document, taken with the step or afterwards."""
    referral = visible(request, pk)
    row = get_object_or_404(sight.readable_steps(request.user).filter(referral=referral), pk=step)
    kind, key = subject_of(row)
    kept = Q(subject_kind=kind, subject_id=key) | Q(pk=row.file_id)
    found = get_object_or_404(StoredFile.objects.filter(kept), pk=file)
    if (asked := held(request, referral)) is not None:
        return asked
    return _sent(request, referral, found)


def _made(request: MemberRequest, referral: Referral, form: str, as_: str) -> None:
    facts = {"form": form, "as": as_, "number": referral.number}
    audit.record("export.made", actor=request.user, subject=referral, matter=referral.matter, facts=facts)


@require_GET
@business
def letter_docx(request: MemberRequest, pk: int) -> HttpResponse:
    """移送书、移送函、提示函 with its 回执, to be printed and sealed."""
    referral = _content(request, pk)
    if (asked := held(request, referral)) is not None:
        return asked
    _made(request, referral, "referral", "docx")
    return workbook(letter(referral, request.user), f"{referral.number}移送文书.docx", DOCX)


@require_GET
@business
def goods_docx(request: MemberRequest, pk: int) -> HttpResponse:
    """涉案物品清单."""
    referral = _content(request, pk)
    if (asked := held(request, referral)) is not None:
        return asked
    _made(request, referral, "referral.goods", "docx")
    return workbook(goods_list(referral, request.user), f"{referral.number}涉案物品清单.docx", DOCX)


@require_GET
@business
def printed(request: MemberRequest, pk: int) -> HttpResponse:
    """The record as it is printed, as far as the reader may see it."""
    referral = visible(request, pk)
    if (asked := held(request, referral)) is not None:
        return asked
    content = sight.content_of(request.user, referral)
    _made(request, referral, "referral", "print")
    steps = timeline(request.user, referral)
    context: dict[str, Any] = {
        "title": "移送办理情况",
        "crumbs": crumbs(referral),
        "referral": referral,
        "content": content,
        "facts": facts(request.user, referral, content),
        "papers": manifest(request.user, referral) if content else [],
        "goods": list(goods_of(request.user, referral)) if content else [],
        "steps": steps[::-1],
    }
    return render(request, "cases/referrals/print.html", context)


@require_GET
@business
def receipt(request: MemberRequest, pk: int) -> HttpResponse:
    """回执 to be printed, sealed and scanned back."""
    referral = _content(request, pk)
    if (asked := held(request, referral)) is not None:
        return asked
    if referral.sent_at is None:
        raise Http404
    _made(request, referral, "referral.receipt", "print")
    context = {
        "title": "移送回执",
        "crumbs": crumbs(referral),
        "referral": referral,
        "receipt": letter_of(referral, request.user).receipt,
        "papers": [row for row in referral.papers.filter(frozen_at__isnull=False) if row.goes_over],
    }
    return render(request, "cases/referrals/receipt.html", context)
