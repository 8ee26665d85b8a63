"""Call-back requests and what happens to them. A lead is one stored request; its verbs are the only way it changes."""

from django.conf import settings
from django.db import models
from django.db.models import Q

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


class DoNotCall(models.Model):
    """A number that asked not to be called, kept as a keyed digest only."""

    phone_digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self):
        return self.phone_digest[:8]


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
