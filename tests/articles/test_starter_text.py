"""The starter articles and pages keep every rule that a script can test."""

import json
import re
import tomllib
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from articles import editorial

STARTER = Path(editorial.__file__).parent / "starter"
REFERENCES = {row["key"]: row for row in json.loads((STARTER / "references.json").read_text(encoding="utf-8"))}
CATEGORIES = tomllib.loads((STARTER / "categories.toml").read_text(encoding="utf-8"))["category"]

PAGE_KEYS = {
    "title", "slug", "summary", "description", "order", "treatment", "mainly_risk", "about_suicide", "key_points",
    "related", "references",
}  # fmt: skip
PARTS = {"glance", "timeline", "figures", "ends_with_form"}
ALLOWED_TAGS = {
    "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "table", "thead", "tbody", "tr", "th", "td",
    "br",
}  # fmt: skip
BOXES = {
    "crisis box", "fees notice", "clinic phone", "clinic address", "opening hours", "price list", "clinic team",
    "license", "complaints", "privacy practices",
}  # fmt: skip
STATEMENTS = {"off_label", "not_substitute", "results_vary", "risk_line"}
FIXED_ADDRESSES = {
    "/", "/articles/", "/help/", "/callback/", "/contact/", "/privacy/", "/privacy-practices/", "/how-it-works/",
    "/about/", "/how-we-check/", "/accessibility/", "/cost/", "/questions-to-ask/",
}  # fmt: skip


@dataclass(frozen=True)
class Starter:
    kind: str
    name: str
    front: dict
    body: str

    @property
    def short_texts(self):
        front = self.front
        return [front["title"], front["summary"], front["description"], *front["key_points"]]

    @property
    def numbered(self):
        return dict(enumerate(self.front["references"], start=1))


def read(path):
    opening, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    assert opening == ""
    return Starter(path.parent.name, path.stem, tomllib.loads(front), body)


ARTICLES = [read(path) for path in sorted((STARTER / "articles").glob("*.html"))]
PAGES = [read(path) for path in sorted((STARTER / "pages").glob("*.html"))]
SLUGS = {article.front["slug"] for article in ARTICLES}

each_text = pytest.mark.parametrize("text", ARTICLES + PAGES, ids=lambda text: f"{text.kind}/{text.name}")
each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.name)
each_treatment_article = pytest.mark.parametrize(
    "article", [article for article in ARTICLES if article.front["treatment"]], ids=lambda article: article.name
)


class Markup(HTMLParser):
    """What the body is built of: tags, attributes, links, headings, and whether every tag is closed."""

    VOID = {"br"}

    def __init__(self, body):
        super().__init__()
        self.tags, self.attributes, self.links, self.headings, self.open, self.mistakes = set(), set(), [], [], [], []
        self.text = ""
        self.feed(body)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        self.text = ""
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(tag)
        if tag in {"h2", "h3"}:
            self.headings.append((tag, self.text))

    def handle_data(self, data):
        self.text += data


def heading_id(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


# --- The set as a whole ---


def test_the_agreed_articles_and_pages_are_here():
    assert {
        "what-is-treatment-resistant-depression",
        "how-to-help-someone-with-depression",
        "does-ketamine-work-for-depression",
        "how-long-does-ketamine-last",
        "how-ketamine-may-work-in-the-brain",
        "side-effects-and-risks",
        "ketamine-spravato-ect-and-other-choices",
        "ketamine-and-thoughts-of-suicide",
        "ketamine-and-ptsd",
        "off-label-use-and-choosing-a-clinic",
        "your-first-ketamine-infusion",
        "is-ketamine-right-for-me",
        "a-course-of-ketamine-care",
    } == SLUGS
    assert {page.name for page in PAGES} == {
        "how-it-works", "about", "privacy", "privacy-practices", "accessibility", "how-we-check", "cost",
        "questions-to-ask",
    }  # fmt: skip


def test_each_category_is_described_and_used():
    topics = [category for category in CATEGORIES if not category.get("condition")]
    assert {category["slug"] for category in topics} <= {article.front["category"] for article in ARTICLES}
    assert {article.front["category"] for article in ARTICLES} <= {category["slug"] for category in CATEGORIES}
    assert all(
        {"slug", "name", "description", "order"}
        <= set(category)
        <= {"slug", "name", "description", "order", "condition", "introduction"}
        for category in CATEGORIES
    )
    assert [category["order"] for category in CATEGORIES] == list(range(1, len(CATEGORIES) + 1))


def test_conditions_are_the_three_with_an_honest_page():
    """A condition informs: it is named because the evidence, also against, is told. No other is (SAFETY F5)."""
    conditions = {category["slug"]: category for category in CATEGORIES if category.get("condition")}

    assert list(conditions) == ["treatment-resistant-depression", "thoughts-of-suicide", "ptsd"]
    for category in conditions.values():
        assert editorial.forbidden(f"{category['name']}. {category['description']}") == []
    assert "has not been shown to prevent suicide" in conditions["thoughts-of-suicide"]["description"]
    assert "not approved for PTSD" in conditions["ptsd"]["description"]


def test_references_hold_only_what_readers_may_see():
    keys = {"key", "kind", "authors", "title", "journal", "year", "volume", "pages", "doi", "url"}

    assert all(set(row) == keys for row in REFERENCES.values())


# --- Front matter ---


@each_text
def test_front_matter(text):
    front = text.front
    keys = PAGE_KEYS | {"category"} if text.kind == "articles" else PAGE_KEYS

    assert set(front) - PARTS == keys
    assert front["slug"] == text.name
    assert 40 <= len(front["description"]) < 155
    assert all(isinstance(front[flag], bool) for flag in ("treatment", "mainly_risk", "about_suicide"))
    assert 2 <= len(editorial.sentences(front["summary"])) <= 3 or text.kind == "pages"


@each_article
def test_article_has_key_points_and_known_relations(article):
    front = article.front

    assert 3 <= len(front["key_points"]) <= 5
    assert all(len(editorial.sentences(point)) <= 2 for point in front["key_points"])
    assert set(front["related"]) <= SLUGS - {front["slug"]}
    assert front["related"]


@each_text
def test_short_texts_hold_no_number_that_needs_a_source(text):
    """Titles, leads, key points and search descriptions carry no citation marks."""
    for short in text.short_texts:
        assert editorial.evidence_numbers(short) == []
        assert not editorial.SHARE.search(short)
        assert editorial.CITATION.search(short) is None


@each_text
def test_short_texts_do_not_speak_of_suicide(text):
    """They stand above the crisis box, but on the page about it: there the box comes before the title."""
    if text.front["about_suicide"]:
        return
    assert [short for short in text.short_texts if editorial.ABOUT_SUICIDE.search(short)] == []


# --- Markup and links ---


@each_text
def test_markup_is_closed_and_allowed(text):
    markup = Markup(text.body)

    assert markup.tags <= ALLOWED_TAGS
    assert markup.attributes <= {("a", "href"), ("th", "scope")}
    assert (markup.mistakes, markup.open) == ([], [])
    assert text.body.count("<th ") + text.body.count("<th>") == text.body.count('<th scope="')


@each_text
def test_links_lead_to_known_addresses(text):
    known = FIXED_ADDRESSES | {f"/articles/{slug}/" for slug in SLUGS}
    ids = {
        f"/articles/{article.name}/": {heading_id(heading) for _, heading in Markup(article.body).headings}
        for article in ARTICLES
    }
    for link in Markup(text.body).links:
        address, _, fragment = link.partition("#")

        assert address in known
        assert not fragment or fragment in ids[address]


@each_text
def test_boxes_are_known_and_stand_alone(text):
    written = re.findall(r"\[([a-z][^\]]*)\]", text.body)
    alone = re.findall(r"^<p>\[([a-z][^\]]*)\]</p>$", text.body, flags=re.MULTILINE)

    assert written == alone
    assert set(written) <= BOXES | {f"statement {key}" for key in STATEMENTS} | {
        f"figure {figure['number']}" for figure in text.front.get("figures", [])
    }


# --- The rules on wording ---


@each_text
def test_no_forbidden_phrase_in_any_field(text):
    everything = "\n".join([*text.short_texts, editorial.plain_text(text.body)])

    assert editorial.forbidden(everything) == []
    assert editorial.suicide_wording(everything) == []


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category["slug"])
def test_no_forbidden_phrase_in_a_category(category):
    assert editorial.forbidden(f"{category['name']}\n{category['description']}") == []


@each_text
def test_reading_grade(text):
    grade = editorial.reading_grade(editorial.reading_text(text.body))

    assert editorial.too_hard(text.body) == []
    assert grade.flesch_kincaid <= 8
    assert grade.average_sentence <= 16
    assert grade.longest <= 30


@each_text
def test_short_texts_are_easy_too(text):
    grade = editorial.reading_grade("\n".join(text.short_texts))

    assert grade.flesch_kincaid <= 8
    assert grade.longest <= 30


@each_article
def test_length(article):
    words = editorial.WORD.findall(editorial.CITATION.sub("", editorial.plain_text(article.body)))

    assert 700 <= len(words) <= 1500


@each_text
def test_american_spelling(text):
    british = r"\b(?:anaesth\w+|colours?|behaviours?|signalling|programmes?|centres?|randomised|judgement)\b"
    everything = "\n".join([*text.short_texts, editorial.plain_text(text.body)])

    assert re.findall(british, everything, flags=re.IGNORECASE) == []


@each_text
def test_no_exclamation_mark_and_no_price(text):
    everything = "\n".join([*text.short_texts, editorial.plain_text(text.body)])

    assert not set("!$") & set(everything)


@each_treatment_article
def test_treatment_is_not_called_safe(article):
    """Nor gentle, nor effective: the words the rules leave to the FDA."""
    prose = editorial.plain_text(article.body)

    assert re.findall(r"[^.\n]*\b(?:is|are|very|quite) (?:safe|gentle|effective)\b[^.\n]*", prose) == []


# --- Numbers and sources ---


@each_text
def test_every_number_is_cited(text):
    assert editorial.uncited_numbers(text.body) == []


@each_text
def test_marks_and_references_agree(text):
    assert editorial.marks_without_rows(text.body, text.numbered) == []
    assert editorial.rows_never_cited(text.body, text.numbered) == []
    assert set(text.front["references"]) <= set(REFERENCES)
    assert len(set(text.front["references"])) == len(text.front["references"])


@each_text
def test_references_are_numbered_as_they_appear(text):
    seen = list(dict.fromkeys(editorial.citation_marks(text.body)))

    assert seen == sorted(seen)


# --- Statements, balance, help first ---


@each_text
def test_statements_stand_in_place(text):
    front = text.front
    findings = editorial.missing_statements(
        text.body,
        front["treatment"],
        mainly_risk=front["mainly_risk"],
        about_suicide=front["about_suicide"],
        is_article=text.kind == "articles",
    )

    assert findings == []


@each_article
def test_off_label_comes_early_and_the_disclaimer_last(article):
    lines = editorial.plain_text(article.body).splitlines()
    paragraphs = [block.text for block in editorial.blocks(article.body)]
    compared = [lines.index(line) for line in lines if re.search(r"\bmidazolam\b|\bsalt water\b", line)]
    first_benefit = min(compared, default=len(lines))

    assert paragraphs[-1] == "[statement not_substitute]"
    assert lines.index("[statement off_label]") <= first_benefit + 1


@each_treatment_article
def test_risks_stand_at_the_level_of_benefits(article):
    headings = Markup(article.body).headings

    if not article.front["mainly_risk"]:
        assert [level for level, heading in headings if re.match(r"Risks\b", heading)] == ["h2"]
    assert any(level == "h2" and "not known" in heading for level, heading in headings)
    assert any(level == "h2" and heading == "Questions to ask" for level, heading in headings)


@each_treatment_article
def test_a_trial_without_clear_benefit_is_named(article):
    if article.front["mainly_risk"]:
        return
    assert re.search(r"KARMA-Dep 2|158 veterans", article.body)
    assert re.search(r"no clear (?:difference|effect)|may be due to chance|did not clearly differ", article.body)


@each_treatment_article
def test_comparison_group_stands_beside_the_benefit(article):
    """The best known figure never stands without the group that got another drug."""
    for paragraph in [block.text for block in editorial.blocks(article.body)]:
        if "64 out of 100" in paragraph:
            assert "28 out of 100" in paragraph


@each_treatment_article
def test_records_without_a_comparison_group_say_so_and_who_got_worse(article):
    body = editorial.plain_text(article.body)

    assert "537" in body
    assert "comparison group" in body
    assert re.search(r"8 out of 100 (?:were|grew|had grown) more depressed", body)
    assert re.search(r"6 out of 100 reported more thoughts of suicide", body)


@each_treatment_article
def test_conflict_of_interest_and_other_choices_are_named(article):
    body = editorial.plain_text(article.body)
    interest = "This site is run by a clinic that offers ketamine. That is a reason to check what we say with others."

    assert interest in body
    assert "ECT" in body or article.name == "ketamine-and-ptsd"
    assert re.search(r"talk therapy", body, flags=re.IGNORECASE)


REQUIRED = {
    "your-first-ketamine-infusion": (
        "24 hours", "has to take you home", "Staff can slow the drip, or stop it", "We are not an emergency service",
    ),
    "is-ketamine-right-for-me": (
        "to tell us before you book", "unborn baby", "under 18", "Do not stop them on your own", "glaucoma",
        "This clinic is not an emergency service",
    ),
    "ketamine-and-thoughts-of-suicide": (
        "It has not been shown to prevent suicide", "this clinic is not an emergency service", "Thoughts of suicide",
        "People recover",
    ),
    "off-label-use-and-choosing-a-clinic": (
        "On October 10, 2023, the FDA warned about compounded ketamine", "This site does not promote ketamine at home",
    ),
    "ketamine-and-ptsd": ("suggests against it", "talk therapy aimed at trauma first"),
    "a-course-of-ketamine-care": ("[price list]", "It is not a cure", "Any answer above “not at all” means"),
    "side-effects-and-risks": ("Call 911", "Call or text 988", "This clinic is not an emergency service"),
    "how-to-help-someone-with-depression": ("Ask directly", "Stay with them", "Call or text 988 together"),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUIRED)
def test_a_page_says_what_the_rules_ask_of_it(name):
    body = editorial.plain_text(next(article for article in ARTICLES if article.name == name).body)

    assert [words for words in REQUIRED[name] if words.lower() not in body.lower()] == []


def test_help_stands_first_and_last_on_the_page_about_thoughts_of_suicide():
    article = next(article for article in ARTICLES if article.front["about_suicide"])
    lines = editorial.plain_text(article.body).splitlines()

    assert (lines[0], lines[-2]) == ("[crisis box]", "[crisis box]")
    assert article.front["ends_with_form"] is False


def test_the_privacy_page_keeps_its_promises_in_view():
    body = editorial.plain_text(next(page for page in PAGES if page.name == "privacy").body)

    for needed in ("the time our clinic has set", "erase", "No trackers", "cookie", "no name, phone number or message"):
        assert needed in body
