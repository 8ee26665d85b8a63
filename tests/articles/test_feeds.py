"""What machines read: the feed, the sitemap, old addresses."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from tests.articles.writing import LONG_AGO, make_article, make_category, make_public

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def entries(client):
    answer = client.get("/articles/feed.xml")
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")


def locations(client):
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)
    return {one.findtext(f"{MAP}loc"): one.findtext(f"{MAP}lastmod") for one in tree.findall(f"{MAP}url")}


def test_feed_names_public_articles_newest_first(client, settings):
    settings.SITE_URL = "https://clinic.example"
    old = make_public(slug="old", title="Old & calm", summary="A summary.")
    make_public(at=LONG_AGO + timedelta(days=2), slug="new", title="New")
    make_article(slug="draft")

    newest, oldest = entries(client)[:2]

    assert newest.findtext(f"{ATOM}title") == "New"
    assert oldest.findtext(f"{ATOM}title") == "Old & calm"
    assert oldest.findtext(f"{ATOM}id") == f"tag:clinic.example,2026:article-{old.pk}"
    assert oldest.find(f"{ATOM}link").get("href") == "https://clinic.example/articles/old/"
    assert oldest.findtext(f"{ATOM}updated") == "2026-01-05T15:00:00+00:00"
    assert oldest.findtext(f"{ATOM}summary") == "A summary."


def test_feed_keeps_the_id_and_tells_the_change(client):
    article = make_public(slug="page", title="Before")
    before = entries(client)[0].findtext(f"{ATOM}id")
    article.title = "After"
    article.save()
    article.publish(datetime(2026, 3, 1, tzinfo=UTC))

    (entry,) = entries(client)

    assert entry.findtext(f"{ATOM}id") == before
    assert entry.findtext(f"{ATOM}title") == "After"
    assert entry.findtext(f"{ATOM}updated") == "2026-03-01T00:00:00+00:00"


def test_sitemap_names_every_public_page_once_with_its_last_change(client, settings):
    settings.SITE_URL = "https://clinic.example"
    make_public(slug="page", category=make_category("your-visit"))
    make_article(slug="draft")

    found = locations(client)

    assert found["https://clinic.example/articles/page/"] == "2026-01-05"
    assert found["https://clinic.example/articles/topic/your-visit/"] == "2026-01-05"
    assert {"https://clinic.example/", "https://clinic.example/callback/", "https://clinic.example/help/"} <= set(found)
    assert not any("draft" in address or "search" in address or "admin" in address for address in found)


def test_robots_know_the_sitemap(client, settings):
    settings.SITE_URL = "https://clinic.example"

    assert "Sitemap: https://clinic.example/sitemap.xml" in client.get("/robots.txt").content.decode().splitlines()


def test_every_address_of_the_sitemap_answers(client):
    make_public(slug="page", category=make_category("your-visit"))

    for address in locations(client):
        path = "/" + address.split("/", 3)[3]
        assert client.get(path).status_code == 200, path


def test_a_page_taken_down_says_so_and_one_that_never_was_does_not(client):
    article = make_public(slug="gone")
    article.unpublish(timezone.now() - timedelta(seconds=1))
    later = make_article(slug="later")
    later.publish(timezone.now() + timedelta(days=1))

    answer = client.get("/articles/gone/")

    assert answer.status_code == 410
    assert "We have taken this page down" in answer.content.decode()
    assert 'href="tel:988"' in answer.content.decode()
    assert client.get("/articles/later/").status_code == 404
    assert client.get("/articles/never/").status_code == 404


def test_an_old_address_leads_on_and_is_gone_with_its_page(client):
    article = make_public(slug="before")
    article.slug = "after"
    article.save()
    article.publish(LONG_AGO + timedelta(days=1))

    moved = client.get("/articles/before/")
    article.unpublish(timezone.now() - timedelta(seconds=1))

    assert (moved.status_code, moved["Location"]) == (301, "/articles/after/")
    assert client.get("/articles/before/").status_code == 410


def test_a_public_address_never_tells_that_an_unsigned_text_existed(client, settings):
    article = make_public(slug="unsigned")
    article.unpublish(timezone.now() - timedelta(seconds=1))
    settings.DEMONSTRATION = False

    assert client.get("/articles/unsigned/").status_code == 404


def test_a_topic_opens_with_the_public_words_of_its_page(client):
    introduction = make_public(
        slug="ptsd", title="Ketamine and PTSD", summary="Studies disagree.", key_points="A limit"
    )
    category = make_category("post-traumatic-stress", is_condition=True, introduction=introduction)
    make_public(slug="other", category=category)
    introduction.summary = "A draft nobody has published."
    introduction.save()

    html = client.get("/articles/topic/post-traumatic-stress/").content.decode()

    assert "Studies disagree." in html
    assert "A limit" in html
    assert "A draft nobody has published." not in html
