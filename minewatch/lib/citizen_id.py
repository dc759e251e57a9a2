"""居民身份证号 (GB 11643-1999): eighteen digits, the last a check character (ISO 7064 MOD 11-2).

Positions: 1–6 administrative division, 7–14 birthday, 15–17 sequence, 18 check ("X" stands for ten).
"""

import re
from datetime import date

from minewatch.lib.text import fold

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


class BadId(ValueError):
    """A 身份证号 that cannot be right; the Chinese message says which part."""


def check_id(text: str) -> str:
    """The number in its one spelling (half-width, capital X); BadId with the reason."""
    number = re.sub(r"[\s-]", "", fold(text)).upper()
    if len(number) != 18:
        raise BadId(f"身份证号应为18位，现为{len(number)}位。")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise BadId("身份证号前17位应为数字，第18位为数字或者X，请逐位核对。")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise BadId(f"身份证号第7至14位“{number[6:14]}”不是日期，请逐位核对。") from None
    if check_character(number[:17]) != number[17]:
        raise BadId(f"身份证号校验不通过：第18位为“{number[17]}”，与前17位不符，请逐位核对。")
    return number


def check_character(body: str) -> str:
    """Check character of the first seventeen digits."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]
