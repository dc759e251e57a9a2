"""Workbooks from strangers: what is refused and how fast, what is read, what never becomes a formula."""

import io
import random
import re
import resource
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from minewatch.lib.xlsx import (
    FORM,
    BadWorkbook,
    Limits,
    UnsafeWorkbook,
    inspect,
    read_flat,
    read_workbook,
    set_text,
    stream_rows,
)

SAMPLES = Path(__file__).parents[1] / "samples"
CLEAN = SAMPLES / "form1-qingshi-2022-09-clean.xlsx"
MESSY = SAMPLES / "form1-messy.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"


def rebuilt(changes: dict[str, bytes | str | None], source: Path = CLEAN, more: tuple = ()) -> bytes:
    """A sample with parts replaced, added, or (None) left out; `more` are (ZipInfo, bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*old.namelist(), *(name for name in changes if name not in old.namelist())]:
            content = changes.get(name, b"") if name in changes else old.read(name)
            if content is not None:
                new.writestr(name, content)
        for info, content in more:
            new.writestr(info, content)
    return out.getvalue()


def sheet(cells: str) -> bytes:
    return rebuilt({SHEET: HEAD + cells + TAIL})


# ---------------------------------------------------------------- what it really is


def ole(*names: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 600
        + b"".join(n.encode("utf-16-le") for n in names)
        + b"\0" * 900
    )


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


KINDS = {
    "空的": b"",
    "打开密码": ole("EncryptionInfo", "EncryptedPackage"),
    "旧版表格": ole("Workbook"),
    "旧版 Word": ole("WordDocument"),
    "网页文件": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
    "XML 2003": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
    "文本文件": "序号,位置\n1,青石镇\n".encode(),
    "文本文件（": "序号,位置\n1,青石镇\n".encode("gb18030"),
    "PDF": b"%PDF-1.7\n",
    "图片": b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    "RAR": b"Rar!\x1a\x07\x00" + b"\0" * 50,
    "没有传完": CLEAN.read_bytes()[:3000],
    "无法识别": bytes(range(256)) * 20,
    "Word 文档": zipped("[Content_Types].xml", "word/document.xml"),
    "xlsb": zipped("[Content_Types].xml", "xl/workbook.bin"),
    "ODF": zipped("mimetype", "content.xml"),
    "压缩包": zipped("readme.txt"),
    "另有表格": zipped("台账.xlsx"),
    "缺少工作簿": zipped("[Content_Types].xml"),
}


@pytest.mark.parametrize("words", KINDS)
def test_another_kind_of_file_is_called_by_its_name(words):
    with pytest.raises(BadWorkbook) as refused:
        inspect(KINDS[words])
    assert words.rstrip("（") in refused.value.message
    assert refused.value.mend


def test_an_honest_workbook_passes():
    seen = inspect(CLEAN)
    assert (seen.parts, seen.macros) == (9, False)
    assert inspect(rebuilt({"xl/vbaProject.bin": b"x"})).macros
    assert inspect(CLEAN.open("rb")) == inspect(CLEAN.read_bytes()) == seen


# ---------------------------------------------------------------- bombs


def far_cell() -> bytes:
    return sheet('<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>')


def many_rows() -> bytes:
    return sheet('<row><c t="n"><v>1</v></c></row>' * 2_000_000)


def thin_rows() -> bytes:
    """Rows that do not zip well enough to look like a bomb."""
    seeded = random.Random(7)
    return sheet(
        "".join(f'<row r="{n}"><c r="A{n}"><v>{seeded.random()}</v></c></row>' for n in range(1, 200_100))
    )


def huge_part() -> bytes:
    out = io.BytesIO(rebuilt({}))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/big.xml", "w", force_zip64=True) as part:
            for _ in range(300):
                part.write(b" " * (1 << 20))
    return out.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("xl/link.xml")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
)
BOMBS = {
    "far cell": far_cell,
    "two million rows": many_rows,
    "too many rows": thin_rows,
    "300 MB part": huge_part,
    "10,000 parts": lambda: rebuilt({f"xl/p{n}.xml": "<x/>" for n in range(10_000)}),
    "nested archive": lambda: rebuilt({"xl/embeddings/inner.xlsx": CLEAN.read_bytes()}),
    "symlink": lambda: rebuilt({}, more=((link(), b"/etc/passwd"),)),
    "zip slip": lambda: rebuilt({"../../evil.xml": "<x/>"}),
    "absolute name": lambda: rebuilt({"/evil.xml": "<x/>"}),
    "entities": lambda: rebuilt({SHEET: ENTITIES + HEAD + TAIL}),
    "entities in UTF-16": lambda: rebuilt({SHEET: (ENTITIES + HEAD + TAIL).encode("utf-16")}),
    "hidden behind a comment": lambda: rebuilt({SHEET: f"<!--{'x' * (1 << 21)}-->{ENTITIES}{HEAD}{TAIL}"}),
    "whole-sheet merge": lambda: rebuilt(
        {SHEET: HEAD + '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'}
    ),
    "wide row": lambda: sheet('<row r="1"><c r="AAA1"><v>1</v></c></row>'),
    "21 MB": lambda: CLEAN.read_bytes() + b"\0" * (21 << 20),
    "the same part twice": lambda: rebuilt({SHEET.upper(): "<x/>"}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_is_parsed(name):
    data = BOMBS[name]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnsafeWorkbook) as refused:
        inspect(data)  # no child is started: inspection alone refuses it
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024  # KB
    assert refused.value.mend


def test_what_inspection_cannot_see_meets_the_childs_limits(tmp_path):
    """The same far merge, spelled so that a search for tags does not find it."""
    hidden = '</sheetData><mergeCells><mergeCell ref="&#65;1:XFD1048576"/></mergeCells></worksheet>'
    with pytest.raises(BadWorkbook):
        read_workbook(rebuilt({SHEET: HEAD + hidden}), Limits(seconds=5))


def test_one_long_text_under_many_cells_does_not_fill_the_parent():
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = f'<sst xmlns="{space}"><si><t>{"长" * 30_000}</t></si></sst>'
    types = zipfile.ZipFile(CLEAN).read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types = types.replace(
        "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    )
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 6001))
    data = rebuilt({SHEET: HEAD + rows + TAIL, "xl/sharedStrings.xml": strings, "[Content_Types].xml": types})
    with pytest.raises(UnsafeWorkbook) as refused:
        read_workbook(data)
    assert "太大" in refused.value.message


def test_the_child_is_given_none_of_our_environment(monkeypatch):
    from minewatch.lib.xlsx.reading import _command

    monkeypatch.setenv("SECRET_KEY", "canary")
    assert "canary" not in str(_command("form", FORM))


# ---------------------------------------------------------------- damage


def mutations(count: int, seed: int):
    """Seeded damage: flipped bytes, cut tails, cut middles, parts whose XML is cut, doubled or left out."""
    seeded = random.Random(seed)
    sources = [CLEAN.read_bytes(), MESSY.read_bytes()]
    for number in range(count):
        data = bytearray(sources[number % 2])
        kind = number % 5
        if kind == 0:
            for _ in range(seeded.randint(1, 20)):
                data[seeded.randrange(len(data))] ^= 1 << seeded.randrange(8)
        elif kind == 1:
            del data[seeded.randrange(len(data)) :]
        elif kind == 2:
            start = seeded.randrange(len(data))
            del data[start : start + seeded.randint(1, 200)]
        else:
            source = (CLEAN, MESSY)[number % 2]
            with zipfile.ZipFile(source) as archive:
                name = seeded.choice(archive.namelist())
                part = archive.read(name)
            cut = seeded.randrange(len(part) or 1)
            damaged = [part[:cut], part[:cut] + part[cut // 2 :], None, part.replace(b"r=", b"q=", 3)]
            damaged.append(re.sub(rb"\d", lambda m: str(seeded.randrange(10)).encode(), part, count=30))
            data = bytearray(rebuilt({name: seeded.choice(damaged)}, source))
        yield bytes(data)


@pytest.mark.parametrize("part", range(4))
def test_damage_is_refused_or_read_and_never_anything_else(part, heavy):
    """A thousand files in `make prove`, a hundred here."""
    refused = 0
    for data in mutations(heavy(250), seed=part):
        try:
            read_workbook(data)
        except BadWorkbook as error:
            refused += 1
            assert error.mend, error
            assert re.search("[一-鿿]", error.message)
    assert refused > 5


# ---------------------------------------------------------------- what is read


def test_cells_come_with_all_that_matters(tmp_path):
    book = openpyxl.Workbook()
    page = book.active
    page["A1"], page["B1"], page["C1"], page["D1"] = 1.0, "甲\x0a乙", datetime(2022, 9, 23), True
    page["A2"], page["B2"] = "=1+1", "_x0041_"
    page["A2"].comment = openpyxl.comments.Comment("谁写的", "x")
    page["A3"] = "合并"
    page.merge_cells("A3:B4")
    page.row_dimensions[2].hidden = True
    page.column_dimensions["D"].hidden = True
    page["E1"] = 1400002022097130012345
    secret = book.create_sheet("藏")
    secret.sheet_state = "veryHidden"
    secret["A1"] = "x"
    book.save(tmp_path / "all.xlsx")
    first, second = read_workbook(tmp_path / "all.xlsx")
    assert [first.cell(1, col).kind for col in range(1, 6)] == ["number", "text", "date", "bool", "number"]
    assert [first.cell(1, col).text for col in (1, 2, 3)] == ["1", "甲\n乙", "2022-09-23"]
    assert first.cell(1, 4).hidden
    assert first.cell(1, 5).lossy
    formula = first.cell(2, 1)
    assert (formula.kind, formula.value, formula.cached, formula.comment) == (
        "formula",
        "=1+1",
        None,
        "谁写的",
    )
    assert formula.hidden
    assert first.cell(2, 2).text == "A"
    assert (first.cell(4, 2).text, first.cell(4, 2).merged_from) == ("合并", "A3")
    assert first.merged == ("A3:B4",)
    assert first.hidden_rows == {2}
    assert second.very_hidden


def test_a_computed_formula_keeps_its_value():
    data = sheet('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="e"><v>#REF!</v></c></row>')
    cells = read_workbook(data)[0].rows[1]
    assert (cells[1].value, cells[1].cached) == ("=1+1", 2)
    assert (cells[2].kind, cells[2].value) == ("error", "#REF!")


def test_bulk_values_keep_their_kinds(tmp_path):
    rows = [[1, 2.5, "001", date(2022, 9, 23), datetime(2022, 9, 23, 14, 30), True, None, 10**17]]
    assert stream_rows(tmp_path / "bulk.xlsx", ["甲"] * 8, rows, [10] * 8) == 1
    (_, head), (number, values) = read_flat(tmp_path / "bulk.xlsx")
    assert head == ["甲"] * 8
    assert number == 2
    day = datetime(2022, 9, 23)
    assert values == [1, 2.5, "001", day, day.replace(hour=14, minute=30), "是", "", str(10**17)]
    assert type(values[0]) is int


def test_bulk_rows_and_columns_keep_their_places(tmp_path):
    book = openpyxl.Workbook()
    book.active["B3"], book.active["C5"] = "x", 1
    book.save(tmp_path / "off.xlsx")
    assert list(read_flat(tmp_path / "off.xlsx")) == [(3, ["", "x", ""]), (5, ["", "", 1])]


def test_bulk_reading_stops_where_the_reader_stops(tmp_path):
    stream_rows(tmp_path / "long.xlsx", ["甲"], ([n] for n in range(50_000)))
    reader = read_flat(tmp_path / "long.xlsx")
    next(reader)
    reader.close()
    assert sum(1 for _ in read_flat(tmp_path / "long.xlsx")) == 50_001


def test_bulk_reading_names_damage(tmp_path):
    with pytest.raises(BadWorkbook):
        list(read_flat(rebuilt({SHEET: HEAD + "<row><c"})))
    with pytest.raises(BadWorkbook):
        list(read_flat(CLEAN, sheet="没有这张表"))


# ---------------------------------------------------------------- what is written

PAYLOADS = [
    lead + body
    for lead in ("=", "+", "-", "@", "\t=", "\r=", "\x00=", "＝", " =", "'=")
    for body in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x")', "5℃", "86 138", "SUM(A1:A9);B", "{=1}")
]


def formulas(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    return sum(len(re.findall(rb"<f[ >]|t=\"str\"", part)) for part in parts)


@pytest.mark.parametrize("write_only", [False, True])
def test_set_text_never_makes_a_formula(tmp_path, write_only):
    book = openpyxl.Workbook(write_only=write_only)
    page = book.create_sheet("x", 0)
    for number, payload in enumerate(PAYLOADS, 1):
        if write_only:
            cell = openpyxl.cell.WriteOnlyCell(page)
            set_text(cell, payload)
            page.append([cell])
        else:
            set_text(page.cell(number, 1), payload)
    book.save(tmp_path / "live.xlsx")
    assert formulas(tmp_path / "live.xlsx") == 0
    cells = read_workbook(tmp_path / "live.xlsx")[0].rows
    assert {cell.kind for row in cells.values() for cell in row.values()} == {"text"}
    shown = [re.sub("[\x00]", "", payload).replace("\r", "\n") for payload in PAYLOADS]
    assert [row[1].text for row in cells.values()] == shown


def test_stream_rows_never_makes_a_formula(tmp_path):
    stream_rows(tmp_path / "live.xlsx", ["=甲"], ([payload] for payload in PAYLOADS))
    assert formulas(tmp_path / "live.xlsx") == 0
    cells = read_workbook(tmp_path / "live.xlsx")[0].rows
    assert {cell.kind for row in cells.values() for cell in row.values()} == {"text"}
    assert len(cells) == len(PAYLOADS) + 1


def test_codes_and_leading_zeros_survive(tmp_path):
    codes = [
        "001",
        "110101199001011234",
        "C1400002022097130012345",
        "111.510000",
        "1E5",
        "_x0041_",
        "甲" * 40_000,
    ]
    stream_rows(tmp_path / "codes.xlsx", ["码"], ([code] for code in codes))
    back = [values[0] for _, values in read_flat(tmp_path / "codes.xlsx")][1:]
    assert back[:-2] == codes[:-2]
    assert back[-1] == "甲" * 32_767
    assert [row[1].text for row in read_workbook(tmp_path / "codes.xlsx")[0].rows.values()][6] == "_x0041_"


def test_a_full_sheet_goes_on_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("minewatch.lib.xlsx.writing.SHEET_ROWS", 10)
    assert stream_rows(tmp_path / "two.xlsx", ["甲"], ([n] for n in range(15)), title="台账") == 15
    assert [page.title for page in read_workbook(tmp_path / "two.xlsx")] == ["台账", "台账2"]


def test_an_export_without_rows_has_its_header(tmp_path):
    assert stream_rows(tmp_path / "none.xlsx", ["甲", "乙"], []) == 0
    assert [values for _, values in read_flat(tmp_path / "none.xlsx")] == [["甲", "乙"]]
