"""Ways out of the house for a digest: e-mail and one HTTP gateway (短信、企业微信 …). Off unless set up."""

from __future__ import annotations

from duties.channels.email import Email
from duties.channels.port import Answer, Channel, Sent
from duties.channels.webhook import Webhook

CHANNELS: tuple[Channel, ...] = (Email(), Webhook())


def active() -> list[Channel]:
    """The channels that this installation has set up."""
    return [channel for channel in CHANNELS if channel.ready()]


__all__ = ["CHANNELS", "Answer", "Channel", "Sent", "active"]
