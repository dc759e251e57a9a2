"""What upper rooms hang on a lead's page, and how they say that a lead ended in a case or a referral.

Called in the upper room's `AppConfig.ready()`; every function answers for itself what the member may see.

    lead_doors.register(fn(member, lead) -> [button])          # 立案, 移送 …: as parts/buttons.html has them
    lead_doors.missing(fn(member, lead) -> [{label, reason}])  # why such a button is not there
    lead_doors.panel(fn(member, lead) -> {title, links} | None)  # cases, referrals: [{label, url, note?}]
    lead_doors.steps(fn(member, lead) -> [step])               # steps of the one time line (parts/timeline)
    lead_doors.ending(kind, fn(lead) -> str)                   # Ending.CASE, .REFERRAL: numbers, "" = none

A lead found true ends as 立案查处 or 移送其他单位 only when the registered `ending` names a number.
The page calls the readers below, the actions call `ended`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agencies.models import Member
    from ledgers.models import Lead

Rows = list[dict[str, Any]]

BUTTONS: list[Callable[[Member, Lead], Rows]] = []
MISSING: list[Callable[[Member, Lead], Rows]] = []
PANELS: list[Callable[[Member, Lead], dict[str, Any] | None]] = []
STEPS: list[Callable[[Member, Lead], Rows]] = []
ENDINGS: dict[str, Callable[[Lead], str]] = {}


def _once(found: list, fn: Any) -> Any:
    if fn not in found:
        found.append(fn)
    return fn


def register(fn: Callable[[Member, Lead], Rows]) -> Callable[[Member, Lead], Rows]:
    """Hang buttons on the page of a lead."""
    return _once(BUTTONS, fn)


def missing(fn: Callable[[Member, Lead], Rows]) -> Callable[[Member, Lead], Rows]:
    """Say why a button of the upper room is not there."""
    return _once(MISSING, fn)


def panel(fn: Callable[[Member, Lead], dict[str, Any] | None]) -> Callable:
    """Hang a group of related links on the page of a lead."""
    return _once(PANELS, fn)


def steps(fn: Callable[[Member, Lead], Rows]) -> Callable[[Member, Lead], Rows]:
    """Add steps to the time line of a lead."""
    return _once(STEPS, fn)


def ending(kind: str, fn: Callable[[Lead], str]) -> None:
    """Have `fn(lead)` say which case or referral the lead ended in; "" when there is none."""
    ENDINGS[kind] = fn


def buttons_of(member: Member, lead: Lead) -> Rows:
    """Buttons of the upper rooms for this reader."""
    return [button for fn in BUTTONS for button in fn(member, lead)]


def missing_of(member: Member, lead: Lead) -> Rows:
    """Why others of them are not there."""
    return [line for fn in MISSING for line in fn(member, lead)]


def panels_of(member: Member, lead: Lead) -> Rows:
    """Related cases, referrals …, as far as the reader may see them."""
    return [group for fn in PANELS if (group := fn(member, lead)) and group.get("links")]


def steps_of(member: Member, lead: Lead) -> Rows:
    """Steps of cases and referrals in the reader's sight."""
    return [step for fn in STEPS for step in fn(member, lead)]


def ended(lead: Lead, kind: str) -> str:
    """The numbers of the cases or referrals in which the lead ended, "" when there are none (or no room)."""
    return ENDINGS[kind](lead) if kind in ENDINGS else ""
