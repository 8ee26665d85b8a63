"""What other pages may show of the articles, without knowing how they are kept."""

from django import template
from django.db import Error
from django.utils import timezone

from articles.views import ReleasePage, live_articles

register = template.Library()


@register.simple_tag
def articles_to_read(count=2):
    """Return the first `count` public articles as pages, or none while the database does not answer."""
    try:
        return [ReleasePage(release) for release in live_articles(timezone.now())[:count]]
    except Error:
        return []
