"""Every kind of public page, as a reader would meet it, for tests that look at all of them."""

import io
from datetime import datetime, time, timedelta

import time_machine
from django.core.management import call_command
from django.template.loader import get_template

from articles.models import GRACE, Article, Category
from leads.models import Lead
from tests.articles.writing import make_article, make_contributor, make_public
from tests.factories import make_clinic
from tests.leads import pages as leads_pages

NOW = datetime.fromisoformat("2026-11-24T15:00:00+00:00")
LONG_BEFORE = NOW - timedelta(days=90)
BODY = """
<h2>What it is like</h2><p>One <strong>bold</strong> claim [1] and <a href="/help/">a link</a>.</p>
<table><tbody><tr><th>Day</th><th>People</th></tr><tr><td>Monday</td><td>Some</td></tr></tbody></table>
<ul><li><p>One</p></li></ul><blockquote><p>Said.</p></blockquote>
<h2>Risks</h2><h3>On the day</h3><p>Thoughts of suicide can come [1].</p><p>[crisis box]</p>
<h2>What it costs</h2><p>[price list]</p><p>[clinic phone]</p>
"""


def fill():
    """Make a clinic with every fact, the starter pages, and a page of each special kind."""
    make_clinic(
        name="Harbor “Test” Clinic & Co", phone="202-555-0142", street="[street address]", city_state="Testville",
        hours_confirmed=True, share_facebook=True, share_x=True, share_pinterest=True, share_whatsapp=True,
    )  # fmt: skip
    with time_machine.travel(LONG_BEFORE, tick=False):
        call_command("load_starter_content", stdout=io.StringIO())
    doctor = make_contributor("Test Reviewer", "MD")
    kinds = {"signed": {}, "overdue": {}, "past-grace": {}, "neutral": {"neutral_card": True}}
    for slug, fields in kinds.items():
        article = make_article(slug=slug, title=f"A page <of> “kind” {slug}", body=BODY, references=[slug], **fields)
        article.category = Category.objects.order_by("position").first()
        article.save()
        article.sign(doctor, LONG_BEFORE)
        article.publish(LONG_BEFORE)
    end(Article.objects.get(slug="overdue"), NOW - timedelta(days=2))
    end(Article.objects.get(slug="past-grace"), NOW - GRACE - timedelta(days=2))
    suicide = make_public(
        at=LONG_BEFORE, slug="on-suicide", title="Thoughts of suicide", about_suicide=True, treatment=False,
        category=Category.objects.get(slug="thoughts-of-suicide"), key_points="Help is there",
        body="<p>Thoughts of suicide can pass.</p>",
    )  # fmt: skip
    Category.objects.create(name="Nothing yet", slug="nothing-yet", position=99)
    Category.objects.filter(slug="thoughts-of-suicide").update(introduction=suicide)
    for number in range(12):
        make_public(at=LONG_BEFORE, slug=f"more-{number}")
    make_public(at=LONG_BEFORE, slug="taken-down").unpublish(NOW - timedelta(days=1))


def end(article, day):
    """Let the review of what readers see have been due on a day, as if it had been signed long before."""
    release = article.releases.get()
    type(release).objects.filter(pk=release.pk).update(public_until=NOW - timedelta(days=80))
    release.pk, release._state.adding = None, True
    release.public_until, release.review_due_on = None, day.date()
    release.public_from = datetime.combine(LONG_BEFORE.date(), time(), NOW.tzinfo) + timedelta(days=10)
    release.save()


def public_pages(client):
    """Return {name: response} of every kind of public page. The clock must stand at NOW."""
    paths = {
        "home": "/", "articles": "/articles/", "articles, page 2": "/articles/?page=2",
        "topic": Category.objects.order_by("position").first().get_absolute_url(),
        "empty topic": "/articles/topic/nothing-yet/",
        "condition": "/articles/topic/treatment-resistant-depression/",
        "thoughts of suicide": "/articles/topic/thoughts-of-suicide/",
        "search": "/search/", "help": "/help/", "contact": "/contact/", "callback": "/callback/",
        "preferences": "/reading-preferences/", "not found": "/no-such-page/", "gone": "/articles/taken-down/",
    }  # fmt: skip
    for article in Article.objects.exclude(slug__startswith="more-").exclude(slug="taken-down"):
        paths[article.slug] = article.get_absolute_url()
    found = {name: client.get(path) for name, path in paths.items()}
    for name, asked in {"hits": "ketamine", "no hit": "wombat", "slip": "ketemine", "crisis": "I want to die"}.items():
        found[f"search: {name}"] = client.post("/search/", {"q": asked})
    typed = leads_pages.fields(found["callback"])
    found["form with mistakes"] = client.post("/callback/", typed | {"phone": "1"}, headers=leads_pages.OURS)
    client.post("/callback/", typed | leads_pages.PERSON, headers=leads_pages.OURS)
    found["receipt"] = client.get(f"/callback/{Lead.objects.get().token}/")
    found["receipt unknown"] = client.get("/callback/unknown-token/")
    return found


def error_pages():
    """Return {name: html} of the pages that stand while much is down."""
    return {name: get_template(f"{name}.html").render() for name in ("400", "500", "503")}
