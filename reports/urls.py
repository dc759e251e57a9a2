"""reports' addresses."""

from django.urls import path

from reports.views import figures, index, new, papers, record, rows, steps

app_name = "reports"
urlpatterns = [
    path("reports/", index.index, name="index"),
    path("reports/new/", new.new, name="new"),
    path("reports/jobs/<key:pk>/", new.job, name="job"),
    path("reports/duties/<key:pk>/", index.of_duty, name="of_duty"),
    path("reports/figures/", figures.figures, name="figures"),
    path("reports/figures/<slug:key>/rows/", rows.of_live_page, name="figure_rows"),
    path("reports/forms/", papers.form_choose, name="form_choose"),
    path("reports/forms/patrol/", papers.form_patrol, name="form_patrol"),
    path("reports/<key:pk>/", record.show, name="show"),
    path("reports/<key:pk>/print/", record.paper, name="print"),
    path("reports/<key:pk>/changes/", record.changes, name="changes"),
    path("reports/<key:pk>/figures/<slug:key>/", rows.of_report, name="rows"),
    path("reports/<key:pk>/paper/<slug:ending>/", papers.download, name="download"),
    path("reports/<key:pk>/edit/", steps.edit, name="edit"),
    path("reports/<key:pk>/recompute/", steps.recompute, name="recompute"),
    path("reports/<key:pk>/submit/", steps.submit, name="submit"),
    path("reports/<key:pk>/accept/", steps.accept, name="accept"),
    path("reports/<key:pk>/return/", steps.return_report, name="return"),
]
