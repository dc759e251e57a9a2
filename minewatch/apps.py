"""The edge as a Django app, so that Celery is configured in every process: web, worker, command, test."""

from django.apps import AppConfig


class EdgeConfig(AppConfig):
    """Makes minewatch.celery the current Celery app; core only asks for the current one."""

    name = "minewatch"
    verbose_name = "矿山联合执法"

    def ready(self) -> None:
        """Import the module whose import sets the default app."""
        from minewatch import celery  # noqa: F401
