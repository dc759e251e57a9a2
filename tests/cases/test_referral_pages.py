"""Pages of a referral: who finds what, what the sealed view keeps back, what is said when a step is lost."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from cases.models import Referral
from core.models import AuditEntry
from tests.cases import make

LIST = "/cases/referrals/"
#: Stands only in the content of the referrals that `make` writes.
CANARY = "金丝雀沟"
SEALED = "内容由承办单位掌握"


def at(row: Referral, path: str = "") -> str:
    return f"{LIST}{row.pk}/{path}"


def text_of(answer) -> str:
    return answer.content.decode()


def same_as_missing(client, url: str, missing: str) -> bool:
    """Whether the page of a hidden row is that of no row, byte for byte but for the tokens of the frame."""
    token = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    pages = [client.get(one) for one in (url, missing)]
    bodies = [
        token.sub(b"", page.content).replace(url.encode(), b"").replace(missing.encode(), b"")
        for page in pages
    ]
    return [page.status_code for page in pages] == [404, 404] and bodies[0] == bodies[1]


# who finds what ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "edit/", "papers/", "goods/", "print/", "receipt/", "letter.docx"])
@pytest.mark.parametrize("who", ["ecology.officer", "shangwan.filler"])
def test_to_an_outsider_a_referral_looks_missing(cast, who, path):
    row = make.referral(cast, "criminal", "sent")
    assert same_as_missing(cast.client(who), at(row, path), f"{LIST}999999/{path}")


@pytest.mark.parametrize("who", ["auditor", "sysadmin"])
def test_auditor_and_administrator_find_no_referral(cast, who):
    row = make.referral(cast, "criminal", "sent")
    assert cast.client(who).get(at(row)).status_code == 404


def test_a_draft_is_the_senders_alone(cast):
    row = make.draft(cast)
    assert cast.client("nr.officer").get(at(row)).status_code == 200
    for other in ("police.officer", "office", "leader"):
        assert cast.client(other).get(at(row)).status_code == 404


def test_the_receiver_reads_the_manifest_and_not_the_lead(cast):
    lead = make.lead(cast)
    row = make.referral(cast, "criminal", "sent", lead=lead)
    page = text_of(cast.client("police.officer").get(at(row)))
    assert "金丝雀沟调查报告" in page and "尚在鉴定，出具后补送" in page
    paper = row.papers.exclude(file=None).first()
    assert paper.sha256[:12] in page
    assert lead.number not in page and f"/cases/leads/{lead.pk}/" not in page
    assert f"/cases/leads/{lead.pk}/" in text_of(cast.client("nr.officer").get(at(row)))


def test_a_paper_is_handed_out_by_its_own_address_and_logged(cast):
    row = make.referral(cast, "criminal", "sent")
    paper = row.papers.exclude(file=None).first()
    answer = cast.client("police.officer").get(at(row, f"papers/{paper.pk}/file/"))
    assert b"".join(answer.streaming_content) == make.PDF
    entry = AuditEntry.objects.filter(verb="file.read").get()
    assert entry.actor == cast.police_officer and entry.matter_id == row.matter_id
    assert CANARY not in str(entry.facts)
    for stranger in ("ecology.officer", "auditor"):
        assert cast.client(stranger).get(at(row, f"papers/{paper.pk}/file/")).status_code == 404
    assert cast.client("police.officer").get(at(row, "papers/999999/file/")).status_code == 404


def test_of_another_referral_no_paper_is_handed_out_under_this_one(cast):
    mine, other = make.referral(cast, "criminal", "sent"), make.referral(cast, "jurisdiction", "sent")
    paper = other.papers.exclude(file=None).first()
    assert cast.client("police.officer").get(at(mine, f"papers/{paper.pk}/file/")).status_code == 404


def test_papers_that_went_back_are_named_and_no_longer_open(cast):
    row = make.referral(cast, "criminal", "not_filed")
    paper = row.papers.exclude(file=None).first()
    police = cast.client("police.officer")
    page = text_of(police.get(at(row)))
    assert "不再提供查看" in page and "金丝雀沟调查报告" in page
    assert police.get(at(row, f"papers/{paper.pk}/file/")).status_code == 404
    assert cast.client("nr.officer").get(at(row, f"papers/{paper.pk}/file/")).status_code == 200


@pytest.mark.parametrize("edge", ["discipline", "gang"])
@pytest.mark.parametrize("path", ["", "print/"])
def test_of_a_sealed_kind_the_office_sees_states_and_no_content(cast, edge, path):
    row = make.referral(cast, edge, "accepted")
    page = text_of(cast.client("office").get(at(row, path)))
    assert SEALED in page and CANARY not in page
    assert "已受理，办理中" in page and row.receiver.name in page
    for form in ("letter.docx", "goods.docx", "receipt/"):
        assert cast.client("office").get(at(row, form)).status_code == 404


def test_in_lists_ledgers_and_workbooks_sealed_content_is_kept_back(cast):
    row = make.referral(cast, "gang", "accepted")
    office = cast.client("office")
    for url in (LIST, "/cases/ledgers/exchange/"):
        page = text_of(office.get(url))
        assert row.number in page and SEALED in page and CANARY not in page
        assert CANARY not in str(cells(office.get(f"{url}?as=xlsx")))
    assert row.number not in text_of(office.get(f"/search/?q={CANARY}"))
    assert row.number in text_of(office.get(f"/search/?q={row.number}"))


# buttons -------------------------------------------------------------------------------------------


def test_only_legal_buttons_stand_and_the_others_say_why(cast):
    row = make.referral(cast, "criminal", "reported")
    head = text_of(cast.client("nr.head").get(at(row)))
    assert f'href="{at(row, "do/approve/")}"' in head
    officer = text_of(cast.client("nr.officer").get(at(row)))
    assert f'href="{at(row, "do/approve/")}"' not in officer
    assert "报请的人不能审批自己的报告" in officer
    assert "状态到“已批准，待移送”时才能办理" in officer


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [("approve", "nr.approver", 403), ("send", "nr.officer", 409), ("nothing", "nr.officer", 404)],
)
def test_the_page_of_a_move_that_is_not_ones_own_says_so(cast, name, who, status):
    row = make.referral(cast, "criminal", "reported")
    assert cast.client(who).get(at(row, f"do/{name}/")).status_code == status


def test_a_move_goes_through_its_page(cast):
    row = make.referral(cast, "criminal", "reported")
    client = cast.client("nr.head")
    assert make.SUMMARY in text_of(client.get(at(row, "do/approve/")))
    sent = {"reason": "同意", "number": "示批〔2026〕3号", "version": row.version}
    answer = client.post(at(row, "do/approve/"), sent)
    assert answer.status_code == 302 and answer["Location"] == at(row)
    row.refresh_from_db()
    assert row.status == "approved"
    assert "示批〔2026〕3号" in text_of(client.get(at(row)))


def test_a_missing_reason_stands_at_its_field_and_what_was_typed_is_kept(cast):
    row = make.referral(cast, "criminal", "received")
    sent = {"reason": "", "number": "示不立〔2026〕9号", "version": row.version}
    answer = cast.client("police.approver").post(at(row, "do/refuse_filing/"), sent)
    page = text_of(answer)
    assert answer.status_code == 400
    assert "请填写不予立案的理由和依据" in page and "示不立〔2026〕9号" in page
    row.refresh_from_db()
    assert row.status == "received"


def test_what_the_law_forbids_is_said_at_the_reason(cast):
    row = make.referral(cast, "criminal", "received")
    sent = {"reason": "材料不全，不收。", "version": row.version}
    answer = cast.client("police.officer").post(at(row, "do/return/"), sent)
    assert answer.status_code == 400
    assert "不得以材料不全为由拒收" in text_of(answer) and "材料不全，不收。" in text_of(answer)


def test_whoever_comes_second_is_told_and_reads_what_was_typed(cast):
    row = make.referral(cast, "criminal", "received")
    seen = row.version
    make.take(cast, row, "ask_supplement", "police.officer")
    sent = {"reason": "写了很久的理由", "number": "示公立字〔2026〕1号", "version": seen}
    answer = cast.client("police.approver").post(at(row, "do/file/"), sent)
    assert answer.status_code == 409
    assert "写了很久的理由" in text_of(answer) and "公安局" in text_of(answer)


def test_a_move_without_the_version_it_was_shown_with_is_a_conflict(cast):
    row = make.referral(cast, "criminal", "received")
    answer = cast.client("police.officer").post(at(row, "do/ask_supplement/"), {"reason": "缺报告"})
    assert answer.status_code == 409


# drafts, papers, goods -----------------------------------------------------------------------------


def test_a_unit_is_offered_its_own_kinds_only(cast):
    page = text_of(cast.client("nr.officer").get(f"{LIST}new/"))
    assert "涉嫌犯罪案件移送" in page and "公安机关移送行政处理" not in page
    page = text_of(cast.client("police.officer").get(f"{LIST}new/"))
    assert "公安机关移送行政处理" in page and "涉嫌犯罪案件移送" not in page
    assert cast.client("police.officer").get(f"{LIST}new/?edge=criminal").status_code == 403


def test_a_draft_is_written_from_a_lead(cast):
    lead = make.lead(cast)
    client, url = cast.client("nr.officer"), f"{LIST}new/?edge=jurisdiction&lead={lead.pk}"
    page = text_of(client.get(url))
    assert lead.number in page and lead.text in page
    sent = {
        "sender": cast.unit("nr").pk,
        "receiver": cast.unit("ecology").pk,
        "title": "占地堆放",
        "summary": "现场照片两张",
    }
    answer = client.post(url, sent)
    row = Referral.objects.get()
    assert answer["Location"] == at(row)
    assert (row.lead, row.matter, row.receiver.code) == (lead, lead.matter, "ecology")


def test_a_draft_with_an_empty_field_keeps_the_rest(cast):
    sent = {"sender": cast.unit("nr").pk, "receiver": cast.unit("police").pk, "summary": "只写了事实"}
    answer = cast.client("nr.officer").post(f"{LIST}new/?edge=criminal", sent)
    assert answer.status_code == 400
    assert "请填写案由" in text_of(answer) and "只写了事实" in text_of(answer)
    assert not Referral.objects.exists()


@pytest.mark.parametrize("key", ["lead=999999", "case=x", "prior=999999", f"lead={10**30}"])
def test_a_draft_tied_to_what_is_not_in_sight_is_missing(cast, key):
    assert cast.client("nr.officer").get(f"{LIST}new/?edge=jurisdiction&{key}").status_code == 404


def test_papers_and_goods_are_listed_and_taken_off(cast):
    row = make.draft(cast)
    client = cast.client("nr.officer")
    upload = io.BytesIO(make.PDF)
    upload.name = "报告.pdf"
    sent = {
        "kind": "report",
        "name": "调查报告",
        "copies": 2,
        "withheld": "举报人姓名不移送",
        "upload": upload,
    }
    assert client.post(at(row, "papers/"), sent).status_code == 302
    paper = row.papers.get()
    assert (paper.copies, paper.withheld, paper.file.size) == (2, "举报人姓名不移送", len(make.PDF))
    assert (
        client.post(at(row, "goods/"), {"name": "铁矿石", "quantity": "12.5", "unit": "吨"}).status_code
        == 302
    )
    assert "12.5吨" in text_of(client.get(at(row)))
    client.post(at(row, f"papers/{paper.pk}/drop/"))
    client.post(at(row, f"goods/{row.goods.get().pk}/drop/"))
    assert not row.papers.exists() and not row.goods.exists()


def test_a_file_of_no_known_type_is_refused_at_its_field(cast):
    row = make.draft(cast)
    upload = io.BytesIO(b"MZ program")
    upload.name = "报告.exe"
    answer = cast.client("nr.officer").post(
        at(row, "papers/"), {"kind": "report", "name": "调查报告", "copies": 1, "upload": upload}
    )
    assert answer.status_code == 400 and "不是 PDF" in text_of(answer) and not row.papers.exists()


def test_a_file_of_the_lead_is_linked_and_not_copied(cast):
    from core.files import store_document

    lead = make.lead(cast)
    kept = store_document(
        upload=io.BytesIO(make.PDF),
        name="现场笔录.pdf",
        member=cast.nr_officer,
        agency=cast.unit("nr"),
        subject=lead,
        matter=lead.matter,
    )
    row = make.draft(cast, lead=lead)
    client = cast.client("nr.officer")
    assert "现场笔录.pdf" in text_of(client.get(at(row, "papers/")))
    client.post(at(row, "papers/"), {"kind": "other", "name": "现场笔录", "copies": 1, "stored": kept.pk})
    assert row.papers.get().file == kept


def test_what_is_with_the_head_is_not_changed(cast):
    row = make.referral(cast, "criminal", "reported")
    client = cast.client("nr.officer")
    assert [client.get(at(row, path)).status_code for path in ("edit/", "papers/", "goods/")] == [409] * 3
    assert cast.client("police.officer").get(at(row, "edit/")).status_code == 404


def test_before_the_report_and_the_hand_over_everything_is_laid_out_once_more(cast):
    row = make.draft(cast)
    make.take(cast, row, "name_team", "nr.officer")
    page = text_of(cast.client("nr.officer").get(at(row, "do/report/")))
    assert "请核对以下内容" in page and make.SUMMARY in page and 'aria-label="修改案由"' in page
    row = make.referral(cast, "criminal", "approved")
    page = text_of(cast.client("nr.officer").get(at(row, "do/send/")))
    assert "移送后材料清单锁定" in page


# lists ---------------------------------------------------------------------------------------------


def cells(answer) -> list[list[str]]:
    """A downloaded workbook as rows of texts."""
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [["" if cell is None else str(cell) for cell in row] for row in book.worksheets[0].values]


def test_the_workbook_lists_what_the_list_shows(cast):
    out = make.referral(cast, "criminal", "sent")
    make.referral(cast, "risk_letter", "sent")
    client = cast.client("nr.officer")
    for query, number in (("way=out", 1), ("way=in", 1), ("", 2), ("edge=criminal", 1), ("status=closed", 0)):
        page = client.get(f"{LIST}?{query}")
        assert page.context["count"] == number
        rows = cells(client.get(f"{LIST}?{query}&as=xlsx"))
        assert len(rows) == number + 1
    assert rows[0][:3] == ["移送编号", "类型", "案由"]
    rows = cells(client.get(f"{LIST}?edge=criminal&as=xlsx"))
    assert rows[1][:5] == [out.number, "涉嫌犯罪案件移送", make.TITLE, "自然资源局", "公安局"]


def test_the_head_counts_what_waits_for_the_own_unit(cast):
    make.referral(cast, "criminal", "sent")
    make.referral(cast, "criminal", "reported")

    def figures(who):
        tallies = cast.client(who).get(LIST).context["tallies"]
        return {one["label"]: one["value"] for one in tallies}

    assert figures("police.officer") == {"待我签收": 1, "待审批": 0, "超期": 0}
    assert figures("nr.head") == {"待我签收": 0, "待审批": 1, "超期": 0}


def test_the_exchange_ledger_shows_both_ways_with_the_answer(cast):
    row = make.referral(cast, "criminal", "closed", result="judged")
    back = make.referral(cast, "criminal_return", "sent")
    draft = make.draft(cast)
    client = cast.client("nr.officer")
    rows = {line[0]: line for line in cells(client.get("/cases/ledgers/exchange/?as=xlsx"))}
    assert rows[row.number][1] == "移送公安机关" and "法院已判决" in rows[row.number]
    assert rows[back.number][1] == "公安机关移出"
    assert draft.number not in rows
    assert row.number not in text_of(cast.client("ecology.officer").get("/cases/ledgers/exchange/"))


def test_letters_and_what_was_mended_stand_in_the_ledger_of_remedies(cast):
    letter = make.referral(cast, "risk_letter", "sent")
    mended = make.referral(cast, "jurisdiction", "answered", result="rectified")
    other = make.referral(cast, "jurisdiction", "answered", result="no_violation")
    page = text_of(cast.client("nr.officer").get("/cases/ledgers/remedy/"))
    assert letter.number in page and mended.number in page and other.number not in page


def test_there_is_no_other_ledger(cast):
    assert cast.client("nr.officer").get("/cases/ledgers/other/").status_code == 404


# beside a lead or a case ---------------------------------------------------------------------------


def test_the_holder_refers_a_lead_from_its_page_and_nobody_else(cast):
    lead = make.lead(cast)
    door = f"{LIST}new/?lead={lead.pk}"
    assert door in text_of(cast.client("nr.officer").get(f"/cases/leads/{lead.pk}/"))
    page = text_of(cast.client("office").get(f"/cases/leads/{lead.pk}/"))
    assert door not in page and "由承办单位（自然资源局）移送" in page


def test_a_lead_tells_where_it_was_sent_and_may_end_in_that(cast):
    from ledgers import lead_doors

    lead = make.lead(cast)
    assert lead_doors.ended(lead, "referral") == ""
    row = make.referral(cast, "criminal", "received", lead=lead)
    page = text_of(cast.client("nr.officer").get(f"/cases/leads/{lead.pk}/"))
    assert at(row) in page and f"移送 {row.number}：签收" in page
    assert lead_doors.ended(lead, "referral") == row.number
    recalled = make.referral(cast, "risk_letter", "recalled", sender="police", receiver="nr")
    assert lead_doors.ended(lead, "referral") == row.number and recalled.lead is None


def test_of_a_sealed_referral_nobody_learns_from_the_leads_page(cast):
    lead = make.lead(cast)
    row = make.referral(cast, "discipline", "sent", lead=lead)
    assert row.number not in text_of(cast.client("qingshi.filler").get(f"/cases/leads/{lead.pk}/"))


def test_before_sealed_content_opens_its_reader_says_why(cast):
    row = make.referral(cast, "discipline", "sent")
    page = text_of(cast.client("discipline").get(at(row)))
    assert "查看事由" in page and CANARY not in page
    for path in ("letter.docx", "do/receive/", "print/"):
        assert CANARY not in text_of(cast.client("discipline").get(at(row, path)))


def test_a_case_number_that_is_taken_is_said_at_its_field(cast):
    make.referral(cast, "criminal", "filed")  # under the number that the doors of tests give
    row = make.referral(cast, "criminal", "received")
    sent = {"reason": "决定立案", "number": "示字〔2026〕1号", "version": row.version}
    answer = cast.client("police.approver").post(at(row, "do/file/"), sent)
    assert answer.status_code == 400
    assert "已有案件使用“示字〔2026〕1号”" in text_of(answer) and "决定立案" in text_of(answer)
