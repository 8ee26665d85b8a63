"""What the tests of the library read: the starter pages, their maps of facts, and what the sources were seen to say."""

import re
from pathlib import Path

from articles import editorial, loading
from articles.models import Article

STARTER = loading.FOLDER
STATEMENTS = Path(__file__).parent / "evidence" / "statements.txt"

BENEFIT = re.compile(
    r"\b(?:respond(?:ed|s)?|remission|remitted|got better|feels? better|felt better|improved?|eased?|helps?|helped|"
    r"relief|benefits?|held|lowered|lasted|works|worked|less depressed)\b",
    re.IGNORECASE,
)
TREATMENT = re.compile(r"\b(?:ketamine|infusions?|drip|esketamine|spravato|ECT|TMS)\b", re.IGNORECASE)
NUMBER_WORDS = dict(
    zip(
        "two three four five six seven eight nine ten eleven twelve".split(),
        range(2, 13),
        strict=True,
    )
)


def pages():
    """Return every starter article as the loader reads it, in order of file name."""
    return [loading.read_page(path, Article.Kind.ARTICLE) for path in sorted(STARTER.glob("articles/*.html"))]


def fixed_pages():
    return [loading.read_page(path, Article.Kind.PAGE) for path in sorted(STARTER.glob("pages/*.html"))]


def spoken(text):
    """Return `text` as it is read aloud: without citation marks."""
    text = " ".join(editorial.CITATION.sub(" ", text).split())
    return re.sub(r"\s+([.,;:?!])", r"\1", text)


def units(values):
    """Return [(where, text, marks)] of all that a reader reads of a page, sentence by sentence, row by row."""
    found = [("text", text, marks) for text, marks in editorial.units(values["body"])]
    short = [
        ("summary", values["summary"]),
        ("description", values["description"]),
        *(("key points", point) for point in values["key_points"]),
        *(("at a glance", text) for text in values["glance"].values()),
        *(("visit timeline", line) for line in values["timeline"].splitlines()),
    ]
    for figure in values["figures"]:
        where = f"figure {figure['number']}"
        short += [(where, figure[name]) for name in ("title", "caption", "note")]
        marks = set()
        for line in figure["rows"].splitlines():
            # A study's bars have the source of its first line.
            marks = set(map(int, editorial.CITATION.findall(line))) if line.startswith("#") else marks
            found.append((where, line, marks))
    found += [(where, sentence, set()) for where, text in short for sentence in editorial.sentences(text)]
    return [(where, spoken(text), marks) for where, text, marks in found if not editorial.BOX.fullmatch(text)]


def needs_a_fact(text, marks=()):
    """Tell whether a sentence or row holds a number, a share in words, or a benefit of a treatment or with a source."""
    if text.endswith("?"):
        return False
    return bool(
        editorial.evidence_numbers(text)
        or editorial.SHARE.search(text)
        or (BENEFIT.search(text) and (marks or TREATMENT.search(text)))
    )


def statements():
    """Return {"3.12": line} of what the sources were seen to say."""
    lines = STATEMENTS.read_text(encoding="utf-8").splitlines()
    return {line.split(" ", 1)[0]: line for line in lines if re.match(r"\d+\.\d+ ", line)}


def keys_of(statement):
    return set(re.findall(r"\[([a-z0-9-]+)\]", statement))


def numbers_of(statement):
    """Return the numbers a statement allows a page to print: as they stand, rounded, and hours as days."""
    text = re.sub(r"^\d+\.\d+ ", "", statement)
    text = re.sub(r"\[[a-z0-9-]+\]", " ", text)
    found = {number.replace(",", "") for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)}
    words = re.findall(r"[a-z]+", text.lower())
    found |= {str(NUMBER_WORDS[word]) for word in words if word in NUMBER_WORDS}
    found |= {str(int(float(number) + 0.5)) for number in found}
    found |= {str(int(hours) // 24) for hours in re.findall(r"(\d+) ?h", text) if int(hours) % 24 == 0}
    return found
