"""What pages of sheets, entries and leads share: what was sent, the time line, crumbs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from core.audit import sentence
from core.models import AuditEntry
from core.paging import without_edges
from core.web import MemberRequest
from ledgers.filters import ByUnit

LEDGERS = {"label": "台账", "url": "/ledgers/"}
ENTRIES = {"label": "巡查记录", "url": "/ledgers/entries/"}
LEADS = {"label": "线索", "url": "/cases/leads/"}


def steps(kind: str, key: object, *, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The audited acts on a row as steps of a time line, oldest first."""
    rows = AuditEntry.objects.filter(subject_kind=kind, subject_id=str(key)).exclude(verb__in=without)
    return [
        {"at": row.at, "who": row.actor_label or "系统", "words": sentence(row), "verb": row.verb}
        for row in rows.order_by("id")
    ]


def filtered(request: MemberRequest, chosen: ByUnit) -> dict[str, Any]:
    """Context of parts/filters.html: the bound form, how many are in use, and a chip for each."""
    form = chosen.form
    shown = chips(request, form)
    return {"filters": form, "filter_count": len(shown), "chips": shown}


def chips(request: HttpRequest, form: Any) -> list[dict[str, str]]:
    """The filters in use, each with the address without it."""
    found = []
    for name in form.fields:
        value = request.GET.get(name, "")
        if not value or name in form.errors:
            continue
        query = without_edges(request.GET)
        query.pop(name, None)
        label = form[name].label
        words = _words(form, name, value)
        found.append(
            {"label": f"{label}：{words}" if words else label, "remove_url": f"?{query.urlencode()}"}
        )
    return found


def _words(form: Any, name: str, value: str) -> str:
    field = form.fields[name]
    if hasattr(field, "queryset"):
        found = field.queryset.filter(**{field.to_field_name or "pk": value}).first()
        return str(found.label) if found else value
    for key, label in getattr(field, "choices", ()):
        if str(key) == value:
            return str(label)
    return "" if field.__class__.__name__ == "BooleanField" else value
