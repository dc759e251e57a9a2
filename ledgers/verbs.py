"""Audit verbs of ledgers."""

from core.audit import Verb, register

register({
    "entry.filed": Verb("填报巡查记录"),
    "entry.corrected": Verb("更正巡查记录"),
    "entry.withdrawn": Verb("撤回巡查记录"),
    "entries.imported": Verb("导入巡查记录"),
    "sheet.opened": Verb("建立台账"),
    "sheet.submitted": Verb("提交台账"),
    "sheet.reviewed": Verb("审核台账"),
    "sheet.returned": Verb("退回台账"),
    "sheet.signed": Verb("签批台账"),
    "sheet.countersigned": Verb("会签台账"),
    "sheet.zero_reported": Verb("零报告"),
    "sheet.scanned": Verb("上传盖章扫描件"),
    "sheet.commented": Verb("填写审核意见"),
    "lead.raised": Verb("登记线索"),
    "lead.moved": Verb("线索随巡查记录更正"),
    "lead.withdrawn": Verb("撤回线索"),
    "site.saved": Verb("维护监管对象"),
    "site.retired": Verb("停用监管对象"),
    "site.restored": Verb("恢复监管对象"),
    "sites.imported": Verb("导入监管对象"),
    "licence.saved": Verb("维护证照"),
    "gang.marked": Verb("标记涉黑涉恶"),
    "gang.lifted": Verb("解除涉黑涉恶标记"),
    "gang.read": Verb("查看涉黑涉恶标记", mutates=False),
})
