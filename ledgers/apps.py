"""ledgers: see ARCHITECTURE.md."""

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    """Registers what this app adds to the house."""

    name = "ledgers"
    verbose_name = "台账"

    def ready(self) -> None:
        """Import the modules whose import registers something."""
        from ledgers import importers, subjects, subjects_sites, verbs  # noqa: F401
