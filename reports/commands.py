"""What the commands of reports share: units by code, Chinese messages, exit status 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from agencies.models import Agency
from core.errors import DomainError, Missing


@contextmanager
def plain_errors() -> Iterator[None]:
    """A DomainError becomes its message on the error stream and exit status 1."""
    try:
        yield
    except DomainError as error:
        raise CommandError(error.message, returncode=1) from None


def unit(code: str) -> Agency:
    """The unit of that code. Raises Missing."""
    agency = Agency.objects.select_related("division", "parent").filter(code=code).first()
    if agency is None:
        raise Missing(f"没有代码为“{code[:40]}”的单位，请核对单位代码。")
    return agency
