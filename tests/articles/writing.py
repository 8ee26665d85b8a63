"""Articles and sources for tests."""

import itertools
from datetime import UTC, datetime

from articles.models import Article, Category, Citation, Contributor, Reference

LONG_AGO = datetime(2026, 1, 5, 15, tzinfo=UTC)
_numbers = itertools.count(1)


def make_category(slug="your-visit", **fields):
    values = {"name": slug.replace("-", " ").capitalize(), **fields}
    return Category.objects.get_or_create(slug=slug, defaults=values)[0]


def make_reference(key="smith2020", **fields):
    values = {"title": f"A study called {key}", "url": f"https://doi.org/10.1000/{key}", "year": "2020", **fields}
    return Reference.objects.create(key=key, **values)


# The six rows that every article about treatment must have.
AT_A_GLANCE = {
    "glance_what": "A page of a test.",
    "glance_for_whom": "Adults.",
    "glance_minutes": "Ask us.",
    "glance_approval": "Off-label.",
    "glance_risks": "High blood pressure.",
    "glance_cost": "Ask us.",
}


def make_article(references=(), related=(), **fields):
    """Return a draft; `references` are keys, numbered from 1. One about treatment has its six rows at a glance."""
    number = next(_numbers)
    if fields.get("treatment", True) and fields.get("kind", "article") == "article":
        fields = AT_A_GLANCE | fields
    values = {
        "title": f"Article {number}",
        "slug": f"article-{number}",
        "summary": f"The answer of article-{number}, in short.",
        "body": f"<h2>First part</h2><p>The text of article-{number}.</p>",
        **fields,
    }
    article = Article.objects.create(**values)
    for place, key in enumerate(references, start=1):
        Citation.objects.create(article=article, number=place, reference=make_reference(key))
    article.related.set(related)
    return article


def make_public(at=LONG_AGO, **fields):
    """Return an article that readers see since `at`."""
    article = make_article(**fields)
    article.publish(at)
    return article


def make_contributor(name="Dana Reyes", credentials="MD", **fields):
    return Contributor.objects.create(name=name, credentials=credentials, **fields)
