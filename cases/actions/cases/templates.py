"""编号格式: set by the head of the unit, in force from a day on; numbers already given stay."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from agencies.models import Role
from cases.models import CaseNumber
from cases.numbers import KINDS, checked
from core import audit
from core.errors import DomainError, NotAllowed
from duties.moments import plausible
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

HEAD_ONLY = "编号格式由本单位主要负责人设置。"


def set_template(
    *, by: Member, agency: Agency, kind: str, organ: str, template: str, valid_from: dt.date
) -> CaseNumber:
    """The template of a kind of paper from `valid_from` on (today or later). Raises DomainError."""
    if not by.holds(Role.HEAD, agency):
        raise NotAllowed(HEAD_ONLY)
    if kind not in KINDS:
        raise DomainError("请选择文种。", field="kind")
    if len(organ.strip()) > 30:
        raise DomainError("机关代字不能超过30字。", field="organ")
    template = checked(template)
    if "{organ}" in template and not organ.strip():
        raise DomainError("格式里有 {代字}，请填写机关代字。", field="organ")
    plausible(dt.datetime.combine(valid_from, dt.time.min), "valid_from")
    if valid_from < local_date(now()):
        raise DomainError("启用日期不能早于今天；已经给出的编号不变。", field="valid_from")
    with transaction.atomic():
        row, _ = CaseNumber.objects.update_or_create(
            agency=agency,
            kind=kind,
            valid_from=valid_from,
            defaults={"organ": organ.strip(), "template": template},
        )
        audit.record("case.template_set", actor=by, agency=agency, subject=row, facts={"kind": kind})
    return row
