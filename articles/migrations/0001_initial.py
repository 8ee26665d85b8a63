

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
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('description', models.CharField(blank=True, max_length=300)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'topic',
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Reference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('kind', models.CharField(blank=True, max_length=30)),
                ('authors', models.TextField(blank=True)),
                ('title', models.TextField()),
                ('journal', models.CharField(blank=True, max_length=300)),
                ('year', models.CharField(blank=True, max_length=10)),
                ('volume', models.CharField(blank=True, max_length=40)),
                ('pages', models.CharField(blank=True, max_length=40)),
                ('doi', models.CharField(blank=True, max_length=120, verbose_name='DOI')),
                ('url', models.URLField(max_length=500)),
            ],
            options={
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='Contributor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('credentials', models.CharField(blank=True, help_text='Such as: MD, board certified in psychiatry.', max_length=120)),
                ('about', models.TextField(blank=True)),
                ('user', models.OneToOneField(blank=True, help_text='The account this person signs with.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='contributor', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('article', 'Article'), ('page', 'Fixed page')], default='article', max_length=10)),
                ('title', models.CharField(max_length=160)),
                ('slug', models.SlugField(help_text="The last part of the page's address.", max_length=120, unique=True, verbose_name='address')),
                ('summary', models.TextField(help_text="Two or three sentences that answer the reader's question. Shown large under the title.")),
                ('description', models.CharField(blank=True, help_text='One sentence for search engines, under 155 characters.', max_length=160)),
                ('key_points', models.TextField(blank=True, help_text='3 to 5 lines, one point each; at least one is a limit.')),
                ('body', models.TextField(blank=True)),
                ('treatment', models.BooleanField(default=True, help_text='The page then always carries the off-label, results-vary and risk statements.', verbose_name='speaks of ketamine as treatment')),
                ('mainly_risk', models.BooleanField(default=False, verbose_name='mainly about risks')),
                ('about_suicide', models.BooleanField(default=False, help_text='The crisis box stands first and last, and there is no call-back form.', verbose_name='mainly about thoughts of suicide')),
                ('ends_with_form', models.BooleanField(default=True, verbose_name='call-back form at the end')),
                ('position', models.PositiveSmallIntegerField(default=100, verbose_name='place in lists')),
                ('starter_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('signed_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('signed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('related', models.ManyToManyField(blank=True, to='articles.article')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='articles.category', verbose_name='topic')),
                ('author', models.ForeignKey(blank=True, help_text='Written by', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='written', to='articles.contributor')),
                ('signed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signed', to='articles.contributor')),
            ],
            options={
                'ordering': ['kind', 'position', 'title'],
                'permissions': [('publish_article', 'Can publish a page'), ('sign_article', 'Can sign a page as a clinician')],
            },
        ),
        migrations.CreateModel(
            name='OldAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=200, unique=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='old_addresses', to='articles.article')),
            ],
            options={
                'verbose_name_plural': 'old addresses',
            },
        ),
        migrations.CreateModel(
            name='Citation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(999)])),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='citations', to='articles.article')),
                ('reference', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='articles.reference')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='references',
            field=models.ManyToManyField(related_name='articles', through='articles.Citation', to='articles.reference'),
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('article', 'Article'), ('page', 'Fixed page')], max_length=10)),
                ('slug', models.SlugField(max_length=120)),
                ('content', models.JSONField()),
                ('statements', models.JSONField(default=dict)),
                ('digest', models.CharField(max_length=64)),
                ('reviewer_name', models.CharField(blank=True, max_length=120)),
                ('reviewer_credentials', models.CharField(blank=True, max_length=120)),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('public_from', models.DateTimeField(db_index=True)),
                ('public_until', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='articles.article')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-public_from', '-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='citation',
            constraint=models.UniqueConstraint(fields=('article', 'number'), name='citation_number_once'),
        ),
        migrations.AddConstraint(
            model_name='citation',
            constraint=models.UniqueConstraint(fields=('article', 'reference'), name='citation_reference_once'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('public_until', None)), fields=('article',), name='release_one_open_end'),
        ),
    ]
