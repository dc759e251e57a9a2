"""Audit verbs of cases: each move under its own name."""

from cases.case_states import CASE_MOVES
from core.audit import Verb, register

register({f"case.{move.name}": Verb(f"案件：{move.label}") for move in CASE_MOVES.values()})
register(
    {
        "case.opened": Verb("登记案件"),
        "case.edited": Verb("修改案件情况"),
        "case.party_saved": Verb("登记当事人"),
        "case.party_dropped": Verb("删除当事人"),
        "case.violation_saved": Verb("登记违法情形"),
        "case.violation_dropped": Verb("删除违法情形"),
        "case.penalty_saved": Verb("登记处罚"),
        "case.penalty_dropped": Verb("删除处罚"),
        "case.penalty_carried": Verb("登记处罚执行情况"),
        "case.penalty_varied": Verb("变更处罚"),
        "case.remedy_saved": Verb("登记复议、诉讼"),
        "case.remedy_answered": Verb("登记复议答复、诉讼答辩"),
        "case.remedy_ended": Verb("登记复议、诉讼结果"),
        "case.disposed": Verb("登记没收物处置"),
        "case.held": Verb("登记追责结果"),
        "case.measure_taken": Verb("登记强制措施"),
        "case.measure_reported": Verb("补办强制措施批准"),
        "case.measure_ended": Verb("登记强制措施处理"),
        "case.task_given": Verb("交办案件任务"),
        "case.task_done": Verb("办结案件任务"),
        "case.task_taken_back": Verb("收回案件任务"),
        "case.noted": Verb("填写办案记录"),
        "case.looked_back": Verb("登记回头看"),
        "case.template_set": Verb("设置编号格式"),
    }
)
