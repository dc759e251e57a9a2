"""Lists of duties as a workbook: one set of columns for 督办, 待办 and a unit's page."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import HttpResponse

from core.pages import exported
from core.web import MemberRequest
from duties import board
from duties.models import Duty
from duties.words import instant_words
from minewatch.lib.clock import SHANGHAI

HEADER = ("事项", "责任单位", "类别", "期限", "状态", "报送对象", "首次完成", "依据")
WIDTHS = (50, 28, 10, 18, 14, 24, 22, 50)


def duties_sheet(
    request: MemberRequest, rows: QuerySet[Duty], at: dt.datetime, *, what: str, title: str
) -> HttpResponse:
    """`rows` in their order as a download, logged as `what`."""
    lines = (
        (
            duty.title,
            duty.agency.name,
            duty.get_kind_display(),
            duty.due_at.astimezone(SHANGHAI).replace(tzinfo=None) if duty.due_at else None,
            board.state_words(duty, at),
            duty.recipient.name if duty.recipient else "",
            instant_words(duty.first_done_at) if duty.first_done_at else "",
            duty.basis,
        )
        for duty in rows.select_related("agency", "recipient").iterator(2000)
    )
    return exported(request, what=what, title=title, header=HEADER, rows=lines, widths=WIDTHS)
