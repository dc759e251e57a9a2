"""A report's life: one draft, frozen on submission, accepted or returned, its dates unmoved."""

import datetime as dt

import pytest
from django.db import transaction

from core import jobs
from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry, Notice, Run
from duties.models import Duty
from minewatch.lib.clock import now
from reports import reading
from reports.actions import accept, edit_narrative, open_draft, open_due, recompute, return_report, submit
from reports.figures import FIGURES
from reports.models import Report, ReportFigure
from reports.restatement import restatement
from reports.states import REPORT_MOVES, ReportStatus
from tests.reports.factory import MONTH, WEEK, correct, entry, instant, report_duty, void


def draft(county, kind="weekly", period=WEEK, member=None, agency=None) -> Report:
    return recompute(report=open_draft(member=member, agency=agency or county.town, kind=kind, period=period))


def submitted(county, **about) -> Report:
    return submit(report=draft(county, **about), member=county.cast.qingshi_filler)


def test_twice_is_one_draft(county):
    first = open_draft(member=county.cast.qingshi_filler, agency=county.town, kind="weekly", period=WEEK)
    again = open_draft(member=county.cast.qingshi_head, agency=county.town, kind="weekly", period="2022-w38")
    assert first == again
    assert Report.objects.count() == 1
    assert AuditEntry.objects.filter(verb="report.opened").count() == 1


def test_a_draft_takes_window_and_recipient_from_its_duty(county):
    duty = report_duty(county.town, county.cast.unit("nr"))
    Duty.objects.filter(pk=duty.pk).update(window_start=instant("2022-09-19 00:00"))
    report = open_draft(member=None, agency=county.town, kind="weekly", period=WEEK)
    assert (report.duty, report.recipient.code) == (duty, "nr")
    assert report.window_start == instant("2022-09-19 00:00")


def test_a_duty_opened_later_is_tied_to_the_draft(county):
    report = draft(county)
    duty = report_duty(county.town, county.cast.unit("office"))
    assert open_draft(member=None, agency=county.town, kind="weekly", period=WEEK).duty == duty
    assert report.pk == duty.report.pk


def test_recipients_without_a_duty(county):
    found = {
        code: draft(county, agency=county.cast.unit(code)).recipient
        for code in ("shangwan", "qingshi", "nr", "office", "county")
    }
    assert {code: unit.code if unit else None for code, unit in found.items()} == {
        "shangwan": "qingshi",
        "qingshi": "office",
        "nr": "office",
        "office": "county",
        "county": None,
    }


@pytest.mark.parametrize(
    "username", ["baiyang.filler", "shangwan.filler", "office", "police.officer", "leader"]
)
def test_only_the_units_own_people_open_and_edit(county, username):
    member = county.cast.member(username)
    with pytest.raises(NotAllowed):
        open_draft(member=member, agency=county.town, kind="weekly", period=WEEK)
    report = draft(county)
    for act in (
        lambda: edit_narrative(report=report, member=member, texts={"work": "改"}),
        lambda: submit(report=report, member=member),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_edited_words_stay_and_the_others_follow_the_numbers(county):
    report = edit_narrative(
        report=draft(county), member=county.cast.qingshi_filler, texts={"plans": "另行安排。"}
    )
    entry(county.town, people=1)
    report = recompute(report=report)
    assert report.narrative["plans"] == "另行安排。"
    assert "共巡查检查点位5条" in report.narrative["work"]
    assert report.edited == ["plans"]


def test_an_emptied_paragraph_is_computed_again(county):
    member = county.cast.qingshi_filler
    report = edit_narrative(report=draft(county), member=member, texts={"work": "改过的文字"})
    report = edit_narrative(report=report, member=member, texts={"work": "  "})
    assert report.edited == []
    assert report.narrative["work"].startswith("2022年9月17日至9月23日")


def test_the_later_of_two_editors_is_told_and_changes_nothing(county):
    report, stale = draft(county), draft(county)
    edit_narrative(
        report=report,
        member=county.cast.qingshi_filler,
        texts={"work": "甲"},
        expected_version=report.version,
    )
    with pytest.raises(Conflict, match="青石镇填表人"):
        edit_narrative(
            report=stale,
            member=county.cast.qingshi_head,
            texts={"work": "乙"},
            expected_version=stale.version,
        )
    assert Report.objects.get().narrative["work"] == "甲"


def test_submission_freezes_every_number_with_its_rows(county):
    report = submitted(county)
    assert (report.status, report.issue) == (ReportStatus.SUBMITTED, 1)
    assert len(report.hash) == 64
    stored = {row.key: row for row in ReportFigure.objects.filter(report=report, issue=1)}
    assert set(stored) == set(FIGURES) | {f"{key}:year" for key, figure in FIGURES.items() if figure.adds_up}
    for key, row in stored.items():
        figure = FIGURES[key.removesuffix(reading.YEAR)]
        rows = figure.model.objects.filter(pk__in=row.rows)
        told = sum(getattr(one, figure.measure) for one in rows) if figure.measure else len(rows)
        assert told == row.value == int(row.value), key
    assert reading.frozen(report).now == reading.live(report, report.frozen_at).now


def test_a_frozen_number_keeps_whatever_happens(county):
    report = submitted(county)
    before = reading.frozen(report)
    for row in FIGURES["patrols"].rows(reading.Scope.of_unit(county.town), reading.window_of(report)):
        void(row, now())
    entry(county.town, people=100)
    assert reading.frozen(report) == before
    with pytest.raises(DomainError, match="数字和文字已经固定"):
        edit_narrative(report=report, member=county.cast.qingshi_filler, texts={"work": "改"})
    with pytest.raises(DomainError, match="数字和文字已经固定"):
        recompute(report=report)


def test_the_same_click_twice_submits_once(county):
    report = draft(county)
    version, member = report.version, county.cast.qingshi_filler
    submit(report=report, member=member, expected_version=version)
    submit(report=Report.objects.get(), member=member, expected_version=version)
    assert Report.objects.get().issue == 1
    assert Run.objects.filter(kind="report.papers").count() == 1


def test_of_two_submitters_the_second_is_told_who_was_first(county):
    report, twin = draft(county), draft(county)
    submit(report=report, member=county.cast.qingshi_filler, expected_version=report.version)
    with pytest.raises(Conflict, match="青石镇填表人已于.*报送报表"):
        submit(report=twin, member=county.cast.qingshi_head, expected_version=twin.version)
    assert ReportFigure.objects.filter(report=report).values("issue").distinct().count() == 1


def test_a_report_waits_for_the_last_day_of_its_window(county):
    today = now().date()
    report = draft(county, kind="monthly", period=f"{today:%Y-%m}")
    last = reading.window_of(report).end - dt.timedelta(days=1)
    if now() < last:
        with pytest.raises(DomainError, match="请在.*以后报送"):
            submit(report=report, member=county.cast.qingshi_filler)


def test_the_recipient_accepts(county):
    report = submitted(county)
    office = county.cast.office
    assert Duty.objects.get(key=f"report:{report.pk}:receive").status == "open"
    accept(report=report, member=office)
    assert report.status == ReportStatus.ACCEPTED
    assert Duty.objects.get(key=f"report:{report.pk}:receive").status == "fulfilled"
    assert Notice.objects.get(kind="report.accepted").member == county.cast.qingshi_filler
    with pytest.raises(Conflict, match="已接收"):
        return_report(report=report, member=office, reason="晚了")


def test_a_return_needs_a_reason(county):
    with pytest.raises(DomainError, match="必须写明原因"):
        return_report(report=submitted(county), member=county.cast.office, reason="  ")


@pytest.mark.parametrize("with_duty", [True, False])
def test_a_return_opens_a_correction_and_the_next_issue_freezes_anew(county, with_duty):
    if with_duty:
        report_duty(county.town, county.cast.unit("office"))
    report = submitted(county)
    return_report(report=report, member=county.cast.office, reason="点位数不对")
    assert (report.status, report.return_reason) == (ReportStatus.RETURNED, "点位数不对")
    steps = Duty.objects.filter(key__endswith=":correction")
    assert [step.status for step in steps] == ["open"]
    entry(county.town)
    submit(report=report, member=county.cast.qingshi_filler)
    assert (report.status, report.issue, report.return_reason) == (ReportStatus.SUBMITTED, 2, "")
    assert reading.frozen(report)["patrols"] == 5
    assert ReportFigure.objects.get(report=report, issue=1, key="patrols").value == 4
    assert [step.status for step in steps.all()] == ["fulfilled"]


def test_lateness_goes_by_the_first_submission(county, monkeypatch):
    duty = report_duty(county.town, county.cast.unit("office"))

    def at(text: str) -> None:
        for place in (
            "reports.actions.submission.now",
            "reports.actions.decisions.now",
            "duties.actions.steps.now",
        ):
            monkeypatch.setattr(place, lambda: instant(text))

    at("2022-09-23 16:00")
    report = submitted(county)
    at("2022-09-26 09:00")
    return_report(report=report, member=county.cast.office, reason="漏报")
    at("2022-09-28 09:00")
    submit(report=report, member=county.cast.qingshi_filler)
    accept(report=report, member=county.cast.office)
    duty.refresh_from_db()
    assert duty.due_at == instant("2022-09-23 23:59:59")
    assert duty.first_done_at == instant("2022-09-23 16:00")
    assert not duty.late(now())
    assert duty.status == "fulfilled"


def test_a_late_first_submission_stays_late_after_acceptance(county):
    duty = report_duty(county.town, county.cast.unit("office"))
    accept(report=submitted(county), member=county.cast.office)
    duty.refresh_from_db()
    assert duty.late(now())


def test_later_changes_are_told_as_a_restatement(county):
    report = submitted(county)
    assert restatement(report) is None
    row = entry(county.town, recorded=now(), people=7)
    correct(row, now(), people=8)
    told = restatement(report)
    assert {(line.key, line.frozen, line.now) for line in told.lines} == {
        ("patrols", 4, 5),
        ("people", 6, 14),
    }
    assert told.changed == 1


def test_a_correction_with_equal_numbers_is_told_too(county):
    report = submitted(county)
    row = FIGURES["patrols"].rows(reading.Scope.of_unit(county.town), reading.window_of(report)).first()
    correct(row, now(), location="改正的位置")
    told = restatement(report)
    assert told.changed == 2  # one gone, one new


def test_the_next_report_tells_what_this_one_missed(county, monkeypatch):
    monkeypatch.setattr("reports.actions.submission.now", lambda: instant("2022-09-23 17:00"))
    submitted(county)
    entry(county.town, dt.date(2022, 9, 23), recorded=instant("2022-09-23 18:00"))
    entry(county.town, dt.date(2022, 9, 23), recorded=instant("2022-09-23 16:00"))
    following = draft(county, period="2022-W39")
    assert reading.live(following)["late"] == 1


def test_drafts_open_by_themselves_once(county):
    duty = report_duty(county.town, county.cast.unit("office"))
    monthly = report_duty(county.town, county.cast.unit("office"), "monthly", MONTH)
    assert open_due(dt.date(2022, 9, 22)) == 0
    assert open_due(dt.date(2022, 9, 23)) == 1
    assert open_due(dt.date(2022, 9, 23)) == 0
    report = Report.objects.get()
    assert (report.duty, report.catch_up) == (duty, False)
    assert open_due(dt.date(2022, 10, 4)) == 1  # the days between were missed
    assert Report.objects.get(duty=monthly).catch_up
    assert Run.objects.filter(kind="report.draft").count() == 2


def test_history_is_not_drafted(county):
    duty = report_duty(county.town, county.cast.unit("office"))
    Duty.objects.filter(pk=duty.pk).update(history=True)
    assert open_due(dt.date(2022, 9, 30)) == 0


ROLES = {
    "qingshi.filler": {"submit"},
    "qingshi.deputy": {"submit"},
    "qingshi.head": {"submit"},
    "office": {"accept", "return"},
    "leader": set(),
    "nr.officer": set(),
    "police.head": set(),
    "shangwan.filler": set(),
    "baiyang.head": set(),
    "custodian": set(),
    "auditor": set(),
    "sysadmin": set(),
}


@pytest.mark.parametrize("status", ReportStatus.values)
@pytest.mark.parametrize("name", REPORT_MOVES)
def test_every_step_by_every_role_in_every_state(county, status, name):
    pk = submitted(county).pk
    Report.objects.filter(pk=pk).update(status=status)
    acts = {
        "submit": submit,
        "accept": accept,
        "return": lambda **about: return_report(reason="理由", **about),
    }
    for username, allowed in ROLES.items():
        report, member = Report.objects.get(pk=pk), county.cast.member(username)
        with transaction.atomic():
            if status in REPORT_MOVES[name].source and name in allowed:
                acts[name](report=report, member=member)
                assert Report.objects.get(pk=pk).status == REPORT_MOVES[name].target
            else:
                with pytest.raises(DomainError):
                    acts[name](report=report, member=member)
                assert Report.objects.get(pk=pk).status == status
            transaction.set_rollback(True)


def test_a_draft_job_computes_and_makes_papers(county):
    from reports.actions.watch import start_draft

    report = open_draft(member=county.cast.qingshi_filler, agency=county.town, kind="weekly", period=WEEK)
    run = start_draft(report, member=county.cast.qingshi_filler)
    assert start_draft(report, member=county.cast.qingshi_filler) == run
    jobs.execute(run.pk)
    run.refresh_from_db()
    report.refresh_from_db()
    assert (run.status, run.done, run.due) == ("done", 4, 4)
    assert {paper.format for paper in report.papers.filter(issue=0)} == {"xlsx", "docx"}
    assert report.narrative["work"]
    assert run.output.name == "weekly-qingshi-2022-W38.xlsx"
