"""The pages of an upload: preview before anything is stored, plain words for every bad file."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import jobs
from core.models import Run, StoredFile, Upload
from ledgers.models import Entry
from tests.ledgers.test_import import CLEAN, MESSY

NEW = "/ledgers/uploads/new/patrol/"


def post(client, cast, data, name="台账.xlsx", agency="qingshi", **more):
    file = SimpleUploadedFile(name, data)
    return client.post(NEW, {"file": file, "agency": cast.unit(agency).pk, **more})


def uploaded(cast, path=CLEAN, username="qingshi.filler", **more):
    """(client, upload) after a file went in."""
    client = cast.client(username)
    answer = post(client, cast, path.read_bytes(), **more)
    assert answer.status_code == 302, answer.content.decode()
    return client, Upload.objects.latest("id")


def test_upload_preview_confirm(cast):
    client, upload = uploaded(cast)
    assert not Entry.objects.exists()
    page = client.get(reverse("ledgers:upload", args=[upload.pk])).content.decode()
    assert "确认导入24条" in page and "放弃" in page
    answer = client.post(reverse("ledgers:upload_confirm", args=[upload.pk]), follow=True)
    assert "新增24行" in answer.content.decode()
    assert Entry.objects.count() == 24


def test_the_same_file_twice_says_so(cast):
    client, upload = uploaded(cast)
    client.post(reverse("ledgers:upload_confirm", args=[upload.pk]))
    _, again = uploaded(cast)
    assert (again.status, again.rows_added, again.rows_known) == ("applied", 0, 24)
    page = client.get(reverse("ledgers:upload", args=[again.pk])).content.decode()
    assert "已导入，0 条新增" in page
    assert Entry.objects.count() == 24


def test_every_problem_has_its_place_its_value_and_its_mend(cast):
    client, upload = uploaded(cast, MESSY, period="2022-09")
    page = client.get(reverse("ledgers:upload", args=[upload.pk])).content.decode()
    for words in (
        "“Sheet1”第10行制止取缔及关闭情况（J10）",
        "=CONCATENATE",
        "选择性粘贴",
        "该位置属于白杨镇",
    ):
        assert words in page, words


def test_the_marked_workbook_is_the_same_one_with_comments(cast):
    client, upload = uploaded(cast, MESSY, period="2022-09")
    answer = client.get(reverse("ledgers:upload_marked", args=[upload.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert "【需改正】" in book["Sheet1"]["J10"].comment.text
    assert book["Sheet1"]["B11"].fill.fgColor.rgb == "FFFFC7CE"


def test_the_blank_form_downloads(cast):
    answer = cast.client("qingshi.filler").get("/ledgers/uploads/template/patrol.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.worksheets[0]["A1"].value.startswith("示范县")


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(CLEAN) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.infolist():
            archive.writestr(part.filename, source.read(part.filename))
        archive.writestr("xl/media/big.bin", b"0" * 60_000_000)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BAD = {
    "empty": (b"", "空的"),
    "text": ("序号,位置\n1,青石镇".encode(), "文本文件"),
    "html": (b"<html><table></table></html>", "网页文件"),
    "pdf": (b"%PDF-1.7 ....", "PDF"),
    "cut off": (CLEAN.read_bytes()[:3000], "不完整或已损坏"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le") * 3, "打开密码"),
    "old .xls": (OLE + b"\0" * 600, "旧版表格"),
    "bomb": (bomb(), "文件内容异常"),
    "plain zip": (b"PK\x05\x06" + b"\0" * 18, "压缩包"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_plain_words_and_not_kept(cast, name):
    data, words = BAD[name]
    answer = post(cast.client("qingshi.filler"), cast, data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not (Upload.objects.exists() or StoredFile.objects.exists())


def test_a_file_too_large_is_refused(cast):
    answer = post(cast.client("qingshi.filler"), cast, b"PK\x03\x04" + b"0" * (21 * 1024 * 1024))
    assert answer.status_code == 400
    assert "超过20MB" in answer.content.decode()


def test_a_damaged_inside_is_refused(cast):
    out = io.BytesIO()
    with zipfile.ZipFile(CLEAN) as source, zipfile.ZipFile(out, "w") as archive:
        for part in source.infolist():
            data = source.read(part.filename)
            archive.writestr(part.filename, data[:300] if "sheet1" in part.filename else data)
    answer = post(cast.client("qingshi.filler"), cast, out.getvalue())
    assert answer.status_code == 400
    assert "损坏" in answer.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("text", "words"), [(None, "文件里没有任何内容"), ("通知", "没有找到巡查检查台账的表头")]
)
def test_a_workbook_without_a_table_says_what_is_missing(cast, text, words):
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = text
    book.save(out)
    client = cast.client("qingshi.filler")
    answer = post(client, cast, out.getvalue())
    upload = Upload.objects.get()
    assert (answer.status_code, upload.status) == (302, "refused")
    assert words in client.get(answer.url).content.decode()


def test_a_period_that_cannot_be_read_is_asked_again(cast):
    answer = post(cast.client("qingshi.filler"), cast, CLEAN.read_bytes(), period="去年")
    assert answer.status_code == 400
    assert "无法识别统计期" in answer.content.decode()


def test_a_form_sent_twice_is_one_upload(cast):
    client = cast.client("qingshi.filler")
    token = "2f4d4c2e-6a1f-4b7e-9d0a-0d9a6a5f1c11"
    for _ in range(2):
        assert post(client, cast, CLEAN.read_bytes(), token=token).status_code == 302
    assert Upload.objects.count() == 1


def test_uploads_of_another_unit_look_as_if_there_were_none(cast):
    _, upload = uploaded(cast)
    other = cast.client("baiyang.filler")
    for name in ("upload", "upload_marked"):
        hidden = other.get(reverse(f"ledgers:{name}", args=[upload.pk]))
        missing = other.get(reverse(f"ledgers:{name}", args=[987654]))
        assert (hidden.status_code, hidden.content) == (404, missing.content)
    for name in ("upload_confirm", "upload_abandon"):
        assert other.post(reverse(f"ledgers:{name}", args=[upload.pk])).status_code == 404
    assert not Entry.objects.exists()


def test_who_files_nothing_is_told_so(cast):
    assert cast.client("qingshi.head").get(NEW).status_code == 403
    assert cast.client("sysadmin").get(NEW).status_code == 404


def test_a_long_file_is_judged_by_a_job(cast, monkeypatch):
    monkeypatch.setattr("ledgers.long_files.LONG_FILE", 5)
    client, upload = uploaded(cast)
    run = Run.objects.get(kind="upload.judge")
    assert (upload.version, upload.rows.count()) == (1, 0)
    early = client.post(reverse("ledgers:upload_confirm", args=[upload.pk]))
    assert early.status_code == 400 and "还在检查" in early.content.decode()
    jobs.execute(run.pk)
    upload.refresh_from_db()
    run.refresh_from_db()
    assert (run.status, upload.rows_read, upload.version) == ("done", 24, 2)
    assert client.get(f"/jobs/{run.pk}/").status_code == 200
    client.post(reverse("ledgers:upload_confirm", args=[upload.pk]))
    assert Entry.objects.count() == 24


def test_pages_cost_the_same_few_queries_however_long(cast, django_assert_max_num_queries):
    client, upload = uploaded(cast)
    for url in (reverse("ledgers:upload", args=[upload.pk]), reverse("ledgers:uploads")):
        client.get(url)
        with django_assert_max_num_queries(30):
            client.get(url)


@pytest.mark.parametrize(
    ("agency", "words"), [("9" * 30, "您不能为这个单位导入表格"), ("", "请选择填报单位")]
)
def test_a_unit_that_is_not_ones_own_is_said_in_our_words(cast, agency, words):
    answer = cast.client("qingshi.filler").post("/ledgers/uploads/new/patrol/", {"agency": agency})
    assert answer.status_code == 400 and words in answer.content.decode()
