"""What the desk says about a request at one moment, to one person, in words ready to print."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic_site import hours
from clinic_site.context import request_facts
from clinic_site.models import Heartbeat
from clinic_site.statements import DEFAULTS

from . import desk_forms, phones, queue
from .models import DoNotCall, Event, Lead, staff_name

LOOP_SILENT_AFTER = timedelta(minutes=2)


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

    @classmethod
    def of(cls, lead, request, limit=None, with_form=False):
        clinic = request_facts(request)
        holder = lead.holder(clinic.at)
        mine = holder == request.user
        form = None
        if mine and with_form:
            form = desk_forms.CallForm(lead=lead, at=clinic.at, calendar=clinic.calendar)
        state = queue.state_of(lead, clinic.at, clinic.calendar, limit)
        return cls(lead, state, clinic.at, clinic.zone, holder, mine, form)

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
        noted = self.lead.events.filter(kind=Event.Kind.NOTED).select_related("actor").exclude(detail="")
        notes += [(event.at, event.actor, event.detail) for event in noted]
        if not notes:
            return None
        at, user, text = max(notes, key=lambda note: note[0])
        return text, ", ".join([*([staff_name(user)] if user else []), queue.say_short(at, self.at, self.zone)])

    @property
    def asked_not(self):
        """Tell whether the number of an open request asked not to be called."""
        return not self.lead.closed_at and DoNotCall.covers(self.lead.phone_e164)

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
    if awake and all(lead.holder(clinic.at) for lead in awake):
        return "Everyone waiting is being called", "The list shows who has whom."
    back = [lead.call_at for lead in shown if lead.call_at and lead.call_at > clinic.at]
    comes = f"The next call back is due {queue.say_short(min(back), clinic.at, clinic.zone)}. " if back else ""
    return "No call is due now", comes + "The list shows who waits for a better time."


def tallied(view, counts, current):
    """Tell whether a view stands on the tally: the rarer ones only while they hold something."""
    return view in ("waiting", "overdue", "soon", "later", "closed") or counts[view] or view == current


def crisis_steps(clinic):
    """Return the clinic's crisis steps, or the safe general ones, as lines."""
    return (clinic.clinic.crisis_script or DEFAULTS["crisis_script"]).splitlines()


# --- Timeline


@dataclass(frozen=True)
class Entry:
    """One line of what happened to a request."""

    at: datetime
    when: str
    who: str
    what: str
    detail: str = ""


def timeline(lead, row):
    """Return all that happened to a request, newest first: events, the notes of calls, and looks."""
    notes = {(attempt.at, attempt.user_id): attempt.note for attempt in lead.attempts.all() if attempt.note}
    entries = []
    for event in lead.events.select_related("actor"):
        detail = event.detail
        if event.kind in (Event.Kind.CALL_LATER, Event.Kind.REVISED) and detail:
            detail = row.say(desk_forms.read_moment(detail))
        if event.kind == Event.Kind.ATTEMPTED and (event.at, event.actor_id) in notes:
            detail = f"{detail}. Note: {notes[event.at, event.actor_id]}"
        who = staff_name(event.actor) if event.actor else ""
        entries.append(Entry(event.at, row.say(event.at), who, event.get_kind_display(), detail))
    entries += looks(lead, row)
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def looks(lead, row):
    """Return one line for each person and place, with the last look and how many there were."""
    last = {}
    for look in lead.looks.select_related("user"):
        times = last[look.user_id, look.where][1] if (look.user_id, look.where) in last else 0
        last[look.user_id, look.where] = (look, times + 1)
    return [
        Entry(look.at, row.say(look.at), staff_name(look.user), f"Seen ({look.where})", f"{times} times" * (times > 1))
        for look, times in last.values()
    ]
