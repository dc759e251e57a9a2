"""What an inspection does to duties, who opens its files, who releases a 暗访."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine

from agencies.models import Role, RoleGrant
from core.errors import NotAllowed
from core.models import Notice, StoredFile
from duties.models import Campaign, Duty, Task
from ledgers.actions import inspections
from minewatch.lib.clock import SHANGHAI
from tests.ledgers.checks import answered, drawn, on_site
from tests.ledgers.make import site

NOW = dt.datetime(2026, 9, 16, 11, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


# ------------------------------------------------------------------ files


def test_the_inspected_side_opens_no_file_of_an_inspection_until_it_is_filed(cast):
    row, at_site = on_site(cast, "open", units=("nr",))
    inspections.measure(
        at_site=at_site,
        member=cast.nr_officer,
        agency=cast.unit("nr"),
        measured_by="县测绘院",
        m2=350,
        uploads=[("测量报告.pdf", io.BytesIO(b"%PDF-1.4 x"))],
    )
    url = f"/files/{StoredFile.objects.get().pk}/"

    def answers():
        return [cast.client(who).get(url).status_code for who in ("qingshi.head", "nr.officer", "office")]

    assert answers() == [404, 200, 200]
    answered(cast, at_site, "nr")
    row.refresh_from_db()
    inspections.file(inspection=row, member=cast.office)
    assert answers() == [200, 200, 200]


# ------------------------------------------------------------------ missed terms


@pytest.fixture
def task(cast):
    """A task of natural resources, owed by the month; June to August were missed."""
    campaign = Campaign.objects.create(
        county=cast.county, key="sz", name="专项行动", starts_on=dt.date(2026, 6, 1), status="running"
    )
    made = Task.objects.create(
        campaign=campaign, code="SZ-7", kind="inspection", name="明查", deadline="ongoing", role="officer"
    )
    Task.objects.filter(pk=made.pk).update(proof_kind=f"task.{made.pk}")
    made.refresh_from_db()
    for month in (6, 7, 8):
        end = dt.datetime(2026, month + 1, 1, tzinfo=SHANGHAI)
        Duty.objects.create(
            key=f"sz7:{month}",
            campaign=campaign,
            kind="task",
            title="明查",
            agency=cast.unit("nr"),
            role="officer",
            proof_kind=made.proof_kind,
            window_start=dt.datetime(2026, month, 1, tzinfo=SHANGHAI),
            window_end=end,
            due_at=end - dt.timedelta(seconds=1),
        )
    return made


def survey(cast, task):
    row = drawn(cast, "survey", who="nr.officer", unit="nr", task=task)
    inspections.add_sites(inspection=row, member=cast.nr_officer, sites=[site(cast)])
    row.refresh_from_db()
    return inspections.file(inspection=row, member=cast.nr_officer)


def still_open():
    return set(Duty.objects.open().filter(key__startswith="sz7:").values_list("key", flat=True))


def test_one_inspection_makes_up_for_the_last_missed_term_only(cast, task):
    survey(cast, task)
    assert still_open() == {"sz7:6", "sz7:7"}
    assert Duty.objects.get(key="sz7:8").late(NOW)


def test_taking_an_inspection_back_reopens_the_missed_term_it_closed_and_no_other(cast, task):
    first, second = survey(cast, task), survey(cast, task)
    assert still_open() == {"sz7:6"}
    inspections.unfile(inspection=first, member=cast.nr_officer, reason="更正")
    assert still_open() == {"sz7:6", "sz7:8"}
    inspections.file(inspection=first, member=cast.nr_officer)
    assert still_open() == {"sz7:6"}
    inspections.unfile(inspection=second, member=cast.nr_officer, reason="更正")
    assert still_open() == {"sz7:6", "sz7:7"}


# ------------------------------------------------------------------ 公开 of a 暗访


@pytest.fixture
def secret(cast):
    """A 暗访 of 青石镇 led by the office, not yet filed."""
    row, at_site = on_site(cast, "secret", units=("police",))
    answered(cast, at_site, "police")
    row.refresh_from_db()
    return row


def test_the_supervising_leader_is_told_of_a_secret_visit_once_filed_and_releases_it(cast, secret):
    url = f"/ledgers/inspections/{secret.pk}/"
    client = cast.client("leader")
    assert client.get(url).status_code == 404
    inspections.file(inspection=secret, member=cast.office)
    assert Notice.objects.filter(member=cast.leader, kind="inspection.waiting").count() == 1
    assert "公开暗访结果" in client.get(url).content.decode()
    assert client.post(f"{url}release/", {"version": secret.version}).status_code == 302
    secret.refresh_from_db()
    assert secret.released_by == cast.leader


def test_a_county_government_post_other_than_the_leader_sees_no_secret_visit(cast, secret):
    inspections.file(inspection=secret, member=cast.office)
    RoleGrant.objects.filter(member=cast.leader).update(role=Role.OFFICER)
    assert cast.client("leader").get(f"/ledgers/inspections/{secret.pk}/").status_code == 404


def test_who_filed_a_secret_visit_does_not_release_it(cast, secret):
    inspections.file(inspection=secret, member=cast.office)
    assert not Notice.objects.filter(member=cast.office, kind="inspection.waiting").exists()
    with pytest.raises(NotAllowed) as error:
        inspections.release(inspection=secret, by=cast.office)
    assert "归档人不能自己公开" in error.value.message
    page = cast.client("office").get(f"/ledgers/inspections/{secret.pk}/").content.decode()
    assert "归档人不能自己公开" in page and f"{secret.pk}/release/" not in page
    secret.refresh_from_db()
    assert secret.released_at is None
