"""The look keeps its promises: contrast in both schemes, colours in one file, nothing inline, a light stylesheet."""

import gzip
import html
import math
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

ROOT = Path(__file__).parents[2]
# In the order a page loads them.
STYLESHEETS = [ROOT / "static" / "css" / f"{name}.css" for name in ("tokens", "base", "components", "print")]
# What pages of text load besides.
READING = ROOT / "static" / "css" / "reading.css"
TOKENS = STYLESHEETS[0].read_text()
# The staff site has a look and a policy of its own.
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "admin" not in path.parts]

# (text or shape, ground, needed): 7 for text, 3 for what is only a shape.
PAIRS = [
    ("ink", "paper", 7),
    ("ink", "surface", 7),
    ("ink", "tint", 7),
    ("ink", "accent-tint", 7),
    ("ink-2", "paper", 7),
    ("ink-2", "surface", 7),
    ("ink-2", "tint", 7),
    ("ink-2", "accent-tint", 7),
    ("ink", "sky-1", 7),
    ("ink", "sky-2", 7),
    ("accent", "paper", 7),
    ("accent", "surface", 7),
    ("accent", "tint", 7),
    ("accent", "accent-tint", 7),
    ("on-accent", "accent", 7),
    ("on-accent", "accent-hover", 7),
    ("help-ink", "help", 7),
    ("bad", "paper", 7),
    ("bad", "surface", 7),
    ("paper", "ink", 7),  # the chosen topic
    ("line-2", "surface", 3),
    ("line-2", "paper", 3),
    ("line-2", "tint", 3),
    ("focus", "paper", 3),
    ("focus", "help", 3),
    ("focus", "tint", 3),
    ("bar-1", "surface", 3),
    ("bar-1", "bar-2", 3),
]


# --- Reading tokens.css


def declarations(block):
    return dict(re.findall(r"--([\w-]+): ([^;]+);", block))


def block_after(text, selector):
    """Return what stands between the braces of the first rule of `selector` in `text`."""
    start = text.index("{", text.index(selector)) + 1
    return text[start : text.index("}", start)]


def channels(value, tokens):
    """Return the linear red, green and blue (0 to 1) of a colour as tokens.css writes it."""
    value = value.strip()
    if name := re.fullmatch(r"var\(--([\w-]+)\)", value):
        return channels(tokens[name.group(1)], tokens)
    if value.startswith("oklch"):
        return from_oklch(*value.removeprefix("oklch(").removesuffix(")").split())
    digits = value.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    return tuple(linear(int(digits[place : place + 2], 16) / 255) for place in (0, 2, 4))


def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def from_oklch(lightness, chroma, hue):
    light, turn = float(lightness.removesuffix("%")) / 100, math.radians(float(hue))
    a, b = float(chroma) * math.cos(turn), float(chroma) * math.sin(turn)
    long, middle, short = (
        (light + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (light - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (light - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    red, green, blue = (min(max(channel, 0), 1) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def schemes():
    """Return {scheme: {token: value}}: plain values, light, dark, and each of them with high contrast."""
    plain, modern = TOKENS.split("@supports (color: light-dark(", 1)
    fallback = declarations(block_after(plain, ":root {"))
    both = declarations(block_after(modern, ":root {"))
    high = ':root:is([data-contrast="high"]'
    high_fallback = declarations(block_after(plain, high))
    high_both = declarations(block_after(modern, high))

    def side(values, number):
        pairs = {name: re.fullmatch(r"light-dark\((.+), (.+)\)", value) for name, value in values.items()}
        return {name: pair.group(number) for name, pair in pairs.items()}

    light, dark = side(both, 1), side(both, 2)
    return {
        "plain": fallback,
        "light": light,
        "dark": dark,
        "plain, high contrast": fallback | high_fallback,
        "light, high contrast": light | side(high_both, 1),
        "dark, high contrast": dark | side(high_both, 2),
    }


SCHEMES = schemes()


# --- Colours


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_pair_of_colours_has_its_contrast(scheme):
    tokens = SCHEMES[scheme]

    ratios = {
        (one, other): round(contrast(channels(tokens[one], tokens), channels(tokens[other], tokens)), 2)
        for one, other, _ in PAIRS
    }

    assert {pair: ratios[pair[:2]] for pair in PAIRS if ratios[pair[:2]] < pair[2]} == {}


def test_plain_values_are_the_same_colours_as_the_light_scheme():
    plain, light = SCHEMES["plain"], SCHEMES["light"]

    far = {
        name: (plain[name], value)
        for name, value in light.items()
        if any(
            abs(one - other) > 0.01
            for one, other in zip(channels(plain[name], plain), channels(value, light), strict=True)
        )
    }

    assert far == {}
    assert set(light) == {name for name, value in plain.items() if value.startswith("#")}


def test_system_wish_for_contrast_gives_the_same_colours_as_the_preference():
    wished = TOKENS.split("@media (prefers-contrast: more)")

    plain, modern = (declarations(block_after(part, ":root {")) for part in wished[1:])
    assert plain == declarations(block_after(TOKENS, ':root:is([data-contrast="high"]'))
    assert modern == declarations(block_after(TOKENS.split("@supports")[1], ':root:is([data-contrast="high"]'))


NAMED = "black|white|red|green|blue|gray|grey|silver|navy|teal|orange|yellow|purple|brown|pink|gold|beige|ivory"


@pytest.mark.parametrize("path", [*STYLESHEETS[1:], READING], ids=lambda path: path.name)
def test_no_colour_stands_outside_the_tokens(path):
    values = re.findall(r":([^;{}]+);", re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL))

    colour = re.compile(
        rf"#[0-9a-f]{{3,8}}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(|(?<![\w-])(?:{NAMED})(?![\w-])"
    )
    assert [value for value in values if colour.search(value.lower())] == []


def test_every_token_in_use_is_defined():
    used = set(re.findall(r"var\(--([\w-]+)[,)]", "".join(path.read_text() for path in [*STYLESHEETS, READING])))
    defined = set(re.findall(r"--([\w-]+):", "".join(path.read_text() for path in STYLESHEETS)))

    assert used - defined == set()


# --- The stylesheet as a whole


def test_stylesheet_stays_within_its_weight():
    together = b"".join(path.read_bytes() for path in STYLESHEETS)

    assert len(gzip.compress(together, 9)) <= 6500
    assert len(gzip.compress(READING.read_bytes(), 9)) <= 2000


@pytest.mark.parametrize("path", [*STYLESHEETS, READING], ids=lambda path: path.name)
def test_stylesheet_loads_nothing_nests_nothing_and_wins_by_layers(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)

    assert re.findall(r"url\(|@import|!important|&", text) == []
    assert re.findall(r"(?m)^[^\s@}].*\{", text) == []  # every rule stands in a layer


# --- Templates


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_keeps_style_and_script_in_files(path):
    text = path.read_text()

    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|data:[a-z]|<script(?![^>]*\ssrc=\"{%)", text) == []
    assert re.findall(r"<(?:script|img|iframe|link|source)[^>]*(?:src|href)=\"(?:https?:)?//", text) == []
    assert re.findall(r"\|\s*safe\b|autoescape off|placeholder=", text) == []
    # Without a stylesheet a drawing must not fill the window.
    assert [tag for tag in re.findall(r"<svg[^>]*>", text) if " width=" not in tag or " height=" not in tag] == []


def words(markup):
    return " ".join(html.unescape(strip_tags(markup)).split())


def test_crisis_text_is_word_for_word():
    page = render_to_string("_crisis_box.html", {"full": True})

    assert words(page).startswith(
        "Need help now? "
        "If you or someone else is in danger, call 911 or go to the nearest emergency room. "
        "Call or text 988, or chat at 988lifeline.org. It is free and confidential, day and night, anywhere in the US. "
        "You do not have to be suicidal to call. "
        "Veterans and service members: call 988 and press 1, text 838255, or chat at VeteransCrisisLine.net. "
        "Para español: llame al 988 y oprima 2. "
        "This website and this clinic are not emergency services."
    )


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
def test_page_that_knows_nothing_still_offers_help(name):
    page = render_to_string(name)

    assert {"tel:988", "sms:988", "tel:911"} <= set(re.findall(r'href="([^"]+)"', page))
    assert "phone us" not in page


class Known:
    display_phone = "202-555-0142"
    phone_href = "tel:+12025550142"


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
def test_page_that_knows_the_phone_names_it(name):
    page = render_to_string(name, {"clinic": Known})

    assert "If you wanted a call, phone us on 202-555-0142." in words(page)
