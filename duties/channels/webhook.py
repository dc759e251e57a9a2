"""One JSON POST to the county's own message gateway (短信、企业微信、钉钉), at most once.

    POST WEBHOOK_URL  {"id": "17", "to": "139…", "text": "您有 1 项任务待办…", "link": "https://…/todo/"}
    X-Minewatch-Timestamp: seconds;  X-Minewatch-Signature: sha256=HMAC(WEBHOOK_SECRET, "<seconds>.<body>")

Nothing is followed and nothing goes by a proxy: a redirect is a refusal. An answer that does not come
leaves the message 未知, because the gateway may have sent it; only what it certainly did not take (5xx,
429, no connection) is tried again.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from django.conf import settings

from duties.channels.links import absolute
from duties.channels.port import Answer, Sent

if TYPE_CHECKING:
    from agencies.models import Member

TIMEOUT = 5.0
TOO_MANY = 429


class Webhook:
    """The gateway; reached by the person's phone number."""

    key = "webhook"
    per_minute: int | None = 20

    def ready(self) -> bool:
        """On when WEBHOOK_URL is set."""
        return bool(settings.WEBHOOK_URL)

    def address(self, member: Member) -> str:
        """The person's number."""
        return member.phone

    def send(self, member: Member, text: str, link: str, *, ref: str = "") -> Sent:
        """One POST of at most `TIMEOUT` seconds a step."""
        content = {"id": ref, "to": self.address(member), "text": text, "link": absolute(link)}
        body = json.dumps(content, ensure_ascii=False).encode()
        try:
            with _opener().open(_request(body), timeout=TIMEOUT) as answer:
                return _judged(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return _judged(error.code)
        except urllib.error.URLError as error:
            return _unreached(error.reason)
        except (OSError, http.client.HTTPException):
            return Sent(Answer.UNKNOWN, "消息接口没有回答")


def _request(body: bytes) -> urllib.request.Request:
    stamp = str(int(time.time()))
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Minewatch-Timestamp": stamp}
    if settings.WEBHOOK_SECRET:
        seal = hmac.new(settings.WEBHOOK_SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256)
        headers["X-Minewatch-Signature"] = f"sha256={seal.hexdigest()}"
    return urllib.request.Request(settings.WEBHOOK_URL, body, headers, method="POST")  # noqa: S310 – http(s), see settings


def _opener() -> urllib.request.OpenerDirector:
    """Only http and https: no redirect, no proxy, no file."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _judged(status: int) -> Sent:
    if 200 <= status < 300:
        return Sent(Answer.SENT)
    if 300 <= status < 400:
        return Sent(Answer.FAILED, "消息接口要求转到别的地址，已拒绝")
    later = status >= 500 or status == TOO_MANY
    return Sent(Answer.LATER if later else Answer.FAILED, f"消息接口回答 {status}")


def _unreached(reason: object) -> Sent:
    """The request did not go out in full: certain only where there was no connection at all."""
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Sent(Answer.FAILED, "消息接口的证书不可信")
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return Sent(Answer.LATER, "消息接口连接不上")
    return Sent(Answer.UNKNOWN, "消息接口没有回答")
