"""What the day holds: how many are promised a call by its end, and how many will have had one at today's pace."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef

from clinic_site import hours

from . import queue
from .models import Attempt, Lead

# With less to go by than this, a pace would be a guess.
FEWEST_CALLS = 3
SHORTEST = 20


@dataclass(frozen=True)
class Day:
    """The promises that end with the clinic's day, or with the next one that opens, and today's pace."""

    at: datetime
    calendar: hours.Calendar
    by: datetime  # when that day closes
    promised: int  # people still waiting for a first call owed by then, overdue ones too
    reached: int  # people called for the first time today
    minutes_open: float  # since the clinic opened today
    minutes_left: float  # until it closes; 0 outside the open hours

    @property
    def has_pace(self):
        return self.reached >= FEWEST_CALLS and self.minutes_open >= SHORTEST

    @property
    def expected(self):
        """Return how many of the promised will have been called at today's pace, or None without one."""
        if not (self.has_pace and self.minutes_left):
            return None
        return min(self.promised, round(self.reached / self.minutes_open * self.minutes_left))

    @property
    def is_short(self):
        """Tell whether somebody has to decide something: more are promised than today's pace will reach."""
        return self.expected is not None and self.expected < self.promised

    @property
    def words(self):
        """Return the day in one line."""
        by = queue.say_short(self.by, self.at, self.calendar.zone).removeprefix("today ")
        if not self.promised:
            return f"Nobody waits for a first call promised by {by}."
        line = f"{self.promised} promised by {by}"
        if not self.minutes_left:
            return f"{line}; we are closed now."
        if self.expected is None:
            return f"{line}; too few calls today to tell a pace."
        if self.is_short:
            return f"{line}; at today's pace about {self.expected} will be reached."
        return f"{line}; at today's pace all of them will be reached."


def of_day(at, calendar):
    """Return the Day at `at`, or None while the clinic has no opening hours."""
    today = at.astimezone(calendar.zone).date()
    try:
        opens, closes = hours.opens(today, calendar), hours.closes(today, calendar)
        if closes is None or at >= closes:
            closes = hours.closes(hours.next_open_day(today, calendar), calendar)
    except hours.NoOpeningHours:
        return None
    is_open = hours.is_open(at, calendar)
    return Day(
        at,
        calendar,
        closes,
        promised=Lead.objects.open().with_due().filter(called=False, owed__lte=closes).count(),
        reached=_first_called(opens, at) if opens and at > opens else 0,
        minutes_open=hours.open_minutes_between(opens, at, calendar) if opens else 0,
        minutes_left=hours.open_minutes_between(at, closes, calendar) if is_open else 0,
    )


def _first_called(since, at):
    """Return how many people had their first call between the two moments."""
    earlier = Attempt.objects.filter(lead=OuterRef("lead"), at__lt=since)
    today = Attempt.objects.filter(at__gte=since, at__lte=at).exclude(Exists(earlier))
    return today.aggregate(people=Count("lead", distinct=True))["people"]
