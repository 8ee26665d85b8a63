"""The calling desk: who to call now, and one page per request. Every change is a verb on Lead, posted, redirected."""

import re
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from clinic_site.context import request_facts

from . import desk_forms, intake, queue
from .desk import Row, clock_words, crisis_steps, loop_words, lost_words, nothing_words, tallied, timeline
from .models import Attempt, Event, Lead, Look, staff_name
from .notice_admin import NoticeAdmin  # noqa: F401  the outbox, registered there

PAGE_LENGTH = 100
# A card that is shown again within this time is the same look.
SAME_LOOK = timedelta(minutes=15)
NOT_SAVED = "That was not saved, because you had been signed out. Please do it once more."


def number(request, name):
    """Return a posted whole number, or None."""
    typed = request.POST.get(name, "")
    return int(typed) if re.fullmatch("[0-9]{1,18}", typed) else None


def changes(view):
    """Let a view be posted to alone, by those who may change requests."""

    @wraps(view)
    def inner(self, request, *args, **kwargs):
        if request.method in ("GET", "HEAD") and self.has_change_permission(request):
            # Whoever had to sign in before a press could count is sent back here without what was pressed.
            messages.warning(request, NOT_SAVED)
            lead = kwargs.get("object_id")
            return redirect(self.address(self.get_lead(lead)) if lead else "admin:leads_lead_changelist")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        return view(self, request, *args, **kwargs)

    return inner


@admin.register(Lead)
class LeadAdmin(admin.ModelAdmin):
    actions = None

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        def view(function):
            return self.admin_site.admin_view(function)

        return [
            path("", view(self.changelist_view), name="leads_lead_changelist"),
            path("add/", view(self.add_view), name="leads_lead_add"),
            path("next/", view(self.next_view), name="leads_lead_next"),
            path("<int:object_id>/", view(self.change_view), name="leads_lead_change"),
            path("<int:object_id>/call/", view(self.call_view), name="leads_lead_call"),
            path("<int:object_id>/<slug:verb>/", view(self.verb_view), name="leads_lead_verb"),
        ]

    # --- The queue

    def changelist_view(self, request, extra_context=None):
        """Show who to call now, and everyone else of the chosen view."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        clinic = request_facts(request)
        view = request.GET.get("view")
        view = view if view in queue.VIEWS else "waiting"
        limit = queue.Now(clinic.at, clinic.calendar).limit
        page = Paginator(queue.rows(view, request.user, clinic.at, clinic.calendar), PAGE_LENGTH).get_page(
            request.GET.get("page")
        )
        shown = list(page.object_list)
        upcoming = queue.next_ready(clinic.at, clinic.calendar) if view == "waiting" else None
        mine = Lead.objects.open().held_by(request.user, clinic.at)
        others = [lead for lead in shown if lead != upcoming]
        Look.record(request.user, others, clinic.at, "list", since=queue.Now(clinic.at, clinic.calendar).day_began)
        if upcoming:
            Look.record(request.user, [upcoming], clinic.at, "next call", since=clinic.at - SAME_LOOK)
        counts = queue.counts(clinic.at, clinic.calendar, request.user)
        context = {
            "title": "Call-back queue",
            "view": view,
            "tally": [
                (name, words, counts[name]) for name, (words, _) in queue.VIEWS.items() if tallied(name, counts, view)
            ],
            "clock": clock_words(clinic),
            "heading": "Everyone else waiting" if view == "waiting" else queue.VIEWS[view][0],
            "page": page,
            "card": Row.of(upcoming, request, limit) if upcoming else None,
            "nothing": nothing_words(view, shown, clinic),
            "rows": [Row.of(lead, request, limit, with_form=True) for lead in others],
            "mine_elsewhere": [lead for lead in mine if lead not in others],
            "loop_words": loop_words(clinic),
        }
        return self.page(request, "leads/desk/queue.html", context, extra_context)

    @changes
    def next_view(self, request):
        """Claim the request that was shown as next or, if a colleague was first, the one after it."""
        clinic = request_facts(request)
        shown = Lead.objects.filter(pk=number(request, "lead")).first()
        if shown:
            if shown.claim(request.user, clinic.at, number(request, "version")) or shown.extend(
                request.user, clinic.at
            ):
                return self.to_call(shown)
            lost = lost_words(shown, clinic.at)
        else:
            lost = ""
        following = queue.next_for(request.user, clinic.at, clinic.calendar)
        if following:
            if lost:
                messages.warning(request, f"{lost} Here is the next one.")
            return self.to_call(following, to_message=bool(lost))
        messages.warning(request, f"{lost} No one else is free to be called now.".strip())
        return redirect("admin:leads_lead_changelist")

    def to_call(self, lead, to_message=False):
        """Go to the row of a request one has just claimed, or to the top when there is something to be told first."""
        where = "" if to_message else f"#call-{lead.pk}"
        return redirect(reverse("admin:leads_lead_changelist") + where)

    # --- One request

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self.lead_page(request, self.get_lead(object_id), extra_context=extra_context)

    @changes
    def call_view(self, request, object_id):
        """Keep a call, whoever holds the claim, and bring the next one."""
        lead, clinic = self.get_lead(object_id), request_facts(request)
        form = desk_forms.CallForm(request.POST, lead=lead, at=clinic.at, calendar=clinic.calendar)
        if not form.is_valid():
            return self.lead_page(request, lead, form)
        outcome, holder = form.cleaned_data["outcome"], lead.holder(clinic.at)
        lead.record_attempt(request.user, clinic.at, outcome, form.cleaned_data["note"], form.call_at(), form.dialed)
        said = "Saved. It stays with you." if outcome == Attempt.Outcome.IN_CRISIS else "Saved."
        if lead.call_at:
            said = f"Saved. It comes back {queue.say_short(lead.call_at, clinic.at, clinic.zone)}."
        if holder not in (None, request.user):
            said += f" {staff_name(holder)} has this request: tell them you called."
        if outcome == Attempt.Outcome.WRONG_NUMBER and form.number_has_changed():
            said += " They gave another number while you called: call that one."
        messages.success(request, said)
        if outcome == Attempt.Outcome.IN_CRISIS:
            # The steps stand first on that page, and the request stays with whoever is on the line.
            return redirect(self.address(lead) + "?crisis=open")
        if not lead.closed_at and lead.attempts.count() >= clinic.clinic.max_tries:
            return redirect(self.address(lead))
        return self.back(request, lead)

    @changes
    def verb_view(self, request, object_id, verb):
        lead = self.get_lead(object_id)
        act = {
            "claim": self.claim,
            "release": self.release,
            "take-over": self.take_over,
            "later": self.later,
            "close": self.close,
            "could-not-reach": self.could_not_reach,
            "reopen": self.reopen,
            "hold": self.hold,
            "unhold": self.unhold,
            "note": self.note,
        }.get(verb)
        if act is None:
            raise PermissionDenied
        return act(request, lead, request_facts(request)) or self.back(request, lead)

    def claim(self, request, lead, clinic):
        if not (
            lead.claim(request.user, clinic.at, number(request, "version")) or lead.extend(request.user, clinic.at)
        ):
            messages.warning(request, lost_words(lead, clinic.at))
            return None
        return self.to_call(lead) if request.POST.get("back") != "request" else None

    def release(self, request, lead, clinic):
        if lead.release(request.user, clinic.at):
            messages.success(request, "Given back. Everyone can claim it now.")
        else:
            messages.warning(request, "You no longer held this request.")

    def take_over(self, request, lead, clinic):
        if lead.take_over(request.user, clinic.at):
            messages.success(request, "You have this request now. Tell your colleague.")
        else:
            messages.warning(request, lost_words(lead, clinic.at))

    def later(self, request, lead, clinic):
        form = desk_forms.LaterForm(request.POST, lead=lead, at=clinic.at, calendar=clinic.calendar)
        if not form.is_valid():
            return self.lead_page(request, lead, form)
        if lead.call_later(request.user, clinic.at, form.moment()):
            messages.success(request, f"It comes back {queue.say_short(lead.call_at, clinic.at, clinic.zone)}.")
        else:
            messages.warning(request, lost_words(lead, clinic.at))
        return None

    def close(self, request, lead, clinic):
        form = desk_forms.CloseForm(request.POST, lead=lead, at=clinic.at, calendar=clinic.calendar)
        if not form.is_valid():
            return self.lead_page(request, lead, form)
        outcome, note = form.cleaned_data["outcome"], form.cleaned_data["note"]
        if outcome == Lead.Outcome.WRONG_NUMBER and form.number_has_changed():
            messages.warning(request, "Not closed: they gave another number meanwhile. Call that one.")
            return redirect(self.address(lead))
        self.end(request, lead, clinic, outcome, note)
        return None

    def could_not_reach(self, request, lead, clinic):
        if lead.safety_at:
            return self.close(request, lead, clinic)
        self.end(request, lead, clinic, Lead.Outcome.COULD_NOT_REACH)
        return None

    def end(self, request, lead, clinic, outcome, note=""):
        if lead.close(request.user, clinic.at, outcome, note):
            messages.success(request, f"Closed: {lead.get_outcome_display()}.")
        else:
            messages.warning(request, lost_words(lead, clinic.at))

    def reopen(self, request, lead, clinic):
        if lead.reopen(request.user, clinic.at):
            messages.success(request, "Open again, in its old place.")
        else:
            messages.warning(request, "This request cannot be opened again.")

    def hold(self, request, lead, clinic):
        if lead.hold(request.user, clinic.at):
            messages.success(request, "Moved to Held. Its promise stands.")
        elif lead.safety_at and not lead.closed_at:
            messages.warning(request, "It carries the safety flag: close it, with a note of what was done.")
        else:
            messages.warning(request, lost_words(lead, clinic.at))

    def unhold(self, request, lead, clinic):
        if lead.unhold(request.user, clinic.at):
            messages.success(request, "Released from Held. It stands in its old place.")
        else:
            messages.warning(request, "This request is not held any more.")

    def note(self, request, lead, clinic):
        form = desk_forms.NoteForm(request.POST, lead=lead, at=clinic.at, calendar=clinic.calendar)
        if not form.is_valid():
            return self.lead_page(request, lead, form)
        lead.note(request.user, clinic.at, form.cleaned_data["text"])
        messages.success(request, "Note saved.")
        return None

    def lead_page(self, request, lead, form=None, extra_context=None):
        """Show one request with all that was done to it; `form` is one that has to be put right."""
        clinic = request_facts(request)
        lead.extend(request.user, clinic.at)
        Look.record(request.user, [lead], clinic.at, "request")
        forms = {
            kind: made(lead=lead, at=clinic.at, calendar=clinic.calendar)
            for kind, made in (
                ("call", desk_forms.CallForm),
                ("later", desk_forms.LaterForm),
                ("note", desk_forms.NoteForm),
                ("close", desk_forms.CloseForm),
            )
        }
        if form:
            forms[form.kind] = form
        same_number = []
        if lead.phone_e164:
            others = Lead.objects.filter(phone_e164=lead.phone_e164).exclude(pk=lead.pk)
            same_number = list(others.select_related("claimed_by").prefetch_related("attempts")[:10])
            Look.record(request.user, same_number, clinic.at, "same number", since=clinic.at - SAME_LOOK)
        row = Row.of(lead, request)
        days = {attempt.at.astimezone(clinic.zone).date() for attempt in lead.attempts.all()}
        context = {
            "title": f"Request {lead.reference}",
            "row": row,
            "forms": forms,
            "failed_form": form,
            "is_open": not (lead.closed_at or lead.held_at),
            "offer_closing": not lead.closed_at and row.tries >= clinic.clinic.max_tries,
            "days_tried": len(days),
            "same_number": [Row.of(other, request) for other in same_number],
            "timeline": timeline(lead, row),
            # Save brings the next call, wherever the form stood.
            "call_back_to": request.POST.get("back") or "waiting",
            "crisis_open": request.GET.get("crisis") == "open",
            "may_change": self.has_change_permission(request),
        }
        return self.page(request, "leads/desk/request.html", context, extra_context)

    # --- They called us

    def add_view(self, request, form_url="", extra_context=None):
        """Take a request by phone: the same promise as on the site."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        clinic = request_facts(request)
        form = desk_forms.EntryForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                lead = enter(request.user, form.cleaned_data, clinic)
            except intake.NoPromise:
                form.add_error(None, "The clinic has no opening hours yet, so there is no time to promise")
            else:
                promise = queue.say_short(lead.due, clinic.at, clinic.zone)
                if lead.due > clinic.at:
                    messages.success(request, f"Saved. Say: we will call you by {promise}.")
                else:
                    messages.warning(request, f"They asked before, and we promised a call by {promise}. Call next.")
                return redirect(self.address(lead))
        context = {"title": "They called us", "form": form, "failed_form": form}
        return self.page(request, "leads/desk/entry.html", context, extra_context)

    # --- Helpers

    def get_lead(self, object_id):
        return get_object_or_404(Lead.objects.select_related("claimed_by"), pk=object_id)

    def address(self, lead):
        return reverse("admin:leads_lead_change", args=[lead.pk])

    def back(self, request, lead):
        """Go back to where the button stood: the view of the queue it names, or the request's own page."""
        back = request.POST.get("back", "")
        if back == "request":
            return redirect(self.address(lead))
        view = f"?view={back}" if back in queue.VIEWS and back != "waiting" else ""
        return redirect(reverse("admin:leads_lead_changelist") + view)

    def page(self, request, template, context, extra_context=None):
        clinic = request_facts(request)
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "is_nav_sidebar_enabled": False,
                "max_tries": clinic.clinic.max_tries,
                "lease_minutes": settings.LEASE_MINUTES,
                "crisis_steps": crisis_steps(clinic),
                "may_change": self.has_change_permission(request),
                "may_add": self.has_add_permission(request),
                **context,
                **(extra_context or {}),
            },
        )


def enter(user, asked, clinic):
    """Store a request taken by phone, through the same door as every other, and say who took it."""
    with transaction.atomic():
        details = {"message": "", "voicemail": "", "best_time": "", "source": "", "stamp": None}
        lead = intake.receive(
            {"name": asked["name"], "phone": asked["phone"], **details}, at=clinic.at, clinic=clinic
        ).lead
        lead.events.create(kind=Event.Kind.ENTERED, actor=user, at=clinic.at)
        if asked["note"]:
            lead.note(user, clinic.at, asked["note"])
    return lead
