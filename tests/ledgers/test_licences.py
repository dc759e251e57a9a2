"""A licence that ends is somebody's duty at 90, 30 and 0 days; a renewal takes it back."""

import datetime as dt

import pytest
import time_machine

from core.errors import Conflict, DomainError, NotAllowed
from duties.models import Duty
from ledgers import watch
from ledgers.actions import licences, sites
from ledgers.models import Licence
from minewatch.lib.clock import local_date, now
from tests.ledgers.register import permit, site

END = dt.date(2026, 12, 31)


def steps():
    """(days, unit) of the open licence duties."""
    keys = Duty.objects.filter(kind="licence", status="open").values_list("key", flat=True)
    return sorted((int(key.split(":")[3]), key.split(":")[4]) for key in keys)


def look(days_before):
    watch.round_of(END - dt.timedelta(days=days_before))


def test_duties_stand_at_90_30_and_0_days_for_bureau_and_township(cast):
    permit(site("qingshi", "甲矿"), END)
    look(91)
    assert steps() == []
    look(90)
    assert steps() == [(90, "nr"), (90, "qingshi")]
    due = Duty.objects.filter(agency__code="nr").get()
    assert (due.role, due.due_at.astimezone().date().isoformat()) == ("officer", "2026-12-01")
    look(31)
    assert steps() == [(90, "nr"), (90, "qingshi")]
    look(30)
    assert steps() == [(30, "nr"), (30, "qingshi")]
    look(0)
    assert steps() == [(0, "nr"), (0, "qingshi")]
    look(-40)
    assert steps() == [(0, "nr"), (0, "qingshi")]


def test_looking_twice_opens_nothing_twice_and_reopens_nothing_done(cast):
    licence = permit(site("qingshi", "甲矿"), END)
    look(90)
    look(90)
    assert Duty.objects.count() == 2
    licences.attend(licence=licence, member=cast.nr_officer)
    look(80)
    assert steps() == [(90, "qingshi")]
    with pytest.raises(NotAllowed):
        licences.attend(licence=licence, member=cast.nr_officer)


@time_machine.travel("2026-12-10 10:00+08:00")
def test_a_renewal_takes_the_duties_back(cast):
    row = site("qingshi", "甲矿")
    permit(row, END)
    look(21)
    assert steps() == [(30, "nr"), (30, "qingshi")]
    facts = {"kind": "permit", "number": "C2", "valid_to": END.replace(year=2031)}
    licences.save_licence(member=cast.nr_officer, site=row, facts=facts)
    assert steps() == []
    watch.round_of(local_date(now()))
    assert steps() == []


@time_machine.travel("2026-12-10 10:00+08:00")
def test_a_mended_end_moves_the_duty_and_a_retired_site_has_none(cast):
    row = site("qingshi", "甲矿")
    licence = permit(row, END)
    look(21)
    facts = {"valid_to": dt.date(2027, 2, 1)}
    licences.save_licence(member=cast.nr_officer, site=row, licence=licence, facts=facts)
    assert steps() == [(90, "nr"), (90, "qingshi")]
    sites.retire(site=row, member=cast.nr_officer, reason="已闭坑")
    assert steps() == []
    sites.restore(site=row, member=cast.nr_officer)
    assert steps() == [(90, "nr"), (90, "qingshi")]


def test_the_daily_round_is_registered():
    from duties.watch import ROUNDS

    assert watch.round_of in ROUNDS


FORM = {
    "kind": "permit",
    "number": "c1400002022097130012345",
    "valid_from": "2021年1月1日",
    "valid_to": "2026.12.31",
}
SQUARE = "1,4367476.78,37543904.65\r\n2,4367476.78,37544904.65\r\n3,4366476.78,37544904.65"


def test_a_licence_is_added_with_its_outline(cast):
    row = site("qingshi", "甲矿")
    more = {"corners": SQUARE, "elevation_from": "1210", "elevation_to": "1050", "area_km2": "0.5012"}
    answer = cast.client("nr.officer").post(f"/ledgers/sites/{row.pk}/licences/new/", {**FORM, **more})
    assert answer.status_code == 302, answer.content.decode()
    licence = Licence.objects.get()
    assert (licence.number, licence.valid_to, licence.zone) == ("C1400002022097130012345", END, 37)
    assert licence.corners[0] == ["1", 4367476.78, 37543904.65]
    page = cast.client("nr.officer").get(f"/ledgers/licences/{licence.pk}/").content.decode()
    assert "由1210.00米至1050.00米" in page and "37543904.65" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_to": "2026.9.31"}, "不存在"),
        ({"valid_to": "2020-01-01"}, "早于有效期起"),
        ({"corners": "1,2"}, "点号"),
        ({"elevation_from": "5"}, "同时填写"),
        ({"number": ""}, "请填写证号"),
    ],
)
def test_a_slip_in_a_licence_is_named(cast, changes, words):
    row = site("qingshi", "甲矿")
    answer = cast.client("nr.officer").post(f"/ledgers/sites/{row.pk}/licences/new/", {**FORM, **changes})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Licence.objects.exists()


def test_an_unusual_permit_number_is_kept_with_a_warning(cast):
    row = site("qingshi", "甲矿")
    answer = cast.client("nr.officer").post(
        f"/ledgers/sites/{row.pk}/licences/new/", {**FORM, "number": "1400000820123"}, follow=True
    )
    assert "一般为C加22位数字" in answer.content.decode()
    assert Licence.objects.get().number == "1400000820123"


def test_of_two_editors_of_a_licence_one_wins(cast):
    row = site("qingshi", "甲矿")
    licence = permit(row, END)
    stale = Licence.objects.get()
    licences.save_licence(
        member=cast.nr_officer, site=row, licence=licence, facts={"holder": "甲"}, expected_version=1
    )
    with pytest.raises(Conflict):
        licences.save_licence(
            member=cast.qingshi_filler, site=row, licence=stale, facts={"holder": "乙"}, expected_version=1
        )
    with pytest.raises(DomainError, match="同一证号"):
        licences.save_licence(
            member=cast.nr_officer, site=row, facts={"kind": "permit", "number": licence.number}
        )


def test_the_watch_list_shows_what_ends_and_is_not_renewed(cast):
    today = local_date(now())
    for days in (-5, 10, 60, 200):
        permit(site("qingshi", f"矿{days}"), today + dt.timedelta(days=days), f"C{days}")
    renewed = site("qingshi", "已延续矿")
    permit(renewed, today, "老证")
    permit(renewed, today + dt.timedelta(days=900), "新证")
    permit(site("baiyang", "外镇矿"), today, "外镇证")

    def shown(days):
        page = cast.client("qingshi.filler").get(f"/ledgers/licences/expiring/?days={days}").context
        return [row["cells"][2]["text"] for row in page["rows"]]

    assert shown("") == ["矿-5", "矿10", "矿60"]
    assert shown("30") == ["矿-5", "矿10"]
    assert shown("0") == ["矿-5"]
