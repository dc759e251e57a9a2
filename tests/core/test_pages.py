"""core's own pages: home, large text, notices, jobs."""

from __future__ import annotations

import pytest

from core import notices
from core.context import LARGE_TEXT_COOKIE
from core.models import Run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("username", "led"),
    [
        ("qingshi.filler", "/todo/"),
        ("leader", "/todo/"),
        ("sysadmin", "/more/"),
        ("auditor", "/more/"),
    ],
)
def test_home_leads_each_to_the_own_first_page(cast, username, led):
    assert cast.client(username).get("/")["Location"] == led


def test_strangers_are_led_to_the_door(client, db):
    assert client.get("/")["Location"].startswith("/login/")


def test_large_text_is_kept_by_this_browser(client, db):
    answer = client.post("/prefs/large-text/", {"on": "1", "next": "/login/?next=/more/"})
    assert answer["Location"] == "/login/?next=/more/"
    assert client.cookies[LARGE_TEXT_COOKIE].value == "1"
    assert 'class="large"' in client.get("/login/").content.decode()
    client.post("/prefs/large-text/", {"on": "0"})
    assert 'class="large"' not in client.get("/login/").content.decode()


def test_large_text_goes_nowhere_else(client, db):
    assert client.post("/prefs/large-text/", {"on": "1", "next": "//evil.example/"})["Location"] == "/"
    assert client.get("/prefs/large-text/").status_code == 405


def test_notices_show_unread_and_are_read(cast):
    client = cast.client("qingshi.filler")
    assert "还没有通知" in client.get("/notices/").content.decode()
    (notice,) = notices.send(members=[cast.qingshi_filler], kind="x", text="您有 1 件待办", needs_ack=True)
    page = client.get("/notices/").content.decode()
    assert "您有 1 件待办" in page and "未读" in page and "已阅" in page
    assert client.post(f"/notices/{notice.pk}/read/")["Location"] == "/notices/"
    assert "未读</span>" not in client.get("/notices/").content.decode()


def test_only_the_own_notices(cast):
    (notice,) = notices.send(members=[cast.qingshi_filler], kind="x", text="canary")
    other = cast.client("qingshi.head")
    assert "canary" not in other.get("/notices/").content.decode()
    assert other.post(f"/notices/{notice.pk}/read/").status_code == 404


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("queued", "排队中"),
        ("running", "3 / 9"),
        ("done", "已完成"),
        ("failed", "重新生成"),
        ("cancelled", "重新生成"),
    ],
)
def test_the_job_page_and_its_moving_part(cast, status, words):
    run = Run.objects.create(kind="x", key="k", status=status, member=cast.office, done=3, due=9, step="计数")
    client = cast.client("office")
    page, part = (client.get(f"/jobs/{run.pk}/", headers=headers) for headers in ({}, {"HX-Request": "true"}))
    assert words in page.content.decode() and words in part.content.decode()
    assert "<html" in page.content.decode() and "<html" not in part.content.decode()
    moving = f'hx-get="/jobs/{run.pk}/"' in part.content.decode()
    assert moving == (status in ("queued", "running"))
    assert cast.client("qingshi.filler").get(f"/jobs/{run.pk}/").status_code == 404


@pytest.mark.parametrize("username", ["auditor", "sysadmin", "qingshi.filler"])
def test_the_brand_and_a_fault_page_lead_where_one_may_go(cast, username):
    client = cast.client(username)
    for address in ("/password/", "/nowhere/"):
        html = client.get(address).content.decode()
        assert 'class="brand" href="/"' in html
    assert 'class="btn btn-primary" href="/"' in html and "/todo/" not in html
    assert client.get("/", follow=True).status_code == 200


def test_a_function_of_others_is_refused_without_a_trace_of_a_fault(cast, caplog):
    answer = cast.client("qingshi.filler").get("/more/audit/")
    assert answer.status_code == 403 and "您的角色不能使用这项功能" in answer.content.decode()
    assert not any(record.exc_info for record in caplog.records)


def test_a_404_is_kept_by_no_cache_whoever_gets_it(cast, client):
    for browser in (client, cast.client("office")):
        assert browser.get("/nowhere/").headers["Cache-Control"] == "no-store, private"
