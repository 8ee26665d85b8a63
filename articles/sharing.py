"""How a page may be passed on: its social card, and plain links that ask nobody anything until a reader opens one."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from . import cards

NEUTRAL_DESCRIPTION = "Plain information, with its sources."
# Off until the clinic turns them on. The message is the page's address alone, without a tag that could be counted.
PLACES = (
    ("share_facebook", "Facebook", "https://www.facebook.com/sharer/sharer.php", "u"),
    ("share_x", "X", "https://x.com/intent/post", "url"),
    ("share_pinterest", "Pinterest", "https://www.pinterest.com/pin/create/button/", "url"),
    ("share_whatsapp", "WhatsApp", "https://wa.me/", "text"),
)


@dataclass(frozen=True)
class Sharing:
    """What a link preview says of a page, and where its readers may take it."""

    title: str
    description: str
    site_name: str
    card: cards.Card
    card_url: str
    links: tuple[tuple[str, str], ...]


def of(page, clinic):
    """Return how `page` is shared. A page that is not public has no card."""
    neutral = is_neutral(page.release.content)
    name = "" if neutral else entered(clinic.clinic.name)
    card = card_of(page.release, clinic)
    return Sharing(
        title=cards.NEUTRAL_TITLE if neutral else page.title,
        description=NEUTRAL_DESCRIPTION if neutral else page.description,
        site_name=name,
        card=card,
        card_url=settings.SITE_URL + card_path(page.release, card) if page.release.pk else "",
        links=links(page.full_url, clinic.clinic),
    )


def is_neutral(content):
    """Tell whether what others see of a shared page must not name its subject. About suicide it never does."""
    return bool(content.get("neutral_card") or content["about_suicide"])


def card_of(release, clinic):
    return cards.card(release.title, entered(clinic.clinic.name), is_neutral(release.content))


def card_path(release, card):
    """Return the address of a card. It names no subject, and is another one as soon as the card is another one."""
    return reverse("articles:card", args=[release.article_id, card.digest])


def links(address, clinic):
    """Return (name, address) of the places the clinic has turned on."""
    return tuple(
        (name, f"{place}?{urlencode({parameter: address})}")
        for field, name, place, parameter in PLACES
        if getattr(clinic, field)
    )


def entered(text):
    """Return a fact as the clinic wrote it, or "" while it is empty or still a placeholder in brackets."""
    text = text.strip()
    return "" if "[" in text or "]" in text else text
