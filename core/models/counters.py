"""Counter: gapless numbers, taken inside the transaction that uses them: a rollback gives them back."""

from __future__ import annotations

from django.db import models, transaction
from django.db.models import F


class Counter(models.Model):
    """One series ("XS2026"); `value` is the last number given out."""

    key = models.CharField(max_length=40, unique=True)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "编号"

    @classmethod
    def take(cls, key: str, count: int = 1) -> int:
        """The first of `count` fresh numbers; a second writer waits until the first commits."""
        with transaction.atomic():
            cls.objects.get_or_create(key=key)
            cls.objects.filter(key=key).update(value=F("value") + count)
            return cls.objects.get(key=key).value - count + 1
