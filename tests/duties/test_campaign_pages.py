"""Campaign pages: every shipped notice shows, is edited in parts, previewed, put in force, exported."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from duties import definitions
from duties.actions import campaigns as doors
from duties.models import Campaign, Duty, Task
from minewatch.lib.clock import SHANGHAI

FILES = sorted((Path(settings.BASE_DIR) / "duties/campaigns").glob("*.yaml"))
NOW = dt.datetime(2021, 5, 14, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


def load(cast, name="jiaocheng-2021"):
    path = next(one for one in FILES if one.stem == name)
    definition = definitions.read(path.read_text(), path.name)
    return doors.load(county=cast.county, definition=definition).campaign


def page(cast, who, url, status=200):
    answer = cast.client(who).get(url)
    assert answer.status_code == status, (url, answer.status_code)
    return answer.content.decode()


def sent(campaign, **fields):
    campaign.refresh_from_db()
    return {"token": str(uuid.uuid4()), "version": campaign.version} | fields


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_notice_has_its_page_for_every_unit(cast, path):
    campaign = load(cast, path.stem)
    for who in ("office", "nr.officer", "shangwan.head"):
        text = page(cast, who, f"/duties/campaigns/{campaign.pk}/")
        assert all(task.code in text for task in campaign.tasks.all()), who
    assert campaign.name in page(cast, "office", "/duties/campaigns/")
    task = campaign.tasks.first()
    assert task.name in page(cast, "shangwan.head", f"/duties/campaigns/{campaign.pk}/tasks/{task.pk}/")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_notice_is_exported_as_the_file_it_was_loaded_from(cast, path):
    campaign = load(cast, path.stem)
    answer = cast.client("qingshi.filler").get(f"/duties/campaigns/{campaign.pk}/file.yaml")
    again = definitions.read(answer.content.decode(), "again.yaml")
    assert again == definitions.read(path.read_text(), path.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_task_passes_unchanged_through_its_form(cast, path):
    from duties.forms.task_definition import TaskForm

    data = definitions.read(path.read_text(), path.name).data
    for row in data["tasks"]:
        bound = TaskForm.initial_of(row)
        values = {}
        for name, field in TaskForm(draft=data).fields.items():
            value = field.prepare_value(bound.get(name)) if bound.get(name) is not None else None
            if value not in (None, "", [], False):
                values[name] = value
        form = TaskForm(values, draft=data)
        assert form.is_valid(), (row["code"], form.errors)
        assert form.part(row) == row, row["code"]


def test_the_system_administrator_finds_no_campaign(cast):
    campaign = load(cast)
    for who in ("sysadmin", "auditor"):
        page(cast, who, f"/duties/campaigns/{campaign.pk}/", 404)


@pytest.mark.parametrize("who", ["nr.head", "qingshi.head", "shangwan.filler", "police.officer"])
def test_units_read_but_do_not_edit(cast, who):
    campaign = load(cast)
    text = page(cast, who, f"/duties/campaigns/{campaign.pk}/")
    assert f"/duties/campaigns/{campaign.pk}/edit/" not in text and "由专班办公室修改" in text
    for part in ("edit/", "edit/head/", "edit/text/", "edit/tasks/new/", "preview/", "units/"):
        page(cast, who, f"/duties/campaigns/{campaign.pk}/{part}", 403)
    assert cast.client(who).get("/duties/campaigns/new/").status_code == 403


def test_a_campaign_is_made_in_the_browser_from_nothing(cast):
    client = cast.client("office")
    answer = client.post(
        "/duties/campaigns/new/", {"key": "lanshan-2021", "name": "整治行动", "token": str(uuid.uuid4())}
    )
    campaign = Campaign.objects.get(key="lanshan-2021")
    base = f"/duties/campaigns/{campaign.pk}/edit/"
    assert answer["Location"] == base
    assert cast.client("nr.officer").get(f"/duties/campaigns/{campaign.pk}/").status_code == 404
    head = {"name": "整治行动", "starts_on": "2021-05-01", "ends_on": "2021-08-31", "holiday": "keep"}
    steps = [
        ("head/", head),
        ("units/new/", {"key": "townships", "name": "各乡镇", "mode": "each", "kind": "township"}),
        ("units/new/", {"key": "office", "name": "办公室", "mode": "kind", "kind": "joint_office"}),
        ("stages/new/", {"code": "1", "name": "排查", "starts_on": "2021-05-01", "ends_on": "2021-06-30"}),
        (
            "tasks/new/",
            {
                "code": "L-1",
                "kind": "report",
                "name": "排查情况",
                "hosts": ["townships"],
                "to": "office",
                "stage": "1",
                "deadline": "recurring",
                "schedule": "weekly",
                "byday": ["FR"],
                "window": "since_last",
                "proof": "document",
            },
        ),
    ]
    for part, fields in steps:
        done = client.post(base + part, sent(campaign, **fields))
        assert done.status_code == 302, (part, done.context["form"].errors)
    seen = client.get(f"/duties/campaigns/{campaign.pk}/preview/").content.decode()
    assert "任务 1 项" in seen and "还不能生效" not in seen
    assert not Duty.objects.filter(campaign=campaign).exists(), "a preview writes nothing"
    assert client.post(f"/duties/campaigns/{campaign.pk}/preview/", sent(campaign)).status_code == 302
    due = Duty.objects.filter(campaign=campaign, agency__code="qingshi").order_by("due_at").first()
    assert due.due_at.astimezone(SHANGHAI).date() == dt.date(2021, 5, 7)
    assert "排查情况" in page(cast, "qingshi.filler", f"/duties/campaigns/{campaign.pk}/")


def test_an_incomplete_draft_says_what_is_missing_and_cannot_take_force(cast):
    client = cast.client("office")
    client.post("/duties/campaigns/new/", {"key": "x-2021", "name": "整治", "token": str(uuid.uuid4())})
    campaign = Campaign.objects.get(key="x-2021")
    text = page(cast, "office", f"/duties/campaigns/{campaign.pk}/edit/")
    assert "生效前还要改" in text
    assert "还不能生效" in page(cast, "office", f"/duties/campaigns/{campaign.pk}/preview/")
    answer = client.post(f"/duties/campaigns/{campaign.pk}/preview/", sent(campaign))
    assert answer.status_code == 400
    campaign.refresh_from_db()
    assert campaign.status == "draft"


def test_a_file_is_uploaded_as_a_draft_and_a_bad_one_named_by_line(cast):
    from django.core.files.uploadedfile import SimpleUploadedFile as Upload

    good = next(one for one in FILES if one.stem == "shizhong-2021").read_bytes()
    client = cast.client("office")
    bad = good.replace(b"ends_on: 2021-06-28", b"ends_on: 2021-06-01", 1)
    assert bad != good
    answer = client.post(
        "/duties/campaigns/new/", {"file": Upload("sz.yaml", bad), "token": str(uuid.uuid4())}
    )
    assert answer.status_code == 400 and "sz.yaml:" in answer.content.decode()
    assert not Campaign.objects.exists()
    answer = client.post(
        "/duties/campaigns/new/", {"file": Upload("sz.yaml", good), "token": str(uuid.uuid4())}
    )
    assert answer.status_code == 302 and Campaign.objects.get().status == "draft"


def test_editing_a_running_campaign_shows_what_moves_before_it_is_saved(cast):
    campaign = load(cast)
    client = cast.client("office")
    task = campaign.tasks.get(code="JC-R1")
    before = Duty.objects.filter(rule__task=task, status="open").order_by("due_at").first().due_at
    text = page(cast, "office", f"/duties/campaigns/{campaign.pk}/edit/text/")
    assert "18:00" in text
    data = (
        definitions.dump(definitions.Definition(campaign.definition))
        .replace('"18:00"', '"17:00"')
        .replace("'18:00'", "'17:00'")
    )
    done = client.post(f"/duties/campaigns/{campaign.pk}/edit/text/", sent(campaign, text=data))
    assert done.status_code == 302, done.content.decode()[:2000]
    shown = page(cast, "office", f"/duties/campaigns/{campaign.pk}/preview/")
    assert "改期" in shown and "2021-05-15 18:00 → 2021-05-15 17:00" in shown
    assert Duty.objects.filter(rule__task=task, due_at=before).exists(), "nothing moved yet"
    assert client.post(f"/duties/campaigns/{campaign.pk}/preview/", sent(campaign)).status_code == 302
    assert not Duty.objects.filter(rule__task=task, due_at=before, status="open").exists()


def test_of_two_who_edit_one_gets_the_conflict_and_keeps_the_text(cast):
    campaign = load(cast)
    client = cast.client("office")
    stale = sent(campaign, name="新名称", starts_on="2021-04-01", holiday="keep")
    other = sent(campaign, name="别的名称", starts_on="2021-04-01", holiday="keep")
    assert client.post(f"/duties/campaigns/{campaign.pk}/edit/head/", other).status_code == 302
    answer = cast.client("leader").post(f"/duties/campaigns/{campaign.pk}/edit/head/", stale)
    assert answer.status_code == 409 and "新名称" in answer.content.decode()


def test_a_draft_is_thrown_away_without_touching_what_is_in_force(cast):
    campaign = load(cast)
    client = cast.client("office")
    client.post(
        f"/duties/campaigns/{campaign.pk}/edit/head/",
        sent(campaign, name="新名称", starts_on="2021-04-01", holiday="keep"),
    )
    assert client.post(f"/duties/campaigns/{campaign.pk}/edit/discard/", sent(campaign)).status_code == 302
    campaign.refresh_from_db()
    assert campaign.draft is None and campaign.name != "新名称"


def test_an_impossible_date_is_shown_as_written_until_a_person_confirms_it(cast):
    with time_machine.travel(dt.datetime(2019, 7, 1, 9, tzinfo=SHANGHAI), tick=False):
        campaign = load(cast, "xinbin-2019")
        task = campaign.tasks.filter(deadline="impossible").first()
        url = f"/duties/campaigns/{campaign.pk}/tasks/{task.pk}/"
        text = page(cast, "nr.officer", url)
        assert "2019年9月31日" in text and "没有这一天" in text and "2019年9月30日" in text
        assert cast.client("nr.officer").get(f"{url}date/").status_code == 403
        done = cast.client("office").post(f"{url}date/", {"on": "2019-09-30", "basis": "电话请示"})
        assert done.status_code == 302
        due = Duty.objects.get(rule__task=task, agency__code="nr")
    assert due.due_at.astimezone(SHANGHAI).date() == dt.date(2019, 9, 30)
    assert Task.objects.get(pk=task.pk).confirmed_by.username == "office"


def test_an_open_frequency_has_no_date_until_the_organ_sets_one(cast):
    with time_machine.travel(dt.datetime(2021, 6, 11, 9, tzinfo=SHANGHAI), tick=False):
        campaign = load(cast, "shizhong-2021")
        task = campaign.tasks.get(code="SZ-R4")
        assert not Duty.objects.filter(rule__task=task).exists()
        url = f"/duties/campaigns/{campaign.pk}/tasks/{task.pk}/day/"
        fields = {"kind": "monthly", "day": "5", "from_": "2021-06-20", "basis": "领导小组会议"}
        assert cast.client("office").post(url, fields).status_code == 302
        rule = Task.objects.get(pk=task.pk).rule
    assert rule.schedule["days"] == [5] and rule.valid_from == dt.date(2021, 6, 20)


def test_a_unit_joins_and_owes_nothing_from_before(cast):
    campaign = load(cast, "jiaocheng-2021")
    fields = {
        "way": "join",
        "agency": cast.unit("ecology").pk,
        "task": "JC-R1",
        "side": "host",
        "on": "2021-05-20",
    }
    done = cast.client("office").post(f"/duties/campaigns/{campaign.pk}/units/", fields)
    assert done.status_code == 302, done.context["form"].errors
    dues = Duty.objects.filter(campaign=campaign, agency__code="ecology").order_by("due_at")
    assert dues and dues[0].due_at.astimezone(SHANGHAI).date() == dt.date(2021, 5, 30)


def test_ending_needs_its_reason_and_keeps_what_was_due(cast):
    campaign = load(cast)
    client = cast.client("office")
    assert client.post(f"/duties/campaigns/{campaign.pk}/end/", sent(campaign, reason=" ")).status_code == 400
    assert (
        client.post(f"/duties/campaigns/{campaign.pk}/end/", sent(campaign, reason="合并")).status_code == 302
    )
    campaign.refresh_from_db()
    assert campaign.status == "ended"
    assert Duty.objects.filter(campaign=campaign, due_at__lt=NOW).exists()
    assert not Duty.objects.filter(
        campaign=campaign, status="open", due_at__gt=NOW + dt.timedelta(days=1)
    ).exists()
    assert "单位加入、退出" not in page(cast, "office", f"/duties/campaigns/{campaign.pk}/")


def test_the_tasks_are_exported_as_a_workbook(cast):
    campaign = load(cast)
    answer = cast.client("qingshi.head").get(f"/duties/campaigns/{campaign.pk}/tasks.xlsx")
    assert answer.status_code == 200 and b"".join(answer.streaming_content)[:2] == b"PK"
