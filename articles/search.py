"""Full-text search over what is public: FTS5 on SQLite, a GIN index on PostgreSQL, one index row for each release.

Releases never change, so a row is written once, in the transaction that makes the release. What is public is asked of
the releases themselves: a page that was taken off is found no more, without touching the index. Nothing that anybody
searches for is kept.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.db import connections, router
from django.utils.safestring import SafeString

from . import editorial, markup, words
from .models import Release

MOST_FOUND = 50
# Where a citation mark stood before a full stop.
SPACE_BEFORE_MARK = re.compile(r"\s+([.,;:?!])")


@dataclass(frozen=True)
class Hit:
    release: Release
    title: SafeString
    excerpt: SafeString


@dataclass(frozen=True)
class Found:
    """What a search gives: the hits, best first, and what was looked for instead of a word that no page has."""

    hits: tuple[Hit, ...] = ()
    corrected: str = ""


def find(text, releases):
    """Return what `text` finds among `releases`, a queryset of what readers may see now."""
    found = _find(words.read(text), releases)
    if found or not text.strip():
        return Found(tuple(found))
    instead = words.corrected(text, vocabulary(releases))
    return Found(tuple(_find(words.read(instead), releases)), instead) if instead else Found()


def _find(query, releases):
    if not query:
        return []
    found = list(releases.filter(pk__in=matching(query)))
    documents = {release.pk: document_of(release) for release in found}

    def place(release):
        return (
            -words.score(query, documents[release.pk]),
            release.kind,
            release.content.get("position", 100),
            release.slug,
        )

    hits = sorted(found, key=place)[:MOST_FOUND]
    return [
        Hit(
            release,
            words.highlighted(query, release.title),
            words.excerpt(query, [release.content["summary"], *_sentences(release)]),
        )
        for release in hits
    ]


def vocabulary(releases):
    """Return every word that the pages use, whole."""
    return {word for release in releases for text in _texts(release) for word in words.WORD.findall(text)}


# --- One page as words ---

# A release never changes, so what was read of it once stays true; the digest tells databases of tests apart.
_KEPT = 256


def document_of(release):
    return _document(release.pk, release.digest, _Content(release.content))


class _Content:
    """Lets a cache pass the content along without comparing it: the key is the release."""

    def __init__(self, content):
        self.content = content

    def __hash__(self):
        return 0

    def __eq__(self, other):
        return isinstance(other, _Content)


@lru_cache(_KEPT)
def _document(_pk, _digest, held):
    content = held.content
    blocks = editorial.blocks(markup.clean(content["body"]))
    headings = [block.text for block in blocks if block.tag in ("h2", "h3")]
    body = [block.text for block in blocks if block.tag not in ("h2", "h3")]
    return words.Document(
        title=tuple(words.tokens(content["title"])),
        opening=tuple(words.tokens(" ".join([content["summary"], *content["key_points"]]))),
        headings=tuple(words.tokens(_without_marks(" ".join(headings)))),
        body=tuple(words.tokens(_without_marks(" ".join([*body, *_round_the_body(content)])))),
    )


def _round_the_body(content):
    """Yield the words of a page that stand outside its text."""
    for row in content.get("glance", ()):
        yield row["text"]
    for step in content.get("timeline", ()):
        yield step["text"]
    for figure in content.get("figures", ()):
        yield f"{figure['title']} {figure['caption']}"
    if content.get("category"):
        yield content["category"]["name"]


def _texts(release):
    content = release.content
    yield content["title"]
    yield content["summary"]
    yield from content["key_points"]
    yield _without_marks(markup.plain(content["body"]))


def _sentences(release):
    lines = _without_marks("\n".join([*release.content["key_points"], markup.plain(release.content["body"])]))
    return editorial.sentences(lines)


def _without_marks(text):
    """Return `text` without citation marks and placeholders."""
    return SPACE_BEFORE_MARK.sub(r"\1", editorial.BOX.sub(" ", editorial.CITATION.sub("", text)))


# --- The index: two dialects ---


def index(release, connection=None):
    """Make a release findable. Called in the transaction that stores it."""
    connection = connection or connections[router.db_for_write(Release)]
    stored = sorted(document_of(release).everything)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DELETE FROM articles_search WHERE release_id = %s", [release.pk])
            insert = "INSERT INTO articles_search (release_id, words) VALUES (%s, array_to_tsvector(%s::text[]))"
            cursor.execute(insert, [release.pk, stored])
        else:
            cursor.execute("DELETE FROM articles_search WHERE rowid = %s", [release.pk])
            cursor.execute("INSERT INTO articles_search (rowid, words) VALUES (%s, %s)", [release.pk, " ".join(stored)])


def rebuild(releases, connection=None):
    """Index every one of `releases` anew and return how many there are."""
    count = 0
    for release in releases.iterator():
        index(release, connection)
        count += 1
    return count


def matching(query):
    """Return the ids of all releases, public or not, that hold the words of `query`."""
    connection = connections[router.db_for_read(Release)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            asked = _written(query, " & ", " | ", "'{}'", "'{}':*")
            cursor.execute("SELECT release_id FROM articles_search WHERE words @@ %s::tsquery", [asked])
        else:
            asked = _written(query, " AND ", " OR ", '"{}"', '"{}"*')
            cursor.execute("SELECT rowid FROM articles_search WHERE articles_search MATCH %s", [asked])
        return [row[0] for row in cursor.fetchall()]


def _written(query, every, either, whole, begins):
    """Return `query` in an engine's own words. Words are letters and digits alone, so nothing needs escaping."""

    def one(word, typed):
        return (begins if typed and len(word) >= words.SHORTEST_PREFIX else whole).format(word)

    def alternatives(part):
        for place, phrase in enumerate(part):
            yield "(" + every.join(one(word, place == 0) for word in phrase) + ")"

    return every.join("(" + either.join(alternatives(part)) + ")" for part in query.parts)
