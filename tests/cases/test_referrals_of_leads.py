"""A lead that is referred goes on meanwhile: whoever has it keeps it, and the receiver is never stuck."""

import pytest

from cases.models import Referral
from core.errors import DomainError
from ledgers.actions import leads
from ledgers.actions.entries import file_entry, withdraw
from ledgers.models import Lead
from tests.cases import make
from tests.ledgers.make import digging
from tests.ledgers.make_leads import answered, checked, lead, owed, passed


def again(one: Lead) -> Lead:
    return Lead.objects.get(pk=one.pk)


def on_the_way(cast, one: Lead, status: str = "received", **facts) -> Referral:
    """A referral of jurisdiction to 生态环境 that has not been accepted."""
    return make.referral(cast, "jurisdiction", status, lead=again(one), **facts)


def accept(cast, row: Referral, text: str = "") -> Referral:
    make.take(cast, row, "accept", make.maker(row, "accept"), text=text)
    row.refresh_from_db()
    return row


def said(row: Referral) -> str:
    return row.steps.get(move="accept").text


def handed_elsewhere(cast, one: Lead) -> None:
    passed(cast, one)


def merged(cast, one: Lead) -> None:
    first = Lead.objects.exclude(pk=one.pk).get()
    leads.merge(lead=one, into=first, by=cast.nr_officer)


def closed(cast, one: Lead) -> None:
    checked(cast, one)
    answered(cast, one)


#: What becomes of the lead → a word that the error at 移送 and the step of 受理 say of it.
MEANWHILE = [(handed_elsewhere, "不由"), (merged, "并案"), (closed, "办结")]


@pytest.mark.parametrize(("meanwhile", "word"), MEANWHILE)
def test_a_lead_that_went_on_meanwhile_is_not_taken_by_the_acceptance(cast, meanwhile, word):
    lead(cast)
    one = lead(cast)
    row = on_the_way(cast, one)
    meanwhile(cast, again(one))
    before = again(one)
    accept(cast, row, text="同意受理")
    after = again(one)
    assert (after.holder_id, after.status, owed(after)) == (before.holder_id, before.status, owed(before))
    assert row.status == "accepted" and row.answer_case.holder.code == "ecology"
    assert said(row).startswith("同意受理") and word in said(row)


def test_a_withdrawn_lead_leaves_the_receiver_with_a_case_of_its_own(cast):
    entry = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    row = make.referral(cast, "jurisdiction", "received", lead=Lead.objects.get(), sender="qingshi")
    withdraw(entry=entry, reason="填错", member=cast.shangwan_filler)
    accept(cast, row)
    assert row.status == "accepted" and row.answer_case is not None and "撤回" in said(row)
    assert Lead.objects.get().holder.code == "qingshi"


def test_a_kind_that_opens_no_case_is_accepted_without_the_lead(cast):
    one = lead(cast, "qingshi.filler", "qingshi")
    row = make.referral(cast, "clue_up", "received", lead=one)
    leads.dispatch(lead=again(one), to=cast.unit("water"), by=cast.qingshi_filler, reason="河道内")
    accept(cast, row)
    assert row.status == "accepted" and row.answer_case is None and again(one).holder.code == "water"


def test_a_live_lead_of_the_sender_is_handed_over_and_the_step_says_nothing(cast):
    one = lead(cast)
    row = accept(cast, on_the_way(cast, one))
    assert again(one).holder.code == "ecology" and row.answer_case is None and said(row) == ""


def test_a_lead_that_reached_the_receiver_by_another_way_stays_there_without_a_case(cast):
    one = lead(cast)
    row = on_the_way(cast, one)
    passed(cast, again(one), "ecology")
    accept(cast, row)
    assert again(one).holder.code == "ecology" and row.answer_case is None and said(row) == ""


@pytest.mark.parametrize(("meanwhile", "word"), MEANWHILE)
def test_what_is_no_longer_the_senders_is_not_sent_and_the_error_says_what_to_do(cast, meanwhile, word):
    lead(cast)
    one = lead(cast)
    row = on_the_way(cast, one, "approved")
    make.papers(cast, row)
    meanwhile(cast, again(one))
    with pytest.raises(DomainError, match=word) as caught:
        make.take(cast, row, "send", make.maker(row, "send"))
    assert "撤回本移送" in str(caught.value) and row.status == "approved"
    make.take(cast, row, "recall", make.maker(row, "recall"))


@pytest.mark.parametrize("status", ["draft", "refused", "sent", "received", "returned"])
def test_no_second_referral_hands_the_same_lead_over(cast, status):
    one = lead(cast)
    row = on_the_way(cast, one, status)
    with pytest.raises(DomainError, match=row.number) as caught:
        make.draft(cast, "jurisdiction", lead=again(one), receiver="water")
    assert caught.value.field == "lead" and Referral.objects.count() == 1


def test_once_the_first_is_recalled_or_the_lead_is_back_another_one_may(cast):
    one = lead(cast)
    on_the_way(cast, one, "recalled")
    accept(cast, on_the_way(cast, one))
    row = make.referral(
        cast,
        "jurisdiction",
        "received",
        lead=again(one),
        sender="ecology",
        receiver="nr",
        by="ecology.officer",
    )
    accept(cast, row)
    assert again(one).holder.code == "nr"
    assert make.draft(cast, "jurisdiction", lead=again(one)).status == "draft"


def test_a_referral_that_leaves_the_lead_where_it_is_may_run_beside(cast):
    one = lead(cast)
    on_the_way(cast, one)
    assert make.draft(cast, "procuratorate", lead=again(one)).lead == one
