"""Each check on a text: what it lets through and what it stops."""

import re

import pytest

from articles import editorial
from articles.editorial import Finding


def rules(findings):
    return [finding.rule for finding in findings]


def excerpts(findings):
    return [finding.excerpt for finding in findings]


# --- Text out of HTML ---


def test_plain_text_gives_one_line_for_each_block():
    html = "<h2>Who</h2><p>You &amp; <strong>us</strong><br>here.</p><ul><li>One<ul><li>Two</li></ul></li></ul>"

    assert editorial.plain_text(html) == "Who\nYou & us here.\nOne\nTwo"


def test_inline_tags_do_not_split_a_word():
    assert editorial.plain_text("<p>a <em>cu</em>re</p>") == "a cure"


def test_table_cells_are_lines_of_their_own():
    html = "<table><tr><th>last</th><td>resort</td></tr></table>"

    assert editorial.plain_text(html) == "last\nresort"


def test_paragraphs_inside_items_and_cells_change_nothing():
    bare = "<ul><li>Sleep</li></ul><table><tr><th>Trial [1]</th></tr><tr><td>64</td></tr></table>"
    wrapped = re.sub(r"(<(?:li|th|td)>)(.*?)(</)", r"\1<p>\2</p>\3", bare)

    assert wrapped.count("<p>") == 3
    assert editorial.blocks(wrapped) == editorial.blocks(bare)
    assert editorial.uncited_numbers(wrapped) == []


def test_reading_text_leaves_out_what_would_flatter_the_grade():
    body = (
        "<h2>Risks</h2><p>[statement risk_line]</p><p>It may help [1].</p><ul><li>Sleep</li><li>You can ask.</li></ul>"
        "<table><tr><td>Not this.</td></tr></table>"
    )

    assert editorial.reading_text(body) == "It may help.\nYou can ask."


def test_sentences_end_where_a_reader_would_stop():
    text = "Dr. No came, e.g. late. It was 6.5 points. [1] “Why?” she said\nA new line"

    assert editorial.sentences(text) == [
        "Dr. No came, e.g. late.",
        "It was 6.5 points. [1]",
        "“Why?”",
        "she said",
        "A new line",
    ]


# --- A1: forbidden phrases ---


@pytest.mark.parametrize(
    "text",
    [
        "It is a cure.",
        "A CURE for all",
        "This is a game changer.",
        "This is a game-changer.",
        "a game‑changer with a hyphen that does not break",
        "You can\u00a0stop your\nmedication, and you can stop your medication.",
        "It is a sa\u00adfe and effec\u200btive drug.",
        "FDA-approved ketamine",
        "FDA approved ketamine",
        "It is 100% safe.",
        "before and after photos",
    ],
)
def test_forbidden_phrase_is_found(text):
    assert set(rules(editorial.forbidden(text))) == {"A1"}


@pytest.mark.parametrize(
    "text",
    [
        "A secure procedure, obscure but accurate.",
        "This is not a cure.",
        "We cannot guarantee that.",
        "No treatment is risk‑free.",
        "It has not been shown to be safe and effective.",
        "It is not a last resort.",
        "",
    ],
)
def test_allowed_text_is_left_alone(text):
    assert editorial.forbidden(text) == []


def test_an_allowed_string_hides_only_itself():
    findings = editorial.forbidden("It is not a cure. But we have the cure.")

    assert [finding.message for finding in findings] == ["Take out or reword “cure”."]


def test_taking_out_an_allowed_string_makes_no_new_phrase():
    assert editorial.forbidden("safe no cure and effective", ["safe and effective"]) == []


def test_curly_and_straight_quotes_are_the_same():
    assert len(editorial.forbidden("a doctor’s secret", ["doctor's secret"])) == 1


def test_one_place_gives_one_finding_with_the_longest_phrase():
    findings = editorial.forbidden("Ask about FDA-approved ketamine infusions today.")

    assert findings == [
        Finding(
            "A1",
            "Take out or reword “FDA-approved ketamine infusions”.",
            "Ask about FDA-approved ketamine infusions today.",
        )
    ]


@pytest.mark.parametrize("phrase", editorial.forbidden_phrases())
def test_every_phrase_in_the_file_is_caught(phrase):
    assert len(editorial.forbidden(f"So, {phrase.upper()}.")) == 1


# --- G1, G2: reading grade ---


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("help", 1), ("hope", 1), ("eased", 1), ("needed", 2), ("months", 1), ("people", 2), ("table", 2),
        ("ketamine", 3), ("depression", 3), ("being", 2), ("science", 2), ("treatment-resistant", 5), ("FDA", 3),
        ("64", 2), ("I", 1), ("the", 1),
    ],
)  # fmt: skip
def test_syllables(word, count):
    assert editorial.syllables(word) == count


def test_reading_grade_by_hand():
    # 2 sentences, 10 words, 10 syllables: 0.39 * 5 + 11.8 * 1 - 15.59 = -1.84
    # 31 letters: 4.71 * 3.1 + 0.5 * 5 - 21.43 = -4.329
    grade = editorial.reading_grade("The cat sat on mats. We like to see birds.")

    assert grade == editorial.Grade(
        flesch_kincaid=-1.8,
        automated_readability=-4.3,
        words=10,
        sentences=2,
        average_sentence=5.0,
        longest=5,
        hardest=("The cat sat on mats.", "We like to see birds."),
    )


def test_hardest_sentences_come_first_and_are_at_most_five():
    easy = "We eat. " * 6
    hard = "Pharmacological interventions necessitate comprehensive multidisciplinary consideration."

    hardest = editorial.reading_grade(easy + hard).hardest

    assert len(hardest) == 5
    assert hardest[0] == hard


def test_no_text_has_no_grade():
    assert editorial.reading_grade(" \n") == editorial.Grade(0.0, 0.0, 0, 0, 0.0, 0, ())


def test_a_hard_text_is_stopped_and_told_why():
    sentence = "Considerable heterogeneity characterizes every methodology for pharmacological intervention, " * 4
    findings = editorial.too_hard(f"<p>{sentence}indeed so very much of it still stands and so do we all.</p>")

    assert rules(findings) == ["G1", "G2", "G2"]


def test_a_plain_text_is_not_too_hard():
    assert editorial.too_hard("<p>You can ask us. We call you back.</p>") == []


# --- A10: numbers and their sources ---


@pytest.mark.parametrize(
    "body",
    [
        "<p>About 64 out of 100 felt better [1].</p>",
        "<p>About 64 out of 100 felt better. [1] It faded.</p>",
        "<p>Call 911, or call or text 988 and press 1, or text 838255.</p>",
        "<p>Call 202-555-0142 or (202) 555-0142.</p>",
        "<p>Checked on August 12, 2026. The alert of 10 October 2023.</p>",
        "<p>In 2023 the rule changed.</p>",
        "<p>Do not drive for 24 hours.</p>",
        "<p>You are under 18, or 65 or older.</p>",
        "<p>KARMA-Dep 2 and the PHQ-9 are names, and so is WCAG 2.2.</p>",
        "<p>2. Then rest.</p>",
        "<p>It takes half an hour.</p>",
        "<table><tr><th>Trial [1]</th><th>Result</th></tr><tr><th>A</th><td>64</td></tr></table>",
        "<table><tr><th>Trial</th><th>Result</th></tr><tr><th>A [1]</th><td>64</td></tr></table>",
    ],
)
def test_number_that_needs_no_further_source(body):
    assert editorial.uncited_numbers(body) == []


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        ("<p>It faded [1]. About 64 out of 100 felt better.</p>", "About 64 out of 100 felt better."),
        ("<p>About 64 felt better. It faded [1].</p>", "About 64 felt better."),
        ("<p>One trial had 2000 people.</p>", "One trial had 2000 people."),
        ("<p>It rose by 12.6 points.</p>", "It rose by 12.6 points."),
        ("<p>There were 988 in 2023, and 3,671 more.</p>", "There were 988 in 2023, and 3,671 more."),
        ("<p>Over 60 people felt better.</p>", "Over 60 people felt better."),
        ("<h2>What 40 people felt</h2>", "What 40 people felt"),
        ("<ul><li>Drowsy: 56%</li></ul>", "Drowsy: 56%"),
        ("<table><tr><th>Trial</th></tr><tr><th>A</th><td>64</td></tr></table>", "A | 64"),
    ],
)
def test_number_without_a_source_blocks(body, excerpt):
    findings = editorial.uncited_numbers(body)

    assert [(finding.rule, finding.excerpt, finding.blocking) for finding in findings] == [("A10", excerpt, True)]


@pytest.mark.parametrize("share", ["Half felt better.", "Two thirds did.", "It helped one in three people."])
def test_share_in_words_without_a_source_is_a_warning(share):
    findings = editorial.uncited_numbers(f"<p>{share}</p>")

    assert [(finding.rule, finding.blocking) for finding in findings] == [("A10", False)]


def test_evidence_numbers_come_without_marks_years_and_commas():
    assert editorial.evidence_numbers("In 2013, 3,671 people [12] and 6.0% more") == ["3671", "6.0"]


# --- B8: marks and sources ---


def test_citation_marks_in_reading_order():
    assert editorial.citation_marks("<p>One [2] [1].</p><p>[figure 1] Two [2].</p>") == [2, 1, 2]


def test_mark_without_a_source_blocks():
    findings = editorial.marks_without_rows("<p>One [1] [3].</p>", [1, 2])

    assert [(finding.rule, finding.excerpt, finding.blocking) for finding in findings] == [("B8", "[3]", True)]


def test_source_never_cited_is_a_warning():
    findings = editorial.rows_never_cited("<p>One [1] [3].</p>", [1, 2])

    assert [(finding.rule, finding.excerpt, finding.blocking) for finding in findings] == [("B8", "[2]", False)]


# --- B1, B3, B4, B5: statements ---

ALL_BOXES = "".join(f"<p>[statement {key}]</p>" for key in ("off_label", "results_vary", "risk_line", "not_substitute"))


def test_article_about_treatment_needs_all_four_statements():
    assert rules(editorial.missing_statements("<p>Text</p>", treatment=True)) == ["B1", "B3", "B5", "B4"]
    assert editorial.missing_statements(ALL_BOXES, treatment=True) == []


@pytest.mark.parametrize(
    ("key", "rule"), [("off_label", "B1"), ("not_substitute", "B3"), ("results_vary", "B4"), ("risk_line", "B5")]
)
def test_each_statement_is_missed(key, rule):
    body = ALL_BOXES.replace(f"<p>[statement {key}]</p>", "")

    assert rules(editorial.missing_statements(body, treatment=True)) == [rule]


def test_statement_inside_a_sentence_does_not_count():
    body = ALL_BOXES.replace("<p>[statement off_label]</p>", "<p>See [statement off_label] here.</p>")

    assert rules(editorial.missing_statements(body, treatment=True)) == ["B1"]


def test_statements_of_other_texts():
    assert rules(editorial.missing_statements("<p>Text</p>", treatment=False)) == ["B1", "B3", "B5"]
    assert rules(editorial.missing_statements("<p>Text</p>", treatment=True, mainly_risk=True)) == ["B1", "B3", "B4"]
    assert editorial.missing_statements("<p>Text</p>", treatment=False, is_article=False) == []


# --- C5: help first ---


@pytest.mark.parametrize(
    "words", ["suicidal thoughts", "thinking of suicide", "self-harm", "hurting yourself", "end your life"]
)
def test_help_stands_before_any_text_about_suicide(words):
    passage = f"<p>Some had {words}.</p>"

    assert rules(editorial.help_too_late(passage + "<p>[crisis box]</p>")) == ["C5"]
    assert editorial.help_too_late("<p>[crisis box]</p>" + passage) == []


def test_text_without_suicide_needs_no_box():
    assert editorial.help_too_late("<p>If you are in danger, call 911.</p>") == []


def test_article_about_suicide_begins_with_help():
    opening = "<h2>First</h2><p>Something else.</p><p>[crisis box]</p>"

    assert rules(editorial.missing_statements(opening + ALL_BOXES, treatment=True, about_suicide=True)) == ["C5"]
    assert editorial.missing_statements("<p>[crisis box]</p>" + ALL_BOXES, treatment=True, about_suicide=True) == []


# --- C1: words about suicide ---


@pytest.mark.parametrize(
    "text",
    [
        "He committed suicide.",
        "She completed a suicide.",
        "a successful suicide",
        "an unsuccessful suicide attempt",
        "The suicide attempt failed.",
        "Her suicide was successful.",
        "a failed attempt",
        "They were committing  mass suicide",
    ],
)
def test_judging_words_about_suicide_are_stopped(text):
    assert rules(editorial.suicide_wording(text)) == ["C1"]


@pytest.mark.parametrize(
    "text",
    [
        "He died by suicide.",
        "after a suicide attempt",
        "People who completed the trial had fewer suicidal thoughts.",
        "She committed to a plan. It has not been shown to prevent suicide.",
    ],
)
def test_plain_words_about_suicide_pass(text):
    assert editorial.suicide_wording(text) == []


def test_a_finding_says_what_to_do_and_where():
    findings = editorial.suicide_wording("In 1990 he committed suicide at home.")

    assert excerpts(findings) == ["In 1990 he committed suicide at home."]
    assert findings[0].blocking
