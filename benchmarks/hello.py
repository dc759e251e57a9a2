"""The addresses of the product and one more: the least page that a signed-in member can ask for."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

from core.web import MemberRequest, business
from minewatch.urls import handler400, handler403, handler404, handler500
from minewatch.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@business
def hello(request: MemberRequest) -> HttpResponse:
    """Session and member are read, nothing else."""
    return HttpResponse(f"你好，{request.user.name}")


urlpatterns = [path("hello/", hello), *product]
