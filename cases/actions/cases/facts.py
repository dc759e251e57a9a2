"""Parties and violations of a case, and what is known of it: kept while it is investigated."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import models, transaction

from cases import law
from cases.actions.cases.lines import note_downgrade
from cases.actions.cases.opening import may_work_or_decide
from cases.case_states import WORKING
from cases.choice import NEW, applicable
from cases.models import Case, Offence, Party, Remedy, Violation
from core import audit, files
from core.errors import DomainError, NotAllowed
from core.once import once
from core.workflow import bump
from duties.moments import plausible
from minewatch.lib.citizen_id import BadId, check_id
from minewatch.lib.clock import local_date, now
from minewatch.lib.uscc import BadCode, check_uscc

if TYPE_CHECKING:
    from agencies.models import Member
    from core.models import StoredFile

UNIT_ONLY = "由承办单位的人员登记。"


def guard_facts(case: Case, by: Member, statuses: tuple[str, ...] = WORKING) -> None:
    """`by` belongs to the holder and the case is in one of `statuses`; its version rises (Conflict else)."""
    if not may_work_or_decide(by, case.holder):
        raise NotAllowed(UNIT_ONLY)
    bump(case, *statuses)


def record(verb: str, case: Case, by: Member) -> None:
    """The audit entry of an act on a case: number and state, never content."""
    audit.record(
        verb,
        actor=by,
        agency=case.holder,
        subject=case,
        matter=case.matter,
        facts={"serial": case.serial, "status": case.status},
    )


# -- the case itself -----------------------------------------------------------------------------------


def edit_case(
    *,
    case: Case,
    by: Member,
    title: str,
    facts: str,
    location: str,
    found_on: dt.date,
    complex: bool,
    self_reported: bool,
    concealed: bool,
) -> Case:
    """Change what is known of the case while it is investigated. Raises NotAllowed, DomainError, Conflict."""
    if not title.strip() or len(title.strip()) > 120:
        raise DomainError("请填写案由，不超过120字。", field="title")
    plausible(dt.datetime.combine(found_on, dt.time.min), "found_on")
    if found_on > local_date(now()):
        raise DomainError("发现日期在今天之后，请填写实际发现日期。", field="found_on")
    if self_reported and concealed:
        raise DomainError("“主动报告并自行纠正”和“隐瞒不报”不能同时选。", field="concealed")
    texts = {"title": title.strip(), "facts": facts.strip(), "location": location.strip()}
    fit(Case, texts)
    with transaction.atomic():
        guard_facts(case, by)
        Case.objects.filter(pk=case.pk).update(
            **texts,
            found_on=found_on,
            complex=complex,
            self_reported=self_reported,
            concealed=concealed,
        )
        case.refresh_from_db()
        record("case.edited", case, by)
    return case


# -- parties -------------------------------------------------------------------------------------------


def save_party(
    *,
    case: Case,
    by: Member,
    kind: str,
    name: str,
    code: str = "",
    phone: str = "",
    address: str = "",
    representative: str = "",
    note: str = "",
    party: Party | None = None,
    reason: str = "",
    token: UUID | None = None,
) -> Party:
    """A party, new or changed: a person's 身份证号 and a firm's 统一社会信用代码 are checked by their digits.

    Name and number decide which earlier acts and penalties count; `reason` says why a change leads away from
    the line to crime. Raises NotAllowed, DomainError with the field, Conflict (no longer investigated).
    """
    if kind not in Party.Kind.values:
        raise DomainError("请选择当事人类别。", field="kind")
    if not name.strip():
        raise DomainError("请填写姓名（名称）。", field="name")
    values = {
        "kind": kind,
        "name": name.strip(),
        "code": _code(kind, code),
        "phone": phone.strip(),
        "address": address.strip(),
        "representative": representative.strip(),
        "note": note.strip(),
    }
    fit(Party, values)

    def make() -> Party:
        guard_facts(case, by)
        with note_downgrade(case, by=by, reason=reason):
            row = _write(Party, party, case, values)
        record("case.party_saved", case, by)
        return row

    return once(token=token, verb="case.party_saved", member=by, make=make)


def _code(kind: str, code: str) -> str:
    """The number in its one spelling, "" when none is known. Raises DomainError at `code`."""
    if not code.strip():
        return ""
    try:
        return check_uscc(code) if kind == Party.Kind.FIRM else check_id(code)
    except (BadCode, BadId) as bad:
        raise DomainError(str(bad), field="code") from None


def drop_party(*, party: Party, by: Member, reason: str = "") -> None:
    """Take a party off the case; not one whom a violation or penalty names. Raises as `save_party`."""
    case = party.case
    with transaction.atomic():
        guard_facts(case, by)
        if party.violations.exists() or party.penalties.exists():
            raise DomainError("违法情形或者处罚中写明了这名当事人，请先修改或者删除它们。")
        if Remedy.objects.filter(party=party).exists():
            raise DomainError("这名当事人申请过复议或者提起过诉讼，不能删除。")
        with note_downgrade(case, by=by, reason=reason):
            party.delete()
        record("case.party_dropped", case, by)


# -- violations ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """What was done, when and how much: quantity 吨, value and damage 元, area 亩."""

    code: str
    acted_from: dt.date
    acted_to: dt.date | None = None
    party: Party | None = None
    mineral: str = ""
    zone: str = ""
    land: str = ""
    quantity: Decimal | None = None
    value: Decimal | None = None
    damage: Decimal | None = None
    area: Decimal | None = None
    note: str = ""
    law: str = ""
    choice: str = ""


def save_violation(
    *,
    case: Case,
    by: Member,
    act: Act,
    violation: Violation | None = None,
    reason: str = "",
    token: UUID | None = None,
) -> Violation:
    """A violation under the law of the act's days, new or changed.

    `act.law` "old" or "new" chooses between the texts where the law changed meanwhile; another choice than
    从旧兼从轻 gives needs `act.choice`. `reason` says why a change leads away from the line to crime.
    Raises NotAllowed, DomainError with the field, Conflict.
    """
    offence = _offence(act)
    values = {name: getattr(act, name) for name in AMOUNTS + TEXTS}
    values |= {"offence": offence, "party": act.party, "acted_from": act.acted_from, "acted_to": act.acted_to}
    values["choice"] = act.choice.strip()
    _check_act(case, act)
    fit(Violation, values)

    def make() -> Violation:
        guard_facts(case, by)
        with note_downgrade(case, by=by, reason=reason):
            row = _write(Violation, violation, case, values)
        record("case.violation_saved", case, by)
        return row

    return once(token=token, verb="case.violation_saved", member=by, make=make)


AMOUNTS = ("quantity", "value", "damage", "area")
TEXTS = ("mineral", "zone", "land", "note")


def _offence(act: Act) -> Offence:
    """The text that applies. Raises DomainError where no law of that day has it or a reason is missing."""
    if not act.code:
        raise DomainError("请选择违法行为。", field="code")
    found = applicable(act.code, last=act.acted_to, facts=law.sums_of(act))
    if found.offence is None or found.old is None:
        raise DomainError(found.reason, field="acted_to")
    if not act.law or found.new is None or not found.differs:
        return found.offence
    wanted = found.new if act.law == NEW else found.old
    if (wanted.pk != found.offence.pk or not found.clear) and not act.choice.strip():
        raise DomainError(f"{found.reason}选用的法律与此不同或者须人工比较的，请写明理由。", field="choice")
    return wanted


def _check_act(case: Case, act: Act) -> None:
    for field in ("acted_from", "acted_to"):
        day = getattr(act, field)
        if day is None:
            continue
        plausible(dt.datetime.combine(day, dt.time.min), field)
        if day > local_date(now()):
            raise DomainError("行为日期不能晚于今天。", field=field)
    if act.acted_to and act.acted_to < act.acted_from:
        raise DomainError("行为终了日期不能早于开始日期。", field="acted_to")
    if act.party is not None and act.party.case_id != case.pk:
        raise DomainError("请选择本案的当事人。", field="party")
    for name in AMOUNTS:
        amount = getattr(act, name)
        if amount is not None and amount < 0:
            raise DomainError("数量、金额和面积不能是负数，请核对。", field=name)


def drop_violation(*, violation: Violation, by: Member, reason: str = "") -> None:
    """Take a violation off the case; what was taken away from the line to crime is logged with `reason`."""
    case = violation.case
    with transaction.atomic():
        guard_facts(case, by)
        with note_downgrade(case, by=by, reason=reason):
            violation.delete()
        record("case.violation_dropped", case, by)


def _write(model: type[models.Model], row: models.Model | None, case: Case, values: dict) -> models.Model:
    if row is None:
        return model._default_manager.create(case=case, **values)
    model._default_manager.filter(pk=row.pk, case=case).update(**values)
    row.refresh_from_db()
    return row


def keep_file(case: Case, by: Member, upload: tuple[str, BinaryIO]) -> StoredFile:
    """A document of the case, in the name of its holder: (name, content)."""
    name, data = upload
    return files.store_document(
        upload=data, name=name, member=by, agency=case.holder, subject=case, matter=case.matter
    )


def fit(model: type[models.Model], values: dict) -> None:
    """No text longer than its column, no number larger. Raises DomainError with the field."""
    for name, value in values.items():
        field = model._meta.get_field(name)
        longest = getattr(field, "max_length", None)
        if isinstance(value, str) and longest and len(value) > longest:
            words = f"{field.verbose_name}有{len(value)}个字，请缩短到{longest}字以内。"
            raise DomainError(words, field=name)
        if isinstance(value, Decimal) and not abs(value) < Decimal(10) ** _whole_digits(field):
            raise DomainError(f"{field.verbose_name}过大，请核对单位。", field=name)


def _whole_digits(field: models.Field) -> int:
    """Digits before the point that a column of money or quantity holds."""
    return field.max_digits - field.decimal_places  # type: ignore[attr-defined]
