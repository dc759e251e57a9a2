"""What a referral makes somebody owe: in the right hands, seen by the other side, late to the head."""

import datetime as dt
import io
import re
from pathlib import Path

import pytest
import time_machine

import cases
from agencies.handover import open_work
from agencies.models import Acting, Agency, Member
from cases.actions import referrals
from cases.actions.referrals.owed import CHECK, OWN_CLOCK
from cases.edges import DESK, EDGES, Edge, limits
from cases.models import Referral
from cases.states import HANDS, ReferralStatus
from core.errors import DomainError
from core.models import Notice
from duties import clocks, ladder
from duties.actions.reminding import sweep
from duties.holders import holders
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI, day_end
from tests.cases import make

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def duty(row, name):
    return Duty.objects.get(key=f"referral:{row.pk}:{name}")


def hands(row, name):
    return {one.username for one in holders(duty(row, name))}


def digests(username):
    rows = Notice.objects.filter(kind="duty.reminder", member__username=username)
    return [row.text for row in rows.order_by("pk")]


def in_every_status():
    """The limits of every kind in every status."""
    return [row for edge in Edge for status in ReferralStatus for row in limits(edge, status)]


def test_every_clock_that_the_table_names_is_there():
    codes = {row.clock for row in in_every_status() if row.clock} | set(OWN_CLOCK.values()) | {CHECK}
    assert codes <= {row.code for row in clocks.shipped()}


def test_every_limit_of_a_referral_stands_over_one_of_its_steps():
    """domain.md B.1 and B.3, save what runs inside the procuratorate or has no kind of its own."""
    used = {row.clock for row in in_every_status()} | set(OWN_CLOCK.values()) | {CHECK}
    kept = {row.code for row in clocks.shipped() if row.code.startswith(("F", "R", "P", "ref."))}
    assert kept - used == {"R3w", "R10w", "R7"}


def test_a_limit_of_law_that_no_code_names_is_said_to_have_no_step():
    root = Path(cases.__file__).parent
    code = "".join(file.read_text(encoding="utf-8") for file in sorted(root.rglob("*.py")))
    lawful = {row.code for row in clocks.shipped() if row.code.startswith(("F", "C", "R", "P"))}
    text = (clocks.DATA.parent / "README.md").read_text(encoding="utf-8")
    said = set(re.findall(r"\*\*(\w+)\*\*", text.partition("No step of this system")[2]))
    assert {one for one in lawful if f'"{one}"' not in code} == said


def test_an_opinion_of_the_procuratorate_is_sent_within_three_days(cast):
    """高检发释字〔2021〕4号: from Wednesday 4 March; the 7th is a Saturday."""
    row = make.referral(cast, "reverse", "approved")
    owed = duty(row, "send")
    assert (owed.clock.code, owed.due_at) == ("R3", day_end(dt.date(2026, 3, 9)))
    assert "高检发释字〔2021〕4号" in owed.basis
    make.papers(cast, row)
    with time_machine.travel(NOW + 6 * DAY, tick=False):
        step = make.take(cast, row, "send", "procuratorate")
    assert step.late and step.due_at == owed.due_at
    assert duty(make.referral(cast, "jurisdiction", "approved"), "send").clock.code == "ref.send"


OWN = ("转送有管辖权的单位", "告知补正材料")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0, "还剩24小时（2026年3月5日9时前）"),
        (7, "还剩17小时（2026年3月5日9时前）"),
        (23.5, "还剩不到1小时（2026年3月5日9时前）"),
        (25, "期限已过（2026年3月5日9时前），现在办理记为超期"),
    ],
)
def test_the_page_says_how_long_the_police_may_pass_it_on_or_ask_for_papers(cast, hours, words):
    """310号7 and 公安刑程180: 24 hours from the receipt, beside the steps that they govern."""
    row = make.referral(cast, "criminal", "received")
    with time_machine.travel(NOW + dt.timedelta(hours=hours), tick=False):
        client = cast.client("police.officer")
        page = client.get(f"/cases/referrals/{row.pk}/").content.decode()
        for label in OWN:
            assert f"<dt>{label}</dt><dd>{words}" in page
        assert "第七条" in page and "第一百八十条" in page
        for move in ("forward", "ask_supplement"):
            assert words in client.get(f"/cases/referrals/{row.pk}/do/{move}/").content.decode()


def test_no_other_referral_has_the_polices_24_hours(cast):
    for edge, status in (("jurisdiction", "received"), ("criminal", "sent"), ("criminal", "filed")):
        row = make.referral(cast, edge, status)
        page = cast.client("nr.officer").get(f"/cases/referrals/{row.pk}/").content.decode()
        assert not any(f"<dt>{label}</dt>" in page for label in OWN), (edge, status)


@pytest.mark.parametrize("edge", list(Edge))
def test_in_every_status_that_waits_somebody_owes_the_next_step(edge):
    from tests.cases.test_referrals_matrix import reachable

    idle = {ReferralStatus.DRAFT, ReferralStatus.RECALLED, ReferralStatus.CLOSED}
    for status in set(reachable(edge)) - idle:
        assert limits(edge, status), status


def test_desk_limits_lie_with_whoever_does_the_units_desk_work(cast):
    row = make.referral(cast, "criminal", "sent")
    assert duty(row, "receive").role == "officer" and hands(row, "receive") == {"police.officer"}
    up = make.referral(cast, "clue_up", "returned")
    assert duty(up, "handle").role == "filler" and hands(up, "handle") == {"qingshi.filler"}


def test_an_acting_officer_has_the_desks_step_too(cast):
    Member.objects.filter(username="police.officer").update(is_active=False)
    Acting.objects.create(
        agency=cast.unit("police"), role="officer", member=cast.police_head, valid_from=NOW.date(), basis="代"
    )
    row = make.referral(cast, "criminal", "sent")
    assert hands(row, "receive") == {"police.head"}


def test_the_deciding_post_has_the_review_and_the_head_the_approval(cast):
    row = make.referral(cast, "criminal", "reported")
    assert hands(row, "approve") == {"nr.head"}
    row = make.referral(cast, "criminal", "received")
    assert hands(row, "decide") == {"police.approver"}


def test_both_sides_see_the_clock_of_the_other(cast):
    row = make.referral(cast, "criminal", "received")
    for name in ("nr.officer", "police.officer", "office"):
        assert Duty.objects.visible_to(cast.member(name)).filter(pk=duty(row, "decide").pk).exists()
    for name in ("ecology.officer", "qingshi.head", "procuratorate"):
        assert not Duty.objects.visible_to(cast.member(name)).filter(pk=duty(row, "decide").pk).exists()
    inner = make.referral(cast, "criminal", "reported")
    assert not Duty.objects.visible_to(cast.police_head).filter(pk=duty(inner, "approve").pk).exists()


def test_an_overdue_review_of_the_police_reaches_their_head(cast):
    ladder.ensure(cast.county)
    row = make.referral(cast, "criminal", "received")
    due = duty(row, "decide").due_at
    assert due == day_end(dt.date(2026, 3, 9))
    for hours in (9, 57):
        at = due + dt.timedelta(hours=hours)
        with time_machine.travel(at, tick=False):
            sweep(at)
    assert digests("police.head") and digests("office") and digests("police.approver")
    assert not [text for text in digests("police.head") if "金丝雀" in text]
    assert not digests("ecology.head")


def test_an_overdue_approval_reaches_the_county_leader_in_the_end(cast):
    ladder.ensure(cast.county)
    row = make.referral(cast, "criminal", "reported")
    at = duty(row, "approve").due_at + dt.timedelta(hours=57)
    with time_machine.travel(at, tick=False):
        sweep(at)
    assert digests("nr.head") and digests("office")


def test_the_clock_of_an_offline_unit_runs_and_its_delay_reaches_the_office(cast):
    ladder.ensure(cast.county)
    Agency.objects.filter(code="police").update(online=False)
    row = make.referral(cast, "criminal", "sent")
    assert duty(row, "receive").agency.code == "police"
    at = duty(row, "receive").due_at + dt.timedelta(hours=57)
    with time_machine.travel(at, tick=False):
        sweep(at)
    assert digests("office")


def test_a_duty_is_done_when_the_step_happened(cast):
    row = make.referral(cast, "criminal", "sent")
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        step = make.take(cast, row, "receive", "police.officer")
    done = duty(row, "receive")
    assert done.status == Duty.Status.FULFILLED and done.first_done_at == NOW + 2 * DAY
    assert step.late and done.late(NOW + 3 * DAY)


def test_nothing_is_owed_on_what_is_over(cast):
    for edge, status in (("criminal", "closed"), ("criminal", "recalled"), ("gang", "closed")):
        make.referral(cast, edge, status)
    assert not Duty.objects.open().filter(kind=Duty.Kind.REFERRAL).exists()


def test_a_leaver_is_shown_the_drafts_left_behind(cast):
    row = make.draft(cast)
    make.referral(cast, "criminal", "closed")
    found = [work for work in open_work(cast.nr_officer) if work.kind == "referral"]
    assert [item.title for item in found[0].items] == [f"移送 {row.number}（拟稿）"]
    colleague = cast.nr_approver
    facts = {"title": "案", "summary": "事实", "purpose": "", "receiver": row.receiver}
    referrals.edit(referral=row, by=colleague, version=row.version, **facts)
    assert Referral.objects.get(pk=row.pk).title == "案"


def test_the_table_gives_every_desk_step_to_people_who_may_make_it(cast):
    """A limit of the desk is answered by a move that any hand of the unit may make."""
    from cases.states import REFERRAL_MOVES

    for edge in Edge:
        for status in ReferralStatus:
            for limit in limits(edge, status):
                moves = [
                    move
                    for move in REFERRAL_MOVES.values()
                    if status in move.source
                    and move.side == limit.side
                    and EDGES[edge].family in move.families
                ]
                assert moves, (edge, status, limit.key)
                if limit.role == DESK and limit.side in ("sender", "receiver", "supervisor"):
                    assert any(move.roles == HANDS for move in moves), (edge, status, limit.key)


def test_an_upload_that_is_no_document_leaves_everything_as_it_was(cast):
    row = make.referral(cast, "criminal", "sent")
    version = row.version
    bad = ("回执.pdf", io.BytesIO(b"<html>"))
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "receive", "police.officer", upload=bad)
    assert error.value.field == "file"
    row.refresh_from_db()
    assert (row.status, row.version) == ("sent", version) and duty(row, "receive").status == "open"
