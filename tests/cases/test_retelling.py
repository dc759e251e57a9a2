"""What somebody told is retold in a referral, never copied: how they say it gives them away."""

import datetime as dt

import pytest
import time_machine

from cases.actions import cases, referrals
from cases.models import Referral
from cases.retelling import COPIED, HINT, copies
from core.errors import DomainError
from ledgers.actions import leads
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI
from tests.cases import make
from tests.ledgers import make_leads

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
TEXT = "我家隔壁的老王昨晚在我家地头拿铲车挖沙子往外卖"
OWN = "有群众反映，有人夜间在农田边挖砂外运。"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def tip(cast):
    return make_leads.lead(cast, source="letter", text=TEXT)


def case_of(cast, *told, **more):
    facts = {"title": "无证采砂案", "found_on": NOW.date(), "origin": "lead", "leads": told} | more
    return cases.open_case(by=cast.nr_officer, holder=cast.unit("nr"), **facts)


def draft(cast, **more):
    return make.draft(cast, "jurisdiction", **({"summary": OWN} | more))


def page(cast, path):
    answer = cast.client("nr.officer").get(path)
    assert answer.status_code == 200
    return answer.content.decode()


# nothing is filled in ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/cases/referrals/new/?edge=jurisdiction&lead={}", "/cases/new/?lead={}"],
    ids=["referral", "case"],
)
def test_a_form_made_from_a_tip_bears_a_hint_and_none_of_its_words(cast, tip, path):
    said = page(cast, path.format(tip.pk))
    assert TEXT not in said and HINT in said
    camera = make_leads.lead(cast, text=TEXT)
    said = page(cast, path.format(camera.pk))
    assert TEXT in said and HINT not in said


def test_facts_of_a_case_that_copy_its_tip_are_not_filled_in(cast, tip):
    copied, retold = case_of(cast, tip, facts=f"经查，{TEXT}。"), case_of(cast, tip, facts=OWN)
    path = "/cases/referrals/new/?edge=jurisdiction&case={}"
    assert TEXT not in page(cast, path.format(copied.pk))
    assert OWN in page(cast, path.format(retold.pk))


# nothing is copied -------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["title", "summary", "purpose"])
@pytest.mark.parametrize("said", [TEXT, f"反映：{TEXT[3:20]}", " ".join(TEXT), TEXT.replace("在", "在\n")])
def test_a_tip_is_copied_nowhere_into_a_referral(cast, tip, field, said):
    with pytest.raises(DomainError) as error:
        draft(cast, lead=tip, **{field: said})
    assert (error.value.field, error.value.message) == (field, COPIED)
    assert not Referral.objects.exists() and draft(cast, lead=tip).summary == OWN


def test_a_draft_is_not_changed_into_a_copy_and_what_was_typed_stays(cast, tip):
    row = draft(cast, lead=tip)
    path = f"/cases/referrals/{row.pk}/edit/"
    assert HINT in page(cast, path)
    sent = {"sender": row.sender_id, "receiver": row.receiver_id, "title": row.title, "summary": TEXT}
    answer = cast.client("nr.officer").post(path, sent | {"version": row.version})
    assert answer.status_code == 400 and COPIED in answer.content.decode() and TEXT in answer.content.decode()
    row.refresh_from_db()
    assert row.summary == OWN


def test_the_tip_of_a_case_and_one_merged_into_its_lead_are_not_copied_either(cast, tip):
    main = make_leads.lead(cast)
    child = make_leads.lead(cast, source="phone", text="他们每天后半夜两点多从我家门口拉沙子")
    leads.merge(lead=child, into=main, by=cast.nr_officer)
    case = case_of(cast, tip, Lead.objects.get(pk=main.pk))
    for text in (TEXT, child.text):
        with pytest.raises(DomainError, match="不要照抄"):
            draft(cast, case=case, summary=text)
    prior = draft(cast, case=case)
    with pytest.raises(DomainError, match="不要照抄"):
        referrals.draft(
            by=cast.nr_officer,
            edge="jurisdiction",
            receiver=cast.unit("police"),
            title="案",
            summary=TEXT,
            case=case,
            prior=prior,
        )


def test_what_nobody_told_is_copied_as_it_stands(cast):
    camera = make_leads.lead(cast, text=TEXT)
    assert draft(cast, lead=camera, summary=TEXT).summary == TEXT


# what is a copy ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "copied"), [(14, False), (15, True)])
def test_fifteen_characters_in_a_row_are_a_copy(length, copied):
    assert copies(f"反映{TEXT[:length]}等", [Lead(text=TEXT)]) is copied


def test_the_place_and_names_are_nobodys_way_of_speaking():
    place = "示范县青石镇上湾村柳树沟北坡采石场东侧"
    tip = Lead(text=f"就在{place}那里有人挖", location=place)
    assert not copies(f"经查，{place}有采挖痕迹", [tip])
    assert copies(f"经查，{place}有采挖痕迹", [Lead(text=tip.text)])
