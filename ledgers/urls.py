"""ledgers' addresses."""

from django.urls import URLPattern, URLResolver

from ledgers import urls_coverage, urls_inspections, urls_leads, urls_patrol, urls_sites

app_name = "ledgers"
urlpatterns: list[URLPattern | URLResolver] = [
    *urls_coverage.urlpatterns,
    *urls_patrol.urlpatterns,
    *urls_sites.urlpatterns,
    *urls_inspections.urlpatterns,
    *urls_leads.urlpatterns,
]
