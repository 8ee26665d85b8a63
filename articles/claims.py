"""What a page about ketamine must not claim: rules over single sentences, each with its reason and source.

Pure functions over text. A rule that blocks keeps a page from being published until a person rewords it or a
clinician lets it stand with a reason; a rule that warns is shown. What a sentence is held against stands in
claim_rules.py, how it is read in claim_sentences.py.
"""

from .claim_rules import RULES
from .claim_sentences import is_denied, plain

__all__ = ["RULES", "find", "is_denied", "plain"]


def find(sentence):
    """Return [(rule, the words that break it)] for one sentence."""
    text = plain(sentence)
    return [(rule, words) for rule in RULES if (words := rule.find(text))]
