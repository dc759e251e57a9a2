"""Audit verbs of duties."""

from core.audit import Verb, register

register(
    {
        "duty.opened": Verb("生成任务"),
        "duty.fulfilled": Verb("完成任务"),
        "duty.reopened": Verb("任务重新打开"),
        "duty.waived": Verb("免除任务"),
        "duty.cancelled": Verb("取消任务"),
        "duty.urged": Verb("催报"),
        "duty.handed_over": Verb("移交任务"),
        "duty.redated": Verb("重算任务期限"),
        "rule.saved": Verb("维护任务规则"),
        "calendar.loaded": Verb("导入节假日安排"),
    }
)
