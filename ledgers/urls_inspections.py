"""Addresses of inspections and of yearly plans; part of ledgers.urls."""

from django.urls import path

from ledgers.views import (
    inspection_checks,
    inspection_moves,
    inspection_papers,
    inspection_record,
    inspection_work,
    inspections,
    plans,
)

ONE = "ledgers/inspections/<key:pk>/"
SITE = f"{ONE}sites/<key:at_pk>/"

urlpatterns = [
    path("ledgers/inspections/", inspections.index, name="inspections"),
    path("ledgers/inspections/export.xlsx", inspections.export, name="inspections_export"),
    path("ledgers/inspections/new/", inspections.new, name="inspection_new"),
    path(ONE, inspection_record.show, name="inspection"),
    path(f"{ONE}edit/", inspections.edit, name="inspection_edit"),
    path(f"{ONE}print/", inspection_papers.printed, name="inspection_print"),
    path(f"{ONE}inspection.xlsx", inspection_papers.workbook, name="inspection_xlsx"),
    path(f"{ONE}inspection.docx", inspection_papers.document, name="inspection_docx"),
    path(f"{ONE}file/", inspection_moves.file, name="inspection_file"),
    path(f"{ONE}unfile/", inspection_moves.unfile, name="inspection_unfile"),
    path(f"{ONE}cancel/", inspection_moves.cancel, name="inspection_cancel"),
    path(f"{ONE}release/", inspection_moves.release, name="inspection_release"),
    path(f"{ONE}units/", inspection_work.call, name="inspection_units"),
    path(f"{ONE}units/<key:unit_pk>/", inspection_work.unit, name="inspection_unit"),
    path(f"{ONE}units/<key:unit_pk>/drop/", inspection_moves.drop_unit, name="inspection_unit_drop"),
    path(f"{ONE}sites/", inspection_work.sites, name="inspection_sites"),
    path(SITE, inspection_record.site, name="inspection_site"),
    path(f"{SITE}answer/", inspection_checks.answer, name="inspection_answer"),
    path(f"{SITE}measure/", inspection_checks.measure, name="inspection_measure"),
    path(f"{SITE}drop/", inspection_moves.drop_site, name="inspection_site_drop"),
    path(f"{ONE}subjects/", inspection_work.subjects, name="inspection_subjects"),
    path(f"{ONE}subjects/<key:subject_pk>/", inspection_work.subject, name="inspection_subject"),
    path(
        f"{ONE}subjects/<key:subject_pk>/drop/", inspection_moves.drop_subject, name="inspection_subject_drop"
    ),
    path(f"{ONE}findings/new/", inspection_checks.finding, name="inspection_finding"),
    path("ledgers/plans/", plans.index, name="plans"),
    path("ledgers/plans/new/", plans.new, name="plan_new"),
    path("ledgers/plans/<key:pk>/", plans.show, name="plan"),
    path("ledgers/plans/<key:pk>/edit/", plans.edit, name="plan_edit"),
    path("ledgers/plans/<key:pk>/lines/", plans.new_line, name="plan_line_new"),
    path("ledgers/plans/<key:pk>/lines/<key:line_pk>/", plans.edit_line, name="plan_line"),
    path("ledgers/plans/<key:pk>/lines/<key:line_pk>/drop/", plans.drop_line, name="plan_line_drop"),
    path("ledgers/plans/<key:pk>/submit/", plans.submit, name="plan_submit"),
    path("ledgers/plans/<key:pk>/approve/", plans.approve, name="plan_approve"),
    path("ledgers/plans/<key:pk>/return/", plans.send_back, name="plan_return"),
]
