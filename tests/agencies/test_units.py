"""Units: kept by the administrator, read by business people."""

from __future__ import annotations

import uuid

import pytest

from agencies.actions import units
from agencies.models import Agency, Division
from core.errors import NotAllowed

pytestmark = pytest.mark.django_db


def form(cast, **more):
    return {
        "code": "audit",
        "name": "示范县审计局",
        "short_name": "审计局",
        "kind": "tax",
        "online": "on",
        "division": cast.county.pk,
        "parent": cast.unit("county").pk,
        "token": str(uuid.uuid4()),
    } | more


def facts(agency: Agency, **more):
    names = ("name", "short_name", "kind", "division", "parent", "online", "is_active")
    return units.UnitFacts(**({name: getattr(agency, name) for name in names} | more))


def test_a_unit_is_added_once(cast):
    admin, sent = cast.client("sysadmin"), form(cast)
    first, second = (admin.post("/more/units/add/", sent) for _ in range(2))
    assert first["Location"] == second["Location"] == f"/more/units/{cast.unit('audit').pk}/"
    assert cast.unit("audit").initials == "sfxsjj"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"code": "税务"}, "code"),
        ({"code": "nr"}, "code"),
        ({"name": ""}, "name"),
        ({"kind": "system"}, "kind"),
        ({"kind": "village"}, "division"),
        ({"division": ""}, "division"),
        ({"parent": "999999"}, "parent"),
    ],
)
def test_a_bad_unit_is_refused_at_its_field(cast, more, field):
    before = Agency.objects.count()
    answer = cast.client("sysadmin").post("/more/units/add/", form(cast, **more))
    assert list(answer.context["form"].errors) == [field]
    assert Agency.objects.count() == before


def test_the_code_never_changes(cast):
    pk = cast.unit("nr").pk
    sent = form(cast, kind="natural_resources", name="示范县自然资源局", short_name="自规局", is_active="on")
    assert cast.client("sysadmin").post(f"/more/units/{pk}/edit/", sent).status_code == 302
    unit = cast.unit("nr")
    assert (unit.pk, unit.short_name) == (pk, "自规局")


def test_a_circle_of_units_is_refused(cast):
    answer = cast.client("sysadmin").post(
        f"/more/units/{cast.unit('qingshi').pk}/edit/",
        form(
            cast,
            kind="township",
            name="青石镇人民政府",
            division=Division.objects.get(code="999921100").pk,
            parent=cast.unit("shangwan").pk,
            is_active="on",
        ),
    )
    assert "下级" in str(answer.context["form"].errors["parent"])


def test_a_unit_with_people_is_not_closed(cast):
    answer = cast.client("sysadmin").post(
        f"/more/units/{cast.unit('nr').pk}/edit/",
        form(
            cast,
            kind="natural_resources",
            name="示范县自然资源局",
            is_active="",
        ),
    )
    assert "3 名在用人员" in str(answer.context["form"].errors["is_active"])
    assert cast.unit("nr").is_active


@pytest.mark.parametrize("username", ["office", "nr.head", "auditor"])
def test_others_write_no_unit(cast, username):
    with pytest.raises(NotAllowed):
        units.edit(by=cast.member(username), agency=cast.unit("nr"), facts=facts(cast.unit("nr"), name="x"))
    assert cast.client(username).get(f"/more/units/{cast.unit('nr').pk}/edit/").status_code == 403


@pytest.mark.parametrize(
    ("username", "seen", "hidden"),
    [
        ("shangwan.filler", "shangwan", "xiawan"),
        ("qingshi.filler", "xiawan", "baiyang"),
        ("police.officer", "police", "nr"),
        ("nr.officer", "baiyang", None),
        ("sysadmin", "xiawan", None),
    ],
)
def test_one_sees_the_units_one_may_read(cast, username, seen, hidden):
    client = cast.client(username)
    assert client.get(f"/more/units/{cast.unit(seen).pk}/").status_code == 200
    if hidden:
        assert client.get(f"/more/units/{cast.unit(hidden).pk}/").status_code == 404
        assert f">{cast.unit(hidden).name}<" not in client.get("/more/units/").content.decode()


def test_search_by_initials_and_kind(cast):
    admin = cast.client("sysadmin")
    assert admin.get("/more/units/?q=qsz").context["count"] == 4  # the township and its three villages
    assert admin.get("/more/units/?kind=village").context["count"] == 9
    assert admin.get("/more/units/?kind=nonsense").context["count"] == Agency.objects.count()
