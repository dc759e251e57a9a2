"""归档, 撤回修改, 取消, 公开, and taking a unit or a site off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from core.web import MemberRequest, business, seen_version
from ledgers.actions import inspections
from ledgers.views.inspection_parts import url_of, visible, visible_site


@require_POST
@business
def file(request: MemberRequest, pk: int) -> HttpResponse:
    """归档."""
    row = inspections.file(
        inspection=visible(request, pk), member=request.user, version=seen_version(request)
    )
    messages.success(request, "检查已归档。")
    return redirect(url_of(row))


@require_POST
@business
def unfile(request: MemberRequest, pk: int) -> HttpResponse:
    """撤回修改."""
    row = inspections.unfile(
        inspection=visible(request, pk),
        member=request.user,
        reason=request.POST.get("reason", ""),
        version=seen_version(request),
    )
    messages.success(request, "已撤回，修改后请重新归档。")
    return redirect(url_of(row))


@require_POST
@business
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """取消检查."""
    row = inspections.cancel(
        inspection=visible(request, pk),
        member=request.user,
        reason=request.POST.get("reason", ""),
        version=seen_version(request),
    )
    messages.success(request, "检查已取消。")
    return redirect(url_of(row))


@require_POST
@business
def release(request: MemberRequest, pk: int) -> HttpResponse:
    """公开暗访结果."""
    row = inspections.release(inspection=visible(request, pk), by=request.user, version=seen_version(request))
    messages.success(request, "暗访结果已公开，整改任务已发给责任单位。")
    return redirect(url_of(row))


@require_POST
@business
def drop_unit(request: MemberRequest, pk: int, unit_pk: int) -> HttpResponse:
    """Take a unit off."""
    inspection = visible(request, pk)
    row = get_object_or_404(inspection.units.select_related("agency", "inspection"), pk=unit_pk)
    inspections.drop_unit(unit=row, member=request.user)
    messages.success(request, f"已移除{row.agency.label}。")
    return redirect(url_of(inspection))


@require_POST
@business
def drop_site(request: MemberRequest, pk: int, at_pk: int) -> HttpResponse:
    """Take a site off."""
    at_site = visible_site(request, pk, at_pk)
    name = at_site.site.name
    inspections.drop_site(at_site=at_site, member=request.user)
    messages.success(request, f"已移除“{name}”。")
    return redirect(url_of(at_site.inspection))


@require_POST
@business
def drop_subject(request: MemberRequest, pk: int, subject_pk: int) -> HttpResponse:
    """Take an inspected unit off."""
    inspection = visible(request, pk)
    row = get_object_or_404(inspection.subjects.select_related("agency", "inspection"), pk=subject_pk)
    inspections.drop_subject(subject=row, member=request.user)
    messages.success(request, f"已移除{row.agency.label}。")
    return redirect(url_of(inspection))
