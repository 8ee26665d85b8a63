"""Call-back requests and what happens to them. A lead is one stored request; its verbs are the only way it changes."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
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
        OTHER = "other", "Closed for another reason"

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
    safety_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_reasons = models.JSONField(default=list, blank=True)
    robot_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = "request"
        ordering = ["promised_by", "received_at", "id"]
        indexes = [models.Index(fields=["closed_at", "promised_by", "received_at", "id"], name="lead_queue")]
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

        Without `actor` it is the person's own wish. Return False if nothing was left to erase.
        """
        with transaction.atomic():
            lead = self._locked()
            changes = dict(_FORGOTTEN)
            if lead.closed_at is None:
                changes |= {"closed_at": at, "outcome": Lead.Outcome.ERASED, "call_at": None, **_NO_CLAIM}
            known = Lead.objects.exclude(name="", phone_raw="", token="", submission_key="")
            forgotten = self._change(known, Event.Kind.FORGOTTEN, actor, at, **changes)
            # Whatever the state: a note may have been written after everything else was erased.
            erased = self.events.exclude(detail="").update(detail="")
            erased += self.attempts.exclude(note="").update(note="")
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
        held = Lead.objects.open().held_by(user, at).filter(pk=self.pk)
        extended = held.update(claimed_until=_lease(user, at)["claimed_until"])
        self.refresh_from_db()
        return bool(extended)

    def release(self, user, at):
        """Give the request back to everybody. Return False if `user` does not hold it."""
        return self._change(Lead.objects.held_by(user, at), Event.Kind.RELEASED, user, at, **_NO_CLAIM)

    def take_over(self, user, at):
        """Give the request to `user` whoever has it, and say from whom. Return False if it is not open."""
        with transaction.atomic():
            holder = self._locked().holder(at)
            detail = f"from {staff_name(holder)}" if holder else ""
            return self._change(Lead.objects.open(), Event.Kind.TAKEN_OVER, user, at, detail, **_lease(user, at))

    def record_attempt(self, user, at, outcome, note="", call_at=None, dialed=""):
        """Keep a call that was made, whoever holds the claim, and let follow what follows from its outcome.

        `dialed` is the number the caller was shown, in E.164: if the person has given another one since, a wrong
        number says nothing about the new one. The same call sent twice within a minute is one call: a button was
        pressed twice.
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
                lead.close(user, at, outcome.value)
            elif not lead.closed_at:
                if changed_meanwhile:
                    call_at = None
                elif outcome == Attempt.Outcome.WRONG_NUMBER and lead.due > at:
                    call_at = call_at or lead.due  # until then the person may give another number
                claim = _NO_CLAIM if holder in (None, user) else {}
                Lead.objects.filter(pk=self.pk).update(call_at=call_at, **claim)
            self.refresh_from_db()
        return attempt

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
            detail = f"{outcome.label}: {note}" if note else outcome.label
            return self._change(Lead.objects.filter(closed_at=None), Event.Kind.CLOSED, user, at, detail, **changes)

    def reopen(self, user, at):
        """Put a closed request back in its place. Return False if it is open, or if the person ended or erased it."""
        closed = Lead.objects.exclude(closed_at=None).exclude(phone_raw="")
        closed = closed.exclude(outcome__in=[Lead.Outcome.CANCELLED, Lead.Outcome.ERASED])
        with transaction.atomic():
            lead = self._locked()
            reopened = self._change(closed, Event.Kind.REOPENED, user, at, **_IN_THE_QUEUE)
            if reopened and lead.outcome == Lead.Outcome.DO_NOT_CALL:
                DoNotCall.withdraw(lead.phone_e164)
        return reopened

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
        changes = {**_IN_THE_QUEUE, "safety_at": self.safety_at or at, **_lease(user, at)}
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


_NO_CLAIM = {"claimed_by": None, "claimed_until": None}
_FORGOTTEN = {
    **dict.fromkeys(("name", "phone_raw", "phone_e164", "extension", "message", "source_path"), ""),
    **dict.fromkeys(("token", "submission_key"), ""),
    "phone_flags": [],
}
_IN_THE_QUEUE = {"closed_at": None, "outcome": "", "held_at": None, "robot_at": None, "call_at": None}


def _lease(user, at):
    return {"claimed_by": user, "claimed_until": at + timedelta(minutes=settings.LEASE_MINUTES)}


def staff_name(user):
    """Return what colleagues call a staff member."""
    return user.get_full_name() or user.get_username()


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

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="attempts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self):
        return self.get_outcome_display()


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
        NOTED = "noted", "Note"

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

    def __str__(self):
        return f"{self.get_kind_display()} to {self.recipient}"


class Draft(models.Model):
    """A note a staff member is typing, so that a lost session loses no words. Nobody else is ever shown it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="drafts")
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="draft_one_per_user_and_lead", fields=["user", "lead"])]

    def __str__(self):
        return f"draft {self.pk}"
