"""Proofs fulfil duties, steps open and end once, urges go out once a day."""

import datetime as dt
import threading

import pytest
import time_machine
from django.db import connection

from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, Notice
from duties import actions
from duties.models import Duty, Proof, Urge
from minewatch.lib.clock import SHANGHAI, day_end, midnight

MONDAY = dt.date(2022, 9, 19)
WEDNESDAY = dt.datetime(2022, 9, 21, 10, tzinfo=SHANGHAI)


def week(cast, unit="qingshi", key="patrol:qingshi:2022-W38", **fields):
    values = {
        "kind": "patrol",
        "title": "周排查",
        "agency": cast.unit(unit),
        "role": "filler",
        "proof_kind": "patrol",
        "window_start": midnight(MONDAY),
        "window_end": midnight(MONDAY + dt.timedelta(7)),
        "due_at": day_end(MONDAY + dt.timedelta(6)),
    }
    return Duty.objects.create(key=key, **values | fields)


def prove(cast, at=WEDNESDAY, unit="qingshi", subject="shangwan"):
    """Any row serves as a subject; the units are at hand."""
    return actions.prove(kind="patrol", agency=cast.unit(unit), at=at, subject=cast.unit(subject))


def test_proof_in_the_window_closes_the_duty(cast):
    duty = week(cast)
    prove(cast)
    duty.refresh_from_db()
    assert (duty.status, duty.done, duty.first_done_at) == ("fulfilled", 1, WEDNESDAY)
    assert AuditEntry.objects.filter(verb="duty.fulfilled", subject_id=str(duty.pk)).count() == 1


def test_the_same_subject_proves_once(cast):
    duty = week(cast)
    assert prove(cast).pk == prove(cast).pk
    duty.refresh_from_db()
    assert (duty.done, Proof.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (midnight(MONDAY) - dt.timedelta(microseconds=1), False),
        (midnight(MONDAY), True),
        (midnight(MONDAY + dt.timedelta(7)) - dt.timedelta(microseconds=1), True),
        (midnight(MONDAY + dt.timedelta(7)), False),
    ],
)
def test_boundary_to_the_microsecond(cast, at, counts):
    duty = week(cast)
    prove(cast, at=at)
    duty.refresh_from_db()
    assert bool(duty.done) == counts


def test_another_units_proof_does_not_count(cast):
    duty = week(cast)
    prove(cast, unit="baiyang")
    duty.refresh_from_db()
    assert duty.done == 0


def test_retract_reopens_and_keeps_the_date_only_while_a_proof_remains(cast):
    duty = week(cast)
    prove(cast, subject="shangwan")
    prove(cast, subject="xiawan", at=WEDNESDAY + dt.timedelta(hours=1))
    actions.retract(subject=cast.unit("shangwan"))
    duty.refresh_from_db()
    assert (duty.status, duty.first_done_at) == ("fulfilled", WEDNESDAY)
    actions.retract(subject=cast.unit("xiawan"))
    actions.retract(subject=cast.unit("xiawan"))
    duty.refresh_from_db()
    assert (duty.status, duty.done, duty.first_done_at) == ("open", 0, None)


def test_a_quota_needs_all_its_proofs(cast):
    duty = week(cast, needed=2)
    prove(cast)
    duty.refresh_from_db()
    assert (duty.status, duty.done) == ("open", 1)
    prove(cast, subject="xiawan", at=WEDNESDAY + dt.timedelta(days=1))
    duty.refresh_from_db()
    assert (duty.status, duty.first_done_at) == ("fulfilled", WEDNESDAY + dt.timedelta(days=1))


def test_bulk_proofs_are_one_write_and_the_same_again_is_none(cast, django_assert_max_num_queries):
    duties = [week(cast, unit=unit, key=unit) for unit in ("qingshi", "baiyang")]
    units = {unit: cast.unit(unit) for unit in ("qingshi", "baiyang")}
    subjects = [cast.unit(code) for code in ("shangwan", "xiawan", "shimen", "hekou")]
    rows = [("patrol", unit, WEDNESDAY, subject) for unit in units.values() for subject in subjects]
    with django_assert_max_num_queries(25):
        assert actions.prove_many(rows) == 8
    assert actions.prove_many(rows + rows) == 0
    assert [Duty.objects.get(pk=duty.pk).done for duty in duties] == [4, 4]


def test_a_report_is_proved_by_its_own_paper_after_the_window(cast):
    duty = week(cast, kind="report", proof_kind="report.weekly", due_at=midnight(MONDAY + dt.timedelta(8)))
    paper = cast.unit("shangwan")
    paper.duty_id = duty.pk
    submitted = midnight(MONDAY + dt.timedelta(9))
    actions.prove(kind="report.weekly", agency=duty.agency, at=submitted, subject=paper)
    duty.refresh_from_db()
    assert (duty.status, duty.first_done_at) == ("fulfilled", submitted)
    assert duty.late(submitted)


def test_a_returned_report_moves_no_date(cast):
    duty = week(cast, kind="report", proof_kind="report.weekly")
    paper = cast.unit("shangwan")
    paper.duty_id = duty.pk
    actions.prove(kind="report.weekly", agency=duty.agency, at=WEDNESDAY, subject=paper)
    step = actions.send_back(key=duty.key, reason="数字不符")
    duty.refresh_from_db()
    assert (duty.status, duty.first_done_at, step.status) == ("open", WEDNESDAY, "open")
    assert step.due_at is not None
    late = duty.due_at + dt.timedelta(days=2)
    actions.prove(kind="report.weekly", agency=duty.agency, at=late, subject=paper)
    duty.refresh_from_db()
    step.refresh_from_db()
    assert (duty.status, duty.first_done_at, step.status) == ("fulfilled", WEDNESDAY, "fulfilled")
    assert not duty.late(late)


def test_step_opens_once_and_ends_once(cast):
    def step():
        return actions.open_step(
            key="sheet:1:review",
            kind="review",
            title="审核",
            agency=cast.unit("qingshi"),
            role="deputy",
            subject=cast.unit("shangwan"),
        )

    assert step().pk == step().pk
    assert AuditEntry.objects.filter(verb="duty.opened").count() == 1
    actions.fulfil(key="sheet:1:review", at=WEDNESDAY)
    actions.fulfil(key="sheet:1:review")
    actions.cancel(key="sheet:1:review")
    actions.fulfil(key="never opened")
    duty = Duty.objects.get()
    assert (duty.status, duty.first_done_at, duty.done) == ("fulfilled", WEDNESDAY, 1)
    assert step().status == "open"  # the sheet came back


def test_step_takes_its_date_from_a_clock(cast):
    with time_machine.travel(dt.datetime(2026, 9, 25, 14, 30, tzinfo=SHANGHAI)):
        duty = actions.open_step(
            key="referral:1:F3",
            kind="lead",
            title="移送公安机关",
            agency=cast.unit("nr"),
            role="officer",
            subject=None,
            clock="F3",
        )
    assert duty.due_at == dt.datetime(2026, 9, 26, 14, 30, tzinfo=SHANGHAI)
    assert "第五条" in duty.basis


def test_done_by_hand_survives_a_recount(cast):
    duty = week(cast)
    actions.fulfil(key=duty.key, at=WEDNESDAY + dt.timedelta(days=30))
    prove(cast)
    actions.retract(subject=cast.unit("shangwan"))
    duty.refresh_from_db()
    assert duty.status == "fulfilled"


def test_urge_once_a_day_and_without_content(cast):
    duty = week(cast)
    at = dt.datetime(2022, 9, 26, 9, tzinfo=SHANGHAI)
    with time_machine.travel(at, tick=False):
        actions.urge(duty=duty, by=cast.member("office"))
        with pytest.raises(DomainError, match="每天只催一次"):
            actions.urge(duty=duty, by=cast.member("leader"))
    with time_machine.travel(at + dt.timedelta(days=1), tick=False):
        actions.urge(duty=duty, by=cast.member("leader"))
    assert Urge.objects.count() == 2
    notices = Notice.objects.filter(kind="duty.urged")
    assert {notice.member.username for notice in notices} == {"qingshi.filler"}
    assert all(duty.title not in notice.text for notice in notices)


def test_only_office_and_leader_urge(cast):
    duty = week(cast)
    for name in ("qingshi.head", "nr.head", "police.officer", "shangwan.head"):
        with pytest.raises(NotAllowed):
            actions.urge(duty=duty, by=cast.member(name))


def test_waive_needs_a_reason_and_ends_the_duty(cast):
    duty = week(cast)
    with pytest.raises(DomainError, match="原因"):
        actions.waive(duty=duty, by=cast.member("office"), reason=" ")
    assert actions.waive(duty=duty, by=cast.member("office"), reason="大雪封路").status == "waived"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_threads_prove_and_open_once(transactional_cast):
    cast = transactional_cast
    duty = week(cast)
    unit, subject = cast.unit("qingshi"), cast.unit("shangwan")
    errors: list[Exception] = []

    def work():
        try:
            actions.prove(kind="patrol", agency=unit, at=WEDNESDAY, subject=subject)
            actions.open_step(
                key="once", kind="sign", title="签批", agency=unit, role="head", subject=subject
            )
        except Exception as error:  # noqa: BLE001 – told below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    duty.refresh_from_db()
    assert not errors
    assert (Proof.objects.count(), duty.done, Duty.objects.filter(key="once").count()) == (1, 1, 1)
