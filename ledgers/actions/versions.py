"""Records that are edited in place: one conditional UPDATE on the version the editor saw."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F

from core import audit
from core.errors import Conflict
from minewatch.lib.clock import SHANGHAI


def change(obj: models.Model, expected_version: int | None, **values: Any) -> None:
    """Write `values` where the row still has the version its editor saw, else Conflict with who and when."""
    version = obj.version if expected_version is None else expected_version
    rows = type(obj)._default_manager.filter(pk=obj.pk, version=version)
    if rows.update(**values, version=F("version") + 1) != 1:
        raise overtaken(obj)
    obj.refresh_from_db()


def overtaken(obj: models.Model) -> Conflict:
    """The Conflict for a row that somebody else has changed meanwhile."""
    last = audit.last_on(obj)
    if last is None:
        return Conflict("这条记录已被他人修改。您填写的内容仍保留在页面上，请刷新后再改。")
    when = last.at.astimezone(SHANGHAI)
    return Conflict(
        f"{last.actor_label or '系统'}已于{when:%Y年%-m月%-d日 %H:%M}修改（{audit.sentence(last)}）。"
        "您填写的内容仍保留在页面上，请刷新后再改。"
    )
