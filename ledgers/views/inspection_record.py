"""The page of one inspection, and of one site in it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.files import files_of
from core.registry import url_of as address_of
from core.registry import urls_of
from core.web import MemberRequest, business
from duties.holders import oversees
from duties.models import Item
from ledgers import checklists
from ledgers.actions.inspections.closing import OWN_RELEASE
from ledgers.actions.inspections.findings import is_hidden
from ledgers.inspection_columns import measured_words, shortfall_words, when
from ledgers.inspection_rules import findings, gaps, leads, offered, own_units, why_not_file, writes_for
from ledgers.models.inspections import CheckAnswer, Inspection, InspectionSite, InspectionSubject
from ledgers.states import INSPECTION_MOVES, InspectionStatus
from ledgers.views.inspection_parts import crumbs, opened, visible, visible_site
from ledgers.views.pages import steps
from ledgers.views.parts import fresh_token

Status = InspectionStatus
CSS = {Status.FILED: "tag-done", Status.CANCELLED: "tag-refused"}


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Who took part, what was inspected, what was found, and the legal moves."""
    inspection = visible(request, pk)
    leading, mine = leads(request.user, inspection), own_units(request.user, inspection)
    readable = opened(request, inspection)
    draft = inspection.status == Status.DRAFT
    buttons, missing = _buttons(request, inspection, leading)
    words = inspection.get_status_display()
    if inspection.kind == Inspection.Kind.SECRET:
        words += "，未公开" if is_hidden(inspection) else "，已公开"
    context = {
        "title": inspection.title,
        "number": inspection.number,
        "crumbs": crumbs(inspection)[:2],
        "state": {"words": words, "css": CSS.get(inspection.status, "")},
        "holder": inspection.agency.label if draft else "",
        "facts": _facts(request, inspection, readable),
        "inspection": inspection,
        "units": _units(request, inspection, leading),
        "sites": _sites(request, inspection, mine, readable),
        "subjects": _subjects(inspection, readable),
        "items": _items(request, inspection),
        "may": {
            "lead": leading and draft,
            "find": draft and (leading or any(not unit.absent for unit in mine)),
            "subjects": leading
            and draft
            and inspection.kind not in (Inspection.Kind.JOINT, Inspection.Kind.SURVEY),
        },
        "readable": readable,
        "buttons": buttons,
        "missing": missing,
        "version": inspection.version,
        "timeline": steps("ledgers.inspection", pk) if readable else [],
        "prints": _prints(inspection) if readable else [],
        "client_token": fresh_token(request),
    }
    return render(request, "ledgers/inspections/show.html", context)


def _facts(request: MemberRequest, inspection: Inspection, readable: bool) -> list[dict[str, Any]]:
    task, line, again = inspection.task, inspection.line, inspection.again
    pairs = [
        ("类别", inspection.get_kind_display(), ""),
        ("组织单位", inspection.agency.name, ""),
        ("时间", when(inspection), ""),
        ("专项行动", str(inspection.campaign or ""), _link(request, inspection.campaign)),
        ("专项任务", str(task or ""), _link(request, task)),
        (
            "年度计划安排",
            f"{line.period} {line.theme}" if line else "",
            _link(request, line.plan if line else None),
        ),
        ("再验收自", str(again or ""), _link(request, again)),
    ]
    if readable:
        pairs += [("检查情况", inspection.text, ""), ("检查结论", inspection.conclusion, "")]
    return [{"label": label, "value": value, "url": url} for label, value, url in pairs if value]


def _link(request: MemberRequest, row: Any) -> str:
    return address_of(row._meta.label_lower, str(row.pk), request.user) if row is not None else ""


def _units(request: MemberRequest, inspection: Inspection, leading: bool) -> list[dict[str, Any]]:
    left: dict[int, int] = {}
    for gap in gaps(inspection):
        left[gap.unit.pk] = left.get(gap.unit.pk, 0) + gap.missing
    draft = inspection.status == Status.DRAFT
    lists = set(inspection.sites.values_list("checklist", flat=True))
    found = []
    for unit in inspection.units.select_related("agency__division", "inspection"):
        edits = draft and (leading or writes_for(request.user, unit))
        asked = any(checklists.owed(name, unit.agency) for name in lists)
        done = "已填完" if asked else "不用填写"
        progress = "未参加" if unit.absent else f"还有{left[unit.pk]}项未填" if unit.pk in left else done
        found.append(
            {
                "row": unit,
                "progress": progress,
                "url": reverse("ledgers:inspection_unit", args=[inspection.pk, unit.pk]) if edits else "",
            }
        )
    return found


def _sites(
    request: MemberRequest, inspection: Inspection, mine: list[Any], readable: bool
) -> list[dict[str, Any]]:
    rows = list(inspection.sites.select_related("site__agency"))
    answers = CheckAnswer.objects.filter(at_site__in=rows)
    bad: dict[int, int] = {}
    for pk in answers.filter(result=CheckAnswer.Result.BAD).values_list("at_site_id", flat=True):
        bad[pk] = bad.get(pk, 0) + 1
    draft = inspection.status == Status.DRAFT
    found = []
    for row in rows:
        row.inspection = inspection
        mine_here = [unit for unit in mine if not unit.absent and offered(row, unit.agency)]
        args = [inspection.pk, row.pk]
        found.append(
            {
                "row": row,
                "bad": bad.get(row.pk, 0) if readable else 0,
                "url": reverse("ledgers:inspection_site", args=args) if readable else "",
                "fill": reverse("ledgers:inspection_answer", args=args) if draft and mine_here else "",
                "measured": measured_words(row) if readable else "",
            }
        )
    return found


def _subjects(inspection: Inspection, readable: bool) -> list[dict[str, Any]]:
    rows = inspection.subjects.select_related("agency__division")
    return [
        {
            "row": row,
            "result": row.get_result_display() if readable else "",
            "short": shortfall_words(row) if readable else "",
            "text": row.text if readable else "",
            "url": reverse("ledgers:inspection_subject", args=[inspection.pk, row.pk]),
        }
        for row in rows
    ]


def _items(request: MemberRequest, inspection: Inspection, **of: Any) -> list[dict[str, Any]]:
    seen = Item.objects.visible_to(request.user).values("pk")
    rows = list(findings(inspection).filter(pk__in=seen, **of).select_related("agency").order_by("number"))
    urls = urls_of({("duties.item", str(row.pk)) for row in rows}, request.user)
    return [
        {
            "row": row,
            "url": urls.get(("duties.item", str(row.pk)), ""),
            "due": row.due_at if row.status not in (Item.Status.CLOSED, Item.Status.STRUCK) else None,
        }
        for row in rows
    ]


def _prints(inspection: Inspection) -> list[dict[str, str]]:
    names = (
        ("打印", "inspection_print"),
        ("下载表格", "inspection_xlsx"),
        ("下载文档", "inspection_docx"),
    )
    return [
        {"label": label, "url": reverse(f"ledgers:{name}", args=[inspection.pk])} for label, name in names
    ]


def _buttons(request: MemberRequest, inspection: Inspection, leading: bool) -> tuple[list[dict], list[dict]]:
    buttons, missing = [], []
    for name in ("file", "unfile", "cancel"):
        move = INSPECTION_MOVES[name]
        if inspection.status not in move.source:
            continue
        why = "" if leading else f"由组织单位{inspection.agency.label}的人员办理。"
        if name == "file":
            why = why or why_not_file(inspection)
        if why:
            missing.append({"label": move.label, "reason": why})
            continue
        ask = {"ask": f"{move.label}的原因", "ask_required": True} if move.needs_reason else {}
        url = reverse(f"ledgers:inspection_{name}", args=[inspection.pk])
        buttons.append(
            {
                "label": move.label,
                "url": url,
                "method": "post",
                "primary": name == "file",
                "danger": name == "cancel",
            }
            | ask
        )
    if leading and inspection.status == Status.FILED and _to_repeat(inspection):
        url = f"{reverse('ledgers:inspection_new')}?kind=acceptance&again={inspection.pk}"
        url += f"&task={inspection.task_id}" if inspection.task_id else ""
        buttons.insert(0, {"label": "组织再验收", "url": url, "method": "get", "primary": True})
    if is_hidden(inspection) and inspection.status == Status.FILED:
        if inspection.filed_by_id == request.user.pk and oversees(request.user, inspection.agency):
            missing.append({"label": "公开暗访结果", "reason": OWN_RELEASE})
        elif oversees(request.user, inspection.agency):
            url = reverse("ledgers:inspection_release", args=[inspection.pk])
            buttons.insert(0, {"label": "公开暗访结果", "url": url, "method": "post", "primary": True})
        else:
            missing.append({"label": "公开暗访结果", "reason": "由专班办公室或督办县领导办理。"})
    elif is_hidden(inspection) and inspection.status == Status.DRAFT:
        missing.append({"label": "公开暗访结果", "reason": "暗访归档后才能公开。"})
    return buttons, missing


def _to_repeat(inspection: Inspection) -> bool:
    """Whether somebody did not pass and no further acceptance has been called for it."""
    failed = inspection.subjects.filter(result=InspectionSubject.Result.FAILED).exists()
    return failed and not inspection.repeats.exclude(status=Status.CANCELLED).exists()


@require_GET
@business
def site(request: MemberRequest, pk: int, at_pk: int) -> HttpResponse:
    """One site: every unit's answers, measurement, photos, findings."""
    at_site = visible_site(request, pk, at_pk)
    inspection = at_site.inspection
    readable = opened(request, inspection)
    draft = inspection.status == Status.DRAFT
    mine = [unit for unit in own_units(request.user, inspection) if not unit.absent]
    fills = draft and any(offered(at_site, unit.agency) for unit in mine)
    args = [pk, at_pk]
    buttons = []
    if fills:
        url = reverse("ledgers:inspection_answer", args=args)
        buttons.append({"label": "填写检查表", "url": url, "method": "get", "primary": True})
    if draft and mine:
        url = reverse("ledgers:inspection_measure", args=args)
        buttons.append({"label": "登记实地测量", "url": url, "method": "get"})
        url = f"{reverse('ledgers:inspection_finding', args=[pk])}?site={at_pk}"
        buttons.append({"label": "列入问题清单", "url": url, "method": "get"})
    if draft and leads(request.user, inspection):
        url = reverse("ledgers:inspection_site_drop", args=args)
        buttons.append({"label": "移除这一处", "url": url, "method": "post", "danger": True})
    papers = [file for file in files_of(at_site) if not file.copy] if readable else []
    context = {
        "title": at_site.site.name,
        "number": at_site.site.number,
        "crumbs": crumbs(inspection),
        "state": {"words": inspection.get_status_display(), "css": CSS.get(inspection.status, "")},
        "facts": [
            {
                "label": "监管对象",
                "value": at_site.site.name,
                "url": address_of("ledgers.site", str(at_site.site_id), request.user),
            },
            {"label": "乡镇", "value": at_site.site.agency.label},
            {"label": "检查表", "value": at_site.get_checklist_display()},
            {"label": "实地测量", "value": measured_words(at_site) if readable else ""},
        ],
        "groups": _answers(at_site, pk, may_list=draft and bool(mine)) if readable else [],
        "readable": readable,
        "items": _items(request, inspection, subject_kind="ledgers.site", subject_id=str(at_site.site_id)),
        "photos": [file for file in files_of(at_site) if file.copy] if readable else [],
        "related": [{"title": "测量成果", "links": [_paper(file) for file in papers]}] if papers else [],
        "buttons": buttons,
        "missing": [],
        "timeline": [],
        "client_token": fresh_token(request),
    }
    return render(request, "ledgers/inspections/site.html", context)


def _paper(file: Any) -> dict[str, str]:
    return {"label": file.name, "url": f"/files/{file.pk}/", "note": f" {file.size // 1024 + 1} KB"}


def _answers(at_site: InspectionSite, pk: int, *, may_list: bool) -> list[dict[str, Any]]:
    """The answers by unit; a 不符合 has the way to the 问题清单 beside it."""
    groups: dict[str, list[dict[str, Any]]] = {}
    base = f"{reverse('ledgers:inspection_finding', args=[pk])}?site={at_site.pk}"
    order = {code: n for n, code in enumerate(checklists.questions())}
    rows = at_site.answers.select_related("agency", "answered_by")
    for row in sorted(rows, key=lambda row: (row.agency_id, order.get(row.question, 999))):
        bad = row.result == CheckAnswer.Result.BAD
        groups.setdefault(row.agency.label, []).append(
            {
                "row": row,
                "label": checklists.label_of(row.question),
                "bad": bad,
                "url": f"{base}&answer={row.pk}" if bad and may_list else "",
            }
        )
    return [{"title": title, "rows": rows} for title, rows in groups.items()]
