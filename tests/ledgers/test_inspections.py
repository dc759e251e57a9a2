"""联合检查: who writes what, what is filed and proves, what becomes the 问题清单."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
import time_machine
from PIL import Image

from core.errors import Conflict, DomainError, NotAllowed
from core.models import AuditEntry, Notice
from duties.models import Campaign, Duty, DutyRule, Item, ItemList, Proof, Task, TaskParty
from ledgers import checklists
from ledgers.actions import inspections
from ledgers.models import Site
from ledgers.models.inspections import CheckAnswer, Inspection, InspectionSite
from minewatch.lib.clock import SHANGHAI
from tests.ledgers.checks import answered, drawn, found, on_site
from tests.ledgers.make import site

NOW = dt.datetime(2026, 9, 16, 11, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


# ------------------------------------------------------------------ the questions


def test_every_question_names_its_source_theme_and_kind():
    found_ = checklists.questions()
    assert len(found_) > 30
    for one in found_.values():
        assert one.source and one.theme and one.lists
        assert one.kinds or one.lists == {"acceptance"}


def test_the_six_themes_of_luzhai_and_the_comparison_of_xinbin_are_asked_at_a_mine():
    for name in ("open_pit", "underground"):
        asked = checklists.asked(name)
        themes = {one.theme for one in asked}
        assert themes >= {
            "矿业秩序",
            "矿山安全生产",
            "矿山环境保护",
            "水土保持",
            "税费缴纳",
            "自然保护地及林地",
        }
        words = "".join(one.label for one in asked)
        for paper in ("开发利用方案", "批准的矿区范围", "产量、销量、储量"):
            assert paper in words
    assert any("井上井下对照图" in one.label for one in checklists.asked("underground"))
    assert not any("井上井下对照图" in one.label for one in checklists.asked("open_pit"))


def test_each_unit_is_asked_its_own(cast):
    water = checklists.owed("open_pit", cast.unit("water"))
    assert {one.theme for one in water} == {"水土保持", "矿业秩序"}  # the last: 其他事项 of every unit
    assert checklists.owed("open_pit", cast.unit("office")) == []
    assert "taxes" in {one.code for one in checklists.owed("general", cast.unit("tax"))}


def test_what_nobody_present_answers_falls_to_the_leading_unit(cast):
    office, nr = cast.unit("office"), cast.unit("nr")
    alone = {one.code for one in checklists.offered("open_pit", office, leading=True)}
    with_nr = {one.code for one in checklists.offered("open_pit", office, leading=True, present=[nr])}
    assert "boundary" in alone and "boundary" not in with_nr
    assert checklists.offered("open_pit", cast.unit("water"), leading=False, present=[nr]) == checklists.owed(
        "open_pit", cast.unit("water")
    )


@pytest.mark.parametrize(
    "row",
    [
        "{code: a, theme: none, kinds: [], lists: [open_pit], label: x, source: y}",
        "{code: a, theme: order, kinds: [nobody], lists: [open_pit], label: x, source: y}",
        "{code: a, theme: order, kinds: [], lists: [elsewhere], label: x, source: y}",
        "{code: a, theme: order, kinds: [], lists: [open_pit], label: x, source: ''}",
    ],
)
def test_a_checklist_that_says_nothing_clear_is_refused(row):
    with pytest.raises(checklists.BadChecklist):
        checklists.read(f"themes: {{order: 矿业秩序}}\nquestions:\n  - {row}\n")


def test_two_questions_of_one_code_are_refused():
    row = "{code: a, theme: order, kinds: [], lists: [open_pit], label: x, source: y}"
    with pytest.raises(checklists.BadChecklist):
        checklists.read(f"themes: {{order: 矿业秩序}}\nquestions:\n  - {row}\n  - {row}\n")


# ------------------------------------------------------------------ drawing up


def test_the_same_form_again_gives_the_same_inspection(cast):
    token = uuid.uuid4()
    first, second = (drawn(cast, token=token) for _ in range(2))
    assert first.pk == second.pk and Inspection.objects.count() == 1
    assert first.number == "联检2026-0001"


def test_a_village_and_a_filler_organise_nothing(cast):
    for who, unit in (("shangwan.head", "shangwan"), ("qingshi.filler", "qingshi"), ("nr.officer", "office")):
        with pytest.raises(NotAllowed):
            drawn(cast, who=who, unit=unit)


def test_it_ends_after_it_starts_and_has_a_name(cast):
    with pytest.raises(DomainError) as error:
        drawn(cast, ends_at=NOW - dt.timedelta(days=1))
    assert error.value.field == "ends_at"
    with pytest.raises(DomainError) as error:
        drawn(cast, title=" ")
    assert error.value.field == "title"


def test_called_units_hear_of_it_without_a_word_of_its_content(cast):
    on_site(cast, title="柳树沟CANARY检查")
    notes = Notice.objects.filter(member=cast.water_officer)
    assert notes.exists() and "CANARY" not in "".join(note.text for note in notes)


def test_the_way_of_mining_decides_the_checklist(cast):
    row = drawn(cast)
    rows = [
        site(cast, mining_method="露天开采"),
        site(cast, mining_method="地下开采"),
        site(cast, kind="plant"),
    ]
    made = inspections.add_sites(inspection=row, member=cast.office, sites=rows)
    assert {one.site_id: one.checklist for one in made} == dict(
        zip([one.pk for one in rows], ["open_pit", "underground", "general"], strict=True)
    )


def test_a_site_out_of_sight_or_off_the_books_cannot_be_chosen(cast):
    row = drawn(cast, who="emergency.officer", unit="emergency")
    with pytest.raises(DomainError):
        inspections.add_sites(inspection=row, member=cast.emergency_officer, sites=[site(cast)])
    row = drawn(cast)
    with pytest.raises(DomainError):
        inspections.add_sites(inspection=row, member=cast.office, sites=[site(cast, is_active=False)])


def test_a_site_with_answers_stays(cast):
    row, at_site = on_site(cast)
    answered(cast, at_site, "water")
    with pytest.raises(DomainError):
        inspections.drop_site(at_site=at_site, member=cast.office)
    assert InspectionSite.objects.filter(inspection=row).count() == 1


def test_the_head_is_corrected_while_units_answer_but_not_over_a_colleague(cast):
    from ledgers.actions.inspections.guards import HEAD, seen_of

    row, at_site = on_site(cast)
    seen = seen_of(row, HEAD)
    answered(cast, at_site, "water")
    facts = {"title": row.title, "starts_at": row.starts_at, "ends_at": None, "conclusion": ""}
    inspections.edit(inspection=row, member=cast.office, text="甲", seen=seen, **facts)
    with pytest.raises(Conflict):
        inspections.edit(inspection=row, member=cast.office, text="乙", seen=seen, **facts)
    row.refresh_from_db()
    assert row.text == "甲"


# ------------------------------------------------------------------ answering


def test_a_unit_answers_its_own_questions_only(cast):
    _, at_site = on_site(cast)
    with pytest.raises(DomainError):
        answered(cast, at_site, "water", boundary=("good", ""))
    with pytest.raises(NotAllowed):
        inspections.answer(
            at_site=at_site,
            member=cast.water_officer,
            agency=cast.unit("nr"),
            rows={"boundary": ("good", "")},
        )
    with pytest.raises(NotAllowed):
        answered(cast, at_site, "forestry")
    assert not CheckAnswer.objects.exists()


def test_what_does_not_comply_needs_words(cast):
    _, at_site = on_site(cast)
    with pytest.raises(DomainError) as error:
        answered(cast, at_site, "water", soil_plan=("bad", ""))
    assert error.value.field == "text_soil_plan"


def test_a_resent_form_is_once_and_two_colleagues_get_a_conflict_not_a_loss(cast):
    _, at_site = on_site(cast)
    token = uuid.uuid4()
    call = {"at_site": at_site, "agency": cast.unit("nr"), "token": token, "seen": {"boundary": 0}}
    for _ in range(2):
        inspections.answer(member=cast.nr_officer, rows={"boundary": ("good", "")}, **call)
    row = CheckAnswer.objects.get()
    assert row.version == 1
    with pytest.raises(Conflict) as error:
        inspections.answer(
            at_site=at_site,
            agency=cast.unit("nr"),
            member=cast.nr_approver,
            rows={"boundary": ("bad", "越界50米"), "plan": ("good", "")},
            seen={"boundary": 0, "plan": 0},
        )
    assert "自然资源局承办人" in error.value.message
    row.refresh_from_db()
    assert (row.result, row.text) == ("good", "") and CheckAnswer.objects.count() == 1
    inspections.answer(
        at_site=at_site,
        agency=cast.unit("nr"),
        member=cast.nr_approver,
        rows={"boundary": ("bad", "越界50米")},
        seen={"boundary": 1},
    )
    row.refresh_from_db()
    assert (row.result, row.version) == ("bad", 2)


def test_each_unit_has_the_checklist_among_its_duties_until_it_is_filled(cast):
    row, at_site = on_site(cast)
    open_ = Duty.objects.filter(kind="inspection", status="open", subject_id=str(row.pk))
    assert {duty.agency.code for duty in open_} == {"nr", "water"}
    answered(cast, at_site, "water")
    assert [duty.agency.code for duty in open_.all()] == ["nr"]
    inspections.set_unit(
        unit=row.units.get(agency__code="nr"), member=cast.nr_officer, absent=True, reason="防汛值班"
    )
    assert not open_.all().exists()


def test_measurement_keeps_who_how_much_and_the_report(cast):
    _, at_site = on_site(cast)
    with pytest.raises(DomainError) as error:
        inspections.measure(
            at_site=at_site, member=cast.nr_officer, agency=cast.unit("nr"), measured_by="测绘院", m2=-1
        )
    assert error.value.field == "measured_m2"
    inspections.measure(
        at_site=at_site,
        member=cast.nr_officer,
        agency=cast.unit("nr"),
        measured_by="县测绘院",
        m2=350,
        t=1200,
        uploads=[("测量报告.pdf", io.BytesIO(b"%PDF-1.4 x"))],
    )
    at_site.refresh_from_db()
    assert (at_site.measured_by, at_site.measured_m2, at_site.measured_t) == ("县测绘院", 350, 1200)
    with pytest.raises(NotAllowed):
        inspections.measure(
            at_site=at_site,
            member=cast.forestry_officer,
            agency=cast.unit("forestry"),
            measured_by="x",
            text="y",
        )


# ------------------------------------------------------------------ filing


def test_a_joint_inspection_is_filed_when_every_unit_has_answered_or_is_said_absent(cast):
    row, at_site = on_site(cast)
    with pytest.raises(DomainError) as error:
        inspections.file(inspection=row, member=cast.office)
    assert "自然资源局" in error.value.message and at_site.site.name in error.value.message
    answered(cast, at_site, "water")
    with pytest.raises(DomainError):
        inspections.file(inspection=row, member=cast.office)
    with pytest.raises(DomainError) as error:
        inspections.set_unit(unit=row.units.get(agency__code="nr"), member=cast.office, absent=True)
    assert error.value.field == "reason"
    inspections.set_unit(
        unit=row.units.get(agency__code="nr"), member=cast.office, absent=True, reason="防汛值班"
    )
    row.refresh_from_db()
    inspections.file(inspection=row, member=cast.office)
    assert row.status == "filed"
    kinds = set(Proof.objects.filter(retracted_at=None).values_list("kind", "agency__code"))
    assert kinds == {("inspection.joint", "office"), ("inspection.joint", "water")}


def test_nothing_inspected_is_not_filed_nor_what_lies_ahead(cast):
    row = drawn(cast)
    with pytest.raises(DomainError):
        inspections.file(inspection=row, member=cast.office)
    row, at_site = on_site(cast, starts_at=NOW + dt.timedelta(days=1))
    for unit in ("nr", "water"):
        answered(cast, at_site, unit)
    row.refresh_from_db()
    with pytest.raises(DomainError):
        inspections.file(inspection=row, member=cast.office)


def test_only_the_leading_unit_files_and_a_page_out_of_date_does_not(cast):
    row, at_site = on_site(cast, units=("water",))
    version = row.version
    answered(cast, at_site, "water")
    row.refresh_from_db()
    with pytest.raises(NotAllowed):
        inspections.file(inspection=row, member=cast.water_officer)
    with pytest.raises(Conflict):
        inspections.file(inspection=row, member=cast.office, version=version)


def filed(cast, **more):
    row, at_site = on_site(cast, units=("water",), **more)
    answered(cast, at_site, "water")
    row.refresh_from_db()
    return inspections.file(inspection=row, member=cast.office), at_site


def test_taking_it_back_takes_back_what_it_proved_and_opens_it_again(cast):
    row, at_site = filed(cast)
    with pytest.raises(Conflict):
        answered(cast, at_site, "water", soil_plan=("bad", "没有方案"))
    with pytest.raises(DomainError):
        inspections.unfile(inspection=row, member=cast.office, reason=" ")
    inspections.unfile(inspection=row, member=cast.office, reason="补填")
    assert not Proof.objects.filter(retracted_at=None).exists()
    answered(cast, at_site, "water", soil_plan=("bad", "没有方案"))


def test_a_quarter_s_duty_is_done_by_the_inspection_of_that_quarter(cast):
    rule = DutyRule.objects.create(
        key="999921/lz/LZ-Q1",
        name="联合检查",
        kind="inspection",
        county=cast.county,
        owner=cast.unit("office"),
        owner_role="office",
        proof_kind="inspection.joint",
        schedule={"kind": "quarterly"},
        basis="",
        valid_from=dt.date(2026, 1, 1),
        loaded_at=NOW,
    )
    duties = {}
    for quarter, first, last in (("Q2", (2026, 4, 1), (2026, 7, 1)), ("Q3", (2026, 7, 1), (2026, 10, 1))):
        duties[quarter] = Duty.objects.create(
            key=quarter,
            rule=rule,
            kind="inspection",
            title="联合检查",
            agency=cast.unit("office"),
            role="office",
            proof_kind="inspection.joint",
            window_start=dt.datetime(*first, tzinfo=SHANGHAI),
            window_end=dt.datetime(*last, tzinfo=SHANGHAI),
            due_at=dt.datetime(*last, tzinfo=SHANGHAI) - dt.timedelta(seconds=1),
        )
    row, _ = filed(cast, starts_at=dt.datetime(2026, 9, 15, 9, tzinfo=SHANGHAI))
    states = {name: Duty.objects.get(pk=duty.pk).status for name, duty in duties.items()}
    assert states == {"Q2": "open", "Q3": "fulfilled"}
    inspections.unfile(inspection=row, member=cast.office, reason="更正")
    assert Duty.objects.get(pk=duties["Q3"].pk).status == "open"


def test_a_list_of_mines_to_be_visited_twice_counts_the_filed_inspections(cast):
    from duties.actions import items

    campaign = Campaign.objects.create(
        county=cast.county, key="xb", name="整治", starts_on=dt.date(2026, 6, 1), status="running"
    )
    row, at_site = on_site(cast, units=("water",))
    mines = items.open_list(
        title="检查矿山清单", agency=cast.unit("office"), campaign=campaign, times=2, by=cast.office
    )
    item = items.add(
        list=mines, by=cast.office, name="柳树沟", agency=cast.unit("qingshi"), subject=at_site.site
    )
    answered(cast, at_site, "water")
    row.refresh_from_db()
    assert Item.objects.get(pk=item.pk).done == 0
    inspections.file(inspection=row, member=cast.office)
    assert Item.objects.get(pk=item.pk).done == 1
    inspections.unfile(inspection=row, member=cast.office, reason="更正")
    assert Item.objects.get(pk=item.pk).done == 0


def test_a_survey_proves_a_survey(cast):
    row = drawn(cast, "survey", who="nr.officer", unit="nr")
    inspections.add_sites(inspection=row, member=cast.nr_officer, sites=[site(cast)])
    inspections.file(inspection=row, member=cast.nr_officer)
    assert Proof.objects.get(retracted_at=None).kind == "inspection.survey"


# ------------------------------------------------------------------ findings


def test_a_finding_is_an_item_with_a_duty_of_the_township(cast):
    row, at_site = on_site(cast)
    item = found(cast, row, at_site)
    assert (item.agency.code, item.found_by.code, item.subject_id) == (
        "qingshi",
        "nr",
        str(at_site.site_id),
    )
    assert item.list.agency.code == "office" and row.number in item.list.title
    duty = Duty.objects.get(key=f"item:{item.pk}")
    assert duty.agency.code == "qingshi" and "越界" not in duty.title


def test_a_finding_needs_a_demand_a_term_ahead_and_somebody_who_took_part(cast):
    row, at_site = on_site(cast)
    for more, field in (
        ({"demand": " "}, "demand"),
        ({"problem": ""}, "problem"),
        ({"due_at": NOW - dt.timedelta(days=1)}, "due_on"),
    ):
        with pytest.raises(DomainError) as error:
            found(cast, row, at_site, **more)
        assert error.value.field == field
    with pytest.raises(NotAllowed):
        found(cast, row, at_site, who="forestry.officer", unit="forestry")
    with pytest.raises(NotAllowed):
        found(cast, row, at_site, who="water.officer", unit="nr")
    assert not Item.objects.exists()


def test_a_finding_sent_twice_is_one(cast):
    row, at_site = on_site(cast)
    token = uuid.uuid4()
    assert found(cast, row, at_site, token=token).pk == found(cast, row, at_site, token=token).pk
    assert Item.objects.count() == 1


def test_an_inspection_that_found_something_is_not_cancelled(cast):
    row, at_site = on_site(cast)
    found(cast, row, at_site)
    with pytest.raises(DomainError):
        inspections.cancel(inspection=row, member=cast.office, reason="天气")
    row.refresh_from_db()
    assert row.status == "draft"
    other = drawn(cast)
    inspections.cancel(inspection=other, member=cast.office, reason="天气")
    assert other.status == "cancelled" and "天气" in other.conclusion


# ------------------------------------------------------------------ 验收


@pytest.fixture
def task(cast):
    """SZ-9: 检查验收各镇（街）, owed once by the office."""
    campaign = Campaign.objects.create(
        county=cast.county, key="sz", name="专项行动", starts_on=dt.date(2026, 6, 10), status="running"
    )
    other = Task.objects.create(
        campaign=campaign, code="SZ-5", kind="task", name="集中整治", deadline="ongoing", role="filler"
    )
    for code in ("qingshi", "baiyang"):
        TaskParty.objects.create(task=other, agency=cast.unit(code), side="host")
    made = Task.objects.create(
        campaign=campaign, code="SZ-9", kind="inspection", name="检查验收", deadline="fixed", role="office"
    )
    Task.objects.filter(pk=made.pk).update(proof_kind=f"task.{made.pk}")
    made.refresh_from_db()
    TaskParty.objects.create(task=made, agency=cast.unit("office"), side="host")
    Duty.objects.create(
        key="sz9",
        campaign=campaign,
        kind="task",
        title="检查验收",
        agency=cast.unit("office"),
        role="office",
        proof_kind=made.proof_kind,
        window_start=dt.datetime(2026, 6, 10, tzinfo=SHANGHAI),
        window_end=dt.datetime(2027, 1, 1, tzinfo=SHANGHAI),
        due_at=dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI),
    )
    return made


def accepted(cast, task, results, again=None):
    """A filed acceptance {township: passed?}."""
    row = drawn(cast, "acceptance", task=task, again=again)
    there = set(row.subjects.values_list("agency__code", flat=True))
    fresh = [cast.unit(code) for code in results if code not in there]
    inspections.add_subjects(inspection=row, member=cast.office, agencies=fresh)
    for subject in row.subjects.select_related("agency", "inspection"):
        passed = results[subject.agency.code]
        inspections.judge(
            subject=subject,
            member=cast.office,
            result="passed" if passed else "failed",
            shortfalls=[] if passed else ["handling"],
        )
        if not passed:
            found(cast, row, subject=subject, who="office", unit="office")
    row.refresh_from_db()
    return inspections.file(inspection=row, member=cast.office)


def sz9():
    return Duty.objects.get(key="sz9").status


def test_an_inspection_of_another_kind_is_no_acceptance(cast, task):
    Task.objects.filter(pk=task.pk).update(spec={"proof": "acceptance"})
    row, at_site = on_site(cast, "open", units=("nr",), task=task)
    answered(cast, at_site, "nr")
    row.refresh_from_db()
    inspections.file(inspection=row, member=cast.office)
    assert row.task_id == task.pk and sz9() == "open"


def test_the_task_is_done_when_every_township_has_passed_and_not_before(cast, task):
    first = accepted(cast, task, {"qingshi": True, "baiyang": False})
    assert sz9() == "open"
    again = drawn(cast, "acceptance", task=task, again=first)
    assert [one.agency.code for one in again.subjects.all()] == ["baiyang"]
    inspections.cancel(inspection=again, member=cast.office, reason="改期")
    second = accepted(cast, task, {"baiyang": True}, again=first)
    assert sz9() == "fulfilled"
    with pytest.raises(DomainError):
        inspections.unfile(inspection=first, member=cast.office, reason="更正")
    inspections.unfile(inspection=second, member=cast.office, reason="更正")
    assert sz9() == "open"


def test_one_township_alone_does_not_stand_for_all(cast, task):
    accepted(cast, task, {"qingshi": True})
    assert sz9() == "open"
    accepted(cast, task, {"baiyang": True})
    assert sz9() == "fulfilled"


def test_an_acceptance_after_its_term_is_done_late_not_never(cast, task):
    with time_machine.travel(dt.datetime(2027, 1, 8, 10, tzinfo=SHANGHAI), tick=False):
        accepted(cast, task, {"qingshi": True, "baiyang": True})
        duty = Duty.objects.get(key="sz9")
        assert duty.status == "fulfilled" and duty.late(dt.datetime.now(SHANGHAI))


def test_who_fails_is_told_what_is_short_and_has_a_finding_with_a_term(cast, task):
    row = drawn(cast, "acceptance", task=task)
    (subject,) = inspections.add_subjects(inspection=row, member=cast.office, agencies=[cast.unit("qingshi")])
    with pytest.raises(DomainError) as error:
        inspections.judge(subject=subject, member=cast.office, result="failed")
    assert error.value.field == "shortfalls"
    with pytest.raises(DomainError):
        inspections.judge(subject=subject, member=cast.office, result="passed", shortfalls=["survey"])
    with pytest.raises(DomainError):
        inspections.file(inspection=row, member=cast.office)
    inspections.judge(subject=subject, member=cast.office, result="failed", shortfalls=["survey", "closure"])
    with pytest.raises(DomainError) as error:
        inspections.file(inspection=row, member=cast.office)
    assert "问题清单" in error.value.message
    found(cast, row, subject=subject, who="office", unit="office")
    row.refresh_from_db()
    inspections.file(inspection=row, member=cast.office)
    assert subject.shortfalls == ["survey", "closure"]


def test_only_townships_are_accepted_and_only_what_failed_is_accepted_again(cast, task):
    row = drawn(cast, "acceptance", task=task)
    with pytest.raises(DomainError):
        inspections.add_subjects(inspection=row, member=cast.office, agencies=[cast.unit("water")])
    first = accepted(cast, task, {"qingshi": True})
    with pytest.raises(DomainError) as error:
        drawn(cast, "acceptance", task=task, again=first)
    assert error.value.field == "again"


# ------------------------------------------------------------------ 暗访

CANARY = "CANARY暗访"


@pytest.fixture
def secret(cast):
    """A filed 暗访 of 青石镇 led by natural resources with the police, with a finding."""
    row, at_site = on_site(cast, "secret", units=("police",), who="nr.officer", unit="nr", title=CANARY)
    (subject,) = inspections.add_subjects(
        inspection=row, member=cast.nr_officer, agencies=[cast.unit("qingshi")]
    )
    inspections.judge(subject=subject, member=cast.nr_officer, text=f"{CANARY}情况")
    answered(cast, at_site, "nr", boundary=("bad", f"{CANARY}越界"))
    item = found(cast, row, at_site, problem=f"{CANARY}问题", demand=f"{CANARY}要求")
    row.refresh_from_db()
    inspections.file(inspection=row, member=cast.nr_officer)
    return row, at_site, item


OUTSIDE = (
    "qingshi.filler",
    "qingshi.head",
    "shangwan.head",
    "water.officer",
    "baiyang.head",
    "auditor",
    "sysadmin",
)
SIDE = ("nr.officer", "police.officer", "office")


def pages(row, at_site, item):
    one = f"/ledgers/inspections/{row.pk}/"
    own = [one, f"{one}print/", f"{one}inspection.xlsx", f"{one}inspection.docx", f"{one}sites/{at_site.pk}/"]
    return own, [
        "/ledgers/inspections/",
        "/ledgers/inspections/export.xlsx",
        f"/ledgers/sites/{at_site.site_id}/",
        "/search/?q=CANARY",
        "/search/?q=暗访",
        "/duties/",
        "/duties/lists/",
        "/duties/coverage/",
        "/duties/matrix/",
        "/ledgers/coverage/",
        "/reports/",
        "/todo/",
        "/notices/",
        "/ledgers/",
    ]


def texts_of(response):
    """What a page or a workbook says."""
    data = b"".join(response) if response.streaming else response.content
    if data[:2] != b"PK":
        return data.decode()
    import zipfile

    package = zipfile.ZipFile(io.BytesIO(data))
    return "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist())


@pytest.mark.parametrize("who", OUTSIDE)
def test_a_secret_visit_does_not_exist_for_anyone_but_its_side_and_the_office(cast, secret, who):
    own, lists = pages(*secret)
    client = cast.client(who)
    for url in own:
        assert client.get(url).status_code == 404, url
    for url in lists:
        body = texts_of(client.get(url))
        assert "CANARY越" not in body and f"{CANARY}情" not in body and f"{CANARY}问" not in body, url
        assert CANARY not in body, url
    assert not Inspection.objects.visible_to(cast.member(who)).exists()
    assert not Item.objects.visible_to(cast.member(who)).exists()


@pytest.mark.parametrize("who", SIDE)
def test_its_side_and_the_office_read_it(cast, secret, who):
    own, _ = pages(*secret)
    client = cast.client(who)
    assert {client.get(url).status_code for url in own} == {200}
    assert CANARY in client.get("/ledgers/inspections/").content.decode()


def test_a_secret_visit_leaves_no_duty_proof_or_word_in_the_audit(cast, secret):
    row, _, item = secret
    assert not Duty.objects.filter(key=f"item:{item.pk}").exists()
    assert not Duty.objects.filter(kind="inspection").exists()
    assert not Proof.objects.exists()
    told = Notice.objects.filter(subject_id=str(row.pk)).values_list("member__agency__code", flat=True)
    assert set(told) == {"police", "office"}  # called to it; asked to release it
    assert "CANARY" not in str(list(AuditEntry.objects.values_list("facts", flat=True)))
    assert "CANARY" not in ItemList.objects.get().title


def test_release_is_for_the_office_and_makes_the_findings_duties(cast, secret):
    row, at_site, item = secret
    for who in ("nr.officer", "police.officer"):
        with pytest.raises(NotAllowed):
            inspections.release(inspection=row, by=cast.member(who))
    inspections.release(inspection=row, by=cast.office, version=row.version)
    assert Duty.objects.get(key=f"item:{item.pk}").agency.code == "qingshi"
    assert Proof.objects.filter(kind="inspection.open", agency__code="nr").get().at == row.starts_at
    client = cast.client("qingshi.head")
    assert CANARY in client.get(f"/ledgers/inspections/{row.pk}/").content.decode()
    note = Notice.objects.filter(member=cast.qingshi_head, subject_id=str(row.pk)).get()
    assert "CANARY" not in note.text
    with pytest.raises(DomainError):
        inspections.release(inspection=row, by=cast.office)


def test_a_secret_visit_is_filed_before_it_is_released(cast):
    row, _ = on_site(cast, "secret", units=("police",))
    with pytest.raises(DomainError):
        inspections.release(inspection=row, by=cast.office)


def test_nobody_stands_on_both_sides_of_a_secret_visit(cast):
    row, _ = on_site(cast, "secret", units=("police",))
    with pytest.raises(DomainError):
        inspections.call_units(inspection=row, member=cast.office, agencies=[cast.unit("qingshi")])
    with pytest.raises(DomainError):
        inspections.add_subjects(inspection=row, member=cast.office, agencies=[cast.unit("police")])
    assert row.units.count() == 2 and not row.subjects.exists()


def test_an_open_visit_is_known_to_whom_it_concerns_and_read_once_filed(cast):
    row, at_site = on_site(cast, "open", units=("police",), title="明查")
    answered(cast, at_site, "police", vehicles=("bad", "CANARY超限"))
    client = cast.client("qingshi.head")
    page = client.get(f"/ledgers/inspections/{row.pk}/")
    assert page.status_code == 200
    assert "CANARY" not in client.get(f"/ledgers/inspections/{row.pk}/sites/{at_site.pk}/").content.decode()
    assert client.get(f"/ledgers/inspections/{row.pk}/inspection.xlsx").status_code == 404
    row.refresh_from_db()
    inspections.file(inspection=row, member=cast.office)
    assert "CANARY" in client.get(f"/ledgers/inspections/{row.pk}/sites/{at_site.pk}/").content.decode()


def jpeg():
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "grey").save(out, "JPEG")
    out.seek(0)
    out.name = "现场.jpg"
    return out


def test_photos_of_a_secret_visit_open_for_its_side_only(cast):
    from core.models import StoredFile

    row, at_site = on_site(cast, "secret", units=("police",), who="nr.officer", unit="nr")
    inspections.answer(
        at_site=at_site,
        member=cast.nr_officer,
        agency=cast.unit("nr"),
        rows={"plan": ("good", "")},
        photos=[jpeg()],
    )
    file = StoredFile.objects.get()
    assert cast.client("qingshi.head").get(f"/files/{file.pk}/").status_code == 404
    assert cast.client("police.officer").get(f"/files/{file.pk}/").status_code == 200
    assert Site.objects.count() == 1
