"""Which requests belong where: every rule that staff depend on, said once, with the moment passed in."""

from datetime import timedelta

from django.db import models
from django.db.models import Case, DateTimeField, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

# A claim that ran out without a word may have been a call: nobody is handed it for this long.
REST_AFTER_LAPSE = timedelta(minutes=30)


class LeadQuerySet(models.QuerySet):
    def open(self):
        """Requests somebody still has to call: not closed, not held, not marked a robot."""
        return self.filter(closed_at=None, held_at=None, robot_at=None)

    def free(self, at):
        """Requests nobody holds at `at`: never claimed, given back, or the lease has run out."""
        return self.filter(Q(claimed_by=None) | Q(claimed_until__lte=at))

    def held_by(self, user, at):
        """Requests `user` has claimed and still holds."""
        return self.filter(claimed_by=user, claimed_until__gt=at)

    def with_due(self):
        """Add `owed`, the moment the call is due, and `called`, whether anybody has tried."""
        attempts = self.model._meta.get_field("attempts").related_model
        return self.annotate(
            owed=Coalesce("revised_for", "promised_by"), called=Exists(attempts.objects.filter(lead=OuterRef("pk")))
        )

    # The parts of what waits. Each open request is in exactly one of overdue, soon, later and resting.

    def resting(self, at):
        """Open requests put off until a moment that has not come."""
        return self.open().filter(call_at__gt=at)

    def overdue(self, at):
        """Open requests, not put off, that nobody has called although the promise has passed."""
        return self._awake(at).filter(called=False, owed__lt=at)

    def soon(self, at, limit):
        """Open requests to call back now, and those never called that are promised by `limit`, two open hours on."""
        return self._awake(at).filter(Q(called=True) | Q(call_at__lte=at, owed__gte=at) | Q(owed__range=(at, limit)))

    def later(self, at, limit):
        """Open requests never called, not put off, promised later than `limit`."""
        return self._awake(at).filter(called=False, call_at=None, owed__gt=limit)

    def due_by(self, at, end):
        """Open requests to be called between `at` and `end`: first calls owed and call-backs, those due now too."""
        overdue = Q(called=False, owed__lt=at)
        first_calls = Q(called=False, call_at=None, owed__range=(at, end))
        call_backs = Q(call_at__gt=at, call_at__lte=end) | Q(call_at__lte=at) & ~overdue | Q(called=True, call_at=None)
        return self.open().with_due().filter(first_calls | call_backs)

    def in_crisis(self):
        """Requests whose sender is in crisis and about whom nobody has said yet what was done, closed ones too."""
        return self.filter(crisis_at__isnull=False)

    def flagged(self):
        """Open requests with the safety flag."""
        return self.open().exclude(safety_at=None)

    def suspected(self):
        """Requests held as suspected robots."""
        return self.filter(closed_at=None).exclude(held_at=None)

    def closed_since(self, moment):
        """Requests closed since `moment`. What was merged counts once, with the request it became part of."""
        return self.filter(closed_at__gte=moment, merged_into=None)

    def closed(self):
        return self.filter(closed_at__isnull=False)

    def lapsed_of(self, user, at):
        """Open requests that `user` had claimed until it ran out, without saying how the call went."""
        return self.open().filter(claimed_by=user, claimed_until__lte=at)

    def expired(self, moment):
        """Requests closed before `moment` that still say who it was, or hold a note older than that.

        A merged one is forgotten with the request it became part of.
        """
        known = ~Q(name="", phone_raw="", token="", submission_key="")
        attempts, events = (self.model._meta.get_field(name).related_model for name in ("attempts", "events"))
        notes = Exists(attempts.everything.filter(lead=OuterRef("pk"), at__lt=moment).exclude(note=""))
        details = Exists(events.objects.filter(lead=OuterRef("pk"), at__lt=moment).exclude(detail=""))
        return self.filter(closed_at__lt=moment, merged_into=None).filter(known | notes | details)

    def in_order(self, at, limit, times_now):
        """Sort by who is called first: in crisis, safety flag, overdue, due callbacks, then by promise, time received.

        A promise that a closure moved is ordered by the new moment; those who asked first come first, so whoever
        was moved to the day of reopening is called before all that were promised it. Those whose chosen best time is
        not one of `times_now` come after, until two open hours before the promise (`limit`). Last come those put off,
        by the moment they come back. The same moment gives the same order on every page.
        """
        put_off = Q(call_at__gt=at)
        return (
            self.with_due()
            .annotate(
                rank=Case(
                    When(crisis_at__isnull=False, then=Value(-1)),
                    When(safety_at__isnull=False, then=Value(0)),
                    When(put_off, then=Value(5)),
                    When(called=False, owed__lt=at, then=Value(1)),
                    When(Q(called=True) | Q(call_at__isnull=False), then=Value(2)),
                    When(Q(owed__lte=limit) | Q(best_time__in=times_now), then=Value(3)),
                    default=Value(4),
                    output_field=IntegerField(),
                ),
                place=Case(When(put_off, then=F("call_at")), default=F("owed"), output_field=DateTimeField()),
            )
            .order_by("rank", "place", "received_at", "id")
        )

    def ready(self, at, limit, times_now):
        """Open requests in order that may be handed out at `at`: free, not put off, not waiting for their best time.

        What a colleague may have called just now rests first; a person in crisis is left with whoever spoke with them.
        """
        may_be_called = Q(claimed_by=None) | Q(claimed_until__lte=at - REST_AFTER_LAPSE, crisis_at=None)
        return self.open().filter(may_be_called).in_order(at, limit, times_now).exclude(call_at__gt=at).exclude(rank=4)

    def _awake(self, at):
        return self.open().with_due().exclude(call_at__gt=at)
