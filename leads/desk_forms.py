"""What staff say at the desk: how a call went, when to try again, how a request ends."""

from datetime import UTC, datetime, timedelta

from django import forms
from django.forms.utils import ErrorDict

from clinic_site import hours

from . import queue
from .forms import Typed
from .models import Attempt, Lead

NOTE_LENGTH = 200
NOTE_TOO_LONG = f"Keep the note under {NOTE_LENGTH} letters"
FARTHEST = timedelta(days=90)

# The tiles in the order they are offered, each with what follows from it.
TILES = [
    (Attempt.Outcome.BOOKED, "Closes this request"),
    (Attempt.Outcome.THINKING, "We call again"),
    (Attempt.Outcome.NO_VISIT, "Closes this request"),
    (Attempt.Outcome.NO_ANSWER, "We try again"),
    (Attempt.Outcome.VOICEMAIL, "We try again"),
    (Attempt.Outcome.SOMEONE_ELSE, "We try again"),
    (Attempt.Outcome.WRONG_NUMBER, "The receipt asks for another"),
    (Attempt.Outcome.DO_NOT_CALL, "Closes, never call again"),
    (Attempt.Outcome.IN_CRISIS, "Follow the crisis steps"),
]
TRY_AGAIN = {
    Attempt.Outcome.THINKING,
    Attempt.Outcome.NO_ANSWER,
    Attempt.Outcome.VOICEMAIL,
    Attempt.Outcome.SOMEONE_ELSE,
}
# How a person at the desk may end a request without a call of their own.
CLOSING = [
    Lead.Outcome.COULD_NOT_REACH,
    Lead.Outcome.BOOKED,
    Lead.Outcome.NO_VISIT,
    Lead.Outcome.WRONG_NUMBER,
    Lead.Outcome.DO_NOT_CALL,
    Lead.Outcome.ROBOT,
    Lead.Outcome.OTHER,
]


class NoteField(Typed):
    """One line of at most 200 letters. The page does not cut what is typed: a mistake is told, never swallowed."""

    def __init__(self, **kwargs):
        super().__init__(
            longest=NOTE_LENGTH, too_long=NOTE_TOO_LONG, error_messages={"required": "Write the note first"}, **kwargs
        )


class DeskForm(forms.Form):
    """A form about one request at one moment. Its ids carry the request's number: several may stand on one page."""

    def __init__(self, data=None, *, lead, at, calendar, others=()):
        self.id_prefix = f"q{lead.pk}-{self.kind}-"
        self.lead, self.at, self.calendar = lead, at, calendar
        self.others = others  # open requests from the same number
        super().__init__(data, auto_id=f"{self.id_prefix}%s")

    @classmethod
    def kept(cls, data, **about):
        """Return the form as somebody is filling it in: what was typed, not yet judged."""
        form = cls(data, **about)
        form._errors, form.cleaned_data = ErrorDict(), {}
        return form

    @property
    def seen(self):
        """Return the moment at which this form was shown: what colleagues did since is news to its user."""
        return self.data.get("seen", "") if self.is_bound else self.at.isoformat()

    @property
    def dialed(self):
        """Return the number this form was shown with, in E.164; the person may have given another one since."""
        return self.data.get("dialed", "") if self.is_bound else self.lead.phone_e164

    def number_has_changed(self):
        return self.dialed not in ("", self.lead.phone_e164)


class TryAgainForm(DeskForm):
    """Chooses a moment: one of a short list in open hours, or an exact one, which wins."""

    try_at = forms.CharField(required=False)
    exact = forms.CharField(required=False)

    def times(self):
        """Return the list as (value, words, chosen), the suggested time first and chosen."""
        tried = [attempt.at for attempt in self.lead.attempts.all()]
        found = queue.call_back_times(self.at, self.calendar, tried, self.lead.best_time)
        times = [(moment.isoformat(), words) for moment, words in found]
        chosen = self.data.get("try_at") if self.is_bound else next((value for value, _ in times), "")
        if self.is_bound and chosen and chosen not in dict(times):
            moment = self.listed(chosen)
            times += [(chosen, queue.say_short(moment, self.at, self.calendar.zone).capitalize())] if moment else []
        return [(value, words, value == chosen) for value, words in times]

    def listed(self, typed):
        """Return the moment that a choice of the list stands for, None for what no list of ours has held."""
        moment = read_moment(typed)
        if moment and abs(moment - self.at) <= FARTHEST:
            return moment
        return moment if moment in dict(queue.call_back_times(self.at, self.calendar)) else None

    def clean_try_at(self):
        return self.listed(self.cleaned_data["try_at"])

    def clean_exact(self):
        typed = self.cleaned_data["exact"]
        if not typed:
            return None
        moment = read_moment(typed, self.calendar.zone)
        if moment is None:
            raise forms.ValidationError("Enter a date and a time, such as 11/24/2026 2:30 pm")
        if moment <= self.at:
            raise forms.ValidationError("Choose a time that is still to come")
        if moment > self.at + FARTHEST:
            raise forms.ValidationError("Choose a time within 90 days")
        if self.calendar.windows and not hours.is_open(moment, self.calendar):
            raise forms.ValidationError(f"We are closed then. {self.opening_after(moment)}")
        return moment

    def opening_after(self, moment):
        try:
            opening = hours.next_opening(moment, self.calendar)
        except hours.NoOpeningHours:
            return "We do not open again: check the opening hours and closures"
        return f"We open {hours.say_moment(opening, self.at, self.calendar.zone)}"

    def moment(self):
        return self.cleaned_data.get("exact") or self.cleaned_data.get("try_at")

    def ask_for_a_time(self):
        if not self.moment() and "exact" not in self.errors:
            self.add_error("try_at", "Choose when to try again")


class CallForm(TryAgainForm):
    kind = "call"
    outcome = forms.ChoiceField(choices=Attempt.Outcome, error_messages={"required": "Choose how the call went"})
    note = NoteField(required=False)
    covers = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "Choose again whom it covers: the list has changed"}
    )
    NOBODY_ELSE = "0"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["covers"].choices = [(self.NOBODY_ELSE, ""), *((str(other.pk), "") for other in self.others)]

    def tiles(self):
        """Return the outcomes as (key, value, words, what follows, chosen)."""
        chosen = self.data.get("outcome") if self.is_bound else ""
        return [
            (key, outcome.value, outcome.label, line, outcome == chosen)
            for key, (outcome, line) in enumerate(TILES, start=1)
        ]

    def people(self):
        """Return the other people who wait at this number as (value, request, chosen)."""
        chosen = self.data.getlist("covers") if self.is_bound else []
        return [(str(other.pk), other, str(other.pk) in chosen) for other in self.others]

    def nobody_else_chosen(self):
        return self.is_bound and self.NOBODY_ELSE in self.data.getlist("covers")

    def covered(self):
        """Return the other requests that a wish not to be called ends too."""
        return [other for other in self.others if str(other.pk) in self.cleaned_data.get("covers", [])]

    def ask_whom_it_covers(self):
        chosen = self.cleaned_data.get("covers", [])
        if self.others and "covers" not in self.errors:
            if not chosen:
                self.add_error("covers", "Several people wait at this number. Choose whom this covers")
            elif self.NOBODY_ELSE in chosen and len(chosen) > 1:
                self.add_error("covers", "Choose the other people, or nobody else, not both")

    def clean(self):
        outcome = self.cleaned_data.get("outcome")
        if outcome == Attempt.Outcome.DO_NOT_CALL:
            self.ask_whom_it_covers()
        else:
            self.errors.pop("covers", None)
        if outcome in {choice.value for choice in TRY_AGAIN}:
            self.ask_for_a_time()
        elif outcome and "exact" in self.errors and outcome != Attempt.Outcome.WRONG_NUMBER:
            del self.errors["exact"]  # a time that is not used is no reason to refuse the call
        if self.lead.safety_at and outcome in Attempt.CLOSING and not self.cleaned_data.get("note"):
            if "note" not in self.errors:
                self.add_error("note", "This request has the safety flag. Say in the note what was done")

    def call_at(self):
        """Return when the request comes back, or None when that follows from the outcome."""
        outcome = self.cleaned_data["outcome"]
        if outcome in {choice.value for choice in TRY_AGAIN}:
            return self.moment()
        if outcome == Attempt.Outcome.WRONG_NUMBER:
            # It rests until the promise, so that the person may give another number; past that, until the next morning.
            rest = None if self.lead.due > self.at else queue.next_morning(self.at, self.calendar)
            return self.cleaned_data["exact"] or rest
        return None


class LaterForm(TryAgainForm):
    kind = "later"

    def clean(self):
        self.ask_for_a_time()


class NoteForm(DeskForm):
    kind = "note"
    text = NoteField()


class CrisisForm(DeskForm):
    kind = "crisis"
    what = Typed(
        longest=300,
        too_long="Keep what was done under 300 letters",
        error_messages={"required": "Say what was done, and who has them now"},
    )


class CloseForm(DeskForm):
    kind = "close"
    outcome = forms.ChoiceField(
        choices=[(outcome.value, outcome.label) for outcome in CLOSING],
        error_messages={"required": "Choose how it ended"},
    )
    note = NoteField(required=False)

    def choices(self):
        chosen = self.data.get("outcome") if self.is_bound else ""
        return [(value, label, value == chosen) for value, label in self.fields["outcome"].choices]

    def clean(self):
        if self.lead.safety_at and not self.cleaned_data.get("note") and "note" not in self.errors:
            self.add_error("note", "This request has the safety flag. Say in the note what was done")


def read_moment(typed, zone=UTC):
    """Return a moment from its ISO form or as people write it, in `zone` when it names none; None when it is none."""
    try:
        try:
            moment = datetime.fromisoformat(typed)
        except ValueError:
            # What is typed where the browser has no picker of its own.
            moment = datetime.strptime(" ".join(typed.split()), "%m/%d/%Y %I:%M %p")  # noqa: DTZ007  zoned below
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
