"""Sign-off: the chain, the short chain, return, acting persons, self-approval, zero report, supplements."""

from __future__ import annotations

import pytest

from agencies.models import Acting, Member, RoleGrant
from core.errors import Conflict, DomainError, NotAllowed
from duties.models import Duty
from ledgers.actions import sheets
from ledgers.actions.entries import correct, file_entry, withdraw
from ledgers.actions.signing import choices, why_not
from ledgers.models import Entry, Sheet, SheetComment, Signature
from ledgers.states import SHEET_MOVES
from tests.ledgers.make import entry, row, today


@pytest.fixture
def sheet(cast):
    return entry(cast).sheet


def submitted(cast, sheet, who="qingshi.filler"):
    return sheets.submit(sheet=sheet, member=cast.member(who))


def signed(cast, sheet):
    submitted(cast, sheet)
    sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    return sheets.sign(sheet=sheet, member=cast.qingshi_head)


def open_steps(sheet):
    rows = Duty.objects.open().filter(subject_kind="ledgers.sheet", subject_id=str(sheet.pk))
    return {(duty.kind, duty.agency.code, duty.role) for duty in rows}


def test_the_chain_runs_filler_deputy_head_and_each_step_waits_as_a_duty(cast, sheet):
    submitted(cast, sheet)
    assert sheet.status == "submitted" and open_steps(sheet) == {("review", "qingshi", "deputy")}
    sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    assert sheet.status == "reviewed" and open_steps(sheet) == {("sign", "qingshi", "head")}
    sheets.sign(sheet=sheet, member=cast.qingshi_head)
    assert sheet.status == "signed" and not open_steps(sheet)
    assert [(s.step, s.name, s.acting) for s in sheet.signatures.all()] == [
        ("filler", "青石镇填表人", False),
        ("deputy", "青石镇分管领导", False),
        ("head", "青石镇主要负责人", False),
    ]


def test_returned_mended_and_signed_in_a_second_round(cast, sheet):
    submitted(cast, sheet)
    first = sheet.entries.get()
    sheets.return_sheet(
        sheet=sheet,
        member=cast.qingshi_deputy,
        reason="位置不清",
        comments={first.pk: "写到沟", 0: "不在表上"},
    )
    assert sheet.status == "returned" and sheet.return_reason == "位置不清"
    assert open_steps(sheet) == {("other", "qingshi", "filler")}
    assert SheetComment.objects.get(entry=first).text == "写到沟"
    new = correct(
        entry=first, row=row(location="青石镇上湾村柳树沟口"), reason="按意见修改", member=cast.qingshi_filler
    )
    assert new.sheet == sheet and list(sheets.rows_of(sheet)) == [new]
    sheet.refresh_from_db()
    signed(cast, sheet)
    assert sheet.status == "signed" and sheet.round == 2 and not open_steps(sheet)
    assert Signature.objects.filter(sheet=sheet, step="filler").count() == 2


def test_a_return_needs_a_reason(cast, sheet):
    submitted(cast, sheet)
    with pytest.raises(DomainError, match="必须写明原因"):
        sheets.return_sheet(sheet=sheet, member=cast.qingshi_deputy, reason="  ")


def test_a_village_goes_straight_to_its_head(cast):
    sheet = entry(cast, "shangwan.filler", "shangwan").sheet
    sheets.submit(sheet=sheet, member=cast.shangwan_filler)
    assert sheet.status == "reviewed" and open_steps(sheet) == {("sign", "shangwan", "head")}
    with pytest.raises(NotAllowed, match="村主要负责人在岗"):
        sheets.countersign(sheet=sheet, member=cast.qingshi_deputy)
    sheets.sign(sheet=sheet, member=cast.shangwan_head)
    assert sheet.status == "signed"


def test_the_township_countersigns_for_a_village_without_a_head(cast):
    head = cast.shangwan_head
    head.is_active = False
    head.save()
    sheet = entry(cast, "shangwan.filler", "shangwan").sheet
    sheets.submit(sheet=sheet, member=cast.shangwan_filler)
    assert open_steps(sheet) == {("sign", "qingshi", "head")}
    sheets.countersign(sheet=sheet, member=cast.qingshi_deputy)
    assert sheet.status == "signed" and not open_steps(sheet)


def test_an_acting_person_signs_and_the_signature_says_so(cast, sheet):
    Acting.objects.create(
        agency=cast.unit("qingshi"), role="head", member=cast.nr_head, valid_from=today(), basis="主持工作"
    )
    submitted(cast, sheet)
    sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    sheets.sign(sheet=sheet, member=cast.nr_head)
    assert sheet.signatures.get(step="head").acting is True


@pytest.mark.parametrize("role", ["deputy", "head"])
def test_whoever_filled_it_never_signs_it_even_when_acting(cast, sheet, role):
    Acting.objects.create(
        agency=cast.unit("qingshi"), role=role, member=cast.qingshi_filler, valid_from=today(), basis="代理"
    )
    submitted(cast, sheet)
    if role == "head":
        sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    act = sheets.review if role == "deputy" else sheets.sign
    with pytest.raises(NotAllowed, match="不能审核、签批自己填报的台账"):
        act(sheet=sheet, member=cast.qingshi_filler)


def test_whoever_reviewed_it_does_not_sign_it_and_the_step_passes_on(cast, sheet):
    head = cast.qingshi_head
    head.is_active = False
    head.save()
    Acting.objects.create(
        agency=cast.unit("qingshi"), role="head", member=cast.qingshi_deputy, valid_from=today(), basis="主持"
    )
    submitted(cast, sheet)
    sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    ((kind, unit, _role),) = open_steps(sheet)
    assert kind == "sign" and unit != "qingshi"
    told = {c.move.name: c.reason for c in choices(cast.qingshi_deputy, sheet)}
    assert "本次审核和签批不能由同一人办理，由" in told["sign"] and told["return_by_head"]
    with pytest.raises(NotAllowed, match="不能由同一人办理"):
        sheets.sign(sheet=sheet, member=cast.qingshi_deputy)
    above = next(m for m in Member.objects.active() if not why_not(m, sheet, SHEET_MOVES["sign"]))
    assert above.agency.code == unit
    sheets.sign(sheet=sheet, member=above)
    assert sheet.status == "signed"


def test_a_review_of_an_earlier_round_bars_nobody(cast, sheet):
    submitted(cast, sheet)
    sheets.review(sheet=sheet, member=cast.qingshi_deputy)
    sheets.return_sheet(sheet=sheet, member=cast.qingshi_head, reason="位置不清")
    RoleGrant.objects.create(member=cast.qingshi_head, role="deputy")
    Acting.objects.create(
        agency=cast.unit("qingshi"), role="head", member=cast.qingshi_deputy, valid_from=today(), basis="主持"
    )
    submitted(cast, sheet)
    sheets.review(sheet=sheet, member=cast.qingshi_head)
    sheets.sign(sheet=sheet, member=cast.qingshi_deputy)
    assert sheet.status == "signed"


def test_a_step_whose_only_holder_filled_the_sheet_passes_upward(cast):
    RoleGrant.objects.create(member=cast.shangwan_head, role="filler")
    sheet = entry(cast, "shangwan.head", "shangwan").sheet
    sheets.submit(sheet=sheet, member=cast.shangwan_head)
    assert open_steps(sheet) == {("sign", "qingshi", "head")}
    sheets.countersign(sheet=sheet, member=cast.qingshi_head)
    assert sheet.status == "signed"


@pytest.mark.parametrize("who", ["qingshi.filler", "qingshi.head", "nr.officer", "office", "leader"])
def test_wrong_roles_may_not_review(cast, sheet, who):
    submitted(cast, sheet)
    with pytest.raises(NotAllowed):
        sheets.review(sheet=sheet, member=cast.member(who))
    sheet.refresh_from_db()
    assert sheet.status == "submitted"


def test_two_sign_at_once_one_wins_the_other_hears_who_and_when(cast, sheet):
    submitted(cast, sheet)
    mine, theirs = Sheet.objects.get(pk=sheet.pk), Sheet.objects.get(pk=sheet.pk)
    sheets.review(sheet=mine, member=cast.qingshi_deputy)
    with pytest.raises(Conflict, match="青石镇 青石镇分管领导已于.*审核台账.*待主要负责人签批"):
        sheets.return_sheet(sheet=theirs, member=cast.qingshi_deputy, reason="位置不清")
    assert not SheetComment.objects.exists()


def test_a_row_filed_since_the_page_was_read_stops_the_submission(cast, sheet):
    seen = sheet.version
    file_entry(member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row())
    with pytest.raises(Conflict):
        sheets.submit(sheet=sheet, member=cast.qingshi_filler, expected_version=seen)


def test_a_signed_sheet_never_changes_later_rows_go_to_a_supplement(cast, sheet):
    signed(cast, sheet)
    paper = list(sheets.rows_of(sheet).values_list("pk", "location"))
    late = entry(cast)
    assert late.sheet != sheet and (late.sheet.period, late.sheet.number) == (sheet.period, 2)
    first = Entry.objects.get(pk=paper[0][0])
    new = correct(entry=first, row=row(mineral="铁矿"), reason="矿种写错", member=cast.qingshi_filler)
    assert new.sheet == late.sheet and new.supersedes == first
    withdraw(entry=new, reason="重复", member=cast.qingshi_filler)
    sheet.refresh_from_db()
    assert list(sheets.rows_of(sheet).values_list("pk", "location")) == paper and sheet.status == "signed"
    assert late.sheet.status == "draft"


def test_a_row_under_review_keeps_its_place_while_its_correction_is_a_supplement(cast, sheet):
    submitted(cast, sheet)
    first = sheet.entries.get()
    new = correct(entry=first, row=row(mineral="铁矿"), reason="矿种写错", member=cast.qingshi_filler)
    assert new.sheet.number == 2 and list(sheets.rows_of(sheet)) == [first]


def test_an_empty_sheet_is_submitted_as_zero_report_only(cast):
    sheet = sheets.open_sheet(agency=cast.unit("qingshi"), period="2022-09", member=cast.qingshi_filler)
    with pytest.raises(DomainError, match="零报告"):
        sheets.submit(sheet=sheet, member=cast.qingshi_filler)
    sheets.zero_report(sheet=sheet, member=cast.qingshi_filler)
    assert sheet.zero_report and sheet.status == "submitted"
    sheets.return_sheet(sheet=sheet, member=cast.qingshi_deputy, reason="有巡查")
    file_entry(member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row(period="2022-09"))
    sheet.refresh_from_db()
    assert not sheet.zero_report
    with pytest.raises(DomainError, match="不能作零报告"):
        sheets.zero_report(sheet=sheet, member=cast.qingshi_filler)


def test_the_scan_comes_after_the_signature(cast, sheet, tmp_path):
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4 sealed")
    with pytest.raises(DomainError, match="签批以后"), scan.open("rb") as upload:
        sheets.attach_scan(sheet=sheet, member=cast.qingshi_filler, upload=upload)
    signed(cast, sheet)
    with scan.open("rb") as upload:
        sheets.attach_scan(sheet=sheet, member=cast.qingshi_filler, upload=upload)
    assert sheet.scan.kind == "scan"


def test_every_missing_button_says_why(cast, sheet):
    submitted(cast, sheet)
    told = {choice.move.name: choice.reason for choice in choices(cast.qingshi_filler, sheet)}
    assert told["review"] == "填表人不能审核、签批自己填报的台账"
    assert told["sign"] == "台账现在的状态是“待分管领导审核”"
    assert {c.move.name for c in choices(cast.qingshi_deputy, sheet) if c.allowed} == {
        "review",
        "return_by_deputy",
    }
