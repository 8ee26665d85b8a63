"""What a page says to machines, in the words of schema.org: never more than it says to people.

Every name, date and sentence given here stands on the page as well. What the clinic has not entered, and what still
stands in square brackets, is left out.
"""

import json
from itertools import groupby

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe

from .sharing import entered

EDITORIAL_TEAM = "Clinic editorial team"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Inside <script> a browser looks for the end of the element alone, and old ones for line ends that JSON allows.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def script(*nodes):
    """Return `nodes` (dictionaries, or None for what is not there) as one data block for a page's head, or ""."""
    graph = [node for node in nodes if node]
    if not graph:
        return ""
    data = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    # Nothing of it can end the element: every angle bracket is escaped.
    return mark_safe(f'<script type="application/ld+json">{data.translate(ESCAPES)}</script>')


def web_page(page, clinic, condition="", is_first=False):
    """Return the MedicalWebPage of a page that speaks of health, None for any other.

    A reviewer is named only for the exact text that was signed, and only until its next check is due.
    """
    if page.release.kind == "page" and not page.treatment:
        return None
    since = page.published_on and page.published_on.isoformat()
    reviewed = bool(page.reviewer_name and page.last_checked) and not page.is_overdue
    return _filled(
        {
            "@type": "MedicalWebPage",
            "@id": page.full_url,
            "url": page.full_url,
            "name": entered(page.title),
            "description": entered(page.summary),
            "inLanguage": "en-US",
            # The page says since when this text stands: with the first text that is when it was published.
            "datePublished": since if is_first else None,
            "dateModified": since,
            "author": _author(page),
            "reviewedBy": _person(page.reviewer_name, page.reviewer_credentials) if reviewed else None,
            "lastReviewed": page.last_checked.isoformat() if reviewed else None,
            "about": {"@type": "MedicalCondition", "name": condition} if entered(condition) else None,
            "publisher": _publisher(clinic),
        }
    )


def clinic_facts(clinic):
    """Return the MedicalClinic with the facts the clinic has entered, None while it has no name."""
    name = entered(clinic.clinic.name)
    if not name:
        return None
    parts = [part for part in (entered(clinic.clinic.street), entered(clinic.clinic.city_state)) if part]
    return _filled(
        {
            "@type": "MedicalClinic",
            "@id": _clinic_id(),
            "name": name,
            "url": settings.SITE_URL + reverse("home"),
            "telephone": entered(clinic.clinic.phone),
            "address": ", ".join(parts),
            "openingHoursSpecification": _hours(clinic) if clinic.clinic.hours_confirmed else None,
        }
    )


def breadcrumbs(*steps):
    """Return the way to a page as (name, path) of each step, the page last, as the page shows it above its title."""
    if any(not entered(name) for name, _ in steps):
        return None
    rows = [
        {"@type": "ListItem", "position": place, "name": name, "item": settings.SITE_URL + path}
        for place, (name, path) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": rows}


def _author(page):
    if page.author_name == EDITORIAL_TEAM:
        return {"@type": "Organization", "name": EDITORIAL_TEAM}
    credentials = page.release.content.get("author_credentials", "")
    # Whoever writes without credentials may be a person or a team: then the name alone is what we know.
    return _person(page.author_name, credentials) if credentials else entered(page.author_name)


def _person(name, credentials):
    if not entered(name):
        return None
    return _filled({"@type": "Person", "name": entered(name), "honorificSuffix": entered(credentials)})


def _publisher(clinic):
    name = entered(clinic.clinic.name)
    return {"@type": "MedicalClinic", "@id": _clinic_id(), "name": name} if name else None


def _clinic_id():
    return settings.SITE_URL + reverse("home") + "#clinic"


def _hours(clinic):
    """Return the opening hours, days with the same hours together."""
    windows = sorted(clinic.calendar.windows, key=lambda one: (one.opens, one.closes, one.weekday))
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": [f"https://schema.org/{DAYS[one.weekday]}" for one in same],
            "opens": f"{opens:%H:%M}",
            "closes": f"{closes:%H:%M}",
        }
        for (opens, closes), same in groupby(windows, key=lambda one: (one.opens, one.closes))
    ]


def _filled(values):
    return {name: value for name, value in values.items() if value}
