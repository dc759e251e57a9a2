"""Leads: raised at once, alarm for the right people only, numbers without gaps, 特殊情况报告."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import AuditEntry, Notice
from ledgers.actions.entries import file_entry, file_rows
from ledgers.actions.leads import hand_to, report_special
from ledgers.models import Lead
from minewatch.lib.coordinates import parse_point
from tests.ledgers.make import digging, row, today

ALARMED = {"qingshi.deputy", "qingshi.head", "nr.officer", "office"}


def alarmed():
    rows = Notice.objects.filter(kind="lead.alarm")
    assert all(notice.needs_ack and notice.subject_kind == "ledgers.lead" for notice in rows)
    return {notice.member.username for notice in rows}


def test_digging_raises_a_lead_and_alarms_the_right_people_only(cast):
    entry = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    lead = Lead.objects.get(entry=entry)
    assert lead.holder.code == "qingshi" and lead.agency.code == "shangwan" and lead.alarmed
    assert alarmed() == ALARMED
    granted = {(a.agency.code, a.relation) for a in lead.matter.access.all()}
    assert granted == {
        ("qingshi", "holder"),
        ("shangwan", "party"),
        ("nr", "party"),
        ("office", "office"),
    }


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("shangwan.filler", True),
        ("qingshi.filler", True),
        ("nr.officer", True),
        ("office", True),
        ("xiawan.filler", False),
        ("baiyang.head", False),
        ("police.officer", False),
        ("leader", False),
        ("auditor", False),
        ("sysadmin", False),
    ],
)
def test_a_lead_is_seen_by_its_parties_only(cast, who, sees):
    file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    assert Lead.objects.visible_to(cast.member(who)).exists() is sees


def test_the_alarm_says_nothing_of_the_case_and_the_audit_no_names(cast):
    file_entry(
        member=cast.shangwan_filler,
        agency=cast.unit("shangwan"),
        row=digging(measures="当场查扣张三的挖掘机", remark="举报人李四"),
    )
    for notice in Notice.objects.all():
        assert "张三" not in notice.text and "上湾" not in notice.text and "李四" not in notice.text
    raised = AuditEntry.objects.get(verb="lead.raised")
    assert set(raised.facts) == {"number", "source", "alarmed"}


def test_a_late_entry_raises_the_lead_without_the_alarm(cast):
    old = today() - dt.timedelta(days=31)
    entry = file_entry(
        member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging(patrolled_on=old)
    )
    assert entry.late_entry and not Lead.objects.get(entry=entry).alarmed and alarmed() == set()


def test_no_finding_no_lead(cast):
    file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=row(beyond="yes"))
    assert not Lead.objects.exists() and not Notice.objects.exists()


def test_a_batch_raises_its_leads_with_running_numbers(cast):
    rows = [digging(location=f"青石镇上湾村{n}号沟") for n in range(3)] + [row()]
    file_rows(member=cast.qingshi_filler, agency=cast.unit("qingshi"), rows=rows, source="grid")
    year = today().year
    assert sorted(Lead.objects.values_list("number", flat=True)) == [f"XS{year}-{n:04d}" for n in (1, 2, 3)]
    assert Notice.objects.filter(kind="lead.alarm").count() == 12


def test_a_refused_row_leaves_no_gap_in_the_numbers(cast):
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    bad = [digging(), digging(location="白杨镇柳林村")]
    for _ in range(2):
        with pytest.raises(DomainError):
            file_rows(member=member, agency=agency, rows=bad, source="grid")
    file_entry(member=member, agency=agency, row=digging())
    assert Lead.objects.get().number.endswith("-0001")


def test_a_special_report_is_a_lead_without_a_row(cast):
    token = uuid4()
    for _ in range(2):
        lead = report_special(
            member=cast.shangwan_head,
            agency=cast.unit("shangwan"),
            text="夜里有挖掘机进沟",
            location="柳树沟",
            point=parse_point("111.5, 39.4"),
            token=token,
        )
    assert Lead.objects.count() == 1 and lead.entry is None and lead.source == "special"
    assert lead.location == "柳树沟(E111.50000,N39.40000)" and alarmed() == ALARMED


@pytest.mark.parametrize(
    ("text", "location", "point", "field"),
    [("", "柳树沟", "", "text"), ("有挖机", "", "", "location"), ("有挖机", "沟里", "112.9, 39.4", "point")],
)
def test_a_special_report_says_what_is_missing(cast, text, location, point, field):
    with pytest.raises(DomainError) as caught:
        report_special(
            member=cast.shangwan_filler,
            agency=cast.unit("shangwan"),
            text=text,
            location=location,
            point=parse_point(point) if point else None,
        )
    assert caught.value.field == field and not Lead.objects.exists()


def test_one_reports_for_ones_own_unit(cast):
    facts = {"agency": cast.unit("shangwan"), "text": "有挖机", "location": "沟里"}
    with pytest.raises(Missing):
        report_special(member=cast.baiyang_filler, **facts)
    with pytest.raises(NotAllowed):
        report_special(member=cast.nr_officer, **facts)
    assert report_special(member=cast.qingshi_filler, **facts).holder.code == "qingshi"


def test_a_lead_that_is_handed_on_has_one_holder_and_the_old_one_stays_a_party(cast):
    lead = report_special(
        member=cast.shangwan_filler, agency=cast.unit("shangwan"), text="有挖机", location="沟里"
    )
    hand_to(lead=lead, to=cast.unit("water"), by=cast.qingshi_head, basis="YS2026-0001")
    assert lead.holder.code == "water" and Lead.objects.visible_to(cast.qingshi_filler).exists()
    rows = lead.matter.access.filter(until=None)
    assert [row.agency.code for row in rows.filter(relation="holder")] == ["water"]
    hand_to(lead=lead, to=cast.unit("qingshi"), by=cast.water_officer, basis="退回")
    rows = lead.matter.access.filter(until=None)
    assert [row.agency.code for row in rows.filter(relation="holder")] == ["qingshi"]
    assert Lead.objects.visible_to(cast.water_officer).exists()


def test_of_two_who_hand_a_lead_on_at_once_one_is_told_so(cast):
    lead = report_special(
        member=cast.shangwan_filler, agency=cast.unit("shangwan"), text="有挖机", location="沟里"
    )
    stale = Lead.objects.get(pk=lead.pk)
    hand_to(lead=lead, to=cast.unit("water"), by=cast.qingshi_head, basis="一")
    with pytest.raises(Conflict):
        hand_to(lead=stale, to=cast.unit("police"), by=cast.qingshi_head, basis="二")
    assert Lead.objects.get().holder.code == "water"
