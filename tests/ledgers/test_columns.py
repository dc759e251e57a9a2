"""The one column table: cells, rows, and the rules between columns."""

from datetime import date, datetime

import pytest

from ledgers.columns import (
    ANSWERS,
    BY_KEY,
    COLUMNS,
    OFFICIAL,
    BadCell,
    SiteRef,
    check,
    display,
    load_minerals,
    official_texts,
    parse_row,
)
from tests.ledgers.refs import refs

ROW = {
    "seq": "1",
    "location": "青石镇上湾村柳树沟(E111.46377,N39.42386)",
    "mineral": "煤",
    "licence": "无",
    "shallow": "否",
    "illegal": "否",
    "beyond": "否",
    "irregular": "否",
    "measures": "无异常",
    "remark": "",
}


def problems(**changes):
    return [(p.column, p.level) for p in parse_row({**ROW, **changes}, refs()).problems]


def test_the_official_ten_come_first_in_their_order():
    assert [column.label for column in OFFICIAL] == [
        "序号", "巡查检查区域位置", "矿种", "有无采矿证", "是否浅层煤浅层矿", "是否存在非法违法盗采行为",
        "是否存在越层越界", "是否存在违规生产行为", "制止取缔及关闭情况", "备注",
    ]  # fmt: skip
    assert COLUMNS[:10] == OFFICIAL
    assert ANSWERS == ("licence", "shallow", "illegal", "beyond", "irregular")


def test_a_plain_row_raises_no_question():
    row = parse_row(ROW, refs())
    assert not row.problems
    assert (row.facts["lon"], row.facts["lat"], row.facts["datum"]) == (111.46377, 39.42386, "CGCS2000")
    assert official_texts(row.facts) == list(ROW.values())


@pytest.mark.parametrize("key", ANSWERS)
@pytest.mark.parametrize(
    "text", ["是", "否", "有", "无", "√", "×", "疑似", "-", "有（C1400002022097130012345）", "不清"]
)
def test_an_answer_is_shown_as_it_was_written(key, text):
    parsed = BY_KEY[key].parse(text, refs())
    assert display(key, parsed.value, parsed.text) == text


def test_an_answer_without_words_is_shown_as_a_fact():
    assert [display("licence", value) for value in ("yes", "no", "unclear")] == ["有", "无", "不清"]
    assert [display("illegal", value) for value in ("yes", "no", "unclear")] == ["是", "否", "不清"]


@pytest.mark.parametrize("text", ["", "  ", "大概", "99"])
def test_a_blank_or_unknown_answer_is_refused_with_a_mend(text):
    with pytest.raises(BadCell) as refused:
        BY_KEY["illegal"].parse(text, refs())
    assert refused.value.mend == "请填写“是”“否”或“不清”"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mineral": "月光石"}, [("mineral", "note")]),
        ({"mineral": "煤、铝土矿"}, []),
        ({"mineral": "铁"}, []),
        ({"seq": "甲"}, [("seq", "note")]),
        ({"location": ""}, [("location", "error")]),
        ({"location": "东沟"}, [("location", "error")]),
        ({"location": "东沟(E111.46377,N39.42386)"}, [("location", "warning")]),
        ({"location": "白杨镇柳林村东沟"}, [("location", "error")]),
        ({"location": "柳林村东沟"}, [("location", "error")]),
        ({"location": "青石镇上湾村东沟(E112.5,N39.4)"}, [("point", "error")]),
        ({"location": "青石镇上湾村东沟(E111.6625,N39.4)"}, [("point", "warning")]),
        ({"location": "青石镇上湾村东沟", "lon": "111.5"}, [("lat", "error")]),
        ({"location": "青石镇上湾村东沟", "point": "39.4712,111.4321"}, [("point", "note")]),
        ({"location": "青石镇上湾村东沟", "point": "天边"}, [("point", "error")]),
        ({"illegal": "是", "measures": ""}, [("measures", "warning")]),
        ({"illegal": "是", "measures": "", "remark": "已报公安"}, []),
        ({"beyond": "是"}, [("beyond", "warning")]),
        ({"patrolled_at": "2022-09-31"}, [("patrolled_at", "error")]),
        ({"patrolled_at": "2030-01-01"}, [("patrolled_at", "error")]),
        ({"people": "三"}, [("people", "error")]),
        ({"remark": "长" * 501}, [("remark", "error")]),
        ({"datum": "火星"}, [("datum", "error")]),
    ],
)
def test_what_a_row_is_asked(changes, expected):
    assert problems(**changes) == expected


def test_another_townships_place_is_refused_by_name():
    found = check({"location": "白杨镇柳林村东沟"}, refs())
    assert "属于白杨镇" in found[0].message


def test_a_village_files_for_itself_only():
    assert not check({"location": "青石镇上湾村东沟"}, refs("上湾村"))
    assert not check({"location": "上湾村东沟"}, refs("上湾村"))
    assert "属于下湾村" in check({"location": "青石镇下湾村东沟"}, refs("上湾村"))[0].message


def test_the_whole_county_may_name_any_place():
    assert not check({"location": "白杨镇柳林村东沟"}, refs(""))


def test_a_registered_site_stands_for_its_place():
    known = refs(sites=(SiteRef(7, "石门采石场"),))
    assert [p.level for p in check({"location": "石门采石场"}, known)] == ["warning"]
    assert known.site_in("石门采石场东侧").id == 7


def test_moments_keep_their_precision():
    minute = parse_row({**ROW, "patrolled_at": "2022年9月23日 14:30"}, refs()).facts
    assert minute["patrolled_at"] == datetime.fromisoformat("2022-09-23T14:30+08:00")
    assert (minute["patrolled_on"], minute["precision"]) == (date(2022, 9, 23), "minute")
    day = parse_row({**ROW, "patrolled_at": "2022.9.23"}, refs()).facts
    assert (day["patrolled_at"], day["patrolled_on"], day["precision"]) == (None, date(2022, 9, 23), "day")


def test_a_night_patrol_is_known_from_the_remark():
    assert parse_row({**ROW, "remark": "夜间巡查"}, refs()).facts["night"] is True


def test_units_are_written_or_left_out():
    facts = parse_row({**ROW, "people": "４人", "vehicles": "2辆", "accuracy_m": "±12米"}, refs()).facts
    assert (facts["people"], facts["vehicles"], facts["accuracy_m"]) == (4, 2, 12.0)


def test_an_unconverted_datum_keeps_its_text_and_gives_no_degrees():
    facts = parse_row(
        {**ROW, "location": "青石镇上湾村", "point": "西安80 X=4367476.78 Y=37543904.65"}, refs()
    ).facts
    assert facts["datum"] == "西安80"
    assert facts["lon"] is None
    assert "4367476.78" in facts["coordinate_raw"]


def test_the_mineral_list_is_whole():
    minerals = load_minerals()
    assert len(minerals) > 170
    assert {"煤", "铝土矿", "铁矿", "石灰岩", "建筑石料用灰岩", "建筑用砂", "河砂"} <= set(minerals)
    assert minerals["煤"].shallow == "浅层煤"
    assert refs().mineral("铁").name == "铁矿"
    assert refs().mineral("砂石").name == "建筑用砂"
