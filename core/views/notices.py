"""One's own notices; opening one marks it read (已阅 where it asks for it)."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import notices
from core.registry import url_of
from core.web import MemberRequest, business


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """All of one's notices, newest first."""
    page = Paginator(notices.of(request.user), 30).get_page(request.GET.get("page"))
    return render(request, "core/notices.html", {"page": page})


@require_POST
@business
def read(request: MemberRequest, pk: int) -> HttpResponse:
    """Mark read and go to the subject, if it still may be seen."""
    notice = notices.read(notice_id=pk, member=request.user)
    return redirect(url_of(notice.subject_kind, notice.subject_id, request.user) or "core:notices")
