from importlib import import_module

import django.db.models.functions.datetime
import work.ids
from django.db import migrations, models


audit_trail = import_module("work.migrations.0002_audit_trail")


class Migration(migrations.Migration):

    replaces = [('work', '0001_initial'), ('work', '0002_audit_trail')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Attention',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(max_length=40)),
                ('object_type', models.CharField(max_length=40)),
                ('object_id', models.CharField(max_length=40)),
                ('tenant_id', models.UUIDField(null=True)),
                ('reason', models.TextField()),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name_plural': 'attention',
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['tenant_id', 'id'], name='attention_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True)), fields=('object_type', 'object_id', 'kind'), name='attention_raised_once')],
            },
        ),
        migrations.CreateModel(
            name='BeatTick',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('host', models.CharField(max_length=200)),
                ('pid', models.PositiveIntegerField()),
                ('last_tick', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('host', 'pid'), name='beat_once')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(max_length=40)),
                ('object_type', models.CharField(max_length=40)),
                ('object_id', models.CharField(max_length=40)),
                ('from_state', models.CharField(blank=True, max_length=16)),
                ('to_state', models.CharField(blank=True, max_length=16)),
                ('actor', models.CharField(max_length=200)),
                ('reason', models.TextField(blank=True)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('actor_id', models.UUIDField(null=True)),
                ('address', models.GenericIPAddressField(null=True)),
                ('after', models.JSONField(null=True)),
                ('before', models.JSONField(null=True)),
                ('correlation_id', models.CharField(blank=True, db_default='', max_length=64)),
                ('via', models.CharField(max_length=160, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['object_type', 'object_id', 'id'], name='event_of_object'), models.Index(condition=models.Q(('via__isnull', False)), fields=['actor', 'id'], name='audit_by_actor'), models.Index(condition=models.Q(('via__isnull', False)), fields=['actor_id', 'id'], name='audit_by_actor_id'), models.Index(condition=models.Q(('via__isnull', False)), fields=['name', 'id'], name='audit_by_name'), models.Index(condition=models.Q(('via__isnull', False)), fields=['object_type', 'id'], name='audit_by_object_type'), models.Index(condition=models.Q(('via__isnull', False)), fields=['object_id', 'id'], name='audit_by_object_id'), models.Index(condition=models.Q(('via__isnull', False)), fields=['id'], name='audit_newest')],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('pool', models.CharField(max_length=100)),
                ('number', models.PositiveSmallIntegerField()),
                ('token', models.UUIDField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('pool', 'number'), name='slot_once'), models.UniqueConstraint(condition=models.Q(('token__isnull', False)), fields=('token',), name='slot_one_per_lease')],
            },
        ),
        migrations.CreateModel(
            name='WorkerHeartbeat',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('queue', models.CharField(max_length=40)),
                ('last_seen', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'queue'), name='worker_queue_once')],
            },
        ),
        migrations.RunSQL('CREATE TABLE work_purging (allowed integer NOT NULL)', 'DROP TABLE work_purging'),
        migrations.RunPython(audit_trail.guard, audit_trail.unguard),
    ]
