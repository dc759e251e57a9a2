"""Addresses of 提醒设置."""

from django.urls import path

from duties.views import ladder

urlpatterns = [
    path("duties/ladder/", ladder.index, name="ladder"),
    path("duties/ladder/new/", ladder.add, name="rung_add"),
    path("duties/ladder/quiet/", ladder.quiet, name="quiet"),
    path("duties/ladder/<key:pk>/", ladder.edit, name="rung"),
]
