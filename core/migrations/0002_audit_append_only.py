"""The audit is append-only: the database itself refuses UPDATE and DELETE on entries and links."""

from django.db import migrations

TABLES = ("core_auditentry", "core_auditlink")


def guard(apps, schema_editor):
    """Triggers on both databases; on PostgreSQL TRUNCATE is refused as well."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(
            "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION 'audit is append-only'; END $$ LANGUAGE plpgsql"
        )
    for table in TABLES:
        if vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
                )
        elif vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
            )


def drop_statements(vendor):
    """The SQL that takes the triggers away; only a migration or a tampering test runs it."""
    for table in TABLES:
        if vendor == "sqlite":
            yield from (f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete"))
        elif vendor == "postgresql":
            yield f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"


def unguard(apps, schema_editor):
    """Take the triggers away again."""
    for statement in drop_statements(schema_editor.connection.vendor):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """See guard()."""

    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
