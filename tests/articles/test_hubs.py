"""A topic opens with the page that introduces it; a condition informs and never offers (SAFETY C5, C7, F5)."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from articles.loading import StarterError, load
from articles.models import GRACE, Article, Category, Release
from clinic_site.statements import DEFAULTS
from tests.articles.writing import LONG_AGO, make_article, make_category, make_contributor, make_public

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_else_is_public(db):
    Release.objects.filter(public_until=None).update(public_until=LONG_AGO)


def main_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    html = answer.content.decode()
    return html[html.index("<main") : html.index("</main>")]


def test_list_names_topics_and_conditions_apart_and_only_those_with_something_to_read(client):
    make_public(category=make_category("your-visit"))
    make_category("empty-topic")
    make_category("ptsd", name="PTSD", is_condition=True, introduction=make_public(slug="on-ptsd"))
    make_category("pain", name="Pain", is_condition=True, introduction=make_article(slug="draft"))

    main = main_of(client, "/articles/")

    topics, conditions = main.index('id="topics"'), main.index('id="conditions"')
    assert topics < main.index("/articles/topic/your-visit/") < conditions < main.index("/articles/topic/ptsd/")
    # A condition may be about suicide: help stands before its name.
    assert main.index('href="tel:988"') < conditions
    assert "It is not a list of what we treat." in main
    assert "empty-topic" not in main
    assert "/articles/topic/pain/" not in main


def test_hub_shows_its_introduction_once_then_its_pages_and_those_the_introduction_leads_on_to(client):
    other, apart = make_public(slug="other", title="Other page"), make_public(slug="apart", title="Apart")
    first = make_public(
        slug="on-ptsd", title="On PTSD", summary="Studies disagree.", key_points="A limit", related=[other]
    )
    hub = make_category("ptsd", name="PTSD", is_condition=True, introduction=first)
    own = make_public(slug="own", title="Own page", category=hub)

    main = main_of(client, "/articles/topic/ptsd/")

    assert main.index("<h1>PTSD</h1>") < main.index("Studies disagree.") < main.index("A limit")
    assert main.count(first.get_absolute_url()) == 1
    assert own.get_absolute_url() in main
    assert other.get_absolute_url() in main
    assert apart.get_absolute_url() not in main


def test_condition_offers_nothing_and_says_so(client):
    hub = make_category("ptsd", name="PTSD", description="Results are mixed.", is_condition=True)
    make_public(slug="page", category=hub)
    make_public(slug="visit", category=make_category("your-visit"))

    condition, topic = main_of(client, "/articles/topic/ptsd/"), main_of(client, "/articles/topic/your-visit/")

    assert "/callback/" not in condition
    assert "<form" not in condition
    assert "It is not an offer of treatment" in condition
    assert DEFAULTS["off_label"] in condition.replace("&quot;", '"')
    # What could have leaked: an ordinary topic does offer a call.
    assert "/callback/" in topic


@pytest.mark.parametrize("with_page", [True, False])
def test_hub_on_suicide_opens_with_help_and_has_no_call(client, with_page):
    hub = make_category("thoughts-of-suicide", name="Thoughts of suicide", is_condition=True)
    if with_page:
        hub.introduction = make_public(slug="on-it", title="What can help", about_suicide=True)
        hub.save()

    main = main_of(client, "/articles/topic/thoughts-of-suicide/")

    assert main.index('href="tel:911"') < main.index("<h1>")
    assert main.index('href="tel:988"') < main.index("<h1>")
    assert "/callback/" not in main
    assert "<form" not in main
    assert main.count("Need help now?") == 1
    assert main.rindex('href="tel:988"') > main.index("<h1>")


def test_topic_whose_page_speaks_of_suicide_opens_with_help_whatever_its_name(client):
    make_category("crisis", name="Dark days", introduction=make_public(slug="on-it", about_suicide=True))

    main = main_of(client, "/articles/topic/crisis/")

    assert main.index('href="tel:911"') < main.index("<h1>")
    assert "/callback/" not in main


def test_introduction_is_what_readers_may_see_now(client):
    article = make_article(slug="intro", title="Introduction", summary="Of old.")
    article.sign(make_contributor(), LONG_AGO)
    article.publish(LONG_AGO)
    make_category("topic", introduction=article)
    make_public(slug="held", category=Category.objects.get(slug="topic"))
    article.summary = "A draft nobody published."
    article.save()
    last = datetime.combine(article.review_due_on, time(12), UTC) + GRACE

    with time_machine.travel(last, tick=False):
        within = main_of(client, "/articles/topic/topic/")
    with time_machine.travel(last + timedelta(days=1), tick=False):
        past = main_of(client, "/articles/topic/topic/")

    assert "Of old." in within
    assert "A draft nobody published." not in within
    assert "Of old." not in past
    assert "/articles/held/" in past


def test_empty_topic_is_a_calm_page_that_search_engines_leave_out(client):
    make_category("ptsd", name="PTSD", is_condition=True)

    html = client.get("/articles/topic/ptsd/").content.decode()

    assert "We have not published a page on this topic." in html
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html
    assert client.get("/articles/topic/never/").status_code == 404


def test_article_leads_back_to_its_topic_or_the_one_it_introduces(client):
    visit = make_category("your-visit", position=1)
    article = make_public(slug="page", category=visit)

    before = client.get("/articles/page/").content.decode()
    make_category("ptsd", name="PTSD", position=9, is_condition=True, introduction=article)
    after = client.get("/articles/page/").content.decode()

    assert '<a class="link" href="/articles/topic/your-visit/">Your visit</a>' in before
    assert '<a class="link" href="/articles/topic/ptsd/">PTSD</a>' in after


def test_hub_asks_the_database_no_more_for_more_pages(client, django_assert_max_num_queries):
    hub = make_category("topic", introduction=make_public(slug="intro"))
    for number in range(9):
        make_public(slug=f"page-{number}", category=hub)

    with django_assert_max_num_queries(16):
        client.get("/articles/topic/topic/")


# --- The starter topics


def test_starter_conditions_are_loaded_with_their_introduction_and_a_choice_of_the_staff_stands(db, capsys):
    call_command("load_starter_content", verbosity=0)
    hub = Category.objects.get(slug="treatment-resistant-depression")
    assert hub.is_condition
    assert hub.introduction.slug == "what-is-treatment-resistant-depression"

    other = Article.objects.get(slug="how-long-does-ketamine-last")
    Category.objects.filter(pk=hub.pk).update(introduction=other)
    Article.objects.filter(pk=hub.introduction_id).update(slug="another-address")
    call_command("load_starter_content", verbosity=0)

    hub.refresh_from_db()
    assert hub.introduction == other


def test_introduction_that_does_not_exist_is_said(tmp_path):
    (tmp_path / "articles").mkdir()
    (tmp_path / "pages").mkdir()
    (tmp_path / "references.json").write_text("[]")
    (tmp_path / "categories.toml").write_text('[[category]]\nslug = "a"\nname = "A"\nintroduction = "none-such"\n')

    with pytest.raises(StarterError, match="there is no page “none-such” to introduce “a”"):
        load(timezone.now(), tmp_path)

    assert not Category.objects.filter(slug="a").exists()


def test_home_puts_no_page_about_suicide_among_its_cards(client):
    make_public(slug="on-it", about_suicide=True, position=1)
    make_public(slug="other", position=2)

    main = main_of(client, "/")

    assert "/articles/other/" in main
    assert "/articles/on-it/" not in main
