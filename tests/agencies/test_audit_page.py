"""The auditor's page: who, what, when – no case content; the chain; and the look-only admin."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agencies.actions import members
from core import audit
from core.models import AuditEntry
from minewatch.lib.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(cast):
    return cast.client("auditor")


def cells(answer) -> list[list]:
    return [[cell.get("text", cell.get("at")) for cell in row["cells"]] for row in answer.context["rows"]]


def test_entries_say_who_what_when_on_what(cast, auditor):
    members.disable(member=cast.qingshi_filler, by=cast.sysadmin)
    row = cells(auditor.get("/more/audit/"))[0]
    assert row[1:4] == ["系统管理员", "停用人员", f"人员 {cast.qingshi_filler.pk}"]


def test_facts_other_than_states_are_not_shown(cast, auditor):
    audit.record(
        "command.run",
        actor=cast.office,
        facts={
            "note": "canary",
            "from": "draft",
            "to": "signed",
            "command": "canary",
        },
    )
    answer = auditor.get("/more/audit/")
    assert cells(answer)[0][4] == "draft → signed"
    assert "canary" not in answer.content.decode()


def test_filters(cast, auditor):
    members.disable(member=cast.qingshi_filler, by=cast.sysadmin)
    day = now().date()
    assert auditor.get(f"/more/audit/?verb=member.disabled&actor=管理&day={day}").context["count"] == 1
    assert auditor.get(f"/more/audit/?day={day - dt.timedelta(days=1)}").context["count"] == 0
    assert auditor.get("/more/audit/?actor=青石").context["count"] == 0
    wrong = auditor.get("/more/audit/?day=2022.9.31")
    assert wrong.status_code == 200 and "9月30日" in wrong.content.decode()


def test_pages_go_on_by_key(cast, auditor):
    for _ in range(120):
        audit.record("command.run", actor=cast.office)
    seen, url = [], ""
    while True:
        answer = auditor.get("/more/audit/" + url)
        seen += [row[-1] for row in cells(answer)]
        url = answer.context["page"]["next_url"]
        if not url:
            break
    assert len(seen) == len(set(seen)) == AuditEntry.objects.count()
    assert auditor.get("/more/audit/?after=x&before=99999999999999999999").status_code == 200


def test_the_chain_is_verified_on_request(cast, auditor):
    audit.seal()
    answer = auditor.post("/more/audit/verify/", follow=True)
    assert "审计链完整" in answer.content.decode()
    assert AuditEntry.objects.latest("id").verb == "audit.verified"
    assert cast.client("sysadmin").post("/more/audit/verify/").status_code == 403


def tamper() -> None:
    migration = import_module("core.migrations.0002_audit_append_only")
    with connection.cursor() as cursor:
        for statement in migration.drop_statements(connection.vendor):
            cursor.execute(statement)
        cursor.execute("UPDATE core_auditentry SET actor_label = 'x'")


def test_tampering_shows_on_the_page(cast, auditor):
    audit.seal()
    tamper()
    assert "不符" in auditor.post("/more/audit/verify/", follow=True).content.decode()


def test_verify_audit_prints_counts_and_head(cast, capsys):
    audit.seal()
    audit.record("command.run", actor=cast.office)
    call_command("verify_audit")
    out = capsys.readouterr().out
    assert "待封存：1 条" in out and audit.verify().head in out and "审计链完整" in out


def test_verify_audit_fails_when_broken(cast, capsys):
    audit.seal()
    tamper()
    with pytest.raises(CommandError, match="不符"):
        call_command("verify_audit")


# Django admin --------------------------------------------------------------------------------------

ADMIN = (
    "agencies/division",
    "agencies/agency",
    "agencies/member",
    "agencies/acting",
    "axes/accessattempt",
    "axes/accesslog",
    "core/heartbeat",
)


def test_the_admin_shows_these_models_and_changes_none(cast):
    client = cast.client("sysadmin")
    page = client.get("/sysadmin/").content.decode()
    for model in ADMIN:
        assert f"/sysadmin/{model}/" in page
        assert client.get(f"/sysadmin/{model}/").status_code == 200
        assert client.get(f"/sysadmin/{model}/add/").status_code == 403
    for hidden in ("ledgers", "duties", "cases", "reports", "auth/group", "core/auditentry"):
        assert f"/sysadmin/{hidden}" not in page


def test_the_admin_shows_no_hash_and_saves_nothing(cast):
    client, member = cast.client("sysadmin"), cast.qingshi_filler
    address = f"/sysadmin/agencies/member/{member.pk}/change/"
    page = client.get(address).content.decode()
    assert member.name in page and member.password not in page and "pbkdf2" not in page
    assert client.post(address, {"name": "x", "is_active": ""}).status_code == 403
    assert client.post(f"/sysadmin/agencies/member/{member.pk}/delete/", {"post": "yes"}).status_code == 403
    assert cast.qingshi_filler.name == member.name


@pytest.mark.parametrize("username", ["auditor", "office", "qingshi.head"])
def test_nobody_else_enters_the_admin(cast, username):
    answer = cast.client(username).get("/sysadmin/agencies/member/", follow=True)
    assert answer.status_code == 403


def test_the_admin_has_no_door_of_its_own(client, cast):
    assert client.get("/sysadmin/", follow=True).redirect_chain[-1][0].startswith("/login/?next=")
    answer = client.post("/sysadmin/login/", {"username": "sysadmin", "password": "minewatch-demo"})
    assert answer["Location"].startswith("/login/")
    assert "sessionid" not in client.cookies and "_auth_user_id" not in client.session


def test_everything_registered_in_the_admin_is_free_of_business():
    from django.contrib import admin

    assert {model._meta.label_lower.replace(".", "/") for model in admin.site._registry} == set(ADMIN)
