"""What readers see. Every public view reads Releases only; the editor's tables are the draft."""

import datetime
import math
from functools import cached_property

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from clinic_site.context import request_facts

from . import cards, markup, sharing, structured
from .models import Article, Category, OldAddress, Release

WORDS_A_MINUTE = 200
PER_PAGE = 10
# A treatment page's next check is due 6 months after the last one by default.
REVIEW_AFTER = datetime.timedelta(days=183)
# Where the risk line leads on to: the first of these pages that is public.
RISKS = (("side-effects-and-risks", ""), ("your-first-ketamine-infusion", "#risks-and-side-effects"))
# The first step of the way to an article: its name and address.
ARTICLES = ("Articles", reverse_lazy("articles:list"))


class ReleasePage:
    """A release as templates read it: plain values, safe HTML, dates on the clinic's calendar."""

    def __init__(self, release, clinic=None, risks_url=""):
        self.release = release
        self.clinic = clinic
        self.risks_url = risks_url
        content = release.content
        self.slug = release.slug
        self.title = content["title"]
        self.summary = content["summary"]
        self.description = content["description"] or Truncator(content["summary"]).chars(155)
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
        return self.last_checked and (self.release.review_due_on or self.last_checked + REVIEW_AFTER)

    @property
    def is_overdue(self):
        if not self.next_check or not self.clinic:
            return False
        return self.next_check < timezone.localdate(self.clinic.at, self._zone)

    @property
    def _zone(self):
        return self.clinic.zone if self.clinic else datetime.UTC

    @cached_property
    def reading_minutes(self):
        words = len(markup.plain(self.release.content["body"]).split())
        return max(1, math.ceil(words / WORDS_A_MINUTE))

    @property
    def required_statements(self):
        """Return the shared statements this page is never shown without (SAFETY B1, B3, B4, B5), in their order."""
        if self.release.kind == Article.Kind.PAGE and not self.treatment:
            return ()
        left_out = set() if self.treatment else {"results_vary"}
        if self.mainly_risk:
            left_out.add("risk_line")
        return tuple(key for key in markup.STATEMENTS_OF_TREATMENT if key not in left_out)

    @cached_property
    def rendered(self):
        return markup.render(
            self.release.content["body"],
            references=self.release.content["references"],
            blocks=markup.blocks(self.clinic, crisis_box, self.risks_url),
            always=self.required_statements,
            # Such a page opens with the box, before its title.
            help_first=not self.about_suicide,
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


def crisis_box(earlier):
    """Return the box as HTML; `earlier` boxes of the text have taken the ids before."""
    return render_to_string("_crisis_box.html", {"id": f"crisis-{earlier + 1}"})


def live_articles(at):
    """Return the articles that lists name at `at`, in their order."""
    return Release.objects.listed(at).filter(kind=Article.Kind.ARTICLE).order_by("content__position", "slug")


@require_safe
def article_list(request):
    return list_page(request, live_articles(timezone.now()), None)


@require_safe
def topic(request, slug):
    category = get_object_or_404(Category, slug=slug)
    releases = category.releases(timezone.now()).order_by("content__position", "slug")
    return list_page(request, releases, category)


def list_page(request, releases, category):
    """Show all articles, or those of one topic with the page that introduces it.

    A topic that names a condition informs and offers nothing (SAFETY F5): no call to action stands beside it.
    """
    clinic = request_facts(request)
    page = Paginator(releases, PER_PAGE).get_page(request.GET.get("page"))
    pages = [ReleasePage(release, clinic) for release in page.object_list]
    first = category.introduced_by(clinic.at) if category else None
    introduction = ReleasePage(first, clinic) if first and page.number == 1 else None
    topics = list(Category.objects.with_pages(clinic.at))
    opens_with_help = bool(category) and (category.about_suicide or bool(first and first.content["about_suicide"]))
    context = {
        "releases": pages,
        "page_obj": page,
        "category": category,
        "introduction": introduction,
        "topics": [one for one in topics if not one.is_condition],
        "conditions": [one for one in topics if one.is_condition],
        "is_empty": not pages and not first,
        "opens_with_help": opens_with_help,
        "help_first": not opens_with_help and any(one.about_suicide for one in pages),
        "all_signed": bool(pages) and all(one.reviewer_name and not one.is_overdue for one in pages),
        "structured": structured.script(
            category and structured.breadcrumbs(ARTICLES, (category.name, category.get_absolute_url()))
        ),
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
    return render(request, template, page_context(release, request_facts(request)))


def page_context(release, clinic):
    """Return what the page of one release shows; the preview of a draft shows the same."""
    slugs = release.content["related"]
    wanted = [*slugs, *(slug for slug, _ in RISKS)]
    live = {one.slug: one for one in live_articles(clinic.at).filter(slug__in=wanted)}
    # The page that describes the risks does not point to itself.
    risks_url = risks_place(live)
    page = ReleasePage(release, clinic, "" if risks_url.startswith(release.get_absolute_url()) else risks_url)
    return {
        "release": page,
        "related": [ReleasePage(live[slug], clinic) for slug in slugs if slug in live],
        "end_with_form": page.ends_with_form,
        **surroundings(page, clinic),
    }


def surroundings(page, clinic):
    """Return what stands round a page: its topic, how it is shared, and what it says to machines."""
    release = page.release
    topic = topic_of(release)
    earlier = Release.objects.seen(clinic.at).filter(article=release.article_id, public_from__lt=release.public_from)
    steps = [
        ARTICLES,
        *([(topic.name, topic.get_absolute_url())] if topic else []),
        (page.title, page.get_absolute_url()),
    ]
    condition = topic.name if topic and topic.is_condition else ""
    return {
        "topic": topic,
        "sharing": sharing.of(page, clinic),
        "unlisted": release.is_past_grace(clinic.at.date()),
        "structured": structured.script(
            structured.web_page(page, clinic, condition, is_first=not earlier.exists()),
            structured.breadcrumbs(*steps) if release.kind == Article.Kind.ARTICLE else None,
        ),
    }


def topic_of(release):
    """Return the topic a page belongs to, the one it introduces before its own, or None."""
    own = (release.content["category"] or {}).get("slug")
    found = Category.objects.filter(Q(introduction=release.article_id) | Q(slug=own))
    return min(found, key=lambda one: (one.introduction_id != release.article_id, one.position), default=None)


@require_safe
def card(request, pk, digest):
    """Hand out the social card of a page that readers see now; an address holds one drawing for ever."""
    release = get_object_or_404(Release.objects.live(timezone.now()), article=pk)
    wanted = sharing.card_of(release, request_facts(request))
    if wanted.digest != digest:
        raise Http404
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        # Made to be shown on other sites.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return HttpResponse(cards.draw(wanted), content_type="image/png", headers=headers)


def risks_address(at):
    """Return where the risks are described at `at`, or "" while no such page is public."""
    return risks_place({one.slug: one for one in live_articles(at).filter(slug__in=dict(RISKS))})


def risks_place(live):
    """Return the address of the risks among public releases {slug: release}, or ""."""
    return next((live[slug].get_absolute_url() + place for slug, place in RISKS if slug in live), "")


def moved(request):
    """Lead an old address on to where its page is now; say that a page was taken down, or that there is none."""
    at = timezone.now()
    # What readers saw decides; an old address on its own stands for pages that were moved here from elsewhere.
    old = Release.objects.last_seen(at, request.path) or OldAddress.objects.filter(path=request.path).first()
    release = old and old.article.live(at)
    if release:
        return redirect(release, permanent=True)
    if old:
        return render(request, "410.html", status=410)
    raise Http404
