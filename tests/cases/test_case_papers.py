"""Papers of a case for Word: what each says, what stays blank, who has them, what is written down of it."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import docx
import pytest
import time_machine

from cases.actions import cases
from cases.models import Case
from cases.papers import case_words
from cases.papers.case_papers import FORMS, offered, paper
from core.models import AuditEntry
from tests.cases import make_cases as make
from tests.cases.make_after import brought, day, disposed, ended, with_confiscation
from tests.cases.make_cases import at, do, fresh
from tests.cases.make_cases import paper as scan

BLANK = case_words.BLANK


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(at(2026, 11, 20, 9), tick=False):
        yield


def said(case: Case, name: str) -> str:
    made = docx.Document(io.BytesIO(paper(fresh(case), name)))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in made.paragraphs), *cells])


def test_a_case_has_the_papers_of_its_stage(cast):
    assert set(offered(make.opened(cast))) == {"filing"}
    case = make.told(cast)
    assert set(offered(case)) == {"filing", "notice", "receipt"}
    do(cast, case, "propose", "nr.officer", at(2026, 9, 21, 9), text="建议处罚")
    do(cast, case, "discuss", "nr.head", at(2026, 9, 21, 9), text="同意", upload=scan())
    do(cast, case, "decide", "nr.head", at(2026, 9, 21, 9))
    assert set(offered(fresh(case))) == {"filing", "notice", "decision", "receipt", "closing"}
    do(cast, case, "serve", "nr.officer", at(2026, 9, 21, 9), upload=scan())
    assert set(offered(fresh(case))) == set(FORMS)
    Case.objects.filter(pk=case.pk).update(track="criminal")
    assert offered(fresh(case)) == {}


def test_the_filing_form_carries_both_opinions_and_blanks_before_them(cast):
    case = make.with_facts(cast)
    before = said(case, "filing")
    for part in ("立案审批表", "金丝雀沟无证采矿", "金丝雀矿业有限公司", make.CODE, "第五十四条"):
        assert part in before, part
    assert f"签名：{BLANK}" in before and "批准立案" not in before
    do(cast, case, "request_filing", "nr.officer", make.START, text="符合立案标准")
    do(cast, case, "approve_filing", "nr.head", make.START + dt.timedelta(days=1), text="同意")
    after = said(case, "filing")
    for part in ("符合立案标准", f"签名：{cast.nr_officer.name}", "批准立案\n同意", "2026年9月2日"):
        assert part in after, part
    assert f"签名：{BLANK}" not in after and fresh(case).number in after


def test_the_notice_tells_of_hearing_and_of_the_days_the_law_gives(cast):
    case = make.told(cast)
    words = said(case, "notice")
    for part in (
        "行政处罚听证告知书",
        "金丝雀矿业有限公司：",
        "未取得采矿权",
        "1.罚款100000元（对金丝雀矿业有限公司，依据矿产资源法第六十四条第一款）。",
        "5个工作日内向本机关提出",
        "第六十三条、第六十四条",
        f"联系人：{cast.nr_officer.name}",
        "自然资源局（盖章）",
        "2026年9月11日",
    ):
        assert part in words, part
    small = make.filed(cast)
    make.fined(cast, small, at(2026, 9, 3, 9), fine="3000")
    words = said(small, "notice")  # not served yet: a draft with its blanks
    assert "行政处罚告知书" in words and "听证" not in words and "    年    月    日" in words


def test_the_decision_has_what_the_law_asks_and_invents_nothing(cast):
    case = make.decided(cast)
    words = said(case, "decision")
    for part in (
        "行政处罚决定书",
        "一、当事人",
        "统一社会信用代码：" + make.CODE,
        "二、违法事实和证据",
        f"证据：{BLANK}",
        "本机关于2026年9月11日送达告知书",
        "四、处罚的种类和依据",
        "罚款100000元",
        f"15日内将罚款缴至{BLANK}",
        "百分之三加处罚款",
        f"60日内向{BLANK}申请行政复议",
        f"6个月内依法向{BLANK}人民法院",
        "2026年9月21日",
    ):
        assert part in words, part
    assert "其他处罚" not in words  # there is none
    assert "放弃" not in words  # nobody recorded that


def test_a_decision_that_spares_says_so(cast):
    case = make.filed(cast)
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 3, 9), text="x")
    do(cast, case, "propose_end", "nr.officer", at(2026, 9, 3, 9), text="x", outcome="slight")
    do(cast, case, "decide", "nr.head", at(2026, 9, 4, 9))
    words = said(case, "decision")
    assert "不予行政处罚决定书" in words and "轻微不予处罚" in words and "罚款缴至" not in words
    assert set(offered(fresh(case))) == {"filing", "decision", "receipt", "closing"}


def test_the_receipt_names_the_paper_and_leaves_the_signatures_blank(cast):
    case = make.served(cast)
    words = said(case, "receipt")
    for part in ("送达回证", "行政处罚决定书", "2026年9月21日", "受送达人签名（盖章）", "见证人签名"):
        assert part in words, part
    assert cast.nr_officer.name not in words


def test_the_urging_lists_what_is_left(cast):
    case = make.served(cast)
    with time_machine.travel(at(2026, 9, 28, 9), tick=False):
        cases.carry_out(
            penalty=case.penalties.get(), by=cast.nr_officer, paid=Decimal(40_000), done_on=day(9, 28)
        )
    number = "示自然资催〔2026〕1号"
    do(cast, case, "urge", "nr.officer", at(2026, 10, 12, 9), upload=scan(), number=number)
    words = said(case, "urging")
    for part in ("催告书", number, "缴纳罚款60000元", "10个工作日内履行", "有权进行陈述和申辩"):
        assert part in words, part


def test_the_closing_form_gathers_what_was_carried_out(cast):
    case, goods = with_confiscation(cast)
    disposed(cast, goods)
    row = brought(cast, case, day(9, 23))
    ended(cast, row, day(10, 20), "upheld")
    words = said(case, "closing")
    for part in (
        "结案审批表",
        "没收矿产品处置：2026年9月30日公开拍卖，县公共资源交易中心，上缴国库42000.5元（1400123456）",
        "行政复议：示范县人民政府，2026年9月23日提起，维持（示政复决〔2026〕3号）",
        f"签名：{BLANK}",
    ):
        assert part in words, part


def test_a_decision_made_anew_shows_nothing_of_the_old_one(cast):
    case = make.served(cast)
    do(cast, case, "redo", "nr.head", at(2026, 10, 8, 9), text="主动改正", upload=scan())
    assert "    年    月    日" in said(case, "notice") and "2026年9月11日" not in said(case, "notice")
    assert "批准立案" in said(case, "filing")


def test_the_same_case_gives_the_same_bytes(cast):
    case = make.closing(cast)
    for name in FORMS:
        assert paper(fresh(case), name) == paper(fresh(case), name), name


def test_who_reads_the_case_has_its_papers_and_each_download_is_logged_without_content(cast):
    case = make.closing(cast)
    page = cast.client("nr.officer").get(f"/cases/{case.pk}/").content.decode()
    for name, form in FORMS.items():
        url = f"/cases/{case.pk}/papers/{name}/"
        assert url in page and form.label in page
        answer = cast.client("nr.officer").get(url)
        assert answer.status_code == 200 and b"".join(answer.streaming_content)[:2] == b"PK"
        entry = AuditEntry.objects.filter(verb="export.made").latest("id")
        assert entry.facts == {"form": f"case.{name}", "as": "docx", "number": case.serial}
        head = answer["Content-Disposition"]
        assert case.serial in head and "%E9%87%91" not in head and "金" not in head
        for who in ("police.officer", "qingshi.head", "auditor"):
            assert cast.client(who).get(url).status_code == 404, (who, name)
    assert cast.client("office").get(f"/cases/{case.pk}/papers/filing/").status_code == 200
    assert cast.client("nr.officer").get(f"/cases/{case.pk}/papers/nonsense/").status_code == 404


def test_the_paper_of_a_sealed_case_opens_no_sooner_than_the_case(cast):
    case = make.closing(cast)
    type(case.matter).objects.filter(pk=case.matter_id).update(sealed=True)
    url = f"/cases/{case.pk}/papers/filing/"
    assert cast.client("office").get(url).status_code == 404
    asked = cast.client("nr.head").get(url)  # no officer of the case: the reason comes first
    assert "查看事由" in asked.content.decode()
