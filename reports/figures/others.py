"""Figures over sites, units, leads and sheets."""

from __future__ import annotations

import datetime as dt

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from agencies.models import Agency
from duties.counting import BY_HAND
from duties.models import Duty, Proof
from ledgers.models import Entry, Lead, Sheet, Site
from minewatch.lib.periods import Window
from reports.figures.base import Figure
from reports.figures.scope import Scope
from reports.figures.windows import in_days, patrolled_in

NEVER_OWED = (Duty.Status.WAIVED, Duty.Status.CANCELLED)


def known_at(field: str, as_of: dt.datetime | None) -> Q:
    """Rows that had been recorded at `as_of`."""
    return Q(**{f"{field}__isnull": False}) if as_of is None else Q(**{f"{field}__lte": as_of})


def still_at(field: str, as_of: dt.datetime | None) -> Q:
    """Rows that had not been taken back at `as_of`."""
    gone = Q(**{f"{field}__isnull": True})
    return gone if as_of is None else gone | Q(**{f"{field}__gt": as_of})


def sites(scope: Scope, window: Window, as_of: dt.datetime | None) -> QuerySet[Site]:
    """Sites that were patrolled at least once."""
    seen = scope.rows(Entry).live(as_of).filter(patrolled_in(window), site__isnull=False)
    return Site.objects.filter(pk__in=seen.values("site_id")).order_by("number", "id")


def missing_units(scope: Scope, window: Window, as_of: dt.datetime | None) -> QuerySet[Agency]:
    """Units below that owed a patrol closing in this window and have no proof of any (应报未报)."""
    in_window = Q(at__gte=OuterRef("window_start"), at__lt=OuterRef("window_end"))
    by_hand = Q(subject_kind=BY_HAND, subject_id=Cast(OuterRef("pk"), CharField()))
    done = Proof.objects.filter(
        known_at("created_at", as_of),
        still_at("retracted_at", as_of),
        in_window | by_hand,
        agency=OuterRef("agency"),
        kind=OuterRef("proof_kind"),
    )
    owed = Duty.objects.filter(
        known_at("created_at", as_of),
        agency=OuterRef("pk"),
        kind=Duty.Kind.PATROL,
        history=False,
        window_end__gt=window.start,
        window_end__lte=window.end,
    ).exclude(status__in=NEVER_OWED)
    return (
        scope.units()
        .exclude(pk=scope.agency.pk)
        .filter(Exists(owed.filter(~Exists(done))))
        .order_by(
            "division__code",
            "code",
        )
    )


def leads(scope: Scope, window: Window, as_of: dt.datetime | None) -> QuerySet[Lead]:
    """Leads found in the window by units of the scope; a sealed matter counts for its holder only."""
    rows = Lead.objects.visible_to(scope.member) if scope.member else Lead.objects.all()
    return rows.filter(
        known_at("recorded_at", as_of),
        still_at("withdrawn_at", as_of),
        Q(matter__sealed=False) | Q(holder=scope.agency),
        agency__in=scope.units().values("pk"),
        found_at__gte=window.start,
        found_at__lt=window.end,
    ).order_by("found_at", "id")


def sheets(step: str, **where: object):
    """Sheets whose period ends in the window and whose `step` had been taken."""

    def query(scope: Scope, window: Window, as_of: dt.datetime | None) -> QuerySet[Sheet]:
        return (
            scope.rows(Sheet)
            .filter(known_at(step, as_of), in_days(window, "last_day"), **where)
            .order_by(
                "agency__code",
                "first_day",
                "id",
            )
        )

    return query


OTHERS = {
    figure.key: figure
    for figure in (
        Figure("sites", "监管对象覆盖数", "个", Site, sites),
        Figure("leads", "上报线索", "条", Lead, leads),
        Figure("signed_sheets", "已签批台账", "份", Sheet, sheets("signed_at")),
        Figure("zero_sheets", "零报告", "份", Sheet, sheets("submitted_at", zero_report=True)),
        Figure("missing_units", "应报未报单位", "个", Agency, missing_units, adds_up=False),
    )
}
