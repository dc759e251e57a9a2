"""Counter moves to core: orders of duties are numbered too. Only the table's name changes."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("ledgers", "0002_counter")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("Counter", "core_counter")],
            state_operations=[migrations.DeleteModel("Counter")],
        )
    ]
