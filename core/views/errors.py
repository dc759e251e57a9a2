"""Error pages: what happened, is my data safe, what next. The 404 is the same whatever the reason."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.web import wants_json


def _answer(request: HttpRequest, status: int, message: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"message": message, "field": None, "code": str(status)}, status=status)
    return render(request, f"errors/{status}.html", {"message": message}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _answer(request, 400, "请求无法识别，请返回上一页重试。")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the function is not for this role."""
    return _answer(request, 403, "您的角色不能使用这项功能。")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the page is older than the sign-in."""
    return _answer(request, 403, "页面停留过久，请返回上一页刷新后再提交，已填写的内容会保留。")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: hidden and missing look the same."""
    return _answer(request, 404, "没有找到这个页面。")


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without touching the database."""
    if wants_json(request):
        return JsonResponse({"message": "系统出错，请稍后再试。", "field": None, "code": "500"}, status=500)
    return render(request, "errors/500.html", status=500)
