"""Pages of cases: who reads what, what is typed stays, why a button is missing, numbers, lists, exports."""

import datetime as dt
import io
import re

import openpyxl
import pytest
import time_machine

from cases.actions import cases
from cases.models import Case, CaseNumber
from core.access import grant
from core.models import Access
from duties.models import Duty
from tests.cases import make_cases as make
from tests.cases.make_cases import at, fresh

CANARY = "金丝雀"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(at(2026, 11, 20, 9), tick=False):
        yield


def text_of(response):
    return response.content.decode()


def test_the_unit_reads_its_case_and_strangers_find_nothing(cast):
    case = make.performed(cast)
    for who in ("nr.officer", "nr.head", "office"):
        page = cast.client(who).get(f"/cases/{case.pk}/")
        assert page.status_code == 200 and CANARY in text_of(page), who
    for who in ("police.head", "qingshi.head", "water.officer", "auditor", "sysadmin"):
        hidden = cast.client(who).get(f"/cases/{case.pk}/")
        missing = cast.client(who).get("/cases/999999/")
        assert hidden.status_code == missing.status_code == 404, who
        assert _same(hidden) == _same(missing), who


def _same(response):
    """The body without what differs from request to request."""
    return re.sub(rb'(token|nonce|value)="[^"]*"', b"", response.content).replace(b"999999", b"")


PAGES = [
    "",
    "print/",
    "edit/",
    "parties/new/",
    "violations/new/",
    "held/",
    "measures/new/",
    "tasks/new/",
    "notes/new/",
]


@pytest.mark.parametrize("part", PAGES)
def test_every_page_of_a_filed_case_opens_for_its_unit_only(cast, part):
    case = make.filed(cast)
    url = f"/cases/{case.pk}/{part}"
    assert cast.client("nr.officer").get(url).status_code == 200
    assert cast.client("police.officer").get(url).status_code == 404
    if part not in ("", "print/"):
        assert cast.client("office").get(url).status_code == 404


def test_a_sealed_case_shows_the_office_its_state_and_no_more(cast):
    case = make.filed(cast)
    type(case.matter).objects.filter(pk=case.matter_id).update(sealed=True)
    page = text_of(cast.client("office").get(f"/cases/{case.pk}/"))
    assert case.serial in page and "已立案" in page and CANARY not in page
    listed = text_of(cast.client("office").get("/cases/"))
    assert case.serial in listed and CANARY not in listed


def test_a_lead_becomes_a_case_on_one_form(cast):
    from ledgers.actions.leads import report_special

    lead = report_special(
        member=cast.member("qingshi.filler"), agency=cast.unit("qingshi"), text="夜间采砂", location="河滩"
    )
    client = cast.client("nr.officer")
    form = client.get(f"/cases/new/?lead={lead.pk}")
    assert lead.number in text_of(form)
    page = client.get(f"/cases/leads/{lead.pk}/")
    assert f"/cases/new/?lead={lead.pk}" in text_of(page)
    sent = client.post(
        "/cases/new/",
        {"origin": "lead", "leads": [lead.pk], "title": "河滩采砂", "found_on": "2026-11-20"},
    )
    case = Case.objects.get()
    assert sent.status_code == 302 and sent.url == f"/cases/{case.pk}/"
    assert list(case.leads.all()) == [lead] and case.matter == lead.matter
    line = text_of(client.get(f"/cases/{case.pk}/"))
    assert f"登记线索 {lead.number}" in line and "登记案件" in line
    assert case.serial in text_of(client.get(f"/cases/leads/{lead.pk}/"))


def test_what_was_typed_stays_when_something_is_wrong(cast):
    client = cast.client("nr.officer")
    sent = client.post(
        "/cases/new/", {"origin": "own", "title": "河滩采砂", "found_on": "2099-01-01", "facts": "已拍照"}
    )
    page = text_of(sent)
    assert sent.status_code == 400 and "发现日期在今天之后" in page
    assert "河滩采砂" in page and "已拍照" in page and not Case.objects.exists()


def test_a_form_sent_twice_opens_one_case(cast):
    client = cast.client("nr.officer")
    data = {"origin": "own", "title": "采砂", "found_on": "2026-11-20"}
    data["token"] = "7f3c0b1e-7a52-4d5e-9a3b-0f6c1d2e3f40"
    assert client.post("/cases/new/", data).url == client.post("/cases/new/", data).url
    assert Case.objects.count() == 1


def test_the_page_says_why_a_button_is_missing(cast):
    case = make.with_facts(cast)
    page = text_of(cast.client("nr.officer").get(f"/cases/{case.pk}/"))
    assert "报请立案" in page and "为什么没有其他按钮" in page
    assert "批准立案</b>：状态到“立案待审批”时才能办理" in page
    make.do(cast, case, "request_filing", "nr.officer", at(2026, 9, 2, 9), text="x")
    page = text_of(cast.client("nr.officer").get(f"/cases/{case.pk}/"))
    assert "批准立案</b>：报请人不能自己批准立案" in page


def test_a_step_is_taken_on_its_page_and_a_stale_one_is_told(cast):
    case = make.with_facts(cast)
    make.do(cast, case, "request_filing", "nr.officer", at(2026, 9, 2, 9), text="x")
    case = fresh(case)
    head, approver = cast.client("nr.head"), cast.client("nr.approver")
    url = f"/cases/{case.pk}/do/approve_filing/"
    shown = text_of(head.get(url))
    assert "金丝雀矿业有限公司" in shown and "矿产资源法（2024年修订）第六十四条第一款" in shown
    done = head.post(url, {"version": case.version, "reason": ""})
    assert done.status_code == 302 and fresh(case).status == "filed"
    late = approver.post(url, {"version": case.version, "reason": "同意，请抓紧"})
    assert late.status_code == 409
    assert "自然资源局主要负责人" in text_of(late) and "同意，请抓紧" in text_of(late)


def test_a_move_that_does_not_exist_here_is_no_page(cast):
    case = make.with_facts(cast)
    client = cast.client("nr.officer")
    for name in ("nonsense", "file_crime"):
        assert client.get(f"/cases/{case.pk}/do/{name}/").status_code == 404
        assert client.post(f"/cases/{case.pk}/do/{name}/", {"version": 1}).status_code == 404
    assert client.get(f"/cases/{case.pk}/do/serve/").status_code == 409


def test_a_missing_file_is_told_at_its_field(cast):
    case = make.decided(cast)
    sent = cast.client("nr.officer").post(
        f"/cases/{case.pk}/do/serve/", {"version": case.version, "reason": "已送达"}
    )
    assert sent.status_code == 400
    assert "请上传送达回证" in text_of(sent) and "已送达" in text_of(sent)


def test_a_wrong_party_number_is_told_at_the_field_and_kept(cast):
    case = make.opened(cast)
    sent = cast.client("nr.officer").post(
        f"/cases/{case.pk}/parties/new/", {"kind": "firm", "name": "某公司", "code": "91350100M000100Y44"}
    )
    assert sent.status_code == 400 and "校验不通过" in text_of(sent) and "某公司" in text_of(sent)


def test_rows_of_another_unit_are_no_pages(cast):
    case = make.served(cast)
    party, act, fine = case.parties.get(), case.violations.get(), case.penalties.get()
    client = cast.client("police.officer")
    for url in (
        f"/cases/parties/{party.pk}/",
        f"/cases/violations/{act.pk}/",
        f"/cases/penalties/{fine.pk}/",
        f"/cases/penalties/{fine.pk}/carry/",
    ):
        assert client.get(url).status_code == 404, url
    assert client.post(f"/cases/parties/{party.pk}/drop/").status_code == 404
    assert cast.client("nr.officer").get(f"/cases/penalties/{fine.pk}/carry/").status_code == 200


def test_the_list_is_filtered_and_written_as_it_is_shown(cast):
    one, two = make.filed(cast), make.opened(cast, title="另一件")
    client = cast.client("nr.head")
    page = text_of(client.get("/cases/?status=filed"))
    assert one.serial in page and two.serial not in page
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(client.get("/cases/?status=filed&as=xlsx").streaming_content))
    )
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [one.serial]
    assert list(rows[0])[:3] == ["登记号", "案件编号", "案由"]
    assert one.serial not in text_of(cast.client("police.head").get("/cases/"))


def test_the_list_shows_what_waits_in_the_way_that_was_asked_for(cast):
    rows = {
        "approve": make.with_facts(cast, when=at(2026, 11, 18, 9), value="1000"),
        "late": make.filed(cast, value="1000"),
        "supervised": make.filed(cast, when=at(2026, 11, 2, 9), value="1000"),
        "closed": make.closed(cast, when=at(2026, 10, 10, 9), value="1000"),
    }
    make.do(cast, rows["approve"], "request_filing", "nr.officer", at(2026, 11, 20, 9), text="x")
    Case.objects.filter(pk=rows["supervised"].pk).update(supervised="county")
    owed = Duty.objects.open().filter(subject_kind="cases.case", subject_id=str(rows["late"].pk))
    assert owed.update(due_at=at(2026, 11, 19, 9)) == 1
    client = cast.client("nr.head")

    def shown(wait):
        page = text_of(client.get(f"/cases/?wait={wait}"))
        return {name for name, row in rows.items() if row.serial in page}

    for wait in ("approve", "late", "supervised"):
        assert shown(wait) == {wait}
    assert shown("open") == {"approve", "late", "supervised"}


def test_the_list_asks_the_database_as_often_for_many_as_for_few(cast, django_assert_max_num_queries):
    client = cast.client("nr.head")
    for _ in range(3):
        make.opened(cast)
    client.get("/cases/")
    with django_assert_max_num_queries(60) as few:
        client.get("/cases/")
    for _ in range(20):
        make.opened(cast)
    with django_assert_max_num_queries(60) as many:
        client.get("/cases/")
    assert len(many.captured_queries) <= len(few.captured_queries) + 2


def test_the_head_sets_the_numbers_of_the_unit(cast):
    head = cast.client("nr.head")
    assert cast.client("nr.officer").get("/cases/numbers/").status_code == 404
    assert head.get("/cases/numbers/").status_code == 200
    bad = head.post(
        "/cases/numbers/",
        {
            "kind": "case",
            "organ": "示自然资",
            "template": "{代字}立〔2026〕{序号}号",
            "valid_from": "2026-11-20",
        },
    )
    assert bad.status_code == 400 and "否则编号会重复" in text_of(bad)
    for template in ("{organ.__class__}{year}{seq}", "{0}{year}{seq}", "{year}{seq}{seq}", "{year"):
        data = {"kind": "case", "organ": "x", "template": template, "valid_from": "2026-11-20"}
        assert head.post("/cases/numbers/", data).status_code == 400, template
    good = head.post(
        "/cases/numbers/",
        {
            "kind": "case",
            "organ": "示自然资立",
            "template": "{代字}〔{年份}〕第{序号3}号",
            "valid_from": "2026-11-20",
        },
    )
    assert good.status_code == 302 and CaseNumber.objects.count() == 1
    case = make.filed(cast, when=at(2026, 11, 19, 10))
    assert case.number == "示自然资立〔2026〕第001号"


def test_a_fine_outside_the_range_of_the_law_is_pointed_out(cast):
    case = make.filed(cast)
    make.fined(cast, case, at(2026, 9, 3, 9), fine="3000")
    page = text_of(cast.client("nr.head").get(f"/cases/{case.pk}/"))
    assert "拟罚款3000元，按登记的违法情形测算的幅度是100000元至1000000元" in page.replace(",", "")
    row = case.penalties.get()
    type(row).objects.filter(pk=row.pk).update(fine=200_000)
    assert "测算的幅度" not in text_of(cast.client("nr.head").get(f"/cases/{case.pk}/"))


def test_a_fine_for_refusing_to_mend_lies_within_the_law(cast):
    case = make.filed(cast)
    firm, then = case.parties.get(), at(2026, 9, 3, 9)
    with time_machine.travel(then, tick=False):
        act = cases.Act(code="M73", acted_from=dt.date(2026, 8, 1), acted_to=dt.date(2026, 8, 1), party=firm)
        old = case.violations.get()
        cases.save_violation(case=fresh(case), by=cast.nr_officer, act=act, violation=old, reason="定性有误")
    make.fined(cast, case, then, fine="80000")
    page = text_of(cast.client("nr.head").get(f"/cases/{case.pk}/"))
    assert "测算的幅度" not in page
    assert "先责令改正，不处罚款<br>拒不改正的，" in page
    row = case.penalties.get()
    type(row).objects.filter(pk=row.pk).update(fine=200_000)
    page = text_of(cast.client("nr.head").get(f"/cases/{case.pk}/"))
    assert "测算的幅度是0元至100000元" in page.replace(",", "")


def test_search_finds_a_case_for_those_who_may_read_it(cast):
    case = make.filed(cast)
    for who, seen in (("nr.officer", True), ("police.head", False)):
        page = text_of(cast.client(who).get("/search/", {"q": "金丝雀矿业"}))
        assert (str(case) in page) is seen, who


# ---------------------------------------------------------------- restricted cases


def restricted(cast):
    with time_machine.travel(at(2026, 11, 19, 9), tick=False):
        case = cases.open_case(
            by=cast.member("police.approver"),
            title="金丝雀沟盗采专案",
            found_on=dt.date(2026, 11, 19),
            origin="own",
        )
    make.do(cast, case, "file_crime", "police.head", at(2026, 11, 19, 10), number="示公立字〔2026〕9号")
    return fresh(case)


def test_a_restricted_case_is_for_its_leaders_and_named_officers(cast):
    case = restricted(cast)
    sees = {
        who
        for who in ("police.head", "police.approver", "police.officer", "nr.head", "office")
        if _reads(cast, who, case)
    }
    assert sees == {"police.head", "police.approver"}
    named = [cases.Named(cast.member("police.officer")), cases.Named(cast.member("police.approver"))]
    make.do(cast, case, "assign_crime", "police.head", at(2026, 11, 19, 11), officers=named)
    assert _reads(cast, "police.officer", case)
    away = [cases.Named(cast.member("police.head")), cases.Named(cast.member("police.approver"))]
    make.do(cast, case, "assign_crime", "police.head", at(2026, 11, 19, 12), officers=away)
    assert not _reads(cast, "police.officer", case)


def _reads(cast, who, case):
    return Case.objects.visible_to(cast.member(who)).filter(pk=case.pk).exists()


def test_a_unit_on_the_administrative_side_of_the_affair_reads_no_restricted_case(cast):
    case = restricted(cast)
    grant(case.matter, Access.Relation.HOLDER, agency=cast.unit("nr"))
    assert cast.client("nr.head").get(f"/cases/{case.pk}/").status_code == 404
    other = cast.unit("discipline")
    grant(case.matter, Access.Relation.HOLDER, agency=other, track=Access.Track.CRIMINAL)
    assert not _reads(cast, "discipline", case)


def test_a_restricted_case_runs_through_its_outer_states(cast):
    case = restricted(cast)
    assert (case.number, case.filed_on) == ("示公立字〔2026〕9号", dt.date(2026, 11, 19))
    make.do(cast, case, "conclude_crime", "police.approver", at(2026, 11, 19, 13), text="移送起诉")
    make.do(cast, case, "close_crime", "police.head", at(2026, 11, 19, 14), text="已判决", outcome="criminal")
    assert (fresh(case).status, fresh(case).outcome) == ("closed", "criminal")


def test_the_office_knows_of_a_restricted_case_no_more_than_its_state(cast):
    case = restricted(cast)
    page = text_of(cast.client("office").get(f"/cases/{case.pk}/"))
    assert case.serial in page and CANARY not in page and "示公立字" not in page


def test_who_gave_a_task_takes_it_back_and_says_why(cast):
    case = make.filed(cast)
    task = cases.give_task(case=case, by=cast.nr_head, title="复核现场", member=cast.nr_officer)
    back = f"/cases/tasks/{task.pk}/back/"
    assert back in text_of(cast.client("nr.head").get(f"/cases/{case.pk}/"))
    officer = text_of(cast.client("nr.officer").get(f"/cases/{case.pk}/"))
    assert f"/cases/tasks/{task.pk}/done/" in officer and back not in officer
    assert cast.client("nr.head").post(back, {"reason": " "}).status_code == 400
    assert cast.client("nr.head").post(back, {"reason": "另有安排"}).status_code == 302
    task.refresh_from_db()
    assert task.result == "已收回：另有安排" and task.done_at is not None
    assert back not in text_of(cast.client("nr.head").get(f"/cases/{case.pk}/"))


def test_the_court_is_no_next_step_before_the_party_was_urged(cast):
    case = make.served(cast)
    page = text_of(cast.client("nr.officer").get(f"/cases/{case.pk}/"))
    step = re.search(r"下一步</dt>\s*<dd>([^<]*)", page)
    assert step and "申请法院强制执行" not in step[1]


def test_the_record_reads_steps_and_remedies_once(cast, django_assert_max_num_queries):
    case = make.served(cast)
    client, url = cast.client("nr.head"), f"/cases/{case.pk}/"
    client.get(url)
    with django_assert_max_num_queries(135) as asked:
        client.get(url)
    for table in ("cases_casestep", "cases_remedy"):
        rows = [query for query in asked.captured_queries if f'FROM "{table}"' in query["sql"]]
        assert len(rows) <= 3, [query["sql"] for query in rows]
