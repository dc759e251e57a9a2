"""What pages of uploads and sites share: forms answered by actions, chips, downloads."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote

from django import forms
from django.http import FileResponse, HttpRequest

from core.errors import DomainError
from core.files import XLSX
from core.web import client_token

T = TypeVar("T")
LEDGERS = {"label": "台账", "url": "/ledgers/"}
SITES = {"label": "监管对象", "url": "/ledgers/sites/"}
UPLOADS = {"label": "表格导入", "url": "/ledgers/uploads/"}


def submitted(request: HttpRequest, form: forms.BaseForm, act: Callable[[dict[str, Any]], T]) -> T | None:
    """The result of `act` on a sent and valid form; None when the form is to be shown (again).

    A DomainError that the user can mend stands at its field; the others are shown as their own page.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act(form.cleaned_data)
    except DomainError as error:
        if error.status != 400:
            raise
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


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
        shown = dict(getattr(form.fields[name], "choices", ())).get(value, value)
        label = f"{form.fields[name].label}：{shown}"
        found.append({"label": label, "remove_url": f"?{query.urlencode()}"})
    return found


def filters_of(request: HttpRequest, form: forms.Form) -> dict[str, Any]:
    """The filters of a list as patterns/list.html wants them."""
    used = chips(request, form)
    return {"filters": form, "filter_count": len(used), "chips": used}


def workbook(data: bytes, name: str) -> FileResponse:
    """A workbook as a download under a Chinese name."""
    response = FileResponse(BytesIO(data), content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
