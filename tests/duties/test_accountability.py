"""通报、约谈、问责、追究 and 容错: whom they name is known to few, and reading it is written down."""

from __future__ import annotations

import datetime as dt
import io
from uuid import uuid4

import pytest
import time_machine

from core.errors import DomainError, Missing, NotAllowed
from core.models import AuditEntry, Notice, StoredFile
from core.registry import resolve
from duties.actions import accountability, cards
from duties.models import Accountability
from minewatch.lib.clock import SHANGHAI

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 16, 10, tzinfo=SHANGHAI)
CANARY = "钱丙丁"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def paper(name=f"关于{CANARY}的处分决定.PDF") -> io.BytesIO:
    out = io.BytesIO(b"%PDF-1.4\n%%EOF")
    out.name = name
    return out


def record(cast, by="office", unit="qingshi", organ="discipline", **more) -> Accountability:
    values = {
        "kind": "interview",
        "on": dt.date(2026, 11, 10),
        "reason": f"{CANARY}排查不实",
        "basis": "方案 五",
    }
    return accountability.record(
        by=cast.member(by), agency=cast.unit(unit), decided_by_unit=cast.unit(organ), **(values | more)
    )


def test_it_is_put_down_once_with_its_document_under_a_neutral_name(cast):
    token = uuid4()
    row = record(cast, person=CANARY, number="示纪〔2026〕3号", document=paper(), token=token)
    assert record(cast, person=CANARY, document=paper(), token=token).pk == row.pk
    assert StoredFile.objects.get().name == "决定文件.pdf"
    assert accountability.neutral(CANARY) == "决定文件" == accountability.neutral("")


@pytest.mark.parametrize(
    "who", ["nr.head", "qingshi.head", "police.head", "custodian", "auditor", "sysadmin"]
)
def test_others_put_nothing_down(cast, who):
    with pytest.raises(NotAllowed):
        record(cast, by=who)


def test_discipline_and_the_leader_put_down_their_own_decisions_only(cast):
    assert record(cast, by="discipline").recorded_by == cast.member("discipline")
    assert record(cast, by="leader", organ="county").decided_by_unit == cast.unit("county")
    for who in ("discipline", "leader"):
        with pytest.raises(DomainError) as caught:
            record(cast, by=who, organ="office")
        assert caught.value.field == "decided_by_unit"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "praise"}, "kind"),
        ({"kind": "lenient"}, "ground"),
        ({"kind": "lenient", "ground": "luck"}, "ground"),
        ({"ground": "means"}, "ground"),
        ({"reason": " "}, "reason"),
        ({"reason": "因" * 4001}, "reason"),
        ({"basis": ""}, "basis"),
        ({"number": "号" * 61}, "number"),
        ({"person": "名" * 61}, "person"),
        ({"on": dt.date(2026, 11, 17)}, "on"),
        ({"unit": "city_office"}, "agency"),
    ],
)
def test_a_bad_record_is_refused_at_its_field(cast, more, field):
    with pytest.raises(DomainError) as caught:
        record(cast, **more)
    assert caught.value.field == field and not Accountability.objects.exists()


def test_a_document_that_is_none_leaves_no_record(cast):
    broken = io.BytesIO(b"MZ not a paper")
    broken.name = "a.exe"
    with pytest.raises(DomainError):
        record(cast, document=broken)
    assert not Accountability.objects.exists()


@pytest.mark.parametrize("ground", Accountability.Ground.values)
def test_a_forgiven_miss_names_its_ground(cast, ground):
    row = record(cast, kind="lenient", ground=ground)
    page = cast.client("office").get(f"/duties/accountability/{row.pk}/").content.decode()
    assert row.get_ground_display() in page and "容错" in page


def test_a_card_of_the_unit_may_be_named(cast):
    card = cards.propose(by=cast.office, agency=cast.unit("qingshi"), colour="red", reason="因", basis="据")
    assert record(cast, card=card).card == card
    with pytest.raises(DomainError) as caught:
        record(cast, unit="baiyang", card=card)
    assert caught.value.field == "card"
    with pytest.raises(Missing):
        record(cast, by="discipline", card=card)


# canary --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("office", True),
        ("discipline", True),
        ("leader", False),
        ("qingshi.head", False),
        ("nr.officer", False),
        ("police.head", False),
        ("auditor", False),
        ("sysadmin", False),
    ],
)
def test_the_name_reaches_nobody_outside(cast, who, sees):
    row = record(cast, person=CANARY, document=paper())
    member, client = cast.member(who), cast.client(who)
    assert Accountability.objects.visible_to(member).exists() is sees
    assert (resolve("duties.accountability", str(row.pk), member) is not None) is sees
    assert client.get(f"/duties/accountability/{row.pk}/").status_code == (200 if sees else 404)
    assert client.get(f"/files/{StoredFile.objects.get().pk}/").status_code == (200 if sees else 404)
    pages = ["/duties/accountability/", "/duties/", "/duties/cards/", "/todo/", f"/search/?q={CANARY}"]
    pages += [f"/more/units/{row.agency_id}/", "/notices/", "/more/audit/"]
    for page in pages:
        body = client.get(page, follow=True).content.decode()
        assert CANARY not in body.replace(f'value="{CANARY}"', "").replace(f"“{CANARY}”", ""), page


def test_the_deciding_organ_reads_its_own(cast):
    row = record(cast, organ="county", person=CANARY)
    assert cast.client("leader").get(f"/duties/accountability/{row.pk}/").status_code == 200


def test_the_name_stands_in_no_audit_no_notice(cast):
    record(cast, person=CANARY, document=paper())
    for entry in AuditEntry.objects.all():
        assert CANARY not in f"{entry.facts}{entry.subject_id}"
    assert not Notice.objects.exists()


def test_reading_a_name_is_written_down_reading_none_is_not(cast):
    named, plain = record(cast, person=CANARY), record(cast)
    client = cast.client("discipline")
    assert CANARY in client.get(f"/duties/accountability/{named.pk}/").content.decode()
    client.get(f"/duties/accountability/{plain.pk}/")
    client.get("/duties/accountability/")
    read = AuditEntry.objects.get(verb="accountability.read")
    assert (read.actor, read.subject_id, read.facts) == (cast.member("discipline"), str(named.pk), {})


def test_pages_put_down_and_list(cast):
    client = cast.client("office")
    assert cast.client("qingshi.head").get("/duties/accountability/new/").status_code == 404
    sent = {
        "kind": "circular",
        "agency": cast.unit("qingshi").pk,
        "decided_by_unit": cast.unit("county").pk,
        "on": "2026-11-10",
        "reason": "推进不力",
        "basis": "方案 五",
        "person": CANARY,
        "recorded_by": 1,
    }
    answer = client.post("/duties/accountability/new/", sent | {"on": "2026年9月31日"})
    assert answer.status_code == 400 and "9月30日" in answer.content.decode()
    assert client.post("/duties/accountability/new/", sent | {"document": paper()}).status_code == 302
    row = Accountability.objects.get()
    assert row.recorded_by == cast.office
    listed = client.get("/duties/accountability/?kind=circular").content.decode()
    assert "通报批评" in listed and CANARY not in listed
    assert client.get("/duties/accountability/?kind=account").context["count"] == 0
