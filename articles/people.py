"""The page about a person who writes or reviews: what the clinic says of them, and what readers can read of theirs."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic_site.context import request_facts

from .models import Contributor, Release
from .views import ReleasePage


@require_safe
def person(request, slug):
    """Show a contributor whom a public page names. Nobody else has a page, and nothing on it is made up."""
    clinic = request_facts(request)
    contributor = Contributor.objects.filter(slug=slug).first()
    if contributor is None:
        raise Http404
    theirs = Q(content__author_slug=slug) | Q(reviewed_by=contributor)
    releases = Release.objects.live(clinic.at).filter(theirs).order_by("content__position", "slug")
    pages = [ReleasePage(release, clinic) for release in releases]
    if not pages:
        raise Http404
    context = {
        "person": contributor,
        "written": [page for page in pages if page.release.content.get("author_slug") == slug],
        "reviewed": [page for page in pages if page.release.reviewed_by_id == contributor.pk],
    }
    context["help_first"] = any(page.about_suicide or page.speaks_of_suicide for page in pages)
    return render(request, "articles/person.html", context)
