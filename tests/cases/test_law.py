"""Law as data: which text applies, what it may cost, figures by two, prices with their source; the pages."""

import datetime as dt
from decimal import Decimal as D

import pytest
import time_machine

from agencies.actions.county import load_county
from agencies.demo import plan
from agencies.setup import prepare
from cases import law
from cases.actions import law as actions
from cases.choice import applicable
from cases.lawdata import load_law, rows
from cases.models import MineralPrice, Offence, ProvinceFigure, Threshold
from core.errors import Conflict, DomainError, NotAllowed
from minewatch.lib.clock import SHANGHAI

NOW = dt.datetime(2026, 9, 10, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def day(text):
    return dt.date.fromisoformat(text)


# the files --------------------------------------------------------------------------------------------


def test_a_fresh_county_has_the_law_and_a_second_load_changes_nothing(db):
    Offence.objects.all().delete()
    Threshold.objects.all().delete()
    load_county(plan=plan(), must_change_password=False)
    assert any("违法行为和刑事标准" in sentence for sentence in prepare())
    assert Offence.objects.count() == len(list(rows("offences.csv")))
    assert Threshold.objects.count() == len(list(rows("thresholds.csv")))
    assert load_law() == 0


def test_a_row_that_the_file_changed_is_brought_up_to_date(cast):
    Offence.objects.filter(code="M63").update(penalty="旧文")
    assert load_law() == 1
    assert Offence.objects.get(code="M63").penalty != "旧文"


def test_no_two_texts_of_a_violation_are_in_force_on_one_day(cast):
    for code in Offence.objects.values_list("code", flat=True).distinct():
        spans = list(Offence.objects.filter(code=code).order_by("valid_from"))
        for before, after in zip(spans, spans[1:], strict=False):
            assert before.valid_to is not None and before.valid_to < after.valid_from, code


def test_every_row_names_its_source_and_its_kind_of_unit(cast):
    from agencies.models import AgencyKind

    for row in Offence.objects.all():
        assert row.law and row.article and row.penalty
        assert row.kind in ("", *AgencyKind.values)
        assert row.line in ("", "mining", "destructive", "land")
        assert row.rule or row.uncertain, "a text without figures says that it is to be checked"
    assert not Threshold.objects.filter(basis="").exists()


# which text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "last", "article"),
    [
        ("M64", "2025-06-30", "矿产资源法第三十九条、实施细则第四十二条第（一）项"),
        ("M64", "2025-07-01", "第六十四条第一款"),
        ("M64b", "2025-06-30", "矿产资源法第四十条、实施细则第四十二条第（二）项"),
        ("M64b", "2026-08-01", "第六十四条第二款"),
        ("M68", "2025-06-30", "矿产资源法第四十四条、实施细则第四十二条第（六）项"),
        ("M73", "2025-06-30", "第十八条"),
        ("E31", "2026-08-14", "第三十一条"),
        ("E31", "2026-08-15", "条款待核实"),
    ],
)
def test_an_act_falls_under_the_text_of_its_last_day(cast, code, last, article):
    assert applicable(code, last=day(last)).old.article == article


def test_an_act_that_goes_on_falls_under_todays_text(cast):
    assert applicable("M64", last=None).offence.article == "第六十四条第一款"


def test_what_was_no_violation_then_is_none_now(cast):
    found = applicable("M67", last=day("2025-06-30"))
    assert found.offence is None and "不能适用以后的规定" in found.reason


def test_the_old_text_stays_where_the_new_one_is_harder(cast):
    found = applicable("M64", last=day("2025-06-30"), facts=law.Facts(value=D(80000), gains=D(80000)))
    assert (found.offence, found.clear) == (found.old, True)
    assert "最高40000元" in found.reason and "最高1000000元" in found.reason


def test_the_new_text_applies_where_it_is_lighter(cast):
    facts = law.Facts(damage=D(2_000_000))
    found = applicable("M68", last=day("2025-06-30"), facts=facts)
    assert found.offence == found.new
    assert "最高1000000元" in found.reason and "新规定处罚较轻" in found.reason


def test_what_cannot_be_weighed_is_left_to_a_person_under_the_old_text(cast):
    found = applicable("M64", last=day("2025-06-30"), facts=law.Facts(value=D(80000)))
    assert (found.offence, found.clear) == (found.old, False)
    assert "缺少违法所得" in found.reason


# what it may cost -------------------------------------------------------------------------------------

COSTS = [
    ("M64", "2026-08-01", {"value": "99999.99"}, "first", "100000", "1000000"),
    ("M64", "2026-08-01", {"value": "100000"}, "first", "300000", "500000"),
    ("M64", "2026-08-01", {"value": "0"}, "first", "100000", "1000000"),
    ("M64", "2025-01-01", {"gains": "80000"}, "first", "0", "40000"),
    ("M64b", "2025-01-01", {"gains": "80000"}, "first", "0", "24000"),
    ("M67", "2026-08-01", {"value": "200000"}, "first", "0", "0"),
    ("M67", "2026-08-01", {"value": "200000"}, "refusal", "200000", "600000"),
    ("M67", "2026-08-01", {"value": "90000"}, "refusal", "100000", "500000"),
    ("M68", "2026-08-01", {}, "first", "100000", "500000"),
    ("M69", "2026-08-01", {}, "refusal", "50000", "100000"),
    ("M70", "2026-08-01", {}, "serious", "100000", "500000"),
    ("M71", "2026-08-01", {"cost": "300000"}, "refusal", "600000", "1500000"),
    ("M73", "2025-01-01", {}, "first", "0", "50000"),
    ("L77", "2026-08-01", {"area": "3"}, "first", "200000", "2000000"),
    ("L77", "2026-08-01", {"area": "1"}, "first", "66667", "666670"),
    ("W48", "2026-08-01", {"party": "person"}, "first", "1000", "10000"),
    ("W48", "2026-08-01", {"party": "firm"}, "first", "20000", "200000"),
    ("W55", "2026-08-01", {"volume": "120"}, "first", "1200", "2400"),
    ("P44", "2026-08-01", {}, "first", "50000", "200000"),
]


@pytest.mark.parametrize(("code", "last", "facts", "stage", "low", "high"), COSTS)
def test_a_fine_has_the_span_of_its_article(cast, code, last, facts, stage, low, high):
    given = {name: value if name == "party" else D(value) for name, value in facts.items()}
    found = law.penalty_range(applicable(code, last=day(last)).old, law.Facts(**given), stage)
    assert (found.low, found.high, found.missing) == (D(low), D(high), "")


@pytest.mark.parametrize(
    ("code", "stage", "words"),
    [
        ("M64", "first", "缺少矿产品市场价值"),
        ("L75", "first", "缺少耕地开垦费"),
        ("F74", "first", "缺少恢复"),
        ("W48", "first", "缺少当事人类别"),
        ("M68", "serious", "没有可以计算的幅度"),
        ("W44", "first", "没有可以计算的幅度"),
    ],
)
def test_a_figure_that_is_missing_is_named_and_no_span_invented(cast, code, stage, words):
    found = law.penalty_range(applicable(code, last=day("2026-08-01")).offence, law.Facts(), stage)
    assert (found.low, found.high) == (None, None)
    assert words in found.missing


# 本省标准 ---------------------------------------------------------------------------------------------


def proposed(cast, by="office", **facts):
    values = {
        "line": "mining",
        "measure": "goods",
        "zone": "",
        "amount": D(200000),
        "source": "省高法〔2026〕1号",
        "valid_from": day("2026-06-01"),
    } | facts
    return actions.propose_figure(by=cast.member(by), county=cast.county, **values)


def test_a_figure_counts_from_its_day_once_another_has_checked_it(cast):
    row = proposed(cast)
    assert law.table("99")("mining", "goods", "", day("2026-09-01")).amount == D(100000)
    actions.confirm_figure(figure=row, by=cast.leader, version=1)
    find = law.table("99")
    assert find("mining", "goods", "", day("2026-05-31")).amount == D(100000)
    found = find("mining", "goods", "", day("2026-06-01"))
    assert (found.amount, found.open) == (D(200000), False)
    assert "省高法〔2026〕1号" in found.source
    assert law.table("14")("mining", "goods", "", day("2026-06-01")).amount == D(100000)


@pytest.mark.parametrize("who", ["nr.head", "police.head", "qingshi.head", "ecology.officer", "custodian"])
def test_only_the_office_and_the_leader_register_figures(cast, who):
    with pytest.raises(NotAllowed):
        proposed(cast, by=who)


def test_nobody_checks_the_own_figure_and_nobody_twice(cast):
    row = proposed(cast)
    with pytest.raises(NotAllowed, match="另一人"):
        actions.confirm_figure(figure=row, by=cast.office)
    with pytest.raises(NotAllowed):
        actions.confirm_figure(figure=row, by=cast.nr_head)
    actions.confirm_figure(figure=row, by=cast.leader, version=1)
    with pytest.raises(Conflict):
        actions.refuse_figure(figure=row, by=cast.leader, reason="不对", version=1)
    assert Threshold.objects.filter(province="99").count() == 1


def test_a_refused_figure_changes_nothing(cast):
    row = proposed(cast, by="leader")
    with pytest.raises(DomainError):
        actions.refuse_figure(figure=row, by=cast.office, reason=" ")
    actions.refuse_figure(figure=row, by=cast.office, reason="文号不对")
    assert (row.status, row.words) == ("refused", "文号不对")
    assert not Threshold.objects.filter(province="99").exists()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"amount": D(99999)}, "amount"),
        ({"amount": D(300001)}, "amount"),
        ({"amount": D(150001), "zone": "special"}, "amount"),
        ({"source": " "}, "source"),
        ({"line": "cropland", "measure": "area", "zone": "basic"}, "line"),
        ({"valid_from": day("2016-11-30")}, "line"),
    ],
)
def test_a_figure_outside_the_interpretation_is_refused_at_its_field(cast, facts, field):
    with pytest.raises(DomainError) as error:
        proposed(cast, **facts)
    assert error.value.field == field


# prices -----------------------------------------------------------------------------------------------


def priced(cast, by="nr.officer", **facts):
    values = {
        "mineral": "石灰岩",
        "price": D("85.50"),
        "source": "县价格认证中心〔2026〕3号",
        "valid_from": day("2026-03-01"),
    } | facts
    return actions.enter_price(by=cast.member(by), **values)


@pytest.mark.parametrize("who", ["police.officer", "office", "leader", "qingshi.head", "ecology.head"])
def test_only_natural_resources_registers_prices(cast, who):
    with pytest.raises(NotAllowed, match="自然资源"):
        priced(cast, by=who)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"mineral": " "}, "mineral"),
        ({"price": D(0)}, "price"),
        ({"price": D("-1")}, "price"),
        ({"price": D("1.234")}, "price"),
        ({"source": ""}, "source"),
        ({"valid_from": day("2026-09-11")}, "valid_from"),
    ],
)
def test_a_bad_price_names_its_field(cast, facts, field):
    with pytest.raises(DomainError) as error:
        priced(cast, **facts)
    assert error.value.field == field


def test_a_price_stands_once_a_day_until_it_is_withdrawn(cast):
    row = priced(cast)
    with pytest.raises(DomainError, match="先作废"):
        priced(cast, price=D(90))
    with pytest.raises(DomainError, match="原因"):
        actions.withdraw_price(price=row, by=cast.nr_officer, reason="")
    actions.withdraw_price(price=row, by=cast.nr_officer, reason="录入有误")
    with pytest.raises(DomainError, match="已经作废"):
        actions.withdraw_price(price=row, by=cast.nr_officer, reason="再次")
    assert priced(cast, price=D(90)).price == D(90)
    assert MineralPrice.objects.count() == 2


# pages ------------------------------------------------------------------------------------------------


def test_the_law_is_read_by_everybody_with_business_and_nobody_else(cast):
    for address in ("/cases/law/", "/cases/law/lines/", "/cases/law/prices/", "/cases/at-line/"):
        assert cast.client("shangwan.head").get(address).status_code == 200, address
        assert cast.client("auditor").get(address).status_code == 404, address


def test_the_list_of_offences_is_asked_by_day_kind_and_word(cast):
    client = cast.client("nr.officer")
    page = client.get("/cases/law/?on=2025-06-30&kind=natural_resources").content.decode()
    assert "第三十九条" in page and "第六十四条第一款" not in page and "水土保持法" not in page
    assert "待核实" in client.get("/cases/law/?q=草原").content.decode()
    assert client.get("/cases/law/?on=2025-02-30").status_code == 200
    assert client.get("/cases/law/?as=xlsx").status_code == 200


def test_the_list_of_lines_marks_what_the_province_has_not_fixed(cast):
    page = cast.client("nr.officer").get("/cases/law/lines/").content.decode()
    assert "按下限提示，以本省标准为准" in page and "未登记" in page
    assert "由专班办公室或者督办县领导登记和核对" in page
    assert "渝高法" not in page, "another province's figure is not ours"


def test_a_figure_goes_through_the_pages_by_two(cast):
    office, leader = cast.client("office"), cast.client("leader")
    facts = {
        "key": "mining:goods:",
        "amount": "50",
        "valid_from": "2026-06-01",
        "source": "省高法〔2026〕1号",
    }
    bad = office.post("/cases/law/lines/new/", facts)
    assert bad.status_code == 400
    assert "应在司法解释规定的幅度内（100000元至300000元）" in bad.content.decode()
    assert 'value="50"' in bad.content.decode()
    sent = office.post("/cases/law/lines/new/", facts | {"amount": "200000"})
    row = ProvinceFigure.objects.get()
    assert sent.url == f"/cases/law/figures/{row.pk}/"
    assert "登记人不能自己核对" in office.get(sent.url).content.decode()
    assert office.post(f"{sent.url}confirm/", {"version": 1}).status_code == 403
    assert leader.post(f"{sent.url}confirm/", {"version": 1}).status_code == 302
    assert "已生效" in leader.get(sent.url).content.decode()
    assert "200000元" in leader.get("/cases/law/lines/").content.decode()
    assert cast.client("nr.head").get("/cases/law/lines/new/").status_code == 403
    assert leader.post(f"{sent.url}confirm/", {"version": 1}).status_code == 409


def test_a_price_goes_through_the_pages(cast):
    client = cast.client("nr.officer")
    facts = {"mineral": "石灰岩", "price": "八十", "valid_from": "2026-03-01", "source": "价格认证"}
    bad = client.post("/cases/law/prices/new/", facts)
    assert bad.status_code == 400 and 'value="八十"' in bad.content.decode()
    assert client.post("/cases/law/prices/new/", facts | {"price": "85.5"}).status_code == 302
    row = MineralPrice.objects.get()
    assert "85.5" in client.get("/cases/law/prices/").content.decode()
    other = cast.client("police.officer")
    assert "由自然资源部门登记" in other.get(f"/cases/law/prices/{row.pk}/").content.decode()
    assert other.post(f"/cases/law/prices/{row.pk}/withdraw/", {"reason": "x"}).status_code == 403
    assert client.post(f"/cases/law/prices/{row.pk}/withdraw/", {"reason": "有误"}).status_code == 302
    assert "已作废（有误）" in client.get("/cases/law/prices/?withdrawn=on").content.decode()
