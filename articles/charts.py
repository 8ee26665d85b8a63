"""Rows an editor types -> an accessible chart. No ORM, no request.

The chart is text: labels and values are HTML, the bars beside them are decoration that a screen reader skips. So it
grows, wraps and is read aloud like the rest of the page, and says the same on paper and without a stylesheet.
"""

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.html import escape

STUDY_FORM = "# title | people | compared with | [reference] | chance?"
BAR_FORM = "label | value | n | note"
MOST_STUDIES, MOST_BARS = 8, 6
LONGEST = 160
NO_COMPARISON = "no comparison group"
NOTHING_COMPARED = {"no comparison group", "no comparison", "nothing", "none", "no one", "nobody", "-", "–"}
MAY_BE_CHANCE = "This gap may be due to chance"

CHANCE = {"yes": True, "chance": True, "chance?": True, "may be chance": True, "no": False, "": False}
NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")


class ChartError(ValueError):
    """Says in plain words, line by line, what is wrong with the rows of a chart."""

    def __init__(self, problems):
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Bar:
    label: str
    value: Decimal  # 0 to 100
    people: int | None = None
    note: str = ""

    @property
    def rounded(self):
        return int(self.value.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass
class Study:
    title: str
    people: int
    compared_with: str = ""  # empty: there was no comparison group
    reference: int | None = None
    may_be_chance: bool = False
    bars: list = field(default_factory=list)
    who: str = "people"  # what is said of them after their number

    @property
    def meta(self):
        """Return how many people it had and what they were compared with."""
        compared = f"compared with {self.compared_with}" if self.compared_with else NO_COMPARISON
        who = "person" if (self.people, self.who) == (1, "people") else self.who
        return f"{self.people:,} {who}, {compared}"


def read(rows):
    """Return the studies in `rows`; raises ChartError naming every line that is not right."""
    reader = _Reader()
    for number, line in enumerate(rows.splitlines(), start=1):
        if line.strip():
            reader.take(number, line.strip())
    reader.end()
    if reader.problems:
        raise ChartError(reader.problems)
    return reader.studies


class _Reader:
    def __init__(self):
        self.studies, self.problems = [], []
        self.place = 0  # the line of the study being read

    def wrong(self, number, words):
        self.problems.append(f"Line {number}: {words}")

    def take(self, number, line):
        before = len(self.problems)
        if line.startswith("#"):
            self.close()
            self.place = number
            self.studies.append(self.study(number, line[1:]))
        else:
            bar = self.bar(number, line)
            if not self.studies:
                # Whatever else is wrong, this comes first.
                self.problems[before:] = []
                self.wrong(number, f"start with the study, on a line of its own: {STUDY_FORM}.")
                self.studies.append(Study("", 0))
                self.place = number
            self.studies[-1].bars.append(bar)

    def study(self, number, line):
        parts = _parts(line)
        if len(parts) > 5:
            self.wrong(number, f"this line has {len(parts)} parts. A study has at most five: {STUDY_FORM}.")
        title, people, compared, reference, chance = (parts + [""] * 5)[:5]
        if not title:
            self.wrong(number, "name the study after the #, such as: # One infusion, one day later | 73.")
        count, _, who = people.partition(" ")
        count = _whole(count)
        if not count:
            self.wrong(number, "say in the second part how many people the study had, as a whole number such as 73.")
        mark = re.fullmatch(r"\[?\s*(\d{1,3})\s*\]?", reference)
        if reference and not mark:
            self.wrong(number, f"write the reference as [1], not “{reference[:40]}”.")
        if chance.lower() not in CHANCE:
            self.wrong(
                number, f"the last part is yes where the gap may be due to chance, no otherwise; not “{chance[:40]}”."
            )
        compared = re.sub(r"^compared with\s+", "", compared, flags=re.IGNORECASE)
        if compared.lower() in NOTHING_COMPARED:
            compared = ""
        self.lengths(number, title, who, compared)
        number_of_source = int(mark.group(1)) if reference and mark else None
        may_be_chance = CHANCE.get(chance.lower(), False)
        return Study(title, count or 0, compared, number_of_source, may_be_chance, who=who or "people")

    def bar(self, number, line):
        parts = _parts(line)
        if len(parts) > 4:
            self.wrong(number, f"this line has {len(parts)} parts. A bar has at most four: {BAR_FORM}.")
        label, value, people, note = (parts + [""] * 4)[:4]
        if not label:
            self.wrong(number, "say first what the bar stands for, such as: Ketamine | 64.")
        value = re.sub(r"\s*(?:%|percent|in 100|out of 100)$", "", value, flags=re.IGNORECASE)
        amount = Decimal(value) if NUMBER.fullmatch(value) else None
        if amount is None or amount > 100:
            self.wrong(number, "write the value as a number from 0 to 100: how many in 100, such as 64 or 63.8.")
        count = _whole(people)
        if people and not count:
            self.wrong(number, "the third part is the number of people behind this bar, as a whole number, or empty.")
        self.lengths(number, label, note)
        return Bar(label, min(amount or Decimal(0), Decimal(100)), count, note)

    def lengths(self, number, *texts):
        if any(len(text) > LONGEST for text in texts):
            self.wrong(number, f"keep each part under {LONGEST} letters.")

    def close(self):
        """Judge the study that ends here."""
        if not self.studies:
            return
        study = self.studies[-1]
        labels = [bar.label.lower() for bar in study.bars]
        if not study.bars:
            self.wrong(self.place, f"this study has no bars. Below it write one line for each: {BAR_FORM}.")
        elif study.compared_with and len(study.bars) < 2:
            self.wrong(self.place, "this study compares two groups. Give the other group's bar a line of its own.")
        if len(study.bars) > MOST_BARS:
            self.wrong(self.place, f"a study has at most {MOST_BARS} bars. Split it in two.")
        if len(set(labels)) < len(labels):
            self.wrong(self.place, "two bars of this study have the same label.")

    def end(self):
        self.close()
        if not self.studies:
            self.problems.append(f"The chart has no rows yet. Start with a study: {STUDY_FORM}.")
        if len(self.studies) > MOST_STUDIES:
            self.problems.append(f"A chart has at most {MOST_STUDIES} studies. Make two charts of it.")


def _parts(line):
    return [" ".join(part.split()) for part in line.split("|")]


def _whole(text):
    """Return a whole number that a person typed, or None."""
    text = text.replace(",", "")
    return int(text) if re.fullmatch(r"\d{1,7}", text, re.ASCII) and int(text) > 0 else None


# --- Drawing


def draw(studies, write=escape, name="Chart"):
    """Return the studies as HTML twice: a list with bars, and the same numbers as a table to unfold.

    `write` turns text into HTML and [1] into a link to its source. `name` says what the table holds.
    """
    items = "".join(_study(study, write) for study in studies)
    return f'<ol class="chart" role="list">{items}</ol>', _table(studies, name)


def _study(study, write):
    meta = write(study.meta)
    if study.may_be_chance:
        meta += f". <strong>{MAY_BE_CHANCE}</strong>"
    if study.reference:
        meta += f" {write(f'[{study.reference}]')}"
    bars = "".join(_bar(bar, place == 0 or not study.compared_with, write) for place, bar in enumerate(study.bars))
    return f'<li><p class="title">{write(study.title)}</p><p class="small">{meta}</p><dl>{bars}</dl></li>'


def _bar(bar, first, write):
    note = f' <span class="small">{write(bar.note)}</span>' if bar.note else ""
    return (
        f"<div><dt>{write(bar.label)}{note}</dt><dd><strong>{bar.rounded}</strong> in 100"
        '<svg class="bar" width="100%" height="20" aria-hidden="true" focusable="false">'
        '<rect class="bar__track" width="100%" height="20" rx="3"/>'
        f'<rect class="bar__{"first" if first else "other"}" x="0.5" y="0.5" width="{bar.value.normalize():f}%" '
        'height="19" rx="2.5"/></svg></dd></div>'
    )


def _table(studies, name):
    with_people = any(bar.people for study in studies for bar in study.bars)
    rows = "".join(row for study in studies for row in _rows(study, with_people))
    people = '<th scope="col">People in this group</th>' if with_people else ""
    name = escape(name)
    return (
        "<details><summary>See the same numbers as a table</summary>"
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="Table: {name}">'
        f"<table><caption>{name}</caption>"
        f'<thead><tr><th scope="col">Study</th><th scope="col">Group</th><th scope="col">Share</th>{people}'
        '<th scope="col">Study size and comparison</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details>"
    )


def _rows(study, with_people):
    meta = study.meta + (f". {MAY_BE_CHANCE}" if study.may_be_chance else "")
    for bar in study.bars:
        people = f"<td>{f'{bar.people:,}' if bar.people else 'not given'}</td>" if with_people else ""
        yield (
            f'<tr><th scope="row">{escape(study.title)}</th><td>{escape(bar.label)}</td>'
            f"<td>{bar.value.normalize():f}%</td>{people}<td>{escape(meta)}</td></tr>"
        )
