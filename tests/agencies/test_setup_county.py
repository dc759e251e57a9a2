"""From an empty database: the county workbook, every fault located, as a whole or not at all."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from agencies import demo
from agencies.importers.county import read_county
from agencies.importers.county_template import write_template
from agencies.models import Agency, Division, Member
from core.models import AuditEntry

pytestmark = pytest.mark.django_db
TEMPLATE = Path(settings.BASE_DIR) / "docs/setup-county-template.xlsx"


def changed(tmp_path: Path, *cells: tuple[str, str, object]) -> Path:
    """A copy of the template with cells (sheet, coordinate, value) set."""
    book = load_workbook(TEMPLATE)
    for sheet, at, value in cells:
        book[sheet][at] = value
    path = tmp_path / "county.xlsx"
    book.save(path)
    return path


def run(path: Path, tmp_path: Path, capsys=None) -> str:
    call_command("setup_county", str(path), "--passwords", str(tmp_path / "p.csv"))
    return capsys.readouterr().out if capsys else ""


def test_the_committed_template_is_the_demo_county(db):
    judged = read_county(TEMPLATE)
    plan = demo.plan()
    assert (judged.problems, judged.notes) == ([], [])
    assert judged.plan.divisions == plan.divisions
    assert set(judged.plan.agencies) == set(plan.agencies)
    assert judged.plan.members == plan.members
    assert judged.plan.passwords == {}


def test_the_template_can_be_written_anew(tmp_path, db):
    write_template(tmp_path / "t.xlsx")
    assert read_county(tmp_path / "t.xlsx").plan == read_county(TEMPLATE).plan
    book = load_workbook(TEMPLATE)
    text = "".join(str(cell.value) for row in book["说明"].iter_rows() for cell in row)
    assert "专班办公室" in text and "举报信息保管人" in text
    assert demo.PASSWORD not in text


def test_a_county_starts_from_nothing(tmp_path, client, capsys):
    out = run(TEMPLATE, tmp_path, capsys)
    assert f"人员 {len(demo.plan().members)} 名" in out
    assert Agency.objects.count() == len(demo.plan().agencies)
    path = tmp_path / "p.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    assert len({row["初始密码"] for row in rows}) == len(rows) == Member.objects.count()
    admin = next(row for row in rows if row["账号"] == "sysadmin")
    sent = {"username": "sysadmin", "password": admin["初始密码"]}
    assert client.post("/login/", sent)["Location"] == "/more/"
    assert client.get("/more/")["Location"] == "/password/"
    assert admin["初始密码"] not in out + str(list(AuditEntry.objects.values()))


def test_the_second_run_adds_nothing(tmp_path, capsys):
    run(TEMPLATE, tmp_path)
    hashes = dict(Member.objects.values_list("username", "password"))
    call_command("setup_county", str(TEMPLATE), "--passwords", str(tmp_path / "p.csv"))
    out = capsys.readouterr().out
    assert "行政区划 0 个，单位 0 个，人员 0 名" in out
    assert dict(Member.objects.values_list("username", "password")) == hashes


def test_later_rows_are_added_and_others_left_alone(tmp_path, capsys):
    run(TEMPLATE, tmp_path)
    last = len(demo.plan().members) + 2
    path = changed(
        tmp_path,
        ("人员", f"A{last}", "nr.two"),
        ("人员", f"B{last}", "自然资源局二"),
        ("人员", f"C{last}", "nr"),
        ("人员", f"D{last}", "承办人、审批"),
        ("人员", "D2", "分管领导"),
    )
    (tmp_path / "p.csv").unlink()
    out = run(path, tmp_path, capsys)
    assert "人员 1 名" in out and "qingshi.filler 已有" in out
    assert Member.objects.get(username="nr.two").own_roles == {"officer", "approver"}
    assert Member.objects.get(username="qingshi.filler").own_roles == {"filler"}


@pytest.mark.parametrize(
    ("sheet", "at", "value", "words"),
    [
        ("行政区划", "A3", "99992110", "不是区划代码"),
        ("行政区划", "A3", "９９９９２２１００", "不属于本县"),
        ("行政区划", "A2", "99992", "不是区划代码"),
        ("行政区划", "A7", "999921100", "重复"),
        ("行政区划", "A4", "999921999201", "缺少所属乡镇"),
        ("行政区划", "B3", None, "没有填写"),
        ("行政区划", "C2", "39.3", "不是合理的度数"),
        ("行政区划", "E2", "111.40", "不大于"),
        ("单位", "A4", "自然资源", "不能作单位代码"),
        ("单位", "A5", "nr", "重复"),
        ("单位", "B4", None, "没有填写"),
        ("单位", "D4", "矿管", "没有“矿管”这种类别"),
        ("单位", "E4", "999922", "不存在"),
        ("单位", "E4", "999921100", "不符"),
        ("单位", "F4", "nowhere", "不存在"),
        ("单位", "F2", "nr", "绕成了圈"),
        ("单位", "G4", "有时", "使用方式"),
        ("人员", "A2", "青石", "不能作账号"),
        ("人员", "A3", "qingshi.filler", "重复"),
        ("人员", "B2", None, "没有填写"),
        ("人员", "C2", "nowhere", "不存在"),
        ("人员", "C2", None, "没有填写"),
        ("人员", "D2", None, "没有填写"),
        ("人员", "D2", "处长", "没有“处长”这种角色"),
        ("人员", "D2", "填表人、审计员", "不能这样填"),
        ("人员", "D2", "系统管理员", "不能这样填"),
        ("人员", "D2", "督办县领导", "不能这样填"),
        ("人员", "E2", "call", "不是电话"),
        ("人员", "D2", "=1+1", "公式"),
    ],
)
def test_a_fault_is_located_to_the_cell_and_nothing_is_stored(tmp_path, capsys, sheet, at, value, words):
    path = changed(tmp_path, (sheet, at, value))
    with pytest.raises(CommandError, match="没有载入任何内容"):
        run(path, tmp_path)
    out = capsys.readouterr().out
    hits = [line for line in out.splitlines() if words in line]
    assert hits, out
    where = "C2" if (at, value) in {("D2", "系统管理员")} else at
    assert any(
        f"【{sheet}】第{at[1:]}行" in line and f"（{where}）" in line and "改法：" in line for line in hits
    ), out
    assert not Member.objects.exists() and not Division.objects.exists() and not (tmp_path / "p.csv").exists()


def test_all_faults_are_said_at_once(tmp_path, capsys):
    path = changed(tmp_path, ("单位", "D4", "矿管"), ("人员", "D2", "处长"), ("行政区划", "B3", None))
    with pytest.raises(CommandError, match="共 3 处"):
        run(path, tmp_path)


def test_a_missing_sheet_or_column_is_named(tmp_path, capsys):
    book = load_workbook(TEMPLATE)
    del book["人员"]
    book["单位"]["D1"] = "种类"
    book.save(tmp_path / "c.xlsx")
    with pytest.raises(CommandError):
        run(tmp_path / "c.xlsx", tmp_path)
    out = capsys.readouterr().out
    assert "没有名为“人员”的工作表" in out and "没有找到列“类别”" in out


def test_no_workbook_at_all(tmp_path):
    (tmp_path / "x.xlsx").write_text("账号,姓名")
    for name in ("x.xlsx", "absent.xlsx"):
        with pytest.raises(CommandError, match="不是真正的|没有找到文件"):
            run(tmp_path / name, tmp_path)


def test_one_administrator_is_made_where_none_is_named(tmp_path, capsys):
    rows = [row.username for row in demo.plan().members]
    at = rows.index("sysadmin") + 2
    path = changed(tmp_path, *((("人员", f"{letter}{at}", None)) for letter in "ABCDE"))
    out = run(path, tmp_path, capsys)
    assert "将建立账号 sysadmin" in out
    assert Member.objects.filter(grants__role="system_admin").count() == 1


def test_an_existing_password_file_is_not_overwritten(tmp_path):
    (tmp_path / "p.csv").write_text("keep")
    with pytest.raises(CommandError, match="已存在"):
        run(TEMPLATE, tmp_path)
    assert (tmp_path / "p.csv").read_text() == "keep" and not Member.objects.exists()


def test_the_file_goes_when_loading_fails(tmp_path, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError

    monkeypatch.setattr("agencies.management.commands.setup_county.load_county", fail)
    with pytest.raises(RuntimeError):
        run(TEMPLATE, tmp_path)
    assert not (tmp_path / "p.csv").exists()


def test_the_template_is_asked_for_by_its_own_name(tmp_path, capsys):
    for args in (("--template", str(tmp_path / "a.xlsx")), (str(tmp_path / "b.xlsx"), "--template")):
        call_command("setup_county", *args)
    assert read_county(tmp_path / "a.xlsx").plan == read_county(tmp_path / "b.xlsx").plan
    with pytest.raises(CommandError, match="无法写入.*目标是目录"):
        call_command("setup_county", "--template", str(tmp_path))
    with pytest.raises(CommandError, match="缺少参数 workbook"):
        call_command("setup_county")


def test_an_empty_sheet_is_named_with_its_column(tmp_path, capsys):
    book = load_workbook(TEMPLATE)
    book["行政区划"].delete_rows(2, 100)
    book.save(tmp_path / "c.xlsx")
    with pytest.raises(CommandError):
        run(tmp_path / "c.xlsx", tmp_path)
    out = capsys.readouterr().out
    assert "【行政区划】“区划代码”列：没有县级区划" in out and "（）" not in out
