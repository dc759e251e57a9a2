"""Addresses of uploads, sites and licences; part of ledgers.urls."""

from django.urls import path

from ledgers.views import uploads

urlpatterns = [
    path("ledgers/uploads/", uploads.index, name="uploads"),
    path("ledgers/uploads/new/<slug:kind>/", uploads.new, name="upload_new"),
    path("ledgers/uploads/template/<slug:kind>.xlsx", uploads.template, name="upload_template"),
    path("ledgers/uploads/<int:pk>/", uploads.show, name="upload"),
    path("ledgers/uploads/<int:pk>/confirm/", uploads.confirm, name="upload_confirm"),
    path("ledgers/uploads/<int:pk>/abandon/", uploads.abandon, name="upload_abandon"),
    path("ledgers/uploads/<int:pk>/marked.xlsx", uploads.marked, name="upload_marked"),
]
