"""What pages say to machines cannot break out of its element, and leaves out what is not known."""

import json
import re

import pytest

from articles import structured
from tests.articles.writing import LONG_AGO, make_article, make_category, make_contributor, make_public
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


def told(client, path):
    html = client.get(path).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return {node["@type"]: node for block in blocks for node in json.loads(block)["@graph"]}


def test_nothing_ends_the_data_block_early():
    odd = "</script><script>alert(1)</script><!-- & \u2028 \u2029 ]]> 'quotes\" \\"

    block = structured.script({"name": odd})

    inside = block.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&\u2028\u2029") & set(inside)
    assert json.loads(inside)["@graph"] == [{"name": odd}]


def test_with_nothing_to_say_there_is_no_block():
    assert structured.script(None, "", {}) == ""


def test_hostile_title_stays_data(client):
    make_public(slug="page", title="</script><script>alert(1)</script>", summary="A & B <b>")

    html = client.get("/articles/page/").content.decode()

    assert "<script>alert" not in html
    assert told(client, "/articles/page/")["MedicalWebPage"]["name"] == "</script><script>alert(1)</script>"


def test_placeholders_in_brackets_are_told_to_nobody(client):
    make_clinic(name="[Clinic name]", phone="", street="[street]", city_state="Testville")
    make_public(slug="page", title="A [placeholder] title", summary="[To be written]")

    page = told(client, "/articles/page/")

    assert told(client, "/") == {}
    assert set(page) == {"MedicalWebPage"}
    assert not {"name", "description", "publisher"} & page["MedicalWebPage"].keys()


def test_clinic_without_facts_tells_its_name_alone(client):
    make_clinic(name="Harbor Clinic", hours_confirmed=False)

    assert told(client, "/contact/")["MedicalClinic"].keys() == {"@type", "@id", "name", "url"}


def test_author_is_a_person_only_where_credentials_say_so(client):
    writers = {
        "team": None,
        "person": make_contributor("Dana Reyes", "MD"),
        "either": make_contributor("Harbor writers", ""),
    }
    for slug, author in writers.items():
        make_public(slug=slug, author=author)

    assert {slug: told(client, f"/articles/{slug}/")["MedicalWebPage"]["author"] for slug in writers} == {
        "team": {"@type": "Organization", "name": "Clinic editorial team"},
        "person": {"@type": "Person", "name": "Dana Reyes", "honorificSuffix": "MD"},
        "either": "Harbor writers",
    }


def test_correction_takes_the_reviewer_from_machines_too(client, staff):
    article = make_article(slug="page")
    article.sign(make_contributor(), LONG_AGO)
    article.publish(LONG_AGO)
    release = article.releases.get()
    assert "reviewedBy" in structured_page(release)

    article.summary = "Put right."
    article.save()
    corrected = article.publish_correction(staff, LONG_AGO.replace(day=6), "A wrong number")

    assert not {"reviewedBy", "lastReviewed"} & structured_page(corrected).keys()


def structured_page(release):
    from articles.views import ReleasePage
    from clinic_site.facts import facts

    clinic = facts(LONG_AGO.replace(day=7))
    return structured.web_page(ReleasePage(release, clinic), clinic)


def test_first_text_says_when_it_was_published_and_a_later_one_when_it_changed(client):
    article = make_public(slug="page", title="Before")
    first = told(client, "/articles/page/")["MedicalWebPage"]
    article.title = "After"
    article.save()
    article.publish(LONG_AGO.replace(month=2))

    second = told(client, "/articles/page/")["MedicalWebPage"]

    assert (first["datePublished"], first["dateModified"]) == ("2026-01-05", "2026-01-05")
    assert "datePublished" not in second
    assert second["dateModified"] == "2026-02-05"


def test_page_of_a_condition_is_about_it_and_any_other_about_nothing(client):
    make_public(slug="visit", category=make_category("your-visit"))
    make_public(slug="ptsd", category=make_category("ptsd", name="PTSD", is_condition=True))

    assert "about" not in told(client, "/articles/visit/")["MedicalWebPage"]
    assert told(client, "/articles/ptsd/")["MedicalWebPage"]["about"] == {"@type": "MedicalCondition", "name": "PTSD"}


def test_fixed_page_that_speaks_of_no_treatment_is_no_medical_page(client):
    make_public(slug="our-hours", kind="page", treatment=False)

    assert told(client, "/our-hours/") == {}


def test_way_to_an_article_is_the_one_it_shows(client, settings):
    settings.SITE_URL = "https://clinic.example"
    make_public(slug="page", title="A page", category=make_category("your-visit"))

    assert told(client, "/articles/page/")["BreadcrumbList"]["itemListElement"] == [
        {"@type": "ListItem", "position": 1, "name": "Articles", "item": "https://clinic.example/articles/"},
        {
            "@type": "ListItem", "position": 2, "name": "Your visit",
            "item": "https://clinic.example/articles/topic/your-visit/",
        },
        {"@type": "ListItem", "position": 3, "name": "A page", "item": "https://clinic.example/articles/page/"},
    ]  # fmt: skip
