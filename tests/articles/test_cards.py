"""The picture of a shared link: a page's title and no more, the same bytes each time, nothing of what is not public."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from articles import cards
from tests.articles.writing import LONG_AGO, make_article, make_contributor, make_public
from tests.clinic_site.test_look import SCHEMES
from tests.factories import make_clinic


def image(data):
    return Image.open(io.BytesIO(data))


def meta(client, path):
    """Return {property: content} of what a page says about shared links."""
    html = client.get(path).content.decode()
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', html))


def path_of(address):
    return "/" + address.split("/", 3)[3]


# --- Drawing


def test_colours_are_those_of_the_site():
    assert {name: SCHEMES["plain"][name] for name in cards.COLORS} == cards.COLORS


@pytest.mark.parametrize(
    "title", ["Sleep", "Naïve “quotes” — a dash", "W" * 160, "word " * 60, "x" * 5000], ids=lambda title: title[:8]
)
def test_every_title_gives_a_picture_of_the_size_that_others_expect(title):
    drawn = image(cards.draw(cards.card(title, "A clinic")))

    assert (drawn.format, drawn.size) == ("PNG", (1200, 630))


def test_equal_cards_are_equal_bytes_and_others_have_another_address():
    one, same, other = cards.card("Sleep", "A"), cards.card(" Sleep ", "A"), cards.card("Sleep", "B")

    again = cards.draw.__wrapped__(same)

    assert (cards.draw(one), one.digest) == (again, same.digest)
    assert cards.draw(other) != cards.draw(one)
    assert other.digest != one.digest


def test_text_stays_within_its_margins():
    paper = cards._landscape()
    drawn = image(cards.draw(cards.card("M" * 400, "M" * 400))).convert("RGB")

    for box in ((0, 0, cards.MARGIN - 8, 630), (1200 - cards.MARGIN + 8, 0, 1200, 630), (0, 0, 1200, 40)):
        assert drawn.crop(box).tobytes() == paper.crop(box).tobytes(), box


@pytest.mark.parametrize(
    "title, shown",
    [
        ("Naïve – “so”", "Naïve – “so”"),
        ("Ketamine\n and \t sleep", "Ketamine and sleep"),
        ("Ǟ sleep 😀", "A sleep"),
        ("睡眠", cards.NEUTRAL_TITLE),
        ("😀\0", cards.NEUTRAL_TITLE),
    ],
)
def test_what_our_letters_cannot_write_is_written_plainer_or_not_at_all(title, shown):
    assert cards.card(title).title == shown


def test_neutral_card_names_neither_page_nor_clinic():
    assert cards.card("Ketamine for depression", "Ketamine clinic", neutral=True) == cards.Card("A page to read", "")


# --- On pages


def test_page_says_how_its_link_looks(client, db, settings):
    settings.SITE_URL = "https://clinic.example"
    make_clinic(name="Bay Clinic")
    article = make_public(slug="sleep", title='Sleep & "rest"', description="On sleep.")

    found = meta(client, "/articles/sleep/")

    digest = cards.card('Sleep & "rest"', "Bay Clinic").digest
    assert found == {
        "og:type": "article",
        "og:title": "Sleep &amp; &quot;rest&quot;",
        "og:description": "On sleep.",
        "og:url": "https://clinic.example/articles/sleep/",
        "og:site_name": "Bay Clinic",
        "og:image": f"https://clinic.example/articles/cards/{article.pk}/{digest}.png",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Sleep &amp; &quot;rest&quot; (Bay Clinic)",
        "twitter:card": "summary_large_image",
    }


@pytest.mark.parametrize("fields", [{"neutral_card": True}, {"about_suicide": True}])
def test_neutral_page_tells_others_nothing_of_its_subject(client, db, fields):
    make_clinic(name="Ketamine Clinic")
    make_public(slug="page", title="Ketamine", summary="Of ketamine.", description="On ketamine.", **fields)

    found = meta(client, "/articles/page/")

    assert found["og:title"] == found["og:image:alt"] == "A page to read"
    assert not any("ketamine" in value.lower() for value in found.values())


def test_placeholder_of_the_clinic_is_on_no_card(client, db):
    make_clinic(name="[Clinic name]")
    make_public(slug="page", title="Sleep")

    found = meta(client, "/articles/page/")

    assert "og:site_name" not in found
    assert found["og:image:alt"] == "Sleep"


def test_card_is_handed_out_to_be_kept_for_ever(client, db):
    make_public(slug="page", title="Sleep")
    path = path_of(meta(client, "/articles/page/")["og:image"])

    answer = client.get(path)

    assert image(answer.content).size == (1200, 630)
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not answer.cookies
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


def test_nothing_but_what_readers_see_now_has_a_card(client, db):
    article = make_public(slug="page", title="Sleep")
    path = path_of(meta(client, "/articles/page/")["og:image"])
    draft, later = make_article(title="Draft"), make_article(title="Later")
    later.publish(timezone.now() + timedelta(days=1))

    missing = [f"/articles/cards/{one.pk}/{cards.card(one.title).digest}.png" for one in (draft, later)]
    missing += [path.replace(cards.card("Sleep").digest, "0" * 20), "/articles/cards/99999/x.png"]

    assert client.get(path).status_code == 200
    assert [client.get(one).status_code for one in missing] == [404] * 4
    article.unpublish(timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 404


def test_public_address_has_no_card_of_an_unsigned_text(client, db, settings):
    unsigned = make_public(slug="unsigned", title="Unsigned")
    signed = make_article(slug="signed", title="Signed")
    signed.sign(make_contributor(), LONG_AGO)
    signed.publish(LONG_AGO)
    settings.DEMONSTRATION = False

    codes = [
        client.get(f"/articles/cards/{one.pk}/{cards.card(one.title).digest}.png").status_code
        for one in (unsigned, signed)
    ]

    assert codes == [404, 200]


def test_new_title_gives_the_card_a_new_address(client, db):
    article = make_public(slug="page", title="Before")
    before = meta(client, "/articles/page/")["og:image"]
    article.title = "After"
    article.save()
    article.publish(LONG_AGO + timedelta(days=1))

    after = meta(client, "/articles/page/")["og:image"]

    assert after != before
    assert client.get(path_of(before)).status_code == 404
    assert client.get(path_of(after)).status_code == 200


def test_preview_of_a_draft_has_no_card(staff_client, db):
    draft = make_article(title="Draft")

    html = staff_client.get(f"/admin/articles/article/{draft.pk}/preview/").content.decode()

    assert "Draft" in html
    assert "og:image" not in html
    assert "ld+json" not in html
