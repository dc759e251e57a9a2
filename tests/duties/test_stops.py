"""A limit of law stands still, runs on and gets more time: whole days, up to a ceiling, with a document."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry, StoredFile
from duties import actions, board, clocks, why
from duties.actions import stops
from duties.models import Clock, ClockStop, Duty
from duties.recompute import recompute_provisional
from minewatch.lib.clock import SHANGHAI

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
START = dt.datetime(2026, 9, 1, 9, tzinfo=SHANGHAI)


def at(*parts):
    return dt.datetime(*parts, tzinfo=SHANGHAI)


def paper():
    return "批准书.pdf", SimpleUploadedFile("批准书.pdf", PDF)


def limit(cast, clock="C7", start=START, agency="nr", role="officer", key="case:1"):
    """A step of the natural resources bureau under a limit of law."""
    with time_machine.travel(start, tick=False):
        return actions.open_step(
            key=key,
            kind="lead",
            title="处理决定",
            agency=cast.unit(agency),
            role=role,
            subject=None,
            clock=clock,
        )


def words(**more):
    return {"reason": "委托鉴定", "basis": "行政强制法第二十五条", "upload": paper()} | more


def stopped(duty, by, when, **more):
    with time_machine.travel(when, tick=False):
        return stops.stop(duty=duty, by=by, **words(**more))


def resumed(duty, by, when, **more):
    with time_machine.travel(when, tick=False):
        return stops.resume(duty=duty, by=by, reason="收到鉴定意见", **more)


def extended(duty, by, when, amount=30, **more):
    with time_machine.travel(when, tick=False):
        return stops.extend(duty=duty, by=by, amount=amount, authority="县局负责人", **words(**more))


def fresh(duty):
    return Duty.objects.select_related("clock", "agency").get(pk=duty.pk)


# ---------------------------------------------------------------- counting

COUNTED = [
    # clock, start, stop, resume, due: before → after
    ("C7", at(2026, 9, 1, 9), at(2026, 9, 10, 15), at(2026, 9, 15, 8), at(2026, 10, 1), at(2026, 10, 6)),
    ("C7", at(2026, 9, 1, 9), at(2026, 9, 10, 9), at(2026, 9, 10, 17), at(2026, 10, 1), at(2026, 10, 1)),
    ("C7", at(2026, 9, 1, 9), at(2026, 9, 10, 23, 59), at(2026, 9, 11), at(2026, 10, 1), at(2026, 10, 2)),
    # the day of the event never ran: a stop on it adds nothing for that day
    ("C7", at(2026, 9, 1, 9), at(2026, 9, 1, 10), at(2026, 9, 3, 8), at(2026, 10, 1), at(2026, 10, 2)),
    # seven working days from Monday 14 September; a stop over the weekend adds Friday alone
    ("C6", at(2026, 9, 14, 9), at(2026, 9, 18, 9), at(2026, 9, 19, 9), at(2026, 9, 22), at(2026, 9, 23)),
    # 20 September is worked (调休): Friday and Sunday stood still
    ("C6", at(2026, 9, 14, 9), at(2026, 9, 18, 9), at(2026, 9, 21, 9), at(2026, 9, 22), at(2026, 9, 24)),
    # a date that lands in 国庆 because of the stop rolls to the first day worked
    ("F2", at(2026, 9, 21, 9), at(2026, 9, 22, 9), at(2026, 9, 29, 9), at(2026, 9, 24), at(2026, 10, 8)),
]


@pytest.mark.parametrize(("code", "start", "stop", "resume", "before", "after"), COUNTED)
def test_whole_days_that_stood_still_are_added(cast, code, start, stop, resume, before, after):
    duty = limit(cast, code, start)
    assert duty.due_at.astimezone(SHANGHAI).date() == before.date()
    stopped(duty, cast.nr_head, stop)
    resumed(fresh(duty), cast.nr_head, resume)
    end = after.replace(hour=23, minute=59, second=59)
    assert (fresh(duty).due_at, fresh(duty).stopped) == (end, False)


def test_hours_stand_still_by_the_minute(cast):
    duty = limit(cast, "F3", at(2026, 9, 25, 14, 30))
    stopped(duty, cast.nr_head, at(2026, 9, 25, 20))
    resumed(fresh(duty), cast.nr_head, at(2026, 9, 26, 1, 15))
    assert fresh(duty).due_at == at(2026, 9, 26, 19, 45)


def test_several_stops_and_an_extension_add_up(cast):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 9, 5, 9))
    resumed(fresh(duty), cast.nr_head, at(2026, 9, 8, 9))
    extended(fresh(duty), cast.nr_head, at(2026, 9, 20, 9))
    stopped(fresh(duty), cast.nr_head, at(2026, 10, 10, 9))
    resumed(fresh(duty), cast.nr_head, at(2026, 10, 12, 9))
    assert fresh(duty).due_at == at(2026, 11, 5, 23, 59, 59)  # 1 September + 60 + 3 + 2 days


def test_the_sentence_names_article_stop_and_extension(cast):
    duty = limit(cast)
    extended(duty, cast.nr_head, at(2026, 9, 5, 9))
    stopped(fresh(duty), cast.nr_head, at(2026, 9, 10, 15), basis="强制法第二十五条第三款")
    assert "自2026年9月10日15时起中止计时（强制法第二十五条第三款），恢复后顺延" in why.explainer()(
        fresh(duty)
    )
    resumed(fresh(duty), cast.nr_head, at(2026, 9, 15, 8))
    assert why.explainer()(fresh(duty)) == (
        "查封、扣押：依据行政强制法第二十五条，自2026年9月1日9时起30日内，不计发生当日，"
        "经县局负责人批准延长30日（行政强制法第二十五条），"
        "2026年9月10日15时至2026年9月15日8时中止计时5日（强制法第二十五条第三款），至2026年11月5日24时。"
    )


def test_a_provisional_date_is_recounted_with_its_stops(cast, tmp_path):
    duty = limit(cast, "C6", at(2027, 2, 3, 9))
    stopped(duty, cast.nr_head, at(2027, 2, 4, 9))
    resumed(fresh(duty), cast.nr_head, at(2027, 2, 5, 9))
    assert fresh(duty).provisional and fresh(duty).due_at == at(2027, 2, 15, 23, 59, 59)
    file = tmp_path / "2027.csv"
    rows = "2027-02-08,holiday,春节,试\n2027-10-01,holiday,国庆节,试\n"
    file.write_text(f"date,kind,name,source\n{rows}", encoding="utf-8")
    actions.load_calendar(path=file)
    assert not fresh(duty).provisional and fresh(duty).due_at == at(2027, 2, 16, 23, 59, 59)
    assert recompute_provisional() == 0


# ---------------------------------------------------------------- while it stands still


def test_a_stopped_duty_is_neither_late_nor_urged(cast):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 9, 10))
    duty, later = fresh(duty), at(2026, 12, 1)
    assert not duty.late(later)
    assert not Duty.objects.filter(board.late_q(later)).exists()
    assert board.tallies(Duty.objects.all(), later) == {
        "late": 0, "today": 0, "week": 0, "later": 0, "open": 1, "total": 1
    }  # fmt: skip
    with pytest.raises(DomainError, match="中止计时"), time_machine.travel(later, tick=False):
        actions.urge(duty=duty, by=cast.member("office"))


def test_it_may_be_late_again_when_it_runs_on(cast):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 9, 10))
    resumed(fresh(duty), cast.nr_head, at(2026, 9, 15))
    assert not fresh(duty).late(at(2026, 10, 6, 23)) and fresh(duty).late(at(2026, 10, 7))


def test_done_while_it_stands_still_is_in_time(cast):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 9, 10))
    with time_machine.travel(at(2026, 12, 1), tick=False):
        actions.fulfil(key=duty.key)
    assert not fresh(duty).late(at(2026, 12, 2))


def test_a_step_opened_anew_begins_without_the_old_stops(cast):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 9, 10))
    with time_machine.travel(at(2026, 9, 12), tick=False):
        actions.fulfil(key=duty.key)
    again = limit(cast, start=at(2026, 9, 20, 9))
    assert (again.pk, again.stopped, again.due_at) == (duty.pk, False, at(2026, 10, 20, 23, 59, 59))
    stopped(fresh(duty), cast.nr_head, at(2026, 9, 25, 9))
    resumed(fresh(duty), cast.nr_head, at(2026, 9, 26, 9))
    assert fresh(duty).due_at == at(2026, 10, 21, 23, 59, 59)


# ---------------------------------------------------------------- who, when, how much


@pytest.mark.parametrize("who", ["nr.head", "nr.approver", "office"])
def test_head_approver_and_office_may(cast, who):
    assert stopped(limit(cast), cast.member(who), at(2026, 9, 10)).pk


@pytest.mark.parametrize("who", ["nr.officer", "police.head", "qingshi.head", "custodian"])
def test_nobody_else_may(cast, who):
    with pytest.raises(NotAllowed):
        stopped(limit(cast), cast.member(who), at(2026, 9, 10))


def test_nobody_changes_a_limit_in_their_own_hands(cast):
    duty = limit(cast, role="head")
    with pytest.raises(NotAllowed, match="不能办理自己的期限"):
        stopped(duty, cast.nr_head, at(2026, 9, 10))
    assert stopped(duty, cast.nr_approver, at(2026, 9, 10)).pk


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"basis": ""}, "basis"),
        ({"basis": "条" * 201}, "basis"),
        ({"upload": None}, "file"),
        ({"upload": ("假.pdf", SimpleUploadedFile("假.pdf", b"not a pdf"))}, "file"),
        ({"at": at(2026, 8, 31)}, "at"),
        ({"at": at(2026, 9, 11)}, "at"),
    ],
)
def test_a_stop_needs_reason_basis_document_and_a_time_inside(cast, more, field):
    duty = limit(cast)
    with pytest.raises(DomainError) as caught:
        stopped(duty, cast.nr_head, at(2026, 9, 10), **more)
    assert caught.value.field == field
    assert not ClockStop.objects.exists() and not fresh(duty).stopped


def test_a_limit_that_has_run_out_is_neither_stopped_nor_extended(cast):
    duty = limit(cast)
    for act in (stopped, extended):
        with pytest.raises(DomainError, match="已于2026年10月1日24时届满"):
            act(duty, cast.nr_head, at(2026, 10, 2))


def test_an_order_given_in_time_may_be_entered_later(cast):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 10, 3), at=at(2026, 9, 30, 9))
    assert not fresh(duty).late(at(2026, 10, 3))


def test_it_is_stopped_once_and_resumed_once(cast):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 9, 10))
    with pytest.raises(DomainError, match="已经中止计时"):
        stopped(fresh(duty), cast.nr_head, at(2026, 9, 11))
    resumed(fresh(duty), cast.nr_head, at(2026, 9, 15))
    with pytest.raises(DomainError, match="没有中止"):
        resumed(fresh(duty), cast.nr_head, at(2026, 9, 16))
    with pytest.raises(DomainError, match="不能早于2026年9月15日"):
        stopped(fresh(duty), cast.nr_head, at(2026, 9, 16), at=at(2026, 9, 12))


@pytest.mark.parametrize("when", [at(2026, 9, 9), at(2026, 9, 16)])
def test_it_runs_on_after_the_stop_and_not_in_the_future(cast, when):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 9, 10))
    with pytest.raises(DomainError, match="恢复时间应在中止时间"):
        resumed(fresh(duty), cast.nr_head, at(2026, 9, 15), at=when)


def test_only_open_duties_with_a_clock(cast):
    plain = actions.open_step(
        key="s", kind="sign", title="签批", agency=cast.unit("nr"), role="officer", subject=None
    )
    with pytest.raises(DomainError, match="没有法定期限"):
        stops.stop(duty=plain, by=cast.nr_head, **words())
    duty = limit(cast)
    actions.fulfil(key=duty.key)
    with pytest.raises(DomainError, match="已完成"):
        stopped(fresh(duty), cast.nr_head, at(2026, 9, 10))


def test_extensions_end_at_the_ceiling_and_name_who_may_grant_them(cast):
    duty = limit(cast)
    extended(duty, cast.nr_head, at(2026, 9, 5), amount=20)
    assert fresh(duty).due_at == at(2026, 10, 21, 23, 59, 59)
    with pytest.raises(DomainError, match="最多延长30日，已延长20日，由行政机关负责人") as caught:
        extended(fresh(duty), cast.nr_head, at(2026, 9, 6), amount=11)
    assert caught.value.field == "amount"
    extended(fresh(duty), cast.nr_head, at(2026, 9, 6), amount=10)
    assert fresh(duty).due_at == at(2026, 10, 31, 23, 59, 59)


@pytest.mark.parametrize(
    ("clock", "amount", "match"), [("C6", 1, "没有规定可以延长"), ("C7", 0, "至少1日"), ("C7", -5, "至少1日")]
)
def test_what_cannot_be_extended_is_said(cast, clock, amount, match):
    with pytest.raises(DomainError, match=match):
        extended(limit(cast, clock), cast.nr_head, at(2026, 9, 5), amount=amount)


def test_an_extension_names_its_authority(cast):
    duty = limit(cast)
    with pytest.raises(DomainError) as caught, time_machine.travel(at(2026, 9, 5), tick=False):
        stops.extend(duty=duty, by=cast.nr_head, amount=5, authority=" ", **words())
    assert caught.value.field == "authority"


def test_the_same_form_twice_stops_once(cast):
    duty, token = limit(cast), "5f1c1c5e-7df5-4b7e-9a7b-2f2a0f0a0001"
    first = stopped(duty, cast.nr_head, at(2026, 9, 10), token=token)
    second = stopped(fresh(duty), cast.nr_head, at(2026, 9, 10), token=token)
    assert first.pk == second.pk and ClockStop.objects.count() == 1


def test_who_saw_an_older_state_gets_a_conflict(cast):
    duty = limit(cast)
    extended(fresh(duty), cast.nr_head, at(2026, 9, 5), amount=5)
    with pytest.raises(Conflict):
        stopped(fresh(duty), cast.nr_approver, at(2026, 9, 10), version=duty.version)
    assert not ClockStop.objects.exists()


def test_the_audit_tells_that_and_not_why(cast):
    duty = limit(cast)
    stopped(duty, cast.nr_head, at(2026, 9, 10))
    resumed(fresh(duty), cast.nr_head, at(2026, 9, 11))
    extended(fresh(duty), cast.nr_head, at(2026, 9, 12))
    rows = AuditEntry.objects.filter(verb__in=("duty.stopped", "duty.resumed", "duty.extended"))
    assert rows.count() == 3
    assert "鉴定" not in "".join(str(row.facts) for row in rows)


# ---------------------------------------------------------------- law by its day


@pytest.mark.parametrize(
    ("day", "code", "amount"), [("2024-04-30", "C9old", 3), ("2024-05-01", "C9", 5), ("2024-04-30", "C3", 10)]
)
def test_an_old_event_keeps_its_old_rule(cast, day, code, amount):
    start = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), tzinfo=SHANGHAI)
    assert clocks.clock_of(code, start).amount == amount
    duty = limit(cast, code, start)
    with time_machine.travel(at(2026, 1, 5), tick=False):
        assert clocks.of_duty(fresh(duty)).due_at == duty.due_at


@pytest.mark.parametrize(
    ("day", "code"), [("2024-05-01", "C3"), ("2024-05-01", "C9old"), ("2024-04-30", "C9")]
)
def test_a_rule_out_of_force_answers_nothing(cast, day, code):
    with pytest.raises(DomainError, match="尚未施行或已经废止"):
        clocks.due(code, dt.date.fromisoformat(day))


def test_the_shipped_ceilings_are_loaded(cast):
    of_law = Clock.objects.exclude(ceiling=0).exclude(code__regex=r"^(ref|case)\.")  # the house's own limits
    assert dict(of_law.values_list("code", "ceiling")) == {"C7": 30, "C11": 30, "C11old": 30}
    assert "负责人" in Clock.objects.get(code="C7").extends_by
    assert Clock.objects.get(code="C11").uncertain
    assert clocks.load_clocks() == 0


# ---------------------------------------------------------------- pages


@pytest.fixture
def page(cast):
    duty = limit(cast)
    with time_machine.travel(at(2026, 9, 10, 9), tick=False):
        yield cast, duty


def form(duty, **more):
    values = {
        "at": "2026-09-10T08:30",
        "reason": "委托鉴定",
        "basis": "行政强制法第二十五条",
        "version": duty.version,
        "file": SimpleUploadedFile("批准书.pdf", PDF),
    }
    return values | more


def test_the_record_offers_what_is_legal_and_says_why_not(page):
    cast, duty = page
    body = cast.client("nr.head").get(f"/duties/{duty.pk}/").content.decode()
    assert "中止计时" in body and "延长期限" in body and f"/duties/{duty.pk}/stop/" in body
    body = cast.client("nr.officer").get(f"/duties/{duty.pk}/").content.decode()
    assert f"/duties/{duty.pk}/stop/" not in body and "承办人不能办理自己的期限" in body


def test_stopping_and_running_on_in_the_browser(page):
    cast, duty = page
    head = cast.client("nr.head")
    assert head.get(f"/duties/{duty.pk}/stop/").status_code == 200
    assert head.post(f"/duties/{duty.pk}/stop/", form(duty)).status_code == 302
    body = head.get(f"/duties/{duty.pk}/").content.decode()
    assert "中止计时：2026年9月10日8时30分，尚未恢复" in body and "委托鉴定" in body and "恢复计时" in body
    file = StoredFile.objects.get()
    assert f"/files/{file.pk}/" in body
    assert head.get(f"/files/{file.pk}/").status_code == 200
    again = {"at": "2026-09-10T08:50", "reason": "收到意见", "version": fresh(duty).version}
    assert head.post(f"/duties/{duty.pk}/resume/", again).status_code == 302
    assert not fresh(duty).stopped


def test_extending_in_the_browser(page):
    cast, duty = page
    head = cast.client("nr.head")
    body = head.get(f"/duties/{duty.pk}/extend/").content.decode()
    assert "最多30日" in body and "依法由行政机关负责人" in body
    wrong = head.post(f"/duties/{duty.pk}/extend/", form(duty, amount=31, authority="县局负责人"))
    assert wrong.status_code == 400 and "最多延长30日" in wrong.content.decode()
    right = head.post(f"/duties/{duty.pk}/extend/", form(duty, amount=30, authority="县局负责人"))
    assert right.status_code == 302
    assert "延长30日：县局负责人" in head.get(f"/duties/{duty.pk}/").content.decode()


@pytest.mark.parametrize("name", ["stop", "resume", "extend"])
def test_outsiders_see_404_and_colleagues_403(page, name):
    cast, duty = page
    assert cast.client("qingshi.head").get(f"/duties/{duty.pk}/{name}/").status_code == 404
    assert cast.client("nr.officer").get(f"/duties/{duty.pk}/{name}/").status_code == 403
    assert cast.client("nr.officer").post(f"/duties/{duty.pk}/{name}/", form(duty)).status_code == 403


def test_a_page_without_version_is_a_conflict(page):
    cast, duty = page
    values = form(duty)
    del values["version"]
    assert cast.client("nr.head").post(f"/duties/{duty.pk}/stop/", values).status_code == 409


def test_a_duty_without_clock_has_no_such_page(page):
    cast, _ = page
    plain = actions.open_step(
        key="s", kind="sign", title="签批", agency=cast.unit("nr"), role="officer", subject=None
    )
    assert cast.client("nr.head").get(f"/duties/{plain.pk}/stop/").status_code == 404
    assert "中止计时" not in cast.client("nr.head").get(f"/duties/{plain.pk}/").content.decode()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_stops_at_once_one_stands(transactional_cast):
    cast = transactional_cast
    duty = limit(cast)
    answers = []

    def act(name):
        try:
            mine = Duty.objects.select_related("clock", "agency__division").get(pk=duty.pk)
            barrier.wait()
            stops.stop(duty=mine, by=cast.member(name), at=at(2026, 9, 10), **words())
            answers.append("ok")
        except (Conflict, DomainError):
            answers.append("refused")
        finally:
            connection.close()

    barrier = threading.Barrier(2)
    with time_machine.travel(at(2026, 9, 10, 9), tick=False):
        threads = [threading.Thread(target=act, args=(name,)) for name in ("nr.head", "nr.approver")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == ["ok", "refused"]
    assert ClockStop.objects.count() == 1
