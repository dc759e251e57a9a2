"""One's own password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from agencies.actions import passwords
from agencies.forms import PasswordForm
from agencies.middleware import password_due
from agencies.views.pages import sent, submitted
from agencies.views.signin import home_of
from core.web import MemberRequest

DUE = {
    "first": "",
    "age": "密码已使用超过{days}天，请先修改再继续。",
    "": "",
}


def rules() -> str:
    """What the validators of the settings ask for, in one sentence."""
    kept = f"，不能与最近 {settings.PASSWORD_HISTORY} 次用过的相同" if settings.PASSWORD_HISTORY else ""
    return (
        f"至少 {settings.PASSWORD_MIN_LENGTH} 个字符，含大写字母、小写字母、数字、其他符号中的至少"
        f" {settings.PASSWORD_CLASSES} 类；不能是常见密码，不能包含账号、姓名、电话或单位名称{kept}。"
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: MemberRequest) -> HttpResponse:
    """Change it; this session goes on, all others of the member end."""
    form = PasswordForm(sent(request))
    form.fields["new"].help_text = rules()
    due = password_due(request.user)
    if submitted(
        request,
        form,
        lambda data: passwords.change(
            member=request.user,
            old=data["old"],
            new=data["new"],
        ),
    ):
        update_session_auth_hash(request, request.user)
        messages.success(request, "密码已修改，其他设备上的登录已全部退出。")
        return redirect(home_of(request.user))
    return render(
        request,
        "registration/password_change.html",
        {
            "form": form,
            "must_change": due == "first",
            "lead": DUE[due].format(days=settings.PASSWORD_MAX_AGE_DAYS),
        },
    )
