"""Acting persons, and who signs for a post."""

from __future__ import annotations

import datetime as dt

import pytest

from agencies.actions import acting, handover, members
from agencies.models import Acting, Role
from agencies.posts import signers
from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry, Notice
from minewatch.lib.clock import now

pytestmark = pytest.mark.django_db
BASIS = "青政发〔2022〕3号"


def today() -> dt.date:
    return now().date()


def appoint(cast, by="qingshi.head", agency="qingshi", role=Role.DEPUTY, member="qingshi.filler", **more):
    values = {"valid_from": today(), "valid_to": None, "basis": BASIS} | more
    return acting.appoint(
        by=cast.member(by),
        agency=cast.unit(agency),
        role=role,
        member=cast.member(member),
        **values,
    )


def names(found) -> tuple[list[str], str]:
    return [member.username for member in found[0]], found[1]


# appointing ----------------------------------------------------------------------------------------


def test_a_head_appoints_in_the_own_unit(cast):
    post = appoint(cast)
    assert cast.qingshi_filler.holds(Role.DEPUTY) and cast.qingshi_filler.acts_for(Role.DEPUTY, post.agency)
    assert Notice.objects.get(member=cast.qingshi_filler).kind == "acting"
    assert AuditEntry.objects.latest("id").verb == "acting.appointed"


@pytest.mark.parametrize(
    ("by", "agency"),
    [
        ("qingshi.deputy", "qingshi"),
        ("baiyang.head", "qingshi"),
        ("office", "qingshi"),
        ("qingshi.head", "shangwan"),
        ("auditor", "qingshi"),
    ],
)
def test_others_do_not(cast, by, agency):
    with pytest.raises(NotAllowed):
        appoint(cast, by=by, agency=agency)


def test_nobody_appoints_the_own_person(cast):
    with pytest.raises(NotAllowed, match="自己"):
        appoint(cast, member="qingshi.head")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"basis": " "}, "basis"),
        ({"valid_from": dt.date(2020, 1, 1)}, "valid_from"),
        ({"valid_to": dt.date(2020, 1, 1)}, "valid_to"),
        ({"role": Role.CUSTODIAN}, "role"),
        ({"role": Role.SYSTEM_ADMIN}, "role"),
        ({"member": "baiyang.filler"}, "member"),
        ({"member": "auditor"}, "member"),
        ({"member": "qingshi.deputy"}, "member"),
    ],
)
def test_a_bad_appointment_is_refused_at_its_field(cast, more, field):
    with pytest.raises(DomainError) as caught:
        appoint(cast, **more)
    assert caught.value.field == field


def test_the_same_days_twice_are_refused(cast):
    appoint(cast, valid_to=today() + dt.timedelta(days=5))
    with pytest.raises(DomainError, match="已经代理"):
        appoint(cast, valid_from=today() + dt.timedelta(days=5))
    appoint(cast, valid_from=today() + dt.timedelta(days=6))


def test_a_person_of_the_unit_above_may_act(cast):
    post = appoint(cast, by="sysadmin", agency="shangwan", role=Role.HEAD, member="qingshi.deputy")
    assert cast.qingshi_deputy.holds(Role.HEAD, post.agency)


def test_the_days_bound_the_right(cast):
    appoint(cast, valid_from=today() + dt.timedelta(days=1))
    assert not cast.qingshi_filler.holds(Role.DEPUTY)


def test_ending_takes_the_right_at_once(cast):
    post = appoint(cast)
    with pytest.raises(NotAllowed):
        acting.end(post=post, by=cast.qingshi_filler)
    acting.end(post=post, by=cast.qingshi_head)
    assert not cast.qingshi_filler.holds(Role.DEPUTY)
    with pytest.raises(Conflict):
        acting.end(post=post, by=cast.qingshi_head)


def test_disabling_ends_acting(cast):
    appoint(cast)
    members.disable(member=cast.qingshi_filler, by=cast.sysadmin)
    assert Acting.objects.get().ended_at is not None


def test_handing_over_passes_the_post_on(cast):
    appoint(cast)
    colleague = members.add(
        by=cast.sysadmin,
        username="qingshi.two",
        name="乙",
        agency=cast.unit("qingshi"),
        roles=["filler"],
    ).member
    handover.hand_over(source=cast.qingshi_filler, target=colleague, by=cast.qingshi_head)
    assert not cast.qingshi_filler.holds(Role.DEPUTY) and cast.member("qingshi.two").holds(Role.DEPUTY)
    assert Acting.objects.latest("id").basis == BASIS


def test_pages_appoint_and_end(cast):
    head = cast.client("qingshi.head")
    page = head.get("/more/acting/add/").context["form"]
    assert {unit.code for unit in page.fields["agency"].queryset} == {"qingshi"}
    answer = head.post(
        "/more/acting/add/",
        {
            "agency": cast.unit("qingshi").pk,
            "role": "deputy",
            "member": cast.qingshi_filler.pk,
            "valid_from": f"{today():%Y-%m-%d}",
            "valid_to": "",
            "basis": BASIS,
            "ended_at": "2020-01-01",
            "id": 7,
        },
    )
    assert answer.status_code == 302
    post = Acting.objects.get()
    assert post.ended_at is None
    assert cast.client("baiyang.head").post(f"/more/acting/{post.pk}/end/").status_code == 404
    assert cast.client("office").post(f"/more/acting/{post.pk}/end/").status_code == 403
    assert "结束代理" in head.get("/more/acting/").content.decode()
    assert "结束代理" not in cast.client("office").get("/more/acting/").content.decode()
    assert head.post(f"/more/acting/{post.pk}/end/").status_code == 302
    assert head.post(f"/more/acting/{post.pk}/end/").status_code == 409


def test_an_impossible_day_is_told_with_the_likely_one(cast):
    answer = cast.client("qingshi.head").post("/more/acting/add/", {"valid_from": "2022年9月31日"})
    assert "9月30日" in str(answer.context["form"].errors["valid_from"])


# who signs -----------------------------------------------------------------------------------------


def test_the_holder_signs(cast):
    assert names(signers(cast.unit("qingshi"), Role.HEAD)) == (["qingshi.head"], "holder")


def test_an_acting_person_stands_behind_the_holder(cast):
    appoint(cast)
    assert names(signers(cast.unit("qingshi"), Role.DEPUTY)) == (
        ["qingshi.deputy", "qingshi.filler"],
        "holder",
    )


def test_without_holder_the_acting_person_signs_on_those_days(cast):
    appoint(cast, valid_to=today() + dt.timedelta(days=3))
    members.disable(member=cast.qingshi_deputy, by=cast.sysadmin)
    unit = cast.unit("qingshi")
    assert names(signers(unit, Role.DEPUTY)) == (["qingshi.filler"], "acting")
    late = today() + dt.timedelta(days=4)
    assert names(signers(unit, Role.DEPUTY, late)) == (["leader"], "superior")


def test_without_anybody_the_unit_above_signs(cast):
    members.disable(member=cast.shangwan_head, by=cast.sysadmin)
    assert names(signers(cast.unit("shangwan"), Role.HEAD)) == (["qingshi.head"], "superior")
    members.disable(member=cast.qingshi_head, by=cast.sysadmin)
    assert names(signers(cast.unit("shangwan"), Role.HEAD)) == (["leader"], "superior")


def test_nobody_signs_the_own_work(cast):
    unit, head = cast.unit("shangwan"), cast.shangwan_head
    assert names(signers(unit, Role.HEAD, but=head)) == (["qingshi.head"], "superior")


def test_custodians_pass_nothing_upward(cast):
    for username in ("custodian", "custodian2"):
        members.disable(member=cast.member(username), by=cast.sysadmin)
    assert signers(cast.unit("office"), Role.CUSTODIAN) == ([], "superior")
