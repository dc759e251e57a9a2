"""Of which cases on a page the reader may open the record, and of which the content is shown at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from cases.models import Case

if TYPE_CHECKING:
    from agencies.models import Member


def open_to(member: Member, cases: list[Case]) -> set[int]:
    """Those of `cases` whose content a list shows to the member."""
    return _keys(Case.objects.open_to(member), cases)


def readable(member: Member, cases: list[Case]) -> set[int]:
    """Those of `cases` whose record the member may open, a sealed one with a reason."""
    return _keys(Case.objects.visible_to(member), cases)


def _keys(rows: QuerySet[Case], cases: list[Case]) -> set[int]:
    return set(rows.filter(pk__in=[case.pk for case in cases]).values_list("pk", flat=True))
