"""Reasons a submission might be a robot's. Never a verdict: a suspected request is stored, shown to staff as Held with
these reasons, and its sender gets the same receipt as everybody.
"""

import re

BAIT = "The hidden field was filled in"
LINK_IN_NAME = "A link in the name"
NAME_IS_PHONE = "The same text as name and as phone number"
NAME_IS_MESSAGE = "The same text as name and as message"
LINKS_IN_MESSAGE = "Two or more links in the message"

# An address that can be followed. A dot alone is no link: people write "J.R." and "Dr.Smith".
LINK = re.compile(r"://|\bwww\.|<a\s|\[url|\b[\w-]+\.(?:com|net|org|info|biz|ru|cn|xyz|top|shop|site|online)\b", re.I)


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
    }
    return [reason for reason, is_so in found.items() if is_so]
