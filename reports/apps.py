"""reports: see ARCHITECTURE.md."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Registers what this app adds to the house."""

    name = "reports"
    verbose_name = "报表"

    def ready(self) -> None:
        """Import the modules whose import registers something."""
        from core import registry
        from reports import subjects, tasks, verbs  # noqa: F401

        registry.hang("ledgers", "导出官方表格", "reports:form_choose")
