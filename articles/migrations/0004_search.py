"""The search index: one row of words for each release, in the way each database has for it."""

from django.db import migrations

from articles.search import rebuild


def make_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE TABLE articles_search (release_id bigint PRIMARY KEY, words tsvector NOT NULL)")
        schema_editor.execute("CREATE INDEX articles_search_words ON articles_search USING gin (words)")
    else:
        # The words were made plain by us: the tokenizer only parts them.
        schema_editor.execute(
            "CREATE VIRTUAL TABLE articles_search USING fts5(words, tokenize='unicode61 remove_diacritics 0', "
            "prefix='3 4 5', detail=none)"
        )
    rebuild(apps.get_model("articles", "Release").objects.all(), schema_editor.connection)


def drop_index(apps, schema_editor):
    schema_editor.execute("DROP TABLE articles_search")


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_roles")]
    operations = [migrations.RunPython(make_index, drop_index)]
