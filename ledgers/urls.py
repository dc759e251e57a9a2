"""ledgers' addresses."""

from django.urls import URLPattern, URLResolver

from ledgers import urls_sites

app_name = "ledgers"
urlpatterns: list[URLPattern | URLResolver] = [*urls_sites.urlpatterns]
