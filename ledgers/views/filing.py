"""Filing one patrol row from a phone: form, receipt, the site picker, the reading of a point."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from agencies.views.pages import fresh_token, submitted, token_of
from core import drafts
from core.errors import NotAllowed
from core.web import MemberRequest, business
from ledgers.actions.entries import file_entry
from ledgers.actions.filers import filing_posts, units_to_file_for
from ledgers.actions.rows import own_period
from ledgers.forms.entry import EntryForm, like
from ledgers.forms.fields import forms, point_of
from ledgers.models import Entry, Lead, Site
from ledgers.views.pages import LEDGERS
from minewatch.lib.clock import now
from minewatch.lib.coordinates import format_point, in_bounds
from minewatch.lib.text import fold

DRAFT = "entry"
PICKS, OPTIONS = 12, 200
GROUPS = (
    ("地点和时间", ("agency", "site", "location", "patrolled_at")),
    ("矿种和证照", ("mineral", "licence", "licence_text", "shallow")),
    ("巡查结果", ("outcome", "illegal", "beyond", "irregular", "measures")),
)


def home_unit(request: MemberRequest, units: QuerySet[Agency]) -> Agency:
    """The unit the member files for by default: the own one, else the first. Raises NotAllowed."""
    found = list(units)
    posts = filing_posts(request.user)
    if not found:
        raise NotAllowed("您不是填表人，不能填报巡查记录。请联系本单位填表人，或请系统管理员调整角色。")
    own = [unit for unit in found if unit.pk == request.user.agency_id]
    return (own or [unit for unit in found if unit.pk in posts] or found)[0]


def sites_of(units: QuerySet[Agency], unit: Agency) -> QuerySet[Site]:
    """Sites that rows of `units` may name: the unit's grid not yet seen in this period first."""
    townships = Q(agency__in=units.values("pk")) | Q(agency__in=units.values("parent"))
    county = Site.objects.filter(is_active=True, division__code__startswith=unit.division.code[:6])
    placed = units.filter(kind__in=("village", "township")).exists()
    rows = county.filter(townships) if placed else county
    period = own_period(unit, now().date())
    seen = Entry.objects.live().filter(
        site=OuterRef("pk"), agency=unit, patrolled_on__range=(period.first, period.last)
    )
    mine = Case(When(village=unit, then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        rows.annotate(seen=Exists(seen), far=mine)
        .select_related("agency__division", "village__division", "division")
        .order_by("far", "seen", "number")
    )


def _options(rows: QuerySet[Site], chosen: str) -> QuerySet[Site]:
    """The select without scripts stays small; what was chosen is always among it."""
    ids = list(rows.values_list("pk", flat=True)[:OPTIONS])
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        ids.append(int(chosen))
    return rows.filter(pk__in=ids)


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """The form; `?like=last` is 同上次, `?site=ID` and `?agency=CODE` choose beforehand."""
    units = units_to_file_for(request.user)
    unit = home_unit(request, units)
    last = None if request.method == "POST" else _last(request, units)  # only the page that is shown has it
    chosen = request.POST.get("site") or request.GET.get("site", "")
    initial: dict[str, Any] = {"agency": request.GET.get("agency") or unit.code, "site": chosen}
    if request.GET.get("like") == "last" and last:
        initial = like(last)
        chosen = str(initial["site"] or chosen)
    form = EntryForm(
        request.POST or None,
        request.FILES or None,
        units=units,
        sites=_options(sites_of(units, unit), chosen),
        picker=reverse("ledgers:entry_sites"),
        initial=initial,
    )

    def act(facts: dict[str, Any]) -> Entry:
        return file_entry(
            member=request.user,
            agency=facts["agency"],
            row=form.row,
            source=Entry.Source.PHONE,
            token=token_of(request),
            photos=facts["photos"],
            evidence=facts["evidence"],
            refs=form.refs,
        )

    entry = submitted(request, form, act)
    if entry is not None:
        drafts.drop(member=request.user, form=DRAFT)
        for note in form.notes:
            messages.warning(request, note)
        return redirect("ledgers:entry_receipt", entry.pk)
    context = {
        "title": "填巡查记录",
        "crumbs": [LEDGERS],
        "form": form,
        "groups": [{"legend": legend, "fields": names} for legend, names in GROUPS],
        "more": ("night", "people", "vehicles", "remark"),
        "multipart": True,
        "client_token": fresh_token(request),
        "draft": _draft(request),
        "submit": "提交",
        "cancel_url": reverse("ledgers:home"),
        "last": last or _last(request, units),
    }
    return render(request, "ledgers/entry_new.html", context, status=400 if form.errors else 200)


def _last(request: MemberRequest, units: QuerySet[Agency]) -> Entry | None:
    """The member's latest row, else the unit's."""
    rows = Entry.objects.visible_to(request.user).live().filter(agency__in=units.values("pk"))
    rows = rows.select_related("agency", "site").order_by("-id")
    return rows.filter(filed_by=request.user).first() or rows.first()


def _draft(request: MemberRequest) -> dict[str, Any]:
    kept = None if request.method == "POST" else drafts.load(member=request.user, form=DRAFT)
    found: dict[str, Any] = {"key": DRAFT, "local": True}
    return found | {"fields": kept.fields, "saved_at": kept.saved_at} if kept and kept.fields else found


@require_GET
@business
def receipt(request: MemberRequest, pk: int) -> HttpResponse:
    """What was filed, on which sheet, and what follows from it."""
    rows = Entry.objects.visible_to(request.user).select_related("agency", "sheet__agency", "site")
    entry = get_object_or_404(rows, pk=pk)
    lead = Lead.objects.visible_to(request.user).filter(entry=entry).first()
    return render(request, "ledgers/receipt.html", {"title": "已提交", "entry": entry, "lead": lead})


@require_GET
@business
def sites(request: MemberRequest) -> JsonResponse:
    """?q= → {"items": [{id, label, note}]}: this period's sites of one's grid first."""
    units = units_to_file_for(request.user)
    if not units:
        raise Http404
    rows = sites_of(units, home_unit(request, units))
    words = fold(request.GET.get("q", ""))
    if words:
        hit = Q(name__icontains=words) | Q(number__icontains=words) | Q(initials__contains=words.lower())
        rows = rows.filter(hit | Q(village__initials__startswith=words.lower()))
    return JsonResponse({"items": [_pick(site) for site in rows[:PICKS]]})


def _pick(site: Site) -> dict[str, Any]:
    place = site.village.label if site.village else site.agency.label
    note = f"{place} · {site.get_kind_display()}"
    return {"id": site.pk, "label": site.name, "note": f"{note} · 本期已巡查" if site.seen else note}


@require_GET
@business
def parse_point(request: MemberRequest) -> JsonResponse:
    """?text= → {ok, words, warning, lon, lat}; 400 with the message when it cannot be read."""
    try:
        point = point_of(request.GET.get("text", "")[:200])
    except forms.ValidationError as error:
        return JsonResponse({"ok": False, "message": error.messages[0]}, status=400)
    if point is None:
        return JsonResponse({"ok": False, "message": ""})
    warnings = [point.note] if point.note else []
    county = request.user.agency.county
    if point.lon is not None and county.bbox and not in_bounds(point, county.bbox):
        warnings.append(f"不在{county.name}范围内，请核对")
    told = {"ok": True, "words": format_point(point), "warning": "；".join(warnings)}
    return JsonResponse(told | {"lon": point.lon, "lat": point.lat})
