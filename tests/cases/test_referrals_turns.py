"""Turns of a referral: recall, forward, supplement, return, dispute; refusals of the head."""

import datetime as dt

import pytest
import time_machine

from agencies.models import Agency, Role, RoleGrant
from cases import sight, standing
from cases.actions import cases, referrals
from cases.models import Case, Referral
from cases.states import REFERRAL_MOVES
from core.errors import Conflict, DomainError, NotAllowed
from core.models import Access, Notice
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI, day_end
from tests.cases import make

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def duty(row, name):
    return Duty.objects.get(key=f"referral:{row.pk}:{name}")


def open_keys(row):
    rows = Duty.objects.open().filter(key__startswith=f"referral:{row.pk}:")
    return {one.key.rsplit(":", 1)[1] for one in rows}


@pytest.fixture
def neighbour(cast):
    return make.neighbour()


# the head's word ------------------------------------------------------------------------------------


def test_a_refusal_of_the_head_is_kept_with_its_reason_and_something_must_follow(cast):
    row = make.referral(cast, "criminal", "reported")
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "refuse", "nr.head", text="")
    assert error.value.field == "reason"
    make.take(cast, row, "refuse", "nr.head", text="事实不清，继续调查")
    assert row.steps.get(move="refuse").text == "事实不清，继续调查"
    assert open_keys(row) == {"handle"}
    make.take(cast, row, "recall", "nr.officer")
    assert duty(row, "handle").status == Duty.Status.FULFILLED and not open_keys(row)


def test_an_approval_after_three_days_is_taken_and_marked_late(cast):
    row = make.referral(cast, "criminal", "reported")
    with time_machine.travel(NOW + 6 * DAY, tick=False):
        step = make.take(cast, row, "approve", "nr.head")
    assert step.late and step.due_at == day_end(dt.date(2026, 3, 9)) and row.status == "approved"


# recall ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "team_named", "reported", "refused", "approved", "sent"])
def test_it_is_recalled_until_it_was_received(cast, status):
    row = make.referral(cast, "criminal", status)
    make.take(cast, row, "recall", "nr.officer")
    assert row.status == "recalled" and row.closed_at == NOW and not open_keys(row)


def test_after_the_receipt_it_is_not_recalled(cast):
    row = make.referral(cast, "criminal", "sent")
    stale = Referral.objects.get(pk=row.pk)
    make.take(cast, row, "receive", "police.officer")
    with pytest.raises(Conflict):
        make.take(cast, stale, "recall", "nr.officer")
    with pytest.raises(DomainError):
        make.take(cast, row, "recall", "nr.officer")


def test_what_the_police_had_received_and_forwarded_is_not_recalled(cast, neighbour):
    row = make.referral(cast, "criminal", "received")
    make.take(cast, row, "forward", "police.officer", unit=neighbour, text="属邻县公安局管辖")
    assert row.status == "sent"
    with pytest.raises(DomainError, match="已经签收过"):
        make.take(cast, row, "recall", "nr.officer", text="有误")


def test_who_approved_hears_that_it_was_taken_back_before_it_was_sent(cast):
    row = make.referral(cast, "criminal", "approved")
    heard = Notice.objects.filter(member=cast.nr_head, kind="referral.moved")
    before = heard.count()
    make.take(cast, row, "recall", "nr.officer", text="有误")
    assert heard.count() == before + 1 and "撤回" in heard.latest("id").text


@pytest.mark.parametrize("status", ["supervision", "explaining"])
def test_the_police_may_file_when_they_are_asked_why_not(cast, status):
    row = make.referral(cast, "criminal", status)
    make.take(cast, row, "file", "police.approver")
    assert row.status == "filed" and open_keys(row) == {"hand_over"}


def test_a_recall_takes_the_receivers_step_and_sight_away(cast):
    row = make.referral(cast, "criminal", "sent")
    make.take(cast, row, "recall", "nr.officer")
    assert duty(row, "receive").status == Duty.Status.CANCELLED
    rows = Access.objects.filter(matter=row.matter, agency__code="police")
    assert all(one.until is not None and one.until < NOW for one in rows)


# forward --------------------------------------------------------------------------------------------


def test_a_forward_passes_it_on_and_the_first_keeps_the_record_without_the_papers(cast, neighbour):
    row = make.referral(cast, "criminal", "received")
    Notice.objects.all().delete()
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        step = make.take(cast, row, "forward", "police.officer", unit=neighbour)
    assert (row.status, row.receiver, row.received_at) == ("sent", neighbour, None)
    assert step.due_at == NOW + DAY and not step.late and "第七条" in step.basis
    assert duty(row, "decide").status == Duty.Status.CANCELLED
    assert duty(row, "receive").agency == neighbour and duty(row, "receive").due_at == NOW + 26 * HOUR
    police, new = cast.police_officer, cast.member("police2.officer")
    assert Referral.objects.visible_to(police).filter(pk=row.pk).exists()
    assert not sight.content_of(police, row) and not sight.papers_open(police, row)
    assert list(sight.readable_steps(police).values_list("move", flat=True)) == ["receive", "forward"]
    assert sight.papers_open(new, row)
    told = set(Notice.objects.values_list("member__username", flat=True))
    assert {"nr.officer", "police2.officer"} <= told
    make.take(cast, row, "receive", "police2.officer")
    assert duty(row, "decide").agency == neighbour


def test_a_forward_after_24_hours_is_late_and_never_refused(cast, neighbour):
    row = make.referral(cast, "criminal", "received")
    with time_machine.travel(NOW + 25 * HOUR, tick=False):
        step = make.take(cast, row, "forward", "police.officer", unit=neighbour)
    assert step.late and row.receiver == neighbour


@pytest.mark.parametrize("code", [None, "nr", "police", "ecology", "court"])
def test_it_goes_on_to_a_unit_that_may_receive_it_and_to_none_else(cast, neighbour, code):
    row = make.referral(cast, "criminal", "received")
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "forward", "police.officer", unit=code and cast.unit(code))
    assert error.value.field == "unit"
    assert list(standing.forwards_of(row)) == [neighbour]


# 移送其他公安机关 (公安刑程 184) -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "notice", "owed", "owes"),
    [("filed", "notify_pass", "hand_over", "nr"), ("handed_over", "notify_pass_handed", "answer", "police2")],
)
def test_police_that_pass_a_filed_case_on_tell_the_sender_within_three_days(
    cast, neighbour, status, notice, owed, owes
):
    row = make.referral(cast, "criminal", status)
    Notice.objects.all().delete()
    step = make.take(cast, row, "pass_on", "police.approver", unit=neighbour)
    assert (row.status, row.receiver.code, step.unit) == ("passed", "police", neighbour)
    assert "第一百八十四条" in step.basis and step.due_at is None and not step.late
    assert "nr.officer" in set(Notice.objects.values_list("member__username", flat=True))
    # the limit is the first organ's, the sender sees it and nothing else is owed meanwhile
    limit = duty(row, "notify")
    assert open_keys(row) == {"notify"} and duty(row, owed).status == Duty.Status.CANCELLED
    assert (limit.agency.code, limit.recipient.code) == ("police", "nr")
    assert limit.due_at == day_end(dt.date(2026, 3, 9)) and "第一百八十四条" in limit.basis
    assert Duty.objects.visible_to(cast.nr_officer).filter(pk=limit.pk).exists()
    page = cast.client("nr.officer").get(f"/cases/referrals/{row.pk}/").content.decode()
    assert "移送其他公安机关侦办" in page and "邻县公安局" in page and "3月9日" in page
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        told = make.take(cast, row, notice, "police.officer")
    assert (row.status, row.receiver, told.organ.code) == (status, neighbour, "police")
    assert told.due_at == limit.due_at and not told.late
    assert open_keys(row) == {owed} and duty(row, owed).agency.code == owes
    assert duty(row, "notify").status == Duty.Status.FULFILLED
    # the next police have it, the first keep the record without the papers
    assert sight.papers_open(cast.member("police2.officer"), row)
    assert Referral.objects.visible_to(cast.police_officer).filter(pk=row.pk).exists()
    assert not sight.papers_open(cast.police_officer, row)
    assert "police2.officer" in set(Notice.objects.values_list("member__username", flat=True))


def test_a_notice_after_three_days_is_late_and_never_refused(cast, neighbour):
    row = make.referral(cast, "criminal", "passed")
    with time_machine.travel(NOW + 6 * DAY, tick=False):
        step = make.take(cast, row, "notify_pass", "police.officer")
    assert step.late and row.receiver == neighbour


@pytest.mark.parametrize(
    ("status", "wrong"), [("filed", "notify_pass_handed"), ("handed_over", "notify_pass")]
)
def test_the_notice_leads_back_to_where_it_was_passed_on_from(cast, neighbour, status, wrong):
    row = make.referral(cast, "criminal", status)
    make.take(cast, row, "pass_on", "police.approver", unit=neighbour)
    with pytest.raises(DomainError):
        make.take(cast, row, wrong, "police.officer")
    page = cast.client("police.officer").get(f"/cases/referrals/{row.pk}/").content.decode()
    assert page.count(">书面通知移送单位<") == 1


@pytest.mark.parametrize("code", [None, "nr", "police", "court"])
def test_a_filed_case_is_passed_to_other_police_alone(cast, neighbour, code):
    row = make.referral(cast, "criminal", "filed")
    with pytest.raises(DomainError) as error:
        referrals.take(
            referral=row, move="pass_on", by=cast.police_approver, number="1", text="并案",
            unit=code and cast.unit(code),
        )  # fmt: skip
    assert error.value.field == "unit"


def test_the_other_police_may_be_of_another_city(cast):
    far = make.neighbour()
    type(far.division).objects.filter(pk=far.division_id).update(code="888801", name="外市某县")
    row = make.referral(cast, "criminal", "filed")
    assert not standing.forwards_of(row).exists()  # before the filing it stays in the city
    make.take(cast, row, "pass_on", "police.approver", unit=far)
    assert row.status == "passed"


def test_the_next_police_hand_over_answer_and_may_pass_it_on_again(cast, neighbour):
    row = make.referral(cast, "criminal", "passed")
    make.take(cast, row, "notify_pass", "police.officer")
    make.take(cast, row, "hand_over", "nr.officer", text="没有需要移交的物品")
    with pytest.raises(NotAllowed):
        make.take(cast, row, "answer", "police.officer", result="prosecuted")
    with time_machine.travel(NOW + DAY, tick=False):
        Agency.objects.filter(code="police2").update(online=False)
        row = Referral.objects.get(pk=row.pk)
        step = make.take(
            cast, row, "pass_on", "nr.officer", unit=cast.unit("police"), happened_at=NOW + DAY,
            upload=make.pdf(),
        )  # fmt: skip
        referrals.check_proxy(step=step, by=cast.nr_approver, agreed=True)
        row.refresh_from_db()
        assert (row.status, row.receiver.code) == ("passed", "police2")
        assert duty(row, "notify").due_at == day_end(dt.date(2026, 3, 9))  # the 8th is a Sunday


def test_the_case_goes_to_the_next_police_with_its_officers_and_tasks_ended(cast, neighbour):
    row = make.referral(cast, "criminal", "filed")
    case = row.answer_case
    named = [cases.Named(cast.member(name), f"晋公{name}") for name in ("police.officer", "police.approver")]
    cases.take(case=case, move="assign_crime", by=cast.police_approver, officers=named)
    make.take(cast, row, "pass_on", "police.approver", unit=neighbour)
    make.take(cast, row, "notify_pass", "police.officer")
    case.refresh_from_db()
    assert (row.answer_case, case.holder, case.status) == (case, neighbour, "filed")
    assert not case.officers.filter(released_at__isnull=True).exists()
    last = case.steps.latest("id")
    assert (last.move, last.organ.code, last.label) == ("pass_crime", "police", "移送邻县公安局侦办")
    # need to know: the first organ keeps the referral's record, nobody of it reads the case any more
    for name in ("police.officer", "police.approver", "police.head"):
        assert not Case.objects.visible_to(cast.member(name)).filter(pk=case.pk).exists(), name
        assert Referral.objects.visible_to(cast.member(name)).filter(pk=row.pk).exists(), name
    RoleGrant.objects.create(member=cast.member("police2.officer"), role=Role.APPROVER)
    second = cast.member("police2.officer")
    assert Case.objects.visible_to(second).filter(pk=case.pk).exists()
    cases.take(case=case, move="conclude_crime", by=second, text="侦查终结")


def test_without_accounts_at_the_next_police_the_case_stays_with_the_first(cast, neighbour):
    row = make.referral(cast, "criminal", "filed")
    case = row.answer_case
    Agency.objects.filter(code="police2").update(online=False)
    make.take(cast, row, "pass_on", "police.approver", unit=cast.unit("police2"))
    make.take(cast, row, "notify_pass", "police.officer")
    case.refresh_from_db()
    assert (row.receiver.code, row.answer_case, case.holder.code) == ("police2", case, "police")


def test_police_that_keep_cases_here_open_one_after_police_that_do_not(cast, neighbour):
    Agency.objects.filter(code="police").update(online=False)
    row = make.referral(cast, "criminal", "sent")
    for move in ("receive", "file", "pass_on", "notify_pass"):
        facts = {"number": move} | ({"unit": neighbour} if move == "pass_on" else {})
        row = Referral.objects.get(pk=row.pk)
        step = make.take(cast, row, move, "nr.officer", happened_at=NOW, upload=make.pdf(), **facts)
        referrals.check_proxy(step=step, by=cast.nr_approver, agreed=True)
    row.refresh_from_db()
    case = row.answer_case
    assert (row.receiver, case.holder, case.status) == (neighbour, neighbour, "filed")
    assert case.number == row.steps.get(move="file").number


# supplement -----------------------------------------------------------------------------------------


def test_the_police_review_keeps_its_start_through_a_supplement(cast):
    row = make.referral(cast, "criminal", "received")
    review = duty(row, "decide")
    with time_machine.travel(NOW + DAY, tick=False):
        step = make.take(cast, row, "ask_supplement", "police.officer", text="缺鉴定意见")
    assert not step.late and step.due_at == NOW + DAY and "第一百八十条" in step.basis
    assert open_keys(row) == {"supplement", "decide"}
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        make.take(cast, row, "supplement", "nr.officer", text="补送鉴定意见")
    again = duty(row, "decide")
    assert (again.pk, again.started_at, again.due_at) == (review.pk, NOW, review.due_at)
    assert open_keys(row) == {"decide"}


def test_asking_for_papers_after_24_hours_is_late_and_never_refused(cast):
    row = make.referral(cast, "criminal", "received")
    with time_machine.travel(NOW + DAY + HOUR, tick=False):
        step = make.take(cast, row, "ask_supplement", "police.officer")
    assert step.late and row.status == "supplement"


def test_between_bureaus_the_review_starts_anew_after_a_supplement(cast):
    row = make.referral(cast, "jurisdiction", "received")
    make.take(cast, row, "ask_supplement", "ecology.officer")
    assert open_keys(row) == {"supplement"}
    with time_machine.travel(NOW + DAY, tick=False):
        make.take(cast, row, "supplement", "nr.officer", text="补送")
    assert duty(row, "accept").due_at == day_end(dt.date(2026, 3, 10))


# return and dispute ---------------------------------------------------------------------------------


def test_a_return_sends_the_papers_back_and_something_must_follow(cast):
    row = make.referral(cast, "jurisdiction", "returned")
    assert open_keys(row) == {"handle"} and row.papers_until == NOW
    assert not sight.papers_open(cast.ecology_officer, row) and sight.content_of(cast.ecology_officer, row)
    with pytest.raises(DomainError):
        make.take(cast, row, "close", "nr.officer")
    make.take(cast, row, "handle", "nr.officer")
    make.take(cast, row, "close", "nr.officer")


def test_a_dispute_goes_to_the_nearest_unit_above_both(cast):
    row = make.referral(cast, "jurisdiction", "returned")
    with pytest.raises(NotAllowed):
        make.take(cast, row, "dispute", "nr.officer")
    make.take(cast, row, "dispute", "nr.approver")
    assert row.superior.code == "county" and duty(row, "dispute").role == "leader"
    assert duty(row, "dispute").due_at == day_end(dt.date(2026, 3, 13))
    assert sight.content_of(cast.leader, row)
    for name in ("nr.head", "ecology.head", "office"):
        with pytest.raises(DomainError):
            make.take(cast, row, "designate", name)
    make.take(cast, row, "designate", "leader", number="示政〔2026〕9号")
    assert row.status == "received" and row.papers_until is None and open_keys(row) == {"accept"}


def test_the_superior_may_leave_it_with_the_sender(cast):
    row = make.referral(cast, "jurisdiction", "disputed")
    make.take(cast, row, "overrule", "leader")
    assert row.status == "handling" and open_keys(row) == {"close"}


def test_without_a_common_unit_above_the_joint_office_decides(cast):
    Agency.objects.filter(code="ecology").update(parent=None)
    row = make.referral(cast, "jurisdiction", "returned")
    make.take(cast, row, "dispute", "nr.head")
    assert row.superior.code == "office" and duty(row, "dispute").role == "office"
    make.take(cast, row, "designate", "office")
    assert row.status == "received"


# a fine waits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "pending"),
    [
        ("approved", False),
        ("sent", True),
        ("received", True),
        ("not_filed", True),
        ("filed", True),
        ("answered", True),
        ("returned", True),
        ("handling", False),
        ("recalled", False),
    ],
)
def test_a_criminal_referral_keeps_fines_away_from_the_hand_over_to_its_end(cast, status, pending):
    row = make.referral(cast, "criminal", status, result="prosecuted")
    assert standing.pending_criminal(row.matter) == (row if pending else None)


def test_a_referral_that_ended_without_trial_keeps_no_fine_away(cast):
    row = make.referral(cast, "criminal", "answered", result="withdrawn")
    make.take(cast, row, "handle", "nr.officer")
    make.take(cast, row, "close", "nr.officer")
    assert row.status == "closed" and standing.pending_criminal(row.matter) is None


TRIALS = [
    ("answered", "court_result", "judged", "answered", {"close"}),
    ("answered", "court_result", "non_prosecuted", "answered", {"close"}),
    ("closed", "court_result_judged", "judged", "closed", set()),
    ("closed", "court_result_dropped", "withdrawn", "handling", {"close"}),
]


@pytest.mark.parametrize(("status", "move", "result", "after", "owed"), TRIALS)
def test_what_came_of_a_trial_is_owed_until_it_is_known(cast, status, move, result, after, owed):
    """Also once the sender has closed; without a trial the case is the sender's to handle (310号 10, 13)."""
    row = make.referral(cast, "criminal", status, result="prosecuted")
    assert open_keys(row) == {"trial"} | ({"close"} if status == "answered" else set())
    assert duty(row, "trial").agency == row.receiver and duty(row, "trial").due_at is None
    make.take(cast, row, move, "police.officer", result=result)
    assert (row.status, row.result) == (after, result) and open_keys(row) == owed
    assert (row.closed_at is None) == (after != "closed")
    heard = Notice.objects.filter(member=cast.nr_officer, kind="referral.moved")
    assert heard.latest("id").text.startswith(f"移送 {row.number}：{REFERRAL_MOVES[move].label}")
    with pytest.raises(DomainError):
        make.take(cast, row, move, "police.officer", result=result)


@pytest.mark.parametrize(("result", "kept"), [("judged", True), ("non_prosecuted", False)])
def test_a_case_on_trial_keeps_fines_away_until_it_is_known_what_came_of_it(cast, result, kept):
    row = make.referral(cast, "criminal", "closed", result="prosecuted")
    assert standing.pending_criminal(row.matter) == row
    move = "court_result_judged" if kept else "court_result_dropped"
    make.take(cast, row, move, "police.officer", result=result)
    assert standing.pending_criminal(row.matter) == (row if kept else None)


def test_a_case_that_was_not_sent_on_for_trial_has_no_later_result(cast):
    row = make.referral(cast, "criminal", "answered", result="withdrawn")
    with pytest.raises(DomainError, match="已移送起诉"):
        make.take(cast, row, "court_result", "police.officer", result="judged")
    assert "trial" not in open_keys(row)


@pytest.mark.parametrize("result", ["prosecuted", "penalty", "non_prosecuted", ""])
def test_what_came_of_a_trial_is_one_of_its_ends(cast, result):
    row = make.referral(cast, "criminal", "closed", result="prosecuted")
    with pytest.raises(DomainError) as refused:
        make.take(cast, row, "court_result_judged", "police.officer", result=result)
    assert refused.value.field == "result"


def test_nobody_but_the_receiver_says_what_came_of_a_trial(cast):
    row = make.referral(cast, "criminal", "closed", result="prosecuted")
    with pytest.raises(NotAllowed):
        make.take(cast, row, "court_result_judged", "nr.officer", result="judged")


def test_a_case_on_trial_does_not_turn_administrative(cast):
    row = make.referral(cast, "criminal", "answered", result="prosecuted")
    with pytest.raises(DomainError, match="等法院或者检察院"):
        make.take(cast, row, "handle", "nr.officer")


def test_a_judgment_keeps_them_away_for_good(cast):
    row = make.referral(cast, "criminal", "closed", result="judged")
    assert standing.pending_criminal(row.matter) == row


def test_a_judgment_keeps_them_away_while_the_rest_is_handled_administratively(cast):
    row = make.referral(cast, "criminal", "answered", result="judged")
    make.take(cast, row, "handle", "nr.officer")
    assert row.status == "handling" and standing.pending_criminal(row.matter) == row


def test_other_kinds_keep_no_fine_away(cast):
    row = make.referral(cast, "detention", "accepted")
    assert standing.pending_criminal(row.matter) is None


@pytest.mark.parametrize(
    ("edge", "move"), [("criminal", "file"), ("criminal", "refuse_filing"), ("gang", "accept")]
)
def test_papers_that_never_come_keep_nobody_from_deciding(cast, edge, move):
    row = make.referral(cast, edge, "supplement")
    make.take(cast, row, move, make.maker(row, move))
    assert duty(row, "supplement").status == Duty.Status.CANCELLED


def _designated(cast, edge, when):
    row = make.referral(cast, edge, "disputed")
    with time_machine.travel(when, tick=False):
        make.take(cast, row, "designate", "leader", number="示政〔2026〕9号")
    return row


def test_the_designated_police_review_from_the_designation_on(cast):
    """310号8: three days from 接受; Thursday 12 March, the 15th is a Sunday."""
    then = NOW + 8 * DAY
    row = _designated(cast, "criminal", then)
    assert row.received_at == NOW and duty(row, "decide").due_at == day_end(dt.date(2026, 3, 16))
    with time_machine.travel(then + HOUR, tick=False):
        step = make.take(cast, row, "file", "police.approver")
    assert not step.late and step.due_at == day_end(dt.date(2026, 3, 16))


@pytest.mark.parametrize(("hours", "late"), [(23, False), (25, True)])
def test_the_designated_police_have_a_day_to_ask_for_papers(cast, hours, late):
    then = NOW + 8 * DAY
    row = _designated(cast, "criminal", then)
    with time_machine.travel(then + hours * HOUR, tick=False):
        step = make.take(cast, row, "ask_supplement", "police.officer")
    assert (step.due_at, step.late) == (then + DAY, late)
    assert duty(row, "decide").due_at == day_end(dt.date(2026, 3, 16))  # the review keeps its start


def test_the_designated_organ_answers_an_opinion_from_the_designation_on(cast):
    RoleGrant.objects.create(member=cast.procuratorate, role=Role.APPROVER)
    then = NOW + 8 * DAY
    row = _designated(cast, "reverse", then)
    with time_machine.travel(then + DAY, tick=False):
        make.take(cast, row, "accept", "nr.officer")
    assert duty(row, "answer").due_at == day_end(dt.date(2026, 5, 12))
