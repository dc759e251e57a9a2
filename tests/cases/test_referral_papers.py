"""Letters for Word: what they say by kind, the receipt, the same bytes, nothing but what may be read."""

from __future__ import annotations

import io

import docx
import pytest

from cases.actions import cases, referrals
from cases.models import Case
from cases.papers import goods_list, letter
from core.models import AuditEntry
from tests.cases import make, make_cases


def words(data: bytes) -> str:
    paper = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in paper.paragraphs), *cells])


def test_a_criminal_referral_promises_goods_and_asks_for_reasons(cast):
    row = make.referral(cast, "criminal", "approved")
    make.papers(cast, row)
    said = words(letter(row, cast.nr_officer))
    for part in (
        "涉嫌犯罪案件移送书",
        row.number,
        "示范县公安局：",
        "行政处罚法》第二十七条",
        "3日内，移交涉案物品",
        "不予立案的，请书面说明理由，并退回案卷材料",
        "附件：1.金丝雀沟移送书（函）",
        "3.金丝雀沟涉案物品清单",
        "抄送：",
        "涉嫌犯罪案件移送书回执",
        "示范县公安局（盖章）",
    ):
        assert part in said, part


def test_the_receipt_names_day_and_person_once_it_was_signed_for(cast):
    row = make.referral(cast, "criminal", "received")
    said = words(letter(row, cast.police_officer))
    assert "签收人：公安局承办人" in said.replace(" ", "") or f"签收人：{cast.police_officer.name}" in said
    page = cast.client("police.officer").get(f"/cases/referrals/{row.pk}/receipt/").content.decode()
    assert cast.police_officer.name in page and "单位盖章" in page


def test_what_is_not_handed_over_is_no_attachment_and_was_not_received(cast):
    row = make.referral(cast, "criminal", "received")
    assert row.papers.get(kind="opinion").withheld
    assert "鉴定意见" not in words(letter(row, cast.police_officer))
    page = cast.client("police.officer").get(f"/cases/referrals/{row.pk}/receipt/").content.decode()
    assert "金丝雀沟调查报告" in page and "鉴定意见" not in page
    record = cast.client("police.officer").get(f"/cases/referrals/{row.pk}/").content.decode()
    assert "尚在鉴定，出具后补送" in record  # the manifest says why it is missing (310号第六条)


def test_of_a_paper_without_some_of_its_content_the_letter_says_so(cast):
    row = make.referral(cast, "jurisdiction", "approved")
    facts = {"kind": "report", "name": "调查报告", "copies": 2, "withheld": "举报人姓名不移送"}
    referrals.add_paper(referral=row, by=cast.nr_officer, upload=make.pdf(), **facts)
    assert "调查报告（2份，部分不移送：举报人姓名不移送）" in words(letter(row, cast.nr_officer))


@pytest.mark.parametrize(
    ("edge", "parts"),
    [
        ("jurisdiction", ("关于“金丝雀沟案由”的案件移送函", "事实和理由", "请将办理结果书面反馈")),
        ("risk_letter", ("公安风险（建议）提示函", "发现的风险隐患", "建议", "回执")),
        ("reverse", ("检察意见书",)),
    ],
)
def test_each_kind_has_its_own_letter(cast, edge, parts):
    row = make.draft(cast, edge, purpose="请依法处理")
    said = words(letter(row, row.drafted_by))
    for part in parts:
        assert part in said, part


def test_the_list_of_goods_has_nine_columns_and_places_to_sign(cast):
    row = make.draft(cast)
    referrals.add_goods(
        referral=row, by=cast.nr_officer, name="挖掘机", spec="220型", quantity="1", unit="台", place="停车场"
    )
    said = words(goods_list(row, cast.nr_officer))
    for part in ("序号", "规格型号", "存放地点", "挖掘机", "220型", "持有人：", "见证人：", "经办人："):
        assert part in said, part


def test_the_same_referral_gives_the_same_bytes(cast):
    row = make.draft(cast)
    assert letter(row, cast.nr_officer) == letter(row, cast.nr_officer)
    assert goods_list(row, cast.nr_officer) == goods_list(row, cast.nr_officer)


def test_a_download_is_logged_without_content_and_its_name_says_nothing(cast):
    row = make.referral(cast, "criminal", "sent")
    answer = cast.client("police.officer").get(f"/cases/referrals/{row.pk}/letter.docx")
    assert answer.status_code == 200
    entry = AuditEntry.objects.filter(verb="export.made").latest("id")
    assert entry.facts == {"form": "referral", "as": "docx", "number": row.number}
    assert row.number in answer["Content-Disposition"] and "%E9%87%91" not in answer["Content-Disposition"]


# -- 当事人 ------------------------------------------------------------------------------------------

FIRM = "金丝雀矿业有限公司"


def of_case(cast, status: str, edge: str = "criminal"):
    """A referral of a case of the bureau with one firm in it."""
    return make.referral(cast, edge, status, case=make_cases.with_facts(cast))


def test_the_receiver_reads_whom_the_letter_names_without_having_the_senders_case(cast):
    row = of_case(cast, "received")
    assert not Case.objects.visible_to(cast.police_officer).filter(pk=row.case_id).exists()
    said = words(letter(row, cast.police_officer))
    assert f"{FIRM}（统一社会信用代码：{make_cases.CODE}）" in said
    assert f"当事人：{FIRM}" in said  # on the 回执 the name alone
    page = cast.client("police.officer").get(f"/cases/referrals/{row.pk}/receipt/").content.decode()
    assert FIRM in page and make_cases.CODE not in page


def test_the_letter_names_them_as_they_were_handed_over(cast):
    row = of_case(cast, "sent", "jurisdiction")
    party = Case.objects.get(pk=row.case_id).parties.get()
    type(party).objects.filter(pk=party.pk).update(name="改名以后有限公司", note="内部备注")
    for reader in (cast.nr_officer, cast.ecology_officer):
        said = words(letter(row, reader))
        assert FIRM in said and "改名以后" not in said and "内部备注" not in said


def test_a_draft_names_them_as_the_case_has_them(cast):
    row = make.draft(cast, case=make_cases.with_facts(cast))
    assert row.parties is None and FIRM in words(letter(row, cast.nr_officer))


def test_when_the_papers_have_gone_back_the_receiver_reads_them_no_more(cast):
    row = of_case(cast, "received")
    make.take(cast, row, "refuse_filing", "police.approver")
    row.refresh_from_db()
    assert FIRM not in words(letter(row, cast.police_officer))
    assert FIRM in words(letter(row, cast.nr_officer))


def test_the_supervising_procuratorate_reads_them_and_who_only_watches_does_not(cast):
    row = of_case(cast, "supervision")
    assert FIRM in words(letter(row, cast.procuratorate))
    Case.objects.filter(pk=row.case_id).update(track="criminal")  # out of the office's sight
    assert FIRM not in words(letter(row, cast.office))


def test_what_came_on_paper_names_the_parties_of_the_receivers_own_case(cast):
    row = make.referral(cast, "criminal_return", "received", sender="police", receiver="nr")
    assert row.parties == []
    make.take(cast, row, "accept", "nr.officer")
    row.refresh_from_db()
    cases.save_party(case=row.answer_case, by=cast.nr_officer, kind="person", name="金丝雀某")
    assert "金丝雀某" in words(letter(row, cast.nr_officer))
    assert "金丝雀某" not in words(letter(row, cast.member("forestry.officer")))
