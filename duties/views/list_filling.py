"""Filling a list: one item by hand, many from a workbook, objects from a register."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from core.errors import DomainError, NotAllowed
from core.files import DOCUMENT_LIMIT, MEGABYTE
from core.pages import fresh_token, status_of, submitted, token_of, workbook
from core.web import MemberRequest, business
from duties import item_pages, item_rules, objects
from duties.actions import items
from duties.forms.items import ItemForm, ObjectsForm, UploadForm
from duties.importers import items as importer
from duties.item_columns import refs_of
from duties.item_rules import NewItem
from duties.models import ItemList
from duties.objects import Offered
from duties.views.items import DUTIES, LISTS
from duties.views.lists import in_sight

MOST_OFFERED = 500


def _open(request: MemberRequest, pk: int) -> ItemList:
    """A list in sight that the member may add to, else 404 or 403."""
    item_list = get_object_or_404(in_sight(request), pk=pk)
    if not item_rules.may_add(request.user, item_list):
        raise NotAllowed("由清单管理单位和任务分工单位的人员增加条目。")
    if item_list.frozen_at and request.method == "GET":
        raise NotAllowed("清单已锁定，不能再增加条目。")
    return item_list


def _context(request: MemberRequest, item_list: ItemList, **more: Any) -> dict[str, Any]:
    base = f"/duties/lists/{item_list.pk}/"
    return {
        "lead": item_list.title,
        "crumbs": [DUTIES, LISTS, {"label": item_list.title, "url": base}],
        "client_token": fresh_token(request),
        "cancel_url": base,
        **more,
    }


@require_http_methods(["GET", "POST"])
@business
def add(request: MemberRequest, pk: int) -> HttpResponse:
    """挂账 one item."""
    item_list = _open(request, pk)
    units = list(item_pages.units_for(request.user, item_list))
    form = ItemForm(request.POST or None, item_list=item_list, units=units)

    def act(data: dict[str, Any]) -> Any:
        values = form.row.values | {"found_by": request.user.agency}
        return items.add(list=item_list, by=request.user, token=token_of(request), **values)

    made = submitted(request, form, act)
    if made:
        messages.success(request, f"已挂账：第{made.number}项。")
        again = "add/" if request.POST.get("more") else ""
        return redirect(f"/duties/lists/{pk}/{again}")
    more = {"more_submits": [{"label": "保存并继续增加", "name": "more", "value": "1"}]}
    context = _context(request, item_list, title="增加条目", form=form, submit="挂账", **more)
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_http_methods(["GET", "POST"])
@business
def upload(request: MemberRequest, pk: int) -> HttpResponse:
    """Many items from a workbook: judged whole, taken whole or not at all."""
    item_list = _open(request, pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    remarks: list[importer.Remark] = []

    def act(data: dict[str, Any]) -> tuple[int, int] | None:
        judged = importer.judge(_read(data["file"]), _refs(request, item_list), request.user.agency)
        remarks.extend(judged.remarks)
        if remarks:
            form.add_error("file", f"有{len(remarks)}处需要修改，全部没有导入。改好后请重新上传。")
            return None
        made = items.add_many(list=item_list, rows=judged.rows, by=request.user)
        return len(made), len(judged.rows) - len(made)

    done = submitted(request, form, act)
    if done:
        known = f"，{done[1]}项清单上已有" if done[1] else ""
        messages.success(request, f"已导入{done[0]}项{known}。")
        return redirect(f"/duties/lists/{pk}/")
    context = _context(
        request,
        item_list,
        title="导入表格",
        form=form,
        multipart=True,
        submit="检查并导入",
        remarks=remarks[: importer.MOST_SHOWN],
        more_remarks=importer.MOST_SHOWN,
        template_url=f"/duties/lists/{pk}/template.xlsx",
    )
    return render(request, "duties/items/upload.html", context, status=status_of(request, form))


def _read(file: Any) -> bytes:
    data = file.read(DOCUMENT_LIMIT + 1)
    if len(data) > DOCUMENT_LIMIT:
        raise DomainError(f"文件超过{DOCUMENT_LIMIT // MEGABYTE}MB，请拆分后再传。", field="file")
    return data


def _refs(request: MemberRequest, item_list: ItemList) -> Any:
    return refs_of(item_list, item_pages.units_for(request.user, item_list))


@require_GET
@business
def template(request: MemberRequest, pk: int) -> HttpResponse:
    """The blank workbook of this list."""
    item_list = _open(request, pk)
    return workbook(importer.template(item_list), "清单（空白）.xlsx")


@require_http_methods(["GET", "POST"])
@business
def from_register(request: MemberRequest, pk: int) -> HttpResponse:
    """Objects of the registers that are not on the list yet."""
    item_list = _open(request, pk)
    offered = _offered(request, item_list)
    text = (request.POST if request.method == "POST" else request.GET).get("q", "").strip()
    shown = [one for one in offered.values() if text in one.name or text in one.place]
    candidates = list(offered.values()) if request.method == "POST" else shown[:MOST_OFFERED]
    form = ObjectsForm(request.POST or None, offered=candidates, initial={"q": text})

    def act(data: dict[str, Any]) -> int:
        found = shown if "all" in request.POST else [offered[key] for key in data["chosen"]]
        rows = [_row(one, data["answerable"], item_list, request) for one in found]
        return len(items.add_many(list=item_list, rows=rows, by=request.user)) or -1

    done = submitted(request, form, act)
    if done:
        messages.success(request, f"已增加{max(done, 0)}项。")
        return redirect(f"/duties/lists/{pk}/")
    context = _context(
        request,
        item_list,
        title="从台账选取",
        form=form,
        submit="加入清单",
        more_submits=[{"label": f"全部{len(shown)}处加入", "name": "all", "value": "1"}],
        q=text,
        found=len(shown),
        most=MOST_OFFERED,
    )
    return render(request, "duties/items/objects.html", context, status=status_of(request, form))


def _offered(request: MemberRequest, item_list: ItemList) -> dict[str, Offered]:
    """Objects of the task's kinds, without those that are on the list."""
    objects_of = (item_list.task.spec.get("objects") or {}) if item_list.task else {}
    there = set(item_list.items.exclude(subject_id="").values_list("subject_kind", "subject_id"))
    own = {unit.pk for unit in item_pages.units_for(request.user, item_list)}
    found: dict[str, Offered] = {}
    for register in objects.REGISTERS.values():
        for one in register.offered(request.user, objects_of.get("site_kinds") or ()):
            kind = one.subject._meta.label_lower
            if (kind, one.key) not in there and one.township.pk in own | {item_list.agency_id}:
                found[one.key] = one
    return found


def _row(one: Offered, answerable: str, item_list: ItemList, request: MemberRequest) -> NewItem:
    unit: Agency = item_list.agency
    if answerable == "township":
        unit = one.township
    elif answerable == "village":
        unit = one.village or one.township
    return NewItem(
        name=one.name,
        place=one.place,
        agency=unit,
        subject=one.subject,
        site_kind=one.kind,
        division=one.division,
        found_by=request.user.agency,
    )
