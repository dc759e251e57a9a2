"""线下单位: the other side's clerk puts its step down (number, time, scan); a second person checks it."""

import datetime as dt

import pytest
import time_machine

from agencies.models import Agency
from cases import sight, standing
from cases.actions import referrals
from cases.actions.referrals.drafting import editable
from cases.models import Referral, ReferralStep
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import AuditEntry, Notice
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI, day_end
from tests.cases import make

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offline(cast):
    """The county in which the police work in a system of their own."""
    Agency.objects.filter(code="police").update(online=False)
    return cast


def put_down(cast, row, move="receive", by="nr.officer", **facts):
    values = {"number": "示公受〔2026〕1号", "happened_at": NOW, "upload": make.pdf()} | facts
    return make.take(cast, row, move, by, **values)


def checked(cast, step, by="nr.approver", **facts):
    return referrals.check_proxy(step=step, by=cast.member(by), **({"agreed": True} | facts))


def duty(row, name):
    return Duty.objects.get(key=f"referral:{row.pk}:{name}")


def test_a_step_of_an_offline_unit_takes_effect_only_after_a_second_person_checked_it(offline):
    row = make.referral(offline, "criminal", "sent")
    with time_machine.travel(NOW + 5 * HOUR, tick=False):
        step = put_down(offline, row, happened_at=NOW + 2 * HOUR)
        assert (row.status, step.state, step.proxy, step.organ.code) == ("sent", "pending", True, "police")
        check = duty(row, "check")
        assert check.agency.code == "nr" and check.due_at == day_end(dt.date(2026, 3, 6))
        assert check.title == f"核对代录 {row.number}"
        checked(offline, step)
        row.refresh_from_db()
        step.refresh_from_db()
    assert (row.status, row.received_at) == ("received", NOW + 2 * HOUR)
    assert (step.state, step.checked_by.username, step.late) == ("taken", "nr.approver", False)
    assert duty(row, "check").status == Duty.Status.FULFILLED
    assert duty(row, "decide").due_at == day_end(dt.date(2026, 3, 9))


def test_its_clocks_run_from_what_happened_and_lateness_is_judged_by_it(offline):
    row = make.referral(offline, "criminal", "sent")
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        checked(offline, put_down(offline, row, happened_at=NOW + 25 * HOUR))
    receive = row.steps.get(move="receive")
    assert receive.late and receive.due_at == NOW + DAY
    with time_machine.travel(NOW + 20 * DAY, tick=False):
        row.refresh_from_db()
        checked(offline, put_down(offline, row, "file", happened_at=NOW + 3 * DAY))
    filed = row.steps.get(move="file")
    assert not filed.late and filed.happened_at == NOW + 3 * DAY
    row.refresh_from_db()
    assert row.status == "filed" and row.answer_case is None
    assert duty(row, "hand_over").started_at == NOW + 3 * DAY


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"number": " "}, "number"),
        ({"upload": None}, "upload"),
        ({"happened_at": None}, "happened_at"),
        ({"happened_at": NOW + HOUR}, "happened_at"),
        ({"happened_at": NOW - HOUR}, "happened_at"),
    ],
)
def test_what_is_put_down_needs_number_time_and_scan(offline, facts, field):
    row = make.referral(offline, "criminal", "sent")
    with pytest.raises(DomainError) as error:
        put_down(offline, row, **facts)
    assert error.value.field == field
    row.refresh_from_db()
    assert row.status == "sent" and not row.steps.filter(proxy=True).exists()


def test_the_recorder_never_checks_the_own_record(offline):
    row = make.referral(offline, "criminal", "sent")
    step = put_down(offline, row)
    with pytest.raises(NotAllowed):
        checked(offline, step, by="nr.officer")
    with pytest.raises(Missing):
        checked(offline, step, by="ecology.officer")
    with pytest.raises(NotAllowed):
        checked(offline, step, by="office")
    assert standing.may_check(offline.nr_head, step) == ""


def test_what_does_not_agree_with_the_paper_is_refused_with_a_note_and_put_down_anew(offline):
    row = make.referral(offline, "criminal", "sent")
    step = put_down(offline, row)
    with pytest.raises(DomainError) as error:
        checked(offline, step, agreed=False)
    assert error.value.field == "note"
    checked(offline, step, agreed=False, note="文号与回执不符")
    row.refresh_from_db()
    step.refresh_from_db()
    assert (row.status, step.state, step.check_note) == ("sent", "refused", "文号与回执不符")
    checked(offline, put_down(offline, row))
    row.refresh_from_db()
    assert row.status == "received"


def test_while_one_waits_to_be_checked_nothing_else_is_done(offline):
    row = make.referral(offline, "criminal", "sent")
    put_down(offline, row)
    for move, facts in (
        ("recall", {}),
        ("receive", {"number": "2", "happened_at": NOW, "upload": make.pdf()}),
    ):
        with pytest.raises(DomainError) as error:
            make.take(offline, row, move, "nr.officer", **facts)
        assert error.value.message == standing.WAITS_FOR_CHECK


def test_two_clerks_never_put_down_two_fates(offline):
    row = make.referral(offline, "criminal", "sent")
    stale = Referral.objects.get(pk=row.pk)
    put_down(offline, row)
    with pytest.raises(Conflict):
        put_down(offline, stale, by="nr.approver")


def test_it_is_checked_once(offline):
    row = make.referral(offline, "criminal", "sent")
    step = put_down(offline, row)
    stale = ReferralStep.objects.get(pk=step.pk)
    checked(offline, step)
    with pytest.raises(Conflict):
        checked(offline, stale, by="nr.head")


def test_a_unit_that_works_here_says_itself_what_it_did_and_when(cast):
    row = make.referral(cast, "criminal", "sent")
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "receive", "police.officer", happened_at=NOW - HOUR)
    assert error.value.field == "happened_at"
    with pytest.raises(NotAllowed):
        make.take(cast, row, "receive", "nr.officer", happened_at=NOW, number="1", upload=make.pdf())


def test_the_whole_criminal_way_with_offline_police(offline):
    row = make.referral(offline, "criminal", "sent")
    checked(offline, put_down(offline, row))
    row.refresh_from_db()
    checked(offline, put_down(offline, row, "ask_supplement", text="补充鉴定意见"))
    row.refresh_from_db()
    make.take(offline, row, "supplement", "nr.officer", text="补送")
    checked(offline, put_down(offline, row, "file"))
    row.refresh_from_db()
    make.take(offline, row, "hand_over", "nr.officer", text="没有物品")
    checked(offline, put_down(offline, row, "answer", result="prosecuted", text="已移送起诉"))
    row.refresh_from_db()
    assert (row.status, row.result) == ("answered", "prosecuted")
    make.take(offline, row, "close", "nr.officer")
    assert row.status == "closed"


def test_what_an_offline_unit_sends_is_written_down_by_the_receivers_clerk(offline):
    row = make.draft(offline, "risk_letter", by="nr.officer")
    assert (row.sender.code, row.status) == ("police", "approved")
    assert sight.content_of(offline.nr_approver, row)
    assert not Referral.objects.visible_to(offline.ecology_officer).exists()
    with pytest.raises(NotAllowed):
        make.draft(offline, "risk_letter", by="ecology.officer")
    referrals.add_paper(
        referral=row, by=offline.nr_officer, kind="letter", name="提示函", upload=make.pdf("提示函.pdf")
    )
    row.refresh_from_db()
    step = put_down(offline, row, "send", happened_at=NOW - DAY)
    checked(offline, step)
    row.refresh_from_db()
    assert (row.status, row.sent_at) == ("sent", NOW - DAY)
    assert duty(row, "receive").due_at == NOW
    make.take(offline, row, "receive", "nr.officer")
    make.take(offline, row, "reply", "nr.officer", result="replied")
    checked(offline, put_down(offline, row, "close", text="已阅"))
    row.refresh_from_db()
    assert row.status == "closed"


def test_a_draft_that_came_on_paper_is_mended_before_it_is_put_down_as_sent(offline):
    row = make.draft(offline, "risk_letter", by="nr.officer", title="按由写错")
    client, url = offline.client("nr.approver"), f"/cases/referrals/{row.pk}/"
    page = client.get(url).content.decode()
    assert all(f"{url}{name}/" in page for name in ("edit", "papers", "goods"))
    assert "按由写错" in client.get(f"{url}edit/").content.decode()
    sent = {
        "sender": row.sender_id,
        "receiver": row.receiver_id,
        "title": "案由",
        "summary": "事实",
        "purpose": "",
        "version": row.version,
    }
    assert client.post(f"{url}edit/", sent).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.summary, row.status) == ("案由", "事实", "approved")
    paper = referrals.add_paper(referral=row, by=offline.nr_approver, kind="letter", name="写错的名称")
    referrals.drop_paper(paper=paper, by=offline.nr_officer)
    line = referrals.add_goods(referral=row, by=offline.nr_officer, name="沙", quantity="1", unit="吨")
    referrals.drop_goods(goods=line, by=offline.nr_officer)
    assert not row.papers.exists() and not row.goods.exists()


def edited(cast, row, by="nr.officer", **facts):
    values = {"title": "改", "summary": "改", "purpose": "", "receiver": row.receiver, "version": row.version}
    return referrals.edit(referral=row, by=cast.member(by), **(values | facts))


def test_whom_it_came_to_is_not_changed_afterwards(offline):
    row = make.draft(offline, "risk_letter", by="nr.officer")
    for unit in ("ecology", "forestry"):
        with pytest.raises(DomainError) as error:
            edited(offline, row, receiver=offline.unit(unit))
        assert error.value.field == "receiver" and "撤回" in error.value.message


def test_what_the_head_approved_here_stays_as_it_was_approved(cast):
    row = make.referral(cast, "criminal", "approved")
    with pytest.raises(Conflict):
        edited(cast, row)
    Agency.objects.filter(code="nr").update(online=False)  # its people lose their accounts afterwards
    assert "approved" not in editable(Referral.objects.get(pk=row.pk))


def test_what_is_put_down_does_not_change_until_it_was_checked(offline):
    row = make.draft(offline, "risk_letter", by="nr.officer")
    one = referrals.add_paper(referral=row, by=offline.nr_officer, kind="letter", name="提示函")
    row.refresh_from_db()
    step = put_down(offline, row, "send", happened_at=NOW - DAY)
    row.refresh_from_db()
    paper = {"kind": "other", "name": "材料"}
    thing = {"name": "沙", "quantity": "1", "unit": "吨"}
    for change in (
        lambda: edited(offline, row),
        lambda: referrals.add_paper(referral=row, by=offline.nr_officer, **paper),
        lambda: referrals.drop_paper(paper=one, by=offline.nr_officer),
        lambda: referrals.add_goods(referral=row, by=offline.nr_officer, **thing),
    ):
        with pytest.raises(DomainError) as error:
            change()
        assert error.value.message == standing.WAITS_FOR_CHECK
    client = offline.client("nr.officer")
    assert client.get(f"/cases/referrals/{row.pk}/edit/").status_code == 409
    assert f"{row.pk}/edit/" not in client.get(f"/cases/referrals/{row.pk}/").content.decode()
    checked(offline, step, agreed=False, note="时间不符")
    edited(offline, Referral.objects.get(pk=row.pk))


@pytest.mark.parametrize("by", ["nr.officer", "nr.approver"])
def test_a_draft_put_down_in_error_is_taken_back_by_the_recording_unit_alone(offline, by):
    row = make.draft(offline, "risk_letter", by="nr.officer")
    with pytest.raises(DomainError) as error:
        make.take(offline, row, "recall", by, text=" ")
    assert error.value.field == "reason"
    with pytest.raises(Missing):
        make.take(offline, row, "recall", "ecology.officer")
    page = offline.client(by).get(f"/cases/referrals/{row.pk}/").content.decode()
    assert "撤回" in page and "代录：公安局撤回" not in page
    step = make.take(offline, row, "recall", by, text="重复代录")
    assert (row.status, step.state, step.proxy, step.organ.code) == ("recalled", "taken", False, "nr")
    assert not standing.unanswered(row.matter).exists()
    entry = AuditEntry.objects.filter(verb="referral.recall").latest("id")
    assert entry.agency.code == "nr"


def test_once_it_was_sent_taking_it_back_is_the_offline_units_own_act(offline):
    row = make.draft(offline, "risk_letter", by="nr.officer")
    referrals.add_paper(referral=row, by=offline.nr_officer, kind="letter", name="提示函")
    row.refresh_from_db()
    checked(offline, put_down(offline, row, "send", happened_at=NOW - DAY))
    row.refresh_from_db()
    with pytest.raises(DomainError) as error:
        make.take(offline, row, "recall", "nr.officer", happened_at=NOW)
    assert error.value.field == "number"


def test_an_offline_procuratorate_is_put_down_by_the_sender_too(cast):
    Agency.objects.filter(code="procuratorate").update(online=False)
    row = make.referral(cast, "criminal", "supervision")
    checked(cast, put_down(cast, row, "ask_explanation"))
    row.refresh_from_db()
    assert row.status == "explaining"
    assert row.steps.get(move="ask_explanation").organ.code == "procuratorate"
    assert standing.may(cast.police_officer, row, "order_filing")


def test_where_both_work_elsewhere_the_office_puts_it_down(cast):
    Agency.objects.filter(code__in=["police", "procuratorate"]).update(online=False)
    row = make.draft(cast, "procuratorate", sender="police", by="office")
    assert standing.recorder(row, "sender").code == "office"
    assert standing.may(cast.office, row, "send") == "" and standing.may(cast.nr_officer, row, "send")
    assert sight.content_of(cast.office, row)


def test_where_one_alone_keeps_the_office_somebody_above_checks(cast):
    Agency.objects.filter(code__in=["police", "procuratorate"]).update(online=False)
    row = make.draft(cast, "procuratorate", sender="police", by="office")
    referrals.add_paper(referral=row, by=cast.office, kind="letter", name="函", upload=make.pdf())
    row.refresh_from_db()
    step = put_down(cast, row, "send", by="office")
    assert duty(row, "check").member.username == "leader"
    checked(cast, step, by="leader")
    row.refresh_from_db()
    assert row.status == "sent"


def test_a_forward_put_down_for_an_offline_unit_names_the_next_one(offline):
    next_unit = Agency.objects.create(
        code="police2",
        name="邻县公安局",
        kind="police",
        division=offline.county,
        parent=offline.unit("county"),
    )
    row = make.referral(offline, "criminal", "sent")
    checked(offline, put_down(offline, row))
    row.refresh_from_db()
    checked(offline, put_down(offline, row, "forward", unit=next_unit, happened_at=NOW))
    row.refresh_from_db()
    assert (row.status, row.receiver) == ("sent", next_unit)


def test_what_is_put_down_leaves_its_trace_without_content(offline):
    row = make.referral(offline, "criminal", "sent")
    Notice.objects.all().delete()
    step = put_down(offline, row, text="金丝雀沟")
    checked(offline, step)
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"referral.recorded", "referral.receive"} <= verbs
    assert Notice.objects.filter(kind="referral.check", member=offline.nr_approver).exists()
    assert not [one.text for one in Notice.objects.all() if "金丝雀" in one.text]
