"""Entering: lock-out by name and address, one sentence for every failure, fresh sessions, time-outs."""

from __future__ import annotations

import threading
import time

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import OperationalError, connection
from django.test import Client

from agencies.demo import PASSWORD
from core.models import AuditEntry, Draft

pytestmark = pytest.mark.django_db
WRONG = "账号或密码不正确"


def enter(client: Client, username: str, password: str = PASSWORD, **extra):
    return client.post("/login/", {"username": username, "password": password}, **extra)


@pytest.fixture
def client() -> Client:
    return Client()


def test_the_page_needs_no_account(client, db):
    answer = client.get("/login/")
    assert answer.status_code == 200
    assert "demo_accounts" not in answer.context


def test_the_demo_lists_its_accounts_by_role(client, cast, settings):
    settings.DEMO = True
    answer = client.get("/login/")
    groups = {group["role"]: group["accounts"] for group in answer.context["demo_accounts"]}
    assert {"username": "sysadmin", "name": "系统管理员", "unit": ""} in groups["系统管理员"]
    assert answer.context["demo_password"] == PASSWORD
    assert "qingshi.filler" in answer.content.decode()


def test_entering_leads_home_and_is_recorded(client, cast):
    answer = enter(client, "qingshi.filler")
    assert (answer.status_code, answer["Location"]) == (302, "/todo/")
    entry = AuditEntry.objects.latest("id")
    assert (entry.verb, entry.address) == ("member.logged_in", "127.0.0.1")
    assert entry.actor_id == cast.qingshi_filler.pk


def test_system_roles_begin_under_more(client, cast):
    assert enter(client, "sysadmin")["Location"] == "/more/"
    assert client.get("/")["Location"] == "/more/"


@pytest.mark.parametrize("spelling", ["Qingshi.Filler", " qingshi.filler ", "ｑｉｎｇｓｈｉ．ｆｉｌｌｅｒ"])
def test_capitals_blanks_and_full_width_are_one_name(client, cast, spelling):
    assert enter(client, spelling).status_code == 302


def test_the_session_is_a_fresh_one(client, cast):
    client.get("/login/")
    session = client.session
    session["kept"] = 1
    session.save()
    before = session.session_key
    enter(client, "qingshi.filler")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/ledgers/?x=1", "/ledgers/?x=1"),
        ("https://evil.example/", "/todo/"),
        ("//evil.example", "/todo/"),
    ],
)
def test_only_our_own_pages_are_gone_on_with(client, cast, wanted, led):
    sent = {"username": "qingshi.filler", "password": PASSWORD, "next": wanted}
    assert client.post("/login/", sent)["Location"] == led


def test_every_failure_says_the_same(client, cast):
    cast.qingshi_head.__class__.objects.filter(username="qingshi.head").update(is_active=False)
    bodies = []
    for username, password in (("qingshi.filler", "wrong"), ("nobody", "wrong"), ("qingshi.head", PASSWORD)):
        answer = enter(Client(), username, password)
        assert answer.status_code == 200
        assert WRONG in answer.content.decode()
        bodies.append(str(answer.context["form"].errors))
    assert len(set(bodies)) == 1


def test_failures_are_recorded_without_what_was_typed(client, cast):
    enter(client, "qingshi.filler", "Secret-canary-1")
    enter(client, "My-password-canary", "x")
    known, unknown = AuditEntry.objects.filter(verb="member.login_failed").order_by("id")
    assert known.subject_id == str(cast.qingshi_filler.pk)
    assert unknown.subject_id == ""
    assert "canary" not in str([vars(known), vars(unknown)])
    attempts = str(list(AccessAttempt.objects.values("get_data", "post_data", "http_accept", "user_agent")))
    assert "canary" not in attempts


def test_five_wrong_passwords_close_the_pair(client, cast):
    answers = [enter(client, "qingshi.filler", "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429, 429]
    assert settings.AXES_COOLOFF_MESSAGE in answers[-1].content.decode()
    assert enter(client, "qingshi.filler").status_code == 429, "the right password does not open it either"


def test_spellings_and_browsers_share_one_count(client, cast):
    spellings = ["qingshi.filler", "QINGSHI.FILLER", " qingshi.filler", "ｑingshi.filler", "Qingshi.filler"]
    for n, spelling in enumerate(spellings):
        answer = enter(client, spelling, "wrong", HTTP_USER_AGENT=f"browser {n}")
    assert answer.status_code == 429


def test_names_without_account_close_likewise(client, cast):
    assert [enter(client, "nobody", "x").status_code for _ in range(6)] == [200] * 4 + [429] * 2


def test_another_address_and_another_name_are_unaffected(client, cast):
    for _ in range(6):
        enter(client, "qingshi.filler", "wrong")
    assert enter(client, "qingshi.deputy").status_code == 302
    assert enter(Client(REMOTE_ADDR="10.0.0.9"), "qingshi.filler").status_code == 302


def test_success_takes_the_count_back(client, cast):
    for _ in range(4):
        enter(client, "qingshi.filler", "wrong")
    assert enter(client, "qingshi.filler").status_code == 302
    assert [enter(Client(), "qingshi.filler", "wrong").status_code for _ in range(5)] == [200] * 4 + [429]


def test_after_the_cooling_time_the_pair_is_open(client, cast):
    for _ in range(6):
        enter(client, "qingshi.filler", "wrong")
    then = AccessAttempt.objects.get().attempt_time - settings.AXES_COOLOFF_TIME
    AccessAttempt.objects.update(attempt_time=then)
    assert enter(client, "qingshi.filler").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_parallel_tries_are_counted_exactly(transactional_cast, monkeypatch):
    """Twenty at once: five passwords are looked at, no more."""
    looked, gate = [], threading.Barrier(20)
    monkeypatch.setattr(ModelBackend, "authenticate", lambda *args, **kwargs: looked.append(1))

    def attempt() -> None:
        gate.wait()
        while True:
            try:
                enter(Client(), "qingshi.filler", "wrong")
                break
            except OperationalError:  # SQLite in memory does not wait for its turn as the file does
                time.sleep(0.01)
        connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked) == 5


def test_sysadmin_opens_a_locked_pair_with_a_log(client, cast):
    for _ in range(5):
        enter(client, "qingshi.filler", "wrong")
    for _ in range(5):
        enter(client, "typed.password", "wrong")
    admin = cast.client("sysadmin")
    page = admin.get("/more/people/locked/").content.decode()
    assert "qingshi.filler" in page
    assert "typed.password" not in page
    pair = AccessAttempt.objects.get(username="qingshi.filler")
    assert cast.client("qingshi.head").post(f"/more/people/locked/{pair.pk}/unlock/").status_code == 403
    assert admin.post(f"/more/people/locked/{pair.pk}/unlock/").status_code == 302
    entry = AuditEntry.objects.get(verb="member.unlocked")
    assert (entry.actor_id, entry.subject_id) == (cast.sysadmin.pk, str(cast.qingshi_filler.pk))
    assert enter(client, "qingshi.filler").status_code == 302


def test_leaving_ends_the_session_and_is_recorded(client, cast):
    enter(client, "qingshi.filler")
    assert client.post("/logout/")["Location"] == "/login/"
    assert AuditEntry.objects.latest("id").verb == "member.logged_out"
    assert client.get("/more/").status_code == 302
    assert client.post("/logout/").status_code == 302, "leaving twice is no fault"
    assert client.get("/logout/").status_code == 405


def test_lock_comes_back_to_the_same_page(client, cast):
    enter(client, "qingshi.filler")
    answer = client.post("/logout/", {"lock": "1", "next": "/more/units/"})
    assert answer["Location"] == "/login/?next=%2Fmore%2Funits%2F"


# the session's clocks ------------------------------------------------------------------------------


def idle(client: Client, minutes: float) -> None:
    session = client.session
    session["seen_at"] = time.time() - minutes * 60
    session.save()


def test_the_session_tells_how_much_time_is_left(client, cast):
    assert client.get("/session/").status_code == 401
    enter(client, "qingshi.filler")
    client.get("/more/")
    told = client.get("/session/").json()
    assert told["user"] == cast.qingshi_filler.pk
    assert told["seconds_left"] == pytest.approx(settings.IDLE_MINUTES * 60, abs=3)


def test_asking_gives_no_more_time_touching_does(client, cast):
    enter(client, "qingshi.filler")
    client.get("/more/")
    idle(client, 28)
    for _ in range(2):
        assert client.get("/session/").json()["seconds_left"] == pytest.approx(120, abs=3)
    told = client.get("/session/?touch=1").json()
    assert told["seconds_left"] == pytest.approx(settings.IDLE_MINUTES * 60, abs=3)


def test_idle_time_out_keeps_the_draft(client, cast):
    enter(client, "qingshi.filler")
    body = {"form": "patrol", "object": "", "object_key": "", "fields": {"place": "上湾"}}
    assert client.post("/drafts/save/", body, content_type="application/json").status_code == 200
    idle(client, 31)
    assert client.get("/session/").status_code == 401
    assert Draft.objects.get().fields == {"place": "上湾"}
    told = client.post("/login/inline/", {"username": "qingshi.filler", "password": PASSWORD}).json()
    assert told["ok"] and told["user"] == cast.qingshi_filler.pk
    assert client.get("/drafts/load/?form=patrol").json()["fields"] == body["fields"]


def test_signing_in_in_place_gives_a_token_that_works(cast):
    client = Client(enforce_csrf_checks=True)
    token = client.get("/login/").cookies[settings.CSRF_COOKIE_NAME].value
    told = client.post(
        "/login/inline/",
        {"username": "qingshi.filler", "password": PASSWORD},
        headers={"X-CSRFToken": token},
    ).json()
    assert told["csrf"] != token
    assert client.post("/logout/", headers={"X-CSRFToken": token}).status_code == 403
    assert client.post("/logout/", headers={"X-CSRFToken": told["csrf"]}).status_code == 302


def test_nobody_goes_on_with_another_ones_page(client, cast):
    enter(client, "qingshi.filler")
    idle(client, 31)
    told = client.post("/login/inline/", {"username": "qingshi.deputy", "password": PASSWORD}).json()
    assert not told["ok"] and "换人" in told["message"]
    assert client.get("/session/").status_code == 401
    owner = cast.qingshi_filler.pk
    other = {"username": "qingshi.deputy", "password": PASSWORD, "user": owner}
    assert not client.post("/login/inline/", other).json()["ok"]


def test_in_place_failures_are_sentences(client, cast):
    told = client.post("/login/inline/", {"username": "qingshi.filler", "password": "wrong"})
    assert told.status_code == 200 and WRONG in told.json()["message"]
    for _ in range(4):
        told = client.post("/login/inline/", {"username": "qingshi.filler", "password": "wrong"})
    assert told.status_code == 429
    assert told.json() == {"ok": False, "message": settings.AXES_COOLOFF_MESSAGE}


def test_signing_in_again_starts_the_day_anew(client, cast):
    enter(client, "qingshi.filler")
    session = client.session
    session["signed_in_at"] = time.time() - (settings.SESSION_HOURS * 3600 - 60)
    session.save()
    client.post("/login/inline/", {"username": "qingshi.filler", "password": PASSWORD})
    assert client.get("/session/").json()["seconds_left"] > 120


def test_signed_in_pages_are_kept_by_no_cache(client, cast):
    enter(client, "qingshi.filler")
    assert "no-store" in client.get("/more/")["Cache-Control"]
