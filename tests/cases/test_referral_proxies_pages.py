"""代录 and 核对 on the page: number, time and scan are asked, a second person decides, the first may not."""

from __future__ import annotations

import io
import re

from cases.models import ReferralStep
from minewatch.lib.clock import SHANGHAI, now
from tests.cases import make

LIST = "/cases/referrals/"


def offline(cast):
    """A push of data to the city's office, which works on paper; sent, waiting for its receipt."""
    return make.referral(cast, "credit_push", "sent", receiver="city_office")


def upload():
    scan = io.BytesIO(make.PDF)
    scan.name = "收条.pdf"
    return scan


def recorded(cast, row, **facts):
    sent = {
        "happened_at": f"{now().astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
        "number": "市收〔2026〕1号",
        "upload": upload(),
        "version": row.version,
    } | facts
    sent = {key: value for key, value in sent.items() if value is not None}
    return cast.client("nr.officer").post(f"{LIST}{row.pk}/do/receive/", sent)


def check_url(row) -> str:
    return f"{LIST}{row.pk}/steps/{row.steps.get(state='pending').pk}/check/"


def test_the_button_says_for_whom_the_step_is_put_down(cast):
    row = offline(cast)
    page = cast.client("nr.officer").get(f"{LIST}{row.pk}/").content.decode()
    assert "代录：市专项行动办公室签收" in page
    page = cast.client("nr.officer").get(f"{LIST}{row.pk}/do/receive/").content.decode()
    assert "由另一人核对后生效" in page


def test_number_time_and_scan_are_asked(cast):
    row = offline(cast)
    for gone in ("happened_at", "number", "upload"):
        assert recorded(cast, row, **{gone: None}).status_code == 400
    assert not row.steps.filter(proxy=True).exists()
    assert recorded(cast, row).status_code == 302
    row.refresh_from_db()
    assert row.status == "sent" and row.steps.get(proxy=True).state == "pending"


def test_nothing_else_goes_on_until_it_is_checked(cast):
    row = offline(cast)
    recorded(cast, row)
    page = cast.client("nr.officer").get(f"{LIST}{row.pk}/").content.decode()
    assert "代录待核对" in page and "等待核对" in page
    assert not re.search(rf'href="{LIST}{row.pk}/do/', page)


def test_the_second_person_agrees_and_the_step_takes_effect(cast):
    row = offline(cast)
    recorded(cast, row)
    url = check_url(row)
    assert cast.client("nr.officer").get(url).status_code == 403
    assert "市收〔2026〕1号" in cast.client("nr.approver").get(url).content.decode()
    step = row.steps.get(state="pending")
    sent = {"agreed": "yes", "note": "", "version": step.version}
    assert cast.client("nr.approver").post(url, sent).status_code == 302
    row.refresh_from_db()
    assert row.status == "received"
    page = cast.client("nr.officer").get(f"{LIST}{row.pk}/").content.decode()
    assert "代录" in page and cast.nr_approver.name in page


def test_refusing_asks_for_a_note_and_moves_nothing(cast):
    row = offline(cast)
    recorded(cast, row)
    url, version = check_url(row), row.steps.get(state="pending").version
    client = cast.client("nr.approver")
    answer = client.post(url, {"agreed": "no", "note": "", "version": version})
    assert answer.status_code == 400 and "写明哪里不一致" in answer.content.decode()
    client.post(url, {"agreed": "no", "note": "文号不符", "version": version})
    row.refresh_from_db()
    assert row.status == "sent"
    assert row.steps.get(proxy=True).state == ReferralStep.State.REFUSED


def test_a_sealed_paper_is_scanned_back_and_read_by_both_sides(cast):
    row = make.referral(cast, "criminal", "received")
    step = row.steps.get(move="receive")
    police = cast.client("police.officer")
    url = f"{LIST}{row.pk}/steps/{step.pk}/scan/"
    assert "盖章扫描件" in police.get(url).content.decode()
    assert police.post(url, {}).status_code == 400
    assert police.post(url, {"upload": upload()}).status_code == 302
    page = cast.client("nr.officer").get(f"{LIST}{row.pk}/").content.decode()
    link = re.search(rf"{LIST}{row.pk}/steps/{step.pk}/files/\d+/", page)[0]
    assert cast.client("nr.officer").get(link).status_code == 200
    assert cast.client("ecology.officer").get(link).status_code == 404


def test_what_an_offline_unit_sends_is_put_down_by_the_receiver(cast):
    client, court = cast.client("nr.officer"), cast.unit("court")
    assert f"?sender={court.pk}" in client.get(f"{LIST}new/").content.decode()
    url = f"{LIST}new/?sender={court.pk}&edge=jurisdiction"
    page = client.get(url)
    assert [unit for unit, _ in page.context["form"].fields["receiver"].choices if unit] == [
        str(cast.unit("nr").pk)
    ]
    sent = {
        "sender": court.pk,
        "receiver": cast.unit("nr").pk,
        "title": "执行中发现",
        "summary": "现场仍在采挖",
    }
    record = client.post(url, sent)["Location"]
    assert "代录：法院移送" in client.get(record).content.decode()
    assert cast.client("ecology.officer").get(record).status_code == 404
