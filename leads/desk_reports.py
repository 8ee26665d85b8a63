"""The reports' page: which days, the pictures, the tables beside them, and the same numbers as a CSV."""

import csv
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.http import HttpResponse
from django.utils.http import urlencode

from clinic_site.context import request_facts

from .desk import page_words
from .desk_doors import door
from .reports import BY_PHONE, DEFINITIONS, UNKNOWN, Report

USUAL_DAYS = 28
LONGEST = timedelta(days=366)
ONLY_LOOK = ("GET", "HEAD")


def urls(desk):
    return [
        door(desk, "reports/", reports, "leads_lead_reports", needs="reports", methods=ONLY_LOOK),
        door(desk, "reports/numbers.csv", numbers, "leads_lead_reports_csv", needs="reports", methods=ONLY_LOOK),
    ]


class DateField(forms.DateField):
    def __init__(self, label):
        message = "Enter a day, such as 11/24/2026"
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(label=label, widget=widget, error_messages={"required": message, "invalid": message})


class RangeForm(forms.Form):
    first = DateField("From")
    last = DateField("To")
    id_prefix = "q-range-"

    def __init__(self, data=None, *, today):
        self.usual = {"first": today - timedelta(days=USUAL_DAYS - 1), "last": today}
        super().__init__(data, auto_id=f"{self.id_prefix}%s", initial=self.usual)

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", "Choose a last day that is not before the first")
        elif first and last and last - first > LONGEST:
            self.add_error("last", "Choose at most a year")
        elif first and (first.year < 2000 or first.year > 2199):
            self.add_error("first", "Choose a year from 2000 to 2199")

    def days(self):
        """Return (first, last): what was asked for, or the last four weeks."""
        chosen = self.cleaned_data if self.is_bound and self.is_valid() else self.usual
        return chosen["first"], chosen["last"]


def asked_for(request):
    """Return the form of the days and the Report of them."""
    clinic = request_facts(request)
    today = clinic.at.astimezone(clinic.zone).date()
    wanted = request.GET if {"first", "last"} & set(request.GET) else None
    form = RangeForm(wanted, today=today)
    return form, Report(*form.days(), clinic.at, clinic.calendar)


def reports(desk, request):
    """Show the numbers of the chosen days; a mistake in the days is said, and the usual days are shown."""
    form, report = asked_for(request)
    whole, calls = report.promises(), report.calls()
    tables = [(title, heads, [words_of(row) for row in rows]) for title, heads, rows in report.tables()]
    first, last = report.first, report.last
    context = {
        "title": "Reports",
        "form": form,
        "failed_form": form if form.is_bound else None,
        "report": report,
        "whole": whole,
        "calls": calls,
        "sections": [(title, heads, rows, charts_of(title, report)) for title, heads, rows in tables],
        "definitions": DEFINITIONS,
        "query": urlencode({"first": first.isoformat(), "last": last.isoformat()}),
    }
    return desk.page(request, "leads/desk/reports.html", context)


def words_of(row):
    """Return a row as the page prints it: nothing is a dash, a page is named."""
    first, *rest = row
    first = page_words(first) if str(first).startswith("/") else first
    return [first, *("–" if value is None else value for value in rest)]


def numbers(desk, request):
    """Answer with the same numbers as one CSV: table, row, column, value."""
    form, report = asked_for(request)
    if form.is_bound and not form.is_valid():
        return reports(desk, request)
    name = f"call-backs-{report.first.isoformat()}-to-{report.last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8", headers=headers)
    lines = csv.writer(response)
    lines.writerow(["Table", "Row", "Column", "Value"])
    for title, heads, rows in report.tables():
        for first, *values in rows:
            for head, value in zip(heads[1:], values, strict=True):
                lines.writerow([harmless(cell) for cell in (title, first, head, "" if value is None else value)])
    for word, meaning in DEFINITIONS:
        lines.writerow([harmless(cell) for cell in ("Definitions", word, "Means", meaning)])
    return response


def harmless(cell):
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@", "|", "%") or text[:1] in ("\t", "\r", "\n") else text


# --- Pictures: bars of whole sizes, made here, drawn by one template

BAR_WIDTH = 360
ROW_HEIGHT = 44
MOST_BARS = 30


@dataclass(frozen=True)
class Bar:
    label: str
    words: str
    y: int
    width: int

    @property
    def text_y(self):
        return self.y + 15

    @property
    def bar_y(self):
        return self.y + 21

    @property
    def bar_end(self):
        return self.y + 35


@dataclass(frozen=True)
class Chart:
    """Bars beside each other's numbers. `summary` says in words what the picture shows."""

    key: str
    title: str
    summary: str
    bars: list

    @property
    def height(self):
        return len(self.bars) * ROW_HEIGHT + 8


def chart(key, title, rows, most=None):
    """Return a Chart of (label, value or None, words), or None when there is nothing to draw."""
    rows = rows[-MOST_BARS:]
    values = [value for _, value, _ in rows if value is not None]
    if not values:
        return None
    top = most or max(values) or 1
    bars = []
    for place, (label, value, words) in enumerate(rows):
        width = round(BAR_WIDTH * (value or 0) / top)
        bars.append(Bar(short(label), words, place * ROW_HEIGHT, width))
    best = max(rows, key=lambda row: -1 if row[1] is None else row[1])
    return Chart(key, title, f"{len(rows)} bars. The longest: {best[0]}, {best[2]}.", bars)


def short(label, longest=24):
    return label if len(label) <= longest else f"{label[: longest - 1].rstrip()}…"


def share(one, part, whole, noun):
    return "no calls" if one is None and noun == "calls" else "–" if one is None else f"{one:g}% ({part} of {whole})"


def charts_of(title, report):
    """Return the pictures that stand with a table."""
    if title == "By week":
        weeks = report.by_week()
        kept = [
            (week_words(week), one.percent, share(one.percent, one.kept, one.kept + one.missed, ""))
            for week, one, _ in weeks
        ]
        waited = [
            (week_words(week), one.median, "–" if one.median is None else f"{one.median:g} min, 90th {one.ninetieth:g}")
            for week, one, _ in weeks
        ]
        return [
            made
            for made in (
                chart("kept", "Promises kept, in percent", kept, most=100),
                chart("waited", "Median open minutes to the first call", waited),
            )
            if made
        ]
    if title in ("By hour", "By weekday"):
        rows = report.by_hour() if title == "By hour" else report.by_weekday()
        lines = [(label, one.percent, share(one.percent, one.reached, one.made, "calls")) for label, one in rows]
        made = chart(title.lower().replace(" ", "-"), f"Reach rate {title.lower()}, in percent", lines, most=100)
        return [made] if made else []
    if title == "Outcomes":
        made = chart(
            "outcomes", "How requests ended", [(label, count, str(count)) for label, count in report.outcomes()]
        )
        return [made] if made else []
    if title == "Pages they came from":
        lines = [(source_words(path), count, f"{count}, {booked} booked") for path, count, booked in report.sources()]
        made = chart("sources", "Requests by page", lines[:12])
        return [made] if made else []
    return []


def source_words(path):
    return path if path in (BY_PHONE, UNKNOWN) else page_words(path).removeprefix("Article: ").removeprefix("Page: ")


def week_words(week):
    return f"{week:%b} {week.day}"
