import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import partners.fields
import partners.models
import uuid
import work.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('partners', '0001_initial'), ('partners', '0002_orders_and_aircraft'), ('partners', '0003_canary_apart'), ('partners', '0004_health')]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0004_request_limit'),
    ]

    operations = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9_.-]*\\Z', 'use letters, digits, dots, hyphens and underscores only')])),
                ('name', models.CharField(max_length=200)),
                ('adapter', models.CharField(max_length=40)),
                ('configuration', models.JSONField(blank=True, default=partners.models.default_configuration)),
                ('active', models.BooleanField(default=True)),
                ('checked_at', models.DateTimeField(editable=False, help_text='When it was last looked at', null=True)),
                ('failures', models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='Calls in a row that failed')),
                ('health', models.CharField(choices=[('unknown', 'Unknown'), ('healthy', 'Healthy'), ('degraded', 'Degraded'), ('unhealthy', 'Unhealthy')], db_default='unknown', default='unknown', editable=False, max_length=16)),
                ('health_error', models.TextField(blank=True, db_default='', default='', editable=False, help_text='Why it is not healthy')),
                ('health_since', models.DateTimeField(editable=False, null=True)),
                ('open_until', models.DateTimeField(editable=False, help_text='No call but the next look before this time', null=True)),
                ('refused_at', models.DateTimeField(editable=False, help_text='Since when it refuses the logins of many accounts', null=True)),
                ('response_time', models.DurationField(editable=False, help_text='Of the last look, where it was answered', null=True)),
                ('troubled_at', models.DateTimeField(editable=False, help_text='When it last failed, or answered slowly', null=True)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['name', 'id'], name='partner_by_name')],
            },
        ),
        migrations.CreateModel(
            name='PartnerMembership',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='partners.partner')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='partner_membership', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PartnerSystemUser',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('next_call_at', models.DateTimeField(editable=False, null=True)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('partner_username', models.CharField(max_length=200)),
                ('partner_user_id', models.CharField(blank=True, max_length=100)),
                ('company_id', models.CharField(blank=True, max_length=100)),
                ('api_key', partners.fields.EncryptedTextField(blank=True, default='')),
                ('api_secret', partners.fields.EncryptedTextField(blank=True, default='')),
                ('active', models.BooleanField(default=True)),
                ('logs_since', models.DateTimeField(db_default=models.ExpressionWrapper(django.db.models.expressions.CombinedExpression(django.db.models.functions.datetime.Now(), '+', models.Value(datetime.timedelta(days=-7))), output_field=models.DateTimeField()))),
                ('log_time_zone', models.CharField(default='UTC', max_length=60)),
                ('log_altitude_unit', models.CharField(choices=[('m', 'Metres'), ('ft', 'Feet')], default='m', max_length=4)),
                ('log_speed_unit', models.CharField(choices=[('m/s', 'Metres Per Second'), ('km/h', 'Kilometres Per Hour'), ('kn', 'Knots'), ('mph', 'Miles Per Hour')], default='m/s', max_length=4)),
                ('rate_limit', models.PositiveIntegerField(blank=True, help_text="Calls a minute; empty: the partner's own", null=True)),
                ('sign_in', partners.fields.EncryptedTextField(editable=False, null=True)),
                ('credentials_version', models.PositiveIntegerField(default=1, editable=False)),
                ('signed_in_user_id', models.CharField(blank=True, editable=False, help_text='As the last sign-in returned it', max_length=100)),
                ('signed_in_company_id', models.CharField(blank=True, editable=False, max_length=100)),
                ('verified_at', models.DateTimeField(editable=False, null=True)),
                ('last_success_at', models.DateTimeField(editable=False, null=True)),
                ('failures', models.PositiveIntegerField(db_default=0, default=0, editable=False, help_text='Calls in a row that failed')),
                ('refused_at', models.DateTimeField(editable=False, help_text='Since when the credentials are refused', null=True)),
                ('paused_until', models.DateTimeField(editable=False, help_text='No call before this time', null=True)),
                ('paused_by_person', models.BooleanField(default=False, editable=False)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='system_users', to='accounts.customer')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='system_users', to='partners.partner')),
                ('checked_at', models.DateTimeField(editable=False, help_text='When it was last looked at', null=True)),
                ('health', models.CharField(choices=[('unknown', 'Unknown'), ('healthy', 'Healthy'), ('degraded', 'Degraded'), ('unhealthy', 'Unhealthy')], db_default='unknown', default='unknown', editable=False, max_length=16)),
                ('health_error', models.TextField(blank=True, db_default='', default='', editable=False, help_text='Why it is not healthy')),
                ('health_since', models.DateTimeField(editable=False, null=True)),
                ('open_until', models.DateTimeField(editable=False, help_text='No call but the next look before this time', null=True)),
                ('refusal_doubted', models.BooleanField(db_default=False, default=False, editable=False, help_text='Its last refusal was taken for an outage of the partner; the next one is believed')),
                ('troubled_at', models.DateTimeField(editable=False, help_text='When it last failed, or answered slowly', null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['name', 'id'], name='system_user_by_name'), models.Index(fields=['partner_username', 'id'], name='system_user_by_login')],
                'constraints': [models.UniqueConstraint(fields=('partner', 'customer', 'partner_username'), name='system_user_once'), models.CheckConstraint(condition=models.Q(models.Q(('customer', uuid.UUID('00000000-ca4a-7000-8000-000000000001')), ('partner', uuid.UUID('00000000-ca4a-7000-8000-000000000001'))), models.Q(models.Q(('partner', uuid.UUID('00000000-ca4a-7000-8000-000000000001')), _negated=True), models.Q(('customer', uuid.UUID('00000000-ca4a-7000-8000-000000000001')), _negated=True)), _connector='OR'), name='system_user_apart')],
            },
        ),
        migrations.CreateModel(
            name='PartnerCall',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('operation', models.CharField(max_length=40)),
                ('method', models.CharField(max_length=8)),
                ('url', models.TextField()),
                ('outcome', models.CharField(max_length=40)),
                ('http_status', models.PositiveSmallIntegerField(null=True)),
                ('duration_ms', models.PositiveIntegerField()),
                ('bytes_in', models.PositiveBigIntegerField(default=0)),
                ('bytes_out', models.PositiveBigIntegerField(default=0)),
                ('dialect', models.CharField(blank=True, max_length=20)),
                ('error', models.TextField(blank=True)),
                ('correlation_id', models.CharField(blank=True, max_length=64)),
                ('system_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='partners.partnersystemuser')),
            ],
            options={
                'indexes': [models.Index(fields=['system_user', 'id'], name='call_of_account'), models.Index(fields=['at'], name='call_by_age')],
            },
        ),
        migrations.CreateModel(
            name='HealthResult',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('checked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('healthy', models.BooleanField(help_text='Whether this look was answered as it should be')),
                ('response_time', models.DurationField(null=True)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('error', models.TextField(blank=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='health_results', to='partners.partner')),
                ('system_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='health_results', to='partners.partnersystemuser')),
                ('status', models.CharField(choices=[('unknown', 'Unknown'), ('healthy', 'Healthy'), ('degraded', 'Degraded'), ('unhealthy', 'Unhealthy')], db_default='unknown', default='unknown', max_length=16)),
            ],
            options={
                'indexes': [models.Index(fields=['partner', 'id'], name='health_of_partner'), models.Index(condition=models.Q(('system_user__isnull', True)), fields=['partner', 'id'], name='health_history')],
            },
        ),
        migrations.CreateModel(
            name='HealthCheck',
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
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='partners.partner')),
                ('system_user', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='check_row', to='partners.partnersystemuser')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('rank_at__isnull', False)), fields=['rank_at'], name='health_due'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['share_key'], name='health_share'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['lease_expires_at'], name='health_lease')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_expires_at__isnull', False), ('lease_token__isnull', False), ('status', 'checking')), models.Q(models.Q(('status', 'checking'), _negated=True), ('lease_expires_at__isnull', True), ('lease_token__isnull', True)), _connector='OR'), name='health_whole_lease'), models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', True), ('rank_at__isnull', True)), models.Q(('due_at__isnull', False), ('rank_at__isnull', False)), _connector='OR'), name='health_ranked'), models.UniqueConstraint(condition=models.Q(('system_user__isnull', True)), fields=('partner',), name='health_once_per_partner'), models.CheckConstraint(condition=models.Q(('status__in', ['idle', 'checking'])), name='health_status')],
            },
        ),
        migrations.CreateModel(
            name='CallCounter',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('hour', models.DateTimeField()),
                ('operation', models.CharField(max_length=40)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('system_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counters', to='partners.partnersystemuser')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('system_user', 'hour', 'operation'), name='counter_once')],
            },
        ),
        migrations.CreateModel(
            name='Aircraft',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('external_id', models.CharField(max_length=100)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('type', models.CharField(blank=True, max_length=100)),
                ('status', models.CharField(blank=True, max_length=40)),
                ('last_seen', models.DateTimeField(blank=True, null=True)),
                ('listed_at', models.DateTimeField(blank=True, help_text='When the partner last listed it; empty: unseen', null=True)),
                ('system_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aircraft', to='partners.partnersystemuser')),
            ],
            options={
                'verbose_name_plural': 'aircraft',
                'constraints': [models.UniqueConstraint(fields=('system_user', 'external_id'), name='aircraft_once')],
            },
        ),
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
                ('system_user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='aircraft_refresh', to='partners.partnersystemuser')),
            ],
            options={
                'verbose_name_plural': 'aircraft refreshes',
                'indexes': [models.Index(condition=models.Q(('rank_at__isnull', False)), fields=['rank_at'], name='refresh_due'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['share_key'], name='refresh_share'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['lease_expires_at'], name='refresh_lease')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_expires_at__isnull', False), ('lease_token__isnull', False), ('status', 'listing')), models.Q(models.Q(('status', 'listing'), _negated=True), ('lease_expires_at__isnull', True), ('lease_token__isnull', True)), _connector='OR'), name='refresh_whole_lease'), models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', True), ('rank_at__isnull', True)), models.Q(('due_at__isnull', False), ('rank_at__isnull', False)), _connector='OR'), name='refresh_ranked'), models.CheckConstraint(condition=models.Q(('status__in', ['idle', 'listing'])), name='refresh_status')],
            },
        ),
    ]
