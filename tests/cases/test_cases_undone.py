"""A decision that is undone or changed, and what was published of it (撤回公开)."""

from decimal import Decimal

import pytest
import time_machine

from cases import remedies as reading
from cases.actions import cases
from cases.case_states import SERVED_ON
from cases.models import Case, Penalty, Remedy
from cases.states import CaseStatus
from core.errors import Conflict, DomainError
from tests.cases import make_cases as make
from tests.cases.make_after import (
    brought,
    day,
    disposed,
    due_day,
    duty,
    ended,
    open_keys,
    published,
)
from tests.cases.make_cases import at, do, fresh, paper

# ---------------------------------------------------------------- 撤销、变更、重新作出


def test_an_undone_decision_is_dealt_with_before_anything_else(cast):
    case = make.served(cast)
    row = brought(cast, case, day(9, 23))
    ended(cast, row, day(10, 20), "annulled")
    assert due_day(case, "unsettled") == day(10, 27)  # five working days
    with pytest.raises(DomainError, match="请先按结果处理原决定"):
        do(cast, case, "urge", "nr.officer", at(2026, 10, 21, 9), upload=paper())
    with pytest.raises(DomainError, match="请先按结果处理原决定"):
        do(cast, case, "perform", "nr.officer", at(2026, 10, 21, 9), text="x")
    do(cast, case, "annul", "nr.head", at(2026, 10, 22, 9), text="复议撤销", upload=paper())
    case = fresh(case)
    assert (case.status, case.outcome, case.decided_on) == ("revoked", "", None)
    assert open_keys(case) == set() and duty(case, "unsettled").status == "fulfilled"


def test_a_decision_made_anew_runs_its_own_way(cast):
    case = make.served(cast)
    row = brought(cast, case, day(9, 23))
    ended(cast, row, day(10, 20), "anew")
    do(cast, case, "redo", "nr.head", at(2026, 10, 21, 9), text="重新作出", upload=paper())
    case = fresh(case)
    assert (case.status, case.served_on) == ("reviewed", None)
    assert due_day(case, "redecide") == day(12, 21)  # sixty days end on Sunday the 20th
    assert "decide" not in open_keys(case) and "unsettled" not in open_keys(case)
    fine = case.penalties.get()
    with time_machine.travel(at(2026, 10, 22, 9), tick=False):
        cases.save_penalty(
            case=case,
            by=cast.nr_officer,
            penalty=fine,
            kind="fine",
            party=case.parties.get(),
            fine=Decimal(60_000),
            basis="矿产资源法第六十四条",
        )
    do(cast, case, "notify_hearing", "nr.officer", at(2026, 10, 22, 10), upload=paper())
    do(cast, case, "propose", "nr.officer", at(2026, 11, 2, 9), text="x")
    with pytest.raises(DomainError, match="集体讨论"):  # the old discussion was of the old decision
        do(cast, case, "decide", "nr.head", at(2026, 11, 2, 10))
    do(cast, case, "discuss", "nr.head", at(2026, 11, 2, 10), text="x", upload=paper())
    step = do(cast, case, "decide", "nr.head", at(2026, 11, 2, 11))
    assert not step.late
    do(cast, case, "serve", "nr.officer", at(2026, 11, 3, 9), upload=paper())
    assert reading.against(fresh(case)) == []  # the old 复议 is of the old decision
    brought(cast, case, day(11, 9))


def test_a_changed_fine_is_put_down_with_what_it_was(cast):
    case = make.served(cast)
    fine = case.penalties.get()
    row = brought(cast, case, day(9, 23))
    vary = {"penalty": fine, "by": cast.nr_officer, "fine": Decimal(80_000), "text": "复议决定变更"}
    with pytest.raises(DomainError, match="没有变更原决定"), time_machine.travel(at(2026, 9, 24), tick=False):
        cases.vary_penalty(**vary)
    with time_machine.travel(at(2026, 9, 28, 9), tick=False):
        cases.carry_out(penalty=fine, by=cast.nr_officer, paid=Decimal(90_000), done_on=day(9, 28))
    ended(cast, row, day(10, 20), "varied")
    assert "unsettled" in open_keys(case)
    fine = Penalty.objects.select_related("case__holder", "case__matter").get(pk=fine.pk)
    with time_machine.travel(at(2026, 10, 21, 9), tick=False):
        for wrong in ({"fine": None}, {"fine": Decimal(-1)}, {"text": " "}):
            with pytest.raises(DomainError) as refused:
                cases.vary_penalty(**(vary | {"penalty": fine} | wrong))
            assert refused.value.field == next(iter(wrong))
        cases.vary_penalty(**(vary | {"penalty": fine}))
    fine.refresh_from_db()
    assert (fine.fine, fine.paid, fine.done_on) == (80_000, 90_000, day(10, 20))
    step = case.steps.get(move="vary")
    assert step.text == "罚款由100000元变更为80000元。复议决定变更"
    assert "unsettled" not in open_keys(case)
    page = cast.client("nr.officer").get(f"/cases/{case.pk}/").content.decode()
    assert "多缴10,000" in page and "应予退还" in page
    do(cast, case, "perform", "nr.officer", at(2026, 10, 22, 9), text="已缴清")


def test_what_was_paid_on_the_old_decision_is_not_lost(cast):
    case = make.served(cast)
    fine = case.penalties.get()
    with time_machine.travel(at(2026, 9, 28, 9), tick=False):
        cases.carry_out(penalty=fine, by=cast.nr_officer, paid=Decimal(90_000), done_on=day(9, 28))
    do(cast, case, "redo", "nr.head", at(2026, 10, 21, 9), text="依据有误，主动改正", upload=paper())
    fine = Penalty.objects.select_related("case").get(pk=fine.pk)
    with time_machine.travel(at(2026, 10, 22, 9), tick=False):
        with pytest.raises(DomainError, match="已有缴款"):
            cases.drop_penalty(penalty=fine, by=cast.nr_officer)
        with pytest.raises(DomainError) as refused:
            cases.save_penalty(case=fresh(case), by=cast.nr_officer, penalty=fine, kind="warning", basis="x")
    assert refused.value.field == "kind"


def test_a_closed_case_is_taken_up_again_on_a_result_only(cast):
    case = make.closed(cast)  # closed on 30 September
    with pytest.raises(DomainError, match="已经结案的"):
        do(cast, case, "redo", "nr.head", at(2026, 10, 8, 9), text="x", upload=paper())
    row = brought(cast, case, day(10, 9))
    ended(cast, row, day(11, 20), "anew")
    assert {"unsettled", "lookback:30"} <= open_keys(case)
    do(cast, case, "redo", "nr.head", at(2026, 11, 21, 9), text="x", upload=paper())
    case = fresh(case)
    assert (case.status, case.closed_at) == ("reviewed", None)
    assert open_keys(case) == {"redecide"} and not case.lookbacks.exists()


def test_an_undone_decision_is_no_former_penalty(cast):
    from cases.sentinel import _penalty_days

    case = make.served(cast)
    assert _penalty_days(fresh(case), case.parties.get())
    do(cast, case, "annul", "nr.head", at(2026, 10, 22, 9), text="主动改正", upload=paper())
    assert _penalty_days(fresh(case), case.parties.get()) == []


@pytest.mark.parametrize("status", CaseStatus)
def test_remedies_and_disposals_are_of_their_statuses_only(cast, status):
    case = make.served(cast)
    goods = Penalty.objects.create(case=case, kind="tools", basis="x")
    row = brought(cast, case, day(9, 23))
    Case.objects.filter(pk=case.pk).update(status=status)
    when = at(2026, 9, 30, 9)
    tries = {
        "edit": lambda: brought(cast, case, day(9, 23), when=when, remedy=Remedy.objects.get(pk=row.pk)),
        "dispose": lambda: disposed(cast, goods, when=when),
        "end": lambda: ended(cast, row, day(9, 30), "upheld"),
    }
    allowed = {
        "edit": status in SERVED_ON,
        "dispose": status in ("served", "urged", "court", "performed", "closing"),
        "end": status not in ("draft", "filing", "not_filed"),
    }
    for name, act in tries.items():
        if allowed[name]:
            act()
        else:
            with pytest.raises(Conflict):
                act()


# ---------------------------------------------------------------- 撤回公开


def test_what_was_published_is_withdrawn_in_three_working_days_of_the_result(cast):
    """Worked: the 复议 decision came on Wednesday 30 September; 8, 9 and the worked Saturday 10 October."""
    case = make.served(cast)
    published(cast, case, at(2026, 9, 21, 15))
    row = brought(cast, case, day(9, 23))
    assert "withdraw" not in open_keys(case)
    ended(cast, row, day(9, 30), "unlawful")
    assert due_day(case, "withdraw") == day(10, 10)
    with pytest.raises(DomainError) as refused:
        do(cast, case, "unpublish", "nr.officer", at(2026, 10, 9, 9), text="县政府网站已撤回")
    assert refused.value.field == "file"
    step = do(cast, case, "unpublish", "nr.officer", at(2026, 10, 9, 9), text="已撤回", upload=paper())
    assert not step.late and step.due_at is not None
    assert "withdraw" not in open_keys(case)
    with pytest.raises(DomainError, match="没有需要撤回"):
        do(cast, case, "unpublish", "nr.officer", at(2026, 10, 9, 10), text="x", upload=paper())


def test_a_late_withdrawal_says_so(cast):
    case = make.served(cast)
    published(cast, case, at(2026, 9, 21, 15))
    do(cast, case, "annul", "nr.head", at(2026, 9, 30, 9), text="主动改正", upload=paper())
    assert fresh(case).status == "revoked" and open_keys(case) == {"withdraw"}
    with time_machine.travel(at(2026, 10, 12, 8), tick=False):
        client = cast.client("nr.officer")
        page = client.get(f"/cases/{case.pk}/").content.decode()
        assert f"/cases/{case.pk}/do/unpublish/" in page and "行政处罚法第四十八条" in page
        form = client.get(f"/cases/{case.pk}/do/unpublish/").content.decode()
        assert "撤回的网站、期刊和公开说明的理由" in form and "撤回和公开说明的截图" in form
    step = do(cast, case, "unpublish", "nr.officer", at(2026, 10, 12, 9), text="已撤回", upload=paper())
    assert step.late


def test_nothing_is_withdrawn_that_was_not_published_or_still_stands(cast):
    case = make.served(cast)
    row = brought(cast, case, day(9, 23))
    ended(cast, row, day(9, 30), "annulled")
    assert "withdraw" not in open_keys(case)
    assert "publish" not in open_keys(case)  # nobody publishes what was undone
    other = make.served(cast)
    published(cast, other, at(2026, 9, 21, 15))
    row = brought(cast, other, day(9, 23))
    ended(cast, row, day(9, 30), "upheld")
    assert "withdraw" not in open_keys(other)


def test_a_case_is_not_closed_while_the_undone_decision_is_still_shown(cast):
    case = make.performed(cast)
    published(cast, case, at(2026, 9, 28, 15))
    row = brought(cast, case, day(9, 28), when=at(2026, 9, 28, 16))
    ended(cast, row, day(9, 29), "unlawful")
    with pytest.raises(DomainError, match="行政处罚法第四十八条"):
        do(cast, case, "request_closing", "nr.officer", at(2026, 9, 30, 9), text="x")
    do(cast, case, "unpublish", "nr.officer", at(2026, 9, 30, 9), text="已撤回", upload=paper())
    do(cast, case, "request_closing", "nr.officer", at(2026, 9, 30, 10), text="x")


def test_a_decision_made_anew_is_published_anew(cast):
    case = make.served(cast)
    published(cast, case, at(2026, 9, 21, 15))
    do(cast, case, "redo", "nr.head", at(2026, 9, 30, 9), text="主动改正", upload=paper())
    assert {"withdraw", "redecide"} <= open_keys(case)
    do(cast, case, "unpublish", "nr.officer", at(2026, 10, 8, 9), text="已撤回", upload=paper())
    do(cast, case, "notify_hearing", "nr.officer", at(2026, 10, 8, 10), upload=paper())
    do(cast, case, "propose", "nr.officer", at(2026, 10, 20, 9), text="x")
    do(cast, case, "discuss", "nr.head", at(2026, 10, 20, 9), text="x", upload=paper())
    do(cast, case, "decide", "nr.head", at(2026, 10, 20, 10))
    assert "publish" in open_keys(case) and "withdraw" not in open_keys(case)
    published(cast, case, at(2026, 10, 21, 9))
    assert "publish" not in open_keys(case)
