"""Every list of 督办 is exported as it is shown: the same rows, columns and words, for nobody more."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from openpyxl import load_workbook

from agencies.models import Agency
from core.models import AuditEntry
from duties.actions import items
from duties.models import Duty
from ledgers.actions import plans
from minewatch.lib.clock import SHANGHAI

NOW = dt.datetime(2022, 9, 26, 9, tzinfo=SHANGHAI)
DAY = dt.timedelta(days=1)
LISTS = (
    "/duties/campaigns/",
    "/duties/meetings/",
    "/duties/visits/",
    "/duties/visits/records/",
    "/duties/cards/",
    "/duties/accountability/",
)


def exported(client, url):
    answer = client.get(f"{url}?as=xlsx")
    assert answer.status_code == 200, url
    rows = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True)
    return list(rows)


@pytest.fixture
def county(cast):
    from tests.duties.test_campaign_pages import load

    with time_machine.travel(NOW, tick=False):
        load(cast, "pianguan-2022")
        yield cast


@pytest.mark.parametrize("url", LISTS)
def test_a_list_is_exported_as_it_is_shown(county, url):
    client = county.client("office")
    page = client.get(url).context
    head, *rows = exported(client, url)
    assert list(head) == [column["label"] for column in page["head"]]
    assert len(rows) == page["count"]
    assert AuditEntry.objects.filter(verb="export.made", actor__username="office").count() == 1


def test_meetings_are_exported_beyond_the_page_and_as_filtered(county):
    from duties.models import Meeting

    office = county.unit("office")
    for n in range(60):
        Meeting.objects.create(
            agency=office,
            title=f"协调会议{n}",
            planned_at=NOW + dt.timedelta(days=n),
            created_by=county.office,
        )
    client = county.client("office")
    assert len(exported(client, "/duties/meetings/")) == 61
    assert len(exported(county.client("qingshi.filler"), "/duties/meetings/")) == 1


MORE = ("/duties/lists/", "/ledgers/plans/", "/more/bodies/")


@pytest.fixture
def kept(county):
    """A list with two items, one of them late, and two plans."""
    nr, office = county.member("nr.officer"), county.office
    made = items.open_list(title="问题台账", agency=county.unit("nr"), by=nr)
    for name, days in (("一号点", -1), ("二号点", 9)):
        items.add(list=made, by=nr, name=name, agency=county.unit("qingshi"), due_at=NOW + DAY * days)
    for year in (2022, 2023):
        plans.draft(member=office, agency=county.unit("office"), year=year, title=f"{year}年计划")
    return county


@pytest.mark.parametrize("url", MORE)
def test_lists_of_other_rooms_are_exported_as_they_are_shown(kept, url):
    client = kept.client("office")
    page = client.get(url)
    head, *found = exported(client, url)
    assert 'href="?as=xlsx" download' in page.content.decode()
    assert list(head) == [column["label"] for column in page.context["head"]]
    shown = [[str(cell.get("text", "")) for cell in row["cells"]] for row in page.context["rows"]]
    assert [["" if value is None else str(value) for value in row] for row in found] == shown
    assert len(found) == page.context["count"] > 0


def test_lists_are_counted_in_the_workbook_as_on_the_page_and_filtered(kept):
    client = kept.client("office")
    assert exported(client, "/duties/lists/")[1][3:6] == (2, 0, 1)
    answer = client.get("/duties/lists/?as=xlsx&q=没有这样的")
    assert len(list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows())) == 1


@pytest.mark.parametrize("tab", ["", "done", "watch"])
def test_the_to_do_page_is_exported_whole_by_its_tab(kept, tab):
    for n in range(60):
        Duty.objects.create(
            key=f"more:{n}", kind="other", title=f"事项{n:02}", agency=kept.unit("office"), role="office",
            due_at=NOW - DAY * (n + 1), status="fulfilled" if tab == "done" else "open",
        )  # fmt: skip
    client = kept.client("office")
    page = client.get(f"/todo/?tab={tab}")
    link = f"?tab={tab}&amp;as=xlsx" if tab else "?as=xlsx"
    assert f'href="{link}" download' in page.content.decode()
    answer = client.get(f"/todo/?tab={tab}&as=xlsx")
    head, *found = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(
        values_only=True
    )
    assert head[:5] == ("事项", "责任单位", "类别", "期限", "状态")
    titles = [row[0] for row in found]
    first = [item.title for group in page.context["groups"] for item in group["items"]]
    assert titles[: len(first)] == first and set(titles) >= {f"事项{n:02}" for n in range(60)}
    assert AuditEntry.objects.filter(verb="export.made", actor__username="office").count() == 1


def test_a_filler_exports_no_more_than_the_own_to_do(kept):
    mine = kept.client("qingshi.filler")
    rows = exported(mine, "/todo/")[1:]
    assert rows and {row[1] for row in rows} <= {"青石镇人民政府", *kept_below(kept)}
    assert mine.get("/todo/?tab=watch&as=xlsx").status_code == 200  # no such tab for a filler: the own list


def kept_below(county):
    return set(Agency.objects.filter(parent=county.unit("qingshi")).values_list("name", flat=True))


def test_a_units_page_is_exported_for_whoever_may_open_it(kept):
    client = kept.client("office")
    page = client.get("/duties/units/qingshi/")
    assert 'href="?as=xlsx"' in page.content.decode()
    rows = exported(client, "/duties/units/qingshi/")[1:]
    assert {row[1] for row in rows} == {"青石镇人民政府"}
    assert [row[0] for row in rows] == [item.title for item in page.context["duties"]]
    assert kept.client("baiyang.filler").get("/duties/units/qingshi/?as=xlsx").status_code == 404
