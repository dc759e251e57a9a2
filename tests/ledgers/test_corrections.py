"""更正 and 撤回: superseding rows, figures of the past stay, proofs, tally and lead go along."""

from __future__ import annotations

import random

import pytest

from core.errors import Conflict, DomainError
from core.models import Access
from duties.models import Proof
from ledgers.actions import tally
from ledgers.actions.entries import correct, file_entry, file_rows, withdraw
from ledgers.models import Entry, Lead
from minewatch.lib.clock import now
from tests.ledgers.make import digging, entry, row, today


def test_a_correction_supersedes_and_the_figures_of_the_past_stay(cast):
    old = entry(cast)
    before = now()
    new = correct(entry=old, row=row(beyond="yes"), reason="漏填", member=cast.qingshi_filler)
    assert Entry.objects.live().get() == new and new.supersedes == old
    assert Entry.objects.live(as_of=before).get() == old
    old.refresh_from_db()
    assert old.voided_at and old.void_reason == "漏填" and old.beyond == "no"


def test_proof_and_tally_go_along(cast):
    old = entry(cast, people=4)
    new = correct(entry=old, row=row(people=2), reason="人数写错", member=cast.qingshi_filler)
    live = Proof.objects.filter(retracted_at__isnull=True, subject_kind="ledgers.entry")
    assert [proof.subject_id for proof in live.all()] == [str(new.pk)]
    assert tally.recount() == []
    withdraw(entry=new, reason="重复", member=cast.qingshi_filler)
    assert not live.all().exists() and tally.recount() == []


def test_nothing_changed_is_no_correction(cast):
    with pytest.raises(DomainError, match="内容没有变化"):
        correct(entry=entry(cast), row=row(), reason="看看", member=cast.qingshi_filler)


@pytest.mark.parametrize("act", ["correct", "withdraw"])
def test_both_need_a_reason(cast, act):
    old = entry(cast)
    with pytest.raises(DomainError, match="必须写明原因"):
        if act == "correct":
            correct(entry=old, row=row(beyond="yes"), reason=" ", member=cast.qingshi_filler)
        else:
            withdraw(entry=old, reason="", member=cast.qingshi_filler)


def test_the_second_of_two_corrections_hears_who_was_first(cast):
    old = entry(cast)
    mine, theirs = Entry.objects.get(pk=old.pk), Entry.objects.get(pk=old.pk)
    correct(entry=mine, row=row(beyond="yes"), reason="漏填", member=cast.qingshi_filler)
    with pytest.raises(Conflict, match="青石镇 青石镇填表人已于.*更正这条记录"):
        withdraw(entry=theirs, reason="重复", member=cast.qingshi_filler)
    assert tally.recount() == []


def test_a_corrected_finding_raises_moves_or_withdraws_the_lead(cast):
    filler = cast.qingshi_filler
    old = entry(cast)
    found = correct(entry=old, row=digging(), reason="漏填", member=filler)
    lead = Lead.objects.get()
    assert lead.entry == found
    again = correct(entry=found, row=digging(mineral="铁矿"), reason="矿种写错", member=filler)
    lead.refresh_from_db()
    assert lead.entry == again and lead.withdrawn_at is None
    correct(entry=again, row=row(), reason="核实不是盗采", member=filler)
    lead.refresh_from_db()
    assert lead.withdrawn_at and lead.status == "closed" and Lead.objects.count() == 1


def test_who_must_stay_out_of_the_lead_still_corrects_the_own_row_and_notices_nothing(cast):
    filler = cast.qingshi_filler
    old = correct(entry=entry(cast), row=digging(), reason="漏填", member=filler)
    lead = Lead.objects.get()
    Access.objects.create(matter=lead.matter, member=filler, relation="barred")
    again = correct(entry=old, row=digging(mineral="铁矿"), reason="矿种写错", member=filler)
    lead.refresh_from_db()
    assert lead.entry == again
    withdraw(entry=again, reason="重复", member=filler)
    lead.refresh_from_db()
    assert lead.withdrawn_at is not None


@pytest.mark.parametrize("seed", range(4))
def test_the_tally_is_what_the_rows_say_after_any_sequence(cast, seed):
    rng = random.Random(seed)
    filler = cast.qingshi_filler
    units = [cast.unit("qingshi"), cast.unit("shangwan"), cast.unit("xiawan")]
    places = {"qingshi": "石门村", "shangwan": "上湾村", "xiawan": "下湾村"}

    def any_row(unit):
        return row(
            location=f"青石镇{places[unit.code]}{rng.randint(1, 3)}号沟",
            patrolled_on=today().replace(day=rng.randint(1, today().day)),
            illegal=rng.choice(["yes", "no"]),
            beyond=rng.choice(["yes", "no", "unclear"]),
            irregular=rng.choice(["yes", "no"]),
            night=rng.random() < 0.3,
            people=rng.choice([None, 2, 5]),
            vehicles=rng.choice([None, 1]),
        )

    for _ in range(25):
        unit, live = rng.choice(units), list(Entry.objects.live())
        act = rng.choice(["file", "rows", "correct", "withdraw"])
        if act == "file" or not live:
            file_entry(member=filler, agency=unit, row=any_row(unit))
        elif act == "rows":
            rows = [any_row(unit) for _ in range(rng.randint(1, 6))]
            file_rows(member=filler, agency=unit, rows=rows, source="upload")
        elif act == "withdraw":
            withdraw(entry=rng.choice(live), reason="重复", member=filler)
        else:
            old = rng.choice(live)
            changed = any_row(old.agency)
            try:
                correct(entry=old, row=changed, reason="写错", member=filler)
            except DomainError as error:
                assert "没有变化" in error.message
        assert tally.recount() == []
    proofs = set(Proof.objects.filter(retracted_at__isnull=True).values_list("subject_id", flat=True))
    assert proofs == {str(pk) for pk in Entry.objects.live().values_list("pk", flat=True)}
    digging_rows = set(Entry.objects.live().filter(illegal="yes").values_list("pk", flat=True))
    assert (
        set(Lead.objects.filter(withdrawn_at__isnull=True).values_list("entry_id", flat=True)) == digging_rows
    )


def test_a_wrong_tally_is_found_and_mended_by_the_command(cast):
    from io import StringIO

    from django.core.management import CommandError, call_command

    from ledgers.models import Tally

    entry(cast)
    Tally.objects.update(entries=9)
    with pytest.raises(CommandError, match="1处不一致"):
        call_command("recount_tally", stdout=StringIO())
    call_command("recount_tally", "--fix", stdout=StringIO())
    assert Tally.objects.get().entries == 1 and tally.recount() == []
