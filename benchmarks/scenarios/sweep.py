"""Everything owed at once: n duties opened, reminded of and escalated, each in one pass over all of them.

2,000, 20,000 and 200,000 open duties in 321 units with the people of a county, as far as the scale goes.
Each pass is verified by counting: opened, noted and told must be all of them, so that no cap can hide.
Ratios compare the seconds per 1,000 with those of the smallest number; a pass changes what it measures, so
it runs once a number and low and high are the same. The pass that finds nothing to tell runs every ten
minutes; it is compared with a bare scan of the open duties by their index, five rounds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from time import process_time

from agencies.actions.county import CountyPlan, MemberRow, load_county
from agencies.models import Agency, AgencyKind, Role
from benchmarks.bench import Bench, must
from benchmarks.measure import Result, interleaved, ratio, timed
from core.models import Notice
from duties.actions.reminding import Swept, sweep
from duties.actions.storing import store
from duties.models import Duty, Reminder
from minewatch.lib.clock import SHANGHAI

SIZES = (2_000, 20_000, 200_000)
GATE, AIM = 1.5, 1.1
IDLE_GATE, IDLE_AIM = 3.0, 1.2
#: A Wednesday morning without a holiday near it; the duties are due in the fourteen hours after it.
AT = dt.datetime(2026, 11, 25, 9, 30, tzinfo=SHANGHAI)
LATE = AT + dt.timedelta(days=4, hours=12)
SPREAD = 14 * 60


def run(bench: Bench) -> Iterator[Result]:
    """Open, remind, escalate, and the sweep that finds nothing, for each number in turn."""
    units = _people(bench)
    first: dict[str, float] = {}
    for size in [size for size in SIZES if size <= max(2 * bench.rows, SIZES[0])]:
        Duty.objects.open().update(status=Duty.Status.CANCELLED)
        for name, act in _passes(size, units):
            begin = process_time()
            seconds = timed(act)
            first.setdefault(name, seconds / size)
            yield _result(name, size, seconds, process_time() - begin, first[name])
        yield _idle(size)


def _people(bench: Bench) -> list[Agency]:
    """The units, each with the posts of its kind."""
    posts = {
        AgencyKind.TOWNSHIP: (Role.FILLER, Role.DEPUTY, Role.HEAD),
        AgencyKind.VILLAGE: (Role.FILLER, Role.HEAD),
        AgencyKind.JOINT_OFFICE: (Role.HEAD,),
    }
    units = list(Agency.objects.under(bench.county).order_by("pk"))
    rows = tuple(
        MemberRow(f"{unit.code}.{role}", f"{unit.name}{role}", unit.code, (role,))
        for unit in units
        for role in posts[unit.kind]
    )
    load_county(plan=CountyPlan((), (), rows), must_change_password=False)
    return units


def _passes(size: int, units: list[Agency]) -> Iterator[tuple[str, Callable[[], None]]]:
    yield "opened", lambda: _open(size, units)
    yield "reminded", lambda: _swept(size, AT, "reminded")
    yield "escalated", lambda: _swept(size, LATE, "escalated")


def _open(size: int, units: list[Agency]) -> None:
    store([_duty(size, n, units[n % len(units)]) for n in range(size)])
    must(Duty.objects.open().count() == size, "not every duty is open")


def _duty(size: int, n: int, unit: Agency) -> Duty:
    office = unit.kind == AgencyKind.JOINT_OFFICE
    return Duty(
        key=f"bench:{size}:{n}",
        kind=Duty.Kind.TASK,
        title=f"第{n + 1}项任务",
        agency=unit,
        role=Role.OFFICE if office else Role.FILLER,
        proof_kind="task.bench",
        window_start=AT - dt.timedelta(days=7),
        window_end=LATE + dt.timedelta(days=30),
        due_at=AT + dt.timedelta(minutes=1 + n % SPREAD),
    )


def _swept(size: int, at: dt.datetime, what: str) -> None:
    notices = Notice.objects.count()
    found = sweep(at)
    told = Reminder.objects.filter(at=at, skipped=False, duty__key__startswith=f"bench:{size}:")
    must(found.due == size, f"{found.due} of {size} duties noted")
    must(getattr(found, what) == size, f"{getattr(found, what)} of {size} {what}")
    must(told.filter(told_at=at).count() == size, "not every reminder is told")
    must(Notice.objects.count() - notices == found.digests > 0, "a digest is missing")


def _result(name: str, size: int, seconds: float, cpu: float, first: float) -> Result:
    per = seconds / size
    said = (
        f"{size:,} of {size:,} {name}, {seconds:.1f} s, {per * 1000:.3f} s per 1,000; {cpu:.1f} s of a core"
    )
    value = per / first
    notes = {"ours_s": seconds, "per_1000_s": per * 1000, "cpu_s": cpu}
    what = f"{name}: s per 1,000 ÷ at {SIZES[0]:,}"
    told = size == SIZES[0]
    return Result(
        "sweep", what, value, value, value, GATE, AIM, False, rows=size, verified=said, notes=notes, told=told
    )


def _idle(size: int) -> Result:
    def ours() -> None:
        must(sweep(LATE) == Swept(), "the sweep told something again")

    def scan() -> None:
        rows = Duty.objects.open().filter(due_at__lte=LATE).order_by("due_at", "id")
        must(len(list(rows.values_list("pk", "due_at"))) == size, "the scan missed a duty")

    upper, lower = interleaved(ours, scan)
    middle, low, high = ratio(upper, lower)
    notes = {"ours_s": min(upper), "scan_s": min(lower)}
    said = f"nothing told twice, {min(upper):.2f} s"
    what = "the sweep that finds nothing ÷ bare scan"
    return Result(
        "sweep", what, middle, low, high, IDLE_GATE, IDLE_AIM, False, rows=size, verified=said, notes=notes
    )
