"""Load the shipped holiday arrangements and limits (reviewed data files)."""

from django.db import migrations

from minewatch.lib.workdays import DATA, read_calendar


def load(apps, schema_editor):
    from duties.calendars import store
    from duties.clocks import load_clocks

    store(read_calendar(DATA.read_text(encoding="utf-8-sig")), apps.get_model("duties", "CalendarDay"))
    load_clocks(apps.get_model("duties", "Clock"))


class Migration(migrations.Migration):

    dependencies = [("duties", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
