"""Load the shipped offences and lines to crime (reviewed data files, cases/data).

Until this release 0001 is made anew when a model changes: move this file aside while makemigrations runs.
"""

from django.db import migrations


def load(apps, schema_editor):
    from cases.lawdata import load_law

    load_law(apps.get_model("cases", "Offence"), apps.get_model("cases", "Threshold"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
