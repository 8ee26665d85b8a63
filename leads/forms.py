"""What patients type: the request for a call, and another number on the receipt."""

import re
import unicodedata

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Hidden, Layout, LayoutObject, Submit
from crispy_forms.utils import render_field
from django import forms
from django.core.validators import MaxLengthValidator
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from . import crisis, intake, phones
from .models import Lead
from .receipts import by

LONGEST_PATH = 300
TYPED_TEXTS = ("name", "phone", "message", "leave_empty")


class Typed(forms.CharField):
    """Text as it was typed, but trimmed and without control characters.

    Trimmed means: white space at either end, as Unicode counts it. Taken out are the control characters of Unicode
    (category Cc), lone surrogates and the marks that turn the reading direction round (U+202A to U+202E, U+2066 to
    U+2069). Tabs and line breaks become one space, or stay line breaks in a text of several lines. Letters, accents,
    emoji, joiners and spaces between words stay exactly as they were typed: nothing is composed, folded or spelled
    anew. A limit counts code points, as Python and PostgreSQL do, so that what passes here fits the column.
    """

    INVISIBLE = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
    UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")

    def __init__(self, *, longest=None, too_long="", several_lines=False, **kwargs):
        super().__init__(**kwargs)
        self.several_lines = several_lines
        # Not max_length: the browser would cut off what is too long without a word.
        if longest:
            self.validators.append(MaxLengthValidator(longest, too_long))

    def to_python(self, value):
        text = super().to_python(self.UNWANTED.sub("", str(value or "").replace("\r\n", "\n").replace("\r", "\n")))
        if not self.several_lines:
            text = re.sub(r"[\t\n]+", " ", text)
        # Letters that Unicode took up after this Python was made count as letters: they have no category yet.
        visible = any(unicodedata.category(letter) not in self.INVISIBLE for letter in text)
        return text if visible else ""


class PhoneField(Typed):
    """A phone number as people type it, read into a phones.Number."""

    widget = forms.TelInput(attrs={"autocomplete": "tel"})

    def __init__(self, **kwargs):
        super().__init__(
            label="Your phone number",
            help_text="Choose a number where it is OK for us to reach you.",
            error_messages={"required": phones.Empty.message},
            **kwargs,
        )

    def clean(self, value):
        try:
            return phones.read(super().clean(value))
        except phones.PhoneError as error:
            raise forms.ValidationError(str(error)) from error


class Details(LayoutObject):
    """Fields folded away under a summary, open as soon as one of them holds a value or a mistake."""

    def __init__(self, summary, *fields):
        self.summary = summary
        self.fields = list(fields)

    def render(self, form, context, template_pack, **kwargs):
        is_open = any(form[name].errors or form[name].value() for name in self.fields)
        inside = "".join(render_field(name, form, context, template_pack=template_pack) for name in self.fields)
        return format_html(
            '<details{}><summary>{}</summary><div class="details__content form">{}</div></details>',
            mark_safe(" open" if is_open else ""),
            self.summary,
            mark_safe(inside),
        )


class CallbackForm(forms.Form):
    """A name and a number. It carries the signed stamp of what stood beside it when it was shown."""

    name = Typed(
        label="Your name",
        help_text="A first name is enough.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your name"},
        longest=100,
        too_long="Use 100 letters or fewer for your name",
    )
    phone = PhoneField()
    message = Typed(
        label="Your question (optional)",
        help_text="Non-medical questions only, please. Already our patient, or about a medicine? Call us.",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        several_lines=True,
        longest=300,
        too_long="Use 300 letters or fewer for your question. We will listen to the rest on the phone",
    )
    voicemail = forms.ChoiceField(
        label="May we leave a voicemail?",
        help_text="We leave none unless you say yes. We would say only a first name and our number.",
        choices=[(Lead.Voicemail.YES, "Yes"), (Lead.Voicemail.NO, "No")],
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": "Choose yes or no"},
    )
    best_time = forms.ChoiceField(
        label="Best time to reach you",
        choices=Lead.BestTime.choices,
        required=False,
        error_messages={"invalid_choice": "Choose one of these times"},
    )
    for_other = forms.BooleanField(
        label="I am asking for someone else",
        help_text="We will call you, not them. We speak only with the person who asks.",
        required=False,
    )
    # Bait: robots fill it in, people never see it and autofill does not know its name. Read by suspicion.py.
    leave_empty = Typed(
        label="Leave this empty",
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
        required=False,
    )
    stamp = Typed(widget=forms.HiddenInput, required=False)
    source = Typed(widget=forms.HiddenInput, required=False)
    # Lets one press pass whose headers do not say where it came from. Given and taken by the view.
    once = Typed(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, clinic, source="", with_message=False):
        self.given_stamp = self.given_pass = None
        if data is not None:
            data = data.copy()
            self.given_stamp = intake.Stamp.read(data.get("stamp", ""))
            self.given_pass = data.get("once", "")
        self.stamp = intake.stamp(clinic, self.given_stamp)
        if data is not None:
            # Shown again, the form carries what stands beside it now.
            data["stamp"] = self.stamp.signed()
            data["once"] = ""
        super().__init__(data, initial={"stamp": self.stamp.signed(), "source": source})
        if not with_message and not (data and "message" in data):
            del self.fields["message"]

    @property
    def names_crisis(self):
        """Tell whether anything that was typed speaks of suicide, of self-harm or of not wanting to live."""
        return self.is_bound and crisis.is_named(*(str(self.data.get(name, "")) for name in TYPED_TEXTS))

    def let_pass(self, value):
        """Carry a one-time value that lets the next press pass."""
        self.data["once"] = value

    def clean_source(self):
        """Return the path of the page it was asked from, "" if it is none of ours. A query is left out."""
        path = re.split("[?#]", self.cleaned_data["source"])[0]
        is_ours = re.fullmatch(r"/(?!/)[^\\\s]*", path) and len(path) <= LONGEST_PATH
        return path if is_ours else ""

    def clean(self):
        return {"message": "", **self.cleaned_data, "stamp": self.given_stamp}

    @property
    def helper(self):
        helper = FormHelper()
        helper.form_action = reverse("leads:callback")
        helper.attrs = {"novalidate": True, "data-send-once": True}
        helper.disable_csrf = True
        helper.layout = Layout(
            "name",
            "phone",
            *(["message"] if "message" in self.fields else []),
            Details("Add a detail (optional)", "voicemail", "best_time", "for_other"),
            Field("leave_empty", wrapper_class="visually-hidden"),
            "stamp",
            "source",
            "once",
        )
        helper.add_input(Submit("send", "Please call me"))
        return helper


def panel(clinic, form):
    """Return what stands round the form, wherever it stands. With no time to promise the phone takes its place."""
    shown, before = form.stamp.shown, form.given_stamp and form.given_stamp.shown
    return {
        "form": form,
        "promise_before": by(before, clinic) if before and shown and before != shown else "",
        "promise": by(shown, clinic) if shown else "",
        "promise_at": shown.astimezone(clinic.zone).isoformat() if shown else "",
        "closed_sentence": clinic.closed_sentence,
        "paused": clinic.paused or not shown,
        "pause_words": clinic.pause_words,
    }


class ChangeNumberForm(forms.Form):
    """Another number for the same request."""

    phone = PhoneField()

    @property
    def helper(self):
        helper = FormHelper()
        helper.attrs = {"novalidate": True, "data-send-once": True}
        helper.disable_csrf = True
        helper.layout = Layout("phone", Hidden("action", "change-number"))
        helper.add_input(Submit("change", "Use this number"))
        return helper
