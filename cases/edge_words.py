"""When each kind of referral is used, in one plain sentence, and which of them a unit may send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.edges import Edge
from cases.standing import may_send_kind, receivers_of

if TYPE_CHECKING:
    from agencies.models import Agency

WHEN: dict[str, str] = {
    Edge.CRIMINAL: "查处中发现违法行为涉嫌犯罪，须移送公安机关追究刑事责任的。",
    Edge.DETENTION: "依法应当由公安机关对违法行为人处行政拘留的。",
    Edge.CRIMINAL_RETURN: "公安机关审查认为不构成犯罪或者不需要追究刑事责任，但应当给予行政处理的。",
    Edge.REVERSE: "检察院决定不起诉，认为应当给予行政处罚的。",
    Edge.JURISDICTION: "发现的问题不属本单位管，应当由其他部门查处的。对方受理后由对方承办。",
    Edge.SUPERVISION: "发现公职人员涉嫌违纪违法、充当保护伞的。内容只有双方可见。",
    Edge.GANG: "发现涉黑涉恶、沙霸矿霸线索的：移送公安机关，或者按方案移送扫黑办。内容只有双方可见。",
    Edge.RISK_LETTER: "公安机关办案中发现监管漏洞、风险隐患，提醒监管部门整改的。",
    Edge.APPROVER_NOTICE: "查处结果需要告知发证审批部门处理证照的。",
    Edge.PROCURATORATE: "抄送检察院，或者请检察院提前介入、监督立案的。",
    Edge.POWER_LIST: "供电公司和有关部门互相通报用电异常、问题企业名单的。",
    Edge.CREDIT_PUSH: "已经查实的失信行为，需要记入信用平台的。",
    Edge.CLUE_UP: "本级查不了、需要报上级单位承办的。上级受理后由上级承办。",
}


def kinds_for(sender: Agency) -> list[Edge]:
    """Kinds of referral that the unit sends and for which there is somebody to send to."""
    return [edge for edge in Edge if may_send_kind(sender, edge) and receivers_of(sender, edge).exists()]
