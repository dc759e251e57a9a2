"""A county that has just been set up owes its standing duties at once, without a further command."""

from agencies.models import Division
from agencies.setup import register
from duties.actions import load_rules
from duties.clocks import load_clocks
from duties.ladder import ensure


@register
def standing_rules(county: Division) -> str:
    """Load the shipped rules and limits for `county`."""
    load_clocks()
    counts = load_rules(county=county)
    return f"{county.name}：载入任务规则 {counts['rules']} 条，生成任务 {counts['opened']} 项。"


@register
def ladder(county: Division) -> str:
    """Give `county` its rungs of reminders and its quiet hours."""
    return f"{county.name}：载入提醒阶梯 {ensure(county)} 级。"
