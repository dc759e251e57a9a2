"""Loading a campaign: units bound, duties opened once, changes shown and made, nothing done is undone."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from copy import deepcopy
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
import time_machine
from django.core.management import CommandError, call_command

from agencies.models import Agency, Body, Division
from core import audit
from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry
from duties import actions
from duties.actions import campaigns
from duties.actions.loading import load_rules
from duties.definitions import BadCampaign, Definition, of_data, read
from duties.models import Campaign, Duty, DutyRule, Proof, Route, Stage, Task, TaskParty, Violation
from minewatch.lib.clock import SHANGHAI, day_end, local_date, midnight

MONDAY = dt.datetime(2026, 10, 12, 9, tzinfo=SHANGHAI)
SIGNED = dt.date(2026, 10, 8)
CONTENT = {
    "schema": "minewatch/campaign/1",
    "key": "test-2026",
    "name": "测试专项行动",
    "number": "示政办发〔2026〕9号",
    "signed_on": "2026-10-08",
    "starts_on": "2026-10-01",
    "ends_on": "2027-03-31",
    "units": {
        "office": {"name": "专项办", "kind": "joint_office"},
        "nr": {"name": "县自然资源局", "kind": "natural_resources"},
        "police": {"name": "县公安局", "kind": "police"},
        "townships": {"name": "各乡镇", "each": "township"},
        "villages": {"name": "各村", "each": "village"},
        "partners": {"name": "配合单位", "of": ["police", "nr"]},
        "mines": {"name": "各矿山企业", "actor": True},
    },
    "bodies": [
        {"key": "office", "name": "办公室", "kind": "office", "parent": "group", "seat": "nr"},
        {
            "key": "group",
            "name": "领导小组",
            "kind": "leading_group",
            "posts": [{"title": "head", "unit": "nr", "duty": "局长"}],
        },
    ],
    "stages": [{"code": "1", "name": "第一阶段", "starts_on": "2026-10-01", "ends_on": "2026-11-30"}],
    "tasks": [
        {
            "code": "T-W",
            "kind": "report",
            "name": "每周工作情况",
            "hosts": ["townships"],
            "to": "office",
            "deadline": {"kind": "recurring", "schedule": {"kind": "weekly", "byday": ["FR"]}},
        },
        {
            "code": "T-S",
            "kind": "task",
            "name": "排查建账",
            "stage": "1",
            "hosts": ["nr"],
            "with": ["partners"],
            "deadline": {"kind": "stage_end"},
        },
        {
            "code": "T-X",
            "kind": "task",
            "name": "调查摸底",
            "hosts": ["nr", "mines"],
            "deadline": {"kind": "impossible", "raw": "2026年11月31日前", "suggested": "2026-11-30"},
        },
        {
            "code": "T-O",
            "kind": "bulletin",
            "name": "通报",
            "hosts": ["office"],
            "deadline": {"kind": "open", "per": "month"},
        },
        {
            "code": "T-P",
            "kind": "patrol",
            "name": "村周排查",
            "hosts": ["villages"],
            "proof": "patrol",
            "deadline": {"kind": "quota", "at_least": 1, "per": "week"},
            "replaces": ["patrol.village.weekly"],
        },
        {
            "code": "T-E",
            "kind": "task",
            "name": "企业自查",
            "hosts": ["mines"],
            "deadline": {"kind": "ongoing"},
        },
    ],
    "milestones": [{"code": "G-1", "text": "全部关闭", "on": "2026-12-31"}],
    "violations": [{"code": "unlicensed", "name": "无证开采"}],
    "routes": [
        {
            "matter": "涉嫌犯罪线索",
            "violation": "unlicensed",
            "type": "CRIMINAL",
            "from": "nr",
            "to": "police",
        },
        {"matter": "公职人员", "type": "CLUE_UP", "from": "nr", "to_name": "上级纪委监委"},
    ],
}


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


def content(**changes) -> dict:
    """The content with top-level keys replaced."""
    return {**deepcopy(CONTENT), **changes}


def with_task(code: str, **changes) -> dict:
    """The content with keys of one task replaced; None takes a key out."""
    data = content()
    task = next(row for row in data["tasks"] if row["code"] == code)
    task.update(changes)
    for key in [key for key, value in changes.items() if value is None]:
        del task[key]
    return data


def without(code: str) -> dict:
    """The content without one task."""
    data = content()
    data["tasks"] = [row for row in data["tasks"] if row["code"] != code]
    return data


def load(cast, data: dict | None = None, **rest) -> campaigns.Loaded:
    """Load by the office's clerk."""
    rest.setdefault("by", cast.office)
    return campaigns.load(county=cast.county, definition=of_data(data or CONTENT, "t"), **rest)


def task_of(code: str) -> Task:
    return Task.objects.select_related("campaign__county").get(code=code)


def owed(code: str, unit: str | None = None) -> list[Duty]:
    """Open duties of a task, of one unit."""
    rows = Duty.objects.open().filter(rule__task__code=code).order_by("due_at", "pk")
    return list(rows.filter(agency__code=unit) if unit else rows)


def footprint() -> dict[str, list]:
    """Everything a loading writes."""
    models = (Campaign, Stage, Task, TaskParty, DutyRule, Violation, Route, Body, Duty, AuditEntry)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def found_township(code: str = "999921202") -> Agency:
    """A township that did not exist when the campaign was loaded."""
    division = Division.objects.create(code=code, name="新河乡")
    return Agency.objects.create(code="xinhe", name="新河乡人民政府", kind="township", division=division)


# -- loading ---------------------------------------------------------------------------------------------


def test_everything_the_notice_says_becomes_rows(cast):
    loaded = load(cast)
    campaign = loaded.campaign
    assert (campaign.status, campaign.signed_on, campaign.loaded_at) == ("running", SIGNED, MONDAY)
    assert campaign.bindings["townships"] == ["qingshi", "baiyang", "huangsha"]
    assert (loaded.counts["stages"], loaded.counts["tasks"], loaded.counts["rules"]) == (1, 7, 3)
    assert loaded.diff == []
    task = task_of("T-S")
    assert [(p.agency.code, p.side) for p in task.parties.all()] == [("nr", "host"), ("police", "with")]
    assert task_of("T-E").parties.count() == 0
    assert task_of("T-W").recipient == cast.unit("office")
    assert [task_of(code).role for code in ("T-W", "T-S", "T-O")] == ["filler", "officer", "office"]
    goal = task_of("G-1")
    assert (goal.kind, goal.spec["on"], hasattr(goal, "rule")) == ("milestone", "2026-12-31", False)
    edge, named = Route.objects.order_by("order")
    assert (edge.sender.code, edge.receiver.code, edge.receiver_name) == ("nr", "police", "县公安局")
    assert (named.receiver, named.receiver_name) == (None, "上级纪委监委")
    office = Body.objects.get(key="test-2026.office")
    assert (office.parent.key, office.seat.code) == ("test-2026.group", "nr")


def test_what_was_due_before_loading_is_history_and_before_signing_is_nothing(cast):
    load(cast)
    days = [(local_date(duty.due_at), duty.history) for duty in owed("T-W", "qingshi")]
    assert days[:2] == [(dt.date(2026, 10, 9), True), (dt.date(2026, 10, 16), False)]


def test_the_same_file_again_writes_nothing(cast):
    load(cast)
    before = footprint()
    with time_machine.travel(MONDAY + dt.timedelta(days=3), tick=False):
        again = load(cast)
        dry = load(cast, dry_run=True)
    assert (again.changed, dry.changed) == (False, False)
    assert footprint() == before


def test_a_dry_run_counts_and_writes_nothing(cast):
    before = footprint()
    dry = load(cast, dry_run=True)
    assert footprint() == before
    assert dry.campaign is None
    assert dry.counts == load(cast).counts
    before = footprint()
    campaign = Campaign.objects.get()
    dry = load(cast, without("T-S"), dry_run=True)
    assert any("T-S" in line for line in dry.diff)
    assert footprint() == before
    assert dry.campaign.version == campaign.version


def test_only_the_office_and_county_leaders_load(cast):
    for by in (cast.nr_officer, cast.qingshi_head, cast.nr_head, cast.auditor, cast.sysadmin):
        with pytest.raises(NotAllowed):
            load(cast, by=by)
    assert not Campaign.objects.exists()
    assert load(cast, by=cast.leader).changed


def test_another_countys_office_does_not_load_here(cast):
    division = Division.objects.create(code="999922", name="邻县")
    with pytest.raises(NotAllowed):
        campaigns.load(county=division, definition=of_data(CONTENT, "t"), by=cast.office)


def test_the_audit_names_the_campaign_and_counts_and_no_content(cast):
    load(cast)
    entry = AuditEntry.objects.get(verb="campaign.loaded")
    assert entry.actor == cast.office
    assert entry.facts["key"] == "test-2026"
    assert "排查" not in json.dumps(entry.facts, ensure_ascii=False)


# -- binding ---------------------------------------------------------------------------------------------


def test_a_unit_that_the_county_lacks_refuses_the_load_until_it_is_bound_or_declared_none(cast):
    Agency.objects.filter(code="police").update(is_active=False)
    with pytest.raises(DomainError, match="县公安局（police）：本县没有这类单位") as refused:
        load(cast)
    assert refused.value.field == "bind"
    assert not Campaign.objects.exists()
    loaded = load(cast, bind={"police": "none"})
    assert loaded.campaign.bindings["police"] == []
    assert not TaskParty.objects.filter(agency__code="police").exists()
    assert load(cast).changed is False  # what was said is remembered


def test_two_units_of_a_kind_have_to_be_told_apart(cast):
    Agency.objects.create(code="nr2", name="自然资源所", kind="natural_resources", division=cast.county)
    with pytest.raises(DomainError, match="有 2 个同类单位：nr、nr2"):
        load(cast)
    loaded = load(cast, bind={"nr": "nr2"})
    assert {p.agency.code for p in task_of("T-S").parties.filter(side="host")} == {"nr2"}
    assert any("自然资源所" in line for line in loaded.bindings)
    assert load(cast).changed is False


@pytest.mark.parametrize(
    ("bind", "words"),
    [
        ({"polce": "police"}, "是否应为 police"),
        ({"police": "polic"}, "是否应为 police"),
        ({"partners": "nr"}, "一组单位"),
        ({"mines": "nr"}, "系统外"),
        ({"townships": "qingshi"}, "只能写 none"),
        ({"nr": "none"}, "没有牵头单位"),
    ],
)
def test_a_wrong_binding_is_refused_with_a_hint(cast, bind, words):
    with pytest.raises(DomainError, match=words):
        load(cast, bind=bind)
    assert not Campaign.objects.exists()


def test_a_rebound_host_owes_from_today_and_the_old_one_until_today(cast):
    load(cast)
    with time_machine.travel(MONDAY + dt.timedelta(days=2), tick=False):
        load(cast, bind={"nr": "water"})
    sides = {p.agency.code: (p.joined_on, p.left_on) for p in task_of("T-S").parties.filter(side="host")}
    assert sides == {"nr": (None, dt.date(2026, 10, 14)), "water": (dt.date(2026, 10, 14), None)}
    assert [duty.agency.code for duty in owed("T-S")] == ["water"]


def test_a_new_township_takes_part_from_the_next_loading_on(cast):
    load(cast)
    found_township()
    with time_machine.travel(MONDAY + dt.timedelta(days=7), tick=False):
        loaded = load(cast)
        assert loaded.changed
        party = task_of("T-W").parties.get(agency__code="xinhe")
        assert party.joined_on == dt.date(2026, 10, 19)
        assert [local_date(duty.due_at) for duty in owed("T-W", "xinhe")][0] == dt.date(2026, 10, 23)
        assert len(owed("T-W", "qingshi")) > len(owed("T-W", "xinhe"))


# -- a changed file --------------------------------------------------------------------------------------


def test_a_changed_file_opens_moves_and_cancels_and_says_so(cast):
    load(cast)
    done = owed("T-W", "qingshi")[1]
    paper = cast.unit("shangwan")
    paper.duty_id = done.pk
    actions.prove(kind=done.proof_kind, agency=done.agency, at=MONDAY, subject=paper)
    Duty.objects.filter(pk=done.pk).update(status="fulfilled", done=1, first_done_at=MONDAY)
    data = without("T-X")
    data["stages"][0]["ends_on"] = "2026-12-15"
    data["tasks"].append(
        {
            "code": "T-N",
            "kind": "task",
            "name": "总结",
            "hosts": ["police"],
            "deadline": {"kind": "fixed", "on": "2027-03-01"},
        }
    )
    loaded = load(cast, data)
    lines = "\n".join(loaded.diff)
    assert "新增任务 T-N“总结”" in lines
    assert "任务 T-X“调查摸底”不再列入" in lines
    assert "改期：自然资源局 排查建账，2026-11-30 → 2026-12-15" in lines
    assert "生成：公安局 总结，2027-03-01" in lines
    assert "取消：自然资源局 调查摸底，期限未定" in lines
    assert task_of("T-X").dropped_at == MONDAY
    assert not Duty.objects.open().filter(key__contains="T-X").exists()
    done.refresh_from_db()
    assert done.status == "fulfilled"
    assert local_date(owed("T-S")[0].due_at) == dt.date(2026, 12, 15)
    assert AuditEntry.objects.filter(verb="campaign.changed").count() == 1


def test_a_dropped_task_keeps_what_was_done_and_comes_back(cast):
    load(cast)
    duty = owed("T-S")[0]
    Proof.objects.create(
        kind=duty.proof_kind, agency=duty.agency, at=MONDAY, subject_kind="x", subject_id="1"
    )
    Duty.objects.filter(pk=duty.pk).update(status="fulfilled", done=1, first_done_at=MONDAY)
    load(cast, without("T-S"))
    duty.refresh_from_db()
    assert (duty.status, task_of("T-S").dropped_at) == ("fulfilled", MONDAY)
    load(cast)
    duty.refresh_from_db()
    assert (duty.status, task_of("T-S").dropped_at) == ("fulfilled", None)


def test_loaded_at_is_kept_and_a_new_task_is_not_born_overdue(cast):
    load(cast)
    data = content()
    new = deepcopy(data["tasks"][0]) | {"code": "T-V", "name": "又一报送"}
    data["tasks"].append(new)
    with time_machine.travel(MONDAY + dt.timedelta(days=14), tick=False) as traveller:
        campaign = load(cast, data).campaign
        assert campaign.loaded_at == MONDAY
        at = MONDAY + dt.timedelta(days=14)
        assert not [duty for duty in owed("T-V") if duty.late(at)]
        assert [duty for duty in owed("T-W") if duty.late(at)]
        assert traveller is not None


def test_a_task_that_loses_its_date_owes_nothing_more(cast):
    load(cast)
    load(cast, with_task("T-W", deadline={"kind": "ongoing"}))
    assert owed("T-W") == []
    load(cast)
    assert owed("T-W")


def test_the_catalogue_and_routes_follow_the_file(cast):
    load(cast)
    load(cast, content(violations=[{"code": "beyond", "name": "越界开采"}], routes=[], milestones=[]))
    assert list(Violation.objects.values_list("code", flat=True)) == ["beyond"]
    assert not Route.objects.exists()
    assert task_of("G-1").dropped_at == MONDAY


# -- shift -----------------------------------------------------------------------------------------------


def test_a_shifted_campaign_stays_shifted_when_its_file_is_loaded_again(cast):
    loaded = load(cast, shift_to=dt.date(2026, 11, 1))
    assert (loaded.shifted_days, loaded.campaign.starts_on) == (31, dt.date(2026, 11, 1))
    assert task_of("T-X").suggested_on == dt.date(2026, 12, 31)
    assert load(cast).changed is False
    assert load(cast, shift_to=dt.date(2026, 10, 1)).campaign.shifted_days == 0


def test_a_shift_beyond_the_calendar_or_off_every_weekday_is_refused(cast):
    with pytest.raises(DomainError, match="年份不合理|超出日历"):
        load(cast, shift_to=dt.date(2100, 12, 1))
    short = with_task(
        "T-W",
        deadline={
            "kind": "recurring",
            "schedule": {"kind": "weekly", "byday": ["FR"]},
            "from": "2026-10-09",
            "until": "2026-10-09",
        },
    )
    with pytest.raises(BadCampaign, match="一次也不会到期"):
        load(cast, short, shift_to=dt.date(2026, 10, 2))


# -- standing rules --------------------------------------------------------------------------------------


def test_standing_rules_give_way_and_stand_again_after_the_end(cast):
    load_rules(county=cast.county)
    rule = DutyRule.objects.get(key="patrol.village.weekly")
    sunday = day_end(dt.date(2026, 10, 18))
    assert Duty.objects.open().filter(rule=rule, due_at=sunday).count() == 9
    past = Duty.objects.filter(rule=rule, due_at__lt=MONDAY).count()
    campaign = load(cast).campaign
    rule.refresh_from_db()
    assert rule.valid_to == dt.date(2026, 10, 11)
    assert not Duty.objects.open().filter(rule=rule, due_at__gte=MONDAY).exists()
    assert Duty.objects.filter(rule=rule, due_at__lt=MONDAY).exclude(status="cancelled").count() == past
    assert len([duty for duty in owed("T-P") if duty.due_at == sunday]) == 9
    with time_machine.travel(MONDAY + dt.timedelta(days=9), tick=False):
        campaigns.end(campaign=campaign, by=cast.leader, reason="任务完成")
        again = DutyRule.objects.get(key="patrol.village.weekly+2026-10-22")
        assert (again.valid_from, again.valid_to) == (dt.date(2026, 10, 22), None)
        due = day_end(dt.date(2026, 10, 25))
        assert Duty.objects.open().filter(due_at=due, kind="patrol").count() == 9
        assert not Duty.objects.open().filter(
            rule__task__isnull=False, due_at__gt=midnight(dt.date(2026, 10, 22))
        )


def test_a_rule_that_two_campaigns_replace_stands_again_after_both(cast):
    load_rules(county=cast.county)
    first = load(cast).campaign
    second = load(cast, content(key="test-2027")).campaign
    campaigns.end(campaign=first, by=cast.office, reason="完成")
    assert not DutyRule.objects.filter(key__startswith="patrol.village.weekly+").exists()
    campaigns.end(campaign=second, by=cast.office, reason="完成")
    assert DutyRule.objects.filter(key__startswith="patrol.village.weekly+", valid_to=None).count() == 1


def test_a_rule_stands_again_when_its_task_leaves_the_file(cast):
    load_rules(county=cast.county)
    load(cast)
    load(cast, without("T-P"))
    assert DutyRule.objects.filter(key__startswith="patrol.village.weekly+", valid_to=None).exists()


def test_a_county_without_the_rule_is_told_so(cast):
    assert load(cast).notes == ["本县没有常设规则 patrol.village.weekly，任务照常载入。"]


# -- end -------------------------------------------------------------------------------------------------


def test_an_ended_campaign_keeps_what_was_due_and_cancels_what_comes_later(cast):
    campaign = load(cast).campaign
    with time_machine.travel(MONDAY + dt.timedelta(days=6), tick=False):
        late = [duty.pk for duty in owed("T-W") if duty.due_at < MONDAY + dt.timedelta(days=6)]
        campaigns.end(campaign=campaign, by=cast.office, reason="县政府决定结束")
        assert [duty.pk for duty in owed("T-W")] == late
        assert owed("T-S") == []
        with pytest.raises(DomainError, match="已经结束"):
            load(cast)
        with pytest.raises(Conflict):
            campaigns.end(campaign=campaign, by=cast.office, reason="又一次")
    actions.open_ahead(MONDAY + dt.timedelta(days=30))
    assert [duty.pk for duty in owed("T-W")] == late


def test_ending_needs_a_reason_and_the_right_people(cast):
    campaign = load(cast).campaign
    with pytest.raises(DomainError, match="原因"):
        campaigns.end(campaign=campaign, by=cast.office, reason=" ")
    with pytest.raises(NotAllowed):
        campaigns.end(campaign=campaign, by=cast.nr_head, reason="x")
    with pytest.raises(Conflict):
        campaigns.end(campaign=campaign, by=cast.office, reason="x", version=campaign.version + 1)
    campaign.refresh_from_db()
    assert campaign.status == "running"


# -- units join and leave --------------------------------------------------------------------------------


def test_a_unit_that_joins_owes_nothing_due_before(cast):
    campaign = load(cast).campaign
    unit = found_township()
    rows = campaigns.join(campaign=campaign, agency=unit, on=dt.date(2026, 10, 20), by=cast.office)
    assert [(row.task.code, row.side) for row in rows] == [("T-W", "host")]
    assert [local_date(duty.due_at) for duty in owed("T-W", "xinhe")][0] == dt.date(2026, 10, 23)
    # the file's each: townships knows it from now on; the day it joined stays
    load(cast)
    assert task_of("T-W").parties.get(agency=unit).joined_on == dt.date(2026, 10, 20)


def test_a_unit_joins_one_task_on_one_side(cast):
    campaign = load(cast).campaign
    water = cast.unit("water")
    campaigns.join(
        campaign=campaign, agency=water, on=dt.date(2026, 10, 20), by=cast.leader, task="T-S", side="with"
    )
    load(cast, content(notes=["改了说明"]))
    party = task_of("T-S").parties.get(agency=water)
    assert (party.side, party.left_on) == ("with", None)


def test_a_unit_that_left_owes_nothing_due_later_and_stays_away(cast):
    campaign = load(cast).campaign
    baiyang = cast.unit("baiyang")
    assert campaigns.leave(campaign=campaign, agency=baiyang, on=dt.date(2026, 10, 16), by=cast.office) == 1
    assert [local_date(duty.due_at) for duty in owed("T-W", "baiyang")][-1] == dt.date(2026, 10, 16)
    load(cast, content(notes=["改了说明"]))
    assert task_of("T-W").parties.get(agency=baiyang).left_on == dt.date(2026, 10, 16)
    campaigns.join(campaign=campaign, agency=baiyang, on=dt.date(2026, 10, 26), by=cast.office)
    assert task_of("T-W").parties.get(agency=baiyang).left_on is None


def test_joining_and_leaving_refuse_what_makes_no_sense(cast):
    campaign = load(cast).campaign
    day = dt.date(2026, 10, 20)
    water, qingshi = cast.unit("water"), cast.unit("qingshi")
    with pytest.raises(NotAllowed):
        campaigns.join(campaign=campaign, agency=qingshi, on=day, by=cast.qingshi_head)
    with pytest.raises(DomainError, match="没有同类单位"):
        campaigns.join(campaign=campaign, agency=water, on=day, by=cast.office)
    with pytest.raises(DomainError, match="没有编号"):
        campaigns.join(campaign=campaign, agency=water, on=day, by=cast.office, task="T-?")
    with pytest.raises(DomainError, match="没有参加"):
        campaigns.leave(campaign=campaign, agency=water, on=day, by=cast.office)
    Agency.objects.filter(pk=water.pk).update(is_active=False)
    with pytest.raises(DomainError, match="不是本县在用"):
        campaigns.join(campaign=campaign, agency=cast.unit("water"), on=day, by=cast.office, task="T-S")
    campaigns.join(campaign=campaign, agency=cast.unit("energy"), on=day, by=cast.office, task="T-S")
    with pytest.raises(DomainError, match="早于加入"):
        campaigns.leave(
            campaign=campaign, agency=cast.unit("energy"), on=day - dt.timedelta(1), by=cast.office
        )


# -- days set by people ----------------------------------------------------------------------------------


def test_an_impossible_date_waits_undated_until_a_person_confirms_a_day(cast):
    load(cast)
    duty = Duty.objects.get(key__endswith=":undated")
    assert (duty.due_at, duty.late(MONDAY + dt.timedelta(900))) == (None, False)
    rule = campaigns.confirm_date(
        task=task_of("T-X"), on=dt.date(2026, 11, 30), by=cast.office, basis="第3次调度会议定"
    )
    duty.refresh_from_db()
    assert (duty.due_at, duty.rule, duty.history) == (day_end(dt.date(2026, 11, 30)), rule, False)
    assert Duty.objects.filter(rule=rule).count() == 1
    task = task_of("T-X")
    assert (task.confirmed_on, task.confirmed_by, task.confirmed_at) == (
        dt.date(2026, 11, 30),
        cast.office,
        MONDAY,
    )
    entry = AuditEntry.objects.get(verb="campaign.date_confirmed")
    assert entry.facts == {"code": "T-X", "on": "2026-11-30", "basis": "第3次调度会议定"}
    load(cast, content(notes=["改了说明"]))  # a changed file keeps what was confirmed
    duty.refresh_from_db()
    rule.refresh_from_db()
    assert (duty.due_at, rule.basis) == (day_end(dt.date(2026, 11, 30)), "第3次调度会议定")


def test_a_confirmed_day_moves_when_confirmed_anew_and_falls_with_a_changed_deadline(cast):
    load(cast)
    for day in (30, 20):
        campaigns.confirm_date(task=task_of("T-X"), on=dt.date(2026, 11, day), by=cast.leader, basis="会议")
    assert [local_date(duty.due_at) for duty in owed("T-X")] == [dt.date(2026, 11, 20)]
    load(cast, with_task("T-X", deadline={"kind": "fixed", "on": "2026-12-01"}))
    assert [local_date(duty.due_at) for duty in owed("T-X")] == [dt.date(2026, 12, 1)]
    assert task_of("T-X").confirmed_on is None


def test_a_day_confirmed_in_the_past_is_history(cast):
    load(cast)
    campaigns.confirm_date(task=task_of("T-X"), on=dt.date(2026, 10, 9), by=cast.office, basis="会议")
    duty = owed("T-X")[0]
    assert (duty.history, duty.late(MONDAY)) == (True, False)


def test_who_may_not_confirm_and_what_needs_no_confirming(cast):
    load(cast)
    task, day = task_of("T-X"), dt.date(2026, 11, 30)
    for by in (cast.nr_head, cast.nr_officer, cast.qingshi_deputy):
        with pytest.raises(NotAllowed):
            campaigns.confirm_date(task=task, on=day, by=by, basis="会议")
    with pytest.raises(DomainError, match="依据"):
        campaigns.confirm_date(task=task, on=day, by=cast.office, basis=" ")
    with pytest.raises(DomainError, match="不用确认"):
        campaigns.confirm_date(task=task_of("T-S"), on=day, by=cast.office, basis="会议")
    with pytest.raises(Conflict):
        campaigns.confirm_date(task=task, on=day, by=cast.office, basis="会议", version=task.version + 1)
    assert task_of("T-X").confirmed_on is None


def test_the_organ_sets_a_day_for_an_open_task(cast):
    load(cast)
    assert owed("T-O") == []
    schedule = {"kind": "monthly", "days": [15]}
    rule = campaigns.set_day(
        task=task_of("T-O"),
        schedule=schedule,
        basis="专项办通知",
        from_=dt.date(2026, 10, 12),
        by=cast.office,
    )
    assert (rule.basis, rule.valid_from, rule.valid_to) == (
        "专项办通知",
        dt.date(2026, 10, 12),
        dt.date(2027, 3, 31),
    )
    assert local_date(owed("T-O")[0].due_at) == dt.date(2026, 10, 15)
    load(cast, content(notes=["改了说明"]))
    assert DutyRule.objects.get(pk=rule.pk).schedule == rule.schedule
    with time_machine.travel(dt.datetime(2026, 10, 20, 9, tzinfo=SHANGHAI), tick=False):
        late = owed("T-O")[0]
        campaigns.set_day(
            task=task_of("T-O"),
            schedule={"kind": "monthly", "days": [25]},
            basis="改为25日",
            from_=dt.date(2026, 11, 1),
            by=cast.office,
        )
        late.refresh_from_db()
        assert (late.status, local_date(late.due_at)) == ("open", dt.date(2026, 10, 15))
        actions.open_ahead(afresh=True)
        assert [local_date(duty.due_at) for duty in owed("T-O")] == [dt.date(2026, 11, 25)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schedule": {"kind": "weekly"}}, "不完整"),
        ({"schedule": {"kind": "x"}}, "不完整"),
        ({"schedule": {"kind": "yearly", "month": 8, "day": 1}}, "一次也不会到期"),
        ({"from_": dt.date(2026, 10, 11)}, "不能早于今天"),
        ({"basis": ""}, "依据"),
        ({"code": "T-S"}, "日期待定"),
    ],
)
def test_a_day_that_makes_no_sense_is_not_set(cast, changes, words):
    load(cast)
    values = {"schedule": {"kind": "monthly", "days": [15]}, "basis": "通知", "from_": dt.date(2026, 10, 12)}
    code = changes.pop("code", "T-O")
    with pytest.raises(DomainError, match=words):
        campaigns.set_day(task=task_of(code), by=cast.office, **(values | changes))
    assert not DutyRule.objects.filter(task__code="T-O").exists()
    changes["code"] = code


# -- the browser's draft ---------------------------------------------------------------------------------


def test_a_draft_is_made_filled_looked_at_and_put_in_force(cast):
    campaign = campaigns.create(county=cast.county, key="test-2026", name="草稿", by=cast.office)
    assert campaign.status == "draft"
    assert not Campaign.objects.visible_to(cast.nr_officer).exists()
    assert campaigns.preview(campaign=campaign, by=cast.office).problems
    campaigns.edit_draft(campaign=campaign, definition=content(), by=cast.office, version=campaign.version)
    assert campaign.name == "测试专项行动"
    seen = campaigns.preview(campaign=campaign, by=cast.office)
    assert (seen.problems, seen.loaded.counts["tasks"], campaign.status) == ([], 7, "draft")
    assert not Duty.objects.filter(campaign=campaign).exists()
    loaded = campaigns.put_in_force(campaign=campaign, by=cast.office, version=campaign.version)
    assert (loaded.campaign.status, loaded.campaign.draft) == ("running", None)
    assert load(cast).changed is False  # the same content from a file is the same campaign


def test_a_running_campaign_is_edited_beside_what_is_in_force(cast):
    campaign = load(cast).campaign
    campaigns.edit_draft(
        campaign=campaign, definition=without("T-S"), by=cast.leader, version=campaign.version
    )
    assert task_of("T-S").dropped_at is None
    seen = campaigns.preview(campaign=campaign, by=cast.leader)
    assert any("取消：自然资源局 排查建账" in line for line in seen.loaded.diff)
    assert (campaign.status, task_of("T-S").dropped_at) == ("running", None)
    campaigns.put_in_force(campaign=campaign, by=cast.leader, version=campaign.version)
    assert task_of("T-S").dropped_at == MONDAY


def test_a_draft_with_faults_does_not_come_into_force(cast):
    campaign = campaigns.create(county=cast.county, key="test-2026", name="草稿", by=cast.office)
    with pytest.raises(BadCampaign):
        campaigns.put_in_force(campaign=campaign, by=cast.office, version=campaign.version)
    Agency.objects.filter(code="police").update(is_active=False)
    campaigns.edit_draft(campaign=campaign, definition=content(), by=cast.office, version=campaign.version)
    seen = campaigns.preview(campaign=campaign, by=cast.office)
    assert [problem.path for problem in seen.problems] == [("units",)]
    assert campaigns.preview(campaign=campaign, bind={"police": "none"}, by=cast.office).loaded
    with pytest.raises(DomainError, match="县公安局"):
        campaigns.put_in_force(campaign=campaign, by=cast.office, version=campaign.version)
    campaign.refresh_from_db()
    assert campaign.status == "draft"


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("x", "不完整"),
        ({"key": "other"}, "代码不能修改"),
        ({"key": "test-2026", "color": "red"}, "不认识的键"),
        ({"key": "test-2026", "tasks": "all"}, "应为列表"),
        ({"key": "test-2026", "name": "a\x00b"}, "控制字符"),
        ({"key": "test-2026", "notes": ["长" * 400_000]}, "超过 1 MB"),
        ({"key": "test-2026", "units": {str(n): {} for n in range(501)}}, "超过 500 项"),
    ],
)
def test_a_draft_of_another_shape_is_refused(cast, definition, words):
    campaign = campaigns.create(county=cast.county, key="test-2026", name="草稿", by=cast.office)
    with pytest.raises(DomainError, match=words):
        campaigns.edit_draft(
            campaign=campaign, definition=definition, by=cast.office, version=campaign.version
        )


def test_of_two_editors_the_second_is_told_who_was_first(cast):
    campaign = campaigns.create(county=cast.county, key="test-2026", name="草稿", by=cast.office)
    seen = campaign.version
    campaigns.edit_draft(campaign=campaign, definition=content(), by=cast.office, version=seen)
    with pytest.raises(Conflict, match="专班办公室经办人"):
        campaigns.edit_draft(campaign=campaign, definition=content(name="乙"), by=cast.leader, version=seen)
    with pytest.raises(Conflict):
        campaigns.put_in_force(campaign=campaign, by=cast.leader, version=seen)
    assert Campaign.objects.get().draft["name"] == "测试专项行动"


def test_outsiders_make_and_edit_no_campaign(cast):
    with pytest.raises(NotAllowed):
        campaigns.create(county=cast.county, key="x", name="x", by=cast.nr_head)
    campaign = campaigns.create(county=cast.county, key="x", name="x", by=cast.office)
    with pytest.raises(NotAllowed):
        campaigns.edit_draft(
            campaign=campaign, definition={"key": "x"}, by=cast.nr_head, version=campaign.version
        )
    with pytest.raises(NotAllowed):
        campaigns.preview(campaign=campaign, by=cast.nr_head)
    with pytest.raises(NotAllowed):
        campaigns.put_in_force(campaign=campaign, by=cast.nr_head, version=campaign.version)


@pytest.mark.parametrize(
    ("key", "name", "field"),
    [
        ("Bad Key", "x", "key"),
        ("", "x", "key"),
        ("k" * 41, "x", "key"),
        ("x", " ", "name"),
        ("x", "长" * 121, "name"),
    ],
)
def test_a_new_campaign_needs_a_proper_key_and_name(cast, key, name, field):
    with pytest.raises(DomainError) as refused:
        campaigns.create(county=cast.county, key=key, name=name, by=cast.office)
    assert refused.value.field == field
    assert not Campaign.objects.exists()


def test_a_file_loaded_beside_a_draft_leaves_the_draft(cast):
    campaign = load(cast).campaign
    campaigns.edit_draft(
        campaign=campaign, definition=without("T-S"), by=cast.leader, version=campaign.version
    )
    loaded = load(cast, content(notes=["改了说明"]))
    assert loaded.campaign.draft == without("T-S")
    assert any("修改稿" in note for note in loaded.notes)


def test_a_day_that_cannot_fall_due_is_pointed_out(cast):
    loaded = load(cast, with_task("T-S", deadline={"kind": "fixed", "on": "2026-10-07"}))
    assert any("T-S" in note and "不生成任务" in note for note in loaded.notes)
    assert owed("T-S") == []


def test_a_key_is_taken_once_in_a_county(cast):
    campaigns.create(county=cast.county, key="x", name="x", by=cast.office)
    with pytest.raises(DomainError, match="已有代码"):
        campaigns.create(county=cast.county, key="x", name="y", by=cast.office)


# -- commands --------------------------------------------------------------------------------------------


def run(*args: str) -> str:
    """What load_campaign prints."""
    out = StringIO()
    call_command("load_campaign", *args, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path) -> str:
    """The content as a file."""
    from duties.definitions import dump

    path = tmp_path / "test.yaml"
    path.write_text(dump(Definition(CONTENT)), encoding="utf-8")
    return str(path)


def test_the_command_tells_units_and_counts(cast, file):
    told = run(file, "--county", "999921", "--dry-run")
    assert "试算（未写入）：阶段 1 个，任务 7 项，规则 3 条" in told
    assert not Campaign.objects.exists()
    told = run(file, "--county", "999921", "--by", "office")
    assert "县自然资源局（nr）→ 自然资源局" in told
    assert "各矿山企业（mines）→ 系统外" in told
    assert AuditEntry.objects.get(verb="campaign.loaded").actor == cast.office
    assert "没有变化" in run(file, "--county", "999921")
    Path(file).write_text(
        Path(file).read_text(encoding="utf-8").replace("2026-11-30", "2026-12-10"), encoding="utf-8"
    )
    assert "改期：自然资源局 排查建账，2026-11-30 → 2026-12-10" in run(file, "--county", "999921")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--county", "999999"), "没有代码为“999999”的县"),
        (("--county", "999921", "--bind", "nr"), "代号=单位代码"),
        (("--county", "999921", "--bind", "nr=nr", "--bind", "nr=water"), "两个单位"),
        (("--county", "999921", "--bind", "nr=nx"), "不存在或已停用"),
        (("--county", "999921", "--by", "nobody"), "没有账号"),
        (("--county", "999921", "--by", "nr.officer"), "只有专班办公室"),
        (("--county", "999921", "--shift-to", "明天"), "无法识别日期"),
    ],
)
def test_the_command_refuses_in_one_sentence(cast, file, args, words):
    with pytest.raises(CommandError, match=words) as failed:
        run(file, *args)
    assert failed.value.returncode == 1
    assert not Campaign.objects.exists()


def test_the_command_names_the_faults_of_a_file(cast, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("schema: x\n", encoding="utf-8")
    with pytest.raises(CommandError, match="没有载入"):
        run(str(path), "--county", "999921")


LOADER = """
from agencies.models import Division
from core.errors import Conflict
from duties import actions
from duties.actions import campaigns
from duties.definitions import read
county = Division.objects.get(code="999921")
try:
    loaded = campaigns.load(county=county, definition=read(open({path!r}, "rb").read(), "t"))
    print("loaded" if loaded.changed else "same")
except Conflict:
    print("conflict")
actions.open_ahead()
"""
PREPARE = """
from agencies.actions.county import load_county
from agencies.demo import plan
load_county(plan=plan(), must_change_password=False)
"""
COUNT = """
from duties.models import Campaign, Duty, TaskParty
from core.models import AuditEntry, Change
opened = list(Change.objects.filter(verb="duty.opened").values_list("subject_id", flat=True))
print(Campaign.objects.count(), AuditEntry.objects.filter(verb="campaign.loaded").count(),
      len(opened) - len(set(opened)), Duty.objects.count() - len(set(opened)),
      TaskParty.objects.filter(task__code="T-W").count())
"""


def test_three_loaders_and_schedulers_at_once_load_once(tmp_path, installed, file):
    copytree(installed, tmp_path, dirs_exist_ok=True)
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"MINEWATCH_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "minewatch.settings"}
    env["MINEWATCH_LOG"] = "ERROR"

    def start(*args: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "manage.py", *args], env=env, stdout=subprocess.PIPE, text=True
        )

    def told(process: subprocess.Popen) -> str:
        out, _ = process.communicate(timeout=180)
        assert process.returncode == 0
        return out.strip()

    told(start("shell", "-v0", "-c", PREPARE))
    loaders = [start("shell", "-v0", "-c", LOADER.format(path=file)) for _ in range(3)]
    ended = sorted(told(process) for process in loaders)
    assert ended.count("loaded") == 1
    assert set(ended) <= {"loaded", "same", "conflict"}
    assert told(start("shell", "-v0", "-c", COUNT)).split() == ["1", "1", "0", "0", "3"]


def test_verbs_are_registered_for_the_audit_page():
    for verb in ("loaded", "changed", "ended", "joined", "left", "date_set", "date_confirmed", "drafted"):
        assert audit.VERBS[f"campaign.{verb}"].mutates


def test_read_is_what_load_takes(cast, file):
    assert read(Path(file).read_bytes(), "t") == of_data(CONTENT, "t")
