"""The place of an affair beside a referral or case: permits, earlier leads, cases and patrols there.

Only what the reader may read anyway; without a site in sight there is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases.models import Case
from core.registry import urls_of
from ledgers.models import Entry, Lead, Licence, Site

if TYPE_CHECKING:
    from agencies.models import Member

SHOWN = 5


@dataclass(frozen=True)
class Line:
    """One earlier row: what, when, address where the reader may open it."""

    words: str
    when: object
    url: str


@dataclass(frozen=True)
class SiteFile:
    """What is known of the place."""

    site: Site
    url: str
    licences: list[Licence]
    leads: list[Line]
    cases: list[Line]
    patrols: list[Line]


def site_file(member: Member, site: Site | None) -> SiteFile | None:
    """The file of `site` for `member`; None without one that they may read."""
    if site is None or not Site.objects.visible_to(member).filter(pk=site.pk).exists():
        return None
    leads = list(Lead.objects.open_to(member).filter(site=site).order_by("-id")[:SHOWN])
    cases = list(Case.objects.open_to(member).filter(site=site).order_by("-id")[:SHOWN])
    patrols = list(
        Entry.objects.visible_to(member).live().filter(site=site).order_by("-patrolled_on", "-pk")[:SHOWN]
    )
    keys = {("ledgers.lead", str(row.pk)) for row in leads}
    keys |= {("cases.case", str(row.pk)) for row in cases}
    keys |= {("ledgers.entry", str(row.pk)) for row in patrols}
    keys.add(("ledgers.site", str(site.pk)))
    urls = urls_of(keys, member)
    return SiteFile(
        site,
        urls.get(("ledgers.site", str(site.pk)), ""),
        list(Licence.objects.visible_to(member).filter(site=site).order_by("kind", "-valid_to")[: 2 * SHOWN]),
        [
            Line(
                f"{row.number}（{row.get_status_display()}）",
                row.found_at,
                urls.get(("ledgers.lead", str(row.pk)), ""),
            )
            for row in leads
        ],
        [
            Line(
                f"{row}（{row.get_status_display()}）",
                row.opened_at,
                urls.get(("cases.case", str(row.pk)), ""),
            )
            for row in cases
        ],
        [Line(_said(row), row.patrolled_on, urls.get(("ledgers.entry", str(row.pk)), "")) for row in patrols],
    )


def _said(entry: Entry) -> str:
    found = [
        label
        for key, label in (("illegal", "盗采"), ("beyond", "越层越界"), ("irregular", "违规生产"))
        if getattr(entry, key) == "yes"
    ]
    return "存在" + "、".join(found) if found else "未发现问题"
