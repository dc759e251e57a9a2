"""What every page knows: who is here, where the rooms are, and how the house stands.

Context: `nav` [{key, label, short, url, icon, active}], `who` {id, name, unit, business} or None, `unread`
int, `demo` bool, `worker_down` bool, `idle_minutes` int, `large_text` bool, `release`, `site_name` str.
"""

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core import jobs, notices

NAV: tuple[tuple[str, str, str, str], ...] = (
    ("todo", "待办", "待办", "/todo/"),
    ("ledgers", "台账", "台账", "/ledgers/"),
    ("cases", "线索案件", "案件", "/cases/"),
    ("duties", "督办", "督办", "/duties/"),
    ("reports", "报表", "报表", "/reports/"),
    ("more", "更多", "更多", "/more/"),
)
LARGE_TEXT_COOKIE = "mw_large"


def nav(path: str, business: bool) -> list[dict[str, Any]]:
    """The rooms; the administrator and the auditor have 更多 only (三员分立)."""
    return [
        {"key": key, "label": label, "short": short, "url": url, "icon": key, "active": path.startswith(url)}
        for key, label, short, url in NAV
        if business or key == "more"
    ]


def who(request: HttpRequest) -> dict[str, Any] | None:
    """Name and unit as shown on every page; `id` keys the drafts that lie in the browser."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return {
        "id": user.pk,
        "name": user.name,
        "unit": user.agency.label if user.agency else "",
        "business": user.is_business,
    }


def unread(request: HttpRequest) -> int:
    try:
        return notices.of(request.user).filter(read_at__isnull=True).count()
    except DatabaseError:  # no page fails over its own frame
        return 0


def worker_down() -> bool:
    try:
        return not jobs.alive()
    except DatabaseError:
        return True


def house(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    signed_in = who(request)
    return {
        "site_name": getattr(settings, "SITE_NAME", "矿山联合执法"),
        "nav": nav(request.path, signed_in["business"]) if signed_in else [],
        "who": signed_in,
        "unread": SimpleLazyObject(lambda: unread(request) if signed_in else 0),
        "demo": bool(getattr(settings, "DEMO", False)),
        "worker_down": SimpleLazyObject(lambda: bool(signed_in) and worker_down()),
        "idle_minutes": getattr(settings, "IDLE_MINUTES", 30),
        "large_text": request.COOKIES.get(LARGE_TEXT_COOKIE) == "1",
        "release": getattr(settings, "RELEASE", ""),
    }
