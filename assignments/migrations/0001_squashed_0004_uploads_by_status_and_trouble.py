import django.db.models.deletion
import django.db.models.functions.datetime
import work.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('assignments', '0001_initial'), ('assignments', '0002_endings_and_doubt'), ('assignments', '0003_list_indexes'), ('assignments', '0004_uploads_by_status_and_trouble')]

    initial = True

    dependencies = [
        ('accounts', '0001_squashed_0004_request_limit'),
        ('partners', '0001_squashed_0004_health'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('number', models.PositiveBigIntegerField(help_text="The job system's number", primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('spray_areas', models.JSONField(default=dict, help_text='GeoJSON FeatureCollection of Polygon or MultiPolygon, WGS 84')),
                ('excluded_areas', models.JSONField(default=dict)),
                ('swath_width', models.FloatField(blank=True, help_text='feet or metres, by measure_unit', null=True)),
                ('swath_width_metres', models.FloatField(editable=False, null=True)),
                ('measure_unit', models.BooleanField(default=False, help_text='true: US units')),
                ('app_rate', models.FloatField(blank=True, help_text='gallons an acre or litres a hectare, by measure_unit', null=True)),
                ('start_date', models.DateField(blank=True, null=True)),
                ('end_date', models.DateField(blank=True, null=True)),
                ('dl_op_type', models.PositiveSmallIntegerField(choices=[(0, 'None'), (1, 'Kml'), (2, 'Shp'), (3, 'Geojson'), (4, 'Json')], default=0)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('status', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], default='open', max_length=8)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='accounts.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', '-number'], name='job_of_customer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['open', 'closed'])), name='job_status'), models.CheckConstraint(condition=models.Q(('swath_width__isnull', True), ('swath_width__gt', 0), _connector='OR'), name='job_swath_width'), models.CheckConstraint(condition=models.Q(('start_date__isnull', True), ('end_date__isnull', True), ('end_date__gte', models.F('start_date')), _connector='OR'), name='job_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='JobAssignment',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('partner_type', models.CharField(default='internal', max_length=40)),
                ('status', models.PositiveSmallIntegerField(choices=[(0, 'New'), (1, 'Sent'), (2, 'Completed'), (3, 'Cancelled')], default=0)),
                ('date', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('external_job_id', models.CharField(blank=True, max_length=200)),
                ('earlier_external_job_ids', models.JSONField(blank=True, default=list, help_text='Of earlier revisions; they still match')),
                ('partner_metadata', models.JSONField(blank=True, default=dict, help_text="The customer's own fields")),
                ('upload_metadata', models.JSONField(blank=True, default=dict, help_text='What the partner answered to the upload')),
                ('partner_config', models.JSONField(blank=True, default=dict)),
                ('sent_revision', models.PositiveIntegerField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('held_open', models.BooleanField(default=False, help_text='A person reopened it: only a person completes it')),
                ('upload_ms', models.PositiveBigIntegerField(null=True)),
                ('sync_ms', models.PositiveBigIntegerField(null=True)),
                ('conversion_ms', models.PositiveBigIntegerField(null=True)),
                ('download_ms', models.PositiveBigIntegerField(null=True)),
                ('data_size', models.PositiveBigIntegerField(default=0)),
                ('aircraft', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='partners.aircraft')),
                ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='assignments.job')),
                ('system_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='partners.partnersystemuser')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status__in', [0, 1])), fields=['system_user', 'aircraft'], name='assignment_open'), models.Index(fields=['user', 'id'], name='assignment_of_user'), models.Index(fields=['job', 'id'], name='assignment_of_job'), models.Index(fields=['external_job_id'], name='assignment_by_external_id'), models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['id'], name='assignment_not_ended')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', [0, 1, 2, 3])), name='assignment_status'), models.CheckConstraint(condition=models.Q(models.Q(('partner_type', 'internal'), ('system_user__isnull', True)), models.Q(models.Q(('partner_type', 'internal'), _negated=True), ('system_user__isnull', False)), _connector='OR'), name='assignment_account'), models.UniqueConstraint(condition=models.Q(models.Q(('status', 3), _negated=True), ('aircraft__isnull', False)), fields=('job', 'user', 'aircraft'), name='assignment_once_per_aircraft'), models.UniqueConstraint(condition=models.Q(models.Q(('status', 3), _negated=True), ('aircraft__isnull', True)), fields=('job', 'user'), name='assignment_once'), models.UniqueConstraint(condition=models.Q(models.Q(('status', 3), _negated=True), models.Q(('external_job_id', ''), _negated=True)), fields=('system_user', 'aircraft', 'external_job_id'), name='external_job_once')],
            },
        ),
        migrations.CreateModel(
            name='PollTarget',
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
                ('last_data_check', models.DateTimeField(editable=False, help_text='The last listing that succeeded', null=True)),
                ('last_success_at', models.DateTimeField(editable=False, help_text='The last listing that showed something new', null=True)),
                ('listing_digest', models.CharField(blank=True, editable=False, help_text='Of the last listing that was taken in', max_length=64)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('error', models.TextField(blank=True)),
                ('aircraft', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='poll_target', to='partners.aircraft')),
                ('system_user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='poll_targets', to='partners.partnersystemuser')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('rank_at__isnull', False)), fields=['rank_at'], name='poll_due'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['share_key'], name='poll_share'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['lease_expires_at'], name='poll_lease')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_expires_at__isnull', False), ('lease_token__isnull', False), ('status', 'polling')), models.Q(models.Q(('status', 'polling'), _negated=True), ('lease_expires_at__isnull', True), ('lease_token__isnull', True)), _connector='OR'), name='poll_whole_lease'), models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', True), ('rank_at__isnull', True)), models.Q(('due_at__isnull', False), ('rank_at__isnull', False)), _connector='OR'), name='poll_ranked'), models.UniqueConstraint(fields=('system_user', 'aircraft'), name='poll_target_once'), models.CheckConstraint(condition=models.Q(('status__in', ['idle', 'polling'])), name='poll_status')],
            },
        ),
        migrations.CreateModel(
            name='SyncOperation',
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
                ('operation', models.CharField(choices=[('job_upload', 'Job Upload'), ('job_cancel', 'Job Cancel')], max_length=16)),
                ('idempotency_key', models.UUIDField(editable=False, help_text='Of the attempt at hand', null=True)),
                ('sent_at', models.DateTimeField(editable=False, help_text='When the request may have left; empty: it has not', null=True)),
                ('revision', models.PositiveIntegerField(editable=False, help_text="The job's revision that the attempt carries", null=True)),
                ('first_tried_at', models.DateTimeField(editable=False, null=True)),
                ('last_success_at', models.DateTimeField(editable=False, null=True)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('error', models.TextField(blank=True)),
                ('cancel_requested', models.BooleanField(default=False)),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='operations', to='assignments.jobassignment')),
                ('in_doubt', models.BooleanField(db_default=False, default=False, editable=False, help_text='An attempt that nobody answered for may have arrived')),
                ('queued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, help_text='When somebody last asked for it')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('rank_at__isnull', False)), fields=['rank_at'], name='sync_due'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['share_key'], name='sync_share'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['lease_expires_at'], name='sync_lease'), models.Index(fields=['operation', 'status', 'assignment', 'error_code'], name='sync_by_status')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_expires_at__isnull', False), ('lease_token__isnull', False), ('status', 'syncing')), models.Q(models.Q(('status', 'syncing'), _negated=True), ('lease_expires_at__isnull', True), ('lease_token__isnull', True)), _connector='OR'), name='sync_whole_lease'), models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', True), ('rank_at__isnull', True)), models.Q(('due_at__isnull', False), ('rank_at__isnull', False)), _connector='OR'), name='sync_ranked'), models.UniqueConstraint(fields=('assignment', 'operation'), name='operation_once'), models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'syncing', 'synced', 'gave_up', 'unconfirmed', 'cancelled'])), name='sync_status')],
            },
        ),
        migrations.CreateModel(
            name='Sweep',
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
                ('name', models.CharField(max_length=40, unique=True)),
                ('ended', models.PositiveIntegerField(default=0, editable=False, help_text='Assignments that the last look completed')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('rank_at__isnull', False)), fields=['rank_at'], name='sweep_due'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['share_key'], name='sweep_share'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['lease_expires_at'], name='sweep_lease')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_expires_at__isnull', False), ('lease_token__isnull', False), ('status', 'sweeping')), models.Q(models.Q(('status', 'sweeping'), _negated=True), ('lease_expires_at__isnull', True), ('lease_token__isnull', True)), _connector='OR'), name='sweep_whole_lease'), models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', True), ('rank_at__isnull', True)), models.Q(('due_at__isnull', False), ('rank_at__isnull', False)), _connector='OR'), name='sweep_ranked'), models.CheckConstraint(condition=models.Q(('status__in', ['idle', 'sweeping'])), name='sweep_status')],
            },
        ),
    ]
