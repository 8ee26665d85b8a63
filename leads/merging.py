"""Two requests of one person become one, and two again: nothing that was said or done is lost on the way.

The request that was promised first stays, so its promise never moves; the other is closed as merged and leads to it.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from .models import Attempt, Event, Lead, Step, staff_name

# Columns of either row that a merge may change, as they are put back.
COLUMNS = (
    "revised_for", "call_at", "claimed_by_id", "claimed_until", "claimed_at", "on_call_at", "crisis_at", "safety_at",
    "held_at", "held_reasons", "robot_at",
    "voicemail", "best_time", "for_other", "closed_at", "outcome", "merged_into_id",
)  # fmt: skip
CLAIM = ("claimed_by_id", "claimed_until", "claimed_at", "on_call_at")
MOMENTS = {
    "revised_for", "call_at", "claimed_until", "claimed_at", "on_call_at", "crisis_at", "safety_at", "held_at",
    "robot_at", "closed_at",
}  # fmt: skip


class Refused(Exception):
    """These two cannot be merged, or this step cannot be undone. The message says why."""


def in_order(one, other):
    """Return the request that stays and the one that is merged into it: who was promised first, stays."""
    return sorted([one, other], key=lambda lead: (lead.promised_by, lead.received_at, lead.pk))


def refusal(one, other, at):
    """Return why two requests cannot be merged at `at`, "" when they can."""
    holders = {lead.holder(at) for lead in (one, other)} - {None}
    if one.pk == other.pk or not one.phone_e164 or one.phone_e164 != other.phone_e164:
        return "Only requests from the same number can be merged."
    if one.merged_into_id or other.merged_into_id:
        return "One of these was merged a moment ago."
    if one.closed_at or other.closed_at:
        return "One of these is closed: there is nothing to merge."
    if len(holders) > 1:
        names = " and ".join(sorted(staff_name(user) for user in holders))
        return f"{names} have one each. Agree who calls, and give the other back first."
    return ""


@transaction.atomic
def merge(one, other, user, at):
    """Make two requests one, and return the Step that undoes it; raises Refused.

    All attempts, notes and drafts stay readable in the request that stays. So do the earliest moment owed, a safety
    flag, a "no" to voicemail and a claim.
    """
    rows = {lead.pk: lead for lead in Lead.objects.select_for_update().filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    one, other = rows[one.pk], rows[other.pk]
    if why := refusal(one, other, at):
        raise Refused(why)
    kept, merged = in_order(one, other)
    before = {str(lead.pk): snapshot(lead) for lead in (kept, merged)}
    attempts = list(Attempt.everything.filter(lead=merged).values_list("pk", flat=True))
    notes = list(merged.events.filter(kind=Event.Kind.NOTED).values_list("pk", flat=True))
    parts = list(merged.merged.values_list("pk", flat=True))
    changes = together(kept, merged)
    Attempt.everything.filter(pk__in=attempts).update(lead=kept)
    Event.objects.filter(pk__in=notes).update(lead=kept)
    Lead.objects.filter(pk__in=parts).update(merged_into=kept)
    put(kept, **changes)
    gone = {"closed_at": at, "outcome": Lead.Outcome.MERGED, "held_at": None, "crisis_at": None}
    put(merged, merged_into_id=kept.pk, **gone, **dict.fromkeys(CLAIM))
    kept.events.create(kind=Event.Kind.MERGED, actor=user, at=at, detail=f"{merged.reference} became part of this one")
    merged.events.create(kind=Event.Kind.MERGED, actor=user, at=at, detail=f"into {kept.reference}")
    versions = {str(lead.pk): lead.version + 1 for lead in (kept, merged)}
    payload = {"kept": kept.pk, "merged": merged.pk, "before": before, "versions": versions}
    payload |= {"attempts": attempts, "notes": notes, "parts": parts}
    return Step.objects.create(kind=Step.Kind.MERGE, user=user, at=at, payload=payload)


def together(kept, merged):
    """Return the columns of the request that stays, so that nothing owed to the person is less than before."""
    both = (kept, merged)
    flagged = [lead.safety_at for lead in both if lead.safety_at]
    crises = [lead.crisis_at for lead in both if lead.crisis_at]
    # A claim that ran out still says who may have called; the later one is whoever works on it now.
    claimed = max((lead for lead in both if lead.claimed_by_id), key=lambda lead: lead.claimed_until, default=None)
    answers = {lead.voicemail for lead in both}
    newest = max(both, key=lambda lead: (lead.received_at, lead.pk))
    due = min(lead.due for lead in both)
    return {
        "revised_for": due if due > kept.promised_by else None,
        "call_at": _call_at(kept, merged),
        **{name: getattr(claimed, name) if claimed else None for name in CLAIM},
        "crisis_at": min(crises, default=None),
        "safety_at": min(flagged, default=None),
        # Held only if both are: a person is never set aside because of a robot, nor somebody in danger for anything.
        "held_at": min(kept.held_at, merged.held_at) if all(lead.held_at for lead in both) and not flagged else None,
        "held_reasons": list(dict.fromkeys([*kept.held_reasons, *merged.held_reasons])),
        "robot_at": None,
        "voicemail": next((answer for answer in ("no", "yes") if answer in answers), ""),
        "best_time": newest.best_time or kept.best_time or merged.best_time,
        "for_other": kept.for_other or merged.for_other,
    }


def _call_at(kept, merged):
    """Return when the one request is called again. A call agreed on the phone stands unless they asked anew since."""
    if kept.call_at and merged.call_at:
        return min(kept.call_at, merged.call_at)
    resting, other = (kept, merged) if kept.call_at else (merged, kept)
    agreed = resting.events.filter(kind__in=[Event.Kind.ATTEMPTED, Event.Kind.CALL_LATER]).last()
    return resting.call_at if agreed and other.received_at <= agreed.at else None


@transaction.atomic
def separate(step, user, at):
    """Undo a merge: both requests are exactly what they were. Raises Refused when anything else was done since."""
    payload = step.payload
    step = Step.objects.select_for_update().get(pk=step.pk, kind=Step.Kind.MERGE)
    pks = [payload["kept"], payload["merged"]]
    rows = {lead.pk: lead for lead in Lead.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    kept, merged = (rows[pk] for pk in pks)
    if why := not_undoable(step, rows):
        raise Refused(why)
    Attempt.everything.filter(pk__in=payload["attempts"]).update(lead=merged)
    Event.objects.filter(pk__in=payload["notes"]).update(lead=merged)
    Lead.objects.filter(pk__in=payload["parts"]).update(merged_into=merged)
    for lead in (kept, merged):
        before = restored(payload["before"][str(lead.pk)])
        if lead.claimed_by_id and lead.claimed_by_id == before["claimed_by_id"]:
            before["claimed_until"] = lead.claimed_until  # whoever works on it has extended the lease since
        put(lead, **before)
        lead.events.create(kind=Event.Kind.SEPARATED, actor=user, at=at)
    step.undone_at = at
    step.save(update_fields=["undone_at"])
    return kept, merged


def not_undoable(step, rows):
    """Return why a merge cannot be undone any more, "" when it can. `rows` are both requests by their keys."""
    if step.undone_at:
        return "This merge was undone already."
    if any(rows[int(pk)].version != version for pk, version in step.payload["versions"].items()):
        return "Something else was done to this request since. It stays merged; every note and call is in it."
    return ""


def snapshot(lead, columns=COLUMNS):
    """Return columns of a row as JSON keeps them, to the microsecond."""
    values = {name: getattr(lead, name) for name in columns}
    return {name: value.isoformat() if name in MOMENTS and value else value for name, value in values.items()}


def restored(values):
    """Return the columns that a snapshot kept."""
    return {
        name: datetime.fromisoformat(value) if name in MOMENTS and value else value for name, value in values.items()
    }


def put(lead, **changes):
    """Set columns of a row as one change of it."""
    Lead.objects.filter(pk=lead.pk).update(version=F("version") + 1, **changes)
