"""One door for a request: normalise, judge, store, give a receipt. Whoever is given a receipt is in the database.

A repeat is told by what was sent, never by a cookie: the signed stamp of the form, the name and the number make a key
that the database holds once.
"""

import base64
import json
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from clinic_site import hours

from . import crisis, notices
from .models import Event, Lead

# As long as the page is this young, the promise it showed is kept.
FRESH = timedelta(minutes=60)
# A repeat this soon is the same request, as long as nobody has closed it.
SAME_REQUEST = timedelta(hours=24)
# A repeat this soon is a second press by the same hand. Later it may be anybody who knows a name and a number.
SAME_HAND = timedelta(minutes=10)
# Digits and letters that nobody mistakes for each other, read out or written down. No vowels: no words.
REFERENCE_LETTERS = "23456789CFHJKMRTWXY"
REFERENCE_LENGTH = 5
# How often a reference may be taken already, or another post be first, before something else must be wrong.
MOST_COLLISIONS = 10
# The detail of the first event, when the promise is not the one the page had shown.
TIME_CHANGED = "The page had shown another time"


class NoPromise(Exception):
    """Neither opening hours nor a moment that was shown: there is no time we could promise."""


@dataclass(frozen=True)
class Stamp:
    """What stood beside a form: since when, which promise, which wording. Signed, so that we may believe it.

    `first` is when this form was first shown, to the last ten minutes: a browser that loads the page anew on Back
    still holds the same form. Shown again after a mistake it keeps that moment, so that a second press after a
    doubtful answer is no second request.
    """

    first: datetime
    at: datetime
    shown: datetime | None
    wording: str

    def signed(self):
        shown = self.shown.isoformat() if self.shown else ""
        return _signer().sign_object([self.first.isoformat(), self.at.isoformat(), shown, self.wording])

    @classmethod
    def read(cls, text):
        """Return the stamp, or None: a missing or broken one is no reason to turn anybody away."""
        try:
            first, at, shown, wording = _signer().unsign_object(text)
            shown = datetime.fromisoformat(shown) if shown else None
            return cls(datetime.fromisoformat(first), datetime.fromisoformat(at), shown, wording)
        except (BadSignature, ValueError):
            return None


def stamp(clinic, before=None):
    """Return the stamp of a form shown now; `before` is the one it carried if it is shown again."""
    try:
        shown = promise(before, clinic.at, clinic.calendar)
    except NoPromise:
        shown = None
    return Stamp(before.first if before else _slot(clinic.at), clinic.at, shown, wording(clinic))


def _slot(at):
    """Return the start of the ten minutes that `at` lies in."""
    return at.replace(minute=at.minute // 10 * 10, second=0, microsecond=0)


def wording(clinic):
    """Return which version of the text beside the form stands there now."""
    return f"form {clinic.statement_versions.get('form', 0)}"


def promise(stamp, at, calendar):
    """Return by when we call somebody who sends now a form that carries this stamp (or None)."""
    shown = stamp.shown if stamp and stamp.shown and stamp.shown > at else None
    try:
        computed = hours.callback_deadline(at, calendar)
    except hours.NoOpeningHours as error:
        if shown is None:
            raise NoPromise from error
        return shown
    if shown and at - stamp.at <= FRESH:
        return min(shown, computed)
    return computed


@dataclass(frozen=True)
class Received:
    """The request a post made or repeated. `promise_only`: whoever repeats it so late is told the promise, no more."""

    lead: Lead
    promise_only: bool


def receive(asked, *, at, clinic, signs=()):
    """Store what the form asked for, or find the request it repeats.

    `asked` is the form's cleaned data, `signs` are reasons to hold the request. Raises NoPromise or a database error
    when nothing could be stored.
    """
    key = submission_key(asked["stamp"], asked["name"], asked["phone"])
    collisions = 0
    with transaction.atomic():
        while True:
            lead = Lead.objects.filter(submission_key=key).first()
            if lead and _is_repeat(asked, lead, at):
                return Received(lead, promise_only=at - lead.received_at > SAME_HAND)
            if lead:
                # Another request of the same person. Its key takes in the moment of the one before it, so that this
                # one too is stored once however often it is sent.
                key = _digest("leads.intake.again", key, lead.received_at.isoformat())
                continue
            try:
                with transaction.atomic():
                    return Received(_store(asked, key, at, clinic, signs), promise_only=False)
            except IntegrityError:
                # The same post was stored in between, or the reference was taken: look again.
                collisions += 1
                if collisions > MOST_COLLISIONS:
                    raise


def submission_key(stamp, name, number):
    """Return what makes two posts the same: the page, the name whatever its case and spacing, the number."""
    first = stamp.first.isoformat() if stamp else ""
    plain_name = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return _digest("leads.intake.submission", first, plain_name, number.e164, number.extension)


def token(key):
    """Return the address of the receipt: 160 bits that follow from the key, for us alone."""
    digest = salted_hmac("leads.intake.token", key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:20]).decode().rstrip("=")


def new_reference():
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(REFERENCE_LENGTH))


def _is_repeat(asked, lead, at):
    """Tell whether this is the same request once more: soon enough, still to be called, nothing new in it."""
    still_open = lead.closed_at is None and lead.robot_at is None
    nothing_new = all(asked[name] in ("", getattr(lead, name)) for name in ("message", "voicemail", "best_time"))
    return at - lead.received_at <= SAME_REQUEST and still_open and nothing_new


def _store(asked, key, at, clinic, signs):
    """Store the request with its first event and its notices, all or nothing."""
    stamp, number = asked["stamp"], asked["phone"]
    promised_by = promise(stamp, at, clinic.calendar)
    in_crisis = crisis.is_named(asked["name"], asked["message"])
    # Somebody whose life may be in danger is never set aside, whatever else the request looks like.
    held = bool(signs) and not in_crisis
    lead = Lead.objects.create(
        reference=new_reference(),
        token=token(key),
        submission_key=key,
        name=asked["name"],
        phone_raw=number.raw,
        phone_e164=number.e164,
        extension=number.extension,
        phone_flags=list(number.flags),
        source_path=asked["source"],
        voicemail=asked["voicemail"],
        best_time=asked["best_time"],
        message=asked["message"],
        wording=stamp.wording if stamp else wording(clinic),
        received_at=at,
        promised_by=promised_by,
        safety_at=at if in_crisis else None,
        held_at=at if held else None,
        held_reasons=list(signs),
    )
    changed = stamp and stamp.shown and stamp.shown != promised_by
    lead.events.create(kind=Event.Kind.RECEIVED, at=at, detail=TIME_CHANGED if changed else "")
    notices.new_request(lead, at)
    if held:
        lead.events.create(kind=Event.Kind.HELD, at=at, detail="; ".join(signs))
    if in_crisis:
        lead.events.create(kind=Event.Kind.SAFETY, at=at, detail="Words in the request")
        notices.safety(lead, at)
    return lead


def _signer():
    return Signer(salt="leads.intake.stamp")


def _digest(salt, *parts):
    # Keyed: a plain digest of a name and a number could be found by trying them all.
    return salted_hmac(salt, json.dumps(parts), algorithm="sha256").hexdigest()
