"""Who is asking: the client's address behind our own proxies, and the roles of the staff."""

import ipaddress

from django.conf import settings


def client_ip(request):
    """Return the client's address as text, or "" when it cannot be told.

    With n trusted proxies the n-th hop from the right of X-Forwarded-For is believed; everything further left was
    written by the client.
    """
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count = settings.TRUSTED_PROXY_COUNT
    address = hops[-count] if count and len(hops) >= count else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


# What each role may do in the admin, as app.codename; the Owner is given everything the others have.
ROLES = {
    "Front desk": [
        "leads.view_lead", "leads.change_lead", "leads.add_lead",
        "clinic_site.view_clinic", "clinic_site.view_closure",
    ],
    "Manager": [
        "leads.view_lead", "leads.change_lead", "leads.add_lead", "leads.view_notice", "leads.see_reports",
        "clinic_site.view_clinic", "clinic_site.change_clinic",
        "clinic_site.view_closure", "clinic_site.add_closure", "clinic_site.change_closure",
        "clinic_site.delete_closure", "clinic_site.view_holidayswitch", "clinic_site.change_holidayswitch",
        "clinic_site.view_openinghours", "clinic_site.add_openinghours", "clinic_site.change_openinghours",
        "clinic_site.delete_openinghours",
        "clinic_site.view_price", "clinic_site.add_price", "clinic_site.change_price", "clinic_site.delete_price",
    ],
    "Editor": [
        "articles.view_article", "articles.add_article", "articles.change_article", "articles.publish_article",
        "articles.view_category", "articles.add_category", "articles.change_category",
        "articles.view_reference", "articles.add_reference", "articles.change_reference",
        "articles.view_contributor", "articles.add_contributor", "articles.change_contributor",
        "articles.view_citation", "articles.add_citation", "articles.change_citation", "articles.delete_citation",
        "articles.view_figure", "articles.add_figure", "articles.change_figure", "articles.delete_figure",
        "articles.view_picture", "articles.add_picture", "articles.change_picture", "articles.delete_picture",
        "articles.view_glossaryterm", "articles.add_glossaryterm", "articles.change_glossaryterm",
        "articles.delete_glossaryterm", "articles.view_revision", "articles.view_release",
    ],
    "Clinician": [
        "articles.view_article", "articles.change_article", "articles.publish_article", "articles.sign_article",
        "articles.view_category", "articles.view_reference", "articles.view_contributor", "articles.view_citation",
        "articles.view_figure", "articles.view_picture", "articles.view_glossaryterm", "articles.view_revision",
        "articles.correct_article", "articles.view_release", "clinic_site.view_statement", "clinic_site.add_statement",
    ],
}  # fmt: skip
ROLES["Owner"] = sorted(
    {permission for role in ROLES.values() for permission in role}
    | {"auth.view_user", "auth.add_user", "auth.change_user", "auth.view_group"}
)


def make_roles(apps, schema_editor):
    """Give each role its group and what it may do. A migration calls it whenever ROLES has grown."""
    from django.apps import apps as installed
    from django.contrib.auth.management import create_permissions

    # Permissions are otherwise made only after the last migration.
    for name in ("auth", "clinic_site", "articles", "leads"):
        create_permissions(installed.get_app_config(name), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for role, codes in ROLES.items():
        group, _ = group_model.objects.get_or_create(name=role)
        for code in codes:
            app, codename = code.split(".")
            group.permissions.add(permission_model.objects.get(content_type__app_label=app, codename=codename))
