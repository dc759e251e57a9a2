"""Addresses of 巡查覆盖; part of ledgers.urls."""

from django.urls import path

from ledgers.views import coverage

urlpatterns = [
    path("ledgers/coverage/", coverage.index, name="coverage"),
    path("ledgers/coverage/export.xlsx", coverage.export, name="coverage_export"),
    path("ledgers/coverage/sites/", coverage.sites, name="coverage_sites"),
    path("ledgers/coverage/sites/export.xlsx", coverage.export_sites, name="coverage_sites_export"),
]
