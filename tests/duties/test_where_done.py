"""The one tap from a duty to where it is done, and that it can be done there."""

import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import DomainError
from duties import acts
from duties.actions import campaigns, filings
from duties.holders import holders
from duties.models import Campaign, Duty, Filing, ItemList, Task
from minewatch.lib.clock import SHANGHAI
from tests.duties.notices import BY_KEY, NOTICES, rows
from tests.duties.test_five_loaded import load, morning, run, units

KEYS = [told.key for told in NOTICES]
PDF = b"%PDF-1.4 done"
#: undated things that are worked off in a list of objects; the others are closed by a paper
LISTED = {"XB-2", "PG-1.3"}
#: tasks over objects, read from the texts: 清单、台账、名单、登记册、详单 (domain.md A.8)
OVER_OBJECTS = {
    "xinbin-2019": {"XB-2", "XB-Q1", "XB-Q1a"},
    "shizhong-2021": {"SZ-5", "SZ-7"},
    "pianguan-2022": {"PG-1.3", "PG-4.4"},
    "jiaocheng-2021": {"JC-3", "JC-7", "JC-7a", "JC-7b"},
    "luzhai-2022": {"LZ-3", "LZ-7", "LZ-8"},
}


def test_a_task_with_objects_opens_its_lists_not_the_upload_of_papers(db):
    duty = Duty(pk=7, kind="task", proof_kind="items.12")
    assert acts.link(duty) == ("/duties/lists/?task=12", "去办清单")


def test_a_task_closed_by_papers_opens_their_upload(db):
    duty = Duty(pk=7, kind="task", proof_kind="task.12")
    assert acts.link(duty) == ("/duties/7/file/", "报送材料")


def test_the_lists_page_draws_up_a_list_for_the_task_it_shows(cast):
    campaign = Campaign.objects.create(
        county=cast.county, key="jc", name="专项行动", starts_on=dt.date(2021, 4, 1), status="running"
    )
    task = Task.objects.create(
        campaign=campaign, code="JC-7b", kind="task", name="废弃矿井", deadline="stage_end", role="officer"
    )
    client = cast.client("nr.officer")
    page = client.get(f"/duties/lists/?task={task.pk}").content.decode()
    assert f'href="/duties/lists/new/?task={task.pk}"' in page
    assert 'href="/duties/lists/new/"' in client.get("/duties/lists/").content.decode()
    assert 'href="/duties/lists/new/"' in client.get("/duties/lists/?task=999").content.decode()


def test_a_campaign_names_a_unit_out_of_reach_without_a_way_to_its_page(cast):
    campaign = Campaign.objects.create(
        county=cast.county, key="jc", name="专项行动", starts_on=dt.date(2021, 4, 1), status="running"
    )
    start = dt.datetime(2021, 4, 1, tzinfo=SHANGHAI)
    for unit, recipient in (("nr", "qingshi"), ("qingshi", "office")):
        Duty.objects.create(
            key=unit, kind="task", title="核查", campaign=campaign, agency=cast.unit(unit), role="officer",
            recipient=cast.unit(recipient), proof_kind="task.1", window_start=start,
            window_end=start + dt.timedelta(days=9), due_at=start + dt.timedelta(days=9),
        )  # fmt: skip
    page = cast.client("qingshi.filler").get(f"/duties/campaigns/{campaign.pk}/").content.decode()
    assert 'data-label="单位">自然资源局</td>' in page
    assert f'href="/duties/units/qingshi/?campaign={campaign.pk}"' in page
    office = cast.client("office").get(f"/duties/campaigns/{campaign.pk}/").content.decode()
    assert f'href="/duties/units/nr/?campaign={campaign.pk}"' in office


# -- undated things to be done once, of the five notices -------------------------------------------


def waiting(client) -> dict[str, tuple[str, str]]:
    """title → (address, word) of everything on the to-do pages."""
    found, url = {}, "/todo/"
    while url:
        page = client.get(url)
        assert page.status_code == 200
        for group in page.context["groups"]:
            found |= {item.title: (item.act_url, item.act_label) for item in group["items"]}
        following = page.context["page"].get("next_url")
        url = f"/todo/{following}" if following and following.startswith("?") else following
    return found


def task_page(cast, who, task) -> str:
    return cast.client(who).get(f"/duties/campaigns/{task.campaign_id}/tasks/{task.pk}/").content.decode()


@pytest.mark.parametrize("key", KEYS)
def test_from_the_to_do_page_every_undated_thing_is_done_in_the_browser(cast, key):
    campaign = load(cast, key)
    day = morning(BY_KEY[key].binds + dt.timedelta(days=1))
    run(day.date())
    undated = [row for row in rows(key) if row.once]
    assert undated
    with time_machine.travel(day, tick=False):
        for row in undated:
            task = campaign.tasks.get(code=row.code)
            owed = Duty.objects.filter(campaign=campaign, title=task.name, due_at=None).select_related(
                "agency"
            )
            assert [duty.agency.code for duty in owed.order_by("pk")] == units(row.hosts)[
                : 1 if row.joint else None
            ]
            for duty in owed:
                done_by_hand(cast, row.code, task, duty)


def done_by_hand(cast, code, task, duty):
    client = cast.client(holders(duty)[0].username)
    url, word = waiting(client)[task.name]
    page = client.get(url)
    assert page.status_code == 200, (code, url)
    if code in LISTED:
        assert (url, word) == (f"/duties/lists/?task={task.pk}", "去办清单")
        new = f"/duties/lists/new/?task={task.pk}"
        assert f'href="{new}"' in page.content.decode()
        form = client.get(new).context["form"]
        sent = {name: form.initial.get(name) or "" for name in form.fields}
        made = client.post(new, sent, follow=True)
        assert ItemList.objects.filter(task=task, agency=duty.agency).exists(), made.content.decode()
        return
    assert (url, word) == (f"/duties/{duty.pk}/file/", "报送材料")
    files = page.context["form"].fields["files"]
    assert (
        files.required
        and "可不填" not in re.search(r'<label for="id_files">.*?</label>', page.content.decode())[0]
    )
    papers = [
        SimpleUploadedFile(f"材料{n}.pdf", PDF) for n in range(max(1, len(task.spec.get("papers") or [])))
    ]
    answer = client.post(url, {"files": papers, "note": ""})
    duty.refresh_from_db()
    assert (answer.status_code, duty.status) == (302, "fulfilled"), (code, duty.agency)
    # done, it opens what was handed in
    filing = Filing.objects.get(duty=duty)
    assert acts.link(duty, f"/duties/filings/{filing.pk}/")[0] == f"/duties/filings/{filing.pk}/"


@pytest.mark.parametrize(
    ("code", "url"), [("XB-2", "/duties/lists/?task={task}"), ("XB-4", "/duties/{duty}/file/")]
)
def test_a_thing_that_got_its_day_later_is_done_in_the_same_place(cast, code, url):
    campaign = load(cast, "xinbin-2019")
    task = campaign.tasks.get(code=code)
    with time_machine.travel(morning(dt.date(2019, 7, 1)), tick=False):
        campaigns.confirm_date(task=task, on=dt.date(2019, 9, 30), by=cast.office, basis="经核对原件")
        run(dt.date(2019, 7, 1))
        (duty,) = Duty.objects.open().filter(campaign=campaign, title=task.name)
        assert duty.due_at and duty.subject_kind == "duties.task"
        found = waiting(cast.client("nr.officer"))[task.name]
        assert found[0] == url.format(task=task.pk, duty=duty.pk)
        page = cast.client("nr.officer").get(f"/duties/{duty.pk}/").content.decode()
        assert f'href="{found[0]}"' in page


# -- lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_the_page_of_a_task_over_objects_leads_to_its_lists(cast, key):
    campaign = load(cast, key)
    said = {task.code for task in campaign.tasks.filter(spec__objects__isnull=False)}
    assert said == OVER_OBJECTS[key]
    with time_machine.travel(morning(BY_KEY[key].binds), tick=False):
        for task in campaign.tasks.exclude(kind="milestone"):
            page = (
                cast.client("office")
                .get(f"/duties/campaigns/{campaign.pk}/tasks/{task.pk}/")
                .content.decode()
            )
            over = task.code in said
            assert (f'href="/duties/lists/?task={task.pk}">去办清单' in page) == over, task.code
            assert (f'href="/duties/lists/new/?task={task.pk}">建立清单' in page) == over, task.code


def test_who_has_no_part_in_it_sees_the_lists_and_why_there_is_none_to_draw_up(cast):
    campaign = load(cast, "pianguan-2022")
    task = campaign.tasks.get(code="PG-1.3")
    with time_machine.travel(morning(dt.date(2022, 9, 19)), tick=False):
        page = (
            cast.client("tax.officer")
            .get(f"/duties/campaigns/{campaign.pk}/tasks/{task.pk}/")
            .content.decode()
        )
    assert "去办清单" in page and "/duties/lists/new/" not in page
    assert "由任务分工单位、自然资源局或专班办公室的人员建立。" in page


# -- screens of the rooms above --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "code", "url", "word", "name"),
    [
        (
            "luzhai-2022",
            "LZ-1",
            "/ledgers/plans/new/?campaign={campaign}&year=2022",
            "拟订年度计划",
            "年度联合检查计划",
        ),
        (
            "shizhong-2021",
            "SZ-9",
            "/ledgers/inspections/new/?kind=acceptance&task={task}",
            "组织验收",
            "检查验收",
        ),
    ],
)
def test_what_a_screen_proves_is_done_there_and_not_by_a_paper(cast, key, code, url, word, name):
    campaign = load(cast, key)
    task = campaign.tasks.get(code=code)
    day = dt.date(2021, 12, 2) if code == "SZ-9" else BY_KEY[key].binds
    run(day)
    with time_machine.travel(morning(day), tick=False):
        duty = Duty.objects.open().filter(rule__task=task, history=False).earliest("due_at")
        client = cast.client("office")
        titles = waiting(client)
        assert titles[duty.title] == (url.format(campaign=campaign.pk, task=task.pk), word)
        page = client.get(titles[duty.title][0])
        assert page.status_code == 200
        chosen = page.context["form"]["campaign" if code == "LZ-1" else "task"]
        assert "selected" in str(chosen)
        # the way to the upload is closed, by hand too
        answer = client.get(f"/duties/{duty.pk}/file/", follow=True)
        assert answer.redirect_chain == [(f"/duties/{duty.pk}/", 302)]
        assert f"“{name}”中办理" in answer.content.decode()
        sent = client.post(f"/duties/{duty.pk}/file/", {"files": [SimpleUploadedFile("任意.pdf", PDF)]})
        assert sent.status_code == 302 and not Filing.objects.exists()
        paper = ("任意.pdf", io.BytesIO(PDF))
        with pytest.raises(DomainError, match=name):
            filings.file(member=cast.office, agency=duty.agency, duty=duty, uploads=[paper])
        with pytest.raises(DomainError, match=name):
            filings.file(member=cast.office, agency=duty.agency, task=task, uploads=[paper])
        duty.refresh_from_db()
        assert duty.status == "open"
        page = task_page(cast, "office", task)
        assert word in page and "登记一次" not in page


def test_a_plan_that_is_no_inspection_plan_stays_a_paper(cast):
    """SZ-2a: each township's own 工作方案."""
    campaign = load(cast, "shizhong-2021")
    task = campaign.tasks.get(code="SZ-2a")
    run(dt.date(2021, 6, 11))
    duty = Duty.objects.get(rule__task=task, agency__code="qingshi")
    with time_machine.travel(morning(dt.date(2021, 6, 11)), tick=False):
        assert waiting(cast.client("qingshi.filler"))[duty.title] == (f"/duties/{duty.pk}/file/", "报送材料")
        assert cast.client("qingshi.filler").get(f"/duties/{duty.pk}/file/").status_code == 200


def test_a_plan_under_way_is_opened_instead_of_a_second_one(cast):
    from ledgers.actions import plans

    campaign = load(cast, "luzhai-2022")
    run(dt.date(2022, 11, 25))
    with time_machine.travel(morning(dt.date(2022, 11, 25)), tick=False):
        plan = plans.draft(
            member=cast.office, agency=cast.unit("office"), year=2022, title="年度计划", campaign=campaign
        )
        duty = Duty.objects.get(rule__task__code="LZ-1", due_at__year=2022)
        assert waiting(cast.client("office"))[duty.title][0] == f"/ledgers/plans/{plan.pk}/"


def test_the_to_do_page_asks_for_screens_once_however_many_duties(cast, django_assert_max_num_queries):
    load(cast, "shizhong-2021")
    run(dt.date(2021, 6, 25))
    from duties import board

    with time_machine.travel(morning(dt.date(2021, 6, 25)), tick=False):
        duties = list(Duty.objects.filter(proof_kind__startswith="task.").select_related("agency"))
        assert len(duties) > 10
        with django_assert_max_num_queries(1):
            acts.tasks_of(duties)
        assert board.items(duties, cast.office, morning(dt.date(2021, 6, 25)))


# -- what has no dates and is done in a room of its own (不定期) -------------------------------------

#: who does it for a host, the button and where it leads; who has no part in it
ROOMS = {
    ("shizhong-2021", "SZ-M1"): ("office", "去登记会议", "/duties/meetings/new/?task={task}"),
    ("shizhong-2021", "SZ-P1"): ("qingshi.filler", "去登记", "/ledgers/entries/new/?agency=qingshi"),
    ("shizhong-2021", "SZ-P2"): ("shangwan.filler", "去登记", "/ledgers/entries/new/?agency=shangwan"),
    ("pianguan-2022", "PG-S1"): (
        "leader",
        "组织检查",
        "/ledgers/inspections/new/?kind=joint&amp;task={task}",
    ),
}


def in_its_room(cast, key, code):
    campaign = load(cast, key)
    return campaign.tasks.get(code=code), morning(BY_KEY[key].binds + dt.timedelta(days=1))


@pytest.mark.parametrize(("key", "code"), ROOMS)
def test_a_task_of_open_frequency_leads_to_where_it_is_recorded(cast, key, code):
    who, word, url = ROOMS[key, code]
    task, day = in_its_room(cast, key, code)
    run(day.date())
    assert not Duty.objects.filter(rule__task=task).exists()  # nothing else leads there
    with time_machine.travel(day, tick=False):
        page = task_page(cast, who, task)
        address = url.format(task=task.pk)
        assert f'href="{address}">{word}' in page
        assert cast.client(who).get(address.replace("&amp;", "&")).status_code == 200
        # whoever has no part in it is told whose it is
        page = task_page(cast, "tax.officer", task)
        assert f'href="{address}"' not in page
        assert "由牵头（责任）单位的有关人员办理。" in page


@pytest.mark.parametrize(("key", "code"), ROOMS)
def test_nothing_is_recorded_for_a_task_whose_campaign_has_ended(cast, key, code):
    who, word, url = ROOMS[key, code]
    task, day = in_its_room(cast, key, code)
    Campaign.objects.filter(pk=task.campaign_id).update(status="ended")
    with time_machine.travel(day, tick=False):
        assert url.format(task=task.pk) not in task_page(cast, who, task)


def test_the_meeting_begun_on_the_task_s_page_is_the_task_s(cast):
    from duties.models import Meeting

    task, day = in_its_room(cast, "shizhong-2021", "SZ-M1")
    with time_machine.travel(day, tick=False):
        client = cast.client("office")
        url = f"/duties/meetings/new/?task={task.pk}"
        form = client.get(url).context["form"]
        assert form.initial["task"] == str(task.pk)
        named = {name: form.initial[name] for name in ("agency", "task", "title")}
        client.post(url, named | {"planned_at": f"{day:%Y-%m-%dT%H:%M}"})
        assert Meeting.objects.get().task == task
        assert "周调度" in task_page(cast, "office", task)


@pytest.mark.parametrize("text", ["x", "-1", "9" * 30, "１", "0"])
def test_a_meeting_for_no_task_starts_empty(cast, text):
    page = cast.client("office").get("/duties/meetings/new/", {"task": text})
    assert page.status_code == 200
    assert page.context["form"].initial["task"] == ""


def test_the_inspection_begun_on_the_task_s_page_is_the_task_s(cast):
    task, day = in_its_room(cast, "pianguan-2022", "PG-S1")
    with time_machine.travel(day, tick=False):
        page = cast.client("leader").get(f"/ledgers/inspections/new/?kind=joint&task={task.pk}")
        assert page.context["form"].initial["task"] == task.pk
        assert "selected" in str(page.context["form"]["task"])
