"""身份证号: eighteen digits, a birthday that exists, the check character of GB 11643."""

import pytest

from minewatch.lib.citizen_id import BadId, check_id


@pytest.mark.parametrize("text", ["11010519491231002X", "11010519491231002x", " 110105 1949 1231 002Ｘ"])
def test_a_right_number_is_taken_in_one_spelling(text):
    assert check_id(text) == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("11010519491231002", "应为18位"),
        ("110105194912310021", "校验不通过"),
        ("11010519490231002X", "不是日期"),
        ("1101051949123100XX", "前17位应为数字"),
    ],
)
def test_a_wrong_number_names_the_part_that_is_wrong(text, part):
    with pytest.raises(BadId, match=part):
        check_id(text)
