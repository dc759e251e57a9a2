"""Figures over patrol entries (巡查检查台账)."""

from django.db.models import Q

from minewatch.lib.periods import Window
from reports.figures.base import entry_figure
from reports.figures.windows import recorded_in, recorded_late, recorded_near

ILLEGAL, BEYOND, IRREGULAR = Q(illegal="yes"), Q(beyond="yes"), Q(irregular="yes")
FINDING = ILLEGAL | BEYOND | IRREGULAR


def backfilled(window: Window) -> Q:
    """Rows filed in the window that were more than thirty days old then (补录)."""
    return recorded_in(window) & Q(late_entry=True)


PATROLS = {
    figure.key: figure
    for figure in (
        entry_figure("patrols", "巡查点位", tally="entries"),
        entry_figure(
            "people", "出动人次", unit="人", where=Q(people__gt=0), measure="people", tally="people"
        ),
        entry_figure(
            "vehicles", "出动车次", unit="辆", where=Q(vehicles__gt=0), measure="vehicles", tally="vehicles"
        ),
        entry_figure("night", "夜间巡查", where=Q(night=True), tally="night"),
        entry_figure("findings", "发现问题合计", where=FINDING),
        entry_figure("illegal", "发现非法违法盗采", where=ILLEGAL, tally="illegal"),
        entry_figure("beyond", "发现越层越界", where=BEYOND, tally="beyond"),
        entry_figure("irregular", "发现违规生产", where=IRREGULAR, tally="irregular"),
        entry_figure("stopped", "制止取缔", where=FINDING & ~Q(measures="")),
        entry_figure("late", "补报以前各期", bounds=recorded_near, where=recorded_late, adds_up=False),
        entry_figure("backfilled", "补录", bounds=recorded_near, where=backfilled, adds_up=False),
    )
}
