"""Every kind of public page is well-formed, says where it stands, and tells machines no more than people."""

import html
import json
import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from tests import pages as every

pytestmark = pytest.mark.django_db
_kept = {}


@pytest.fixture
def pages(db):
    """{name: response} of every kind of public page; made once, then only read."""
    if not _kept:
        with time_machine.travel(every.NOW, tick=False):
            every.fill()
            _kept.update(every.public_pages(Client()))
    return _kept


# --- HTML

VOID = {"meta", "link", "br", "hr", "img", "input", "wbr", "col", "source"}
POINTS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details")
# Inside a drawing an element may end itself.
DRAWN = {"path", "circle", "rect", "use", "line", "ellipse", "polygon", "polyline"}
PARENTS = {
    "li": {"ul", "ol"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "td": {"tr"}, "th": {"tr"},
    "tr": {"tbody", "thead", "tfoot", "table"},
}  # fmt: skip
# No paragraph may hold a block, no link or button a link or button.
NOT_IN_P = {"p", "div", "ul", "ol", "h1", "h2", "h3", "table", "section", "form", "dl", "blockquote", "figure"}
INTERACTIVE = {"a", "button"}


class Strict(HTMLParser):
    """Collects what is wrong with a page, in words."""

    def __init__(self):
        super().__init__()
        self.problems, self.open, self.ids, self.wanted, self.headings = [], [], [], [], []

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs, ended=True)

    def handle_starttag(self, tag, attrs, ended=False):
        names = [name for name, _ in attrs]
        given = dict(attrs)
        self.problems += [f"<{tag}> has {name} twice" for name in set(names) if names.count(name) > 1]
        self.problems += [f"<{tag}> has {name}" for name in names if name == "style" or name.startswith("on")]
        if "id" in given:
            self.ids.append(given["id"])
        self.wanted += [one for name in POINTS if given.get(name) for one in given[name].split()]
        if given.get("href", "").startswith("#"):
            self.wanted.append(given["href"][1:])
        parent = self.open[-1] if self.open else ""
        if tag in PARENTS and parent not in PARENTS[tag]:
            self.problems.append(f"<{tag}> in <{parent}>")
        if tag in NOT_IN_P and "p" in self.open:
            self.problems.append(f"<{tag}> in <p>")
        if tag in INTERACTIVE and INTERACTIVE & set(self.open):
            self.problems.append(f"<{tag}> in a link or button")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and "alt" not in given:
            self.problems.append("<img> without alt")
        if tag not in VOID and not (ended and tag in DRAWN):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> ends nothing")


def wrong_with(text):
    """Return what is wrong with a page, [] if nothing is."""
    strict = Strict()
    strict.feed(text)
    strict.close()
    found = strict.problems
    found += [f"<{tag}> never ends" for tag in strict.open]
    found += [f"id {one} twice" for one in set(strict.ids) if strict.ids.count(one) > 1]
    found += [f"no id {one}" for one in strict.wanted if one not in strict.ids]
    if strict.headings.count(1) != 1:
        found.append(f"{strict.headings.count(1)} h1")
    # The help box may open a page before its title.
    order = strict.headings[strict.headings.index(1) :] if 1 in strict.headings else []
    found += [
        f"h{after} after h{before}" for before, after in zip(order, order[1:], strict=False) if after > before + 1
    ]
    if not text.startswith("<!doctype html>\n<html lang="):
        found.append("no doctype and language")
    return found


def test_the_strict_look_sees_what_is_wrong():
    start = '<!doctype html>\n<html lang="en"><body>'
    for broken, said in {
        "<h1>A</h1><p id=a></p><p id=a></p>": "id a twice",
        "<h1>A</h1><p aria-labelledby=b></p>": "no id b",
        "<h1>A</h1><h3>B</h3>": "h3 after h1",
        "<h1>A</h1><p><div></div></p>": "<div> in <p>",
        "<h1>A</h1><p class=a class=b></p>": "<p> has class twice",
        "<h1>A</h1><section>": "<section> never ends",
        "<p>A</p>": "0 h1",
        "<h1>A</h1><a href=/><button></button></a>": "<button> in a link or button",
    }.items():
        assert said in wrong_with(start + broken), broken
    assert wrong_with(start + "<h1>A</h1></body></html>") == []


def test_every_kind_of_page_is_well_formed(pages):
    texts = {name: answer.content.decode() for name, answer in pages.items()} | every.error_pages()

    assert {name: found for name, text in texts.items() if (found := wrong_with(text))} == {}


# --- Where a page stands

NO_ADDRESS = {
    "search", "not found", "gone", "empty topic", "search: hits", "search: no hit", "search: slip", "search: crisis",
    "receipt", "receipt unknown",
}  # fmt: skip
NOINDEX = {*NO_ADDRESS, "past-grace"}


def canonical(answer):
    return re.findall(r'<link rel="canonical" href="([^"]*)">', answer.content.decode())


def test_every_page_that_may_be_found_names_its_one_address(pages):
    found = {name: canonical(answer) for name, answer in pages.items()}

    assert {name for name, links in found.items() if not links} == NO_ADDRESS
    for name in found.keys() - NO_ADDRESS - {"form with mistakes"}:
        request = pages[name].wsgi_request
        assert found[name] == [settings.SITE_URL + request.get_full_path()], name


def test_address_leaves_out_what_does_not_change_the_page(pages, client):
    make = [("/articles/?page=1", "/articles/"), ("/articles/?x=1&page=2", "/articles/?page=2")]
    make += [("/?utm_source=x", "/"), ("/callback/?from=/help/", "/callback/"), ("/articles/?page=junk", "/articles/")]
    with time_machine.travel(every.NOW, tick=False):
        every.fill()
        for path, address in make:
            assert canonical(client.get(path)) == [settings.SITE_URL + address], path


def test_what_search_engines_must_not_keep_says_so(pages):
    told = {
        name
        for name, answer in pages.items()
        if "noindex" in answer.content.decode() or "noindex" in answer.get("X-Robots-Tag", "")
    }

    assert told == NOINDEX


# --- What machines are told

# The shapes of schema.org that we use: each type with its properties and what their values may be.
TEXT, DAY, ADDRESS = "text", "day", "address"
SHAPES = {
    "MedicalWebPage": {
        "@id": ADDRESS, "url": ADDRESS, "name": TEXT, "description": TEXT, "inLanguage": TEXT, "datePublished": DAY,
        "dateModified": DAY, "lastReviewed": DAY, "author": (TEXT, "Organization", "Person"), "reviewedBy": ("Person",),
        "about": ("MedicalCondition",), "publisher": ("MedicalClinic",),
    },
    "MedicalClinic": {
        "@id": ADDRESS, "url": ADDRESS, "name": TEXT, "telephone": TEXT, "address": TEXT,
        "openingHoursSpecification": ["OpeningHoursSpecification"],
    },
    "OpeningHoursSpecification": {"dayOfWeek": [ADDRESS], "opens": "time", "closes": "time"},
    "BreadcrumbList": {"itemListElement": ["ListItem"]},
    "ListItem": {"position": "number", "name": TEXT, "item": ADDRESS},
    "Person": {"name": TEXT, "honorificSuffix": TEXT},
    "Organization": {"name": TEXT},
    "MedicalCondition": {"name": TEXT},
}  # fmt: skip
PATTERNS = {
    TEXT: r"[^\[\]]+", DAY: r"\d{4}-\d\d-\d\d", "time": r"[0-2]\d:[0-5]\d",
    ADDRESS: rf"(?:{re.escape('http://127.0.0.1:8000')}/|https://schema\.org/\w+day$).*",
}  # fmt: skip


def told(text):
    """Return the nodes that a page tells machines."""
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    graphs = [json.loads(block) for block in blocks]
    assert all(set(graph) == {"@context", "@graph"} and graph["@context"] == "https://schema.org" for graph in graphs)
    return [node for graph in graphs for node in graph["@graph"]]


def misshapen(value, shape, place=""):
    """Return where `value` is not what `shape` allows."""
    if isinstance(shape, list):
        if not isinstance(value, list) or not value:
            return [f"{place} is no list"]
        return [one for number, each in enumerate(value) for one in misshapen(each, shape[0], f"{place}.{number}")]
    if isinstance(shape, tuple):
        kinds = [one for one in shape if not misshapen(value, one, place)]
        return [] if kinds else [f"{place} is none of {shape}"]
    if shape == "number":
        return [] if type(value) is int else [f"{place} is no number"]
    if shape in PATTERNS:
        return [] if isinstance(value, str) and re.fullmatch(PATTERNS[shape], value) else [f"{place}: {value!r}"]
    if not isinstance(value, dict) or value.get("@type") != shape:
        return [f"{place} is no {shape}"]
    found = [f"{place}.{name} is unknown" for name in value.keys() - SHAPES[shape].keys() - {"@type"}]
    return found + [
        one
        for name, each in value.items()
        if name in SHAPES[shape]
        for one in misshapen(each, SHAPES[shape][name], f"{place}.{name}")
    ]


def test_what_machines_are_told_has_the_shapes_of_schema_org(pages):
    nodes = {name: told(answer.content.decode()) for name, answer in pages.items()}

    wrong = {
        name: found
        for name, several in nodes.items()
        for node in several
        if (found := misshapen(node, node["@type"]) if node["@type"] in SHAPES else [node["@type"]])
    }
    assert wrong == {}
    kinds = {name: [node["@type"] for node in several] for name, several in nodes.items() if several}
    assert kinds["home"] == kinds["contact"] == ["MedicalClinic"]
    assert kinds["signed"] == ["MedicalWebPage", "BreadcrumbList"]
    assert kinds["topic"] == ["BreadcrumbList"]
    assert not {"articles", "about", "search", "gone", "not found", "receipt", "callback"} & kinds.keys()


def words(text):
    text = re.sub(r"<script.*?</script>|<head.*?</head>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()).replace(" ,", ",")


def strings(node):
    """Yield (property, text) of all that a node says in words."""
    for name, value in node.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from strings(one)
            elif isinstance(one, str) and name not in ("@type", "@id", "url", "item", "inLanguage", "dayOfWeek"):
                yield name, one


def test_machines_are_told_nothing_that_people_do_not_read(pages):
    missing = {}
    for name, answer in pages.items():
        text = answer.content.decode()
        seen, dates = words(text).casefold(), set(re.findall(r'<time datetime="([^"]+)"', text))
        for node in told(text):
            for what, said in strings(node):
                known = said in dates if re.fullmatch(PATTERNS[DAY], said) else said.casefold() in seen
                if not known and what not in ("opens", "closes"):
                    missing.setdefault(name, []).append((what, said))

    assert missing == {}


def test_reviewer_is_named_to_machines_only_while_the_check_is_in_date(pages):
    reviewed = {
        name: {key: node[key] for key in ("reviewedBy", "lastReviewed") if key in node}
        for name in ("signed", "overdue", "past-grace", "does-ketamine-work-for-depression")
        for node in told(pages[name].content.decode())
        if node["@type"] == "MedicalWebPage"
    }

    person = {"@type": "Person", "name": "Test Reviewer", "honorificSuffix": "MD"}
    day = every.LONG_BEFORE.date().isoformat()
    assert reviewed == {
        "signed": {"reviewedBy": person, "lastReviewed": day},
        "overdue": {},
        "past-grace": {},
        "does-ketamine-work-for-depression": {},
    }


def test_clinic_tells_machines_only_what_it_has_entered(pages):
    (clinic,) = told(pages["home"].content.decode())

    assert clinic == {
        "@type": "MedicalClinic",
        "@id": "http://127.0.0.1:8000/#clinic",
        "name": "Harbor “Test” Clinic & Co",
        "url": "http://127.0.0.1:8000/",
        "telephone": "202-555-0142",
        "address": "Testville",
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": [f"https://schema.org/{day}day" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri")],
                "opens": "09:00",
                "closes": "17:00",
            }
        ],
    }


# --- Sharing


def test_shared_links_are_plain_ask_nobody_and_carry_no_tag(pages):
    text = pages["signed"].content.decode()
    address = "http://127.0.0.1:8000/articles/signed/"

    block = text[text.index('<section class="share') :]
    block = block[: block.index("</section>")]
    links = {html.unescape(one) for one in re.findall(r'href="([^"]+)"', block)}

    assert {urlsplit(one).hostname or urlsplit(one).scheme: parse_qs(urlsplit(one).query) for one in links} == {
        "mailto": {"subject": ["A page to read"], "body": [address]},
        "sms": {"body": [address]},
        "www.facebook.com": {"u": [address]},
        "x.com": {"url": [address]},
        "www.pinterest.com": {"url": [address]},
        "wa.me": {"text": [address]},
    }
    outside = re.findall(r'<a [^>]*href="https:[^>]*>', block)
    assert len(outside) == 4
    assert all('rel="noopener noreferrer nofollow" referrerpolicy="no-referrer"' in link for link in outside)
    assert "<img" not in block and "<script" not in block and "<iframe" not in block


# --- The whole


def test_no_public_page_sets_a_cookie_or_loads_from_elsewhere(pages):
    for name, answer in pages.items():
        text = answer.content.decode()
        loaded = re.findall(r'<(?:script|img|iframe|source)[^>]*\ssrc="([^"]+)"', text)
        loaded += re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"', text)

        assert not answer.cookies, name
        assert [one for one in loaded if not one.startswith("/static/")] == [], name
