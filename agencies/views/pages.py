"""What the views of agencies share: who may, form errors from actions, filters as chips."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict

from agencies.models import Member
from core.errors import DomainError, NotAllowed
from core.web import MemberRequest, client_token

T = TypeVar("T")
View = Callable[..., HttpResponse]


def only(test: Callable[[Member], bool]) -> Callable[[View], View]:
    """The function is for members that pass `test`; the others get 403. Querysets guard the rows."""

    def wrap(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not test(request.user):
                raise NotAllowed("您的角色不能使用这项功能。")
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: an empty POST is a sent form too."""
    return request.POST if request.method == "POST" else None


def submitted(request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any]], T]) -> T | None:
    """The result of `act` on a sent and valid form; None when the form is to be shown (again).

    A DomainError the user can mend stands at its field; the others are shown as their own page.
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


def token_of(request: HttpRequest) -> uuid.UUID | None:
    """The client id of the form that was sent."""
    return client_token(request.POST.get("token"))


def fresh_token(request: HttpRequest) -> str:
    """The client id to put into the form: the one that came, else a fresh one."""
    return request.POST.get("token") or str(uuid.uuid4())


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
        found.append(
            {
                "label": f"{form[name].label}：{_words(form, name, value)}",
                "remove_url": f"?{query.urlencode()}",
            }
        )
    return found


def _words(form: forms.Form, name: str, value: str) -> str:
    for key, label in getattr(form.fields[name], "choices", ()):
        if str(key) == value:
            return str(label)
    return value


def filtered(request: HttpRequest, form: forms.Form) -> dict[str, Any]:
    """Context of parts/filters.html; invalid filters count as none and show their errors."""
    shown = chips(request, form)
    return {"filters": form, "filter_count": len(shown), "chips": shown}


def clean(form: forms.Form) -> dict[str, Any]:
    """The valid filter values."""
    form.is_valid()
    return getattr(form, "cleaned_data", {})


MORE = {"label": "更多", "url": "/more/"}
PEOPLE = {"label": "人员", "url": "/more/people/"}
UNITS = {"label": "单位", "url": "/more/units/"}
ACTING = {"label": "代理人员", "url": "/more/acting/"}
