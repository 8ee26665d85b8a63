"""What the desk says about a request at one moment, to one person, in words ready to print."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clinic_site import hours
from clinic_site.context import request_facts
from clinic_site.models import Heartbeat
from clinic_site.statements import DEFAULTS

from . import desk_forms, phones, queue
from .models import Attempt, DoNotCall, Event, Lead, staff_name

LOOP_SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Details:
    """What is known about a few requests beyond their rows, read at once for all of them."""

    asked_not: dict = field(default_factory=dict)  # number: since when it is not to be called
    notes: dict = field(default_factory=dict)  # request: (moment, user, text) of its newest note outside a call
    same_number: dict = field(default_factory=dict)  # number: requests from it, the newest first

    @classmethod
    def of(cls, leads):
        numbers = {lead.phone_e164 for lead in leads if lead.phone_e164}
        noted = Event.objects.filter(lead__in=[lead.pk for lead in leads], kind=Event.Kind.NOTED)
        notes = {
            event.lead_id: (event.at, event.actor, event.detail)
            for event in noted.exclude(detail="").select_related("actor")
        }
        same_number = {}
        others = Lead.objects.filter(phone_e164__in=numbers, merged_into=None).order_by("-received_at", "-id")
        for other in others if numbers else ():
            same_number.setdefault(other.phone_e164, []).append(other)
        return cls(DoNotCall.among(numbers), notes, same_number)

    def others(self, lead):
        """Return the other requests from the same number."""
        return [other for other in self.same_number.get(lead.phone_e164, []) if other.pk != lead.pk]

    def waiting_beside(self, lead):
        """Return the other open requests from the same number: perhaps another person of the household."""
        return [other for other in self.others(lead) if not (other.closed_at or other.held_at)]


@dataclass(frozen=True)
class Row:
    """One request as the desk shows it at one moment to one person."""

    lead: Lead
    state: queue.State
    at: datetime
    zone: object
    holder: object
    mine: bool
    form: object = None
    details: Details = field(default_factory=Details)

    @classmethod
    def of(cls, lead, request, limit=None, with_form=False, details=None):
        clinic = request_facts(request)
        details = details or Details()
        holder = lead.holder(clinic.at)
        mine = holder == request.user
        form = None
        if mine and with_form:
            others = details.waiting_beside(lead)
            form = desk_forms.CallForm(lead=lead, at=clinic.at, calendar=clinic.calendar, others=others)
        state = queue.state_of(lead, clinic.at, clinic.calendar, limit)
        return cls(lead, state, clinic.at, clinic.zone, holder, mine, form, details)

    @property
    def number(self):
        """Return the number as it is read out; once closed, its last four digits only."""
        if self.lead.closed_at:
            return f"Ends in {self.lead.phone_e164[-4:]}" if self.lead.phone_e164 else ""
        return phones.speakable(self.lead.phone_e164)

    @property
    def tel(self):
        return "" if self.lead.closed_at else phones.tel(self.lead.phone_e164, self.lead.extension)

    @property
    def first_name(self):
        return self.lead.name.split(" ")[0]

    @property
    def tries(self):
        return len(self.lead.attempts.all())

    @property
    def last_attempt(self):
        return next(reversed(self.lead.attempts.all()), None)

    @property
    def last_try(self):
        last = self.last_attempt
        return f"{last.get_outcome_display()}, {self.say(last.at)}" if last else ""

    @property
    def last_note(self):
        """Return the newest note as (text, who and when), for whoever calls next; None when there is none."""
        notes = [(attempt.at, attempt.user, attempt.note) for attempt in self.lead.attempts.all() if attempt.note]
        if self.lead.pk in self.details.notes:
            notes.append(self.details.notes[self.lead.pk])
        if not notes:
            return None
        at, user, text = max(notes, key=lambda note: note[0])
        return text, ", ".join([*([staff_name(user)] if user else []), queue.say_short(at, self.at, self.zone)])

    @property
    def asked_not(self):
        """Return when somebody at the number of this open request asked not to be called, or None."""
        return None if self.lead.closed_at else self.details.asked_not.get(self.lead.phone_e164)

    @property
    def came_since(self):
        """Tell whether this request came after that wish: its sender asked for a call all the same."""
        return bool(self.asked_not and self.lead.received_at > self.asked_not)

    @property
    def asked_before(self):
        """Return what this number asked before, as (request, words), the newest first."""
        earlier = [
            other
            for other in self.details.others(self.lead)
            if other.received_at <= self.lead.received_at and other.name
        ]
        return [(other, f"{self.say(other.received_at)}: {self.ended(other)}") for other in earlier[:3]]

    @staticmethod
    def ended(lead):
        return lead.get_outcome_display() if lead.closed_at else "still open"

    @property
    def lapsed(self):
        """Return who may have called and when, in words, when a claim ran out without a word; else ""."""
        if self.lead.closed_at or self.lead.crisis_at or not self.lead.lapsed(self.at):
            return ""
        began = queue.say_short(self.lead.claimed_at or self.lead.claimed_until, self.at, self.zone)
        began = began.removeprefix("today ")
        who = staff_name(self.lead.claimed_by)
        return f"{who} may have called at {began}, ask {who}"

    @property
    def lease_ended(self):
        return queue.say_short(self.lead.claimed_until, self.at, self.zone)

    @property
    def on_call(self):
        """Return since when the holder is on the phone, in words; "" when nobody says so."""
        return hours.say_time(self.lead.on_call_at, self.zone) if self.holder and self.lead.on_call_at else ""

    @property
    def crisis_words(self):
        """Return where a person in crisis stands, in words."""
        since = queue.say_short(self.lead.crisis_at, self.at, self.zone)
        if self.holder:
            return f"In crisis since {since}. {self.holder_name} has them."
        if self.lead.claimed_by_id:
            return f"In crisis since {since}. {staff_name(self.lead.claimed_by)} was with them last."
        return f"In crisis since {since}. No one has them now."

    @property
    def holder_name(self):
        return staff_name(self.holder) if self.holder else ""

    @property
    def held_until(self):
        return hours.say_time(self.lead.claimed_until, self.zone) if self.holder else ""

    @property
    def promised(self):
        return self.say(self.lead.promised_by)

    @property
    def revised(self):
        return self.say(self.lead.revised_for)

    @property
    def asked(self):
        return self.say(self.lead.received_at)

    @property
    def asked_from(self):
        return page_words(self.lead.source_path)

    @property
    def source_link(self):
        """Return the address of the article a request came from, "" for any other page."""
        path = self.lead.source_path
        return path if re.fullmatch(r"/articles/[a-z0-9/-]+", path) else ""

    @property
    def best_time(self):
        return self.lead.get_best_time_display() if self.lead.best_time else ""

    @property
    def call_back(self):
        return self.say(self.lead.call_at)

    @property
    def closed(self):
        return self.say(self.lead.closed_at)

    def say(self, moment):
        """Return a moment as it reads at the start of a line."""
        if not moment:
            return ""
        words = queue.say_short(moment, self.at, self.zone)
        return words[0].upper() + words[1:]


def page_words(path):
    """Return in words which page a request came from: "Article: Does ketamine work", without asking for its title."""
    parts = [part for part in path.split("/") if part]
    if not path:
        return "No page: by phone"
    if not parts:
        return "Home page"
    if parts == ["callback"]:
        return "Page: We will call you"
    words = parts[-1].replace("-", " ").capitalize()
    return f"Article: {words}" if parts[0] == "articles" and len(parts) > 1 else f"Page: {words}"


# --- What one may take back, and what others did meanwhile


def undoable(user, at):
    """Return the last call that `user` saved and can still take back, or None."""
    calls = Attempt.objects.filter(user=user, at__gt=at - Attempt.UNDO, at__lte=at).select_related("lead")
    last = calls.order_by("-at", "-id").first()
    return last if last and not last.why_not_undone(user, at) else None


def news(lead, seen, request):
    """Return what colleagues or the person did to a request after the moment `seen`, in words; "" when nothing."""
    moment = desk_forms.read_moment(seen)
    if moment is None:
        return ""
    clinic = request_facts(request)
    events = lead.events.filter(at__gt=moment, at__lte=clinic.at).exclude(actor=request.user).select_related("actor")
    said = []
    for event in events.exclude(kind__in=[Event.Kind.CLAIMED, Event.Kind.ON_CALL]):
        who = staff_name(event.actor) if event.actor else "The person"
        detail = event.detail
        if event.kind in (Event.Kind.CALL_LATER, Event.Kind.REVISED):
            detail = queue.say_short(desk_forms.read_moment(detail), clinic.at, clinic.zone)
        what = f"{event.get_kind_display().lower()}{': ' + detail if detail else ''}"
        said.append(f"{who}, {queue.say_short(event.at, clinic.at, clinic.zone)}: {what}")
    return "; ".join(said)


# --- Words


def lost_words(lead, at):
    """Return why a request could not be had."""
    holder = lead.holder(at)
    if lead.closed_at:
        return "This request was closed a moment ago."
    if holder:
        return f"{staff_name(holder)} claimed this a moment ago."
    if lead.held_at:
        return "This request was moved to Held."
    return "Something was done to this request a moment ago. Look again before you call."


def clock_words(clinic):
    local = clinic.at.astimezone(clinic.zone)
    return f"{hours.WEEKDAYS[local.weekday()]} {hours.say_time(clinic.at, clinic.zone)}"


def loop_words(clinic):
    """Return since when the background work was not seen, "" while it is well."""
    seen_at = Heartbeat.objects.filter(name="work").values_list("seen_at", flat=True).first()
    if seen_at is None:
        return "The background work has never been seen running."
    if clinic.at - seen_at <= LOOP_SILENT_AFTER:
        return ""
    return f"The background work was last seen {queue.say_short(seen_at, clinic.at, clinic.zone)}."


def nothing_words(view, shown, clinic):
    """Return what stands where the next call would be: a heading and a sentence."""
    if view != "waiting":
        return ("Nothing here", "") if not shown else None
    if not shown:
        return "No one is waiting", "The next promise will show here."
    awake = [lead for lead in shown if not (lead.call_at and lead.call_at > clinic.at)]
    if awake and all(lead.claimed_by_id for lead in awake) and any(lead.lapsed(clinic.at) for lead in awake):
        return "Ask before you call", "Whoever is left may have been called just now. The list shows whom to ask."
    if awake and all(lead.holder(clinic.at) for lead in awake):
        return "Everyone waiting is being called", "The list shows who has whom."
    back = [lead.call_at for lead in shown if lead.call_at and lead.call_at > clinic.at]
    comes = f"The next call back is due {queue.say_short(min(back), clinic.at, clinic.zone)}. " if back else ""
    return "No call is due now", comes + "The list shows who waits for a better time."


def tallied(view, counts, current):
    """Tell whether a view stands on the tally: all of them, but everything closed only while it is shown."""
    return view != "closed-all" or view == current


def crisis_steps(clinic):
    """Return the clinic's crisis steps, or the safe general ones, as lines."""
    return (clinic.clinic.crisis_script or DEFAULTS["crisis_script"]).splitlines()
