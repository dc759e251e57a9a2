"""举报人: sealed, encrypted, out of every page; shown once to one custodian with the word of another."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image

from core.access import grant
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import Access, AuditEntry, Notice, StoredFile
from ledgers import sealing
from ledgers.actions import leads
from ledgers.actions.leads import informing
from ledgers.actions.leads.informing import Identity
from ledgers.models import Informant, Lead
from minewatch.lib.clock import now
from tests.ledgers.make_leads import intake, lead

NAME, PHONE = "赵举报", "13812345678"
WHO = Identity(name=NAME, phone=PHONE, address="上湾村三组", note="左邻")


def tip(cast, **more) -> Lead:
    return lead(cast, source="phone", identity=WHO, **more)


def agreed(cast, one: Lead):
    reveal = informing.ask(informant=one.informant, by=cast.custodian, motive="需回访核实")
    return informing.decide(reveal=reveal, by=cast.custodian2, agreed=True)


def jpeg(name: str = "照片.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "CANARY-CAMERA"
    Image.new("RGB", (40, 30), (90, 60, 40)).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


# sealed ------------------------------------------------------------------------------------------


def test_the_identity_lies_encrypted_and_nowhere_else(cast):
    one = tip(cast)
    row = Informant.objects.get()
    assert NAME not in row.sealed and PHONE not in row.sealed and one.number not in row.code
    assert sealing.unseal(row.sealed)["name"] == NAME
    plain = str(list(Lead.objects.values())) + str(list(AuditEntry.objects.values()))
    plain += str(list(Notice.objects.values()))
    assert NAME not in plain and PHONE not in plain


def test_no_record_is_made_when_nobody_said_who_they_are(cast):
    lead(cast, source="phone")
    assert not Informant.objects.exists()


def test_an_older_key_still_reads_and_a_wrong_one_says_so(cast):
    token = sealing.seal({"name": NAME})
    with override_settings(INFORMANT_KEY="n" * 50, INFORMANT_KEYS_OLD=[]):
        with pytest.raises(DomainError):
            sealing.unseal(token)
    from django.conf import settings

    with override_settings(INFORMANT_KEY="n" * 50, INFORMANT_KEYS_OLD=[settings.INFORMANT_KEY]):
        assert sealing.unseal(token) == {"name": NAME}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": "赵举报说沟里有人挖砂"}, "text"),
        ({"text": "赵 举 报说沟里有人挖砂"}, "text"),
        ({"text": "联系138-1234-5678"}, "text"),
        ({"text": "联系１３８１２３４５６７８"}, "text"),
        ({"location": "赵举报家门前"}, "location"),
        ({"party": NAME}, "party"),
    ],
)
def test_text_that_names_the_informant_is_refused_at_its_field(cast, more, field):
    with pytest.raises(DomainError) as caught:
        tip(cast, **more)
    assert caught.value.field == field and not Lead.objects.exists() and NAME not in caught.value.message


def test_a_file_that_names_the_informant_is_refused(cast):
    paper = SimpleUploadedFile("赵举报来信.pdf", b"%PDF-1.4 x", "application/pdf")
    with pytest.raises(DomainError) as caught:
        leads.register_lead(
            by=cast.nr_officer,
            agency=cast.unit("nr"),
            facts=intake(source="letter", identity=WHO),
            documents=[paper],
        )
    assert caught.value.field == "documents"


def test_later_texts_are_not_tried_against_the_name_or_they_would_give_it_away(cast):
    one = tip(cast)
    leads.dispatch(lead=one, to=cast.unit("water"), by=cast.nr_officer, reason=f"是{NAME}举报的吗")
    assert one.status == "sent"


# who is told that there is one -------------------------------------------------------------------


def test_only_those_who_handle_the_lead_are_told_that_there_is_one(cast):
    one = tip(cast, urgent=True)
    line = "有举报人信息，由保管人保管"
    pages = {
        who: cast.client(who).get(f"/cases/leads/{one.pk}/").content.decode()
        for who in ("nr.officer", "nr.head", "office")
    }
    assert line in pages["nr.officer"] and line in pages["nr.head"] and line not in pages["office"]
    for page in pages.values():
        assert NAME not in page and PHONE not in page


@pytest.mark.parametrize("who", ["nr.officer", "nr.head", "office", "leader", "auditor", "sysadmin"])
def test_nobody_but_custodians_comes_to_what_is_sealed(cast, who):
    row = tip(cast).informant
    client = cast.client(who)
    for path in ("", f"{row.pk}/"):
        assert client.get(f"/cases/leads/informants/{path}").status_code == 404
    assert client.post(f"/cases/leads/informants/{row.pk}/ask/", {"reason": "想看"}).status_code == 404
    with pytest.raises(Missing):
        informing.ask(informant=row, by=cast.member(who), motive="想看")


def test_a_custodian_who_must_stay_out_finds_nothing(cast):
    one = tip(cast)
    grant(one.matter, Access.Relation.BARRED, member=cast.custodian2)
    assert not Informant.objects.visible_to(cast.custodian2).exists()
    reveal = informing.ask(informant=one.informant, by=cast.custodian, motive="需回访核实")
    with pytest.raises(Missing):
        informing.decide(reveal=reveal, by=cast.custodian2, agreed=True)
    assert not Notice.objects.filter(member=cast.custodian2).exists()


# shown once --------------------------------------------------------------------------------------


def test_one_custodian_asks_another_agrees_and_it_is_seen_once(cast):
    reveal = agreed(cast, tip(cast))
    assert informing.see(reveal=reveal, by=cast.custodian) == WHO
    with pytest.raises(Conflict):
        informing.see(reveal=reveal, by=cast.custodian)
    verbs = AuditEntry.objects.filter(verb__startswith="informant.").order_by("id")
    assert [e.verb for e in verbs] == [f"informant.{x}" for x in ("kept", "asked", "agreed", "seen")]
    assert all(set(entry.facts) <= {"code"} for entry in verbs)


def test_nobody_agrees_to_the_own_asking_and_nobody_else_looks(cast):
    one = tip(cast)
    reveal = informing.ask(informant=one.informant, by=cast.custodian, motive="需回访核实")
    with pytest.raises(NotAllowed):
        informing.decide(reveal=reveal, by=cast.custodian, agreed=True)
    with pytest.raises(Conflict):
        informing.see(reveal=reveal, by=cast.custodian)
    informing.decide(reveal=reveal, by=cast.custodian2, agreed=True)
    with pytest.raises(NotAllowed):
        informing.see(reveal=reveal, by=cast.custodian2)


def test_a_motive_is_needed_and_a_refusal_has_its_reason(cast):
    one = tip(cast)
    with pytest.raises(DomainError):
        informing.ask(informant=one.informant, by=cast.custodian, motive="  ")
    reveal = informing.ask(informant=one.informant, by=cast.custodian, motive="需回访核实")
    with pytest.raises(Conflict):
        informing.ask(informant=one.informant, by=cast.custodian, motive="再问")
    with pytest.raises(DomainError):
        informing.decide(reveal=reveal, by=cast.custodian2, agreed=False)
    informing.decide(reveal=reveal, by=cast.custodian2, agreed=False, words="事由不足")
    with pytest.raises(Conflict):
        informing.see(reveal=reveal, by=cast.custodian)


def test_after_24_hours_it_must_be_asked_anew(cast):
    one = tip(cast)
    reveal = agreed(cast, one)
    with time_machine.travel(now() + dt.timedelta(hours=24, minutes=1), tick=False):
        with pytest.raises(Conflict):
            informing.see(reveal=reveal, by=cast.custodian)
        again = informing.ask(informant=one.informant, by=cast.custodian, motive="需回访核实")
        informing.decide(reveal=again, by=cast.custodian2, agreed=True)
        assert informing.see(reveal=again, by=cast.custodian).name == NAME


def test_the_custodians_pages_show_it_in_one_answer_only(cast):
    row = tip(cast).informant
    one, two = cast.client("custodian"), cast.client("custodian2")
    base = f"/cases/leads/informants/{row.pk}/"
    one.post(f"{base}ask/", {"reason": "需回访核实"})
    reveal = row.reveals.get()
    assert "同意查看" in two.get(base).content.decode() and "同意查看" not in one.get(base).content.decode()
    two.post(f"{base}reveals/{reveal.pk}/agree/")
    answer = one.post(f"{base}reveals/{reveal.pk}/see/")
    assert NAME in answer.content.decode() and "no-store" in answer["Cache-Control"]
    assert NAME not in one.get(base).content.decode()
    assert one.post(f"{base}reveals/{reveal.pk}/see/").status_code == 409
    assert row.code in one.get("/cases/leads/informants/").content.decode()


# photos and papers -------------------------------------------------------------------------------


def test_photos_of_a_tip_go_out_as_stripped_copies_under_plain_names(cast):
    one = leads.register_lead(
        by=cast.nr_officer,
        agency=cast.unit("nr"),
        facts=intake(source="phone", identity=WHO),
        photos=[jpeg("赵举报拍.jpg")],
    )
    photo = StoredFile.objects.get(kind="photo")
    assert photo.name == "照片1.jpg"
    client = cast.client("nr.officer")
    for path in (f"/files/{photo.pk}/", f"/files/{photo.pk}/view/"):
        answer = client.get(path)
        assert answer.status_code == 200 and b"CANARY-CAMERA" not in b"".join(answer.streaming_content)
    reveal = agreed(cast, one)
    informing.see(reveal=reveal, by=cast.custodian)
    reveal.refresh_from_db()
    data, _, _ = informing.paper_of(reveal=reveal, by=cast.custodian, file=photo)
    assert b"CANARY-CAMERA" in data


def test_papers_that_show_who_it_is_lie_encrypted_and_open_to_the_custodian_who_looked(cast):
    letter = SimpleUploadedFile("来信.pdf", b"%PDF-1.4 CANARY-LETTER", "application/pdf")
    one = leads.register_lead(
        by=cast.nr_officer, agency=cast.unit("nr"), facts=intake(source="letter"), papers=[letter]
    )
    file = StoredFile.objects.get()
    with file.path.open("rb") as stored:
        assert b"CANARY" not in stored.read()
    assert file.name == "封存材料1" and "来信" not in str(file.facts)
    assert cast.client("nr.officer").get(f"/files/{file.pk}/").status_code == 404
    reveal = agreed(cast, one)
    url = f"/cases/leads/informants/{one.informant.pk}/reveals/{reveal.pk}/papers/{file.pk}/"
    assert cast.client("custodian").get(url).status_code == 404  # not looked yet
    informing.see(reveal=reveal, by=cast.custodian)
    assert b"CANARY-LETTER" in cast.client("custodian").get(url).content
    assert cast.client("custodian2").get(url).status_code == 404
    with time_machine.travel(now() + dt.timedelta(hours=25), tick=False):
        assert cast.client("custodian").get(url).status_code == 404


def test_an_informant_who_speaks_later_is_sealed_once(cast):
    one = lead(cast, source="phone")
    client, url = cast.client("nr.officer"), f"/cases/leads/{one.pk}/informant/"
    assert client.post(url, {}).status_code == 400
    assert client.post(url, {"name": NAME, "phone": PHONE}).status_code == 302
    assert client.post(url, {"name": "别人"}).status_code == 409
    assert sealing.unseal(Informant.objects.get().sealed)["name"] == NAME
    assert cast.client("office").get(url).status_code == 403
    assert cast.client("water.officer").get(url).status_code == 404


def test_only_tips_have_an_informant(cast):
    with pytest.raises(DomainError):
        lead(cast, source="drone", identity=WHO)
