"""Who is called next: the desk's views with their counts, the one order, and the claim of the next right request.

Every moment is passed in; `at` with the clinic's calendar gives the same answer on every page and every database.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Prefetch, Q

from clinic_site import hours

from .models import Attempt, Lead

SOON_MINUTES = 120
# The part of the clinic's day each chosen best time stands for. Generous: a call at noon suits both halves.
BEST_TIMES = {
    Lead.BestTime.MORNING: (time(0), time(12, 30)),
    Lead.BestTime.MIDDAY: (time(11), time(14, 30)),
    Lead.BestTime.AFTERNOON: (time(12), time(23, 59)),
}
AFTERNOON = time(14)
NOON = time(12)
ROUND = timedelta(minutes=5)
WITH_CALLS = Prefetch("attempts", queryset=Attempt.objects.select_related("user"))


@dataclass(frozen=True)
class Now:
    """One moment at the desk, with what follows from it for every row."""

    at: datetime
    calendar: hours.Calendar

    @property
    def zone(self):
        return self.calendar.zone

    @property
    def local(self):
        return self.at.astimezone(self.zone)

    @property
    def limit(self):
        """Return the moment two open hours on: what is promised by then is due soon."""
        try:
            return hours.add_open_minutes(self.at, SOON_MINUTES, self.calendar)
        except hours.NoOpeningHours:
            return self.at + timedelta(minutes=SOON_MINUTES)

    @property
    def times_now(self):
        """Return the best times that this moment suits, "any" included."""
        clock = self.local.time()
        return ["", *(name for name, (first, last) in BEST_TIMES.items() if first <= clock < last)]

    @property
    def day_began(self):
        return datetime.combine(self.local.date(), time(), self.zone)

    @property
    def day_ends(self):
        """Return the last moment of the clinic's day."""
        tomorrow = datetime.combine(self.local.date() + timedelta(days=1), time(), self.zone)
        return tomorrow - timedelta(microseconds=1)


# --- Views and counts

# Each view of the desk: its words on the tally and the rows it shows, in the queue's order.
VIEWS = {
    "waiting": ("Waiting", lambda leads, user, now: leads.open()),
    "next": ("Next up", lambda leads, user, now: leads.ready(now.at, now.limit, now.times_now)),
    "mine": ("Mine", lambda leads, user, now: leads.open().held_by(user, now.at)),
    "overdue": ("Overdue", lambda leads, user, now: leads.overdue(now.at)),
    "soon": ("Due in 2 hours", lambda leads, user, now: leads.soon(now.at, now.limit)),
    "today": ("Due today", lambda leads, user, now: leads.due_by(now.at, now.day_ends)),
    "later": ("Later", lambda leads, user, now: leads.later(now.at, now.limit)),
    "callbacks": ("Waiting for call-back", lambda leads, user, now: leads.resting(now.at)),
    "safety": ("Safety", lambda leads, user, now: leads.flagged()),
    "held": ("Held", lambda leads, user, now: leads.suspected()),
    "closed": ("Closed today", lambda leads, user, now: leads.closed_since(now.day_began)),
    "closed-all": ("All closed", lambda leads, user, now: leads.closed()),
}
CLOSED = ("closed", "closed-all")


def rows(view, user, at, calendar):
    """Return the requests of one view in order, with all that a row shows: no row asks the database again."""
    now = Now(at, calendar)
    chosen = VIEWS[view][1](Lead.objects, user, now)
    if view in CLOSED:
        ordered = chosen.order_by("-closed_at", "-id")
    else:
        ordered = chosen.in_order(at, now.limit, now.times_now)
    return ordered.select_related("claimed_by").prefetch_related(WITH_CALLS)


def counts(at, calendar, user=None):
    """Return {view: how many}, in two queries. Without a user, "mine" is left out; "closed-all" always is."""
    now = Now(at, calendar)
    views = [view for view in VIEWS if view not in CLOSED and (view != "mine" or user)]
    parts = {view: Q(pk__in=VIEWS[view][1](Lead.objects, user, now).values("pk")) for view in views}
    unclosed = Lead.objects.filter(closed_at=None).order_by()
    numbers = unclosed.aggregate(**{view: Count("pk", filter=part) for view, part in parts.items()})
    return numbers | {"closed": Lead.objects.closed_since(now.day_began).count()}


def next_ready(at, calendar):
    """Return the request that is called next, or None: free, not put off, in order."""
    now = Now(at, calendar)
    ready = Lead.objects.ready(at, now.limit, now.times_now).select_related("claimed_by")
    return ready.prefetch_related(WITH_CALLS).first()


def next_for(user, at, calendar):
    """Claim the next right request for `user` and return it, or None when none is free."""
    now = Now(at, calendar)
    while lead := Lead.objects.ready(at, now.limit, now.times_now).first():
        if lead.claim(user, at, lead.version):
            return lead
    return None


# --- What a row says


@dataclass(frozen=True)
class State:
    """How a request stands at one moment. `kind` chooses shape, edge and colour; `words` say it without them."""

    kind: str
    words: str


def state_of(lead, at, calendar, limit=None):
    """Return a request's State. It agrees with the querysets: a test holds both against each other."""
    zone = calendar.zone
    if lead.closed_at:
        return State("closed", lead.get_outcome_display())
    if lead.held_at:
        return State("held", "Held")
    if lead.call_at and lead.call_at > at:
        return State("rest", f"Call back {say_short(lead.call_at, at, zone)}")
    called = bool(lead.attempts.all())
    if not called and lead.due < at:
        return State("overdue", f"Overdue {say_span(at - lead.due) or 'since ' + say_short(lead.due, at, zone)}")
    if called or lead.call_at:
        since = f", since {say_short(lead.call_at, at, zone)}" if lead.call_at else ""
        return State("soon", f"Call back now{since}")
    kind = "soon" if lead.due <= (limit or Now(at, calendar).limit) else "later"
    if kind == "soon" and lead.due - at <= timedelta(minutes=SOON_MINUTES):
        return State(kind, f"Due in {say_span(lead.due - at)}")
    return State(kind, f"Due {say_short(lead.due, at, zone)}")


def say_span(span):
    """Return "42 min" or "1 h 18 min"; "" for a day and more."""
    minutes = int(span.total_seconds() // 60)
    if minutes >= 24 * 60:
        return ""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest} min" if whole else f"{rest} min"


def say_short(moment, at, zone):
    """Return a moment as the desk reads it: "today 5 pm", "Friday 2:14 pm", "Nov 30, 9 am"."""
    clock = hours.say_time(moment, zone)
    day, today = moment.astimezone(zone).date(), at.astimezone(zone).date()
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((day - today).days)
    if near:
        return f"{near} {clock}"
    if abs((day - today).days) < 7:
        return f"{hours.WEEKDAYS[day.weekday()]} {clock}"
    year = f" {day.year}" if day.year != today.year else ""
    return f"{hours.MONTHS[day.month - 1][:3]} {day.day}{year}, {clock}"


# --- When to try again


def call_back_times(at, calendar, tried=(), best_time=""):
    """Return sensible moments in open hours as (moment, words), the suggested one first.

    Suggested is another part of the day than this call's and those of the moments already `tried`; the person's own
    `best_time`, where they chose one, before that.
    """
    now = Now(at, calendar)
    try:
        morning = hours.next_opening(at, calendar)
        next_day = hours.next_open_day(now.local.date(), calendar)
        in_two_days = hours.next_open_day(next_day, calendar)
        in_two_hours = _round_up(hours.add_open_minutes(at, SOON_MINUTES, calendar))
    except hours.NoOpeningHours:
        return []
    found = [
        ("in 2 open hours", in_two_hours),
        ("this afternoon", _clock(now.local.date(), AFTERNOON, calendar)),
        ("next open morning", morning),
        ("next open afternoon", _clock(next_day, AFTERNOON, calendar)),
        ("in 2 business days", _clock(in_two_days, _round_up(now.local).time(), calendar)),
        ("in 2 business days, morning", hours.opens(in_two_days, calendar)),
    ]
    times = {}
    for words, moment in found:
        if moment and moment > at and hours.is_open(moment, calendar):
            # The moment first: on a phone the end of a long line is cut off.
            said = say_short(moment, at, now.zone)
            times.setdefault(moment.astimezone(hours.UTC), f"{said[0].upper()}{said[1:]}: {words}")
    in_order = sorted(times.items())
    suggested = _suggested(in_order, now, [*tried, at], best_time)
    return suggested + [pair for pair in in_order if pair not in suggested]


def _suggested(times, now, tried, best_time):
    """Return the one of `times` to try: at the chosen best time, else in the half of the day tried least."""

    def half(moment):
        return moment.astimezone(now.zone).time() >= NOON

    def suits(moment):
        first, last = BEST_TIMES[best_time]
        return first <= moment.astimezone(now.zone).time() < last

    far = [pair for pair in times if pair[0] - now.at >= timedelta(hours=2)]
    chosen = [pair for pair in far if best_time in BEST_TIMES and suits(pair[0])]
    afternoons = sum(half(moment) for moment in tried)
    if afternoons * 2 == len(tried):
        another = not half(now.at)
    else:
        another = afternoons * 2 < len(tried)
    return (chosen or [pair for pair in far if half(pair[0]) == another])[:1]


def next_morning(at, calendar):
    """Return when the clinic opens next, or a day on when it never does."""
    try:
        return hours.next_opening(at, calendar)
    except hours.NoOpeningHours:
        return at + timedelta(days=1)


def _clock(day, clock, calendar):
    """Return a time of a clinic day, in UTC like every moment here."""
    return datetime.combine(day, clock, calendar.zone).astimezone(hours.UTC)


def _round_up(moment):
    past = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (ROUND - past) if past else moment
