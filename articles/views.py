"""What readers see. Every public view reads Releases only; the editor's tables are the draft."""

import datetime
import math
from functools import cached_property

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic_site.context import request_facts

from . import markup
from .models import Category, OldAddress, Release

WORDS_A_MINUTE = 200
PER_PAGE = 10
# A treatment page's next check is due 6 months after the last one by default.
REVIEW_AFTER = datetime.timedelta(days=183)


class ReleasePage:
    """A release as templates read it: plain values, safe HTML, dates on the clinic's calendar."""

    def __init__(self, release, clinic=None):
        self.release = release
        self.clinic = clinic
        content = release.content
        self.slug = release.slug
        self.title = content["title"]
        self.summary = content["summary"]
        self.description = content["description"] or content["summary"][:155]
        self.key_points = content["key_points"]
        self.author_name = content["author"]
        self.treatment = content["treatment"]
        self.mainly_risk = content["mainly_risk"]
        self.about_suicide = content["about_suicide"]
        self.ends_with_form = content["ends_with_form"] and not content["about_suicide"]
        category = content["category"] or {}
        self.category_name, self.category_slug = category.get("name", ""), category.get("slug", "")
        self.reviewer_name, self.reviewer_credentials = release.reviewer_name, release.reviewer_credentials
        self.published_on = timezone.localtime(release.public_from, clinic.zone).date() if clinic else None

    def get_absolute_url(self):
        return self.release.get_absolute_url()

    @property
    def full_url(self):
        return settings.SITE_URL + self.get_absolute_url()

    @property
    def last_checked(self):
        """Return the date a clinician signed this text, or None."""
        return self.release.signed_at and timezone.localtime(self.release.signed_at, self._zone).date()

    @property
    def next_check(self):
        return self.last_checked and self.last_checked + REVIEW_AFTER

    @property
    def is_overdue(self):
        return bool(self.next_check and self.clinic and self.next_check < timezone.localdate(self.clinic.at, self._zone))

    @property
    def _zone(self):
        return self.clinic.zone if self.clinic else datetime.UTC

    @cached_property
    def reading_minutes(self):
        words = len(markup.plain(self.release.content["body"]).split())
        return max(1, math.ceil(words / WORDS_A_MINUTE))

    @cached_property
    def rendered(self):
        return markup.render(
            self.release.content["body"],
            references=self.release.content["references"],
            blocks=markup.blocks(self.clinic, self.treatment, self.mainly_risk),
        )

    @property
    def body_html(self):
        return self.rendered.html

    @property
    def contents(self):
        return self.rendered.contents

    @property
    def references(self):
        return self.rendered.references


def live_articles(at):
    """Return the articles readers see at `at`, in the order of lists."""
    return Release.objects.articles(at).order_by("content__position", "slug")


@require_safe
def article_list(request):
    return list_page(request, live_articles(timezone.now()), None)


@require_safe
def topic(request, slug):
    category = get_object_or_404(Category, slug=slug)
    return list_page(request, live_articles(timezone.now()).filter(content__category__slug=slug), category)


def list_page(request, releases, category):
    clinic = request_facts(request)
    page = Paginator(releases, PER_PAGE).get_page(request.GET.get("page"))
    pages = [ReleasePage(release, clinic) for release in page.object_list]
    context = {
        "releases": pages,
        "page_obj": page,
        "category": category,
        "categories": Category.objects.all(),
        "all_signed": bool(pages) and all(one.reviewer_name and not one.is_overdue for one in pages),
    }
    return render(request, "articles/article_list.html", context)


@require_safe
def article_detail(request, slug):
    return detail(request, Release.objects.articles(timezone.now()), slug, "articles/article_detail.html")


@require_safe
def fixed_page(request, slug):
    releases = Release.objects.live(timezone.now()).filter(kind="page")
    return detail(request, releases, slug, "articles/page_detail.html")


def detail(request, releases, slug, template):
    release = releases.filter(slug=slug).first()
    if release is None:
        return moved(request)
    page = ReleasePage(release, request_facts(request))
    slugs = release.content["related"]
    related = {one.slug: one for one in live_articles(timezone.now()).filter(slug__in=slugs)}
    context = {
        "release": page,
        "related": [ReleasePage(related[slug], page.clinic) for slug in slugs if slug in related],
        "end_with_form": page.ends_with_form,
    }
    return render(request, template, context)


def moved(request):
    """Lead an old address on to where its page is now, or say that there is none."""
    old = OldAddress.objects.filter(path=request.path).select_related("article").first()
    if old is None or old.article.live(timezone.now()) is None:
        raise Http404
    return redirect(old.article.live(timezone.now()), permanent=True)
