"""Counter, taken over from ledgers with its table and its numbers."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("core", "0002_audit_append_only"), ("ledgers", "0003_counter_to_core")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Counter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=40, unique=True)),
                        ("value", models.PositiveIntegerField(default=0)),
                    ],
                    options={"verbose_name": "编号"},
                ),
            ]
        )
    ]
