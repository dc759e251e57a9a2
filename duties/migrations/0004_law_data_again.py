"""Load the limits anew: ceilings of extension and the house's own limits are new (reviewed data file)."""

from django.db import migrations


def load(apps, schema_editor):
    from duties.clocks import load_clocks

    load_clocks(apps.get_model("duties", "Clock"))


class Migration(migrations.Migration):
    dependencies = [("duties", "0003_campaigns")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
