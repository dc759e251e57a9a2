"""An answer keeps its words. Of what was answered before, the words of the answer that stands are known."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, editor):
    """`Lead.feedback` to the answer it belongs to; reopening blanked the words of those that were undone."""
    answers = apps.get_model("ledgers", "LeadAnswer").objects.using(editor.connection.alias)
    leads = apps.get_model("ledgers", "Lead").objects.using(editor.connection.alias)
    own = leads.filter(pk=OuterRef("lead_id")).values("feedback")[:1]
    answers.filter(undone_at__isnull=True).update(text=Subquery(own))


class Migration(migrations.Migration):
    dependencies = [("ledgers", "0004_leads_and_inspections")]

    operations = [
        migrations.AddField(
            model_name="leadanswer",
            name="text",
            field=models.CharField(blank=True, max_length=1000, verbose_name="处置结果"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
