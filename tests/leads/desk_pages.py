"""The desk as tests walk through it."""

import re

from tests.leads.pages import page, words  # noqa: F401

QUEUE = "/admin/leads/lead/"


def at(lead):
    return f"{QUEUE}{lead.pk}/"


def form(response, address):
    """Return the fields that the last form with this address would send: the first may stand in the page's header."""
    return [form["fields"] for form in page(response).forms if form["action"] == address][-1]


def outside(response):
    """Return what of an answer leaves the page: its title, where it leads, its cookies."""
    title = re.search(r"<title>(.*?)</title>", response.content.decode(), re.DOTALL)
    return " ".join([title[1] if title else "", response.get("Location", ""), response.cookies.output()])
