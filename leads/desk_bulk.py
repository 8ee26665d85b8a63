"""One thing done to several requests: first shown, then done row by row, each with its own answer, then undone at will.

Nothing is done to a row that changed since it was shown, or that asks for a person's own decision: a safety flag, a
colleague's claim.
"""

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from clinic_site.context import request_facts

from . import desk_forms, merging, queue
from .desk import Row
from .desk_doors import door
from .desk_forms import NoteField
from .models import Attempt, Event, Lead, Look, Step, staff_name

MOST = 100
VERBS = {
    "release": "Give back",
    "hand": "Give to a colleague",
    "later": "Call later",
    "close": "Close",
    "robot": "Close as robots",
}
CLOSING = [Lead.Outcome.COULD_NOT_REACH, Lead.Outcome.OTHER]


def urls(desk):
    return [
        door(desk, "bulk/", preview, "leads_lead_bulk", methods=("POST",)),
        door(desk, "bulk/<int:step_id>/", result, "leads_lead_bulk_result", needs="view", methods=("GET", "HEAD")),
        door(desk, "bulk/<int:step_id>/undo/", undo, "leads_lead_bulk_undo", methods=("POST",)),
    ]


# --- What has to be said beside the choice of the rows


class PlainForm(desk_forms.DeskForm):
    kind = "plain"


class HandForm(desk_forms.DeskForm):
    kind = "hand"
    colleague = forms.ModelChoiceField(
        queryset=None,
        error_messages={"required": "Choose a colleague", "invalid_choice": "Choose a colleague of this list"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["colleague"].queryset = colleagues()
        self.fields["colleague"].label_from_instance = staff_name


class SeveralCloseForm(desk_forms.DeskForm):
    kind = "several"
    outcome = forms.ChoiceField(
        choices=[("", "Choose"), *((outcome.value, outcome.label) for outcome in CLOSING)],
        error_messages={"required": "Choose how they ended", "invalid_choice": "Choose how they ended"},
    )
    note = NoteField(required=False)


FORMS = {"later": desk_forms.LaterForm, "hand": HandForm, "close": SeveralCloseForm}


def colleagues():
    """Return everybody who may work requests."""
    may = Q(user_permissions__codename="change_lead") | Q(groups__permissions__codename="change_lead")
    people = get_user_model().objects.filter(may | Q(is_superuser=True), is_active=True, is_staff=True)
    return people.distinct().order_by("first_name", "username")


# --- Shown first


def preview(desk, request):
    """Show what would happen to each row; with "do" pressed, do it."""
    clinic = request_facts(request)
    verb = request.POST.get("verb", "")
    leads = chosen(request)
    if verb not in VERBS or not leads:
        messages.warning(request, "Tick the requests first." if not leads else "Choose what to do with them.")
        return redirect(queue_address(request))
    doing = request.POST.get("do") == "yes"
    made = FORMS.get(verb, PlainForm)
    form = made(request.POST if doing else None, lead=leads[0], at=clinic.at, calendar=clinic.calendar)
    if doing and form.is_valid():
        return do(request, verb, leads, form, clinic)
    Look.record(request.user, leads, clinic.at, "several")
    rows = []
    for lead in leads:
        why_not = refusal(verb, lead, request.user, clinic.at)
        rows.append({"row": Row.of(lead, request), "why_not": why_not, "words": effect(verb, lead, clinic)})
    context = {
        "title": f"{VERBS[verb]}: {len(leads)} {'request' if len(leads) == 1 else 'requests'}",
        "verb": verb,
        "words": VERBS[verb],
        "rows": rows,
        "able": sum(not row["why_not"] for row in rows),
        "form": form,
        "failed_form": form,
        "view": request.POST.get("view", ""),
    }
    return desk.page(request, "leads/desk/bulk.html", context)


def chosen(request):
    """Return the ticked requests in the order they were ticked, at most a page of them."""
    keys = [int(key) for key in request.POST.getlist("lead") if key.isdecimal() and len(key) < 16]
    leads = Lead.objects.select_related("claimed_by").prefetch_related("attempts__user").in_bulk(keys[:MOST])
    return [leads[key] for key in dict.fromkeys(keys) if key in leads]


def refusal(verb, lead, user, at):
    """Return why this is not done to a request, "" when it is."""
    holder = lead.holder(at)
    if verb == "release":
        return "" if holder else "Nobody has it."
    if lead.closed_at:
        return f"It is closed: {lead.get_outcome_display()}."
    if verb in ("hand", "later") and (lead.held_at or lead.robot_at):
        return "It is held. Release it first."
    if verb != "hand" and holder not in (None, user):
        return f"{staff_name(holder)} has it."
    if verb in ("close", "robot") and (lead.safety_at or lead.crisis_at):
        return "It carries the safety flag. Close it on its own page, with a note of what was done."
    if verb == "robot" and any(one.outcome in TALKED for one in lead.attempts.all()):
        return "Somebody talked with this person."
    return ""


TALKED = (Attempt.Outcome.BOOKED, Attempt.Outcome.NO_VISIT, Attempt.Outcome.THINKING)


def effect(verb, lead, clinic):
    """Return what a person should know before it is done to this request."""
    holder = lead.holder(clinic.at)
    if holder and verb in ("release", "hand"):
        return f"{staff_name(holder)} has it until {queue.say_short(lead.claimed_until, clinic.at, clinic.zone)}."
    if verb == "later" and not lead.attempts.all():
        due = queue.say_short(lead.due, clinic.at, clinic.zone)
        return f"Not called yet. Promised {due}: that promise does not move."
    return ""


# --- Done row by row


def do(request, verb, leads, form, clinic):
    """Do it to each row that still is as it was shown, and show the answer of each."""
    rows = [row_done(request, verb, lead, form, clinic) for lead in leads]
    payload = {"verb": verb, "rows": rows}
    step = Step.objects.create(kind=Step.Kind.BULK, user=request.user, at=clinic.at, payload=payload)
    return redirect("admin:leads_lead_bulk_result", step.pk)


def row_done(request, verb, lead, form, clinic):
    with transaction.atomic():
        lead = Lead.objects.select_for_update().get(pk=lead.pk)
        shown = request.POST.get(f"version-{lead.pk}", "")
        why_not = refusal(verb, lead, request.user, clinic.at)
        if shown != str(lead.version):
            why_not = "Something was done to it since you saw it."
        before = merging.snapshot(lead)
        if not why_not and not act(verb, lead, request.user, clinic.at, form.cleaned_data, form):
            why_not = "It could not be done."
        words = why_not or said(verb, lead, form, clinic)
        return {"lead": lead.pk, "done": not why_not, "words": words, "before": before, "version": lead.version}


def act(verb, lead, user, at, asked, form):
    if verb == "release":
        return lead.free(user, at)
    if verb == "hand":
        return lead.hand_to(asked["colleague"], user, at)
    if verb == "later":
        return lead.call_later(user, at, form.moment())
    outcome = Lead.Outcome.ROBOT if verb == "robot" else asked["outcome"]
    return lead.close(user, at, outcome, asked.get("note", ""))


def said(verb, lead, form, clinic):
    if verb == "release":
        return "Given back."
    if verb == "hand":
        return f"Given to {staff_name(form.cleaned_data['colleague'])}."
    if verb == "later":
        return f"Comes back {queue.say_short(lead.call_at, clinic.at, clinic.zone)}."
    return f"Closed: {lead.get_outcome_display()}."


def result(desk, request, step_id):
    """Show what became of each row, and the way back."""
    step = get_object_or_404(Step.objects.select_related("user"), pk=step_id, kind=Step.Kind.BULK)
    leads = Lead.objects.in_bulk([row["lead"] for row in step.payload["rows"]])
    rows = [{**row, "lead": leads[row["lead"]]} for row in step.payload["rows"] if row["lead"] in leads]
    context = {
        "title": f"{VERBS[step.payload['verb']]}: what was done",
        "step": step,
        "rows": rows,
        "done": sum(row["done"] for row in rows),
        "may_undo": not step.undone_at and any(row["done"] for row in rows),
    }
    return desk.page(request, "leads/desk/bulk_result.html", context)


@transaction.atomic
def undo(desk, request, step_id):
    """Put each row back that nothing else was done to since."""
    step = get_object_or_404(Step.objects.select_for_update(), pk=step_id, kind=Step.Kind.BULK)
    at = request_facts(request).at
    if step.undone_at:
        messages.warning(request, "This was undone already.")
        return redirect("admin:leads_lead_bulk_result", step.pk)
    rows = step.payload["rows"]
    locked = Lead.objects.select_for_update().filter(pk__in=[row["lead"] for row in rows]).order_by("pk")
    leads = {lead.pk: lead for lead in locked}
    for row in rows:
        if not row["done"]:
            continue
        lead = leads.get(row["lead"])
        if lead is None or lead.version != row["version"]:
            row["words"] += " Not undone: something else was done to it since."
            continue
        merging.put(lead, **merging.restored(row["before"]))
        lead.events.create(kind=Event.Kind.PUT_BACK, actor=request.user, at=at, detail=VERBS[step.payload["verb"]])
        row["words"] += " Undone."
    step.undone_at = at
    step.save(update_fields=["undone_at", "payload"])
    messages.success(request, "Undone where nothing else was done since. Each row says so.")
    return redirect("admin:leads_lead_bulk_result", step.pk)


def queue_address(request):
    view = request.POST.get("view", "")
    known = f"?view={view}" if view in queue.VIEWS and view != "waiting" else ""
    return reverse("admin:leads_lead_changelist") + known
