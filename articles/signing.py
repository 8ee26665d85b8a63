"""What a clinician needs to sign one text: its numbers with their sources, what only a person can judge, the dates."""

import datetime
import re

from django import forms

from . import checks, editorial
from .editorial import CITATION

WORDS_A_MINUTE = 200
# How old a look at the FDA's website may be (SAFETY B2), and one at the help lines (SAFETY D6).
FDA_CHECK_DAYS, HELP_CHECK_DAYS = 30, 183
ALWAYS = re.compile("")
SUICIDE = editorial.ABOUT_SUICIDE

# The rules only a person can judge: (name, what is true of the page, only of pages about treatment, what it concerns).
READ_RULES = (
    ("A2", "Nothing promises a cure, a certain or a lasting benefit, or calls us the best.", False, ALWAYS),
    ("A3", "Each benefit stands with its comparison group, number of people, time point and a caveat.", True, ALWAYS),
    ("A4", "Where benefit is named, a trial that found no clear benefit is named too.", True, checks.BENEFIT),
    ("A5", "It says “may”, “for some people”, “in studies”; not “will”, “does”, “works”.", True, ALWAYS),
    ("A6", "What was found in animals is called that.", True, re.compile(r"\b(?:rats?|mice|animals?|brain)\b", re.I)),
    ("A7", "Nowhere is ketamine just “safe”: what lowers the risk and what the risks are is said.", True, ALWAYS),
    ("A8", "Nothing says it is safer, gentler or has fewer side effects than other treatments.", True, ALWAYS),
    ("A9", "Response and remission are explained.", True, re.compile(r"\bresponse|responded|remission\b", re.I)),
    ("A11", "No number stands here whose source could not be found.", True, re.compile(r"\d")),
    ("A12", "Results of clinics without a comparison group say so.", True, re.compile(r"\bclinics?\b", re.I)),
    ("A14", "The approval of Spravato is not used for IV ketamine.", True, re.compile(r"spravato|esketamine", re.I)),
    ("B9", "Someone takes the person home, and no driving for 24 hours.", True, checks.VISIT),
    ("B10", "Pregnancy, under 18, and not stopping benzodiazepines are named.", True, re.compile(r"who should", re.I)),
    ("B11", "The FDA's alert on compounded ketamine stands here.", True, re.compile(r"\bat home\b|compounded", re.I)),
    ("C2", "No method, place or note, and no details of a death.", False, SUICIDE),
    ("C3", "Suicide has no single cause here, and is no way out.", False, SUICIDE),
    ("C6", "It says that thoughts of suicide can pass and what to do now.", False, SUICIDE),
    ("C7", "Ketamine and this clinic are not the answer to a crisis.", False, SUICIDE),
    ("C8", "It says that ketamine has not been shown to prevent suicide.", True, SUICIDE),
    ("F2", "The whole impression is fair: title, headings, order and pictures too.", False, ALWAYS),
    ("F5", "No list of conditions reads like an offer.", True, re.compile(r"\b(?:ptsd|anxiety|ocd|pain)\b", re.I)),
    ("F6", "Risks have the same care and room as benefits.", True, ALWAYS),
    ("F8", "Prices are ours and dated, or a range with its source.", False, re.compile(r"\$|\bprices?\b", re.I)),
    ("F10", "Doses stand only as what studies used.", True, re.compile(r"\bmg\b|\bmilligram|\bdoses?\b", re.I)),
    ("G7", "The words are our own; no sentence is copied.", False, ALWAYS),
    ("I3", "Each fact was verified, or I have checked it against its source.", True, ALWAYS),
)  # fmt: skip


def rules_to_judge(content):
    """Return [(name, words)] of the rules a person has to tick for this page."""
    text = " ".join(words for _, words in checks.places(content))
    return [
        (name, words)
        for name, words, treatment_only, concerns in READ_RULES
        if (content["treatment"] or not treatment_only) and concerns.search(text)
    ]


def minutes_to_read(content):
    """Return how many minutes a careful reading takes."""
    words = sum(len(text.split()) for _, text in checks.places(content))
    return max(1, -(-words // WORDS_A_MINUTE))


def numbers_of(content, facts=()):
    """Return each sentence of a page with a number: its numbers, sources and the mark on record.

    `facts` are the rows of Article.facts: {sentence, key or keys, mark}. A mark is V (read in its source), P (seen in
    part), or "" where none is on record.
    """
    rows = {row["number"]: row for row in content["references"]}
    by_key = {row["key"]: row for row in content["references"]}
    recorded = {_bare(fact.get("sentence", "")): fact for fact in facts}
    found = []
    for text, marks in [*_outside_the_body(content), *editorial.units(content["body"])]:
        fact = recorded.get(_bare(text), {})
        numbers = editorial.evidence_numbers(text)
        if not numbers and not fact and not (marks and checks.BENEFIT.search(text)):
            continue
        keys = fact.get("keys") or [fact.get("key")]
        sources = [rows[number] for number in sorted(marks) if number in rows]
        sources += [by_key[key] for key in keys if key in by_key and by_key[key] not in sources]
        found.append(
            {
                "sentence": re.sub(r"\s*\[\d{1,3}\]", "", text).strip(),
                "numbers": numbers,
                "sources": sources,
                "mark": fact.get("mark", ""),
            }
        )
    return found


def _outside_the_body(content):
    heads = [content["summary"], content.get("description", ""), *content["key_points"]]
    heads += [row["text"] for row in content.get("glance", ())]
    return [(sentence, set()) for text in heads for sentence in editorial.sentences(text)]


def _bare(text):
    return re.sub(r"\W+", " ", CITATION.sub(" ", text)).strip().lower()


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


def _date(label, words):
    return forms.DateField(
        label=label,
        required=False,
        widget=DateInput(),
        help_text=words,
        error_messages={"invalid": "Write the day like 2026-11-25."},
    )


class SignForm(forms.Form):
    """A clinician's answer to one text: everything ticked and dated to sign it, a comment to send it back."""

    judged = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    fda_checked_on = _date(
        "FDA status looked up on",
        "The day you last saw on the FDA's website that IV ketamine is not approved for depression.",
    )
    help_checked_on = _date("Help lines tried on", "The day the numbers and links of the crisis box were last checked.")
    publish = forms.BooleanField(label="Make it public at once", required=False)
    comment = forms.CharField(
        label="What has to change",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only to send it back. The writer reads it on the page.",
    )

    def __init__(self, *args, content, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.content, self.today = content, today
        self.fields["judged"].choices = rules_to_judge(content)
        self.needs_dates = content["treatment"] or content["about_suicide"]
        if not self.needs_dates:
            del self.fields["fda_checked_on"], self.fields["help_checked_on"]

    def answer(self):
        """Return what was pressed: sign, next or back."""
        return self.data.get("answer", "sign")

    def clean(self):
        cleaned = super().clean()
        if self.answer() == "back":
            if not cleaned.get("comment", "").strip():
                self.add_error("comment", "Say what has to change before you send it back.")
            return cleaned
        left = [words for name, words in self.fields["judged"].choices if name not in cleaned.get("judged", ())]
        if left:
            count = f"{len(left)} of these rules" if len(left) > 1 else "One of these rules"
            self.add_error("judged", f"{count} not ticked yet. Tick each one you found true, or send the page back.")
        if self.needs_dates:
            self._clean_date("fda_checked_on", FDA_CHECK_DAYS, "Look the FDA status up")
            self._clean_date("help_checked_on", HELP_CHECK_DAYS, "Try the help lines")
        return cleaned

    def _clean_date(self, name, days, what):
        day = self.cleaned_data.get(name)
        if name in self.errors:
            return
        if day is None:
            self.add_error(name, f"{what} and write the day here.")
        elif day > self.today:
            self.add_error(name, "This day is still to come. Write the day it was done.")
        elif day < self.today - datetime.timedelta(days=days):
            self.add_error(name, f"That was over {days} days ago. {what} again and write the new day.")
