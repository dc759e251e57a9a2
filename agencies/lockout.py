"""Lock-out by user and address, counted exactly (django-axes with a counter that cannot be raced).

axes looks first and counts afterwards: fifty parallel tries all look before any counts. Here a try is
counted by one conditional UPDATE before the password is looked at, and a success takes the count away.
One row per pair, whatever browser it says it is; nothing that was typed is kept beside the name.
"""

from __future__ import annotations

from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_failure_limit
from axes.models import AccessAttempt
from django.conf import settings
from django.db import models
from django.db.models import F
from django.http import HttpRequest, HttpResponse

from minewatch.lib.clock import now


class PairHandler(AxesDatabaseHandler):
    """axes' handler with the count taken before the look."""

    def is_allowed(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        """Take one try of the pair, if one is left."""
        username = get_client_username(request, credentials) or ""
        pair = {"username": username, "ip_address": request.axes_ip_address, "user_agent": ""}
        AccessAttempt.objects.filter(**pair, attempt_time__lte=get_cool_off_threshold(request)).delete()
        row, _ = AccessAttempt.objects.get_or_create(
            **pair,
            defaults={
                "failures_since_start": 0,
                "get_data": "",
                "post_data": "",
                "http_accept": "",
                "path_info": request.axes_path_info,
            },
        )
        taken = AccessAttempt.objects.filter(
            pk=row.pk,
            failures_since_start__lt=get_failure_limit(request, credentials),
        ).update(failures_since_start=F("failures_since_start") + 1, attempt_time=request.axes_attempt_time)
        return taken == 1

    def user_login_failed(self, sender: Any, credentials: dict, request: Any = None, **kwargs: Any) -> None:
        """The try is counted already; say whether it was the last one."""
        if request is None or request.axes_locked_out:
            return
        failures = self.get_failures(request, credentials)
        request.axes_failures_since_start = failures
        request.axes_locked_out = failures >= get_failure_limit(request, credentials)


def locked_pairs() -> models.QuerySet[AccessAttempt]:
    """Pairs that may not try now, latest first."""
    return AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=now() - settings.AXES_COOLOFF_TIME,
    ).order_by("-attempt_time", "-pk")


def answer(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """The locked-out answer: the sign-in view's own page or JSON, else a plain sentence; always 429."""
    if response is not None and response.status_code == 429:
        return response
    return HttpResponse(settings.AXES_COOLOFF_MESSAGE, status=429, content_type="text/plain; charset=utf-8")
