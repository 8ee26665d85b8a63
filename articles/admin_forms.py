"""The forms an editor writes in. Whatever is refused is said in words, and what was typed stays typed."""

import hashlib
import re

from django import forms
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import AdminTextareaWidget, AdminURLFieldWidget
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from . import charts, differences, images, marks, markup, word
from .admin_steps import day_and_time
from .models import GLANCE, Article, Citation, Figure, Picture, Reference

# Short texts in which a mark such as [1] may stand.
LINES = {"rows": 4}


class ArticleForm(forms.ModelForm):
    """Keeps what two people wrote at once: the second to save sees both texts and decides."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Article
        fields = "__all__"
        widgets = {
            "summary": AdminTextareaWidget(attrs=LINES),
            "key_points": AdminTextareaWidget(attrs={"rows": 6}),
            "timeline": AdminTextareaWidget(attrs={"rows": 7}),
            **{name: AdminTextareaWidget(attrs={"rows": 2}) for _, name in GLANCE},
        }
        help_texts = {
            "body": "Write [1] for reference 1, and [figure 1] on a line of its own where figure 1 stands. A quote "
            "whose first line is bold becomes a box of its own, with that line as its heading: two in a page at most. "
            "On a line of their own, these stand for the clinic's own words: [crisis box], [statement off_label], "
            "[statement results_vary], [statement risk_line], [statement not_substitute], [price list], [fees notice], "
            "[clinic phone], [clinic address], [opening hours]. Statements a page must carry are added by themselves "
            "when they are left out.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.taken_out, self.theirs, self.changes = [], [], []
        self.initial["seen_version"] = self.instance.version
        if "author" in self.fields:
            self.fields["author"].empty_label = "Clinic editorial team"

    def clean_body(self):
        pasted = word.tidy(self.cleaned_data["body"])
        self.taken_out = pasted.taken_out + markup.removed(pasted.html)
        return markup.clean(pasted.html)

    def clean_timeline(self):
        """Return the timeline if every line that has parts has all three, with its minutes as a number."""
        problems = []
        for number, line in enumerate(self.cleaned_data["timeline"].splitlines(), start=1):
            parts = [part.strip() for part in line.split("|", 2)]
            if len(parts) == 2:
                problems.append(f"Line {number}: write three parts, such as: Before | 30 | We weigh you.")
            elif len(parts) == 3 and not re.fullmatch(r"(\d{1,4}(\s*(-|–|to)\s*\d{1,4})?)?", parts[1]):
                problems.append(f"Line {number}: write the minutes as a number, such as 30, or leave them empty.")
            elif len(parts) == 3 and not parts[2]:
                problems.append(f"Line {number}: say after the second | what happens.")
        if problems:
            raise ValidationError(problems)
        return self.cleaned_data["timeline"]

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            # Locked until this save ends, so that of two presses in one moment one is told of the other.
            stored = Article.objects.select_for_update().get(pk=self.instance.pk)
            if cleaned.get("seen_version") != stored.version:
                self.meet(stored)
        return cleaned

    def meet(self, stored):
        """Refuse this save once, show what the other person saved, and let the next save win."""
        opened = stored.revisions.filter(version=self.cleaned_data.get("seen_version")).first()
        self.changes = differences.compare(opened.content, stored.content()) if opened else []
        self.theirs = list(self.differences(stored, opened))
        self.data = self.data.copy()
        self.data[self.add_prefix("seen_version")] = stored.version
        self.add_error(
            None,
            f"{last_editor(stored)} saved this page at {day_and_time(stored.changed_at)}, while you were writing. "
            "Nothing is lost: your text is still in the fields below, and theirs is shown here. "
            "Copy over what you want to keep of theirs, then save again to keep yours. "
            "Theirs stays in the page's history either way.",
        )

    def differences(self, stored, opened=None):
        """Yield (label, their text as HTML) of every field in which the stored page differs from this form.

        What they left as it was when this form was `opened` is theirs as little as mine, and left out.
        """
        before = opened.content | opened.content["draft"] if opened else {}
        now = stored.content() | stored.draft_values()
        for name, field in self.fields.items():
            if name == "seen_version" or (name in before and before[name] == now.get(name)):
                continue
            # What was typed here may be wrong in itself: then theirs is shown all the same.
            mine, theirs = self.cleaned_data.get(name, self), getattr(stored, name)
            if name == "related":
                theirs, mine = list(theirs.all()), list(mine) if name in self.cleaned_data else mine
            if theirs == mine:
                continue
            if name == "body":
                shown = mark_safe(markup.clean(theirs))
            elif name == "related":
                shown = ", ".join(map(str, theirs)) or "none"
            elif isinstance(theirs, bool):
                shown = "yes" if theirs else "no"
            elif isinstance(theirs, str) and theirs:
                shown = in_lines(theirs)
            else:
                shown = "empty" if theirs in ("", None) else theirs
            yield field.label, shown
        if before.get("references") != now["references"]:
            rows = ((row.number, row.reference) for row in stored.citations_in_order())
            yield "References", format_html_join("", "[{}] {}<br>", rows) or "none"
        if before.get("figures") != now["figures"]:
            rows = ((in_lines(differences.figure_text(figure)),) for figure in now["figures"])
            yield "Figures", format_html_join("", "<p>{}</p>", rows) or "none"


def in_lines(text):
    """Return plain text as HTML that keeps its line breaks."""
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.splitlines()))


def last_editor(row):
    """Return the name of who saved `row` last."""
    content_type = ContentType.objects.get_for_model(row)
    entry = LogEntry.objects.filter(content_type=content_type, object_id=str(row.pk)).select_related("user").first()
    return entry.user.get_full_name() or entry.user.get_username() if entry else "Somebody else"


# --- Numbered rows: references and figures ---


class RowForm(forms.ModelForm):
    # The number the row had in the text that is sent with it.
    was = forms.IntegerField(
        widget=forms.HiddenInput(attrs={"data-was": ""}), required=False, min_value=1, max_value=999
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["was"] = self.instance.number

    # The form set as a whole decides what is double: two rows may change places in one save.
    def validate_unique(self):
        pass

    def validate_constraints(self):
        pass


class NumberedFormSet(forms.BaseInlineFormSet):
    """Numbered rows of a page, stored as one list: what is sent replaces what was there.

    Where a row's number is not the one it had in the text that is sent with it, the marks follow (see `moves`).
    """

    new_objects = changed_objects = deleted_objects = ()
    mark = "[{}]"

    def initial_form_count(self):
        # A row of this list may have been replaced by a colleague's save since the page was opened.
        return 0 if self.is_bound else super().initial_form_count()

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields[self.model._meta.pk.name] = forms.CharField(widget=forms.HiddenInput, required=False)
        # The admin's table heads its columns, but names no field for people who cannot see it.
        form.fields["number"].widget.attrs |= {"aria-label": "Number", "data-number": ""}
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = "Delete"

    def kept(self):
        """Return the forms of every row that stays, in order."""
        forms_kept = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data]
        return sorted(forms_kept, key=lambda form: form.cleaned_data["number"])

    def numbers(self):
        """Return (old number or None, new number) of every row that stays."""
        stored = self.stored_numbers()
        return [
            (form.cleaned_data.get("was") or stored.get(self.identity(form)), form.cleaned_data["number"])
            for form in self.kept()
        ]

    def stored_numbers(self):
        return {}

    def identity(self, form):
        return None

    def moves(self):
        """Return {old number: new number} for the marks in the text."""
        return marks.moved(self.numbers())

    def clean(self):
        if any(self.errors):
            return
        numbers = [form.cleaned_data["number"] for form in self.kept()]
        for number in sorted({number for number in numbers if numbers.count(number) > 1}):
            raise ValidationError(f"Number {number} is given to more than one {self.noun}. Give each its own number.")
        taken = marks.taken_over(self.numbers(), self.used_in(self.instance.body))
        if taken:
            mark = ", ".join(self.mark.format(number) for number in taken)
            raise ValidationError(
                f"{mark} in the text belongs to a {self.noun} that is not in the list any more, and another one would "
                f"get its number. Take {mark} out of the text first, or give that {self.noun} another number."
            )

    def save(self, commit=True):
        stored = list(self.model.objects.filter(article=self.instance))
        rows = [self.row(form) for form in self.kept()]
        if [self.values(row) for row in rows] != [self.values(row) for row in stored]:
            self.model.objects.filter(article=self.instance).delete()
            self.new_objects = self.model.objects.bulk_create(rows)
        return list(self.new_objects)

    def row(self, form):
        row = form.save(commit=False)
        row.pk, row.article = None, self.instance
        row._state.adding = True
        return row

    def values(self, row):
        return [getattr(row, field.attname) for field in self.model._meta.fields if field.name != "id"]


class CitationFormSet(NumberedFormSet):
    noun = "reference"

    def stored_numbers(self):
        return dict(Citation.objects.filter(article_id=self.instance.pk).values_list("reference_id", "number"))

    def identity(self, form):
        return form.cleaned_data["reference"].pk

    def used_in(self, text):
        return marks.cited(text)

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        references = [form.cleaned_data["reference"] for form in self.kept()]
        for reference in references:
            if references.count(reference) > 1:
                raise ValidationError(f"“{reference.key}” stands in the list twice. Keep one row and cite it again.")


class CitationForm(RowForm):
    pass


def drawings():
    """Return (name, words) of every drawing of our own that a page may show."""
    names = sorted(path.stem for path in (settings.BASE_DIR / "templates/articles/drawings").glob("*.html"))
    return [
        ("visit-timeline", "The visit timeline of this page"),
        *((name, name.replace("-", " ").capitalize()) for name in names if name != "visit-timeline"),
    ]


class FigureForm(RowForm):
    """A figure of one kind, with everything this kind needs and a word about what is missing."""

    # No choice is made for the editor: somebody who cannot see depends on it.
    alt_choice = forms.ChoiceField(
        label="For people who cannot see it",
        choices=Figure.Alt.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text="A picture needs one of the two.",
    )

    class Meta:
        model = Figure
        fields = "__all__"
        widgets = {
            "alt": AdminTextareaWidget(attrs={"rows": 2}),
            "rows": AdminTextareaWidget(attrs={"rows": 6}),
            "caption": AdminTextareaWidget(attrs={"rows": 2}),
            "note": AdminTextareaWidget(attrs={"rows": 2}),
        }
        help_texts = {
            "number": "Write [figure 1] on a line of its own where figure 1 stands in the text.",
            "alt": "What a picture shows, for people who cannot see it. For a drawing too.",
            "note": "Small print under the figure.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = drawings()
        now = self.instance.drawing
        if now and now not in dict(known):
            known.append((now, f"{now} (no longer there)"))
        self.fields["drawing"] = forms.ChoiceField(label="Drawing", required=False, choices=[("", "None"), *known])

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind == Figure.Kind.PICTURE:
            self._judge_picture(cleaned)
        elif kind == Figure.Kind.CHART and "rows" in cleaned:
            if problems := chart_problems(cleaned["rows"]):
                self.add_error("rows", problems)
        elif kind == Figure.Kind.DRAWING and not cleaned.get("drawing"):
            self.add_error("drawing", "Choose the drawing, or make this figure a picture or a chart.")
        return cleaned

    def _judge_picture(self, cleaned):
        if "picture" in cleaned and not cleaned["picture"]:
            self.add_error("picture", "Choose the picture, or upload it with the plus sign first.")
        if "alt_choice" not in cleaned:
            return
        choice, words = cleaned["alt_choice"], cleaned.get("alt", "").strip()
        if not choice:
            self.add_error("alt_choice", "Choose one: describe it in words, or say that it is only decoration.")
        elif choice == Figure.Alt.DESCRIBE and not words:
            self.add_error("alt", "Say in a sentence what the picture shows.")
        elif choice == Figure.Alt.DECORATIVE and words:
            self.add_error("alt_choice", "It is described. Choose “Describe it in words”, or empty the words.")


def chart_problems(rows):
    """Return in words, line by line, what keeps the rows of a chart from being drawn."""
    try:
        charts.read(rows)
    except charts.ChartError as error:
        return error.problems
    return []


class FigureFormSet(NumberedFormSet):
    noun = "figure"
    mark = "[figure {}]"
    sources = None  # {old number: new number} of the references that moved in the same save
    moved = None  # the same for figures

    def used_in(self, text):
        return marks.placed(text)

    def row(self, form):
        row = super().row(form)
        for name in ("alt", "rows", "caption", "note"):
            setattr(row, name, marks.renumber(getattr(row, name), self.sources, self.moved))
        return row


# --- Rows on their own: two people may write at once here too ---


class KeepBothForm(forms.ModelForm):
    """Refuses a save once when somebody else has saved the row since it was opened, and shows their text."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.theirs = []
        if self.instance.pk:
            self.initial["seen"] = self.fingerprint(self.instance)
        else:
            del self.fields["seen"]

    def fingerprint(self, row):
        values = [str(field.value_from_object(row)) for field in row._meta.concrete_fields]
        return hashlib.sha256("\n".join(values).encode()).hexdigest()

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and "seen" in self.fields:
            stored = type(self.instance)._default_manager.select_for_update().get(pk=self.instance.pk)
            if cleaned.get("seen") != self.fingerprint(stored):
                self.meet(stored)
        return cleaned

    def meet(self, stored):
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = self.fingerprint(stored)
        theirs = [
            format_html("{}: {}", self.fields[name].label, getattr(stored, name) or "empty")
            for name in self.fields
            if name != "seen" and hasattr(stored, name) and getattr(stored, name) != self.cleaned_data.get(name, self)
        ]
        self.add_error(
            None,
            [
                f"{last_editor(stored)} saved this while you were writing. Your text is still in the fields below. "
                "Copy over what you want to keep of theirs, then save again to keep yours. Theirs:",
                *theirs,
            ],
        )


class ReferenceForm(KeepBothForm):
    # Longer than what is stored: people paste them with an address or a word before.
    doi = forms.CharField(
        label="DOI",
        max_length=300,
        required=False,
        help_text="Such as 10.1001/jama.2020.1. The whole address of doi.org may be pasted.",
    )
    pmid = forms.CharField(
        label="PubMed number", max_length=60, required=False, help_text="The digits of the source’s PubMed number."
    )
    url = forms.URLField(
        label="Address",
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=AdminURLFieldWidget,
        help_text="Where readers find it. Left empty, it is made of the DOI or the PubMed number.",
    )

    class Meta:
        model = Reference
        fields = "__all__"
        widgets = {
            "authors": AdminTextareaWidget(attrs={"rows": 2}),
            "title": AdminTextareaWidget(attrs={"rows": 2}),
            "checked": AdminTextareaWidget(attrs={"rows": 3}),
        }
        help_texts = {
            "key": "A short name for staff, such as smith2020.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:
            now = self.instance.kind
            self.fields["kind"] = forms.ChoiceField(
                label="Kind", required=True, choices=[("", "Choose one"), *Reference.kind_choices(now)]
            )

    def clean_doi(self):
        doi = self.cleaned_data["doi"].strip()
        doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", doi, flags=re.IGNORECASE)
        if doi and not re.fullmatch(r"10\.\d{4,9}/[^\s<>\"]+", doi):
            raise ValidationError("A DOI begins with 10., a number and a slash, such as 10.1001/jama.2020.1.")
        return self._once("doi", doi)

    def clean_pmid(self):
        pmid = re.sub(r"^PMID:?\s*", "", self.cleaned_data["pmid"].strip(), flags=re.IGNORECASE)
        if pmid and not re.fullmatch(r"[1-9]\d{0,8}", pmid):
            raise ValidationError("A PubMed number is digits alone, such as 23982301.")
        return self._once("pmid", pmid)

    def _once(self, name, value):
        double = value and Reference.objects.filter(**{f"{name}__iexact": value}).exclude(pk=self.instance.pk).first()
        if double:
            raise ValidationError(f"The library has this source already, as “{double.key}”. Use that one.")
        return value

    def clean(self):
        cleaned = super().clean()
        doi, pmid = cleaned.get("doi"), cleaned.get("pmid")
        if "url" in cleaned and not cleaned["url"]:
            if not doi and not pmid:
                self.add_error("url", "Give an address, a DOI or a PubMed number, so that readers can find the source.")
            else:
                cleaned["url"] = f"https://doi.org/{doi}" if doi else f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
        if cleaned.get("url") and not cleaned["url"].startswith(("https://", "http://")):
            self.add_error("url", "Give an address that begins with https://.")
        return cleaned


class GlossaryTermForm(KeepBothForm):
    def clean_term(self):
        term = " ".join(self.cleaned_data["term"].split())
        self._refuse_known([term], "term")
        return term

    def clean_forms(self):
        lines = [" ".join(line.split()) for line in self.cleaned_data["forms"].splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        self._refuse_known(lines, "forms")
        return "\n".join(lines)

    def _refuse_known(self, words, name):
        """Raise ValidationError if another term explains one of these words: a reader would get one at random."""
        mine = {word.lower() for word in words}
        for other in type(self.instance).objects.exclude(pk=self.instance.pk):
            theirs = {other.term.lower(), *(line.strip().lower() for line in other.forms.splitlines())}
            if both := sorted(mine & theirs):
                raise ValidationError(f"“{both[0]}” is explained already, under “{other.term}”. Change that one.")


class PictureForm(KeepBothForm):
    """Takes a picture in once. Its pixels never change afterwards: another picture is another row."""

    upload = forms.FileField(
        label="Picture",
        help_text="JPEG, PNG, WebP or AVIF, 10 MB and 25 million pixels at most. It is encoded anew; place and camera "
        "data are left out. No patients and no faces without their written agreement.",
        widget=forms.ClearableFileInput(attrs={"accept": images.ACCEPT}),
    )

    class Meta:
        model = Picture
        fields = ["title", "credit"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("upload", None)

    def clean_upload(self):
        return images.read(self.cleaned_data["upload"])
