"""Digests go out: claimed one by one, handed over at most once, never inside a request.

A row is 发送中 before the call. What the other side certainly did not take is tried again, five times in
all; what it may have taken is 未知 for good. A worker that died while sending leaves 未知 too.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from core.models import Heartbeat
from duties import channels
from duties.channels import Answer, Channel, Sent
from duties.models import Dispatch
from minewatch.lib.clock import now

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
MINUTE = dt.timedelta(minutes=1)
#: A digest that could not go out within this time tells nothing new any more.
STALE = dt.timedelta(days=1)
#: Longer than any channel may take: such a row was left by a worker that is gone.
LOST = dt.timedelta(minutes=5)
#: Seconds after which a round leaves the rest to the next one.
ROUND = 50.0
Status = Dispatch.Status
OUTCOMES = {Answer.SENT: Status.SENT, Answer.FAILED: Status.FAILED, Answer.UNKNOWN: Status.UNKNOWN}


@dataclass(frozen=True)
class Dispatched:
    """What became of the rows of one round."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    later: int = 0


def dispatch(at: dt.datetime | None = None) -> Dispatched:
    """Hand over what waits, as far as the channels' rates allow. Any number of rounds at once."""
    begun, at = time.monotonic(), at or now()
    _give_up(at)
    counts: Counter[Answer] = Counter()
    for channel in channels.active():
        while (spent := time.monotonic() - begun) < ROUND:
            moment = at + dt.timedelta(seconds=spent)
            row = _claim(channel, moment)
            if row is None:
                break
            counts[_settle(row, _hand_over(channel, row), moment)] += 1
    return Dispatched(
        counts[Answer.SENT], counts[Answer.FAILED], counts[Answer.UNKNOWN], counts[Answer.LATER]
    )


def _give_up(at: dt.datetime) -> None:
    """Rows of a worker that is gone become 未知; what waited a day is not news any more."""
    Dispatch.objects.filter(status=Status.SENDING, tried_at__lt=at - LOST).update(
        status=Status.UNKNOWN, error="发送时中断，不知是否送达"
    )
    Dispatch.objects.filter(status=Status.QUEUED, created_at__lt=at - STALE).update(
        status=Status.FAILED, error="一天内未能发送"
    )


def _claim(channel: Channel, at: dt.datetime) -> Dispatch | None:
    """The next row, taken for this round; None when none waits or the channel's minute is full.

    The heartbeat row makes concurrent rounds count one after the other.
    """
    name = f"dispatch.{channel.key}"
    Heartbeat.objects.get_or_create(name=name, defaults={"at": at})
    with transaction.atomic():
        Heartbeat.objects.filter(name=name).update(at=at)
        tried = Dispatch.objects.filter(channel=channel.key, tried_at__gt=at - MINUTE)
        if channel.per_minute is not None and tried.count() >= channel.per_minute:
            return None
        waiting = Dispatch.objects.filter(channel=channel.key, status=Status.QUEUED, next_at__lte=at)
        row = waiting.select_related("member").order_by("next_at", "pk").first()
        if row is None or not waiting.filter(pk=row.pk).update(
            status=Status.SENDING, attempts=F("attempts") + 1, tried_at=at, error=""
        ):
            return None
    row.attempts += 1
    return row


def _hand_over(channel: Channel, row: Dispatch) -> Sent:
    if not row.member.is_active or not channel.address(row.member):
        return Sent(Answer.FAILED, "收件人已停用，或没有号码、邮箱")
    try:
        return channel.send(row.member, row.text, row.link, ref=str(row.pk))
    except Exception as error:  # noqa: BLE001 – what is not foreseen may have gone out: never twice
        logger.exception("dispatch %s failed", row.pk)
        return Sent(Answer.UNKNOWN, f"发送时出错（{type(error).__name__}）")


def _settle(row: Dispatch, sent: Sent, at: dt.datetime) -> Answer:
    """Write what became of it. A row that is not 发送中 any more was given up in the meantime."""
    mine = Dispatch.objects.filter(pk=row.pk, status=Status.SENDING, attempts=row.attempts)
    if sent.answer is Answer.LATER and row.attempts < MAX_ATTEMPTS:
        wait = MINUTE * 2 ** (row.attempts - 1)
        mine.update(status=Status.QUEUED, next_at=at + wait, error=sent.why)
        return Answer.LATER
    answer = Answer.FAILED if sent.answer is Answer.LATER else sent.answer
    done = {"sent_at": at} if answer is Answer.SENT else {}
    mine.update(status=OUTCOMES[answer], error=sent.why, **done)
    return answer
