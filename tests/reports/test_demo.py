"""The demo county: everything acted through the ordinary doors, the same on any day of the week."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from agencies.models import Member
from core import audit
from duties.models import Duty
from ledgers.models import Lead, Sheet, Site
from minewatch.lib.clock import SHANGHAI
from reports.demo import load_demo
from reports.models import Report

ACCOUNTS = (
    "shangwan.filler qingshi.deputy huangsha.head nr.approver water.officer power.officer office leader"
    " discipline procuratorate custodian custodian2 auditor sysadmin"
)


@pytest.mark.parametrize("day", ["2026-11-23T03:00", "2026-03-01T23:30"])
def test_every_light_of_the_product_can_be_seen(db, day):
    at = dt.datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
    load_demo(at, weeks=7)
    assert Site.objects.count() > 55
    assert set(Sheet.objects.values_list("status", flat=True)) == {
        "draft", "submitted", "reviewed", "signed", "returned",
    }  # fmt: skip
    assert {"accepted", "submitted", "returned"} <= set(Report.objects.values_list("status", flat=True))
    assert Lead.objects.exists()
    late = Duty.objects.filter(status="open", history=False, due_at__lt=at)
    assert {"patrol", "report"} <= set(late.values_list("kind", flat=True))
    assert late.count() < 12
    assert not audit.verify().broken
    assert set(ACCOUNTS.split()) <= set(Member.objects.values_list("username", flat=True))
    assert Member.objects.get(username="office").check_password("minewatch-demo")


def test_nothing_is_loaded_where_people_are(cast):
    assert load_demo(timezone.now()) == {}
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    assert "没有载入" in out.getvalue()
    assert not Site.objects.exists()
