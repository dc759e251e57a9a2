"""core's views, one module a noun; the names the settings and URL handlers use stand here."""

from core.views.errors import bad_request, csrf_failure, page_not_found, permission_denied, server_error

__all__ = ["bad_request", "csrf_failure", "page_not_found", "permission_denied", "server_error"]
