"""答复举报人: put down when, how, by whom and with which words somebody who told a lead was answered."""

from __future__ import annotations

import datetime as dt
import re
from uuid import UUID

from django.db.models import Q

from agencies.models import Member, Role
from core.access import barred_from
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.once import once
from core.wording import words
from ledgers.actions.leads import owed
from ledgers.actions.leads.guard import past, recorded
from ledgers.lead_rules import county_code, why_no_reply
from ledgers.models import Lead, LeadReply
from minewatch.lib.clock import now
from minewatch.lib.text import fold

#: A mobile number, a 身份证号: what gives a person away is not written down here.
TELLING = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")
NAMES_SOMEBODY = "答复内容里好像有手机号码或者身份证号码，请删去；举报人是谁不写在这里，由保管人保管。"


def answerers(lead: Lead) -> list[Member]:
    """Who may have answered: people of the unit that holds the lead, and the county's custodians."""
    main = lead.merged_into or lead
    here = Q(agency__in=[lead.holder_id, main.holder_id])
    custodians = Q(grants__role=Role.CUSTODIAN, agency__division__code__startswith=county_code(lead))
    rows = Member.objects.active().filter(here | custodians).exclude(barred_from(lead.matter))
    return list(rows.select_related("agency").distinct().order_by("agency_id", "pk"))


def reply(
    *,
    lead: Lead,
    by: Member,
    way: str,
    at: dt.datetime | None,
    text: str,
    answered_by: Member | None = None,
    token: UUID | None = None,
) -> LeadReply:
    """Who told the lead was answered at `at` by `answered_by` (default: `by`), in the words of `text`.

    Spoken before the result stood it is an interim word, whenever it is put down; afterwards it is the answer
    that was owed. `way` "none" says in `text` why nobody could be answered. Raises Missing, NotAllowed,
    DomainError with the field, Conflict (withdrawn).
    """

    def make() -> LeadReply:
        if not Lead.objects.visible_to(by).filter(pk=lead.pk).exists():
            raise Missing("没有找到这条线索。")
        lead.refresh_from_db()
        if lead.withdrawn_at is not None:
            raise Conflict("线索已撤回，不用再办。")
        reason = why_no_reply(by, lead)
        if reason:
            raise NotAllowed(reason)
        facts = _said(lead, by, way, at, text, answered_by)
        due_at = owed.due_of(lead, owed.REPLY)
        row = LeadReply.objects.create(
            lead=lead,
            agency=(lead.merged_into or lead).holder,
            recorded_by=by,
            final=_is_final(lead, facts["at"]),
            due_at=due_at,
            late=due_at is not None and facts["at"] > due_at,
            **facts,
        )
        if row.final:
            owed.done(lead, owed.REPLY, by, row.at)
        recorded("lead.replied", lead, by)
        return row

    return once(token=token, verb="lead.replied", member=by, make=make)


def _is_final(lead: Lead, spoken_at: dt.datetime) -> bool:
    """Whether the result stood when the word was spoken and nobody was told of it yet: what follows adds."""
    at = lead.feedback_at
    if at is None or spoken_at < at.replace(second=0, microsecond=0):  # a form gives whole minutes
        return False
    return not lead.replies.filter(final=True, recorded_at__gte=at).exists()


def _said(
    lead: Lead, by: Member, way: str, at: dt.datetime | None, text: str, answered_by: Member | None
) -> dict:
    if way not in LeadReply.Way.values:
        raise DomainError("请选择答复方式。", field="way")
    past(at, "答复时间", "at")
    if at < lead.found_at:
        raise DomainError("答复时间早于线索的发现时间，请核对。", field="at")
    said = words(text, "答复内容", "text", 1000)
    if TELLING.search(re.sub(r"[\s-]", "", fold(said))):
        raise DomainError(NAMES_SOMEBODY, field="text")
    who = answered_by or by
    if who.pk not in {one.pk for one in answerers(lead)}:
        raise DomainError("答复人应当是承办单位的人员或者举报信息保管人，请重新选择。", field="answered_by")
    return {"way": way, "at": at, "text": said, "answered_by": who, "recorded_at": now()}
