"""Addresses of cases: list, record, steps, facts, numbers."""

from django.urls import path

from cases.views import case_after, case_facts, case_moves, case_papers, case_record, cases

AT = "cases/<key:pk>/"

urlpatterns = [
    path("cases/", cases.index, name="cases"),
    path("cases/new/", cases.new, name="case_new"),
    path("cases/numbers/", cases.templates, name="case_numbers"),
    path(AT, case_record.show, name="case"),
    path(f"{AT}edit/", case_facts.edit, name="case_edit"),
    path(f"{AT}print/", case_record.printed, name="case_print"),
    path(f"{AT}papers/<slug:name>/", case_papers.docx, name="case_paper"),
    path(f"{AT}do/<slug:name>/", case_moves.take, name="case_move"),
    path(f"{AT}parties/new/", case_facts.party_new, name="party_new"),
    path(f"{AT}violations/new/", case_facts.violation_new, name="violation_new"),
    path(f"{AT}penalties/new/", case_facts.penalty_new, name="penalty_new"),
    path(f"{AT}held/", case_facts.held, name="case_held"),
    path(f"{AT}measures/new/", case_facts.measure_new, name="measure_new"),
    path(f"{AT}tasks/new/", case_facts.task_new, name="case_task_new"),
    path(f"{AT}notes/new/", case_facts.note_new, name="case_note_new"),
    path(f"{AT}remedies/new/", case_after.remedy_new, name="remedy_new"),
    path("cases/remedies/<key:pk>/", case_after.remedy, name="remedy"),
    path("cases/remedies/<key:pk>/answer/", case_after.remedy_answer, name="remedy_answer"),
    path("cases/remedies/<key:pk>/end/", case_after.remedy_end, name="remedy_end"),
    path("cases/penalties/<key:pk>/vary/", case_after.penalty_vary, name="penalty_vary"),
    path("cases/penalties/<key:pk>/dispose/", case_after.dispose, name="penalty_dispose"),
    path("cases/parties/<key:pk>/", case_facts.party, name="party"),
    path("cases/parties/<key:pk>/drop/", case_facts.drop, {"kind": "party"}, name="party_drop"),
    path("cases/violations/<key:pk>/", case_facts.violation, name="violation"),
    path("cases/violations/<key:pk>/drop/", case_facts.drop, {"kind": "violation"}, name="violation_drop"),
    path("cases/penalties/<key:pk>/", case_facts.penalty, name="penalty"),
    path("cases/penalties/<key:pk>/drop/", case_facts.drop, {"kind": "penalty"}, name="penalty_drop"),
    path("cases/penalties/<key:pk>/carry/", case_facts.carry, name="penalty_carry"),
    path("cases/measures/<key:pk>/report/", case_facts.measure_report, name="measure_report"),
    path("cases/measures/<key:pk>/end/", case_facts.measure_end, name="measure_end"),
    path("cases/tasks/<key:pk>/done/", case_facts.task_done, name="case_task_done"),
    path("cases/tasks/<key:pk>/back/", case_facts.task_back, name="case_task_back"),
    path("cases/lookbacks/<key:pk>/", case_facts.look_back, name="lookback"),
]
