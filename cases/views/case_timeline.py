"""The one time line of a case: patrol → lead → case → referral → feedback, as far as the reader may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from cases import sight
from cases.case_moments import reported_late
from cases.models import Case, Disposal, ReferralStep
from cases.remedies import WITHDRAWING, answer_words
from cases.views.case_parts import SEALED
from duties.clocks import instant
from ledgers.models import Entry, Lead

if TYPE_CHECKING:
    from agencies.models import Member

Steps = list[dict[str, Any]]


def timeline(member: Member, case: Case) -> Steps:
    """Everything in its order, oldest first."""
    steps = [*_found(member, case), *_case(case), *_referred(member, case)]
    return sorted(steps, key=lambda step: step["at"])


def _found(member: Member, case: Case) -> Steps:
    """The patrols and the leads that it came from; of a sealed lead the number alone."""
    told = set(Lead.objects.open_to(member).filter(cases=case).values_list("pk", flat=True))
    found = []
    for lead in Lead.objects.visible_to(member).filter(cases=case).select_related("agency", "entry"):
        url = reverse("ledgers:lead", args=[lead.pk])
        entry = lead.entry
        if entry is not None and Entry.objects.visible_to(member).filter(pk=entry.pk).exists():
            found.append(
                {
                    "at": lead.found_at,
                    "who": lead.agency.label,
                    "words": "巡查发现",
                    "url": reverse("ledgers:entry", args=[entry.pk]),
                }
            )
        found.append(
            {
                "at": lead.recorded_at,
                "who": lead.agency.label,
                "words": f"登记线索 {lead.number}",
                "text": lead.get_source_display() if lead.pk in told else SEALED,
                "url": url,
            }
        )
    return found


def _case(case: Case) -> Steps:
    """The case's own steps, its visits, what was done to things."""
    found = []
    for step in case.steps.select_related("by__agency", "organ", "file"):
        late = "；超期" if step.late else ""
        number = f"（{step.number}）" if step.number else ""
        found.append(
            {
                "at": step.happened_at,
                "who": step.by.label,
                "words": f"{step.label}{number}{late}",
                "text": step.text,
                "kind": "late" if step.late else _kind(step.move),
                "url": reverse("core:file", args=[step.file_id]) if step.file_id else "",
            }
        )
    found += [*_measures(case), *_remedies(case), *_disposals(case)]
    for visit in case.lookbacks.filter(visited_at__isnull=False).select_related("by__agency"):
        words = f"结案后{visit.days}日回头看：{'死灰复燃' if visit.again else '没有再次违法'}"
        kind = "refused" if visit.again else "done"
        who = visit.by.label if visit.by else ""
        found.append({"at": visit.visited_at, "who": who, "words": words, "text": visit.text, "kind": kind})
    return found


def _measures(case: Case) -> Steps:
    """How each was taken, approved when it was taken on the spot, and ended."""
    found = []
    for row in case.measures.select_related("by__agency", "ended_by__agency"):
        label, number = row.get_kind_display(), f"（{row.number}）" if row.number else ""
        found.append(_at(row.taken_at, row.by, f"{label}{number}", row.things, None))
        if row.reported_at:
            late = reported_late(row)
            words = f"{label}：补办批准手续{'；超期' if late else ''}"
            step = _at(row.reported_at, None, words, f"批准人：{row.approved_by}", None)
            found.append(step | {"who": case.holder.label, "kind": "late" if late else ""})
        if row.ended_at:
            words = f"{label}：{row.get_end_display()}"
            found.append(_at(row.ended_at, row.ended_by, words, row.end_note, None))
    return found


def _remedies(case: Case) -> Steps:
    """When it was brought and how it ended; days of the papers, at their first moment."""
    found = []
    for row in case.remedies.select_related("by__agency", "answered_by__agency", "ended_by__agency"):
        label, number = row.get_kind_display(), f"（{row.number}）" if row.number else ""
        halted = "，停止执行" if row.halted else ""
        words = f"提起{label}：{row.organ}{number}{halted}"
        found.append(_at(instant(row.filed_on), row.by, words, row.note, row.file_id))
        if row.answered_on:
            words = f"提交{answer_words(row)}"
            found.append(_at(instant(row.answered_on), row.answered_by, words, "", row.answer_file_id))
        if row.ended_on:
            number = f"（{row.result_number}）" if row.result_number else ""
            words = f"{label}结果：{row.get_result_display()}{number}"
            end = _at(instant(row.ended_on), row.ended_by, words, row.result_note, row.result_file_id)
            found.append(end | {"kind": "refused" if row.result in WITHDRAWING else ""})
    return found


def _disposals(case: Case) -> Steps:
    rows = Disposal.objects.filter(penalty__case=case).select_related("penalty", "by__agency")
    return [
        _at(
            instant(row.disposed_on),
            row.by,
            f"{row.penalty.get_kind_display()}：{row.get_way_display()}",
            row.note,
            row.file_id,
        )
        for row in rows
    ]


def _at(at: Any, by: Member | None, words: str, text: str, file_id: int | None) -> dict[str, Any]:
    url = reverse("core:file", args=[file_id]) if file_id else ""
    return {"at": at, "who": by.label if by else "", "words": words, "text": text, "url": url}


def _kind(move: str) -> str:
    if move.startswith(("return", "refuse", "revoke", "annul", "redo")):
        return "refused"
    return (
        "done" if move in ("approve_filing", "decide", "approve_closing", "file_crime", "close_crime") else ""
    )


def _referred(member: Member, case: Case) -> Steps:
    """Steps of the referrals of the affair that the reader may read, to the feedback. Of a sealed referral
    without their words, until the reader has said why there."""
    rows = sight.readable_steps(member).filter(
        referral__matter=case.matter_id, state=ReferralStep.State.TAKEN
    )
    told = set(sight.open_steps(member).filter(referral__matter=case.matter_id).values_list("pk", flat=True))
    found = []
    for step in rows.select_related("referral", "organ", "by__agency"):
        found.append(
            {
                "at": step.happened_at,
                "who": step.organ.label,
                "words": f"移送 {step.referral.number}：{step.label}",
                "text": step.text if step.pk in told else SEALED if step.text else "",
                "kind": "late" if step.late else "",
                "url": reverse("cases:referral", args=[step.referral_id]),
            }
        )
    return found
