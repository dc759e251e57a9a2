"""Distances to the line of crime worked by hand (domain.md D.1, D.2): by date, zone and province.

Each row gives what was done, where the province stands, and the line that matters with its measure, its limit
and whether it is reached. The product reads none of this.
"""

import datetime as dt
from decimal import Decimal as D

import pytest

from cases import law
from cases.lawdata import load_law
from cases.line_sums import compute
from cases.lines import Act, Price, Prior
from cases.models import Threshold

SHANXI, CHONGQING, LIAONING, DEMO = "14", "50", "21", "99"


pytestmark = pytest.mark.django_db


def day(text):
    return dt.date.fromisoformat(text)


def mined(last, line="mining", **facts):
    price = facts.pop("price", None)
    if price:
        facts["price"] = Price(D(price), day("2026-01-01"), "县价格认证中心")
        facts.setdefault("mineral", "石灰岩")
    values = {
        name: D(value) if name in ("value", "quantity", "damage", "area") else value
        for name, value in facts.items()
    }
    return Act(line=line, first=day(last), last=day(last), **values)


def land(last, kind, area, **facts):
    return mined(last, line="land", land=kind, area=area, **facts)


def punished(*days, line="mining"):
    return [Prior(line, day(one)) for one in days]


# what was done · province · penalties before · (line, measured, limit, share %, reached, 特别严重)
EXAMPLES = {
    # -- value of goods: general line, lower bound where the province's choice is not known --
    "one yuan below the lower bound": (
        [mined("2026-03-10", value="99999.99")],
        (SHANXI, []),
        ("mining.goods.", "99999.99", "100000", "99.9", False, False),
    ),
    "exactly at the lower bound": (
        [mined("2026-03-10", value="100000")],
        (SHANXI, []),
        ("mining.goods.", "100000", "100000", "100", True, False),
    ),
    "quantity × price: 1200 t × 85": (
        [mined("2026-03-10", quantity="1200", price="85")],
        (SHANXI, []),
        ("mining.goods.", "102000", "100000", "102", True, False),
    ),
    "quantity × price: 1176 t × 85 = 99 960": (
        [mined("2026-03-10", quantity="1176", price="85")],
        (LIAONING, []),
        ("mining.goods.", "99960", "100000", "99.9", False, False),
    ),
    "a fraction of a ton decides": (
        [mined("2026-03-10", quantity="1176.471", price="85")],
        (LIAONING, []),
        ("mining.goods.", "100000.04", "100000", "100", True, False),
    ),
    "Chongqing fixed 100 000 and says so": (
        [mined("2026-03-10", value="150000")],
        (CHONGQING, []),
        ("mining.goods.", "150000", "100000", "150", True, False),
    ),
    "in the demo county only the nation's range is known": (
        [mined("2026-03-10", value="120000")],
        (DEMO, []),
        ("mining.goods.", "120000", "100000", "120", True, False),
    ),
    "proceeds go before price × quantity when they are plausible": (
        [mined("2026-03-10", value="90000", quantity="1200", price="85")],
        (SHANXI, []),
        ("mining.goods.", "90000", "100000", "90", False, False),
    ),
    "proceeds at seventy percent of the market are still plausible": (
        [mined("2026-03-10", value="71400", quantity="1200", price="85")],
        (SHANXI, []),
        ("mining.goods.", "71400", "100000", "71.4", False, False),
    ),
    "proceeds plainly too low are set aside": (
        [mined("2026-03-10", value="71399", quantity="1200", price="85")],
        (SHANXI, []),
        ("mining.goods.", "102000", "100000", "102", True, False),
    ),
    # -- 特别严重: five times --------------------
    "just below five times": (
        [mined("2026-03-10", value="499999.99")],
        (SHANXI, []),
        ("mining.goods.", "499999.99", "100000", "499.9", True, False),
    ),
    "five times is 特别严重": (
        [mined("2026-03-10", value="500000")],
        (SHANXI, []),
        ("mining.goods.", "500000", "100000", "500", True, True),
    ),
    "special zone: five times 50 000": (
        [mined("2026-03-10", value="250000", zone="banned")],
        (CHONGQING, []),
        ("mining.goods.special", "250000", "50000", "500", True, True),
    ),
    # -- zones --------------------
    "the same 60 000 outside any zone": (
        [mined("2026-03-10", value="60000")],
        (SHANXI, []),
        ("mining.goods.", "60000", "100000", "60", False, False),
    ),
    "国家规划矿区": (
        [mined("2026-03-10", value="60000", zone="planned")],
        (SHANXI, []),
        ("mining.goods.special", "60000", "50000", "120", True, False),
    ),
    "重要价值矿区, one yuan short": (
        [mined("2026-03-10", value="49999", zone="value")],
        (SHANXI, []),
        ("mining.goods.special", "49999", "50000", "99.9", False, False),
    ),
    "保护性开采的特定矿种": (
        [mined("2026-03-10", value="50000", zone="mineral")],
        (SHANXI, []),
        ("mining.goods.special", "50000", "50000", "100", True, False),
    ),
    "禁采期": (
        [mined("2026-03-10", value="51000", zone="season")],
        (SHANXI, []),
        ("mining.goods.special", "51000", "50000", "102", True, False),
    ),
    "a nature reserve is no special zone of the mining line": (
        [mined("2026-03-10", value="60000", zone="reserve")],
        (SHANXI, []),
        ("mining.goods.", "60000", "100000", "60", False, False),
    ),
    "part in a zone, part outside: the zone's part alone": (
        [mined("2026-03-10", value="40000", zone="banned"), mined("2026-03-12", value="55000")],
        (SHANXI, []),
        ("mining.goods.special", "40000", "50000", "80", False, False),
    ),
    "part in a zone, part outside: both for the general line": (
        [mined("2026-03-10", value="40000", zone="banned"), mined("2026-03-12", value="60000")],
        (SHANXI, []),
        ("mining.goods.", "100000", "100000", "100", True, False),
    ),
    # -- damage, 破坏性采矿 --------------------
    "damage of illegal mining": (
        [mined("2026-03-10", damage="130000")],
        (SHANXI, []),
        ("mining.damage.", "130000", "100000", "130", True, False),
    ),
    "damage in a banned area": (
        [mined("2026-03-10", damage="45000", zone="banned")],
        (SHANXI, []),
        ("mining.damage.special", "45000", "50000", "90", False, False),
    ),
    "破坏性采矿 below 500 000": (
        [mined("2026-03-10", line="destructive", damage="499999")],
        (SHANXI, []),
        ("destructive.damage.", "499999", "500000", "99.9", False, False),
    ),
    "破坏性采矿 in a planned area": (
        [mined("2026-03-10", line="destructive", damage="250000", zone="planned")],
        (CHONGQING, []),
        ("destructive.damage.special", "250000", "250000", "100", True, False),
    ),
    "破坏性采矿 in a banned area is no special case (第六条)": (
        [mined("2026-03-10", line="destructive", damage="260000", zone="banned")],
        (SHANXI, []),
        ("destructive.damage.", "260000", "500000", "52", False, False),
    ),
    # -- added up: two years --------------------
    "two acts within two years": (
        [mined("2024-03-10", value="50000"), mined("2026-03-10", value="50000")],
        (SHANXI, []),
        ("mining.goods.", "100000", "100000", "100", True, False),
    ),
    "two years and a day apart": (
        [mined("2024-03-09", value="50000"), mined("2026-03-10", value="50000")],
        (SHANXI, []),
        ("mining.goods.", "50000", "100000", "50", False, False),
    ),
    "an unpunished act of another case": (
        [mined("2025-11-01", value="70000", elsewhere=True), mined("2026-03-10", value="50000")],
        (SHANXI, []),
        ("mining.goods.", "120000", "100000", "120", True, False),
    ),
    "a later act of another case is added there, not here": (
        [mined("2026-05-01", value="70000", elsewhere=True), mined("2026-03-10", value="50000")],
        (SHANXI, []),
        ("mining.goods.", "50000", "100000", "50", False, False),
    ),
    # -- repeat penalties --------------------
    "two penalties in two years, then again": (
        [mined("2026-03-10", value="1000")],
        (SHANXI, punished("2024-03-10", "2025-06-01")),
        ("mining.repeat.", "2", "2", "100", True, False),
    ),
    "the older one is two years and a day back": (
        [mined("2026-03-10", value="1000")],
        (SHANXI, punished("2024-03-09", "2025-06-01")),
        ("mining.repeat.", "1", "2", "50", False, False),
    ),
    "penalties for something else do not count": (
        [mined("2026-03-10", value="1000")],
        (SHANXI, punished("2025-01-10", line="cropland") + punished("2025-06-01")),
        ("mining.repeat.", "1", "2", "50", False, False),
    ),
    "a penalty decided after the act does not count": (
        [mined("2026-03-10", value="1000")],
        (SHANXI, punished("2026-03-11", "2025-06-01")),
        ("mining.repeat.", "1", "2", "50", False, False),
    ),
    # -- 耕地 --------------------
    "永久基本农田": (
        [land("2026-03-10", "basic", "5")],
        (SHANXI, []),
        ("cropland.area.", "5", "5", "100", True, False),
    ),
    "other 耕地 below ten": (
        [land("2026-03-10", "crop", "9.999")],
        (SHANXI, []),
        ("cropland.area.", "9.999", "10", "99.9", False, False),
    ),
    "by ratio: 3/5 + 4/10": (
        [land("2026-03-10", "basic", "3"), land("2026-03-10", "crop", "4")],
        (SHANXI, []),
        ("cropland.area.", "1", "1", "100", True, False),
    ),
    "by ratio, just short: 3/5 + 3.999/10": (
        [land("2026-03-10", "basic", "3"), land("2026-03-10", "crop", "3.999")],
        (SHANXI, []),
        ("cropland.area.", "0.9999", "1", "99.9", False, False),
    ),
    "耕地 of the last year is added": (
        [land("2025-03-10", "crop", "6"), land("2026-03-10", "crop", "4")],
        (SHANXI, []),
        ("cropland.area.", "10", "10", "100", True, False),
    ),
    "耕地 of more than a year ago is not": (
        [land("2025-03-09", "crop", "6"), land("2026-03-10", "crop", "4")],
        (SHANXI, []),
        ("cropland.area.", "4", "10", "40", False, False),
    ),
    # -- 林地 --------------------
    "公益林地": (
        [land("2023-08-15", "forest_public", "5")],
        (LIAONING, []),
        ("forest.area.", "5", "5", "100", True, False),
    ),
    "商品林地 below ten": (
        [land("2026-03-10", "forest_commercial", "6")],
        (LIAONING, []),
        ("forest.area.", "6", "10", "60", False, False),
    ),
    "the same six after two penalties in two years: half suffices": (
        [land("2026-03-10", "forest_commercial", "6")],
        (LIAONING, punished("2024-05-01", "2025-05-01", line="forest")),
        ("forest.area.", "6", "5", "120", True, False),
    ),
    "one penalty does not halve": (
        [land("2026-03-10", "forest_commercial", "6")],
        (LIAONING, punished("2025-05-01", line="forest")),
        ("forest.area.", "6", "10", "60", False, False),
    ),
    "thirds by ratio lose nothing: 5/3 of 5 and 20/3 of 10": (
        [land("2026-03-10", "forest_public", "2.5"), land("2026-03-10", "forest_commercial", "5")],
        (LIAONING, []),
        ("forest.area.", "1", "1", "100", True, False),
    ),
    "quarrying on 林地 counts its area beside its goods": (
        [mined("2026-03-10", value="1000", land="forest_public", area="5.5")],
        (LIAONING, []),
        ("forest.area.", "5.5", "5", "110", True, False),
    ),
    # -- 草原 --------------------
    "草原 below twenty": (
        [land("2026-03-10", "grass", "19.9")],
        (SHANXI, []),
        ("grassland.area.", "19.9", "20", "99.5", False, False),
    ),
    "草原 ten after a penalty within three years": (
        [land("2026-03-10", "grass", "10")],
        (SHANXI, punished("2023-03-10", line="grassland")),
        ("grassland.area.", "10", "10", "100", True, False),
    ),
    "草原 ten, the penalty more than three years ago": (
        [land("2026-03-10", "grass", "10")],
        (SHANXI, punished("2023-03-09", line="grassland")),
        ("grassland.area.", "10", "20", "50", False, False),
    ),
    # -- several kinds of land together, shown by analogy --------------------
    "耕地 and 林地 together": (
        [land("2026-03-10", "crop", "6"), land("2026-03-10", "forest_public", "2")],
        (SHANXI, []),
        ("land.area.", "1", "1", "100", True, False),
    ),
    # -- what the table had on the day --------------------
    "first day of the interpretation of 2016": (
        [mined("2016-12-01", value="100000")],
        (SHANXI, []),
        ("mining.goods.", "100000", "100000", "100", True, False),
    ),
    "the day before: not in the table": (
        [mined("2016-11-30", value="500000")],
        (SHANXI, []),
        ("mining.goods.", None, None, None, False, False),
    ),
    "Chongqing before it chose: the lower bound": (
        [mined("2017-12-31", value="100000")],
        (CHONGQING, []),
        ("mining.goods.", "100000", "100000", "100", True, False),
    ),
    "林地 before the interpretation of 2023: not in the table": (
        [land("2023-08-14", "forest_public", "50")],
        (SHANXI, []),
        ("forest.area.", None, None, None, False, False),
    ),
}


def test_there_are_forty_of_them():
    assert len(EXAMPLES) >= 40


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_distance_is_what_a_person_works_out(name):
    acts, (province, priors), (key, measured, limit, share, reached, grave) = EXAMPLES[name]
    found = compute(acts, law.table(province), priors=priors)
    line = {row.key: row for row in found.lines}[key]
    assert (line.measured, line.line, line.share) == tuple(
        None if value is None else D(value) for value in (measured, limit, share)
    )
    assert (line.at_line, line.grave) == (reached, grave)
    assert found.at_line or not reached
    assert line.sentence.endswith("。")


# the province's choice --------------------------------------------------------------------------------


def chosen(amount, since, province=SHANXI, **key):
    values = {"line": "mining", "measure": "goods", "zone": ""} | key
    Threshold.objects.create(
        province=province,
        low=D(100000),
        high=D(300000),
        chosen=D(amount),
        unit="元",
        basis="法释〔2016〕25号第十五条",
        source="晋高法〔2019〕1号",
        valid_from=day(since),
        **values,
    )


@pytest.mark.parametrize(
    ("last", "limit", "reached"),
    [("2019-05-31", "100000", True), ("2019-06-01", "200000", False), ("2026-03-10", "200000", False)],
)
def test_a_province_that_chose_is_asked_from_its_day_on(last, limit, reached):
    chosen(200000, "2019-06-01")
    found = compute([mined(last, value="150000")], law.table(SHANXI))
    line = {row.key: row for row in found.lines}["mining.goods."]
    assert (line.line, line.at_line) == (D(limit), reached)
    assert ("按下限提示" in line.sentence) is (limit == "100000")
    assert ("晋高法〔2019〕1号" in line.sentence) is (limit == "200000")


def test_another_provinces_choice_is_nobody_elses():
    chosen(200000, "2019-06-01")
    found = compute([mined("2026-03-10", value="150000")], law.table(LIAONING))
    assert {row.key: row.line for row in found.lines}["mining.goods."] == D(100000)


def test_a_load_keeps_what_a_province_chose_on_a_shipped_row():
    row = Threshold.objects.get(
        line="mining", measure="goods", zone="", province=SHANXI, valid_from="2016-12-01"
    )
    Threshold.objects.filter(pk=row.pk).update(chosen=D(150000), source="晋高法〔2017〕1号")
    assert load_law() == 0
    row.refresh_from_db()
    assert (row.chosen, row.source) == (D(150000), "晋高法〔2017〕1号")


def test_the_four_provinces_stand_in_the_table_with_nothing_chosen():
    for province in ("14", "21", "37", "45"):
        rows = Threshold.objects.filter(province=province)
        assert rows.count() == 6
        assert not rows.filter(chosen__isnull=False).exists()


# words --------------------------------------------------------------------------------------------------


def sentence(acts, key, province=SHANXI, priors=()):
    found = compute(acts, law.table(province), priors=priors)
    return {row.key: row.sentence for row in found.lines}[key]


def test_one_sentence_says_the_whole_working():
    assert sentence([mined("2026-03-10", quantity="1200", price="85")], "mining.goods.") == (
        "数量1200吨×石灰岩单价85元/吨（2026-01-01起，来源：县价格认证中心）＝102000元，达到100000元"
        "（按下限提示，以本省标准为准）。"
    )
    assert sentence(
        [land("2026-03-10", "basic", "3"), land("2026-03-10", "crop", "4")], "cropland.area."
    ) == ("永久基本农田3亩、其他耕地4亩，按比例折算3÷5＋4÷10＝1，达到1。")
    assert "距100000元还差40000元" in sentence([mined("2026-03-10", value="60000")], "mining.goods.")
    assert "情节特别严重的500000元" in sentence([mined("2026-03-10", value="600000")], "mining.goods.")


@pytest.mark.parametrize(
    ("act", "key", "words"),
    [
        (mined("2026-03-10"), "mining.goods.", "缺少数量"),
        (mined("2026-03-10", quantity="10"), "mining.goods.", "缺少矿种"),
        (mined("2026-03-10", quantity="10", mineral="铁"), "mining.goods.", "缺少铁在2026-03-10时的单价"),
        (mined("2026-03-10", value="1"), "mining.damage.", "缺少矿产资源破坏价值"),
        (
            land("2026-03-10", "basic", "0").__class__(
                line="land", first=day("2026-03-10"), last=day("2026-03-10"), land="basic"
            ),
            "cropland.area.",
            "缺少面积",
        ),
        (Act("land", day("2026-03-10"), day("2026-03-10"), area=D(3)), "land.unknown.", "缺少地类"),
    ],
)
def test_what_is_not_known_is_named_and_never_nought(act, key, words):
    found = compute([act], law.table(SHANXI))
    line = {row.key: row for row in found.lines}[key]
    assert (line.measured, line.share, line.at_line) == (None, None, False)
    assert words in line.sentence and "暂不能测算" in line.sentence
    assert any(words in gap for gap in found.missing)


def test_what_is_known_counts_beside_what_is_not():
    acts = [mined("2026-03-10", value="100000"), mined("2026-03-11", quantity="10", mineral="铁")]
    line = {row.key: row for row in compute(acts, law.table(SHANXI)).lines}["mining.goods."]
    assert line.at_line and "缺少铁" in line.sentence and "未计入" in line.sentence


def test_who_did_it_must_be_known_to_count_penalties():
    line = {row.key: row for row in compute([mined("2026-03-10")], law.table(SHANXI), priors=None).lines}
    assert "当事人未登记" in line["mining.repeat."].sentence


def test_what_no_figure_decides_is_said():
    found = compute([mined("2026-03-10", value="1", zone="reserve")], law.table(SHANXI))
    assert any("第三百四十二条之一" in hint for hint in found.hints)
    assert any("生态环境严重损害" in hint for hint in found.hints)
