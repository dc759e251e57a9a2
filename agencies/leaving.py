"""What agencies itself knows of a leaver's open work: drafts (shown only), acting posts, posts in bodies."""

from __future__ import annotations

from collections.abc import Iterable

from agencies.actions import acting, bodies
from agencies.handover import Item, register
from agencies.models import Member
from core.models import Draft


def drafts(member: Member) -> Iterable[Item]:
    """Unsent drafts, by the time they were kept; their text is nobody else's."""
    return [Item(f"{row.saved_at:%Y-%m-%d}保存的草稿") for row in Draft.objects.filter(member=member)]


def posts(member: Member) -> Iterable[Item]:
    """Posts in which the member acts, now or later."""
    return [Item(f"{row.agency.label}{row.get_role_display()}（代理）") for row in acting.open_posts(member)]


def body_posts(member: Member) -> Iterable[Item]:
    """Posts in bodies; handing over proposes the colleague, the office puts it on record."""
    return [
        Item(f"{post.body.name}{post.get_title_display()}", f"/more/bodies/posts/{post.pk}/")
        for post in bodies.open_posts(member)
    ]


register("draft", "未提交的草稿（只有本人能看到，不移交）", drafts)
register("acting", "代理的职务", posts, acting.pass_on)
register("body", "领导小组、专班中的职务（移交后由办公室备案）", body_posts, bodies.pass_on)
