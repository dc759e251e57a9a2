"""Audit verbs of law data and the line to crime."""

from core.audit import Verb, register

register(
    {
        "law.figure_proposed": Verb("登记本省刑事标准"),
        "law.figure_confirm": Verb("核对本省刑事标准，生效"),
        "law.figure_refuse": Verb("退回本省刑事标准"),
        "law.price_entered": Verb("登记矿产品价格"),
        "law.price_withdrawn": Verb("作废矿产品价格"),
        "case.downgraded": Verb("案件降格记录"),
        "line.decided": Verb("作出不移送决定"),
        "line.countersign": Verb("会签不移送决定"),
        "line.refuse": Verb("不同意不移送决定"),
        "line.withdraw": Verb("撤回不移送决定"),
    }
)
