"""移送材料清单 and 涉案物品清单: complete or explained, frozen with hashes, quantities that fit."""

import datetime as dt
import hashlib
import io
from decimal import Decimal

import docx
import pytest
import time_machine

from cases import sight, standing
from cases.actions import referrals
from cases.actions.referrals.manifest import CLOSED
from cases.models import Goods, Paper
from cases.papers import goods_list
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.files import store_document
from core.models import StoredFile
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI
from tests.cases import make

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def paper(cast, row, kind="other", by="nr.officer", **facts):
    return referrals.add_paper(referral=row, by=cast.member(by), kind=kind, **({"name": "材料"} | facts))


def goods(cast, row, by="nr.officer", **facts):
    values = {"name": "挖掘机", "quantity": "2", "unit": "台"} | facts
    return referrals.add_goods(referral=row, by=cast.member(by), **values)


def test_a_criminal_referral_names_what_is_missing(cast):
    row = make.referral(cast, "criminal", "approved")
    paper(cast, row, "letter", name="涉嫌犯罪案件移送书", upload=make.pdf())
    row.refresh_from_db()
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "send", "nr.officer")
    assert error.value.field == "papers"
    assert "调查报告、涉案物品清单、检验报告、鉴定意见" in error.value.message


def test_what_is_withheld_stands_on_the_list_with_its_reason(cast):
    row = make.referral(cast, "criminal", "approved")
    for kind, why in (("letter", ""), ("report", ""), ("goods", "无涉案物品"), ("opinion", "尚在鉴定")):
        paper(cast, row, kind, withheld=why)
    row.refresh_from_db()
    make.take(cast, row, "send", "nr.officer")
    assert row.status == "sent"
    assert {one.withheld for one in row.papers.all()} == {"", "无涉案物品", "尚在鉴定"}


@pytest.mark.parametrize("edge", ["jurisdiction", "risk_letter", "gang"])
def test_another_kind_needs_a_letter_at_least(cast, edge):
    row = make.referral(cast, edge, "approved")
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "send", make.who(row.sender.code, 0))
    assert error.value.field == "papers"


def test_the_manifest_is_frozen_with_names_and_hashes(cast):
    row = make.referral(cast, "criminal", "sent")
    papers = list(row.papers.all())
    assert all(one.frozen_at == NOW and one.round == 0 for one in papers)
    assert {one.sha256 for one in papers if one.file} == {hashlib.sha256(make.PDF).hexdigest()}
    for one in papers:
        with pytest.raises(DomainError):
            referrals.drop_paper(paper=one, by=cast.nr_officer)
    with pytest.raises(DomainError):
        paper(cast, row)
    assert row.papers.count() == len(papers)


def test_a_supplement_is_a_round_of_its_own(cast):
    row = make.referral(cast, "criminal", "supplement")
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "supplement", "nr.officer")
    assert error.value.field == "papers"
    extra = paper(cast, row, "opinion", name="鉴定意见书", upload=make.pdf())
    assert extra.round == 1 and not sight.readable_paper(cast.police_officer, extra)
    assert sight.readable_paper(cast.nr_approver, extra)
    row.refresh_from_db()
    with time_machine.travel(NOW + dt.timedelta(hours=3), tick=False):
        make.take(cast, row, "supplement", "nr.officer")
    extra.refresh_from_db()
    assert extra.frozen_at == NOW + dt.timedelta(hours=3)
    assert sight.readable_paper(cast.police_officer, extra)


def test_nothing_changes_while_the_head_reads_the_report(cast):
    row = make.referral(cast, "criminal", "team_named")
    one = paper(cast, row)
    row.refresh_from_db()
    make.take(cast, row, "report", "nr.officer")
    for change in (
        lambda: paper(cast, row),
        lambda: referrals.drop_paper(paper=Paper.objects.get(pk=one.pk), by=cast.nr_officer),
        lambda: goods(cast, row),
    ):
        with pytest.raises(Conflict):
            change()
    make.take(cast, row, "refuse", "nr.head")
    referrals.drop_paper(paper=Paper.objects.get(pk=one.pk), by=cast.nr_officer)
    assert not row.papers.exists()


def test_a_page_opened_before_a_paper_came_is_told(cast):
    row = make.referral(cast, "jurisdiction", "approved")
    make.papers(cast, row)
    old = row.version - 1
    with pytest.raises(Conflict):
        make.take(cast, row, "send", "nr.officer", version=old)


def test_a_file_of_the_affair_is_linked_and_never_copied(cast):
    lead = make.lead(cast)
    row = make.draft(cast, lead=lead)
    name, opened = make.pdf("照片.pdf")
    file = store_document(
        upload=opened,
        name=name,
        member=cast.nr_officer,
        agency=cast.unit("nr"),
        subject=lead,
        matter=lead.matter,
    )
    before = StoredFile.objects.count()
    one = paper(cast, row, file=file)
    assert one.file == file and one.sha256 == file.sha256 and StoredFile.objects.count() == before


def test_a_file_of_another_affair_or_out_of_sight_is_not_linked(cast):
    row = make.draft(cast, lead=make.lead(cast))
    for unit, who in (("nr", "nr.officer"), ("huangsha", "huangsha.filler")):
        other = make.lead(cast, unit, who)
        name, opened = make.pdf()
        file = store_document(
            upload=opened,
            name=name,
            member=cast.member(who),
            agency=cast.unit(unit),
            subject=other,
            matter=other.matter,
        )
        with pytest.raises(DomainError) as error:
            paper(cast, row, file=file)
        assert error.value.field == "file"


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "secret"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "长" * 121}, "name"),
        ({"copies": 0}, "copies"),
        ({"withheld": "长" * 201}, "withheld"),
        ({"upload": ("表.pdf", io.BytesIO(b"nothing"))}, "file"),
    ],
)
def test_a_bad_line_names_its_field(cast, facts, field):
    row = make.draft(cast)
    with pytest.raises(DomainError) as error:
        paper(cast, row, **facts)
    assert error.value.field == field
    assert not row.papers.exists()


def test_papers_are_the_senders_to_prepare(cast):
    row = make.referral(cast, "criminal", "supplement")
    with pytest.raises(NotAllowed):
        paper(cast, row, by="police.officer")
    with pytest.raises(Missing):
        paper(cast, row, by="ecology.officer")


# goods ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"unit": ""}, "unit"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "两"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": "1.2345"}, "quantity"),
        ({"place": "长" * 121}, "place"),
    ],
)
def test_a_bad_line_of_goods_names_its_field(cast, facts, field):
    row = make.draft(cast)
    with pytest.raises(DomainError) as error:
        goods(cast, row, **facts)
    assert error.value.field == field and not row.goods.exists()


def filed(cast, **facts):
    row = make.draft(cast)
    things = [goods(cast, row, **facts), goods(cast, row, name="砂石", quantity="12.5", unit="吨")]
    row.refresh_from_db()
    for move in make.way("criminal", "filed"):
        if move == "send":
            make.papers(cast, row)
        make.take(cast, row, move, make.maker(row, move))
    return row, things


def test_goods_are_handed_over_as_far_as_there_are_any(cast):
    row, (digger, sand) = filed(cast)
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "hand_over", "nr.officer", goods={digger.pk: "3"})
    assert error.value.field == "goods" and "最多还可移交2台" in error.value.message
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "hand_over", "nr.officer", goods={digger.pk: "2"})
    assert error.value.field == "reason" and "砂石" in error.value.message
    for bad in ("-1", "一", "Infinity"):
        with pytest.raises(DomainError) as error:
            make.take(cast, row, "hand_over", "nr.officer", goods={digger.pk: bad})
        assert error.value.field == "goods"
    step = make.take(
        cast, row, "hand_over", "nr.officer", goods={digger.pk: "2", sand.pk: "12"}, text="0.5吨留作检材"
    )
    assert Goods.objects.get(pk=digger.pk).handed == 2
    assert Goods.objects.get(pk=sand.pk).handed == Decimal("12.000")
    assert step.details["goods"] == {str(digger.pk): "2", str(sand.pk): "12"}


def test_goods_of_another_referral_are_not_handed_over(cast):
    row, _ = filed(cast)
    other = goods(cast, make.draft(cast))
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "hand_over", "nr.officer", goods={other.pk: "1"})
    assert error.value.field == "goods"


def test_without_goods_the_text_says_so(cast):
    row = make.referral(cast, "criminal", "filed")
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "hand_over", "nr.officer")
    assert error.value.field == "reason"
    make.take(cast, row, "hand_over", "nr.officer", text="无涉案物品")
    assert row.status == "handed_over"


def test_what_stood_on_the_list_of_goods_when_it_went_over_stays(cast):
    row, (digger, _) = filed(cast)
    with pytest.raises(Conflict):
        referrals.drop_goods(goods=digger, by=cast.nr_officer)
    draft = make.draft(cast)
    line = goods(cast, draft)
    referrals.drop_goods(goods=line, by=cast.nr_officer)
    assert not draft.goods.exists() and row.goods.count() == 2


@pytest.mark.parametrize("status", ["supplement", "filed", "handed_over"])
def test_goods_found_since_are_listed_and_taken_off_until_they_go_over(cast, status):
    row = make.referral(cast, "criminal", status)
    line = goods(cast, row, name="雷管")
    referrals.drop_goods(goods=line, by=cast.nr_officer)
    assert not row.goods.exists()
    line = goods(cast, row, name="炸药")
    assert "炸药" not in seen_by(cast, "police.officer", row) and "炸药" in seen_by(cast, "nr.officer", row)
    row.refresh_from_db()
    if status == "supplement":
        make.take(cast, row, "supplement", "nr.officer", text="补送清单")
        make.take(cast, row, "ask_supplement", "police.officer")
    else:
        make.take(cast, row, "hand_over", "nr.officer", goods={line.pk: "1"}, text="其余1台留作检材")
    assert "炸药" in seen_by(cast, "police.officer", row)
    with pytest.raises(Conflict):
        referrals.drop_goods(goods=line, by=cast.nr_officer)
    page = cast.client("nr.officer").get(f"/cases/referrals/{row.pk}/goods/").content.decode()
    assert "已锁定" in page and f"goods/{line.pk}/drop/" not in page


def seen_by(cast, who, row):
    """All that the pages and the list for Word show of a referral."""
    client, at = cast.client(who), f"/cases/referrals/{row.pk}/"
    table = docx.Document(io.BytesIO(goods_list(row, cast.member(who)))).tables[0]
    return "".join(
        [client.get(f"{at}{page}").content.decode() for page in ("", "print/")]
        + [cell.text for line in table.rows for cell in line.cells]
    )


@pytest.mark.parametrize("status", ["received", "passed", "answered"])
def test_goods_are_listed_while_there_is_something_to_do_with_them(cast, status):
    row = make.referral(cast, "criminal", status)
    with pytest.raises(DomainError) as error:
        goods(cast, row)
    assert error.value.message == CLOSED


def test_what_is_left_is_handed_over_afterwards(cast):
    row, (digger, sand) = filed(cast)
    make.take(cast, row, "hand_over", "nr.officer", goods={digger.pk: "1"}, text="其余留作检材")
    duty = Duty.objects.open().get(subject_kind="cases.referral", subject_id=str(row.pk))
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "hand_over", "nr.officer", text="没有移交什么")
    assert error.value.field == "goods"
    later = {digger.pk: "1", sand.pk: "12.5"}
    with time_machine.travel(NOW + dt.timedelta(days=9), tick=False):
        step = make.take(cast, row, "hand_over", "nr.officer", goods=later)
    assert (row.status, step.source, step.late) == ("handed_over", "handed_over", False)
    digger.refresh_from_db()
    assert (digger.handed, digger.handed_at) == (2, NOW)
    assert Duty.objects.open().get(pk=duty.pk).due_at == duty.due_at  # the answer is owed as before
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "hand_over", "nr.officer", text="再移交")
    assert error.value.message == standing.NOTHING_LEFT


def test_the_page_of_a_further_hand_over_asks_only_for_what_is_left(cast):
    row, (digger, sand) = filed(cast)
    make.take(cast, row, "hand_over", "nr.officer", goods={digger.pk: "2"}, text="砂石留作检材")
    client, at = cast.client("nr.officer"), f"/cases/referrals/{row.pk}/"
    assert f"{at}do/hand_over/" in client.get(at).content.decode()
    page = client.get(f"{at}do/hand_over/").content.decode()
    assert f"goods-{sand.pk}" in page and f"goods-{digger.pk}" not in page


# scans ----------------------------------------------------------------------------------------------


def test_a_sealed_paper_is_scanned_back_beside_its_step(cast):
    row = make.referral(cast, "criminal", "received")
    step = row.steps.get(move="receive")
    before = step.version
    file = referrals.attach_scan(step=step, by=cast.police_officer, upload=make.pdf("回执.pdf"))
    step.refresh_from_db()
    assert file.kind == StoredFile.Kind.SCAN and step.file is None and step.version == before
    with pytest.raises(NotAllowed):
        referrals.attach_scan(step=step, by=cast.nr_officer, upload=make.pdf())
    with pytest.raises(Missing):
        referrals.attach_scan(step=step, by=cast.ecology_officer, upload=make.pdf())
    with pytest.raises(DomainError):
        referrals.attach_scan(step=step, by=cast.police_officer, upload=None)
