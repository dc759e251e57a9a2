"""The one time line of a referral: its own steps, those of the lead and the cases that the reader sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from cases import sight
from cases.models import Case, ReferralStep
from cases.states import REFERRAL_MOVES
from cases.views.referral_parts import SEALED
from core.audit import sentence
from core.models import AuditEntry, StoredFile
from duties.standing import stands_for
from duties.words import instant_words
from ledgers.models import Lead

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Referral

TAKEN, PENDING = ReferralStep.State.TAKEN, ReferralStep.State.PENDING


def timeline(member: Member, referral: Referral) -> list[dict[str, Any]]:
    """Everything that happened, the latest first."""
    content = sight.content_of(member, referral)
    rows = referral.steps.select_related("by__agency", "organ", "unit", "checked_by", "file")
    open_to = set(sight.readable_steps(member).filter(referral=referral).values_list("pk", flat=True))
    scans = _scans(open_to)
    mine = stands_for(member)
    drafted = referral.drafted_by.label if content else referral.sender.label
    found = [*_lead_steps(member, referral), {"at": referral.drafted_at, "who": drafted, "words": "拟稿"}]
    for row in rows:
        step = _step(row, row.pk in open_to, scans.get(row.pk, []))
        if row.pk in open_to and row.organ_id in mine and _waits_for_scan(row, scans):
            url = reverse("cases:referral_scan", args=[referral.pk, row.pk])
            step["links"].append({"label": "存入盖章扫描件", "url": url})
        found.append(step)
    found += _case_steps(member, referral)
    found.reverse()  # sorting keeps this order where two happened in one minute
    return sorted(found, key=lambda step: step["at"], reverse=True)


def _waits_for_scan(row: ReferralStep, scans: dict[int, list[StoredFile]]) -> bool:
    """A step that has a paper of its own, whose sealed copy is not here yet."""
    has = row.file_id or row.pk in scans
    return row.state == TAKEN and not has and "file" in REFERRAL_MOVES[row.move].asks


def _scans(steps: set[int]) -> dict[int, list[StoredFile]]:
    """Sealed papers that were scanned back later, by step."""
    kind = ReferralStep._meta.label_lower
    found: dict[int, list[StoredFile]] = {}
    for file in StoredFile.objects.filter(subject_kind=kind, subject_id__in=map(str, steps)).order_by("id"):
        found.setdefault(int(file.subject_id), []).append(file)
    return found


def _step(row: ReferralStep, content: bool, scans: list[StoredFile]) -> dict[str, Any]:
    tags = []
    if row.proxy:
        tags.append({"words": "代录" if row.state == TAKEN else row.get_state_display(), "css": ""})
    if row.late:
        tags.append({"words": "超期", "css": "late"})
    by = row.by.label if row.by and content and not row.proxy else row.organ.label
    step: dict[str, Any] = {
        "at": row.happened_at,
        "who": by,
        "words": row.label,
        "tags": tags,
        "text": "\n".join(_said(row, content)),
    }
    if row.organ.label not in by:
        step["unit"] = row.organ.label
    if row.state == ReferralStep.State.REFUSED:
        step["kind"] = "refused"
    elif row.late:
        step["kind"] = "late"
    step["links"] = [
        {
            "label": "文书扫描件",
            "url": reverse("cases:referral_step_file", args=[row.referral_id, row.pk, file]),
        }
        for file in dict.fromkeys([*filter(None, (row.file_id,)), *(scan.pk for scan in scans)])
        if content
    ]
    return step


def _said(row: ReferralStep, content: bool) -> list[str]:
    """What stands under a step: content for the two sides, number and limits for whoever sees the states."""
    found = [("文号", row.number if content else "")]
    if content:
        found += [
            ("转送", row.unit.label if row.unit else ""),
            ("结果", row.get_result_display() if row.result else ""),
            ("说明", row.text),
        ]
    found += [
        ("依据", row.basis),
        ("期限", instant_words(row.due_at) if row.due_at else ""),
        ("约定反馈期限", instant_words(row.reply_due) if row.reply_due else ""),
    ]
    if row.proxy and content:
        found.append(("代录", f"{row.by.label} {instant_words(row.recorded_at)}" if row.by else ""))
        if row.checked_by:
            found.append(("核对", f"{row.checked_by.label} {instant_words(row.checked_at)}"))
        found.append(("核对意见", row.check_note))
    lines = [f"{label}：{value}" for label, value in found if value]
    hidden = not content and (row.text or row.result or row.file_id)
    return [*lines, SEALED] if hidden else lines


def _lead_steps(member: Member, referral: Referral) -> list[dict[str, Any]]:
    lead = referral.lead
    if lead is None or not Lead.objects.visible_to(member).filter(pk=lead.pk).exists():
        return []
    rows = AuditEntry.objects.filter(subject_kind="ledgers.lead", subject_id=str(lead.pk)).order_by("id")
    url = reverse("ledgers:lead", args=[lead.pk])
    tags = [{"words": "线索"}]
    return [
        {
            "at": row.at,
            "who": row.actor_label or "系统",
            "words": sentence(row),
            "url": url,
            "tags": tags,
        }
        for row in rows
    ]


def _case_steps(member: Member, referral: Referral) -> list[dict[str, Any]]:
    wanted = [pk for pk in (referral.case_id, referral.answer_case_id) if pk]
    found = []
    for case in Case.objects.visible_to(member).filter(pk__in=wanted).select_related("holder"):
        tags = [{"words": f"{case.holder.label}案件"}]
        url = reverse("cases:case", args=[case.pk])
        found += [
            {"at": step.happened_at, "who": step.by.label, "words": step.label, "url": url, "tags": tags}
            for step in case.steps.select_related("by__agency")
        ]
    return found
