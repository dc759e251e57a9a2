"""duties: see ARCHITECTURE.md."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Registers what this app adds to the house."""

    name = "duties"
    verbose_name = "督办"

    def ready(self) -> None:
        """Import the modules whose import registers something."""
        from duties import setup, subjects, verbs  # noqa: F401
