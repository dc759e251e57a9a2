"""What the figures were taken on: versions, cores, load."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

PACKAGES = ("Django", "openpyxl", "xlsxwriter", "python-calamine", "psycopg2-binary")


def facts() -> dict[str, object]:
    """Versions and cores; the load average is that of now."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "cores": os.cpu_count(),
        "load": load(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def load() -> list[float]:
    """Load average over 1, 5 and 15 minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def database() -> str:
    """The server's own word for its version. Needs Django set up."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            name = "PostgreSQL " + cursor.fetchone()[0]
            cursor.execute("SHOW fsync")
            return f"{name}, fsync {cursor.fetchone()[0]}"
        cursor.execute("SELECT sqlite_version()")
        return "SQLite " + cursor.fetchone()[0]
