"""core's addresses: what belongs to no room above."""

from django.urls import path

from core.views import drafts, files, health, home, notices, prefs, runs, search

app_name = "core"
urlpatterns = [
    path("", home.home, name="home"),
    path("prefs/large-text/", prefs.large_text, name="large_text"),
    path("healthz", health.healthz, name="healthz"),
    path("drafts/save/", drafts.save, name="draft_save"),
    path("drafts/load/", drafts.load, name="draft_load"),
    path("drafts/drop/", drafts.drop, name="draft_drop"),
    path("search/", search.index, name="search"),
    path("notices/", notices.index, name="notices"),
    path("notices/<key:pk>/read/", notices.read, name="notice_read"),
    path("files/<key:pk>/", files.download, name="file"),
    path("files/<key:pk>/view/", files.view, name="file_view"),
    path("jobs/<key:pk>/", runs.show, name="run"),
    path("jobs/<key:pk>/file/", runs.output, name="run_output"),
    path("jobs/<key:pk>/cancel/", runs.cancel, name="run_cancel"),
    path("jobs/<key:pk>/retry/", runs.retry, name="run_retry"),
]
