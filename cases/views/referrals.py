"""移送: the list with what waits, and the same rows as a workbook."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases.forms.referral_filter import ReferralFilter
from cases.ledgers import LEDGERS
from cases.models import Referral
from cases.views.referral_parts import SEALED, open_of
from core.pages import exported, filters_of, in_batches
from core.paging import keyset
from core.templatetags.mw import qs, zh_date
from core.web import MemberRequest, business
from duties.models import Duty
from duties.next_up import next_of
from minewatch.lib.clock import SHANGHAI, now

HEAD = [
    {"label": label}
    for label in ("移送编号", "类型", "案由", "移送单位", "接收单位", "移送时间", "状态", "期限")
]
WIDTHS = (16, 22, 36, 18, 18, 14, 18, 20)


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Referrals that the member may know of, the latest first."""
    form = ReferralFilter(request.GET, member=request.user)
    rows = form.rows()
    shown = rows.select_related("sender", "receiver", "matter")
    if request.GET.get("as") == "xlsx":
        return _export(request, shown.order_by("-id"))
    found, page = keyset(shown, ("-id",), request)
    limits, open_to = next_of(found), open_of(request.user, found)
    context = {
        "title": "移送",
        "lead": "本单位移出、移入的移送，每一步都有期限，到收到反馈并办结为止。",
        "actions": [{"label": "新建移送", "url": reverse("cases:referral_new"), "primary": True}],
        "tallies": form.figures(),
        "count": rows.count(),
        "unit_word": "件",
        "head": HEAD,
        "rows": [row_of(row, limits.get(row.pk), row.pk in open_to) for row in found],
        "page": page,
        "exports": [
            {
                "label": "导出表格",
                "url": qs({"request": request}, **{"as": "xlsx", "after": None, "before": None}),
            }
        ],
        "ledgers": [
            {"label": ledger.title, "url": reverse("cases:ledger", args=[key])}
            for key, ledger in LEDGERS.items()
        ],
        "empty": {"text": "没有符合条件的移送。"},
        **filters_of(request, form),
    }
    return render(request, "cases/referrals/list.html", context)


def row_of(row: Referral, limit: Duty | None, content: bool) -> dict[str, Any]:
    """A line of the list: content only where it is open to the member."""
    cells: list[dict[str, Any]] = [
        {"text": row.number},
        {"text": row.get_edge_display()},
        {"text": row.title if content else SEALED},
        {"text": row.sender.label},
        {"text": row.receiver.label},
        {"text": zh_date(row.sent_at)},
        {"text": row.get_status_display()},
        {"due": limit} if limit else {"text": ""},
    ]
    late = bool(limit and limit.due_at and not limit.stopped and limit.due_at < now())
    return {"url": reverse("cases:referral", args=[row.pk]), "cells": cells, "late": late}


def _export(request: MemberRequest, rows: Any) -> HttpResponse:
    lines = chain.from_iterable(_lines(request, batch) for batch in in_batches(rows))
    return exported(
        request,
        what="referrals",
        title="移送",
        header=[column["label"] for column in HEAD],
        rows=lines,
        widths=WIDTHS,
    )


def _lines(request: MemberRequest, rows: list[Referral]) -> list[list[object]]:
    limits, open_to = next_of(rows), open_of(request.user, rows)
    found = []
    for row in rows:
        limit = limits.get(row.pk)
        cells = row_of(row, limit, row.pk in open_to)["cells"]
        due = limit.due_at.astimezone(SHANGHAI).replace(tzinfo=None) if limit and limit.due_at else ""
        found.append([*(cell["text"] for cell in cells[:-1]), due])
    return found
