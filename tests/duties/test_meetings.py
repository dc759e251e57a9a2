"""Meetings: planned, held, minuted, reported; what they prove, open and take back; who sees what."""

import datetime as dt
import io
import uuid

import docx
import pytest
import time_machine

from agencies.models import Acting
from core.errors import Conflict, DomainError, NotAllowed
from core.models import Access, AuditEntry, Matter, Notice
from duties import actions, agenda
from duties.actions import meetings
from duties.actions.meetings import Attended, DecisionRow
from duties.agenda import AgendaRow
from duties.models import Campaign, Decision, Duty, Meeting, Proof, Task, TaskParty
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI, day_end, midnight

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)  # a Monday
LATER = NOW + dt.timedelta(days=2)
CANARY = "金丝雀沟旧井口"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def task(cast):
    """联席会议 once a quarter, hosted by the joint office."""
    campaign = Campaign.objects.create(
        county=cast.county, key="pg", name="抓落实机制", starts_on=dt.date(2026, 1, 1), status="running"
    )
    task = Task.objects.create(
        campaign=campaign, code="PG-M1", kind="meeting", name="联席会议", deadline="quota", role="office"
    )
    Task.objects.filter(pk=task.pk).update(proof_kind=f"meeting.{task.pk}")
    task.refresh_from_db()
    TaskParty.objects.create(task=task, agency=cast.unit("office"), side="host")
    return task


def owed(task, agency):
    return Duty.objects.create(
        key="pg-m1",
        kind="meeting",
        title="联席会议",
        agency=agency,
        role="office",
        proof_kind=task.proof_kind,
        window_start=midnight(dt.date(2026, 1, 1)),
        window_end=midnight(dt.date(2026, 4, 1)),
        due_at=day_end(dt.date(2026, 3, 31)),
    )


def planned(cast, by="office", unit="office", units=("nr", "qingshi"), **facts):
    values = {"title": "联席会议", "planned_at": LATER, "place": "三楼会议室"} | facts
    return meetings.plan(
        by=cast.member(by), agency=cast.unit(unit), units=[cast.unit(code) for code in units], **values
    )


def held(cast, meeting=None, at=NOW, **facts):
    meeting = meeting or planned(cast)
    seats = [Attended(unit, "present", "张承办") for unit in meetings.called(meeting)]
    values = {"held_at": at, "chair": "专班办公室主任", "attendance": seats} | facts
    return meetings.hold(meeting=meeting, by=cast.member(meeting.created_by.username), **values)


def minuted(cast, meeting=None, decisions=None, **facts):
    meeting = meeting or held(cast)
    rows = decisions or [DecisionRow("封堵废弃井口", cast.unit("qingshi"), dt.date(2026, 3, 10))]
    values = {"minutes": "会议听取汇报。\n会议议定如下。", "reports_to": cast.unit("county")} | facts
    return meetings.issue_minutes(meeting=meeting, by=cast.office, decisions=rows, **values)


def step(key):
    return Duty.objects.get(key=key)


# plan -----------------------------------------------------------------------------------------------


def test_called_units_are_told_without_a_word_of_the_meeting(cast):
    planned(cast, title=CANARY)
    rows = Notice.objects.filter(kind="meeting.called")
    assert {notice.member.agency.code for notice in rows} == {"nr", "qingshi"}
    assert not rows.filter(text__contains=CANARY).exists()


def test_a_meeting_recorded_afterwards_calls_nobody(cast):
    planned(cast, planned_at=NOW - dt.timedelta(days=1))
    assert not Notice.objects.filter(kind="meeting.called").exists()


@pytest.mark.parametrize("who", ["nr.officer", "qingshi.filler", "sysadmin"])
def test_another_unit_cannot_plan_for_the_office(cast, who):
    with pytest.raises(NotAllowed):
        planned(cast, by=who)
    assert not Meeting.objects.exists()


def test_bad_plans_name_their_field(cast, task):
    with pytest.raises(DomainError, match="会议名称") as empty:
        planned(cast, title=" ")
    with pytest.raises(DomainError, match="不由本单位牵头") as foreign:
        planned(cast, by="nr.officer", unit="nr", units=(), task=task)
    with pytest.raises(DomainError, match="上湾村") as far:
        planned(cast, units=("shangwan",))
    assert [error.value.field for error in (empty, foreign, far)] == ["title", "task", "units"]


@pytest.mark.parametrize("year", ["0001", "1926", "2126", "9999"])
def test_a_slip_of_the_year_is_told_at_its_field(cast, year):
    sent = {"agency": cast.unit("office").pk, "title": "会", "planned_at": f"{year}-03-02T08:00"}
    answer = cast.client("office").post("/duties/meetings/new/", sent)
    assert answer.status_code == 400 and "请检查年份" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_a_township_calls_its_own_villages(cast):
    meeting = planned(cast, by="qingshi.filler", unit="qingshi", units=("shangwan", "xiawan"))
    assert [unit.code for unit in meetings.called(meeting)] == ["shangwan", "xiawan"]
    with pytest.raises(DomainError):
        planned(cast, by="qingshi.filler", unit="qingshi", units=("hekou",))


def test_the_same_form_twice_is_one_meeting(cast):
    token = uuid.uuid4()
    assert planned(cast, token=token) == planned(cast, token=token)
    assert Meeting.objects.count() == 1


# hold -----------------------------------------------------------------------------------------------


def test_holding_proves_the_task_at_the_time_it_was_held(cast, task):
    duty = owed(task, cast.unit("office"))
    meeting = held(cast, planned(cast, task=task), at=NOW - dt.timedelta(hours=1))
    duty.refresh_from_db()
    proof = Proof.objects.get()
    assert (duty.status, proof.kind) == ("fulfilled", f"meeting.{task.pk}")
    assert (proof.at, proof.agency.code) == (NOW - dt.timedelta(hours=1), "office")
    assert meeting.status == "held"


def test_a_joint_meeting_counts_for_the_first_host(cast, task):
    TaskParty.objects.create(task=task, agency=cast.unit("nr"), side="host", order=2)
    Task.objects.filter(pk=task.pk).update(joint=True)
    duty = owed(task, cast.unit("office"))
    held(
        cast, planned(cast, by="nr.officer", unit="nr", units=("police",), task=Task.objects.get(pk=task.pk))
    )
    duty.refresh_from_db()
    assert duty.status == "fulfilled"


def test_a_meeting_of_no_task_proves_nothing(cast):
    held(cast)
    assert not Proof.objects.exists()


def test_every_called_unit_must_be_accounted_for(cast):
    meeting = planned(cast)
    with pytest.raises(DomainError, match="青石镇"):
        held(cast, meeting, attendance=[Attended(cast.unit("nr"), "present", "")])
    with pytest.raises(DomainError, match="没有通知"):
        seats = [Attended(cast.unit(code), "present") for code in ("nr", "qingshi", "police")]
        held(cast, meeting, attendance=seats)
    meeting.refresh_from_db()
    assert meeting.status == "planned"


def test_a_meeting_to_come_cannot_be_held_and_needs_a_chair(cast):
    meeting = planned(cast)
    with pytest.raises(DomainError, match="晚于现在"):
        held(cast, meeting, at=NOW + dt.timedelta(minutes=1))
    with pytest.raises(DomainError, match="主持人"):
        held(cast, meeting, chair="")


def test_the_second_of_two_colleagues_gets_a_conflict(cast):
    meeting = planned(cast)
    held(cast, meeting, version=1)
    with pytest.raises(Conflict, match="登记召开"):
        held(cast, Meeting.objects.get(pk=meeting.pk), version=1)


def test_taking_back_a_held_meeting_reopens_the_duty(cast, task):
    duty = owed(task, cast.unit("office"))
    meeting = held(cast, planned(cast, task=task))
    with pytest.raises(DomainError, match="原因"):
        meetings.cancel(meeting=meeting, by=cast.office, reason=" ")
    meetings.cancel(meeting=meeting, by=cast.office, reason="登记错误")
    duty.refresh_from_db()
    meeting.refresh_from_db()
    assert (duty.status, duty.done, meeting.status) == ("open", 0, "cancelled")


# minutes and decisions ------------------------------------------------------------------------------


def test_each_decision_is_owed_by_its_unit_with_its_date(cast):
    meeting = minuted(cast)
    decision = Decision.objects.get()
    duty = step(f"decision:{decision.pk}")
    assert (duty.agency.code, duty.role, duty.status) == ("qingshi", "filler", "open")
    assert duty.due_at == day_end(dt.date(2026, 3, 10)) and decision.duty == duty
    assert meeting.number == "〔2026〕第1期"


def test_numbers_of_minutes_run_on_by_unit(cast):
    minuted(cast)
    assert minuted(cast).number == "〔2026〕第2期"
    assert minuted(cast, number="专班纪要3号").number == "专班纪要3号"


def test_the_report_is_due_the_next_working_day(cast):
    meeting = minuted(cast)
    duty = step(f"meeting:{meeting.pk}:report")
    assert (duty.agency.code, duty.recipient.code) == ("office", "county")
    assert duty.due_at == day_end(dt.date(2026, 3, 3)) and "约定" in duty.basis


def test_reporting_closes_the_step_and_opens_the_minutes_to_the_recipient(cast):
    meeting = minuted(cast)
    meetings.report(meeting=meeting, by=cast.office)
    assert step(f"meeting:{meeting.pk}:report").status == "fulfilled"
    assert Notice.objects.filter(kind="meeting.reported", member=cast.leader).exists()
    with pytest.raises(Conflict):
        meetings.report(meeting=Meeting.objects.get(pk=meeting.pk), by=cast.office, version=meeting.version)


def test_minutes_without_report_open_no_step(cast):
    meeting = minuted(cast, reports_to=None)
    assert not Duty.objects.filter(key=f"meeting:{meeting.pk}:report").exists()
    with pytest.raises(DomainError, match="没有指定"):
        meetings.report(meeting=meeting, by=cast.office)


@pytest.mark.parametrize(
    ("decisions", "words"),
    [
        (lambda cast: [DecisionRow("晚", cast.unit("qingshi"), dt.date(2026, 3, 1))], "早于会议日期"),
        (lambda cast: [DecisionRow("远", cast.unit("hekou"))], "不在本县范围"),
        (lambda cast: [DecisionRow("长" * 501, cast.unit("qingshi"))], "500字"),
    ],
)
def test_bad_decisions_issue_nothing(cast, decisions, words):
    meeting = held(cast)
    with pytest.raises(DomainError, match=words):
        minuted(cast, meeting, decisions(cast))
    meeting.refresh_from_db()
    assert meeting.status == "held" and not Decision.objects.exists()


def test_a_decision_is_closed_in_words_once(cast):
    minuted(cast)
    decision = Decision.objects.get()
    meetings.close_decision(decision=decision, by=cast.qingshi_filler, text="已封堵。")
    assert step(f"decision:{decision.pk}").status == "fulfilled"
    with pytest.raises(Conflict):
        meetings.close_decision(decision=decision, by=cast.qingshi_head, text="再办一次")
    decision.refresh_from_db()
    assert decision.result == "已封堵。"


def test_a_decision_is_closed_by_a_document_that_only_its_readers_open(cast):
    minuted(cast)
    decision = Decision.objects.get()
    upload = io.BytesIO(b"%PDF-1.4 test")
    meetings.close_decision(decision=decision, by=cast.qingshi_filler, uploads=[("整改.pdf", upload)])
    page = cast.client("qingshi.head").get(f"/duties/decisions/{decision.pk}/").content.decode()
    assert "整改.pdf" in page
    url = page.split('href="/files/')[1].split('"')[0]
    assert cast.client("office").get(f"/files/{url}").status_code == 200
    assert cast.client("baiyang.filler").get(f"/files/{url}").status_code == 404


def test_closing_needs_words_or_a_document_and_the_right_unit(cast):
    minuted(cast)
    decision = Decision.objects.get()
    with pytest.raises(DomainError, match="办结情况"):
        meetings.close_decision(decision=decision, by=cast.qingshi_filler, text=" ")
    for who in ("baiyang.filler", "office", "nr.officer"):
        with pytest.raises(NotAllowed):
            meetings.close_decision(decision=decision, by=cast.member(who), text="代办")


def test_an_acting_person_closes_it_too(cast):
    minuted(cast)
    Acting.objects.create(
        agency=cast.unit("qingshi"),
        role="head",
        member=cast.baiyang_head,
        valid_from=dt.date(2026, 3, 1),
        basis="主持工作",
    )
    decision = Decision.objects.get()
    meetings.close_decision(decision=decision, by=cast.baiyang_head, text="已封堵。")
    assert step(f"decision:{decision.pk}").status == "fulfilled"


def test_a_step_without_holder_passes_to_the_unit_above(cast):
    cast.unit("qingshi").members.update(is_active=False)
    minuted(cast)
    decision = Decision.objects.get()
    above = cast.leader
    assert cast.client("leader").get(f"/duties/decisions/{decision.pk}/").status_code == 200
    meetings.close_decision(decision=decision, by=above, text="已封堵。")
    assert step(f"decision:{decision.pk}").status == "fulfilled"


def test_taking_back_a_minuted_meeting_cancels_what_is_open_and_keeps_what_is_done(cast):
    rows = [DecisionRow("甲", cast.unit("qingshi")), DecisionRow("乙", cast.unit("baiyang"))]
    meeting = minuted(cast, decisions=rows)
    first, second = Decision.objects.order_by("pk")
    meetings.close_decision(decision=first, by=cast.qingshi_filler, text="办了")
    meetings.cancel(meeting=Meeting.objects.get(pk=meeting.pk), by=cast.office, reason="重复登记")
    assert step(f"decision:{first.pk}").status == "fulfilled"
    assert step(f"decision:{second.pk}").status == "cancelled"
    assert step(f"meeting:{meeting.pk}:report").status == "cancelled"
    with pytest.raises(Conflict):
        meetings.close_decision(decision=second, by=cast.baiyang_filler, text="办了")


def test_a_reported_meeting_stands(cast):
    meeting = meetings.report(meeting=minuted(cast), by=cast.office)
    with pytest.raises(Conflict):
        meetings.cancel(meeting=meeting, by=cast.office, reason="想撤回")


# agenda ---------------------------------------------------------------------------------------------


def lead(cast):
    matter = Matter.objects.create()
    for code in ("qingshi", "office"):
        Access.objects.create(matter=matter, agency=cast.unit(code), relation=Access.Relation.PARTY)
    return Lead.objects.create(
        matter=matter,
        number="XS2026-0001",
        source="special",
        agency=cast.unit("qingshi"),
        holder=cast.unit("qingshi"),
        location=CANARY,
        text="夜间有挖掘机",
        found_at=NOW,
        recorded_at=NOW,
    )


def test_open_leads_and_late_units_are_proposed(cast):
    found = lead(cast)
    Duty.objects.create(
        key="x",
        kind="task",
        title="x",
        agency=cast.unit("qingshi"),
        role="filler",
        due_at=NOW - dt.timedelta(1),
    )
    rows = agenda.proposed(cast.office, cast.unit("office"))
    assert [(row.text, row.about[1]) for row in rows] == [
        ("青石镇逾期未完成事项1项", ""),
        ("线索处置情况", str(found.pk)),
    ]
    assert agenda.proposed(cast.police_officer, cast.unit("police")) == []


def test_a_called_unit_that_may_not_know_the_lead_reads_nothing_of_it(cast):
    meeting = planned(cast, units=("qingshi", "forestry"), agenda=[AgendaRow("线索处置情况", lead(cast))])
    url = f"/duties/meetings/{meeting.pk}/"
    assert CANARY in cast.client("qingshi.filler").get(url).content.decode()
    shown = cast.client("forestry.officer").get(url)
    assert shown.status_code == 200 and CANARY not in shown.content.decode()
    assert "XS2026" not in shown.content.decode()


def test_the_agenda_is_edited_until_the_minutes_and_by_one_at_a_time(cast):
    meeting = planned(cast, agenda=[AgendaRow("甲"), AgendaRow("乙")])
    rows = [AgendaRow("乙"), AgendaRow("丙")]
    meetings.amend(meeting=meeting, by=cast.office, agenda=rows, version=1)
    assert list(meeting.agenda.values_list("text", flat=True)) == ["乙", "丙"]
    with pytest.raises(Conflict):
        meetings.amend(meeting=meeting, by=cast.office, agenda=[], version=1)
    with pytest.raises(Conflict):
        done = minuted(cast, held(cast, meeting))
        meetings.amend(meeting=done, by=cast.office, agenda=[], version=done.version)


def test_a_new_time_is_told_and_a_new_agenda_is_not(cast):
    meeting = planned(cast)
    meetings.amend(meeting=meeting, by=cast.office, agenda=[AgendaRow("甲")], version=1)
    assert Notice.objects.filter(text__contains="变动").count() == 0
    new = LATER + dt.timedelta(days=1)
    meetings.amend(meeting=meeting, by=cast.office, agenda=[], planned_at=new, version=2)
    assert Notice.objects.filter(text__contains="变动", member=cast.nr_officer).count() == 1


# pages ----------------------------------------------------------------------------------------------


def test_an_outsider_sees_404_and_nothing_in_lists_and_search(cast):
    meeting = minuted(cast, held(cast, planned(cast, title=f"{CANARY}会商会")))
    client = cast.client("baiyang.filler")
    for page in ("", "print/", "docx/", "minutes/", "hold/", "amend/"):
        assert client.get(f"/duties/meetings/{meeting.pk}/{page}").status_code == 404
    assert client.post(f"/duties/meetings/{meeting.pk}/cancel/", {"reason": "x"}).status_code == 404
    for url in ("/duties/meetings/", f"/search/?q={CANARY}", "/notices/", "/todo/"):
        assert f"{CANARY}会商会" not in client.get(url).content.decode()
    assert CANARY in cast.client("qingshi.filler").get("/duties/meetings/").content.decode()


def test_a_called_unit_reads_and_has_no_buttons(cast):
    meeting = planned(cast)
    page = cast.client("qingshi.filler").get(f"/duties/meetings/{meeting.pk}/").content.decode()
    assert "由组织会议的单位登记" in page and 'value="登记召开"' not in page
    assert f"/duties/meetings/{meeting.pk}/hold/" not in page


def test_the_whole_way_through_the_pages(cast, task):
    duty = owed(task, cast.unit("office"))
    client = cast.client("office")
    page = client.get(f"/duties/meetings/new/?duty={duty.pk}").content.decode()
    assert f'<option value="{task.pk}" selected>' in page
    sent = {
        "agency": cast.unit("office").pk,
        "task": task.pk,
        "title": "一季度联席会议",
        "planned_at": "2026-03-02T08:00",
        "place": "三楼",
        "units": [cast.unit("nr").pk],
        "more": "通报情况\n部署工作",
        "token": str(uuid.uuid4()),
    }
    assert client.post("/duties/meetings/new/", sent).status_code == 302
    assert client.post("/duties/meetings/new/", sent).status_code == 302
    meeting = Meeting.objects.get()
    at = f"/duties/meetings/{meeting.pk}/"
    seats = {}
    for code in ("office", "nr"):
        pk = cast.unit(code).pk
        seats |= {f"presence_{pk}": "present", f"person_{pk}": "李承办"}
    hold = {"held_at": "2026-03-02T08:30", "place": "三楼", "chair": "王主任", "version": 1} | seats
    assert client.post(f"{at}hold/", hold).status_code == 302
    assert client.post(f"{at}hold/", hold).status_code == 409
    minutes = {
        "minutes": "会议听取汇报。",
        "reports_to": cast.unit("county").pk,
        "rows": 3,
        "text_1": "开展联合检查",
        "unit_1": cast.unit("nr").pk,
        "due_1": "2026-03-20",
        "version": 2,
    }
    more = client.post(f"{at}minutes/", minutes | {"more": "1"}).content.decode()
    assert "开展联合检查" in more and 'name="text_6"' in more and "text_7" not in more
    bad = client.post(f"{at}minutes/", minutes | {"unit_1": ""})
    assert bad.status_code == 400 and "请选择承办单位" in bad.content.decode()
    assert client.post(f"{at}minutes/", minutes).status_code == 302
    assert client.post(f"{at}report/", {"version": 3}).status_code == 302
    meeting.refresh_from_db()
    duty.refresh_from_db()
    assert (meeting.status, duty.status) == ("reported", "fulfilled")
    decision = meeting.decisions.get()
    shown = cast.client("nr.officer")
    assert shown.post(f"/duties/decisions/{decision.pk}/", {"text": "已检查。"}).status_code == 302
    assert "已检查。" in client.get(at).content.decode()


def test_a_form_without_the_version_it_saw_is_refused(cast):
    meeting = planned(cast)
    answer = cast.client("office").post(f"/duties/meetings/{meeting.pk}/cancel/", {"reason": "改期"})
    assert answer.status_code == 409


def test_the_minutes_print_and_download_with_units_and_dates(cast):
    meeting = minuted(cast)
    client = cast.client("office")
    page = client.get(f"/duties/meetings/{meeting.pk}/print/").content.decode()
    answer = client.get(f"/duties/meetings/{meeting.pk}/docx/")
    data = b"".join(answer.streaming_content)
    paper = docx.Document(io.BytesIO(data))
    text = "\n".join(line.text for line in paper.paragraphs)
    cells = [cell.text for row in paper.tables[0].rows for cell in row.cells]
    for words in ("联席会议纪要", "出席：自然资源局（张承办）、青石镇（张承办）", "报送：示范县人民政府。"):
        assert words in text
    assert cells[4:] == ["1", "封堵废弃井口", "青石镇", "2026年3月10日"]
    assert "封堵废弃井口" in page and "联席会议纪要" in page
    assert AuditEntry.objects.filter(verb="export.made").count() == 2


def test_filters_by_campaign_and_state(cast, task):
    planned(cast, task=task, title="属于行动的会")
    planned(cast, title="不属于行动的会")
    client = cast.client("office")
    page = client.get(f"/duties/meetings/?campaign={task.campaign_id}&state=planned").content.decode()
    assert "属于行动的会" in page and "不属于行动的会" not in page
    assert "属于行动的会" not in client.get("/duties/meetings/?state=held").content.decode()


def test_audit_says_who_and_not_what(cast):
    minuted(cast, held(cast, planned(cast, title=CANARY)), [DecisionRow(CANARY, cast.unit("qingshi"))])
    entries = AuditEntry.objects.filter(verb__startswith="meeting.")
    assert entries.count() == 3
    assert not any(CANARY in str(facts) for facts in AuditEntry.objects.values_list("facts", flat=True))


def test_the_door_of_a_meeting_duty_is_the_form(cast, task):
    duty = owed(task, cast.unit("office"))
    page = cast.client("office").get("/todo/").content.decode()
    assert f"/duties/meetings/new/?duty={duty.pk}" in page and "去登记会议" in page


def test_waiving_goes_on_working_for_decisions(cast):
    minuted(cast)
    duty = step(f"decision:{Decision.objects.get().pk}")
    actions.waive(duty=duty, by=cast.office, reason="已由县里统一办理")
    assert step(duty.key).status == "waived"
