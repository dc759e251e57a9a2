"""Own password: forced change, age, history, Chinese errors."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from agencies.actions import passwords
from agencies.demo import PASSWORD
from agencies.models import Member
from core.errors import DomainError
from core.models import AuditEntry

pytestmark = pytest.mark.django_db
NEW = "Gully-Survey-4821"


def send(client: Client, old: str = PASSWORD, new: str = NEW, again: str | None = None):
    return client.post("/password/", {"old": old, "new": new, "again": new if again is None else again})


@pytest.fixture
def filler(cast) -> Client:
    client = Client()
    client.post("/login/", {"username": "qingshi.filler", "password": PASSWORD})
    return client


@pytest.fixture
def due(cast, filler) -> Client:
    Member.objects.filter(username="qingshi.filler").update(must_change_password=True)
    return filler


@pytest.mark.parametrize("path", ["/", "/more/", "/notices/", "/sysadmin/", "/more/units/"])
def test_an_initial_password_is_changed_before_anything_else(due, path):
    assert due.get(path)["Location"] == "/password/"


def test_scripts_are_told_as_json(due):
    answer = due.get("/notices/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "password_due")


def test_leaving_and_the_session_stay_open(due):
    assert due.get("/session/").status_code == 200
    assert due.post("/logout/").status_code == 302


def test_changing_opens_the_house(due, cast):
    assert "初始密码" in due.get("/password/").content.decode()
    assert send(due)["Location"] == "/todo/"
    assert due.get("/more/").status_code == 200
    assert AuditEntry.objects.latest("id").verb == "member.password_changed"
    assert cast.qingshi_filler.check_password(NEW)


def test_an_old_password_is_due(filler, cast, settings):
    then = cast.qingshi_filler.created_at - dt.timedelta(days=settings.PASSWORD_MAX_AGE_DAYS + 1)
    Member.objects.filter(username="qingshi.filler").update(password_changed_at=then)
    assert filler.get("/more/")["Location"] == "/password/"
    assert f"超过{settings.PASSWORD_MAX_AGE_DAYS}天" in filler.get("/password/").content.decode()
    settings.PASSWORD_MAX_AGE_DAYS = 0
    assert filler.get("/more/").status_code == 200


def test_other_sessions_end_this_one_goes_on(filler, cast):
    other = cast.client("qingshi.filler")
    assert other.get("/more/").status_code == 200
    send(filler)
    assert filler.get("/more/").status_code == 200
    assert other.get("/more/").status_code == 302


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"old": "wrong"}, "当前密码不正确"),
        ({"new": "Ab1-x"}, "10"),
        ({"new": "onlylowercase"}, "至少 3 类"),
        ({"new": "Qingshi.filler-9"}, "不能包含账号"),
        ({"again": "Other-Word-77"}, "两次输入的新密码不一致"),
    ],
)
def test_a_bad_change_says_why_in_chinese(filler, cast, sent, words):
    answer = send(filler, **sent)
    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors)
    assert cast.qingshi_filler.check_password(PASSWORD)


def test_the_last_five_are_not_used_again(cast, settings):
    used = [PASSWORD, *(f"Gully-Survey-{n}000" for n in range(1, 6))]
    for old, new in zip(used, used[1:], strict=False):
        passwords.change(member=cast.qingshi_filler, old=old, new=new)
    for word in used[1:]:
        with pytest.raises(DomainError, match="最近 5 次"):
            passwords.change(member=cast.qingshi_filler, old=used[-1], new=word)
    member = cast.qingshi_filler
    assert member.old_passwords.count() == settings.PASSWORD_HISTORY
    passwords.change(member=member, old=used[-1], new="Gully-Survey-6000")


def test_an_initial_password_obeys_the_rules(cast, settings):
    from django.contrib.auth.password_validation import validate_password

    for _ in range(50):
        validate_password(passwords.initial_password(), cast.qingshi_filler)
    settings.PASSWORD_MIN_LENGTH = 24
    assert len(passwords.initial_password()) >= 24


def test_nothing_but_the_password_changes(filler, cast):
    filler.post(
        "/password/",
        {
            "old": PASSWORD,
            "new": NEW,
            "again": NEW,
            "username": "x",
            "agency": cast.unit("nr").pk,
            "is_active": "",
            "name": "x",
            "roles": "head",
        },
    )
    member = cast.qingshi_filler
    assert (member.name, member.agency.code, member.own_roles) == ("青石镇填表人", "qingshi", {"filler"})
