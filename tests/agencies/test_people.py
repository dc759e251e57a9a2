"""Accounts: who keeps them, roles that exclude each other, rights that change at once, leaving."""

from __future__ import annotations

import re
import uuid

import pytest

from agencies import handover
from agencies.actions import members
from agencies.handover import Item
from agencies.models import Member
from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry, Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(cast):
    return cast.client("sysadmin")


@pytest.fixture
def pile(monkeypatch):
    """Work of a room above: {member id: titles}."""
    found: dict[int, list[str]] = {}

    def move(*, source, target, by) -> int:
        titles = found.pop(source.pk, [])
        found.setdefault(target.pk, []).extend(titles)
        return len(titles)

    monkeypatch.setitem(
        handover.PROVIDERS,
        "pile",
        handover.Provider(
            "指定本人办理的任务",
            lambda member: [Item(title, "/todo/") for title in found.get(member.pk, [])],
            move,
        ),
    )
    return found


def form(cast, **more):
    return {
        "username": "qingshi.new",
        "name": "青石镇新人",
        "agency": cast.unit("qingshi").pk,
        "roles": ["filler"],
        "phone": "0350-1234567",
        "token": str(uuid.uuid4()),
    } | more


# who may -------------------------------------------------------------------------------------------

PAGES = (
    "/more/people/",
    "/more/people/add/",
    "/more/people/locked/",
    "/more/acting/",
    "/more/acting/add/",
    "/more/units/",
    "/more/units/add/",
    "/more/audit/",
)
MAY = {
    "sysadmin": {0, 1, 2, 3, 4, 5, 6},
    "auditor": {7},
    "office": {0, 3, 5},
    "qingshi.head": {0, 3, 4, 5},
    "qingshi.filler": {5},
    "shangwan.filler": {5},
    "nr.officer": {5},
    "custodian": {5},
    "leader": {5},
}


@pytest.mark.parametrize("username", MAY)
def test_functions_are_403_for_who_may_not(cast, username):
    client = cast.client(username)
    answers = {n: client.get(path).status_code for n, path in enumerate(PAGES)}
    assert answers == {n: 200 if n in MAY[username] else 403 for n in range(len(PAGES))}


@pytest.mark.parametrize("path", PAGES)
def test_strangers_are_sent_to_the_door(client, db, path):
    assert client.get(path)["Location"].startswith("/login/?next=")


@pytest.mark.parametrize(
    ("username", "seen", "hidden"),
    [
        ("office", ["qingshi.filler", "nr.head"], ["sysadmin", "auditor"]),
        ("qingshi.head", ["qingshi.filler"], ["shangwan.head", "baiyang.head", "sysadmin"]),
    ],
)
def test_the_list_shows_what_one_may_see(cast, username, seen, hidden):
    client = cast.client(username)
    page = client.get("/more/people/?state=all").content.decode()
    assert all(f">{name}<" in page for name in seen)
    assert not any(f">{name}<" in page for name in hidden)
    for name in hidden:
        pk = cast.member(name).pk
        missing, there = client.get("/more/people/999999/"), client.get(f"/more/people/{pk}/")
        assert (missing.status_code, there.status_code) == (404, 404)
        assert missing.content == there.content


def test_readers_find_no_button(cast):
    client = cast.client("office")
    page = client.get(f"/more/people/{cast.nr_head.pk}/").content.decode()
    assert "/reset/" not in page and "账号由系统管理员维护" in page


@pytest.mark.parametrize("username", ["office", "qingshi.head", "auditor"])
@pytest.mark.parametrize("act", ["move", "leave", "enable", "reset"])
def test_only_the_administrator_keeps_accounts(cast, username, act):
    target = cast.qingshi_filler
    answer = cast.client(username).post(f"/more/people/{target.pk}/{act}/", {"roles": "head"})
    assert answer.status_code == 403
    assert Member.objects.get(pk=target.pk).password == target.password


@pytest.mark.parametrize("username", ["sysadmin", "auditor"])
@pytest.mark.parametrize("path", ["/notices/", "/jobs/1/", "/files/1/", "/drafts/load/?form=x"])
def test_system_roles_find_no_business(cast, username, path):
    assert cast.client(username).get(path).status_code == 404


def test_more_shows_each_its_doors(cast):
    def doors(username):
        return {door["title"] for door in cast.client(username).get("/more/").context["doors"]}

    assert doors("auditor") == {"审计记录", "修改密码"}
    assert {"人员", "单位", "登录锁定"} < doors("sysadmin") and "审计记录" not in doors("sysadmin")
    assert "人员" not in doors("qingshi.filler")


# searching -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ("q=qszf", "qingshi.deputy", 1),
        ("q=qsztbr", "qingshi.filler", 1),
        ("q=青石镇填表人", "qingshi.filler", 1),
        ("q=ＮＲ.", "nr.approver", 3),
        ("role=auditor", "auditor", 1),
        ("q=nr.&role=head", "nr.head", 1),
    ],
)
def test_search_by_name_account_and_initials(cast, admin, query, first, count):
    answer = admin.get(f"/more/people/?{query}")
    rows = [row["cells"][1]["text"] for row in answer.context["rows"]]
    assert (answer.context["count"], rows[0] if rows else None) == (count, first)


def test_pages_go_on_by_key(cast, admin):
    for n in range(60):
        Member.objects.create(username=f"zz{n:02}", name="某人")
    first = admin.get("/more/people/")
    second = admin.get("/more/people/" + first.context["page"]["next_url"])
    back = admin.get("/more/people/" + second.context["page"]["previous_url"])
    names = [[row["cells"][1]["text"] for row in page.context["rows"]] for page in (first, second, back)]
    assert len(set(names[0]) | set(names[1])) == len(names[0]) + len(names[1]) == 100
    assert names[0] == names[2]
    assert not back.context["page"]["previous_url"]


def test_the_list_asks_the_same_few_queries(cast, admin, django_assert_max_num_queries):
    for n in range(40):
        Member.objects.create(username=f"zz{n:02}", name="某人", agency=cast.unit("nr"))
    with django_assert_max_num_queries(14):
        admin.get("/more/people/")


# adding --------------------------------------------------------------------------------------------


def shown_password(answer) -> str:
    return re.search(r"初始密码</dt><dd><code>([^<]+)", answer.content.decode())[1]


def test_adding_shows_the_password_once(cast, admin, client):
    sent = form(cast)
    answer = admin.post("/more/people/add/", sent)
    password = shown_password(answer)
    member = cast.member("qingshi.new")
    assert (member.agency.code, member.own_roles, member.must_change_password) == (
        "qingshi",
        {"filler"},
        True,
    )
    again = admin.post("/more/people/add/", sent)
    assert (
        password not in again.content.decode() and Member.objects.filter(username="qingshi.new").count() == 1
    )
    assert client.post("/login/", {"username": "qingshi.new", "password": password}).status_code == 302
    assert client.get("/more/")["Location"] == "/password/"
    assert password not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"username": "Qing Shi"}, "username"),
        ({"username": "qingshi.filler"}, "username"),
        ({"phone": "call me"}, "phone"),
        ({"name": " "}, "name"),
        ({"roles": []}, "roles"),
        ({"roles": ["auditor", "filler"]}, "roles"),
        ({"roles": ["system_admin", "auditor"]}, "roles"),
        ({"roles": ["auditor"]}, "agency"),
        ({"agency": ""}, "agency"),
        ({"roles": ["office"]}, "roles"),
        ({"roles": ["emperor"]}, "roles"),
        ({"agency": "999999"}, "agency"),
    ],
)
def test_a_bad_account_is_refused_at_its_field(cast, admin, more, field):
    before = Member.objects.count()
    answer = admin.post("/more/people/add/", form(cast, **more))
    assert list(answer.context["form"].errors) == [field]
    assert Member.objects.count() == before


@pytest.mark.parametrize("username", ["office", "qingshi.head", "auditor", "nr.officer"])
def test_actions_refuse_the_wrong_hand(cast, username):
    by = cast.member(username)
    with pytest.raises(NotAllowed):
        members.add(by=by, username="a.b", name="某", agency=cast.unit("nr"), roles=["officer"])
    for act in (members.disable, members.enable):
        with pytest.raises(NotAllowed):
            act(member=cast.qingshi_filler, by=by)


def test_posting_more_fields_changes_nothing_more(cast, admin):
    extra = {
        "is_active": "",
        "id": "1",
        "password": "x",
        "must_change_password": "",
        "created_at": "2000-01-01",
        "left_at": "2000-01-01",
        "email": "x@example.cn",
    }
    admin.post("/more/people/add/", form(cast) | extra)
    member = cast.member("qingshi.new")
    assert member.is_active and member.must_change_password and member.left_at is None and member.email == ""
    admin.post(
        f"/more/people/{member.pk}/move/",
        {
            "agency": member.agency_id,
            "roles": ["deputy"],
            "username": "x",
            "name": "x",
            "password": "x",
            **extra,
        },
    )
    after = cast.member("qingshi.new")
    assert (after.name, after.password, after.own_roles) == (member.name, member.password, {"deputy"})


# moving, disabling ---------------------------------------------------------------------------------


def test_new_roles_hold_from_the_next_request(cast, admin):
    theirs = cast.client("qingshi.filler")
    assert theirs.get("/more/people/").status_code == 403
    pk = cast.qingshi_filler.pk
    answer = admin.post(f"/more/people/{pk}/move/", {"agency": cast.unit("qingshi").pk, "roles": ["head"]})
    assert answer.status_code == 302
    assert theirs.get("/more/people/").status_code == 200
    admin.post(f"/more/people/{pk}/move/", {"agency": "", "roles": ["auditor"]})
    assert theirs.get("/more/people/").status_code == 403
    assert theirs.get("/more/audit/").status_code == 200
    assert theirs.get("/notices/").status_code == 404


def test_disabling_ends_every_session_for_good(cast, admin):
    browsers = [cast.client("qingshi.filler") for _ in range(3)]
    assert all(browser.get("/more/").status_code == 200 for browser in browsers)
    pk = cast.qingshi_filler.pk
    admin.post(f"/more/people/{pk}/leave/", {})
    assert all(browser.get("/more/").status_code == 302 for browser in browsers)
    answer = admin.post(f"/more/people/{pk}/enable/")
    assert all(browser.get("/more/").status_code == 302 for browser in browsers), (
        "enabling revives no session"
    )
    member = cast.qingshi_filler
    assert member.is_active and member.left_at is None and member.check_password(shown_password(answer))


def test_a_reset_ends_sessions_and_is_shown_once(cast, admin):
    theirs = cast.client("qingshi.filler")
    password = shown_password(admin.post(f"/more/people/{cast.qingshi_filler.pk}/reset/"))
    assert cast.qingshi_filler.check_password(password) and cast.qingshi_filler.must_change_password
    assert theirs.get("/more/").status_code == 302


def test_nobody_keeps_the_own_account(cast):
    admin = cast.sysadmin
    for act in (members.disable, members.enable):
        with pytest.raises(NotAllowed, match="自己"):
            act(member=admin, by=admin)
    with pytest.raises(NotAllowed, match="自己"):
        members.move(member=admin, agency=None, roles=["auditor"], by=admin)


def test_the_last_administrator_stays(cast):
    second = members.add(
        by=cast.sysadmin, username="admin2", name="乙", agency=None, roles=["system_admin"]
    ).member
    members.disable(member=cast.sysadmin, by=second)
    third = Member.objects.create(username="ghost", name="丙")
    third.grants.create(role="system_admin")
    Member.objects.filter(pk=third.pk).update(is_active=True)
    members.disable(member=Member.objects.get(pk=third.pk), by=second)
    with pytest.raises(DomainError, match="最后一名"):
        members._keep_one_administrator(Member.objects.get(pk=second.pk), staying=False)


def test_disabling_twice_is_a_conflict(cast):
    target, stale = cast.qingshi_filler, cast.qingshi_filler
    members.disable(member=target, by=cast.sysadmin)
    with pytest.raises(Conflict):
        members.disable(member=stale, by=cast.sysadmin)


# leaving -------------------------------------------------------------------------------------------


def test_open_work_is_counted_for_the_administrator_and_named_to_the_head(cast, admin, pile):
    pile[cast.qingshi_filler.pk] = ["九月台账-canary", "周报-canary"]
    pk = cast.qingshi_filler.pk
    for page in (f"/more/people/{pk}/leave/", f"/more/people/{pk}/handover/", f"/more/people/{pk}/move/"):
        text = admin.get(page).content.decode()
        assert "2 项" in text and "canary" not in text
    assert "canary" in cast.client("qingshi.head").get(f"/more/people/{pk}/handover/").content.decode()
    assert cast.client("baiyang.head").get(f"/more/people/{pk}/handover/").status_code == 404
    assert cast.client("qingshi.deputy").get(f"/more/people/{pk}/handover/").status_code == 403


def test_the_head_hands_over_to_a_colleague(cast, pile):
    pile[cast.qingshi_filler.pk] = ["九月台账"]
    head, source, target = cast.client("qingshi.head"), cast.qingshi_filler, cast.qingshi_deputy
    answer = head.post(f"/more/people/{source.pk}/handover/", {"hand_to": target.pk})
    assert answer.status_code == 302
    assert pile == {target.pk: ["九月台账"]}
    assert Notice.objects.get(member=target).kind == "handover"
    facts = AuditEntry.objects.latest("id").facts
    assert (facts["to"], facts["counts"]["pile"], facts["counts"]["acting"]) == (target.pk, 1, 0)


@pytest.mark.parametrize("username", ["baiyang.filler", "qingshi.filler", "sysadmin"])
def test_strangers_take_nothing_over(cast, admin, pile, username):
    pile[cast.qingshi_filler.pk] = ["九月台账"]
    answer = admin.post(
        f"/more/people/{cast.qingshi_filler.pk}/handover/",
        {"hand_to": cast.member(username).pk},
    )
    assert "hand_to" in answer.context["form"].errors
    assert list(pile) == [cast.qingshi_filler.pk]


def test_leaving_hands_over_in_the_same_act(cast, admin, pile):
    pile[cast.qingshi_filler.pk] = ["九月台账"]
    admin.post(f"/more/people/{cast.qingshi_filler.pk}/leave/", {"hand_to": cast.qingshi_head.pk})
    assert pile == {cast.qingshi_head.pk: ["九月台账"]}
    assert not cast.qingshi_filler.is_active


def test_a_move_to_another_unit_clears_the_desk_first(cast, admin, pile):
    pile[cast.qingshi_filler.pk] = ["九月台账"]
    pk, sent = cast.qingshi_filler.pk, {"agency": cast.unit("baiyang").pk, "roles": ["filler"]}
    answer = admin.post(f"/more/people/{pk}/move/", sent)
    assert "1 项未办事项" in str(answer.context["form"].errors["hand_to"])
    assert cast.qingshi_filler.agency.code == "qingshi"
    admin.post(f"/more/people/{pk}/move/", sent | {"hand_to": cast.qingshi_deputy.pk})
    assert cast.qingshi_filler.agency.code == "baiyang"
    assert pile == {cast.qingshi_deputy.pk: ["九月台账"]}


def test_where_nobody_is_left_the_unit_above_takes_over(cast, pile):
    members.disable(member=cast.shangwan_head, by=cast.sysadmin)
    pile[cast.shangwan_filler.pk] = ["九月台账"]
    members.disable(member=cast.shangwan_filler, by=cast.sysadmin, hand_to=cast.qingshi_filler)
    assert pile == {cast.qingshi_filler.pk: ["九月台账"]}


def test_a_failing_room_moves_nothing(cast, pile, monkeypatch):
    def fail(**kwargs):
        raise DomainError("不行")

    pile[cast.qingshi_filler.pk] = ["九月台账"]
    monkeypatch.setitem(handover.PROVIDERS, "zz", handover.Provider("另", lambda member: [], fail))
    with pytest.raises(DomainError):
        members.disable(member=cast.qingshi_filler, by=cast.sysadmin, hand_to=cast.qingshi_head)
    assert cast.qingshi_filler.is_active


def test_empty_fields_are_asked_for_by_name(cast, admin):
    errors = admin.post("/more/people/add/", {}).context["form"].errors
    assert (errors["username"], errors["roles"]) == (["请填写账号。"], ["请选择角色。"])
