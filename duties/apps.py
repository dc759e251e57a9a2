"""duties: see ARCHITECTURE.md."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Registers what this app adds to the house."""

    name = "duties"
    verbose_name = "督办"

    def ready(self) -> None:
        """Import the modules whose import registers something."""
        from duties import (  # noqa: F401
            recording,
            setup,
            subjects,
            subjects_areas,
            subjects_campaigns,
            subjects_items,
            subjects_ladder,
            subjects_meetings,
            verbs,
        )
        from duties.actions import reaching  # noqa: F401
