"""The claims rules on sentences labelled by hand: what they catch, and what they leave alone."""

from pathlib import Path

import pytest

from articles import checks, claims, editorial

FOLDER = Path(__file__).parent / "labelled"


def labelled(name):
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(part.strip() for part in line.split("|", 1)) for line in lines if line and not line.startswith("#")]


def found(sentence, *, blocking=False):
    """Return the names of the rules that find something in `sentence`, as the checks of a page judge it."""
    every = [*checks._words({"title": sentence, "summary": "", "key_points": [], "body": ""})]
    return [one.rule for one in every if one.blocking or not blocking]


def figures(sentences, **kwargs):
    """Return (recall, precision, share of honest ones flagged) of labelled sentences."""
    bad = [sentence for verdict, sentence in sentences if verdict == "bad"]
    good = [sentence for verdict, sentence in sentences if verdict == "good"]
    caught, flagged = (sum(bool(found(one, **kwargs)) for one in some) for some in (bad, good))
    return caught / len(bad), caught / (caught + flagged), flagged / len(good)


def test_the_labelled_sets_are_large_even_and_without_doubles():
    sets = [labelled("sentences"), labelled("paraphrases"), labelled("unseen")]
    every = [row for rows in sets for row in rows]

    assert len(every) >= 900
    assert len({sentence for _, sentence in every}) == len(every)
    assert {verdict for verdict, _ in every} == {"bad", "good"}
    assert all(0.4 <= [verdict for verdict, _ in rows].count("good") / len(rows) <= 0.6 for rows in sets)


@pytest.mark.parametrize(
    ("name", "recall", "precision", "flagged"),
    [
        # Mended with these in sight.
        ("sentences", 0.97, 0.97, 0.03),
        ("paraphrases", 0.97, 0.95, 0.06),
        # No rule was mended with these in sight.
        ("unseen", 0.85, 0.95, 0.05),
    ],
)
def test_overclaims_are_caught_and_honest_sentences_left_alone(name, recall, precision, flagged):
    measured = figures(labelled(name))

    assert measured[0] >= recall, measured
    assert measured[1] >= precision, measured
    assert measured[2] <= flagged, measured


@pytest.mark.parametrize("name", ["sentences", "paraphrases", "unseen"])
def test_hardly_any_honest_sentence_keeps_a_page_from_being_published(name):
    recall, precision, flagged = figures(labelled(name), blocking=True)

    assert recall >= 0.85
    assert precision >= 0.96
    assert flagged <= 0.04


@pytest.mark.parametrize(
    ("sentence", "blocks"),
    [
        ("Ketamine does not rewire the brain.", False),
        ("Can ketamine cure depression?", False),
        ("Be careful: no clinic can guarantee a result.", False),
        ("Ketamine rewires the brain.", True),
        ("There is no doubt that ketamine cures depression.", True),
        ("Ketamine not only helps, it cures depression.", True),
        ("Not tired of depression? Ketamine cures it.", True),
    ],
)
def test_forbidden_words_that_are_denied_only_warn(sentence, blocks):
    assert [bool(found(sentence)), bool(found(sentence, blocking=True))] == [True, blocks]


def test_hidden_characters_and_other_hyphens_hide_nothing():
    for sentence in (
        "Ketamine is sa\u00adfe.",
        "We offer FDA\u2011approved ketamine.",
        "It won\u2019t fail\u200b: it can\u2019t fail.",
    ):
        assert found(sentence), sentence


def test_every_rule_has_a_reason_a_source_and_something_to_do():
    assert len(claims.RULES) >= 40
    assert len({rule.name for rule in claims.RULES}) == len(claims.RULES)
    for rule in claims.RULES:
        assert rule.message
        assert rule.reason
        assert rule.source


def test_every_rule_catches_something_of_the_labelled_sets():
    bad = [
        sentence for name in ("sentences", "paraphrases") for verdict, sentence in labelled(name) if verdict == "bad"
    ]
    used = {name for sentence in bad for name in found(sentence)}

    assert {rule.name for rule in claims.RULES} - used == set()


def test_a_sentence_of_any_length_is_judged_in_no_time():
    # The rules look ahead over whole sentences: none of them may take long over one that nobody would write.
    for sentence in ("ketamine " * 300, "depression, " * 300, "“my " * 300, "we treat anxiety ocd " * 150):
        editorial.forbidden(sentence)
        claims.find(sentence)
