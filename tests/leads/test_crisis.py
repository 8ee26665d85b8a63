"""Words that may mean a life is in danger."""

import pytest

from leads import crisis


@pytest.mark.parametrize(
    "text",
    [
        "I am suicidal",
        "SUICIDE",
        "i want to die",
        "I don’t want to live anymore",
        "i dont want to be here any more",
        "I might hurt  myself",
        "thinking of killing my self",
        "I want to end my life",
        "everyone is better off without me",
        "i took too many pills",
        "self-harm",
        "no reason to live",
        "Quiero morir",
        "su\u200bicide",
    ],
)
def test_crisis_is_heard(text):
    assert crisis.is_named("Ana", text) is True
    assert crisis.is_named(text) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ana Lima",
        "Is there parking? I hurt my knee.",
        "Do you take my insurance",
        "I want to live better",
        "My diet matters to me. Can I still come?",
        "I would like to go on Monday",
        "She died last year and I am sad",
    ],
)
def test_other_words_are_not(text):
    assert crisis.is_named("Dietrich Killian", text) is False
