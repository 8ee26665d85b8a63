"""The sitemap: every public page once, with the moment its text last changed."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from .models import Release


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
        releases = list(Release.objects.listed(timezone.now()).order_by("kind", "content__position", "slug"))
        articles = [release for release in releases if release.kind == "article"]
        found = [(reverse("home"), _newest(articles)), (reverse("articles:list"), _newest(articles))]
        for slug in dict.fromkeys(release.content["category"]["slug"] for release in articles if _topic(release)):
            held = [release for release in articles if _topic(release) == slug]
            found.append((reverse("articles:topic", args=[slug]), _newest(held)))
        found += [(release.get_absolute_url(), release.public_from) for release in releases]
        return found + [(reverse(name), None) for name in ("leads:callback", "contact", "help")]

    def location(self, item):
        return item[0]

    def lastmod(self, item):
        return item[1]


def _topic(release):
    return release.content["category"] and release.content["category"]["slug"]


def _newest(releases):
    return max((release.public_from for release in releases), default=None)
