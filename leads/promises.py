"""Promises that a closure breaks: whom it concerns, and by when we call them instead."""

from django.db import transaction

from clinic_site import hours

from .models import Lead


def broken(at, calendar):
    """Return (request, new moment) for everybody promised a time at which the clinic is closed by this calendar.

    Only those who wait for their first call: what was agreed on the phone is an appointment, not this promise. Without
    opening hours there is no new moment to give, and the list is empty.
    """
    waiting = Lead.objects.filter(closed_at=None, robot_at=None).with_due().filter(called=False, owed__gt=at)
    found = []
    for lead in waiting.order_by("owed", "received_at", "id"):
        try:
            moment = hours.kept_or_next(lead.due, calendar)
        except hours.NoOpeningHours:
            return []
        if moment != lead.due:
            found.append((lead, moment))
    return found


def callbacks_in(at, calendar):
    """Return the open requests whose agreed call-back falls when the clinic is closed by this calendar."""
    resting = Lead.objects.resting(at).order_by("call_at", "id")
    return [lead for lead in resting if not hours.is_open(lead.call_at, calendar)]


@transaction.atomic
def revise_all(at, calendar, user):
    """Give everybody whose promise is broken the new time, and return how many there were."""
    return sum(lead.revise(at, moment, user) for lead, moment in broken(at, calendar))
