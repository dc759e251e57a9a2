"""大字: a preference of this browser, for everybody, signed in or not."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.context import LARGE_TEXT_COOKIE

YEAR = 365 * 24 * 3600


@require_POST
def large_text(request: HttpRequest) -> HttpResponse:
    """Keep `on` (1 or 0) in a cookie and go back to where one was."""
    wanted = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    response = redirect(wanted if own and wanted.startswith("/") else "/")
    response.set_cookie(
        LARGE_TEXT_COOKIE, "1" if request.POST.get("on") == "1" else "0", max_age=YEAR, httponly=True,
        secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
    )
    return response
