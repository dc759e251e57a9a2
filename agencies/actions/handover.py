"""Hand a person's open work to a named colleague, in one act."""

from __future__ import annotations

from django.db import transaction

from agencies.handover import PROVIDERS
from agencies.models import Member, Role
from agencies.people import colleagues, keeps_accounts, posts_of
from core import audit, notices
from core.errors import DomainError, NotAllowed


def may_hand_over(by: Member, source: Member) -> bool:
    """The administrator, or the head of the person's unit."""
    return keeps_accounts(by) or (
        source.agency_id is not None and source.agency_id in posts_of(by, Role.HEAD)
    )


def hand_over(*, source: Member, target: Member, by: Member) -> dict[str, int]:
    """Move everything open from `source` to `target`; counts by kind. All kinds move or none.

    Raises NotAllowed, or DomainError when `target` is not an active colleague of the unit.
    """
    if not may_hand_over(by, source):
        raise NotAllowed("只有系统管理员和本单位主要负责人可以移交未办事项。")
    if not target.is_active or not colleagues(source.agency, source).filter(pk=target.pk).exists():
        raise DomainError(
            "接办人须是本单位的在用人员（本单位没有其他人时为上级单位的人员）。",
            field="hand_to",
        )
    with transaction.atomic():
        moved = {
            kind: provider.moving(source=source, target=target, by=by)
            for kind, provider in PROVIDERS.items()
            if provider.moving is not None
        }
        audit.record(
            "work.handed_over",
            actor=by,
            agency=source.agency,
            subject=source,
            facts={
                "to": target.pk,
                "counts": moved,
            },
        )
        if any(moved.values()):
            notices.send(
                members=[target],
                kind="handover",
                text=f"{source.name}的 {sum(moved.values())} 项未办事项已移交给您，请到待办查看。",
            )
    return moved
