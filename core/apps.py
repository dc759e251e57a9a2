"""core: rights, traces, files, runs, messages – the services of the house."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers core's audit verbs and job kinds."""

    name = "core"
    verbose_name = "基础服务"

    def ready(self) -> None:
        """Import the modules whose import registers something."""
        from core import converters, verbs  # noqa: F401
