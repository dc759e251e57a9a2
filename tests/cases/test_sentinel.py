"""The sentinel on real cases: what counts, who may end one at the line, what is logged, who reads what."""

import datetime as dt
from decimal import Decimal as D
from importlib import import_module

import pytest
import time_machine

from agencies.models import RoleGrant
from cases.actions import cases, law, sentinel
from cases.actions.cases import why_open
from cases.actions.cases.lookbacks import revive
from cases.models import Case, Downgrade, LineDecision, LineMark, Referral, Violation
from cases.sentinel import at_line_unreferred, standing, why_not_administrative
from core.access import grant
from core.errors import Conflict, DomainError, NotAllowed
from core.models import Access, AuditEntry, Notice
from duties import watch
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI
from tests.cases import make, make_cases
from tests.cases.make_cases import CODE, do, fresh, opened, paper

NOW = dt.datetime(2026, 9, 10, 9, tzinfo=SHANGHAI)
FILED = dt.datetime(2026, 9, 8, 9, tzinfo=SHANGHAI)
FIRM = "金丝雀矿业有限公司"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def case_of(cast, value="150000", by="nr.officer", name=FIRM, code=CODE, matter=None, **facts):
    """A case of one firm that dug without a right."""
    case = opened(cast, by=by, when=NOW, matter=matter)
    firm = cases.save_party(case=case, by=cast.member(by), kind="firm", name=name, code=code)
    act = {
        "code": "M64",
        "acted_from": dt.date(2026, 7, 1),
        "acted_to": dt.date(2026, 8, 31),
        "mineral": "石灰岩",
        "value": None if value is None else D(value),
    } | facts
    cases.save_violation(case=fresh(case), by=cast.member(by), act=cases.Act(party=firm, **act))
    return fresh(case)


def act_of(row: Violation, **changes):
    facts = {name: getattr(row, name) for name in ("acted_from", "acted_to", "party", "mineral", "value")}
    return cases.Act(code=row.offence.code, **(facts | changes))


def change(cast, case, why="", **changes):
    row = case.violations.get()
    cases.save_violation(
        case=fresh(case), by=cast.nr_officer, act=act_of(row, **changes), violation=row, reason=why
    )
    return fresh(case)


def share(case, key="mining.goods.", **more):
    return {line.key: line.share for line in standing(case, **more).lines}[key]


def head(case):
    return standing(case).lines[0].sentence


# what is counted ------------------------------------------------------------------------------------


def test_a_case_without_violations_is_not_at_nought_but_unknown(cast):
    found = standing(opened(cast, when=NOW))
    assert (found.at_line, found.share) == (False, None)
    assert found.missing == ("还没有登记违法情形，暂不能测算",)


def test_quantity_is_priced_by_the_price_of_the_day_the_act_ended(cast):
    for day, price in (("2026-01-01", "70"), ("2026-03-01", "85"), ("2026-09-01", "500")):
        law.enter_price(
            by=cast.nr_officer,
            mineral="石灰岩",
            price=D(price),
            source="县价格认证中心〔2026〕3号",
            valid_from=dt.date.fromisoformat(day),
        )
    case = case_of(cast, value=None, quantity=D(1200))
    assert head(case) == (
        "数量1200吨×石灰岩单价85元/吨（2026-03-01起，来源：县价格认证中心〔2026〕3号）＝102000元，"
        "达到100000元（按下限提示，以本省标准为准）。"
    )


def test_a_price_of_later_is_no_price(cast):
    law.enter_price(
        by=cast.nr_officer, mineral="石灰岩", price=D(85), source="行情", valid_from=dt.date(2026, 9, 1)
    )
    case = case_of(cast, value=None, quantity=D(1200))
    assert not standing(case).at_line
    assert any("缺少石灰岩在2026-08-31时的单价" in gap for gap in standing(case).missing)


def test_unpunished_acts_of_the_same_firm_in_other_cases_are_added(cast):
    case_of(cast, value="70000")
    assert share(case_of(cast, value="60000")) == D(130)


def test_another_firm_is_another_firm_though_its_name_is_alike(cast):
    case_of(cast, value="70000", code="9144030071526726XG")
    assert share(case_of(cast, value="60000")) == D(60)


def test_without_numbers_the_name_decides_and_says_that_it_does(cast):
    case_of(cast, value="70000", code="")
    found = standing(case_of(cast, value="60000", code=""))
    assert found.share == D(130)
    assert any("核对是否同一人" in hint for hint in found.hints)


def punish(case, day):
    case.penalties.create(kind="fine", party=case.parties.get(), fine=D(1000), basis="矿法64")
    Case.objects.filter(pk=case.pk).update(decided_on=day, status="performed")


def test_punished_acts_are_not_added_and_two_penalties_are_the_line(cast):
    for day in (dt.date(2025, 3, 1), dt.date(2026, 1, 10)):
        punish(case_of(cast, value="70000", acted_from=day, acted_to=day), day)
    case = case_of(cast, value="60000")
    assert share(case) == D(60)
    assert share(case, "mining.repeat.") == D(100)
    assert standing(case).at_line


def test_one_decision_that_imposes_three_penalties_is_one_penalty(cast):
    one = case_of(cast, value="70000")
    punish(one, dt.date(2026, 1, 10))
    for kind in ("goods", "gains", "order"):
        one.penalties.create(kind=kind, party=one.parties.get(), basis="矿法64")
    assert share(case_of(cast, value="1000"), "mining.repeat.") == D(50)


def test_what_the_unit_may_not_read_is_not_counted(cast):
    case_of(cast, value="70000", by="ecology.officer")
    assert share(case_of(cast, value="60000")) == D(60)


def test_what_the_unit_was_let_into_is_counted(cast):
    other = case_of(cast, value="70000", by="ecology.officer")
    grant(other.matter, Access.Relation.PARTY, agency=cast.unit("nr"))
    case = case_of(cast, value="60000")
    assert share(case) == D(130)
    grant(other.matter, Access.Relation.BARRED, agency=cast.unit("nr"))
    assert share(fresh(case)) == D(60)


def test_a_reader_sees_nothing_of_a_case_that_the_reader_must_stay_out_of(cast):
    other = case_of(cast, value="70000")
    case = case_of(cast, value="60000")
    grant(other.matter, Access.Relation.BARRED, member=cast.nr_approver)
    assert share(case, reader=cast.nr_officer) == D(130)
    assert share(case, reader=cast.nr_approver) == D(60)
    assert why_not_administrative(case), "the rule knows what the reader does not see"


def flared_up(cast, case, value="60000", code=CODE):
    """A 死灰复燃 of `case`: the same firm digging again."""
    case = revive(fresh(case), by=cast.nr_officer, at=NOW)
    firm = cases.save_party(case=case, by=cast.nr_officer, kind="firm", name=FIRM, code=code)
    act = {"acted_from": dt.date(2026, 9, 1), "acted_to": dt.date(2026, 9, 5), "mineral": "石灰岩"}
    act = cases.Act(code="M64", party=firm, value=D(value), **act)
    cases.save_violation(case=fresh(case), by=cast.nr_officer, act=act)
    return fresh(case)


def test_a_case_that_flared_up_counts_the_penalty_of_the_one_before(cast):
    first = case_of(cast, value="70000")
    punish(first, dt.date(2026, 9, 3))
    second = flared_up(cast, first)
    assert (share(second), share(second, "mining.repeat.")) == (D(60), D(50))
    punish(second, dt.date(2026, 9, 5))
    third, beside = flared_up(cast, second), flared_up(cast, first)
    assert share(third, "mining.repeat.") == share(beside, "mining.repeat.") == D(100)


def test_a_case_that_flared_up_adds_the_unpunished_act_of_the_one_before(cast):
    first = case_of(cast, value="70000")
    assert share(flared_up(cast, first)) == D(130)
    assert share(first) == D(70), "what came later is not the first one's"


def test_the_same_acts_are_not_counted_again_from_another_units_case_of_the_affair(cast):
    first = case_of(cast, value="70000")
    theirs = case_of(cast, value="70000", by="ecology.officer", matter=first.matter)
    assert share(first) == share(theirs) == D(70)
    assert share(flared_up(cast, first)) == D(130)


def test_a_referral_of_the_case_before_does_not_refer_the_one_that_flared_up(cast):
    first = case_of(cast)
    make.referral(cast, "criminal", "sent", case=fresh(first))
    make.referral(cast, "criminal", "sent", case=fresh(first))
    Referral.objects.filter(pk=Referral.objects.latest("pk").pk).update(case=None)
    assert why_not_administrative(first) == ""
    with time_machine.travel(NOW + dt.timedelta(minutes=1), tick=False):
        second = flared_up(cast, first)
        assert "不得以罚代刑" in why_not_administrative(second)
        assert list(at_line_unreferred(Case.objects.all())) == [second]
        make.referral(cast, "criminal", "sent", case=second)
        assert why_not_administrative(fresh(second)) == ""
        assert not at_line_unreferred(Case.objects.all()).exists()


# what may not be done at the line --------------------------------------------------------------------


def test_below_the_line_a_case_may_end_administratively(cast):
    assert why_not_administrative(case_of(cast, value="99999")) == ""


def test_at_the_line_it_may_not_until_it_is_referred(cast):
    case = case_of(cast)
    assert "不得以罚代刑" in why_not_administrative(case)
    referral = make.referral(cast, "criminal", "approved")
    type(referral).objects.filter(pk=referral.pk).update(matter=case.matter, case=case)
    assert why_not_administrative(case), "approved is not sent"
    type(referral).objects.filter(pk=referral.pk).update(status="sent")
    assert why_not_administrative(case) == ""
    type(referral).objects.filter(pk=referral.pk).update(status="recalled")
    assert why_not_administrative(case)


def decided(cast, case, by="nr.head", reason="数额经复核有误，不构成犯罪", **more):
    values = {"upload": paper()} | more
    return sentinel.decide(case=fresh(case), by=cast.member(by), reason=reason, **values)


def test_the_heads_decision_counts_once_somebody_above_has_countersigned_it(cast):
    case = case_of(cast)
    row = decided(cast, case)
    duty = Duty.objects.get(key=sentinel.step_key(case))
    assert (duty.agency.code, duty.role, duty.status) == ("county", "leader", "open")
    assert "会签不移送决定" in duty.title and FIRM not in duty.title
    assert why_not_administrative(case)
    sentinel.countersign(decision=row, by=cast.leader, words="同意", version=1)
    assert why_not_administrative(fresh(case)) == ""
    duty.refresh_from_db()
    assert duty.status == "fulfilled"


@pytest.mark.parametrize("who", ["nr.officer", "nr.approver", "police.head", "office", "leader"])
def test_nobody_but_the_head_decides(cast, who):
    with pytest.raises(NotAllowed, match="主要负责人"):
        decided(cast, case_of(cast), by=who)
    assert not LineDecision.objects.exists()


@pytest.mark.parametrize("who", ["nr.head", "nr.officer", "office", "police.head", "ecology.head"])
def test_nobody_but_those_above_countersigns(cast, who):
    row = decided(cast, case_of(cast))
    with pytest.raises(NotAllowed, match="会签"):
        sentinel.countersign(decision=row, by=cast.member(who))
    row.refresh_from_db()
    assert row.status == "proposed"


def test_the_second_signature_passes_to_the_joint_offices_head_when_the_county_has_nobody(cast):
    RoleGrant.objects.filter(member=cast.leader).delete()
    case = case_of(cast)
    with pytest.raises(DomainError, match="没有可以会签的人"):
        decided(cast, case)
    RoleGrant.objects.create(member=cast.office, role="head")
    row = decided(cast, case)
    sentinel.countersign(decision=row, by=cast.office)
    assert why_not_administrative(case) == ""


def test_the_joint_office_does_not_countersign_what_is_sealed(cast):
    RoleGrant.objects.filter(member=cast.leader).delete()
    RoleGrant.objects.create(member=cast.office, role="head")
    case = case_of(cast)
    type(case.matter).objects.filter(pk=case.matter_id).update(sealed=True)
    with pytest.raises(DomainError, match="没有可以会签的人"):
        decided(cast, fresh(case))


def test_a_barred_leader_is_not_asked(cast):
    case = case_of(cast)
    grant(case.matter, Access.Relation.BARRED, member=cast.leader)
    with pytest.raises(DomainError, match="没有可以会签的人"):
        decided(cast, case)


@pytest.mark.parametrize(("facts", "field"), [({"reason": " "}, "reason"), ({"upload": None}, "file")])
def test_a_decision_needs_its_reason_and_its_paper(cast, facts, field):
    with pytest.raises(DomainError) as error:
        decided(cast, case_of(cast), **facts)
    assert error.value.field == field
    assert not LineDecision.objects.exists()


def test_there_is_nothing_to_decide_below_the_line_or_twice(cast):
    with pytest.raises(DomainError, match="没有达到"):
        decided(cast, case_of(cast, value="50000", code=""))
    case = case_of(cast, name="另一公司", code="9144030071526726XG")
    decided(cast, case)
    with pytest.raises(DomainError, match="在等会签"):
        decided(cast, case)


def test_whoever_is_above_may_refuse_with_a_reason_and_the_case_stays_blocked(cast):
    case = case_of(cast)
    row = decided(cast, case)
    with pytest.raises(DomainError):
        sentinel.refuse(decision=row, by=cast.leader, words=" ")
    sentinel.refuse(decision=row, by=cast.leader, words="数额明确，应当移送")
    assert why_not_administrative(fresh(case))
    assert Notice.objects.filter(member=cast.nr_head, kind="line.answered").exists()
    with pytest.raises(Conflict):
        sentinel.countersign(decision=row, by=cast.leader, version=row.version)


def test_a_decision_covers_its_own_figures_and_no_greater_ones(cast):
    case = case_of(cast)
    sentinel.countersign(decision=decided(cast, case), by=cast.leader)
    case = change(cast, case, value=D(140000), why="复核")
    assert why_not_administrative(case) == ""
    case = change(cast, case, value=D(150001))
    assert "不能覆盖现在的数额" in why_not_administrative(case)
    sentinel.countersign(decision=decided(cast, case), by=cast.leader)
    assert why_not_administrative(fresh(case)) == ""


def test_a_withdrawn_decision_is_none(cast):
    case = case_of(cast)
    row = decided(cast, case)
    sentinel.countersign(decision=row, by=cast.leader, words="同意不移送")
    with pytest.raises(DomainError, match="撤回原因有301个字"):
        sentinel.withdraw(decision=row, by=cast.nr_head, reason="有" * 301)
    sentinel.withdraw(decision=row, by=cast.nr_head, reason="有新证据")
    row.refresh_from_db()
    assert (row.words, row.withdraw_reason) == ("同意不移送", "有新证据")
    page = cast.client("nr.head").get(f"/cases/line-decisions/{row.pk}/").content.decode()
    assert "<dd>有新证据</dd>" in page.replace("\n", "").replace("  ", "")
    assert why_not_administrative(fresh(case))


def test_who_was_let_in_to_sign_is_out_again_when_it_is_withdrawn(cast):
    case = case_of(cast)
    row = decided(cast, case)
    assert LineDecision.objects.visible_to(cast.leader).filter(pk=row.pk).exists()
    sentinel.withdraw(decision=row, by=cast.nr_head, reason="移送")
    assert not Case.objects.visible_to(cast.leader).filter(pk=case.pk).exists()
    assert not LineDecision.objects.visible_to(cast.leader).exists()


def test_a_case_at_the_line_is_not_closed(cast):
    case = case_of(cast)
    assert any("不得以罚代刑" in gap for gap in why_open(case))


def referred(cast, case, edge, status="sent"):
    """A referral of `edge` from the case's affair that went the way to `status`."""
    return make.referral(cast, edge, status, case=fresh(case))


def proposing(cast, *edges):
    """A filed and investigated case at the line, referrals of `edges` sent, about to end as transferred."""
    case = make_cases.filed(cast, when=FILED, value="150000")
    do(cast, case, "conclude", "nr.officer", NOW, text="x")
    for edge in edges:
        referred(cast, case, edge)
    return case


def test_a_letter_hands_nothing_on(cast):
    case = proposing(cast, "approver_notice")
    with pytest.raises(DomainError, match="先从本案发起移送"):
        do(cast, case, "propose_end", "nr.officer", NOW, text="x", outcome="transferred")


def test_at_the_line_sent_on_elsewhere_is_not_sent_to_the_police(cast):
    case = proposing(cast, "jurisdiction")
    do(cast, case, "propose_end", "nr.officer", NOW, text="x", outcome="transferred")
    with pytest.raises(DomainError, match="不得以罚代刑"):
        do(cast, case, "decide", "nr.head", NOW)
    assert any("不得以罚代刑" in gap for gap in why_open(fresh(case)))
    assert at_line_unreferred(Case.objects.all()).get() == case
    referred(cast, case, "criminal")
    do(cast, case, "decide", "nr.head", NOW)
    assert not any("不得以罚代刑" in gap for gap in why_open(fresh(case)))


@pytest.mark.parametrize("status", ["filing", "filed"])
def test_at_the_line_a_case_is_neither_revoked_nor_left_unfiled(cast, status):
    case = make_cases.with_facts(cast, when=FILED, value="150000")
    do(cast, case, "request_filing", "nr.officer", FILED, text="x")
    move = "refuse_filing"
    if status == "filed":
        do(cast, case, "approve_filing", "nr.head", FILED)
        move = "revoke"
    with pytest.raises(DomainError, match="不得以罚代刑"):
        do(cast, case, move, "nr.head", NOW, text="x")
    assert fresh(case).status == status
    page = cast.client("nr.head").get(f"/cases/{case.pk}/").content.decode()
    assert f"/cases/{case.pk}/do/{move}/" not in page and "不得以罚代刑" in page
    sentinel.countersign(decision=decided(cast, case), by=cast.leader)
    do(cast, case, move, "nr.head", NOW, text="x")


# downgrades -------------------------------------------------------------------------------------------


def test_a_smaller_figure_needs_a_reason_and_is_kept_with_both_workings(cast):
    case = case_of(cast)
    with pytest.raises(DomainError) as error:
        change(cast, case, value=D(90000))
    assert error.value.field == "reason"
    assert fresh(case).violations.get().value == D(150000), "refused, so not changed"
    change(cast, case, value=D(90000), why="过磅单重新核算")
    row = Downgrade.objects.get()
    assert (row.by, row.reason, row.at) == (cast.nr_officer, "过磅单重新核算", NOW)
    assert row.before["at_line"] and not row.after["at_line"]
    assert "150000" in row.before["lines"][0]["sentence"] and "90000" in row.after["lines"][0]["sentence"]
    assert Notice.objects.filter(member=cast.nr_head, kind="case.downgraded").count() == 1
    assert AuditEntry.objects.filter(verb="case.downgraded").count() == 1


def test_a_cent_less_is_a_downgrade_though_the_percent_is_the_same(cast):
    case = case_of(cast)
    with pytest.raises(DomainError, match="降格"):
        change(cast, case, value=D("149999.99"))


def test_a_greater_figure_is_no_downgrade(cast):
    change(cast, case_of(cast), value=D(160000))
    assert not Downgrade.objects.exists()


def test_dropping_a_violation_is_a_downgrade(cast):
    case = case_of(cast)
    row = case.violations.get()
    with pytest.raises(DomainError, match="降格"):
        cases.drop_violation(violation=row, by=cast.nr_officer)
    cases.drop_violation(violation=case.violations.get(), by=cast.nr_officer, reason="登记重复")
    assert Downgrade.objects.get().after["lines"] == []


def test_moving_an_act_out_of_a_banned_area_is_a_downgrade_into_it_is_none(cast):
    case = case_of(cast, value="60000", zone="banned")
    with pytest.raises(DomainError, match="降格"):
        change(cast, case, zone="")
    change(cast, case, zone="", why="不在禁采区")
    assert Downgrade.objects.count() == 1
    change(cast, case, zone="banned")
    assert Downgrade.objects.count() == 1


def test_taking_away_the_figure_itself_is_a_downgrade(cast):
    case = case_of(cast)
    with pytest.raises(DomainError, match="降格"):
        change(cast, case, value=None)


def test_a_price_that_is_withdrawn_takes_its_cases_down_with_a_trace(cast):
    price = law.enter_price(
        by=cast.nr_officer, mineral="石灰岩", price=D(85), source="行情", valid_from=dt.date(2026, 3, 1)
    )
    case = case_of(cast, value=None, quantity=D(1200))
    assert LineMark.objects.get(case=case).at_line
    law.withdraw_price(price=price, by=cast.nr_head, reason="录入有误")
    assert not LineMark.objects.get(case=case).at_line
    assert "作废单价：录入有误" in Downgrade.objects.get(case=case).reason


OTHER = "9144030071526726XG"


def rename(cast, case, why="", **changes):
    firm = case.parties.get()
    facts = {"kind": "firm", "name": firm.name, "code": firm.code} | changes
    cases.save_party(case=fresh(case), by=cast.nr_officer, party=firm, reason=why, **facts)
    return fresh(case)


def test_another_number_that_takes_an_earlier_act_out_of_the_sum_is_a_downgrade(cast):
    case_of(cast, value="70000")
    case = case_of(cast, value="60000")
    with pytest.raises(DomainError) as error:
        rename(cast, case, code=OTHER)
    assert error.value.field == "reason"
    assert fresh(case).parties.get().code == CODE, "refused, so not changed"
    assert LineMark.objects.get(case=case).at_line
    rename(cast, case, code=OTHER, why="登记时抄错")
    assert not LineMark.objects.get(case=case).at_line
    row = Downgrade.objects.get()
    assert (row.reason, row.before["at_line"], row.after["at_line"]) == ("登记时抄错", True, False)
    rename(cast, case, code=CODE)
    assert LineMark.objects.get(case=case).at_line, "the mark follows the party upwards too"


def test_another_name_that_takes_an_earlier_penalty_away_is_a_downgrade(cast):
    punish(case_of(cast, value="70000", code=""), dt.date(2026, 1, 10))
    case = case_of(cast, value="60000", code="")
    with pytest.raises(DomainError, match="降格"):
        rename(cast, case, name="另一公司")


def test_a_name_that_is_corrected_is_no_downgrade(cast):
    rename(cast, case_of(cast), name="金丝雀矿业有限责任公司")
    assert not Downgrade.objects.exists()


def test_a_party_put_beside_takes_nothing_out_of_the_sum(cast):
    case_of(cast, value="70000", code=OTHER)
    case = case_of(cast, value="60000", code="")
    case.violations.update(party=None)
    assert share(case) == D(130), "matched by name"
    cases.save_party(case=fresh(case), by=cast.nr_officer, kind="firm", name="另一公司", code=CODE)
    assert share(fresh(case)) == D(130)
    assert not Downgrade.objects.exists()


def test_dropping_a_party_whose_earlier_act_counted_is_a_downgrade(cast):
    case_of(cast, value="70000")
    case = case_of(cast, value="60000")
    case.violations.update(party=None)
    firm = case.parties.get()
    client, url = cast.client("nr.officer"), f"/cases/parties/{firm.pk}/drop/"
    assert "删除理由" in client.get(f"/cases/{case.pk}/").content.decode()
    assert "降格记录" in client.post(url).content.decode()
    assert case.parties.exists()
    assert client.post(url, {"reason": "登记重复"}).status_code == 302
    assert Downgrade.objects.get().reason == "登记重复"


def test_a_downgrade_that_lies_in_a_case_of_which_the_reader_may_not_know_is_not_there(cast):
    other = case_of(cast, value="70000")
    case = rename(cast, case_of(cast, value="60000"), code=OTHER, why="登记时抄错")
    url = f"/cases/{case.pk}/line/"
    assert "降格记录（1次）" in cast.client("nr.officer").get(url).content.decode()
    grant(other.matter, Access.Relation.BARRED, member=cast.nr_approver)
    page = cast.client("nr.approver").get(url).content.decode()
    assert "60000" in page and "降格记录" not in page and "登记时抄错" not in page


def test_the_form_of_a_party_asks_for_the_reason_and_keeps_what_was_typed(cast):
    case_of(cast, value="70000")
    case = case_of(cast, value="60000")
    url, typed = f"/cases/parties/{case.parties.get().pk}/", {"kind": "firm", "name": FIRM, "code": OTHER}
    client = cast.client("nr.officer")
    page = client.post(url, typed | {"note": "金丝雀备注"})
    assert page.status_code == 400
    assert "请写明理由（降格记录）" in page.content.decode() and "金丝雀备注" in page.content.decode()
    assert client.post(url, typed | {"reason": "登记时抄错"}).status_code == 302


# marks and lists --------------------------------------------------------------------------------------


def test_the_head_is_told_once_when_a_case_reaches_the_line_without_a_word_of_content(cast):
    case = case_of(cast)
    change(cast, case, value=D(200000))
    notice = Notice.objects.get(member=cast.nr_head, kind="case.at_line")
    assert FIRM not in notice.text and "元" not in notice.text
    assert LineMark.objects.get(case=case).since == NOW.date()


def test_the_daily_round_finds_what_only_time_has_changed(cast):
    case_of(cast, value="70000", code="", acted_from=dt.date(2024, 8, 1), acted_to=dt.date(2024, 8, 31))
    case = case_of(cast, value="60000", code="")
    assert LineMark.objects.get(case=case).at_line
    LineMark.objects.update(at_line=False)
    watch.daily(NOW)
    assert LineMark.objects.get(case=case).at_line


def listed(member):
    return list(at_line_unreferred(Case.objects.known_to(member)))


def test_the_office_lists_what_should_have_been_referred_and_was_not(cast):
    case, below = case_of(cast), case_of(cast, value="10", name="另一公司", code="9144030071526726XG")
    grant(case.matter, Access.Relation.OFFICE, agency=cast.unit("office"))
    grant(below.matter, Access.Relation.OFFICE, agency=cast.unit("office"))
    assert listed(cast.office) == [case]
    sentinel.countersign(decision=decided(cast, case), by=cast.leader)
    assert listed(cast.office) == []


def test_the_list_shows_states_alone(cast):
    case = case_of(cast)
    grant(case.matter, Access.Relation.OFFICE, agency=cast.unit("office"))
    type(case.matter).objects.filter(pk=case.matter_id).update(sealed=True)
    page = cast.client("office").get("/cases/at-line/").content.decode()
    assert case.serial in page and case.get_status_display() in page
    assert FIRM not in page and "150000" not in page and case.title not in page
    assert f"/cases/{case.pk}/line/" not in page
    assert case.serial not in cast.client("ecology.officer").get("/cases/at-line/").content.decode()
    assert case.serial not in cast.client("office").get("/cases/at-line/?as=xlsx").headers.get("x", "")


# pages --------------------------------------------------------------------------------------------------


def test_the_panel_says_share_working_and_what_is_missing_in_words(cast):
    case = case_of(cast)
    page = cast.client("nr.officer").get(f"/cases/{case.pk}/line/").content.decode()
    assert "达到刑事标准，应当移送" in page and "150%，达到刑事标准" in page
    assert "销售（认定）价值150000元，达到100000元（按下限提示，以本省标准为准）。" in page
    assert "缺少矿产资源破坏价值" in page and "<meter" in page
    assert "由承办单位的主要负责人" in page, "why the button is not there"
    assert "line/decide" in cast.client("nr.head").get(f"/cases/{case.pk}/line/").content.decode()


def test_a_hidden_case_looks_like_a_missing_one(cast):
    case = case_of(cast)
    client = cast.client("ecology.officer")
    hidden, gone = (client.get(f"/cases/{pk}/line/") for pk in (case.pk, 99999))
    assert (hidden.status_code, hidden.content) == (404, gone.content)
    assert client.get(f"/cases/{case.pk}/line/decide/").status_code == 404


def test_the_head_decides_and_the_leader_countersigns_on_the_page(cast):
    case = case_of(cast)
    client = cast.client("nr.head")
    bad = client.post(f"/cases/{case.pk}/line/decide/", {"reason": "", "token": ""})
    assert bad.status_code == 400 and "请填写不移送的理由和依据" in bad.content.decode()
    name, upload = paper()
    sent = client.post(f"/cases/{case.pk}/line/decide/", {"reason": "不构成犯罪", "file": upload})
    row = LineDecision.objects.get()
    assert sent.status_code == 302 and sent.url == f"/cases/line-decisions/{row.pk}/"
    leader = cast.client("leader")
    page = leader.get(sent.url).content.decode()
    assert "会签同意" in page and "150000" in page and name in page
    assert leader.get(f"/files/{row.file_id}/").status_code == 200
    gone = leader.post(f"{sent.url}countersign/", {"version": row.version, "reason": "同意"})
    assert gone.status_code == 302
    row.refresh_from_db()
    assert (row.status, row.countersigned_by) == ("in_force", cast.leader)
    assert why_not_administrative(fresh(case)) == ""
    assert "已会签生效" in client.get(sent.url).content.decode()


def test_a_decision_is_hidden_from_whom_the_case_is_hidden(cast):
    row = decided(cast, case_of(cast))
    client = cast.client("police.head")
    hidden, gone = (client.get(f"/cases/line-decisions/{pk}/") for pk in (row.pk, 99999))
    assert (hidden.status_code, hidden.content) == (404, gone.content)
    post = client.post(f"/cases/line-decisions/{row.pk}/countersign/", {"version": 1})
    assert post.status_code == 404
    assert client.get(f"/files/{row.file_id}/").status_code == 404


def kept_of_two(cast):
    """(another case, one at the line by that alone, its decision); it was lowered once."""
    other = case_of(cast, value="71234")
    case = case_of(cast, value="60000")
    row = decided(cast, case)
    change(cast, case, value=D(59000), why="复核")
    return other, case, row


def test_what_was_kept_shows_who_must_stay_out_of_another_case_no_trace_of_it(cast):
    other, case, row = kept_of_two(cast)
    urls = (f"/cases/{case.pk}/line/", f"/cases/line-decisions/{row.pk}/")
    for url in urls:
        assert (
            "价值71234元（另案，未经处理）；合计131234元"
            in cast.client("nr.officer").get(url).content.decode()
        )
    grant(other.matter, Access.Relation.BARRED, member=cast.nr_approver)
    for url in urls:
        page = cast.client("nr.approver").get(url).content.decode()
        assert "价值60000元，距100000元还差40000元" in page
        assert not any(trace in page for trace in ("71234", "131234", "130234", "另案"))


def test_who_countersigns_reads_the_figures_that_are_signed_unless_barred_from_them(cast):
    other, _, row = kept_of_two(cast)
    url = f"/cases/line-decisions/{row.pk}/"
    assert "131234" in cast.client("leader").get(url).content.decode()
    grant(other.matter, Access.Relation.BARRED, member=cast.leader)
    page = cast.client("leader").get(url).content.decode()
    assert "60000" in page and "131234" not in page


def test_an_earlier_penalty_in_a_case_of_which_the_reader_may_not_know_is_not_shown(cast):
    earlier = case_of(cast, value="71234")
    punish(earlier, dt.date(2026, 1, 10))
    case = case_of(cast, value="60000")
    change(cast, case, value=D(59000), why="复核")
    url = f"/cases/{case.pk}/line/"
    assert "受过行政处罚1次" in cast.client("nr.officer").get(url).content.decode()
    grant(earlier.matter, Access.Relation.BARRED, member=cast.nr_approver)
    page = cast.client("nr.approver").get(url).content.decode()
    assert "降格记录（1次）" in page and "受过行政处罚1次" not in page


def test_workings_kept_before_the_parts_were_told_apart_show_nobody_what_may_be_anothers():
    apart = import_module("cases.migrations.0003_workings_apart").apart
    mine = {"key": "mining.damage.", "measured": "60000", "sentence": "破坏价值60000元。"}
    both = {"key": "mining.goods.", "measured": "131234", "sentence": "71234元（另案，未经处理）。"}
    again = {"key": "mining.repeat.", "measured": "1", "sentence": "受过行政处罚1次。"}
    assert apart({"lines": [mine, both, again]})["own"] == [mine]
    assert apart({"lines": [mine, both, again]})["others"] == [0]
    assert apart({"lines": [mine, again | {"measured": "0"}]})["others"] == []


def test_nothing_of_the_case_stands_in_audit_or_notices(cast):
    case = case_of(cast)
    sentinel.countersign(decision=decided(cast, case), by=cast.leader, words="金丝雀会签意见")
    change(cast, case, value=D(90000), why="金丝雀理由")
    kept = [str(facts) for facts in AuditEntry.objects.values_list("facts", flat=True)]
    kept += list(Notice.objects.values_list("text", flat=True)) + list(
        Duty.objects.values_list("title", flat=True)
    )
    assert not any("金丝雀" in text or "150000" in text or "90000" in text for text in kept)
