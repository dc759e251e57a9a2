"""Addresses of uploads, sites and licences; part of ledgers.urls."""

from django.urls import path

from ledgers import api_sites
from ledgers.views import licences, site_file, sites, uploads

urlpatterns = [
    path("api/sites/", api_sites.collection, name="api_sites"),
    path("api/sites/<int:pk>/", api_sites.detail, name="api_site"),
    path("ledgers/sites/", sites.index, name="sites"),
    path("ledgers/sites/export.xlsx", sites.export, name="sites_export"),
    path("ledgers/sites/pick/", sites.pick, name="site_pick"),
    path("ledgers/sites/new/", sites.new, name="site_new"),
    path("ledgers/sites/<int:pk>/", site_file.show, name="site"),
    path("ledgers/sites/<int:pk>/edit/", sites.edit, name="site_edit"),
    path("ledgers/sites/<int:pk>/retire/", sites.retire, name="site_retire"),
    path("ledgers/sites/<int:pk>/restore/", sites.restore, name="site_restore"),
    path("ledgers/sites/<int:pk>/gang/", site_file.gang_mark, name="site_gang"),
    path("ledgers/sites/<int:pk>/licences/new/", licences.new, name="licence_new"),
    path("ledgers/licences/expiring/", licences.expiring, name="licences_expiring"),
    path("ledgers/licences/<int:pk>/", licences.show, name="licence"),
    path("ledgers/licences/<int:pk>/edit/", licences.edit, name="licence_edit"),
    path("ledgers/licences/<int:pk>/attend/", licences.attend, name="licence_attend"),
    path("ledgers/uploads/", uploads.index, name="uploads"),
    path("ledgers/uploads/new/<slug:kind>/", uploads.new, name="upload_new"),
    path("ledgers/uploads/template/<slug:kind>.xlsx", uploads.template, name="upload_template"),
    path("ledgers/uploads/<int:pk>/", uploads.show, name="upload"),
    path("ledgers/uploads/<int:pk>/confirm/", uploads.confirm, name="upload_confirm"),
    path("ledgers/uploads/<int:pk>/abandon/", uploads.abandon, name="upload_abandon"),
    path("ledgers/uploads/<int:pk>/marked.xlsx", uploads.marked, name="upload_marked"),
]
