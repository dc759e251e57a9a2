"""Filing: one action behind every inlet; tally, proof, period, identity and scope."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import connection

from core.errors import DomainError, Missing, NotAllowed
from core.models import AuditEntry, Change, Counter, Matter, Notice, Once
from duties.models import Proof
from ledgers.actions import tally
from ledgers.actions.entries import file_entry, file_rows
from ledgers.models import Entry, Lead, Sheet, Tally
from tests.ledgers.make import digging, row, site, today


def test_a_filed_row_stands_on_the_units_open_sheet_of_its_period(cast):
    entry = file_entry(member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row())
    assert entry.sheet.period == f"{today():%Y-%m}" and entry.sheet.number == 1
    year, week, _ = today().isocalendar()
    village = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=row())
    assert village.sheet.period == f"{year}-W{week:02d}"
    bureau = file_entry(member=cast.nr_officer, agency=cast.unit("nr"), row=row())
    assert bureau.sheet.period == f"{year}-Q{(today().month - 1) // 3 + 1}"


def test_filing_writes_tally_proof_audit_and_change_beside_the_row(cast):
    entry = file_entry(member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row(night=True, people=3))
    line = Tally.objects.get(agency=cast.unit("qingshi"), day=today())
    assert (line.entries, line.night, line.people, line.illegal) == (1, 1, 3, 0)
    assert Proof.objects.get(subject_kind="ledgers.entry", subject_id=str(entry.pk)).kind == "patrol"
    assert AuditEntry.objects.filter(verb="entry.filed", subject_id=str(entry.pk)).count() == 1
    assert Change.objects.filter(subject_kind="ledgers.entry", subject_id=str(entry.pk)).count() == 1


def test_the_same_token_gives_the_same_row(cast):
    token = uuid4()
    rows = {
        file_entry(member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row(), token=token).pk
        for _ in range(3)
    }
    assert len(rows) == 1 and Entry.objects.count() == 1 and tally.recount() == []


def test_two_equal_patrols_of_one_day_are_two_rows(cast):
    first, second = (
        file_entry(member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row()) for _ in range(2)
    )
    assert first.identity == second.identity and (first.nth, second.nth) == (1, 2)


def test_an_uploaded_row_that_is_there_already_is_known_and_not_added(cast):
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    rows = [
        row(precision="sheet"),
        row(precision="sheet"),
        row(location="青石镇下湾村东沟", precision="sheet"),
    ]
    first = file_rows(member=member, agency=agency, rows=rows, source="upload")
    again = file_rows(member=member, agency=agency, rows=[*rows, rows[0]], source="upload")
    assert len(first.added) == 3 and first.known == frozenset()
    assert len(again.added) == 1 and again.known == {0, 1, 2} and again.added[0].nth == 3
    assert [entry.pk for entry in again.entries[:3]] == [entry.pk for entry in first.entries]
    assert tally.recount() == []


def test_an_equal_row_of_another_day_is_another_patrol(cast):
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    day = today().replace(day=1)
    rows = [row(patrolled_on=day)]
    file_rows(member=member, agency=agency, rows=rows, source="grid")
    later = file_rows(
        member=member,
        agency=agency,
        rows=[*rows, row(patrolled_on=today(), period=f"{day:%Y-%m}")],
        source="grid",
    )
    assert len(later.added) == (1 if today() != day else 0) or today() == day


def test_a_corrected_row_still_answers_for_the_words_it_was_uploaded_with(cast):
    from ledgers.actions.entries import correct, withdraw

    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    filed = file_rows(member=member, agency=agency, rows=[row(precision="sheet")], source="upload").added[0]
    correct(entry=filed, row=row(precision="sheet", mineral="铁矿"), reason="矿种写错", member=member)
    assert not file_rows(member=member, agency=agency, rows=[row(precision="sheet")], source="upload").added
    other = row(location="青石镇下湾村东沟", precision="sheet")
    gone = file_rows(member=member, agency=agency, rows=[other], source="upload").added[0]
    withdraw(entry=gone, reason="填错", member=member)
    assert len(file_rows(member=member, agency=agency, rows=[other], source="upload").added) == 1


def test_a_batch_is_one_audit_entry_with_the_hash_of_its_rows(cast):
    rows = [row(location=f"青石镇上湾村{n}号沟") for n in range(5)]
    filed = file_rows(member=cast.qingshi_filler, agency=cast.unit("qingshi"), rows=rows, source="grid")
    batch = AuditEntry.objects.get(verb="entries.imported")
    assert batch.facts["added"] == 5 and len(batch.facts["sha256"]) == 64
    keys = {str(entry.pk) for entry in filed.added}
    assert set(Change.objects.filter(verb="entry.filed").values_list("subject_id", flat=True)) == keys


@pytest.mark.parametrize("count", [10, 200])
def test_a_batch_takes_the_same_few_queries_whatever_its_size(cast, django_assert_max_num_queries, count):
    rows = [row(location=f"青石镇上湾村{n}号沟") for n in range(count)]
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    member.is_business  # noqa: B018 – roles are read once per request
    with django_assert_max_num_queries(60):
        file_rows(member=member, agency=agency, rows=rows, source="grid")


def test_a_batch_is_filed_whole_or_not_at_all(cast):
    rows = [row(), row(location="白杨镇柳林村东沟")]
    with pytest.raises(DomainError, match="第2行.*白杨镇"):
        file_rows(member=cast.qingshi_filler, agency=cast.unit("qingshi"), rows=rows, source="grid")
    assert not Entry.objects.exists() and not Sheet.objects.exists()


def test_a_fault_at_any_statement_leaves_nothing_behind(cast):
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    member.is_business  # noqa: B018 – roles are read once per request
    watched = (Entry, Sheet, Tally, Proof, Lead, Notice, Matter, Counter, AuditEntry, Change, Once)
    before = [model.objects.count() for model in watched]
    writes = 0

    def breaks_at(number):
        seen = 0

        def wrapper(execute, sql, params, many, context):
            nonlocal seen
            if sql.startswith(("INSERT", "UPDATE")):
                seen += 1
                if seen == number:
                    raise RuntimeError("power cut")
            return execute(sql, params, many, context)

        return wrapper

    for writes in range(1, 200):
        try:
            with connection.execute_wrapper(breaks_at(writes)):
                file_entry(member=member, agency=agency, row=digging(), token=uuid4())
        except RuntimeError:
            assert [model.objects.count() for model in watched] == before, writes
        else:
            break
    assert 15 < writes < 199 and Entry.objects.count() == 1


def test_a_place_in_another_township_is_refused_by_name(cast):
    with pytest.raises(DomainError, match="该位置属于白杨镇") as caught:
        file_entry(
            member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row(location="白杨镇柳林村东沟")
        )
    assert caught.value.field == "location"


def test_coordinates_outside_the_county_are_refused_with_the_bounds(cast):
    with pytest.raises(DomainError, match="不在示范县范围内.*111.4") as caught:
        file_entry(member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row(lon=112.9, lat=39.4))
    assert caught.value.field == "point"


def test_a_patrol_of_tomorrow_is_refused(cast):
    with pytest.raises(DomainError, match="在今天之后"):
        file_entry(
            member=cast.qingshi_filler,
            agency=cast.unit("qingshi"),
            row=row(patrolled_on=today() + dt.timedelta(days=1)),
        )


def test_coordinates_stand_behind_the_place_as_the_form_asks(cast):
    entry = file_entry(member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=row(lon=111.5, lat=39.4))
    assert entry.location == "青石镇上湾村柳树沟(E111.50000,N39.40000)"


def test_a_chosen_site_gives_the_place(cast):
    entry = file_entry(
        member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=row(location="", site=site(cast))
    )
    assert entry.location == "青石镇上湾村柳树沟采石场(E111.46377,N39.42386)" and entry.lon == 111.46377


def test_a_site_of_another_village_is_refused(cast):
    with pytest.raises(DomainError, match="不在上湾村范围内"):
        file_entry(
            member=cast.shangwan_filler,
            agency=cast.unit("shangwan"),
            row=row(site=site(cast, village="xiawan")),
        )


def test_a_township_files_for_its_village_and_the_row_says_so(cast):
    entry = file_entry(member=cast.qingshi_filler, agency=cast.unit("shangwan"), row=row())
    assert entry.filed_for and entry.agency.code == "shangwan"


@pytest.mark.parametrize("who", ["qingshi.deputy", "qingshi.head", "leader"])
def test_who_does_not_fill_may_not_file(cast, who):
    with pytest.raises(NotAllowed, match="不是青石镇的填表人"):
        file_entry(member=cast.member(who), agency=cast.unit("qingshi"), row=row())


@pytest.mark.parametrize("who", ["baiyang.filler", "police.officer", "auditor", "sysadmin"])
def test_outside_ones_scope_the_unit_does_not_exist(cast, who):
    with pytest.raises(Missing):
        file_entry(member=cast.member(who), agency=cast.unit("qingshi"), row=row())


def test_digging_without_a_word_on_what_was_done_is_asked_for_it(cast):
    with pytest.raises(DomainError, match="已报告，待处置") as caught:
        file_entry(
            member=cast.qingshi_filler, agency=cast.unit("qingshi"), row=digging(measures="", remark="")
        )
    assert caught.value.field == "measures" and not Lead.objects.exists()


def test_a_row_older_than_thirty_days_is_marked_late(cast):
    member, agency = cast.qingshi_filler, cast.unit("qingshi")
    for days, late in ((30, False), (31, True)):
        day = today() - dt.timedelta(days=days)
        assert file_entry(member=member, agency=agency, row=row(patrolled_on=day)).late_entry is late
