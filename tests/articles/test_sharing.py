"""Sharing: the address alone, nobody asked before a reader chooses, other companies only where the clinic says so."""

import html
import re

import pytest

from tests.articles.writing import make_public
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db
PLACES = {
    "share_facebook": "www.facebook.com",
    "share_x": "x.com",
    "share_pinterest": "www.pinterest.com",
    "share_whatsapp": "wa.me",
}


def outside(client):
    """Return the hosts that the share block of a page links to."""
    text = client.get("/articles/page/").content.decode()
    block = text[text.index('<section class="share') :]
    block = html.unescape(block[: block.index("</section>")])
    return set(re.findall(r'href="https?://([^/]+)/', block))


def test_no_other_company_is_named_until_the_clinic_turns_it_on(client):
    make_public(slug="page")

    assert outside(client) == set()
    assert "another company" not in client.get("/articles/page/").content.decode()


@pytest.mark.parametrize("field", PLACES)
def test_each_place_is_turned_on_by_itself(client, field):
    make_clinic(**{field: True})
    make_public(slug="page")

    assert outside(client) == {PLACES[field]}
    assert "It may tie your name there to this page." in client.get("/articles/page/").content.decode()


def test_what_works_without_script_is_there_and_what_needs_it_is_hidden(client):
    make_public(slug="page")

    text = client.get("/articles/page/").content.decode()

    assert (
        'href="mailto:?subject=A%20page%20to%20read&amp;body=http%3A%2F%2F127.0.0.1%3A8000%2Farticles%2Fpage%2F"'
        in text
    )
    assert 'href="sms:?&amp;body=http%3A%2F%2F127.0.0.1%3A8000%2Farticles%2Fpage%2F"' in text
    assert '<input id="address" readonly data-select value="http://127.0.0.1:8000/articles/page/">' in text
    assert re.search(r"data-print hidden>Print<", text)
    assert re.search(r'data-share="[^"]+" hidden>Share<', text)
    assert re.search(r"<p hidden><button[^>]+data-copy=\"address\">", text)


def test_clinic_is_told_what_such_a_link_means_before_it_turns_one_on(staff_client):
    page = staff_client.get("/admin/clinic_site/clinic/1/change/").content.decode()

    assert "named account there to a page about depression" in " ".join(page.split())
    assert all(f'name="{field}"' in page and f'name="{field}" checked' not in page for field in PLACES)


def test_editor_may_make_the_preview_of_a_page_neutral(staff_client):
    article = make_public(slug="page")

    page = staff_client.get(f"/admin/articles/article/{article.pk}/change/").content.decode()

    assert 'name="neutral_card"' in page
    assert "A page to read" in page
