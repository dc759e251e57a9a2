"""The bare address: what I owe; for the system roles the rooms they keep."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from core.web import MemberRequest


@require_safe
@login_required
def home(request: MemberRequest) -> HttpResponse:
    """To the first page of whoever is here."""
    return redirect("/todo/" if request.user.is_business else "/more/")
