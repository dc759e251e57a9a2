"""Addresses. Each app brings its own table; this file only says in which order they are asked.

An app's `urls.py` writes its paths in full ("ledgers/…", "todo/"), so that its table reads like the
address bar. core comes last: it ends with what belongs to nobody else.
"""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

ROOMS = ("agencies", "duties", "ledgers", "cases", "reports", "core")

urlpatterns: list[URLPattern | URLResolver] = [path("sysadmin/", admin.site.urls)]
urlpatterns += [path("", include(f"{room}.urls")) for room in ROOMS if find_spec(f"{room}.urls")]

handler400 = "core.views.bad_request"
handler403 = "core.views.permission_denied"
handler404 = "core.views.page_not_found"
handler500 = "core.views.server_error"
