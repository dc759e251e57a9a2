"""How the house speaks of meetings, decisions and orders (core.registry), and the doors to them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse

from agencies.models import Member
from core import notices, registry
from core.registry import Subject, register
from duties import acts
from duties.actions import receipts
from duties.meeting_tasks import tasks_for
from duties.models import Decision, Duty, Meeting, Order, Receipt, Task
from duties.standing import hosts_of
from minewatch.lib.text import fold


def _meetings(member: Member) -> QuerySet[Meeting]:
    return Meeting.objects.visible_to(member).select_related("agency")


def _orders(member: Member) -> QuerySet[Order]:
    return Order.objects.visible_to(member).select_related("agency")


def search_meetings(member: Member, text: str) -> QuerySet[Meeting]:
    """Meetings by words in the title, by the number of the minutes or by the host's name."""
    words = fold(text)
    hit = Q(title__icontains=words) | Q(number__icontains=words) | Q(agency__name__icontains=words)
    return _meetings(member).filter(hit)


def search_orders(member: Member, text: str) -> QuerySet[Order]:
    """Orders by number or words in the title."""
    words = fold(text)
    return _orders(member).filter(Q(number__icontains=words) | Q(title__icontains=words))


def order_title(order: Order) -> str:
    """JB2026-0001 标题; a draft has no number."""
    return f"{order.number or '（草稿）'} {order.title}"


register(
    Meeting,
    Subject(
        label="会议",
        visible_to=_meetings,
        title=lambda row: row.title,
        url=lambda row: reverse("duties:meeting", args=[row.pk]),
        search=search_meetings,
    ),
)
register(
    Decision,
    Subject(
        label="议定事项",
        visible_to=lambda member: Decision.objects.visible_to(member).select_related("meeting"),
        title=lambda row: row.text,
        url=lambda row: reverse("duties:decision", args=[row.pk]),
    ),
)
register(
    Order,
    Subject(
        label="交办督办",
        visible_to=_orders,
        title=order_title,
        url=lambda row: reverse("duties:order", args=[row.pk]),
        search=search_orders,
    ),
)
register(
    Receipt,
    Subject(
        label="签收反馈",
        visible_to=lambda member: Receipt.objects.visible_to(member).select_related("order"),
        title=lambda row: order_title(row.order),
        url=lambda row: reverse("duties:order", args=[row.order_id]),
    ),
)


def _where_meetings_are_recorded(duty: Duty) -> str:
    return f"{reverse('duties:meeting_new')}?duty={duty.pk}"


def _meetings_of_task(task: Task, member: Member) -> str:
    """The form of a meeting for the task, for whoever records the meetings of one of its hosts."""
    hosts = any(row.pk == task.pk for unit in hosts_of(member) for row in tasks_for(unit))
    return f"{reverse('duties:meeting_new')}?task={task.pk}" if hosts else ""


acts.register("meeting", _where_meetings_are_recorded, "去登记会议", of_task=_meetings_of_task)
notices.on_ack(receipts.ACKED, receipts.acked)
registry.hang("duties", "会议", "duties:meetings")
registry.hang("duties", "交办督办", "duties:orders")
