"""包联: leaders answer for areas, visits prove, a serious lead reaches them, a leaver's areas go on."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from uuid import uuid4

import pytest
import time_machine
from PIL import Image

from agencies.actions import handover, members
from agencies.models import Division, Member
from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry, Notice, StoredFile
from core.registry import resolve
from duties import acts
from duties.actions import visits
from duties.actions.opening import open_ahead, realign
from duties.actual import owed_in_campaign
from duties.areas import leaders_of
from duties.models import Assignment, Campaign, Duty, Proof, Task, Visit
from ledgers.actions.entries import correct, file_entry, withdraw
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI
from tests.duties.make_tasks import at, rule
from tests.ledgers.make import digging, site

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 16, 10, tzinfo=SHANGHAI)
TODAY = NOW.date()
CANARY = "孙某家后山有新开的洞口"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def area(name: str) -> Division:
    return Division.objects.get(name=name)


def assign(cast, by="office", leader="leader", place="上湾村", **more) -> Assignment:
    values = {"valid_from": dt.date(2026, 11, 1), "basis": "示政办〔2026〕1号"}
    return visits.assign(
        by=cast.member(by), leader=cast.member(leader), division=area(place), **(values | more)
    )


def visit(cast, row: Assignment, by="leader", **more) -> Visit:
    values = {"at": NOW - dt.timedelta(hours=1), "way": "routine", "text": CANARY}
    return visits.file_visit(member=cast.member(by), assignment=row, **(values | more))


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "JPEG")
    out.name = "a.jpg"
    out.seek(0)
    return out


def task(cast, kind="visit") -> Task:
    campaign = Campaign.objects.create(
        county=cast.county, key="pg", name="推进机制", starts_on=dt.date(2026, 1, 1), status="running"
    )
    return Task.objects.create(
        campaign=campaign,
        code="PG-V1",
        kind=kind,
        name="包联督导",
        deadline="quota",
        proof_kind="visit",
        role="leader",
    )


def owed(row: Assignment, due: dt.datetime) -> Duty:
    """A duty as the rule of a visit opens it."""
    return Duty.objects.create(
        key=f"999921/pg/PG-V1:county:{due:%Y-%m}:a{row.pk}",
        kind="visit",
        title="包联督导",
        agency=row.leader.agency,
        role="leader",
        member=row.leader,
        proof_kind=f"visit.{row.pk}",
        window_start=due.replace(day=1, hour=0, minute=0, second=0),
        window_end=due + dt.timedelta(seconds=1),
        due_at=due,
    )


def month_end(month: int = 11) -> dt.datetime:
    last = {11: dt.date(2026, 11, 30), 12: dt.date(2026, 12, 31)}[month]
    return dt.datetime.combine(last, dt.time(23, 59, 59), tzinfo=SHANGHAI)


# assigning -----------------------------------------------------------------------------------------


def test_the_office_assigns_once_and_the_leader_hears_of_it(cast):
    token = uuid4()
    assert assign(cast, token=token).pk == assign(cast, token=token).pk
    notice = Notice.objects.get(kind="assignment.made")
    assert notice.member == cast.leader and "上湾" not in notice.text


def test_a_townships_head_assigns_the_own_villages_only(cast):
    assert assign(cast, by="qingshi.head", leader="qingshi.deputy").leader == cast.qingshi_deputy
    with pytest.raises(NotAllowed):
        assign(cast, by="qingshi.head", leader="qingshi.deputy", place="青石镇")
    with pytest.raises(NotAllowed):
        assign(cast, by="qingshi.head", leader="qingshi.deputy", place="白杨村")


@pytest.mark.parametrize(
    "who", ["qingshi.filler", "shangwan.head", "nr.head", "custodian", "auditor", "sysadmin"]
)
def test_others_do_not_assign(cast, who):
    with pytest.raises(NotAllowed):
        assign(cast, by=who)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"leader": "qingshi.filler"}, "leader"),
        ({"leader": "baiyang.head"}, "leader"),
        ({"leader": "shangwan.head"}, "leader"),
        ({"valid_to": dt.date(2026, 10, 1)}, "valid_to"),
        ({"basis": "据" * 201}, "basis"),
    ],
)
def test_a_bad_assignment_is_refused_at_its_field(cast, more, field):
    with pytest.raises(DomainError) as caught:
        assign(cast, **more)
    assert caught.value.field == field and not Assignment.objects.exists()


def test_a_county_is_no_area_and_a_task_must_be_a_visit(cast):
    with pytest.raises(NotAllowed):
        assign(cast, place="示范县")
    with pytest.raises(DomainError) as caught:
        assign(cast, task=task(cast, kind="meeting"))
    assert caught.value.field == "task"


def test_the_same_days_twice_are_refused(cast):
    assign(cast, valid_to=dt.date(2026, 11, 30))
    with pytest.raises(DomainError, match="已经包联"):
        assign(cast, valid_from=dt.date(2026, 11, 30))
    assign(cast, valid_from=dt.date(2026, 12, 1))


def test_leaders_answer_for_the_village_and_its_township_on_those_days(cast):
    assign(cast, leader="qingshi.head", valid_to=dt.date(2026, 11, 20))
    assign(cast, place="青石镇")
    assign(cast, leader="nr.head", place="白杨村")
    names = [one.username for one in leaders_of(area("上湾村"), dt.date(2026, 11, 20))]
    assert sorted(names) == ["leader", "qingshi.head"]
    assert [one.username for one in leaders_of(area("上湾村"), dt.date(2026, 11, 21))] == ["leader"]
    assert [one.username for one in leaders_of(area("青石镇"))] == ["leader"]
    assert leaders_of(area("上湾村"), dt.date(2026, 10, 31)) == [] and leaders_of(area("示范县")) == []
    members.disable(member=cast.leader, by=cast.sysadmin)
    assert [one.username for one in leaders_of(area("下湾村"))] == []


def test_an_end_lets_go_of_what_is_due_later(cast):
    row = assign(cast)
    now_due, later = owed(row, month_end(11)), owed(row, month_end(12))
    with pytest.raises(NotAllowed):
        visits.end_assignment(
            assignment=row, by=cast.qingshi_filler, on=TODAY, reason="调整", expected_version=row.version
        )
    with pytest.raises(DomainError, match="原因"):
        visits.end_assignment(
            assignment=row, by=cast.office, on=TODAY, reason=" ", expected_version=row.version
        )
    visits.end_assignment(
        assignment=row, by=cast.office, on=dt.date(2026, 11, 30), reason="调整", expected_version=row.version
    )
    now_due.refresh_from_db()
    later.refresh_from_db()
    assert (now_due.status, later.status) == ("open", "cancelled")
    with pytest.raises(Conflict):
        visits.end_assignment(assignment=row, by=cast.office, on=TODAY, reason="再次", expected_version=1)


# visiting ------------------------------------------------------------------------------------------


def test_a_visit_proves_its_own_area_and_its_withdrawal_takes_it_back(cast):
    row, other = assign(cast), assign(cast, place="白杨村")
    mine, theirs = owed(row, month_end()), owed(other, month_end())
    token = uuid4()
    seen = visit(cast, row, token=token, photos=[picture()])
    assert visit(cast, row, token=token).pk == seen.pk
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.status, theirs.status) == ("fulfilled", "open")
    assert StoredFile.objects.get(subject_kind="duties.visit").kind == "photo"
    assert Proof.objects.get().agency == cast.unit("county")
    with pytest.raises(DomainError, match="原因"):
        visits.withdraw_visit(visit=seen, by=cast.leader, reason="", expected_version=1)
    visits.withdraw_visit(visit=seen, by=cast.leader, reason="日期有误", expected_version=1)
    mine.refresh_from_db()
    assert mine.status == "open"
    with pytest.raises(Conflict):
        visits.withdraw_visit(visit=seen, by=cast.leader, reason="再次", expected_version=1)


@pytest.mark.parametrize(
    ("who", "may"), [("leader", True), ("office", True), ("qingshi.head", False), ("nr.head", False)]
)
def test_a_county_leaders_visit_is_registered_by_the_leader_or_the_office(cast, who, may):
    row = assign(cast)
    if may:
        assert visit(cast, row, by=who).filed_by == cast.member(who)
    else:
        with pytest.raises(NotAllowed):
            visit(cast, row, by=who)


def test_the_townships_staff_registers_for_its_head(cast):
    row = assign(cast, leader="qingshi.head")
    assert visit(cast, row, by="qingshi.filler").agency == cast.unit("qingshi")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"way": "run"}, "way"),
        ({"text": " "}, "text"),
        ({"text": "字" * 4001}, "text"),
        ({"place": "字" * 201}, "place"),
        ({"at": NOW + dt.timedelta(minutes=6)}, "at"),
        ({"at": dt.datetime(2026, 10, 31, 23, tzinfo=SHANGHAI)}, "at"),
        ({"photos": [None] * 13}, "photos"),
    ],
)
def test_a_bad_visit_is_refused_at_its_field(cast, more, field):
    row = assign(cast)
    with pytest.raises(DomainError) as caught:
        visit(cast, row, **more)
    assert caught.value.field == field and not Visit.objects.exists()


def test_a_bad_photo_leaves_nothing_behind(cast):
    row = assign(cast)
    broken = io.BytesIO(b"no picture")
    broken.name = "a.jpg"
    with pytest.raises(DomainError, match="不是能打开的照片"):
        visit(cast, row, photos=[picture(), broken])
    assert not Visit.objects.exists() and not StoredFile.objects.exists() and not Proof.objects.exists()


def test_a_visit_is_not_registered_after_the_assignment(cast):
    row = assign(cast, valid_to=dt.date(2026, 11, 10))
    with pytest.raises(DomainError) as caught:
        visit(cast, row)
    assert caught.value.field == "at"


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("leader", True),
        ("office", True),
        ("nr.officer", False),
        ("qingshi.head", False),
        ("police.officer", False),
    ],
)
def test_a_county_visit_is_no_business_of_the_township(cast, who, sees):
    row = assign(cast)
    seen = visit(cast, row, way="secret", photos=[picture()])
    member, client = cast.member(who), cast.client(who)
    assert Visit.objects.visible_to(member).exists() is sees
    assert (resolve("duties.visit", str(seen.pk), member) is not None) is sees
    assert client.get(f"/duties/visits/records/{seen.pk}/").status_code == (200 if sees else 404)
    photo = StoredFile.objects.get()
    assert client.get(f"/files/{photo.pk}/").status_code == (200 if sees else 404)
    page = client.get(f"/duties/visits/areas/{row.pk}/").content.decode()
    assert (f"/duties/visits/records/{seen.pk}/" in page) is sees
    listed = client.get("/duties/visits/records/").content.decode()
    assert (f"/duties/visits/records/{seen.pk}/" in listed) is sees


def test_an_open_visit_is_read_county_wide(cast):
    seen = visit(cast, assign(cast))
    assert cast.client("nr.officer").get(f"/duties/visits/records/{seen.pk}/").status_code == 200


def test_what_was_seen_stands_in_no_notice_and_no_audit(cast):
    seen = visit(cast, assign(cast))
    visits.withdraw_visit(visit=seen, by=cast.leader, reason="重复", expected_version=1)
    assert not any("孙某" in str(entry.facts) for entry in AuditEntry.objects.all())
    assert not any("孙某" in notice.text for notice in Notice.objects.all())


def test_the_to_do_leads_to_the_form_with_the_area_chosen(cast):
    row = assign(cast)
    duty = owed(row, month_end())
    assert acts.link(duty) == (f"/duties/visits/new/?assignment={row.pk}", "去登记")
    client = cast.client("leader")
    page = client.get(f"/duties/visits/new/?assignment={row.pk}")
    assert str(page.context["form"].initial["assignment"]) == str(row.pk)
    sent = {"assignment": row.pk, "at": "2026-11-16T09:00", "way": "surprise", "text": "沟口设了卡"}
    assert client.post("/duties/visits/new/", sent | {"at": "昨天"}).status_code == 400
    assert client.post("/duties/visits/new/", sent | {"agency": 1, "filed_by": 1}).status_code == 302
    duty.refresh_from_db()
    assert duty.status == "fulfilled"
    seen = Visit.objects.get()
    assert seen.at == dt.datetime(2026, 11, 16, 9, tzinfo=SHANGHAI) and seen.filed_by == cast.leader
    where = f"/duties/visits/records/{seen.pk}/"
    assert "确认撤回" in client.get(where).content.decode()
    assert client.post(f"{where}withdraw/", {"reason": "重复"}).status_code == 409
    assert (
        cast.client("nr.officer").post(f"{where}withdraw/", {"reason": "x", "version": 1}).status_code == 403
    )
    assert client.post(f"{where}withdraw/", {"reason": "重复", "version": 1}).status_code == 302


def test_pages_assign_and_end(cast):
    office = cast.client("office")
    assert cast.client("qingshi.filler").get("/duties/visits/assign/").status_code == 404
    assert cast.client("police.officer").get("/duties/visits/new/").status_code == 404
    sent = {
        "leader": cast.leader.pk,
        "division": area("青石镇").pk,
        "valid_from": "2026-11-01",
        "task": task(cast).pk,
    }
    assert office.post("/duties/visits/assign/", sent).status_code == 302
    row = Assignment.objects.get()
    assert row.task.code == "PG-V1" and row.county == cast.county
    assert "青石镇" in cast.client("baiyang.filler").get("/duties/visits/").content.decode()
    ending = f"/duties/visits/areas/{row.pk}/end/"
    assert cast.client("qingshi.filler").get(ending).status_code == 404
    assert (
        office.post(ending, {"on": "2026-11-15", "reason": "调整", "version": row.version}).status_code == 302
    )
    assert office.get("/duties/visits/").context["rows"] == []
    assert "已结束" in office.get("/duties/visits/?state=all").content.decode()
    for who in ("auditor", "sysadmin"):
        assert cast.client(who).get("/duties/visits/").status_code == 404


# serious leads -------------------------------------------------------------------------------------


def told(kind="lead.alarm") -> set[str]:
    return {notice.member.username for notice in Notice.objects.filter(kind=kind)}


def dig(cast):
    return file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())


def test_a_serious_lead_reaches_and_opens_for_the_leaders_of_the_area(cast):
    assign(cast)
    assign(cast, leader="police.head", place="青石镇")
    assign(cast, leader="nr.head", place="白杨镇")
    lead = Lead.objects.get(entry=dig(cast))
    assert told() == {"qingshi.deputy", "qingshi.head", "nr.officer", "office", "leader", "police.head"}
    named = lead.matter.access.filter(member__isnull=False)
    assert {(one.member.username, one.relation, one.basis) for one in named} == {
        ("leader", "invited", "包联责任人"),
        ("police.head", "invited", "包联责任人"),
    }
    for who, sees in (
        ("leader", True),
        ("police.head", True),
        ("police.officer", False),
        ("baiyang.head", False),
    ):
        assert Lead.objects.visible_to(cast.member(who)).exists() is sees
        assert cast.client(who).get(f"/cases/leads/{lead.pk}/").status_code == (200 if sees else 404)
    assert all("上湾" not in notice.text for notice in Notice.objects.filter(kind="lead.alarm"))


def test_a_late_entry_alarms_no_leader(cast):
    assign(cast, valid_from=dt.date(2026, 1, 1))
    old = digging(patrolled_on=TODAY - dt.timedelta(days=31))
    file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=old)
    assert told() == set() and not Lead.objects.visible_to(cast.leader).exists()


def test_a_past_leader_is_not_told(cast):
    assign(cast, valid_to=TODAY - dt.timedelta(days=1))
    dig(cast)
    assert "leader" not in told()


def test_a_withdrawn_lead_is_told_to_the_leader_too(cast):
    assign(cast)
    entry = dig(cast)
    withdraw(entry=entry, member=cast.shangwan_filler, reason="误填")
    assert "leader" in told("lead.withdrawn")


def test_a_corrected_place_reaches_the_leader_of_that_place_once(cast):
    assign(cast)
    assign(cast, leader="police.head", place="下湾村")
    here, there = site(cast), site(cast, village="xiawan", name="下湾沟采石场")
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    entry = file_entry(member=member, agency=agency, row=digging(site=here))
    assert "leader" in told() and "police.head" not in told()
    moved = digging(site=there, location="青石镇下湾村")
    entry = correct(entry=entry, row=moved, reason="地点写错", member=member)
    assert "police.head" in told() and Lead.objects.visible_to(cast.police_head).exists()
    count = Notice.objects.filter(kind="lead.alarm").count()
    correct(entry=entry, row=replace(moved, people=3), reason="人数写错", member=member)
    assert Notice.objects.filter(kind="lead.alarm").count() == count


def test_the_assignment_counts_serious_leads_as_far_as_the_reader_may_see(cast):
    row = assign(cast)
    dig(cast)
    url = f"/duties/visits/areas/{row.pk}/"
    for who, count in (
        ("leader", 1),
        ("office", 1),
        ("qingshi.filler", 1),
        ("baiyang.filler", 0),
        ("police.head", 0),
    ):
        (line,) = [one for one in cast.client(who).get(url).context["lines"] if "线索" in one.label]
        assert (line.count, len(line.links)) == (count, count)


# leaving -------------------------------------------------------------------------------------------


def second(cast) -> Member:
    return members.add(
        by=cast.sysadmin, username="leader.two", name="乙", agency=cast.unit("county"), roles=["leader"]
    ).member


def test_a_leavers_areas_go_to_the_colleague(cast):
    row, coming = assign(cast), assign(cast, place="白杨镇", valid_from=dt.date(2026, 12, 1))
    old_duty = owed(row, month_end())
    target = second(cast)
    moved = handover.hand_over(source=cast.leader, target=target, by=cast.sysadmin)
    assert moved["assignment"] == 2
    row.refresh_from_db()
    coming.refresh_from_db()
    old_duty.refresh_from_db()
    assert row.valid_to == TODAY - dt.timedelta(days=1) and coming.leader == target
    assert old_duty.status == "cancelled"
    assert leaders_of(area("上湾村")) == [target] and not visits.open_assignments(cast.leader).exists()
    assert Assignment.objects.get(leader=target, division=row.division).basis == row.basis


def test_a_visit_of_today_stays_with_who_made_it(cast):
    row = assign(cast, valid_from=TODAY)
    visit(cast, row)
    target = second(cast)
    handover.hand_over(source=cast.leader, target=target, by=cast.sysadmin)
    row.refresh_from_db()
    assert row.valid_to == TODAY and Visit.objects.get().assignment.leader == cast.leader
    assert leaders_of(area("上湾村"), TODAY + dt.timedelta(days=1)) == [target]


# -- who owes the visits ---------------------------------------------------------------------------


def monthly(cast) -> Task:
    """PG-V1 with its rule, loaded in September: at least one visit a month."""
    made = task(cast)
    rule(made, {"kind": "monthly", "days": [31], "window": "current"}, loaded=at(2026, 9, 1))
    return made


def page_of(cast, who: str, made: Task) -> str:
    return cast.client(who).get(f"/duties/campaigns/{made.campaign_id}/tasks/{made.pk}/").content.decode()


def test_a_task_of_visits_says_that_nobody_owes_them_until_an_area_is_assigned(cast):
    made = monthly(cast)
    link = f'href="/duties/visits/assign/?task={made.pk}"'
    page = page_of(cast, "office", made)
    assert "还没有包联安排" in page and link in page and "没有责任人</span>" in page
    form = cast.client("office").get(f"/duties/visits/assign/?task={made.pk}").context["form"]
    assert f'<option value="{made.pk}" selected>' in str(form["task"])
    page = page_of(cast, "nr.officer", made)
    assert "还没有包联安排" in page and link not in page and "由专班办公室安排包联" in page
    row = assign(cast, task=made)
    page = page_of(cast, "office", made)
    assert "还没有包联安排" not in page and f'href="/duties/visits/areas/{row.pk}/"' in page
    Assignment.objects.filter(pk=row.pk).update(valid_to=TODAY - dt.timedelta(days=1))
    assert "还没有包联安排" in page_of(cast, "office", made)


def test_other_tasks_and_ended_campaigns_say_nothing_of_it(cast):
    assert "还没有包联安排" not in page_of(cast, "office", task(cast, kind="task"))
    made = Task.objects.get()
    Task.objects.update(kind="visit")
    assert "还没有包联安排" in page_of(cast, "office", made)
    Campaign.objects.update(status="ended")
    assert "还没有包联安排" not in page_of(cast, "office", made)


def test_an_assignment_that_runs_is_tied_and_owes_from_that_day_on(cast):
    made = monthly(cast)
    row = assign(cast, valid_from=dt.date(2026, 9, 5))
    visit(cast, row)  # of this month, before it was tied
    visits.tie(assignment=row, by=cast.office, task=made, expected_version=row.version + 1)
    row.refresh_from_db()
    assert (row.task, row.owes_from) == (made, TODAY)
    open_ahead()
    owed_ = Duty.objects.filter(proof_kind=f"visit.{row.pk}").order_by("due_at")
    found = [(f"{duty.due_at.astimezone(SHANGHAI):%m-%d}", duty.status) for duty in owed_]
    assert found[0] == ("11-30", "fulfilled") and all(status == "open" for _, status in found[1:])
    realign(made.campaign, apply=True)  # nor does a changed campaign ask for September and October
    assert owed_.first().due_at.astimezone(SHANGHAI).month == 11
    rows = owed_in_campaign(made.campaign, dt.date(2026, 9, 1), dt.date(2026, 11, 30))
    assert [f"{one.due_at:%m-%d}" for one in rows] == ["11-30"]
    assert AuditEntry.objects.filter(verb="assignment.tied", actor=cast.office).count() == 1


def test_a_tied_assignment_handed_over_keeps_its_first_day(cast):
    made, row = monthly(cast), assign(cast, leader="qingshi.head")
    visits.tie(assignment=row, by=cast.office, task=made, expected_version=row.version)
    visits.pass_on(source=cast.qingshi_head, target=cast.qingshi_deputy, by=cast.office)
    anew = Assignment.objects.get(leader=cast.qingshi_deputy)
    assert (anew.task, anew.owes_from) == (made, TODAY)


def test_what_may_not_be_tied(cast):
    made, row = monthly(cast), assign(cast)
    with pytest.raises(NotAllowed):
        visits.tie(assignment=row, by=cast.nr_officer, task=made, expected_version=row.version)
    with pytest.raises(Conflict):
        visits.tie(assignment=row, by=cast.office, task=made, expected_version=row.version + 1)
    Task.objects.filter(pk=made.pk).update(kind="task")
    with pytest.raises(DomainError, match="包联任务"):
        visits.tie(assignment=row, by=cast.office, task=Task.objects.get(), expected_version=row.version)
    Task.objects.filter(pk=made.pk).update(kind="visit")
    visits.tie(assignment=row, by=cast.office, task=made, expected_version=row.version)
    row = Assignment.objects.select_related("task__campaign").get()
    with pytest.raises(DomainError, match="已经对应"):
        visits.tie(assignment=row, by=cast.office, task=made, expected_version=row.version)
    ended = assign(
        cast, leader="qingshi.head", valid_from=dt.date(2026, 10, 1), valid_to=dt.date(2026, 11, 2)
    )
    with pytest.raises(DomainError, match="已结束"):
        visits.tie(assignment=ended, by=cast.office, task=made, expected_version=ended.version)


def test_an_assignment_is_tied_in_the_browser(cast):
    made, row = monthly(cast), assign(cast)
    client, url = cast.client("office"), f"/duties/visits/areas/{row.pk}/"
    assert f'href="{url}task/"' in client.get(url).content.decode()
    assert f'href="{url}task/"' not in cast.client("nr.officer").get(url).content.decode()
    assert cast.client("nr.officer").get(f"{url}task/").status_code == 404
    assert client.post(f"{url}task/", {"task": "", "version": row.version}).status_code == 400
    form = client.get(f"{url}task/")
    assert form.status_code == 200
    sent = {"task": made.pk, "version": form.context["version"]}
    assert client.post(f"{url}task/", sent).status_code == 302
    page = client.get(url).content.decode()
    assert made.name in page and f'href="{url}task/"' not in page
    assert client.post(f"{url}task/", sent).status_code in (400, 409)
