"""Papers for Word: of a referral the letter with its 回执 and 涉案物品清单 (domain.md E.1, E.3); those of a
case stand in `cases.papers.case_papers`.

    letter(referral, reader) -> bytes       # 移送书、移送函、提示函 …, by the kind of referral
    goods_list(referral, reader) -> bytes   # 涉案物品清单

The same referral in the same state gives the same bytes; nothing is read that `reader` may not read.
"""

from cases.papers.goods import goods_list
from cases.papers.letters import letter

__all__ = ["goods_list", "letter"]
