"""A campaign that nobody has seen before, written here: one file, no code."""

import datetime as dt

import pytest
import time_machine
from django.core.management import CommandError, call_command

from duties.actions import opening
from duties.models import Campaign, Duty
from minewatch.lib.clock import SHANGHAI

TEXT = """
schema: minewatch/campaign/1
key: river-sand-2026
name: 示范县河道非法采砂百日整治行动方案
number: 示政办发〔2026〕18号
organ: 示范县人民政府办公室
signed_on: 2026-03-02
starts_on: 2026-03-01
ends_on: 2026-06-08
stages_may_overlap: true
holiday: next
basis: [示范市河道采砂管理办法]
units:
  water: {name: 县水利局, kind: water}
  police: {name: 县公安局, kind: police}
  transport: {name: 县交通运输局, kind: transport}
  office: {name: 行动办公室, kind: joint_office}
  townships: {name: 各乡镇, each: township}
  helpers: {name: 配合单位, of: [police, transport]}
  fleet: {name: 各运砂企业, actor: true}
bodies:
  - {key: group, name: 百日整治行动领导小组, kind: leading_group, paragraph: 二,
     posts: [{title: head, unit: water, duty: 局长}]}
stages:
  - {code: "1", name: 摸底, starts_on: 2026-03-01, ends_on: 2026-03-20, paragraph: 三（一）}
  - {code: "2", name: 整治, starts_on: 2026-03-16, ends_on: 2026-06-08, paragraph: 三（二）}
tasks:
  - code: HS-1
    kind: task
    name: 采砂点登记
    text: 逐河段登记采砂点。
    paragraph: 三（一）
    stage: "1"
    hosts: [townships]
    with: [water]
    deadline: {kind: stage_end}
    proof: items
    objects:
      title: 采砂点清单
      site_kinds: [river]
      growing: true
      categories: [close, rectify]
      questions: [{code: permit, label: 有无河道采砂许可证}]
  - code: HS-2
    kind: report
    name: 半月进展
    text: 每月5日、20日17时前报送。
    paragraph: 四
    hosts: [townships, water]
    to: office
    deadline:
      kind: recurring
      schedule: {kind: monthly, days: [5, 20], at: "17:00", window: since_last}
  - code: HS-3
    kind: inspection
    name: 联合检查
    text: 行动期间不少于3次。
    paragraph: 三（二）
    stage: "2"
    hosts: [water]
    with: [helpers]
    deadline: {kind: quota, at_least: 3, by: 2026-05-31}
    proof: inspection
  - code: HS-4
    kind: task
    name: 制砂船拆解验收准备
    text: 行动结束前十日备齐。
    paragraph: 五
    hosts: [water, fleet]
    joint: true
    deadline: {kind: before, what: campaign_end, days: 10}
milestones:
  - {code: HS-G1, text: 主要河段无非法采砂, on: 2026-06-08, paragraph: 一}
violations:
  - {code: no_permit, name: 无河道采砂许可证采砂, paragraph: 一}
routes:
  - {matter: 涉嫌犯罪的采砂案件, violation: no_permit, type: CRIMINAL, from: water, to: police, paragraph: 五}
"""


def at(*parts):
    return dt.datetime(*parts, tzinfo=SHANGHAI)


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "river-sand-2026.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_file_passes_the_check(path, capsys):
    call_command("check_campaign", str(path))
    assert "通过" in capsys.readouterr().out


def test_one_wrong_word_is_told_with_its_line(path, capsys):
    path.write_text(TEXT.replace("hosts: [water, fleet]", "hosts: [wasser, fleet]"))
    line = TEXT[: TEXT.index("hosts: [water, fleet]")].count("\n") + 1
    with pytest.raises(CommandError):
        call_command("check_campaign", str(path))
    told = capsys.readouterr().err
    assert f"{path.name}:{line}" in told
    assert "wasser" in told


def test_loads_and_owes_without_code(cast, path):
    with time_machine.travel(at(2026, 3, 2, 9), tick=False):
        call_command("load_campaign", str(path), county="999921")
    with time_machine.travel(at(2026, 6, 8, 9), tick=False):
        opening.open_ahead()
    campaign = Campaign.objects.get(key="river-sand-2026")
    codes = {f"999921/river-sand-2026/{task.code}": task.code for task in campaign.tasks.all()}
    owed = {
        (codes[duty.key.split(":")[0]], duty.agency.code, f"{duty.due_at.astimezone(SHANGHAI):%m-%d %H:%M}")
        for duty in Duty.objects.filter(campaign=campaign).select_related("agency")
    }
    # 04-05 is 清明 (off to 04-06), 06-05 a Friday; 03-20 … 05-20 workdays; 05-05 is a holiday (next: 05-06)
    halves = ("03-05", "03-20", "04-07", "04-20", "05-06", "05-20", "06-05")
    towns = ("qingshi", "baiyang", "huangsha")
    assert owed == {
        *(("HS-1", unit, "03-20 23:59") for unit in towns),
        *(("HS-2", unit, f"{day} 17:00") for unit in (*towns, "water") for day in halves),
        ("HS-3", "water", "06-01 23:59"),  # 05-31 is a Sunday
        ("HS-4", "water", "05-29 23:59"),
    }
    assert Duty.objects.get(campaign=campaign, rule__task__code="HS-3").needed == 3


def test_loading_it_again_changes_nothing(cast, path):
    with time_machine.travel(at(2026, 3, 2, 9), tick=False):
        call_command("load_campaign", str(path), county="999921")
        before = list(Duty.objects.order_by("pk").values())
        call_command("load_campaign", str(path), county="999921")
    assert list(Duty.objects.order_by("pk").values()) == before


def test_dry_run_writes_nothing(cast, path):
    with time_machine.travel(at(2026, 3, 2, 9), tick=False):
        call_command("load_campaign", str(path), county="999921", dry_run=True)
    assert not Campaign.objects.filter(key="river-sand-2026").exists()


def test_shifted_to_another_year_keeps_days_of_the_month(cast, path):
    with time_machine.travel(at(2027, 3, 1, 9), tick=False):
        call_command("load_campaign", str(path), county="999921", shift_to="2027-03-01")
    campaign = Campaign.objects.get(key="river-sand-2026")
    assert (campaign.starts_on, campaign.ends_on, campaign.shifted_days) == (
        dt.date(2027, 3, 1),
        dt.date(2027, 6, 8),
        365,
    )
