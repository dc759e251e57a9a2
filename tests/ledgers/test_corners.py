"""An outline is kept as the paper gives it, and only where it can be a permit's outline."""

import pytest

from ledgers.corners import BadCorners, format_corners, parse_corners

SQUARE = (
    "1,4367476.78,37543904.65\n2,4367476.78,37544904.65\n3,4366476.78,37544904.65\n4,4366476.78,37543904.65"
)


def test_corners_are_kept_as_written():
    outline = parse_corners(SQUARE)
    assert outline.points[0] == ["1", 4367476.78, 37543904.65]
    assert (len(outline.points), outline.datum, outline.zone) == (4, "CGCS2000", 37)
    assert format_corners(outline.points) == SQUARE


@pytest.mark.parametrize(
    "text",
    [
        SQUARE + "\n1,4367476.78,37543904.65",
        SQUARE.replace(",", "，"),
        SQUARE.replace(",", "\t"),
        SQUARE.replace("37543904.65", "Y=37543904.65").replace("4367476.78", "X=4367476.78"),
        "２０００坐标系\n点号 X坐标 Y坐标\n" + SQUARE,
        "\n".join(
            f"{n},{y},{x}" for n, x, y in (line.split(",") for line in SQUARE.splitlines())
        ),  # Y before X
    ],
)
def test_other_spellings_give_the_same_ring(text):
    assert parse_corners(text).points == parse_corners(SQUARE).points


def test_another_datum_is_kept_and_not_converted():
    outline = parse_corners(SQUARE, datum="西安80")
    assert (outline.datum, outline.points) == ("西安80", parse_corners(SQUARE).points)


def test_without_zone_prefix_the_zone_is_asked_for():
    bare = SQUARE.replace(",37", ",")
    with pytest.raises(BadCorners, match="带号"):
        parse_corners(bare)
    assert parse_corners(bare, zone=37).zone == 37


def test_degrees_are_taken_too():
    text = "1,111°27′49.600″,39°25′25.900″\n2,111°28′49.600″,39°25′25.900″\n3,111°28′49.600″,39°26′25.900″"
    outline = parse_corners(text)
    assert outline.zone is None
    assert outline.points[0][1] == pytest.approx(111.463778, abs=1e-6)


BOW = "\n".join(SQUARE.splitlines()[n] for n in (0, 2, 1, 3))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n".join(SQUARE.splitlines()[:2]), "只有2个拐点"),
        (BOW, "自相交"),
        (
            SQUARE.replace("4,4366476.78,37543904.65", "4,4367476.78,37543904.65\n5,4366000,37543000"),
            "坐标相同",
        ),
        ("1,4367476,37543904\n2,4367576,37543904\n3,4367676,37543904", "一条直线"),
        ("西安80\n" + SQUARE + " 2000坐标系", "混用"),
        (SQUARE.replace("2,4367476.78,37", "2,4367476.78,38"), "带号不一致"),
        (SQUARE + "\n5,111.5,39.4", "既有平面坐标又有经纬度"),
        (SQUARE + "\n略", "不是“点号,X,Y”"),
        ("1,123,456\n" + SQUARE, "第1行"),
    ],
)
def test_what_cannot_be_an_outline_is_refused(text, words):
    with pytest.raises(BadCorners, match=words):
        parse_corners(text)


def test_a_datum_that_contradicts_the_text_is_refused():
    with pytest.raises(BadCorners, match="混用"):
        parse_corners("北京54\n" + SQUARE, datum="西安80")


def test_nothing_is_no_outline():
    assert parse_corners(" \n").points == ()
