"""Six days of a clinic, through the real pages: 200 people ask, three people call, a day is cut short, people call in,
cancel, ask twice. Beside it runs a plain account of who should be called next, what was promised and what was done,
which knows nothing of the project's code: every promise, every next call and every number of the report must agree.
"""

import csv
import heapq
import io
import math
import random
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from leads.models import Lead
from tests.factories import make_clinic, make_staff
from tests.leads.desk_pages import QUEUE, at, form, page, words
from tests.leads.pages import fields, send

ZONE = ZoneInfo("America/New_York")
MINUTE = timedelta(minutes=1)
PEOPLE = 200
# The clinic's days, written by hand: Thursday is Thanksgiving, and on Monday at 11 Tuesday is cut short at noon.
USUAL = {date(2026, 11, day): (9, 17) for day in (20, 23, 24, 25, 27, 30)}
CUT_SHORT = {**USUAL, date(2026, 11, 24): (9, 12)}
FIRST, LAST = date(2026, 11, 20), date(2026, 11, 25)


def moment(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


ANNOUNCED = moment(23, 11)


# --- The account: plain rules over plain values


def spans(days):
    for day, (opens, closes) in sorted(days.items()):
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        yield midnight + timedelta(hours=opens), midnight + timedelta(hours=closes)


def is_open(when, days):
    return any(opens <= when < closes for opens, closes in spans(days))


def promised(when, days):
    """Asked while open: the close of the next open day. Asked while closed: the close of the day that opens next."""
    for opens, closes in spans(days):
        if opens > when:
            return closes
    raise AssertionError


def two_hours_on(when, days):
    left = timedelta(hours=2)
    for opens, closes in spans(days):
        begins = max(opens, when)
        if closes - begins >= left:
            return begins + left
        left -= max(closes - begins, timedelta())
    raise AssertionError


def minutes_open(begins, ends):
    total = timedelta()
    for opens, closes in spans(CUT_SHORT):
        total += max(min(closes, ends) - max(opens, begins), timedelta())
    return total / MINUTE


TALKED = ("booked", "no_visit", "thinking", "do_not_call")


@dataclass
class Person:
    """One request as the account knows it."""

    key: int
    number: str
    asked: datetime
    promise: datetime
    due: datetime
    best: str = ""
    flagged: bool = False
    held: bool = False
    robot: bool = False
    merged: bool = False
    calls: list = field(default_factory=list)  # (moment, who, outcome, they called us)
    call_at: datetime | None = None
    holder: str = ""
    until: datetime | None = None
    ended: str = ""
    ended_at: datetime | None = None

    def held_by(self, when):
        return self.holder if self.holder and self.until > when else ""

    def free(self):
        self.holder, self.until = "", None

    def end(self, outcome, when):
        if not self.ended:
            self.ended, self.ended_at, self.call_at = outcome, when, None
            self.free()

    @property
    def waits(self):
        return not (self.ended or self.held or self.robot or self.merged)


def fits(best, when):
    clock = when.hour + when.minute / 60
    return {"": True, "morning": clock < 12.5, "midday": 11 <= clock < 14.5, "afternoon": clock >= 12}[best]


def next_of(people, when, days):
    """Return who is called next: safety, overdue, call-backs due, then by promise; best times wait until two hours."""
    limit = two_hours_on(when, days)

    def rank(person):
        if person.flagged:
            return 0
        if not person.calls and person.due < when:
            return 1
        if person.calls or person.call_at:
            return 2
        return 3 if person.due <= limit or fits(person.best, when) else 4

    ready = [
        person
        for person in people
        if person.waits
        and not (person.call_at and person.call_at > when)
        and (not person.holder or person.until <= when - 30 * MINUTE)
        and rank(person) < 4
    ]
    return min(ready, key=lambda person: (rank(person), person.due, person.asked, person.key), default=None)


# --- The days


class Days:
    """What happens, in the order of the clock, done through the real pages and written into the account."""

    def __init__(self):
        self.chance = random.Random(20261120)
        self.people, self.desks, self.agenda, self.order = [], {}, [], 0
        self.compared, self.signed_in_at = 0, None
        for name in ("ana", "ben", "cy", "mia"):
            self.desks[name] = Client()
            self.desks[name].user = make_staff(name, role="Manager" if name == "mia" else "Front desk")
        self.public = Client()

    def plan(self, when, do, *args):
        self.order += 1
        heapq.heappush(self.agenda, (when, self.order, do, args))

    def run(self, until):
        with time_machine.travel(moment(20, 9), tick=False) as clock:
            while self.agenda and self.agenda[0][0] <= until:
                when, _, do, args = heapq.heappop(self.agenda)
                clock.move_to(when)
                self.sign_in(when)
                do(when, *args)
            clock.move_to(until)

    def sign_in(self, when):
        """A session lasts for a working day: everybody signs in anew after some hours."""
        if self.signed_in_at is None or when - self.signed_in_at > 6 * 60 * MINUTE:
            self.signed_in_at = when
            for desk in self.desks.values():
                desk.force_login(desk.user)

    def days(self, when):
        return CUT_SHORT if when >= ANNOUNCED else USUAL

    # People

    def ask(self, when, name, number, typed):
        shown = self.public.get("/callback/")
        answer = send(self.public, shown, name=name, phone=number, **typed)
        assert answer.status_code == 302, words(answer)
        lead = Lead.objects.latest("pk")
        promise = promised(when, self.days(when))
        person = Person(lead.pk, number, when, promise, promise, typed.get("best_time", ""))
        person.flagged, person.held = "end my life" in name, "leave_empty" in typed
        self.people.append(person)

    def cancel(self, when, person):
        token = Lead.objects.values_list("token", flat=True).get(pk=person.key)
        self.public.post(f"/callback/{token}/", {"action": "cancel", "confirm": "yes"})
        person.end("cancelled", when)

    # The desk

    def next_call(self, when, who):
        if not is_open(when, self.days(when)):
            later = [opens for opens, _ in spans(self.days(when)) if opens > when]
            return self.plan(later[0] + MINUTE * "abc".index(who[0]), self.next_call, who)
        expected = next_of(self.people, when, self.days(when))
        answer = self.desks[who].post(f"{QUEUE}next/")
        given = re.search(r"#call-(\d+)$", answer["Location"])
        assert (int(given[1]) if given else None) == (expected.key if expected else None), (when, who)
        self.compared += 1
        if expected is None:
            return self.plan(when + 20 * MINUTE, self.next_call, who)
        expected.holder, expected.until = who, when + 15 * MINUTE
        if who == "cy" and self.chance.random() < 0.06:
            return self.plan(when + 50 * MINUTE, self.next_call, who)  # called away without a word
        return self.plan(when + self.chance.randint(5, 14) * MINUTE, self.call, who, expected)

    def call(self, when, who, person):
        outcome = self.chance.choices(
            ["no_answer", "voicemail", "someone_else", "thinking", "booked", "no_visit", "do_not_call"],
            [30, 8, 6, 14, 24, 12, 3],
        )[0]
        self.log(when, who, person, outcome, f"{at_key(person)}call/")
        self.plan(when + MINUTE, self.next_call, who)

    def log(self, when, who, person, outcome, address, incoming=False):
        back = self.time_to_call_again(when)
        data = {
            "outcome": outcome,
            "note": f"note {len(person.calls)}",
            "exact": f"{back:%Y-%m-%dT%H:%M}",
            "covers": "0",
        }
        answer = self.desks[who].post(address, data)
        assert answer.status_code == 302, words(answer)
        person.calls.append((when, who, outcome, incoming))
        if outcome in ("booked", "no_visit", "do_not_call"):
            person.end(outcome, when)
        elif not person.ended:
            person.call_at = back
            if person.held_by(when) in ("", who):
                person.free()

    def time_to_call_again(self, when):
        slots = [opens + hour * 60 * MINUTE for opens, closes in spans(CUT_SHORT) for hour in range(1, 8)]
        open_slots = [slot for slot in slots if is_open(slot, CUT_SHORT) and slot > when + 2 * 60 * MINUTE]
        return self.chance.choice(open_slots[:8])

    def called_us(self, when, who, person):
        found = self.desks[who].post(f"{QUEUE}find/", {"q": person.number[-4:]})
        assert f"found-{person.key}" in found.content.decode()
        if not person.waits:
            return
        outcome = self.chance.choice(["booked", "thinking"])
        self.log(when, who, person, outcome, f"{at_key(person)}called/", incoming=True)

    def merge(self, when, one, other, undo=False):
        if not all(person.waits and not (person.calls or person.call_at or person.holder) for person in (one, other)):
            return
        kept, gone = sorted([one, other], key=lambda person: (person.promise, person.asked, person.key))
        self.desks["mia"].post(f"{at_key(one)}merge/", {"other": other.key})
        assert Lead.objects.get(pk=gone.key).merged_into_id == kept.key
        if undo:
            shown = page(self.desks["mia"].get(at_key(kept)))
            address = next(each["action"] for each in shown.forms if "/undo/" in each["action"])
            self.desks["mia"].post(address)
            return
        gone.merged, kept.due = True, min(kept.due, gone.due)
        kept.best = max(one, other, key=lambda person: person.asked).best or kept.best or gone.best

    def cut_tuesday_short(self, when):
        data = {"day": "2026-11-24", "kind": "early", "time": "12:00", "reason": "snow", "confirm": "yes"}
        self.desks["mia"].post("/admin/today/closed/", data)
        for person in self.people:
            if not (person.calls or person.ended or person.merged) and person.due == moment(24, 17):
                person.due = moment(25, 17)

    def robots(self, when):
        held = [person for person in self.people if person.held]
        real, *rest = held
        self.desks["mia"].post(f"{at_key(real)}unhold/")
        real.held = False
        shown = self.desks["mia"].post(f"{QUEUE}bulk/", {"verb": "robot", "lead": [one.key for one in rest]})
        data = form(shown, f"{QUEUE}bulk/") | {"lead": [one.key for one in rest]}
        self.desks["mia"].post(f"{QUEUE}bulk/", data)
        for person in rest:
            person.robot, person.ended, person.ended_at = True, "robot", when


def at_key(person):
    return f"{QUEUE}{person.key}/"


def fill(days):
    """Plan what people and staff do."""
    chance = days.chance
    begins, ends = moment(20, 16), moment(25, 16)
    weekend = [begins + chance.random() * (moment(23, 9) - begins) for _ in range(80)]
    week = [moment(23, 9) + chance.random() * (ends - moment(23, 9)) for _ in range(PEOPLE - 80)]
    for place, when in enumerate(sorted(weekend + week)):
        typed = {"best_time": chance.choice(["", "", "", "morning", "midday", "afternoon"])}
        name = f"Test caller {place}"
        if place in (3, 90):
            name = f"Test caller {place}, I want to end my life"
        if place in (10, 11, 12):
            typed = {"leave_empty": "x"}
        # Every fiftieth number is one that asked before, under another name.
        same = place - 1 if place % 20 == 19 else place
        number = f"{202 + same // 100}-555-{100 + same % 100:04}"
        days.plan(when.replace(second=0, microsecond=0), days.ask, name, number, typed)
    for who in ("ana", "ben", "cy"):
        days.plan(moment(20, 17), days.next_call, who)
    days.plan(ANNOUNCED, days.cut_tuesday_short)
    days.plan(moment(24, 10), days.robots)

    def later(when, do, *choose):
        days.plan(when, lambda now: [do(now, *args) for args in choose[0](now)])

    def uncalled(now, count):
        found = [person for person in days.people if person.waits and not person.calls and not person.flagged]
        return found[-count:]

    later(moment(22, 12), days.cancel, lambda now: [(person,) for person in uncalled(now, 2)])
    later(moment(23, 15), days.cancel, lambda now: [(person,) for person in uncalled(now, 2)])
    for when in (moment(23, 10, 3), moment(24, 11, 7), moment(25, 14, 2)):
        later(when, days.called_us, lambda now: [("ben", person) for person in uncalled(now, 3)])
    for hour in (9, 12, 15):
        later(moment(23, hour, 30), days.called_us, lambda now: [
            ("mia", person) for person in days.people if person.held_by(now)
        ][:1])  # fmt: skip

    def pairs(now):
        numbers = {}
        for person in days.people:
            numbers.setdefault(person.number, []).append(person)
        return [tuple(same) for same in numbers.values() if len(same) == 2]

    later(moment(22, 20), days.merge, lambda now: [(*pair, place == 0) for place, pair in enumerate(pairs(now))])
    later(moment(25, 8, 30), days.merge, lambda now: pairs(now))


# --- What the report must say


def account_of(people, now):
    """Return {(table, row, column): value} of the whole and of each week, as text."""
    counted = [person for person in people if not (person.merged or person.robot)]

    def promises(some):
        states = {"Kept": 0, "Missed": 0, "Withdrawn": 0, "Not due yet": 0}
        for person in some:
            first = min((when for when, *_ in person.calls), default=None)
            if first and first <= person.promise:
                states["Kept"] += 1
            elif person.ended == "cancelled" and person.ended_at <= person.promise:
                states["Withdrawn"] += 1
            else:
                states["Missed" if person.promise < now else "Not due yet"] += 1
        waited = sorted(
            minutes_open(person.asked, min(when for when, *_ in person.calls)) for person in some if person.calls
        )
        due = states["Kept"] + states["Missed"]
        return {
            "Requests": len(some),
            **states,
            "Kept %": round(100 * states["Kept"] / due, 1) if due else "",
            "Median minutes": round(median(waited), 1) if waited else "",
            "90th percentile": round(waited[math.ceil(0.9 * len(waited)) - 1], 1) if waited else "",
        }

    def calls(some):
        made = [outcome for _, _, outcome, incoming in some if not incoming]
        reached = sum(outcome in TALKED for outcome in made)
        return {
            "Calls we made": len(made),
            "Reached": reached,
            "Reached %": round(100 * reached / len(made), 1) if made else "",
            "Booked": sum(outcome == "booked" for _, _, outcome, _ in some),
            "They called us": sum(incoming for *_, incoming in some),
        }

    every = [call for person in people for call in person.calls]
    found = {}

    def put(table, row, values):
        found.update({(table, row, column): str(value) for column, value in values.items()})

    put("All", f"{FIRST} to {LAST}", promises(counted) | calls(every))
    for monday in (date(2026, 11, 16), date(2026, 11, 23)):
        inside = lambda when, monday=monday: monday <= when.date() < monday + timedelta(days=7)  # noqa: E731
        week = promises([person for person in counted if inside(person.asked)])
        put("By week", str(monday), week | calls([call for call in every if inside(call[0])]))
    for who in {call[1] for call in every}:
        put("By person", who, calls([call for call in every if call[1] == who]))
    for hour in {call[0].hour for call in every}:
        words = f"{hour % 12 or 12} {'am' if hour < 12 else 'pm'}"
        put("By hour", words, calls([call for call in every if call[0].hour == hour]))
    for day in {call[0].strftime("%A") for call in every}:
        put("By weekday", day, calls([call for call in every if call[0].strftime("%A") == day]))
    labels = {
        "booked": "Talked, visit booked", "no_visit": "Talked, no visit", "do_not_call": "Asked us not to call",
        "cancelled": "Cancelled by the person", "": "Still open",
    }  # fmt: skip
    for outcome in {person.ended for person in counted}:
        put("Outcomes", labels[outcome], {"Requests": sum(person.ended == outcome for person in counted)})
    booked = sum(person.ended == "booked" for person in counted)
    put("Pages they came from", "/callback/", {"Requests": len(counted), "Booked": booked})
    put("Left out", "Merged into another", {"Requests": sum(person.merged for person in people)})
    put("Left out", "Robots", {"Requests": sum(person.robot for person in people)})
    return found


def of_csv(answer):
    """Return a report's CSV as {(table, row, column): value}, its definitions left out."""
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
    return {tuple(line[:3]): line[3] for line in lines if line[0] != "Definitions"}


def local(moment):
    return moment and moment.astimezone(ZONE)


@pytest.mark.django_db
def test_every_promise_every_next_call_and_every_number_of_six_days_is_right():
    make_clinic()
    days = Days()
    fill(days)
    now = moment(25, 17, 30)

    days.run(now)

    assert len(days.people) == PEOPLE
    people = {person.key: person for person in days.people}
    stored = Lead.objects.order_by("pk")
    assert [(lead.pk, local(lead.promised_by), local(lead.due)) for lead in stored] == [
        (person.key, person.promise, person.due) for person in sorted(people.values(), key=lambda person: person.key)
    ]
    assert [(lead.pk, local(lead.call_at), lead.outcome) for lead in stored if not lead.merged_into_id] == [
        (person.key, person.call_at, person.ended) for person in people.values() if not person.merged
    ]
    calls = [(lead.pk, [(local(one.at), one.user.username, one.outcome, one.incoming) for one in lead.attempts.all()])
             for lead in stored.prefetch_related("attempts__user")]  # fmt: skip
    assert calls == [(person.key, person.calls) for person in people.values()]
    with time_machine.travel(now, tick=False):
        query = f"?first={FIRST}&last={LAST}"
        numbers = of_csv(days.desks["mia"].get(f"{QUEUE}reports/numbers.csv{query}"))
        shown = words(days.desks["mia"].get(f"{QUEUE}reports/{query}"))
    expected = account_of(days.people, now)
    assert numbers == expected
    whole = {column: value for (table, _, column), value in expected.items() if table == "All"}
    assert f"Promises kept {whole['Kept %']}% {whole['Kept']} kept, {whole['Missed']} missed" in shown
    # The days were worth living: each kind of thing has happened.
    kinds = {
        "kept": int(whole["Kept"]), "missed": int(whole["Missed"]), "withdrawn": int(whole["Withdrawn"]),
        "not due": int(whole["Not due yet"]), "merged": sum(person.merged for person in people.values()),
        "robots": sum(person.robot for person in people.values()), "they called": int(whole["They called us"]),
        "moved": sum(person.due != person.promise for person in people.values()), "next calls": days.compared,
    }  # fmt: skip
    assert not [kind for kind, count in kinds.items() if not count], kinds
    assert days.compared > 150
    assert fields(days.public.get("/callback/")) and at(stored[0]) == at_key(days.people[0])
