"""更多: what else this member may open."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from agencies.models import Member
from agencies.people import keeps_accounts, may_lend_somewhere, may_list_people
from core.web import MemberRequest

#: (title, URL name, what it is, who may). Rooms above appear as soon as they have an address of that name.
DOORS = (
    (
        "单位",
        "agencies:units",
        "单位名称、类别、上级和行政区划",
        lambda m: keeps_accounts(m) or m.is_business,
    ),
    ("人员", "agencies:people", "账号、角色，调动、停用和移交", may_list_people),
    (
        "代理人员",
        "agencies:acting",
        "代理、主持工作的指定和结束",
        lambda m: may_list_people(m) or may_lend_somewhere(m),
    ),
    (
        "领导小组和专班",
        "agencies:bodies",
        "领导小组、指挥部、监管办、专班的组成人员和变动备案",
        lambda m: m.is_business,
    ),
    ("登录锁定", "agencies:locked", "因密码连续输错被锁定的账号", keeps_accounts),
    ("数据库只读查看", "admin:index", "行政区划、单位、人员和登录记录，只能查看", keeps_accounts),
    (
        "审计记录",
        "agencies:audit",
        "谁在什么时间办理了什么，校验是否被改动",
        lambda m: m.is_active and m.is_auditor,
    ),
    ("工作日历", "duties:calendar", "法定节假日和调休", lambda m: m.is_business),
    ("期限规则", "duties:rules", "各项任务的周期和依据", lambda m: m.is_business),
    ("修改密码", "agencies:password", "修改自己的登录密码", lambda m: True),
)


@require_GET
@login_required
def index(request: MemberRequest) -> HttpResponse:
    """The doors this member may open."""
    return render(request, "agencies/more.html", {"title": "更多", "doors": doors(request.user)})


def doors(member: Member) -> list[dict[str, str]]:
    """[{title, url, note}] of the doors that exist and are open to `member`."""
    found = []
    for title, name, note, may in DOORS:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        if may(member):
            found.append({"title": title, "url": url, "note": note})
    return found
