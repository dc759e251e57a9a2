"""年度联合检查计划: drawn up by the office, decided by the county's leader, never by who submitted it."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine

from agencies.models import Acting
from core.errors import Conflict, DomainError, NotAllowed
from core.models import Notice
from duties.models import Campaign, Duty, Proof, Task, TaskParty
from ledgers.actions import inspections, plans
from ledgers.models.inspections import InspectionPlan
from minewatch.lib.clock import SHANGHAI, now
from tests.ledgers.checks import drawn

NOW = dt.datetime(2026, 3, 16, 11, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


def made(cast, year=2026, who="office", unit="office", **more):
    """A plan being drawn up."""
    facts = {"title": f"{year}年度联合检查计划", "year": year}
    return plans.draft(member=cast.member(who), agency=cast.unit(unit), **(facts | more))


def with_line(cast, plan, period="2026-Q3", units=("nr", "water"), **more):
    facts = {"theme": "水土保持", "agencies": [cast.unit(code) for code in units]}
    return plans.set_line(plan=plan, member=cast.office, period=period, **(facts | more))


def sent(cast, **more):
    """A plan that waits for the county."""
    plan = made(cast, **more)
    with_line(cast, plan, f"{plan.year}-Q3")
    plan.refresh_from_db()
    return plans.submit(plan=plan, member=cast.office)


@pytest.fixture
def campaign(cast):
    """LZ-1: the plan, owed once a year by the office."""
    row = Campaign.objects.create(
        county=cast.county, key="lz", name="联合监管", starts_on=dt.date(2025, 1, 1), status="running"
    )
    task = Task.objects.create(
        campaign=row, code="LZ-1", kind="plan", name="年度计划", deadline="quota", role="office"
    )
    Task.objects.filter(pk=task.pk).update(proof_kind=f"task.{task.pk}")
    TaskParty.objects.create(task=task, agency=cast.unit("office"), side="host")
    for year in (2025, 2026, 2027):
        Duty.objects.create(
            key=f"lz1:{year}",
            campaign=row,
            kind="task",
            title="年度计划",
            agency=cast.unit("office"),
            role="office",
            proof_kind=f"task.{task.pk}",
            window_start=dt.datetime(year, 1, 1, tzinfo=SHANGHAI),
            window_end=dt.datetime(year + 1, 1, 1, tzinfo=SHANGHAI),
            due_at=dt.datetime(year, 12, 31, 23, 59, 59, tzinfo=SHANGHAI),
        )
    return row


def states():
    return {
        key.removeprefix("lz1:"): status
        for key, status in Duty.objects.filter(key__startswith="lz1:").values_list("key", "status")
    }


def test_only_the_office_and_natural_resources_draw_up_a_plan(cast):
    assert made(cast, who="nr.officer", unit="nr").status == "draft"
    for who, unit in (("water.officer", "water"), ("qingshi.head", "qingshi"), ("leader", "county")):
        with pytest.raises(NotAllowed):
            made(cast, who=who, unit=unit)


def test_a_resent_form_is_one_plan_and_one_line(cast):
    token, other = uuid.uuid4(), uuid.uuid4()
    plan, again = made(cast, token=token), made(cast, token=token)
    assert plan.pk == again.pk
    assert with_line(cast, plan, token=other).pk == with_line(cast, plan, token=other).pk
    assert plan.lines.count() == 1


@pytest.mark.parametrize("period", ["2027-Q3", "三季度", "2026-13", "2026-12-30..2027-01-04"])
def test_a_line_lies_in_the_plan_s_year(cast, period):
    with pytest.raises(DomainError) as error:
        with_line(cast, made(cast), period)
    assert error.value.field == "period"


def test_a_line_without_a_theme_is_refused(cast):
    with pytest.raises(DomainError) as error:
        with_line(cast, made(cast), theme=" ")
    assert error.value.field == "theme"


def test_the_year_does_not_move_away_from_its_lines(cast):
    plan = made(cast)
    with_line(cast, plan)
    plan.refresh_from_db()
    with pytest.raises(DomainError) as error:
        plans.draft(member=cast.office, agency=plan.agency, year=2027, title="计划", plan=plan)
    assert error.value.field == "year"


def test_two_who_edit_one_plan_do_not_overwrite_each_other(cast):
    plan = made(cast)
    version = plan.version
    with_line(cast, plan, version=version)
    with pytest.raises(Conflict):
        with_line(cast, plan, "2026-Q4", version=version)
    assert plan.lines.count() == 1


def test_an_empty_plan_is_not_submitted(cast):
    with pytest.raises(DomainError):
        plans.submit(plan=made(cast), member=cast.office)


def test_it_waits_as_a_duty_of_the_county_s_leader_and_stands_still_meanwhile(cast):
    plan = sent(cast)
    duty = Duty.objects.get(key=f"plan:{plan.pk}:approve")
    assert (duty.agency.code, duty.role, duty.status) == ("county", "leader", "open")
    with pytest.raises(Conflict):
        with_line(cast, plan, "2026-Q4")
    with pytest.raises(Conflict):
        plans.submit(plan=plan, member=cast.office)


def test_the_leader_approves_and_the_office_hears_of_it(cast):
    plan = sent(cast)
    plans.approve(plan=plan, by=cast.leader, number="示政函〔2026〕3号", version=plan.version)
    assert (plan.status, plan.number, plan.decided_by) == ("approved", "示政函〔2026〕3号", cast.leader)
    assert Duty.objects.get(key=f"plan:{plan.pk}:approve").status == "fulfilled"
    assert Notice.objects.filter(member=cast.office, subject_id=str(plan.pk)).exists()


def test_neither_the_office_nor_a_bureau_approves(cast):
    plan = sent(cast)
    for who in ("office", "nr.head", "qingshi.head"):
        with pytest.raises(NotAllowed):
            plans.approve(plan=plan, by=cast.member(who))
    plan.refresh_from_db()
    assert plan.status == "submitted"


def test_who_submitted_it_does_not_approve_it_not_even_as_acting_leader(cast):
    Acting.objects.create(
        agency=cast.unit("county"), role="leader", member=cast.office, valid_from=now().date(), basis="代理"
    )
    plan = sent(cast)
    with pytest.raises(NotAllowed):
        plans.approve(plan=plan, by=cast.office)
    assert plans.approve(plan=plan, by=cast.leader).status == "approved"


def test_of_two_decisions_the_second_is_told_of_the_first(cast):
    plan = sent(cast)
    version = plan.version
    other = InspectionPlan.objects.get(pk=plan.pk)
    plans.approve(plan=plan, by=cast.leader, version=version)
    with pytest.raises(Conflict) as error:
        plans.return_plan(plan=other, by=cast.leader, reason="改", version=version)
    assert "督办县领导" in error.value.message


def test_a_returned_plan_is_mended_and_submitted_again(cast):
    plan = sent(cast)
    for reason in (" ", "补" * 301):
        with pytest.raises(DomainError) as error:
            plans.return_plan(plan=plan, by=cast.leader, reason=reason)
        assert error.value.field == "reason"
    plans.return_plan(plan=plan, by=cast.leader, reason="补充第四季度")
    assert Duty.objects.get(key=f"plan:{plan.pk}:mend").agency.code == "office"
    assert Duty.objects.get(key=f"plan:{plan.pk}:approve").status == "cancelled"
    with_line(cast, plan, "2026-Q4")
    plan.refresh_from_db()
    plans.submit(plan=plan, member=cast.office)
    assert Duty.objects.get(key=f"plan:{plan.pk}:mend").status == "fulfilled"
    assert Duty.objects.get(key=f"plan:{plan.pk}:approve").status == "open"


def test_approval_proves_the_yearly_duty_of_its_own_year(cast, campaign):
    plans.approve(plan=sent(cast, campaign=campaign), by=cast.leader)
    assert states() == {"2025": "open", "2026": "fulfilled", "2027": "open"}


def test_next_year_s_plan_approved_in_december_counts_for_next_year(cast, campaign):
    with time_machine.travel(dt.datetime(2026, 12, 20, 9, tzinfo=SHANGHAI), tick=False):
        plans.approve(plan=sent(cast, year=2027, campaign=campaign), by=cast.leader)
    assert states() == {"2025": "open", "2026": "open", "2027": "fulfilled"}


def test_last_year_s_plan_approved_late_does_not_count_for_this_year(cast, campaign):
    plans.approve(plan=sent(cast, year=2025, campaign=campaign), by=cast.leader)
    assert states() == {"2025": "fulfilled", "2026": "open", "2027": "open"}
    assert Duty.objects.get(key="lz1:2025").late(NOW)


def test_a_plan_of_no_campaign_proves_nothing(cast, campaign):
    plans.approve(plan=sent(cast), by=cast.leader)
    assert not Proof.objects.exists()


def test_until_approved_a_plan_is_known_to_the_office_and_the_county_only(cast):
    plan = sent(cast, text="CANARY安排")
    url = f"/ledgers/plans/{plan.pk}/"
    for who in ("water.officer", "nr.officer", "qingshi.head", "sysadmin"):
        assert cast.client(who).get(url).status_code == 404, who
    for who in ("office", "leader"):
        assert "CANARY" in cast.client(who).get(url).content.decode()
    plans.approve(plan=plan, by=cast.leader)
    assert cast.client("water.officer").get(url).status_code == 200


def test_an_inspection_is_held_by_a_line_of_an_approved_plan_and_its_units_are_called(cast):
    plan = sent(cast)
    line = plan.lines.get()
    with pytest.raises(DomainError) as error:
        drawn(cast, line=line)
    assert error.value.field == "line"
    plans.approve(plan=plan, by=cast.leader)
    row = drawn(cast, line=plan.lines.get())
    assert set(row.units.values_list("agency__code", flat=True)) == {"office", "nr", "water"}
    page = cast.client("office").get(f"/ledgers/plans/{plan.pk}/").content.decode()
    assert row.title in page
    inspections.cancel(inspection=row, member=cast.office, reason="改期")


def test_the_whole_way_by_the_pages(cast):
    office, leader = cast.client("office"), cast.client("leader")
    office.post(
        "/ledgers/plans/new/",
        {"agency": "office", "year": "2026", "title": "年度计划", "token": uuid.uuid4()},
    )
    plan = InspectionPlan.objects.get()
    url = f"/ledgers/plans/{plan.pk}/"
    bad = office.post(f"{url}lines/", {"period": "明年", "theme": "矿业秩序", "version": plan.version})
    assert bad.status_code == 400 and "矿业秩序" in bad.content.decode()
    line = {"period": "2026-Q3", "theme": "矿业秩序", "agencies": ["nr", "tax"]}
    assert office.post(f"{url}lines/", line | {"version": plan.version}).status_code == 302
    plan.refresh_from_db()
    page = office.get(url).content.decode()
    assert "2026年第三季度" in page and "自然资源局、税务局" in page and "报县政府审批" in page
    edited = line | {"theme": "税费缴纳", "version": plan.version}
    assert office.post(f"{url}lines/{plan.lines.get().pk}/", edited).status_code == 302
    plan.refresh_from_db()
    assert office.post(f"{url}submit/", {"version": plan.version}).status_code == 302
    assert "报审的人不能审批自己报的计划" in office.get(url).content.decode()
    plan.refresh_from_db()
    assert "批准" in leader.get(url).content.decode()
    assert leader.post(f"{url}approve/", {"version": 1}).status_code == 409
    assert leader.post(f"{url}approve/", {"version": plan.version, "reason": "3号"}).status_code == 302
    plan.refresh_from_db()
    assert (plan.status, plan.number) == ("approved", "3号")
    assert "年度计划" in office.get("/ledgers/plans/?year=2026&status=approved").content.decode()
    assert "组织检查" in office.get(url).content.decode()
