"""The claims rules on sentences labelled by hand: what they catch, and what they leave alone."""

from pathlib import Path

import pytest

from articles import claims, editorial

LABELLED = [
    tuple(part.strip() for part in line.split("|", 1))
    for line in (Path(__file__).parent / "labelled" / "sentences.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
# Rules were written and mended looking at the first of each two; the second were kept aside.
SEEN, KEPT_ASIDE = LABELLED[::2], LABELLED[1::2]


def found(sentence):
    return [rule.name for rule, _ in claims.find(sentence)] + [one.rule for one in editorial.forbidden(sentence)]


def figures(sentences):
    """Return how many bad ones were caught of how many, and how many good ones were flagged of how many."""
    bad = [sentence for verdict, sentence in sentences if verdict == "bad"]
    good = [sentence for verdict, sentence in sentences if verdict == "good"]
    return sum(bool(found(one)) for one in bad), len(bad), sum(bool(found(one)) for one in good), len(good)


def test_the_labelled_set_is_large_and_even():
    verdicts = [verdict for verdict, _ in LABELLED]

    assert len(LABELLED) >= 250
    assert set(verdicts) == {"bad", "good"}
    assert 100 <= verdicts.count("good") <= 180
    assert len({sentence for _, sentence in LABELLED}) == len(LABELLED)


@pytest.mark.parametrize(("half", "sentences"), [("seen", SEEN), ("kept aside", KEPT_ASIDE)])
def test_nearly_every_overclaim_is_caught_and_honest_sentences_are_left_alone(half, sentences):
    caught, bad, flagged, good = figures(sentences)

    assert caught / bad >= 0.9, f"{half}: {caught} of {bad} caught"
    assert flagged / good <= 0.05, f"{half}: {flagged} of {good} honest ones flagged"


def test_every_rule_has_a_reason_a_source_and_something_to_do():
    assert len(claims.RULES) >= 25
    assert len({rule.name for rule in claims.RULES}) == len(claims.RULES)
    for rule in claims.RULES:
        assert rule.message
        assert rule.reason
        assert rule.source


def test_every_rule_catches_something_of_the_labelled_set():
    used = {name for verdict, sentence in LABELLED if verdict == "bad" for name in found(sentence)}

    assert {rule.name for rule in claims.RULES} - used == set()
