"""Many at once, on PostgreSQL with real commits: one row, one winner, no gap, no double, tally true."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from core.errors import Conflict, DomainError
from ledgers.actions import sheets, tally
from ledgers.actions.entries import correct, file_entry, file_rows, withdraw
from ledgers.models import Entry, Lead, Sheet, Signature
from tests.ledgers.make import digging, entry, row

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(acts):
    """What each act gave or raised, all started together, each on a connection of its own."""
    barrier = Barrier(len(acts))

    def run(act):
        barrier.wait()
        try:
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_form_sent_twenty_times_at_once_is_one_row(transactional_cast):
    cast, token = transactional_cast, uuid4()
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    told = at_once([lambda: file_entry(member=member, agency=agency, row=digging(), token=token).pk] * 20)
    assert len(set(told)) == 1 and Entry.objects.count() == 1 and Lead.objects.count() == 1
    assert tally.recount() == []


def test_the_same_upload_from_two_people_at_once_adds_its_rows_once(transactional_cast):
    cast = transactional_cast
    agency = cast.unit("qingshi")
    rows = [row(location=f"青石镇上湾村{n}号沟", precision="sheet") for n in range(30)]

    def upload():
        return len(file_rows(member=cast.qingshi_filler, agency=agency, rows=rows, source="upload").added)

    assert sorted(at_once([upload] * 4)) == [0, 0, 0, 30]
    assert Entry.objects.count() == 30 and Sheet.objects.count() == 1 and tally.recount() == []


def test_equal_patrols_filed_at_once_are_counted_apart(transactional_cast):
    cast = transactional_cast
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    at_once([lambda: file_entry(member=member, agency=agency, row=row())] * 10)
    assert sorted(Entry.objects.values_list("nth", flat=True)) == list(range(1, 11))
    assert Sheet.objects.count() == 1 and tally.recount() == []


def test_lead_numbers_neither_repeat_nor_skip(transactional_cast):
    cast = transactional_cast
    units = [cast.unit(code) for code in ("qingshi", "baiyang", "huangsha")]
    places = {"qingshi": "青石镇上湾村", "baiyang": "白杨镇柳林村", "huangsha": "黄沙乡沙梁村"}
    members = {unit.code: cast.member(f"{unit.code}.filler") for unit in units}

    def act(n):
        unit = units[n % 3]
        bad = n % 5 == 0
        rows = [digging(location=f"{places[unit.code]}{n}号沟")]
        rows += [digging(location="别处")] if bad else []
        file_rows(member=members[unit.code], agency=unit, rows=rows, source="grid")

    at_once([lambda n=n: act(n) for n in range(24)])
    numbers = sorted(int(number[-4:]) for number in Lead.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 20)) and tally.recount() == []


def test_of_two_signers_one_wins_and_the_other_hears_of_it(transactional_cast, heavy):
    cast = transactional_cast
    deputy = cast.qingshi_deputy
    for _ in range(heavy(50)):
        sheet = entry(cast).sheet
        sheets.submit(sheet=sheet, member=cast.qingshi_filler)
        told = at_once(
            [
                lambda pk=sheet.pk: sheets.review(sheet=Sheet.objects.get(pk=pk), member=deputy),
                lambda pk=sheet.pk: sheets.return_sheet(
                    sheet=Sheet.objects.get(pk=pk), member=deputy, reason="位置不清"
                ),
            ]
        )
        lost = [answer for answer in told if isinstance(answer, DomainError)]
        assert len(lost) == 1
        signed = Signature.objects.filter(sheet=sheet, step="deputy").count()
        sheet.refresh_from_db()
        assert (sheet.status, signed) in {("reviewed", 1), ("returned", 0)}


def test_no_row_slips_into_a_sheet_that_is_being_submitted(transactional_cast, heavy):
    cast = transactional_cast
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    for _ in range(heavy(50)):
        sheet = entry(cast).sheet
        seen = Sheet.objects.get(pk=sheet.pk)
        told = at_once(
            [
                lambda s=seen: sheets.submit(sheet=s, member=member, expected_version=s.version),
                lambda: file_entry(member=member, agency=agency, row=row()),
            ]
        )
        filed, sheet = told[1], Sheet.objects.get(pk=sheet.pk)
        if sheet.status == "submitted":
            assert filed.sheet_id != sheet.pk and filed.sheet.number == sheet.number + 1
        else:
            assert isinstance(told[0], Conflict) and filed.sheet_id == sheet.pk
            sheets.submit(sheet=sheet, member=member)


def test_of_a_correction_and_a_withdrawal_at_once_one_counts(transactional_cast):
    cast = transactional_cast
    member = cast.qingshi_filler
    for _ in range(5):
        old = entry(cast)
        told = at_once(
            [
                lambda pk=old.pk: correct(
                    entry=Entry.objects.select_related("agency__division").get(pk=pk),
                    row=row(mineral="铁矿"),
                    reason="写错",
                    member=member,
                ),
                lambda pk=old.pk: withdraw(entry=Entry.objects.get(pk=pk), reason="重复", member=member),
            ]
        )
        assert sum(isinstance(answer, Conflict) for answer in told) == 1
        assert tally.recount() == []
