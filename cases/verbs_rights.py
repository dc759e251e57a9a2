"""Audit verbs of who stays out, who is let in, what is sealed, who looked."""

from core.audit import Verb, register

register({
    "recusal.proposed": Verb("提出回避"),
    "recusal.decided": Verb("决定回避"),
    "recusal.refused": Verb("不予回避"),
    "recusal.lifted": Verb("解除回避"),
    "case.passed_on": Verb("案件移送其他公安机关"),
    "case.passed_up": Verb("指定管辖"),
    "invitation.made": Verb("邀请协办"),
    "invitation.ended": Verb("结束协办"),
    "sealing.proposed": Verb("提出封存（解封）"),
    "sealing.decided": Verb("同意封存（解封）"),
    "sealing.refused": Verb("不同意封存（解封）"),
    "content.read": Verb("查看限定知悉的内容", mutates=False),
})
