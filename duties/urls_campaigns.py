"""Addresses of campaigns and of 办结材料."""

from django.urls import path

from duties.views import campaign_editing as editing
from duties.views import campaign_units, campaigns, filings, overview, task_dates, tasks

urlpatterns = [
    path("duties/campaigns/", campaigns.index, name="campaigns"),
    path("duties/campaigns/<key:pk>/", campaigns.show, name="campaign"),
    path("duties/campaigns/new/", editing.new, name="campaign_new"),
    path("duties/campaigns/<key:pk>/file.yaml", editing.as_file, name="campaign_file"),
    path("duties/campaigns/<key:pk>/edit/", editing.edit, name="campaign_edit"),
    path("duties/campaigns/<key:pk>/edit/head/", editing.head, name="campaign_head"),
    path("duties/campaigns/<key:pk>/edit/text/", editing.text, name="campaign_text"),
    path("duties/campaigns/<key:pk>/edit/discard/", editing.discard, name="campaign_discard"),
    path("duties/campaigns/<key:pk>/edit/units/<str:key>/", editing.unit, name="campaign_unit"),
    path("duties/campaigns/<key:pk>/edit/stages/<str:code>/", editing.stage, name="campaign_stage"),
    path("duties/campaigns/<key:pk>/edit/tasks/<str:code>/", editing.task, name="campaign_task"),
    path(
        "duties/campaigns/<key:pk>/edit/<str:what>/<str:code>/remove/", editing.remove, name="campaign_remove"
    ),
    path("duties/campaigns/<key:pk>/units/", campaign_units.units, name="campaign_units"),
    path("duties/campaigns/<key:pk>/end/", campaign_units.end, name="campaign_end"),
    path("duties/campaigns/<key:pk>/preview/", editing.preview, name="campaign_preview"),
    path("duties/campaigns/<key:pk>/tasks/<key:task_pk>/", tasks.task, name="task"),
    path("duties/campaigns/<key:pk>/tasks.xlsx", campaigns.sheet, name="campaign_tasks"),
    path("duties/campaigns/<key:pk>/tasks/<key:task_pk>/date/", task_dates.confirm, name="task_date"),
    path("duties/campaigns/<key:pk>/tasks/<key:task_pk>/day/", task_dates.set_day, name="task_day"),
    path("duties/campaigns/<key:pk>/tasks/<key:task_pk>/record/", tasks.record, name="task_record"),
    path("duties/calendar/", overview.calendar, name="calendar"),
    path("duties/calendar.xlsx", overview.calendar_sheet, name="calendar_sheet"),
    path("duties/export.xlsx", overview.duties_sheet, name="duties_sheet"),
    path("duties/matrix/", overview.matrix, name="matrix"),
    path("duties/units/<slug:code>/", overview.unit, name="unit"),
    path("duties/<key:pk>/file/", filings.file, name="filing_new"),
    path("duties/filings/<key:pk>/", filings.show, name="filing"),
    path("duties/filings/<key:pk>/accept/", filings.accept, name="filing_accept"),
    path("duties/filings/<key:pk>/return/", filings.send_back, name="filing_return"),
    path("duties/filings/<key:pk>/withdraw/", filings.withdraw, name="filing_withdraw"),
]
