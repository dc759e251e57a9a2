"""ledgers: see ARCHITECTURE.md."""

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    """Registers what this app adds to the house."""

    name = "ledgers"
    verbose_name = "台账"

    def ready(self) -> None:
        """Import the modules whose import registers something."""
        from ledgers import (  # noqa: F401
            agenda,
            areas,
            importers,
            kept_drafts,
            lead_watch,
            objects,
            subjects,
            subjects_inspections,
            subjects_sites,
            verbs,
        )
