"""ledgers' addresses."""

from django.urls import URLPattern, URLResolver

from ledgers import urls_patrol, urls_sites

app_name = "ledgers"
urlpatterns: list[URLPattern | URLResolver] = [*urls_patrol.urlpatterns, *urls_sites.urlpatterns]
