"""Stored body -> safe HTML: sanitising, heading ids, contents list, citation marks, shared statements. No ORM."""

import re

import nh3

TAGS = {"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "table", "thead", "tbody", "tr", "th",
        "td", "br", "hr", "caption"}  # fmt: skip
MARK = re.compile(r"\[(\d{1,3})\]")


def clean(html):
    """Return only what an editor may store: no script, style, handler, image or address that leads out unsafely."""
    return nh3.clean(html, tags=TAGS, attributes={"a": {"href"}, "th": {"scope"}}, link_rel=None)


def plain(html):
    """Return the text of a body, tags gone."""
    return nh3.clean(html, tags=set())


def citation_numbers(html):
    """Return the set of numbers marked [n] in a body."""
    return {int(number) for number in MARK.findall(html)}
