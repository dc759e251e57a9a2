"""Figures over what became of leads: checked, answered, told to who told them; in time or late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db.models import Model, Q, QuerySet

from ledgers.lead_states import Finding
from ledgers.models import LeadAnswer, LeadCheck, LeadReply
from minewatch.lib.periods import Window
from reports.figures.base import Figure, Rows
from reports.figures.others import known_at, still_at
from reports.figures.scope import Scope

#: Somebody was answered; otherwise it says why nobody could be.
ANSWERED = ~Q(way=LeadReply.Way.NONE)
LATE = Q(late=True)


def _of_leads(
    model: type[Model], happened: str, recorded: str, where: Q, undone: Callable[[dt.datetime | None], Q]
) -> Rows:
    """Rows of `model` that happened in the window at units of the scope; what was undone or belongs to a
    withdrawn lead counts no more, a sealed matter for its holder only."""

    def query(scope: Scope, window: Window, as_of: dt.datetime | None) -> QuerySet:
        rows = model._default_manager
        rows = rows.visible_to(scope.member) if scope.member else rows.all()
        return rows.filter(
            where,
            undone(as_of),
            known_at(recorded, as_of),
            still_at("lead__withdrawn_at", as_of),
            Q(lead__matter__sealed=False) | Q(lead__holder=scope.agency),
            agency__in=scope.units().values("pk"),
            **{f"{happened}__gte": window.start, f"{happened}__lt": window.end},
        ).order_by(happened, "id")

    return query


def _stands(as_of: dt.datetime | None) -> Q:
    return still_at("undone_at", as_of)


def _always(as_of: dt.datetime | None) -> Q:
    return Q()


def checks(where: Q = Q()) -> Rows:  # noqa: B008 – a Q is never changed
    """Checks by their day; one per lead, since checking anew undoes the one before."""
    return _of_leads(LeadCheck, "checked_at", "recorded_at", where, _stands)


def answers(where: Q = Q()) -> Rows:  # noqa: B008 – a Q is never changed
    """Results that were told (处置反馈), unfounded ones included."""
    return _of_leads(LeadAnswer, "at", "at", where, _stands)


def replies(where: Q = Q()) -> Rows:  # noqa: B008 – a Q is never changed
    """Answers to who told a lead, once per result."""
    return _of_leads(LeadReply, "at", "recorded_at", Q(final=True) & ANSWERED & where, _always)


LEADS = {
    figure.key: figure
    for figure in (
        Figure("leads_checked", "已核查线索", "条", LeadCheck, checks()),
        Figure("leads_true", "核查属实", "条", LeadCheck, checks(Q(finding=Finding.TRUE))),
        Figure("leads_partly", "核查部分属实", "条", LeadCheck, checks(Q(finding=Finding.PARTLY))),
        Figure("leads_false", "核查不属实", "条", LeadCheck, checks(Q(finding=Finding.FALSE))),
        Figure("leads_checked_late", "超期核查", "条", LeadCheck, checks(LATE)),
        Figure("leads_answered", "已反馈处置结果", "条", LeadAnswer, answers()),
        Figure("leads_answered_late", "超期反馈处置结果", "条", LeadAnswer, answers(LATE)),
        Figure("tips_replied", "已答复举报人的线索", "条", LeadReply, replies()),
        Figure("tips_replied_late", "超期答复举报人的线索", "条", LeadReply, replies(LATE)),
    )
}
