

import clinic_site.models
import datetime
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='HolidaySwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('closed', models.BooleanField(default=True, verbose_name='we are closed')),
            ],
            options={
                'verbose_name': 'holiday',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(help_text='Such as: one infusion visit.', max_length=120)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=8, validators=[django.core.validators.MinValueValidator(0)], verbose_name='US dollars')),
                ('includes', models.CharField(blank=True, max_length=300, verbose_name='what is included')),
                ('as_of', models.DateField(default=datetime.date.today, verbose_name='valid from')),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Clinic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=120)),
                ('phone', models.CharField(blank=True, help_text='Shown on every page, like 202-555-0142.', max_length=40, validators=[clinic_site.models.check_phone])),
                ('caller_id', models.CharField(blank=True, help_text="What people see on their phone when the desk calls. Left empty, the clinic's phone is named.", max_length=40, validators=[clinic_site.models.check_phone], verbose_name='number our calls come from')),
                ('street', models.CharField(blank=True, max_length=120)),
                ('city_state', models.CharField(blank=True, max_length=120, verbose_name='city, state and ZIP')),
                ('time_zone', models.CharField(default='America/New_York', help_text='The zone every promise is counted in, such as America/Chicago.', max_length=60, validators=[clinic_site.models.check_zone])),
                ('hours_confirmed', models.BooleanField(default=False, help_text="The site starts with Monday to Friday, 9 am to 5 pm, as a placeholder. Tick this when the opening hours below and the time zone are the clinic's own.", verbose_name='these hours and this time zone are ours')),
                ('recipients', models.TextField(blank=True, help_text='E-mail addresses, one on each line. The mail carries a link and a time, never a name or a number.', validators=[clinic_site.models.check_recipients], verbose_name='who is told that a request waits')),
                ('team', models.TextField(blank=True, help_text='Real, licensed people with their credentials. Shown on About us.', verbose_name='who treats')),
                ('license', models.TextField(blank=True, help_text='License and registration, shown on About us.', verbose_name='license')),
                ('complaints', models.TextField(blank=True, help_text='Shown on About us.', verbose_name='how to complain')),
                ('fees_notice', models.TextField(blank=True, help_text='Stands on How it works and before the call-back form: what a first call costs, whether visits are by video, whether there is a membership.', verbose_name='fees, telehealth and membership notice')),
                ('off_label_checked_on', models.DateField(blank=True, help_text="The day somebody last looked on the FDA's website and found that IV ketamine is still not approved for depression. Pages show this date beside the statement.", null=True, verbose_name='off-label statement last checked')),
                ('privacy_practices', models.TextField(blank=True, help_text="The clinic's own notice, as text. Or attach it below.", verbose_name='Notice of Privacy Practices')),
                ('privacy_practices_file', models.FileField(blank=True, upload_to='notices/', validators=[django.core.validators.FileExtensionValidator(['pdf'], 'Attach the notice as a PDF file.')], verbose_name='Notice of Privacy Practices (PDF)')),
                ('crisis_script', models.TextField(blank=True, help_text='What staff do when a caller is in crisis. Left empty, a safe general text is shown.', verbose_name='crisis steps for the desk')),
                ('crisis_script_reviewed', models.BooleanField(default=False, verbose_name='a clinician has reviewed the crisis steps')),
                ('message_on_contact', models.BooleanField(default=False, help_text='At most 300 characters, for non-medical questions. It makes the same request with the same promise.', verbose_name='allow a short message on the contact page')),
                ('max_tries', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='tries before closing is offered')),
                ('tries_days', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)], verbose_name='open days those tries are spread over')),
                ('keep_days', models.PositiveSmallIntegerField(default=180, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='days a closed request is kept')),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'clinic facts',
                'verbose_name_plural': 'clinic facts',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='clinic_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Closure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('starts_at', models.TimeField(blank=True, help_text='Leave both times empty for whole days.', null=True, verbose_name='from')),
                ('ends_at', models.TimeField(blank=True, null=True, verbose_name='until')),
                ('reason', models.CharField(blank=True, help_text='For staff, such as: staff training.', max_length=120)),
            ],
            options={
                'ordering': ['-starts_on', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='closure_ends_after_start', violation_error_message='The last day must not be before the first day.'), models.CheckConstraint(condition=models.Q(('starts_at', None), ('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='closure_until_after_from', violation_error_message='The closure must end later than it starts.')],
            },
        ),
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')])),
                ('opens', models.TimeField()),
                ('closes', models.TimeField()),
                ('clinic', models.ForeignKey(default=1, on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='clinic_site.clinic')),
            ],
            options={
                'verbose_name': 'opening hours',
                'verbose_name_plural': 'opening hours',
                'ordering': ['weekday', 'opens', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='opening_hours_close_after_open', violation_error_message='Closing time must be later than opening time. For hours past midnight, end this window at 11:59 pm and start another on the next day.')],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(choices=[('off_label', 'Off-label statement'), ('not_substitute', 'Not a substitute for care'), ('results_vary', 'Results vary'), ('risk_line', 'Risk line'), ('form', 'Wording beside the call-back form')], max_length=40)),
                ('version', models.PositiveIntegerField(default=1)),
                ('text', models.TextField()),
                ('public_from', models.DateTimeField(auto_now_add=True)),
                ('made_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'shared statement',
                'ordering': ['key', '-version'],
                'constraints': [models.UniqueConstraint(fields=('key', 'version'), name='statement_version_once')],
            },
        ),
    ]
