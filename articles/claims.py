"""What a page about ketamine must not claim: rules over single sentences, each with its reason and source.

Pure functions over text. A rule that blocks keeps a page from being published until a person rewords it or a
clinician lets it stand with a reason; a rule that warns is shown. What a sentence is held against stands in
claim_rules.py, how it is read in claim_sentences.py.
"""

from .claim_rules import RULES
from .claim_sentences import ASKED, is_denied, plain

WINDOW, OVERLAP = 600, 150  # letters

__all__ = ["RULES", "denies", "find", "plain"]


def find(sentence):
    """Return [(rule, the words that break it)] for one sentence."""
    found = {}
    for text in _windows(plain(sentence)):
        for rule in RULES:
            if rule.name not in found and (words := rule.find(text)):
                found[rule.name] = (rule, words)
    return list(found.values())


def _windows(text):
    """Return `text` in overlapping parts: rules look ahead over a whole sentence, which must not be endless."""
    return [text[start : start + WINDOW] for start in range(0, max(1, len(text) - OVERLAP), WINDOW - OVERLAP)]


def denies(sentence, words):
    """Tell whether `sentence` holds `words` only to deny, doubt, question or warn of them."""
    text, words = plain(sentence), plain(words)
    place = text.lower().find(words.lower())
    return place >= 0 and bool(ASKED.search(text) or is_denied(text, place, place + len(words)))
