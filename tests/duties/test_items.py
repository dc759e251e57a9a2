"""Lists and items: 挂账, 销号 by two people, the task's own duties, visits, rights."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
import time_machine

from core.errors import Conflict, DomainError, NotAllowed
from core.files import files_of
from core.models import AuditEntry, Notice
from duties.actions import items
from duties.actions.item_duties import standings, sync_all
from duties.counting import recount
from duties.item_rules import NewItem
from duties.lights import of_task
from duties.models import Campaign, Duty, DutyRule, Item, Task, TaskParty
from minewatch.lib.clock import SHANGHAI, day_end

NOW = dt.datetime(2021, 5, 14, 9, tzinfo=SHANGHAI)
DUE = day_end(dt.date(2021, 5, 31))
PDF = b"%PDF-1.4 proof"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


def pdf(name="佐证.pdf"):
    return (name, io.BytesIO(PDF))


def make_task(cast, *, hosts=("nr",), joint=False, code="JC-7b"):
    campaign, _ = Campaign.objects.get_or_create(
        county=cast.county,
        key="jc",
        defaults={"name": "专项行动", "starts_on": dt.date(2021, 4, 1), "status": "running"},
    )
    task = Task.objects.create(
        campaign=campaign,
        code=code,
        kind="task",
        name="废弃矿井“回头看”",
        deadline="stage_end",
        proof_kind="",
        role="officer",
        joint=joint,
    )
    Task.objects.filter(pk=task.pk).update(proof_kind=f"items.{task.pk}")
    task.refresh_from_db()
    rule = DutyRule.objects.create(
        key=f"999921/jc/{code}",
        name=task.name,
        kind="task",
        county=cast.county,
        task=task,
        owner_role="officer",
        proof_kind=task.proof_kind,
        schedule={"kind": "once", "on": "2021-05-31"},
        basis="五（一）三",
        valid_from=dt.date(2021, 4, 1),
        loaded_at=NOW,
    )
    for n, host in enumerate(hosts):
        TaskParty.objects.create(task=task, agency=cast.unit(host), side="host", order=n)
        Duty.objects.create(
            key=f"{rule.key}:{host}:2021-05-31",
            rule=rule,
            campaign=campaign,
            kind="task",
            title=task.name,
            agency=cast.unit(host),
            role="officer",
            proof_kind=task.proof_kind,
            window_start=dt.datetime(2021, 4, 1, tzinfo=SHANGHAI),
            window_end=dt.datetime(2021, 6, 1, tzinfo=SHANGHAI),
            due_at=DUE,
        )
    return task


def open_list(cast, task=None, *, agency="nr", by="nr.officer", **more):
    return items.open_list(
        title="废弃矿井清单", agency=cast.unit(agency), task=task, by=cast.member(by), **more
    )


def add(cast, item_list, name="一号井", *, agency="qingshi", by="nr.officer", **more):
    return items.add(list=item_list, by=cast.member(by), name=name, agency=cast.unit(agency), **more)


def submit(cast, item, by="qingshi.filler", **more):
    values = {"outcome": "已封堵井口", "uploads": [pdf()]} | more
    return items.submit(item=item, by=cast.member(by), **values)


def closed(cast, item):
    submit(cast, item)
    return items.close(item=item, by=cast.member("nr.officer"))


def duty_of(item, suffix=""):
    return Duty.objects.get(key=f"item:{item.pk}{suffix}")


def test_an_item_opens_a_duty_of_the_unit_that_answers_for_it(cast):
    task = make_task(cast)
    item = add(cast, open_list(cast, task))
    duty = duty_of(item)
    assert (duty.agency.code, duty.role, duty.recipient.code) == ("qingshi", "filler", "nr")
    assert (duty.due_at, duty.campaign_id, duty.kind) == (DUE, task.campaign_id, "item")


def test_two_people_take_an_item_off_the_account(cast):
    item = add(cast, open_list(cast))
    submit(cast, item)
    step = duty_of(item, ":accept")
    assert (step.status, step.agency.code, step.role) == ("open", "nr", "officer")
    items.close(item=item, by=cast.member("nr.officer"))
    step.refresh_from_db()
    assert (item.status, step.status, duty_of(item).status) == ("closed", "fulfilled", "fulfilled")
    assert Notice.objects.filter(member=cast.member("qingshi.filler"), kind="item.closed").count() == 1


def test_who_submitted_cannot_close(cast):
    item = add(cast, open_list(cast), agency="nr")
    submit(cast, item, by="nr.officer")
    with pytest.raises(NotAllowed, match="另一人"):
        items.close(item=item, by=cast.member("nr.officer"))
    # the only officer submitted: the step is on the desk of the next post
    assert duty_of(item, ":accept").role == "approver"
    items.close(item=item, by=cast.member("nr.approver"))
    assert item.status == "closed"


def test_lateness_is_decided_by_the_report_not_by_the_acceptance(cast):
    item = add(cast, open_list(cast), due_at=NOW + DAY)
    submit(cast, item)
    with time_machine.travel(NOW + 5 * DAY, tick=False):
        items.close(item=item, by=cast.member("nr.officer"))
        assert not duty_of(item).late(NOW + 5 * DAY)


def test_the_task_is_done_when_the_list_is_frozen_and_all_are_closed(cast):
    task = make_task(cast)
    item_list = open_list(cast, task)
    one, two = add(cast, item_list), add(cast, item_list, "二号井")
    own = Duty.objects.get(rule__task=task)
    assert (own.needed, own.done) == (2, 0)
    closed(cast, one)
    closed(cast, two)
    own.refresh_from_db()
    assert (own.done, own.status) == (2, "open")
    items.freeze(list=item_list, by=cast.member("nr.officer"))
    own.refresh_from_db()
    assert (own.status, own.first_done_at) == ("fulfilled", NOW)
    items.reopen(item=two, by=cast.member("nr.officer"), reason="又被挖开", due_at=DUE)
    own.refresh_from_db()
    assert (own.status, own.done, two.reopened, duty_of(two).status) == ("open", 1, 1, "open")


def test_visits_fulfil_an_item_and_a_withdrawn_visit_opens_it(cast):
    item_list = open_list(cast, times=2)
    site = cast.unit("shangwan")  # any row serves as an object
    item = add(cast, item_list, subject=site)
    key = {"subject_kind": "agencies.agency", "subject_id": site.pk}
    first, second = cast.unit("water"), cast.unit("energy")
    assert items.visited(**key, at=NOW, source=first) == 1
    items.visited(**key, at=NOW, source=first)
    item.refresh_from_db()
    assert (item.done, item.status, duty_of(item).done) == (1, "open", 1)
    items.visited(**key, at=NOW, source=second)
    item.refresh_from_db()
    assert (item.done, item.status, duty_of(item).status) == (2, "closed", "fulfilled")
    items.unvisited(source=second)
    item.refresh_from_db()
    assert (item.done, item.status, duty_of(item).status, duty_of(item).done) == (1, "open", "open", 1)


def test_a_hidden_item_has_no_duty_until_it_is_revealed(cast):
    item_list = open_list(cast, agency="office", by="office")
    item = add(cast, item_list, by="office", hidden=True)
    assert not Duty.objects.filter(key=f"item:{item.pk}").exists()
    assert not Item.objects.visible_to(cast.member("qingshi.filler")).exists()
    assert items.reveal(list=item_list, by=cast.member("office")) == 1
    assert duty_of(item).status == "open"
    assert Item.objects.visible_to(cast.member("qingshi.filler")).get() == item


def test_an_item_without_a_date_gets_the_tasks_date_once_it_is_set(cast):
    task = make_task(cast)
    own = Duty.objects.get(rule__task=task)
    Duty.objects.filter(pk=own.pk).update(due_at=None)
    item = add(cast, open_list(cast, task))
    assert duty_of(item).due_at is None
    Duty.objects.filter(pk=own.pk).update(due_at=DUE)
    sync_all(NOW.date())
    item.refresh_from_db()
    assert (item.due_at, duty_of(item).due_at) == (DUE, DUE)


@pytest.mark.parametrize("who", ["baiyang.filler", "police.officer", "qingshi.filler", "auditor"])
def test_only_the_keeper_and_those_with_part_in_the_task_add(cast, who):
    item_list = open_list(cast, make_task(cast))
    with pytest.raises(NotAllowed):
        add(cast, item_list, by=who)
    assert not Item.objects.exists()


def test_a_township_with_part_in_the_task_adds_its_own_places_only(cast):
    task = make_task(cast, hosts=("nr", "qingshi"))
    item_list = open_list(cast, task)
    assert add(cast, item_list, agency="shangwan", by="qingshi.filler").pk
    with pytest.raises(DomainError, match="白杨镇") as caught:
        add(cast, item_list, "别处", agency="baiyang", by="qingshi.filler")
    assert caught.value.field == "agency"


def test_the_list_of_an_inspection_takes_what_the_adding_unit_found(cast):
    item_list = open_list(cast, agency="office", by="office", source=cast.unit("energy"))
    found = add(cast, item_list, by="water.officer", found_by=cast.unit("water"))
    assert found.found_by.code == "water"
    with pytest.raises(NotAllowed):
        add(cast, item_list, "二", by="qingshi.filler", found_by=cast.unit("water"))


@pytest.mark.parametrize("who", ["police.officer", "qingshi.filler", "auditor"])
def test_a_stranger_opens_and_freezes_no_list(cast, who):
    with pytest.raises(NotAllowed):
        items.open_list(title="x", agency=cast.unit("nr"), by=cast.member(who))
    with pytest.raises(NotAllowed):
        items.freeze(list=open_list(cast), by=cast.member(who), nothing_found=True)


def test_a_bureau_without_part_in_the_task_opens_no_list_for_it(cast):
    task = make_task(cast)
    with pytest.raises(NotAllowed):
        open_list(cast, task, agency="water", by="water.officer")


def test_the_same_list_and_the_same_item_twice_are_one(cast):
    task = make_task(cast)
    item_list = open_list(cast, task)
    assert open_list(cast, task).pk == item_list.pk
    source = cast.unit("energy")
    assert open_list(cast, source=source).pk == open_list(cast, source=source, times=3).pk
    token = uuid.uuid4()
    one = add(cast, item_list, token=token)
    assert add(cast, item_list, token=token).pk == one.pk
    with pytest.raises(DomainError, match="已有"):
        add(cast, item_list)
    rows = [NewItem("一号井", cast.unit("qingshi")), NewItem("二号井", cast.unit("qingshi"))]
    assert [item.number for item in items.add_many(list=item_list, rows=rows, by=cast.nr_officer)] == [2]
    assert items.add_many(list=item_list, rows=rows, by=cast.nr_officer) == []


def test_a_frozen_list_takes_nothing_and_is_frozen_once(cast):
    item_list = open_list(cast)
    add(cast, item_list)
    items.freeze(list=item_list, by=cast.nr_officer)
    with pytest.raises(Conflict, match="已锁定"):
        add(cast, item_list, "二号井")
    with pytest.raises(Conflict):
        items.freeze(list=item_list, by=cast.nr_officer)


def test_freezing_a_list_that_has_changed_since_is_a_conflict(cast):
    item_list = open_list(cast)
    seen = item_list.version
    add(cast, item_list)
    with pytest.raises(Conflict, match="变动"):
        items.freeze(list=item_list, by=cast.nr_officer, version=seen)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"outcome": " "}, "outcome"),
        ({"uploads": []}, "files"),
        ({"answers": {}}, "q_sealed"),
        ({"answers": {"sealed": "字" * 501}}, "q_sealed"),
    ],
)
def test_a_report_needs_its_outcome_its_answers_and_its_proof(cast, more, field):
    item_list = open_list(cast, questions=[{"code": "sealed", "label": "是否封堵"}])
    item = add(cast, item_list)
    with pytest.raises(DomainError) as caught:
        submit(cast, item, **({"answers": {"sealed": "是"}} | more))
    item.refresh_from_db()
    assert (caught.value.field, item.status) == (field, "open")


def test_a_question_of_other_kinds_is_not_asked(cast):
    questions = [{"code": "sealed", "label": "是否封堵", "site_kinds": ["closed_shaft"]}]
    item = add(cast, open_list(cast, questions=questions), site_kind="mine")
    assert submit(cast, item, answers={"sealed": "是", "other": "x"}).answers == {}


@pytest.mark.parametrize("who", ["baiyang.filler", "nr.officer", "office", "shangwan.filler"])
def test_only_the_responsible_unit_works_on_an_item(cast, who):
    item = add(cast, open_list(cast))
    for act in (
        lambda: items.start(item=item, by=cast.member(who)),
        lambda: items.answer(item=item, by=cast.member(who), answers={}),
        lambda: submit(cast, item, by=who),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("who", ["qingshi.head", "police.officer", "office", "leader"])
def test_only_the_keeper_closes_returns_strikes_and_reopens(cast, who):
    item_list = open_list(cast)
    waiting, over, fresh = (add(cast, item_list, name) for name in ("一", "二", "三"))
    submit(cast, waiting)
    closed(cast, over)
    by = cast.member(who)
    for act in (
        lambda: items.close(item=waiting, by=by),
        lambda: items.send_back(item=waiting, by=by, reason="x"),
        lambda: items.reopen(item=over, by=by, reason="x"),
        lambda: items.strike(item=fresh, by=by, reason="x"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_responsible_person_does_not_accept_the_own_item(cast):
    item = add(cast, open_list(cast), responsible=cast.nr_officer.name)
    submit(cast, item)
    with pytest.raises(NotAllowed, match="监管责任人"):
        items.close(item=item, by=cast.nr_officer)


def test_a_returned_item_keeps_its_proof_and_its_date(cast):
    item = add(cast, open_list(cast), due_at=DUE)
    submit(cast, item)
    with pytest.raises(DomainError, match="原因"):
        items.send_back(item=item, by=cast.nr_officer, reason=" ")
    items.send_back(item=item, by=cast.nr_officer, reason="照片看不清")
    assert (item.status, duty_of(item).status, duty_of(item).due_at) == ("handling", "open", DUE)
    assert duty_of(item, ":accept").status == "fulfilled"
    assert Notice.objects.get(member=cast.qingshi_filler, kind="item.sent_back").text.find("照片") < 0
    submit(cast, item, uploads=[])
    assert (item.status, duty_of(item, ":accept").status) == ("awaiting", "open")


def test_a_reopened_item_needs_new_proof_and_a_date_to_come(cast):
    item = add(cast, open_list(cast), due_at=NOW + DAY)
    closed(cast, item)
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        with pytest.raises(DomainError) as caught:
            items.reopen(item=item, by=cast.nr_officer, reason="又被挖开")
        assert caught.value.field == "due_on"
        items.reopen(item=item, by=cast.nr_officer, reason="又被挖开", due_at=NOW + 9 * DAY)
        assert (item.reopened, item.closed_by, duty_of(item).due_at) == (1, None, NOW + 9 * DAY)
        with pytest.raises(DomainError, match="佐证"):
            submit(cast, item, uploads=[])


def test_a_struck_item_no_longer_counts_and_may_be_added_anew(cast):
    task = make_task(cast)
    item_list = open_list(cast, task)
    item, _other = add(cast, item_list), add(cast, item_list, "二号井")
    items.strike(item=item, by=cast.nr_officer, reason="不在本县")
    assert (duty_of(item).status, Duty.objects.get(rule__task=task).needed) == ("cancelled", 1)
    assert add(cast, item_list).number == 3


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        ("open", ("close", "send_back", "reopen")),
        ("awaiting", ("start", "submit", "answer", "reopen", "strike")),
        ("closed", ("start", "submit", "answer", "close", "send_back", "strike")),
        ("struck", ("start", "submit", "answer", "close", "send_back", "reopen", "strike")),
    ],
)
def test_an_act_out_of_its_state_is_a_conflict_and_changes_nothing(cast, state, acts):
    item = add(cast, open_list(cast), due_at=DUE)
    Item.objects.filter(pk=item.pk).update(status=state)
    item.refresh_from_db()
    unit, keeper = cast.qingshi_filler, cast.nr_officer
    doors = {
        "start": lambda: items.start(item=item, by=unit),
        "submit": lambda: submit(cast, item),
        "answer": lambda: items.answer(item=item, by=unit, answers={}),
        "close": lambda: items.close(item=item, by=keeper),
        "send_back": lambda: items.send_back(item=item, by=keeper, reason="x"),
        "reopen": lambda: items.reopen(item=item, by=keeper, reason="x"),
        "strike": lambda: items.strike(item=item, by=keeper, reason="x"),
    }
    for name in acts:
        with pytest.raises(Conflict):
            doors[name]()
    item.refresh_from_db()
    assert item.status == state


def test_two_who_report_at_once_leave_one_report(cast):
    item = add(cast, open_list(cast))
    seen, token = item.version, uuid.uuid4()
    submit(cast, item, version=seen, token=token)
    assert submit(cast, Item.objects.get(pk=item.pk), version=seen, token=token).pk == item.pk
    with pytest.raises(Conflict):
        submit(cast, Item.objects.get(pk=item.pk), by="qingshi.deputy", version=seen)
    assert files_of(item).count() == 1


def test_a_joint_task_and_a_township_count_their_own_items(cast):
    task = make_task(cast, hosts=("nr", "qingshi", "baiyang"))
    item_list = open_list(cast, task)
    add(cast, item_list, agency="shangwan")
    add(cast, item_list, "二号井", agency="qingshi")
    needed = dict(Duty.objects.filter(rule__task=task).values_list("agency__code", "needed"))
    assert needed == {"nr": 2, "qingshi": 2, "baiyang": 1}
    items.freeze(list=item_list, by=cast.nr_officer)
    # nothing of it lies in 白杨镇, which has drawn up no list: it still owes one
    assert Duty.objects.get(rule__task=task, agency__code="baiyang").status == "open"
    own = open_list(cast, task, agency="baiyang", by="baiyang.filler")
    items.freeze(list=own, by=cast.member("baiyang.filler"), nothing_found=True)
    assert Duty.objects.get(rule__task=task, agency__code="baiyang").status == "fulfilled"


def test_a_recount_does_not_undo_what_items_say(cast):
    task = make_task(cast)
    item_list = open_list(cast, task)
    closed(cast, add(cast, item_list))
    items.freeze(list=item_list, by=cast.nr_officer)
    recount(Duty.objects.all())
    duty = Duty.objects.get(rule__task=task)
    assert (duty.status, duty.done) == ("fulfilled", 1)


def test_a_visit_before_the_campaign_or_to_a_struck_item_does_not_count(cast):
    task = make_task(cast)
    item_list = open_list(cast, task, times=1)
    site = cast.unit("shangwan")
    item = add(cast, item_list, subject=site)
    key = {"subject_kind": "agencies.agency", "subject_id": site.pk, "source": cast.unit("water")}
    assert items.visited(**key, at=dt.datetime(2021, 3, 31, tzinfo=SHANGHAI)) == 0
    items.strike(item=item, by=cast.nr_officer, reason="误列")
    assert items.visited(**key, at=NOW) == 0


def test_visits_before_it_flared_up_again_no_longer_count(cast):
    site = cast.unit("shangwan")
    item = add(cast, open_list(cast, times=1), subject=site, due_at=DUE)
    key = {"subject_kind": "agencies.agency", "subject_id": site.pk, "at": NOW}
    items.visited(**key, source=cast.unit("water"))
    item.refresh_from_db()
    items.reopen(item=item, by=cast.nr_officer, reason="又挖")
    assert (item.status, item.done) == ("open", 0)
    items.visited(**key, source=cast.unit("energy"))
    item.refresh_from_db()
    assert (item.status, item.done) == ("closed", 1)


def test_the_light_of_a_task_follows_its_items(cast):
    task = make_task(cast)
    assert of_task(task, NOW).words == "正常"
    item_list = open_list(cast, task)
    item = add(cast, item_list, due_at=NOW + 8 * DAY)
    assert of_task(task, NOW).key == "ok"
    assert of_task(task, NOW + 2 * DAY).key == "near"
    late = of_task(task, NOW + 9 * DAY)
    assert (late.key, late.words, late.total, late.done, late.late) == ("late", "逾期1个对象", 1, 0, 1)
    closed(cast, item)
    assert of_task(task, NOW + 9 * DAY).key == "done"


def test_what_others_hear_of_an_item_says_nothing_of_it(cast):
    item = add(cast, open_list(cast), "金丝雀矿", place="金丝雀沟", problem="金丝雀问题")
    submit(cast, item, outcome="金丝雀结果")
    items.send_back(item=item, by=cast.nr_officer, reason="重拍")
    told = [duty.title for duty in Duty.objects.all()]
    told += [notice.text for notice in Notice.objects.all()]
    told += [str(entry.facts) for entry in AuditEntry.objects.all()]
    assert told and not [text for text in told if "金丝雀" in text]


def test_one_inspection_visits_many_objects_and_counts_the_task_once(cast, monkeypatch):
    item_list = open_list(cast, make_task(cast), times=1)
    sites = [cast.unit(code) for code in ("shangwan", "qingshi", "baiyang")]
    for site in sites:
        add(cast, item_list, site.name, subject=site)
    rounds = []
    monkeypatch.setattr("duties.actions.item_visits.sync_task", lambda row: rounds.append(row.task_id))
    places = [str(site.pk) for site in sites]
    key = {"subject_kind": "agencies.agency", "at": NOW, "source": cast.unit("water")}
    assert items.visited(**key, subject_ids=places) == 3
    assert rounds == [item_list.task_id]
    assert set(item_list.items.values_list("status", "done")) == {("closed", 1)}


def test_many_hosts_take_no_more_queries_than_one(cast, django_assert_num_queries):
    hosts = ("nr", "qingshi", "baiyang", "water", "energy", "office")
    task = make_task(cast, hosts=hosts)
    item_list = open_list(cast, task)
    add(cast, item_list, agency="shangwan")
    units = [cast.unit(host) for host in hosts]
    with django_assert_num_queries(3):
        alone = standings(task, units[:1])
    with django_assert_num_queries(3):
        found = standings(task, units)
    assert found[units[0].pk] == alone[units[0].pk] == (1, 0, False, None)
    counted = {unit.code: found[unit.pk][:2] for unit in units}
    assert counted["qingshi"] == counted["office"] == (1, 0)  # each with what lies below it


def test_a_waiver_in_between_is_not_overwritten(cast, monkeypatch):
    task = make_task(cast)
    item_list = open_list(cast, task)
    own = Duty.objects.filter(rule__task=task)

    def waived_meanwhile(task, hosts):
        own.update(status="waived")
        return standings(task, hosts)

    monkeypatch.setattr("duties.actions.item_duties.standings", waived_meanwhile)
    items.freeze(list=item_list, by=cast.nr_officer, nothing_found=True)
    assert own.get().status == "waived"
    assert not AuditEntry.objects.filter(verb="duty.fulfilled").exists()
