"""Whose numbers: a member's on live pages, a unit's in reports, jobs and commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models

from agencies.models import Agency
from agencies.scope import readable_agencies

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class Scope:
    """`agency` is the point of view: units below are told from it, a sealed matter counts if it holds it.

    With a `member` the rows are those the member may see; `within` narrows them to that unit and below.
    """

    agency: Agency
    member: Member | None = None
    within: Agency | None = None

    @classmethod
    def of(cls, member: Member, within: Agency | None = None) -> Scope:
        """What `member` may read, optionally of one unit and those below it only."""
        return cls(member.agency, member, within)

    @classmethod
    def of_unit(cls, agency: Agency) -> Scope:
        """`agency` and the units below it."""
        return cls(agency)

    def units(self) -> models.QuerySet[Agency]:
        """The units whose rows count."""
        found = readable_agencies(self.member) if self.member else Agency.objects.under(self.agency)
        return found & Agency.objects.under(self.within) if self.within else found

    def rows(self, model: type[models.Model]) -> models.QuerySet:
        """The rows of an agency-scoped model that count."""
        objects = model._default_manager
        rows = objects.visible_to(self.member) if self.member else objects.of_unit(self.agency)
        return rows.of_unit(self.within) if self.within else rows
