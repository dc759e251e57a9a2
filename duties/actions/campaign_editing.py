"""A campaign made or changed in the browser: a draft beside what is in force, looked at, put in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from agencies.models import Division
from core import audit
from core.errors import DomainError
from core.once import once
from core.workflow import conflict
from duties.actions.campaign_loading import Loaded, bring_in_line
from duties.campaign_rules import check_draft, check_head, may_keep, skeleton
from duties.definitions import Definition, Problem, check, of_data
from duties.models import Campaign
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class Preview:
    """A draft looked at before it is put in force: its faults, or what it would do."""

    problems: list[Problem]
    loaded: Loaded | None = None


def create(
    *,
    county: Division,
    key: str,
    name: str,
    by: Member,
    definition: dict[str, Any] | None = None,
    token: UUID | None = None,
) -> Campaign:
    """A new campaign as a draft, empty or with the content of another `definition` under its own key.

    Raises NotAllowed, and DomainError for a key that is taken or badly written.
    """
    may_keep(by, county)
    content = {**skeleton(local_date(now())), **(definition or {}), "key": key, "name": name.strip()}
    check_draft(content, key)
    check_head(content)

    def make() -> Campaign:
        if Campaign.objects.filter(county__code=county.code, key=key).exists():
            raise DomainError(f"本县已有代码为“{key}”的专项行动，请换一个。", field="key")
        campaign = Campaign.objects.create(
            county=county,
            key=key,
            name=content["name"],
            starts_on=local_date(now()),
            draft=content,
            draft_by=by,
        )
        audit.record("campaign.drafted", actor=by, subject=campaign, facts={"key": key})
        return campaign

    return once(token=token, verb="campaign.drafted", member=by, make=make)


def edit_draft(*, campaign: Campaign, definition: dict[str, Any], by: Member, version: int) -> Campaign:
    """Keep an edited copy that is not yet in force. It may be incomplete; what the format does not know is
    refused. Raises Conflict when the campaign changed since `version`.
    """
    may_keep(by, campaign.county)
    check_draft(definition, campaign.key)
    with transaction.atomic():
        values = {"draft": definition, "draft_by": by}
        if campaign.status == Campaign.Status.DRAFT:
            check_head(definition)
            values["name"] = definition["name"]
        _edit(campaign, version, **values)
        audit.record("campaign.drafted", actor=by, subject=campaign, facts={"key": campaign.key})
    return campaign


def _edit(campaign: Campaign, version: int, **values: object) -> None:
    """Write the draft's fields whatever the status but ended; raises Conflict when somebody was quicker."""
    rows = Campaign.objects.filter(pk=campaign.pk, version=version).exclude(status=Campaign.Status.ENDED)
    if rows.update(**values, version=F("version") + 1) != 1:
        raise conflict(campaign)
    campaign.refresh_from_db()


def preview(
    *, campaign: Campaign, bind: Mapping[str, str] | None = None, by: Member | None = None
) -> Preview:
    """What putting the draft in force would do, or its faults; writes nothing.

    A unit that is not bound is a fault too, with the path ("units",).
    """
    may_keep(by, campaign.county)
    content = campaign.draft if campaign.draft is not None else campaign.definition
    problems = check(content)
    if problems:
        return Preview(problems)
    try:
        loaded = bring_in_line(
            campaign.county,
            Definition(content, campaign.key),
            campaign,
            chosen=bind or {},
            days=campaign.shifted_days,
            by=by,
            dry_run=True,
            drafted=True,
        )
    except DomainError as error:
        return Preview([Problem(0, error.message.removesuffix("。"), path=("units",))])
    return Preview([], loaded)


def put_in_force(
    *, campaign: Campaign, by: Member, version: int, bind: Mapping[str, str] | None = None
) -> Loaded:
    """The draft becomes what is in force. Raises BadCampaign with its faults, Conflict when it changed."""
    may_keep(by, campaign.county)
    if campaign.draft is None:
        raise DomainError("没有待施行的修改稿。")
    definition = of_data(campaign.draft, campaign.key)
    loaded = bring_in_line(
        campaign.county,
        definition,
        campaign,
        chosen=bind or {},
        days=campaign.shifted_days,
        by=by,
        version=version,
        drafted=True,
    )
    if not loaded.changed:
        _edit(campaign, version, draft=None, draft_by=None)
    return loaded
