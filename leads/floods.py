"""Many requests at once, from one network, for one number or with one text: reasons to look twice, never a refusal
of a person. Of a network only a keyed digest is kept, for an hour, in the cache.

A network that cannot be told is not counted: behind a proxy that is set up wrongly everybody has the same address.
"""

import ipaddress
import logging
from datetime import timedelta

from django.core.cache import cache
from django.db import Error as DatabaseProblem
from django.utils.crypto import salted_hmac

from .models import Lead

log = logging.getLogger(__name__)

# A clinic has some ten requests on a good day; a hospital's or a mobile carrier's network may bring a few at once.
MANY_FROM_A_NETWORK = 10
# Beyond this no hand types: the page gives the clinic's phone and keeps what was typed.
TOO_MANY_FROM_A_NETWORK = 100
NETWORK_HOURS = 1
# A family, a shelter or a doctor's office may share a number; a dozen requests a day for one are no household's.
MANY_FOR_A_NUMBER = 13
# The same long text for this many other numbers. Short questions are often asked alike.
SAME_TEXT_FOR_NUMBERS = 2
SHORTEST_TEXT = 80
DAY = timedelta(days=1)

NETWORK = "Many requests from one network within an hour"
NUMBER = "Many requests for this number within a day"
TEXT = "The same message came for other numbers within a day"

# Addresses that say nothing about who asks: our own machine, our own network, a carrier's inner one.
INNER = [
    ipaddress.ip_network(name)
    for name in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
        "::1/128", "fc00::/7", "fe80::/10",
    )
]  # fmt: skip


def network_of(address):
    """Return the network of an address as text, "" when it cannot be told: 256 addresses of IPv4, a /56 of IPv6."""
    try:
        address = ipaddress.ip_address(address)
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_unspecified or any(address in inner for inner in INNER):
        return ""
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 56), strict=False))


def count_one(address):
    """Count a request from this address, and return how many its network has sent within the hour; 0 when untold."""
    network = network_of(address)
    if not network:
        return 0
    name = "leads.network." + salted_hmac("leads.floods", network, algorithm="sha256").hexdigest()
    try:
        cache.add(name, 0, NETWORK_HOURS * 3600)
        return cache.incr(name)
    except Exception as problem:  # a counter that does not work is no reason to turn anybody away
        log.warning("cache not reachable: %s", type(problem).__name__)
        return 0


def signs(count, number, message, at):
    """Return the reasons to look twice at a request, in words for staff; empty for nearly everybody."""
    found = [NETWORK] if count > MANY_FROM_A_NETWORK else []
    recent = Lead.objects.filter(received_at__gt=at - DAY)
    try:
        if recent.filter(phone_e164=number.e164).count() >= MANY_FOR_A_NUMBER - 1:
            found.append(NUMBER)
        if len(message) >= SHORTEST_TEXT:
            others = recent.filter(message=message).exclude(phone_e164=number.e164)
            if others.values("phone_e164").distinct().count() >= SAME_TEXT_FOR_NUMBERS:
                found.append(TEXT)
    except DatabaseProblem:
        pass  # the request itself says so next, and goes to the spool
    return found
