"""The to-do steps of a sheet: who reviews, who signs, who mends; opened and closed beside the move.

No law sets a time for them; the house asks for the next working day (内部时限).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from agencies.models import Role
from duties import calendars
from duties.actions import fulfil, open_step
from duties.models import Duty
from ledgers.actions.signing import SUBMITS, Post, waiting
from ledgers.states import SHEET_MOVES, SheetStatus
from minewatch.lib.clock import day_end, now
from minewatch.lib.periods import parse_period

if TYPE_CHECKING:
    from ledgers.models import Sheet

BASIS = "内部时限：收到后的下一个工作日24时前"


def title_of(sheet: Sheet) -> str:
    """青石镇2022年9月巡查台账（补报第2份）"""
    more = f"（补报第{sheet.number}份）" if sheet.number > 1 else ""
    return f"{sheet.agency.label}{parse_period(sheet.period).label}巡查台账{more}"


def key(sheet: Sheet, step: str) -> str:
    """The stable key of a step of this round."""
    return f"sheet:{sheet.pk}:{sheet.round}:{step}"


def after(sheet: Sheet, move: str) -> None:
    """Close the step that `move` answered and open the one it leads to."""
    if move in SUBMITS:
        if sheet.round > 1:
            fulfil(key=f"sheet:{sheet.pk}:{sheet.round - 1}:mend")
    else:
        fulfil(key=key(sheet, "review" if move in ("review", "return_by_deputy") else "sign"))
    if sheet.status == SheetStatus.SUBMITTED:
        _wait(sheet, "review", Duty.Kind.REVIEW, "审核", waiting(sheet, SHEET_MOVES["review"]))
    elif sheet.status == SheetStatus.REVIEWED:
        _wait(sheet, "sign", Duty.Kind.SIGN, "签批", waiting(sheet, SHEET_MOVES["sign"]))
    elif sheet.status == SheetStatus.RETURNED:
        _wait(sheet, "mend", Duty.Kind.OTHER, "修改退回的", Post(sheet.agency, _filling_role(sheet), ()))


def _filling_role(sheet: Sheet) -> str:
    """The role that mends: the submitter's own."""
    submitted = sheet.signatures.filter(step="filler").order_by("-id").select_related("member").first()
    roles = submitted.member.own_roles if submitted else frozenset()
    return next((role for role in (Role.FILLER, Role.OFFICER, Role.OFFICE) if role in roles), Role.FILLER)


def _wait(sheet: Sheet, step: str, kind: str, act: str, post: Post | None) -> None:
    """A step that nobody holds waits with the unit itself, so that it is seen."""
    agency, role = (post.agency, post.role) if post else (sheet.agency, Role.HEAD)
    open_step(
        key=key(sheet, step),
        kind=kind,
        title=f"{act}{title_of(sheet)}"[:160],
        agency=agency,
        role=role,
        subject=sheet,
        due_at=next_working_day_end(),
        basis=BASIS,
    )


def next_working_day_end(at: dt.datetime | None = None) -> dt.datetime:
    """23:59:59 of the working day after `at`."""
    return day_end(calendars.calendar().add_workdays((at or now()).date(), 1).date)
