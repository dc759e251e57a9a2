import pytest
from hypothesis import given
from hypothesis import strategies as st

from minewatch.lib.uscc import (
    ALPHABET,
    WEIGHTS,
    BadCode,
    check_uscc,
    org_check_character,
    reason,
    remark,
)

REAL = ["914403001922038216", "9144030071526726XG", "91350100M000100Y43"]


@pytest.mark.parametrize("code", REAL)
def test_a_real_code_passes_both_checks(code):
    assert check_uscc(code) == code
    assert reason(code) == remark(code) == ""


def test_a_code_is_brought_to_its_one_spelling():
    assert check_uscc(" ９１４４０３００-7152 6726xg ") == REAL[1]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "应为18位，现为0位"),
        ("91440300192203821", "应为18位，现为17位"),
        ("914403001922038217", "校验不通过：第18位为“7”"),
        ("9144O3001922038216", "第5位“O”.*是否把数字误写成字母"),
        ("91440300192203821号", "第18位“号”不合规定"),
        ("91A403001922038216", "第3至8位应为登记机关行政区划代码"),
    ],
)
def test_a_wrong_code_says_why(code, says):
    with pytest.raises(BadCode, match=says):
        check_uscc(code)


def test_the_weights_are_the_powers_of_three():
    assert tuple(pow(3, i, 31) for i in range(17)) == WEIGHTS


@given(st.sampled_from(REAL), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_slip_is_caught(code, place, char):
    slipped = code[:place] + char + code[place + 1 :]
    assert bool(reason(slipped)) == (slipped != code)


@given(st.sampled_from(REAL), st.integers(0, 16))
def test_every_swap_of_neighbours_is_caught(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert bool(reason(swapped)) == (swapped != code)


def test_a_wrong_inner_check_is_remarked_and_not_refused():
    inner = "19220382"
    wrong = next(c for c in "0123456789X" if c != org_check_character(inner))
    body = f"91440300{inner}{wrong}"
    code = next(body + last for last in ALPHABET if not reason(body + last))
    assert "组织机构代码" in remark(code)
