"""打击处理台账、监管整治台账、双向移交反馈台账: lists over cases and referrals, and the same as workbooks."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from cases.ledgers import LEDGERS
from cases.views.referral_parts import LIST
from core.pages import filters_of, listing
from core.paging import keyset_of
from core.web import MemberRequest, business

BATCH = 500


class YearFilter(forms.Form):
    """Of which year."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100, required=False)


@require_GET
@business
def show(request: MemberRequest, kind: str) -> HttpResponse:
    """One ledger."""
    ledger = LEDGERS.get(kind)
    if ledger is None:
        raise Http404
    form = YearFilter(request.GET)
    year = form.cleaned_data.get("year") if form.is_valid() else None
    sources = [one.rows(request.user, year) for one in ledger.sources]
    found, page = keyset_of(sources, ledger.order, request)
    context = {
        "title": ledger.title,
        "lead": ledger.lead,
        "crumbs": [LIST],
        "count": sum(rows.count() for rows in sources),
        "head": ledger.head,
        "rows": [ledger.write(row) for row in found],
        "page": page,
        "empty": {"text": f"{ledger.title}中没有记录。"},
        **filters_of(request, form),
    }
    return listing(
        request,
        context,
        what=f"ledger.{kind}",
        rows=_all(sources, ledger.order),
        row_of=ledger.write,
    )


def _all(sources: Sequence[QuerySet], order: Sequence[str]) -> Iterator[Any]:
    """Every row of the list, newest first, a batch at a time."""
    names = [name.removeprefix("-") for name in order]
    rows = [one.order_by(*order).iterator(BATCH) for one in sources]
    return heapq.merge(*rows, key=lambda row: [getattr(row, name) for name in names], reverse=True)
