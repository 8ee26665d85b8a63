"""What readers see. Every public view reads Releases only; the editor's tables are the draft."""

import datetime
import math
import re
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

from . import cards, markup, sharing, structured, visit
from .editorial import ABOUT_SUICIDE
from .figures import Figure
from .models import Article, Category, Contributor, OldAddress, Release

WORDS_A_MINUTE = 200
# With fewer headings there is no contents list.
SHORTEST_CONTENTS = 3
H2 = re.compile(r"<h2>(.*?)</h2>")
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
        self.author_credentials = content.get("author_credentials", "")
        self.glance = content.get("glance", [])
        self.visit = visit.read(content.get("timeline", []))
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
    def figures(self):
        shown = render_to_string("articles/_visit.html", {"visit": self.visit, "inside": True}) if self.visit else ""
        return {one["number"]: Figure(one, shown) for one in self.release.content.get("figures", [])}

    @cached_property
    def rendered(self):
        content = self.release.content
        return markup.render(
            content["body"],
            references=content["references"],
            blocks=markup.blocks(self.clinic, crisis_box, self.risks_url),
            always=self.required_statements,
            # Such a page opens with the box, before its title.
            help_first=not self.about_suicide,
            helped=self.about_suicide or bool(self.help_before),
            headings=content.get("headings", []),
            glossary=content.get("glossary", []),
            figures=self.figures,
        )

    @cached_property
    def help_before(self):
        """Return which part before the text is the first to speak of suicide: "title", "points", or "" for none."""
        if self.about_suicide:
            return ""
        if _speaks_of_suicide(self.title, self.summary, self.change_words):
            return "title"
        boxes = [*self.key_points, *(row["text"] for row in self.glance), *(step.text for step in self.visit.steps)]
        headings = H2.findall(self.release.content["body"])
        contents = headings if len(headings) >= SHORTEST_CONTENTS else []
        return "points" if _speaks_of_suicide(*boxes, *contents) else ""

    @property
    def help_after(self):
        """Tell whether what follows the text is the first to speak of suicide: a meaning, a source, a change."""
        if self.about_suicide or self.help_before or markup.CRISIS_BOX in self.rendered.placed:
            return False
        words = [text for row in self.words for text in (row["term"], row["meaning"])]
        return _speaks_of_suicide(*words, *(row["title"] for row in self.references))

    @property
    def speaks_of_suicide(self):
        """Tell whether what lists show of the page speaks of suicide."""
        return _speaks_of_suicide(self.title, self.summary, self.description)

    @property
    def change_words(self):
        return self.release.change_note

    @property
    def is_correction(self):
        return self.release.is_correction

    @property
    def is_self_reviewed(self):
        return self.release.is_self_reviewed

    @property
    def is_past_grace(self):
        return bool(self.clinic) and self.release.is_past_grace(timezone.localdate(self.clinic.at, self._zone))

    @property
    def visit_in_text(self):
        """Tell whether the author placed the drawing of the visit in the text, where it then stands alone."""
        return any(one.is_visit and f"figure {one.number}" in self.rendered.placed for one in self.figures.values())

    @property
    def words(self):
        return self.rendered.words

    @property
    def body_html(self):
        return self.rendered.html

    @property
    def contents(self):
        """Return {id, text} of each part, or nothing where a list of them would be too short to help."""
        return self.rendered.contents if len(self.rendered.contents) >= SHORTEST_CONTENTS else []

    @cached_property
    def references(self):
        return with_words(self.rendered.references)


KINDS = {"trial": "Trial", "review": "Review", "guideline": "Guideline", "label": "Drug label"}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def with_words(references):
    """Return references with what they are in words, and a letter for each place that cites them."""
    return [
        row
        | {
            "kind_words": KINDS.get(row.get("kind", ""), row.get("kind", "").capitalize()),
            "marks": [
                {"place": place, "letter": LETTERS[count % len(LETTERS)] * (count // len(LETTERS) + 1)}
                for count, place in enumerate(row["marks"])
            ],
        }
        for row in references
    ]


def _speaks_of_suicide(*texts):
    return any(ABOUT_SUICIDE.search(text) for text in texts)


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
    related = [ReleasePage(live[slug], clinic) for slug in slugs if slug in live]
    changes = list(changes_of(release, clinic))
    return {
        "release": page,
        "related": related,
        "changes": changes,
        "help_after": page.help_after or page_speaks_last(page, related, changes),
        "end_with_form": page.ends_with_form,
        **profiles(release),
        **surroundings(page, clinic),
    }


def page_speaks_last(page, related, changes):
    """Tell whether the lists at the end are the first on the page to speak of suicide."""
    if page.about_suicide or page.help_before or markup.CRISIS_BOX in page.rendered.placed:
        return False
    return _speaks_of_suicide(*(one.title for one in related), *(one["note"] for one in changes))


def changes_of(release, clinic):
    """Yield what readers were told of each change of a page, newest first, and when it became public."""
    if release.pk is None:
        return
    seen = Release.objects.seen(clinic.at).filter(article=release.article_id).exclude(change_note="")
    for moment, note, is_correction in seen.values_list("public_from", "change_note", "is_correction"):
        day = timezone.localtime(moment, clinic.zone).date()
        yield {"on": day, "note": note, "is_correction": is_correction}


def profiles(release):
    """Return the addresses of the pages about who wrote and who reviewed a text, "" for those without one."""
    slug = release.content.get("author_slug", "")
    people = Contributor.objects.exclude(slug=None).filter(Q(slug=slug) | Q(pk=release.reviewed_by_id))
    found = list(people) if slug or release.reviewed_by_id else []
    return {
        "author_url": next((one.get_absolute_url() for one in found if one.slug == slug), ""),
        "reviewer_url": next((one.get_absolute_url() for one in found if one.pk == release.reviewed_by_id), ""),
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


def moved(request, then=""):
    """Lead an old address on to where its page is now; say that a page was taken down, or that there is none.

    `then` is what stands behind the page's own address, such as that of its sheet.
    """
    at, path = timezone.now(), request.path.removesuffix(then)
    # What readers saw decides; an old address on its own stands for pages that were moved here from elsewhere.
    old = Release.objects.last_seen(at, path) or OldAddress.objects.filter(path=path).first()
    release = old and old.article.live(at)
    if release:
        return redirect(release.get_absolute_url() + then, permanent=True)
    if old:
        return render(request, "410.html", status=410)
    raise Http404
