"""agencies: divisions, units, people, roles."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """Registers the verbs and subjects of agencies."""

    name = "agencies"
    verbose_name = "单位与人员"

    def ready(self) -> None:
        """Import the modules whose import registers something."""
        from agencies import leaving, subjects, verbs  # noqa: F401
