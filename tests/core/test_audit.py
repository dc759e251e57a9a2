"""The audit is append-only, chained and verifiable."""

from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from core import audit
from core.models import AuditEntry, AuditLink


@pytest.fixture
def three(cast):
    for name in ("one", "two", "three"):
        audit.record("command.run", actor=cast.office, facts={"command": name})
    audit.seal()


def test_sealed_entries_verify(three):
    result = audit.verify()
    assert result.broken == ()
    assert result.checked == AuditEntry.objects.count()
    assert result.tail == 0


def test_unsealed_tail_is_reported(three, cast):
    audit.record("command.run", actor=cast.office)
    assert audit.verify().tail == 1


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditentry SET verb = 'x'",
        "DELETE FROM core_auditentry",
        "UPDATE core_auditlink SET number = 99",
        "DELETE FROM core_auditlink",
    ],
)
def test_the_database_refuses_to_rewrite_the_audit(three, sql):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def without_guard(sql: str) -> None:
    """Do what a database superuser could: drop the triggers, then tamper."""
    migration = import_module("core.migrations.0002_audit_append_only")
    with connection.cursor() as cursor:
        for statement in (*migration.drop_statements(connection.vendor), sql):
            cursor.execute(statement)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_auditentry SET actor_label = 'x' WHERE id = (SELECT MIN(entry_id) FROM core_auditlink)",
        "DELETE FROM core_auditentry WHERE id = (SELECT MIN(entry_id) FROM core_auditlink)",
        "DELETE FROM core_auditlink WHERE number = 2",
    ],
)
def test_tampering_by_a_superuser_shows(three, sql):
    without_guard(sql)
    assert audit.verify().broken


def test_unregistered_verbs_are_refused(cast):
    with pytest.raises(KeyError):
        audit.record("nobody.registered", actor=cast.office)


def test_two_sealers_leave_one_chain(three):
    assert audit.seal() == 0
    numbers = list(AuditLink.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
