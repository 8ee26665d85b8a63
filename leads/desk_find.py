"""They called us: find a person in one step from any staff page, log the call, or take a new request.

What is searched for is posted: it stands in no address, no title and no log.
"""

import re

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.shortcuts import redirect

from clinic_site.context import request_facts

from . import desk_forms, queue
from .desk import Details, Row
from .desk_doors import door
from .forms import Typed
from .models import Attempt, Lead, Look, staff_name

MOST_FOUND = 20
LONGEST_TERM = 100
TOO_LITTLE = "Type the last four digits, a part of the name, or the reference"
# Those who are on the phone cannot have been missed.
TALKED = [
    (Attempt.Outcome.BOOKED, "Closes this request"),
    (Attempt.Outcome.THINKING, "We call again"),
    (Attempt.Outcome.NO_VISIT, "Closes this request"),
    (Attempt.Outcome.DO_NOT_CALL, "Closes, never call again"),
    (Attempt.Outcome.IN_CRISIS, "Follow the crisis steps"),
]


def urls(desk):
    return [
        door(desk, "find/", find, "leads_lead_find", needs="view"),
        door(desk, "<int:object_id>/called/", called, "leads_lead_called", methods=("POST",)),
    ]


# --- Finding


class CalledForm(desk_forms.CallForm):
    """How a call went that the person made to us."""

    kind = "called"

    def tiles(self):
        chosen = self.data.get("outcome") if self.is_bound else ""
        return [(outcome.value, outcome.label, line, outcome == chosen) for outcome, line in TALKED]

    def clean_outcome(self):
        outcome = self.cleaned_data["outcome"]
        if outcome not in [value for value, _ in TALKED]:
            raise forms.ValidationError("Choose how the call went")
        return outcome


def find(desk, request):
    """Show everybody that what was typed may mean, those who wait first, and a new request for whoever is not there."""
    term = Typed.UNWANTED.sub(" ", request.POST.get("q", ""))[:LONGEST_TERM].strip()
    if request.method != "POST":
        return page(desk, request, "", [])
    wanted = meaning(term)
    if wanted is None:
        return page(desk, request, term, [], problem=TOO_LITTLE)
    found = Lead.objects.filter(wanted, merged_into=None).select_related("claimed_by")
    # Databases sort what is empty differently, so the first key says it: those who wait, then those closed last.
    first_open = Case(When(closed_at=None, then=Value(0)), default=Value(1))
    found = found.prefetch_related("attempts__user").order_by(first_open, F("closed_at").desc(), "promised_by", "id")
    return page(desk, request, term, list(found[: MOST_FOUND + 1]), searched=True)


def meaning(term):
    """Return the Q of what was typed, or None for what is too little: every word must fit name, number or reference."""
    if re.fullmatch(r"[\d\s().+-]+", term):
        digits = re.sub(r"\D", "", term)
        digits = digits.removeprefix("1") if len(digits) == 11 else digits
        if len(digits) < 3:
            return None
        return _number(digits) | _reference(term)
    words = term.split()
    if not words or max(len(word) for word in words) < 2:
        return None
    wanted = Q()
    for word in words:
        digits = re.sub(r"\D", "", word)
        fits = _name(word) | _reference(word)
        wanted &= fits | _number(digits) if len(digits) >= 3 else fits
    return wanted


def _number(digits):
    return Q(phone_e164__contains=digits)


def _name(word):
    # SQLite folds the case of plain letters alone.
    return Q(name__icontains=word) | Q(name__contains=word.title()) | Q(name__contains=word.lower())


def _reference(word):
    word = word.strip().upper()
    return Q(reference=word) | Q(pk__in=Lead.objects.filter(reference=word).values("merged_into"))


def page(desk, request, term, found, *, problem="", searched=False, failed=None, entry=None):
    """Show the search with what it found; `failed` is the form of a call that has to be put right."""
    from . import desk_entry  # it comes back here when nobody is found

    clinic = request_facts(request)
    more, found = len(found) > MOST_FOUND, found[:MOST_FOUND]
    Look.record(request.user, found, clinic.at, "search")
    may_change = desk.has_change_permission(request)
    details = Details.of(found)
    cards = []
    for lead in found:
        form = form_of(lead, clinic, details) if may_change else None
        form = failed if failed and failed.lead == lead else form
        is_over = lead.outcome in (Lead.Outcome.CANCELLED, Lead.Outcome.ERASED, Lead.Outcome.ROBOT)
        cards.append(
            {"row": Row.of(lead, request, details=details), "form": None if is_over or not lead.phone_raw else form}
        )
    context = {
        "title": "They called us",
        "term": term,
        "problem": problem,
        "searched": searched and not problem,
        "cards": cards,
        "more": more,
        "open_form": failed or (cards[0]["form"] if len(cards) == 1 else None),
        "failed_form": failed,
        "entry": entry or desk_entry.EntryForm(initial=desk_entry.carried_over(term)),
    }
    return desk.page(request, "leads/desk/find.html", context)


# --- The call


def form_of(lead, clinic, details, data=None):
    return CalledForm(data, lead=lead, at=clinic.at, calendar=clinic.calendar, others=details.waiting_beside(lead))


def called(desk, request, object_id):
    """Keep a call the person made to us, whoever holds the claim: that colleague's page says so at once."""
    lead, clinic = desk.get_lead(object_id), request_facts(request)
    form = form_of(lead, clinic, Details.of([lead]), request.POST)
    if not form.is_valid():
        return page(desk, request, "", [lead], failed=form)
    outcome, holder = form.cleaned_data["outcome"], lead.holder(clinic.at)
    covered = form.covered() if outcome == Attempt.Outcome.DO_NOT_CALL else ()
    log(lead, request.user, clinic.at, outcome, form.cleaned_data["note"], form.call_at(), covered)
    messages.success(request, f"Saved: they called us. {said(lead, clinic)}".strip())
    if holder not in (None, request.user):
        messages.warning(request, f"{staff_name(holder)} has this request and is told on their page now.")
    if outcome == Attempt.Outcome.IN_CRISIS:
        return redirect(desk.address(lead) + "?crisis=open")
    return redirect(desk.address(lead))


@transaction.atomic
def log(lead, user, at, outcome, note, call_at, covers=()):
    """Keep a call that came to us. Whoever thinks it over after their request was closed is called again."""
    if lead.closed_at and outcome == Attempt.Outcome.THINKING:
        lead.reopen(user, at)
    attempt = lead.record_attempt(user, at, outcome, note, call_at, covers=covers)
    Attempt.objects.filter(pk=attempt.pk).update(incoming=True)
    return attempt


def said(lead, clinic):
    if lead.closed_at:
        return f"Closed: {lead.get_outcome_display()}."
    if lead.call_at:
        return f"It comes back {queue.say_short(lead.call_at, clinic.at, clinic.zone)}."
    return ""
