"""A form sent twice acts once (design.md 3.6): the client's UUID is claimed with the act."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction

from core.audit import subject_of
from core.errors import DomainError
from core.models import Once

if TYPE_CHECKING:
    from agencies.models import Member

M = TypeVar("M", bound=models.Model)


def once(*, token: UUID | None, verb: str, member: Member | None, make: Callable[[], M]) -> M:
    """Run `make` in one transaction and remember its row under `token`.

    The same token again – double click, lost reply, back button, a parallel twin –
    gives the row made the first time. A token of someone else is refused.
    """
    if token is None:
        with transaction.atomic():
            return make()
    prior = _prior(token, verb, member)
    if prior is not None:
        return prior  # type: ignore[return-value]
    try:
        with transaction.atomic():
            row = make()
            kind, key = subject_of(row)
            Once.objects.create(token=token, verb=verb, member=member, subject_kind=kind, subject_id=key)
            return row
    except (IntegrityError, DomainError):  # a twin was first, at the token or at the move itself
        prior = _prior(token, verb, member)
        if prior is None:
            raise
        return prior  # type: ignore[return-value]


def _prior(token: UUID, verb: str, member: Member | None) -> models.Model | None:
    seen = Once.objects.filter(token=token).first()
    if seen is None:
        return None
    if seen.verb != verb or seen.member_id != (member.pk if member else None):
        raise DomainError("这张表单已经失效，请重新打开页面再填。")
    return apps.get_model(seen.subject_kind)._default_manager.get(pk=seen.subject_id)
