"""What is done about the line to crime: marks renewed, downgrades logged, decisions not to refer by two."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from agencies.models import Role
from agencies.posts import signers
from cases.line_rules import ABOVE_ONLY, HEAD_ONLY, deciders, may_countersign, seconds
from cases.line_states import DECISION_MOVES, DecisionStatus
from cases.lines import Line, Standing
from cases.models import Case, Downgrade, LineDecision, LineMark
from cases.sentinel import OVER, covers, in_force, referred, standing
from core import audit, files, notices, wording
from core.access import barred_from, grant, revoke
from core.errors import DomainError, NotAllowed
from core.models import Access, StoredFile
from core.once import once
from core.workflow import move
from duties import watch
from duties.actions import steps
from duties.models import Duty
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Member

CLOCK = "case.countersign"
READING = dt.timedelta(days=30)
BASIS = "会签不移送决定"
AT_LINE = "有一起案件需要您核对是否移送，请打开查看。"
WAITING = "已有一份不移送决定在等会签，请先等会签结果或者撤回。"
LOWERED = "有一起案件的违法情形有变更，请打开查看。"


# marks and downgrades -----------------------------------------------------------------------------------


def refresh(case: Case, found: Standing | None = None) -> LineMark:
    """Renew the mark of `case`; the head is told once when it first reaches the line."""
    found = found or standing(case)
    today, at_line = local_date(now()), found.at_line
    with transaction.atomic():
        mark, _ = LineMark.objects.select_for_update().get_or_create(
            case=case, defaults={"checked_at": now()}
        )
        fresh = at_line and not mark.at_line
        mark.at_line, mark.checked_at = at_line, now()
        mark.since = (mark.since or today) if at_line else None
        mark.covered = at_line and covers(in_force(case), found)
        mark.save()
        if fresh and case.status not in OVER and not referred(case):
            _tell_head(case, "case.at_line", AT_LINE)
    return mark


def record_change(
    case: Case,
    *,
    by: Member,
    before: Standing,
    after: Standing | None = None,
    reason: str = "",
) -> Downgrade | None:
    """Log a change of violations or parties that took `case` further from any line, and renew its mark.

    To be called in the transaction of the change, with the standing from before it. Gives the Downgrade, None
    when nothing went down. Raises DomainError at `reason` when something did and no reason is given.
    """
    after = after or standing(case)
    with transaction.atomic():
        refresh(case, after)
        if not lowered(before, after):
            return None
        if not reason.strip():
            raise DomainError("这次修改使案件离刑事标准更远，请写明理由（降格记录）。", field="reason")
        reason = wording.words(reason, "修改理由", "reason", 300)
        row = Downgrade.objects.create(
            case=case,
            by=by,
            at=now(),
            before=before.as_json(),
            after=after.as_json(),
            reason=reason,
        )
        audit.record(
            "case.downgraded",
            actor=by,
            agency=case.holder,
            subject=case,
            matter=case.matter,
            facts={"serial": case.serial, "status": case.status},
        )
        _tell_head(case, "case.downgraded", LOWERED)
    return row


def lowered(before: Standing, after: Standing) -> bool:
    """Whether any line is further away, or one that was measured no longer is."""
    left = {(line.key, line.who): line.exact for line in after.lines}
    for line in before.lines:
        exact = left.get((line.key, line.who))
        if line.exact and (exact is None or exact < line.exact) and not _stricter(line, after):
            return True
    return False


def _stricter(line: Line, after: Standing) -> bool:
    """A line that is gone because the act now falls under a stricter one of its kind is not further away."""
    stem = line.key.rsplit(".", 1)[0]
    gone = all((row.key, row.who) != (line.key, line.who) for row in after.lines)
    same = [row.exact for row in after.lines if row.key.rsplit(".", 1)[0] == stem and row.exact is not None]
    return gone and any(exact >= line.exact for exact in same)


def _tell_head(case: Case, kind: str, text: str) -> None:
    people = signers(case.holder, Role.HEAD, out=barred_from(case.matter))[0]
    notices.send(members=people, kind=kind, text=text, subject=case, matter=case.matter)


def open_cases(division: str = "") -> QuerySet[Case]:
    """Administrative cases on which something may still be decided: of the divisions whose code begins so, or
    of all."""
    rows = Case.objects.filter(track=Case.Track.ADMIN).exclude(status__in=OVER)
    rows = rows.filter(division__code__startswith=division) if division else rows
    return rows.select_related("division", "holder__division", "holder__parent", "matter").order_by("pk")


@watch.register
def refresh_all(today: dt.date) -> int:
    """Once a day: windows of two years move and prices come into force. Returns how many were looked at."""
    count = 0
    for case in open_cases():
        if case.violations.exists() or hasattr(case, "line_mark"):
            refresh(case)
            count += 1
    return count


# decisions not to refer ---------------------------------------------------------------------------------


def decide(
    *,
    case: Case,
    by: Member,
    reason: str,
    upload: tuple[str, BinaryIO] | None,
    token: UUID | None = None,
) -> LineDecision:
    """不移送决定 of the head, in writing; it counts when somebody above has countersigned it.

    The sentinel's working is kept with it. Raises NotAllowed, DomainError (not at the line, referred already,
    one waiting, no reason, no document, nobody to countersign).
    """
    unit, role, people = seconds(case, by)

    def make() -> LineDecision:
        found = _decidable(case, by, reason, people)
        if upload is None:
            raise DomainError("请上传书面决定（PDF、照片或 docx）。", field="file")
        row = LineDecision(
            case=case,
            reason=reason.strip(),
            computation=found.as_json(),
            decided_by=by,
            decided_at=now(),
        )
        row.file = _document(case, by, upload)
        row.save()
        StoredFile.objects.filter(pk=row.file_id).update(subject_id=str(row.pk))
        _audit("line.decided", row, by)
        for one in people:
            _let_in(row, one)
        steps.open_step(
            key=step_key(case),
            kind=Duty.Kind.CASE,
            title=f"会签不移送决定 {case.serial}",
            agency=unit,
            role=role,
            subject=row,
            recipient=case.holder,
            clock=CLOCK,
            matter=case.matter,
        )
        return row

    try:
        return once(token=token, verb="line.decided", member=by, make=make)
    except IntegrityError:  # somebody else of the unit was a moment quicker
        raise DomainError(WAITING) from None


def _decidable(case: Case, by: Member, reason: str, people: list[Member]) -> Standing:
    if case.track != Case.Track.ADMIN:
        raise DomainError("这不是行政案件，不用作不移送决定。")
    if by not in deciders(case):
        raise NotAllowed(HEAD_ONLY)
    if case.status in OVER:
        raise DomainError(f"案件的状态是“{case.get_status_display()}”，不用再作决定。")
    found = standing(case)
    if not found.at_line:
        raise DomainError("测算没有达到刑事标准，不用作不移送决定。")
    if referred(case):
        raise DomainError("案件已经移送公安机关，不用作不移送决定。")
    if case.line_decisions.filter(status=DecisionStatus.PROPOSED).exists():
        raise DomainError(WAITING)
    if covers(in_force(case), found):
        raise DomainError("已有会签生效的不移送决定。")
    if not reason.strip():
        raise DomainError("请写明不移送的理由和依据。", field="reason")
    if not people:
        raise DomainError("上级单位和专班办公室都没有可以会签的人，请先请系统管理员补齐岗位。")
    return found


def _document(case: Case, by: Member, upload: tuple[str, BinaryIO]) -> StoredFile:
    name, opened = upload
    row = files.store_document(
        upload=opened,
        name=name,
        member=by,
        agency=case.holder,
        kind=StoredFile.Kind.SCAN,
        matter=case.matter,
    )
    StoredFile.objects.filter(pk=row.pk).update(subject_kind=LineDecision._meta.label_lower)
    return row


def _let_in(row: LineDecision, member: Member) -> None:
    """Who is asked to sign must be able to read the affair while it is asked."""
    grant(
        row.case.matter,
        Access.Relation.INVITED,
        member=member,
        until=now() + READING,
        basis=BASIS,
    )


def step_key(case: Case) -> str:
    """The duty to countersign."""
    return f"case:{case.pk}:countersign"


def countersign(
    *, decision: LineDecision, by: Member, words: str = "", version: int | None = None
) -> LineDecision:
    """会签同意: from now on the case may be ended administratively, on the figures of the decision."""
    return _answer(decision, by, "countersign", words, version)


def refuse(*, decision: LineDecision, by: Member, words: str, version: int | None = None) -> LineDecision:
    """不同意: the case is to be referred. Raises DomainError without a reason."""
    return _answer(decision, by, "refuse", words, version)


def _answer(decision: LineDecision, by: Member, name: str, words: str, version: int | None) -> LineDecision:
    if not may_countersign(by, decision):
        raise NotAllowed(ABOVE_ONLY)
    words = DECISION_MOVES[name].require_reason(words)
    if len(words) > 300:
        raise DomainError("会签意见不能超过300字。", field="reason")
    with transaction.atomic():
        move(
            decision,
            DECISION_MOVES[name],
            expected_version=version,
            countersigned_by=by,
            countersigned_at=now(),
            words=words,
        )
        steps.fulfil(key=step_key(decision.case), by=by)
        _audit(f"line.{name}", decision, by)
        _done_reading(decision, keep=by)
        refresh(decision.case)
        text = "一份不移送决定已经会签，请打开查看。"
        notices.send(
            members=[decision.decided_by],
            kind="line.answered",
            text=text,
            subject=decision,
            matter=decision.case.matter,
        )
    return decision


def withdraw(*, decision: LineDecision, by: Member, reason: str, version: int | None = None) -> LineDecision:
    """撤回, before or after the second signature: the case is again to be referred."""
    if by not in deciders(decision.case):
        raise NotAllowed(HEAD_ONLY)
    reason = DECISION_MOVES["withdraw"].require_reason(reason)
    reason = wording.words(reason, "撤回原因", "reason", 300)
    with transaction.atomic():
        move(
            decision,
            DECISION_MOVES["withdraw"],
            expected_version=version,
            withdrawn_at=now(),
            withdraw_reason=reason,
        )
        steps.cancel(key=step_key(decision.case), by=by)
        _audit("line.withdraw", decision, by)
        _done_reading(decision)
        refresh(decision.case)
    return decision


def _done_reading(decision: LineDecision, keep: Member | None = None) -> None:
    """Who was let in to sign has no more business there; the signer keeps the sight of the own signature."""
    rows = Access.objects.filter(
        matter=decision.case.matter, relation=Access.Relation.INVITED, basis=BASIS, member__isnull=False
    )
    for row in rows.exclude(member=keep).select_related("member", "matter"):
        revoke(row.matter, row.relation, member=row.member, track=row.track)


def _audit(verb: str, decision: LineDecision, by: Member) -> None:
    case = decision.case
    audit.record(
        verb,
        actor=by,
        agency=case.holder,
        subject=decision,
        matter=case.matter,
        facts={"serial": case.serial, "status": decision.status},
    )
