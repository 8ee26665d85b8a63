"""Requests from one number side by side: nothing is hidden, nothing is merged by itself."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from clinic_site.context import request_facts

from . import merging
from .desk import Row
from .desk_doors import door
from .models import Lead, Look, Step

NEAR = timedelta(days=30)
SAME_LOOK = timedelta(minutes=15)
MOST_SHOWN = 20


def urls(desk):
    return [
        door(desk, "<int:object_id>/merge/", merge, "leads_lead_merge", methods=("POST",)),
        door(desk, "undo/<int:step_id>/", separate, "leads_lead_separate", methods=("POST",)),
    ]


def on_queue(request, view, leads):
    """Return how many requests the number of each one shown has made within 30 days, where it is more than one."""
    phones = {lead.phone_e164 for lead in leads} - {""}
    asked = {}
    for pk, phone, at in Lead.objects.filter(phone_e164__in=phones, merged_into=None).values_list(
        "pk", "phone_e164", "received_at"
    ):
        asked.setdefault(phone, []).append((pk, at))
    counts = {}
    for lead in leads:
        near = [pk for pk, at in asked.get(lead.phone_e164, ()) if abs(at - lead.received_at) <= NEAR]
        if len(near) > 1:
            counts[lead.pk] = len(near)
    return {"same_number_counts": counts}


def on_request(request, lead):
    """Return the other requests of this number, near ones side by side, and what was merged into this one."""
    clinic = request_facts(request)
    merged = list(lead.merged.order_by("received_at", "pk"))
    near, earlier = [], []
    if lead.phone_e164:
        same = Lead.objects.filter(phone_e164=lead.phone_e164, merged_into=None).exclude(pk=lead.pk)
        same = same.select_related("claimed_by").prefetch_related("attempts__user").order_by("-received_at", "-pk")
        for other in same[:MOST_SHOWN]:
            (near if abs(other.received_at - lead.received_at) <= NEAR else earlier).append(other)
        Look.record(request.user, [*near, *earlier], clinic.at, "same number", since=clinic.at - SAME_LOOK)
    return {
        "beside": [beside(other, lead, request, clinic) for other in near],
        "earlier": [Row.of(other, request) for other in earlier],
        "merged_rows": [Row.of(part, request) for part in merged],
        "merge_step": last_step(lead) if merged else None,
    }


def beside(other, lead, request, clinic):
    kept, _ = merging.in_order(lead, other)
    return {
        "row": Row.of(other, request),
        "refusal": merging.refusal(lead, other, clinic.at),
        "stays": kept == lead,
    }


def last_step(lead):
    """Return the merge into this request that can still be undone, or None."""
    step = Step.objects.filter(kind=Step.Kind.MERGE, undone_at=None, payload__kept=lead.pk).first()
    if step is None:
        return None
    rows = Lead.objects.in_bulk([step.payload["kept"], step.payload["merged"]])
    return None if merging.not_undoable(step, rows) else step


def merge(desk, request, object_id):
    """Make this request and the one it is posted with one."""
    other = request.POST.get("other", "")
    lead = desk.get_lead(object_id)
    other = Lead.objects.filter(pk=other if other.isdecimal() and len(other) < 16 else 0).first()
    if other is None:
        messages.warning(request, "Choose a request that stands beside this one.")
        return redirect(desk.address(lead))
    try:
        step = merging.merge(lead, other, request.user, timezone.now())
    except merging.Refused as why:
        messages.warning(request, f"Not merged. {why}")
        return redirect(desk.address(lead))
    kept = Lead.objects.get(pk=step.payload["kept"])
    messages.success(
        request, "Merged. Calls and notes of both stand here. You can undo it until something else is done."
    )
    return redirect(desk.address(kept))


def separate(desk, request, step_id):
    """Undo a merge."""
    step = get_object_or_404(Step, pk=step_id, kind=Step.Kind.MERGE)
    try:
        kept, merged = merging.separate(step, request.user, timezone.now())
    except merging.Refused as why:
        messages.warning(request, str(why))
        return redirect(desk.address(desk.get_lead(step.payload["kept"])))
    messages.success(request, f"Undone. {kept.reference} and {merged.reference} are as they were.")
    return redirect(desk.address(kept))
