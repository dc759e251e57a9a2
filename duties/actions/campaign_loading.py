"""Loading a definition into a county, and bringing a running campaign in line with a changed one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from agencies.models import Division
from core import audit
from core.errors import Conflict, DomainError
from core.workflow import move
from duties.actions.campaign_rows import Writing
from duties.actions.campaign_standing import give_way, go_on, replaced_by
from duties.actions.opening import open_ahead
from duties.actions.realigning import Realigned, realign
from duties.campaign_diff import definition_lines, duty_lines
from duties.campaign_rules import may_keep
from duties.definitions import Definition, hints, of_data
from duties.definitions.binding import Bound, bind
from duties.models import Campaign, DutyRule
from duties.states import CAMPAIGN_MOVES
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class Loaded:
    """What a loading did, or would do. `diff` holds Chinese lines; empty on the first loading.

    `campaign` is None after a dry run of a new one. `changed` False: the same file again, nothing written.
    """

    campaign: Campaign | None
    changed: bool = True
    bindings: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    diff: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shifted_days: int = 0


def load(
    *,
    county: Division,
    definition: Definition,
    bind: Mapping[str, str] | None = None,
    shift_to: dt.date | None = None,
    by: Member | None = None,
    dry_run: bool = False,
) -> Loaded:
    """Load a definition into a county, or bring the campaign that is there in line with it.

    One transaction. `bind` is KEY → unit code or "none"; `shift_to` moves every date so that the campaign
    starts on that day (default: the shift it was loaded with). The same content and units again write
    nothing. What is fulfilled is never cancelled; tasks that left the file are kept as dropped. With
    `dry_run` all is counted and nothing stays. Raises DomainError for units that are not bound, for an
    ended campaign, NotAllowed for who may not, Conflict for the second of two loadings at once.
    """
    may_keep(by, county)
    there = Campaign.objects.filter(county__code=county.code, key=definition.key).first()
    days = there.shifted_days if there else 0
    if shift_to:
        days = (shift_to - definition.starts_on).days
    try:
        moved = definition.shifted(days)
    except OverflowError:
        raise DomainError("平移后的日期超出日历范围，请核对平移日期。", field="shift_to") from None
    if days:
        moved = of_data(moved.data, f"{definition.name}（平移 {days} 天）")
    return bring_in_line(county, moved, there, chosen=bind or {}, days=days, by=by, dry_run=dry_run)


def bring_in_line(
    county: Division,
    definition: Definition,
    campaign: Campaign | None,
    *,
    chosen: Mapping[str, str],
    days: int,
    by: Member | None,
    dry_run: bool = False,
    version: int | None = None,
    drafted: bool = False,
) -> Loaded:
    """The one way a definition comes into force. `drafted`: it is the campaign's own draft, spent by that."""
    if campaign and campaign.status == Campaign.Status.ENDED:
        raise DomainError(f"“{campaign.name}”已经结束，不能再载入；请用新的代码（key）。", field="key")
    given = campaign
    again = campaign is not None and campaign.status == Campaign.Status.RUNNING
    before = Definition(campaign.definition) if campaign and again else None
    bound = _bound(county, definition, campaign, before, chosen)
    if campaign and again and campaign.digest == definition.digest and campaign.bindings == bound.codes:
        return Loaded(campaign, changed=False, bindings=bound.lines, shifted_days=days)
    with transaction.atomic():
        campaign = _in_force(county, definition, campaign, bound, days, version, drafted)
        loaded = _fill(campaign, definition, bound, before, by)
        if dry_run:
            transaction.set_rollback(True)
    if dry_run:
        campaign = given
        if given:
            given.refresh_from_db()  # it was written and taken back
    return Loaded(campaign, bindings=bound.lines, shifted_days=days, **loaded)


def _bound(
    county: Division,
    definition: Definition,
    campaign: Campaign | None,
    before: Definition | None,
    chosen: Mapping[str, str],
) -> Bound:
    codes = campaign.bindings if campaign else {}
    return bind(definition, county, chosen=chosen, previous=before, codes=codes)


def _in_force(
    county: Division,
    definition: Definition,
    campaign: Campaign | None,
    bound: Bound,
    days: int,
    version: int | None,
    drafted: bool,
) -> Campaign:
    """The campaign's row, running with this definition; the loser of two loadings gets a Conflict."""
    if campaign is None:
        try:
            with transaction.atomic():
                campaign = Campaign.objects.create(
                    county=county,
                    key=definition.key,
                    name=definition.data["name"],
                    starts_on=definition.starts_on,
                )
        except IntegrityError:
            raise Conflict("另有人正在载入同一方案，请稍后重试。") from None
    return move(
        campaign,
        CAMPAIGN_MOVES["load"],
        expected_version=version,
        name=definition.data["name"],
        number=definition.data.get("number", ""),
        organ=definition.data.get("organ", ""),
        signed_on=definition.signed_on,
        starts_on=definition.starts_on,
        ends_on=definition.ends_on,
        holiday=definition.roll,
        definition=definition.data,
        **({"draft": None, "draft_by": None} if drafted else {}),
        bindings=bound.codes,
        digest=definition.digest,
        shifted_days=days,
        loaded_at=campaign.loaded_at or now(),
    )


def _fill(
    campaign: Campaign,
    definition: Definition,
    bound: Bound,
    before: Definition | None,
    by: Member | None,
) -> dict[str, Any]:
    """Write the rows below the campaign and its duties; gives counts, diff and notes."""
    at = now()
    gone = replaced_by(campaign) if before else set()
    Writing(campaign, definition, bound, at, again=before is not None).write(by)
    replaced = replaced_by(campaign)
    unknown = give_way(campaign, replaced, at, by)
    go_on(campaign, gone - replaced, local_date(at), at, by)
    done = realign(campaign, at, apply=True)
    if gone - replaced:
        open_ahead(afresh=True)
    counts = _counts(campaign, done)
    facts = {"key": campaign.key, "digest": campaign.digest, "shifted_days": campaign.shifted_days, **counts}
    audit.record("campaign.changed" if before else "campaign.loaded", actor=by, subject=campaign, facts=facts)
    return {
        "counts": counts,
        "diff": [*definition_lines(before, definition), *duty_lines(done)] if before else [],
        "notes": [*hints(definition), *_notes(campaign, unknown)],
    }


def _notes(campaign: Campaign, unknown: list[str]) -> list[str]:
    notes = [f"本县没有常设规则 {key}，任务照常载入。" for key in unknown]
    if campaign.draft is not None:
        notes.append("网页上有尚未施行的修改稿，仍按原样保留，请核对后再施行。")
    return notes


def _counts(campaign: Campaign, done: Realigned) -> dict[str, int]:
    tasks = campaign.tasks.filter(dropped_at__isnull=True)
    return {
        "stages": campaign.stages.count(),
        "tasks": tasks.count(),
        "rules": DutyRule.objects.filter(task__in=tasks).count(),
        "opened": len(done.opened),
        "history": sum(duty.history for duty in done.opened),
        "moved": len(done.moved),
        "cancelled": len(done.cancelled),
    }
