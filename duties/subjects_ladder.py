"""How the house speaks of rungs, quiet hours and reminders: an opened reminder leads to 待办."""

from __future__ import annotations

from django.db.models import QuerySet

from agencies.models import Member
from core.registry import Subject, register
from duties.holders import oversees
from duties.ladder import rungs_of
from duties.models import Duty, QuietHours, Reminder, Rung

LADDER = "/duties/ladder/"


def reminders_of(member: Member) -> QuerySet[Reminder]:
    """Reminders of duties that the member may see."""
    return Reminder.objects.filter(duty__in=Duty.objects.visible_to(member).values("pk"))


def rungs(member: Member) -> QuerySet[Rung]:
    """The county's rungs, for those who watch over its duties."""
    return rungs_of(member) if oversees(member) else Rung.objects.none()


def quiet_hours(member: Member) -> QuerySet[QuietHours]:
    """The county's quiet hours, for the same."""
    rows = QuietHours.objects.all()
    return rows.filter(county=member.agency.county) if oversees(member) else rows.none()


register(
    Reminder,
    Subject("待办提醒", reminders_of, url=lambda row: "/todo/", title=lambda row: "待办提醒"),
)
register(
    Rung,
    Subject("提醒阶梯", rungs, url=lambda row: LADDER, title=lambda row: row.name),
)
register(
    QuietHours,
    Subject("免打扰时段", quiet_hours, url=lambda row: LADDER, title=lambda row: "免打扰时段"),
)
