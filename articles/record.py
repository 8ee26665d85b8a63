"""As it was on: what the public saw at one address at one moment, who signed it, and who made it public and why."""

import base64
import mimetypes
import re
from dataclasses import replace
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.template.loader import render_to_string

from clinic_site.context import request_facts
from clinic_site.models import Statement
from clinic_site.statements import DEFAULTS

from .models import Article, OldAddress, Release, Signature, StatementSignature, Step
from .views import page_context

STYLES = ("css/tokens.css", "css/base.css", "css/components.css", "css/print.css")


def statements_at(at):
    """Return ({key: text}, {key: row or None}) of the shared statements in force at `at`; None is the built-in text."""
    texts = {key: text for key, text in DEFAULTS.items() if key in Statement.Key.values}
    rows = dict.fromkeys(texts)
    for row in Statement.objects.filter(public_from__lte=at).order_by("key", "version"):
        texts[row.key], rows[row.key] = row.text, row
    return texts, rows


def release_at(path, at):
    """Return (release, old) at `path` at `at`: what readers saw there, and whether that address led on to it."""
    slug = path.strip("/").rsplit("/", 1)[-1]
    for release in Release.objects.live(at).filter(slug=slug):
        if release.get_absolute_url() == path:
            return release, False
    old = OldAddress.objects.filter(path=path).select_related("article").first()
    release = old and old.article.live(at)
    # An address the page gave up only later led nowhere else yet.
    return release, bool(release)


def texts_at(path):
    """Return every release that was ever at `path`, newest first."""
    slug = path.strip("/").rsplit("/", 1)[-1]
    return [one for one in Release.objects.filter(slug=slug) if one.get_absolute_url() == path and not is_empty(one)]


def is_empty(release):
    """Tell whether a release was withdrawn before anybody could see it."""
    return release.public_until is not None and release.public_until <= release.public_from


def as_it_was(release, at):
    """Return who signed and published `release`, and the shared statements readers saw with it at `at`."""
    texts, rows = statements_at(at)
    # The newest signature on record by the moment the release names.
    signature = release.signed_at and Signature.objects.filter(article=release.article_id, at=release.signed_at).first()
    signed = {
        one.statement_id: one for one in StatementSignature.objects.filter(at__lte=at).select_related("contributor")
    }
    return {
        "release": release,
        "at": at,
        "signature": signature,
        "steps": Step.objects.filter(article=release.article_id, at__lte=at)
        .select_related("user")
        .order_by("at", "id"),
        "statements": [
            {
                "label": Statement.Key(key).label,
                "text": text,
                "version": rows[key].version if rows[key] else 0,
                "signature": signed.get(rows[key].pk) if rows[key] else None,
            }
            for key, text in texts.items()
        ],
    }


def public_page(request, release, at):
    """Return the page as HTML: the public template, with the text, the statements and the form's wording of `at`.

    The clinic's own facts (phone, hours, prices) are today's: they are kept once, not by date.
    """
    now = request_facts(request)
    texts, rows = statements_at(at)
    versions = {key: row.version if row else 0 for key, row in rows.items()}
    then = replace(now, at=at, statements={**now.statements, **texts}, statement_versions=versions)
    name = "article" if release.kind == Article.Kind.ARTICLE else "page"
    request.clinic_facts = then
    try:
        return render_to_string(f"articles/{name}_detail.html", page_context(release, then), request)
    finally:
        request.clinic_facts = now


def self_contained(page, record=""):
    """Return `page` as one file that asks for nothing else: styles and pictures in it, no script, no sending form."""
    styles = "\n".join(_read_style(name) for name in STYLES)
    page = re.sub(r"<script\b(?![^>]*ld\+json).*?</script>|<source\b[^>]*>", "", page, flags=re.DOTALL)
    page = re.sub(r"<link\b(?![^>]*canonical)[^>]*>", "", page)
    page = re.sub(r'<meta property="og:image[^>]*>|<meta name="twitter:image[^>]*>', "", page)
    page = re.sub(r"\ssrcset=\"[^\"]*\"", "", page)
    page = re.sub(r'(<img\b[^>]*\bsrc=")([^"]*)(")', lambda m: m[1] + _inside(m[2]) + m[3], page)
    page = re.sub(r'<input\b[^>]*type="hidden"[^>]*>', "", page)
    page = re.sub(r"<form\b[^>]*>", '<form inert aria-label="Form as it was shown">', page)
    page = page.replace("</head>", f'<meta name="robots" content="noindex"><style>{styles}</style></head>', 1)
    return re.sub(r"<body([^>]*)>", lambda m: f"<body{m[1]}>{record}", page, count=1)


def _read_style(name):
    path = finders.find(name)
    text = Path(path).read_text(encoding="utf-8") if path else ""
    return f"@media print {{ {text} }}" if name.endswith("print.css") else text


def _inside(address):
    """Return a picture of our own as a data address; one whose file is gone stays an empty one."""
    name = address.removeprefix("/media/")
    try:
        with default_storage.open(name) as file:
            data = base64.b64encode(file.read()).decode()
    except (OSError, ValueError):
        return "data:,"
    return f"data:{mimetypes.guess_type(name)[0] or 'application/octet-stream'};base64,{data}"
