"""What a log may say: no address of a receipt, which is its key, nothing that follows a question mark, nobody's
address, and not a database's own words, which may quote the row it refused.
"""

import logging
import re

from django.db import Error as DatabaseProblem

RECEIPT = re.compile(r"(/callback/)[^/\s\"'?#<>]+")
QUERY = re.compile(r"\?\S*")
VISITOR = re.compile(r"\bip=\S+")


def masked(text):
    """Return text with the token of every receipt's address replaced, and the address of a visitor."""
    return VISITOR.sub("ip=…", RECEIPT.sub(r"\1…", text))


def told(exc_info):
    """Return an exception as a log shows it. What a database said is left out, whoever passed it on."""
    text, error, chain = logging.Formatter().formatException(exc_info), exc_info[1], []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    if any(isinstance(error, DatabaseProblem) for error in chain):
        for words in sorted(filter(None, map(str, chain)), key=len, reverse=True):
            text = text.replace(f": {words}", ": …")
    return text


class MaskReceipts(logging.Filter):
    """For handlers: the message and the traceback go out masked."""

    def filter(self, record):
        record.msg, record.args = masked(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = told(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        return True


def request_line(method, uri, protocol):
    """Return the request as the access log shows it: no query, no token."""
    return masked(f"{method} {QUERY.sub('', uri)} {protocol}")
