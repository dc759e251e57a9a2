"""No trace: whoever must stay out of an affair finds the house as if it had never been."""

import datetime as dt
import io

import pytest
import time_machine

from cases.actions import cases as case_actions
from cases.actions.cases.officers import Named
from cases.actions.rights import decide_recusal, lift_recusal, propose_recusal
from core import drafts, files, notices
from core.models import Notice
from duties.actions import meetings
from duties.actions.reminding import sweep
from duties.actions.steps import open_step
from duties.agenda import AgendaRow
from duties.models import AgendaLine, Duty
from minewatch.lib.clock import SHANGHAI
from tests.cases import make
from tests.cases.sweep import Sweep
from tests.cast import undone

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
PARTY = "金丝雀沟当事人"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def meeting_of(cast):
    return meetings.plan(
        by=cast.office,
        agency=cast.unit("office"),
        title="三月联席会议",
        planned_at=NOW + dt.timedelta(days=2),
        place="二楼会议室",
        units=[cast.unit("nr"), cast.unit("police")],
        agenda=[AgendaRow("通报近期工作")],
    )


class Affair:
    """A lead, a case, a referral and everything that hangs on them, made by others than `username`."""

    def __init__(self, cast, meeting, username):
        self.cast, member = cast, cast.member(username)
        maker = "nr.approver" if username == "nr.officer" else "nr.officer"
        by = cast.member(maker)
        self.lead = make.lead(cast, "nr", maker)
        self.lead.party = PARTY
        self.lead.save()
        self.matter = self.lead.matter
        self.case = case_actions.open_case(
            by=by,
            title="金丝雀沟案",
            found_on=NOW.date(),
            origin="lead",
            leads=[self.lead],
            holder=cast.unit("nr"),
        )
        officers = [Named(cast.nr_officer, "证1"), Named(cast.nr_approver, "证2")]
        case_actions.take(case=self.case, move="assign", by=cast.nr_head, officers=officers, text="指定")
        self.referral = make.draft(cast, "jurisdiction", by=maker, lead=self.lead)
        self.file = files.store_document(
            upload=io.BytesIO(make.PDF),
            name="金丝雀沟照片.pdf",
            member=by,
            agency=cast.unit("nr"),
            subject=self.lead,
            matter=self.matter,
        )
        self.duty = open_step(
            key=f"lead:{self.lead.pk}:canary",
            kind=Duty.Kind.LEAD,
            title=f"核查 {self.lead.number}",
            agency=cast.unit("nr"),
            role="officer",
            member=member if member.agency == cast.unit("nr") else None,
            subject=self.lead,
            due_at=NOW - dt.timedelta(hours=2),
            matter=self.matter,
        )
        notices.send(
            members=[member],
            kind="lead.alarm",
            text=f"线索 {self.lead.number} 需要您阅知。",
            subject=self.lead,
            matter=self.matter,
            needs_ack=True,
        )
        # written past the door, which would leave its own step on the meeting's time line
        AgendaLine.objects.create(
            meeting=meeting,
            order=2,
            text="线索处置情况",
            subject_kind="ledgers.lead",
            subject_id=str(self.lead.pk),
        )
        drafts.save(
            member=member, form="case.edit", object_key=str(self.case.pk), fields={"title": "金丝雀沟草稿"}
        )
        sweep(NOW)

    @property
    def tokens(self) -> tuple[str, ...]:
        return ("金丝雀沟", PARTY, self.lead.number, self.case.serial, self.referral.number)

    @property
    def addresses(self) -> tuple[str, ...]:
        notice = Notice.objects.filter(matter=self.matter).latest("id")
        found = [
            f"/cases/leads/{self.lead.pk}/",
            f"/cases/{self.case.pk}/",
            f"/cases/referrals/{self.referral.pk}/",
            f"/cases/matters/{self.matter.pk}/rights/",
            f"/cases/matters/{self.matter.pk}/recusals/new/",
            f"/cases/matters/{self.matter.pk}/invitations/new/",
            f"/cases/recusals/{self.matter.recusals.latest('id').pk}/",
            f"/files/{self.file.pk}/",
            f"/drafts/load/?form=case.edit&object={self.case.pk}",
            f"/search/?q={self.lead.number}",
            "/search/?q=金丝雀沟",
            f"/notices/{notice.pk}/read/",
        ]
        duties = Duty.objects.filter(matter=self.matter).values_list("pk", flat=True)
        return (*found, *(f"/duties/{pk}/" for pk in duties))


#: who must stay out, who proposes it, who decides – of the person alone, of the whole unit
BARRED = [
    ("nr.officer", "nr.approver", "nr.head", "leader"),
    ("nr.head", "nr.officer", "leader", "leader"),
    ("office", "nr.officer", "nr.head", "nr.head"),
]


@pytest.mark.parametrize(("username", "proposer", "decider", "above"), BARRED)
def test_a_barred_person_finds_the_house_as_if_it_had_never_been(cast, username, proposer, decider, above):
    meeting, client = meeting_of(cast), cast.asker(username)
    sweep(NOW - dt.timedelta(minutes=1))  # the rungs of the ladder are there
    before = Sweep(client)
    assert len(before.pages) > 60
    affair = Affair(cast, meeting, username)
    with undone():
        recusal = barring(cast, affair, proposer, member=cast.member(username))
        open_to = Sweep(client, affair.addresses, follow=False).with_any(affair.tokens)
        assert {"/todo/", "/cases/leads/", "/notices/", f"/cases/leads/{affair.lead.pk}/"} <= set(open_to)
        decide_recusal(recusal=recusal, by=cast.member(decider))
        leaves_no_trace(client, affair, before)
        if username != "nr.head":  # the affair of a barred head passes to the unit above for good
            lift_recusal(recusal=recusal, by=cast.member(decider), words="查明不是亲属")
            back = Sweep(client, affair.addresses, follow=False).with_any(affair.tokens)
            assert set(back) >= set(open_to) - {"/todo/"}
    with undone():
        recusal = barring(cast, affair, proposer, agency=cast.member(username).agency)
        decide_recusal(recusal=recusal, by=cast.member(above))
        leaves_no_trace(client, affair, before, follow=False)


def barring(cast, affair, proposer, **out):
    """Proposed of a person (`member`) or of a whole unit (`agency`)."""
    return propose_recusal(by=cast.member(proposer), matter=affair.matter, reason="亲属", **out)


def leaves_no_trace(client, affair, before, *, follow=True):
    """Every page is what it was before the affair, and all that is of the affair is missing."""
    sweep(NOW + dt.timedelta(minutes=1))
    barred = Sweep(client, affair.addresses, follow=follow)
    asked = set(affair.addresses)
    traces = barred.with_any(affair.tokens)
    # the box of the search says again what was typed into it
    assert set(traces) <= {address for address in asked if address.startswith("/search/")}
    assert all("没有找到" in barred.pages[address] for address in traces)
    missing = client.get("/cases/leads/987654321/").content
    for address in asked - set(traces):
        if not address.startswith(("/drafts/", "/notices/")):
            assert barred.pages[address].startswith("404"), address
            assert client.get(address).content[:400] == missing[:400], address
    assert barred.pages[f"/drafts/load/?form=case.edit&object={affair.case.pk}"].endswith("{}")
    found = set(barred.pages) - asked
    assert found == set(before.pages) - asked if follow else found and found <= set(before.pages)
    for address in found:
        assert barred.pages[address] == before.pages[address], address


def test_a_barred_person_acknowledges_nothing(cast):
    affair = Affair(cast, meeting_of(cast), "nr.officer")
    notice = Notice.objects.get(member=cast.nr_officer, text__contains=affair.lead.number)
    client = cast.client("nr.officer")
    recusal = propose_recusal(
        by=cast.nr_approver, matter=affair.matter, reason="亲属", member=cast.nr_officer
    )
    decide_recusal(recusal=recusal, by=cast.nr_head)
    assert client.post(f"/notices/{notice.pk}/read/").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None and notice.acked_at is None
    assert not notices.send(
        members=[cast.nr_officer], kind="x", text="有一件事项", subject=affair.lead, matter=affair.matter
    )


def test_a_barred_organiser_amends_the_meeting_without_the_line_and_without_losing_it(cast):
    meeting = meeting_of(cast)
    affair = Affair(cast, meeting, "office")
    page = cast.client("office").get(f"/duties/meetings/{meeting.pk}/amend/").content.decode()
    assert "线索处置情况" in page
    recusal = propose_recusal(by=cast.nr_officer, matter=affair.matter, reason="亲属", member=cast.office)
    decide_recusal(recusal=recusal, by=cast.nr_head)
    page = cast.client("office").get(f"/duties/meetings/{meeting.pk}/amend/").content.decode()
    assert "线索处置情况" not in page
    rows = [AgendaRow("通报近期工作"), AgendaRow("安排汛期检查")]
    meetings.amend(meeting=meeting, by=cast.office, agenda=rows, version=meeting.version)
    kept = meeting.agenda.get(text="线索处置情况")
    assert (kept.subject_kind, kept.subject_id) == ("ledgers.lead", str(affair.lead.pk))
    assert meeting.agenda.count() == 3
