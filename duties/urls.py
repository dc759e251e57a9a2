"""duties' addresses."""

from django.urls import path

from duties.urls_areas import urlpatterns as area_patterns
from duties.urls_campaigns import urlpatterns as campaign_patterns
from duties.urls_items import urlpatterns as item_patterns
from duties.urls_ladder import urlpatterns as ladder_patterns
from duties.urls_meetings import urlpatterns as meeting_patterns
from duties.views import coverage, stops, todo, watch

app_name = "duties"
urlpatterns = [
    path("todo/", todo.todo, name="todo"),
    path("duties/", watch.index, name="index"),
    path("duties/coverage/", coverage.coverage, name="coverage"),
    path("duties/coverage/export.xlsx", coverage.export, name="coverage_export"),
    path("duties/<key:pk>/", watch.show, name="show"),
    path("duties/<key:pk>/urge/", watch.urge, name="urge"),
    path("duties/<key:pk>/waive/", watch.waive, name="waive"),
    path("duties/<key:pk>/stop/", stops.stop, name="stop"),
    path("duties/<key:pk>/resume/", stops.resume, name="resume"),
    path("duties/<key:pk>/extend/", stops.extend, name="extend"),
    *area_patterns,
    *campaign_patterns,
    *item_patterns,
    *ladder_patterns,
    *meeting_patterns,
]
