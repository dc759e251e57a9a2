"""A workbook becomes rows of a ledger once, as a whole, and only for those who may."""

from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from core.errors import Conflict, NotAllowed
from core.models import AuditEntry, StoredFile, Upload, UploadRow
from ledgers.actions import uploads
from ledgers.importers.patrol import blank_form, judge_patrol, mark_patrol
from ledgers.models import Entry, Lead, Sheet

SAMPLES = Path(__file__).parents[1] / "samples"
CLEAN = SAMPLES / "form1-qingshi-2022-09-clean.xlsx"
MESSY = SAMPLES / "form1-messy.xlsx"


def run(*args):
    """(what it printed, exit code) of import_ledger."""
    out = StringIO()
    try:
        call_command("import_ledger", *map(str, args), stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}", error.returncode
    return out.getvalue(), 0


def receive(cast, path=CLEAN, member="qingshi.filler", agency="qingshi", **params):
    person, unit = cast.member(member), cast.unit(agency)
    data = Path(path).read_bytes()
    judged = judge_patrol(data, member=person, agency=unit, params=params)
    return uploads.receive(
        member=person,
        agency=unit,
        kind="patrol",
        data=data,
        name=Path(path).name,
        params=params,
        judged=judged,
    )


def test_the_clean_sample_gives_24_rows_and_no_question(cast):
    said, code = run(CLEAN, "--agency", "qingshi", "--member", "qingshi.filler")
    assert (said.strip(), code) == ("读取24行，新增24行，已有0行，未采用0行。", 0)
    assert Entry.objects.filter(agency=cast.unit("qingshi"), period="2022-09").count() == 24
    assert Entry.objects.values_list("precision", "patrolled_on").distinct().count() == 1


def test_the_same_file_again_adds_nothing(cast):
    run(CLEAN, "--agency", "qingshi", "--member", "qingshi.filler")
    said, code = run(CLEAN, "--agency", "qingshi", "--member", "qingshi.filler")
    assert (said.strip(), code) == ("读取24行，新增0行，已有24行，未采用0行。", 0)
    assert Entry.objects.count() == 24
    assert Sheet.objects.count() == 1


def test_a_dry_run_stores_nothing(cast):
    before = AuditEntry.objects.count()
    said, code = run(CLEAN, "--agency", "qingshi", "--dry-run")
    assert "可新增24行" in said and code == 0
    assert not (Entry.objects.exists() or Upload.objects.exists() or StoredFile.objects.exists())
    assert AuditEntry.objects.count() == before


def test_a_command_without_a_member_is_audited_as_such(cast):
    assert run(CLEAN, "--agency", "qingshi")[1] == 0
    entry = AuditEntry.objects.get(verb="command.run")
    assert (entry.actor_label, entry.agency.code) == ("系统", "qingshi")


def test_the_messy_sample_names_every_problem_and_ends_with_1(cast):
    said, code = run(MESSY, "--agency", "qingshi", "--member", "qingshi.filler")
    assert code == 1
    assert "填写时间" in said and "2022年9月31日不存在" in said and "（G3）" in said
    assert "读取12行，新增0行，已有0行，未采用12行。" in said
    assert not Entry.objects.exists()


def test_the_messy_sample_with_its_period_named_adds_the_rows_decided_on(cast):
    said, code = run(MESSY, "--agency", "qingshi", "--member", "qingshi.filler", "--period", "2022-09")
    assert code == 1
    assert "新增4行" in said and "未采用8行" in said
    assert "（J10）" in said and "公式" in said and "责令" in said
    assert "该位置属于白杨镇" in said and "填报单位为黄沙乡" in said
    verdicts = {(row.sheet, row.number): row.verdict for row in UploadRow.objects.all()}
    sheet1 = {
        5: "accepted",
        6: "noted",
        7: "noted",
        8: "skipped",
        9: "noted",
        10: "refused",
        11: "refused",
        12: "skipped",
    }
    assert {number: verdict for (sheet, number), verdict in verdicts.items() if sheet == "Sheet1"} == sheet1
    assert {verdict for (sheet, _), verdict in verdicts.items() if sheet == "黄沙乡"} == {"refused"}
    assert set(Entry.objects.values_list("agency__code", flat=True)) == {"qingshi"}


def test_another_units_sheet_is_refused_by_name(cast):
    said, code = run(CLEAN, "--agency", "baiyang", "--member", "baiyang.filler")
    assert code == 1
    assert "本表填报单位为青石镇，不是白杨镇" in said
    assert not Entry.objects.exists()


def test_a_township_files_for_its_villages_and_not_the_other_way_round(cast, tmp_path):
    path = changed(tmp_path, {"A2": "填报单位(盖章):青石镇上湾村村民委员会"}, keep=1)
    upload = uploads.confirm(upload=receive(cast, path), member=cast.qingshi_filler)
    entry = Entry.objects.get()
    assert (upload.rows_added, entry.agency.code, entry.filed_for) == (1, "shangwan", True)
    refused = receive(cast, CLEAN, member="shangwan.filler", agency="shangwan")
    assert refused.status == Upload.Status.REFUSED


def test_only_who_files_for_a_unit_may_upload_for_it(cast):
    for member in ("qingshi.head", "office", "nr.head"):
        with pytest.raises(NotAllowed):
            receive(cast, member=member)


def changed(folder, cells, keep=None, source=CLEAN):
    """A copy of the sample with other texts, and with `keep` rows only."""
    book = openpyxl.load_workbook(source)
    sheet = book.worksheets[0]
    if keep is not None:
        last = next(row for row in range(4, 60) if str(sheet.cell(row, 1).value or "").startswith("填表人"))
        sheet.delete_rows(4 + keep, last - 4 - keep)
    for coord, value in cells.items():
        sheet[coord] = value
    path = folder / f"{len(list(folder.iterdir()))}.xlsx"
    book.save(path)
    return path


def test_judging_alone_puts_nothing_into_the_ledger(cast):
    upload = receive(cast)
    assert upload.status == Upload.Status.JUDGED
    assert (upload.rows_read, UploadRow.objects.count()) == (24, 24)
    assert not (Entry.objects.exists() or Sheet.objects.exists())


def test_confirmed_twice_it_is_applied_once(cast):
    upload = receive(cast)
    stale = Upload.objects.get(pk=upload.pk)
    assert uploads.confirm(upload=upload, member=cast.qingshi_filler).rows_added == 24
    assert uploads.confirm(upload=stale, member=cast.qingshi_filler).rows_added == 24
    assert Entry.objects.count() == 24
    assert AuditEntry.objects.filter(verb="upload.applied").count() == 1


def test_an_abandoned_upload_cannot_be_applied(cast):
    upload = receive(cast)
    stale = Upload.objects.get(pk=upload.pk)
    uploads.abandon(upload=upload, member=cast.qingshi_filler)
    with pytest.raises(Conflict):
        uploads.confirm(upload=stale, member=cast.qingshi_filler)
    assert not Entry.objects.exists()


def test_a_fault_while_applying_leaves_nothing(cast, monkeypatch):
    upload = receive(cast)

    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("ledgers.actions.filing.prove_many", fail)
    with pytest.raises(ZeroDivisionError):
        uploads.confirm(upload=upload, member=cast.qingshi_filler)
    upload.refresh_from_db()
    assert upload.status == Upload.Status.JUDGED
    assert not (Entry.objects.exists() or Sheet.objects.exists())
    monkeypatch.undo()
    assert uploads.confirm(upload=upload, member=cast.qingshi_filler).rows_added == 24


def test_a_mended_copy_adds_only_the_mended_rows(cast, tmp_path):
    first = receive(cast, MESSY, period="2022-09")
    uploads.confirm(upload=first, member=cast.qingshi_filler)
    marked = tmp_path / "marked.xlsx"
    mark_patrol(MESSY, first, marked)
    book = openpyxl.load_workbook(marked)
    sheet = book["Sheet1"]
    assert "公式" in sheet["J10"].comment.text
    assert sheet["J10"].fill.fgColor.rgb == "FFFFC7CE"
    sheet["J10"] = "责令停产"
    sheet["B11"] = "青石镇下湾村沟口（E111.50,N39.45）"
    book.save(marked)
    second = receive(cast, marked, period="2022-09")
    verdicts = {row.number: row.verdict for row in second.rows.filter(sheet="Sheet1")}
    assert {n for n, verdict in verdicts.items() if verdict == "known"} == {5, 6, 7, 9}
    assert {n for n, verdict in verdicts.items() if verdict in ("accepted", "noted")} == {10, 11}
    assert uploads.confirm(upload=second, member=cast.qingshi_filler).rows_added == 2
    assert Entry.objects.count() == 6


def test_a_row_that_went_in_is_not_changed_by_a_mended_copy(cast, tmp_path):
    first = receive(cast)
    uploads.confirm(upload=first, member=cast.qingshi_filler)
    marked = tmp_path / "marked.xlsx"
    mark_patrol(CLEAN, first, marked)
    book = openpyxl.load_workbook(marked)
    book.worksheets[0]["J4"] = "补充说明"
    book.save(marked)
    again = receive(cast, marked)
    assert again.status == Upload.Status.REFUSED
    assert (again.rows_known, again.rows_refused) == (23, 1)
    row = again.rows.get(verdict="refused")
    assert "上次已经导入" in row.problems[-1]["reason"] and "更正" in row.problems[-1]["mend"]


def test_each_row_of_the_receipt_names_its_entry(cast):
    upload = uploads.confirm(upload=receive(cast), member=cast.qingshi_filler)
    kept = set(upload.rows.values_list("subject_kind", "subject_id"))
    assert kept == {("ledgers.entry", str(pk)) for pk in Entry.objects.values_list("pk", flat=True)}


def test_reported_digging_raises_leads_and_old_rows_are_late_entries(cast, tmp_path):
    path = changed(tmp_path, {"F4": "是", "I4": "已制止，设备已查扣"}, keep=2)
    uploads.confirm(upload=receive(cast, path), member=cast.qingshi_filler)
    lead = Lead.objects.get()
    assert (lead.alarmed, lead.entry.late_entry) == (False, True)


def test_a_blank_form_is_said_to_hold_nothing(cast, tmp_path):
    blank, _ = blank_form(cast.unit("qingshi"))
    (tmp_path / "blank.xlsx").write_bytes(blank)
    for more in ((), ("--period", "2022-09")):
        said, code = run(tmp_path / "blank.xlsx", "--agency", "qingshi", *more)
        assert code == 1 and "未采用 整份文件：表中没有记录。" in said and "填写时间" not in said


def test_a_sheet_refused_as_a_whole_is_one_line_with_its_count(cast):
    said, code = run(CLEAN, "--agency", "baiyang", "--member", "baiyang.filler")
    assert code == 1
    lines = [line for line in said.splitlines() if "共24行：本表填报单位为青石镇，不是白杨镇" in line]
    assert len(lines) == 1 and len(said.splitlines()) == 4
    assert "暂未导入" in UploadRow.objects.first().problems[0]["reason"]


def test_a_row_known_already_is_not_said_to_be_read_in_again(cast, tmp_path):
    book = openpyxl.load_workbook(CLEAN)
    for column in range(2, 11):
        book.worksheets[0].cell(5, column).value = book.worksheets[0].cell(4, column).value
    book.save(tmp_path / "twins.xlsx")
    assert "作为第2条读入" in run(tmp_path / "twins.xlsx", "--agency", "qingshi")[0]
    said, code = run(tmp_path / "twins.xlsx", "--agency", "qingshi")
    assert (said.strip(), code) == ("读取24行，新增0行，已有24行，未采用0行。", 0)
