"""What a stranger may not see answers as slowly as what does not exist (quality.md A3).

A case, a referral and a lead of two bureaus, and a patrol row of another township, asked for by a township's
filler: their number against one that nobody has, page and step alike, in turns. The value is how far the
medians of 200 lie apart, in milliseconds. Verified: every answer is 404, the two are the same byte for byte
but for the tokens of one answer.
"""

from __future__ import annotations

import logging
import re
import statistics
from collections.abc import Iterator
from time import perf_counter

from django.db.models import Model
from django.test import Client
from django.urls import reverse

from agencies.actions.county import AgencyRow, CountyPlan, MemberRow, load_county
from agencies.models import Agency, AgencyKind, Member, Role
from benchmarks.bench import Bench, must
from benchmarks.load import COUNTY
from benchmarks.measure import Result
from cases.actions import cases, referrals
from cases.edges import Edge
from cases.models import Case
from ledgers.actions.leads import report_special
from ledgers.models import Entry
from minewatch.lib.clock import local_date, now

ROUNDS = 200
GATE, AIM = 5.0, 1.0
#: Tokens and nonces are of one answer each.
OWN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": *"[^"]*"')
BUREAUS = (("nr", "自然资源局", AgencyKind.NATURAL_RESOURCES), ("police", "公安局", AgencyKind.POLICE))


def run(bench: Bench) -> Iterator[Result]:
    """Each kind of row, read and written to."""
    client = bench.client(bench.filler)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # each 404 is wanted
    for name, method, route, row, more in _asked(bench):
        absent = type(row).objects.order_by("-pk").values_list("pk", flat=True)[0] + 7
        urls = [reverse(route, args=[pk, *more]) for pk in (row.pk, absent)]
        yield _apart(bench, client, f"{name}: {method}", method, urls)


def _asked(bench: Bench) -> Iterator[tuple[str, str, str, Model, tuple[str, ...]]]:
    officer = _bureaus()
    unit = officer.agency
    lead = report_special(member=officer, agency=unit, text="夜间有人采砂", location="后沟")
    case = cases.open_case(by=officer, title="无证采砂", found_on=local_date(now()), origin=Case.Origin.OWN)
    referral = referrals.draft(
        by=officer,
        edge=Edge.CRIMINAL,
        receiver=Agency.objects.get(code="police"),
        title="涉嫌非法采矿",
        summary="有人采砂",
        case=case,
    )
    own = Agency.objects.under(bench.filler.agency).values("pk")
    entry = Entry.objects.exclude(agency__in=own).latest("pk")
    yield "entry", "GET", "ledgers:entry", entry, ()
    yield "lead", "GET", "ledgers:lead", lead, ()
    yield "case", "GET", "cases:case", case, ()
    yield "case", "POST", "cases:case_move", case, ("request_filing",)
    yield "referral", "GET", "cases:referral", referral, ()
    yield "referral", "POST", "cases:referral_move", referral, ("report",)


def _bureaus() -> Member:
    """Two bureaus and the officer of one."""
    agencies = tuple(AgencyRow(code, name, kind, COUNTY, "bench") for code, name, kind in BUREAUS)
    members = (MemberRow("nr.officer", "承办人", "nr", (Role.OFFICER,)),)
    load_county(plan=CountyPlan((), agencies, members), must_change_password=False)
    return Member.objects.select_related("agency__division").get(username="nr.officer")


def _apart(bench: Bench, client: Client, what: str, method: str, urls: list[str]) -> Result:
    hidden, absent = urls
    ask = client.get if method == "GET" else client.post
    answers = [ask(url) for url in urls]
    must(all(answer.status_code == 404 for answer in answers), f"{what} is not hidden")
    bodies = {
        OWN.sub(b"", answer.content.replace(url.encode(), b""))
        for answer, url in zip(answers, urls, strict=True)
    }
    must(len(bodies) == 1, f"{what}: hidden and absent differ")
    times: dict[str, list[float]] = {hidden: [], absent: []}
    for turn in range(ROUNDS):
        # whoever is asked second finds warm caches: each is second as often
        for url in urls if turn % 2 else reversed(urls):
            begin = perf_counter()
            ask(url)
            times[url].append(perf_counter() - begin)
    middle = [statistics.median(times[url]) * 1000 for url in urls]
    gap = abs(middle[0] - middle[1])
    said = f"404 and equal bytes; medians {middle[0]:.2f} and {middle[1]:.2f} ms"
    return Result(
        "hidden", f"ms apart, {what}", gap, gap, gap, GATE, AIM, False, rows=ROUNDS, verified=said,
        notes={"hidden_ms": middle[0], "absent_ms": middle[1]},
    )  # fmt: skip
