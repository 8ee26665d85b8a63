"""Findings shown where they stand: marks round their words in a page as readers see it. Pure functions over HTML."""

import html
import re

TOKEN = re.compile(r"<!--.*?-->|<(?:script|style|title)\b.*?</(?:script|style|title)>|<[^>]*>|[^<]+", re.DOTALL)
CHARACTER = re.compile(r"&[#\w]+;|.", re.DOTALL)
CITATION = re.compile(r'<a class="citation"')


def mark(page, findings):
    """Return `page` with each (id, words, blocking) of `findings` marked at its first place after <main>.

    Punctuation, spaces and citation marks between the words do not matter. What is not found is left out.
    """
    parts_of_page = TOKEN.findall(page)
    letters, places = [], []  # each letter or digit a reader sees: itself, and (piece, start, end)
    in_main = skip = False
    for number, piece in enumerate(parts_of_page):
        if piece.startswith("<"):
            in_main = in_main or piece.startswith("<main")
            skip = bool(CITATION.match(piece)) or (skip and piece != "</a>")
            continue
        if not in_main or skip:
            continue
        for match in CHARACTER.finditer(piece):
            for letter in html.unescape(match.group()).lower():
                if letter.isalnum():
                    letters.append(letter)
                    places.append((number, match.start(), match.end()))
    text = "".join(letters)
    pieces = {}  # piece: [(start, end, id, blocking, is first)]
    for name, words, blocking in findings:
        key = "".join(letter for letter in re.sub(r"\[\d{1,3}\]", "", words).lower() if letter.isalnum())
        start = text.find(key) if key else -1
        if start < 0:
            continue
        _note(pieces, places[start : start + len(key)], name, blocking)
    return "".join(_written(piece, pieces.get(number)) for number, piece in enumerate(parts_of_page))


def _note(pieces, places, name, blocking):
    """Note which part of which piece belongs to one finding; a part that is marked already is left as it is."""
    spans = {}
    for piece, start, end in places:
        first, _ = spans.get(piece, (start, end))
        spans[piece] = (first, end)
    taken = any(
        start < one[1] and one[0] < end for piece, (start, end) in spans.items() for one in pieces.get(piece, ())
    )
    for place, (piece, (start, end)) in enumerate(spans.items()):
        if taken:
            # Two findings in one sentence: the second gets its anchor, the words keep their mark.
            if place == 0:
                pieces.setdefault(piece, []).append((start, start, name, blocking, True))
            continue
        pieces.setdefault(piece, []).append((start, end, name, blocking, place == 0))


def _written(piece, pieces):
    if not pieces:
        return piece
    parts, at = [], 0
    for start, end, name, blocking, is_first in sorted(pieces):
        if start < at:
            start = end = at
        anchor = f' id="{html.escape(name)}"' if is_first else ""
        if start == end:
            parts.append(f"{piece[at:start]}<span{anchor}></span>")
        else:
            kind = "blocks" if blocking else "warns"
            parts.append(f'{piece[at:start]}<mark class="finding finding--{kind}"{anchor}>{piece[start:end]}</mark>')
        at = end
    return "".join([*parts, piece[at:]])
