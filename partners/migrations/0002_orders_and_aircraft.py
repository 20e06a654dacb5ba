import random
from datetime import timedelta

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import work.ids
from work.leases import due

INTERVAL = timedelta(hours=1)


def list_aircraft_of_all_accounts(apps, schema_editor):
    """Each account that there is gets its row, spread over the first hour."""
    refresh, accounts = apps.get_model("partners", "AircraftRefresh"), apps.get_model("partners", "PartnerSystemUser")
    rows = [
        refresh(system_user_id=key, share_key=key, status="idle", priority="low", **due(INTERVAL * random.random(), "low"))
        for key in accounts.objects.values_list("pk", flat=True)
    ]
    refresh.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('partners', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AircraftRefresh',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(max_length=16)),
                ('priority', models.CharField(choices=[('low', 'Low'), ('normal', 'Normal'), ('high', 'High')], default='normal', max_length=8)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('rank_at', models.DateTimeField(blank=True, null=True)),
                ('share_key', models.UUIDField(editable=False, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('losses', models.PositiveSmallIntegerField(default=0, help_text='Times in a row that a worker vanished with it')),
                ('lease_token', models.UUIDField(editable=False, null=True)),
                ('lease_expires_at', models.DateTimeField(editable=False, null=True)),
                ('leased_by', models.CharField(blank=True, editable=False, max_length=200)),
                ('last_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('error', models.TextField(blank=True)),
            ],
            options={
                'verbose_name_plural': 'aircraft refreshes',
            },
        ),
        migrations.AddIndex(
            model_name='partner',
            index=models.Index(fields=['name', 'id'], name='partner_by_name'),
        ),
        migrations.AddIndex(
            model_name='partnersystemuser',
            index=models.Index(fields=['name', 'id'], name='system_user_by_name'),
        ),
        migrations.AddIndex(
            model_name='partnersystemuser',
            index=models.Index(fields=['partner_username', 'id'], name='system_user_by_login'),
        ),
        migrations.AddField(
            model_name='aircraftrefresh',
            name='system_user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='aircraft_refresh', to='partners.partnersystemuser'),
        ),
        migrations.AddIndex(
            model_name='aircraftrefresh',
            index=models.Index(condition=models.Q(('rank_at__isnull', False)), fields=['rank_at'], name='refresh_due'),
        ),
        migrations.AddIndex(
            model_name='aircraftrefresh',
            index=models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['share_key'], name='refresh_share'),
        ),
        migrations.AddIndex(
            model_name='aircraftrefresh',
            index=models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['lease_expires_at'], name='refresh_lease'),
        ),
        migrations.AddConstraint(
            model_name='aircraftrefresh',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_expires_at__isnull', False), ('lease_token__isnull', False), ('status', 'listing')), models.Q(models.Q(('status', 'listing'), _negated=True), ('lease_expires_at__isnull', True), ('lease_token__isnull', True)), _connector='OR'), name='refresh_whole_lease'),
        ),
        migrations.AddConstraint(
            model_name='aircraftrefresh',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', True), ('rank_at__isnull', True)), models.Q(('due_at__isnull', False), ('rank_at__isnull', False)), _connector='OR'), name='refresh_ranked'),
        ),
        migrations.AddConstraint(
            model_name='aircraftrefresh',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['idle', 'listing'])), name='refresh_status'),
        ),
        migrations.AlterField(
            model_name="partner",
            name="code",
            field=models.CharField(
                max_length=40,
                unique=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Za-z0-9][A-Za-z0-9_.-]*\\Z", "use letters, digits, dots, hyphens and underscores only"
                    )
                ],
            ),
        ),
        migrations.RunPython(list_aircraft_of_all_accounts, migrations.RunPython.noop),
    ]
