"""周报: due on Fridays, with everything since the last cut-off (Saturday to Friday)."""

from minewatch.lib.windows import Schedule
from reports.kinds.base import Kind
from reports.kinds.words import paragraphs

WEEKLY = Kind(
    key="weekly",
    label="周报",
    name="打击非法违法采矿工作周报",
    period="week",
    schedule=Schedule.weekly("FR"),
    text=lambda numbers, words: paragraphs(numbers, words, this="本周", next_one="下周"),
)
