"""One box: the right row near the top, and nothing that the reader may not see."""

import datetime as dt

import pytest

from core.registry import SUBJECTS, Subject
from ledgers.actions.entries import EntryRow, file_entry
from ledgers.models import Lead, Site
from minewatch.lib.clock import local_date, now
from tests.ledgers.register import permit, site


@pytest.fixture
def county(cast):
    site("qingshi", "柳树沟采石场", "QS-001", village="shangwan", operator="示范县鑫源石料有限公司")
    site("qingshi", "柳树沟废弃矿井", "QS-002", village="shangwan", kind="closed_shaft")
    site("qingshi", "石门采石场", "QS-003", village="shimen")
    site("qingshi", "东山煤矿", "QS-004", village="xiawan", operator="示范县东山煤业有限公司")
    permit(site("baiyang", "河口砂场", "BY-001", village="hekou"), dt.date(2030, 1, 1))
    for n in range(30):
        site("huangsha", f"后沟{n}号点", f"HS-{n:03}", village="hougou", kind="dig_spot")
    return cast


def top(client, words, limit=3):
    """Titles of the first hits, in the order of the page."""
    groups = client.get("/search/", {"q": words}).context["groups"]
    return [hit.title for group in groups for hit in group.hits][:limit]


def body(page):
    """The part of a page that tells of the search."""
    return page.content.decode().split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("words", "hit"),
    [
        ("柳树沟采石场", "柳树沟采石场"),
        ("石门", "石门采石场"),
        ("东山", "东山煤矿"),
        ("lsgcsc", "柳树沟采石场"),
        ("dsmk", "东山煤矿"),
        ("ＢＹ－００１", "河口砂场"),
        ("QS-004", "东山煤矿"),
        ("鑫源", "柳树沟采石场"),
        ("河口", "河口砂场"),
        ("废弃 柳树", "柳树沟废弃矿井"),
        ("ＬＳＧＣＳＣ", "柳树沟采石场"),
        ("C1400002022097130012345", "河口砂场"),
        ("后沟7号", "后沟7号点"),
    ],
)
def test_the_right_hit_is_among_the_first_three(county, words, hit):
    assert any(hit in title for title in top(county.client("nr.officer"), words)), words


def test_what_is_hidden_is_not_found_nor_counted(county):
    client = county.client("qingshi.filler")
    for words in ("河口", "BY-001", "后沟", "C1400002022097130012345"):
        page = client.get("/search/", {"q": words})
        assert not page.context["groups"], words
        assert "没有找到" in page.content.decode()
        missing = client.get("/search/", {"q": "无此词"})
        assert body(page).replace(words, "") == body(missing).replace("无此词", "")
    assert top(county.client("shangwan.filler"), "石门") == []


def test_a_kind_that_forgets_its_scope_still_shows_nothing_hidden(county, monkeypatch):
    both = Site.objects.filter(number__in=["QS-001", "BY-001"])
    loose = Subject(**{**vars(SUBJECTS["ledgers.site"]), "search": lambda member, text: both})
    monkeypatch.setitem(SUBJECTS, "ledgers.site", loose)
    titles = top(county.client("shangwan.filler"), "随便", 100)
    assert titles == ["柳树沟采石场（QS-001）"]


def test_a_lead_is_found_by_who_may_know_of_it(county):
    row = EntryRow(
        location="青石镇上湾村柳树沟", licence="no", shallow="no", illegal="yes", beyond="no", irregular="no",
        measures="已制止", patrolled_on=local_date(now()),
    )  # fmt: skip
    file_entry(member=county.qingshi_filler, agency=county.unit("qingshi"), row=row)
    number = Lead.objects.get().number
    assert top(county.client("qingshi.head"), number)
    for other in ("baiyang.filler", "water.officer", "sysadmin"):
        assert not top(county.client(other), number)


def test_more_hits_are_hinted_at_and_not_counted(county):
    page = county.client("nr.officer").get("/search/", {"q": "后沟"})
    assert "还有符合的" in page.content.decode()
    assert "30" not in body(page)


def test_one_character_is_too_little_and_none_is_a_box(county):
    client = county.client("nr.officer")
    assert "至少输入两个字" in client.get("/search/", {"q": "矿"}).content.decode()
    assert client.get("/search/").status_code == 200
    for odd in ("%", "_", "'\"<script>", "\\", "a" * 5000, "（"):
        answer = client.get("/search/", {"q": odd})
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


def test_nobody_searches_unseen(client, db):
    assert client.get("/search/", {"q": "柳树"}).status_code == 302
