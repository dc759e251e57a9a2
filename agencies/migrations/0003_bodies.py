import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0002_division_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='Body',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60, verbose_name='代码')),
                ('name', models.CharField(max_length=80, verbose_name='名称')),
                ('kind', models.CharField(choices=[('leading_group', '领导小组'), ('command', '指挥部'), ('push_group', '推进组'), ('office', '办公室（监管办）'), ('task_force', '专班')], max_length=15, verbose_name='类别')),
                ('minimum', models.PositiveIntegerField(blank=True, null=True, verbose_name='不少于（人）')),
                ('basis', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('formed_on', models.DateField(blank=True, null=True, verbose_name='成立日期')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('required_posts', models.JSONField(blank=True, default=list, verbose_name='应设职务')),
                ('version', models.PositiveIntegerField(default=1)),
                ('county', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.division')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='agencies.body')),
                ('seat', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='设在单位')),
            ],
            options={
                'verbose_name': '议事协调机构',
                'ordering': ['county', 'key'],
                'constraints': [models.UniqueConstraint(fields=('county', 'key'), name='body_once')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(choices=[('head', '组长（指挥长）'), ('vice', '副组长（副指挥长）'), ('member', '成员'), ('office_head', '办公室主任'), ('office_vice', '办公室副主任'), ('contact', '联络人')], max_length=15, verbose_name='职务')),
                ('person', models.CharField(blank=True, max_length=40, verbose_name='姓名')),
                ('duty_in_unit', models.CharField(blank=True, max_length=60, verbose_name='单位职务')),
                ('supervises', models.BooleanField(default=False, verbose_name='督办领导')),
                ('valid_from', models.DateField(verbose_name='起')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='止')),
                ('status', models.CharField(choices=[('proposed', '待备案'), ('recorded', '已备案'), ('refused', '退回')], default='proposed', max_length=10)),
                ('version', models.PositiveIntegerField(default=1)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='变动原因')),
                ('proposed_at', models.DateTimeField(verbose_name='提出时间')),
                ('recorded_at', models.DateTimeField(blank=True, null=True, verbose_name='备案时间')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='body_posts', to='agencies.agency', verbose_name='所在单位')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='agencies.body')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='body_posts', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.post')),
            ],
            options={
                'verbose_name': '机构成员',
                'ordering': ['body', 'title', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('member__isnull', False), models.Q(('person', ''), _negated=True), _connector='OR'), name='post_names_someone')],
            },
        ),
        migrations.AlterField(
            model_name='agency',
            name='kind',
            field=models.CharField(choices=[('county', '县政府'), ('joint_office', '专班办公室'), ('natural_resources', '自然资源'), ('police', '公安'), ('ecology', '生态环境'), ('emergency', '应急管理'), ('water', '水利'), ('energy', '能源'), ('forestry', '林业'), ('market', '市场监管'), ('transport', '交通运输'), ('power_grid', '供电'), ('tax', '税务'), ('development', '发展改革'), ('publicity', '宣传'), ('discipline', '纪检监察'), ('gang_office', '扫黑办'), ('procuratorate', '检察院'), ('court', '法院'), ('township', '乡镇（街道）'), ('village', '村（社区）'), ('city_office', '市专项行动办公室'), ('finance', '财政'), ('personnel', '人力资源和社会保障'), ('staffing', '编办'), ('approval', '行政审批'), ('system', '系统运行')], max_length=20, verbose_name='类别'),
        ),
    ]
