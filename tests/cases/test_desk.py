"""审批台: one list with hours left, load by officer, what the other bureau did, the place beside it."""

import datetime as dt

import pytest
import time_machine

from cases import desk
from cases.actions import cases, referrals
from cases.site_file import site_file
from duties.models import Duty
from ledgers.models import Site
from minewatch.lib.clock import SHANGHAI
from reports.demo.places import load_sites
from tests.cases import make, make_cases

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 9, 21, 9, 0, tzinfo=SHANGHAI)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (5, "剩5小时"),
        (0.5, "剩不到1小时"),
        (76, "剩3天4小时"),
        (48, "剩2天"),
        (-2, "超期2小时"),
        (-0.2, "超期不到1小时"),
    ],
)
def test_hours_left_are_said_in_words(hours, words):
    assert desk.hours_words(NOW + hours * HOUR, NOW) == words
    assert desk.hours_words(None, NOW) == "没有期限"


def test_a_report_waits_on_the_desk_of_the_head_and_of_nobody_else(cast):
    row = make.referral(cast, "criminal", "reported")
    assert [duty.title for duty in desk.waiting(cast.nr_head, NOW)] == [f"审批移送报告 {row.number}"]
    assert not desk.waiting(cast.nr_officer, NOW).exists()
    page = cast.client("nr.head").get("/cases/desk/").content.decode()
    assert f"审批移送报告 {row.number}" in page and "剩" in page
    referrals.take(referral=row, move="approve", by=cast.nr_head)
    assert not desk.waiting(cast.nr_head, NOW).exists()


def test_the_nearest_limit_stands_first_and_what_has_none_last(cast):
    make.referral(cast, "criminal", "reported")
    with time_machine.travel(NOW - 48 * HOUR, tick=False):
        make.referral(cast, "jurisdiction", "reported")
    Duty.objects.create(
        key="x", kind="sign", title="签批", agency=cast.unit("nr"), role="head", started_at=NOW, due_at=None
    )
    dues = [duty.due_at for duty in desk.waiting(cast.nr_head, NOW)]
    assert dues[-1] is None and dues[:-1] == sorted(dues[:-1]) and len(dues) == 3


def test_the_desk_is_for_who_decides(cast):
    for name in ("nr.head", "nr.approver", "police.approver", "leader", "qingshi.deputy"):
        assert cast.client(name).get("/cases/desk/").status_code == 200, name
    for name in ("nr.officer", "qingshi.filler", "office", "custodian"):
        assert cast.client(name).get("/cases/desk/").status_code == 403, name
    for name in ("auditor", "sysadmin"):
        assert cast.client(name).get("/cases/desk/").status_code == 404, name
    assert "审批台" in cast.client("nr.head").get("/cases/").content.decode()
    assert "审批台" not in cast.client("nr.officer").get("/cases/").content.decode()


def test_load_is_counted_by_officer_in_the_order_of_accounts(cast):
    row = make_cases.with_facts(cast, when=NOW - 24 * HOUR)
    make_cases.do(cast, row, "request_filing", "nr.officer", NOW - 20 * HOUR, text="符合立案条件")
    make_cases.do(cast, row, "approve_filing", "nr.approver", NOW - 10 * HOUR)
    make_cases.do(cast, row, "assign", "nr.approver", NOW, officers=make_cases.team(cast))
    cases.give_task(
        case=make_cases.fresh(row),
        by=cast.nr_approver,
        title="询问当事人",
        member=cast.nr_officer,
        due_at=NOW + 72 * HOUR,
    )
    found = {load.member.username: load for load in desk.loads(cast.nr_head, cast.unit("nr"))}
    assert list(found) == sorted(found)
    assert (found["nr.officer"].cases, found["nr.officer"].tasks) == (1, 1)
    assert found["nr.officer"].next_due is not None
    page = cast.client("nr.head").get("/cases/desk/").content.decode()
    assert "排名" not in page and "积分" not in page


def test_what_the_other_bureau_did_stands_beside_each_referral(cast):
    row = make.referral(cast, "jurisdiction", "accepted")
    (clue,) = desk.clues(cast.nr_head, [cast.unit("nr")], out=True)
    assert clue.other == cast.unit("ecology") and clue.last.label == "受理" and clue.duty is not None
    (theirs,) = desk.clues(cast.ecology_head, [cast.unit("ecology")], out=False)
    assert theirs.referral == row and theirs.other == cast.unit("nr")
    assert not desk.clues(cast.police_head, [cast.unit("police")], out=False)


def test_the_place_shows_only_what_the_reader_may_read(cast):
    load_sites(NOW.date())
    site = Site.objects.order_by("pk").first()
    found = site_file(cast.nr_head, site)
    assert found.site == site and found.url
    assert site_file(cast.member("forestry.officer"), site) is None
    assert site_file(cast.nr_head, None) is None
