"""All checks of one page, as the panel shows them and `manage.py check_content` prints them.

Pure functions over the plain content of a draft (see Article.content). A finding that blocks keeps the page from being
published until its words are changed, or a clinician lets it stand with a reason. A clean list does not prove that a
page is fair: a person must still read it.
"""

import re
from dataclasses import replace
from html.parser import HTMLParser

from django.utils.text import slugify

from . import claims, editorial
from .editorial import Finding

# Trials that found no clear benefit: one of them is named wherever benefit is (SAFETY A4).
NO_CLEAR_BENEFIT = {"jelovac2025", "lii2023", "abdallah2022"}
BENEFIT = re.compile(
    r"\b(?:responded|response|remission|got better|felt better|improved|fell by|helped|benefit\w*|relief|"
    r"less depressed)"
    r"\b",
    re.IGNORECASE,
)
RISK_HEADING = re.compile(
    r"\b(?:risks?|side effects?|harms?|what can go wrong|who should not|safety|dangers?)\b", re.IGNORECASE
)
LIMIT = re.compile(
    r"\b(?:not|no|never|fades?|faded|only|unknown|risks?|side effects?|worse|cannot|nobody|half did)\b", re.IGNORECASE
)
VISIT = re.compile(r"\b(?:infusions?|visits?|drip)\b", re.IGNORECASE)
DRIVE = re.compile(r"\b(?:driv\w+|car)\b[^.]*\b24 hours\b|\b24 hours\b[^.]*\bdriv\w+|\bnot drive\b", re.IGNORECASE)
LONGEST_TITLE = 70
LONGEST_DESCRIPTION = 155
FEWEST_WORDS, MOST_WORDS = 700, 1500
KEY_POINTS = (3, 5)
GLANCE_ROWS = 6
FEWEST_WORDS_ON_RISKS = 25


def check(content, *, paths=None, allowed=()):
    """Return every finding on a page's content, blocking ones first.

    `paths` are the addresses that answer on this site (None: links are not followed). `allowed` are digests of
    findings that a clinician lets stand: those block no more.
    """
    found = [
        *_words(content),
        *_numbers(content),
        *_shape(content),
        *_figures(content),
        *_links(content, paths),
        *_reading(content),
    ]
    found = [replace(one, blocking=False) if one.digest in allowed else one for one in found]
    unique = {(one.rule, one.excerpt, one.where): one for one in found}
    return sorted(unique.values(), key=lambda one: not one.blocking)


def blocking(content, *, paths=None, allowed=()):
    """Return the findings that keep a page from being published."""
    return [one for one in check(content, paths=paths, allowed=allowed) if one.blocking]


# --- Words


def places(content):
    """Yield (where, text) of everything a reader reads of a page but its references."""
    yield "title", content["title"]
    yield "summary", content["summary"]
    yield "description", content.get("description", "")
    for point in content["key_points"]:
        yield "key points", point
    for row in content.get("glance", ()):
        yield "at a glance", row["text"]
    for step in content.get("timeline", ()):
        yield "visit timeline", f"{step['part']} {step['text']}"
    for figure in content.get("figures", ()):
        for text in (figure["title"], figure["caption"], figure["note"], figure["alt"], figure["rows"]):
            yield f"figure {figure['number']}", text
    heading = "text"
    for block in editorial.blocks(content["body"]):
        if block.tag in ("h2", "h3"):
            heading = editorial.CITATION.sub("", block.text).strip()
        yield heading, block.text


def _words(content):
    for where, text in places(content):
        for sentence in editorial.sentences(text):
            yield from _forbidden(sentence, where)
            yield from (replace(one, where=where) for one in editorial.suicide_wording(sentence))
            for rule, words in claims.find(sentence):
                yield Finding(rule.name, rule.message, sentence, rule.blocking, where, rule.reason, rule.source, words)


def _forbidden(sentence, where):
    """Yield the forbidden phrases of one sentence. One that is there to be denied warns: the words still stand out."""
    for one in editorial.forbidden(sentence):
        yield replace(
            one,
            where=where,
            blocking=not claims.denies(sentence, one.words),
            reason="Such words promise, judge or sell, whatever stands around them.",
            source="SAFETY A1",
        )


def _numbers(content):
    body = content["body"]
    numbers = [row["number"] for row in content["references"]]
    yield from (replace(one, where="text") for one in editorial.uncited_numbers(body))
    yield from (replace(one, where="references") for one in editorial.marks_without_rows(body, numbers))
    yield from (replace(one, where="references") for one in editorial.rows_never_cited(body, numbers))
    yield from _benefit_words(content)


def _benefit_words(content):
    """Warn of words of benefit in a paragraph that cites nothing (SAFETY A3)."""
    if not content["treatment"]:
        return
    for block in editorial.blocks(content["body"]):
        if block.tag not in ("p", "li") or editorial.CITATION.search(block.text):
            continue
        for sentence in editorial.sentences(block.text):
            if re.search(r"\bketamine\b", sentence, re.IGNORECASE) and BENEFIT.search(sentence):
                yield Finding(
                    "A3",
                    "Name the source, the comparison group, the number of people and the time in this paragraph.",
                    sentence,
                    False,
                    "text",
                    "A benefit without its study is a claim.",
                    "SAFETY A3",
                )


# --- Shape


def _shape(content):
    is_article = content["kind"] == "article"
    headings = [(block.tag, block.text) for block in editorial.blocks(content["body"]) if block.tag in ("h2", "h3")]
    text = editorial.plain_text(content["body"])
    if headings and headings[0][0] == "h3":
        yield _warn("headings", "Begin with a heading of the first level, then use the second.", headings[0][1])
    for _, words in headings:
        if words.strip(" .:") and words.isupper() and len(words) > 4:
            yield _warn("headings", "Write headings in ordinary letters, not capitals.", words)
    twice = {words for _, words in headings if [one for _, one in headings].count(words) > 1}
    for words in sorted(twice):
        yield _warn("headings", "Two headings are the same. Let each say what stands under it.", words)
    if len(content["title"]) > LONGEST_TITLE:
        yield _warn("title", f"Shorten the title: {LONGEST_TITLE} letters at most.", content["title"], "title")
    if len(content.get("description", "")) > LONGEST_DESCRIPTION:
        words = f"Shorten the description: {LONGEST_DESCRIPTION} letters at most."
        yield _warn("description", words, content["description"], "description")
    for one in editorial.missing_statements(
        content["body"],
        content["treatment"],
        mainly_risk=content["mainly_risk"],
        about_suicide=content["about_suicide"],
        is_article=is_article,
    ):
        # The page adds what is left out by itself, at its end: better placed by a person, but never missing.
        yield replace(one, blocking=False, where="text", source=f"SAFETY {one.rule}")
    if not is_article:
        return
    points = content["key_points"]
    if not KEY_POINTS[0] <= len(points) <= KEY_POINTS[1] or not any(LIMIT.search(point) for point in points):
        yield _warn("key-points", "Write 3 to 5 key points, at least one of them a limit.", where="key points")
    length = len(editorial.WORD.findall(editorial.CITATION.sub("", text)))
    if not FEWEST_WORDS <= length <= MOST_WORDS:
        yield _warn("length", f"{length} words: an article has {FEWEST_WORDS} to {MOST_WORDS}.")
    if content["treatment"]:
        yield from _treatment(content, headings, text)


def _treatment(content, headings, text):
    names_benefit = bool(BENEFIT.search(text))
    if names_benefit and not content["mainly_risk"]:
        yield from _risks_section(content)
    cited = {row["key"] for row in content["references"]}
    if (
        names_benefit
        and not cited & NO_CLEAR_BENEFIT
        and not re.search(r"no clear (?:difference|benefit)", text, re.IGNORECASE)
    ):
        yield _warn("A4", "Name at least one trial that found no clear benefit.", source="SAFETY A4")
    if len(content.get("glance", ())) < GLANCE_ROWS:
        yield Finding(
            "at-a-glance",
            "Fill in all six rows of “at a glance”.",
            "",
            True,
            "at a glance",
            "A reader who stops there must have met risks, approval and cost.",
            "DESIGN 1.4; SAFETY F6",
        )
    about_visits = content.get("timeline") or (content.get("category") or {}).get("slug") == "your-visit"
    if about_visits and not content.get("timeline"):
        yield _warn("timeline", "Say what happens on a visit, step by step, under “The visit”.", where="visit timeline")
    if about_visits and VISIT.search(text) and not DRIVE.search(f"{text} {content.get('timeline', '')}"):
        words = "Say that someone takes the person home, and that they do not drive for 24 hours."
        yield Finding(
            "B9", words, "", True, "text", "No driving or risky tasks for 24 hours after ketamine.", "SAFETY B9"
        )


def _risks_section(content):
    """Say what is wrong with the place of the risks on a page that names benefits (SAFETY F6).

    A page without a risks heading of the first level, or with nothing under it, cannot be published; the order and
    the level are what the page's own headings make of it.
    """
    blocks = editorial.blocks(content["body"])
    benefit = next((block.text for block in blocks if BENEFIT.search(block.text)), "")
    reason, source = "Risks get the same care and space as benefits.", "SAFETY F6; crane2023"
    places = [n for n, block in enumerate(blocks) if block.tag in ("h2", "h3") and RISK_HEADING.search(block.text)]
    level = [n for n in places if blocks[n].tag == "h2"]
    if not level:
        words = (
            "Give risks and side effects a heading of the first level, as the benefits have, with the risks under it."
        )
        yield Finding("risks-heading", words, editorial.sentences(benefit)[0], True, "text", reason, source)
        return
    told = [n for n in level if _words_under(blocks, n) >= FEWEST_WORDS_ON_RISKS]
    if not told:
        words = f"Say what the risks are: fewer than {FEWEST_WORDS_ON_RISKS} words stand under this heading."
        yield Finding("risks-heading", words, blocks[level[0]].text, True, "text", reason, source)
    call = content["body"].find('href="/callback/')
    if told and call >= 0 and len(editorial.blocks(content["body"][:call])) <= told[0]:
        words = "Put the risks before the first link to the call-back form."
        yield Finding("risks-heading", words, blocks[told[0]].text, True, "text", reason, source)


def _words_under(blocks, place):
    """Return how many words stand between the heading at `place` and the next of its level."""
    following = blocks[place + 1 :]
    end = next((n for n, block in enumerate(following) if block.tag == "h2"), len(following))
    return sum(len(editorial.WORD.findall(block.text)) for block in following[:end])


def _warn(rule, message, excerpt="", where="text", reason="", source="DESIGN 2"):
    return Finding(rule, message, excerpt, False, where, reason, source)


# --- Figures and links


def _figures(content):
    placed = [int(number) for number in re.findall(r"\[figure (\d+)\]", editorial.plain_text(content["body"]))]
    rows = {figure["number"]: figure for figure in content.get("figures", ())}
    for number in sorted(set(placed) - rows.keys()):
        words = f"Add figure {number}, or take its line out."
        yield Finding("figure", words, f"[figure {number}]", True, "text", "Readers would miss it.", "DESIGN 4.14")
    for number, figure in rows.items():
        where = f"figure {number}"
        if number not in placed:
            yield _warn("figure", f"Place [figure {number}] on a line of its own, or delete it.", where=where)
        if figure["kind"] == "picture" and not figure.get("picture"):
            yield Finding("image", "Choose the picture.", figure["title"], True, where, "It is missing.", "DESIGN 4.14")
        chosen, words = figure["alt_choice"], figure["alt"].strip()
        if figure["kind"] == "picture" and (not chosen or (chosen == "describe") != bool(words)):
            message = "Say what the picture shows, or choose that it is only decoration and leave the words empty."
            yield Finding(
                "alt", message, figure["title"], True, where, "Some readers cannot see it.", "SAFETY E5; WCAG 1.1.1"
            )


class _LinkReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.hrefs = []

    def handle_starttag(self, tag, attrs):
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.hrefs.append(href)


def _links(content, paths):
    if paths is None:
        return
    reader = _LinkReader()
    reader.feed(content["body"])
    ids = {slugify(block.text) for block in editorial.blocks(content["body"]) if block.tag in ("h2", "h3")}
    for href in dict.fromkeys(reader.hrefs):
        path = re.split("[?#]", href)[0]
        is_dead = path not in paths if href.startswith("/") else href.startswith("#") and href[1:] not in ids
        if is_dead:
            words = "This link leads nowhere on this site. Choose a page that is public, or take it out."
            yield Finding("link", words, href, False, "text", "A dead end for a tired reader.", "DESIGN 4.4")


# --- Reading


def _reading(content):
    yield from (
        replace(one, blocking=False, where="text", source="SAFETY G1, G2; readability2010")
        for one in editorial.too_hard(content["body"])
    )


def grade(content):
    """Return how hard the text is to read, by two formulas."""
    return editorial.reading_grade(editorial.reading_text(content["body"]))
