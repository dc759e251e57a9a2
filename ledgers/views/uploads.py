"""Uploads: a workbook goes in, is previewed row by row, and is confirmed, mended or abandoned."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Agency
from core import audit
from core.errors import DomainError, NotAllowed
from core.models import Upload, UploadRow
from core.paging import keyset
from core.registry import urls_of
from core.web import MemberRequest, business
from ledgers.actions import uploads
from ledgers.inlets import INLETS, Inlet, Verdict, visible_uploads
from ledgers.long_files import is_long
from ledgers.upload_forms import UploadForm
from ledgers.views.parts import LEDGERS, UPLOADS, fresh_token, status_of, submitted, token_of, workbook
from minewatch.lib.periods import BadPeriod, parse_period
from minewatch.lib.xlsx import BadWorkbook

HEAD = [
    {"label": label}
    for label in ("文件", "类别", "填报单位", "状态", "读取", "新增", "已有", "未采用", "上传人", "时间")
]
STATE_CSS = {"applied": "tag-done", "refused": "tag-refused"}
SHOWN_REMARKS = 200


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Uploads of one's unit and one's own, newest first."""
    rows = visible_uploads(request.user)
    page_rows, page = keyset(rows, ("-id",), request)
    actions = [
        {
            "label": f"导入{inlet.label}",
            "url": reverse("ledgers:upload_new", args=[inlet.kind]),
            "primary": True,
        }
        for inlet in INLETS.values()
        if uploads.units_for(request.user, inlet.kind)
    ]
    context = {
        "title": "表格导入",
        "crumbs": [LEDGERS],
        "actions": actions,
        "count": rows.count(),
        "unit_word": "份",
        "head": HEAD,
        "rows": [_row(upload) for upload in page_rows],
        "page": page,
        "empty": {"text": "还没有导入过表格。"},
    }
    return render(request, "patterns/list.html", context)


def _row(upload: Upload) -> dict[str, Any]:
    texts = (
        upload.file.name if upload.file else "",
        INLETS[upload.kind].label,
        upload.agency.label,
        state_words(upload),
        upload.rows_read,
        upload.rows_added,
        upload.rows_known,
        upload.rows_refused,
        upload.member.name if upload.member else "系统",
        f"{upload.created_at.astimezone():%Y-%m-%d %H:%M}",
    )
    cells = [{"text": text, "num": 4 <= n <= 7} for n, text in enumerate(texts)]
    return {"url": reverse("ledgers:upload", args=[upload.pk]), "cells": cells}


def state_words(upload: Upload) -> str:
    """The state as people say it; a stored file that a job still judges is 检查中."""
    if upload.status == Upload.Status.JUDGED and upload.version < uploads.JUDGED:
        return "检查中"
    return upload.get_status_display()


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest, kind: str) -> HttpResponse:
    """Take a workbook in; short ones are judged at once, long ones by a job."""
    inlet = _inlet(kind)
    units = uploads.units_for(request.user, kind)
    if not units:
        raise NotAllowed(f"您的角色不能导入{inlet.label}，请联系本单位填表人。")
    form = UploadForm(request.POST or None, request.FILES or None, agencies=units, dated=inlet.dated)
    upload = submitted(request, form, lambda data: _take_in(request, inlet, data))
    if upload is not None:
        run = uploads.run_of(upload)
        return redirect("core:run", run.pk) if run else redirect("ledgers:upload", upload.pk)
    context = {
        "title": f"导入{inlet.label}",
        "crumbs": [LEDGERS, UPLOADS],
        "lead": f"{inlet.help}上传后先检查、预览，确认后才记入。",
        "form": form,
        "multipart": True,
        "submit": "上传并检查",
        "cancel_url": reverse("ledgers:uploads"),
        "client_token": fresh_token(request),
        "template_url": reverse("ledgers:upload_template", args=[kind]),
    }
    return render(request, "ledgers/uploads/new.html", context, status=status_of(request, form))


def _inlet(kind: str) -> Inlet:
    if kind not in INLETS:
        raise Http404
    return INLETS[kind]


def _take_in(request: MemberRequest, inlet: Inlet, data: dict[str, Any]) -> Upload:
    content = uploads.read_upload(data["file"])
    params = {"period": data["period"]} if data.get("period") else {}
    judged = None
    if not is_long(content):
        try:
            judged = inlet.judge(content, member=request.user, agency=data["agency"], params=params)
        except (BadWorkbook, BadPeriod) as error:
            raise DomainError(str(error), field="file") from None
    return uploads.receive(
        member=request.user,
        agency=data["agency"],
        kind=inlet.kind,
        data=content,
        name=data["file"].name,
        params=params,
        judged=judged,
        token=token_of(request),
    )


def _visible(request: MemberRequest, pk: int) -> Upload:
    return get_object_or_404(visible_uploads(request.user), pk=pk)


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The receipt: what was read, what goes in, what does not and how to mend it."""
    upload = _visible(request, pk)
    inlet = INLETS[upload.kind]
    counts = {verdict: upload.rows.filter(verdict=verdict).count() for verdict in Verdict}
    fresh = counts[Verdict.ACCEPTED] + counts[Verdict.NOTED] if upload.status == Upload.Status.JUDGED else 0
    wanted = request.GET.get("verdict", "")
    rows = upload.rows.filter(verdict=wanted) if wanted in Verdict.values else upload.rows.all()
    page_rows, page = keyset(rows, ("id",), request)
    run = uploads.run_of(upload)
    context = {
        "title": f"导入{inlet.label}",
        "number": upload.file.name if upload.file else "",
        "crumbs": [LEDGERS, UPLOADS],
        "state": {"words": state_words(upload), "css": STATE_CSS.get(upload.status, "")},
        "nothing_new": upload.status == Upload.Status.APPLIED and not upload.rows_added,
        "next_step": _next_step(upload, fresh),
        "facts_title": "检查结果" if upload.status == Upload.Status.JUDGED else "导入结果",
        "facts": _facts(upload, inlet, fresh),
        "run_url": reverse("core:run", args=[run.pk]) if run and state_words(upload) == "检查中" else "",
        "buttons": _buttons(request, upload, fresh, inlet),
        "version": upload.version,
        "marked_url": _marked_url(upload),
        "refused": _remarks(upload, Verdict.REFUSED),
        "noted": _remarks(upload, Verdict.NOTED),
        "more_remarks": SHOWN_REMARKS,
        "tabs": _tabs(counts, wanted),
        "rows": _receipt_rows(request, page_rows),
        "page": page,
        "timeline": _timeline(upload),
    }
    return render(request, "ledgers/uploads/show.html", context)


def _next_step(upload: Upload, fresh: int) -> str:
    if upload.status == Upload.Status.JUDGED:
        if upload.version < uploads.JUDGED:
            return "正在检查"
        rest = "；未采用的行改正后再次上传即可" if upload.rows_refused else ""
        return f"核对后确认导入{fresh}行{rest}"
    if upload.status == Upload.Status.REFUSED:
        return "按提示改正后重新上传"
    return "改正未采用的行后重新上传" if upload.rows_refused and upload.status == "applied" else ""


def _facts(upload: Upload, inlet: Inlet, fresh: int) -> list[dict[str, Any]]:
    word = inlet.unit_word
    added = upload.rows_added if upload.status == Upload.Status.APPLIED else fresh
    facts = [
        {"label": "填报单位", "value": upload.agency.name},
        {"label": "读取", "value": f"{upload.rows_read}{word}"},
        {"label": "新增" if upload.status == Upload.Status.APPLIED else "可新增", "value": f"{added}{word}"},
        {"label": "已导入过", "value": f"{upload.rows_known}{word}"},
        {"label": "未采用", "value": f"{upload.rows_refused}{word}"},
    ]
    if upload.params.get("period"):
        facts.insert(1, {"label": "指定期间", "value": parse_period(upload.params["period"]).label})
    return facts


def _buttons(request: MemberRequest, upload: Upload, fresh: int, inlet: Inlet) -> list[dict[str, Any]]:
    if upload.status != Upload.Status.JUDGED or upload.version < uploads.JUDGED:
        url = reverse("ledgers:upload_new", args=[upload.kind])
        again = uploads.units_for(request.user, upload.kind)
        return [{"label": "再上传一份", "url": url, "method": "get"}] if again else []
    if upload.agency not in uploads.units_for(request.user, upload.kind):
        return []
    label = f"确认导入{fresh}{inlet.unit_word}"
    confirm = {"label": label, "url": reverse("ledgers:upload_confirm", args=[upload.pk]), "method": "post"}
    abandon = {"label": "放弃", "url": reverse("ledgers:upload_abandon", args=[upload.pk]), "method": "post"}
    return [{**confirm, "primary": True}, abandon]


def _marked_url(upload: Upload) -> str:
    said = upload.rows_refused or upload.problems or upload.rows.filter(verdict=Verdict.NOTED).exists()
    readable = upload.version >= uploads.JUDGED and upload.rows_read
    return reverse("ledgers:upload_marked", args=[upload.pk]) if said and readable and upload.file else ""


def _remarks(upload: Upload, verdict: str) -> list[dict[str, Any]]:
    """What is said about heads and cells at this level, in the order of the paper.

    A row that is refused for its sheet's head has nothing to mend itself; it stands in the list of rows.
    """
    found = [said for said in upload.problems if said["verdict"] == verdict]
    sheets = list(dict.fromkeys(upload.rows.order_by("id").values_list("sheet", flat=True)))
    for row in upload.rows.exclude(problems=[])[: SHOWN_REMARKS * 5]:
        own = (said for said in row.problems if said["verdict"] == verdict)
        found += [said for said in own if said["column"] or verdict != Verdict.REFUSED]
        if len(found) >= SHOWN_REMARKS:
            break
    places = {sheet: n for n, sheet in enumerate(sheets)}
    found.sort(key=lambda said: (places.get(said["sheet"], len(places)), said["row"], said["col"]))
    return found[:SHOWN_REMARKS]


def _tabs(counts: dict[str, int], wanted: str) -> list[dict[str, Any]]:
    tabs = [{"label": "全部", "value": "", "count": sum(counts.values()), "on": not wanted}]
    tabs += [
        {"label": Verdict(verdict).label, "value": verdict, "count": count, "on": wanted == verdict}
        for verdict, count in counts.items()
        if count
    ]
    return tabs


def _receipt_rows(request: MemberRequest, rows: list[UploadRow]) -> list[dict[str, Any]]:
    urls = urls_of({(row.subject_kind, row.subject_id) for row in rows if row.subject_id}, request.user)
    return [
        {
            "sheet": row.sheet,
            "number": row.number,
            "verdict": row.get_verdict_display(),
            "css": {"refused": "tag-refused", "noted": "tag-near", "known": ""}.get(row.verdict, "tag-done"),
            "words": "；".join(said["reason"] for said in row.problems),
            "what": _what(row),
            "url": urls.get((row.subject_kind, row.subject_id), ""),
        }
        for row in rows
    ]


def _what(row: UploadRow) -> str:
    texts = row.values.get("texts") or {}
    return str(texts.get("location") or texts.get("name") or "")[:80]


def _timeline(upload: Upload) -> list[dict[str, Any]]:
    steps = audit.AuditEntry.objects.filter(subject_kind="core.upload", subject_id=str(upload.pk))
    return [
        {"at": step.at, "who": step.actor_label, "words": audit.sentence(step)}
        for step in steps.order_by("id")[:20]
    ]


# ---------------------------------------------------------------- what is done with it


@require_POST
@business
def confirm(request: MemberRequest, pk: int) -> HttpResponse:
    """Apply the accepted rows; twice is once."""
    upload = uploads.confirm(upload=_visible(request, pk), member=request.user)
    left = f"，未采用{upload.rows_refused}行" if upload.rows_refused else ""
    if upload.rows_added:
        messages.success(request, f"已导入，新增{upload.rows_added}行{left}。")
    else:
        messages.info(request, f"已导入，0 条新增{left}。")
    return redirect("ledgers:upload", pk)


@require_POST
@business
def abandon(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave it; nothing goes in."""
    uploads.abandon(upload=_visible(request, pk), member=request.user)
    messages.info(request, "已放弃，没有存入任何内容。")
    return redirect("ledgers:uploads")


@require_GET
@business
def marked(request: MemberRequest, pk: int) -> HttpResponse:
    """The same workbook, bad cells red with a comment, to be mended and uploaded again."""
    upload = _visible(request, pk)
    if not _marked_url(upload):
        raise Http404
    with TemporaryDirectory() as folder:
        original, out = Path(folder) / "original.xlsx", Path(folder) / "marked.xlsx"
        with upload.file.path.open("rb") as stream:
            original.write_bytes(stream.read())
        INLETS[upload.kind].mark(original, upload, out)
        data = out.read_bytes()
    audit.record("file.read", actor=request.user, subject=upload.file, facts={"marked": upload.pk})
    return workbook(data, f"{Path(upload.file.name).stem}（已标注）.xlsx")


@require_GET
@business
def template(request: MemberRequest, kind: str) -> HttpResponse:
    """The blank workbook of this kind."""
    inlet = _inlet(kind)
    units = uploads.units_for(request.user, kind)
    agency = units[0] if units else Agency.objects.select_related("division").get(pk=request.user.agency_id)
    data, name = inlet.template(agency)
    return workbook(data, name)
