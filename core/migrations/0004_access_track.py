from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0003_bodies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('core', '0003_counter'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='access',
            name='access_once_per_unit',
        ),
        migrations.RemoveConstraint(
            model_name='access',
            name='access_once_per_member',
        ),
        migrations.AddField(
            model_name='access',
            name='track',
            field=models.CharField(choices=[('admin', '线索和行政案件'), ('referral', '移送'), ('criminal', '刑事案件'), ('known', '仅知悉')], default='admin', max_length=10, verbose_name='范围'),
        ),
        migrations.AddConstraint(
            model_name='access',
            constraint=models.UniqueConstraint(condition=models.Q(('member__isnull', True)), fields=('matter', 'agency', 'relation', 'track'), name='access_once_per_unit'),
        ),
        migrations.AddConstraint(
            model_name='access',
            constraint=models.UniqueConstraint(condition=models.Q(('agency__isnull', True)), fields=('matter', 'member', 'relation', 'track'), name='access_once_per_member'),
        ),
    ]
