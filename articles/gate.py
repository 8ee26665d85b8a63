"""Between the checks and the rows: which findings of a draft stand, and which addresses lead somewhere."""

from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from . import checks
from .editorial import Finding

# Addresses that are no release: made by views.
VIEWS = ("home", "help", "contact", "preferences", "search", "articles:list", "leads:callback")


def allowed_of(article):
    """Return the digests of the findings that a clinician lets stand on this page."""
    return {row.excerpt_digest for row in article.overrides.all()} if article.pk else set()


def public_paths(contents):
    """Return every address that answers: the views, what is public now, and the pages of `contents`."""
    from .models import Category, Release, address

    found = {reverse(name) for name in VIEWS}
    found |= {address(content["kind"], content["slug"]) for content in contents}
    if not contents:
        releases = Release.objects.live(timezone.now()).values_list("kind", "slug")
        found |= {address(kind, slug) for kind, slug in releases}
        found |= {category.get_absolute_url() for category in Category.objects.all()}
    return found


def findings(article):
    """Return everything the checks find in a draft, blocking ones first."""
    content = article.content()
    found = checks.check(content, paths=public_paths([]), allowed=allowed_of(article)) + missing_files(content)
    return sorted(found, key=lambda one: not one.blocking)


def missing_files(content):
    """Return a finding for each picture of a page whose files are gone from the disk."""
    found = []
    for figure in content.get("figures", ()):
        files = (figure.get("picture") or {}).get("files") or ()
        if any(not default_storage.exists(one["path"]) for one in files):
            words = "The picture's files are missing. Upload it again, or take the figure out."
            where = f"figure {figure['number']}"
            found.append(
                Finding("image", words, figure["title"], True, where, "Readers would see a gap.", "DESIGN 4.14")
            )
    return found


def blocking(article):
    """Return what keeps a draft from being published, in words."""
    found = [one for one in findings(article) if one.blocking]
    # A mark without its row is said by the draft itself.
    found = [one for one in found if one.rule != "B8"]
    return [f"{one.message} “{one.excerpt}”" if one.excerpt else one.message for one in found]
