"""Signed-in POST of the patrol form ÷ a signed-in hello page, as throughput; both through every middleware.

Ours is the whole way: session, CSRF, the form, the column table, the row with its sheet, tally, proof, duty
and audit, the redirect. One in twenty posts reports digging, which raises a lead with its alarm. Posted for
the filler's township and sites, in process; every row is counted afterwards.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from itertools import count

from django.test import Client, override_settings

from benchmarks.bench import BACKEND, Bench, must
from benchmarks.measure import Result, interleaved, ratio
from core.models import AuditEntry
from ledgers.models import Entry, Lead, Site, Tally
from minewatch.lib.clock import now

GATE, AIM = 0.35, 0.6
FORM = "/ledgers/entries/new/"
POSTS = 50  # a round
DIGGING = 20  # one post in so many
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def run(bench: Bench) -> Iterator[Result]:
    """Rounds of posts and of hellos in turn."""
    with override_settings(ROOT_URLCONF="benchmarks.hello"):
        yield _measure(bench)


def _measure(bench: Bench) -> Result:
    browser = _Browser(bench)
    before = _counts(bench)
    posting, greeting = interleaved(browser.post_many, browser.hello_many)
    after = _counts(bench)
    posted = browser.posted
    must(after["entries"] - before["entries"] == posted, f"{after} after {before}: {posted} were posted")
    must(after["tally"] - before["tally"] == posted, "the tally missed rows")
    must(after["audit"] - before["audit"] == posted, "the audit missed rows")
    must(after["leads"] - before["leads"] == browser.dug, f"{browser.dug} posts reported digging")
    middle, low, high = ratio(greeting, posting)
    notes = {"ours_s": min(posting) / POSTS, "hello_s": min(greeting) / POSTS}
    said = f"{posted} rows, {browser.dug} leads, tally and audit counted"
    what = "throughput ÷ signed-in hello"
    return Result("ingest_form", what, middle, low, high, GATE, AIM, True, "", posted, said, notes)


def _counts(bench: Bench) -> dict[str, int]:
    unit, today = bench.filler.agency, now().date()
    kept = Tally.objects.filter(agency=unit, day=today).first()
    return {
        "entries": Entry.objects.live().filter(agency=unit, source=Entry.Source.PHONE).count(),
        "tally": kept.entries if kept else 0,
        "audit": AuditEntry.objects.filter(verb="entry.filed").count(),
        "leads": Lead.objects.count(),
    }


class _Browser:
    """The filler's browser; it keeps cookies and sends the CSRF token."""

    def __init__(self, bench: Bench) -> None:
        self.client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
        self.client.force_login(bench.filler, backend=BACKEND)
        found = TOKEN.search(self.client.get(FORM).content.decode())
        must(found is not None, "the form has no CSRF token")
        self.unit, self.csrf = bench.filler.agency.code, found[1]
        self.sites = list(Site.objects.filter(agency=bench.filler.agency).values_list("pk", flat=True)[:20])
        self.number = count(1)
        self.posted = self.dug = 0

    def post_many(self) -> None:
        """A round of posts."""
        for _ in range(POSTS):
            self.post(next(self.number))

    def post(self, number: int) -> None:
        """One row; a refused one is a failure."""
        digging = number % DIGGING == 0
        answer = self.client.post(FORM, self._fields(number, digging))
        must(answer.status_code == 302, f"the form answers {answer.status_code}: {_errors(answer)}")
        self.posted += 1
        self.dug += digging

    def _fields(self, number: int, digging: bool) -> dict[str, object]:
        fields = {
            "csrfmiddlewaretoken": self.csrf, "client_id": str(uuid.uuid4()), "agency": self.unit,
            "site": self.sites[number % len(self.sites)], "location": "",
            "patrolled_at": f"{now():%Y-%m-%d %H:%M}", "mineral": "煤", "licence": "有", "shallow": "否",
            "outcome": "none", "people": "2", "vehicles": "1", "point": "E111.51000,N39.44000",
            "remark": f"现场无异常，第{number}次",
        }  # fmt: skip
        if digging:
            fields |= {"outcome": "found", "illegal": "是", "beyond": "否", "irregular": "否"}
            fields["measures"] = "现场责令停止，设备撤离"
        return fields

    def hello_many(self) -> None:
        """A round of greetings."""
        for _ in range(POSTS):
            answer = self.client.get("/hello/")
            must(answer.status_code == 200 and "填表人" in answer.content.decode(), "hello is not greeted")


def _errors(answer) -> str:
    text = answer.content.decode(errors="replace")
    return "；".join(re.findall(r'class="[^"]*error[^"]*"[^>]*>\s*([^<]+)', text))[:300]
