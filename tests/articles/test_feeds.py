"""What machines read: the feed, the sitemap, old addresses."""

import re
from datetime import UTC, datetime, time, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.utils import timezone

from articles.models import GRACE
from clinic_site.models import Statement
from tests.articles.writing import LONG_AGO, make_article, make_category, make_contributor, make_public

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


# --- The feed by RFC 4287


def wrong_with_feed(data):
    """Return what is wrong with an Atom document, in words."""
    root = ElementTree.fromstring(data)
    found = [] if root.tag == f"{ATOM}feed" else ["not a feed"]
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    found += [f"id {one} twice" for one in set(ids) if ids.count(one) > 1]
    for one in (root, *root.findall(f"{ATOM}entry")):
        name = one.findtext(f"{ATOM}id")
        for tag in ("id", "title", "updated"):
            if len(one.findall(f"{ATOM}{tag}")) != 1 or not one.findtext(f"{ATOM}{tag}"):
                found.append(f"{name}: not one {tag}")
        for moment in (*one.findall(f"{ATOM}updated"), *one.findall(f"{ATOM}published")):
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", moment.text):
                found.append(f"{name}: {moment.text} is no moment")
        links = [(link.get("rel", "alternate"), link.get("href", "")) for link in one.findall(f"{ATOM}link")]
        if [rel for rel, _ in links].count("alternate") != 1:
            found.append(f"{name}: not one alternate link")
        found += [f"{name}: {href} is not whole" for _, href in links if not re.match("https?://[^/]+/", href)]
        if not one.findall(f"{ATOM}author/{ATOM}name"):
            found.append(f"{name}: no author")
        for tag in ("title", "subtitle", "summary"):
            for text in one.findall(f"{ATOM}{tag}"):
                if text.get("type", "text") not in ("text", "html", "xhtml") or len(text):
                    found.append(f"{name}: {tag} is no plain text")
        if not re.match(r"https?://\S+$|tag:[\w.-]+,\d{4}(?:-\d\d)*:\S+$", name or ""):
            found.append(f"{name} is no address that lasts")
    if "self" not in [link.get("rel") for link in root.findall(f"{ATOM}link")]:
        found.append("does not name itself")
    return found


def test_the_look_at_feeds_sees_what_is_wrong():
    broken = f'<feed xmlns="{ATOM[1:-1]}"><entry><id>1</id><updated>today</updated></entry></feed>'

    found = wrong_with_feed(broken)

    for said in ("None: not one id", "1: not one title", "1: today is no moment", "1: no author", "1 is no address"):
        assert any(one.startswith(said) for one in found), said


def test_feed_is_valid_with_and_without_entries(client):
    assert wrong_with_feed(client.get("/articles/feed.xml").content) == []

    make_public(slug="page", title="A <b>bold</b> & “odd” title ]]>", summary="1 < 2 & 3 > 2 \u2028 é")
    make_public(slug="other", author=make_contributor())

    assert wrong_with_feed(client.get("/articles/feed.xml").content) == []


def test_summary_is_text_that_a_reader_of_html_shows_as_it_was_written(client):
    make_public(slug="page", summary="1 < 2 & <b>not bold</b>")

    (entry,) = entries(client)

    summary = entry.find(f"{ATOM}summary")
    assert summary.get("type") == "html"
    assert summary.text == "1 &lt; 2 &amp; &lt;b&gt;not bold&lt;/b&gt;"


def test_entry_keeps_its_id_and_first_day_when_its_address_changes(client):
    article = make_public(slug="before")
    (before,) = entries(client)
    article.slug = "after"
    article.save()
    article.publish(LONG_AGO + timedelta(days=3))

    (after,) = entries(client)

    assert after.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id")
    assert after.find(f"{ATOM}link").get("href").endswith("/articles/after/")
    assert after.findtext(f"{ATOM}published") == before.findtext(f"{ATOM}published") == "2026-01-05T15:00:00+00:00"
    assert after.findtext(f"{ATOM}updated") == "2026-01-08T15:00:00+00:00"


def test_feed_is_the_same_bytes_while_nothing_changes(client):
    with time_machine.travel(LONG_AGO, tick=False):
        first = client.get("/articles/feed.xml")
    with time_machine.travel(LONG_AGO + timedelta(days=1), tick=False):
        later = client.get("/articles/feed.xml")

    assert first.content == later.content


def test_a_page_taken_down_leaves_the_feed_even_for_who_asks_for_news_since_then(client):
    make_public(slug="stays")
    article = make_public(slug="goes", at=LONG_AGO + timedelta(days=1))
    seen = client.get("/articles/feed.xml")
    article.unpublish(timezone.now() - timedelta(seconds=1))

    again = client.get("/articles/feed.xml", headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})

    assert "Last-Modified" not in seen
    assert again.status_code == 200
    assert len(ElementTree.fromstring(again.content).findall(f"{ATOM}entry")) == 1


# --- The sitemap by its rules, and what the clock alone changes


def test_sitemap_is_valid_and_each_address_stands_once(client, settings):
    settings.SITE_URL = "https://clinic.example"
    make_public(slug="page", category=make_category("your-visit"))
    make_public(slug="about-us", kind="page", treatment=False)

    answer = client.get("/sitemap.xml")
    root = ElementTree.fromstring(answer.content)

    assert answer["Content-Type"] == "application/xml"
    assert "Last-Modified" not in answer
    assert root.tag == f"{MAP}urlset"
    addresses = [one.findtext(f"{MAP}loc") for one in root]
    assert len(addresses) == len(set(addresses))
    for one in root:
        assert one.tag == f"{MAP}url"
        assert [part.tag.removeprefix(MAP) for part in one][:1] == ["loc"]
        assert {part.tag.removeprefix(MAP) for part in one} <= {"loc", "lastmod", "changefreq", "priority"}
        assert one.findtext(f"{MAP}loc").startswith("https://clinic.example/")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", one.findtext(f"{MAP}lastmod") or "2026-01-01")


def signed_article(**fields):
    article = make_article(**fields)
    article.sign(make_contributor(), LONG_AGO)
    article.publish(LONG_AGO)
    return article


def lastmod(client, path, at):
    with time_machine.travel(at, tick=False):
        return locations(client).get(f"http://127.0.0.1:8000{path}", "not there")


def test_notice_that_the_clock_puts_on_a_page_is_a_change_of_it(client):
    article = signed_article(slug="page")
    due = datetime.combine(article.review_due_on, time(12), UTC)

    assert lastmod(client, "/articles/page/", due) == "2026-01-05"
    assert lastmod(client, "/articles/page/", due + timedelta(days=2)) == f"{due + timedelta(days=1):%Y-%m-%d}"


def test_new_shared_statement_is_a_change_of_the_pages_that_carry_it(client):
    make_public(slug="carries")
    make_public(slug="does-not", kind="page", treatment=False)
    with time_machine.travel(LONG_AGO + timedelta(days=9), tick=False):
        Statement.objects.create(key="off_label", version=99, text="Put in other words.")

    later = LONG_AGO + timedelta(days=20)

    assert lastmod(client, "/articles/carries/", later) == "2026-01-14"
    assert lastmod(client, "/does-not/", later) == "2026-01-05"


def test_lists_change_when_a_page_comes_goes_or_is_overdue_for_too_long(client):
    topic = make_category("your-visit")
    article = signed_article(slug="page", category=topic)
    stays = make_public(slug="stays", category=topic)
    make_public(slug="goes", category=topic).unpublish(LONG_AGO + timedelta(days=4))
    gone = datetime.combine(article.review_due_on, time(), UTC) + GRACE + timedelta(days=1)
    stays.publish(LONG_AGO + timedelta(days=5), public_from=LONG_AGO + timedelta(days=7))

    paths = ("/", "/articles/", "/articles/topic/your-visit/")
    for at, day in (
        (LONG_AGO + timedelta(days=3), "2026-01-05"),
        (LONG_AGO + timedelta(days=4), "2026-01-09"),
        (LONG_AGO + timedelta(days=8), "2026-01-12"),
        (gone + timedelta(days=1), f"{gone:%Y-%m-%d}"),
    ):
        assert {path: lastmod(client, path, at) for path in paths} == dict.fromkeys(paths, day), at


def test_page_past_its_grace_leaves_home_lists_feed_and_sitemap_and_asks_not_to_be_indexed(client):
    article = signed_article(slug="page", title="A page about sleep")
    last = datetime.combine(article.review_due_on, time(12), UTC) + GRACE

    def named(at):
        with time_machine.travel(at, tick=False):
            lists = {path: client.get(path).content.decode() for path in ("/", "/articles/", "/articles/feed.xml")}
            lists["/sitemap.xml"] = client.get("/sitemap.xml").content.decode()
            own = client.get("/articles/page/")
            assert own.status_code == 200
            return {
                path for path, text in lists.items() if "/articles/page/" in text
            }, "noindex" in own.content.decode()

    assert named(last) == ({"/", "/articles/", "/articles/feed.xml", "/sitemap.xml"}, False)
    assert named(last + timedelta(days=1)) == (set(), True)


# --- Old addresses


def move(article, slug, at, **more):
    article.refresh_from_db()
    article.slug = slug
    article.save()
    return article.publish(at, **more)


def leads_to(client, path):
    answer = client.get(path)
    return answer.get("Location", answer.status_code)


def test_a_chain_of_addresses_leads_straight_to_the_last(client):
    article = make_public(slug="one")
    move(article, "two", LONG_AGO + timedelta(days=1))
    move(article, "three", LONG_AGO + timedelta(days=2))

    assert [leads_to(client, f"/articles/{slug}/") for slug in ("one", "two", "three")] == [
        "/articles/three/", "/articles/three/", 200,
    ]  # fmt: skip
    move(article, "one", LONG_AGO + timedelta(days=3))
    assert [leads_to(client, f"/articles/{slug}/") for slug in ("one", "two", "three")] == [
        200, "/articles/one/", "/articles/one/",
    ]  # fmt: skip


def test_two_pages_that_change_places_are_found_where_they_are(client):
    first, second = make_public(slug="first", title="First"), make_public(slug="second", title="Second")
    move(first, "aside", LONG_AGO + timedelta(days=1))
    move(second, "first", LONG_AGO + timedelta(days=2))
    move(first, "second", LONG_AGO + timedelta(days=3))

    assert "<h1>Second</h1>" in client.get("/articles/first/").content.decode()
    assert "<h1>First</h1>" in client.get("/articles/second/").content.decode()
    assert leads_to(client, "/articles/aside/") == "/articles/second/"


def test_an_address_that_another_page_had_last_speaks_of_that_page(client):
    moved = make_public(slug="place")
    move(moved, "elsewhere", LONG_AGO + timedelta(days=1))
    assert leads_to(client, "/articles/place/") == "/articles/elsewhere/"

    newcomer = make_public(slug="place", at=LONG_AGO + timedelta(days=2))
    assert leads_to(client, "/articles/place/") == 200

    newcomer.unpublish(LONG_AGO + timedelta(days=3))
    assert leads_to(client, "/articles/place/") == 410


def test_a_draft_that_wants_an_old_address_takes_nothing_from_readers(client):
    moved = make_public(slug="place")
    move(moved, "elsewhere", LONG_AGO + timedelta(days=1))
    make_article(slug="place")
    moved.refresh_from_db()
    moved.publish(LONG_AGO + timedelta(days=2))

    assert leads_to(client, "/articles/place/") == "/articles/elsewhere/"


def test_a_move_that_is_planned_happens_by_the_clock(client):
    article = make_public(slug="before")
    moment = LONG_AGO + timedelta(days=9)
    move(article, "after", LONG_AGO + timedelta(days=1), public_from=moment)

    with time_machine.travel(moment - timedelta(seconds=1), tick=False):
        earlier = [leads_to(client, f"/articles/{slug}/") for slug in ("before", "after")]
    with time_machine.travel(moment, tick=False):
        later = [leads_to(client, f"/articles/{slug}/") for slug in ("before", "after")]

    assert earlier == [200, 404]
    assert later == ["/articles/after/", 200]


def test_a_page_that_becomes_a_fixed_page_leads_on(client):
    article = make_public(slug="page", treatment=False)
    article.kind = "page"
    article.save()
    article.publish(LONG_AGO + timedelta(days=1))

    assert leads_to(client, "/articles/page/") == "/page/"
    article.unpublish(LONG_AGO + timedelta(days=2))
    assert [leads_to(client, path) for path in ("/articles/page/", "/page/")] == [410, 410]


def test_a_page_taken_down_is_gone_everywhere_at_once(client):
    article = make_public(slug="gone", title="Wombats", category=make_category("your-visit"))
    article.unpublish(timezone.now() - timedelta(seconds=1))

    assert leads_to(client, "/articles/gone/") == 410
    places = [client.get(path) for path in ("/", "/articles/", "/articles/topic/your-visit/", "/articles/feed.xml")]
    places += [client.get("/sitemap.xml"), client.post("/search/", {"q": "wombats"})]
    assert not any("/articles/gone/" in answer.content.decode() for answer in places)


def test_head_answers_as_get_does_and_odd_slashes_lead_nowhere_else(client):
    article = make_public(slug="before")
    move(article, "after", LONG_AGO + timedelta(days=1))
    make_public(slug="gone").unpublish(timezone.now() - timedelta(seconds=1))

    heads = [client.head(f"/articles/{slug}/") for slug in ("before", "after", "gone", "never")]

    assert [answer.status_code for answer in heads] == [301, 200, 410, 404]
    assert all(answer.content == b"" for answer in heads)
    assert heads[0]["Location"] == "/articles/after/"
    assert leads_to(client, "/articles/before") == "/articles/before/"
    for path in ("/articles//before/", "//articles/before/", "/articles/before//", "/articles/%2e%2e/before/"):
        assert client.get(path).status_code in (404, 410), path


def test_people_whom_a_public_page_names_stand_in_the_sitemap_and_nobody_else(client, settings):
    settings.SITE_URL = "https://clinic.example"
    writer = make_contributor("Wanda Writer", slug="wanda-writer")
    make_contributor("Nora Nobody", slug="nora-nobody")
    make_public(slug="sleep", author=writer)

    xml = client.get("/sitemap.xml").content.decode()

    assert re.findall(r"<loc>https://clinic\.example(/people/[^<]*)</loc>", xml) == ["/people/wanda-writer/"]
