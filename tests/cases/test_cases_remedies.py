"""复议、诉讼 against a decision: what they stop, which periods they end."""

from decimal import Decimal

import pytest
import time_machine

from cases import remedies as reading
from cases.actions import cases
from cases.discretion import surcharge
from cases.models import Party, Remedy
from core.errors import Conflict, DomainError, NotAllowed
from minewatch.lib.clock import day_end
from tests.cases import make_cases as make
from tests.cases.make_after import (
    brought,
    day,
    due_day,
    duty,
    ended,
    open_keys,
)
from tests.cases.make_cases import at, do, fresh, paper

# ---------------------------------------------------------------- 复议、诉讼


def test_a_remedy_is_of_a_served_decision_and_from_its_unit_only(cast):
    case = make.decided(cast)
    with pytest.raises(Conflict):
        brought(cast, case, day(9, 21))
    do(cast, case, "serve", "nr.officer", at(2026, 9, 21, 10), upload=paper())
    for who in ("office", "police.head", "leader", "procuratorate"):
        with pytest.raises(NotAllowed):
            brought(cast, case, day(9, 22), by=who)
    row = brought(cast, case, day(9, 22))
    assert (row.decision.move, row.result, row.ended_on) == ("decide", "", None)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "appeal"}, "kind"),
        ({"organ": " "}, "organ"),
        ({"organ": "长" * 81}, "organ"),
        ({"filed_on": day(9, 20)}, "filed_on"),  # before it was served
        ({"filed_on": day(9, 30)}, "filed_on"),  # to come
        ({"note": "长" * 1001}, "note"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(cast, facts, field):
    case = make.served(cast)
    values = {"filed_on": day(9, 23)} | facts
    with pytest.raises(DomainError) as refused:
        brought(cast, case, when=at(2026, 9, 24, 9), **values)
    assert refused.value.field == field and not Remedy.objects.exists()


def test_who_has_asked_for_reconsideration_does_not_sue_meanwhile(cast):
    case = make.served(cast)
    row = brought(cast, case, day(9, 23))
    with pytest.raises(DomainError, match="行政复议法第二十九条"):
        brought(cast, case, day(9, 24), kind="suit", organ="示范县人民法院")
    changed = brought(cast, case, day(9, 23), when=at(2026, 9, 24, 9), remedy=row, halted=True)
    assert changed.pk == row.pk and changed.halted
    ended(cast, row, day(10, 20), "upheld")
    brought(cast, case, day(10, 28), kind="suit", organ="示范县人民法院")
    with pytest.raises(Conflict):
        ended(cast, row, day(10, 29), "annulled")  # it has its result


def test_a_court_upholds_nothing_it_dismisses(cast):
    case = make.served(cast)
    row = brought(cast, case, day(9, 23), kind="suit", organ="示范县人民法院")
    for result, why in (("upheld", "result"), ("nonsense", "result")):
        with pytest.raises(DomainError) as refused:
            ended(cast, row, day(12, 1), result)
        assert refused.value.field == why
    with pytest.raises(DomainError) as refused:
        ended(cast, row, day(12, 1), "dismissed", upload=None)
    assert refused.value.field == "file"
    with pytest.raises(DomainError) as refused:
        ended(cast, row, day(9, 22), "dismissed")
    assert refused.value.field == "ended_on"
    assert ended(cast, row, day(12, 1), "dismissed").ended_on == day(12, 1)


def test_the_surcharge_stands_still_while_a_remedy_is_pending(cast):
    """Worked: fine 100,000 元, served 21 September, to be paid by 8 October (6 October is off; 处罚法67).

    复议 from 20 October to 18 December: sixty days. On 31 December 84 days have gone by since 8 October, 24
    count: 24 × 3 % × 100,000 = 72,000 元.
    """
    case = make.served(cast)
    row = brought(cast, case, day(10, 20))
    case = fresh(case)
    fine = case.penalties.get()
    due = day(10, 8)
    assert reading.stopped_days([row], due, day(10, 19)) == 0
    assert reading.stopped_days([row], due, day(10, 20)) == 1
    row = ended(cast, row, day(12, 18), "upheld")
    stopped = reading.stopped_days([row], due, day(12, 31))
    assert stopped == 60
    assert surcharge(fine.fine, fine.paid, due, day(12, 31), stopped) == Decimal("72000.00")
    # two that overlap stop no day twice, and days before the limit ran out are none
    other = Remedy(filed_on=day(9, 25), ended_on=day(10, 25))
    assert reading.stopped_days([row, other], due, day(12, 31)) == 60 + 11


def test_the_page_shows_the_surcharge_without_the_days_of_the_remedy(cast):
    case = make.served(cast)
    row = brought(cast, case, day(10, 20))
    ended(cast, row, day(12, 18), "upheld")
    with time_machine.travel(at(2026, 12, 31, 9), tick=False):
        page = cast.client("nr.officer").get(f"/cases/{case.pk}/").content.decode()
    assert "加处罚款至今72,000" in page and "不计复议、诉讼期间" in page


def test_the_court_is_not_asked_while_a_remedy_is_pending(cast):
    case = make.served(cast)
    do(cast, case, "urge", "nr.officer", at(2026, 10, 12, 9), upload=paper())
    assert "court" in open_keys(case)
    row = brought(cast, case, day(10, 20))
    assert "court" not in open_keys(case)
    with pytest.raises(DomainError, match=r"示政复〔2026〕3号）还没有结果.*行政强制法第五十三条"):
        do(cast, case, "apply_court", "nr.head", at(2027, 6, 1, 9), upload=paper())
    ended(cast, row, day(12, 18), "upheld")
    # fifteen days to sue (行政诉讼法45) end on Saturday 2 January 2027: the Monday after
    running = {one.wait.key: one for one in _running(case, at(2026, 12, 19, 9))}
    assert set(running) == {"C15r", "C16"}
    assert running["C15r"].due.due_at == day_end(day(1, 4, 2027))
    with pytest.raises(DomainError, match="不服复议决定提起行政诉讼"):
        do(cast, case, "apply_court", "nr.head", at(2026, 12, 30, 9), upload=paper())
    assert "court" in open_keys(case)
    do(cast, case, "apply_court", "nr.head", at(2027, 1, 12, 9), upload=paper())
    assert fresh(case).status == "court"


def _running(case, when):
    from cases.case_moments import running

    with time_machine.travel(when, tick=False):
        return running(fresh(case))


def test_after_a_withdrawn_remedy_the_periods_go_on(cast):
    case = make.served(cast)
    row = brought(cast, case, day(10, 20))
    ended(cast, row, day(11, 2), "withdrawn")
    assert {one.wait.key for one in _running(case, at(2026, 11, 3, 9))} == {"C14", "C15", "C15m"}


def test_after_a_judgment_nothing_bars_the_court(cast):
    case = make.served(cast)
    do(cast, case, "urge", "nr.officer", at(2026, 10, 12, 9), upload=paper())
    row = brought(cast, case, day(10, 20), kind="suit", organ="示范县人民法院")
    ended(cast, row, day(12, 18), "dismissed")
    assert due_day(case, "court") == day(3, 18, 2027)  # three months from the judgment
    do(cast, case, "apply_court", "nr.head", at(2026, 12, 21, 9), upload=paper())


def test_other_parties_keep_their_own_periods(cast):
    case = make.served(cast)
    Party.objects.create(case=case, kind="person", name="某人")
    row = brought(cast, case, day(10, 20), party=case.parties.first())
    ended(cast, row, day(12, 18), "upheld")
    assert {one.wait.key for one in _running(case, at(2026, 12, 19, 9))} == {"C14", "C15", "C15m", "C15r"}


def test_a_suspended_decision_is_not_urged(cast):
    case = make.served(cast)
    brought(cast, case, day(10, 8), halted=True)
    with pytest.raises(DomainError, match="停止执行"):
        do(cast, case, "urge", "nr.officer", at(2026, 10, 12, 9), upload=paper())


def test_a_case_is_not_closed_over_a_pending_remedy(cast):
    case = make.performed(cast)
    row = brought(cast, case, day(9, 28))
    with pytest.raises(DomainError, match="还有1件行政复议、行政诉讼没有结果"):
        do(cast, case, "request_closing", "nr.officer", at(2026, 9, 29, 9), text="x")
    ended(cast, row, day(9, 29), "withdrawn")
    do(cast, case, "request_closing", "nr.officer", at(2026, 9, 30, 9), text="x")


def test_a_remedy_that_comes_before_the_closing_is_approved_stops_it(cast):
    case = make.closing(cast)
    brought(cast, case, day(9, 29))
    with pytest.raises(DomainError, match="没有结果"):
        do(cast, case, "approve_closing", "nr.head", at(2026, 9, 30, 9))


# ---------------------------------------------------------------- the unit's own 答复 and 答辩


def answered(cast, row, day_of, by="nr.officer", **facts):
    when = at(day_of.year, day_of.month, day_of.day, 17)
    row = Remedy.objects.select_related("case").get(pk=row.pk)
    with time_machine.travel(when, tick=False):
        return cases.answer_remedy(
            remedy=row, by=cast.member(by), answered_on=day_of, **({"upload": paper()} | facts)
        )


@pytest.mark.parametrize(
    ("facts", "due", "code"),
    [
        # received Monday 28 September 2026; off 25–27 September and 1–7 October, worked Saturday 10 October
        ({}, day(10, 16), "C15a"),  # ten workdays: 29, 30, 8, 9, 10, 12, 13, 14, 15, 16
        ({"simple": True}, day(10, 10), "C15q"),  # five workdays
        ({"kind": "suit", "organ": "示范县人民法院"}, day(10, 13), "C15d"),  # fifteen days
    ],
)
def test_the_units_own_answer_has_its_limit_from_the_day_the_copy_came(cast, facts, due, code):
    case = make.served(cast)
    row = brought(cast, case, day(9, 24), when=at(2026, 9, 28, 16), notified_on=day(9, 28), **facts)
    key = f"answer:{row.pk}"
    assert key in open_keys(case) and due_day(case, key) == due
    assert duty(case, key).clock.code == code and "提交" in duty(case, key).title
    answered(cast, row, due)
    assert duty(case, key).status == "fulfilled" and not duty(case, key).late(at(2026, 12, 1, 9))
    with pytest.raises(Conflict):
        answered(cast, row, due)


def test_an_answer_is_owed_only_once_the_copy_came_and_while_nothing_is_decided(cast):
    case = make.served(cast)
    row = brought(cast, case, day(9, 24))
    assert not any(key.startswith("answer") for key in open_keys(case))
    with pytest.raises(DomainError, match="副本"):
        answered(cast, row, day(9, 28))
    row = brought(cast, case, day(9, 24), when=at(2026, 9, 28, 16), remedy=row, notified_on=day(9, 28))
    assert due_day(case, f"answer:{row.pk}") == day(10, 16)
    # put right: it came a day earlier
    row = brought(cast, case, day(9, 24), when=at(2026, 9, 29, 9), remedy=row, notified_on=day(9, 27))
    assert due_day(case, f"answer:{row.pk}") == day(10, 15)
    ended(cast, row, day(9, 30), "withdrawn")
    assert f"answer:{row.pk}" not in open_keys(case)
    assert duty(case, f"answer:{row.pk}").status == "cancelled"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"notified_on": day(9, 23)}, "notified_on"),  # before it was brought
        ({"notified_on": day(9, 30)}, "notified_on"),  # to come
        ({"simple": True, "kind": "suit"}, "simple"),
    ],
)
def test_what_the_answer_is_counted_from_is_checked_at_its_field(cast, facts, field):
    case = make.served(cast)
    with pytest.raises(DomainError) as refused:
        brought(cast, case, day(9, 24), when=at(2026, 9, 28, 9), **facts)
    assert refused.value.field == field and not Remedy.objects.exists()


def test_an_answer_has_its_paper_and_its_day_and_is_the_units_own(cast):
    case = make.served(cast)
    row = brought(cast, case, day(9, 24), when=at(2026, 9, 28, 16), notified_on=day(9, 28))
    with pytest.raises(DomainError) as refused:
        answered(cast, row, day(9, 29), upload=None)
    assert refused.value.field == "upload"
    with pytest.raises(DomainError) as refused:
        answered(cast, row, day(9, 27))
    assert refused.value.field == "answered_on"
    for who in ("office", "police.officer", "leader"):
        with pytest.raises(NotAllowed):
            answered(cast, row, day(9, 29), by=who)
    row = answered(cast, row, day(10, 30))
    assert duty(case, f"answer:{row.pk}").late(at(2026, 11, 2, 9))
    with pytest.raises(DomainError) as refused:  # it cannot have come after it was answered
        brought(cast, case, day(9, 24), when=at(2026, 11, 2, 9), remedy=row, notified_on=day(11, 1))
    assert refused.value.field == "notified_on"


def test_what_the_organ_changed_the_organ_enforces(cast):
    """行政复议法78: the unit neither owes nor makes the application to the court."""
    case = make.served(cast)
    row = brought(cast, case, day(9, 23))
    ended(cast, row, day(10, 20), "varied")
    fine = case.penalties.get(kind="fine")
    with time_machine.travel(at(2026, 10, 21, 9), tick=False):
        cases.vary_penalty(penalty=fine, by=cast.nr_officer, fine=Decimal(50000), text="减半")
    do(cast, case, "urge", "nr.officer", at(2026, 10, 22, 9), upload=paper())
    assert "court" not in open_keys(case)
    with pytest.raises(DomainError, match="行政复议法第七十八条"):
        do(cast, case, "apply_court", "nr.approver", at(2026, 12, 20, 9), upload=paper())
    case.refresh_from_db()
    assert case.status == "urged"


def test_the_answer_is_put_down_on_its_page_and_shown(cast):
    case = make.served(cast)
    row = brought(cast, case, day(9, 24), when=at(2026, 9, 28, 16), notified_on=day(9, 28))
    with time_machine.travel(at(2026, 9, 30, 9), tick=False):
        client = cast.client("nr.officer")
        page = client.get(f"/cases/{case.pk}/").content.decode()
        assert "登记答复" in page and "2026年9月28日收到副本，没有提交" in page
        bad = client.post(f"/cases/remedies/{row.pk}/answer/", {"answered_on": "2026-09-29"})
        assert bad.status_code == 400 and "请上传行政复议答复书" in bad.content.decode()
        data = {"answered_on": "2026-09-29", "upload": paper()[1]}
        assert client.post(f"/cases/remedies/{row.pk}/answer/", data).status_code == 302
        page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "2026年9月29日提交" in page and "登记答复" not in page
    assert "提交行政复议答复书和作出处罚的证据、依据" in page
