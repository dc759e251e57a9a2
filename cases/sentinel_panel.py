"""The sentinel as a case page shows it: bars with words, what is missing, who decided what.

panel = sentinel_panel.of(case, request.user)
{% include "cases/sentinel/panel.html" with panel=panel %}
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from cases.line_rules import ABOVE_ONLY, HEAD_ONLY, deciders, seconds
from cases.line_sight import downgrades_of
from cases.line_states import DecisionStatus
from cases.lines import Line, Standing
from cases.models import Case, LineDecision
from cases.sentinel import OVER, covers, in_force, referred, standing

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class Bar:
    """One line as a bar: `value` of 0–100 for <meter>, `words` say the same."""

    line: Line
    value: int
    words: str
    css: str


def of(case: Case, member: Member) -> dict[str, Any] | None:
    """What templates/cases/sentinel/panel.html shows to `member`; None for a case without the question.

    Of other cases only what the member may read is counted here; whether the case may be ended
    administratively is computed from all that its unit may use.
    """
    if case.track != Case.Track.ADMIN:
        return None
    found = standing(case, reader=member)
    decisions = list(case.line_decisions.select_related("decided_by__agency", "countersigned_by__agency"))
    return {
        "case": case,
        "found": found,
        "bars": [bar(line) for line in found.lines if line.share is not None],
        "unknown": [line for line in found.lines if line.share is None],
        "state": state_of(case, found),
        "decisions": decisions,
        "downgrades": downgrades_of(case, member),
        **buttons(case, member, decisions),
    }


def bar(line: Line) -> Bar:
    """A line with its share in words: 未达到、接近 from 80 %、达到、情节特别严重."""
    share = line.share or Decimal(0)
    text = f"{share.normalize():f}%"
    if line.grave:
        return Bar(line, 100, f"{text}，达到情节特别严重标准", "tag-late")
    if line.at_line:
        return Bar(line, 100, f"{text}，达到刑事标准", "tag-late")
    if share >= 80:
        return Bar(line, int(share), f"{text}，接近刑事标准", "")
    return Bar(line, int(share), f"{text}，未达到刑事标准", "tag-done")


def state_of(case: Case, found: Standing) -> dict[str, str]:
    """Where the case stands in one phrase."""
    if not found.at_line:
        words = "暂不能测算" if found.share is None else "未达到刑事标准"
        return {"words": words, "css": ""}
    if referred(case):
        return {"words": "达到刑事标准，已移送公安机关", "css": "tag-done"}
    if covers(in_force(case), found):
        return {"words": "达到刑事标准，已有会签的不移送决定", "css": "tag-done"}
    return {"words": "达到刑事标准，应当移送", "css": "tag-late"}


def buttons(case: Case, member: Member, decisions: list[LineDecision]) -> dict[str, Any]:
    """The decision not to refer: its button, or why there is none."""
    none: dict[str, Any] = {"buttons": [], "missing": []}
    found = standing(case)
    if not found.at_line or case.status in OVER or referred(case) or covers(in_force(case), found):
        return none
    if any(row.status == DecisionStatus.PROPOSED for row in decisions):
        reason = "已有一份在等会签。"
    elif member not in deciders(case):
        reason = f"{HEAD_ONLY}{ABOVE_ONLY}"
    elif not seconds(case, member)[2]:
        reason = "上级单位和专班办公室都没有可以会签的人，请先请系统管理员补齐岗位。"
    else:
        url = reverse("cases:line_decide", args=[case.pk])
        return none | {"buttons": [{"label": "作出不移送决定", "url": url, "method": "get", "danger": True}]}
    return none | {"missing": [{"label": "作出不移送决定", "reason": reason}]}
