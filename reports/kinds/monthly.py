"""月报: due by the 10th, with the data of the month before. 2022-09 is September's, due on 10 October."""

from minewatch.lib.windows import Schedule
from reports.kinds.base import Kind
from reports.kinds.words import paragraphs

MONTHLY = Kind(
    key="monthly",
    label="月报",
    name="打击非法违法采矿工作月报",
    period="month",
    schedule=Schedule.monthly(10, window="previous"),
    text=lambda numbers, words: paragraphs(numbers, words, this="本月", next_one="下月"),
)
