"""Django admin, looking only: the base of every registered model, and the signs of life."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from core.models import Heartbeat


class Looking(admin.ModelAdmin):
    """Shows rows and changes none: writes go through the actions, which guard and record them."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never here."""
        return False


@admin.register(Heartbeat)
class HeartbeatAdmin(Looking):
    """When the background last gave a sign of life."""

    list_display = ("name", "at")
