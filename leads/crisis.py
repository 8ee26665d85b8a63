"""Words that may mean a life is in danger. Too many alarms are better than one too few: a sign only brings help nearer,
it never holds a request back. Plain text in, yes or no out.
"""

import re
import unicodedata

# English and Spanish, as people type them in a hurry: apostrophes are dropped before looking.
SIGNS = re.compile(
    r"""\b(?:
      suicid\w*
    | (?:kill|killing|hurt|hurting|harm|harming|cut|cutting)\s+my\s?self
    | self[\s-]?harm\w*
    | (?:end|ending|take|taking)\s+(?:my|my\s+own)\s+life | end\s+it\s+all | ending\s+it\s+all
    | (?:want|wants|wanted|wanting|going|ready|wish|plan|planning)\s+to\s+(?:die|be\s+dead) | wanna\s+die
    | wish\s+i\s+(?:was|were)\s+dead | better\s+off\s+(?:dead|without\s+me)
    | (?:dont|do\s+not|no\s+longer)\s+(?:want\s+to|wanna)\s+(?:live|be\s+alive|be\s+here\s+any\s?more|wake\s+up)
    | (?:no|any)\s+reason\s+to\s+live | nothing\s+to\s+live\s+for | (?:cant|cannot)\s+go\s+on
    | took\s+(?:all\s+my|too\s+many|a\s+lot\s+of)\s+pills | overdos\w*
    | quiero\s+morir(?:me)? | matarme | quitarme\s+la\s+vida | no\s+quiero\s+(?:vivir|seguir\s+viviendo)
    )\b""",
    re.VERBOSE,
)


def is_named(*texts):
    """Tell whether any of these texts speaks of suicide, of self-harm or of not wanting to live."""
    return any(SIGNS.search(_plain(text)) for text in texts)


def _plain(text):
    """Return the text in small letters with single spaces, without apostrophes and invisible marks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    return " ".join(re.sub(r"['’‘`´]", "", visible).split())
