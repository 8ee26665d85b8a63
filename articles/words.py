"""Search without a database: what counts as a word, which words mean the same, which page answers best.

Pure functions over text. The database only finds the pages that hold the words; what a word is and which page comes
first is decided here, so SQLite and PostgreSQL give the same answer.
"""

import difflib
import math
import re
import unicodedata
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import mark_safe

LONGEST_QUERY = 200
MOST_WORDS = 12
# No language has longer ones, and no index takes them.
LONGEST_WORD = 60
# A word this long also finds longer words that begin with it.
SHORTEST_PREFIX = 3

WORD = re.compile(r"[^\W_]+")
STOP = frozenset(
    """a about all also am an and any are as at be been before but by can could did do does for from get give had has
    have having how i if in into is it its like me much my of on one or our out s should so some t than that the their
    them there these they this to up us was we were what when where which who why will with would you your""".split()
)

# Each line: words that people use for one thing. The first that stands in a query brings all of them.
SYNONYMS = (
    ("k infusion", "k drip", "ketamine infusion", "ketamine drip", "iv ketamine", "ketamine iv", "ketamine treatment",
     "ketamine therapy"),
    ("spravato", "esketamine", "nasal spray", "nose spray"),
    ("trd", "treatment resistant depression", "resistant depression", "antidepressants not working",
     "antidepressants stopped working"),
    ("ptsd", "post traumatic stress", "posttraumatic stress", "trauma"),
    ("ect", "electroconvulsive therapy", "electroconvulsive", "shock therapy", "electroshock"),
    ("tms", "transcranial magnetic stimulation", "magnetic stimulation"),
    ("side effects", "side effect", "risks", "dangers", "harm"),
    ("cost", "price", "fees", "insurance", "how much", "pay"),
    ("blood pressure", "hypertension"),
    ("dissociation", "k hole", "out of body", "cut off from your body", "trip"),
    ("drive", "driving", "car"),
    ("last", "long lasting", "wear off", "wears off", "fade", "relapse"),
    ("suicide", "suicidal", "thoughts of suicide", "kill myself", "end my life", "want to die"),
    ("off label", "offlabel", "fda approved", "fda approval", "approved"),
    ("medicine", "medication", "medications", "drug", "meds", "pills"),
    ("antidepressant", "ssri", "prozac", "zoloft", "lexapro"),
    ("bladder", "urine", "peeing"),
    ("addiction", "addictive", "misuse", "abuse"),
    ("benzodiazepine", "benzo", "xanax", "ativan", "klonopin", "valium"),
    ("family", "husband", "wife", "partner", "loved one", "caregiver", "son", "daughter", "mother", "father"),
    ("pregnant", "pregnancy", "breastfeeding"),
    ("phq", "phq 9", "mood score", "questionnaire"),
)  # fmt: skip


def tokens(text):
    """Return the words of `text` as they are compared: small letters, no accents, no ending."""
    return [stem(word[:LONGEST_WORD]) for word in WORD.findall(plain(text))]


def plain(text):
    """Return `text` in small letters without accents."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def stem(word):
    """Return `word` without its plural or verb ending: infusions -> infusion, driving and drive -> driv."""
    if len(word) > 4 and word.isascii():
        if word.endswith("ies"):
            return word[:-3] + "y"
        if word.endswith("es") and word[-3] in "sxz":
            word = word[:-2]
        elif word.endswith("s") and word[-2] not in "sui":
            word = word[:-1]
        for ending in ("ing", "ed"):
            if word.endswith(ending) and len(word) - len(ending) >= 4:
                word = word[: -len(ending)]
                break
        if len(word) > 4 and word.endswith("e"):
            word = word[:-1]
    return word


@dataclass(frozen=True)
class Query:
    """What was asked: every part must be found, each by one of its alternatives (tuples of words).

    The first of a part is what was typed: its words also find longer ones that begin with them. The others mean the
    same and are found whole alone: "car", said for "drive", must not find "careful".
    """

    parts: tuple[tuple[tuple[str, ...], ...], ...]

    def __bool__(self):
        return bool(self.parts)


def _alternatives():
    """Return {phrase as words: all phrases of its line}, longest phrase first."""
    lines = [tuple(dict.fromkeys(tuple(tokens(phrase)) for phrase in line)) for line in SYNONYMS]
    return dict(sorted(((phrase, line) for line in lines for phrase in line), key=lambda pair: -len(pair[0])))


ALTERNATIVES = _alternatives()


def read(text):
    """Return the query that `text` asks. Words that say nothing are left out, unless there are no others."""
    words = [(word, stem(word[:LONGEST_WORD])) for word in WORD.findall(plain(text[:LONGEST_QUERY]))][:MOST_WORDS]
    parts, place = [], 0
    while place < len(words):
        for phrase, line in ALTERNATIVES.items():
            if tuple(stemmed for _, stemmed in words[place : place + len(phrase)]) == phrase:
                parts.append((phrase, *(other for other in line if other != phrase)))
                place += len(phrase)
                break
        else:
            word, stemmed = words[place]
            if word not in STOP:
                parts.append(((stemmed,),))
            place += 1
    if not parts:
        parts = [((stemmed,),) for _, stemmed in words]
    return Query(tuple(dict.fromkeys(parts)))


def finds(wanted, word, typed=True):
    """Tell whether the query's word finds a word of a page: the same, or if typed a longer one that begins with it."""
    return word == wanted or (typed and len(wanted) >= SHORTEST_PREFIX and word.startswith(wanted))


def answers(part, words):
    """Tell whether `words` hold every word of one of the alternatives of `part`."""
    return any(
        all(any(finds(wanted, word, place == 0) for word in words) for wanted in phrase)
        for place, phrase in enumerate(part)
    )


@dataclass(frozen=True)
class Document:
    """The words of one page, by where they stand."""

    title: tuple[str, ...]
    opening: tuple[str, ...]  # summary and key points
    headings: tuple[str, ...]
    body: tuple[str, ...]

    @property
    def everything(self):
        return {*self.title, *self.opening, *self.headings, *self.body}


def matches(query, document):
    """Tell whether `document` answers every part of `query`."""
    held = document.everything
    return bool(query) and all(answers(part, held) for part in query.parts)


WEIGHTS = (("title", 12), ("opening", 5), ("headings", 4), ("body", 1))
PREFIX_WORTH = 0.6
SYNONYM_WORTH = 0.7


def score(query, document):
    """Return how well `document` answers `query`: the title counts most, what was typed more than what means it."""
    return round(sum(_score_part(part, document) for part in query.parts), 6)


def _score_part(part, document):
    best = 0
    for place, phrase in enumerate(part):
        worth = 1 if place == 0 else SYNONYM_WORTH
        strengths = (weight * _strength(phrase, getattr(document, name), place == 0) for name, weight in WEIGHTS)
        best = max(best, worth * sum(strengths))
    return best


def _strength(phrase, words, typed):
    """Return 0 to about 3: every word of the phrase must be there; often, and side by side, is better."""
    counts = []
    for wanted in phrase:
        exact = words.count(wanted)
        longer = sum(finds(wanted, word, typed) for word in words) - exact
        counts.append(exact + PREFIX_WORTH * longer)
    if min(counts) == 0:
        return 0
    beside = len(phrase) > 1 and any(words[i : i + len(phrase)] == phrase for i in range(len(words)))
    return (1 + 0.3 * math.log(min(counts) + 1)) * (1.5 if beside else 1)


def corrected(text, vocabulary):
    """Return `text` with each word that no page has replaced by the nearest one of `vocabulary`, or "" if none was.

    `vocabulary` are whole words, not stems.
    """
    plainly = {plain(word): word for word in vocabulary}
    stems = {stem(word) for word in plainly}
    changed = False

    def nearest(match):
        nonlocal changed
        word = plain(match.group())
        if len(word) < 4 or word in STOP or any(finds(stem(word), known) for known in stems):
            return match.group()
        found = difflib.get_close_matches(word, plainly, 1, 0.78)
        if not found:
            return match.group()
        changed = True
        return found[0]

    text = WORD.sub(nearest, text[:LONGEST_QUERY])
    return text if changed else ""


# Short for it, and the words that are most often misspelled in a hurry.
SHORT_FOR_SUICIDE = frozenset(("kms", "unalive", "unaliving", "sewerslide"))
OF_SUICIDE = ("suicide", "suicidal", "overdose")


def may_mean_crisis(text):
    """Tell whether a word of `text` is a slip of one that speaks of suicide. Too often is better than too seldom."""
    asked = WORD.findall(plain(text))
    return any(
        word in SHORT_FOR_SUICIDE or difflib.get_close_matches(word, OF_SUICIDE, 1, 0.84)
        for word in asked
        if len(word) <= LONGEST_WORD
    )


# --- What is shown of a page ---

EXCERPT = 220


def excerpt(query, sentences):
    """Return the sentence that answers most of `query`, as safe HTML with its words marked; else the first."""
    best = max(sentences, key=lambda sentence: _answered(query, tokens(sentence)), default="")
    if len(best) > EXCERPT:
        best = _cut(query, best)
    return highlighted(query, best)


def _answered(query, words):
    return sum(answers(part, words) for part in query.parts)


def _cut(query, sentence):
    """Return a piece of a long sentence round the first word that was asked for."""
    first = next((match.start() for match in WORD.finditer(sentence) if _is_asked(query, match.group())), 0)
    start = max(0, min(first - EXCERPT // 3, len(sentence) - EXCERPT))
    start = sentence.rfind(" ", 0, start) + 1
    piece = sentence[start : start + EXCERPT].rsplit(" ", 1)[0]
    return f"{'… ' if start else ''}{piece} …"


def highlighted(query, text):
    """Return `text` as safe HTML, each word that `query` finds in <mark>."""
    parts, end = [], 0
    for match in WORD.finditer(text):
        if _is_asked(query, match.group()):
            parts += [escape(text[end : match.start()]), f"<mark>{escape(match.group())}</mark>"]
            end = match.end()
    # Everything but the marks was escaped.
    return mark_safe("".join([*parts, escape(text[end:])]))


def _is_asked(query, word):
    stems = tokens(word)
    asked = ((one, place == 0) for part in query.parts for place, phrase in enumerate(part) for one in phrase)
    return bool(stems) and any(finds(one, stems[0], typed) for one, typed in asked if one not in STOP)
