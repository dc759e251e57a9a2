"""The address of a page as it is written into a message."""

from __future__ import annotations

from django.conf import settings


def absolute(path: str) -> str:
    """`path` under the site's own address (MINEWATCH_URL); the path alone where none is set."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"
