"""The sheet a reader takes to their doctor: one page to print, made of a release and nothing else."""

import re

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clinic_site.context import request_facts

from . import checks, markup
from .models import Release
from .views import ReleasePage, crisis_box, moved, profiles, with_words

# A paragraph that cites a source and says how many people, or how many of how many.
NUMBERS = re.compile(
    r"(?=.*\[\d{1,3}\]).*"
    r"(?:\d+(?:\.\d+)? (?:out of|in) (?:every )?\d+|\d(?:\.\d+)? ?(?:%|percent)|\d (?:people|adults|patients)\b)",
    re.DOTALL,
)
QUESTIONS = re.compile(r"\bquestions?\b|\bask\b", re.IGNORECASE)
# So many paragraphs with numbers, fewer where charts say the same: one page of paper has to do.
MOST_NUMBERS, WITH_CHARTS = 4, 2
# Asked where a page has no questions of its own. They claim nothing.
USUAL_QUESTIONS = (
    "Given my health and my medicines, is there a reason I should not have this?",
    "What else could help me, and what have I not tried yet?",
    "How would we tell whether it helps, and when would we stop?",
    "Who follows me up between and after visits?",
)


@require_safe
def for_your_doctor(request, slug):
    release = Release.objects.articles(timezone.now()).filter(slug=slug).first()
    if release is None:
        return moved(request, then="for-your-doctor/")
    clinic = request_facts(request)
    return render(request, "articles/for_your_doctor.html", sheet(release, clinic))


def sheet(release, clinic):
    """Return what the sheet of one release shows."""
    page = ReleasePage(release, clinic)
    content = release.content
    risks = markup.parts(content["body"], checks.RISK_HEADING)
    questions = markup.parts(content["body"], QUESTIONS)
    charts = "".join(f"<p>[figure {one['number']}]</p>" for one in content.get("figures", []) if one["kind"] == "chart")
    numbers = markup.paragraphs(content["body"], NUMBERS, but_not=checks.RISK_HEADING)
    numbers = markup.first(numbers, WITH_CHARTS if charts else MOST_NUMBERS)
    body = "\n".join(
        part
        for part in (
            "<h2>Main numbers</h2>" + charts + numbers if charts or numbers else "",
            risks or ("<h2>Risks</h2><p>[statement risk_line]</p>" if page.treatment else ""),
            questions or _list("Questions to ask", USUAL_QUESTIONS),
        )
        if part
    )
    rendered = markup.render(
        body,
        references=content["references"],
        blocks=markup.blocks(clinic, crisis_box),
        always=page.required_statements,
        help_first=not page.about_suicide,
        helped=page.about_suicide or bool(page.help_before),
        figures=page.figures,
    )
    return {
        "release": page,
        "sheet": rendered,
        # Only what the sheet itself leans on.
        "cited": [row for row in with_words(rendered.references) if row["marks"]],
        "today": timezone.localdate(clinic.at, clinic.zone),
        **profiles(release),
    }


def _list(title, items):
    return f"<h2>{title}</h2><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"
