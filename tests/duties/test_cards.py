"""黄牌、红牌: proposed by one, decided by another, for units only; the unit's head has it on the desk."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
import time_machine

from agencies.actions import members
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import AuditEntry, Matter, Notice
from core.registry import resolve
from duties import board
from duties.actions import cards
from duties.card_rules import visible_cards
from duties.models import Card, Duty
from minewatch.lib.clock import SHANGHAI

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 16, 10, tzinfo=SHANGHAI)
REASON = "连续两期未报送，联系电话无人接听"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def propose(cast, by="office", unit="qingshi", **more) -> Card:
    values = {"colour": "yellow", "reason": REASON, "basis": "示政办〔2026〕1号 五"}
    return cards.propose(by=cast.member(by), agency=cast.unit(unit), **(values | more))


def shown(cast, **more) -> Card:
    card = propose(cast, **more)
    return cards.show(card=card, by=cast.leader, expected_version=card.version)


def duty(cast, unit="qingshi", **more) -> Duty:
    return Duty.objects.create(
        key=str(uuid4()), kind="report", title="周报", agency=cast.unit(unit), role="filler", **more
    )


def steps(card: Card) -> dict[str, str]:
    key = f"card:{card.pk}"
    return {one.key.removeprefix(key): one.status for one in Duty.objects.filter(key__startswith=key)}


# proposing -----------------------------------------------------------------------------------------


def test_the_office_proposes_once_and_it_waits_with_the_leader(cast):
    token = uuid4()
    card = propose(cast, token=token)
    assert propose(cast, token=token).pk == card.pk and card.status == "proposed"
    step = Duty.objects.get(key=f"card:{card.pk}")
    assert (step.agency.code, step.role) == ("county", "leader")
    assert step in board.mine(cast.leader) and "青石" not in step.title
    assert not Notice.objects.filter(member=cast.qingshi_head).exists()


@pytest.mark.parametrize("who", ["nr.head", "qingshi.head", "discipline", "custodian", "auditor", "sysadmin"])
def test_others_do_not_propose(cast, who):
    with pytest.raises(NotAllowed):
        propose(cast, by=who)


def test_nobody_proposes_a_card_for_the_own_unit(cast):
    with pytest.raises(NotAllowed):
        propose(cast, unit="office")
    with pytest.raises(NotAllowed):
        propose(cast, unit="city_office")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"colour": "green"}, "colour"),
        ({"reason": " "}, "reason"),
        ({"reason": "因" * 301}, "reason"),
        ({"basis": ""}, "basis"),
        ({"basis": "据" * 201}, "basis"),
    ],
)
def test_a_bad_proposal_is_refused_at_its_field(cast, more, field):
    with pytest.raises(DomainError) as caught:
        propose(cast, **more)
    assert caught.value.field == field and not Card.objects.exists()


def test_a_card_names_a_duty_of_that_unit_only_and_none_of_a_matter(cast):
    assert propose(cast, duty=duty(cast)).duty.title == "周报"
    with pytest.raises(DomainError) as caught:
        propose(cast, duty=duty(cast, unit="baiyang"))
    assert caught.value.field == "duty"
    with pytest.raises(Missing):
        propose(cast, duty=duty(cast, matter=Matter.objects.create()))


def test_the_same_card_is_not_proposed_twice_while_it_stands(cast):
    card = shown(cast)
    with pytest.raises(DomainError, match="重复"):
        propose(cast)
    assert propose(cast, colour="red").colour == "red"
    cards.lift(card=card, by=cast.leader, reason="已整改", expected_version=card.version)
    assert propose(cast).status == "proposed"


def test_without_anybody_to_decide_nothing_is_proposed(cast):
    members.disable(member=cast.leader, by=cast.sysadmin)
    with pytest.raises(DomainError, match="没有可以批准"):
        propose(cast)
    assert not Card.objects.exists()


# deciding ------------------------------------------------------------------------------------------


def test_a_shown_card_stands_on_the_heads_desk_until_it_is_lifted(cast):
    card = shown(cast)
    assert steps(card) == {"": "fulfilled", ":mend": "open"}
    mend = Duty.objects.get(key=f"card:{card.pk}:mend")
    assert mend in board.mine(cast.qingshi_head) and mend not in board.mine(cast.qingshi_filler)
    notice = Notice.objects.get(kind="card.told")
    assert notice.member == cast.qingshi_head and REASON not in notice.text and "黄" not in notice.text
    with pytest.raises(DomainError, match="原因"):
        cards.lift(card=card, by=cast.leader, reason=" ", expected_version=card.version)
    cards.lift(card=card, by=cast.leader, reason="已整改", expected_version=card.version)
    assert steps(card) == {"": "fulfilled", ":mend": "fulfilled"}
    assert card.lifted_at == NOW and card.lifted_reason == "已整改" and card.decided_by == cast.leader


def test_a_refused_card_never_reaches_the_unit(cast):
    card = propose(cast)
    with pytest.raises(DomainError, match="原因"):
        cards.refuse(card=card, by=cast.leader, reason="", expected_version=card.version)
    cards.refuse(card=card, by=cast.leader, reason="依据不足", expected_version=card.version)
    assert steps(card) == {"": "fulfilled"}
    assert {notice.member.username for notice in Notice.objects.all()} == {"office"}
    assert not visible_cards(cast.qingshi_head).exists()


@pytest.mark.parametrize("who", ["office", "nr.head", "qingshi.head", "discipline", "auditor"])
@pytest.mark.parametrize("name", ["show", "refuse", "lift"])
def test_others_do_not_decide(cast, who, name):
    card = shown(cast) if name == "lift" else propose(cast)
    more = {} if name == "show" else {"reason": "理由"}
    with pytest.raises(NotAllowed):
        getattr(cards, name)(card=card, by=cast.member(who), expected_version=card.version, **more)


def test_who_proposed_does_not_decide_the_office_head_does(cast):
    head = members.add(
        by=cast.sysadmin, username="office.head", name="主任", agency=cast.unit("office"), roles=["head"]
    ).member
    card = propose(cast, by="leader")
    with pytest.raises(NotAllowed, match="自己"):
        cards.show(card=card, by=cast.leader, expected_version=card.version)
    assert Duty.objects.get(key=f"card:{card.pk}").agency.code == "office"
    assert cards.show(card=card, by=head, expected_version=card.version).status == "shown"


def test_the_second_decision_is_a_conflict(cast):
    card = propose(cast)
    late = Card.objects.get(pk=card.pk)
    cards.show(card=card, by=cast.leader, expected_version=1)
    with pytest.raises(Conflict, match="批准亮牌"):
        cards.refuse(card=late, by=cast.leader, reason="晚了", expected_version=1)
    assert Notice.objects.filter(kind="card.refused").count() == 0


# seeing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "proposed", "after"),
    [
        ("office", True, True),
        ("leader", True, True),
        ("qingshi.filler", False, True),
        ("nr.officer", False, True),
        ("shangwan.head", False, False),
        ("baiyang.head", False, False),
        ("police.head", False, False),
        ("auditor", False, False),
    ],
)
def test_a_card_is_known_to_its_watchers_then_to_its_unit(cast, who, proposed, after):
    card = propose(cast)
    for sees in (proposed, after):
        member = cast.member(who)
        assert visible_cards(member).exists() is sees
        assert (resolve("duties.card", str(card.pk), member) is not None) is sees
        if member.is_business:
            client = cast.client(who)
            assert client.get(f"/duties/cards/{card.pk}/").status_code == (200 if sees else 404)
            assert (REASON in client.get("/duties/cards/").content.decode()) is sees
        if sees is proposed and card.status == "proposed":
            cards.show(card=card, by=cast.leader, expected_version=1)


def test_the_units_page_shows_a_standing_card(cast):
    card = shown(cast)
    url = f"/more/units/{cast.unit('qingshi').pk}/"
    link = f"/duties/cards/{card.pk}/"
    assert link in cast.client("qingshi.head").get(url).content.decode()
    cards.lift(card=card, by=cast.leader, reason="已整改", expected_version=card.version)
    assert link not in cast.client("qingshi.head").get(url).content.decode()


def test_the_reason_stands_in_no_notice_no_audit_no_duty(cast):
    card = shown(cast)
    assert not any("电话" in notice.text for notice in Notice.objects.all())
    assert not any("电话" in str(entry.facts) for entry in AuditEntry.objects.all())
    assert not Duty.objects.filter(title__contains="电话").exists() and card.reason == REASON


def test_pages_propose_and_decide(cast):
    office, leader = cast.client("office"), cast.client("leader")
    late = duty(cast)
    assert cast.client("qingshi.head").get("/duties/cards/new/").status_code == 404
    page = office.get(f"/duties/cards/new/?duty={late.pk}")
    assert page.context["form"].initial["agency"] == cast.unit("qingshi").pk
    sent = {
        "agency": cast.unit("qingshi").pk,
        "colour": "red",
        "reason": REASON,
        "basis": "文",
        "duty": late.pk,
    }
    assert office.post("/duties/cards/new/", sent | {"colour": ""}).status_code == 400
    assert office.post("/duties/cards/new/", sent | {"status": "shown"}).status_code == 302
    card = Card.objects.get()
    assert card.status == "proposed" and card.duty == late
    where = f"/duties/cards/{card.pk}/"
    assert "不能办理自己提出的牌" in office.get(where).content.decode()
    assert "批准亮牌" in leader.get(where).content.decode()
    assert leader.post(f"{where}show/").status_code == 409
    assert office.post(f"{where}show/", {"version": 1}).status_code == 403
    assert cast.client("baiyang.head").post(f"{where}show/", {"version": 1}).status_code == 404
    assert leader.post(f"{where}show/", {"version": 1}).status_code == 302
    assert leader.post(f"{where}lift/", {"version": 2}).status_code == 400
    assert leader.post(f"{where}lift/", {"version": 2, "reason": "已整改"}).status_code == 302
    assert "已摘牌" in cast.client("qingshi.filler").get("/duties/cards/?status=lifted").content.decode()
    assert office.get("/duties/cards/?colour=yellow").context["count"] == 0


def test_a_late_duty_leads_to_the_form_for_the_office_only(cast):
    late = duty(cast, due_at=NOW - dt.timedelta(days=1))
    link = f"/duties/cards/new/?duty={late.pk}"
    assert link in cast.client("office").get(f"/duties/{late.pk}/").content.decode()
    assert link not in cast.client("qingshi.head").get(f"/duties/{late.pk}/").content.decode()


@pytest.mark.parametrize("who", ["auditor", "sysadmin"])
def test_system_roles_find_nothing(cast, who):
    assert cast.client(who).get("/duties/cards/").status_code == 404
