"""Call-back requests and what happens to them. A lead is one stored request; its verbs are the only way it changes."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils.crypto import salted_hmac

from .querysets import LeadQuerySet


class Lead(models.Model):
    """One request for a call, as it was received, with the promise that was shown."""

    class BestTime(models.TextChoices):
        ANY = "", "Any time"
        MORNING = "morning", "Morning"
        MIDDAY = "midday", "Midday"
        AFTERNOON = "afternoon", "Afternoon"

    class Voicemail(models.TextChoices):
        UNANSWERED = "", "Not answered: leave none"
        YES = "yes", "Yes"
        NO = "no", "No"

    class Outcome(models.TextChoices):
        BOOKED = "booked", "Talked, visit booked"
        NO_VISIT = "no_visit", "Talked, no visit"
        COULD_NOT_REACH = "could_not_reach", "Could not reach"
        WRONG_NUMBER = "wrong_number", "Wrong number or not in service"
        DO_NOT_CALL = "do_not_call", "Asked us not to call"
        CANCELLED = "cancelled", "Cancelled by the person"
        ERASED = "erased", "Erased at the person's wish"
        ROBOT = "robot", "Robot"
        MERGED = "merged", "Merged into another request"
        OTHER = "other", "Closed for another reason"

    # How long a call keeps its request, once somebody says that they are on it.
    ON_CALL = timedelta(minutes=60)

    reference = models.CharField(max_length=12, unique=True)
    # Blank after forgetting, so uniqueness is a partial rule (see Meta).
    token = models.CharField(max_length=64, blank=True)
    submission_key = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=100, blank=True)
    phone_raw = models.CharField(max_length=200, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, db_index=True)
    extension = models.CharField(max_length=20, blank=True)
    phone_flags = models.JSONField(default=list, blank=True)
    source_path = models.CharField(max_length=300, blank=True)
    voicemail = models.CharField(max_length=3, choices=Voicemail, blank=True, default="")
    best_time = models.CharField(max_length=12, choices=BestTime, blank=True, default="")
    for_other = models.BooleanField("for someone else", default=False)
    message = models.CharField(max_length=300, blank=True)
    wording = models.CharField("wording shown", max_length=40, blank=True)
    received_at = models.DateTimeField()
    promised_by = models.DateTimeField()
    revised_for = models.DateTimeField(null=True, blank=True)
    call_at = models.DateTimeField("call back at", null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="claimed_leads"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    # Somebody said that they are on the phone with this person. Ends with the claim.
    on_call_at = models.DateTimeField(null=True, blank=True)
    # A crisis outlives claim and request: it ends only when a named person says what was done.
    crisis_at = models.DateTimeField(null=True, blank=True)
    safety_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_reasons = models.JSONField(default=list, blank=True)
    robot_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True, default="")
    # The request this one became part of; that one is never part of another (merging.py).
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    version = models.PositiveIntegerField(default=1)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = "request"
        permissions = [("see_reports", "Can see reports")]
        ordering = ["promised_by", "received_at", "id"]
        indexes = [
            models.Index(fields=["closed_at", "promised_by", "received_at", "id"], name="lead_queue"),
            models.Index(fields=["crisis_at"], name="lead_in_crisis", condition=Q(crisis_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="lead_token_once", fields=["token"], condition=~Q(token="")),
            models.UniqueConstraint(
                name="lead_submission_once", fields=["submission_key"], condition=~Q(submission_key="")
            ),
            models.CheckConstraint(
                name="lead_closed_has_outcome",
                condition=Q(closed_at=None) | ~Q(outcome=""),
                violation_error_message="Say how it ended before closing.",
            ),
            models.CheckConstraint(
                name="lead_claim_has_an_end",
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
            ),
        ]

    def __str__(self):
        return self.reference

    @property
    def due(self):
        """Return when we owe the call: the promise, or the later time a closure made us give."""
        return self.revised_for or self.promised_by

    def holder(self, at):
        """Return who holds the claim at `at`, or None."""
        return self.claimed_by if self.claimed_by_id and self.claimed_until > at else None

    def lapsed(self, at):
        """Tell whether a claim ran out and nobody has said how the call went."""
        return bool(self.claimed_by_id and self.claimed_until <= at)

    def answer(self, at, **answers):
        """Keep what the person answered on the receipt: `voicemail` or `best_time`. Return False if it is closed."""
        labels = {"voicemail": Lead.Voicemail, "best_time": Lead.BestTime}
        detail = ", ".join(f"{name.replace('_', ' ')}: {labels[name](value).label}" for name, value in answers.items())
        return self._change(Lead.objects.filter(closed_at=None), Event.Kind.CHANGED, None, at, detail, **answers)

    @staticmethod
    def columns_of(number):
        """Return the columns that hold a phones.Number."""
        return {
            "phone_raw": number.raw,
            "phone_e164": number.e164,
            "extension": number.extension,
            "phone_flags": list(number.flags),
        }

    def can_change_number(self):
        """Tell whether another number is of use: until the request is closed, and after the old one reached nobody."""
        return self.closed_at is None or self.outcome == Lead.Outcome.WRONG_NUMBER

    def change_number(self, number, at):
        """Let us call another number. A request that waits or was closed because the old one was wrong returns."""
        from . import notices  # notices are rows of this module

        changes = Lead.columns_of(number)
        with transaction.atomic():
            lead = self._locked()
            if not lead.can_change_number():
                return False
            last = lead.attempts.last()
            if last and last.outcome == Attempt.Outcome.WRONG_NUMBER:
                changes["call_at"] = None
            if lead.closed_at:
                self._change(Lead.objects.all(), Event.Kind.REOPENED, None, at, **_IN_THE_QUEUE)
                notices.new_request(self, at)  # nobody looks at what was closed
            return self._change(Lead.objects.all(), Event.Kind.CHANGED, None, at, "phone number", **changes)

    def revise(self, at, moment, user=None):
        """Owe the call at a later moment because the clinic will be closed at the promised one. The promise stays.

        Return False if it is closed, was called, or is owed at that moment or later already.
        """
        waiting = Lead.objects.filter(closed_at=None, robot_at=None, attempts=None)
        waiting = waiting.filter(Q(revised_for=None, promised_by__lt=moment) | Q(revised_for__lt=moment))
        rows = Lead.objects.filter(pk__in=waiting.values("pk"))
        return self._change(rows, Event.Kind.REVISED, user, at, moment.isoformat(), revised_for=moment)

    def raise_safety_flag(self, at):
        """Flag an open request whose sender wrote that a life may be in danger, and tell staff at once."""
        from . import notices  # notices are rows of this module

        unflagged = Lead.objects.filter(closed_at=None, safety_at=None)
        with transaction.atomic():
            flagged = self._change(
                unflagged, Event.Kind.SAFETY, None, at, "Words on the receipt", safety_at=at, held_at=None
            )
            if flagged:
                notices.safety(self, at)
        return flagged

    def cancel(self, at):
        """Close the request because the person no longer wants the call. Return False if it was closed already."""
        changes = {"closed_at": at, "outcome": Lead.Outcome.CANCELLED, "call_at": None, **_NO_CLAIM}
        return self._change(Lead.objects.filter(closed_at=None), Event.Kind.CANCELLED, None, at, **changes)

    def forget(self, at, actor=None):
        """Erase who it was and every text, and close it if it is open. The row stays: reports read its moments.

        Requests that were merged are one person's: all of them are erased. Without `actor` it is the person's own
        wish. Return False if nothing was left to erase.
        """
        with transaction.atomic():
            root = self._locked().merged_into_id or self.pk
            group = Lead.objects.filter(Q(pk=root) | Q(merged_into=root)).exclude(pk=self.pk).order_by("pk")
            erased = [lead._forget_row(at, actor) for lead in [self, *group]]
        return any(erased)

    def _forget_row(self, at, actor):
        lead = self._locked()
        changes = dict(_FORGOTTEN)
        if lead.closed_at is None:
            changes |= {"closed_at": at, "outcome": Lead.Outcome.ERASED, "call_at": None, **_NO_CLAIM}
        known = Lead.objects.exclude(name="", phone_raw="", token="", submission_key="")
        forgotten = self._change(known, Event.Kind.FORGOTTEN, actor, at, **changes)
        # Whatever the state: a note may have been written after everything else was erased.
        erased = self.events.exclude(detail="").update(detail="")
        erased += Attempt.everything.filter(lead=self).exclude(note="").update(note="")
        erased += self.drafts.all().delete()[0]
        return forgotten or bool(erased)

    # The desk's verbs. Each is one transaction: the change with its event, or nothing. The promise never moves.

    def claim(self, user, at, version=None):
        """Give the request to `user` until the lease runs out. Return False if somebody has it or it is not open.

        With `version`, what the user was shown, also if anything was done to it since: a colleague may have called.
        """
        free = Lead.objects.open().free(at)
        if version is not None:
            free = free.filter(version=version)
        return self._change(free, Event.Kind.CLAIMED, user, at, **_lease(user, at))

    def extend(self, user, at):
        """Let the lease of whoever works on it begin anew. Return False if `user` does not hold it."""
        until = at + timedelta(minutes=settings.LEASE_MINUTES)
        held = Lead.objects.open().held_by(user, at).filter(pk=self.pk)
        # Never shorter than it was: whoever is on the phone has longer.
        extended = held.update(claimed_until=Greatest("claimed_until", Value(until)))
        self.refresh_from_db()
        return bool(extended)

    def on_call(self, user, at):
        """Let `user` keep the request while they are on the phone. Return False if they do not hold it."""
        until = Greatest("claimed_until", Value(at + self.ON_CALL))
        held = Lead.objects.open().held_by(user, at)
        return self._change(held, Event.Kind.ON_CALL, user, at, on_call_at=at, claimed_until=until)

    def release(self, user, at):
        """Give the request back to everybody. Return False if `user` does not hold it."""
        return self._change(Lead.objects.held_by(user, at), Event.Kind.RELEASED, user, at, **_NO_CLAIM)

    def take_over(self, user, at):
        """Give the request to `user` whoever has it, and say from whom. Return False if it is not open."""
        with transaction.atomic():
            holder = self._locked().holder(at)
            detail = f"from {staff_name(holder)}" if holder else ""
            return self._change(Lead.objects.open(), Event.Kind.TAKEN_OVER, user, at, detail, **_lease(user, at))

    def record_attempt(self, user, at, outcome, note="", call_at=None, dialed="", covers=()):
        """Keep a call that was made, whoever holds the claim, and let follow what follows from its outcome.

        `dialed` is the number the caller was shown, in E.164: if the person has given another one since, a wrong
        number says nothing about the new one. `covers` are the other requests from that number that a wish not to be
        called ends too. The same call sent twice within a minute is one call: a button was pressed twice.
        """
        from . import notices  # notices are rows of this module

        outcome = Attempt.Outcome(outcome)
        with transaction.atomic():
            lead = self._locked()
            holder = lead.holder(at)
            same = self.attempts.filter(user=user, outcome=outcome, note=note, at__gt=at - timedelta(minutes=1))
            if same.exists():
                self.refresh_from_db()
                return same.last()
            undo = _Undo(lead)
            attempt = self.attempts.create(user=user, at=at, outcome=outcome, note=note)
            detail = outcome.label if holder in (None, user) else f"{outcome.label}, while {staff_name(holder)} had it"
            changed_meanwhile = outcome == Attempt.Outcome.WRONG_NUMBER and dialed not in ("", lead.phone_e164)
            if changed_meanwhile:
                detail += ", before the number was changed"
            self._change(Lead.objects.all(), Event.Kind.ATTEMPTED, user, at, detail)
            if outcome == Attempt.Outcome.IN_CRISIS:
                lead._keep_with_caller(user, at)
                notices.safety(lead, at)
            elif outcome in Attempt.CLOSING:
                lead._close_after_a_call(user, at, outcome.value, note, undo, covers)
            elif not lead.closed_at:
                if changed_meanwhile:
                    call_at = None
                elif outcome == Attempt.Outcome.WRONG_NUMBER and lead.due > at:
                    call_at = call_at or lead.due  # until then the person may give another number
                claim = _NO_CLAIM if holder in (None, user) else {}
                Lead.objects.filter(pk=self.pk).update(call_at=call_at, **claim)
            attempt.before = undo.payload()
            attempt.save(update_fields=["before"])
            self.refresh_from_db()
        return attempt

    def _close_after_a_call(self, user, at, outcome, note, undo, covers):
        """Close the request as the call ended it, and whoever else at this number asked not to be called."""
        undo.listed = outcome != Lead.Outcome.DO_NOT_CALL or DoNotCall.covers(self.phone_e164)
        if note:
            self.end_crisis(user, at, note)
        self.close(user, at, outcome)
        for other in covers if outcome == Lead.Outcome.DO_NOT_CALL else ():
            other = other._locked()
            undo.add(other)
            other.close(user, at, outcome, f"Asked on the call about {self.reference}")

    def undo(self, attempt, user, at):
        """Take back what the outcome of a call did. The call stays on record, marked. Return why not, "" when done.

        Only its caller may, for a few minutes, and only while nobody has done anything to the request since.
        """
        with transaction.atomic():
            self._locked()
            attempt = Attempt.everything.get(pk=attempt.pk)
            why_not = attempt.why_not_undone(user, at)
            if why_not:
                self.refresh_from_db()
                return why_not
            for pk, before in attempt.before["leads"].items():
                lead = Lead.objects.select_for_update().get(pk=pk)
                if lead.claimed_by_id and lead.claimed_by_id == before["claimed_by_id"]:
                    # Whoever works on it has extended the lease since.
                    before = {**before, "claimed_until": lead.claimed_until}
                lead._change(Lead.objects.all(), Event.Kind.UNDONE, user, at, attempt.get_outcome_display(), **before)
            attempt.undone_at = at
            attempt.save(update_fields=["undone_at"])
            if not attempt.before["listed"]:
                DoNotCall.withdraw(self.phone_e164)
            if attempt.outcome == Attempt.Outcome.IN_CRISIS:
                unsent = self.notices.filter(kind=Notice.Kind.SAFETY, made_at=attempt.at, sent_at=None)
                unsent.update(sent_at=at, problem="Not sent: it was taken back")
            self.refresh_from_db()
        return ""

    def end_crisis(self, user, at, what):
        """Say what was done for a person in crisis, and let the request be an ordinary one. False if it is none."""
        in_crisis = Lead.objects.exclude(crisis_at=None)
        return self._change(in_crisis, Event.Kind.CRISIS_ENDED, user, at, what, crisis_at=None)

    def call_later(self, user, at, moment):
        """Let the request rest until `moment` and give it back. Return False if it is not open."""
        with transaction.atomic():
            claim = _NO_CLAIM if self._locked().holder(at) in (None, user) else {}
            detail = moment.isoformat()
            return self._change(Lead.objects.open(), Event.Kind.CALL_LATER, user, at, detail, call_at=moment, **claim)

    def close(self, user, at, outcome, note=""):
        """Close the request and say how it ended. Return False if it was closed already."""
        outcome = Lead.Outcome(outcome)
        changes = {"closed_at": at, "outcome": outcome, "call_at": None, **_NO_CLAIM}
        if outcome == Lead.Outcome.ROBOT:
            changes["robot_at"] = at
        with transaction.atomic():
            if outcome == Lead.Outcome.DO_NOT_CALL:
                DoNotCall.add(self._locked().phone_e164, at)
            if note:
                self.end_crisis(user, at, note)
            detail = f"{outcome.label}: {note}" if note else outcome.label
            return self._change(Lead.objects.filter(closed_at=None), Event.Kind.CLOSED, user, at, detail, **changes)

    def reopen(self, user, at):
        """Put a closed request back in its place. Return False if it is open, or if the person ended or erased it."""
        closed = Lead.objects.exclude(closed_at=None).exclude(phone_raw="")
        closed = closed.exclude(outcome__in=[Lead.Outcome.CANCELLED, Lead.Outcome.ERASED, Lead.Outcome.MERGED])
        with transaction.atomic():
            lead = self._locked()
            reopened = self._change(closed, Event.Kind.REOPENED, user, at, **_IN_THE_QUEUE)
            if reopened and lead.outcome == Lead.Outcome.DO_NOT_CALL:
                DoNotCall.withdraw(lead.phone_e164)
        return reopened

    def edit(self, user, at, version, **changes):
        """Put right what was misheard or mistyped. Return False if anything was done to it since `version`.

        The event names the columns that changed, never what stood in them.
        """
        current = Lead.objects.filter(version=version).exclude(outcome=Lead.Outcome.ERASED)
        names = [name for name in changes if changes[name] != getattr(self, name)]
        said = ", ".join(words for columns, words in _EDITABLE if columns & set(names))
        return self._change(current, Event.Kind.EDITED, user, at, said, **changes) if names else True

    def hand_to(self, colleague, user, at):
        """Give an open request to a colleague for one lease, whoever has it. Return False if it is not open."""
        with transaction.atomic():
            holder = self._locked().holder(at)
            detail = f"to {staff_name(colleague)}" + (f", from {staff_name(holder)}" if holder else "")
            return self._change(Lead.objects.open(), Event.Kind.HANDED, user, at, detail, **_lease(colleague, at))

    def free(self, user, at):
        """Give the request back to everybody, whoever has it, and say from whom. Return False if nobody has it."""
        with transaction.atomic():
            holder = self._locked().holder(at)
            if holder is None:
                return False
            detail = "" if holder == user else f"from {staff_name(holder)}"
            return self._change(Lead.objects.all(), Event.Kind.RELEASED, user, at, detail, **_NO_CLAIM)

    def hold(self, user, at, reason="Marked as a robot by staff"):
        """Move a waiting request to Held. Return False if it is not open, or carries the safety flag."""
        changes = {"held_at": at, "held_reasons": [*self.held_reasons, reason], **_NO_CLAIM}
        return self._change(Lead.objects.open().filter(safety_at=None), Event.Kind.HELD, user, at, reason, **changes)

    def unhold(self, user, at):
        """Put a held request back in the place its promise gives it. Return False if it is not held."""
        held = Lead.objects.filter(closed_at=None).exclude(held_at=None)
        return self._change(held, Event.Kind.UNHELD, user, at, held_at=None)

    def note(self, user, at, text):
        """Keep a note, whatever the request's state and whoever holds it."""
        self._change(Lead.objects.all(), Event.Kind.NOTED, user, at, text)

    def _keep_with_caller(self, user, at):
        """Flag a person in crisis. Whatever the request was, it is open now and stays with whoever is on the line."""
        if self.closed_at:
            self.events.create(kind=Event.Kind.REOPENED, actor=user, at=at)
        changes = {"safety_at": self.safety_at or at, "crisis_at": self.crisis_at or at, **_lease(user, at)}
        changes |= _IN_THE_QUEUE
        self._change(Lead.objects.all(), Event.Kind.SAFETY, user, at, "In crisis on the phone", **changes)

    def _locked(self):
        """Return the row as it is now, and let nobody change it before this transaction ends."""
        return Lead.objects.select_for_update().get(pk=self.pk)

    def _change(self, rows, kind, user, at, detail="", **changes):
        """Change the row if it is still one of `rows`, with its event. Return whether it was: one update decides."""
        with transaction.atomic():
            changed = rows.filter(pk=self.pk).update(version=F("version") + 1, **changes)
            if changed:
                self.events.create(kind=kind, actor=user, at=at, detail=detail[:300])
        self.refresh_from_db()
        return bool(changed)


_NO_CLAIM = {"claimed_by": None, "claimed_until": None, "claimed_at": None, "on_call_at": None}
_FORGOTTEN = {
    **dict.fromkeys(("name", "phone_raw", "phone_e164", "extension", "message", "source_path"), ""),
    **dict.fromkeys(("token", "submission_key"), ""),
    "phone_flags": [],
}
# What staff may put right, as the timeline names it.
_EDITABLE = [
    ({"name"}, "name"),
    ({"phone_raw", "phone_e164", "extension", "phone_flags"}, "phone number"),
    ({"best_time"}, "best time"),
    ({"voicemail"}, "voicemail"),
    ({"for_other"}, "for someone else"),
]
_IN_THE_QUEUE = {"closed_at": None, "outcome": "", "held_at": None, "robot_at": None, "call_at": None}


def _lease(user, at):
    until = at + timedelta(minutes=settings.LEASE_MINUTES)
    return {"claimed_by": user, "claimed_until": until, "claimed_at": at, "on_call_at": None}


class _Undo:
    """What a call's outcome changes, as it was before, so that it can be put back."""

    COLUMNS = (
        "call_at", "claimed_by_id", "claimed_until", "claimed_at", "on_call_at", "safety_at", "crisis_at", "held_at",
        "robot_at", "closed_at", "outcome",
    )  # fmt: skip

    def __init__(self, lead):
        self.leads = {}
        self.listed = True
        self.add(lead)

    def add(self, lead):
        values = {column: getattr(lead, column) for column in self.COLUMNS}
        self.leads[str(lead.pk)] = {
            name: getattr(value, "isoformat", lambda v=value: v)() for name, value in values.items()
        }

    def payload(self):
        """Return it as an attempt keeps it, with each request's last event: a later one means that others acted."""
        last = Event.objects.filter(lead__in=self.leads).order_by().values_list("lead").annotate(models.Max("pk"))
        return {"leads": self.leads, "listed": self.listed, "last": {str(pk): event for pk, event in last}}


def staff_name(user):
    """Return what colleagues call a staff member."""
    return user.get_full_name() or user.get_username()


class StandingAttempts(models.Manager):
    """Calls as everybody counts them: without those that were taken back. `Attempt.everything` has those too."""

    def get_queryset(self):
        return super().get_queryset().filter(undone_at=None)


class Attempt(models.Model):
    """One call made."""

    class Outcome(models.TextChoices):
        BOOKED = "booked", "Talked, visit booked"
        NO_VISIT = "no_visit", "Talked, no visit"
        THINKING = "thinking", "Talked, thinking it over"
        VOICEMAIL = "voicemail", "Left a voicemail"
        NO_ANSWER = "no_answer", "No answer"
        SOMEONE_ELSE = "someone_else", "Someone else answered"
        WRONG_NUMBER = "wrong_number", "Wrong number or not in service"
        DO_NOT_CALL = "do_not_call", "Asked us not to call"
        IN_CRISIS = "in_crisis", "In crisis"

    # These end the request, under the same name.
    CLOSING = (Outcome.BOOKED, Outcome.NO_VISIT, Outcome.DO_NOT_CALL)

    # These reached nobody who could talk with us.
    UNREACHED = (Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.SOMEONE_ELSE, Outcome.WRONG_NUMBER)
    UNDO = timedelta(minutes=5)
    # What others may do to a request without an outcome becoming final by it.
    HARMLESS = ("noted", "repeated")

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=20, choices=Outcome)
    note = models.CharField(max_length=200, blank=True)
    incoming = models.BooleanField("they called us", default=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    # The request as it was before this call: moments and states, never who it was. Read within five minutes only.
    before = models.JSONField(default=dict, blank=True)

    objects = StandingAttempts()
    everything = models.Manager()

    class Meta:
        ordering = ["at", "id"]
        base_manager_name = "everything"

    def __str__(self):
        return self.get_outcome_display()

    def why_not_undone(self, user, at):
        """Return why this call cannot be taken back, "" when it can."""
        if self.undone_at:
            return "This was taken back already."
        if self.user_id != user.pk or not self.before:
            return "Only whoever saved a call can take it back."
        if not self.at <= at <= self.at + self.UNDO:
            return "The five minutes to take it back are over. Open the request to put it right."
        for pk, last in self.before["last"].items():
            since = Event.objects.filter(lead=pk, pk__gt=last).exclude(kind__in=self.HARMLESS).select_related("actor")
            event = since.first()
            if event:
                who = staff_name(event.actor) if event.actor else "The person"
                return f"{who} has done something to this request since: {event.get_kind_display().lower()}. It stays."
        return ""


class Event(models.Model):
    """What was done to a lead, by whom and when. Written inside the verb that did it, never changed."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Request received"
        REPEATED = "repeated", "Sent again"
        ENTERED = "entered", "Entered by staff"
        CLAIMED = "claimed", "Claimed"
        RELEASED = "released", "Given back"
        TAKEN_OVER = "taken_over", "Taken over"
        ATTEMPTED = "attempted", "Call made"
        CALL_LATER = "call_later", "Call back later"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Reopened"
        UNHELD = "unheld", "Released from Held"
        HELD = "held", "Held"
        CHANGED = "changed", "Changed by the person"
        EDITED = "edited", "Edited by staff"
        CANCELLED = "cancelled", "Cancelled by the person"
        FORGOTTEN = "forgotten", "Personal details erased"
        SAFETY = "safety", "Safety flag"
        REVISED = "revised", "New time after a closure"
        MERGED = "merged", "Merged"
        SEPARATED = "separated", "Merge undone"
        HANDED = "handed", "Given to a colleague"
        PUT_BACK = "put_back", "Change to several undone"
        NOTED = "noted", "Note"
        ON_CALL = "on_call", "On the phone"
        UNDONE = "undone", "Taken back"
        CRISIS_ENDED = "crisis_ended", "Crisis ended"

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return self.get_kind_display()


class Look(models.Model):
    """A staff member saw a lead's personal details."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    where = models.CharField(max_length=40)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return f"{self.where} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def record(cls, user, leads, at, where, since=None):
        """Keep that `user` saw these leads, unless there is such a look at the same place not older than `since`."""
        seen = set()
        if since:
            earlier = cls.objects.filter(user=user, where=where, at__gte=since, lead__in=[lead.pk for lead in leads])
            seen = set(earlier.values_list("lead_id", flat=True))
        cls.objects.bulk_create(cls(lead=lead, user=user, at=at, where=where) for lead in leads if lead.pk not in seen)


class DoNotCall(models.Model):
    """A number that asked not to be called, kept as a keyed digest only."""

    phone_digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self):
        return self.phone_digest[:8]

    @staticmethod
    def digest(phone_e164):
        return salted_hmac("leads.DoNotCall", phone_e164, algorithm="sha256").hexdigest()

    @classmethod
    def covers(cls, phone_e164):
        """Tell whether this number asked not to be called."""
        return cls.objects.filter(phone_digest=cls.digest(phone_e164)).exists()

    @classmethod
    def among(cls, numbers):
        """Return {number: since when} of those of these numbers that asked not to be called."""
        digests = {cls.digest(number): number for number in set(numbers) if number}
        found = cls.objects.filter(phone_digest__in=digests).values_list("phone_digest", "at")
        return {digests[digest]: at for digest, at in found}

    @classmethod
    def add(cls, phone_e164, at):
        if phone_e164:
            cls.objects.get_or_create(phone_digest=cls.digest(phone_e164), defaults={"at": at})

    @classmethod
    def withdraw(cls, phone_e164):
        """Take a number off the list, unless another request closed for the same reason still stands for it."""
        others = Lead.objects.filter(phone_e164=phone_e164, outcome=Lead.Outcome.DO_NOT_CALL)
        if not others.exists():
            cls.objects.filter(phone_digest=cls.digest(phone_e164)).delete()


class Notice(models.Model):
    """One message owed to one recipient: the outbox. Written with the change it tells of, sent by the work loop."""

    class Kind(models.TextChoices):
        NEW_REQUEST = "new_request", "A request waits"
        SAFETY = "safety", "Safety flag"
        DUE_SOON = "due_soon", "Due soon"
        OVERDUE = "overdue", "Overdue"
        DIGEST = "digest", "Daily digest"
        HELP = "help", "The desk asks for help"

    kind = models.CharField(max_length=20, choices=Kind)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="notices")
    recipient = models.EmailField()
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(db_index=True)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField("last problem", max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at", "id"]
        indexes = [
            models.Index(fields=["kind", "made_at"], name="notice_kind"),
            models.Index(fields=["made_at", "id"], name="notice_unsent", condition=Q(sent_at=None)),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} to {self.recipient}"


class Draft(models.Model):
    """A note a staff member is typing, so that a lost session loses no words. Nobody else is ever shown it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="drafts")
    text = models.TextField(blank=True)
    # Which form of the page it was typed in.
    field = models.CharField(max_length=20, default="call")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="draft_one_per_user_and_lead", fields=["user", "lead"])]

    def __str__(self):
        return f"draft {self.pk}"


class DeskChoice(models.Model):
    """What one person has switched on or off at the desk."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shortcuts = models.BooleanField("keyboard shortcuts", default=True)
    sound = models.BooleanField("a sound for new requests", default=False)

    def __str__(self):
        return f"desk of {self.user_id}"

    @classmethod
    def of(cls, user):
        """Return the person's choices, or the usual ones, not stored."""
        return cls.objects.filter(user=user).first() or cls(user=user)


class Step(models.Model):
    """What one press changed in several requests, so that it can be undone: columns as they were, no words of anybody.

    It can be undone as long as nothing else was done to a request: each row's version says so.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", "Merge"
        BULK = "bulk", "Change to several"

    kind = models.CharField(max_length=10, choices=Kind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    payload = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"
