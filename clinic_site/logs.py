"""What a log may say: no address of a receipt, which is its key, and nothing that follows a question mark."""

import logging
import re

RECEIPT = re.compile(r"(/callback/)[^/\s\"'?#<>]+")
QUERY = re.compile(r"\?\S*")


def masked(text):
    """Return text with the token of every receipt's address replaced."""
    return RECEIPT.sub(r"\1…", text)


class MaskReceipts(logging.Filter):
    """For handlers: the message and the traceback go out masked."""

    def filter(self, record):
        record.msg, record.args = masked(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        return True


def request_line(method, uri, protocol):
    """Return the request as the access log shows it: no query, no token."""
    return masked(f"{method} {QUERY.sub('', uri)} {protocol}")
