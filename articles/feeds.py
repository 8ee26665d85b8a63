"""The Atom feed of what readers see: no tracking, no picture, only titles and summaries."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed

from clinic_site.facts import facts

from .models import Release

MOST_ENTRIES = 30


class ArticlesFeed(Feed):
    """The newest articles first. An entry keeps its id when its text changes: the page's address."""

    feed_type = Atom1Feed
    subtitle = "Plain, checked pages about ketamine treatment for depression, with their sources."

    def title(self):
        return f"Articles from {facts(timezone.now()).display_name}"

    def link(self):
        return settings.SITE_URL + reverse("articles:list")

    def feed_url(self):
        return settings.SITE_URL + reverse("articles:feed")

    feed_guid = feed_url

    def author_name(self):
        return facts(timezone.now()).display_name

    def items(self):
        at = timezone.now()
        return Release.objects.listed(at).filter(kind="article").order_by("-public_from", "-id")[:MOST_ENTRIES]

    def item_title(self, release):
        return release.title

    def item_description(self, release):
        return release.content["summary"]

    def item_link(self, release):
        return settings.SITE_URL + release.get_absolute_url()

    item_guid = item_link

    def item_author_name(self, release):
        return release.content["author"]

    def item_updateddate(self, release):
        return release.public_from

    def item_categories(self, release):
        category = release.content["category"]
        return [category["name"]] if category else []
