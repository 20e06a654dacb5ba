import django.db.models.deletion
import django.db.models.functions.datetime
import work.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('work', '0002_audit_trail'),
    ]

    operations = [
        # The table is made anew, as its key was the hash. What was in it were sign-ins of the last twelve hours.
        migrations.DeleteModel(name='ApiToken'),
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
            fields=[],
            options={
                'verbose_name_plural': 'audit entries',
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('work.event',),
        ),
    ]
