"""The demo county: everything acted through the ordinary doors, the same on any day of the week."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from agencies.models import Member, Post
from core import audit
from duties.models import (
    Accountability,
    Assignment,
    Campaign,
    Card,
    Duty,
    Filing,
    Item,
    Meeting,
    Receipt,
    Task,
    Visit,
)
from ledgers.models import Lead, Sheet, Site
from ledgers.models.inspections import Inspection, InspectionPlan
from minewatch.lib.clock import SHANGHAI
from reports.demo import load_demo
from reports.models import Report

ACCOUNTS = (
    "shangwan.filler qingshi.deputy huangsha.head nr.approver water.officer power.officer office leader"
    " discipline procuratorate custodian custodian2 auditor sysadmin"
)


@pytest.mark.parametrize(
    "day", ["2026-11-23T03:00", pytest.param("2026-03-01T23:30", marks=pytest.mark.heavy)]
)
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
    assert {"patrol", "report", "meeting", "order", "item"} <= set(late.values_list("kind", flat=True))
    assert late.count() < 30  # seen, but no county in disorder
    assert not audit.verify().broken
    assert set(ACCOUNTS.split()) <= set(Member.objects.values_list("username", flat=True))
    assert Member.objects.get(username="office").check_password("minewatch-demo")
    the_campaign_runs(at)


def the_campaign_runs(at):
    """Stage 2 runs on the day itself, and every state of what hangs on a campaign is there."""
    campaign = Campaign.objects.get(key="jiaocheng-2021", status="running")
    stage = campaign.stages.get(code="2")
    assert stage.starts_on <= at.date() <= stage.ends_on
    assert dt.timedelta(days=77) <= at.date() - campaign.starts_on <= dt.timedelta(days=110)
    fortnightly = Task.objects.get(campaign=campaign, code="JC-R1").proof_kind
    reports = Duty.objects.filter(proof_kind=fortnightly, history=False)
    assert {"open", "fulfilled"} <= set(reports.values_list("status", flat=True))
    assert any(one.first_done_at > one.due_at for one in reports if one.first_done_at)
    assert set(Filing.objects.values_list("status", flat=True)) == {"filed", "accepted", "returned"}
    assert set(Item.objects.values_list("status", flat=True)) == {
        "open", "handling", "awaiting", "closed", "struck",
    }  # fmt: skip
    assert Item.objects.filter(reopened=1, status="open").count() == 1
    closed = Item.objects.filter(status="closed")
    assert all(one.closed_by_id != one.submitted_by_id for one in closed)
    assert {"planned", "held", "minuted", "reported"} <= set(Meeting.objects.values_list("status", flat=True))
    assert Meeting.objects.count() < 60
    force = Post.objects.filter(body__key="jiaocheng-2021.nr_force")
    assert [force.filter(status=status).count() for status in ("recorded", "proposed")] == [8, 1]
    assert set(Receipt.objects.filter(order__kind="supervise").values_list("status", flat=True)) == {
        "done", "answered", "sent",
    }  # fmt: skip
    assert set(Receipt.objects.filter(order__kind="notice").values_list("status", flat=True)) == {
        "sent", "read",
    }  # fmt: skip
    assert InspectionPlan.objects.get().status == "approved"
    assert set(Inspection.objects.values_list("kind", "status")) == {
        ("joint", "filed"), ("open", "filed"), ("secret", "filed"),
    }  # fmt: skip
    assert not Inspection.objects.filter(kind="secret", released_at__isnull=False).exists()
    assert Item.objects.filter(hidden=True).count() == 1
    assert Card.objects.get().status == "proposed"
    assert Accountability.objects.get().person == ""
    assert Assignment.objects.count() == 3
    assert Visit.objects.count() >= 3


def test_nothing_is_loaded_where_people_are(cast):
    assert load_demo(timezone.now()) == {}
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    assert "没有载入" in out.getvalue()
    assert not Site.objects.exists()
