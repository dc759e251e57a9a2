"""Messages out of the house: at most once, never too fast, never redirected, never with content."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import http.server
import json
import smtplib
import socket
import threading

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from agencies.models import Member
from core.models import AuditEntry, Notice
from duties import channels, ladder, tasks
from duties.actions import dispatching
from duties.actions.dispatching import Dispatched, dispatch
from duties.actions.reminding import sweep
from duties.channels import Answer, webhook
from duties.models import Dispatch, Duty
from minewatch.env import envurl
from minewatch.lib.clock import SHANGHAI

NOW = dt.datetime(2022, 9, 21, 10, tzinfo=SHANGHAI)
MINUTE = dt.timedelta(minutes=1)
CANARY = "绝密矿主金丝雀"
TEXT = "您有 1 项任务待办，其中逾期 0 项。"


class Gateway:
    """A message gateway that answers as it is told: a status, "hang", "drop" or a redirect."""

    def __init__(self):
        self.answers, self.got, self.headers = [200], [], []
        self.hung = threading.Event()
        gateway = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                gateway.got.append(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.headers.append((self.path, dict(self.headers)))
                answer = gateway.answers.pop(0) if len(gateway.answers) > 1 else gateway.answers[0]
                if answer == "hang":
                    gateway.hung.wait(5)
                    return
                if answer == "drop":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("Location", f"{gateway.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def ids(self):
        return [json.loads(body)["id"] for body in self.got]

    def close(self):
        self.hung.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(autouse=True)
def _frozen(settings):
    settings.SITE_URL = "https://mine.example.gov.cn"
    settings.EMAIL_ON = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def gateway(settings, monkeypatch):
    one = Gateway()
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = f"{one.url}/send", "s3cret"
    monkeypatch.setattr(webhook, "TIMEOUT", 0.3)
    yield one
    one.close()


@pytest.fixture
def phones(cast):
    Member.objects.filter(agency__isnull=False).update(phone="13900000000", email="someone@example.gov.cn")
    return cast


def waiting(cast, n=1, channel="webhook", username="qingshi.filler"):
    return [
        Dispatch.objects.create(
            member=cast.member(username), channel=channel, text=TEXT, link="/todo/", next_at=NOW
        )
        for _ in range(n)
    ]


def state(row):
    row.refresh_from_db()
    return row.status, row.attempts


# from the sweep to the gateway ------------------------------------------------------------------------


def test_a_digest_goes_out_without_content(gateway, phones, caplog):
    ladder.ensure(phones.county)
    Duty.objects.create(
        key="c",
        kind="lead",
        title=CANARY,
        basis=CANARY,
        agency=phones.unit("qingshi"),
        role="filler",
        due_at=NOW + dt.timedelta(days=2),
    )
    sweep(NOW)
    row = Dispatch.objects.get()
    assert row.status == "queued" and not gateway.got  # nothing leaves before the worker's own round
    assert dispatch(NOW) == Dispatched(sent=1)
    assert json.loads(gateway.got[0]) == {
        "id": str(row.pk),
        "to": "13900000000",
        "text": TEXT,
        "link": "https://mine.example.gov.cn/todo/",
    }
    rows = [*Notice.objects.values(), *Dispatch.objects.values(), *AuditEntry.objects.values()]
    everything = str(rows) + str(gateway.got) + str(gateway.headers) + caplog.text
    assert CANARY not in everything and "s3cret" not in everything
    assert state(row) == ("sent", 1) and NOW <= row.sent_at < NOW + MINUTE


def test_the_body_is_signed(gateway, phones):
    waiting(phones)
    dispatch(NOW)
    path, headers = gateway.headers[0]
    signed = headers["X-Minewatch-Timestamp"].encode() + b"." + gateway.got[0]
    wanted = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert path == "/send" and headers["X-Minewatch-Signature"] == f"sha256={wanted}"


def test_without_channels_or_addresses_nothing_is_queued(cast, settings):
    Duty.objects.create(
        key="c", kind="other", title="x", agency=cast.unit("qingshi"), role="filler", due_at=NOW + MINUTE
    )
    settings.WEBHOOK_URL = "http://127.0.0.1:9/"
    assert sweep(NOW).digests == 2  # filler and deputy, in the system in any case
    assert not Dispatch.objects.exists()
    assert [one.key for one in channels.active()] == ["webhook"]
    settings.WEBHOOK_URL = ""
    assert channels.active() == []


# what the gateway may answer ---------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["hang", "drop"])
def test_an_answer_that_does_not_come_is_unknown_and_never_sent_again(gateway, phones, answer):
    gateway.answers = [answer]
    (row,) = waiting(phones)
    assert dispatch(NOW) == Dispatched(unknown=1)
    for hours in range(1, 30):
        dispatch(NOW + dt.timedelta(hours=hours))
    assert len(gateway.got) == 1
    assert state(row) == ("unknown", 1) and row.error == "消息接口没有回答"


@pytest.mark.parametrize("answer", [400, 403, 404, 410])
def test_a_refusal_is_final(gateway, phones, answer):
    gateway.answers = [answer]
    (row,) = waiting(phones)
    assert dispatch(NOW) == Dispatched(failed=1)
    dispatch(NOW + 60 * MINUTE)
    assert len(gateway.got) == 1 and state(row) == ("failed", 1)
    assert row.error == f"消息接口回答 {answer}"


@pytest.mark.parametrize("answer", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_not_followed(gateway, phones, answer):
    gateway.answers = [answer]
    (row,) = waiting(phones)
    assert dispatch(NOW) == Dispatched(failed=1)
    assert [path for path, _ in gateway.headers] == ["/send"]
    assert state(row) == ("failed", 1) and "拒绝" in row.error


def test_a_busy_gateway_is_tried_again_with_growing_waits(gateway, phones):
    gateway.answers = [500, 503, 429, 200]
    (row,) = waiting(phones)
    tried = []
    for minute in range(20):
        if dispatch(NOW + minute * dt.timedelta(seconds=61)) != Dispatched():
            tried.append(minute)
    assert tried == [0, 1, 3, 7]
    assert state(row) == ("sent", 4) and len(set(gateway.ids)) == 1


def test_after_five_tries_it_fails(gateway, phones):
    gateway.answers = [502]
    (row,) = waiting(phones)
    for minute in range(60):
        dispatch(NOW + minute * MINUTE)
    assert len(gateway.got) == 5
    assert state(row) == ("failed", 5) and row.error == "消息接口回答 502"


def test_a_closed_port_is_tried_again(phones, settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.WEBHOOK_URL = f"http://127.0.0.1:{probe.getsockname()[1]}/"
        (row,) = waiting(phones)
        assert dispatch(NOW) == Dispatched(later=1)
    assert state(row) == ("queued", 1) and row.error == "消息接口连接不上"


def test_only_http_opens():
    assert webhook._opener().open("file:///etc/hostname") is None
    assert webhook._opener().open("ftp://127.0.0.1/") is None


def test_a_proxy_of_the_environment_is_not_used(gateway, phones, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    waiting(phones)
    assert dispatch(NOW) == Dispatched(sent=1)


# how often, and who is first ----------------------------------------------------------------------------


def test_no_more_than_twenty_a_minute(gateway, phones):
    waiting(phones, 45)
    counts = [dispatch(NOW + second * dt.timedelta(seconds=1)).sent for second in (0, 10, 59, 61, 62, 122)]
    assert counts == [20, 0, 0, 20, 0, 5]
    assert len(gateway.got) == 45 == len(set(gateway.ids))


def test_what_is_being_sent_is_not_taken_by_another_round(gateway, phones, monkeypatch):
    rows = waiting(phones, 3)
    send = webhook.Webhook.send
    inside = []

    def slow(self, *args, **kwargs):
        if not inside:
            inside.append(None)
            inside.append(dispatch(NOW))  # another worker comes while this one waits for an answer
        return send(self, *args, **kwargs)

    monkeypatch.setattr(webhook.Webhook, "send", slow)
    assert dispatch(NOW) == Dispatched(sent=1) and inside[1] == Dispatched(sent=2)
    assert sorted(gateway.ids) == sorted(str(row.pk) for row in rows)


def test_a_worker_killed_while_sending_leaves_unknown(gateway, phones, monkeypatch):
    (row,) = waiting(phones)

    def killed(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(webhook.Webhook, "send", killed)
        dispatch(NOW)
    assert state(row) == ("sending", 1)
    dispatch(NOW + 4 * MINUTE)
    assert state(row) == ("sending", 1)
    dispatch(NOW + 6 * MINUTE)
    assert state(row) == ("unknown", 1) and not gateway.got


def test_what_nobody_foresaw_is_unknown(gateway, phones, monkeypatch):
    monkeypatch.setattr(webhook, "_request", lambda body: 1 / 0)
    (row,) = waiting(phones)
    assert dispatch(NOW) == Dispatched(unknown=1)
    assert state(row) == ("unknown", 1) and "ZeroDivisionError" in row.error


def test_who_left_gets_nothing(gateway, phones):
    (row,) = waiting(phones)
    Member.objects.filter(pk=row.member_id).update(is_active=False)
    assert dispatch(NOW) == Dispatched(failed=1)
    assert not gateway.got


def test_what_waited_a_day_is_not_sent(gateway, phones):
    (row,) = waiting(phones)
    assert dispatch(NOW + dt.timedelta(hours=25)) == Dispatched()
    assert not gateway.got and state(row) == ("failed", 0) and row.error == "一天内未能发送"


def test_a_round_ends_after_its_time(gateway, phones, monkeypatch):
    waiting(phones, 2)
    monkeypatch.setattr(dispatching, "ROUND", 0.0)
    assert dispatch(NOW) == Dispatched() and not gateway.got


# e-mail ---------------------------------------------------------------------------------------------------


def test_an_email_says_as_little(phones, settings):
    settings.EMAIL_ON = True
    (row,) = waiting(phones, channel="email")
    assert dispatch(NOW) == Dispatched(sent=1)
    (message,) = mail.outbox
    assert message.to == ["someone@example.gov.cn"]
    assert message.body == f"{TEXT}\nhttps://mine.example.gov.cn/todo/\n"
    assert message.subject.endswith("待办提醒")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConnectionRefusedError(), "queued"),
        (socket.gaierror(), "queued"),
        (smtplib.SMTPResponseException(451, b"busy"), "queued"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "queued"),
        (smtplib.SMTPResponseException(550, b"no"), "failed"),
        (smtplib.SMTPRecipientsRefused({}), "failed"),
        (smtplib.SMTPServerDisconnected(), "unknown"),
        (TimeoutError(), "unknown"),
    ],
)
def test_what_a_mail_server_may_do(phones, settings, monkeypatch, error, status):
    settings.EMAIL_ON = True
    (row,) = waiting(phones, channel="email")

    def send(self):
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    dispatch(NOW)
    assert state(row)[0] == status and row.error


def test_an_address_with_a_line_break_is_refused(phones, settings):
    settings.EMAIL_ON = True
    (row,) = waiting(phones, channel="email")
    Member.objects.filter(pk=row.member_id).update(email="a@b.cn\nBcc: c@d.cn")
    assert dispatch(NOW) == Dispatched(failed=1)
    assert not mail.outbox


# settings and ticks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["ftp://host/", "file:///etc/passwd", "//host", "host", "http://", "http://h:x/"]
)
def test_an_address_that_is_none_stops_the_start(monkeypatch, value):
    monkeypatch.setenv("WEBHOOK_URL", value)
    with pytest.raises(ImproperlyConfigured, match="WEBHOOK_URL"):
        envurl("WEBHOOK_URL")


def test_the_tick_reminds_every_ten_minutes_and_sends_nothing(cast, monkeypatch):
    seen = []
    monkeypatch.setattr(tasks, "sweep", lambda at: seen.append(at))
    monkeypatch.setattr(tasks, "open_ahead", lambda at: 1 / 0 if not seen else 0)
    monkeypatch.setattr(tasks, "dispatch", lambda: seen.append("sent"))
    for minute in range(25):
        with time_machine.travel(NOW + minute * MINUTE, tick=False):
            try:
                tasks.tick()
            except ZeroDivisionError:  # an opening that fails keeps no reminder back
                assert minute == 0
    assert [(at - NOW) // MINUTE for at in seen] == [1, 12, 23]
    tasks.send_out()
    assert seen[-1] == "sent"


def test_an_answer_has_its_status():
    assert set(dispatching.OUTCOMES) == set(Answer) - {Answer.LATER}
