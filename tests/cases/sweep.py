"""All that one person finds: pages behind links from the first page, downloads unpacked, comparable."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from html import unescape
from urllib.parse import urldefrag, urljoin

from django.test import Client

#: What changes from one answer to the next although nothing was said.
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": *"[^"]*"|nonce="[^"]*"'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
HREF = re.compile(r'(?:href|src|action|data-picker|hx-get)="([^"]+)"')
NOT_FOLLOWED = ("/logout", "/static/", "/sysadmin/", "/healthz", "/login", "/password")
START = (
    "/todo/",
    "/todo/?tab=done",
    "/todo/?tab=watch",
    "/cases/",
    "/cases/leads/",
    "/cases/desk/",
    "/cases/referrals/",
    "/duties/",
    "/duties/calendar/",
    "/duties/coverage/",
    "/duties/matrix/",
    "/duties/meetings/",
    "/duties/ladder/",
    "/ledgers/",
    "/ledgers/coverage/",
    "/reports/",
    "/reports/figures/",
    "/notices/",
    "/more/",
    "/more/people/",
)
MOST = 600
#: Of one page with its questions (?period=…) so many are asked: the rest is the same page again.
VARIANTS = 2


class Sweep:
    """The pages of `client` by address; `also` are addresses asked besides what is linked. With `follow` off
    those and the first pages of the rooms alone: enough to see that something is there."""

    def __init__(self, client: Client, also: tuple[str, ...] = (), *, follow: bool = True) -> None:
        self.client = client
        self.pages: dict[str, str] = {}
        waiting, asked = [*START, *also], Counter()
        while waiting:
            address = waiting.pop(0)
            if address in self.pages or address.startswith(NOT_FOLLOWED):
                continue
            path = address.partition("?")[0]
            asked[path] += address != path and address not in {*START, *also}
            if asked[path] > VARIANTS:
                continue
            assert len(self.pages) < MOST, "the sweep does not end"
            answer = client.get(address)
            self.pages[address] = _text(answer)
            if answer.status_code in (301, 302):
                waiting.append(urljoin(address, answer["Location"]))
            waiting += _links(address, self.pages[address]) if follow else []

    def with_any(self, tokens: tuple[str, ...]) -> dict[str, list[str]]:
        """Addresses on which a token stands, with the tokens."""
        found = {
            address: [token for token in tokens if token in text or token in address]
            for address, text in self.pages.items()
        }
        return {address: hits for address, hits in found.items() if hits}


def _links(address: str, text: str) -> list[str]:
    found = (urldefrag(urljoin(address, unescape(href)))[0] for href in HREF.findall(text))
    return [href for href in found if href.startswith("/") and len(href) < 300]


def _text(answer) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    head = f"{answer.status_code} {answer.get('Content-Disposition', '')}\n"
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = (package.read(name).decode("utf-8", "replace") for name in sorted(package.namelist()))
            return head + "\n".join(parts)
    return head + CHANGING.sub("", data.decode("utf-8", "replace"))
