"""Audit verbs of cases: each move under its own name, so that a conflict says what was done."""

from cases.states import REFERRAL_MOVES
from core.audit import Verb, register

register({f"referral.{move.name}": Verb(f"移送：{move.label}") for move in REFERRAL_MOVES.values()})
register(
    {
        "referral.drafted": Verb("拟稿移送"),
        "referral.edited": Verb("修改移送"),
        "referral.paper_added": Verb("登记移送材料"),
        "referral.paper_dropped": Verb("删除移送材料"),
        "referral.goods_added": Verb("登记涉案物品"),
        "referral.goods_dropped": Verb("删除涉案物品"),
        "referral.scanned": Verb("存入盖章扫描件"),
        "referral.recorded": Verb("代录移送步骤"),
        "referral.record_refused": Verb("代录未通过核对"),
    }
)
