"""答复举报人: who was answered is nowhere, that somebody was, when, how and with which words is."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from core.access import grant
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import Access, AuditEntry, Notice
from duties import clocks
from duties.models import Duty
from ledgers.actions import leads
from ledgers.actions.leads import informing
from ledgers.models import Lead, LeadAnswer, LeadReply
from minewatch.lib.clock import SHANGHAI, day_end, now
from minewatch.lib.periods import Window
from reports.figures import FIGURES, Scope
from tests.ledgers.make_leads import answered, checked, lead, owed
from tests.ledgers.test_leads_informants import WHO, tip

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
DAY = dt.timedelta(days=1)
TEXT = "已告知：现场已责令停止，采坑已填平"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def closed(cast, finding: str = "true", **more) -> Lead:
    """A tip whose result stands."""
    one = tip(cast, **more)
    checked(cast, one, finding)
    if finding == "false":
        return leads.confirm(lead=one, by=cast.nr_head, words_="同意")
    return answered(cast, one)


def told(cast, one: Lead, by: str = "nr.officer", **more) -> LeadReply:
    facts = {"way": "phone", "at": now(), "text": TEXT} | more
    return leads.reply(lead=one, by=cast.member(by), **facts)


# owed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("finding", ["true", "partly", "false"])
def test_whatever_was_found_who_told_is_to_hear_of_it_within_five_workdays(cast, finding):
    one = closed(cast, finding)
    assert owed(one) == {"reply": "nr"}
    duty = Duty.objects.get(key=f"lead:{one.pk}:reply")
    assert duty.due_at == day_end(dt.date(2026, 3, 11)) and duty.title == f"答复举报人 {one.number}"
    (row,) = [row for row in clocks.shipped() if row.code == "lead.reply"]
    assert row.uncertain and "本系统约定" in row.basis


def test_it_is_owed_for_every_tip_so_that_it_tells_nothing_of_an_identity(cast):
    anonymous = lead(cast, source="hotline")
    checked(cast, anonymous)
    answered(cast, anonymous)
    assert owed(anonymous) == {"reply": "nr"}


def test_of_what_nobody_told_nothing_is_owed_and_nothing_put_down(cast):
    one = lead(cast)
    checked(cast, one)
    answered(cast, one)
    assert owed(one) == {}
    with pytest.raises(NotAllowed):
        told(cast, one)


def test_an_answer_in_time_settles_it_and_a_late_one_is_marked_late(cast):
    one, other = closed(cast), closed(cast, location="青石镇下湾村")
    row = told(cast, one)
    assert row.final and not row.late and owed(one) == {}
    with time_machine.travel(NOW + 12 * DAY, tick=False):
        late = told(cast, other)
    assert late.late and late.due_at == day_end(dt.date(2026, 3, 11)) and owed(other) == {}


def test_a_word_on_the_way_settles_nothing_and_one_behind_counts_once(cast):
    one = tip(cast)
    first = told(cast, one, text="已受理，正在核查")
    checked(cast, one)
    answered(cast, one)
    assert not first.final and owed(one) == {"reply": "nr"}
    assert told(cast, one).final and not told(cast, one, text="补充答复").final


def test_a_word_spoken_before_the_result_and_put_down_behind_it_is_none_of_it(cast):
    one = tip(cast)
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        checked(cast, one)
        answered(cast, one)
        early = told(cast, one, at=NOW + DAY, text="已受理，正在核查")
        assert not early.final and owed(one) == {"reply": "nr"}
        assert told(cast, one).final and owed(one) == {}


def test_a_word_of_the_minute_of_the_result_is_the_answer(cast):
    one = tip(cast)
    with time_machine.travel(NOW + dt.timedelta(seconds=40), tick=False):
        checked(cast, one)
        answered(cast, one)
        assert told(cast, one, at=NOW).final


def test_who_puts_down_an_early_word_is_told_that_the_answer_is_still_owed(cast):
    one = tip(cast)
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        checked(cast, one)
        answered(cast, one)
        form = {"way": "phone", "at": "2026-03-05T09:00", "text": "已受理", "answered_by": cast.nr_officer.pk}
        client = cast.client("nr.officer")
        page = client.post(f"/cases/leads/{one.pk}/reply/", form, follow=True).content.decode()
    assert "处置结果还要再答复举报人" in page and owed(one) == {"reply": "nr"}


def test_where_nobody_can_be_answered_the_reason_settles_it(cast):
    one = closed(cast)
    with pytest.raises(DomainError) as error:
        told(cast, one, way="none", text=" ")
    assert error.value.field == "text"
    told(cast, one, way="none", text="匿名来信，没有留联系方式")
    assert owed(one) == {}


def test_a_lead_checked_anew_is_answered_anew(cast):
    one = closed(cast)
    told(cast, one)
    leads.reopen(lead=one, by=cast.nr_head, reason="又有举报")
    assert owed(one) == {"verify": "nr"}
    with time_machine.travel(NOW + DAY, tick=False):
        checked(cast, one)
        answered(cast, one)
        assert owed(one) == {"reply": "nr"} and told(cast, one).final
    assert LeadAnswer.objects.filter(lead=one, undone_at__isnull=True).count() == 1


def test_who_told_a_merged_tip_is_answered_by_the_unit_that_has_it_now(cast):
    main = tip(cast)
    child = tip(cast, location="青石镇上湾村柳树沟口")
    leads.merge(lead=child, into=main, by=cast.nr_officer)
    main.refresh_from_db()
    checked(cast, main)
    answered(cast, main)
    assert owed(child) == {"reply": "nr"} and owed(main) == {"reply": "nr"}
    child.refresh_from_db()
    assert told(cast, child).final and LeadAnswer.objects.count() == 2


# refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"way": ""}, "way"),
        ({"way": "telepathy"}, "way"),
        ({"at": None}, "at"),
        ({"at": NOW + DAY}, "at"),
        ({"at": NOW - 90 * DAY}, "at"),
        ({"text": ""}, "text"),
        ({"text": "字" * 1001}, "text"),
        ({"text": "已打13812345678告知"}, "text"),
        ({"text": "已打138 1234 5678告知"}, "text"),
        ({"text": "身份证11010519491231002X的来访人"}, "text"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast, more, field):
    one = closed(cast)
    with pytest.raises(DomainError) as error:
        told(cast, one, **more)
    assert error.value.field == field and not LeadReply.objects.exists()


def test_numbers_that_are_no_persons_are_no_matter(cast):
    assert told(cast, closed(cast), text="热线12345工单20260304000123456789已回复，0350-1234567")


def test_who_answered_is_of_the_unit_or_a_custodian(cast):
    one = closed(cast)
    with pytest.raises(DomainError) as error:
        told(cast, one, answered_by=cast.police_officer)
    assert error.value.field == "answered_by"
    row = told(cast, one, answered_by=cast.custodian)
    assert (row.answered_by, row.recorded_by) == (cast.custodian, cast.nr_officer)


@pytest.mark.parametrize(
    ("who", "error"),
    [("office", NotAllowed), ("police.officer", Missing), ("custodian", (Missing, NotAllowed))],
)
def test_only_the_desk_that_has_it_puts_it_down(cast, who, error):
    with pytest.raises(error):
        told(cast, closed(cast), by=who)


def test_of_a_withdrawn_lead_nothing_is_put_down(cast):
    one = tip(cast)
    Lead.objects.filter(pk=one.pk).update(withdrawn_at=now())
    with pytest.raises(Conflict):
        told(cast, one)


def test_sent_twice_it_stands_once(cast):
    from uuid import uuid4

    one, token = closed(cast), uuid4()
    assert told(cast, one, token=token) == told(cast, one, token=token)
    assert LeadReply.objects.count() == 1


# who reads it ------------------------------------------------------------------------------------


def page(cast, who: str, one: Lead) -> str:
    return cast.client(who).get(f"/cases/leads/{one.pk}/").content.decode()


def test_the_unit_the_office_and_the_custodians_read_it(cast):
    one = closed(cast)
    told(cast, one, answered_by=cast.custodian)
    for who in ("nr.officer", "nr.head", "office"):
        text = page(cast, who, one)
        assert TEXT in text and "答复举报人" in text and cast.custodian.name in text, who
    held = cast.client("custodian").get(f"/cases/leads/informants/{one.informant.pk}/").content.decode()
    assert TEXT in held and WHO.name not in held


def test_who_else_sees_the_lead_does_not_read_it(cast):
    one = closed(cast)
    told(cast, one)
    grant(one.matter, Access.Relation.INVITED, member=cast.police_officer)
    text = page(cast, "police.officer", one)
    assert one.number in text and TEXT not in text
    assert not LeadReply.objects.visible_to(cast.police_officer).exists()


def test_traces_and_notices_say_nothing_of_it(cast):
    one = closed(cast)
    told(cast, one)
    entry = AuditEntry.objects.get(verb="lead.replied")
    assert entry.facts == {"number": one.number, "status": "closed"}
    assert TEXT not in str(list(Notice.objects.values())) + str(list(AuditEntry.objects.values("facts")))


# the page ----------------------------------------------------------------------------------------


def test_the_form_warns_and_keeps_what_was_typed(cast):
    one, client = closed(cast), cast.client("nr.officer")
    url = f"/cases/leads/{one.pk}/reply/"
    assert f'href="{url}"' in page(cast, "nr.officer", one) and "由承办单位答复举报人" in page(
        cast, "nr.officer", one
    )
    shown = client.get(url).content.decode()
    assert "不要写举报人的姓名、电话、住址" in shown
    sent = {"way": "phone", "at": "2026-03-04T08:30", "answered_by": str(cast.nr_officer.pk)}
    refused = client.post(url, sent | {"text": "已打13812345678告知"})
    assert refused.status_code == 400 and "13812345678告知" in refused.content.decode()
    done = client.post(url, sent | {"text": TEXT}, follow=True)
    assert "已登记答复举报人。" in done.content.decode() and LeadReply.objects.get().text == TEXT


def test_that_an_answer_is_wanted_is_told_to_the_desk_alone(cast):
    one = tip(cast, wants_answer=True)
    assert "举报人要求答复。" in page(cast, "nr.officer", one)
    assert "举报人要求答复。" not in page(cast, "office", one)
    assert "要求答复" in str(
        cast.client("custodian").get(f"/cases/leads/informants/{one.informant.pk}/").content.decode()
    )
    assert informing.OPEN_FOR  # the identity itself stays with the custodians


# counted -----------------------------------------------------------------------------------------


def figures(cast, unit: str = "nr", as_of=None) -> dict[str, int]:
    window = Window(NOW - DAY, NOW + 30 * DAY)
    keys = [key for key in FIGURES if key.startswith(("leads_", "tips_"))]
    found = {key: FIGURES[key].total(Scope.of_unit(cast.unit(unit)), window, as_of) for key in keys}
    return {key: number for key, number in found.items() if number}


def test_every_check_answer_and_reply_is_counted_once_in_time_or_late(cast):
    one, other = closed(cast), closed(cast, "false", location="青石镇下湾村")
    told(cast, one)
    third = tip(cast, location="白杨镇柳林村")
    with time_machine.travel(NOW + 20 * DAY, tick=False):
        checked(cast, third, "partly")
        told(cast, other)
    with time_machine.travel(NOW + 29 * DAY, tick=False):
        assert figures(cast) == {
            "leads_checked": 3,
            "leads_true": 1,
            "leads_partly": 1,
            "leads_false": 1,
            "leads_checked_late": 1,
            "leads_answered": 2,
            "tips_replied": 2,
            "tips_replied_late": 1,
        }
        assert figures(cast, "water") == {}
        answered(cast, third)
        assert figures(cast)["leads_answered"] == 3


def test_a_check_that_was_sent_back_counts_until_then(cast):
    one = tip(cast)
    checked(cast, one, "false")
    with time_machine.travel(NOW + DAY, tick=False):
        leads.recheck(lead=one, by=cast.nr_head, reason="再去一次")
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        checked(cast, one)
        assert figures(cast) == {"leads_checked": 1, "leads_true": 1}
        assert figures(cast, as_of=NOW) == {"leads_checked": 1, "leads_false": 1}


def test_a_reopened_lead_counts_as_answered_until_then(cast):
    one = closed(cast)
    with time_machine.travel(NOW + DAY, tick=False):
        leads.reopen(lead=one, by=cast.nr_head, reason="又有举报")
        assert figures(cast) == {}
        assert figures(cast, as_of=NOW)["leads_answered"] == 1


def test_a_sealed_affair_counts_for_its_holder_only(cast):
    one = closed(cast)
    told(cast, one)
    one.matter.sealed = True
    one.matter.save()
    assert figures(cast)["tips_replied"] == 1 and figures(cast, "office") == {}


def test_a_number_opens_the_rows_the_reader_may_see(cast):
    one = closed(cast)
    told(cast, one)
    rows = {
        key: FIGURES[key].rows(Scope.of(cast.police_officer), Window(NOW - DAY, NOW + DAY)).count()
        for key in ("leads_checked", "leads_answered", "tips_replied")
    }
    assert set(rows.values()) == {0}
    listed = cast.client("nr.officer").get("/reports/figures/tips_replied/rows/?period=2026-03")
    assert listed.status_code == 200 and one.number in listed.content.decode()
    assert TEXT not in listed.content.decode()
