"""cases' addresses: one table for each slice."""

from django.urls import URLPattern, URLResolver

from cases import urls_cases, urls_desk, urls_law, urls_referrals, urls_rights

app_name = "cases"
urlpatterns: list[URLPattern | URLResolver] = [
    *urls_cases.urlpatterns,
    *urls_desk.urlpatterns,
    *urls_law.urlpatterns,
    *urls_referrals.urlpatterns,
    *urls_rights.urlpatterns,
]
