"""Lists of objects 清单: those in sight, one list with its items, export, print, freezing, a new list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from core import audit
from core.errors import NotAllowed
from core.pages import exported, filters_of, fresh_token, listing, status_of, submitted
from core.paging import keyset
from core.web import MemberRequest, business, seen_version
from duties import item_pages, item_rules
from duties.actions import items
from duties.forms.items import ItemFilter, ListForm, ListsFilter
from duties.models import Campaign, Item, ItemList, Task
from duties.views.items import DUTIES, LISTS
from duties.words import instant_words
from minewatch.lib.clock import SHANGHAI, day_end, now

HEAD = [{"label": word} for word in ("名称", "序号", "位置", "责任单位", "分类", "期限", "状态")]
WIDE = ("序号", "名称", "位置", "责任单位", "分类", "问题", "整改要求", "期限", "监管责任人")
TAIL = ("状态", "处置结果", "报请销号时间", "销号时间", "复燃次数", "应查次数", "已查次数")
WIDTHS = (6, 24, 24, 18, 10, 36, 36, 16, 12)


def in_sight(request: MemberRequest) -> QuerySet[ItemList]:
    """The lists the member may see, with what every page of them shows."""
    rows = item_rules.lists_for(request.user)
    return rows.select_related("agency__division", "campaign", "task__campaign")


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Every list in sight, the newest first."""
    member, at = request.user, now()
    form = ListsFilter(request.GET, campaigns=Campaign.objects.visible_to(member))
    rows = in_sight(request)
    if form.is_valid():
        data = form.cleaned_data
        rows = rows.filter(title__icontains=data["q"].strip()) if data["q"].strip() else rows
        rows = rows.filter(campaign=data["campaign"]) if data["campaign"] else rows
        rows = rows.filter(task=data["task"]) if data["task"] else rows
    page_rows, page = keyset(rows, ("-id",), request)
    # as a workbook all of them are counted, on the page its own
    whole = rows if request.GET.get("as") == "xlsx" else page_rows
    numbers = item_pages.counted(whole, member, at)

    def line(row: ItemList) -> dict[str, Any]:
        return _line(row, numbers.get(row.pk, {}))

    context = {
        "title": "清单",
        "lead": "清单式管理、挂账式销号：逐项落实责任单位，两人办结。",
        "crumbs": [DUTIES],
        "actions": _new(member, form),
        "count": rows.count(),
        "unit_word": "份",
        "head": [
            *({"label": word} for word in ("清单", "管理单位", "专项行动")),
            *({"label": word, "unit": "项", "num": True} for word in ("条目", "已销号", "逾期")),
            {"label": "状态"},
        ],
        "rows": [line(row) for row in page_rows],
        "page": page,
        "empty": {"text": "没有清单。专项任务的对象清单由牵头单位建立。"},
        **filters_of(request, form),
    }
    return listing(request, context, what="item_lists", rows=rows.order_by("-id"), row_of=line)


def _new(member: Any, form: ListsFilter) -> list[dict[str, Any]]:
    """The button that draws a list up; for the task whose lists are shown, where they are of one."""
    if not item_rules.serves(member, member.agency):
        return []
    task = form.cleaned_data.get("task")
    query = f"?task={task.pk}" if task else ""
    return [{"label": "建立清单", "url": f"/duties/lists/new/{query}", "primary": True}]


def _line(row: ItemList, numbers: dict[str, int]) -> dict[str, Any]:
    base = f"/duties/lists/{row.pk}/"
    done, late = numbers.get("done", 0), numbers.get("late", 0)
    cells = [
        {"text": row.title},
        {"text": row.agency.label},
        {"text": row.campaign.name if row.campaign else "—"},
        {"text": numbers.get("n", 0)},
        {"text": done, "url": f"{base}?status=closed" if done else ""},
        {"text": late, "url": f"{base}?late=1" if late else ""},
        {"text": "已锁定" if row.frozen_at else "可增加"},
    ]
    return {"url": base, "late": bool(late), "cells": cells}


def chosen(request: MemberRequest, item_list: ItemList) -> tuple[QuerySet[Item], ItemFilter]:
    """The items of this page and its filter form; a value the form does not know filters nothing."""
    rows = Item.objects.visible_to(request.user).filter(list=item_list)
    units = Agency.objects.filter(pk__in=rows.order_by().values("agency")).order_by("division__code", "code")
    form = ItemFilter(request.GET, item_list=item_list, units=units)
    form.is_valid()
    rows = item_pages.chosen(rows, form.cleaned_data, now())
    return rows.select_related("agency", "list").order_by("number"), form


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One list with its items."""
    item_list, at = get_object_or_404(in_sight(request), pk=pk), now()
    rows, form = chosen(request, item_list)
    page_rows, page = keyset(rows, ("number", "id"), request)
    query, base = request.GET.urlencode(), f"/duties/lists/{pk}/"
    numbers = item_pages.counted([item_list], request.user, at).get(pk, {})
    buttons, missing = _buttons(item_list, request.user)
    context = {
        "title": item_list.title,
        "crumbs": [DUTIES, LISTS],
        "item_list": item_list,
        "facts": _facts(item_list, numbers),
        "actions": _actions(item_list, request.user),
        "buttons": buttons,
        "missing": missing,
        "version": item_list.version,
        "client_token": fresh_token(request),
        "count": rows.count(),
        "unit_word": "项",
        "head": HEAD,
        "rows": [_row(item, at) for item in page_rows],
        "page": page,
        "exports": [{"label": "导出表格", "url": f"{base}export.xlsx?{query}"}],
        "print_url": f"{base}print/?{query}",
        "empty": {"text": "没有符合条件的条目。"},
        **filters_of(request, form),
    }
    return render(request, "duties/items/list.html", context)


def _facts(item_list: ItemList, numbers: dict[str, int]) -> list[dict[str, Any]]:
    task = item_list.task
    said = [
        ("管理单位", item_list.agency.name, ""),
        ("专项行动", item_list.campaign.name if item_list.campaign else "", ""),
        ("专项任务", f"{task.code} {task.name}" if task else "", _task_url(task)),
        ("统一期限", instant_words(item_list.due_at) if item_list.due_at else "", ""),
        ("每个对象应查", f"{item_list.times}次" if item_list.times else "", ""),
        ("销号", f"{numbers.get('done', 0)}/{numbers.get('n', 0)}", ""),
        ("清单", f"已于{instant_words(item_list.frozen_at)}锁定" if item_list.frozen_at else "可增加", ""),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in said if value]


def _task_url(task: Task | None) -> str:
    return f"/duties/campaigns/{task.campaign_id}/tasks/{task.pk}/" if task else ""


def _actions(item_list: ItemList, member: Any) -> list[dict[str, Any]]:
    if item_list.frozen_at or not item_rules.may_add(member, item_list):
        return []
    base = f"/duties/lists/{item_list.pk}/"
    return [
        {"label": "增加条目", "url": f"{base}add/", "primary": True},
        {"label": "从台账选取", "url": f"{base}objects/"},
        {"label": "导入表格", "url": f"{base}upload/"},
    ]


def _buttons(item_list: ItemList, member: Any) -> tuple[list[dict], list[dict]]:
    if item_list.frozen_at:
        return [], [{"label": "增加条目", "reason": "清单已锁定，不能再增加。"}]
    missing = []
    if not item_rules.may_add(member, item_list):
        missing.append({"label": "增加条目", "reason": "由清单管理单位和任务分工单位的人员增加。"})
    if not item_rules.serves(member, item_list.agency):
        reason = f"由{item_list.agency.label}（清单管理单位）的人员锁定。"
        return [], [*missing, {"label": "锁定清单", "reason": reason}]
    button = {"label": "锁定清单", "url": f"/duties/lists/{item_list.pk}/freeze/", "method": "get"}
    return [button], missing


def _row(item: Item, at: dt.datetime) -> dict[str, Any]:
    over = item.status in (Item.Status.CLOSED, Item.Status.STRUCK)
    late = item_pages.is_late(item, at)
    due = {"text": instant_words(item.due_at) if item.due_at else "未定期限"}
    if item.due_at and not over:
        due = {"due": item.due_at}
    cells = [
        {"text": item.name},
        {"text": str(item.number)},
        {"text": item.place or "—"},
        {"text": item.agency.label},
        {"text": item.get_category_display() if item.category else "—"},
        due,
        {"text": item_pages.status_words(item), "tag": "late" if late else "done" if over else "plain"},
    ]
    return {"url": f"/duties/items/{item.pk}/", "late": late, "cells": cells}


def _texts(item: Item) -> list[object]:
    """One item as the export and the print write it; moments in Shanghai's time."""

    def moment(at: dt.datetime | None) -> dt.datetime | None:
        return at.astimezone(SHANGHAI) if at else None

    return [
        item.number,
        item.name,
        item.place,
        item.agency.name,
        item.get_category_display() if item.category else "",
        item.problem,
        item.demand,
        moment(item.due_at),
        item.responsible,
        item.get_status_display(),
        item.outcome,
        moment(item.submitted_at),
        moment(item.closed_at),
        item.reopened,
        item.needed or None,
        item.done if item.needed else None,
        *(item.answers.get(one["code"], "") for one in item.list.questions),
    ]


@require_GET
@business
def export(request: MemberRequest, pk: int) -> HttpResponse:
    """Exactly the rows of the list as a workbook; the first columns can be imported again. Logged."""
    item_list = get_object_or_404(in_sight(request), pk=pk)
    rows, _ = chosen(request, item_list)
    header = [*WIDE, *TAIL, *(one["label"] for one in item_list.questions)]
    lines = (_texts(item) for item in rows)
    return exported(request, what="items", title="挂账销号清单", header=header, rows=lines, widths=WIDTHS)


@require_GET
@business
def printed(request: MemberRequest, pk: int) -> HttpResponse:
    """The list on paper: the rows of the page, to be signed by the unit. Logged."""
    item_list = get_object_or_404(in_sight(request), pk=pk)
    rows, form = chosen(request, item_list)
    found = list(rows)
    audit.record("export.made", actor=request.user, subject=item_list, facts={"rows": len(found)})
    context = {
        "item_list": item_list,
        "labels": ("序号", "名称", "位置", "问题", "整改要求", "责任单位", "监管责任人", "期限", "状态"),
        "rows": [_paper(item) for item in found],
        "filters": [chip["label"] for chip in filters_of(request, form)["chips"]],
        "as_of": now(),
        "mark": f"{request.user.name} {now():%Y-%m-%d %H:%M}",
    }
    return render(request, "duties/items/print.html", context)


def _paper(item: Item) -> list[str]:
    due = instant_words(item.due_at) if item.due_at else "未定期限"
    words = item_pages.status_words(item)
    told = [item.name, item.place, item.problem, item.demand, item.agency.label, item.responsible]
    return [str(item.number), *told, due, words]


@require_http_methods(["GET", "POST"])
@business
def freeze(request: MemberRequest, pk: int) -> HttpResponse:
    """锁定清单, which cannot be undone: asked once more, with how many items there are."""
    item_list = get_object_or_404(in_sight(request), pk=pk)
    if request.method == "POST":
        items.freeze(
            list=item_list,
            by=request.user,
            version=seen_version(request),
            nothing_found=request.POST.get("nothing_found") == "1",
        )
        messages.success(request, "清单已锁定，不再增加条目。")
        return redirect(f"/duties/lists/{pk}/")
    if item_list.frozen_at or not item_rules.serves(request.user, item_list.agency):
        return redirect(f"/duties/lists/{pk}/")
    count = item_list.items.exclude(status=Item.Status.STRUCK).count()
    context = {
        "title": "锁定清单",
        "crumbs": [DUTIES, LISTS, {"label": item_list.title, "url": f"/duties/lists/{pk}/"}],
        "warning": "锁定后不能再增加条目，也不能解锁。",
        "answers": [
            {"label": "清单", "value": item_list.title},
            {"label": "条目", "value": f"{count}项" if count else "没有条目：经排查没有此类对象"},
        ],
        "hidden": [] if count else [{"name": "nothing_found", "value": "1"}],
        "submit": "锁定清单" if count else "确认没有此类对象并锁定",
        "back_url": f"/duties/lists/{pk}/",
        "version": item_list.version,
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/check.html", context)


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """A new list, for a task of a campaign (?task=) or one's own."""
    member = request.user
    units = Agency.objects.active().filter(pk__in=member.units)
    if not any(item_rules.serves(member, unit) for unit in units):
        raise NotAllowed(items.OPENED_BY)
    initial = {"task": request.GET.get("task", ""), "agency": member.agency_id, "times": 0}
    form = ListForm(request.POST or None, tasks=item_pages.tasks_for(member), units=units, initial=initial)

    def act(data: dict[str, Any]) -> ItemList:
        objects = (data["task"].spec.get("objects") or {}) if data["task"] else {}
        return items.open_list(
            title=data["title"].strip() or objects.get("title") or data["task"].name,
            agency=data["agency"],
            task=data["task"],
            growing=objects.get("growing", True),
            categories=objects.get("categories") or (),
            questions=objects.get("questions") or (),
            times=data["times"] or objects.get("times") or 0,
            due_at=day_end(data["due_on"]) if data["due_on"] else None,
            by=member,
        )

    made = submitted(request, form, act)
    if made:
        messages.success(request, "清单已建立，请增加条目。")
        return redirect(f"/duties/lists/{made.pk}/")
    context = {
        "title": "建立清单",
        "lead": "选择专项任务的，名称、分类、核查项按方案自动带出。",
        "crumbs": [DUTIES, LISTS],
        "form": form,
        "submit": "建立",
        "client_token": fresh_token(request),
        "cancel_url": "/duties/lists/",
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))
