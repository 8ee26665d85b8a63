"""The marks [1] and [figure 1] in a text, and what becomes of them when a row changes its number. No ORM."""

import re

CITED = re.compile(r"\[(\d{1,3})\]")
PLACED = re.compile(r"\[(figure )(\d{1,2})\]")
TAG = re.compile(r"(<[^>]*>)")


def moved(rows):
    """Return {old number: new number} of the (old, new) pairs whose number changes; a new row has no old one."""
    return {old: new for old, new in rows if old and old != new}


def renumber(text, sources=None, figures=None):
    """Return `text` (plain or HTML) with every mark under its row's new number, all at once: rows may change places."""
    sources, figures = sources or {}, figures or {}
    if not sources and not figures:
        return text

    def source(match):
        number = int(match.group(1))
        return f"[{sources.get(number, number)}]" if number in sources else match.group()

    def figure(match):
        number = int(match.group(2))
        return f"[figure {figures[number]}]" if number in figures else match.group()

    # An address between < and > may hold such signs too, and is left alone.
    parts = TAG.split(text)
    parts[::2] = [PLACED.sub(figure, CITED.sub(source, part)) for part in parts[::2]]
    return "".join(parts)


def cited(text):
    return {int(number) for number in CITED.findall(_words(text))}


def placed(text):
    return {int(number) for _, number in PLACED.findall(_words(text))}


def _words(text):
    return TAG.sub("", text)


def taken_over(rows, used):
    """Return the numbers that some row would move to although the text uses them for something else.

    `rows` are (old, new) pairs of all that stays, `used` the numbers in the text as it was typed. A mark whose own row
    is gone must not silently point to another row.
    """
    before = {old for old, _ in rows if old}
    return sorted(new for old, new in rows if old and old != new and new in used and new not in before)
