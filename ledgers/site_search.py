"""Finding sites: what a person may type, and which sites a patrol form offers first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from ledgers import watch
from ledgers.models import Entry, Site
from minewatch.lib.clock import local_date, now
from minewatch.lib.periods import period_of
from minewatch.lib.text import fold

if TYPE_CHECKING:
    from agencies.models import Agency, Member

PICKED = 12


def matching(sites: QuerySet[Site], text: str) -> QuerySet[Site]:
    """Sites whose name, number, operator, village, place or pinyin initials answer to every word typed."""
    for word in fold(text).split()[:5]:
        hit = (
            Q(name__icontains=word)
            | Q(number__icontains=word)
            | Q(operator__icontains=word)
            | Q(village__division__name__icontains=word)
            | Q(agency__division__name__icontains=word)
            | Q(location__icontains=word)
        )
        if word.isascii() and word.isalnum():
            hit |= Q(initials__startswith=word.lower())
        sites = sites.filter(hit)
    return sites


def filtered(sites: QuerySet[Site], wanted: dict[str, str], today: dt.date) -> QuerySet[Site]:
    """The rows of a list or an export; unknown values filter nothing."""
    sites = sites.filter(is_active=wanted.get("state") != "off")
    if wanted.get("kind"):
        sites = sites.filter(kind=wanted["kind"])
    if wanted.get("township"):
        sites = sites.filter(agency__code=wanted["township"])
    if fold(wanted.get("mineral") or ""):
        sites = sites.filter(mineral__icontains=fold(wanted["mineral"]))
    if wanted.get("expiring"):
        licences = watch.ending(watch.Licence.objects.all(), today, int(wanted["expiring"]))
        sites = sites.filter(pk__in=licences.values("site"))
    return matching(sites, wanted.get("q") or "")


def found(member: Member, text: str) -> QuerySet[Site]:
    """What the search box finds; the name that begins so first."""
    sites = matching(Site.objects.visible_to(member).filter(is_active=True), text)
    return sites.select_related("agency__division", "village__division").order_by("name", "pk")


def offered(member: Member, text: str, unit: Agency | None = None) -> list[tuple[Site, str]]:
    """(site, remark) for a patrol form: this week's unpatrolled sites of one's own first, then the recent.

    "One's own" is the unit's village, then the sites whose 责任人 names the member.
    """
    unit = unit or member.agency
    today = local_date(now())
    week = period_of(today, "week")
    patrols = Entry.objects.live().filter(site=OuterRef("pk"), agency=unit)
    rows = (
        matching(Site.objects.visible_to(member).filter(is_active=True), text)
        .annotate(this_week=Exists(patrols.filter(patrolled_on__range=(week.first, week.last))))
        .select_related("agency__division", "village__division")
    )
    open_rows = list(_own_first(rows.filter(this_week=False), member, unit)[: PICKED * 20])
    open_rows.sort(key=lambda site: _rank(site, member, unit))
    picked = [(site, "本周未巡查") for site in open_rows[:PICKED]]
    if len(picked) < PICKED or not text:
        recent = list(
            _recent(rows.filter(this_week=True), unit)[: PICKED // 3 if len(picked) == PICKED else PICKED]
        )
        picked = picked[: PICKED - len(recent)] + [(site, "本周已巡查") for site in recent]
    return picked


def _own_first(rows: QuerySet[Site], member: Member, unit: Agency) -> QuerySet[Site]:
    own = rows.filter(Q(village=unit) | Q(agency=unit))
    return (own if own.exists() else rows).order_by("number", "pk")


def _rank(site: Site, member: Member, unit: Agency) -> tuple[bool, bool, str, int]:
    return (
        bool(member.name) and member.name not in site.watchers,
        site.village_id != unit.pk,
        site.number,
        site.pk,
    )


def _recent(rows: QuerySet[Site], unit: Agency) -> QuerySet[Site]:
    last = Entry.objects.live().filter(site=OuterRef("pk"), agency=unit).order_by("-patrolled_on", "-pk")
    return rows.annotate(last=last.values("patrolled_on")[:1]).order_by("-last", "-pk")
