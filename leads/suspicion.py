"""Reasons a submission might be a robot's. Never a verdict: a suspected request is stored, shown to staff as Held with
these reasons, and its sender gets the same receipt as everybody.
"""

import re

BAIT = "The hidden field was filled in"
LINK_IN_NAME = "A link in the name"
NAME_IS_PHONE = "The same text as name and as phone number"
NAME_IS_MESSAGE = "The same text as name and as message"
LINKS_IN_MESSAGE = "Two or more links in the message"
MARKUP = "Code of a web page in the text"
ADVERTISING = "Words of advertising"

# An address that can be followed. A dot alone is no link: people write "J.R." and "Dr.Smith".
LINK = re.compile(r"://|\bwww\.|<a\s|\[url|\b[\w-]+\.(?:com|net|org|info|biz|ru|cn|xyz|top|shop|site|online)\b", re.I)
# Tags and codes of forums, as programs write them. "<3" and "a < b" are people.
CODE = re.compile(r"</?(?:a|b|i|p|br|div|img|script|h\d|span|strong)\b|\[/?(?:url|link|img|b)\b|&lt;a\s", re.I)
# One of these alone may be a question about a medicine or about money; with a link, or several, it is no patient's.
SOLD = re.compile(
    r"\b(?:seo|backlinks?|guest posts?|web ?traffic|rank(?:ing)? (?:your|of your) (?:web)?site|first page of google"
    r"|casino|betting|slots?|jackpot|crypto\w*|bitcoin|forex|payday|loans?|viagra|cialis|replica|escorts?|porn\w*|xxx"
    r"|web ?design|mobile app|lead generation|buy followers|earn \$?\d+|make money|limited offer|unsubscribe"
    r"|казино|ставки|заработ\w*)\b",
    re.I,
)


def signs(*, name, phone, message="", bait=""):
    """Return the reasons to look twice at what was typed, in words for staff; empty for nearly everybody."""
    name, phone, message = (" ".join(text.casefold().split()) for text in (name, phone, message))
    found = {
        BAIT: bait.strip(),
        LINK_IN_NAME: LINK.search(name),
        NAME_IS_PHONE: name and name == phone,
        # One word may well be both: somebody who only says "Ana" twice.
        NAME_IS_MESSAGE: name == message and len(name.split()) > 1,
        LINKS_IN_MESSAGE: len(LINK.findall(message)) > 1,
        MARKUP: CODE.search(f"{name} {message}"),
        ADVERTISING: SOLD.search(message) and len({*SOLD.findall(message)}) + bool(LINK.search(message)) > 1,
    }
    return [reason for reason, is_so in found.items() if is_so]
