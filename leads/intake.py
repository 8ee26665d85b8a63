"""One door for a request: normalise, judge, store, give a receipt. Whoever is given a receipt is on the disk.

The database takes it; when the database cannot, the spool does, with the same promise and the same receipt, and the
`work` loop brings it in later.

A repeat is told by what was sent, never by a cookie: the signed stamp of the form, the name and the number make a key
that the database holds once.
"""

import base64
import json
import logging
import re
import secrets
import time
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import DataError, IntegrityError, connection, transaction
from django.db import Error as DatabaseProblem
from django.utils.crypto import salted_hmac

from clinic_site import hours
from clinic_site.models import Clinic

from . import crisis, notices, spool
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
# The detail of the first event, when the promise is not the one the page had shown; that moment follows.
TIME_CHANGED = "The page had shown another time"
SHOWN = re.compile(rf"{TIME_CHANGED}: (\S+ \S+?)(?:\. |$)")
STORED_LATE = "Stored late: the database could not take it at once"
# A person who waits for an answer waits no longer than this for somebody else's lock.
PATIENCE = 3
# After the database has failed, requests are spooled at once for this long (seconds), so that nobody waits in vain.
REST = 5

log = logging.getLogger(__name__)
_failed_at = None  # time.monotonic() of this process's last failure


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

    `asked` is the form's cleaned data, `signs` are reasons to hold the request. A request that the database cannot
    take waits in the spool; its Lead is then not in the database yet. Raises NoPromise, or OSError when nothing could
    be stored at all.
    """
    global _failed_at
    values = _judged(asked, at, clinic, signs)
    key = submission_key(asked["stamp"], asked["name"], asked["phone"])
    if _failed_at is None or time.monotonic() - _failed_at > REST:
        try:
            with _quickly():
                received = _in_database(key, values)
            _failed_at = None
            return received
        except DatabaseProblem as problem:
            # The class alone: a database quotes the row that failed.
            log.error("request goes to the spool: %s", type(problem).__name__)
            _failed_at = time.monotonic()
    return _in_spool(key, values)


def is_known(asked):
    """Tell whether this very form was taken before: a repeat is no further request."""
    key = submission_key(asked["stamp"], asked["name"], asked["phone"])
    try:
        return bool(_spooled(key)) or Lead.objects.filter(submission_key=key).exists()
    except DatabaseProblem:
        return False


def bring_in(go_on=lambda: True):
    """Bring what waits in the spool into the database, each request once. Return how many, and how many were bad."""

    def store(key, values):
        try:
            _store_late(key, values)
        except (IntegrityError, DataError) as problem:
            # The database works and will never take this one: a person has to look, and the others go on.
            raise ValueError from problem

    return spool.drain(store, go_on)


def _in_database(key, values):
    at, collisions = values["received_at"], 0
    with transaction.atomic():
        while True:
            lead = _spooled(key) or Lead.objects.filter(submission_key=key).first()
            if lead and _is_repeat(values, lead):
                return Received(lead, promise_only=at - lead.received_at > SAME_HAND)
            if lead:
                key = _again(key, lead.received_at)
                continue
            try:
                with transaction.atomic():
                    return Received(_store(key, values), promise_only=False)
            except IntegrityError:
                # The same post was stored in between, or the reference was taken: look again.
                collisions += 1
                if collisions > MOST_COLLISIONS:
                    raise
                values["reference"] = new_reference()


def _in_spool(key, values):
    """Keep the request as a file until the database can take it."""
    at = values["received_at"]
    while True:
        lead = _spooled(key)
        if lead and _is_repeat(values, lead):
            return Received(lead, promise_only=at - lead.received_at > SAME_HAND)
        if lead:
            key = _again(key, lead.received_at)
        elif spool.put(key, _plain(values)):
            return Received(_waiting_lead(key, values), promise_only=False)
        # Else the same post was spooled in between: look again.


def _store_late(key, values):
    """Store one request of the spool, unless it is stored already."""
    at = values.get("cancelled_at")
    values = _from_plain(values)
    values["revised_for"] = _revised(values["promised_by"], Clinic.current().calendar())
    own_token = token(key)
    collisions = 0
    with transaction.atomic():
        while True:
            lead = Lead.objects.filter(submission_key=key).first()
            if lead and lead.received_at == values["received_at"]:
                break  # stored before a process ended, or by a database that said it could not
            if lead and _is_repeat(values, lead):
                break
            if lead:
                key = _again(key, lead.received_at)
                continue
            try:
                with transaction.atomic():
                    lead = _store(key, values, STORED_LATE)
            except IntegrityError:
                collisions += 1
                if collisions > MOST_COLLISIONS:
                    raise
                values["reference"] = new_reference()
                continue
            if lead.token != own_token:
                # The person holds the address of the request before this one: it leads to the newer one from now on.
                Lead.objects.filter(pk=lead.pk).update(token="")
                Lead.objects.filter(token=own_token).update(token=lead.token)
                Lead.objects.filter(pk=lead.pk).update(token=own_token)
            break
        if at:
            lead.cancel(datetime.fromisoformat(at))


# --- What waits in the spool, as a Lead that is not in the database


def find_spooled(address):
    """Return the Lead whose receipt has this address among those that wait, or None."""
    return next((lead for key in spool.waiting_keys() if token(key) == address and (lead := _spooled(key))), None)


def is_spooled(lead):
    return lead.pk is None


def change_spooled(lead, **changes):
    """Change a request that waits: columns of a Lead, or `cancelled_at`. Return False if it is in the database by now.

    Raises spool.Busy or OSError when it cannot be changed for the moment.
    """
    return spool.change(lead.submission_key, **_plain(changes))


def forget_spooled(lead):
    """Erase a request that waits. Return False if it is in the database by now; raises spool.Busy or OSError."""
    return spool.remove(lead.submission_key)


def _spooled(key):
    try:
        values = spool.get(key)
        return values and _waiting_lead(key, _from_plain(values))
    except (ValueError, KeyError, TypeError, OSError):
        return None  # for a person to look at; it tells nothing about this request


def _waiting_lead(key, values):
    fields = {name: value for name, value in values.items() if name in COLUMNS}
    lead = Lead(submission_key=key, token=token(key), **fields)
    lead.time_changed, lead.shown = values["time_changed"], values["shown"]
    if values.get("cancelled_at"):
        lead.closed_at, lead.outcome = values["cancelled_at"], Lead.Outcome.CANCELLED
    return lead


COLUMNS = (
    "reference", "name", "phone_raw", "phone_e164", "extension", "phone_flags", "source_path", "voicemail", "best_time",
    "for_other", "message", "wording", "received_at", "promised_by", "revised_for", "safety_at", "held_at",
    "held_reasons",
)  # fmt: skip
MOMENTS = ("received_at", "promised_by", "revised_for", "shown", "safety_at", "held_at", "cancelled_at")
# Not in every file: they came to it later, or only when somebody cancelled.
LATER = ("revised_for", "shown", "cancelled_at")


def _plain(values):
    """Return values as a file keeps them: moments as text."""
    return {
        name: value.isoformat() if name in MOMENTS and value is not None else value for name, value in values.items()
    }


def _from_plain(values):
    """Return a file's values as they were; raises KeyError, ValueError or TypeError."""
    known = {name: values[name] for name in (*COLUMNS, "time_changed") if name not in LATER}
    known |= {name: values.get(name) for name in LATER}
    return {
        name: datetime.fromisoformat(value) if name in MOMENTS and value is not None else value
        for name, value in known.items()
    }


@contextmanager
def _quickly():
    """Let this thread's connection wait only PATIENCE seconds for a lock inside the block."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:d}")
        try:
            yield
        finally:
            if connection.connection is not None:
                with connection.cursor() as cursor:
                    cursor.execute(f"PRAGMA busy_timeout = {usual:d}")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            # For this transaction alone.
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE}s"])
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PATIENCE}s"])
        yield


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


def _is_repeat(values, lead):
    """Tell whether this is the same request once more: soon enough, still to be called, nothing new in it."""
    still_open = lead.closed_at is None and lead.robot_at is None
    nothing_new = all(values[name] in ("", False, getattr(lead, name)) for name in ANSWERS)
    # A request that waited in the spool may have been promised an earlier time: that promise is kept, too.
    kept = lead.due <= values["promised_by"] or lead.received_at <= values["received_at"]
    return values["received_at"] - lead.received_at <= SAME_REQUEST and still_open and nothing_new and kept


ANSWERS = ("message", "voicemail", "best_time", "for_other")


def _again(key, moment):
    """Return the key of another request of the same person.

    It takes in the moment of the one before it, so that this one too is stored once however often it is sent.
    """
    return _digest("leads.intake.again", key, moment.isoformat())


def _judged(asked, at, clinic, signs):
    """Return what is to be stored of a request, as columns of a Lead and what its first event has to say."""
    stamp, number = asked["stamp"], asked["phone"]
    promised_by = promise(stamp, at, clinic.calendar)
    in_crisis = crisis.is_named(asked["name"], number.raw, asked["message"])
    # Somebody whose life may be in danger is never set aside, whatever else the request looks like.
    held = bool(signs) and not in_crisis
    return {
        "reference": new_reference(),
        "name": asked["name"],
        "phone_raw": number.raw,
        "phone_e164": number.e164,
        "extension": number.extension,
        "phone_flags": list(number.flags),
        "source_path": asked["source"],
        "voicemail": asked["voicemail"],
        "best_time": asked["best_time"],
        "for_other": asked.get("for_other", False),
        "message": asked["message"],
        "wording": stamp.wording if stamp else wording(clinic),
        "received_at": at,
        "promised_by": promised_by,
        "safety_at": at if in_crisis else None,
        "held_at": at if held else None,
        "held_reasons": list(signs),
        "revised_for": _revised(promised_by, clinic.calendar),
        "time_changed": bool(stamp and stamp.shown and stamp.shown != promised_by),
        "shown": stamp.shown.astimezone(clinic.zone) if stamp and stamp.shown else None,
    }


def _revised(promised_by, calendar):
    """Return the moment that stands in for a promise at which the clinic is closed by now, or None.

    A page that was open when the closure was made still showed the old time, and we keep to what was shown: the
    promise counts, and its sender is told at once what became of it.
    """
    try:
        moment = hours.kept_or_next(promised_by, calendar)
    except hours.NoOpeningHours:
        return None
    return moment if moment != promised_by else None


def shown_in(detail):
    """Return the moment that the page had shown, as the first event keeps it, or None."""
    found = SHOWN.match(detail)
    try:
        return datetime.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _store(key, values, detail=""):
    """Store the request with its first event and its notices, all or nothing."""
    at = values["received_at"]
    lead = Lead.objects.create(token=token(key), submission_key=key, **{name: values[name] for name in COLUMNS})
    changed = ""
    if values["time_changed"]:
        changed = f"{TIME_CHANGED}: {values['shown'].isoformat(' ', 'minutes')}" if values["shown"] else TIME_CHANGED
    detail = ". ".join(filter(None, [changed, detail]))
    lead.events.create(kind=Event.Kind.RECEIVED, at=at, detail=detail)
    if lead.revised_for:
        lead.events.create(kind=Event.Kind.REVISED, at=at, detail=lead.revised_for.isoformat())
    notices.new_request(lead, at)
    if lead.held_at:
        lead.events.create(kind=Event.Kind.HELD, at=at, detail="; ".join(lead.held_reasons))
    if lead.safety_at:
        lead.events.create(kind=Event.Kind.SAFETY, at=at, detail="Words in the request")
        notices.safety(lead, at)
    return lead


def _signer():
    return Signer(salt="leads.intake.stamp")


def _digest(salt, *parts):
    # Keyed: a plain digest of a name and a number could be found by trying them all.
    return salted_hmac(salt, json.dumps(parts), algorithm="sha256").hexdigest()
