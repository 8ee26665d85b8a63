"""Saving a page through the admin, as a browser would."""

import re

from django.contrib.messages import get_messages

from articles.models import GLANCE, Article


def change_url(article, step="change"):
    return f"/admin/articles/article/{article.pk}/{step}/"


def form_of(article=None, rows=None, button="_save", figures=None, **changes):
    """Return what a browser would send for `article`; `rows` are (number, reference) or (number, reference, was).

    `figures` are the values of each figure.
    """
    article = article or Article(title="Sleep", slug="sleep", summary="In short.", body="<p>Text</p>")
    fields = (
        "kind", "title", "slug", "summary", "key_points", "body", "description", "position", "treatment", "mainly_risk",
        "about_suicide", "ends_with_form", "timeline", "review_months", *(name for _, name in GLANCE),
    )  # fmt: skip
    values = {name: getattr(article, name) for name in fields}
    values |= {
        "seen_version": article.version,
        "category": article.category_id or "",
        "author": article.author_id or "",
    }
    if article.pk:
        values["related"] = [one.pk for one in article.related.all()]
        if rows is None:
            rows = [(row.number, row.reference) for row in article.citations.all()]
        if figures is None:
            figures = [figure.value() | {"was": figure.number} for figure in article.figures.all()]
    rows = rows or []
    values |= {"citations-TOTAL_FORMS": len(rows), "citations-INITIAL_FORMS": 0}
    for place, (number, reference, *was) in enumerate(rows):
        values |= {
            f"citations-{place}-number": number,
            f"citations-{place}-reference": getattr(reference, "pk", reference),
            f"citations-{place}-was": was[0] if was else "",
        }
    figures = figures or []
    values |= {"figures-TOTAL_FORMS": len(figures), "figures-INITIAL_FORMS": 0}
    for place, figure in enumerate(figures):
        for name, value in figure.items():
            value = (value or {}).get("id", "") if name == "picture" else value
            values[f"figures-{place}-{name}"] = value
    values |= changes | {button: "1"}
    return {name: value for name, value in values.items() if value is not False}


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def save(client, url, **kwargs):
    response = client.post(url, form_of(**kwargs))
    assert response.status_code == 302, re.findall(r"errorlist.*?</ul>", response.content.decode(), re.DOTALL)
    return response
