import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minewatch.lib.text import BadDate, fold, initials, normalise, parse_answer, parse_day

# ---------------------------------------------------------------- folding


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Ｃ１４０　２０２２．９－２３", "C140 2022.9-23"),
        ("青石镇（上湾村），柳树沟：废弃矿井；", "青石镇（上湾村），柳树沟：废弃矿井；"),
        ("a\x00b\u200bc\ufeff", "abc"),
        ("  偏关\t\n 县  ", "偏关 县"),
        ("\u202e反向\u202c", "反向"),
        ("坏\ud800字", "坏字"),
        ("a \u200b b", "a b"),
    ],
)
def test_folding_keeps_meaning_and_drops_what_cannot_be_seen(typed, folded):
    assert fold(typed) == folded


def test_lines_are_kept_when_asked():
    assert fold(" 一 \r\n\r\n二\x0b三 \n", keep_lines=True) == "一\n\n二\n三"


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert fold(text).encode("utf-8") is not None


@settings(max_examples=500)
@given(st.text())
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


def test_one_mine_spelt_three_ways_is_one_mine():
    names = {"上湾村（一）号 矿", "上湾村(一)号矿", "上湾村（一）号　矿"}
    assert len({normalise(name) for name in names}) == 1
    assert normalise("ＡＢc") == "abc"


def test_pinyin_initials_find_a_county():
    assert initials("偏关县") == "pgx"
    assert initials("鹿寨县") == "lzx"
    assert initials("ABC矿2号（重庆）") == "abck2hcq"


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("word", "是 有 √ ✓ ☑ Y ｙ yes 存在 是。 有证".split() + [" 是 "])
def test_plain_yes(word):
    answer = parse_answer(word)
    assert (answer.value, answer.certain, answer.note) == ("yes", True, "")


@pytest.mark.parametrize("word", "否 无 × x X N ✗ 没有 不存在 未发现 无证 无； no".split())
def test_plain_no(word):
    answer = parse_answer(word)
    assert (answer.value, answer.certain, answer.note) == ("no", True, "")


@pytest.mark.parametrize("word", "不清 待核实 不详 疑似 疑似越界 ？ 有待核实 有，待核实".split())
def test_doubt_is_an_answer(word):
    assert (parse_answer(word).value, parse_answer(word).certain) == ("unclear", True)


@pytest.mark.parametrize("word", "- — —— / － 、".split())
def test_a_dash_is_a_cell_passed_over(word):
    answer = parse_answer(word)
    assert (answer.value, answer.certain) == ("unclear", False)
    assert "按未填写处理" in answer.note


@pytest.mark.parametrize("word", "过期 已过期 有（已过期） 有，2021年注销 吊销".split())
def test_an_expired_permit_is_neither_held_nor_absent(word):
    answer = parse_answer(word)
    assert (answer.value, answer.certain) == ("unclear", False)
    assert "过期" in answer.note


@pytest.mark.parametrize(
    ("word", "value", "note"),
    [
        ("有（C1400002010）", "yes", "C1400002010"),
        ("有(C14)", "yes", "C14"),
        ("有1处", "yes", "1处"),
        ("有（未过期）", "yes", "未过期"),
        ("无，2021年已注销", "no", "2021年已注销"),
        ("否，已封堵", "no", "已封堵"),
        ("未发现非法开采行为", "no", "非法开采行为"),
        ("未发现疑似行为", "no", "疑似行为"),
    ],
)
def test_words_beside_an_answer_become_its_note(word, value, note):
    answer = parse_answer(word)
    assert (answer.value, answer.note, answer.certain) == (value, note, True)


@pytest.mark.parametrize("word", "有越层开采 无证开采 否，疑似越界 1 0".split())
def test_an_answer_read_with_a_guess_is_marked(word):
    answer = parse_answer(word)
    assert answer.value in ("yes", "no") and not answer.certain and answer.note


@pytest.mark.parametrize("word", "有限公司 无烟煤 是/否 有无 是否 □是□否 ☑是☑否 正常 2".split())
def test_what_is_no_answer_is_not_understood(word):
    answer = parse_answer(word)
    assert answer.value is None and "请填写是、否或不清" in answer.note


@pytest.mark.parametrize("blank", [None, "", " \u200b"])
def test_blank_is_not_an_answer(blank):
    assert (parse_answer(blank).value, parse_answer(blank).note) == (None, "未填写")


@pytest.mark.parametrize(
    ("word", "value"), [("☑是 □否", "yes"), ("□是 ☑否", "no"), ("是□ 否☑", "no"), ("有☑ 无□", "yes")]
)
def test_the_ticked_box_counts(word, value):
    assert parse_answer(word).value == value


@given(st.text())
def test_no_text_breaks_the_reader(text):
    assert parse_answer(text).value in ("yes", "no", "unclear", None)


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    "written",
    [
        "2022年9月23日",
        "2022年09月23号",
        "2022 年 9 月 23 日",
        "２０２２年９月２３日",
        "2022.9.23",
        "2022．9．23",
        "2022。9。23",
        "2022-9-23",
        "2022/9/23",
        "20220923",
        "2022-09-23 14:05:00",
        "2022-09-23T14:05",
        "2022年9月23日14时05分",
        20220923,
        44827,
        44827.75,
        date(2022, 9, 23),
        datetime(2022, 9, 23, 23, 59),  # noqa: DTZ001
        datetime(2022, 9, 22, 16, 0, tzinfo=UTC),
    ],
)
def test_one_day_written_many_ways(written):
    assert parse_day(written) == date(2022, 9, 23)


@pytest.mark.parametrize("written", ["2022.9.31", "2022年9月31日", "2022-9-31", 20220931])
def test_an_impossible_day_is_refused_with_the_day_probably_meant(written):
    with pytest.raises(BadDate, match="2022年9月31日不存在，是否应为9月30日") as caught:
        parse_day(written)
    assert caught.value.suggestion == date(2022, 9, 30)


def test_a_leap_day_of_a_common_year_suggests_the_28th():
    with pytest.raises(BadDate, match="2月28日"):
        parse_day("2019-02-29")


@pytest.mark.parametrize("written", ["2022-13-01", "2022-00-10", "2022-09-32", "2022-09-00"])
def test_a_nonsense_day_suggests_nothing(written):
    with pytest.raises(BadDate, match="不存在") as caught:
        parse_day(written)
    assert caught.value.suggestion is None


@pytest.mark.parametrize(
    "written",
    [
        "", "9月23日", "2022年9月", "22.9.23", "明天", "2022.9-23", "0022-09-23", "2022-09-23T16:30:00Z",
        "2022-9-2310:00", 2022, 5, -1, math.nan, math.inf, 20220923.5, True, None,
    ],
)  # fmt: skip
def test_half_a_day_is_refused_in_chinese(written):
    with pytest.raises(BadDate, match="请写作"):
        parse_day(written)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_spelling_of_a_day_reads_back(day):
    assert parse_day(f"{day.year}年{day.month}月{day.day}日") == day
    assert parse_day(f"{day:%Y%m%d}") == parse_day(day.isoformat()) == day


@given(st.one_of(st.text(), st.floats(), st.integers()))
def test_nothing_but_bad_date_is_raised(value):
    try:
        parse_day(value)
    except BadDate as problem:
        assert str(problem)
