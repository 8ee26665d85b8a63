"""The library: each number and each benefit on a page leads back to a source in which somebody has seen it."""

import re

import pytest

from articles import checks, editorial, loading
from tests.articles import library

ARTICLES = library.pages()
PAGES = ARTICLES + library.fixed_pages()
STATEMENTS = library.statements()
CONTENTS = {content["slug"]: content for content in loading.starter_contents()}
COMMON_BASE = {"100"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.values["slug"])
each_article = pytest.mark.parametrize("page", ARTICLES, ids=lambda page: page.values["slug"])


def facts(page):
    return {fact["sentence"]: fact for fact in page.values["facts"]}


def lines_of(fact):
    return [STATEMENTS[number.strip()] for number in fact["line"].split(",")]


def numbers_in(text):
    """Return the numbers of a sentence or a row of a chart; a chart's labels and its study's line too."""
    return set(editorial.evidence_numbers(text)) - COMMON_BASE


# --- The map of facts ---


@each_page
def test_each_number_and_each_benefit_is_in_the_map(page):
    mapped = facts(page)

    missing = [(where, text) for where, text, marks in library.units(page.values) if library.needs_a_fact(text, marks)]

    assert [(where, text) for where, text in missing if text not in mapped] == []


@each_page
def test_the_map_holds_no_sentence_that_is_not_on_the_page(page):
    texts = {text for _, text, _ in library.units(page.values)}

    assert [sentence for sentence in facts(page) if sentence not in texts] == []
    assert len(facts(page)) == len(page.values["facts"])


@each_page
def test_each_fact_names_a_statement_its_sources_make(page):
    for sentence, fact in facts(page).items():
        lines = lines_of(fact)

        assert set(fact["keys"]) <= set(page.values["references"]), sentence
        assert fact["mark"] in ("V", "P"), sentence
        assert set(fact["keys"]) <= set().union(*map(library.keys_of, lines)), sentence
        assert all(library.keys_of(line) & set(fact["keys"]) for line in lines), sentence


@each_page
def test_a_fact_seen_in_its_source_is_marked_so_in_a_statement(page):
    seen = [fact for fact in page.values["facts"] if fact["mark"] == "V"]

    assert [fact["sentence"] for fact in seen if not any(re.search(r"\(V|/ V", one) for one in lines_of(fact))] == []


@each_article
def test_an_article_has_a_map(page):
    assert len(page.values["facts"]) >= 4


@each_page
def test_each_number_was_seen_in_a_statement_its_fact_names(page):
    for sentence, fact in facts(page).items():
        seen = set().union(*map(library.numbers_of, lines_of(fact)))

        assert numbers_in(sentence) <= seen, sentence


@each_page
def test_a_sentence_cites_what_its_fact_says(page):
    keys = dict(enumerate(page.values["references"], start=1))
    mapped = facts(page)
    for _, text, marks in library.units(page.values):
        if marks and text in mapped:
            assert {keys[mark] for mark in marks} & set(mapped[text]["keys"]), text


def test_what_nobody_has_seen_is_no_statement():
    assert [line for line in STATEMENTS.values() if re.search(r"\(M\b|\bM\)", line)] == []
    assert all(library.keys_of(line) or "rule" in line or "sentence" in line or "(P" in line
               for line in STATEMENTS.values())  # fmt: skip


@pytest.mark.parametrize(
    "line, numbers",
    [
        ("3.1 58.7% of 2,665 people [a2020]", {"58.7", "59", "2665"}),
        ("3.2 Six infusions, 72 hours [a2020]", {"6", "72", "3"}),
    ],
)
def test_numbers_of_a_statement(line, numbers):
    assert library.numbers_of(line) == numbers


# --- Shape and balance ---


@each_article
def test_checks_find_nothing(page):
    found = checks.check(CONTENTS[page.values["slug"]])

    assert [(one.rule, one.where, one.message, one.excerpt) for one in found] == []


@each_article
def test_reads_at_grade_eight_by_both_formulas(page):
    grade = checks.grade(CONTENTS[page.values["slug"]])

    assert max(grade.flesch_kincaid, grade.automated_readability) <= 8
    assert grade.average_sentence <= 16
    assert grade.longest <= 30


@each_article
def test_length(page):
    words = editorial.WORD.findall(editorial.CITATION.sub("", editorial.plain_text(page.values["body"])))

    assert 700 <= len(words) <= 1500


@each_article
def test_key_points_hold_a_limit(page):
    points = page.values["key_points"]

    assert 3 <= len(points) <= 5
    assert any(checks.LIMIT.search(point) for point in points)


@each_article
def test_a_page_that_names_a_benefit_names_a_trial_that_found_none(page):
    text = editorial.plain_text(page.values["body"])

    if checks.BENEFIT.search(text):
        assert checks.NO_CLEAR_BENEFIT & set(page.values["references"])
        assert re.search(r"KARMA-Dep 2|surgery|158 (?:veterans|people)", text, re.IGNORECASE)


@each_article
def test_records_without_a_comparison_group_say_who_got_worse(page):
    text = editorial.plain_text(page.values["body"])

    if re.search(r"\b(?:54|53\.6) out of 100\b|\b80 out of 100\b", text):
        assert "no comparison group" in text
        assert re.search(r"\b8 out of 100\b[^.]*(?:depressed|worse)", text)
        assert re.search(r"\b6 out of 100\b[^.]*suicid", text)


CHARTS = [
    pytest.param(page, figure, id=f"{page.values['slug']}-{figure['number']}")
    for page in PAGES
    for figure in page.values["figures"]
    if figure["kind"] == "chart"
]


@pytest.mark.parametrize("page, figure", CHARTS)
def test_chart_has_one_base_and_says_what_it_compares(page, figure):
    """All bars are people out of 100, the groups of a study stand side by side, and chance is named in words."""
    studies = re.split(r"^#", figure["rows"], flags=re.MULTILINE)[1:]
    assert studies and figure["title"] and figure["caption"] and figure["note"]
    for study in studies:
        head, *bars = study.strip().splitlines()
        title, people, compared, reference, chance = (part.strip() for part in head.split("|"))
        values = [float(bar.split("|")[1]) for bar in bars]

        assert title and people
        assert all(0 <= value <= 100 for value in values) and all(len(bar.split("|")) == 4 for bar in bars)
        assert re.fullmatch(r"\[\d+\]", reference) and int(reference.strip("[]")) <= len(page.values["references"])
        assert compared == "no comparison group" or len(bars) == 2
        assert chance in ("yes", "no", "")
    # Studies with and without a comparison group never share a chart.
    assert len({study.splitlines()[0].split("|")[2].strip() == "no comparison group" for study in studies}) == 1
    assert re.search(r"\bnot\b|\bno\b|\bonly\b|\bsmall\b|\bchance\b", figure["note"])


def test_comparisons_without_a_clear_difference_say_so_in_their_chart():
    for param in CHARTS:
        page, figure = param.values
        keys = dict(enumerate(page.values["references"], start=1))
        for head in re.findall(r"^#.*$", figure["rows"], flags=re.MULTILINE):
            reference, chance = (part.strip() for part in head.split("|")[3:5])
            if keys[int(reference.strip("[]"))] in checks.NO_CLEAR_BENEFIT:
                assert chance == "yes", head


def test_drawings_stand_where_they_explain():
    drawn = {figure["drawing"]: page.values["slug"] for page in ARTICLES for figure in page.values["figures"]}

    assert drawn.pop("", None) is not None
    assert drawn == {
        "how-ketamine-may-work": "how-ketamine-may-work-in-the-brain",
        "visit-timeline": "your-first-ketamine-infusion",
    }


# --- Hard words ---

GLOSSARY = loading.read_glossary(library.STARTER / "glossary.toml")
# Words a reader should not need to look up in a dictionary.
HARD = (
    "AMPA", "anesthetic", "anesthesia", "antidepressant", "aneurysm", "BDNF", "benzodiazepine", "bipolar",
    "comparison group", "compounded", "controlled drug", "dissociation", "ECT", "esketamine", "FDA", "glaucoma",
    "glutamate", "guideline", "infusion", "IV", "lorazepam", "mania", "MAOI", "midazolam", "naltrexone",
    "NMDA receptor", "off-label", "opioid", "PHQ-9", "placebo", "plasticity", "psychosis", "PTSD", "relapse",
    "remission", "response", "safety plan", "sedation", "side effect", "Spravato", "stimulant", "synapse", "TMS",
    "treatment-resistant depression", "vagus nerve stimulation",
)  # fmt: skip


def test_glossary_explains_every_hard_word_the_articles_use():
    known = {word.lower() for term in GLOSSARY for word in [term.term, *term.forms.splitlines()]}
    text = "\n".join(editorial.plain_text(page.values["body"]) for page in ARTICLES)
    used = [word for word in HARD if re.search(rf"\b{re.escape(word)}s?\b", text, re.IGNORECASE)]

    assert [word for word in used if word.lower() not in known] == []
    assert len(known) == sum(1 + len(term.forms.splitlines()) for term in GLOSSARY), "one form, two meanings"


@pytest.mark.parametrize("term", GLOSSARY, ids=lambda term: term.term)
def test_glossary_is_plain(term):
    assert editorial.forbidden(f"{term.term}\n{term.meaning}") == []
    assert 1 <= len(editorial.sentences(term.meaning)) <= 3
    assert max(len(editorial.WORD.findall(one)) for one in editorial.sentences(term.meaning)) <= 22
    assert editorial.reading_grade(term.meaning).flesch_kincaid <= 9
