"""Pages of duties by due time; duties without a date come last."""

from __future__ import annotations

import datetime as dt

from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from core.paging import keyset
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI

NEVER = dt.datetime(9999, 1, 1, tzinfo=SHANGHAI)


def by_due(rows: QuerySet[Duty], request: HttpRequest) -> tuple[list[Duty], dict[str, str]]:
    """(rows of this page, {previous_url, next_url}) by due time, earliest first."""
    rows = rows.annotate(sort_at=Coalesce("due_at", Value(NEVER), output_field=DateTimeField()))
    return keyset(rows, ("sort_at", "id"), request)
