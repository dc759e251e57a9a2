"""Secrets stand in every field that holds one; nobody is shown one that is not theirs, on any way out."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest
from django.core import mail
from django.db.models import JSONField

from cases.actions import cases, rights
from core.models import AuditEntry, Change, Notice, Run
from core.views.search import found
from duties.actions.dispatching import dispatch
from duties.actions.reminding import sweep
from duties.models import Dispatch, Duty
from ledgers.models.leads import LeadQuerySet
from minewatch.lib.clock import now
from tests.duties.test_channels import Gateway
from tests.ledgers import make_leads
from tests.policy import crawl
from tests.policy.conftest import FULL
from tests.policy.oracle import OPEN, Oracle, routes
from tests.policy.rows import PRINCIPALS

pytestmark = pytest.mark.django_db
#: No lists: files made anew at each asking, and the administrator's room.
FILES = re.compile("^admin:|export|template|blank|sheet$|xlsx|patrol$")
#: Who has no part in an affair of the natural resources bureau.
OUTSIDERS = (
    "forestry.officer",
    "ecology.officer",
    "police.officer",
    "baiyang.head",
    "shangwan.head",
    "leader",
)


def leaks(swept, answers) -> list[str]:
    """What was shown to whom although the oracle does not let them know it."""
    names = {token: name for name, token in swept.world.tokens.items()}
    wrong = defaultdict(set)
    for cell, answer in answers.items():
        person = swept.oracle.people[cell.person]
        for token in answer.tokens:
            name = names.get(token)
            if name and not swept.oracle.may_know(person, name, swept.world.find):
                row = f" {cell.row.noun}.{cell.row.name}" if cell.row else ""
                wrong[f"{name} shown by {cell.method} {cell.route.name}{row}"].add(cell.person or "nobody")
    return [f"{line} to {', '.join(sorted(who))}" for line, who in sorted(wrong.items())]


def said(swept, *texts: object) -> list[str]:
    """Names of the secrets that stand in the texts."""
    whole = "\n".join(map(str, texts))
    return sorted(name for name, token in swept.world.tokens.items() if token in whole)


def test_every_secret_has_its_line_in_the_oracle_and_stands_somewhere(swept):
    assert set(swept.world.tokens) == set(swept.oracle.secrets)
    assert len(swept.world.tokens) >= 100
    shown = {token for answer in swept.answers.values() for token in answer.tokens}
    own = ("informant.", "draft.typed", "notice.text")  # sealed; what one typed; in one person's list alone
    never = sorted(
        name for name, token in swept.world.tokens.items() if token not in shown and not name.startswith(own)
    )
    assert not never, f"planted where nobody ever reads them: {never}"


def test_no_page_file_export_or_answer_shows_a_secret_to_others(swept):
    wrong = leaks(swept, swept.answers)
    assert not wrong, "\n".join(wrong)


def test_no_list_carries_a_secret_out_in_its_workbook(swept):
    exported = {}
    for person in PRINCIPALS[1:]:
        client = swept.world.cast.asker(person)
        for cell, answer in swept.answers.items():
            if cell.person == person and cell.method == "GET" and answer.exports:
                with crawl.undone():
                    exported[cell] = crawl.ask(client, cell, query="as=xlsx")
    assert len(exported) > (100 if FULL else 10)
    wrong = leaks(swept, exported)
    assert not wrong, "\n".join(wrong)


def test_the_search_finds_nothing_by_a_secret_of_others(swept):
    wrong = []
    for account in PRINCIPALS[1:]:
        member, person = swept.world.cast.member(account), swept.oracle.people[account]
        for turn, (name, token) in enumerate(swept.world.tokens.items()):
            if not FULL and (turn + len(account)) % 59:
                continue
            if not swept.oracle.may_know(person, name, swept.world.find) and found(member, token):
                wrong.append(f"{name} finds something for {account}")
    assert not wrong, "\n".join(wrong)


def test_notices_runs_audit_changes_and_the_broker_carry_no_content(swept):
    own = {"notice.text"}
    rows = [*Notice.objects.values_list("text", flat=True), *Dispatch.objects.values_list("text", "link")]
    assert set(said(swept, *rows)) <= own
    assert not said(swept, *Run.objects.values_list("key", "params", "step", "error"))
    assert not said(swept, *AuditEntry.objects.values_list("facts", "actor_label", "subject_id"))
    assert not said(swept, *Change.objects.values())
    assert not said(swept, *swept.sent)


def test_what_hangs_on_an_affair_is_titled_without_its_content(swept):
    rows = Duty.objects.exclude(matter=None).values_list("title", "basis", "key")
    assert rows and not said(swept, *rows)


def test_no_logger_writes_a_secret(swept):
    told = {name: swept.heard[token] for name, token in swept.world.tokens.items() if token in swept.heard}
    assert not told, json.dumps(told, ensure_ascii=False, indent=1)


def test_no_message_leaves_the_house_with_a_secret(swept, settings):
    gateway = Gateway()
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = f"{gateway.url}/send", "s3cret"
    settings.SITE_URL, settings.EMAIL_HOST = "https://mine.example.gov.cn", "localhost"
    try:
        with crawl.undone():
            members = type(swept.world.cast.office).objects.all()
            members.filter(phone="").update(phone="13900000000")
            members.filter(email="").update(email="a@example.org")
            Duty.objects.update(due_at=now())
            sweep(now())
            for _ in range(5):
                dispatch(now())
    finally:
        gateway.close()
    assert gateway.got, "nothing was sent: the test would prove nothing"
    letters = [(letter.subject, letter.body, letter.alternatives) for letter in mail.outbox]
    own = {"member.phone", "member.email"}  # the address itself
    assert set(said(swept, gateway.got, gateway.headers, letters)) <= own


def test_a_planted_leak_turns_the_sweep_red(swept, monkeypatch):
    monkeypatch.setattr(LeadQuerySet, "visible_to", lambda self, member: self)
    client, person = swept.world.cast.asker("forestry.officer"), "forestry.officer"
    asked = [route for route in routes().values() if route.name in ("ledgers:leads", "ledgers:lead")]
    answers = {}
    for cell in crawl.cells(swept.oracle, asked, swept.world):
        if cell.person == person:
            with crawl.undone():
                answers[cell] = crawl.ask(client, cell)
    wrong = leaks(swept, answers)
    assert any("affair.lead.text" in line for line in wrong), "the sweep is blind"
    verdicts = {answer.verdict for cell, answer in answers.items() if cell.row and cell.method == "GET"}
    assert OPEN in verdicts


def _numbers(world, account: str) -> dict[str, str]:
    """Every list, sum and figure as that member is shown it."""
    client, kinds = world.cast.asker(account), Oracle().kinds
    found = {}
    for route in (one for listed in routes().values() for one in listed.spelled()):
        if "row" not in kinds[route.kind] and "GET" in kinds[route.kind] and not route.path:
            if route.name in ("agencies:logout", "core:healthz") or FILES.search(route.name):
                continue
            path = crawl.address(route, None)
            with crawl.undone():
                answer = client.get(path)
            if not answer.streaming:
                found[path] = crawl.CHANGING.sub("", answer.content.decode(errors="replace"))
    return found


def test_one_more_sealed_affair_moves_no_number_of_an_outsider(world):
    asking = OUTSIDERS if FULL else OUTSIDERS[1:4:2]
    before = {account: _numbers(world, account) for account in asking}
    with crawl.undone():
        cast = world.cast
        lead = make_leads.lead(cast, text="封存", location="青石镇上湾村封存处")
        cases.open_case(
            by=cast.nr_officer, title="封存案件", found_on=now().date(), origin="lead", leads=[lead]
        )
        sealing = rights.propose_sealing(by=cast.nr_approver, matter=lead.matter, seal=True, reason="保密")
        rights.decide_sealing(sealing=sealing, by=cast.nr_head)
        moved = [
            f"{account}: {path}"
            for account in asking
            for path, text in _numbers(world, account).items()
            if text != before[account][path]
        ]
    assert not moved, "\n".join(moved)


def test_json_fields_are_known():
    """A new JSON column of the house may hold content: it is named here once somebody has looked."""
    rows = {AuditEntry: {"facts"}, Run: {"params"}, Notice: set(), Change: set()}
    for model, names in rows.items():
        assert {one.name for one in model._meta.get_fields() if isinstance(one, JSONField)} == names
