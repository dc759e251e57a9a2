"""The ways of referrals: each kind to its end; the criminal way day by day; the answer that ends it."""

import datetime as dt

import pytest
import time_machine

from cases.actions import referrals
from cases.actions.cases import open_case
from cases.edges import EDGES, Edge, Result, results
from cases.models import Case, Referral
from cases.states import Family
from core.errors import Conflict, DomainError
from core.models import Access, AuditEntry, Notice
from duties.models import Duty
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI, day_end
from tests.cases import make

#: A Wednesday; the three days after it are 星期四 to 星期六.
NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def owed(row):
    """limit key → due instant of what is open."""
    rows = Duty.objects.open().filter(key__startswith=f"referral:{row.pk}:")
    return {duty.key.rsplit(":", 1)[1]: duty.due_at for duty in rows}


def last(row):
    return row.steps.order_by("-id").first()


@pytest.mark.parametrize("edge", list(Edge))
def test_every_kind_goes_its_straight_way_to_the_end(cast, edge):
    row = make.referral(cast, edge, "closed")
    assert row.closed_at == NOW and row.result in results(edge)
    assert [step.move for step in row.steps.all()] == list(make.way(edge, "closed"))
    assert not owed(row)
    assert not any(step.late for step in row.steps.all())


@pytest.mark.parametrize("edge", [edge for edge in Edge if EDGES[edge].family != Family.CRIMINAL])
def test_only_a_referral_of_a_suspected_crime_needs_a_team_first(cast, edge):
    row = make.referral(cast, edge, "reported")
    assert row.reported_by == cast.member(make.who(row.sender.code, 0))
    with pytest.raises(DomainError):
        make.take(cast, make.draft(cast, "criminal"), "report", "nr.officer")


def test_numbers_run_through_the_year_without_gap(cast):
    rows = [make.draft(cast, edge) for edge in ("criminal", "jurisdiction", "risk_letter")]
    with pytest.raises(DomainError):
        make.draft(cast, title=" ")
    rows.append(make.draft(cast))
    assert [row.number for row in rows] == [f"YS2026-{n:04d}" for n in range(1, 5)]
    with time_machine.travel(NOW.replace(year=2027), tick=False):
        assert make.draft(cast).number == "YS2027-0001"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"summary": "  "}, "summary"),
        ({"purpose": "长" * 201}, "purpose"),
        ({"receiver": "ecology"}, "receiver"),
        ({"receiver": "nr"}, "receiver"),
        ({"edge": "risk_letter", "receiver": "ecology"}, "edge"),
        ({"edge": "nothing"}, "edge"),
        ({"edge": "reverse", "receiver": "ecology"}, "edge"),
    ],
)
def test_a_bad_draft_names_its_field(cast, facts, field):
    values = {"edge": "criminal", "receiver": "police", "title": "案", "summary": "事实"} | facts
    receiver = cast.unit(values.pop("receiver"))
    with pytest.raises(DomainError) as error:
        referrals.draft(by=cast.nr_officer, sender=cast.unit("nr"), receiver=receiver, **values)
    assert error.value.field == field
    assert not Referral.objects.exists()


def test_a_village_or_the_office_is_no_organ_that_refers_a_crime(cast):
    for unit, by in (("shangwan", "shangwan.filler"), ("office", "office")):
        with pytest.raises(DomainError) as error:
            make.draft(cast, sender=unit, by=by)
        assert error.value.field == "edge"


# the criminal way -----------------------------------------------------------------------------------


def test_the_criminal_way_with_its_limits(cast):
    row = make.draft(cast)
    make.take(cast, row, "name_team", "nr.officer")
    assert set(owed(row)) == {"report"}
    make.take(cast, row, "report", "nr.officer")
    assert owed(row) == {"approve": day_end(dt.date(2026, 3, 9))}  # F2: 7日 is a Saturday → Monday
    make.take(cast, row, "approve", "nr.head")
    assert owed(row) == {"send": NOW + dt.timedelta(hours=24)}  # F3
    make.papers(cast, row)
    make.take(cast, row, "send", "nr.officer", number="示自然资移〔2026〕3号")
    assert (row.sent_at, row.document_number) == (NOW, "示自然资移〔2026〕3号")
    assert owed(row) == {"receive": NOW + dt.timedelta(hours=24)}
    make.take(cast, row, "receive", "police.officer")
    assert owed(row) == {"decide": day_end(dt.date(2026, 3, 9))}  # F6
    make.take(cast, row, "file", "police.head", number="示公立〔2026〕7号")
    assert last(row).due_at == day_end(dt.date(2026, 3, 9))
    assert owed(row) == {"hand_over": day_end(dt.date(2026, 3, 9))}  # F12
    make.take(cast, row, "hand_over", "nr.officer", text="没有物品")
    assert owed(row) == {"answer": day_end(dt.date(2026, 6, 2))}  # 90 days, a Tuesday
    make.take(cast, row, "answer", "police.officer", result="judged")
    assert set(owed(row)) == {"close"} and row.answered_at == NOW
    make.take(cast, row, "close", "nr.officer")
    assert not owed(row)


def test_each_step_says_who_which_organ_when_under_which_number_and_why(cast):
    row = make.referral(cast, "criminal", "filed")
    step = last(row)
    assert (step.by.username, step.organ.code) == ("police.approver", "police")
    assert (step.happened_at, step.recorded_at, step.number) == (NOW, NOW, "示字〔2026〕1号")
    assert "第八条" in step.basis and step.source == "received" and step.target == "filed"
    assert row.answer_case.holder.code == "police" and row.answer_case.track == Case.Track.CRIMINAL


def test_reconsideration_and_supervision_have_their_own_limits(cast):
    row = make.referral(cast, "criminal", "not_filed")
    assert owed(row) == {"object": day_end(dt.date(2026, 3, 9))}  # F7
    make.take(cast, row, "ask_reconsideration", "nr.officer")
    assert owed(row) == {"reconsider": day_end(dt.date(2026, 3, 9))}  # F8
    make.take(cast, row, "uphold", "police.approver")
    assert owed(row) == {"object": day_end(dt.date(2026, 3, 9))}  # F9
    make.take(cast, row, "ask_supervision", "nr.officer")
    assert row.supervisor.code == "procuratorate" and owed(row) == {"supervise": None}
    make.take(cast, row, "ask_explanation", "procuratorate")
    assert owed(row) == {"explain": day_end(dt.date(2026, 3, 11))}  # F10: 7 days
    make.take(cast, row, "explain", "police.approver")
    make.take(cast, row, "order_filing", "procuratorate")
    assert owed(row) == {"file": day_end(dt.date(2026, 3, 19))}  # F11: 15 days
    make.take(cast, row, "file", "police.approver")
    assert row.status == "filed" and row.papers_until is None


def test_an_own_reversal_of_the_police_leaves_the_senders_objection_undone(cast):
    row = make.referral(cast, "criminal", "not_filed")
    make.take(cast, row, "file", "police.approver")
    duty = Duty.objects.get(key=f"referral:{row.pk}:object")
    assert duty.status == Duty.Status.CANCELLED


@pytest.mark.parametrize("result", ["withdrawn", "non_prosecuted"])
def test_a_dropped_prosecution_goes_back_to_the_administrative_way_before_it_ends(cast, result):
    row = make.referral(cast, "criminal", "answered", result=result)
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "close", "nr.officer")
    assert "转行政处理" in error.value.message
    make.take(cast, row, "handle", "nr.officer")
    assert set(owed(row)) == {"close"}
    make.take(cast, row, "close", "nr.officer")
    assert row.status == "closed"


# answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edge", list(Edge))
def test_an_answer_has_a_result_of_its_kind(cast, edge):
    row = make.referral(cast, edge, "handed_over" if edge == "criminal" else "accepted")
    if EDGES[edge].family == Family.LETTER:
        row = make.referral(cast, edge, "received")
    move = "reply" if EDGES[edge].family == Family.LETTER else "answer"
    by = make.who(row.receiver.code, 0)
    for wrong in ("", "nothing", *(set(Result.values) - {one.value for one in results(edge)})):
        with pytest.raises(DomainError) as error:
            make.take(cast, row, move, by, result=wrong)
        assert error.value.field == "result"
    make.take(cast, row, move, by, result=results(edge)[0])
    assert row.status == "answered"


def test_an_answer_that_was_sent_back_keeps_its_limit_or_gets_time_to_mend(cast):
    row = make.referral(cast, "jurisdiction", "accepted")
    due = owed(row)["answer"]
    make.take(cast, row, "answer", "ecology.officer", result="rectified")
    make.take(cast, row, "reject_answer", "nr.officer")
    assert owed(row) == {"answer": due} and row.result == "" and row.answered_at is None
    with time_machine.travel(due - dt.timedelta(hours=1), tick=False):
        make.take(cast, row, "answer", "ecology.officer", result="rectified")
        make.take(cast, row, "reject_answer", "nr.officer")
        assert owed(row)["answer"] > due
        assert Duty.objects.get(key=f"referral:{row.pk}:answer").clock is None


def test_the_day_agreed_on_stands_for_the_clock(cast):
    row = make.referral(cast, "jurisdiction", "approved")
    make.papers(cast, row)
    agreed = day_end(dt.date(2026, 3, 20))
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "send", "nr.officer", reply_due=NOW)
    assert error.value.field == "reply_due"
    make.take(cast, row, "send", "nr.officer", reply_due=agreed)
    make.take(cast, row, "receive", "ecology.officer")
    assert owed(row) == {"accept": day_end(dt.date(2026, 3, 9))}
    make.take(cast, row, "accept", "ecology.officer")
    assert owed(row) == {"answer": agreed}


def test_the_two_months_for_a_prosecutors_opinion_run_from_its_receipt(cast):
    row = make.referral(cast, "reverse", "received")
    with time_machine.travel(NOW + dt.timedelta(days=2), tick=False):
        make.take(cast, row, "accept", "nr.officer")
    assert owed(row) == {"answer": day_end(dt.date(2026, 5, 6))}  # 5月4日 is in the holiday until 5日


def test_the_office_hears_that_an_answer_came_and_not_what_it_says(cast):
    row = make.referral(cast, "jurisdiction", "answered")
    notice = Notice.objects.get(kind="referral.answered")
    assert notice.member == cast.office and notice.text == f"移送 {row.number} 已反馈。"


def test_no_notice_audit_entry_or_duty_says_what_it_is_about(cast):
    for edge in ("criminal", "discipline", "jurisdiction"):
        make.referral(cast, edge, "closed")
    said = [f"{row.text}" for row in Notice.objects.all()] + [
        f"{row.facts}" for row in AuditEntry.objects.all()
    ]
    said += [f"{row.title}{row.basis}" for row in Duty.objects.all()]
    assert len(said) > 60 and not [text for text in said if "金丝雀" in text]


# who holds what -------------------------------------------------------------------------------------


def test_on_acceptance_of_a_lead_by_jurisdiction_the_holder_moves(cast):
    lead = make.lead(cast)
    row = make.referral(cast, "jurisdiction", "accepted", lead=lead)
    lead = Lead.objects.get(pk=lead.pk)
    assert lead.holder.code == "ecology" and row.answer_case is None
    rows = Access.objects.filter(matter=lead.matter, track="admin", until=None)
    assert {(one.agency.code, one.relation) for one in rows.exclude(agency=None)} >= {
        ("ecology", "holder"),
        ("nr", "party"),
    }


@pytest.mark.parametrize("edge", ["detention", "criminal_return", "reverse", "jurisdiction"])
def test_otherwise_the_receiver_opens_its_own_case(cast, edge):
    row = make.referral(cast, edge, "accepted")
    assert row.answer_case.holder == row.receiver and row.answer_case.matter == row.matter


@pytest.mark.parametrize("edge", ["discipline", "gang"])
def test_a_clue_between_two_organs_alone_opens_no_case(cast, edge):
    assert make.referral(cast, edge, "accepted").answer_case is None


def test_a_lead_held_elsewhere_is_not_referred_by_us(cast):
    lead = make.lead(cast, "qingshi", "qingshi.filler")
    with pytest.raises(DomainError) as error:
        make.draft(cast, lead=lead)
    assert error.value.field == "lead"
    hidden = make.lead(cast, "huangsha", "huangsha.filler")
    with pytest.raises(DomainError) as error:
        make.draft(cast, "clue_up", lead=hidden)
    assert error.value.code == "missing"


def test_a_return_belongs_to_the_affair_of_what_it_answers(cast):
    first = make.referral(cast, "criminal", "not_filed")
    back = make.draft(cast, "criminal_return", prior=first)
    assert back.matter == first.matter and back.prior == first
    other = make.referral(cast, "jurisdiction", "received")
    with pytest.raises(DomainError):
        make.draft(cast, "criminal_return", prior=other)


def test_a_referral_that_begins_is_told_to_the_lead_and_every_open_case_of_the_sender(cast):
    lead = make.lead(cast)
    case = open_case(
        by=cast.nr_officer, title="金丝雀沟", found_on=NOW.date(), origin=Case.Origin.LEAD, leads=[lead]
    )
    before = (Lead.objects.get(pk=lead.pk).version, case.version)
    make.draft(cast, lead=Lead.objects.get(pk=lead.pk))
    after = (Lead.objects.get(pk=lead.pk).version, Case.objects.get(pk=case.pk).version)
    assert after == (before[0] + 1, before[1] + 1)
    Case.objects.filter(pk=case.pk).update(status="closed")
    with pytest.raises(Conflict):
        make.draft(cast, case=case)
    assert Referral.objects.count() == 1
