"""A request taken by phone: the same door, the same promise, fifteen seconds by keyboard."""

import re

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect

from clinic_site.context import request_facts

from . import intake, queue
from .desk_forms import NoteField
from .forms import PhoneField, Typed
from .models import Event, Lead

NO_PROMISE = "The clinic has no opening hours yet, so there is no time to promise"
NOT_STORED = "That could not be saved. What you typed is still here: write it down, and try again"


class EntryForm(forms.Form):
    """Somebody called us and wants a call: two fields, and what the form on the site asks too."""

    name = Typed(
        label="Their name",
        error_messages={"required": "Enter a name"},
        longest=100,
        too_long="Use 100 letters or fewer for the name",
    )
    phone = PhoneField()
    voicemail = forms.ChoiceField(
        choices=[("yes", "Yes"), ("no", "No")], required=False, error_messages={"invalid_choice": "Choose yes or no"}
    )
    best_time = forms.ChoiceField(
        choices=Lead.BestTime.choices, required=False, error_messages={"invalid_choice": "Choose one of these times"}
    )
    for_other = forms.BooleanField(required=False)
    note = NoteField(required=False)
    id_prefix = "q-entry-"

    def __init__(self, data=None, initial=None):
        super().__init__(data, auto_id=f"{self.id_prefix}%s", initial=initial)

    def voicemails(self):
        return [(value, words, self["voicemail"].value() == value) for value, words in self.fields["voicemail"].choices]

    def best_times(self):
        chosen = self["best_time"].value() or ""
        return [(value, words, chosen == value) for value, words in self.fields["best_time"].choices]


def carried_over(term):
    """Return what somebody searched for in vain as the first values of a new request."""
    digits = re.sub(r"\D", "", term)
    name = " ".join(re.sub(r"[\d().+]", " ", term).split()).strip(" -")
    number = term if not name else " ".join(re.findall(r"[+(]?\d[\d().\s-]*", term)).strip()
    return {"name": name, "phone": number if len(digits) >= 3 else ""}


def add(desk, request):
    """Show the form, or store what was typed and say the promise to read out."""
    if not desk.has_add_permission(request):
        raise PermissionDenied
    clinic = request_facts(request)
    form = EntryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            lead = enter(request.user, form.cleaned_data, clinic)
        except intake.NoPromise:
            form.add_error(None, NO_PROMISE)
        except OSError:
            form.add_error(None, NOT_STORED)
        else:
            return told(desk, request, lead, clinic)
    return desk.page(
        request, "leads/desk/entry.html", {"title": "New request by phone", "form": form, "failed_form": form}
    )


def told(desk, request, lead, clinic):
    promise = queue.say_short(lead.due, clinic.at, clinic.zone)
    if intake.is_spooled(lead):
        words = f"Saved outside the database, which does not answer just now. Say: we will call you by {promise}."
        messages.warning(request, f"{words} The note was not kept.")
        return redirect("admin:leads_lead_changelist")
    if lead.due > clinic.at:
        messages.success(request, f"Saved. Say: we will call you by {promise}. Their reference is {lead.reference}.")
    else:
        messages.warning(request, f"They asked before, and we promised a call by {promise}. Call next.")
    return redirect(desk.address(lead))


def enter(user, asked, clinic):
    """Store a request taken by phone, through the same door as every other, and say who took it."""
    details = {name: asked.get(name, "") for name in ("voicemail", "best_time")}
    details |= {"for_other": asked.get("for_other", False), "message": "", "source": "", "stamp": None}
    with transaction.atomic():
        received = intake.receive(
            {"name": asked["name"], "phone": asked["phone"], **details}, at=clinic.at, clinic=clinic
        )
        lead = received.lead
        if not intake.is_spooled(lead):
            lead.events.create(kind=Event.Kind.ENTERED, actor=user, at=clinic.at)
            if asked["note"]:
                lead.note(user, clinic.at, asked["note"])
    return lead
