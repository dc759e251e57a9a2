"""What every view shares: who is asking, JSON or page, domain errors in one handler."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.shortcuts import render

from core.errors import Conflict, DomainError

if TYPE_CHECKING:
    from agencies.models import Member

View = Callable[..., HttpResponse]


class MemberRequest(HttpRequest):
    """A request of a signed-in member."""

    user: Member  # type: ignore[assignment]


def business(view: View) -> View:
    """For members with business only; the administrator and the auditor find nothing here."""

    @login_required
    @wraps(view)
    def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_business:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def wants_json(request: HttpRequest) -> bool:
    """Whether the answer should be JSON (page scripts and API)."""
    return request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", "")


def body_json(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of the body. Raises DomainError when it is none."""
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError, RawPostDataException):  # the last: a form was sent, not JSON
        raise DomainError("提交的数据无法识别，请刷新页面后重试。") from None
    if not isinstance(data, dict):
        raise DomainError("提交的数据无法识别，请刷新页面后重试。")
    return data


def client_token(value: object) -> uuid.UUID | None:
    """The form's client UUID, or None when absent. Raises DomainError when malformed."""
    if not value:
        return None
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise DomainError("表单编号不正确，请刷新页面后重试。") from None


def seen_version(request: HttpRequest) -> int:
    """The version the page of a move was shown with. Raises Conflict when the form carries none: a move
    without it would go through whatever happened since.
    """
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Conflict("页面已过期，请刷新后再办。")
    return int(text)


class DomainErrors:
    """Middleware: a DomainError that no view caught becomes its page or `{message, field, code}`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a DomainError; anything else is a fault."""
        if not isinstance(error, DomainError):
            return None
        if wants_json(request):
            return JsonResponse(
                {"message": error.message, "field": error.field, "code": error.code},
                status=error.status,
            )
        if error.status == 404:
            return render(request, "errors/404.html", status=404)
        template = {403: "errors/403.html", 409: "errors/409.html"}.get(error.status, "errors/400.html")
        return render(
            request, template, {"message": error.message, "typed": _typed(request)}, status=error.status
        )


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What the user had typed, shown on the error page so that nothing is lost."""
    if request.method != "POST":
        return []
    skip = {"csrfmiddlewaretoken", "token", "version", "password"}
    return [
        (key, value)
        for key, value in request.POST.items()
        if key not in skip and value and "password" not in key
    ]
