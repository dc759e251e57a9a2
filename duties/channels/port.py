"""What a channel is: it hands over one content-free text and says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from agencies.models import Member


class Answer(Enum):
    """SENT: taken. FAILED: refused for good. LATER: certainly not taken, may be tried again.
    UNKNOWN: it may have been taken; never sent again.
    """

    SENT = "sent"
    FAILED = "failed"
    LATER = "later"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sent:
    """An answer, and why in one short sentence for the office (no address, no content)."""

    answer: Answer
    why: str = ""


class Channel(Protocol):
    """One way out. `per_minute` bounds how often it is used (None = not)."""

    key: str
    per_minute: int | None

    def ready(self) -> bool:
        """Whether the installation has set it up."""
        ...

    def address(self, member: Member) -> str:
        """Where the member is reached by it; "" where nowhere."""
        ...

    def send(self, member: Member, text: str, link: str, *, ref: str = "") -> Sent:
        """Hand `text` and `link` (a path of this house) over once. Never raises for what the other side does.
        `ref` is the same for every try of one message.
        """
        ...
