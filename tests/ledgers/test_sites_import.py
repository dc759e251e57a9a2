"""The register from a workbook: the same columns as form and REST, the same receipt as the ledger."""

import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.models import AuditEntry, Upload
from ledgers.models import Site
from ledgers.site_columns import COLUMNS
from tests.ledgers.register import site

TEMPLATE = Path(__file__).parents[2] / "docs" / "sites-template.xlsx"
LABELS = [f"{column.label}（{column.unit}）" if column.unit else column.label for column in COLUMNS]
ROW = {
    "名称": "柳树沟采石场",
    "类别": "有证矿山",
    "属地乡镇": "青石镇",
    "属地村": "上湾村",
    "坐标": "111.5,39.4",
}


def book(*rows, labels=LABELS):
    out = io.BytesIO()
    workbook = openpyxl.Workbook()
    workbook.active.append(labels)
    for row in rows:
        workbook.active.append([row.get(label) for label in labels])
    workbook.save(out)
    return out.getvalue()


def upload(cast, data, username="qingshi.filler", agency="qingshi"):
    """(client, upload) of a workbook of sites."""
    client = cast.client(username)
    file = SimpleUploadedFile("监管对象.xlsx", data)
    answer = client.post("/ledgers/uploads/new/sites/", {"file": file, "agency": cast.unit(agency).pk})
    assert answer.status_code == 302, answer.content.decode()
    return client, Upload.objects.latest("id")


def confirm(client, taken):
    client.post(reverse("ledgers:upload_confirm", args=[taken.pk]))
    taken.refresh_from_db()
    return taken


def test_the_template_in_docs_has_the_columns_of_the_table():
    sheet = openpyxl.load_workbook(TEMPLATE).active
    assert [cell.value for cell in sheet[1]] == LABELS


def test_rows_become_sites_once(cast):
    data = book(ROW, {**ROW, "名称": "东山煤矿", "编号": "QS-9", "产量（吨）": "12万吨", "有警示标识牌": "√"})
    client, taken = upload(cast, data)
    assert not Site.objects.exists()
    assert (confirm(client, taken).rows_added, Site.objects.count()) == (2, 2)
    coal = Site.objects.get(number="QS-9")
    assert (coal.output_t, coal.warning_sign, coal.village.code, coal.initials) == (
        120_000,
        True,
        "shangwan",
        "dsmk",
    )
    _, again = upload(cast, data)
    assert (again.status, again.rows_known, again.rows_added) == ("applied", 2, 0)
    assert Site.objects.count() == 2
    assert AuditEntry.objects.get(verb="sites.imported").facts["added"] == 2


def test_an_export_goes_back_in_unchanged(cast):
    site("qingshi", "甲矿", "QS-1", village="shangwan", lon=111.5, lat=39.4, output_t="12.50", mineral="煤")
    site("qingshi", "乙点", "QS-2", kind="dig_spot", datum="西安80", coordinate_raw="4367476.78,37543904.65")
    before = list(Site.objects.order_by("number").values())
    export = cast.client("qingshi.filler").get("/ledgers/sites/export.xlsx")
    Site.objects.all().delete()
    client, taken = upload(cast, b"".join(export.streaming_content))
    confirm(client, taken)
    after = list(Site.objects.order_by("number").values())
    for one, other in zip(before, after, strict=True):
        for key in set(one) - {"id", "created_at", "coordinate_raw", "initials"}:
            assert one[key] == other[key], key


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"属地乡镇": "白杨镇", "属地村": ""}, "白杨镇的监管对象不由您维护"),
        ({"属地村": "河口村"}, "河口村不属于青石镇"),
        ({"类别": "金矿山"}, "类别无法识别"),
        ({"名称": ""}, "名称未填写"),
        ({"统一社会信用代码": "914403001922038217"}, "校验不通过"),
        ({"统一社会信用代码": 914403001922038216}, "失真"),
        ({"坐标": "39.4"}, "坐标"),
        ({"储量（吨）": "=1+1"}, "公式"),
    ],
)
def test_a_bad_row_is_refused_at_its_cell(cast, changes, words):
    client, taken = upload(cast, book(ROW, {**ROW, "编号": "B-2", **changes}))
    row = taken.rows.get(number=3)
    assert row.verdict == "refused"
    assert any(words in said["reason"] for said in row.problems), row.problems
    page = client.get(reverse("ledgers:upload", args=[taken.pk])).content.decode()
    assert words in page and "第3行" in page
    assert confirm(client, taken).rows_added == 1


def test_twins_in_a_file_and_a_number_taken_by_another_name_are_refused(cast):
    site("qingshi", "甲矿", "QS-1")
    client, taken = upload(cast, book(ROW, ROW, {**ROW, "名称": "乙矿", "编号": "QS-1"}))
    assert [row.verdict for row in taken.rows.order_by("number")] == ["accepted", "refused", "refused"]
    reasons = [row.problems[-1]["reason"] for row in taken.rows.filter(verdict="refused")]
    assert "第2行" in reasons[0] and "已是“甲矿”" in reasons[1]


def test_the_bureau_imports_for_all_townships(cast):
    rows = [ROW, {**ROW, "属地乡镇": "白杨镇", "属地村": "河口村", "名称": "河口砂场"}]
    client, taken = upload(cast, book(*rows), "nr.officer", "nr")
    confirm(client, taken)
    assert set(Site.objects.values_list("agency__code", flat=True)) == {"qingshi", "baiyang"}


def test_labels_may_stand_in_any_order_under_other_words(cast):
    labels = ["乡镇", "企业名称", "矿山名称", "类别", "所在村"]
    row = {"乡镇": "青石镇", "企业名称": "示范公司", "矿山名称": "甲矿", "类别": "矿山", "所在村": "上湾村"}
    client, taken = upload(cast, book(row, labels=labels))
    confirm(client, taken)
    assert Site.objects.get().operator == "示范公司"


def test_a_marked_workbook_says_what_to_mend(cast):
    client, taken = upload(cast, book(ROW, {**ROW, "名称": "乙", "类别": "金矿山"}))
    answer = client.get(reverse("ledgers:upload_marked", args=[taken.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert "类别无法识别" in sheet["C3"].comment.text


def test_a_workbook_of_something_else_is_refused(cast):
    _, taken = upload(cast, book({}, labels=["甲", "乙"]))
    assert taken.status == "refused"


def test_who_keeps_no_register_imports_none(cast):
    for username in ("qingshi.head", "shangwan.filler", "police.officer"):
        assert cast.client(username).get("/ledgers/uploads/new/sites/").status_code == 403
