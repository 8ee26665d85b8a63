"""What the desk achieved between two days of the clinic's calendar. One set of numbers for the page, its pictures and
the CSV; what each number means is printed beside it from DEFINITIONS.

Forgotten requests count like all others (their moments and outcomes stay), merged ones count once, with the request
they became part of, and robots do not count.
"""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from statistics import median

from django.contrib.auth import get_user_model
from django.db.models import Exists, Min, OuterRef

from clinic_site import hours

from . import queue
from .models import Attempt, Event, Lead, staff_name

TALKED = {
    Attempt.Outcome.BOOKED, Attempt.Outcome.NO_VISIT, Attempt.Outcome.THINKING, Attempt.Outcome.DO_NOT_CALL,
    Attempt.Outcome.IN_CRISIS,
}  # fmt: skip
WITHDRAWN = {Lead.Outcome.CANCELLED, Lead.Outcome.ERASED}
BY_PHONE, UNKNOWN = "By phone", "Not known any more"

DEFINITIONS = [
    (
        "Requests",
        "Every request received on these days, on the clinic's calendar: by the site or taken by phone, held ones too. "
        "Requests closed as robots are left out. Requests that were merged count once. Erased personal details change "
        "no number.",
    ),
    (
        "Promise kept",
        "The first call was logged at or before the moment the person was first promised. A call they made to us "
        "counts. A call that was taken back does not.",
    ),
    (
        "Promise missed",
        "That moment has passed without a call. A promise that a closure moved counts as missed unless the call was "
        "made by the first moment.",
    ),
    (
        "Withdrawn",
        "The person cancelled or erased the request before that moment and before any call: neither kept nor missed.",
    ),
    ("Not due yet", "The moment has not come and nobody has called."),
    ("Promises kept, %", "Kept, of kept and missed together."),
    (
        "Open minutes to the first call",
        "Minutes the clinic was open from receipt to the first call, by today's opening hours, closures and holidays. "
        "The median is the middle one. Of ten people nine waited no longer than the 90th percentile (nearest rank).",
    ),
    (
        "Calls",
        "Calls logged on these days, whenever the request came. Calls that people made to us are counted apart.",
    ),
    (
        "Reach rate",
        "Calls we made in which somebody talked with the person (visit booked, no visit, thinking it over, asked not "
        "to be called, in crisis), of all calls we made.",
    ),
    ("Weeks", "Monday to Sunday: requests by the day they were received, calls by the day they were made."),
]


@dataclass(frozen=True)
class Asked:
    """One request as reports see it: no name, no number."""

    received_at: datetime
    promised_by: datetime
    first_call: datetime | None
    closed_at: datetime | None
    outcome: str
    source: str

    def promise(self, at):
        """Return "kept", "missed", "withdrawn" or "not due": each request is exactly one of them."""
        if self.first_call and self.first_call <= self.promised_by:
            return "kept"
        ended = self.outcome in WITHDRAWN and self.closed_at and self.closed_at <= self.promised_by
        if ended:
            return "withdrawn"
        return "missed" if self.promised_by < at else "not due"


@dataclass(frozen=True)
class Promises:
    """How promises went for some requests."""

    requests: int
    kept: int
    missed: int
    withdrawn: int
    not_due: int
    median: float | None
    ninetieth: float | None

    @property
    def percent(self):
        return percent(self.kept, self.kept + self.missed)


@dataclass(frozen=True)
class Calls:
    """How some calls went."""

    made: int
    reached: int
    booked: int
    came: int

    @property
    def percent(self):
        return percent(self.reached, self.made)


def percent(part, whole):
    """Return a share in percent with one decimal, or None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def nearest_rank(values, share):
    """Return the smallest value that at least this share of all values does not exceed; None of nothing."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None


class Report:
    """All numbers of the days `first` to `last`, as they are at `at`. Reads the database in five queries."""

    def __init__(self, first, last, at, calendar):
        self.first, self.last, self.at, self.calendar = first, last, at, calendar
        self.begins = datetime.combine(first, time(), calendar.zone)
        self.ends = datetime.combine(last + timedelta(days=1), time(), calendar.zone)

    # --- What is counted

    @cached_property
    def _received(self):
        return Lead.objects.filter(received_at__gte=self.begins, received_at__lt=self.ends).order_by()

    @cached_property
    def asked(self):
        """Return the requests that count."""
        first = Attempt.objects.filter(lead=OuterRef("pk")).order_by().values("lead").annotate(first=Min("at"))
        entered = Event.objects.filter(lead=OuterRef("pk"), kind=Event.Kind.ENTERED)
        rows = self._received.filter(merged_into=None, robot_at=None).exclude(outcome=Lead.Outcome.ROBOT)
        rows = rows.annotate(first_call=first.values("first"), entered=Exists(entered))
        columns = ("received_at", "promised_by", "first_call", "closed_at", "outcome", "source_path", "entered")
        return [
            Asked(received, promised, first_call, closed, outcome, BY_PHONE if entered else path or UNKNOWN)
            for received, promised, first_call, closed, outcome, path, entered in rows.values_list(*columns)
        ]

    @cached_property
    def left_out(self):
        """Return how many were merged into another and how many were robots."""
        merged = self._received.exclude(merged_into=None).count()
        robots = self._received.filter(merged_into=None).exclude(robot_at=None).count()
        return {"merged": merged, "robots": robots}

    @cached_property
    def attempts(self):
        """Return the calls logged on these days: (moment on the clinic's clock, user key, outcome, they called us)."""
        rows = Attempt.objects.filter(at__gte=self.begins, at__lt=self.ends).order_by("at", "id")
        return [
            (at.astimezone(self.calendar.zone), user, outcome, incoming)
            for at, user, outcome, incoming in rows.values_list("at", "user_id", "outcome", "incoming")
        ]

    # --- Numbers

    def promises(self, asked=None):
        asked = self.asked if asked is None else asked
        states = Counter(one.promise(self.at) for one in asked)
        minutes = [self._minutes(one) for one in asked if one.first_call]
        return Promises(
            len(asked),
            states["kept"],
            states["missed"],
            states["withdrawn"],
            states["not due"],
            round(median(minutes), 1) if minutes else None,
            round(nearest_rank(minutes, 0.9), 1) if minutes else None,
        )

    @cached_property
    def _known_minutes(self):
        return {}

    def _minutes(self, one):
        """Return the open minutes a person waited for the first call, counted once for each request."""
        key = (one.received_at, one.first_call)
        if key not in self._known_minutes:
            self._known_minutes[key] = hours.open_minutes_between(*key, self.calendar)
        return self._known_minutes[key]

    def calls(self, attempts=None):
        attempts = self.attempts if attempts is None else attempts
        made = [outcome for _, _, outcome, incoming in attempts if not incoming]
        return Calls(
            len(made),
            sum(outcome in TALKED for outcome in made),
            sum(outcome == Attempt.Outcome.BOOKED for _, _, outcome, _ in attempts),
            sum(incoming for *_, incoming in attempts),
        )

    def by_hour(self):
        """Return (words, Calls) of each hour in which anybody called, in order."""
        return [(hour_words(hour), calls) for hour, calls in self._calls_by(lambda attempt: attempt[0].hour)]

    def by_weekday(self):
        return [(hours.WEEKDAYS[day], calls) for day, calls in self._calls_by(lambda attempt: attempt[0].weekday())]

    def by_person(self):
        """Return (name, Calls) of everybody who logged a call, in the order of names."""
        people = get_user_model().objects.in_bulk({user for _, user, _, _ in self.attempts})
        named = [(staff_name(people[user]), calls) for user, calls in self._calls_by(lambda attempt: attempt[1])]
        return sorted(named, key=lambda pair: pair[0].casefold())

    def _calls_by(self, key):
        groups = {}
        for attempt in self.attempts:
            groups.setdefault(key(attempt), []).append(attempt)
        return [(group, self.calls(groups[group])) for group in sorted(groups)]

    def by_week(self):
        """Return (Monday, Promises, Calls) of each week that these days touch, empty ones too."""
        asked, attempts = {}, {}
        for one in self.asked:
            asked.setdefault(monday(one.received_at.astimezone(self.calendar.zone).date()), []).append(one)
        for attempt in self.attempts:
            attempts.setdefault(monday(attempt[0].date()), []).append(attempt)
        week, weeks = monday(self.first), []
        while week <= self.last:
            weeks.append((week, self.promises(asked.get(week, [])), self.calls(attempts.get(week, []))))
            week += timedelta(days=7)
        return weeks

    def outcomes(self):
        """Return (words, how many) of how requests ended, most first, and those still open."""
        counted = Counter(one.outcome for one in self.asked)
        ended = [(Lead.Outcome(outcome).label, count) for outcome, count in counted.items() if outcome]
        still_open = [("Still open", counted[""])] if counted[""] else []
        return sorted(ended, key=lambda pair: (-pair[1], pair[0])) + still_open

    def sources(self):
        """Return (page, requests, booked) of where requests came from, most first."""
        asked = Counter(one.source for one in self.asked)
        booked = Counter(one.source for one in self.asked if one.outcome == Lead.Outcome.BOOKED)
        return sorted(((path, count, booked[path]) for path, count in asked.items()), key=lambda row: (-row[1], row[0]))

    # --- The same numbers as lines

    def tables(self):
        """Return every number as (title, column heads, rows), for the CSV and for the tables of the page."""
        whole, calls = self.promises(), self.calls()
        promise_heads = [
            "Requests", "Kept", "Missed", "Withdrawn", "Not due yet", "Kept %", "Median minutes", "90th percentile",
        ]  # fmt: skip
        call_heads = ["Calls we made", "Reached", "Reached %", "Booked", "They called us"]
        weeks = [[week.isoformat(), *promise_row(one), *call_row(two)] for week, one, two in self.by_week()]
        days = f"{self.first.isoformat()} to {self.last.isoformat()}"
        return [
            ("All", ["Days", *promise_heads, *call_heads], [[days, *promise_row(whole), *call_row(calls)]]),
            ("By week", ["Week from Monday", *promise_heads, *call_heads], weeks),
            ("By person", ["Person", *call_heads], [[name, *call_row(one)] for name, one in self.by_person()]),
            ("By hour", ["Hour", *call_heads], [[hour, *call_row(one)] for hour, one in self.by_hour()]),
            ("By weekday", ["Weekday", *call_heads], [[day, *call_row(one)] for day, one in self.by_weekday()]),
            ("Outcomes", ["How it ended", "Requests"], [list(row) for row in self.outcomes()]),
            ("Pages they came from", ["Page", "Requests", "Booked"], [list(row) for row in self.sources()]),
            (
                "Left out",
                ["Why", "Requests"],
                [["Merged into another", self.left_out["merged"]], ["Robots", self.left_out["robots"]]],
            ),
        ]


def promise_row(one):
    return [one.requests, one.kept, one.missed, one.withdrawn, one.not_due, one.percent, one.median, one.ninetieth]


def call_row(one):
    return [one.made, one.reached, one.percent, one.booked, one.came]


def monday(day):
    return day - timedelta(days=day.weekday())


def hour_words(hour):
    """Return "9 am" of 9: the hour that begins then."""
    return f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}"


# --- Today, for the first page of the staff site


def today(at, calendar):
    """Return today's numbers: promises that end today, calls, and the oldest promise still owed."""
    began = datetime.combine(at.astimezone(calendar.zone).date(), time(), calendar.zone)
    ends = datetime.combine(began.date() + timedelta(days=1), time(), calendar.zone)
    owed = Lead.objects.filter(promised_by__gte=began, promised_by__lt=ends, merged_into=None, robot_at=None)
    first = Attempt.objects.filter(lead=OuterRef("pk")).order_by().values("lead").annotate(first=Min("at"))
    rows = owed.order_by().annotate(first_call=first.values("first"))
    columns = ("received_at", "promised_by", "first_call", "closed_at", "outcome")
    states = Counter(Asked(*row, "").promise(at) for row in rows.values_list(*columns))
    calls = Attempt.objects.filter(at__gte=began, at__lt=ends)
    oldest = Lead.objects.open().with_due().filter(called=False).order_by("owed", "received_at", "id").first()
    words = queue.say_short(oldest.due, at, calendar.zone) if oldest else ""
    return {
        "kept": states["kept"],
        "missed": states["missed"],
        "to_come": states["not due"],
        "calls": calls.count(),
        "talked": calls.filter(outcome__in=TALKED).count(),
        "oldest": oldest,
        "oldest_words": words,
        "oldest_is_overdue": bool(oldest and oldest.due < at),
    }
