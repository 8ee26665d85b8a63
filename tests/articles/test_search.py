"""Readers find a page by the words they have for it, and nothing of what they looked for is kept."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from articles import search, words
from articles.models import Release
from tests.articles.writing import LONG_AGO, make_article, make_public

pytestmark = pytest.mark.django_db
QUERIES = (Path(__file__).parent / "search_queries.txt").read_text(encoding="utf-8").splitlines()


def found(text):
    return [hit.release.slug for hit in search.find(text, Release.objects.live(timezone.now())).hits]


@pytest.fixture
def starter(db):
    Release.objects.filter(public_until=None).update(public_until=LONG_AGO)
    call_command("load_starter_content", verbosity=0)


def test_both_databases_find_what_the_plain_rule_says_and_put_the_same_page_first(starter):
    releases = list(Release.objects.live(timezone.now()))
    documents = {release.pk: search.document_of(release) for release in releases}
    assert len(QUERIES) >= 60

    for text in QUERIES:
        query = words.read(text)
        expected = {pk for pk, document in documents.items() if words.matches(query, document)}
        by_score = sorted(
            (release for release in releases if release.pk in expected),
            key=lambda one: (-words.score(query, documents[one.pk]), one.kind, one.content["position"], one.slug),
        )

        assert set(search.matching(query)) & documents.keys() == expected, text
        if by_score:
            assert search.find(text, Release.objects.live(timezone.now())).hits[0].release == by_score[0], text


@pytest.mark.parametrize(
    "text, first",
    [
        ("what is TRD?", "what-is-treatment-resistant-depression"),
        ("Does ketamine work for depression?", "does-ketamine-work-for-depression"),
        ("how long does it last", "how-long-does-ketamine-last"),
        ("can I drive home after ketamine", "your-first-ketamine-infusion"),
        ("K infusion", "your-first-ketamine-infusion"),
    ],
)
def test_a_question_in_plain_words_finds_its_page_first(starter, text, first):
    assert found(text)[:1] == [first]


def test_title_counts_more_than_text(db):
    make_public(slug="in-text", body="<p>Sleep may change.</p>")
    make_public(slug="in-title", title="Sleep")

    assert found("sleep") == ["in-title", "in-text"]


def test_every_word_must_be_there_but_small_words_need_not(db):
    make_public(slug="sleep", title="Sleep")

    assert found("what about the sleep") == ["sleep"]
    assert found("sleep walking") == []


def test_the_beginning_of_a_word_finds_it_and_accents_do_not_matter(db):
    make_public(slug="naive", title="Naïve infusions")

    assert found("naiv") == found("NAÏVE infus") == ["naive"]


def test_words_for_the_same_thing_find_each_other(db):
    make_public(slug="spray", title="Esketamine")

    assert found("Spravato") == found("nasal spray") == ["spray"]
    assert found("ect") == []


def test_a_slip_of_the_finger_is_put_right_and_said(db):
    make_public(slug="page", title="Ketamine")

    answer = search.find("ketemine", Release.objects.live(timezone.now()))

    assert [hit.release.slug for hit in answer.hits] == ["page"]
    assert answer.corrected == "ketamine"


def test_only_what_readers_see_now_is_found(db):
    article = make_public(slug="gone", title="Sleep")
    make_article(slug="draft", title="Sleep")
    later = make_article(slug="later", title="Sleep")
    later.publish(timezone.now() + timedelta(days=1))
    article.unpublish(timezone.now() - timedelta(seconds=1))

    assert found("sleep") == []


def test_new_text_is_found_at_once_and_the_old_one_no_more(db):
    article = make_public(slug="page", title="Sleep")
    article.title = "Breakfast"
    article.save()
    article.publish(timezone.now() - timedelta(seconds=1))

    assert (found("sleep"), found("breakfast")) == ([], ["page"])


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "'", '"', "a AND b OR (", "*", "NEAR(", "x'); DROP TABLE", "\x00", "ß" * 300, "😀", "%", "the", "-"],
)
def test_no_text_breaks_the_search(client, db, text):
    make_public(slug="page", title="Sleep")

    assert client.post("/search/", {"q": text}).status_code == 200


def test_marks_stand_on_escaped_text(client, db):
    make_public(slug="page", title="Sleep <b>& rest", summary="Sleep <script>well</script>.")

    html = client.post("/search/", {"q": "sleep"}).content.decode()

    assert "<mark>Sleep</mark> &lt;b&gt;&amp; rest" in html
    assert "<mark>Sleep</mark> &lt;script&gt;" in html


def test_the_page_is_never_kept_and_sets_no_cookie(client, db):
    answer = client.post("/search/", {"q": "secret words"})

    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies


def test_words_of_despair_bring_help_before_anything_else(client, db):
    make_public(slug="page", title="I want to die early, a chapter")

    html = client.post("/search/", {"q": "I want to die"}).content.decode()
    calm = client.post("/search/", {"q": "chapter"}).content.decode()

    assert html.index("tel:911") < html.index("<h1>")
    assert "tel:911" not in calm[: calm.index("<h1>")]


def test_the_index_can_be_made_anew(db, capsys):
    make_public(slug="page", title="Sleep")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_search")
    assert found("sleep") == []

    call_command("rebuild_search")

    assert found("sleep") == ["page"]


def test_a_search_asks_the_database_little(client, db, django_assert_max_num_queries):
    for number in range(12):
        make_public(slug=f"page-{number}", title="Sleep")

    with django_assert_max_num_queries(12):
        client.post("/search/", {"q": "sleep"})
