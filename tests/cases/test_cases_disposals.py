"""没收物处置, and the pages of what follows a served decision."""

from decimal import Decimal

import pytest
import time_machine

from cases.actions import cases
from cases.models import Disposal, Remedy
from core.errors import Conflict, DomainError, NotAllowed
from duties.models import Duty
from tests.cases import make_cases as make
from tests.cases.make_after import (
    brought,
    day,
    disposed,
    due_day,
    duty,
    ended,
    open_keys,
    with_confiscation,
)
from tests.cases.make_cases import at, do, paper


def test_what_was_confiscated_is_auctioned_and_paid_to_the_treasury_before_closing(cast):
    case, goods = with_confiscation(cast, quantity=Decimal(400))
    key = f"disposal:{goods.pk}"
    assert due_day(case, key) == day(11, 20)  # sixty days from service, set by the house
    first = disposed(cast, goods, complete=False, quantity=Decimal(150))
    assert first.amount == Decimal("42000.50") and key in open_keys(case)
    fine = case.penalties.get(kind="fine")
    with time_machine.travel(at(2026, 10, 8, 9), tick=False):
        cases.carry_out(penalty=fine, by=cast.nr_officer, paid=fine.fine, done_on=day(10, 8))
        goods.refresh_from_db()
        cases.carry_out(penalty=goods, by=cast.nr_officer, done_on=day(10, 8), done="已扣缴400吨")
    do(cast, case, "perform", "nr.officer", at(2026, 10, 8, 10), text="已缴清")
    with pytest.raises(DomainError, match="还有1项没收没有登记处置完毕"):
        do(cast, case, "request_closing", "nr.officer", at(2026, 10, 9, 9), text="x")
    disposed(cast, goods, disposed_on=day(10, 12), when=at(2026, 10, 12, 9), quantity=Decimal(250))
    goods.refresh_from_db()
    assert (goods.disposed_on, goods.done, goods.done_on) == (day(10, 12), "已扣缴400吨", day(10, 8))
    assert key not in open_keys(case) and Disposal.objects.count() == 2
    with pytest.raises(Conflict):
        disposed(cast, goods, disposed_on=day(10, 12), when=at(2026, 10, 13, 9))
    do(cast, case, "request_closing", "nr.officer", at(2026, 10, 13, 9), text="x")


def test_a_building_goes_to_the_government_in_ninety_days(cast):
    """Worked: served on 21 September, ninety days end on Sunday 20 December; 条例58 does not roll."""
    case, building = with_confiscation(cast, "building")
    assert due_day(case, f"disposal:{building.pk}") == day(12, 20)
    assert duty(case, f"disposal:{building.pk}").clock.code == "C17"
    with pytest.raises(DomainError) as refused:
        disposed(cast, building)
    assert refused.value.field == "way"
    disposed(cast, building, way="government", receiver="示范县人民政府", amount=None, receipt="")
    building.refresh_from_db()
    # handing it over carries the penalty out
    assert (building.disposed_on, building.done_on) == (day(9, 30), day(9, 30))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"way": "treasury"}, "way"),
        ({"receiver": " "}, "receiver"),
        ({"amount": None}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"receipt": ""}, "receipt"),
        ({"disposed_on": day(9, 20)}, "disposed_on"),
        ({"disposed_on": day(10, 1)}, "disposed_on"),
        ({"way": "destroyed", "receiver": "", "amount": None, "note": ""}, "note"),
        ({"upload": None}, "file"),
        ({"receipt": "1" * 61}, "receipt"),
    ],
)
def test_a_disposal_without_what_proves_it_is_refused_at_the_field(cast, facts, field):
    _, goods = with_confiscation(cast)
    with pytest.raises(DomainError) as refused:
        disposed(cast, goods, **facts)
    assert refused.value.field == field and not Disposal.objects.exists()


def test_confiscated_gains_reach_the_treasury_in_full(cast):
    case, gains = with_confiscation(cast, "gains", fine=Decimal(50_000))
    paid = {"way": "treasury", "receiver": ""}
    with pytest.raises(DomainError, match="少于没收的50000元"):
        disposed(cast, gains, amount=Decimal(20_000), **paid)
    disposed(cast, gains, amount=Decimal(20_000), complete=False, **paid)
    disposed(cast, gains, amount=Decimal(30_000), **paid)
    assert f"disposal:{gains.pk}" not in open_keys(case)


def test_a_fine_is_nothing_to_dispose_of_and_strangers_dispose_of_nothing(cast):
    case, goods = with_confiscation(cast)
    with pytest.raises(DomainError, match="没有没收物"):
        disposed(cast, case.penalties.get(kind="fine"))
    for who in ("office", "police.head", "leader"):
        with pytest.raises(NotAllowed):
            disposed(cast, goods, by=who)


def test_nothing_is_disposed_of_once_the_decision_is_undone(cast):
    case, goods = with_confiscation(cast)
    do(cast, case, "redo", "nr.head", at(2026, 9, 28, 9), text="主动改正", upload=paper())
    assert f"disposal:{goods.pk}" not in open_keys(case)
    with pytest.raises(Conflict):
        disposed(cast, goods)


# ---------------------------------------------------------------- pages


def test_remedy_and_disposal_are_put_down_on_the_pages_of_the_case(cast):
    case, goods = with_confiscation(cast)
    client = cast.client("nr.officer")
    with time_machine.travel(at(2026, 10, 12, 9), tick=False):
        page = client.get(f"/cases/{case.pk}/").content.decode()
        assert f"/cases/{case.pk}/remedies/new/" in page and f"/cases/penalties/{goods.pk}/dispose/" in page
        assert "申请行政复议的期限" in page and "提起行政诉讼的期限" in page
        url = f"/cases/{case.pk}/remedies/new/"
        bad = client.post(url, {"kind": "reconsider", "organ": "示范县人民政府", "filed_on": "2026-09-01"})
        assert bad.status_code == 400 and "日期不能早于送达日期" in bad.content.decode()
        good = {"kind": "reconsider", "organ": "示范县人民政府", "filed_on": "2026-10-09"}
        good["note"] = "金丝雀请求"
        assert client.post(url, good).status_code == 302
        row = Remedy.objects.get()
        for path in (f"/cases/remedies/{row.pk}/", f"/cases/remedies/{row.pk}/end/"):
            assert client.get(path).status_code == 200, path
            assert cast.client("police.officer").get(path).status_code == 404, path
        sent = client.post(
            f"/cases/remedies/{row.pk}/end/",
            {"result": "varied", "ended_on": "2026-10-12", "upload": paper()[1]},
        )
        assert sent.status_code == 302
        page = client.get(f"/cases/{case.pk}/").content.decode()
        for words in ("提起行政复议：示范县人民政府", "行政复议结果：变更", "金丝雀请求"):
            assert words in page
        assert client.get(f"/cases/penalties/{goods.pk}/vary/").status_code == 200
        data = {"way": "rules", "disposed_on": "2026-10-12", "note": "变卖", "complete": "on"}
        data |= {"amount": "300", "upload": paper()[1]}
        bad = client.post(f"/cases/penalties/{goods.pk}/dispose/", data)
        assert bad.status_code == 400 and "请填写缴款书（票据）号" in bad.content.decode()
        data |= {"receipt": "14001", "upload": paper()[1]}
        assert client.post(f"/cases/penalties/{goods.pk}/dispose/", data).status_code == 302
        page = client.get(f"/cases/{case.pk}/").content.decode()
        assert "14001" in page and "没收矿产品：按照国家有关规定处理" in page


def test_the_page_says_why_the_case_is_not_closed(cast):
    case = make.performed(cast)
    brought(cast, case, day(9, 28))
    with time_machine.travel(at(2026, 9, 29, 9), tick=False):
        page = cast.client("nr.officer").get(f"/cases/{case.pk}/").content.decode()
    assert "报请结案（销号）</b>：还不能结案（销号）：还有1件行政复议、行政诉讼没有结果" in page


def test_audit_and_duties_say_nothing_of_what_follows(cast):
    from core.models import AuditEntry

    case = make.served(cast)
    row = brought(cast, case, day(9, 23), organ="金丝雀法院", note="金丝雀请求")
    ended(cast, row, day(9, 30), "annulled", note="金丝雀判决")
    said = [str(one.facts) for one in AuditEntry.objects.filter(matter=case.matter)]
    said += list(Duty.objects.filter(matter=case.matter).values_list("title", flat=True))
    assert said and not any("金丝雀" in text for text in said)
