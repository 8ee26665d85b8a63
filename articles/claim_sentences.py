"""How one sentence is judged by a rule: what counts as a claim, and what as its denial, doubt or question.

A rule is wide on purpose. Honest sentences get by because they deny, doubt, ask, count or cite.
"""

import re
from dataclasses import dataclass

# A claim that is denied, doubted or quoted as a warning is no claim: one of these words shortly before it.
DENIED = re.compile(
    r"\b(?:not|no|never|nobody|none|neither|nor|without|cannot|unknown|unclear|unproven|whether|if|beware|wary|careful|"
    r"warn(?:s|ed|ing)?|myth|false|claim(?:s|ed|ing)?|promis(?:es|ing)|says? it|avoid|question|doubt|rather than|"
    r"instead of|idea that|hope(?:d|s)? (?:for|that)|little evidence|too (?:early|soon) to)\b(?:[^.;:!?]{0,70})$",
    re.IGNORECASE,
)
# The same, said after it.
DENIED_AFTER = re.compile(
    r"^[^.;!?]{0,80}\b(?:(?:has|have|had|was|were|is|are) (?:not|never) (?:been )?(?:shown|proven|tested|found|known|"
    r"true|clear|certain)|is (?:a myth|wrong|false|untrue|unknown|unproven|misleading|unclear)|(?:do|does) not "
    r"(?:support|back|mean|bear)|(?:is|are) a warning sign|is no (?:proof|evidence|reason))\b",
    re.IGNORECASE,
)
# Words with a no in them that deny nothing.
NO_DENIAL = re.compile(
    r"\b(?:no|without(?: a| any)?|beyond) (?:doubt|question)\b|\bnot (?:only|just)\b|\bno (?:longer|wonder|matter)\b|"
    r"\bnothing (?:else )?(?:works|worked|beats|compares)\b|\bwhy not\b|\bif (?:you|your|nothing)\b",
    re.IGNORECASE,
)
# A question that a page answers is no claim: "Can ketamine cure depression?"
ASKED = re.compile(
    r"^\W*(?:can|could|does|do|did|is|are|will|would|should|has|have|what|how|when|which|who)\b[^.!]*\?\W*$",
    re.IGNORECASE,
)
CONTRACTIONS = (
    (re.compile(r"\b(?:can't|can not)\b", re.IGNORECASE), "cannot"),
    (re.compile(r"\bwon't\b", re.IGNORECASE), "will not"),
    (re.compile(r"n't\b", re.IGNORECASE), " not"),
    (re.compile(r"'ll\b", re.IGNORECASE), " will"),
    (re.compile(r"'re\b", re.IGNORECASE), " are"),
    (re.compile(r"'ve\b", re.IGNORECASE), " have"),
    (re.compile(r"\b(it|that|there|here|what)'s\b", re.IGNORECASE), r"\1 is"),
)
ALIKE = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "\u00a0": " ", "\u202f": " "})
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


@dataclass(frozen=True)
class Rule:
    """One thing a page must not say.

    `unless` excuses a whole sentence. `deniable`: a denial or doubt beside the words, or a question, lets them stand.
    """

    name: str
    pattern: re.Pattern
    message: str  # what to do
    reason: str
    source: str
    blocking: bool = True
    unless: re.Pattern | None = None
    deniable: bool = True

    def find(self, sentence):
        """Return the part of a sentence, in its `plain` form, that breaks this rule, or ""."""
        if self.unless and self.unless.search(sentence):
            return ""
        if self.deniable and ASKED.search(sentence):
            return ""
        for match in self.pattern.finditer(sentence):
            if not (self.deniable and is_denied(sentence, match.start(), match.end())):
                return match.group()
        return ""


def plain(sentence):
    """Return a sentence with one kind of quote, hyphen and space, and its short forms written out."""
    text = " ".join(INVISIBLE.sub("", sentence.translate(ALIKE)).split())
    for pattern, whole in CONTRACTIONS:
        text = pattern.sub(whole, text)
    return text


def is_denied(sentence, start, end):
    """Tell whether what stands between `start` and `end` is denied, doubted or named as a warning."""
    before = NO_DENIAL.sub(lambda match: "-" * len(match.group()), sentence[:start])
    return bool(DENIED.search(before) or DENIED_AFTER.search(sentence[end:]))
