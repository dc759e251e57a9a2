"""reports' addresses."""

from django.urls import path

from reports.views import figures, index, new, papers, record, rows, steps

app_name = "reports"
urlpatterns = [
    path("reports/", index.index, name="index"),
    path("reports/new/", new.new, name="new"),
    path("reports/jobs/<int:pk>/", new.job, name="job"),
    path("reports/duties/<int:pk>/", index.of_duty, name="of_duty"),
    path("reports/figures/", figures.figures, name="figures"),
    path("reports/figures/<slug:key>/rows/", rows.of_live_page, name="figure_rows"),
    path("reports/forms/patrol/", papers.form_patrol, name="form_patrol"),
    path("reports/<int:pk>/", record.show, name="show"),
    path("reports/<int:pk>/print/", record.paper, name="print"),
    path("reports/<int:pk>/changes/", record.changes, name="changes"),
    path("reports/<int:pk>/figures/<slug:key>/", rows.of_report, name="rows"),
    path("reports/<int:pk>/paper/<slug:ending>/", papers.download, name="download"),
    path("reports/<int:pk>/edit/", steps.edit, name="edit"),
    path("reports/<int:pk>/recompute/", steps.recompute, name="recompute"),
    path("reports/<int:pk>/submit/", steps.submit, name="submit"),
    path("reports/<int:pk>/accept/", steps.accept, name="accept"),
    path("reports/<int:pk>/return/", steps.return_report, name="return"),
]
