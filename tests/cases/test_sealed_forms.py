"""A form tells of sealed content as its record does: it asks why first; and it never holds what was typed."""

import datetime as dt

import pytest
import time_machine

from cases.actions.cases import give_task, take_measure
from cases.actions.rights import decide_sealing, propose_sealing
from cases.actions.rights.reads import note_read
from cases.models import Case, LookBack, SensitiveRead
from core.models import Matter
from tests.cases import make as referrals
from tests.cases import make_after as after
from tests.cases import make_cases as make
from tests.cases import test_sentinel as line
from tests.cases.make_cases import at

NOW = at(2026, 9, 22, 9)
PARTY, TITLE, TYPED = "金丝雀矿业有限公司", "金丝雀沟采砂案由", "夜里打的字"
ASKS = "请先写明查看事由"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def seal(cast, row):
    matter = Matter.objects.get(pk=row.matter_id)
    asked = propose_sealing(by=cast.nr_approver, matter=matter, seal=True, reason="案情敏感")
    decide_sealing(sealing=asked, by=cast.nr_head)
    return type(row).objects.get(pk=row.pk)


def forms_of(cast, case, penalty):
    """The address of every form of a case that has something of everything."""
    remedy = after.brought(cast, case, NOW.date())
    facts = {"kind": "seal", "things": "金丝雀牌挖掘机", "approved_by": "局长", "upload": make.paper()}
    measure = take_measure(case=make.fresh(case), by=cast.nr_officer, taken_at=NOW, **facts)
    task = give_task(case=make.fresh(case), by=cast.nr_head, member=cast.nr_officer, title="金丝雀沟补测")
    visit = LookBack.objects.create(case=case, days=30, due_at=NOW)
    party, violation = case.parties.get(), case.violations.get()
    new = ("parties", "violations", "penalties", "measures", "tasks", "notes", "remedies")
    return [
        *(f"/cases/{case.pk}/{name}/new/" for name in new),
        *(f"/cases/{case.pk}/{name}/" for name in ("edit", "held")),
        *(f"/cases/remedies/{remedy.pk}/{name}" for name in ("", "answer/", "end/")),
        *(f"/cases/penalties/{penalty.pk}/{name}" for name in ("", "carry/", "vary/", "dispose/")),
        *(f"/cases/measures/{measure.pk}/{name}/" for name in ("report", "end")),
        f"/cases/parties/{party.pk}/",
        f"/cases/violations/{violation.pk}/",
        f"/cases/tasks/{task.pk}/done/",
        f"/cases/lookbacks/{visit.pk}/",
    ]


def test_every_form_of_a_sealed_case_asks_why_before_it_opens(cast):
    case, penalty = after.with_confiscation(cast)
    forms = forms_of(cast, case, penalty)
    case, client = seal(cast, case), cast.client("nr.head")
    for url in forms:
        said = client.get(url)
        assert said.status_code == 200 and ASKS in said.content.decode(), url
        assert "金丝雀" not in said.content.decode(), url
    assert not SensitiveRead.objects.filter(member=cast.nr_head).exists()
    note_read(member=cast.nr_head, subject=case, matter=case.matter, why="审批需要")
    assert not [url for url in forms if ASKS in client.get(url).content.decode()]


def test_its_officer_is_not_asked_and_the_opening_is_noted(cast):
    case = seal(cast, make.filed(cast, title=TITLE))
    page = cast.client("nr.officer").get(f"/cases/{case.pk}/edit/").content.decode()
    assert TITLE in page and ASKS not in page
    assert SensitiveRead.objects.get(member=cast.nr_officer).subject_id == str(case.pk)


def test_the_form_of_a_decision_not_to_refer_asks_why(cast):
    case = seal(cast, line.case_of(cast))
    page = cast.client("nr.head").get(f"/cases/{case.pk}/line/decide/").content.decode()
    assert ASKS in page and "测算达到刑事标准" not in page


@pytest.mark.parametrize("path", ["edit/", "papers/", "goods/"])
def test_the_forms_of_a_sealed_draft_ask_why(cast, path):
    row = referrals.draft(cast, "gang")
    page = cast.client("nr.head").get(f"/cases/referrals/{row.pk}/{path}").content.decode()
    assert ASKS in page and "金丝雀" not in page
    assert ASKS not in cast.client("nr.officer").get(f"/cases/referrals/{row.pk}/{path}").content.decode()


def test_checking_a_step_of_a_sealed_referral_asks_why(cast):
    row = referrals.referral(cast, "gang", "sent", receiver="gang_office")
    step = referrals.take(
        cast, row, "receive", "nr.officer", happened_at=NOW, number="黑办1号", upload=referrals.pdf()
    )
    page = (
        cast.client("nr.approver").get(f"/cases/referrals/{row.pk}/steps/{step.pk}/check/").content.decode()
    )
    assert ASKS in page and "黑办1号" not in page


def test_the_form_of_a_step_of_a_sealed_lead_asks_why(cast):
    lead = seal(cast, referrals.lead(cast))
    page = cast.client("nr.head").get(f"/cases/leads/{lead.pk}/dispatch/").content.decode()
    assert ASKS in page and "违法情形尚不清楚" not in page


def test_a_file_of_a_sealed_referral_asks_why_by_its_own_address_too(cast):
    row = referrals.referral(cast, "gang", "sent")
    url, client = f"/files/{row.papers.get().file_id}/", cast.client("police.head")
    asked = client.get(url)
    assert not asked.streaming and ASKS in asked.content.decode()
    form = {"kind": "cases.referral", "key": row.pk, "next": url, "why": "审批需要"}
    assert client.post("/cases/reads/", form, follow=True).streaming
    assert SensitiveRead.objects.get(member=cast.police_head).subject_id == str(row.pk)
    assert cast.client("nr.officer").get(url).streaming


# past midnight -------------------------------------------------------------------------------------


def opened_last_night(cast, case):
    """The head said why at 23:00 and has the form before her."""
    with time_machine.travel(NOW.replace(hour=23), tick=False):
        note_read(member=cast.nr_head, subject=case, matter=case.matter, why="审批需要")
    return time_machine.travel(NOW.replace(hour=0) + dt.timedelta(days=1), tick=False)


def requested(cast):
    """A sealed case that waits for the head's word."""
    case = make.with_facts(cast)
    make.do(cast, case, "request_filing", "nr.officer", make.START, text="符合立案标准")
    return seal(cast, case)


def test_a_step_sent_past_midnight_is_taken(cast):
    case = requested(cast)
    url, form = f"/cases/{case.pk}/do/approve_filing/", {"version": case.version}
    with opened_last_night(cast, case):
        answer = cast.client("nr.head").post(url, form)
    assert answer.status_code == 302 and Case.objects.get(pk=case.pk).status == "filed"


def test_a_step_sent_past_midnight_that_must_be_mended_comes_back_with_what_was_typed(cast):
    case = requested(cast)
    url, form = f"/cases/{case.pk}/do/refuse_filing/", {"reason": TYPED * 1000, "version": case.version}
    with opened_last_night(cast, case):
        answer = cast.client("nr.head").post(url, form)
    assert answer.status_code == 400 and TYPED in answer.content.decode()
    assert ASKS not in answer.content.decode()


def test_a_form_that_comes_back_past_midnight_is_noted(cast):
    case = seal(cast, make.filed(cast))
    form = {"kind": "firm", "name": "", "note": TYPED}
    with opened_last_night(cast, case):
        answer = cast.client("nr.head").post(f"/cases/{case.pk}/parties/new/", form)
    assert answer.status_code == 400 and TYPED in answer.content.decode()
    whys = SensitiveRead.objects.filter(member=cast.nr_head).order_by("at").values_list("why", flat=True)
    assert list(whys) == ["审批需要", "提交已填写的表单"]
