"""Let Manager and Owner see reports."""

from django.db import migrations

from clinic_site.access import make_roles


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_beside_the_desk"), ("clinic_site", "0003_roles")]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
