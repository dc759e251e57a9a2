"""涉黑涉恶线索: to the police or the 扫黑办, as the sender chooses; content for the two parties alone."""

import datetime as dt

import pytest
import time_machine

from agencies.models import Agency
from cases import sight, standing
from cases.actions import referrals
from core.errors import DomainError
from duties.actions import campaigns
from duties.models import Campaign, Duty
from ledgers.lead_rules import targets
from minewatch.lib.clock import SHANGHAI
from tests.cases import make
from tests.duties.notices.files import notice

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def codes(units) -> set[str]:
    return {unit.code for unit in units}


def put_down(cast, row, move, **facts):
    """A step of the 扫黑办, which works on paper: written down and checked by two of the sender."""
    step = make.take(
        cast, row, move, "nr.officer", **({"number": "1号", "happened_at": NOW, "upload": make.pdf()} | facts)
    )
    referrals.check_proxy(step=step, by=cast.nr_approver, agreed=True)
    row.refresh_from_db()


def test_such_a_clue_goes_to_the_police_or_to_the_office_and_to_nobody_else(cast):
    for sender in ("nr", "water", "qingshi", "discipline"):
        assert codes(standing.receivers_of(cast.unit(sender), "gang")) == {"police", "gang_office"}
    assert codes(standing.receivers_of(cast.unit("police"), "gang")) == {"gang_office"}
    with pytest.raises(DomainError) as error:
        make.draft(cast, "gang", receiver="water")
    assert error.value.field == "receiver"


@pytest.mark.parametrize(
    "edge", ["criminal", "detention", "criminal_return", "jurisdiction", "discipline", "clue_up"]
)
def test_no_other_kind_of_referral_goes_to_the_office(cast, edge):
    sender = make.UNITS[edge][0]
    assert "gang_office" not in codes(standing.receivers_of(cast.unit(sender), edge))


def test_the_form_offers_both_and_chooses_neither(cast):
    page = cast.client("nr.officer").get("/cases/referrals/new/?edge=gang")
    form = page.context["form"]
    offered = {label for value, label in form.fields["receiver"].choices if value}
    assert offered == {"公安局", "扫黑办"} and not form.fields["receiver"].initial
    assert "移送扫黑办" in page.content.decode()


def test_the_office_on_paper_answers_by_steps_put_down_and_checked(cast):
    row = make.referral(cast, "gang", "sent", receiver="gang_office")
    put_down(cast, row, "receive")
    put_down(cast, row, "accept")
    owed = Duty.objects.get(key=f"referral:{row.pk}:answer")
    assert owed.agency.code == "gang_office"
    put_down(cast, row, "answer", result="other", text="已并入专案")
    make.take(cast, row, "close", "nr.officer")
    row.refresh_from_db()
    assert (row.status, row.answer_case) == ("closed", None)


def test_the_office_passes_it_on_to_the_police(cast):
    row = make.referral(cast, "gang", "sent", receiver="gang_office")
    put_down(cast, row, "receive")
    put_down(cast, row, "forward", unit=cast.unit("police"))
    assert (row.status, row.receiver.code) == ("sent", "police")
    assert sight.content_of(cast.police_officer, row)


def test_what_the_office_sends_on_paper_the_police_write_down(cast):
    row = make.draft(cast, "gang", sender="gang_office", receiver="police", by="police.officer")
    assert (row.status, row.sender.code) == ("approved", "gang_office")


def test_its_content_is_for_the_two_parties_alone(cast):
    row = make.referral(cast, "gang", "sent", receiver="gang_office")
    assert sight.content_of(cast.nr_officer, row)
    for other in ("office", "police.officer", "procuratorate", "leader"):
        assert not sight.content_of(cast.member(other), row), other


def test_a_lead_is_never_passed_to_the_office_as_its_own(cast):
    Agency.objects.filter(code="gang_office").update(online=True)
    assert "gang_office" not in codes(targets(cast.nr_officer, make.lead(cast)))


@pytest.mark.parametrize("there", [True, False])
def test_where_the_notice_names_the_office_it_is_bound_by_its_kind(cast, there):
    Agency.objects.filter(code="gang_office").update(is_active=there)
    campaigns.load(county=cast.county, definition=notice("luzhai-2022"))
    rows = Campaign.objects.get().routes.filter(type="GANG")
    bound = {(row.sender.code, row.receiver.code if row.receiver else "", row.receiver_name) for row in rows}
    office = ("gang_office" if there else "", "县扫黑除恶专项斗争领导小组办公室")
    others = ("", "县扫黑除恶专项斗争领导小组相关成员单位")
    assert bound == {(sender, *named) for sender in ("nr", "water") for named in (office, others)}
