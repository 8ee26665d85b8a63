"""Social cards: the picture that a link to a page carries where it is shared. A title and the clinic's name, no more.

Drawn in our own palette by Pillow, with the Latin letters of Noto Serif that stand beside this file (fonts/OFL.txt).
"""

import hashlib
import io
import math
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
FONT = Path(__file__).parent / "fonts" / "NotoSerif-Latin.ttf"
# A change of the drawing is a change of every card's address: addresses are kept for a year.
DRAWING = "1"
# For a page whose title should not be read by others where somebody shares it: it names no condition and no clinic.
NEUTRAL_TITLE = "A page to read"
# The plain values of static/css/tokens.css; a test compares them.
COLORS = {
    "paper": "#fcf9f4",
    "ink": "#172831",
    "ink-2": "#3a4c56",
    "sky-1": "#dfeef4",
    "sky-2": "#fcefdf",
    "sun": "#fad8ab",
    "hill-1": "#c2dee1",
    "hill-2": "#9cc7c9",
    "hill-3": "#6ba4a7",
}
MARGIN = 80
TITLE_SIZES = (84, 76, 68, 60, 52, 46)
TITLE_HEIGHT = 310
# Drawn at twice the size and made smaller, so that edges are smooth.
SCALE = 2
# In each process: about 40 kB a card.
KEPT = 64


@dataclass(frozen=True)
class Card:
    """What stands on one card. Equal cards have one address."""

    title: str
    clinic: str = ""

    @property
    def digest(self):
        return hashlib.sha256("\0".join((DRAWING, self.title, self.clinic)).encode()).hexdigest()[:20]

    @property
    def alt(self):
        """Return the card in words."""
        return f"{self.title} ({self.clinic})" if self.clinic else self.title


def card(title, clinic="", neutral=False):
    """Return the card of a page; a title that our letters cannot write gives the neutral one."""
    shown = "" if neutral else readable(title)
    return Card(shown, readable(clinic)) if shown else Card(NEUTRAL_TITLE)


@lru_cache(KEPT)
def draw(card):
    """Return `card` as PNG, the same bytes each time."""
    picture = _landscape().copy()
    pen = ImageDraw.Draw(picture)
    font, lines = _fitted(card.title)
    step = round(font.size * 1.22)
    for number, line in enumerate(lines):
        pen.text((MARGIN, 62 + number * step), line, font=font, fill=COLORS["ink"])
    if card.clinic:
        small = _font(30)
        pen.text((MARGIN, HEIGHT - 34), _cut(card.clinic, small), font=small, fill=COLORS["ink-2"], anchor="ls")
    stored = io.BytesIO()
    picture.save(stored, "PNG", optimize=True)
    return stored.getvalue()


# --- Words ---


@lru_cache(len(TITLE_SIZES) + 2)
def _font(size):
    # Not the layout engine that some machines have and some have not: every worker draws the same.
    return ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(512)
def _is_held(letter):
    return letter == " " or _font(30).getmask(letter).getbbox() is not None


def readable(text):
    """Return `text` in the letters that our font holds, on one line; a letter it lacks loses its accent or is gone."""
    kept = []
    for letter in unicodedata.normalize("NFC", " ".join(text.split())):
        plainer = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
        kept.append(letter if _is_held(letter) else "".join(one for one in plainer if _is_held(one)))
    return " ".join("".join(kept).split())


def _fitted(title):
    """Return the largest font in which `title` fits its place, and its lines; what fits in none is cut."""
    for size in TITLE_SIZES:
        font = _font(size)
        lines = _wrapped(title, font)
        if len(lines) * size * 1.22 <= TITLE_HEIGHT:
            return font, lines
    most = int(TITLE_HEIGHT / (TITLE_SIZES[-1] * 1.22))
    return font, [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), font)]


def _wrapped(text, font):
    lines = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(joined) <= WIDTH - 2 * MARGIN:
            lines[-1] = joined
        else:
            lines += _broken(word, font)
    return lines


def _broken(word, font):
    """Return a word in pieces that fit a line each."""
    pieces = [""]
    for letter in word:
        if font.getlength(pieces[-1] + letter) > WIDTH - 2 * MARGIN:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _cut(text, font):
    if font.getlength(text) <= WIDTH - 2 * MARGIN:
        return text
    while font.getlength(text + "…") > WIDTH - 2 * MARGIN:
        text = text[:-1]
    return text.rstrip() + "…"


# --- The horizon of the home page ---


@lru_cache(1)
def _landscape():
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    picture = _sky(width, height)
    pen = ImageDraw.Draw(picture)
    center, radius = (width * 0.72, height * 0.64), height * 0.095
    pen.ellipse((center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius), COLORS["sun"])
    for name, top, wave, phase in (
        ("hill-1", 0.66, 0.035, 0.0),
        ("hill-2", 0.74, 0.03, 2.1),
        ("hill-3", 0.8, 0.022, 4.0),
        ("paper", 0.87, 0.012, 5.2),
    ):
        steps = range(0, width + 8, 8)
        line = [(x, height * (top - wave * math.sin(phase + x / width * 2.6 * math.pi))) for x in steps]
        pen.polygon([(0, height), *line, (width, height)], COLORS[name])
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def _sky(width, height):
    above, below = (
        Image.new("RGB", (width, height), COLORS["sky-1"]),
        Image.new("RGB", (width, height), COLORS["sky-2"]),
    )
    fade = Image.linear_gradient("L").resize((width, height))
    return Image.composite(below, above, fade)
