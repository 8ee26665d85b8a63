"""The addresses of headings (#risks) outlive a new wording, so that a link somebody sent still leads there. No ORM."""

import difflib
import re

from django.utils.text import slugify

# Ids that the page round the body has, or gives out by number.
TAKEN_IDS = {
    "address", "call", "call-title", "callback", "changes", "contents", "crisis", "for-your-doctor", "glance",
    "introduction", "key-points", "main", "name", "payer", "phone", "related", "search", "share", "sources", "start",
    "submit-id-send", "visit", "words",
}  # fmt: skip
TAKEN_STARTS = re.compile(r"(?:ref|cite|crisis|div|id|i|figure|note|word|use|size|spacing|contrast|scheme)-")
WELL_FORMED = re.compile(r"[a-z0-9][a-z0-9_-]{0,119}")
# From here on two wordings are taken for one heading.
ALIKE = 0.6
# A shorter opening could be anybody's.
TELLING_OPENING = 20


def new_id(text, ids):
    """Return an id made of `text` that is not in `ids` and that no other part of the page can have; put it in."""
    base = slugify(text)[:100].strip("-_") or "section"
    if TAKEN_STARTS.match(base):
        base = f"about-{base}"
    new, count = base, 1
    while new in ids or new in TAKEN_IDS:
        count += 1
        new = f"{base}-{count}"
    ids.add(new)
    return new


def is_usable(given):
    """Tell whether a stored id may stand on the page."""
    return bool(WELL_FORMED.fullmatch(given)) and given not in TAKEN_IDS and not TAKEN_STARTS.match(given)


def keep(outline, before):
    """Return `outline` with an id for each heading; one that stood there `before` keeps its id, however it reads now.

    Both are lists of {text, opening}, opening being how the part under the heading begins; `before` has ids as well.
    """
    before = [row for row in before if is_usable(row.get("id", ""))]
    pairs = _pair(outline, before)
    ids = {before[old]["id"] for old in pairs.values()}
    return [row | {"id": before[pairs[new]]["id"] if new in pairs else new_id(row["text"], ids)}
            for new, row in enumerate(outline)]  # fmt: skip


def _pair(outline, before):
    """Return {place now: place before} of the headings that are the same, surest signs first."""
    pairs = {}

    def pair(is_same):
        for new, row in enumerate(outline):
            for old, was in enumerate(before):
                if new not in pairs and old not in pairs.values() and is_same(row, was):
                    pairs[new] = old

    pair(lambda row, was: row["text"] == was["text"] and row["opening"] == was.get("opening"))
    pair(lambda row, was: row["text"] == was["text"])
    pair(lambda row, was: row["opening"] == was.get("opening") and len(row["opening"]) >= TELLING_OPENING)
    alike = [
        (difflib.SequenceMatcher(None, row["text"].lower(), was["text"].lower()).ratio(), new, old)
        for new, row in enumerate(outline)
        for old, was in enumerate(before)
        if new not in pairs and old not in pairs.values()
    ]
    for ratio, new, old in sorted(alike, key=lambda one: (-one[0], one[1:])):
        if ratio >= ALIKE and new not in pairs and old not in pairs.values():
            pairs[new] = old
    _pair_by_place(pairs, len(outline), len(before))
    return pairs


def _pair_by_place(pairs, now, then):
    """Pair what is left between the same two neighbours, where as many are left on either side."""
    bounds = [(-1, -1), *sorted(pairs.items()), (now, then)]
    for (new_from, old_from), (new_to, old_to) in zip(bounds, bounds[1:], strict=False):
        left_new = range(new_from + 1, new_to)
        left_old = [old for old in range(old_from + 1, old_to) if old not in pairs.values()]
        if len(left_new) == len(left_old):
            pairs.update(zip(left_new, left_old, strict=True))
