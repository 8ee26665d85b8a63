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
        "leads.view_lead", "leads.change_lead", "leads.add_lead", "leads.view_notice",
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
        "articles.view_release",
    ],
    "Clinician": [
        "articles.view_article", "articles.change_article", "articles.publish_article", "articles.sign_article",
        "articles.view_category", "articles.view_reference", "articles.view_contributor", "articles.view_citation",
        "articles.view_release", "clinic_site.view_statement", "clinic_site.add_statement",
    ],
}  # fmt: skip
ROLES["Owner"] = sorted(
    {permission for role in ROLES.values() for permission in role}
    | {"auth.view_user", "auth.add_user", "auth.change_user", "auth.view_group"}
)
