"""The Atom feed of what readers see: no tracking, no picture, only titles and summaries."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from clinic_site.facts import facts

from .models import Release

MOST_ENTRIES = 30
# The day from which our addresses count as names (RFC 4151), whatever the clinic's domain is. Never changed.
NAMES_SINCE = 2026


class AtomFeed(Atom1Feed):
    def latest_post_date(self):
        # Without an entry Django would say "just now", another moment each time.
        return super().latest_post_date() if self.items else datetime(NAMES_SINCE, 1, 1, tzinfo=UTC)


class ArticlesFeed(Feed):
    """The newest articles first. An entry keeps its id whatever becomes of its text and its address."""

    feed_type = AtomFeed
    subtitle = "Plain pages about ketamine treatment for depression, with their sources."

    def __call__(self, request, *args, **kwargs):
        response = super().__call__(request, *args, **kwargs)
        # The newest moment goes back when a page is taken off: asked by it, a reader would keep what is gone.
        del response["Last-Modified"]
        return response

    def get_object(self, request):
        """Return {article: when readers first saw it}."""
        seen = Release.objects.seen(timezone.now()).order_by()
        return dict(seen.values_list("article").annotate(first=Min("public_from")))

    def title(self):
        return f"Articles from {facts(timezone.now()).display_name}"

    def link(self):
        return settings.SITE_URL + reverse("articles:list")

    def feed_url(self):
        return settings.SITE_URL + reverse("articles:feed")

    feed_guid = feed_url

    def author_name(self):
        return facts(timezone.now()).display_name

    def items(self, published):
        at = timezone.now()
        found = Release.objects.listed(at).filter(kind="article").order_by("-public_from", "-id")[:MOST_ENTRIES]
        for release in found:
            release.first_public = published[release.article_id]
        return found

    def item_title(self, release):
        return release.title

    def item_description(self, release):
        # A summary of the feed is read as HTML; ours is plain text.
        return escape(release.content["summary"])

    def item_link(self, release):
        return settings.SITE_URL + release.get_absolute_url()

    def item_guid(self, release):
        return f"tag:{urlsplit(settings.SITE_URL).hostname},{NAMES_SINCE}:article-{release.article_id}"

    def item_author_name(self, release):
        return release.content["author"]

    def item_pubdate(self, release):
        return release.first_public

    def item_updateddate(self, release):
        return release.public_from

    def item_categories(self, release):
        category = release.content["category"]
        return [category["name"]] if category else []
