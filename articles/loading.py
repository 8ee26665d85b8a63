"""The clinic's first articles, kept as files: read, checked, stored and published.

A page that a person has changed, signed or taken off the site is theirs from then on; its file is no longer heeded.
"""

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from . import markup
from .models import Article, Category, Citation, Figure, GlossaryTerm, Reference, Release, digest

FOLDER = Path(__file__).parent / "starter"
FENCE = "+++"
REASON = "Starter content"

# What stands in the front matter, by type. `order` is the place in lists.
TEXTS = ("title", "slug", "category", "summary", "description")
SWITCHES = ("treatment", "mainly_risk", "about_suicide", "ends_with_form")
LISTS = ("key_points", "related", "references")
NEEDED = ("title", "slug", "summary")
# The rows of [glance] are the draft's fields of that name with glance_ before it.
GLANCE = ("what", "for_whom", "minutes", "approval", "risks", "cost")
FIGURE_TEXTS = ("title", "drawing", "rows", "caption", "note")
FIGURE_KINDS = (Figure.Kind.CHART, Figure.Kind.DRAWING)
FACT = {"sentence": str, "keys": list, "mark": str, "line": str}
# V: the statement was seen in its source. P: seen second-hand or in part. What is only remembered has no mark here.
MARKS = ("V", "P")
# Parts a file may leave out; left out, they leave no trace in the fingerprint.
EXTRAS = ("glance", "timeline", "figures", "facts")


class StarterError(Exception):
    """Says in plain words which file is wrong, and in which line."""


@dataclass(frozen=True)
class Page:
    """One starter file. Its values are the ones `values_of` reads from a stored draft."""

    path: Path
    text: str
    values: dict

    def wrong(self, words, near=""):
        """Return the error that something near `near` in this file is not right."""
        return StarterError(f"{_place(self.path, self.text, near)}: {words}")


@dataclass
class Report:
    articles: int = 0
    pages: int = 0
    updated: int = 0
    kept: list = field(default_factory=list)  # slugs

    def __str__(self):
        return (
            f"{_count(self.articles, 'article')} and {_count(self.pages, 'page')} loaded, "
            f"{self.updated} updated, {len(self.kept)} kept as edited"
        )


def _count(number, noun):
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --- Reading the files ---


def read_page(path, kind):
    """Return the page in one file: front matter between two lines of +++, then its HTML."""
    text = path.read_text(encoding="utf-8")
    parts = re.split(rf"^{re.escape(FENCE)}\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise StarterError(f"{path.name}, line 1: start with +++, the front matter, and +++ again, each on a line.")
    _, front, body = parts
    try:
        given = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise StarterError(f"{path.name}{_toml_place(error)}") from error
    values = {
        "kind": str(kind),
        "position": given.pop("order", 100),
        **{name: given.pop(name, "") for name in TEXTS},
        "treatment": given.pop("treatment", kind == Article.Kind.ARTICLE),
        "mainly_risk": given.pop("mainly_risk", False),
        "about_suicide": given.pop("about_suicide", False),
        "ends_with_form": given.pop("ends_with_form", kind == Article.Kind.ARTICLE),
        **{name: given.pop(name, []) for name in LISTS},
        "glance": given.pop("glance", {}),
        "timeline": given.pop("timeline", ""),
        "figures": given.pop("figures", []),
        "facts": [],
        "body": markup.clean(body),
    }
    page = Page(path, text, values)
    _check(page, given, body)
    values["timeline"] = values["timeline"].strip()
    values["glance"] = {name: text.strip() for name, text in values["glance"].items() if text.strip()}
    values["figures"] = [_figure_values(**figure) for figure in values["figures"]]
    values["facts"] = read_facts(path.parent.parent / "facts" / f"{path.stem}.toml", values["references"])
    return page


def _figure_values(number, kind, picture=None, alt_choice="", alt="", **texts):
    """Return one figure as plain values, whether a file or a stored row gave it."""
    return {
        "number": number,
        "kind": str(kind),
        "picture": picture,
        "alt_choice": alt_choice,
        "alt": alt,
        **{name: texts.get(name, "").strip() for name in FIGURE_TEXTS},
    }


def read_facts(path, references):
    """Return the map of a page's sentences to its sources; a page without a file of that name has none."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    page = Page(path, text, {})
    try:
        facts = tomllib.loads(text).get("fact", [])
    except tomllib.TOMLDecodeError as error:
        raise StarterError(f"facts/{path.name}{_toml_place(error)}") from error
    for fact in facts:
        near = str(fact.get("sentence", "")) if isinstance(fact, dict) else ""
        if not isinstance(fact, dict) or set(fact) != set(FACT):
            raise page.wrong(f"a fact has {', '.join(FACT)}, and nothing else.", near)
        for name, kind in FACT.items():
            if not isinstance(fact[name], kind) or not fact[name]:
                raise page.wrong(f"{name} is missing or of the wrong kind.", near)
        if fact["mark"] not in MARKS:
            raise page.wrong(f"mark is {' or '.join(MARKS)}: what was only remembered is not printed.", near)
        for key in fact["keys"]:
            if key not in references:
                raise page.wrong(f"“{key}” is not among the page's references.", near)
    return facts


def _check(page, unknown, body):
    values = page.values
    for name in unknown:
        raise page.wrong(f"“{name}” is not a name we know here.", name)
    for name in NEEDED:
        if not values[name]:
            raise page.wrong(f"{name} is missing.", name)
    for name in TEXTS:
        if not isinstance(values[name], str):
            raise page.wrong(f"{name} must be text in quotes.", name)
    for name in SWITCHES:
        if not isinstance(values[name], bool):
            raise page.wrong(f"{name} must be true or false.", name)
    for name in LISTS:
        if not isinstance(values[name], list) or not all(isinstance(one, str) for one in values[name]):
            raise page.wrong(f"{name} must be a list of texts in quotes.", name)
    if type(values["position"]) is not int or not 0 <= values["position"] <= 32767:
        raise page.wrong("order must be a whole number.", "order")
    _check_parts(page)
    for name in ("related", "references"):
        twice = [one for one in values[name] if values[name].count(one) > 1]
        if twice:
            raise page.wrong(f"{twice[0]} stands twice in {name}.", twice[0])
    if lost := markup.removed(body):
        raise page.wrong(f"take this out of the text: {', '.join(lost)}.", "<img" if "image" in lost[0] else "<script")
    for number in sorted(markup.citation_numbers(values["body"])):
        if not 1 <= number <= len(values["references"]):
            raise page.wrong(f"[{number}] has no reference in the list.", f"[{number}]")


def _check_parts(page):
    """Check what stands beside the text: glance, timeline and figures."""
    glance, figures = page.values["glance"], page.values["figures"]
    if not isinstance(page.values["timeline"], str):
        raise page.wrong("timeline must be text in quotes.", "timeline")
    if not isinstance(glance, dict) or not all(isinstance(text, str) for text in glance.values()):
        raise page.wrong("glance must be a table of texts in quotes.", "glance")
    for name in glance:
        if name not in GLANCE:
            raise page.wrong(f"“{name}” is no row of the box; it has {', '.join(GLANCE)}.", name)
    if not isinstance(figures, list) or not all(isinstance(figure, dict) for figure in figures):
        raise page.wrong("write each figure as [[figures]].", "figures")
    for place, figure in enumerate(figures, start=1):
        if figure.get("number") != place:
            raise page.wrong("figures are numbered 1, 2, 3 as they stand in the file.", "[[figures]]")
        if figure.get("kind") not in FIGURE_KINDS:
            raise page.wrong(f"figure {place}: kind is {' or '.join(FIGURE_KINDS)}.", "[[figures]]")
        for name, text in figure.items():
            if name not in ("number", "kind", *FIGURE_TEXTS):
                raise page.wrong(f"“{name}” is not a name we know in a figure.", name)
            if name in FIGURE_TEXTS and not isinstance(text, str):
                raise page.wrong(f"{name} must be text in quotes.", name)
        if not figure.get("rows" if figure["kind"] == Figure.Kind.CHART else "drawing", "").strip():
            raise page.wrong(f"figure {place}: a chart needs rows, a drawing the name of a drawing.", "[[figures]]")


def starter_contents(folder=None):
    """Return the content of every starter page as a draft would give it, without asking a database."""
    folder = folder or FOLDER
    sources = {row.key: row for row in read_references(folder / "references.json")}
    topics = {row.slug: row for row in read_categories(folder / "categories.toml")}
    pages = [read_page(path, Article.Kind.ARTICLE) for path in sorted(folder.glob("articles/*.html"))]
    pages += [read_page(path, Article.Kind.PAGE) for path in sorted(folder.glob("pages/*.html"))]
    contents = []
    for page in pages:
        values = page.values
        article = Article(
            **{name: values[name] for name in ("kind", "position", "title", "slug", "summary", "description", "body")},
            **{name: values[name] for name in SWITCHES},
            key_points="\n".join(values["key_points"]),
            timeline=values["timeline"],
            facts=values["facts"],
            category=topics.get(values["category"]),
            **_glance_fields(values),
        )
        rows = [sources[key].value() | {"number": number} for number, key in enumerate(values["references"], start=1)]
        figures = [Figure(**figure).value() for figure in values["figures"]]
        contents.append(article.content() | {"references": rows, "figures": figures})
    return contents


def _glance_fields(values):
    return {f"glance_{name}": values["glance"].get(name, "") for name in GLANCE}


def read_categories(path):
    """Return the topics of categories.toml as unsaved rows."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("category", [])
        return [
            Category(
                name=row["name"],
                slug=row["slug"],
                description=row.get("description", ""),
                position=row.get("order", 0),
                is_condition=row.get("condition", False),
            )
            for row in rows
        ]
    except tomllib.TOMLDecodeError as error:
        raise StarterError(f"{path.name}{_toml_place(error)}") from error
    except KeyError as error:
        raise StarterError(f"{path.name}: a topic has no {error.args[0]}.") from error


def read_introductions(path):
    """Return {slug of a topic: slug of the article that introduces it} of categories.toml, which can be read."""
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("category", [])
    return {row["slug"]: row["introduction"] for row in rows if row.get("introduction")}


def read_references(path):
    """Return the sources of references.json as unsaved rows."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise StarterError(f"{path.name}, line {error.lineno}: {error.msg}.") from error
    names = {one.name for one in Reference._meta.fields} - {"id"}
    return [Reference(**{name: str(row[name]) for name in names if row.get(name) is not None}) for row in rows]


def read_glossary(path):
    """Return the hard words of glossary.toml as unsaved rows; without the file there are none."""
    if not path.exists():
        return []
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("term", [])
        return [
            GlossaryTerm(term=row["term"], forms="\n".join(row.get("forms", [])), meaning=row["meaning"])
            for row in rows
        ]
    except tomllib.TOMLDecodeError as error:
        raise StarterError(f"{path.name}{_toml_place(error)}") from error
    except KeyError as error:
        raise StarterError(f"{path.name}: a term has no {error.args[0]}.") from error


def _place(path, text, near):
    before, found, _ = text.partition(near) if near else ("", "", "")
    return f"{path.name}, line {before.count(chr(10)) + 1}" if found else path.name


def _toml_place(error):
    """Return what tomllib says. Front matter starts on the fence's own line, so its lines count from the top."""
    match = re.match(r"(.*) \(at line (\d+), column \d+\)", str(error))
    return f", line {match.group(2)}: {match.group(1)}." if match else f": {error}."


# --- Storing what they say ---


def values_of(article):
    """Return what a starter file decides of a stored draft; equal values mean that nobody has edited it."""
    return {
        "kind": str(article.kind),
        "position": article.position,
        "title": article.title,
        "slug": article.slug,
        "category": article.category.slug if article.category else "",
        "summary": article.summary,
        "description": article.description,
        **{name: getattr(article, name) for name in SWITCHES},
        "key_points": article.points(),
        "related": [one.slug for one in article.related_in_order()],
        "references": [row.reference.key for row in article.citations_in_order()],
        "glance": {name: text for name in GLANCE if (text := getattr(article, f"glance_{name}").strip())},
        # An editor's form sends line ends of its own.
        "timeline": "\n".join(article.timeline.strip().splitlines()),
        "figures": [
            _figure_values(
                figure.number,
                figure.kind,
                figure.picture_id,
                figure.alt_choice,
                figure.alt,
                **{name: "\n".join(getattr(figure, name).splitlines()) for name in FIGURE_TEXTS},
            )
            for figure in article.figures_in_order()
        ],
        "facts": article.facts,
        "body": article.body,
    }


def fingerprint(values):
    given = {name: value for name, value in values.items() if value or name not in EXTRAS}
    return digest(given | {"related": sorted(values["related"])})


@transaction.atomic
def load(at, folder=None, dry_run=False):
    """Bring the starter files into the database and return a Report. With an error nothing is stored."""
    folder = folder or FOLDER
    pages = [read_page(path, Article.Kind.ARTICLE) for path in sorted(folder.glob("articles/*.html"))]
    pages += [read_page(path, Article.Kind.PAGE) for path in sorted(folder.glob("pages/*.html"))]
    topics = read_categories(folder / "categories.toml")
    known = set(Category.objects.values_list("slug", flat=True))
    _add_missing(Category, topics, "slug", "name")
    _add_missing(Reference, read_references(folder / "references.json"), "key")
    _add_missing(GlossaryTerm, read_glossary(folder / "glossary.toml"), "term")

    report, changed = Report(), []
    stored = _stored(pages)
    _follow_moves(pages, topics, stored)
    # Also what waits for its signature: readers may not see it, but nobody has taken it off.
    live = set(Release.objects.filter(public_until=None).values_list("article_id", flat=True))
    for page in pages:
        article = stored.get(page.values["slug"])
        if article is None:
            changed.append((page, Article()))
            report.articles += page.values["kind"] == Article.Kind.ARTICLE
            report.pages += page.values["kind"] == Article.Kind.PAGE
        elif article.pk not in live or article.signed_digest or _is_edited(article):
            report.kept.append(article.slug)
        elif article.starter_digest != fingerprint(page.values):
            changed.append((page, article))
            report.updated += 1
    new = {page.values["slug"] for page, article in changed if article.pk is None}
    if changed:
        _store(changed, at)
    _introduce(folder / "categories.toml", known, new)
    if dry_run:
        transaction.set_rollback(True)
    return report


def _add_missing(model, rows, *keys):
    """Store the rows whose keys are all new. What is there already may be somebody's correction and is left alone."""
    known = {key: set(model.objects.values_list(key, flat=True)) for key in keys}
    model.objects.bulk_create([row for row in rows if not any(getattr(row, key) in known[key] for key in keys)])


def _follow_moves(pages, topics, stored):
    """Let pages name topics and related pages by the address that staff have given them since."""
    present = dict(Category.objects.values_list("slug", "slug"))
    by_name = dict(Category.objects.values_list("name", "slug"))
    moved = {topic.slug: present.get(topic.slug) or by_name[topic.name] for topic in topics}
    for page in pages:
        values = page.values
        values["category"] = moved.get(values["category"], values["category"])
        values["related"] = [stored[slug].slug if slug in stored else slug for slug in values["related"]]


def _introduce(path, known, new):
    """Let each topic be introduced by its page, where the topic or the page has just come; a person's choice stands."""
    for topic, slug in read_introductions(path).items():
        # By its present address, or by one it was public at before staff gave it another.
        once = Release.objects.filter(slug=slug).values("article")
        article = Article.objects.filter(Q(slug=slug) | Q(pk__in=once)).first()
        if article is None:
            raise StarterError(f"{path.name}: there is no page “{slug}” to introduce “{topic}”.")
        if topic not in known or slug in new:
            Category.objects.filter(slug=topic, introduction=None).update(introduction=article)


def _stored(pages):
    """Return {starter slug: stored article}, by the present address or by one that was public once."""
    slugs = [page.values["slug"] for page in pages]
    once = dict(Release.objects.filter(slug__in=slugs).order_by("id").values_list("slug", "article_id"))
    articles = Article.objects.with_content().in_bulk()
    found = {slug: articles[pk] for slug, pk in once.items()}
    return found | {article.slug: article for article in articles.values() if article.slug in slugs}


def _is_edited(article):
    # A starter file names no author: whoever stands there was put there by a person, who answers for the text.
    return bool(article.author_id) or article.starter_digest != fingerprint(values_of(article))


def _store(changed, at):
    categories = {row.slug: row for row in Category.objects.all()}
    references = {row.key: row for row in Reference.objects.all()}
    for page, article in changed:
        _write(page, article, categories, references)
    slugs = {article.slug: article for article in Article.objects.all()}
    for page, article in changed:
        for slug in page.values["related"]:
            if slug not in slugs:
                raise page.wrong(f"there is no page “{slug}” to be related to.", f'"{slug}"')
        article.related.set([slugs[slug] for slug in page.values["related"]])
    for page, article in changed:
        article = Article.objects.get(pk=article.pk)
        live = article.releases.filter(public_until=None).first()
        # Readers see no change when only the map of facts has changed.
        if live is None or live.digest != article.digest_now():
            try:
                article.publish(at, reason=REASON, unsigned=True)
            except ValidationError as error:
                raise page.wrong(" ".join(error.messages)) from error
        Article.objects.filter(pk=article.pk).update(starter_digest=fingerprint(values_of(article)))
        article.keep(None, at, REASON)


def _write(page, article, categories, references):
    values = page.values
    if values["category"] and values["category"] not in categories:
        raise page.wrong(f"there is no topic “{values['category']}” in categories.toml.", "category")
    for key in values["references"]:
        if key not in references:
            raise page.wrong(f"there is no source “{key}” in references.json.", f'"{key}"')
    for name in ("kind", "position", "title", "slug", "summary", "description", "body", *SWITCHES):
        setattr(article, name, values[name])
    article.category = categories.get(values["category"])
    article.key_points = "\n".join(values["key_points"])
    article.timeline, article.facts = values["timeline"], values["facts"]
    for name, text in _glance_fields(values).items():
        setattr(article, name, text)
    figures = [Figure(**figure) for figure in values["figures"]]
    if article.pk:
        article.version += 1
    try:
        article.full_clean()
        for figure in figures:
            figure.full_clean(exclude=["article"], validate_constraints=False)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise page.wrong(f"{name}: {' '.join(messages)}", {"position": "order"}.get(name, name)) from error
    article.save()
    article.figures.all().delete()
    for figure in figures:
        figure.article = article
    Figure.objects.bulk_create(figures)
    article.citations.all().delete()
    Citation.objects.bulk_create(
        Citation(article=article, reference=references[key], number=number)
        for number, key in enumerate(values["references"], start=1)
    )
