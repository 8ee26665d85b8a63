"""A heading keeps its address when it is worded anew; headings of today keep the one they have."""

from django.db import migrations, models

from articles import markup


def give_ids(apps, schema_editor):
    Article = apps.get_model("articles", "Article")
    for article in Article.objects.only("pk", "body"):
        Article.objects.filter(pk=article.pk).update(headings=markup.headings(article.body, []))


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_search")]

    operations = [
        migrations.AddField("article", "headings", models.JSONField(blank=True, default=list, editable=False)),
        migrations.RunPython(give_ids, migrations.RunPython.noop),
    ]
