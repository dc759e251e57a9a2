from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minewatch.lib.coordinates import (
    BadCoordinate,
    Point,
    find_in_text,
    format_point,
    in_bounds,
    parse_point,
    to_gk,
)

LON, LAT = 111.41, 39.45  # 111°24′36″ 39°27′00″
METRE = 1 / 111_000  # degrees of latitude
PIANGUAN = (111.3, 39.2, 112.0, 39.7)

DEGREES = [
    "111.41,39.45", "111.41，39.45", "１１１．４１，３９．４５", "111.41、39.45", "111.41;39.45",
    "111.41/39.45", "(111.41, 39.45)", "[111.41\t39.45]",
    "E111.41,N39.45", "N39.45 E111.41", "e111.41 n39.45",
    "E:111.41 N:39.45", "E=111.41;N=39.45", "111.41E,39.45N", "111.41°E 39.45°N", "39.45°N, 111.41°E",
    "东经111.41 北纬39.45", "北纬39.45度，东经111.41度", "东经：111.41°，北纬：39.45°", "经度111.41纬度39.45",
    "经度：111.41，纬度：39.45", "经纬度：111.41,39.45", "lng=111.41&lat=39.45", "lon: 111.41, lat: 39.45",
    "Longitude 111.41 Latitude 39.45", "坐标：E111.41，N39.45（CGCS2000）", "WGS-84 111.41,39.45",
    "111.41,39.45 高程1250.5米",
    "111°24′36″E 39°27′00″N", "111°24'36\"E 39°27'00\"N", "111°24'36''E, 39°27'00''N",
    "111º24’36”　39º27’00”",
    "E111°24′36″,N39°27′00″", "E111°24′36″N39°27′00″", "东经111度24分36秒 北纬39度27分0秒",
    "东经111度24分36秒北纬39度27分", "东经E111°24′36″北纬N39°27′00″", "北纬39°27′0.000″，东经111°24′36.000″",
    "111°24.6′ 39°27′", "E111°24.6′ N39°27.0′", "111°24.6′E,39°27.0′N", "111度24.6分，39度27分",
    "111:24:36 39:27:00", "111-24-36, 39-27-00", "111 24 36 39 27 00", "E 111 24 36 N 39 27 00",
    "111 24.6 39 27.0", "2000国家大地坐标系 东经111°24′36″ 北纬39°27′00″",
    "1112436.000,392700.000", "1112436 392700", "E1112436 N392700", "N392700.000 E1112436.000",
]  # fmt: skip
GRID = [
    "X=4368543.12 Y=37535290.81", "4368543.12 37535290.81", "4368543,37535291",
    "x：4368543.12，y：37535290.81",
    "Ｘ＝４３６８５４３．１２　Ｙ＝３７５３５２９０．８１", "纵坐标X=4368543.12m，横坐标Y=37535290.81m",
    "X=4368543.12 Y=535290.81 中央子午线111°", "X=4368543.12 Y=535290.81 带号37",
    "3度带37带 X=4368543.12，Y=535290.81", "2000国家大地坐标系 X=4368543.12，Y=37535290.81",
]  # fmt: skip
SWAPPED = [
    ("39.45,111.41", "先写纬度"),
    ("39°27′00″,111°24′36″", "先写纬度"),
    ("392700.000 1112436.000", "先写纬度"),
    ("N111.41 E39.45", "标注与数值相反"),
    ("37535290.81,4368543.12", "先写Y"),
    ("X=37535290.81 Y=4368543.12", "X、Y的标注与数值相反"),
]


def metres_off(point):
    return max(abs(point.lat - LAT), abs(point.lon - LON) * cos(radians(LAT))) / METRE


def test_the_list_of_spellings_is_long_enough():
    assert len(DEGREES) + len(GRID) + len(SWAPPED) >= 30


@pytest.mark.parametrize("text", DEGREES + GRID)
def test_one_place_in_every_spelling(text):
    point = parse_point(text)
    assert metres_off(point) < 1
    assert (point.raw, point.note, point.swapped) == (text, "", False)


@pytest.mark.parametrize(("text", "says"), SWAPPED)
def test_a_swap_is_mended_and_noted(text, says):
    point = parse_point(text)
    assert metres_off(point) < 1
    assert point.swapped and says in point.note


@pytest.mark.parametrize(
    "pair", [(111.41, 39.45), [39.45, 111.41], ("111°24′36″", "39°27′"), ("111.41", 39.45)]
)
def test_a_pair_is_read_like_text(pair):
    assert metres_off(parse_point(pair)) < 1


def test_a_pair_is_two():
    with pytest.raises(BadCoordinate, match="现为3个"):
        parse_point((111.41, 39.45, 1200))


def test_the_way_of_reading_is_told():
    texts = {"decimal": DEGREES[0], "dms": "东经111度 北纬39度", "compact": "1112436 392700", "gk": GRID[0]}
    assert {how: parse_point(text).how for how, text in texts.items()} == {how: how for how in texts}


# ---------------------------------------------------------------- datum


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("西安80 X=4367476.78 Y=37543904.65", "西安80"),
        ("1980西安坐标系 X=4367476.78 Y=543904.65", "西安80"),
        ("北京54坐标：4367476.78，37543904.65", "北京54"),
        ("111.41,39.45（高德地图）", "GCJ-02"),
        ("GCJ02 111.41,39.45", "GCJ-02"),
        ("百度坐标 111.41,39.45", "BD-09"),
    ],
)
def test_another_datum_is_kept_and_never_converted(text, datum):
    point = parse_point(text)
    assert (point.lon, point.lat, point.datum, point.raw, point.how) == (None, None, datum, text, "kept")
    assert "参考" in point.note


def test_a_datum_may_be_handed_in():
    assert parse_point("111.41,39.45", datum="西安80").lon is None
    assert parse_point("111.41,39.45", datum="WGS84").datum == "WGS84"
    assert parse_point("WGS84 111.41,39.45", datum="CGCS2000").datum == "WGS84"
    assert parse_point("111.41,39.45").datum == "CGCS2000"


@pytest.mark.parametrize(
    ("text", "datum", "says"),
    [
        ("111.41,39.45 西安80 CGCS2000", None, "坐标系互相矛盾"),
        ("西安80 111.41,39.45", "CGCS2000", "互相矛盾"),
        ("111.41,39.45", "巴黎", "坐标系“巴黎”无法识别"),
    ],
)
def test_contradicting_datums_are_refused(text, datum, says):
    with pytest.raises(BadCoordinate, match=says):
        parse_point(text, datum=datum)


# ---------------------------------------------------------------- the zone of a bare Y


def test_a_six_digit_y_asks_for_its_meridian():
    with pytest.raises(BadCoordinate, match="不带带号.*中央子午线"):
        parse_point("X=4368543.12 Y=535290.81")


@pytest.mark.parametrize("told", [{"zone": 37}, {"cm": 111}])
def test_the_zone_of_a_bare_y_may_be_handed_in(told):
    assert metres_off(parse_point("4368543.12,535290.81", **told)) < 1
    assert metres_off(parse_point("535290.81,4368543.12", **told)) < 1


@pytest.mark.parametrize("told", [{"zone": 38}, {"cm": 114}])
def test_a_zone_that_contradicts_the_prefix_is_refused(told):
    with pytest.raises(BadCoordinate, match="互相矛盾"):
        parse_point(GRID[0], **told)


@given(st.floats(74, 134.9), st.floats(19, 53))
def test_every_grid_pair_reads_back_within_a_centimetre(lon, lat):
    x, y = to_gk(lon, lat)
    point = parse_point(f"X={x:.2f} Y={y:.2f}")
    assert (point.lon, point.lat) == pytest.approx((lon, lat), abs=2e-7)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "坐标未填写"),
        ("柳树沟", "无法识别"),
        ("111.41,39.45 测试", "“测试”无法识别"),
        ("111.41", "应有两个数，现读出1个"),
        ("111.41,39.45,3", "现读出3个"),
        ("-111.41,39.45", "负数"),
        ("W111.41,N39.45", "西经或南纬"),
        ("200,300", "不在中国范围内"),
        ("39.4,39.5", "不在中国范围内"),
        ("0,0", "不在中国范围内"),
        ("111°61′0″,39°1′0″", "分、秒应小于60"),
        ("111°24′60″,39°1′0″", "分、秒应小于60"),
        ("111.5°20′,39.4", "已带小数"),
        ("111.5 20 39 10", "不是度分秒"),
        ("X=4367476.78 Y=99543904.65", "带号99不存在"),
        ("4367476.78,4367476.78", "配不成一个点"),
        ("11127.8267,3927.4301", "配不成一个点"),
        ("1116136,392700", "配不成一个点"),
        ("111.41,4367476.78", "配不成一个点"),
        ("nan,nan", "无法识别"),
        ("1" * 201, "过长"),
    ],
)
def test_what_cannot_be_a_place_is_refused_in_chinese(text, says):
    with pytest.raises(BadCoordinate, match=says):
        parse_point(text)


@given(st.one_of(st.text(), st.text("0123456789.,°′″ENXY= -度分秒东经北纬带", max_size=40)))
def test_nothing_but_bad_coordinate_is_raised(text):
    try:
        parse_point(text)
    except BadCoordinate as problem:
        assert str(problem).endswith("。")
    find_in_text(text)


# ---------------------------------------------------------------- bounds and printing


def test_a_point_outside_the_county_is_noted_not_refused():
    assert parse_point("111.41,39.45", bounds=PIANGUAN).note == ""
    assert "辖区范围之外" in parse_point("112.16,37.55", bounds=PIANGUAN).note


def test_bounds_include_their_edges_and_exclude_the_unconverted():
    assert in_bounds(parse_point("111.3,39.2"), PIANGUAN)
    assert not in_bounds(parse_point("111.299,39.2"), PIANGUAN)
    assert not in_bounds(parse_point("西安80 111.41,39.45"), PIANGUAN)


def test_a_printed_point_reads_back():
    point = parse_point("111°27′49.6″,39°25′25.9″")
    assert format_point(point) == "E111.463778,N39.423861"
    assert parse_point(format_point(point)).lon == pytest.approx(point.lon, abs=1e-6)


def test_an_unconverted_point_is_printed_as_given():
    assert format_point(Point(None, None, "西安80", "X=1 Y=2")) == "X=1 Y=2（西安80，参考）"


# ---------------------------------------------------------------- inside other words


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("青石镇上湾村柳树沟废弃矿井(已封堵)(E111.46377,N39.42386)", "青石镇上湾村柳树沟废弃矿井(已封堵)"),
        ("柳树沟废弃矿井（东经111°27′49.57″，北纬39°25′25.9″）", "柳树沟废弃矿井"),
        ("柳树沟东经111°27′49.57″北纬39°25′25.9″处", "柳树沟处"),
        ("上湾村，111.46377,39.42386，沟底", "上湾村，沟底"),
        ("3号坑 E111.46377 N39.42386", "3号坑"),
        ("柳树沟Ｅ１１１．４６３７７，Ｎ３９．４２３８６", "柳树沟"),
        ("【111.46377 39.42386】上湾村", "上湾村"),
    ],
)
def test_a_coordinate_is_found_among_other_words(text, rest):
    point, left = find_in_text(text)
    assert (point.lon, point.lat) == pytest.approx((111.46377, 39.42386), abs=1e-5)
    assert left == rest


@pytest.mark.parametrize(
    "text",
    [
        "", "青石镇上湾村", "运煤车100、30辆", "2022年9月23日巡查", "电话13800138000 编号37543904",
        "(已封堵)", "长100米，宽30.5米", "E区3号",
    ],
)  # fmt: skip
def test_words_without_a_coordinate_stay_as_they_are(text):
    assert find_in_text(text) == (None, text)


@pytest.mark.parametrize(
    "text", ["西安80坐标 X=4367476.78 Y=37543904.65附近", "老窑（X=4367476.78 Y=37543904.65），西安80"]
)
def test_a_datum_named_beside_the_numbers_still_forbids_conversion(text):
    point, _ = find_in_text(text)
    assert (point.datum, point.lon) == ("西安80", None)
