"""Putting right what was misheard or mistyped: name, number, best time, voicemail. A stale page overwrites nothing."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect

from clinic_site.context import request_facts

from . import phones
from .desk_doors import door
from .forms import PhoneField, Typed
from .models import Lead, Look

STALE = "This request was changed while you typed. Both versions stand below: yours is kept. Save again to keep yours"


def urls(desk):
    return [door(desk, "<int:object_id>/edit/", edit, "leads_lead_edit")]


class EditForm(forms.Form):
    name = Typed(
        label="Name", error_messages={"required": "Enter a name"}, longest=100,
        too_long="Use 100 letters or fewer for the name",
    )  # fmt: skip
    phone = PhoneField()
    best_time = forms.ChoiceField(label="Best time", choices=Lead.BestTime.choices, required=False)
    voicemail = forms.ChoiceField(label="May we leave a voicemail?", choices=Lead.Voicemail.choices, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    id_prefix = "q-edit-"

    def __init__(self, data=None, *, lead):
        self.lead = lead
        super().__init__(data, auto_id=f"{self.id_prefix}%s", initial=self.stored(lead))
        for field in ("name", "phone"):
            self.fields[field].widget.attrs = {"autocomplete": "off"}
        self.fields["phone"].label, self.fields["phone"].help_text = "Phone", ""

    @staticmethod
    def stored(lead):
        number = lead.phone_raw or phones.speakable(lead.phone_e164)
        return {
            "name": lead.name,
            "phone": number,
            "best_time": lead.best_time,
            "voicemail": lead.voicemail,
            "version": lead.version,
        }

    def differences(self):
        """Return (label, what is stored now, what you typed) of each field that differs."""
        found = []
        for name in ("name", "phone", "best_time", "voicemail"):
            stored, typed = self.stored(self.lead)[name], self.data.get(name, "")
            choices = dict(getattr(self.fields[name], "choices", ()))
            if stored != typed:
                found.append((self.fields[name].label, choices.get(stored, stored), choices.get(typed, typed)))
        return found

    def changes(self):
        """Return the columns this form sets."""
        number = self.cleaned_data["phone"]
        columns = {name: self.cleaned_data[name] for name in ("name", "best_time", "voicemail")}
        return columns | Lead.columns_of(number)


def edit(desk, request, object_id):
    """Show what may be put right, and save it unless the request was changed meanwhile."""
    lead, clinic = desk.get_lead(object_id), request_facts(request)
    if not lead.phone_raw and not lead.name:
        messages.warning(request, "The personal details of this request were erased.")
        return redirect(desk.address(lead))
    form = EditForm(request.POST if request.method == "POST" else None, lead=lead)
    stale = []
    if form.is_valid():
        if lead.edit(request.user, clinic.at, form.cleaned_data["version"], **form.changes()):
            messages.success(request, "Saved.")
            return redirect(desk.address(lead))
        stale = form.differences()
        form.add_error(None, STALE)
        form.data = {**form.data.dict(), "version": lead.version}
    lead.extend(request.user, clinic.at)
    Look.record(request.user, [lead], clinic.at, "edit")
    context = {"title": f"Correct request {lead.reference}", "lead": lead, "form": form, "stale": stale}
    return desk.page(request, "leads/desk/edit.html", {**context, "failed_form": form})
