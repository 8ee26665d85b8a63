"""What the private page after sending may say: never a name, of the number only its area code and last digits."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import Error as DatabaseProblem

from clinic_site import hours

from . import intake, phones
from .models import Attempt, Event, Lead

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")

CLOSED = {
    Lead.Outcome.BOOKED: "We have talked, and your visit is booked.",
    Lead.Outcome.NO_VISIT: "We have talked. You can ask for another call at any time.",
    Lead.Outcome.COULD_NOT_REACH: "We tried, and could not reach you. You can ask for another call at any time.",
    Lead.Outcome.WRONG_NUMBER: "We tried, and that number did not reach you.",
    Lead.Outcome.DO_NOT_CALL: "You asked us not to call. We will not call you.",
    Lead.Outcome.CANCELLED: "You cancelled this call. We will not call you.",
}
ATTEMPTED = {
    Attempt.Outcome.VOICEMAIL: "We called you {when} and left a message.",
    Attempt.Outcome.NO_ANSWER: "We tried to call you {when}. We left no message.",
    Attempt.Outcome.SOMEONE_ELSE: "We tried to call you {when} and did not reach you. We left no message.",
    Attempt.Outcome.WRONG_NUMBER: "We tried to call you {when}. That number did not reach you. Please change it here.",
}


NEW_NUMBER = "We tried to call you {when}. That number did not reach you. Now we will call the one you gave us since."
PROMISE = "We will call you by "


@dataclass(frozen=True)
class Receipt:
    """One request as its sender sees it."""

    heading: str
    zone_words: str
    promise_at: str = ""
    safety: bool = False
    revised: bool = False
    promise_changed_sentence: str = ""
    reference: str = ""
    masked_phone: str = ""
    status_sentence: str = ""
    number_failed: bool = False
    is_late: bool = False
    voicemail: str = ""
    best_time: str = ""
    for_other: bool = False
    keep_days: int = 0
    is_closed: bool = False
    can_change: bool = False
    can_change_number: bool = False

    @property
    def best_times(self):
        """Return (value, words, whether it was chosen) of every time a person may choose."""
        return [(value, label, value == self.best_time) for value, label in Lead.BestTime.choices]

    @property
    def is_troubled(self):
        """Tell whether the page has to say sorry or ask for something, rather than that all is well."""
        return self.is_late or self.number_failed

    @property
    def promise_changed(self):
        return bool(self.promise_changed_sentence)


def find(address):
    """Return the request whose receipt this is the address of; raises Lead.DoesNotExist.

    One that waits in the spool is found there, also while the database does not answer. One that was merged is told as
    the request it became part of.
    """
    # Some of what a browser may send is not even text to a database.
    if not TOKEN.fullmatch(address):
        raise Lead.DoesNotExist
    try:
        lead = Lead.objects.select_related("merged_into").get(token=address)
        return lead.merged_into or lead
    except (Lead.DoesNotExist, DatabaseProblem):
        lead = intake.find_spooled(address)
        if lead is None:
            raise
        return lead


def of(lead, clinic):
    """Return the whole receipt, for whoever holds its address."""
    calls = Calls.of(lead)
    is_late = not calls.made and lead.due < clinic.at
    promise = heading(lead, clinic, calls)
    return Receipt(
        heading=promise,
        zone_words=clinic.zone_words,
        promise_at=lead.due.astimezone(clinic.zone).isoformat() if promise.startswith(PROMISE) else "",
        safety=bool(lead.safety_at),
        revised=bool(lead.revised_for),
        promise_changed_sentence=changed_sentence(lead, clinic),
        reference=lead.reference,
        masked_phone=phones.masked(lead.phone_e164),
        status_sentence=status_sentence(lead, clinic, calls),
        number_failed=calls.number_failed,
        is_late=is_late,
        voicemail=lead.voicemail,
        best_time=lead.best_time,
        for_other=lead.for_other,
        keep_days=clinic.keep_days,
        is_closed=bool(lead.closed_at),
        can_change=not lead.closed_at,
        can_change_number=lead.can_change_number(),
    )


def by(moment, clinic):
    """Return a moment as it reads after "by": "5 pm today", "5 pm on Tuesday, November 24"."""
    words = hours.say_moment(moment, clinic.at, clinic.zone)
    return f"{hours.say_time(moment, clinic.zone)} today" if words.startswith("today") else words


@dataclass(frozen=True)
class Calls:
    """What became of our calls. One that waits in the spool was never called."""

    made: tuple = ()
    number_failed: bool = False  # the last one reached somebody else, or nobody ever
    number_is_new: bool = False  # and since then we were given another number

    @classmethod
    def of(cls, lead):
        made = () if intake.is_spooled(lead) else tuple(lead.attempts.all())
        if not made or made[-1].outcome != Attempt.Outcome.WRONG_NUMBER:
            return cls(made)
        kinds = (Event.Kind.CHANGED, Event.Kind.EDITED)
        is_new = lead.events.filter(kind__in=kinds, at__gte=made[-1].at, detail__contains="number").exists()
        return cls(made, number_failed=not is_new, number_is_new=is_new)


def heading(lead, clinic, calls):
    """Return the one thing to know: by when we call, or what became of our calls."""
    if calls.number_failed:
        return "That number did not reach you"
    if lead.due >= clinic.at and (calls.number_is_new or not calls.made):
        return f"{PROMISE}{by(lead.due, clinic)}"
    return "We will call you again" if calls.made else "We have not called you yet"


def changed_sentence(lead, clinic):
    """Return why the time is not the one that was shown or promised, "" when it is."""
    if lead.revised_for:
        first, now = by(lead.promised_by, clinic), by(lead.revised_for, clinic)
        closed = "we will be closed then" if lead.promised_by > clinic.at else "we were closed then"
        return f"We said {first}, but {closed}. We are sorry. We will now call you by {now}."
    changed, shown = time_changed(lead)
    if not changed:
        return ""
    what = f"Your page said {by(shown, clinic)}. That time" if shown else "The time on your page"
    return f"{what} has changed. We will now call you by {by(lead.promised_by, clinic)}."


def time_changed(lead):
    """Tell whether the promise is not the one the page had shown, and which it had shown where that is known."""
    if intake.is_spooled(lead):
        return lead.time_changed, lead.shown
    event = lead.events.filter(detail__startswith=intake.TIME_CHANGED).first()
    return bool(event), intake.shown_in(event.detail) if event else None


def status_sentence(lead, clinic, calls):
    """Return where the request stands, in words; "" while there is nothing to say beyond the promise."""
    if lead.closed_at:
        return CLOSED.get(lead.outcome, "This request is closed. If you are waiting for a call, please phone us.")
    if not calls.made:
        if lead.due >= clinic.at:
            return ""
        return (
            f"We said {by(lead.due, clinic)}. That time has passed and we have not called yet. We are sorry. "
            "You are still on our list."
        )
    last = calls.made[-1]
    when = hours.say_moment(last.at, clinic.at, clinic.zone)
    when = when if when.startswith("today") else f"at {when}"
    words = NEW_NUMBER if calls.number_is_new else ATTEMPTED.get(last.outcome, "We called you {when}.")
    said = [words.format(when=when)]
    if len(calls.made) > 1:
        said.append(f"We have tried {len(calls.made)} times.")
    if lead.call_at and lead.call_at > clinic.at and not calls.number_failed:
        said.append(f"We will call you again by {by(lead.call_at, clinic)}.")
    return " ".join(said)


# --- The address of the promise alone


def limited_address(lead, safety):
    """Return an address that tells the promise and nothing else, for a repeat that may be a stranger's."""
    return _signer().sign_object([lead.due.isoformat(), safety])


def limited(address, clinic):
    """Return the receipt of such an address, or None for any other."""
    try:
        due, safety = _signer().unsign_object(address)
    except (BadSignature, ValueError):
        return None
    due = datetime.fromisoformat(due)
    # Whether we have called is not for a stranger to know.
    if due >= clinic.at:
        shown_at = due.astimezone(clinic.zone).isoformat()
        return Receipt(f"{PROMISE}{by(due, clinic)}", clinic.zone_words, promise_at=shown_at, safety=safety)
    passed = f"We said {by(due, clinic)}. That time has passed. If we have not reached you yet, please call us."
    return Receipt("Your request is saved", clinic.zone_words, safety=safety, status_sentence=passed, is_late=True)


def _signer():
    return Signer(salt="leads.receipts.limited")
