"""One instant for all figures of a report (design.md 3.5): reads inside see the same rows.

PostgreSQL: a REPEATABLE READ, READ ONLY transaction. SQLite: one deferred read transaction, so that no
writer waits. Inside a transaction that is already open it can only join that one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def snapshot(using: BaseDatabaseWrapper = connection) -> Iterator[None]:
    """Read many figures as of one instant; nothing can be written inside."""
    if using.in_atomic_block:
        yield
    elif using.vendor == "sqlite":
        yield from _deferred(using)
    else:
        with transaction.atomic(using=using.alias), using.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _deferred(using: BaseDatabaseWrapper) -> Iterator[None]:
    """BEGIN DEFERRED: the first SELECT fixes what is seen, and no write lock is taken."""
    with using.cursor() as cursor:
        cursor.execute("PRAGMA query_only=ON")
        usual, using.transaction_mode = using.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic(using=using.alias):
                yield
        finally:
            using.transaction_mode = usual
            cursor.execute("PRAGMA query_only=OFF")
