import accounts.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import work.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_tokens_and_audit'), ('accounts', '0003_mail_to_ops'), ('accounts', '0004_request_limit')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('work', '0001_squashed_0002_audit_trail'),
    ]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('units', models.CharField(choices=[('metric', 'Metric'), ('us', 'Us')], default='metric', max_length=8)),
                ('time_zone', models.CharField(default='UTC', max_length=60, validators=[accounts.models.is_time_zone])),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('units__in', ['metric', 'us'])), name='customer_units')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('role', models.CharField(choices=[('ops', 'Ops'), ('customer', 'Customer'), ('pilot', 'Pilot'), ('partner', 'Partner')], default='customer', max_length=8)),
                ('legacy_id', models.CharField(blank=True, help_text="The old system's ObjectId", max_length=40, null=True, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.customer')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['ops', 'customer', 'pilot', 'partner'])), name='user_role'), models.CheckConstraint(condition=models.Q(models.Q(('customer__isnull', False), ('role__in', ['customer', 'pilot'])), models.Q(('customer__isnull', True), ('role__in', ['ops', 'partner'])), _connector='OR'), name='user_of_a_customer')],
            },
            managers=[
                ('objects', accounts.models.UserAccounts()),
            ],
        ),
        migrations.CreateModel(
            name='SignInLimit',
            fields=[
                ('next_call_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(help_text='Keyed SHA-256 of the name or address', max_length=64, unique=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RememberedRequest',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=200)),
                ('fingerprint', models.CharField(help_text='SHA-256 of method, path and body', max_length=64)),
                ('status_code', models.PositiveSmallIntegerField(help_text='null while the first request is under way', null=True)),
                ('body', models.JSONField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='idempotency_key_once')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(help_text='SHA-512 of the token', max_length=128, unique=True)),
                ('name', models.CharField(default='sign-in', max_length=100)),
                ('expiry', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(editable=False, help_text='To the hour', null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='auth_token_set', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'API token',
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
            ],
            options={
                'verbose_name_plural': 'audit entries',
                'proxy': True,
            },
            bases=('work.event',),
        ),
        migrations.CreateModel(
            name='Mailing',
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
                ('name', models.CharField(default='ops', max_length=20, unique=True)),
                ('error', models.TextField(blank=True, help_text='Why the last mail could not be sent')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('rank_at__isnull', False)), fields=['rank_at'], name='mailing_due'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['share_key'], name='mailing_share'), models.Index(condition=models.Q(('lease_token__isnull', False)), fields=['lease_expires_at'], name='mailing_lease')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_expires_at__isnull', False), ('lease_token__isnull', False), ('status', 'sending')), models.Q(models.Q(('status', 'sending'), _negated=True), ('lease_expires_at__isnull', True), ('lease_token__isnull', True)), _connector='OR'), name='mailing_whole_lease'), models.CheckConstraint(condition=models.Q(models.Q(('due_at__isnull', True), ('rank_at__isnull', True)), models.Q(('due_at__isnull', False), ('rank_at__isnull', False)), _connector='OR'), name='mailing_ranked'), models.CheckConstraint(condition=models.Q(('status__in', ['idle', 'sending'])), name='mailing_status')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('subject', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('mailed_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['id'], name='notice_unmailed')],
            },
        ),
        migrations.CreateModel(
            name='RequestLimit',
            fields=[
                ('next_call_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('id', models.UUIDField(default=work.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='What is limited', max_length=40)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'name'), name='request_limit_once')],
            },
        ),
    ]
