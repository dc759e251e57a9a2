"""cases: see ARCHITECTURE.md."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers what this app adds to the house."""

    name = "cases"
    verbose_name = "案件"

    def ready(self) -> None:
        """Import the modules whose import registers something."""
        from cases import (  # noqa: F401
            handover_cases,
            setup,
            subjects_cases,
            subjects_law,
            subjects_papers,
            subjects_referrals,
            subjects_rights,
            verbs,
            verbs_cases,
            verbs_law,
            verbs_rights,
        )
        from cases.actions import sentinel  # noqa: F401
