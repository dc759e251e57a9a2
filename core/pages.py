"""What pages with forms share: a form answered by an action, chips of a filter, downloads."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import quote

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

from core import audit
from core.errors import DomainError
from core.files import XLSX
from core.web import client_token
from minewatch.lib.clock import SHANGHAI, local_date, now
from minewatch.lib.xlsx import stream_rows

T = TypeVar("T")


def submitted(request: HttpRequest, form: forms.BaseForm, act: Callable[[dict[str, Any]], T]) -> T | None:
    """The result of `act` on a sent and valid form; None when the form is to be shown (again).

    A DomainError that the user can mend stands at its field (what actions call `file` is `upload` in forms);
    the others are shown as their own page.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except DomainError as error:
        if error.status != 400:
            raise
        form.add_error(_field(error, form), error.message)
        return None


def _field(error: DomainError, form: forms.BaseForm) -> str | None:
    name = "upload" if error.field == "file" and "file" not in form.fields else error.field
    return name if name in form.fields else None


def status_of(request: HttpRequest, form: forms.BaseForm) -> int:
    """400 for a form that was sent and is shown again."""
    return 400 if request.method == "POST" and form.errors else 200


def token_of(request: HttpRequest) -> uuid.UUID | None:
    """The client id of the form that was sent."""
    return client_token(request.POST.get("token"))


def fresh_token(request: HttpRequest) -> str:
    """The client id to put into the form: the one that came, else a new one."""
    return request.POST.get("token") or str(uuid.uuid4())


def version_of(request: HttpRequest) -> int | None:
    """The version that the sender saw, or None."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def chips(request: HttpRequest, form: forms.Form) -> list[dict[str, str]]:
    """The filters in use, each with the address without it."""
    found = []
    for name in form.fields:
        value = request.GET.get(name, "")
        if not value or name in form.errors:
            continue
        query = request.GET.copy()
        for gone in (name, "after", "before"):
            query.pop(gone, None)
        choices = getattr(form.fields[name], "choices", ())
        shown = {str(key): words for key, words in choices}.get(value, value)
        label = f"{form.fields[name].label}：{shown}"
        found.append({"label": label, "remove_url": f"?{query.urlencode()}"})
    return found


def filters_of(request: HttpRequest, form: forms.Form) -> dict[str, Any]:
    """The filters of a list as patterns/list.html wants them."""
    used = chips(request, form)
    return {"filters": form, "filter_count": len(used), "chips": used}


def workbook(data: bytes, name: str, content_type: str = XLSX) -> FileResponse:
    """A workbook (or another document) as a download under a Chinese name."""
    response = FileResponse(BytesIO(data), content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def exported(
    request: HttpRequest,
    *,
    what: str,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    widths: Sequence[float] = (),
) -> FileResponse:
    """A list as a workbook named `title` and today's day; logged. `what` names the list in the audit."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        count = stream_rows(path, header, rows, widths, title=title[:31])
        data = path.read_bytes()
    audit.record("export.made", actor=request.user, facts={"what": what, "rows": count})  # type: ignore[arg-type]
    return workbook(data, f"{title}{local_date(now()):%Y%m%d}.xlsx")


def in_batches(rows: QuerySet, size: int = 500) -> Iterator[list[Any]]:
    """`rows` by batches, never an empty one: an export of everything asks about a batch at once."""
    left = rows.iterator(size)
    while batch := list(islice(left, size)):
        yield batch


def listing(
    request: HttpRequest,
    context: dict[str, Any],
    *,
    what: str,
    rows: Iterable[T],
    row_of: Callable[[T], dict[str, Any]],
) -> HttpResponse:
    """A list page of patterns/list.html; with `?as=xlsx` all that it lists, in the same columns and words.

    `rows` is everything that the filters leave, `row_of` the row as the page shows it.
    """
    if request.GET.get("as") == "xlsx":
        header = [column["label"] for column in context["head"]]
        lines = ([_said(cell) for cell in row_of(row)["cells"]] for row in rows)
        title = str(context["title"])
        return exported(request, what=what, title=title, header=header, rows=lines, widths=[22] * len(header))
    query = request.GET.copy()
    query["as"] = "xlsx"
    context["exports"] = [{"label": "导出表格", "url": f"?{query.urlencode()}"}]
    return render(request, "patterns/list.html", context)


def _said(cell: dict[str, Any]) -> object:
    """A cell's words; of a light its date."""
    if "due" not in cell:
        return cell.get("text", "")
    due = getattr(cell["due"], "due_at", cell["due"])
    return due.astimezone(SHANGHAI).replace(tzinfo=None) if due else ""
