"""The steps of one item: start, answer, 报请销号, 验收销号, 退回, 死灰复燃, 剔除."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core import audit, files, notices
from core.errors import DomainError, NotAllowed
from core.once import once
from core.workflow import conflict, move
from duties.actions.item_duties import open_accept, open_duty, sync_task
from duties.actions.steps import cancel, fulfil
from duties.holders import holders
from duties.item_rules import (
    AT_WORK,
    accept_key,
    duty_key,
    keeps,
    questions_of,
    unanswered,
    why_not_close,
    works_on,
)
from duties.models import Duty, Item, Proof
from duties.states import ITEM_MOVES
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

Upload = tuple[str, BinaryIO]
ANSWER_LIMIT = 500  # characters
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"RIFF")


def start(*, item: Item, by: Member, version: int | None = None) -> Item:
    """开始处置 by the responsible unit."""
    _works(item, by)
    with transaction.atomic():
        move(item, ITEM_MOVES["start"], expected_version=version)
        audit.record("item.started", actor=by, agency=item.agency, subject=item)
    return item


def answer(
    *,
    item: Item,
    by: Member,
    answers: Mapping[str, str],
    uploads: Sequence[Upload] = (),
    version: int | None = None,
    token: UUID | None = None,
) -> Item:
    """Keep answers to the list's questions and photos before 报请销号. Raises Conflict, NotAllowed."""
    _works(item, by)

    def make() -> Item:
        seen = item.version if version is None else version
        rows = Item.objects.filter(pk=item.pk, status__in=AT_WORK, version=seen)
        if rows.update(answers=_merged(item, answers), version=F("version") + 1) != 1:
            raise conflict(item)
        item.refresh_from_db()
        _keep(item, by, uploads)
        audit.record("item.answered", actor=by, agency=item.agency, subject=item)
        return item

    return once(token=token, verb="item.answered", member=by, make=make)


def submit(
    *,
    item: Item,
    by: Member,
    outcome: str,
    uploads: Sequence[Upload] = (),
    answers: Mapping[str, str] | None = None,
    version: int | None = None,
    token: UUID | None = None,
) -> Item:
    """报请销号: what was done, at least one photo or document, every question answered.

    A returned item may keep what it has; a reopened one needs new proof. The step 验收 opens for the keeper.
    """
    _works(item, by)
    told = _merged(item, answers or {})
    _complete(item, outcome, told, uploads)

    def make() -> Item:
        move(
            item,
            ITEM_MOVES["submit"],
            expected_version=version,
            outcome=outcome.strip(),
            answers=told,
            submitted_by=by,
            submitted_at=now(),
        )
        _keep(item, by, uploads)
        open_accept(item)
        audit.record("item.submitted", actor=by, agency=item.agency, subject=item)
        return item

    return once(token=token, verb="item.submitted", member=by, make=make)


def _complete(item: Item, outcome: str, answers: Mapping[str, str], uploads: Sequence[Upload]) -> None:
    if not outcome.strip():
        raise DomainError("请写明处置结果。", field="outcome")
    missing = unanswered(item, answers)
    if missing:
        labels = "、".join(one["label"] for one in missing)
        raise DomainError(f"还有核查项没有填写：{labels}。", field=f"q_{missing[0]['code']}")
    returned = item.submitted_at is not None and files.files_of(item).exists()
    if not uploads and not returned:
        raise DomainError("请上传至少一份佐证（照片或文件）。", field="files")


def _merged(item: Item, answers: Mapping[str, str]) -> dict[str, str]:
    """Stored answers with the new ones; only to questions that are asked of this item."""
    asked = {one["code"] for one in questions_of(item)}
    for code, text in answers.items():
        if code in asked and len(text) > ANSWER_LIMIT:
            raise DomainError(f"核查结果有{len(text)}个字，请缩短到{ANSWER_LIMIT}字以内。", field=f"q_{code}")
    told = {code: text.strip() for code, text in answers.items() if code in asked}
    return {**item.answers, **told}


def _keep(item: Item, by: Member, uploads: Sequence[Upload]) -> None:
    """Photos get a view copy without their place of taking; other papers are kept as they are."""
    for name, upload in uploads:
        head = upload.read(8)
        upload.seek(0)
        keep = files.store_photo if head.startswith(PICTURES) else files.store_document
        keep(upload=upload, name=name, member=by, agency=item.agency, subject=item)


def close(*, item: Item, by: Member, version: int | None = None) -> Item:
    """验收销号 by a second person of the side that keeps the list. Lateness is decided by the report."""
    why = why_not_close(by, item)
    if why:
        raise NotAllowed(why)
    _public(item)
    with transaction.atomic():
        move(item, ITEM_MOVES["close"], expected_version=version, closed_by=by, closed_at=now())
        fulfil(key=duty_key(item), at=item.submitted_at, by=by)
        fulfil(key=accept_key(item), by=by)
        audit.record("item.closed", actor=by, agency=item.agency, subject=item)
        _tell(item, [item.submitted_by], "item.closed", "有一项挂账问题已验收销号。")
        sync_task(item.list)
    return item


def send_back(*, item: Item, by: Member, reason: str, version: int | None = None) -> Item:
    """退回整改: the responsible unit's duty has stayed open and its date does not move."""
    transition = ITEM_MOVES["send_back"]
    reason = transition.require_reason(reason)
    why = why_not_close(by, item)
    if why:
        raise NotAllowed(why)
    _public(item)
    with transaction.atomic():
        move(item, transition, expected_version=version)
        fulfil(key=accept_key(item), by=by)
        open_duty(item)  # one that was revealed while it waited has none yet
        audit.record("item.sent_back", actor=by, agency=item.agency, subject=item, facts=_said(item, reason))
        _tell(item, _hands(item), "item.sent_back", "有一项报请销号的问题被退回，请继续整改。")
    return item


def reopen(
    *, item: Item, by: Member, reason: str, due_at: dt.datetime | None = None, version: int | None = None
) -> Item:
    """死灰复燃: 挂账 anew, counted; with a new date where the old one has passed."""
    transition = ITEM_MOVES["reopen"]
    reason = transition.require_reason(reason)
    _keeps(item, by)
    _public(item)
    due = due_at or item.due_at
    if due is not None and due <= now():
        raise DomainError("原期限已过，请写明新的整改期限（晚于现在）。", field="due_on")
    with transaction.atomic():
        move(
            item,
            transition,
            expected_version=version,
            reopened=F("reopened") + 1,
            due_at=due,
            done=0,
            submitted_by=None,
            submitted_at=None,
            closed_by=None,
            closed_at=None,
        )
        # visits made before it flared up again no longer count
        visits = Proof.objects.filter(kind=f"item.{item.pk}", retracted_at__isnull=True)
        visits.update(retracted_at=now())
        open_duty(item)
        audit.record("item.reopened", actor=by, agency=item.agency, subject=item, facts=_said(item, reason))
        _tell(item, _hands(item), "item.reopened", "有一项已销号的问题重新挂账，请处置。")
        sync_task(item.list)
    return item


def strike(*, item: Item, by: Member, reason: str, version: int | None = None) -> Item:
    """误列剔除: it no longer counts; its duty is cancelled."""
    transition = ITEM_MOVES["strike"]
    reason = transition.require_reason(reason)
    _keeps(item, by)
    with transaction.atomic():
        move(item, transition, expected_version=version)
        cancel(key=duty_key(item), reason="误列剔除", by=by)
        audit.record("item.struck", actor=by, agency=item.agency, subject=item, facts=_said(item, reason))
        sync_task(item.list)
    return item


def _said(item: Item, reason: str) -> dict[str, str]:
    """The reason on the time line; of what is not public it stays out of the trace."""
    return {} if item.hidden else {"reason": reason[:200]}


def _hands(item: Item) -> list[Member]:
    duty = Duty.objects.filter(key=duty_key(item)).select_related("agency", "member").first()
    return holders(duty) if duty else []


def _tell(item: Item, members: Sequence[Member | None], kind: str, text: str) -> None:
    if not item.hidden:
        notices.send(members=[one for one in members if one], kind=kind, text=text, subject=item)


def worked_by(item: Item) -> str:
    """Whose work the item is, in words."""
    return f"由责任单位{item.agency.label}的人员办理。"


def _works(item: Item, by: Member) -> None:
    if not works_on(by, item):
        raise NotAllowed(worked_by(item))
    _public(item)


def _public(item: Item) -> None:
    """A unit of the inspecting side may answer for what a 暗访 found: no step may betray it before 公开."""
    if item.hidden:
        raise DomainError("暗访公开后才能办理。")


def _keeps(item: Item, by: Member) -> None:
    if not keeps(by, item):
        raise NotAllowed(f"由{item.list.agency.label}（清单管理单位）的人员办理。")
