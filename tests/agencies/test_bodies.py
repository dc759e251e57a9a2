"""领导小组和专班: dated posts, proposed by the unit and put on record by the office; 名单; who supervises."""

from __future__ import annotations

import datetime as dt
import io
from uuid import uuid4

import docx
import openpyxl
import pytest
import time_machine

from agencies import bodies as reading
from agencies.actions import acting, bodies, handover, members
from agencies.models import Body, Post, Role
from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry, Notice
from core.registry import resolve
from duties.holders import holders
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)
SECRET = "钱某某"


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(dt.datetime(2026, 11, 2, 9, tzinfo=SHANGHAI), tick=False):
        yield


def make(cast, **more) -> Body:
    values = {"by": cast.office, "county": cast.county, "name": "核查专班", "kind": "task_force"}
    return bodies.form(
        **(values | {"seat": cast.unit("nr"), "minimum": 3, "basis": "示政办〔2026〕1号"} | more)
    )


def propose(cast, body: Body, by: str = "nr.head", **more) -> Post:
    values = {"title": "member", "agency": cast.unit("nr"), "valid_from": DAY}
    values |= {"member": cast.member("nr.officer")} if "member" not in more and "person" not in more else {}
    return bodies.propose(by=cast.member(by), body=body, **(values | more))


def record(cast, post: Post, by: str = "office") -> Post:
    return bodies.record(post=post, by=cast.member(by), expected_version=post.version)


def seated(cast, body: Body, **more) -> Post:
    return record(cast, propose(cast, body, **more))


# forming -------------------------------------------------------------------------------------------


def test_the_office_forms_a_body_once(cast):
    token = uuid4()
    first, second = make(cast, token=token), make(cast, token=token)
    assert first.pk == second.pk and first.formed_on == DAY
    assert AuditEntry.objects.filter(verb="body.formed").count() == 1


@pytest.mark.parametrize("who", ["nr.head", "qingshi.head", "custodian", "auditor", "sysadmin"])
def test_others_form_none(cast, who):
    with pytest.raises(NotAllowed):
        make(cast, by=cast.member(who))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "club"}, "kind"),
        ({"minimum": 0}, "minimum"),
        ({"basis": "据" * 201}, "basis"),
    ],
)
def test_a_bad_body_is_refused_at_its_field(cast, more, field):
    with pytest.raises(DomainError) as caught:
        make(cast, **more)
    assert caught.value.field == field


def test_a_seat_outside_the_county_is_refused(cast):
    with pytest.raises(DomainError) as caught:
        make(cast, seat=cast.unit("city_office"))
    assert caught.value.field == "seat"


def definition(cast) -> list[dict]:
    head = {"title": "head", "agency": cast.unit("nr"), "duty": "局长"}
    vice = {"title": "vice", "agency": cast.unit("police"), "duty": "副局长"}
    return [
        {
            "key": "jc.group",
            "name": "领导小组",
            "kind": "leading_group",
            "paragraph": "二",
            "posts": [head, vice],
        },
        {
            "key": "jc.force",
            "name": "核查专班",
            "kind": "task_force",
            "parent": "jc.group",
            "seat": cast.unit("nr"),
            "minimum": 10,
        },
    ]


def test_a_definition_gives_its_bodies_and_again_changes_nothing(cast):
    first = bodies.form_from(county=cast.county, bodies=definition(cast), basis="交自然资字〔2021〕62号")
    count, versions = AuditEntry.objects.count(), [body.version for body in first]
    again = bodies.form_from(county=cast.county, bodies=definition(cast), basis="交自然资字〔2021〕62号")
    assert [body.pk for body in again] == [body.pk for body in first] and first[1].parent == first[0]
    assert [body.version for body in again] == versions and AuditEntry.objects.count() == count


def test_named_posts_without_a_person_are_undecided_not_stored(cast):
    group = bodies.form_from(county=cast.county, bodies=definition(cast))[0]
    assert not Post.objects.exists()
    names = [(title, unit) for title, unit, _ in reading.roll(group).undecided]
    assert names == [("组长（指挥长）", "示范县自然资源局"), ("副组长（副指挥长）", "示范县公安局")]
    seated(cast, group, title="head", member=cast.member("nr.head"))
    assert [row[1] for row in reading.roll(group).undecided] == ["示范县公安局"]


def test_a_changed_definition_keeps_who_is_on_record(cast):
    group = bodies.form_from(county=cast.county, bodies=definition(cast))[0]
    post = seated(cast, group, title="head", member=cast.member("nr.head"))
    changed = definition(cast)
    changed[0]["name"] = "专项行动领导小组"
    group = bodies.form_from(county=cast.county, bodies=changed)[0]
    assert group.name == "专项行动领导小组" and reading.members_of(group) == [post]


# proposing and recording ---------------------------------------------------------------------------


def test_a_unit_proposes_and_the_office_puts_it_on_record(cast):
    body = make(cast)
    post = propose(cast, body)
    assert post.status == "proposed" and reading.members_of(body) == []
    post = record(cast, post)
    assert post.recorded_by == cast.office and reading.members_of(body) == [post]
    assert Notice.objects.get(kind="post.settled").member == cast.nr_head
    assert [
        entry.verb for entry in AuditEntry.objects.filter(subject_kind="agencies.post").order_by("id")
    ] == [
        "post.proposed",
        "post.recorded",
    ]


@pytest.mark.parametrize(
    ("by", "agency"),
    [
        ("nr.officer", "nr"),
        ("qingshi.filler", "qingshi"),
        ("qingshi.head", "nr"),
        ("office", "nr"),
        ("qingshi.head", "shangwan"),
        ("auditor", "nr"),
    ],
)
def test_only_a_unit_speaks_for_itself(cast, by, agency):
    body = make(cast)
    with pytest.raises(NotAllowed):
        propose(cast, body, by=by, agency=cast.unit(agency), person="乙")


def test_the_desk_speaks_for_a_unit_without_head_and_the_office_for_one_offline(cast):
    body = make(cast)
    propose(cast, body, by="forestry.officer", agency=cast.unit("forestry"), person="乙")
    post = propose(cast, body, by="office", agency=cast.unit("court"), person="丙")
    assert not reading.may_settle(cast.office, post)


def test_nobody_records_the_own_proposal(cast):
    body = make(cast)
    post = propose(cast, body, by="office", agency=cast.unit("office"), member=cast.office)
    with pytest.raises(NotAllowed, match="自己"):
        record(cast, post)
    step = Duty.objects.open().get(subject_kind="agencies.post")
    assert [one.username for one in holders(step)] == ["leader"]
    assert record(cast, post, by="leader").status == "recorded"


@pytest.mark.parametrize("who", ["nr.head", "nr.officer", "qingshi.head", "leader", "custodian", "sysadmin"])
def test_others_do_not_record(cast, who):
    post = propose(cast, make(cast))
    with pytest.raises(NotAllowed):
        record(cast, post, by=who)
    with pytest.raises(NotAllowed):
        bodies.refuse(post=post, by=cast.member(who), reason="不符", expected_version=post.version)


def test_recording_twice_is_a_conflict(cast):
    post = propose(cast, make(cast))
    version = post.version
    record(cast, Post.objects.get(pk=post.pk))
    with pytest.raises(Conflict, match="备案成员变动"):
        bodies.refuse(post=post, by=cast.office, reason="晚了", expected_version=version)


def test_a_refusal_needs_its_reason_and_reaches_the_unit(cast):
    body = make(cast)
    post = propose(cast, body)
    with pytest.raises(DomainError, match="原因"):
        bodies.refuse(post=post, by=cast.office, reason=" ", expected_version=post.version)
    bodies.refuse(post=post, by=cast.office, reason="职务不符", expected_version=post.version)
    assert reading.members_of(body) == [] and Notice.objects.get(member=cast.nr_head).kind == "post.settled"
    assert propose(cast, body).pk != post.pk


def test_a_proposal_waits_on_the_offices_desk_until_it_is_settled(cast):
    post = propose(cast, make(cast))
    step = Duty.objects.get(key=f"post:{post.pk}")
    assert step.status == "open" and step.agency.code == "office" and step.role == Role.OFFICE
    record(cast, post)
    step.refresh_from_db()
    assert step.status == "fulfilled"


def test_who_follows_takes_the_place_the_day_before_ends_it(cast):
    body = make(cast)
    old = seated(cast, body)
    new = propose(
        cast, body, person="新任", replaces=old, valid_from=dt.date(2026, 11, 20), reason="工作变动"
    )
    assert [post.pk for post in reading.members_of(body, dt.date(2026, 11, 25))] == [old.pk]
    record(cast, new)
    assert [post.pk for post in reading.members_of(body, dt.date(2026, 11, 19))] == [old.pk]
    assert [post.pk for post in reading.members_of(body, dt.date(2026, 11, 20))] == [new.pk]


def test_a_body_may_have_two_heads(cast):
    body = make(cast)
    seated(cast, body, title="head", member=cast.member("nr.head"))
    seated(
        cast,
        body,
        title="head",
        member=cast.member("police.head"),
        agency=cast.unit("police"),
        by="police.head",
    )
    assert [post.title for post in reading.members_of(body)] == ["head", "head"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": "king"}, "title"),
        ({"person": " "}, "person"),
        ({"person": "名" * 41}, "person"),
        ({"person": "乙", "duty_in_unit": "职" * 61}, "duty_in_unit"),
        ({"person": "乙", "valid_from": dt.date(2026, 11, 1)}, "valid_from"),
        ({"person": "乙", "supervises": True, "title": "head"}, "member"),
        ({"supervises": True}, "supervises"),
        ({"person": "乙", "reason": "因" * 201}, "reason"),
    ],
)
def test_a_bad_proposal_is_refused_at_its_field(cast, more, field):
    body = make(cast)
    with pytest.raises(DomainError) as caught:
        propose(cast, body, **more)
    assert caught.value.field == field and not Post.objects.exists()


def test_a_person_of_another_unit_is_refused(cast):
    with pytest.raises(DomainError) as caught:
        propose(cast, make(cast), member=cast.police_officer)
    assert caught.value.field == "member"


def test_the_same_person_is_not_proposed_twice(cast):
    body, token = make(cast), uuid4()
    assert propose(cast, body, token=token).pk == propose(cast, body, token=token).pk
    with pytest.raises(DomainError, match="不用重复"):
        propose(cast, body)
    seated_post = record(cast, Post.objects.get())
    propose(cast, body, person="甲", replaces=seated_post)
    with pytest.raises(DomainError) as caught:
        propose(cast, body, person="乙", replaces=seated_post)
    assert caught.value.field == "replaces"


def test_another_units_member_is_not_replaced(cast):
    body = make(cast)
    old = seated(cast, body)
    with pytest.raises(DomainError) as caught:
        propose(cast, body, by="police.head", agency=cast.unit("police"), person="乙", replaces=old)
    assert caught.value.field == "replaces"


def test_the_office_ends_a_post_and_the_unit_does_not(cast):
    body = make(cast)
    post = seated(cast, body)
    with pytest.raises(NotAllowed):
        bodies.end(post=post, by=cast.nr_head, on=DAY, reason="调离", expected_version=post.version)
    with pytest.raises(DomainError, match="原因"):
        bodies.end(post=post, by=cast.office, on=DAY, reason="", expected_version=post.version)
    bodies.end(post=post, by=cast.office, on=DAY, reason="调离", expected_version=post.version)
    assert reading.members_of(body, DAY + dt.timedelta(days=1)) == []
    with pytest.raises(Conflict):
        bodies.end(post=post, by=cast.office, on=DAY, reason="调离", expected_version=1)


def test_a_dissolved_body_lets_go_of_everybody(cast):
    body = make(cast)
    post, waiting = seated(cast, body), propose(cast, body, person="乙")
    body.refresh_from_db()
    with pytest.raises(Conflict):
        bodies.dissolve(body=body, by=cast.office, on=DAY, reason="行动结束", expected_version=1)
    bodies.dissolve(body=body, by=cast.office, on=DAY, reason="行动结束", expected_version=body.version)
    post.refresh_from_db()
    waiting.refresh_from_db()
    assert post.valid_to == DAY and waiting.status == "refused"
    assert not Duty.objects.open().filter(subject_kind="agencies.post").exists()
    with pytest.raises(Conflict, match="撤销"):
        propose(cast, body, person="丁")


# how it stands -------------------------------------------------------------------------------------


def test_a_task_force_says_how_many_are_missing(cast):
    body = make(cast, minimum=3)
    seated(cast, body)
    seated(cast, body, title="head")
    seated(cast, body, person="没有账号的人")
    there = reading.roll(body)
    assert (len(there.posts), there.count, there.missing) == (3, 2, 1)
    page = cast.client("qingshi.filler").get(f"/more/bodies/{body.pk}/").content.decode()
    assert "还差 1 人" in page and "没有账号的人" in page


def test_the_roll_goes_out_as_workbook_and_paper(cast):
    body = bodies.form_from(county=cast.county, bodies=definition(cast))[0]
    seated(cast, body, title="head", member=cast.member("nr.head"), duty_in_unit="=局长")
    client = cast.client("office")
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/more/bodies/{body.pk}/roll.xlsx").getvalue()))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=3)]
    assert rows[1][1:5] == ["组长（指挥长）", "自然资源局主要负责人", "示范县自然资源局", "=局长"]
    assert rows[2][2] == "待确定" and book.active["E4"].data_type == "s"
    paper = docx.Document(io.BytesIO(client.get(f"/more/bodies/{body.pk}/roll.docx").getvalue()))
    assert paper.tables[0].cell(1, 2).text == "自然资源局主要负责人"
    assert client.get(f"/more/bodies/{body.pk}/roll.pdf").status_code == 404
    assert AuditEntry.objects.filter(verb="export.made").count() == 2


def test_supervising_is_the_body_then_the_county_leader(cast):
    township = cast.unit("qingshi")
    assert [one.username for one in reading.supervising(township)] == ["leader"]
    body = make(cast, kind="leading_group", name="领导小组", minimum=None)
    seated(
        cast,
        body,
        title="head",
        member=cast.member("police.head"),
        agency=cast.unit("police"),
        by="police.head",
        supervises=True,
        valid_from=dt.date(2026, 11, 10),
    )
    assert [one.username for one in reading.supervising(township)] == ["leader"]
    assert [one.username for one in reading.supervising(township, dt.date(2026, 11, 10))] == ["police.head"]
    members.disable(member=cast.police_head, by=cast.sysadmin)
    assert [one.username for one in reading.supervising(township, dt.date(2026, 11, 10))] == ["leader"]


def test_handing_over_proposes_the_colleague(cast):
    body = make(cast)
    post = seated(cast, body)
    handover.hand_over(source=cast.nr_officer, target=cast.nr_approver, by=cast.nr_head)
    follow = Post.objects.get(replaces=post)
    assert follow.status == "proposed" and follow.member == cast.nr_approver
    record(cast, follow)
    assert not bodies.open_posts(cast.nr_officer).exists()


def test_an_acting_head_proposes(cast):
    acting.appoint(
        by=cast.sysadmin,
        agency=cast.unit("nr"),
        role=Role.HEAD,
        member=cast.nr_officer,
        valid_from=DAY,
        basis="文",
    )
    assert propose(cast, make(cast), by="nr.officer", person="乙").status == "proposed"


# who sees ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("nr.head", True),
        ("office", True),
        ("police.head", False),
        ("qingshi.filler", False),
        ("auditor", False),
    ],
)
def test_a_proposal_is_known_to_its_unit_and_the_office(cast, who, sees):
    post = propose(cast, make(cast), person=SECRET)
    member = cast.member(who)
    assert reading.visible_posts(member).filter(pk=post.pk).exists() is sees
    assert (resolve("agencies.post", str(post.pk), member) is not None) is sees
    if member.is_business:
        client = cast.client(who)
        assert (SECRET in client.get(f"/more/bodies/{post.body_id}/").content.decode()) is sees
        assert client.get(f"/more/bodies/posts/{post.pk}/").status_code == (200 if sees else 404)


def test_names_stand_in_no_notice_no_audit_no_duty(cast):
    post = propose(cast, make(cast), person=SECRET)
    bodies.refuse(post=post, by=cast.office, reason="不符", expected_version=post.version)
    assert not any(SECRET in str(entry.facts) for entry in AuditEntry.objects.all())
    assert not any(SECRET in notice.text for notice in Notice.objects.all())
    assert not Duty.objects.filter(title__contains=SECRET).exists()


@pytest.mark.parametrize("who", ["sysadmin", "auditor"])
def test_system_roles_see_no_bodies(cast, who):
    body = make(cast)
    client = cast.client(who)
    assert client.get("/more/bodies/").status_code == 404
    assert client.get(f"/more/bodies/{body.pk}/").status_code == 404


# pages ---------------------------------------------------------------------------------------------


def test_pages_form_propose_and_record(cast):
    office, head = cast.client("office"), cast.client("nr.head")
    sent = {"name": "监管办", "kind": "office", "formed_on": "2026-11-01", "seat": cast.unit("nr").pk}
    assert cast.client("nr.head").post("/more/bodies/add/", sent).status_code == 404
    assert office.post("/more/bodies/add/", sent).status_code == 302
    body = Body.objects.get(name="监管办")
    page = f"/more/bodies/{body.pk}/propose/"
    facts = {"agency": cast.unit("nr").pk, "title": "office_head", "member": cast.nr_head.pk}
    facts |= {"valid_from": "2026-11-02", "status": "recorded"}
    answer = head.post(page, facts | {"valid_from": "2026年9月31日"})
    assert answer.status_code == 400 and "9月30日" in answer.content.decode()
    assert head.post(page, facts).status_code == 302
    post = Post.objects.get()
    assert post.status == "proposed"
    assert cast.client("qingshi.filler").get(page).status_code == 404
    where = f"/more/bodies/posts/{post.pk}/"
    assert (
        "确认退回" in office.get(where).content.decode()
        and "确认退回" not in head.get(where).content.decode()
    )
    assert office.post(f"{where}record/").status_code == 409
    assert head.post(f"{where}record/", {"version": 1}).status_code == 403
    assert office.post(f"{where}record/", {"version": 1}).status_code == 302
    assert office.post(f"{where}record/", {"version": 1}).status_code == 409
    ending = {"on": "2026-11-20", "reason": "调离", "version": 2}
    assert head.post(f"{where}end/", ending).status_code == 404
    assert office.post(f"{where}end/", ending).status_code == 302
    assert Post.objects.get().valid_to == dt.date(2026, 11, 20)
    body.refresh_from_db()
    gone = {"on": "2026-11-21", "reason": "行动结束", "version": body.version}
    assert office.post(f"/more/bodies/{body.pk}/end/", gone).status_code == 302
    assert "已撤销" in office.get("/more/bodies/").content.decode()


def test_the_more_page_and_search_lead_there(cast):
    make(cast)
    client = cast.client("qingshi.filler")
    assert "/more/bodies/" in client.get("/more/").content.decode()
    assert "核查专班" in client.get("/search/", {"q": "核查"}).content.decode()
