"""Campaign files: every fault is named with its line and its mend; what is written is read back the same."""

from __future__ import annotations

import datetime as dt
import json
import time
from copy import deepcopy
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.models import AgencyKind, Body, Post
from duties.definitions import BadCampaign, Definition, check, dump, read
from duties.definitions.shape import SCHEMA, complaints
from duties.definitions.timing import due_day, timing
from duties.models import Task
from duties.states import CampaignStatus

SHIPPED = sorted((Path(__file__).parents[2] / "duties" / "campaigns").glob("*.yaml"))
GOOD = """\
schema: minewatch/campaign/1
key: test-2026
name: 测试专项行动
signed_on: 2026-10-08
starts_on: 2026-10-01
ends_on: 2027-03-31
units:
  nr: {name: 县自然资源局, kind: natural_resources}
  police: {name: 县公安局, kind: police}
  townships: {name: 各乡镇, each: township}
  all: {name: 各单位, of: [nr, police, townships]}
  mines: {name: 各矿山企业, actor: true}
stages:
  - {code: "1", name: 第一阶段, starts_on: 2026-10-01, ends_on: 2026-10-31}
  - {code: "2", name: 第二阶段, starts_on: 2026-11-01, ends_on: 2027-03-31}
tasks:
  - code: T-1
    kind: report
    name: 周报
    hosts: [townships]
    with: [police]
    to: nr
    stage: "1"
    deadline: {kind: recurring, schedule: {kind: weekly, byday: [FR], at: "18:00"}}
  - code: T-2
    kind: task
    name: 总结
    hosts: [nr]
    deadline: {kind: before, what: "task:T-3", days: 5}
  - code: T-3
    kind: task
    name: 验收
    hosts: [nr]
    stage: "2"
    deadline: {kind: stage_end}
"""


def problems(text: str | bytes) -> list[str]:
    """The lines of a refusal, without the file's name."""
    with pytest.raises(BadCampaign) as refused:
        read(text, "f")
    return [line.removeprefix("f:") for line in refused.value.lines]


def changed(old: str, new: str) -> str:
    """The good file with one text replaced."""
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def line_of(text: str, needle: str) -> int:
    """The number of the first line with `needle`."""
    return next(n for n, line in enumerate(text.splitlines(), start=1) if needle in line)


def test_a_good_file_is_read():
    definition = read(GOOD, "f")
    assert (definition.key, definition.signed_on, list(definition.tasks)) == (
        "test-2026",
        dt.date(2026, 10, 8),
        ["T-1", "T-2", "T-3"],
    )
    assert definition.binds_from == dt.date(2026, 10, 8)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_pass_and_are_written_back_the_same(path):
    definition = read(path.read_bytes(), path.name)
    text = dump(definition)
    assert read(text, "again") == definition
    assert dump(read(text, "again")) == text
    assert definition.data["name"] in text  # Chinese stays readable


@pytest.mark.parametrize(
    ("old", "new", "needle", "words"),
    [
        ("name: 测试", "nam: 测试", "nam:", "是否应为 name"),
        ("key: test-2026", "key: Test 2026", "Test", "小写字母"),
        ("schema: minewatch/campaign/1", "schema: minewatch/campaign/2", "campaign/2", "只能写"),
        ("kind: natural_resources", "kind: natural_resorces", "resorces", "是否应为 natural_resources"),
        ("kind: report", "kind: raport", "raport", "是否应为 report"),
        ("name: 周报", "name: 12", "name: 12", "数字请加引号"),
        ("name: 周报", "name: null", "name: null", "应为文字"),
        ("hosts: [townships]", "hosts: []", "hosts: []", "列表是空的"),
        ("hosts: [townships]", "hosts: townships", "hosts: townships", "应为列表"),
        ("hosts: [townships]", "hosts: [township]", "hosts: [township]", "是否应为 townships"),
        ("hosts: [nr]", "hosts: [nr, nr]", "hosts: [nr, nr]", "有重复"),
        ("to: nr", "to: townships", "to: townships", "不是一个单位"),
        ("to: nr", "to: mines", "to: mines", "不是一个单位"),
        ("to: nr", "to: office", "to: office", "没有定义"),
        ("with: [police]", "with: [townships]", "with: [townships]", "既是牵头单位又是配合单位"),
        ("hosts: [townships]", "hosts: [mines]", "hosts: [mines]", "系统外的行为人"),
        ('stage: "1"', 'stage: "3"', 'stage: "3"', "没有定义"),
        ('stage: "1"', "stage: 1", "stage: 1", "数字请加引号"),
        ("ends_on: 2027-03-31\nunits", "ends_on: 2026-09-30\nunits", "ends_on: 2026-09-30", "早于开始日期"),
        ("signed_on: 2026-10-08", "signed_on: 2027-10-08", "signed_on", "晚于结束日期"),
        ("signed_on: 2026-10-08", "signed_on: 2026年10月8日", "signed_on", "写作 2021-04-30"),
        ("signed_on: 2026-10-08", "signed_on: 2026-2-30", "signed_on", "写作 2021-04-30"),
        ("signed_on: 2026-10-08", "signed_on: 2026-02-30", "signed_on", "是否应为 2026-02-28"),
        ("starts_on: 2026-10-01\n", "starts_on: 0026-10-01\n", "starts_on: 0026", "年份不合理"),
        ("ends_on: 2026-10-31", "ends_on: 2026-09-01", "2026-09-01", "早于开始日期"),
        ("starts_on: 2026-11-01", "starts_on: 2026-10-31", "starts_on: 2026-10-31", "stages_may_overlap"),
        ("code: T-2", "code: T-1  # again", "again", "用了两次"),
        ('code: "2"', 'code: "1"', "name: 第二阶段", "阶段代码 1 用了两次"),
        ("of: [nr, police, townships]", "of: [nr, all]", "of: [nr, all]", "绕回了自己"),
        ("of: [nr, police, townships]", "of: [nr, water]", "of: [nr, water]", "没有定义"),
        ("actor: true", "of: [nr], kind: police", "of: [nr], kind", "之一"),
        ("task:T-3", "task:T-9", "task:T-9", "没有定义"),
        ("task:T-3", "task:T-2", "task:T-2", "绕回了自己"),
        ("task:T-3", "task:T-1", "task:T-1", "没有单一的日期"),
        ("task:T-3", "stage:9", "stage:9", "没有定义"),
        ("task:T-3", "later", "later", "campaign_end"),
        ("byday: [FR]", "byday: [XX]", "byday: [XX]", "可写：MO"),
        ("byday: [FR], ", "", "schedule: {kind: weekly, at", "weekly 须写byday"),
        ("kind: weekly, byday: [FR]", "kind: yearly, month: 9, day: 1", "month: 9", "一次也不会到期"),
        ('at: "18:00"', 'at: "25:00"', "25:00", "24 小时制"),
        ("kind: stage_end", "kind: fixed, on: 2026-09-31", "2026-09-31", "suggested 写 2026-09-30"),
        ("kind: stage_end", "kind: fixed", "kind: fixed", "缺少 on"),
        ("kind: stage_end", "kind: quota, at_least: 2", "quota", "by（到哪一天）或 per"),
        ("kind: stage_end", "kind: quota, at_least: 0, per: month", "at_least: 0", "不能小于 1"),
        (
            "kind: stage_end",
            "kind: quota, at_least: 2, by: 2026-12-01, from: 2026-12-02",
            "from:",
            "早于 from",
        ),
        ("kind: stage_end", "kind: open, per: day", "per: day", "可写：week"),
        ("kind: stage_end", "kind: fixed, on: 2026-12-01, per: week", "per: week", "不认识的键 per"),
        ("kind: stage_end", "kind: sometimes", "sometimes", "可写：fixed"),
    ],
)
def test_a_fault_is_named_with_its_line_and_its_mend(old, new, needle, words):
    text = changed(old, new)
    found = problems(text)
    here = [line for line in found if line.startswith(f"{line_of(text, needle.strip())}：")]
    assert any(words in line for line in here), found


def test_one_fault_is_told_once():
    assert len(problems(changed("hosts: [townships]", "hosts: [township]"))) == 1
    assert len(problems(changed("kind: natural_resources", "kind: x"))) == 1


def test_all_faults_are_told_at_once():
    text = changed("name: 周报", "nome: 周报").replace("police, kind: police", "police, kind: polis")
    text = text.replace("byday: [FR]", "byday: [FX]").replace(
        "ends_on: 2027-03-31\n", "ends_on: 2020-01-01\n"
    )
    words = "\n".join(problems(text.replace("kind: police}", "kind: polis}")))
    for needle in ("缺少 name", "不认识的键 nome", "polis", "FX", "早于开始日期"):
        assert needle in words


def test_overlapping_stages_pass_where_the_notice_allows_them():
    text = changed("starts_on: 2026-11-01", "starts_on: 2026-10-20")
    assert problems(text)
    assert read(text.replace("stages:", "stages_may_overlap: true\nstages:", 1), "f")


def test_an_open_ended_campaign_has_no_end_to_count_from():
    text = changed("ends_on: 2027-03-31\nunits", "ends_on: null\nunits")
    assert read(text, "f").ends_on is None
    assert "没有结束日期" in problems(text.replace("task:T-3", "campaign_end"))[0]
    assert "没有写阶段" in problems(text.replace('    stage: "2"\n', ""))[0]


def test_only_an_inspection_is_an_acceptance():
    text = changed("    name: 验收\n", "    name: 验收\n    proof: acceptance\n")
    (line,) = problems(text)
    assert "凭据为 acceptance 但不是检查" in line and "kind 写 inspection" in line
    head = "  - code: T-3\n    kind: "
    assert read(text.replace(f"{head}task", f"{head}inspection"), "f").tasks["T-3"].proof == "acceptance"


def test_a_schedule_of_an_open_ended_campaign_has_to_fire_within_three_years():
    text = changed("ends_on: 2027-03-31\nunits", "ends_on: null\nunits")
    late = "schedule: {kind: once, on: 2031-01-01}}"
    assert read(
        text.replace('schedule: {kind: weekly, byday: [FR], at: "18:00"}}', late.replace("2031", "2028")), "f"
    )
    assert "三年内" in problems(text.replace('schedule: {kind: weekly, byday: [FR], at: "18:00"}}', late))[0]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "没有内容"),
        ("- 1\n", 1, "不是一组"),
        ("a: 1\na: 2\n", 2, "写了两次，前一处在第 1 行"),
        ("a:\n\t- 1\n", 2, "制表符"),
        ("a: &x 1\nb: *x\n", 1, "锚点"),
        ("b: *x\n", 1, "引用"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "类型标记"),
        ("a: 1\n---\nb: 1\n", 2, "几份文档"),
        ("a: [1, 2\nb: 3\n", 1, "格式不正确"),
        ('a: "x\n', 1, "格式不正确"),
        ("a: b: c\n", 1, "冒号"),
        ("? [a]\n: b\n", 1, "键不是一个词"),
        ("a: " + "[" * 40 + "]" * 40, 1, "嵌套超过"),
        ('name: "a\\0b"\n', 1, "控制字符"),
        ('name: "\\ud800"\n', 1, "格式不正确"),
        ("name: a\x07b\n", 1, "控制字符"),
        (b"name: \xff\xfe\n", 1, "UTF-8"),
        ("schema: x\nname: 甲\n".encode("gb18030"), 2, "UTF-8"),
        ("# " + "x" * 1_000_001, 1, "超过 1 MB"),
    ],
)
def test_text_that_is_no_plain_yaml_is_refused(text, line, words):
    assert any(words in found and (not line or found.startswith(f"{line}：")) for found in problems(text))


def test_a_bomb_of_rows_or_brackets_is_refused_at_once():
    began = time.perf_counter()
    assert "超过 500 项" in problems(GOOD + "routes:\n" + "  - {}\n" * 100_000)[0]
    assert problems("a: " + "{a: " * 50_000)
    assert time.perf_counter() - began < 20


def test_a_file_with_a_byte_order_mark_and_windows_lines_is_read():
    assert read(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), "f") == read(GOOD, "f")


def test_what_was_not_read_from_a_file_is_told_by_its_place():
    data = deepcopy(read(GOOD, "f").data)
    data["tasks"][0]["deadline"]["schedule"]["byday"] = []
    found = check(data)
    assert [(problem.line, problem.path) for problem in found] == [
        (0, ("tasks", 0, "deadline", "schedule", "byday"))
    ]
    assert found[0].text.startswith("任务“T-1”的 deadline.schedule.byday：")
    assert check("x")
    assert check({})


def test_every_day_moves_and_nothing_else():
    text = GOOD + (
        "milestones:\n  - {code: M-1, text: 目标, on: 2026-12-31}\n"
        "routes:\n  - {matter: 线索, type: CRIMINAL, from: nr, to: police}\n"
    )
    text = text.replace("kind: stage_end", "kind: impossible, raw: 2026年9月31日前, suggested: 2026-09-30")
    text = text.replace("task:T-3", "stage:2")
    text = text.replace("byday: [FR]", "byday: [FR]").replace(
        "kind: weekly, byday: [FR]", "kind: every, n: 2, start: 2026-10-08"
    )
    before, moved = read(text, "f"), read(text, "f").shifted(31)
    days = dt.timedelta(days=31)
    assert moved.starts_on == before.starts_on + days
    assert (moved.signed_on, moved.ends_on) == (before.signed_on + days, before.ends_on + days)
    assert moved.stages["2"].ends_on == before.stages["2"].ends_on + days
    assert moved["milestones"][0]["on"] == "2027-01-31"
    assert moved.tasks["T-1"].deadline["schedule"]["start"] == "2026-11-08"
    assert moved.tasks["T-3"].deadline == {
        "kind": "impossible",
        "raw": "2026年9月31日前",
        "suggested": "2026-10-31",
    }
    assert moved["routes"] == before["routes"]
    assert before.shifted(31).shifted(-31) == before
    assert before.shifted_to(dt.date(2026, 11, 1)) == (moved, 31)


def test_deadlines_become_schedules():
    definition = read(GOOD, "f")
    tasks = definition.tasks
    assert due_day(definition, tasks["T-3"]) == dt.date(2027, 3, 31)
    assert due_day(definition, tasks["T-2"]) == dt.date(2027, 3, 26)
    weekly = timing(definition, tasks["T-1"])
    assert weekly.schedule == {"kind": "weekly", "byday": ["FR"], "at": "18:00", "opens": "2026-10-01"}
    assert (weekly.valid_from, weekly.valid_to) == (dt.date(2026, 10, 8), dt.date(2027, 3, 31))


@pytest.mark.parametrize(
    ("per", "schedule"),
    [
        ("week", {"kind": "weekly", "byday": ["SU"]}),
        ("month", {"kind": "monthly", "days": [31]}),
        ("quarter", {"kind": "quarterly"}),
        ("half_year", {"kind": "half_yearly"}),
        ("year", {"kind": "yearly", "month": 12, "day": 31}),
    ],
)
def test_a_quota_per_period_is_due_with_its_last_day(per, schedule):
    definition = read(
        changed("kind: stage_end", f"kind: quota, at_least: 2, per: {per}").replace("task:T-3", "stage:2"),
        "f",
    )
    found = timing(definition, definition.tasks["T-3"]).schedule
    assert found == {**schedule, "window": "current", "opens": "2026-10-01"}
    assert definition.tasks["T-3"].needed == 2


def test_the_campaigns_holiday_policy_is_the_roll_unless_a_schedule_has_its_own():
    text = changed("units:", "holiday: previous\nunits:")
    definition = read(text, "f")
    assert timing(definition, definition.tasks["T-1"]).schedule["roll"] == "prev"
    own = read(text.replace("byday: [FR]", "byday: [FR], roll: next"), "f")
    assert timing(own, own.tasks["T-1"]).schedule["roll"] == "next"
    assert "roll" not in timing(read(GOOD, "f"), definition.tasks["T-1"]).schedule


def test_the_published_schema_knows_the_models_choices():
    defs = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    assert set(defs["agency_kind"]["enum"]) == set(AgencyKind.values) - {"system"}
    assert set(defs["task"]["properties"]["kind"]["enum"]) == set(Task.Kind.values) - {"milestone"}
    assert set(defs["deadline"]["properties"]["kind"]["enum"]) == set(Task.Deadline.values)
    assert set(defs["body"]["properties"]["kind"]["enum"]) == set(Body.Kind.values)
    assert set(defs["post"]["properties"]["title"]["enum"]) == set(Post.Title.values)
    assert CampaignStatus.DRAFT == "draft"


def test_every_constraint_of_the_schema_is_told_in_chinese():
    data = {"schema": 1, "key": "", "units": {"A b": {}}, "tasks": [{"code": "a b", "hosts": [1, 1]}], "x": 1}
    found = list(complaints(data))
    assert len(found) > 8
    for _, what, mend in found:
        assert not any(word in what + mend for word in ("property", "match", "valid", "required"))


TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x7f\x85\u2028\u2029\ufeff"),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(
    TEXT,
    TEXT,
    st.sampled_from(["18:00", "null", "on", "2026-09-31", "1e3", "0x1F", "1", "~", "- a", "#", "a: b"]),
)
def test_any_text_is_written_and_read_back(name, note, odd):
    data = deepcopy(read(GOOD, "f").data)
    data["name"], data["notes"] = name, [note, odd, f"{note}\n{odd}"]
    definition = Definition(data)
    if not check(data):
        assert read(dump(definition), "f") == definition


def test_the_command_names_file_and_line_and_fails(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text(changed("kind: report", "kind: raport"), encoding="utf-8")
    out, err = StringIO(), StringIO()
    call_command("check_campaign", str(good), stdout=out)
    assert "通过，2 个阶段、3 项任务" in out.getvalue()
    with pytest.raises(CommandError, match="1 处问题") as failed:
        call_command("check_campaign", str(good), str(bad), stdout=out, stderr=err)
    assert failed.value.returncode == 1
    assert err.getvalue().startswith(f"{bad}:{line_of(GOOD, 'kind: report')}：任务“T-1”的 kind：")
    with pytest.raises(CommandError, match="不存在"):
        call_command("check_campaign", str(tmp_path / "none.yaml"))
    with pytest.raises(CommandError, match="无法读取"):
        call_command("check_campaign", str(tmp_path))
