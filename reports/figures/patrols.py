"""Figures over patrol entries (巡查检查台账)."""

from django.db.models import Q

from reports.figures.base import entry_figure
from reports.figures.windows import recorded_late

ILLEGAL, BEYOND, IRREGULAR = Q(illegal="yes"), Q(beyond="yes"), Q(irregular="yes")
FINDING = ILLEGAL | BEYOND | IRREGULAR


def recorded_in(window) -> Q:
    """Entries filed in the window, whenever they were seen."""
    return Q(recorded_at__gte=window.start, recorded_at__lt=window.end)


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
        entry_figure("late", "补报以前各期", bounds=recorded_late, adds_up=False),
        entry_figure("backfilled", "补录", where=Q(late_entry=True), bounds=recorded_in, adds_up=False),
    )
}
