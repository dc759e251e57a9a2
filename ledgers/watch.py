"""Licences that end: a duty at 90, 30 and 0 days before, for the bureau and the township (issue: 证照到期).

Looked at once a day and whenever a licence is saved; the same look twice changes nothing. A later step takes
the place of an earlier one, and a renewal takes back what is open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from agencies.models import Agency, AgencyKind, Role
from duties.actions import cancel, fulfil, open_step
from duties.models import Duty
from ledgers.models import Licence, Site
from minewatch.lib.clock import day_end, local_date, now

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Member

#: Days before the end → the words of the duty.
STEPS = {
    90: "90天内到期，请督促办理延续",
    30: "30天内到期，请核实延续情况",
    0: "已到有效期止，请核实是否停止生产",
}
HORIZON = dt.timedelta(days=max(STEPS))
BASIS = "证照有效期届满前90日、30日和届满当日提醒（本系统设置）"


def round_of(today: dt.date) -> int:
    """Look at every licence that ends within 90 days or has ended. Returns how many were looked at."""
    ending = Licence.objects.filter(valid_to__lte=today + HORIZON, site__is_active=True)
    ids = list(ending.values_list("site", flat=True).distinct())
    for site in Site.objects.filter(pk__in=ids).select_related("agency__division"):
        look_at(site, today)
    return len(ids)


def look_at(site: Site, today: dt.date | None = None) -> None:
    """Open the steps that are due for the licences of `site`, and take back those that are not."""
    today = today or local_date(now())
    licences = list(Licence.objects.filter(site=site)) if site.is_active else []
    wanted = {key: step for licence in licences for key, step in _steps(site, licence, licences, today)}
    there = dict(_duties(Licence.objects.filter(site=site)).values_list("key", "status"))
    for key, status in there.items():
        if status == Duty.Status.OPEN and key not in wanted:
            cancel(key=key, reason="证照已延续、更正，或进入下一提醒节点")
    for key, step in wanted.items():
        if there.get(key, Duty.Status.CANCELLED) == Duty.Status.CANCELLED:
            open_step(key=key, **step)


def forget(site: Site) -> None:
    """The site is off the books: nothing of it is waited for."""
    for key in _duties(site.licences.all()).filter(status=Duty.Status.OPEN).values_list("key", flat=True):
        cancel(key=key, reason="监管对象已停用")


def open_duties(licence: Licence) -> QuerySet[Duty]:
    """What is still waited for over the ending of `licence`."""
    return _duties([licence]).filter(status=Duty.Status.OPEN)


def attended(duties: QuerySet[Duty], member: Member) -> None:
    """These duties are done."""
    for key in list(duties.values_list("key", flat=True)):
        fulfil(key=key, by=member)


def renewed_by(licence: Licence, licences: Iterable[Licence]) -> Licence | None:
    """The licence of the same kind and site that goes on where this one ends."""
    later = [
        other
        for other in licences
        if other.pk != licence.pk
        and other.kind == licence.kind
        and other.valid_to is not None
        and other.valid_to > licence.valid_to
    ]
    return max(later, key=lambda other: other.valid_to, default=None)


def step_at(valid_to: dt.date, today: dt.date) -> int | None:
    """Which step stands today: 90, 30 or 0 days before the end, None while it is further off."""
    left = (valid_to - today).days
    return next((days for days in sorted(STEPS) if left <= days), None)


def _steps(
    site: Site, licence: Licence, licences: list[Licence], today: dt.date
) -> Iterable[tuple[str, dict]]:
    if licence.valid_to is None or renewed_by(licence, licences):
        return
    days = step_at(licence.valid_to, today)
    if days is None:
        return
    title = f"{site.name}{licence.get_kind_display()}（{licence.number}）{STEPS[days]}"[:160]
    due = licence.valid_to - dt.timedelta(days=30) if days == 90 else licence.valid_to
    for agency, role in _owners(site):
        key = f"licence:{licence.pk}:{licence.valid_to.isoformat()}:{days}:{agency.code}"
        yield (
            key,
            {
                "kind": Duty.Kind.LICENCE,
                "title": title,
                "agency": agency,
                "role": role,
                "subject": licence,
                "due_at": day_end(due),
                "basis": BASIS,
            },
        )


def _owners(site: Site) -> list[tuple[Agency, str]]:
    """The bureau's officer and the township's filler."""
    bureaus = Agency.objects.active().filter(
        kind=AgencyKind.NATURAL_RESOURCES, division__code=site.agency.division.code[:6]
    )
    return [*((bureau, Role.OFFICER) for bureau in bureaus), (site.agency, Role.FILLER)]


def ending(licences: QuerySet[Licence], today: dt.date, days: int) -> QuerySet[Licence]:
    """Licences of active sites that end within `days` days (or have ended) and are not renewed."""
    later = Licence.objects.filter(
        site=OuterRef("site"), kind=OuterRef("kind"), valid_to__gt=OuterRef("valid_to")
    )
    limit = today + dt.timedelta(days=days)
    return licences.filter(valid_to__lte=limit, site__is_active=True).exclude(Exists(later))


def _duties(licences: Iterable[Licence]) -> QuerySet[Duty]:
    keys = [str(licence.pk) for licence in licences]
    return Duty.objects.filter(kind=Duty.Kind.LICENCE, subject_kind="ledgers.licence", subject_id__in=keys)
