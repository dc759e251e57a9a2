"""The procedure of a case from 核查 to 销号: who takes which step, what it needs, which dates follow."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from cases.actions import cases
from cases.case_limits import LIMITS
from cases.discretion import hearing_required
from cases.models import Case, LookBack
from core.errors import Conflict, DomainError, NotAllowed
from core.models import Access, AuditEntry
from duties.actions import stops
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI, day_end
from tests.cases import make_cases as make
from tests.cases.make_cases import at, do, fresh, paper


def duty(case, key):
    return Duty.objects.get(key=f"case:{case.pk}:{key}")


def open_keys(case):
    rows = Duty.objects.open().filter(key__startswith=f"case:{case.pk}:")
    return {key.split(":", 2)[2] for key in rows.values_list("key", flat=True)}


def due_day(case, key):
    return duty(case, key).due_at.astimezone(SHANGHAI).date()


# ---------------------------------------------------------------- the whole way


def test_a_case_runs_from_its_opening_to_its_closing_across_national_day(cast):
    case = make.with_facts(cast, when=at(2026, 9, 21, 9))
    assert case.serial == "AJ2026-0001" and case.status == "draft"
    do(cast, case, "request_filing", "nr.officer", at(2026, 9, 22, 9), text="符合立案标准")
    assert open_keys(case) == {"file", "approve_filing"}
    do(cast, case, "approve_filing", "nr.head", at(2026, 9, 23, 15))
    case = fresh(case)
    assert (case.number, case.filed_on) == ("自然资源局立字〔2026〕1号", dt.date(2026, 9, 23))
    assert due_day(case, "decide") == dt.date(2026, 12, 22)  # 90 calendar days
    do(cast, case, "assign", "nr.head", at(2026, 9, 23, 16), officers=make.team(cast))
    assert duty(case, "decide").member == cast.nr_officer
    make.fined(cast, case, at(2026, 9, 24, 9))
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 24, 10), text="事实清楚")
    do(cast, case, "review", "nr.head", at(2026, 9, 24, 11), text="同意")
    do(cast, case, "notify_hearing", "nr.officer", at(2026, 9, 28, 9), upload=paper())
    # five working days from Monday the 28th: 29, 30, then 8, 9 and 10 October (a Saturday worked)
    with pytest.raises(DomainError, match="2026年10月10日24时届满"):
        do(cast, case, "propose", "nr.officer", at(2026, 10, 10, 17), text="建议处罚")
    do(cast, case, "propose", "nr.officer", at(2026, 10, 12, 9), text="建议处罚")
    do(cast, case, "discuss", "nr.head", at(2026, 10, 12, 10), text="同意", upload=paper())
    step = do(cast, case, "decide", "nr.head", at(2026, 10, 12, 11), number="示自然资罚〔2026〕1号")
    assert (step.late, step.due_at) == (False, day_end(dt.date(2026, 12, 22)))
    assert (due_day(case, "serve"), due_day(case, "publish")) == (dt.date(2026, 10, 21),) * 2
    do(cast, case, "serve", "nr.officer", at(2026, 10, 13, 9), upload=paper())
    do(cast, case, "publish", "nr.officer", at(2026, 10, 14, 9), text="县政府网站")
    # fifteen days to pay, then three working days to look
    assert due_day(case, "follow") == dt.date(2026, 11, 2)
    fine = case.penalties.get()
    with time_machine.travel(at(2026, 10, 20, 9), tick=False):
        cases.carry_out(
            penalty=fine, by=cast.nr_officer, paid=Decimal(100_000), done_on=dt.date(2026, 10, 20)
        )
    do(cast, case, "perform", "nr.officer", at(2026, 10, 20, 10), text="已缴清")
    do(cast, case, "request_closing", "nr.officer", at(2026, 10, 21, 9), text="执行完毕")
    do(cast, case, "approve_closing", "nr.approver", at(2026, 10, 22, 9))
    case = fresh(case)
    assert (case.status, case.outcome) == ("closed", "penalised")
    assert open_keys(case) == {"lookback:30", "lookback:90", "lookback:180"}
    assert duty(case, "lookback:30").due_at == day_end(dt.date(2026, 11, 21))
    names = list(case.steps.values_list("move", flat=True))
    assert names[0] == "open" and names[-1] == "approve_closing" and len(names) == 15


def test_audit_and_duties_say_nothing_of_the_case(cast):
    case = make.closed(cast)
    said = [str(row.facts) for row in AuditEntry.objects.filter(matter=case.matter)]
    said += list(Duty.objects.filter(matter=case.matter).values_list("title", flat=True))
    assert said and not any("金丝雀" in text or make.CODE in text for text in said)


def test_a_case_belongs_to_its_unit_and_the_office_knows_it(cast):
    case = make.opened(cast)
    rows = set(case.matter.access.values_list("agency__code", "relation", "track"))
    assert rows == {("nr", "holder", "admin"), ("office", "office", "admin")}
    seen = {who for who in ("nr.head", "office", "police.head", "qingshi.head") if sees(cast, who, case)}
    assert seen == {"nr.head", "office"}


def sees(cast, who, case):
    return Case.objects.visible_to(cast.member(who)).filter(pk=case.pk).exists()


# ---------------------------------------------------------------- opening


def lead_of(cast, text="夜间采砂"):
    from ledgers.actions.leads import report_special

    return report_special(
        member=cast.member("qingshi.filler"), agency=cast.unit("qingshi"), text=text, location="上湾村河滩"
    )


def test_a_case_from_two_leads_takes_the_first_ones_affair_and_place(cast):
    one, two = lead_of(cast), lead_of(cast, "又一处")
    with time_machine.travel(dt.datetime.now(SHANGHAI), tick=False):
        case = cases.open_case(
            by=cast.nr_officer,
            title="两处采砂",
            found_on=dt.datetime.now(SHANGHAI).date(),
            origin="lead",
            leads=[one, two],
        )
    assert (case.matter, case.division, case.location) == (one.matter, one.agency.division, one.location)
    assert set(case.leads.all()) == {one, two}
    assert Access.objects.filter(matter=one.matter, agency=cast.unit("nr"), relation="holder").exists()
    assert not Access.objects.filter(matter=two.matter, agency=cast.unit("nr"), relation="holder").exists()


def test_a_lead_out_of_sight_is_missing(cast):
    lead = lead_of(cast)
    with pytest.raises(DomainError) as refused:
        cases.open_case(
            by=cast.member("water.officer"),
            title="采砂",
            found_on=dt.date(2026, 9, 1),
            origin="lead",
            leads=[lead],
        )
    assert refused.value.status == 404


@pytest.mark.parametrize("who", ["shangwan.head", "office", "leader", "custodian", "auditor", "nr.officer"])
def test_only_people_of_a_unit_that_enforces_open_a_case(cast, who):
    holder = cast.unit("water") if who == "nr.officer" else None
    with pytest.raises(NotAllowed):
        cases.open_case(
            by=cast.member(who),
            title="采砂",
            found_on=dt.date(2026, 9, 1),
            origin="own",
            holder=holder or cast.unit("nr"),
        ) if who == "auditor" else cases.open_case(
            by=cast.member(who), title="采砂", found_on=dt.date(2026, 9, 1), origin="own", holder=holder
        )


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"found_on": dt.date(2099, 1, 1)}, "found_on"),
        ({"found_on": dt.date(201, 1, 1)}, "found_on"),
        ({"origin": "rumour"}, "origin"),
        ({"origin": "lead"}, "leads"),
        ({"self_reported": True, "concealed": True}, "concealed"),
    ],
)
def test_bad_facts_are_told_at_their_field(cast, facts, field):
    with pytest.raises(DomainError) as refused:
        make.opened(cast, **facts)
    assert refused.value.field == field
    assert not Case.objects.exists()


# ---------------------------------------------------------------- what a step needs


def test_filing_needs_a_party_a_violation_and_time(cast):
    case = make.opened(cast)
    with pytest.raises(DomainError, match="明确的行为人"):
        do(cast, case, "request_filing", "nr.officer", make.START, text="x")
    with time_machine.travel(make.START, tick=False):
        cases.save_party(case=case, by=cast.nr_officer, kind="person", name="某人")
    with pytest.raises(DomainError, match="违法事实"):
        do(cast, case, "request_filing", "nr.officer", make.START, text="x")


@pytest.mark.parametrize(
    ("ended", "note", "why"),
    [
        (dt.date(2024, 8, 31), "", "超过二年"),
        (dt.date(2024, 8, 31), "危及公民生命安全，有危害后果", ""),
        (dt.date(2021, 8, 31), "危及公民生命安全，有危害后果", "超过五年"),
        (dt.date(2024, 9, 1), "", ""),
    ],
)
def test_an_act_long_past_is_not_punished(cast, ended, note, why):
    case = make.opened(cast)
    with time_machine.travel(make.START, tick=False):
        firm = cases.save_party(case=case, by=cast.nr_officer, kind="person", name="某人")
        act = cases.Act(code="M64", acted_from=ended, acted_to=ended, party=firm, note=note)
        cases.save_violation(case=fresh(case), by=cast.nr_officer, act=act)
    if why:
        with pytest.raises(DomainError, match=why):
            do(cast, case, "request_filing", "nr.officer", make.START, text="x")
    else:
        do(cast, case, "request_filing", "nr.officer", make.START, text="x")
        assert fresh(case).status == "filing"


def test_an_investigation_ends_with_two_certified_officers_only(cast):
    case = make.with_facts(cast)
    do(cast, case, "request_filing", "nr.officer", make.START, text="x")
    do(cast, case, "approve_filing", "nr.head", make.START)
    with pytest.raises(DomainError, match="不得少于两人"):
        do(cast, case, "conclude", "nr.officer", make.START, text="x")
    one = make.team(cast)[:1]
    for named in (one, [one[0], one[0]], [one[0], cases.Named(cast.nr_head)]):
        with pytest.raises(DomainError) as refused:
            do(cast, case, "assign", "nr.head", make.START, officers=named)
        assert refused.value.field == "officers"
    with pytest.raises(DomainError, match="承办单位"):
        do(cast, case, "assign", "nr.head", make.START, officers=[one[0], cases.Named(cast.police_head, "1")])


def test_a_large_fine_takes_a_hearing_notice_a_review_and_a_discussion(cast):
    case = make.filed(cast)
    make.fined(cast, case, at(2026, 9, 3, 9))
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 3, 9), text="x")
    with pytest.raises(DomainError, match="法制审核"):
        do(cast, case, "notify_hearing", "nr.officer", at(2026, 9, 3, 9), upload=paper())
    do(cast, case, "review", "nr.head", at(2026, 9, 3, 9), text="x")
    with pytest.raises(DomainError, match="听证权利"):
        do(cast, case, "notify", "nr.officer", at(2026, 9, 3, 9), upload=paper())
    do(cast, case, "notify_hearing", "nr.officer", at(2026, 9, 3, 9), upload=paper())
    do(cast, case, "propose", "nr.officer", at(2026, 9, 14, 9), text="x")
    with pytest.raises(DomainError, match="集体讨论"):
        do(cast, case, "decide", "nr.head", at(2026, 9, 14, 9))


def meant(cast, case, kind, fine=None, **facts):
    """A penalty that is meant to be imposed on the firm, unless another `party` is given."""
    values = {"party": case.parties.first(), "fine": fine and Decimal(fine), "basis": "x"} | facts
    with time_machine.travel(make.START, tick=False):
        cases.save_penalty(case=fresh(case), by=cast.nr_officer, kind=kind, **values)


def test_what_is_confiscated_without_a_value_counts_as_large(cast):
    case = make.filed(cast)
    meant(cast, case, "goods", quantity=Decimal(3000))
    assert hearing_required(case) == "拟没收矿产品未填价值，按较大价值办理，"
    page = cast.client("nr.officer").get(f"/cases/{case.pk}/").content.decode()
    assert "拟没收矿产品未填价值，按较大价值办理，应当告知听证权利" in page
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 3, 9), text="x")
    do(cast, case, "review", "nr.head", at(2026, 9, 3, 9), text="x")
    with pytest.raises(DomainError, match="未填价值，按较大价值办理，应当同时告知听证权利"):
        do(cast, case, "notify", "nr.officer", at(2026, 9, 3, 9), upload=paper())


@pytest.mark.parametrize("kind", ["goods", "tools"])
def test_what_is_confiscated_at_a_small_value_needs_no_hearing(cast, kind):
    case = make.filed(cast)
    meant(cast, case, kind, "49999")
    assert hearing_required(case) == ""


def test_goods_and_tools_confiscated_together_are_one_value(cast):
    case = make.filed(cast)
    meant(cast, case, "goods", "30000")
    meant(cast, case, "tools", "20000")
    assert hearing_required(case) == "拟没收矿产品、没收工具价值较大（以本省规定为准），"


def test_what_is_imposed_on_all_is_large_where_it_is_for_the_smallest_of_them(cast):
    case = make.filed(cast)
    meant(cast, case, "fine", "6000", party=None)
    assert hearing_required(case) == ""
    with time_machine.travel(make.START, tick=False):
        person = {"kind": "person", "name": "某某"}
        cases.save_party(case=fresh(case), by=cast.nr_officer, **person)
    assert hearing_required(case) == "拟罚款数额较大（以本省规定为准），"


def test_what_is_imposed_on_all_and_on_one_is_added_up(cast):
    case = make.filed(cast)
    meant(cast, case, "gains", "30000", party=None)
    meant(cast, case, "gains", "20000")
    assert hearing_required(case) == "拟没收违法所得数额较大（以本省规定为准），"


def test_a_small_fine_needs_none_of_them(cast):
    case = make.filed(cast)
    make.fined(cast, case, at(2026, 9, 3, 9), fine="3000")
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 3, 9), text="x")
    do(cast, case, "notify", "nr.officer", at(2026, 9, 3, 9), upload=paper())
    do(cast, case, "propose", "nr.officer", at(2026, 9, 11, 9), text="x")
    do(cast, case, "decide", "nr.head", at(2026, 9, 11, 9))
    assert fresh(case).status == "decided"


def test_a_written_waiver_ends_the_wait(cast):
    case = make.told(cast)
    with pytest.raises(DomainError, match="届满"):
        do(cast, case, "propose", "nr.officer", at(2026, 9, 12, 9), text="x")
    do(cast, case, "waive", "nr.officer", at(2026, 9, 12, 9), upload=paper())
    do(cast, case, "propose", "nr.officer", at(2026, 9, 12, 9), text="x")


def test_a_hearing_is_held_seven_working_days_after_its_notice(cast):
    case = make.told(cast)  # told on Friday 11 September
    told = at(2026, 9, 14, 9)
    # seven working days: 15, 16, 17, 18, 20 (a Sunday worked), 21, 22 September
    with pytest.raises(DomainError) as refused:
        do(cast, case, "plan_hearing", "nr.officer", told, hearing_at=at(2026, 9, 22, 9))
    assert refused.value.field == "hearing_at"
    do(cast, case, "plan_hearing", "nr.officer", told, hearing_at=at(2026, 9, 23, 9))
    assert duty(case, "hearing").due_at == at(2026, 9, 23, 9)
    with pytest.raises(DomainError, match="不能早于"):
        do(cast, case, "hold_hearing", "nr.officer", at(2026, 9, 22, 9), text="x", upload=paper())
    do(cast, case, "hold_hearing", "nr.officer", at(2026, 9, 23, 12), text="听证笔录", upload=paper())
    assert fresh(case).status == "notified"


def test_a_hearing_needs_its_notice(cast):
    case = make.filed(cast)
    make.fined(cast, case, at(2026, 9, 3, 9), fine="3000")
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 3, 9), text="x")
    do(cast, case, "notify", "nr.officer", at(2026, 9, 3, 9), upload=paper())
    with pytest.raises(DomainError, match="没有告知过听证权利"):
        do(cast, case, "plan_hearing", "nr.officer", at(2026, 9, 4, 9), hearing_at=at(2026, 9, 30, 9))


def test_time_that_is_not_counted_moves_the_ninety_days(cast):
    case = make.filed(cast)  # filed on 2 September: until 1 December
    assert due_day(case, "decide") == dt.date(2026, 12, 1)
    row = Duty.objects.select_related("clock", "agency__division").get(pk=duty(case, "decide").pk)
    with time_machine.travel(at(2026, 9, 10, 9), tick=False):
        stops.stop(duty=row, by=cast.nr_head, reason="委托鉴定", basis="行政处罚法第六十条", upload=paper())
    row = Duty.objects.select_related("clock", "agency__division").get(pk=row.pk)
    with time_machine.travel(at(2026, 9, 20, 9), tick=False):
        stops.resume(duty=row, by=cast.nr_head, reason="收到鉴定意见")
    assert due_day(case, "decide") == dt.date(2026, 12, 11)


def test_a_decision_after_the_limit_is_marked_late(cast):
    case = make.told(cast)
    do(cast, case, "propose", "nr.officer", at(2026, 12, 1, 9), text="x")
    do(cast, case, "discuss", "nr.head", at(2026, 12, 1, 9), text="x", upload=paper())
    step = do(cast, case, "decide", "nr.head", at(2026, 12, 2, 9))
    assert step.late and step.due_at == day_end(dt.date(2026, 12, 1))


def test_no_step_is_dated_before_the_one_before_it_or_after_now(cast):
    case = make.with_facts(cast)
    for when, field in ((at(2026, 8, 31, 9), "happened_at"), (at(2026, 9, 3, 9), "happened_at")):
        with pytest.raises(DomainError) as refused:
            do(cast, case, "request_filing", "nr.officer", at(2026, 9, 2, 9), text="x", happened_at=when)
        assert refused.value.field == field


def test_what_is_not_paid_is_urged_and_goes_to_the_court_in_its_time(cast):
    case = make.served(cast)  # served on 21 September
    with pytest.raises(DomainError, match="缴纳罚款"):
        do(cast, case, "urge", "nr.officer", at(2026, 9, 30, 9), upload=paper())
    with pytest.raises(DomainError, match="未履行"):
        do(cast, case, "perform", "nr.officer", at(2026, 10, 9, 9), text="x")
    do(cast, case, "urge", "nr.officer", at(2026, 10, 12, 9), upload=paper())
    # six months to sue end on 21 March 2027, a Sunday: the next working day, then three months
    with pytest.raises(DomainError, match="行政诉讼"):
        do(cast, case, "apply_court", "nr.head", at(2026, 11, 12, 9), upload=paper())
    assert due_day(case, "court") == dt.date(2027, 6, 22)
    do(cast, case, "apply_court", "nr.head", at(2027, 3, 23, 9), upload=paper())
    do(cast, case, "request_closing", "nr.officer", at(2027, 4, 1, 9), text="法院已受理")
    assert fresh(case).outcome == "court"
    do(cast, case, "return_closing", "nr.head", at(2027, 4, 2, 9), text="先核对金额")
    assert (fresh(case).status, fresh(case).outcome) == ("court", "penalised")


def test_who_urges_late_has_no_more_time_for_the_court(cast):
    """行政强制法53: three months from the end of the remedy period, 22 March 2027, whenever 催告 came."""
    case = make.served(cast)
    do(cast, case, "urge", "nr.officer", at(2027, 8, 2, 9), upload=paper())
    assert due_day(case, "court") == dt.date(2027, 6, 22)
    step = do(cast, case, "apply_court", "nr.head", at(2027, 10, 20, 9), upload=paper())
    assert step.late and step.due_at == day_end(dt.date(2027, 6, 22))


def test_the_limit_for_the_court_is_known_from_service_on(cast):
    case = make.served(cast)
    assert due_day(case, "court") == dt.date(2027, 6, 22)
    assert duty(case, "court").member == cast.nr_officer
    with time_machine.travel(at(2026, 9, 22, 9), tick=False):
        page = cast.client("nr.officer").get(f"/cases/{case.pk}/").content.decode()
    assert "申请法院强制执行" in page and "2027年6月22日" in page
    do(cast, case, "urge", "nr.officer", at(2027, 6, 2, 9), upload=paper())
    assert due_day(case, "court") == dt.date(2027, 6, 22)


def test_what_needs_no_carrying_out_owes_no_court(cast):
    case = make.filed(cast)
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 3, 9), text="x")
    do(cast, case, "propose_end", "nr.officer", at(2026, 9, 3, 9), text="x", outcome="slight")
    do(cast, case, "decide", "nr.head", at(2026, 9, 4, 9))
    do(cast, case, "serve", "nr.officer", at(2026, 9, 4, 9), upload=paper())
    assert open_keys(case) == {"close"}


def test_a_case_without_penalty_ends_by_its_outcome(cast):
    case = make.filed(cast)
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 3, 9), text="x")
    for outcome in ("penalised", "court", "criminal", "nonsense"):
        with pytest.raises(DomainError) as refused:
            do(cast, case, "propose_end", "nr.officer", at(2026, 9, 3, 9), text="x", outcome=outcome)
        assert refused.value.field == "outcome"
    with pytest.raises(DomainError, match="先从本案发起移送"):
        do(cast, case, "propose_end", "nr.officer", at(2026, 9, 3, 9), text="x", outcome="transferred")
    do(cast, case, "propose_end", "nr.officer", at(2026, 9, 3, 9), text="x", outcome="unfounded")
    do(cast, case, "decide", "nr.head", at(2026, 9, 4, 9))
    assert open_keys(case) == {"close"}  # nobody to serve it on, nothing to publish
    do(cast, case, "request_closing", "nr.officer", at(2026, 9, 5, 9), text="x")
    do(cast, case, "approve_closing", "nr.head", at(2026, 9, 6, 9))
    assert fresh(case).status == "closed"
    assert not LookBack.objects.exists()  # nothing had been done on the ground


# ---------------------------------------------------------------- closing


def test_a_case_is_not_closed_over_an_open_task_or_kept_things(cast):
    case = make.performed(cast)
    then = at(2026, 9, 29, 9)
    with time_machine.travel(then, tick=False):
        task = cases.give_task(case=case, by=cast.nr_head, title="复核现场", member=cast.nr_officer)
        kept = cases.take_measure(
            case=fresh(case),
            by=cast.nr_officer,
            kind="seal",
            things="挖掘机一台",
            taken_at=then,
            approved_by="局长",
            upload=paper(),
        )
    with pytest.raises(DomainError, match="1项案件任务没有办结；还有1项先行登记保存、查封扣押没有处理"):
        do(cast, case, "request_closing", "nr.officer", then, text="x")
    with time_machine.travel(then, tick=False):
        cases.finish_task(task=task, by=cast.nr_officer, result="已复核")
        cases.end_measure(measure=kept, by=cast.nr_officer, end="lifted", note="已退还")
    do(cast, case, "request_closing", "nr.officer", then, text="x")
    assert fresh(case).status == "closing"


def test_closing_is_reported_by_one_and_approved_by_another(cast):
    case = make.performed(cast)
    do(cast, case, "request_closing", "nr.head", at(2026, 9, 29, 9), text="x")
    with pytest.raises(NotAllowed, match="另一人"):
        do(cast, case, "approve_closing", "nr.head", at(2026, 9, 29, 10))
    do(cast, case, "approve_closing", "nr.approver", at(2026, 9, 29, 10))


def test_a_returned_closing_goes_back_to_where_it_came_from(cast):
    case = make.closing(cast)
    do(cast, case, "return_closing", "nr.head", at(2026, 9, 30, 9), text="补充照片")
    assert fresh(case).status == "performed"
    assert open_keys(case) >= {"close"}


def test_what_revives_opens_a_new_case(cast):
    case = make.closed(cast)  # closed on 30 September
    visit = case.lookbacks.get(days=30)
    with time_machine.travel(at(2026, 10, 20, 9), tick=False):
        done = cases.look_back(visit=visit, by=cast.nr_officer, text="又在采砂", again=True)
    new = done.revival
    assert (new.origin, new.revived_from, new.matter, new.status) == ("revived", case, case.matter, "draft")
    assert "lookback:30" not in open_keys(case)
    with pytest.raises(Conflict), time_machine.travel(at(2026, 10, 21, 9), tick=False):
        cases.look_back(visit=visit, by=cast.nr_head, text="未见异常", again=False)


def looked(cast, case, days, when, **more):
    facts = {"text": "未复发", "again": False} | more
    with time_machine.travel(when, tick=False):
        return cases.look_back(visit=case.lookbacks.get(days=days), by=cast.nr_officer, **facts)


@pytest.mark.parametrize(
    ("days", "early", "first", "words"),
    [
        (30, at(2026, 9, 30, 23), at(2026, 10, 1), "2026年10月1日"),
        (90, at(2026, 10, 29, 23), at(2026, 10, 30), "2026年10月30日"),
        (180, at(2026, 12, 28, 23), at(2026, 12, 29), "2026年12月29日"),
    ],
)
def test_a_visit_that_finds_nothing_counts_from_the_day_the_one_before_is_due(
    cast, days, early, first, words
):
    case = make.closed(cast)  # closed on 30 September
    with pytest.raises(DomainError, match=words) as error:
        looked(cast, case, days, early)
    assert error.value.field == "at" and "本系统约定" in error.value.message
    assert not case.lookbacks.filter(visited_at__isnull=False).exists()
    assert looked(cast, case, days, first).visited_at == first


def test_three_visits_are_not_done_on_one_day(cast):
    case = make.closed(cast)
    looked(cast, case, 30, at(2026, 10, 2, 9))
    for days in (90, 180):
        with pytest.raises(DomainError):
            looked(cast, case, days, at(2026, 10, 2, 9))
    assert open_keys(case) == {"lookback:90", "lookback:180"}


def test_digging_again_is_put_down_at_any_time(cast):
    case = make.closed(cast)
    done = looked(cast, case, 180, at(2026, 10, 2, 9), again=True, text="又在采砂")
    assert done.revival.revived_from == case


def test_the_form_says_from_which_day_a_visit_counts_and_keeps_what_was_typed(cast):
    case = make.closed(cast)
    url = f"/cases/lookbacks/{case.lookbacks.get(days=90).pk}/"
    typed = {"at": "2026-10-02T09:00", "again": "no", "text": "现场没有人"}
    with time_machine.travel(at(2026, 10, 2, 10), tick=False):
        client = cast.client("nr.officer")
        assert "从2026年10月30日起登记" in client.get(url).content.decode()
        answer = client.post(url, typed)
    page = answer.content.decode()
    assert answer.status_code == 400 and "现场没有人" in page and "2026年10月30日起登记（本系统约定" in page


# ---------------------------------------------------------------- number


def test_a_number_typed_ahead_of_the_series_is_not_given_again(cast):
    given, numbers = {0: "自然资源局立字〔2026〕2号"}, []
    for n in range(4):
        case = make.with_facts(cast)
        do(cast, case, "request_filing", "nr.officer", at(2026, 9, 2, 9), text="x")
        do(cast, case, "approve_filing", "nr.head", at(2026, 9, 2, 10), number=given.get(n, ""))
        numbers.append(int(fresh(case).number.rpartition("〕")[2].rstrip("号")))
    assert numbers == [2, 1, 3, 4]


# ---------------------------------------------------------------- holder


def test_a_case_that_is_designated_moves_with_its_rights_and_its_duties(cast):
    case = make.filed(cast)
    with time_machine.travel(at(2026, 9, 3, 9), tick=False):
        cases.give_task(case=case, by=cast.nr_head, title="取证", member=cast.nr_officer)
    for who in ("nr.head", "police.head"):
        with pytest.raises(NotAllowed):
            do(
                cast,
                case,
                "designate",
                who,
                at(2026, 9, 3, 9),
                text="x",
                unit=cast.unit("water"),
                upload=paper(),
            )
    do(
        cast,
        case,
        "designate",
        "office",
        at(2026, 9, 3, 9),
        text="x",
        unit=cast.unit("water"),
        upload=paper(),
    )
    case = fresh(case)
    assert (case.holder, case.promoted_from) == (cast.unit("water"), cast.unit("nr"))
    assert duty(case, "decide").agency == cast.unit("water") and duty(case, "decide").member is None
    assert due_day(case, "decide") == dt.date(2026, 12, 1)  # the clock runs on
    assert not case.officers.filter(released_at__isnull=True).exists()
    assert not case.tasks.filter(done_at__isnull=True).exists()
    live = Access.objects.filter(matter=case.matter, until__isnull=True)
    assert live.filter(agency=cast.unit("water"), relation="holder").exists()
    assert live.filter(agency=cast.unit("nr"), relation="party").exists()
    assert not live.filter(agency=cast.unit("nr"), relation="holder").exists()
    with pytest.raises(NotAllowed):
        do(cast, case, "conclude", "nr.officer", at(2026, 9, 4, 9), text="x")


def test_supervision_is_hung_and_lifted_from_above(cast):
    case = make.filed(cast)
    do(cast, case, "supervise", "office", at(2026, 9, 3, 9), text="重大", level="county")
    assert fresh(case).supervised == "county"
    do(cast, case, "unsupervise", "office", at(2026, 9, 4, 9), text="已办结")
    assert fresh(case).supervised == ""
    with pytest.raises(DomainError, match="没有挂牌督办"):
        do(cast, case, "unsupervise", "office", at(2026, 9, 4, 9), text="x")


# ---------------------------------------------------------------- measures


def test_things_kept_on_the_spot_are_reported_within_a_day_and_decided_in_time(cast):
    case = make.filed(cast)
    with time_machine.travel(at(2026, 9, 25, 15), tick=False):
        row = cases.take_measure(
            case=case,
            by=cast.nr_officer,
            kind="preserve",
            things="账册三本",
            taken_at=at(2026, 9, 25, 14, 30),
            on_the_spot=True,
            upload=paper(),
        )
    report, decide = duty(case, f"measure:{row.pk}:report"), duty(case, f"measure:{row.pk}:decide")
    assert report.due_at == at(2026, 9, 26, 14, 30)
    # seven working days over 中秋 and 国庆: 28, 29, 30 September, 8, 9, 10, 12 October
    assert decide.due_at == day_end(dt.date(2026, 10, 12))
    with time_machine.travel(at(2026, 9, 26, 9), tick=False):
        row = cases.report_measure(measure=row, by=cast.nr_officer, approved_by="局长")
        cases.end_measure(measure=row, by=cast.nr_officer, end="sealed", note="转为扣押")
    assert set(open_keys(case)) == {"decide"}


def on_the_spot(cast, case, when):
    """Account books kept and given back an hour later, before anybody asked for the approval."""
    with time_machine.travel(when, tick=False):
        row = cases.take_measure(
            case=fresh(case),
            by=cast.nr_officer,
            kind="preserve",
            things="账册三本",
            taken_at=when,
            on_the_spot=True,
            upload=paper(),
        )
    with time_machine.travel(when + dt.timedelta(hours=1), tick=False):
        return cases.end_measure(measure=row, by=cast.nr_officer, end="lifted", note="已退还")


@pytest.mark.parametrize(("hours", "late"), [(20, False), (30, True)])
def test_what_ended_before_its_approval_is_still_reported(cast, hours, late):
    """强制法19: the head is told and approves within 24 hours, whatever became of the things."""
    case = make.filed(cast)
    taken = at(2026, 9, 3, 9)
    row = on_the_spot(cast, case, taken)
    key = f"measure:{row.pk}:report"
    assert key in open_keys(case)
    then = taken + dt.timedelta(hours=hours)
    with time_machine.travel(then, tick=False):
        client, url = cast.client("nr.officer"), f"/cases/measures/{row.pk}/report/"
        assert url in client.get(f"/cases/{case.pk}/").content.decode()
        data = {"approved_by": "局长", "at": f"{then:%Y-%m-%dT%H:%M}"}
        assert client.post(url, data).status_code == 302
        page = client.get(f"/cases/{case.pk}/").content.decode()
    assert ("补办批准手续；超期" in page, url in page) == (late, False)
    done = duty(case, key)
    assert (done.status, done.late(at(2026, 9, 10, 9))) == (Duty.Status.FULFILLED, late)
    row.refresh_from_db()
    with pytest.raises(DomainError, match="不用补办"), time_machine.travel(then, tick=False):
        cases.report_measure(measure=row, by=cast.nr_officer, approved_by="局长")


def test_a_case_is_not_closed_over_a_measure_nobody_approved(cast):
    case = make.performed(cast)
    row = on_the_spot(cast, case, at(2026, 9, 29, 9))
    with pytest.raises(DomainError, match="还有1项当场采取的措施没有补办批准手续（行政强制法第十九条）"):
        do(cast, case, "request_closing", "nr.officer", at(2026, 9, 29, 11), text="x")
    with time_machine.travel(at(2026, 9, 29, 12), tick=False):
        cases.report_measure(measure=row, by=cast.nr_officer, approved_by="局长")
    do(cast, case, "request_closing", "nr.officer", at(2026, 9, 29, 13), text="x")
    assert fresh(case).status == "closing"


def test_a_seizure_lasts_thirty_days_and_thirty_more(cast):
    case = make.filed(cast)
    with time_machine.travel(at(2026, 9, 3, 9), tick=False):
        row = cases.take_measure(
            case=case,
            by=cast.nr_officer,
            kind="seal",
            things="挖掘机一台",
            taken_at=at(2026, 9, 3, 9),
            approved_by="局长",
            upload=paper(),
        )
    kept = Duty.objects.select_related("clock", "agency__division").get(
        key=f"case:{case.pk}:measure:{row.pk}:decide"
    )
    assert kept.due_at == day_end(dt.date(2026, 10, 3))
    with time_machine.travel(at(2026, 9, 30, 9), tick=False):
        stops.extend(
            duty=kept,
            by=cast.nr_head,
            amount=30,
            authority="局长",
            reason="案情复杂",
            basis="行政强制法第二十五条",
            upload=paper(),
        )
    assert Duty.objects.get(pk=kept.pk).due_at == day_end(dt.date(2026, 11, 2))


# ---------------------------------------------------------------- facts


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "firm", "code": "91350100M000100Y44"}, "code"),
        ({"kind": "firm", "code": "12"}, "code"),
        ({"kind": "person", "code": "11010519491231002Y"}, "code"),
        ({"kind": "person", "code": "110105194913310021"}, "code"),
        ({"kind": "ghost"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "长" * 81}, "name"),
    ],
)
def test_a_party_with_wrong_numbers_is_refused_at_the_field(cast, facts, field):
    case = make.opened(cast)
    values = {"kind": "person", "name": "某人"} | facts
    with pytest.raises(DomainError) as refused, time_machine.travel(make.START, tick=False):
        cases.save_party(case=case, by=cast.nr_officer, **values)
    assert refused.value.field == field


def test_the_law_of_the_time_applies_and_another_choice_gives_its_reason(cast):
    case = make.opened(cast)
    then = {"acted_from": dt.date(2025, 3, 1), "acted_to": dt.date(2025, 6, 1)}
    with time_machine.travel(make.START, tick=False):
        row = cases.save_violation(case=case, by=cast.nr_officer, act=cases.Act(code="M64", **then))
        assert row.offence.valid_from == dt.date(2009, 8, 27)
        with pytest.raises(DomainError) as refused:
            act = cases.Act(code="M64", law="new", **then)
            cases.save_violation(case=fresh(case), by=cast.nr_officer, act=act)
        assert refused.value.field == "choice"
        act = cases.Act(code="M64", law="new", choice="当事人没有违法所得，新法没收范围较轻", **then)
        row = cases.save_violation(case=fresh(case), by=cast.nr_officer, act=act)
        assert row.offence.valid_from == dt.date(2025, 7, 1)
        with pytest.raises(DomainError) as refused:
            act = cases.Act(code="M63", **then)
            cases.save_violation(case=fresh(case), by=cast.nr_officer, act=act)
        assert refused.value.field == "acted_to"


def test_facts_stand_once_the_party_was_told(cast):
    case = make.told(cast)
    with pytest.raises(Conflict), time_machine.travel(at(2026, 9, 12, 9), tick=False):
        cases.drop_violation(violation=case.violations.get(), by=cast.nr_officer, reason="x")
    with pytest.raises(Conflict):
        make.fined(cast, case, at(2026, 9, 12, 9))


def test_a_smaller_sum_is_logged_with_its_reason(cast):
    case = make.with_facts(cast, value="90000")
    row = case.violations.get()
    less = cases.Act(
        code="M64",
        acted_from=row.acted_from,
        acted_to=row.acted_to,
        party=row.party,
        mineral=row.mineral,
        quantity=row.quantity,
        value=Decimal("20000"),
    )
    with time_machine.travel(make.START, tick=False):
        with pytest.raises(DomainError) as refused:
            cases.save_violation(case=fresh(case), by=cast.nr_officer, act=less, violation=row)
        assert refused.value.field == "reason"
        cases.save_violation(
            case=fresh(case), by=cast.nr_officer, act=less, violation=row, reason="价格认证更正"
        )
    assert case.downgrades.count() == 1


def test_one_act_is_fined_once(cast):
    case = make.filed(cast)
    make.fined(cast, case, at(2026, 9, 3, 9))
    with pytest.raises(DomainError, match="两次以上罚款"):
        make.fined(cast, case, at(2026, 9, 3, 9), fine="50000")


def test_nobody_pays_more_than_the_fine(cast):
    case = make.served(cast)
    fine = case.penalties.get()
    with time_machine.travel(at(2026, 9, 22, 9), tick=False):
        cases.carry_out(penalty=fine, by=cast.nr_officer, paid=Decimal(60_000), done_on=dt.date(2026, 9, 22))
        with pytest.raises(DomainError) as refused:
            cases.carry_out(
                penalty=fine, by=cast.nr_officer, paid=Decimal(50_000), done_on=dt.date(2026, 9, 22)
            )
    assert refused.value.field == "paid"
    assert case.penalties.get().paid == 60_000


def test_what_was_done_to_officials_is_kept_even_after_closing(cast):
    case = make.closed(cast)
    with pytest.raises(DomainError), time_machine.travel(at(2026, 10, 9, 9), tick=False):
        cases.hold(case=case, by=cast.nr_officer, organ="", kind="诫勉", decided_on=dt.date(2026, 10, 8))
    with time_machine.travel(at(2026, 10, 9, 9), tick=False):
        cases.hold(
            case=fresh(case),
            by=cast.nr_officer,
            organ="县纪委监委",
            kind="诫勉谈话",
            decided_on=dt.date(2026, 10, 8),
        )
    assert case.penalties.filter(kind="held").count() == 1


def test_every_limit_with_a_clock_names_one_that_exists(db):
    from duties import clocks

    for limit in LIMITS:
        if limit.clock and limit.clock != "C3":
            assert clocks.due(limit.clock, make.START).due_at


# ---------------------------------------------------------------- too large


@pytest.mark.parametrize(
    ("name", "value"),
    [("area", "1000000000"), ("quantity", "100000000000"), ("value", "100000000000000")],
)
def test_an_amount_that_its_column_cannot_hold_is_refused_at_the_field(cast, name, value):
    case = make.with_facts(cast)
    act = cases.Act(code="M64", acted_from=dt.date(2026, 7, 1), **{name: Decimal(value)})
    with pytest.raises(DomainError, match="过大，请核对单位") as refused:
        cases.save_violation(case=case, by=cast.nr_officer, act=act)
    assert refused.value.field == name


@pytest.mark.parametrize(("name", "value"), [("fine", "100000000000000"), ("quantity", "100000000000")])
def test_a_penalty_that_its_column_cannot_hold_is_refused_at_the_field(cast, name, value):
    case = make.filed(cast)
    sums = {"fine": Decimal("1000"), "quantity": None} | {name: Decimal(value)}
    with pytest.raises(DomainError, match="过大，请核对单位") as refused:
        cases.save_penalty(case=case, by=cast.nr_officer, kind="goods", basis="第六十四条", **sums)
    assert refused.value.field == name
    penalty = cases.save_penalty(
        case=fresh(case), by=cast.nr_officer, kind="fine", basis="第六十四条", fine=Decimal("1000")
    )
    with pytest.raises(DomainError, match="过大，请核对单位"):
        cases.vary_penalty(penalty=penalty, by=cast.nr_officer, text="变更", **{name: Decimal(value)})
