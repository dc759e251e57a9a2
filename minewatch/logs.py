"""Log lines that a visitor cannot forge: control characters of a message are escaped."""

import logging
import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def escape(hit: re.Match[str]) -> str:
    """A control character as its escape."""
    return hit.group().encode("unicode_escape").decode()


class OneLine(logging.Formatter):
    """One record, one line; only a traceback may follow it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The message with control characters written as escapes."""
        record.message = CONTROL.sub(escape, record.message)
        return super().formatMessage(record)
