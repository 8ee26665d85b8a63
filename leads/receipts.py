"""What the private page after sending may say: never a name, of the number only its area code and last digits."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import Error as DatabaseProblem

from clinic_site import hours

from . import intake, phones
from .models import Attempt, Lead

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


@dataclass(frozen=True)
class Receipt:
    """One request as its sender sees it."""

    promise: str
    zone_words: str
    promise_at: str = ""
    safety: bool = False
    revised: bool = False
    promise_changed_sentence: str = ""
    reference: str = ""
    masked_phone: str = ""
    status_sentence: str = ""
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
    return Receipt(
        promise=f"by {by(lead.due, clinic)}",
        zone_words=clinic.zone_words,
        promise_at=lead.due.astimezone(clinic.zone).isoformat(),
        safety=bool(lead.safety_at),
        revised=bool(lead.revised_for),
        promise_changed_sentence=changed_sentence(lead, clinic),
        reference=lead.reference,
        masked_phone=phones.masked(lead.phone_e164),
        status_sentence=status_sentence(lead, clinic),
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


def changed_sentence(lead, clinic):
    """Return why the time is not the one that was shown or promised, "" when it is."""
    if lead.revised_for:
        first, now = by(lead.promised_by, clinic), by(lead.revised_for, clinic)
        return f"We said {first}, but we will be closed then. We are sorry. We will now call you by {now}."
    if time_changed(lead):
        return f"The time on your page has changed. We will now call you by {by(lead.promised_by, clinic)}."
    return ""


def time_changed(lead):
    """Tell whether the promise is not the one the page had shown."""
    if intake.is_spooled(lead):
        return lead.time_changed
    return lead.events.filter(detail__startswith=intake.TIME_CHANGED).exists()


def status_sentence(lead, clinic):
    """Return where the request stands, in words; "" while there is nothing to say beyond the promise."""
    if lead.closed_at:
        return CLOSED.get(lead.outcome, "This request is closed. If you are waiting for a call, please phone us.")
    said = []
    attempt = None if intake.is_spooled(lead) else lead.attempts.last()
    if attempt:
        when = hours.say_moment(attempt.at, clinic.at, clinic.zone)
        when = when if when.startswith("today") else f"at {when}"
        said.append(ATTEMPTED.get(attempt.outcome, "We called you {when}.").format(when=when))
    if lead.call_at and lead.call_at > clinic.at and attempt and attempt.outcome != Attempt.Outcome.WRONG_NUMBER:
        said.append(f"We will call you again by {by(lead.call_at, clinic)}.")
    elif not attempt and lead.due < clinic.at:
        said.append("That time has passed and we have not called yet. We are sorry. You are still on our list.")
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
    passed = "That time has passed. If we have not reached you yet, please call us." if due < clinic.at else ""
    return Receipt(promise=f"by {by(due, clinic)}", zone_words=clinic.zone_words, safety=safety, status_sentence=passed)


def _signer():
    return Signer(salt="leads.receipts.limited")
