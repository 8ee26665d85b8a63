"""Make one group for each role, with what that role may do in the admin."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

from clinic_site.access import ROLES


def make_roles(apps, schema_editor):
    # Permissions are otherwise made only after the last migration.
    for name in ("auth", "clinic_site", "articles", "leads"):
        create_permissions(installed.get_app_config(name), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for role, codes in ROLES.items():
        group, _ = group_model.objects.get_or_create(name=role)
        for code in codes:
            app, codename = code.split(".")
            group.permissions.add(permission_model.objects.get(content_type__app_label=app, codename=codename))


class Migration(migrations.Migration):
    dependencies = [
        ("clinic_site", "0002_first_rows"),
        ("articles", "0001_initial"),
        ("leads", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
