"""Let the roles use what the way to readers has brought."""

from django.db import migrations

from clinic_site.access import make_roles


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_the_way_to_readers"), ("clinic_site", "0003_roles")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
