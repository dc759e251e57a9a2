"""Addresses of uploads, sites and licences; part of ledgers.urls."""

from django.urls import path

from ledgers import api_sites
from ledgers.views import licences, site_file, sites, uploads

urlpatterns = [
    path("api/sites/", api_sites.collection, name="api_sites"),
    path("api/sites/<key:pk>/", api_sites.detail, name="api_site"),
    path("ledgers/sites/", sites.index, name="sites"),
    path("ledgers/sites/export.xlsx", sites.export, name="sites_export"),
    path("ledgers/sites/pick/", sites.pick, name="site_pick"),
    path("ledgers/sites/new/", sites.new, name="site_new"),
    path("ledgers/sites/<key:pk>/", site_file.show, name="site"),
    path("ledgers/sites/<key:pk>/edit/", sites.edit, name="site_edit"),
    path("ledgers/sites/<key:pk>/retire/", sites.retire, name="site_retire"),
    path("ledgers/sites/<key:pk>/restore/", sites.restore, name="site_restore"),
    path("ledgers/sites/<key:pk>/gang/", site_file.gang_mark, name="site_gang"),
    path("ledgers/sites/<key:pk>/licences/new/", licences.new, name="licence_new"),
    path("ledgers/licences/expiring/", licences.expiring, name="licences_expiring"),
    path("ledgers/licences/<key:pk>/", licences.show, name="licence"),
    path("ledgers/licences/<key:pk>/edit/", licences.edit, name="licence_edit"),
    path("ledgers/licences/<key:pk>/attend/", licences.attend, name="licence_attend"),
    path("ledgers/uploads/", uploads.index, name="uploads"),
    path("ledgers/uploads/new/<slug:kind>/", uploads.new, name="upload_new"),
    path("ledgers/uploads/template/<slug:kind>.xlsx", uploads.template, name="upload_template"),
    path("ledgers/uploads/<key:pk>/", uploads.show, name="upload"),
    path("ledgers/uploads/<key:pk>/confirm/", uploads.confirm, name="upload_confirm"),
    path("ledgers/uploads/<key:pk>/abandon/", uploads.abandon, name="upload_abandon"),
    path("ledgers/uploads/<key:pk>/marked.xlsx", uploads.marked, name="upload_marked"),
]
