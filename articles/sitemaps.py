"""The sitemap: every public page once, with the moment at which what it says last changed."""

from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from clinic_site.facts import facts
from clinic_site.models import Statement

from .editorial import STATEMENT
from .models import GRACE, Article, Category, Contributor, Release
from .views import ReleasePage


class PublicPages(Sitemap):
    """Pages as readers see them now; those whose review is long overdue are left out."""

    @property
    def protocol(self):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        # The address people type, whichever name this request came under.
        return urlsplit(settings.SITE_URL).netloc

    def items(self):
        """Return (path, moment of the last change or None)."""
        at = timezone.now()
        listed = Release.objects.listed(at).order_by("kind", "content__position", "slug")
        changes = _list_changes(at)
        everything = max(changes.values(), default=None)
        found = [(reverse("home"), everything), (reverse("articles:list"), everything)]
        for category in Category.objects.with_pages(at).select_related("introduction"):
            held = [release.article_id for release in category.releases(at)] + [category.introduction_id]
            moments = [
                moment for (article, slug), moment in changes.items() if article in held or slug == category.slug
            ]
            found.append((category.get_absolute_url(), max(moments, default=None)))
        statements, clinic = Statement.objects.current(), facts(at)
        found += [(release.get_absolute_url(), changed_at(release, clinic, statements)) for release in listed]
        found += [(person.get_absolute_url(), None) for person in Contributor.objects.named(listed)]
        return found + [(reverse(name), None) for name in ("leads:callback", "contact", "help")]

    def location(self, item):
        return item[0]

    def lastmod(self, item):
        return item[1]


def changed_at(release, clinic, statements):
    """Return when what readers see of `release` last changed: its text, a shared statement, or the clock's notice."""
    page = ReleasePage(release, clinic)
    carried = {*page.required_statements, *STATEMENT.findall(release.content["body"])}
    moments = [release.public_from]
    # In force when it was published is part of the text; a newer version came later.
    moments += [
        statements[key].public_from
        for key in carried & statements.keys() & release.statements.keys()
        if statements[key].version > release.statements[key]
    ]
    if page.is_overdue:
        due = datetime.combine(page.next_check + timedelta(days=1), time(), clinic.zone)
        moments.append(due)
    return max(moments)


def _list_changes(at):
    """Return {(article, slug of its topic): when it last came, changed or went}, as lists of articles show it."""
    changes = {}
    seen = Release.objects.seen(at).filter(kind=Article.Kind.ARTICLE).order_by()
    fields = ("article_id", "content__category__slug", "public_from", "public_until", "review_due_on")
    for article, topic, begins, ends, due in seen.values_list(*fields):
        moments = [begins] + ([ends] if ends and ends <= at else [])
        if due:
            # By the clock alone a page leaves the lists, on the first day that is past its grace.
            gone = datetime.combine(due + timedelta(days=1), time(), timezone.get_default_timezone()) + GRACE
            moments += [gone] if gone <= at and (ends is None or gone < ends) else []
        key = (article, topic)
        changes[key] = max([*moments, *([changes[key]] if key in changes else [])])
    return changes
