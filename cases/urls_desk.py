"""Address of the desk of a bureau's leader."""

from django.urls import path

from cases.views import desk

urlpatterns = [path("cases/desk/", desk.show, name="desk")]
