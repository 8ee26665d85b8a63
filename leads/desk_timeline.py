"""All that happened to a request in one list, newest first: also to those that were merged into it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from . import desk_forms
from .models import Attempt, Event, Look, Notice, staff_name


@dataclass(frozen=True)
class Entry:
    """One line of what happened to a request."""

    at: datetime
    when: str
    who: str
    what: str
    detail: str = ""


def timeline(lead, row):
    """Return events, the notes of calls, looks and the mail to staff, newest first, in a fixed number of queries."""
    group = [lead.pk, *lead.merged.values_list("pk", flat=True)]
    references = dict(lead.merged.values_list("pk", "reference"))
    entries = [*events(group, references, row), *looks(group, row), *mails(group, row)]
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def events(group, references, row):
    # Calls that were taken back keep their notes here.
    attempts = {(one.at, one.user_id): one for one in Attempt.everything.filter(lead__in=group)}
    found = []
    for event in Event.objects.filter(lead__in=group).select_related("actor").order_by("at", "id"):
        what, detail = event.get_kind_display(), event.detail
        if event.kind in (Event.Kind.CALL_LATER, Event.Kind.REVISED) and detail:
            moment = desk_forms.read_moment(detail)
            detail = row.say(moment) if moment else detail
        attempt = attempts.get((event.at, event.actor_id)) if event.kind == Event.Kind.ATTEMPTED else None
        if attempt and attempt.incoming:
            what = "They called us"
        if attempt and attempt.note:
            detail = f"{detail}. Note: {attempt.note}"
        if event.lead_id in references:
            what = f"{what} ({references[event.lead_id]})"
        who = staff_name(event.actor) if event.actor else ""
        found.append(Entry(event.at, row.say(event.at), who, what, detail))
    return found


def looks(group, row):
    """Return one line for each person and place, with the last look and how many there were."""
    seen = Look.objects.filter(lead__in=group).order_by().values("user", "where")
    seen = list(seen.annotate(last=Max("at"), times=Count("pk")))
    people = Look._meta.get_field("user").related_model.objects.in_bulk({one["user"] for one in seen})
    return [
        Entry(
            one["last"],
            row.say(one["last"]),
            staff_name(people[one["user"]]),
            f"Seen ({one['where']})",
            f"{one['times']} times" * (one["times"] > 1),
        )
        for one in seen
    ]


def mails(group, row):
    """Return one line for each kind of mail and moment: to how many, and whether it has left."""
    rows = Notice.objects.filter(lead__in=group).order_by().values("kind", "made_at")
    rows = rows.annotate(people=Count("pk"), sent=Count("pk", filter=Q(sent_at__isnull=False)), tried=Max("tries"))
    found = []
    for one in rows:
        people = "1 address" if one["people"] == 1 else f"{one['people']} addresses"
        left = "sent" if one["sent"] == one["people"] else f"{one['sent']} of {one['people']} sent"
        kind = Notice.Kind(one["kind"]).label
        found.append(
            Entry(one["made_at"], row.say(one["made_at"]), "", f"Mail to staff: {kind}", f"To {people}, {left}")
        )
    return found
