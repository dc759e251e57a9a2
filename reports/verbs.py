"""Audit verbs of reports."""

from core.audit import Verb, register

register({
    "report.opened": Verb("生成报表草稿"),
    "report.recomputed": Verb("重新计算报表"),
    "report.edited": Verb("修改报表文字"),
    "report.submitted": Verb("报送报表"),
    "report.accepted": Verb("接收报表"),
    "report.returned": Verb("退回报表"),
    "report.paper_made": Verb("生成报表文件"),
})
