"""/healthz: database, worker's sign of life, disk. Says states, no content."""

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from core import jobs


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers; the worker's state stands beside it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker = jobs.alive("worker")
        database = True
    except DatabaseError:
        worker = database = False
    free = shutil.disk_usage(settings.HOME).free
    state = {"database": database, "worker": worker, "disk_free_mb": free // 1_048_576}
    return JsonResponse(state, status=200 if database else 503)
