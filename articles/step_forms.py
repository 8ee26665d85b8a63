"""What a person adds to a step: a note, a moment, a reason. Each says what is missing and keeps what was typed."""

from django import forms
from django.utils import timezone

from .models import SHORTEST_REASON


def _text(label, help_text="", *, needed="", **kwargs):
    errors = {"required": needed} if needed else {}
    return forms.CharField(
        label=label, help_text=help_text, required=bool(needed), max_length=300, error_messages=errors, **kwargs
    )


CHANGE_NOTE = (
    "What changed, for readers",
    "One sentence for “What changed” on the page. Leave it empty for a slip of the pen.",
)


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


class ReviewForm(forms.Form):
    note = _text("A word to the clinician", "What you changed, or what you are not sure of.")


class PublishForm(forms.Form):
    change_note = _text(*CHANGE_NOTE)
    public_from = forms.DateTimeField(
        label="Public from",
        required=False,
        widget=MomentInput(),
        help_text="On the clinic's clock. Empty: now.",
        error_messages={"invalid": "Write day and time like 2026-11-25 09:00, or leave it empty to publish now."},
    )

    def clean_public_from(self):
        moment = self.cleaned_data["public_from"]
        if moment and moment <= timezone.now():
            raise forms.ValidationError("That moment has passed. Choose a later one, or leave it empty to publish now.")
        return moment


class UnpublishForm(forms.Form):
    reason = _text(
        "Why", "Kept with the page. Readers are only told that it was taken down.", needed="Say why the page goes."
    )


class CorrectForm(forms.Form):
    reason = _text(
        "Why this cannot wait for a signature",
        "Such as: a wrong number. Kept with the page.",
        needed="Say why this cannot wait for a signature.",
    )
    change_note = _text(*CHANGE_NOTE)


class NoForm(forms.Form):
    """A step that needs no words."""


class OverrideForm(forms.Form):
    finding = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label="Why it may stand",
        min_length=SHORTEST_REASON,
        max_length=300,
        error_messages={
            "required": "Give the reason: it is kept with the page.",
            "min_length": "Give the reason in a few more words: it is kept with the page.",
        },
    )
