"""cases: what was done. Comes with a later release; the room exists so that the import order does."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Nothing to register yet."""

    name = "cases"
    verbose_name = "案件"
