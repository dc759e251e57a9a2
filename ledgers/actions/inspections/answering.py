"""The checklist at a site, filled by each unit for its own part, and 实地测量."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db.models import F

from core import audit, files
from core.errors import Conflict, DomainError, NotAllowed
from core.once import once
from core.wording import words
from ledgers.actions import photos as pictures
from ledgers.actions.inspections.guards import MEASURED, open_draft, same
from ledgers.actions.inspections.steps import settle
from ledgers.inspection_rules import offered, own_units
from ledgers.models.inspections import CheckAnswer, InspectionSite, InspectionUnit
from minewatch.lib.clock import SHANGHAI, now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from ledgers.checklists import Question

Result = CheckAnswer.Result
Answer = tuple[str, str]
LONGEST = 500


def answer(
    *,
    at_site: InspectionSite,
    member: Member,
    agency: Agency,
    rows: Mapping[str, Answer],
    seen: Mapping[str, int] | None = None,
    photos: Sequence[BinaryIO] = (),
    token: UUID | None = None,
) -> InspectionSite:
    """The unit's answers {question: (result, text)} at a site; what is left open is not touched.

    `seen` {question: version} is what the page showed: an answer that a colleague gave meanwhile is not
    overwritten – Conflict names who and when. The same form again is once. 不符合 needs words.
    """
    unit = unit_of(member, at_site, agency)
    asked = {one.code: one for one in offered(at_site, agency)}
    given = {code: (result, text.strip()) for code, (result, text) in rows.items() if result}
    _check(given, asked)
    shots = pictures.look_at(photos)
    if not given and not shots:
        raise DomainError("请至少填写一项，或添加照片。")

    def make() -> InspectionSite:
        open_draft(at_site.inspection)
        unit.refresh_from_db()
        if unit.absent:
            raise DomainError(f"{agency.label}已登记为未参加，请先更正。")
        changed = _write(at_site, member, agency, given, seen)
        pictures.keep(shots, member=member, agency=agency, subject=at_site, facts={"unit": agency.pk})
        if at_site.checked_at is None:
            InspectionSite.objects.filter(pk=at_site.pk).update(checked_at=now())
            at_site.refresh_from_db()
        settle(at_site.inspection)
        facts = {"answers": changed, "photos": len(shots)}
        audit.record(
            "inspection.answered", actor=member, agency=agency, subject=at_site.inspection, facts=facts
        )
        return at_site

    return once(token=token, verb="inspection.answered", member=member, make=make)


def unit_of(member: Member, at_site: InspectionSite, agency: Agency) -> InspectionUnit:
    """The row of `agency` among those for which the member may write. Raises NotAllowed."""
    for unit in own_units(member, at_site.inspection):
        if unit.agency_id == agency.pk:
            return unit
    raise NotAllowed("检查表由参加单位的人员各自填写。")


def _check(given: Mapping[str, Answer], asked: Mapping[str, Question]) -> None:
    for code, (result, text) in given.items():
        if code not in asked:
            raise DomainError("这一项不由本单位填写，请刷新页面后重试。")
        if result not in Result.values:
            raise DomainError(f"“{asked[code].label}”的结果无法识别，请重新选择。", field=f"result_{code}")
        if result == Result.BAD and not text:
            raise DomainError(f"“{asked[code].label}”不符合，请写明情况。", field=f"text_{code}")
        if len(text) > LONGEST:
            raise DomainError(f"情况不超过{LONGEST}个字，请缩短。", field=f"text_{code}")


def _write(
    at_site: InspectionSite,
    member: Member,
    agency: Agency,
    given: Mapping[str, Answer],
    seen: Mapping[str, int] | None,
) -> int:
    """How many answers changed. The inspection's row is held, so two colleagues come one after the other."""
    there = {row.question: row for row in at_site.answers.filter(agency=agency).select_related("answered_by")}
    changed = 0
    for code, (result, text) in given.items():
        row = there.get(code)
        if row is None:
            CheckAnswer.objects.create(
                at_site=at_site,
                agency=agency,
                question=code,
                result=result,
                text=text,
                answered_by=member,
                answered_at=now(),
            )
        elif (row.result, row.text) == (result, text):
            continue
        else:
            if seen is not None and seen.get(code, 0) != row.version:
                raise _overtaken(row)
            rows = CheckAnswer.objects.filter(pk=row.pk)
            rows.update(
                result=result, text=text, answered_by=member, answered_at=now(), version=F("version") + 1
            )
        changed += 1
    return changed


def _overtaken(row: CheckAnswer) -> Conflict:
    when = row.answered_at.astimezone(SHANGHAI)
    return Conflict(
        f"{row.answered_by.label}已于{when:%Y年%-m月%-d日 %H:%M}填写了同一项。您填写的内容仍保留在页面上，"
        "请核对后再提交。"
    )


def measure(
    *,
    at_site: InspectionSite,
    member: Member,
    agency: Agency,
    measured_by: str,
    text: str = "",
    m2: Decimal | None = None,
    t: Decimal | None = None,
    uploads: Sequence[tuple[str, BinaryIO]] = (),
    seen: str | None = None,
    token: UUID | None = None,
) -> InspectionSite:
    """实地测量取证 (XB 二（二）2): who measured, area beyond the boundary in m², ore in t, the report."""
    unit_of(member, at_site, agency)
    for value, name, label in ((m2, "measured_m2", "面积"), (t, "measured_t", "矿量")):
        if value is not None and not 0 <= value < 10**10:
            raise DomainError(f"{label}不能是负数或超过一百亿，请核对单位。", field=name)
    measured_by = words(measured_by, "测量单位", "measured_by", 80)
    text = words(text, "测量情况", "measured_text", 2000, needed=False)
    if m2 is None and t is None and not text and not uploads:
        raise DomainError("请填写测量情况、面积、矿量，或上传测量成果。", field="measured_text")

    def make() -> InspectionSite:
        open_draft(at_site.inspection)
        same(at_site, MEASURED, seen)
        InspectionSite.objects.filter(pk=at_site.pk).update(
            measured_by=measured_by,
            measured_text=text,
            measured_m2=m2,
            measured_t=t,
        )
        at_site.refresh_from_db()
        for name, upload in uploads:
            files.store_document(upload=upload, name=name, member=member, agency=agency, subject=at_site)
        audit.record("inspection.measured", actor=member, agency=agency, subject=at_site.inspection)
        return at_site

    return once(token=token, verb="inspection.measured", member=member, make=make)
