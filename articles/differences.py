"""What changed between two texts of a page, word by word. Pure functions over plain content (see Article.content)."""

import difflib
import re
from dataclasses import dataclass

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from . import editorial

# What a reader reads, under the name an editor knows it by.
PARTS = (
    ("Title", "title"),
    ("Address", "slug"),
    ("Summary", "summary"),
    ("Description for search engines", "description"),
    ("Key points", "key_points"),
    ("At a glance", "glance"),
    ("Visit timeline", "timeline"),
    ("Text", "body"),
    ("Figures", "figures"),
    ("Explained words", "glossary"),
    ("References", "references"),
    ("Written by", "author"),
)
WORD = re.compile(r"\s+|[\w’'-]+|[^\w\s]")
MARK = {"h2": "## ", "h3": "### ", "li": "• ", "td": "| ", "th": "| "}


@dataclass(frozen=True)
class Difference:
    """One part that is not the same: its label and both texts in one, with <ins> and <del>."""

    label: str
    html: SafeString
    added: int  # words
    removed: int


def compare(old, new):
    """Return a Difference for every part in which `new` says something else than `old`, in the order of the page.

    Either may be {}: then all of the other is new, or gone. Tags a reader does not see are left out of the body, but a
    link's address is not: a changed one shows.
    """
    found = []
    for label, name in PARTS:
        before, after = (as_text(name, content.get(name)) for content in (old, new))
        if before != after:
            found.append(Difference(label, *words_of(before, after)))
    return found


def words_of(before, after):
    """Return (HTML with <ins> and <del>, words added, words removed) of two plain texts, line breaks kept."""
    one, two = WORD.findall(before), WORD.findall(after)
    parts, added, removed = [], 0, 0
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        gone, come = "".join(one[a:b]), "".join(two[c:d])
        if kind == "equal":
            parts.append(escape(gone))
            continue
        if gone:
            parts.append(format_html("<del>{}</del>", gone))
            removed += len(gone.split())
        if come:
            parts.append(format_html("<ins>{}</ins>", come))
            added += len(come.split())
    return mark_safe("".join(parts).replace("\n", "<br>")), added, removed


def as_text(name, value):
    """Return a part of the content as lines of plain text."""
    if not value:
        return ""
    if name == "body":
        return body_text(value)
    if name == "key_points":
        return "\n".join(f"• {point}" for point in value)
    if name == "glance":
        return "\n".join(f"{row['label']}: {row['text']}" for row in value)
    if name == "timeline":
        return "\n".join(f"{step['part']} ({step['minutes'] or 'no'} minutes): {step['text']}" for step in value)
    if name == "references":
        return "\n".join(
            f"[{row['number']}] {row['authors']} {row['title']} {row['journal']} {row['year']} {row['url']}"
            for row in value
        )
    if name in ("figures", "glossary"):
        return "\n".join(figure_text(row) for row in value)
    return str(value)


def figure_text(row):
    """Return every value a row holds, each with its name, whatever the kind of row."""
    values = ((key, (value or {}).get("id") if key == "picture" else value) for key, value in row.items())
    return "\n".join(f"{key.replace('_', ' ')}: {value}" for key, value in values if value not in ("", None))


def body_text(html):
    """Return a body as lines of text: headings, list items and cells marked, each link with its address."""
    html = re.sub(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', r"\2 (\1)", html, flags=re.DOTALL)
    return "\n".join(MARK.get(block.tag, "") + " ".join(block.text.split()) for block in editorial.blocks(html))
