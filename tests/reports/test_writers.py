"""Papers: GB/T 9704 layout, texts that stay texts, no traces, the same bytes for the same content."""

import datetime as dt
import io
import os
import re
import shutil
import subprocess
import zipfile

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from ledgers.columns import OFFICIAL
from reports.figures import FIGURES
from reports.kinds import KINDS, Annex, Content, Line, Numbers, Paragraph
from reports.kinds.base import HEADINGS
from reports.writers import WRITERS, write_docx, write_xlsx
from tests.reports.factory import WEEK, instant

WORDS = "2022年9月17日至9月23日"
HEAD = tuple(column.label for column in OFFICIAL)
PAYLOADS = (
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    '";=1+1',
    "';=1",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
    "-5℃",
    "+86",
    "<b>&amp;",
    "a\x00b\x0bc",
    "_x000D_",
    "18位123456789012345678",
)


def numbers(**some: int) -> Numbers:
    kind = KINDS["weekly"]
    now = {key: place + 3 for place, key in enumerate(FIGURES)} | {"findings": 12, "stopped": 9} | some
    year = {key: now[key] * 4 for key, figure in FIGURES.items() if figure.adds_up}
    return Numbers(kind.window(kind.read_period(WEEK)), now, year, ("下湾村", "石门村"))


def content(rows=(), **some) -> Content:
    found = numbers()
    words = KINDS["weekly"].text(found, WORDS)
    values = {
        "title": "青石镇人民政府打击非法违法采矿工作周报",
        "unit": "青石镇人民政府",
        "recipient": "示范县打击非法采矿专班办公室",
        "period_words": WORDS,
        "sections": tuple(Paragraph(key, title, words[key]) for key, title in HEADINGS.items()),
        "lines": tuple(
            Line(key, figure.label, figure.unit, found[key], found.year.get(key))
            for key, figure in FIGURES.items()
        ),
        "notes": ("“补报以前各期”为本期收到的以前各期巡查记录。",),
        "signed_on": dt.date(2022, 9, 5),
        "as_of": instant("2022-09-05 09:05"),
        "filler": "青石镇填表人",
        "annex": Annex("巡查检查台账", HEAD, tuple(rows), (1,), "发现问题的") if rows else None,
    }
    return Content(**(values | some))


def row(number: int, text: str = "柳树沟废弃矿井") -> tuple[str, ...]:
    return (str(number), text, "煤", "无", "否", "是", "否", "否", text, text)


def paper(**some) -> docx.document.Document:
    return docx.Document(io.BytesIO(write_docx(content(**some))))


def book(**some) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write_xlsx(content(**some))))


def test_the_page_is_that_of_the_standard():
    section = paper().sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    margins = section.top_margin, section.bottom_margin, section.left_margin, section.right_margin
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


def test_fonts_sizes_and_spacing():
    lines = paper().paragraphs
    fonts = {run._r.rPr.rFonts.get(qn("w:eastAsia")): run.font.size.pt for line in lines for run in line.runs}
    assert fonts["方正小标宋简体"] == 22
    assert {fonts[name] for name in ("仿宋_GB2312", "黑体", "楷体_GB2312")} == {16}
    body = next(line for line in lines if "共巡查检查点位" in line.text)
    assert body.paragraph_format.line_spacing.pt == 28.95
    indent = body._p.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"
    assert body.runs[0]._r.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"
    names = [child.tag for child in body.runs[0]._r.rPr]
    assert names == [qn("w:rFonts"), qn("w:spacing"), qn("w:sz")]


def test_page_numbers_stand_outside():
    made = paper()
    assert made.settings.odd_and_even_pages_header_footer
    section = made.sections[0]
    for footer, side in ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT")):
        line = footer.paragraphs[0]
        assert line.alignment.name == side
        assert "PAGE" in line._p.xml and line.text.startswith("— ") and line.text.endswith(" —")


def test_the_order_of_the_paper():
    texts = [line.text for line in paper(rows=[row(1)]).paragraphs if line.text]
    wanted = [
        "青石镇人民政府打击非法违法采矿工作周报",
        f"（{WORDS}）",
        "示范县打击非法采矿专班办公室：",
        "一、工作开展情况",
        "二、主要数据",
        "三、存在问题",
        "四、下一步打算",
        "附件：巡查检查台账",
        "青石镇人民政府",
        "2022年9月5日",
        "附件",
    ]
    places = [texts.index(text) for text in wanted]
    assert places == sorted(places)


def test_table_heads_repeat_and_rows_hold_together():
    for table in paper(rows=[row(1), row(2)]).tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(line._tr.trPr.find(qn("w:cantSplit")) is not None for line in table.rows)


def test_no_english_and_no_leading_zeros():
    made = paper(rows=[row(1)])
    cells = [cell.text for table in made.tables for line in table.rows for cell in line.cells]
    words = "".join([*(line.text for line in made.paragraphs), *cells])
    assert not re.search(r"[A-Za-z]", words)
    assert not re.search(r"年0|月0", words)
    assert "2022年9月5日9时5分" in words


def test_a_long_ledger_shows_what_was_found():
    made = paper(rows=[row(number) for number in range(1, 302)])
    assert len(made.tables[1].rows) == 2
    assert "共301条，发现问题的1条列后，全部记录见表格。" in [line.text for line in made.paragraphs]


def test_the_workbook_shows_the_same_numbers():
    page = book(rows=[row(1)])["统计表"]
    lines = [[cell.value for cell in line] for line in page.iter_rows(min_row=4, max_row=3 + len(FIGURES))]
    found = numbers()
    assert [line[1] for line in lines] == [figure.label for figure in FIGURES.values()]
    assert [line[3] for line in lines] == [found[key] for key in FIGURES]
    assert [line[4] for line in lines] == [found.year.get(key, "—") for key in FIGURES]
    texts = [cell.value for line in page.iter_rows() for cell in line if isinstance(cell.value, str)]
    assert "填表人：青石镇填表人" in texts and "主要负责人：" in texts and "填报日期：2022年9月5日" in texts
    assert page.print_title_rows == "$3:$3" and page.page_setup.paperSize == 9


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_was_typed_never_becomes_a_formula(payload):
    page = book(rows=[row(1, payload)], unit=payload, title=payload)["台账"]
    for place in ("B3", "I3", "J3"):
        assert page[place].data_type == "s"
        kept = page[place].value.replace("_x005F_", "_")  # the format's own escape
        assert kept.replace("\n", "").strip() == re.sub("[\x00-\x08\x0b\x0c\r\n]", "", payload).strip()
    raw = zipfile.ZipFile(io.BytesIO(write_xlsx(content(rows=[row(1, payload)], title=payload))))
    sheets = "".join(raw.read(name).decode() for name in raw.namelist() if "worksheets/" in name)
    assert "<f>" not in sheets and 't="str"' not in sheets
    assert docx.Document(io.BytesIO(write_docx(content(rows=[row(1, payload)], title=payload))))


@pytest.mark.parametrize("ending", WRITERS)
def test_no_traces_of_who_or_where(ending):
    write = WRITERS[ending][0]
    package = zipfile.ZipFile(io.BytesIO(write(content(rows=[row(1)]))))
    core = package.read("docProps/core.xml").decode()
    assert "creator" not in core and "lastModifiedBy" not in core and "2022-09-05T01:05:00Z" in core
    assert not [name for name in package.namelist() if "thumbnail" in name or "comments" in name]
    everything = b"".join(package.read(name) for name in package.namelist())
    for trace in (b"python", b"openpyxl", b"macintosh", b"/home", b"/tmp"):
        assert trace not in everything.lower(), trace


@pytest.mark.parametrize("ending", WRITERS)
def test_the_same_content_gives_the_same_bytes(ending):
    write = WRITERS[ending][0]
    assert write(content(rows=[row(1)])) == write(content(rows=[row(1)]))


def test_words_say_what_the_numbers_say():
    text = KINDS["weekly"].text
    nothing = dict.fromkeys(FIGURES, 0)
    assert "没有巡查检查记录" in text(numbers(**nothing), WORDS)["work"]
    assert "尚不掌握" in text(numbers(**nothing), WORDS)["problems"]
    clean = nothing | {"patrols": 5}
    assert "未发现" in text(numbers(**clean), WORDS)["problems"]
    assert "出动人数、车辆未作登记" in text(numbers(**clean), WORDS)["work"]
    assert "尚有3条未登记" in text(numbers(), WORDS)["problems"]
    assert "下湾村、石门村" in text(numbers(), WORDS)["problems"]
    assert "补报" not in text(numbers(late=0), WORDS)["data"]
    checked = nothing | {"leads_checked": 3, "leads_true": 2, "leads_false": 1, "leads_checked_late": 1}
    said = text(numbers(**checked), WORDS)["work"]
    assert "本周核查线索3条（属实2条、不属实1条），其中超期核查1条。" in said
    told = nothing | {"leads_answered": 4, "tips_replied": 2}
    assert "反馈处置结果4条，答复举报人的线索2条。" in text(numbers(**told), WORDS)["work"]
    assert "线索" not in text(numbers(**nothing), WORDS)["work"]
    assert "下月继续" in KINDS["monthly"].text(numbers(), "2022年9月")["plans"]


def soffice() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found and os.environ.get("MINEWATCH_REQUIRE_SERVICES") == "1":
        pytest.fail("NOT RUN: LibreOffice is required here and is missing")
    if not found or not shutil.which("pdftotext"):
        pytest.skip("NOT RUN: no LibreOffice or pdftotext – install libreoffice-writer and poppler-utils")
    return found


@pytest.mark.office
def test_an_office_opens_and_prints_it(tmp_path):
    """LibreOffice → PDF → text: nothing to repair, 28 characters a line, the head on each page."""
    made = content(rows=[row(number) for number in range(1, 60)])
    program = soffice()
    (tmp_path / "a.docx").write_bytes(write_docx(made))
    (tmp_path / "a.xlsx").write_bytes(write_xlsx(made))
    for name in ("a.docx", "a.xlsx"):
        subprocess.run(
            [
                program,
                f"-env:UserInstallation=file://{tmp_path}/office",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                str(tmp_path / name[-4:]),
                str(tmp_path / name),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    text = printed(tmp_path / "docx/a.pdf")
    pages = text.split("\f")
    assert "青石镇人民政府打击非法违法采矿工作周报" in pages[0].replace(" ", "")
    assert "—1—" in pages[0].replace(" ", "") and "—2—" in pages[1].replace(" ", "")
    ledger = [page for page in pages if "柳树沟废弃矿井" in page]
    assert len(ledger) > 1 and all("备注" in page for page in ledger)
    sheet = printed(tmp_path / "xlsx/a.pdf")
    assert "发现非法违法盗采" in sheet and "主要负责人" in sheet


def printed(path) -> str:
    done = subprocess.run(
        [shutil.which("pdftotext"), "-layout", str(path), "-"], check=True, capture_output=True
    )
    return done.stdout.decode()
