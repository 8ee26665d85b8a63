"""What readers get: released pages at once, unpublished ones nowhere, and no trace of themselves."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from articles.views import ReleasePage, live_articles
from clinic_site.models import Price, Statement
from clinic_site.statements import DEFAULTS
from tests.articles.writing import LONG_AGO, make_article, make_category, make_contributor, make_public
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


def page(response):
    assert response.status_code == 200
    return response.content.decode()


def test_published_article_shows_its_text_references_and_contents(client):
    make_public(
        title="Sleep and ketamine",
        slug="sleep",
        summary="Sleep may change.",
        key_points="One point\nA limit",
        body="<h2>One</h2><p>Text [1].</p><h2>Two</h2><p>More [1].</p><h2>Three</h2><p>End.</p>",
        references=["smith2020"],
    )

    html = page(client.get("/articles/sleep/"))

    for piece in (
        "<h1>Sleep and ketamine</h1>", "Sleep may change.", "One point", "A limit", '<h2 id="two">Two</h2>',
        '<a href="#two">Two</a>', 'id="cite-1-2" href="#ref-1"', 'id="ref-1"', 'href="#cite-1-2"',
        'href="https://doi.org/10.1000/smith2020"', "Clinic editorial team", "Not yet reviewed by a clinician",
    ):  # fmt: skip
        assert piece in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


def test_signed_article_names_its_reviewer_and_dates(client):
    article = make_article(slug="sleep")
    article.sign(make_contributor("Dana Reyes", "MD"), LONG_AGO)
    article.publish(LONG_AGO)

    with time_machine.travel(LONG_AGO + timedelta(days=30)):
        html = page(client.get("/articles/sleep/"))

    assert "Dana Reyes, MD" in html
    assert "January 5, 2026" in html and "July 5, 2026" in html
    assert "Not yet reviewed" not in html and "due for a check" not in html


def test_signed_article_past_its_next_check_says_so(client):
    article = make_article(slug="sleep")
    article.sign(make_contributor(), LONG_AGO)
    article.publish(LONG_AGO)

    with time_machine.travel(LONG_AGO + timedelta(days=184)):
        assert "This page is due for a check" in page(client.get("/articles/sleep/"))


def test_draft_and_future_articles_are_not_found(client):
    make_article(slug="draft")
    make_public(slug="tomorrow", at=timezone.now() + timedelta(hours=1))

    for path in ("/articles/draft/", "/articles/tomorrow/", "/articles/none/", "/draft/", "/none/"):
        assert client.get(path).status_code == 404
    assert "tomorrow" not in page(client.get("/articles/"))


def test_kinds_keep_to_their_own_addresses(client):
    make_public(slug="sleep")
    make_public(slug="about", kind="page")

    assert [client.get(path).status_code for path in ("/sleep/", "/articles/about/")] == [404, 404]
    assert [client.get(path).status_code for path in ("/articles/sleep/", "/about/")] == [200, 200]
    assert "/about/" not in re.findall(r'<h2><a href="([^"]+)"', page(client.get("/articles/")))


def test_topic_that_never_was_is_not_found(client):
    assert client.get("/articles/topic/none/").status_code == 404


def test_edited_draft_changes_nothing_for_readers(client):
    article = make_public(slug="sleep", title="Old title", body="<p>Old text</p>")

    article.title, article.body = "New title", "<p>New text</p>"
    article.save()

    for path in ("/articles/sleep/", "/articles/", "/"):
        html = page(client.get(path))
        assert "Old title" in html and "New title" not in html
    assert "Old text" in page(client.get("/articles/sleep/"))


def test_unpublished_page_is_gone_at_once_everywhere(client):
    topic = make_category("your-visit")
    gone = make_public(slug="gone", title="Soon gone", category=topic)
    make_public(slug="stays", title="Stays here", category=topic, related=[gone])
    paths = ["/", "/articles/", "/articles/topic/your-visit/", "/articles/stays/"]
    assert all("Soon gone" in page(client.get(path)) for path in paths)

    gone.unpublish(timezone.now())

    assert all("Soon gone" not in page(client.get(path)) for path in paths)
    assert client.get("/articles/gone/").status_code == 410


def test_published_page_is_public_at_once_everywhere(client):
    article = make_article(slug="new", title="Brand new", category=make_category("your-visit"))

    article.publish(timezone.now())

    for path in ("/", "/articles/", "/articles/topic/your-visit/", "/articles/new/"):
        assert "Brand new" in page(client.get(path))


def test_lists_follow_the_place_in_lists_as_a_number(client):
    for position, title in ((10, "Tenth"), (9, "Ninth"), (100, "Last"), (9, "Also ninth")):
        make_public(position=position, title=title, slug=title.lower().replace(" ", "-"))

    titles = re.findall(r'<h2><a href="[^"]+">([^<]+)</a></h2>', page(client.get("/articles/")))

    assert titles == ["Also ninth", "Ninth", "Tenth", "Last"]


def test_topic_shows_its_own_articles_and_empty_topics_are_not_offered(client):
    make_category("empty", name="Empty topic")
    make_public(title="In it", category=make_category("your-visit", name="Your visit"))
    make_public(title="Elsewhere", category=make_category("basics", name="Basics"))

    html = page(client.get("/articles/topic/your-visit/"))

    assert "In it" in html and "Elsewhere" not in html
    assert "Basics" in html and "Empty topic" not in html
    assert client.get("/articles/topic/empty/").status_code == 200


def test_long_lists_come_in_pages_and_an_odd_page_number_is_forgiven(client):
    for number in range(12):
        make_public(position=number, title=f"Title {number:02}")

    assert "Title 09" in page(client.get("/articles/")) and "Title 10" not in page(client.get("/articles/"))
    for number in ("2", "99", "-1"):
        assert "Title 11" in page(client.get(f"/articles/?page={number}"))
    assert "Title 00" in page(client.get("/articles/?page=x"))


def test_related_pages_stand_in_their_order(client):
    first, second = make_public(title="Second one", position=2), make_public(title="First one", position=1)
    make_public(slug="sleep", related=[first, second])

    html = page(client.get("/articles/sleep/"))

    assert re.findall(r'<h3><a href="[^"]+">([^<]+)</a></h3>', html) == ["First one", "Second one"]


def test_old_address_leads_to_the_new_one_while_the_page_is_public(client):
    article = make_public(slug="old")
    article.slug = "new"
    article.save()
    assert client.get("/articles/old/").status_code == 200  # readers keep the released address until the next release

    article.publish(timezone.now())

    response = client.get("/articles/old/")
    assert (response.status_code, response["Location"]) == (301, "/articles/new/")
    article.unpublish(timezone.now())
    assert client.get("/articles/old/").status_code == 410


# --- Statements ---


def test_treatment_article_cannot_lose_its_statements(client):
    make_clinic()
    make_public(slug="bare", body="<p>Only this.</p>")

    html = page(client.get("/articles/bare/"))

    for key in ("off_label", "results_vary", "risk_line", "not_substitute"):
        assert html.count(DEFAULTS[key]) == 1
    assert html.index("Only this.") < html.index(DEFAULTS["results_vary"]) < html.index(DEFAULTS["not_substitute"])


@pytest.mark.parametrize(
    "fields, keys",
    [
        ({}, ("off_label", "results_vary", "risk_line", "not_substitute")),
        ({"mainly_risk": True}, ("off_label", "results_vary", "not_substitute")),
        ({"treatment": False}, ("off_label", "risk_line", "not_substitute")),
        ({"treatment": False, "mainly_risk": True}, ("off_label", "not_substitute")),
        ({"kind": "page", "treatment": False}, ()),
        ({"kind": "page"}, ("off_label", "results_vary", "risk_line", "not_substitute")),
    ],
)
def test_which_statements_a_page_is_never_shown_without(fields, keys):
    assert ReleasePage(make_article(**fields).as_release(LONG_AGO)).required_statements == keys


def test_risk_line_leads_to_the_first_public_page_on_risks(client):
    make_public(slug="sleep")
    link = '<a href="{}">Read more about side effects and risks</a>'
    assert "Read more about side effects" not in page(client.get("/articles/sleep/"))

    make_public(slug="your-first-ketamine-infusion")
    assert link.format("/articles/your-first-ketamine-infusion/#risks-and-side-effects") in page(
        client.get("/articles/sleep/")
    )

    make_public(slug="side-effects-and-risks")
    assert link.format("/articles/side-effects-and-risks/") in page(client.get("/articles/sleep/"))


def test_page_on_risks_does_not_lead_to_itself(client):
    make_public(slug="your-first-ketamine-infusion")

    text = page(client.get("/articles/your-first-ketamine-infusion/"))

    assert "Ketamine can raise blood pressure" in text
    assert "Read more about side effects and risks" not in text


def test_new_wording_of_a_statement_is_seen_at_once(client):
    make_public(slug="sleep")

    Statement.objects.create(key="risk_line", version=99, text="A new risk line <b>of ours</b>.")

    assert "A new risk line &lt;b&gt;of ours&lt;/b&gt;." in page(client.get("/articles/sleep/"))


def test_clinic_facts_are_seen_at_once(client):
    make_public(slug="fees", kind="page", treatment=False, body="<p>[price list]</p><p>[license]</p>")
    assert "not yet listed its prices" in page(client.get("/fees/"))

    Price.objects.create(label="One visit", amount=400)
    make_clinic(license="License 12")

    html = page(client.get("/fees/"))
    assert "$400" in html and "License 12" in html


def test_article_about_suicide_has_help_first_and_last_and_no_form(client):
    make_public(slug="thoughts", about_suicide=True, body="<p>Thoughts of suicide can pass.</p>")

    html = page(client.get("/articles/thoughts/"))

    main = html[html.index("<main") : html.index("</main>")]
    assert main.index('href="tel:988"') < main.index("<h1>") < main.index("Thoughts of suicide can pass.")
    assert main.rindex('href="tel:988"') > main.index("Thoughts of suicide can pass.")
    assert "<form" not in main[main.index("Thoughts of suicide can pass.") :]
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


# --- Readers are left alone, pages stay cheap ---


def test_public_pages_set_no_cookie_and_vary_by_none(client):
    make_public(slug="sleep", category=make_category("your-visit"))
    make_public(slug="about", kind="page")

    for path in ("/articles/", "/articles/topic/your-visit/", "/articles/sleep/", "/about/", "/articles/none/"):
        response = client.get(path)
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()


def test_pages_only_answer_to_reading(client):
    make_public(slug="sleep")

    assert [client.post(path).status_code for path in ("/articles/", "/articles/sleep/")] == [405, 405]


def test_number_of_queries_does_not_grow_with_the_number_of_articles(client, django_assert_max_num_queries):
    def count(path):
        with django_assert_max_num_queries(20) as queries:
            page(client.get(path))
        return len(queries)

    topic = make_category("your-visit")
    make_public(slug="sleep", references=["a1"], related=[make_public(category=topic)], category=topic)
    paths = ("/articles/", "/articles/topic/your-visit/", "/articles/sleep/")
    before = [count(path) for path in paths]

    more = [make_public(category=topic, references=[f"r{number}"]) for number in range(6)]
    make_public(slug="sleep-more", related=more, category=topic)

    assert [count(path) for path in ("/articles/", "/articles/topic/your-visit/", "/articles/sleep-more/")] == before


def test_live_articles_are_read_in_one_query(django_assert_num_queries):
    for _ in range(3):
        make_public(category=make_category())

    with django_assert_num_queries(1):
        assert [ReleasePage(release).category_name for release in live_articles(timezone.now())] == ["Your visit"] * 3


def test_home_without_a_public_article_offers_nothing_to_read(client):
    assert "You do not have to read everything" not in page(client.get("/"))

    make_public()

    assert "You do not have to read everything" in page(client.get("/"))
