"""A clue to discipline inspection leaves no trace with those of the sender's unit outside its circle."""

import datetime as dt
import io

import pytest
import time_machine
from openpyxl import load_workbook

from agencies.models import Agency
from cases import sensitive, standing
from cases.actions import referrals
from cases.actions.rights import note_read
from cases.models import Referral, ReferralStep
from core.errors import DomainError, Missing
from core.models import Notice
from duties.holders import holders
from duties.models import Duty
from ledgers import lead_doors
from ledgers.lead_states import Ending
from minewatch.lib.clock import SHANGHAI
from tests.cases import make

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
CIRCLE = ("nr.officer", "nr.head", "discipline")
#: of the sender's unit, but neither who drafted it, nor who reported it, nor its head
OUTSIDE = "nr.approver"
STATUSES = ("reported", "approved", "sent", "received", "returned", "answered", "closed")


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def duties_of(cast, name, row):
    rows = Duty.objects.visible_to(cast.member(name))
    return rows.filter(subject_kind="cases.referral", subject_id=str(row.pk))


def sheet(cast, name, path):
    answer = cast.client(name).get(path)
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return "\n".join(str(cell) for line in book.active.iter_rows(values_only=True) for cell in line)


def offline(code):
    Agency.objects.filter(code=code).update(online=False)


def put_down(cast, row, by):
    make.take(cast, row, "receive", by, number="回执1号", upload=make.pdf(), happened_at=NOW)


@pytest.mark.parametrize("status", STATUSES)
def test_nobody_of_the_unit_outside_the_circle_finds_its_duties(cast, status):
    row = make.referral(cast, "discipline", status, lead=make.lead(cast))
    made = Duty.objects.filter(subject_kind="cases.referral", subject_id=str(row.pk))
    assert made.exists() and not duties_of(cast, OUTSIDE, row).exists()
    assert duties_of(cast, "nr.head", row).count() == made.count()
    assert all(cast.client(OUTSIDE).get(f"/duties/{one.pk}/").status_code == 404 for one in made)


def test_its_number_stands_on_no_page_and_in_no_workbook_of_theirs(cast):
    lead = make.lead(cast)
    row = make.referral(cast, "discipline", "sent", lead=lead)
    pages = ("/duties/", "/todo/", "/todo/?tab=watch", "/search/?q=签收移送", f"/cases/leads/{lead.pk}/")
    for path in pages:
        assert row.number not in cast.client(OUTSIDE).get(path).content.decode(), path
    assert row.number in cast.client("nr.head").get("/search/?q=签收移送").content.decode()
    for path in ("/duties/export.xlsx", "/todo/?as=xlsx"):
        assert row.number not in sheet(cast, OUTSIDE, path)
    assert row.number in sheet(cast, "nr.head", "/duties/export.xlsx")


def test_a_step_that_waits_is_sent_to_no_other_unit(cast):
    row = make.referral(cast, "discipline", "received")
    rows = Duty.objects.filter(subject_kind="cases.referral", subject_id=str(row.pk))
    assert rows.exists() and not rows.filter(recipient__isnull=False).exists()
    plain = make.referral(cast, "gang", "received")
    assert Duty.objects.filter(subject_id=str(plain.pk), recipient=cast.unit("nr")).exists()


def test_what_is_put_down_for_an_offline_organ_is_checked_in_the_circle(cast):
    offline("discipline")
    row = make.referral(cast, "discipline", "sent")
    put_down(cast, row, "nr.officer")
    told = Notice.objects.filter(kind="referral.check").values_list("member__username", flat=True)
    assert set(told) == {"nr.head"}
    check = Duty.objects.get(key=f"referral:{row.pk}:check")
    assert [one.username for one in holders(check)] == ["nr.head"]
    assert not duties_of(cast, OUTSIDE, row).exists()
    step = ReferralStep.objects.get(referral=row, move="receive")
    assert not standing.may_check(cast.nr_head, step)
    with pytest.raises(Missing):
        referrals.check_proxy(step=step, by=cast.member(OUTSIDE), agreed=True)
    referrals.check_proxy(step=step, by=cast.nr_head, agreed=True)
    row.refresh_from_db()
    assert row.status == "received"


def test_where_the_head_put_it_down_who_drafted_it_checks(cast):
    offline("discipline")
    row = make.referral(cast, "discipline", "sent")
    put_down(cast, row, "nr.head")
    check = Duty.objects.get(key=f"referral:{row.pk}:check")
    assert [one.username for one in holders(check)] == ["nr.officer"]
    assert set(Notice.objects.filter(kind="referral.check").values_list("member__username", flat=True)) == {
        "nr.officer"
    }


def test_a_lead_does_not_end_in_what_its_holder_may_not_know(cast):
    lead = make.lead(cast)
    make.referral(cast, "discipline", "sent", lead=lead)
    assert lead_doors.ended(lead, Ending.REFERRAL) == ""
    other = make.referral(cast, "gang", "sent", lead=lead)
    assert lead_doors.ended(lead, Ending.REFERRAL) == other.number


def test_the_page_of_rights_does_not_name_the_organ_that_it_went_to(cast):
    lead = make.lead(cast)
    make.referral(cast, "discipline", "sent", lead=lead)
    page = f"/cases/matters/{lead.matter_id}/rights/"

    def named(name):
        return [row["whom"] for row in cast.client(name).get(page).context["standing"]]

    organ = cast.unit("discipline").name
    assert organ in named("nr.head") and named(OUTSIDE) and organ not in named(OUTSIDE)


def test_who_looked_at_it_is_told_to_nobody_outside(cast):
    row = make.referral(cast, "discipline", "sent", lead=make.lead(cast))
    note_read(member=cast.discipline, subject=row, matter=row.matter, why="办理")
    assert sensitive.reads_for(cast.nr_head, row.matter).exists()
    assert not sensitive.reads_for(cast.member(OUTSIDE), row.matter).exists()


@pytest.mark.parametrize("name", [*CIRCLE, "office"])
def test_whoever_may_know_of_it_finds_its_duties(cast, name):
    row = make.referral(cast, "discipline", "sent")
    assert Referral.objects.visible_to(cast.member(name)).filter(pk=row.pk).exists()
    assert duties_of(cast, name, row).exists()


def test_a_clue_that_came_back_is_decided_by_nobody_outside_its_circle(cast):
    row = make.referral(cast, "discipline", "returned")
    with pytest.raises(DomainError, match="只由双方知悉"):
        make.take(cast, row, "dispute", "nr.head", text="仍属纪检监察机关管辖")
    page = cast.client("nr.officer").get(f"/cases/referrals/{row.pk}/").content.decode()
    assert "问题线索只由双方知悉，不报共同上级裁定" in page
    make.take(cast, row, "handle", "nr.officer")
    assert row.status == "handling"
