

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
            name='DoNotCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone_digest', models.CharField(max_length=64, unique=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=12, unique=True)),
                ('token', models.CharField(blank=True, max_length=64)),
                ('submission_key', models.CharField(blank=True, max_length=64)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('phone_raw', models.CharField(blank=True, max_length=200)),
                ('phone_e164', models.CharField(blank=True, db_index=True, max_length=20)),
                ('extension', models.CharField(blank=True, max_length=20)),
                ('phone_flags', models.JSONField(blank=True, default=list)),
                ('source_path', models.CharField(blank=True, max_length=300)),
                ('voicemail', models.CharField(blank=True, choices=[('', 'Not answered: leave none'), ('yes', 'Yes'), ('no', 'No')], default='', max_length=3)),
                ('best_time', models.CharField(blank=True, choices=[('', 'Any time'), ('morning', 'Morning'), ('midday', 'Midday'), ('afternoon', 'Afternoon')], default='', max_length=12)),
                ('for_other', models.BooleanField(default=False, verbose_name='for someone else')),
                ('message', models.CharField(blank=True, max_length=300)),
                ('wording', models.CharField(blank=True, max_length=40, verbose_name='wording shown')),
                ('received_at', models.DateTimeField()),
                ('promised_by', models.DateTimeField()),
                ('revised_for', models.DateTimeField(blank=True, null=True)),
                ('call_at', models.DateTimeField(blank=True, null=True, verbose_name='call back at')),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('safety_at', models.DateTimeField(blank=True, null=True)),
                ('held_at', models.DateTimeField(blank=True, null=True)),
                ('held_reasons', models.JSONField(blank=True, default=list)),
                ('robot_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('booked', 'Talked, visit booked'), ('no_visit', 'Talked, no visit'), ('could_not_reach', 'Could not reach'), ('wrong_number', 'Wrong number or not in service'), ('do_not_call', 'Asked us not to call'), ('cancelled', 'Cancelled by the person'), ('erased', "Erased at the person's wish"), ('robot', 'Robot'), ('other', 'Closed for another reason')], default='', max_length=20)),
                ('version', models.PositiveIntegerField(default=1)),
                ('claimed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claimed_leads', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'request',
                'ordering': ['promised_by', 'received_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('received', 'Request received'), ('repeated', 'Sent again'), ('entered', 'Entered by staff'), ('claimed', 'Claimed'), ('released', 'Given back'), ('taken_over', 'Taken over'), ('attempted', 'Call made'), ('call_later', 'Call back later'), ('closed', 'Closed'), ('reopened', 'Reopened'), ('unheld', 'Released from Held'), ('held', 'Held'), ('changed', 'Changed by the person'), ('edited', 'Edited by staff'), ('cancelled', 'Cancelled by the person'), ('forgotten', 'Personal details erased'), ('safety', 'Safety flag'), ('revised', 'New time after a closure'), ('merged', 'Merged'), ('noted', 'Note')], max_length=20)),
                ('at', models.DateTimeField()),
                ('detail', models.CharField(blank=True, max_length=300)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='leads.lead')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(blank=True)),
                ('saved_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='leads.lead')),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('booked', 'Talked, visit booked'), ('no_visit', 'Talked, no visit'), ('thinking', 'Talked, thinking it over'), ('voicemail', 'Left a voicemail'), ('no_answer', 'No answer'), ('someone_else', 'Someone else answered'), ('wrong_number', 'Wrong number or not in service'), ('do_not_call', 'Asked us not to call'), ('in_crisis', 'In crisis')], max_length=20)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='leads.lead')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('where', models.CharField(max_length=40)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='looks', to='leads.lead')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('new_request', 'A request waits'), ('safety', 'Safety flag'), ('due_soon', 'Due soon'), ('overdue', 'Overdue'), ('digest', 'Daily digest')], max_length=20)),
                ('recipient', models.EmailField(max_length=254)),
                ('made_at', models.DateTimeField()),
                ('next_at', models.DateTimeField(db_index=True)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='last problem')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='leads.lead')),
            ],
            options={
                'ordering': ['-made_at', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['closed_at', 'promised_by', 'received_at', 'id'], name='lead_queue'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(condition=models.Q(('token', ''), _negated=True), fields=('token',), name='lead_token_once'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(condition=models.Q(('submission_key', ''), _negated=True), fields=('submission_key',), name='lead_submission_once'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at', None), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='lead_closed_has_outcome', violation_error_message='Say how it ended before closing.'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('claimed_by', None), ('claimed_until', None)), models.Q(('claimed_by__isnull', False), ('claimed_until__isnull', False)), _connector='OR'), name='lead_claim_has_an_end'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('user', 'lead'), name='draft_one_per_user_and_lead'),
        ),
    ]
