"""统一社会信用代码, GB 32100-2015: eighteen characters with two check characters.

Positions: 1 登记管理部门, 2 机构类别, 3–8 登记机关行政区划, 9–17 主体标识码 (组织机构代码, GB 11714, with
its own check), 18 check.
"""

import re

from minewatch.lib.text import fold

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3^(i-1) mod 31
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class BadCode(ValueError):
    """A 统一社会信用代码 that cannot be right; the Chinese message says which part."""


def check_uscc(text: str) -> str:
    """The code in its one spelling (half-width, capitals, no blanks or hyphens); BadCode with the reason."""
    code = re.sub(r"[\s-]", "", fold(text)).upper()
    if len(code) != 18:
        raise BadCode(f"统一社会信用代码应为18位，现为{len(code)}位。")
    _check_characters(code)
    if _check_character(code[:17]) != code[17]:
        raise BadCode(f"统一社会信用代码校验不通过：第18位为“{code[17]}”，与前17位不符，请逐位核对。")
    return code


def reason(text: str) -> str:
    """Why `text` is no 统一社会信用代码, in Chinese; "" if it is one."""
    try:
        check_uscc(text)
    except BadCode as problem:
        return str(problem)
    return ""


def remark(code: str) -> str:
    """A Chinese remark on a code that passed `check_uscc`, "" if none. A wrong inner check of 9–17 is only
    remarked: the outer check already catches a slip, and a code once issued cannot be refused here.
    """
    expected = org_check_character(code[8:16])
    if expected == code[16]:
        return ""
    return f"第9至17位（组织机构代码）的校验位应为“{expected}”，现为“{code[16]}”，请核对证照。"


def _check_characters(code: str) -> None:
    for place, char in enumerate(code, start=1):
        if char not in ALPHABET:
            hint = "（不使用字母I、O、S、V、Z，是否把数字误写成字母？）" if char in "IOSVZ" else ""
            raise BadCode(f"统一社会信用代码第{place}位“{char}”不合规定{hint}。")
    if not (code[2:8].isascii() and code[2:8].isdigit()):
        raise BadCode(f"统一社会信用代码第3至8位应为登记机关行政区划代码（数字），现为“{code[2:8]}”。")


def _check_character(body: str) -> str:
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def org_check_character(body: str) -> str:
    """Check character of an 8-character 组织机构代码 body (GB 11714-1997, mod 11; "X" stands for ten)."""
    total = sum(ORG_ALPHABET.index(char) * weight for char, weight in zip(body, ORG_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]
