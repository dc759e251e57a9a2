"""Pages of inspections: the whole way by forms, what each reader sees, what is exported."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import docx
import openpyxl
import pytest
import time_machine

from duties.models import Item
from ledgers.actions import inspections
from ledgers.models.inspections import CheckAnswer, Inspection
from minewatch.lib.clock import SHANGHAI
from tests.ledgers.checks import answered, drawn, found, on_site
from tests.ledgers.make import site

NOW = dt.datetime(2026, 9, 16, 11, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


def body(page):
    return page.content.decode()


def address(row, rest=""):
    return f"/ledgers/inspections/{row.pk}/{rest}"


def test_the_whole_way_of_a_joint_inspection_by_its_pages(cast):
    office, nr = cast.client("office"), cast.client("nr.officer")
    mine = site(cast)
    facts = {
        "kind": "joint",
        "agency": "office",
        "title": "第三季度联合检查",
        "starts_at": "2026-09-15T09:00",
        "token": str(uuid.uuid4()),
    }
    for _ in range(2):
        office.post("/ledgers/inspections/new/", facts)
    row = Inspection.objects.get()
    office.post(address(row, "units/"), {"agencies": ["nr"]})
    office.post(address(row, "sites/?q=lsg"), {"sites": [mine.pk]})
    at_site = row.sites.get()
    page = body(office.get(address(row)))
    assert "还有" in page and "为什么没有其他按钮" in page and "归档</button>" not in page
    form = nr.get(address(row, f"sites/{at_site.pk}/answer/"))
    assert "开采是否在批准的矿区范围内" in body(form) and "水土保持方案" not in body(form)
    codes = [one.code for one in form.context["form"].questions]
    given = {f"result_{code}": "good" for code in codes} | {"result_boundary": "bad", "text_boundary": ""}
    bad = nr.post(address(row, f"sites/{at_site.pk}/answer/"), given)
    assert bad.status_code == 400 and "请写明情况" in body(bad)
    given["text_boundary"] = "向北越界约50米"
    assert nr.post(address(row, f"sites/{at_site.pk}/answer/"), given).status_code == 302
    page = body(nr.get(address(row, f"sites/{at_site.pk}/")))
    answer = CheckAnswer.objects.get(question="boundary")
    link = address(row, f"findings/new/?site={at_site.pk}&amp;answer={answer.pk}")
    assert link in page
    form = body(nr.get(link.replace("&amp;", "&")))
    assert "向北越界约50米" in form
    finding = {
        "where": f"site-{at_site.pk}",
        "found_by": "nr",
        "problem": "越界",
        "demand": "停止越界",
        "category": "rectify",
        "agency": "qingshi",
        "due_on": "2026-10-20",
    }
    late = nr.post(address(row, "findings/new/"), finding | {"due_on": "2026-09-01"})
    assert late.status_code == 400 and "整改期限不能早于今天" in body(late)
    assert nr.post(address(row, "findings/new/"), finding).status_code == 302
    assert Item.objects.get().due_at.astimezone(SHANGHAI).date() == dt.date(2026, 10, 20)
    row.refresh_from_db()
    assert office.post(address(row, "file/"), {"version": row.version}).status_code == 302
    page = body(office.get(address(row)))
    assert (
        "已归档" in page and "撤回修改" in page and "停止越界" not in page
    )  # the demand stands with the item
    assert office.post(address(row, "unfile/"), {"version": 1, "reason": "x"}).status_code == 409


def test_a_colleague_s_answer_is_shown_and_what_was_typed_stays(cast):
    row, at_site = on_site(cast)
    url = address(row, f"sites/{at_site.pk}/answer/")
    client = cast.client("nr.approver")
    shown = client.get(url).context["form"]
    typed = {
        f"seen_{one.code}": shown.initial.get(f"seen_{one.code}", "0") or "0" for one in shown.questions
    } | {"result_boundary": "bad", "text_boundary": "越界50米", "token": str(uuid.uuid4())}
    answered(cast, at_site, "nr")
    page = client.post(url, typed)
    assert page.status_code == 409
    assert "越界50米" in body(page) and "自然资源局承办人" in body(page)
    assert CheckAnswer.objects.get(agency__code="nr", question="boundary").result == "good"
    again = typed | {f"seen_{one.code}": "1" for one in shown.questions}
    assert client.post(url, again).status_code == 302
    assert CheckAnswer.objects.get(agency__code="nr", question="boundary").text == "越界50米"


def test_who_takes_no_part_finds_no_form(cast):
    row, at_site = on_site(cast)
    own = address(row, f"sites/{at_site.pk}/")
    for rest in ("", "answer/", "measure/"):
        assert cast.client("forestry.officer").get(own + rest).status_code == 404
    assert cast.client("qingshi.head").get(own + "answer/").status_code == 404
    assert cast.client("qingshi.head").get(address(row, "findings/new/")).status_code == 404
    for rest in ("edit/", "units/", "sites/", "subjects/"):
        assert cast.client("water.officer").get(address(row, rest)).status_code == 403


def test_a_unit_of_the_inspection_says_who_came(cast):
    row, _ = on_site(cast)
    unit = row.units.get(agency__code="water")
    url = address(row, f"units/{unit.pk}/")
    facts = {"people": "甲、乙", "headcount": "2", "vehicles": "1"}
    assert cast.client("nr.officer").post(url, facts).status_code == 403
    assert cast.client("water.officer").post(url, facts).status_code == 302
    unit.refresh_from_db()
    assert (unit.people, unit.headcount, unit.vehicles) == ("甲、乙", 2, 1)
    assert cast.client("office").post(url + "drop/").status_code == 302
    assert not row.units.filter(agency__code="water").exists()


def test_an_acceptance_is_judged_on_its_page(cast):
    row = drawn(cast, "acceptance")
    office = cast.client("office")
    page = body(office.get(address(row, "subjects/")))
    assert "青石镇" in page and "水利局" not in page
    office.post(address(row, "subjects/"), {"agencies": ["qingshi"]})
    subject = row.subjects.get()
    url = address(row, f"subjects/{subject.pk}/")
    assert office.post(url, {"result": "failed"}).status_code == 400
    office.post(url, {"result": "failed", "shortfalls": ["survey", "closure"], "text": "漏排两处"})
    assert "排查不到位、取缔不到位" in body(office.get(address(row)))
    found(cast, row, subject=subject, who="office", unit="office")
    row.refresh_from_db()
    office.post(address(row, "file/"), {"version": row.version})
    again = f"/ledgers/inspections/new/?kind=acceptance&again={row.pk}"
    assert again.replace("&", "&amp;") in body(office.get(address(row)))
    facts = {"kind": "acceptance", "agency": "office", "title": "再验收", "starts_at": "2026-09-16T10:00"}
    assert office.post(again, facts | {"again": row.pk}).status_code == 302
    repeat = row.repeats.get()
    assert [one.agency.code for one in repeat.subjects.all()] == ["qingshi"]
    assert "组织再验收" not in body(office.get(address(row)))


def test_the_list_is_filtered_and_exported_as_shown(cast):
    first = drawn(cast, title="甲检查")
    drawn(cast, "survey", who="nr.officer", unit="nr", title="乙监测")
    client = cast.client("office")
    page = client.get("/ledgers/inspections/?kind=survey")
    assert page.context["count"] == 1 and "乙监测" in body(page) and "甲检查" not in body(page)
    assert client.get("/ledgers/inspections/?period=2026-Q3").context["count"] == 2
    assert client.get("/ledgers/inspections/?period=2026-Q2").context["count"] == 0
    assert client.get("/ledgers/inspections/?period=nonsense").context["count"] == 0
    assert client.get("/ledgers/inspections/?q=甲&agency=office&status=draft").context["count"] == 1
    data = b"".join(client.get("/ledgers/inspections/export.xlsx?q=甲"))
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
    assert len(rows) == 2 and first.number in rows[1]


def test_search_finds_an_inspection_by_name_number_and_site(cast):
    row, at_site = on_site(cast, title="第三季度联合检查")
    client = cast.client("office")
    for words in ("第三季度联合", row.number, at_site.site.name):
        assert address(row) in body(client.get("/search/", {"q": words})), words


def test_the_ledgers_room_has_the_door(cast):
    assert "/ledgers/inspections/" in body(cast.client("office").get("/ledgers/"))


@pytest.fixture
def paper(cast):
    """A filed inspection with one finding, and its two papers."""
    row, at_site = on_site(cast, units=("nr", "water"))
    answered(cast, at_site, "nr", boundary=("bad", "=HYPERLINK(1)"))
    answered(cast, at_site, "water")
    inspections.measure(
        at_site=at_site,
        member=cast.nr_officer,
        agency=cast.unit("nr"),
        measured_by="县测绘院",
        m2=350,
        t=1200,
    )
    found(cast, row, at_site, problem="=1+1越界", demand="恢复原状")
    row.refresh_from_db()
    inspections.file(inspection=row, member=cast.office)
    client = cast.client("office")
    return row, *(b"".join(client.get(address(row, f"inspection.{kind}"))) for kind in ("xlsx", "docx"))


def test_the_workbook_holds_the_record_and_the_list_and_texts_stay_texts(paper):
    row, data, _ = paper
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["检查记录", "问题清单"]
    record = {cell.value for line in book["检查记录"].iter_rows() for cell in line if cell.value}
    assert {row.number, "=HYPERLINK(1)", "越界面积350平方米；越界矿量1,200吨；测量单位：县测绘院"} <= record
    listed = [[cell.value for cell in line] for line in book["问题清单"].iter_rows(min_row=3, max_row=4)]
    assert listed[0][:5] == ["序号", "对象", "位置", "问题", "整改要求"]
    assert listed[1][3] == "=1+1越界"
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_document_tells_of_it_and_lists_the_findings(paper):
    row, _, data = paper
    made = docx.Document(io.BytesIO(data))
    words = "\n".join(line.text for line in made.paragraphs)
    assert row.title in words and "草稿" not in words and "不符合1项" in words
    table = [[cell.text for cell in line.cells] for line in made.tables[0].rows]
    assert table[0] == ["序号", "对象", "问题", "整改要求", "整改责任单位", "整改期限"]
    assert table[1][2:5] == ["=1+1越界", "恢复原状", "青石镇"]
    assert made.core_properties.author in ("", None)


def test_a_reader_s_paper_lists_only_what_the_reader_may_see(cast, paper):
    row, _, _ = paper
    data = b"".join(cast.client("water.officer").get(address(row, "inspection.xlsx")))
    words = str([list(line) for line in openpyxl.load_workbook(io.BytesIO(data))["问题清单"].values])
    assert "越界" not in words and "没有列入问题清单的问题" in words


def test_the_print_view_is_for_the_pen_too(cast):
    row, _ = on_site(cast)
    page = body(cast.client("office").get(address(row, "print/")))
    assert "草稿，未归档" in page and "被检查单位签名" in page


JUNK = ("²", "9" * 30, "\x00\x01", "-1", "{}", "NaN")
NAMES = (
    "kind status agency campaign period q line task again site answer subject township year agencies sites "
    "checklist where found_by due_on problem demand result_boundary seen_boundary text_boundary headcount "
    "measured_m2 measured_by starts_at title version reason result shortfalls theme seen token"
).split()


def own_addresses(row, at_site, plan):
    """Every address of inspections and plans, with rows behind the numbers."""
    from ledgers.urls_inspections import urlpatterns

    unit = row.units.first().pk
    for pattern in urlpatterns:
        text = str(pattern.pattern).replace("<key:at_pk>", str(at_site.pk))
        text = text.replace("<key:unit_pk>", str(unit)).replace("<key:subject_pk>", "1")
        text = text.replace("<key:line_pk>", "1")
        yield f"/{text.replace('<key:pk>', str(plan.pk if 'plans/' in text else row.pk))}"


def test_no_junk_in_an_address_or_a_form_makes_a_fault(cast):
    from ledgers.actions import plans

    row, at_site = on_site(cast, "open", units=("nr",))
    inspections.add_subjects(inspection=row, member=cast.office, agencies=[cast.unit("qingshi")])
    plan = plans.draft(member=cast.office, agency=cast.unit("office"), year=2026, title="计划")
    client = cast.client("office")
    client.raise_request_exception = False
    faults = []
    for url in own_addresses(row, at_site, plan):
        for junk in JUNK:
            given = dict.fromkeys(NAMES, junk)
            for answer in (client.get(url, given), client.post(url, given)):
                if answer.status_code >= 500:
                    faults.append((url, junk, repr(answer.exc_info[1])[:200]))
    assert not faults, faults
