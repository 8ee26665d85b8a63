"""A release is what readers saw: made by publishing, ended by the next one, never changed."""

import pytest
from django.core.exceptions import ValidationError

from articles.models import Article, GlossaryTerm, OldAddress, Release
from clinic_site.models import Statement
from tests.articles.writing import (
    AT_A_GLANCE,
    LONG_AGO,
    make_article,
    make_category,
    make_contributor,
    make_public,
    make_reference,
)
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_9AM

pytestmark = pytest.mark.django_db


def test_publishing_keeps_everything_a_reader_sees():
    article = make_article(
        title="Sleep",
        slug="sleep",
        summary="In short.",
        description="For search.",
        key_points="One\n\n Two ",
        body="<p>Text [1]</p>",
        category=make_category("your-visit", name="Your visit"),
        references=["smith2020"],
        related=[make_article(slug="rest"), make_article(slug="food", position=1)],
        position=7,
    )

    release = article.publish(MONDAY_10AM)

    release.refresh_from_db()
    assert release.content == {
        "kind": "article", "slug": "sleep", "title": "Sleep", "summary": "In short.", "description": "For search.",
        "key_points": ["One", "Two"], "body": "<p>Text [1]</p>", "figures": [], "author": "Clinic editorial team",
        "category": {"name": "Your visit", "slug": "your-visit"}, "related": ["food", "rest"], "position": 7,
        "treatment": True, "mainly_risk": False, "about_suicide": False, "ends_with_form": True,
        "neutral_card": False,
        "glance": article.glance(),
        "timeline": [], "glossary": [], "headings": [], "author_credentials": "", "author_slug": "",
        "references": [{
            "number": 1, "key": "smith2020", "authors": "", "title": "A study called smith2020", "journal": "",
            "year": "2020", "doi": "", "pmid": "", "kind": "", "url": "https://doi.org/10.1000/smith2020",
        }],
    }  # fmt: skip
    assert release.digest == article.digest_now()
    assert release.statements["off_label"] == (Statement.objects.current()["off_label"].version)
    assert (release.public_from, release.public_until) == (MONDAY_10AM, None)


def test_editing_the_draft_leaves_readers_the_released_text():
    article = make_public(body="<p>Before</p>", title="Old title")

    article.body, article.title = "<p>After</p>", "New title"
    article.save()

    live = article.live(MONDAY_10AM)
    assert (live.content["body"], live.title) == ("<p>Before</p>", "Old title")
    assert live.digest != article.digest_now()


def test_the_next_release_ends_the_one_before_at_the_same_moment():
    article = make_article()
    first = article.publish(MONDAY_10AM)

    second = article.publish(TUESDAY_9AM)

    first.refresh_from_db()
    assert first.public_until == TUESDAY_9AM
    assert article.live(MONDAY_5PM) == first
    assert article.live(TUESDAY_9AM) == second


def test_unpublishing_ends_it_and_says_when_there_was_nothing():
    article = make_public()

    assert article.unpublish(MONDAY_10AM) is True
    assert article.unpublish(MONDAY_5PM) is False
    assert article.live(MONDAY_10AM) is None


def test_no_road_leads_to_a_changed_or_deleted_release():
    article = make_public()
    release = article.live(MONDAY_10AM)

    release.content = {**release.content, "title": "Rewritten"}
    for attempt in (
        release.save,
        lambda: release.save(update_fields=["content"]),
        lambda: release.save(update_fields=["content", "public_until"]),
        release.delete,
        lambda: Release.objects.filter(pk=release.pk).update(content={}),
        lambda: Release.objects.update(public_until=MONDAY_5PM, reviewer_name="Somebody"),
        Release.objects.all().delete,
        article.releases.all().delete,
    ):
        with pytest.raises(ValidationError, match="never changed or deleted"):
            attempt()

    assert Release.objects.get().title == article.title


def test_a_mark_without_a_reference_is_not_published():
    article = make_article(body="<p>A [1], b [2], c [3].</p>", references=["only-one"])

    with pytest.raises(ValidationError) as refused:
        article.publish(MONDAY_10AM)

    assert refused.value.messages == [
        "[2], [3] in the text has no reference. Add it under References, or take the mark out."
    ]
    assert not article.releases.exists()


def test_an_empty_page_is_not_published():
    with pytest.raises(ValidationError, match="The page has no text yet."):
        make_article(body="<p> </p>").publish(MONDAY_10AM)


def test_an_address_another_public_page_still_has_is_not_published():
    first = make_public(slug="sleep")
    first.slug = "rest"
    first.save()
    second = make_article(slug="sleep")

    with pytest.raises(ValidationError, match="Another public page still has this address"):
        second.publish(MONDAY_10AM)

    first.publish(MONDAY_10AM)
    assert second.publish(MONDAY_5PM).slug == "sleep"


def test_old_addresses_lead_to_the_page_until_another_page_takes_one_over():
    article = make_public(slug="one")
    for slug in ("two", "three"):
        article.slug = slug
        article.save()
        article.publish(MONDAY_10AM)
    other = make_public(slug="one")

    article.publish(TUESDAY_9AM)

    assert list(OldAddress.objects.values_list("path", "article_id")) == [("/articles/two/", article.pk)]
    assert other.live(TUESDAY_9AM).get_absolute_url() == "/articles/one/"


def test_a_page_that_becomes_an_article_leaves_its_old_address():
    article = make_public(slug="sleep", kind="page", **AT_A_GLANCE)

    article.kind = "article"
    article.save()
    article.publish(MONDAY_10AM)

    assert [one.path for one in OldAddress.objects.all()] == ["/sleep/"]


def test_a_signature_belongs_to_the_exact_text():
    article = make_article(references=["smith2020"], body="<p>Text [1]</p>")
    article.sign(make_contributor("Dana Reyes", "MD"), MONDAY_10AM)

    signed = article.publish(MONDAY_5PM)
    article.summary = "Another summary."
    article.save()
    with pytest.raises(ValidationError, match="gives way to a signed one alone"):
        article.publish(TUESDAY_9AM)

    assert (signed.reviewer_name, signed.reviewer_credentials, signed.signed_at) == ("Dana Reyes", "MD", MONDAY_10AM)
    assert article.live(TUESDAY_9AM) == signed


@pytest.mark.parametrize("change", ["title", "summary", "key_points", "body", "reference", "citation"])
def test_any_change_a_reader_sees_undoes_the_signature(change):
    article = make_article(references=["smith2020"], body="<p>Text [1]</p>")
    article.sign(make_contributor(), MONDAY_10AM)
    assert article.is_signed()

    if change == "reference":
        article.citations.update(reference=make_reference("jones2021"))
    elif change == "citation":
        article.citations.update(number=2)
    else:
        setattr(article, change, "<p>Something else</p>")
        article.save()

    assert not Article.objects.get(pk=article.pk).is_signed()


def test_every_save_cleans_the_body_whoever_saves():
    article = Article.objects.create(title="T", slug="t", summary="S", body="<p>Hi<script>alert(1)</script></p>")

    assert Article.objects.get(pk=article.pk).body == "<p>Hi</p>"


@pytest.mark.parametrize("slug", ["admin", "articles", "contact", "help", "callback", "reading-preferences"])
def test_a_fixed_page_may_not_take_an_address_of_the_site(slug):
    with pytest.raises(ValidationError, match=f"/{slug}/ is taken by another part of the site"):
        Article(kind="page", title="T", slug=slug, summary="S").full_clean()

    Article(kind="article", title="T", slug=slug, summary="S").full_clean()


def test_live_for_a_row_and_for_the_queryset_agree():
    article = make_article()
    release = article.publish(MONDAY_10AM)
    article.unpublish(MONDAY_5PM)

    for at, seen in ((LONG_AGO, []), (MONDAY_10AM, [release]), (MONDAY_5PM, []), (TUESDAY_9AM, [])):
        assert list(Release.objects.live(at)) == seen
        assert article.live(at) == (seen[0] if seen else None)


def test_content_costs_a_fixed_number_of_queries(django_assert_num_queries):
    for number in range(3):
        make_article(
            references=[f"a{number}", f"b{number}"], related=[make_article()], category=make_category(),
            author=make_contributor(f"Writer {number}"),
        )  # fmt: skip
    GlossaryTerm.objects.create(term="Part", meaning="A piece of a whole.")

    with django_assert_num_queries(5):
        for article in Article.objects.with_content():
            article.digest_now()


@pytest.fixture
def public_address(settings):
    settings.DEMONSTRATION = False


def test_on_a_public_address_only_a_signed_text_about_treatment_is_published(public_address):
    article = make_article(slug="sleep")

    with pytest.raises(ValidationError, match="No clinician has signed this exact text"):
        article.publish(MONDAY_10AM)
    assert not Release.objects.exists()

    article.sign(make_contributor(), MONDAY_10AM)
    assert article.publish(MONDAY_10AM).reviewer_name == "Dana Reyes"
    assert article.live(MONDAY_10AM) is not None


def test_on_a_public_address_readers_keep_the_signed_text_while_the_next_waits(public_address):
    article = make_article(body="<p>First text.</p>")
    article.sign(make_contributor(), MONDAY_10AM)
    signed = article.publish(MONDAY_10AM)

    article.body = "<p>Second text.</p>"
    article.save()
    with pytest.raises(ValidationError, match="signed"):
        article.publish(MONDAY_5PM)

    assert article.live(MONDAY_5PM) == signed


def test_what_the_demonstration_showed_unsigned_is_not_seen_on_a_public_address(client, settings):
    make_public(slug="sleep")
    make_public(slug="prices", kind="page", treatment=False)
    assert client.get("/articles/sleep/").status_code == 200

    settings.DEMONSTRATION = False

    assert client.get("/articles/sleep/").status_code == 404
    assert "/articles/sleep/" not in client.get("/").content.decode() + client.get("/articles/").content.decode()
    assert client.get("/prices/").status_code == 200
