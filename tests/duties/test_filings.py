"""办结材料: the document that closes a task, its way back, and tasks that are recorded once more."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import Conflict, DomainError, NotAllowed
from duties.actions import filings
from duties.models import Campaign, Duty, DutyRule, Filing, Proof, Task, TaskParty
from minewatch.lib.clock import SHANGHAI

NOW = dt.datetime(2021, 5, 14, 9, tzinfo=SHANGHAI)
DUE = dt.datetime(2021, 5, 15, 18, tzinfo=SHANGHAI)
PDF = b"%PDF-1.4 progress"


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


def pdf(name="进展.pdf"):
    return (name, io.BytesIO(PDF))


HALF_MONTHLY = {"kind": "recurring", "schedule": {"kind": "monthly", "days": [15, 30], "at": "18:00"}}


def make_task(cast, code="JC-R1", *, deadline="recurring", hosts=("nr", "police"), papers=()):
    campaign, _ = Campaign.objects.get_or_create(
        county=cast.county,
        key="jc",
        defaults={"name": "专项行动", "starts_on": dt.date(2021, 4, 1), "status": "running"},
    )
    task = Task.objects.create(
        campaign=campaign,
        code=code,
        kind="report",
        name="阶段工作进展情况和台账",
        deadline=deadline,
        proof_kind="task.0",
        role="officer",
        recipient=cast.unit("city_office"),
        spec={"papers": list(papers), "deadline": HALF_MONTHLY if deadline == "recurring" else {}},
    )
    Task.objects.filter(pk=task.pk).update(proof_kind=f"task.{task.pk}")
    task.refresh_from_db()
    for n, code_ in enumerate(hosts):
        TaskParty.objects.create(task=task, agency=cast.unit(code_), side="host", order=n)
    return task


def make_duty(cast, task, unit="nr", *, needed=1, kind="report"):
    rule, _ = DutyRule.objects.get_or_create(
        task=task,
        defaults={
            "key": f"999921/jc/{task.code}",
            "name": task.name,
            "kind": kind,
            "county": cast.county,
            "owner_role": "officer",
            "proof_kind": task.proof_kind,
            "needed": needed,
            "schedule": {"kind": "monthly", "days": [15, 30], "at": "18:00"},
            "basis": "六（五）",
            "valid_from": dt.date(2021, 4, 30),
            "loaded_at": NOW,
        },
    )
    return Duty.objects.create(
        key=f"{rule.key}:{unit}:2021-05-15",
        rule=rule,
        campaign=task.campaign,
        kind=kind,
        title=task.name,
        agency=cast.unit(unit),
        role="officer",
        recipient=task.recipient,
        proof_kind=task.proof_kind,
        window_start=dt.datetime(2021, 5, 1, tzinfo=SHANGHAI),
        window_end=DUE + dt.timedelta(microseconds=1),
        due_at=DUE,
        needed=needed,
    )


def file(cast, duty, who="nr.officer", **more):
    values = {"uploads": [pdf()]} | more
    return filings.file(member=cast.member(who), agency=duty.agency, duty=duty, **values)


def test_a_document_closes_the_duty_of_its_unit_only(cast):
    task = make_task(cast)
    own, other = make_duty(cast, task), make_duty(cast, task, "police")
    filing = file(cast, own)
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.status, own.first_done_at, other.status) == ("fulfilled", NOW, "open")
    assert (own.subject_kind, own.subject_id) == ("duties.filing", str(filing.pk))
    assert filing.recipient.code == "city_office"


def test_without_a_document_nothing_is_stored(cast):
    duty = make_duty(cast, make_task(cast))
    with pytest.raises(DomainError, match="请上传办结材料") as caught:
        file(cast, duty, uploads=[])
    assert caught.value.field == "files"
    assert not Filing.objects.exists()


def test_every_paper_that_is_asked_for_must_come(cast):
    duty = make_duty(cast, make_task(cast, papers=["工作总结", "自评报告"]))
    with pytest.raises(DomainError, match="工作总结、自评报告.*现有1份"):
        file(cast, duty)
    assert file(cast, duty, uploads=[pdf("总结.pdf"), pdf("自评.pdf")]).pk


@pytest.mark.parametrize("who", ["police.officer", "office", "leader", "qingshi.filler", "auditor"])
def test_only_the_unit_that_owes_it_files(cast, who):
    duty = make_duty(cast, make_task(cast))
    with pytest.raises(NotAllowed):
        file(cast, duty, who)
    assert not Filing.objects.exists() and not Proof.objects.exists()


def test_a_program_is_no_document(cast):
    duty = make_duty(cast, make_task(cast))
    with pytest.raises(DomainError, match="不是 PDF、照片、docx 或 xlsx"):
        file(cast, duty, uploads=[("a.pdf", io.BytesIO(b"MZ\x90"))])
    assert not Filing.objects.exists()


def test_the_same_form_twice_is_one_filing(cast):
    duty, token = make_duty(cast, make_task(cast)), uuid.uuid4()
    assert file(cast, duty, token=token).pk == file(cast, duty, token=token).pk
    assert Filing.objects.count() == 1


def test_a_closed_duty_takes_no_second_filing(cast):
    duty = make_duty(cast, make_task(cast))
    file(cast, duty)
    duty.refresh_from_db()
    with pytest.raises(DomainError, match="已完成"):
        file(cast, duty)


def test_a_return_reopens_with_a_correction_and_moves_no_date(cast):
    duty = make_duty(cast, make_task(cast))
    filing = file(cast, duty)
    filings.return_filing(filing=filing, by=cast.office, reason="缺台账")
    duty.refresh_from_db()
    step = Duty.objects.get(key=f"{duty.key}:correction")
    assert (duty.status, duty.due_at, duty.first_done_at) == ("open", DUE, NOW)
    assert step.status == "open"
    with time_machine.travel(DUE + dt.timedelta(hours=20), tick=False):
        file(cast, duty)
    duty.refresh_from_db()
    step.refresh_from_db()
    assert (duty.status, step.status) == ("fulfilled", "fulfilled")
    assert not duty.late(DUE + dt.timedelta(days=3)), "the first submission decides"


def test_nobody_handles_the_own_filing_nor_does_the_unit(cast):
    filing = file(cast, make_duty(cast, make_task(cast)))
    for who in ("nr.officer", "nr.head", "police.head"):
        with pytest.raises(NotAllowed):
            filings.accept(filing=filing, by=cast.member(who))


def test_of_two_who_handle_one_gets_the_conflict(cast):
    filing = file(cast, make_duty(cast, make_task(cast)))
    seen = filing.version
    filings.accept(filing=filing, by=cast.office, version=seen)
    stale = Filing.objects.get(pk=filing.pk)
    with pytest.raises(Conflict):
        filings.return_filing(filing=stale, by=cast.leader, reason="重写", version=seen)


def test_a_return_needs_its_reason(cast):
    filing = file(cast, make_duty(cast, make_task(cast)))
    with pytest.raises(DomainError, match="必须写明原因"):
        filings.return_filing(filing=filing, by=cast.office, reason="  ")


def test_the_unit_may_withdraw_until_it_is_accepted(cast):
    duty = make_duty(cast, make_task(cast))
    filing = file(cast, duty)
    filings.withdraw(filing=filing, by=cast.nr_officer, reason="传错文件")
    duty.refresh_from_db()
    assert (duty.status, duty.first_done_at, duty.done) == ("open", None, 0)
    second = file(cast, duty)
    filings.accept(filing=second, by=cast.office)
    with pytest.raises(Conflict):
        filings.withdraw(filing=second, by=cast.nr_officer, reason="再改")


def test_a_quota_counts_each_document_once(cast):
    duty = make_duty(cast, make_task(cast), needed=2, kind="task")
    file(cast, duty, at=NOW)
    duty.refresh_from_db()
    assert (duty.done, duty.status) == (1, "open")
    file(cast, duty, at=NOW)
    duty.refresh_from_db()
    assert (duty.done, duty.status) == (2, "fulfilled")


def test_a_task_without_dates_is_recorded_and_shows_the_last_time(cast):
    task = make_task(cast, "SZ-P1", deadline="ongoing")
    filings.file(
        member=cast.nr_officer,
        agency=cast.unit("nr"),
        task=task,
        note="夜间巡查",
        at=NOW - dt.timedelta(days=1),
    )
    page = cast.client("office").get(f"/duties/campaigns/{task.campaign_id}/").content.decode()
    assert "最近一次 2021年5月13日" in page and "逾期" not in page.split("各单位应办")[0].split("<h2>")[-1]
    with pytest.raises(DomainError, match="不能晚于现在"):
        filings.file(
            member=cast.nr_officer, agency=cast.unit("nr"), task=task, note="x", at=NOW + dt.timedelta(days=1)
        )
    with pytest.raises(NotAllowed):
        filings.file(member=cast.qingshi_filler, agency=cast.unit("qingshi"), task=task, note="x")


def test_pages_from_upload_to_return(cast):
    task = make_task(cast)
    duty = make_duty(cast, task)
    client = cast.client("nr.officer")
    form = client.get(f"/duties/{duty.pk}/file/")
    assert form.status_code == 200 and "办结材料" in form.content.decode()
    sent = {"token": str(uuid.uuid4()), "note": "", "files": SimpleUploadedFile("进展.pdf", PDF)}
    answer = client.post(f"/duties/{duty.pk}/file/", sent)
    filing = Filing.objects.get()
    assert answer["Location"] == f"/duties/filings/{filing.pk}/"
    page = cast.client("office").get(f"/duties/filings/{filing.pk}/").content.decode()
    assert "接收" in page and "进展.pdf" in page
    back = cast.client("office").post(
        f"/duties/filings/{filing.pk}/return/", {"reason": "缺台账", "version": filing.version}
    )
    assert back.status_code == 302
    assert "重新报送" in client.get(f"/duties/filings/{filing.pk}/").content.decode()


def test_outsiders_see_no_filing(cast):
    filing = file(cast, make_duty(cast, make_task(cast)))
    for who in ("qingshi.filler", "police.officer", "shangwan.head"):
        assert cast.client(who).get(f"/duties/filings/{filing.pk}/").status_code == 404
    for who in ("auditor", "sysadmin"):
        assert cast.client(who).get(f"/duties/filings/{filing.pk}/").status_code == 404


def test_a_draft_campaign_is_hidden_from_the_units(cast):
    task = make_task(cast)
    Campaign.objects.update(status="draft")
    assert cast.client("nr.officer").get(f"/duties/campaigns/{task.campaign_id}/").status_code == 404
    assert cast.client("office").get(f"/duties/campaigns/{task.campaign_id}/").status_code == 200


def test_of_two_colleagues_who_file_at_once_one_is_told(cast):
    duty = make_duty(cast, make_task(cast))
    stale = Duty.objects.get(pk=duty.pk)
    file(cast, duty)
    with pytest.raises(Conflict):
        file(cast, stale, "nr.head")
    assert Filing.objects.count() == 1
