"""REST over the site register: list, one, and create with the columns of the workbook."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import Http404
from rest_framework import status
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import DomainError, NotAllowed
from core.web import client_token
from ledgers.actions import sites
from ledgers.actions.refs import load_refs
from ledgers.models import Site
from ledgers.models.sites import SiteKind
from ledgers.site_columns import COLUMNS, PLAIN, parse_site, places
from ledgers.site_search import filtered
from minewatch.lib.clock import local_date, now

PAGE, MOST = 100, 500
KEYS = frozenset(column.key for column in COLUMNS) | {"token"}


def _visible(request: Request) -> models.QuerySet[Site]:
    if not request.user.is_business:
        raise Http404
    rows = Site.objects.visible_to(request.user)
    return rows.select_related("division", "agency__division", "village__division")


def as_data(site: Site) -> dict[str, Any]:
    """A site as JSON: the columns of the register, units by code and name."""
    data: dict[str, Any] = {"id": site.pk, "version": site.version, "active": site.is_active}
    data |= {key: getattr(site, key) for key in (*PLAIN, "lon", "lat", "datum", "coordinate_raw")}
    data["township"] = {"code": site.agency.code, "name": site.agency.division.name}
    village = site.village
    data["village"] = {"code": village.code, "name": village.division.name} if village else None
    return data


@api_view(["GET", "POST"])
def collection(request: Request) -> Response:
    """GET ?q=&kind=&township=&mineral=&limit=&after= → {items, next}; POST creates."""
    return _create(request) if request.method == "POST" else _list(request)


def _list(request: Request) -> Response:
    wanted = {key: request.GET.get(key, "")[:60] for key in ("q", "kind", "township", "mineral")}
    if wanted["kind"] and wanted["kind"] not in SiteKind.values:
        raise DomainError("没有这种类别。", field="kind")
    limit = min(max(_number(request, "limit", PAGE), 1), MOST)
    rows = filtered(_visible(request), wanted, local_date(now())).order_by("pk")
    found = list(rows.filter(pk__gt=_number(request, "after", 0))[: limit + 1])
    more = len(found) > limit
    items = [as_data(site) for site in found[:limit]]
    return Response({"items": items, "next": items[-1]["id"] if more else None})


def _number(request: Request, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise DomainError(f"参数 {name} 应为整数。", field=name)
    return int(text)


def _create(request: Request) -> Response:
    if not request.user.is_business:
        raise Http404
    kept = list(sites.kept_townships(request.user))
    if not kept:
        raise NotAllowed(sites.KEPT_BY)
    if not isinstance(request.data, dict):
        raise DomainError("请提交一个 JSON 对象。")
    unknown = sorted(set(request.data) - KEYS)
    if unknown:
        raise DomainError(f"不认识的字段：{'、'.join(unknown)[:100]}。", field=unknown[0])
    texts = {key: _text(key, value) for key, value in request.data.items() if key != "token"}
    row = parse_site(texts, load_refs(request.user.agency))
    for problem in row.problems:
        if problem.level == "error":
            mend = f"{problem.mend}。" if problem.mend else ""
            raise DomainError(f"{problem.message}。{mend}", field=problem.column)
    unit, village = places(row.facts, kept)
    if unit is None:
        raise DomainError(f"{row.facts['township']}的监管对象不由您维护。", field="township")
    site = sites.save_site(
        member=request.user,
        agency=unit,
        village=village,
        facts=row.facts,
        token=client_token(request.data.get("token")),
    )
    notes = [problem.message for problem in row.problems]
    return Response({**as_data(site), "notes": notes}, status=status.HTTP_201_CREATED)


def _text(key: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str | int | float):
        return str(value)
    raise DomainError(f"字段 {key} 应为文字或数字。", field=key)


@api_view(["GET"])
def detail(request: Request, pk: int) -> Response:
    """One site; hidden and missing look the same."""
    site = _visible(request).filter(pk=pk).first()
    if site is None:
        raise Http404
    return Response(as_data(site))
