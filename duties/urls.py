"""duties' addresses."""

from django.urls import path

from duties.views import todo, watch

app_name = "duties"
urlpatterns = [
    path("todo/", todo.todo, name="todo"),
    path("duties/", watch.index, name="index"),
    path("duties/coverage/", watch.coverage, name="coverage"),
    path("duties/<key:pk>/", watch.show, name="show"),
    path("duties/<key:pk>/urge/", watch.urge, name="urge"),
    path("duties/<key:pk>/waive/", watch.waive, name="waive"),
]
