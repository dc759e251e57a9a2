"""Drafts: what one member typed and has not sent; kept through time-outs and restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import DomainError
from core.models import Draft

if TYPE_CHECKING:
    from agencies.models import Member

#: Characters of JSON; a patrol row with long remarks takes some 3,000.
LIMIT = 60_000


def save(*, member: Member, form: str, object_key: str, fields: dict[str, object]) -> Draft:
    """Keep the typed fields; the latest save wins. Raises DomainError when far too long."""
    if len(str(fields)) > LIMIT:
        raise DomainError("草稿过长，没有保存。请先提交一部分内容。")
    draft, _ = Draft.objects.update_or_create(
        member=member,
        form=form[:40],
        object_key=object_key[:60],
        defaults={"fields": fields},
    )
    return draft


def load(*, member: Member, form: str, object_key: str = "") -> Draft | None:
    """The member's own draft of this form, or None."""
    return Draft.objects.filter(member=member, form=form, object_key=object_key).first()


def drop(*, member: Member, form: str, object_key: str = "") -> None:
    """Forget a draft once its form was sent."""
    Draft.objects.filter(member=member, form=form, object_key=object_key).delete()
