"""Files of the lead and the case behind a draft, which its manifest may take up: linked, never copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.models import Case
from core.files import files_of
from core.models import StoredFile
from ledgers.models import Entry, Lead

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Referral


def files_for(member: Member, referral: Referral) -> list[StoredFile]:
    """Files that `member` may read anyway and that hang on the lead, its patrol or the case."""
    found: dict[int, StoredFile] = {}
    for subject in _subjects(member, referral):
        found |= {row.pk: row for row in files_of(subject)}
    taken = set(referral.papers.exclude(file=None).values_list("file_id", flat=True))
    return [row for pk, row in sorted(found.items()) if pk not in taken]


def _subjects(member: Member, referral: Referral) -> list[Lead | Entry | Case]:
    subjects: list[Lead | Entry | Case] = []
    lead = Lead.objects.visible_to(member).filter(pk=referral.lead_id).first() if referral.lead_id else None
    case = Case.objects.visible_to(member).filter(pk=referral.case_id).first() if referral.case_id else None
    leads = [lead] if lead else []
    if case:
        subjects.append(case)
        leads += list(Lead.objects.visible_to(member).filter(cases=case))
    for row in leads:
        subjects.append(row)
        entry = Entry.objects.visible_to(member).filter(pk=row.entry_id).first() if row.entry_id else None
        if entry:
            subjects.append(entry)
    return subjects
