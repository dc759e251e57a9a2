"""One's own password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import password_validators_help_texts
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


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: MemberRequest) -> HttpResponse:
    """Change it; this session goes on, all others of the member end."""
    form = PasswordForm(sent(request))
    form.fields["new"].help_text = "".join(text for text in password_validators_help_texts() if text)
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
