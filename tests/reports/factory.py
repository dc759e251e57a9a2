"""Minimal rows for report tests: each call shows only what matters. Entries keep their tally."""

from __future__ import annotations

import datetime as dt
import itertools

from django.db.models import F

from agencies.models import Agency, Member
from core.models import Access, Matter
from duties.models import Duty, DutyRule, Proof
from ledgers.models import Entry, Lead, LeadAnswer, LeadCheck, LeadReply, Sheet, Site, Tally
from minewatch.lib.clock import SHANGHAI, midnight
from minewatch.lib.hashing import digest
from minewatch.lib.periods import parse_period
from reports.kinds import KINDS

COUNTER = itertools.count(1)
WEEK, MONTH = "2022-W38", "2022-09"
DAY = dt.date(2022, 9, 20)  # a Tuesday of that week and month


def instant(text: str) -> dt.datetime:
    """ "2022-09-23 23:59:59.999999" in Shanghai."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def sheet(agency: Agency, period: str = MONTH, **values) -> Sheet:
    days = parse_period(period)
    defaults = {"first_day": days.first, "last_day": days.last, **values}
    made, _ = Sheet.objects.get_or_create(agency=agency, period=period, number=1, defaults=defaults)
    return made


def entry(agency: Agency, day: dt.date = DAY, *, recorded: dt.datetime | None = None, **values) -> Entry:
    """One filed row, by default without findings, recorded at noon of its day; its tally is kept."""
    number = next(COUNTER)
    answers = {key: values.pop(key, "no") for key in ("licence", "shallow", "illegal", "beyond", "irregular")}
    row = Entry.objects.create(
        agency=agency,
        sheet=sheet(agency, f"{day:%Y-%m}"),
        period=f"{day:%Y-%m}",
        identity=digest(str(number)),
        location=values.pop("location", f"{agency.label}第{number}处"),
        mineral=values.pop("mineral", "煤"),
        patrolled_on=day,
        source="phone",
        recorded_at=recorded or midnight(day) + dt.timedelta(hours=12),
        **answers,
        **values,
    )
    if row.voided_at is None:
        tally(row, 1)
    return row


def void(row: Entry, at: dt.datetime) -> None:
    """Withdraw a row at an instant."""
    Entry.objects.filter(pk=row.pk).update(voided_at=at)
    tally(row, -1)


def correct(row: Entry, at: dt.datetime, **values) -> Entry:
    """Supersede a row at an instant by one with other facts."""
    void(row, at)
    kept = {
        key: getattr(row, key) for key in ("location", "mineral", "illegal", "beyond", "irregular", "people")
    }
    return entry(row.agency, row.patrolled_on, recorded=at, supersedes=row, **{**kept, **values})


def tally(row: Entry, sign: int) -> None:
    """New − old per unit and day, as the entry action does it."""
    line, _ = Tally.objects.get_or_create(agency=row.agency, day=row.patrolled_on)
    adds = {
        "entries": 1,
        "illegal": row.illegal == "yes",
        "beyond": row.beyond == "yes",
        "irregular": row.irregular == "yes",
        "night": row.night,
        "people": row.people or 0,
        "vehicles": row.vehicles or 0,
    }
    Tally.objects.filter(pk=line.pk).update(
        **{key: F(key) + sign * int(value) for key, value in adds.items()}
    )


def site(agency: Agency, name: str = "大井沟采石场") -> Site:
    number = f"K{next(COUNTER):03}"
    return Site.objects.create(
        number=number, name=name, kind="mine", division=agency.division, agency=agency, lon=111.5, lat=39.4
    )


def lead(
    agency: Agency, holder: Agency, *, sealed: bool = False, at: dt.datetime | None = None, **values
) -> Lead:
    at = at or midnight(DAY) + dt.timedelta(hours=9)
    matter = Matter.objects.create(sealed=sealed)
    for unit in {agency, holder}:
        relation = "holder" if unit == holder else "party"
        Access.objects.create(matter=matter, agency=unit, relation=relation)
    return Lead.objects.create(
        matter=matter,
        number=f"XS{next(COUNTER):04}",
        source="patrol",
        agency=agency,
        holder=holder,
        location="柳树沟",
        text="夜间挖掘",
        found_at=at,
        recorded_at=values.pop("recorded_at", at),
        **values,
    )


ON = "2022-09-21 09:00"


def check(of: Lead, finding: str, *, late: bool = False, at: str = ON, **values) -> LeadCheck:
    """A check by the holder that counts in the week."""
    by = Member.objects.filter(agency=of.holder).first()
    facts = {"agency": of.holder, "text": "到现场核查", "recorded_by": by, "recorded_at": instant(at)}
    return LeadCheck.objects.create(
        lead=of, finding=finding, checked_at=instant(at), late=late, **(facts | values)
    )


def answer(of: Lead, *, ending: str = "site", late: bool = False, at: str = ON, **values) -> LeadAnswer:
    """What the holder told of the result."""
    by = Member.objects.filter(agency=of.holder).first()
    return LeadAnswer.objects.create(
        lead=of, agency=of.holder, ending=ending, by=by, at=instant(at), late=late, **values
    )


def reply(of: Lead, *, way: str = "phone", final: bool = True, late: bool = False, at: str = ON) -> LeadReply:
    """What who told the lead was answered."""
    by = Member.objects.filter(agency=of.holder).first()
    return LeadReply.objects.create(
        lead=of,
        agency=of.holder,
        way=way,
        at=instant(at),
        text="已依法处理",
        answered_by=by,
        recorded_by=by,
        recorded_at=instant(at),
        final=final,
        late=late,
    )


def patrol_duty(agency: Agency, start: dt.date, end: dt.date, *, done: bool = False) -> Duty:
    """A patrol owed over [start, end) of days."""
    duty = Duty.objects.create(
        key=f"patrol:{agency.code}:{start}:{next(COUNTER)}",
        kind=Duty.Kind.PATROL,
        title="巡查",
        agency=agency,
        role="filler",
        proof_kind="patrol",
        window_start=midnight(start),
        window_end=midnight(end),
        due_at=midnight(end) - dt.timedelta(seconds=1),
    )
    if done:
        Proof.objects.create(
            kind="patrol",
            agency=agency,
            at=midnight(start) + dt.timedelta(hours=9),
            subject_kind="ledgers.entry",
            subject_id=str(next(COUNTER)),
        )
    return duty


def report_duty(agency: Agency, recipient: Agency, kind: str = "weekly", period: str = WEEK) -> Duty:
    """The report that the standing rule makes the unit owe, with its due instant."""
    found = KINDS[kind].occurrence(KINDS[kind].read_period(period))
    schedule = {"kind": "weekly", "byday": ["FR"]} if kind == "weekly" else {"kind": "monthly", "days": [10]}
    rule, _ = DutyRule.objects.get_or_create(
        key=f"report.{kind}",
        defaults={
            "name": "工作报表",
            "kind": "report",
            "county": agency.county,
            "owner_kind": agency.kind,
            "proof_kind": f"report.{kind}",
            "schedule": schedule,
            "basis": "试验",
            "valid_from": dt.date(2020, 1, 1),
            "loaded_at": instant("2020-01-01 00:00"),
        },
    )
    return Duty.objects.create(
        key=f"{rule.key}:{agency.code}:{period}",
        rule=rule,
        kind=Duty.Kind.REPORT,
        title="工作报表",
        agency=agency,
        role="filler",
        recipient=recipient,
        period=period,
        proof_kind=f"report.{kind}",
        window_start=found.window.start,
        window_end=found.window.end,
        due_at=found.due_at,
    )
