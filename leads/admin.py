"""The calling desk: who to call now, and one page per request. Every change is a verb on Lead, posted, redirected."""

import re
from datetime import timedelta
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from clinic_site import hours
from clinic_site.context import request_facts

from . import desk_entry, desk_forms, desk_rooms, drafts, notices, pace, queue
from .desk import (
    Details,
    Row,
    clock_words,
    crisis_steps,
    loop_words,
    lost_words,
    news,
    nothing_words,
    tallied,
    undoable,
)
from .desk_timeline import timeline
from .models import Attempt, DeskChoice, Lead, Look, staff_name
from .notice_admin import NoticeAdmin  # noqa: F401  the outbox, registered there

PAGE_LENGTH = 100
# A card that is shown again within this time is the same look.
SAME_LOOK = timedelta(minutes=15)
MANAGES = "clinic_site.change_clinic"
NOT_YOURS = "You no longer hold this request. What you typed is still here: save it, or claim the request again."
NOT_SAVED = "That was not saved, because you had been signed out. Please do it once more."


def number(request, name):
    """Return a posted whole number, or None."""
    typed = request.POST.get(name, "")
    return int(typed) if re.fullmatch("[0-9]{1,18}", typed) else None


def place(typed):
    """Return (view, page) of a place in the queue written as "held" or "held.2"; else the first page of all."""
    view, _, page = (typed or "").partition(".")
    if view not in queue.VIEWS:
        return "waiting", 1
    return view, int(page) if re.fullmatch("[0-9]{1,6}", page) else 1


def queue_address(typed=""):
    """Return the address of a place in the queue."""
    view, page = place(typed)
    asked = {**({"view": view} if view != "waiting" else {}), **({"page": page} if page > 1 else {})}
    return reverse("admin:leads_lead_changelist") + (f"?{urlencode(asked)}" if asked else "")


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
            return drafts.kept(self.admin_site.admin_view(function))

        return [
            path("", view(self.changelist_view), name="leads_lead_changelist"),
            path("add/", view(self.add_view), name="leads_lead_add"),
            path("next/", view(self.next_view), name="leads_lead_next"),
            path("crisis-steps/", view(self.crisis_view), name="leads_lead_crisis"),
            path("help/", view(self.help_view), name="leads_lead_help"),
            path("shortcuts/", view(self.shortcuts_view), name="leads_lead_shortcuts"),
            *desk_rooms.urls(self),
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
        now = queue.Now(clinic.at, clinic.calendar)
        found = queue.rows(view, request.user, clinic.at, clinic.calendar)
        page = Paginator(found, PAGE_LENGTH).get_page(request.GET.get("page"))
        shown = list(page.object_list)
        upcoming = queue.next_ready(clinic.at, clinic.calendar) if view == "waiting" else None
        mine = list(Lead.objects.open().held_by(request.user, clinic.at))
        others = [lead for lead in shown if lead != upcoming]
        details = Details.of([*([upcoming] if upcoming else []), *(lead for lead in others if lead in mine)])
        Look.record(request.user, others, clinic.at, "list", since=now.day_began)
        if upcoming:
            Look.record(request.user, [upcoming], clinic.at, "next call", since=clinic.at - SAME_LOOK)
        counts = queue.counts(clinic.at, clinic.calendar, request.user)
        here = f"{view}.{page.number}" if page.number > 1 else view
        context = {
            "title": "Call-back queue",
            "view": view,
            "here": here,
            "tally": [
                (name, words, counts.get(name))
                for name, (words, _) in queue.VIEWS.items()
                if tallied(name, counts, view)
            ],
            "clock": clock_words(clinic),
            "heading": "Everyone else waiting" if view == "waiting" else queue.VIEWS[view][0],
            "page": page,
            "card": Row.of(upcoming, request, now.limit, details=details) if upcoming else None,
            "nothing": nothing_words(view, shown, clinic),
            "rows": [Row.of(lead, request, now.limit, with_form=True, details=details) for lead in others],
            "mine_elsewhere": [lead for lead in mine if lead not in others],
            "lapsed_of_mine": [Row.of(lead, request) for lead in Lead.objects.lapsed_of(request.user, clinic.at)[:5]],
            "loop_words": loop_words(clinic),
            "day": pace.of_day(clinic.at, clinic.calendar) if view == "waiting" else None,
            "may_manage": request.user.has_perm(MANAGES),
            **desk_rooms.on_queue(request, view, shown),
        }
        if request.GET.get("page") and str(page.number) != request.GET["page"]:
            return redirect(queue_address(here))
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
        others = Details.of([lead]).waiting_beside(lead)
        form = desk_forms.CallForm(request.POST, lead=lead, at=clinic.at, calendar=clinic.calendar, others=others)
        if not form.is_valid():
            return self.lead_page(request, lead, form)
        outcome, holder, closed = form.cleaned_data["outcome"], lead.holder(clinic.at), bool(lead.closed_at)
        since = news(lead, form.seen, request)
        covered = form.covered() if outcome == Attempt.Outcome.DO_NOT_CALL else []
        lead.record_attempt(
            request.user, clinic.at, outcome, form.cleaned_data["note"], form.call_at(), form.dialed, covered
        )
        messages.success(request, self.saved_words(lead, clinic, outcome, closed, covered))
        if holder not in (None, request.user):
            messages.warning(request, f"{staff_name(holder)} has this request: tell them you called.")
        if since:
            messages.warning(request, f"While you had this open: {since}. Both are kept.")
        if outcome == Attempt.Outcome.WRONG_NUMBER and form.number_has_changed():
            messages.warning(request, "They gave another number while you called: call that one.")
        if outcome == Attempt.Outcome.IN_CRISIS:
            # The steps stand first on that page, and the request stays with whoever is on the line.
            return redirect(self.address(lead) + "?crisis=open")
        if not lead.closed_at and self.may_give_up(lead, clinic):
            return redirect(self.address(lead))
        return self.back(request, lead)

    def saved_words(self, lead, clinic, outcome, was_closed, covered):
        """Return what the outcome did, with the moment at which the request comes back."""
        if outcome == Attempt.Outcome.IN_CRISIS:
            return "Saved. It stays with you."
        if was_closed and lead.closed_at:
            return "Saved. This request was closed before: it stays closed."
        if covered:
            return f"Saved. Closed for {len(covered) + 1} people at this number."
        if lead.call_at:
            return f"Saved. It comes back {queue.say_short(lead.call_at, clinic.at, clinic.zone)}."
        return "Saved."

    def may_give_up(self, lead, clinic):
        """Tell whether so many calls on so many days reached nobody that closing may be offered."""
        unreached = [attempt for attempt in lead.attempts.all() if attempt.outcome in Attempt.UNREACHED]
        days = {attempt.at.astimezone(clinic.zone).date() for attempt in unreached}
        return len(unreached) >= clinic.clinic.max_tries and len(days) >= clinic.clinic.tries_days

    @changes
    def verb_view(self, request, object_id, verb):
        lead = self.get_lead(object_id)
        act = {
            "claim": self.claim,
            "release": self.release,
            "take-over": self.take_over,
            "keep": self.keep,
            "on-call": self.on_call,
            "undo": self.undo,
            "crisis-done": self.crisis_done,
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
        """Ask before a colleague's request is taken; then take it and say from whom."""
        holder = lead.holder(clinic.at)
        if holder not in (None, request.user) and "confirm" not in request.POST:
            context = {
                "title": "Take over this request?",
                "row": Row.of(lead, request),
                "back_to": request.POST.get("back", ""),
            }
            return self.page(request, "leads/desk/take_over.html", context)
        if lead.take_over(request.user, clinic.at):
            from_whom = f" Tell {staff_name(holder)}." if holder not in (None, request.user) else ""
            messages.success(request, f"You have this request now.{from_whom}")
        else:
            messages.warning(request, lost_words(lead, clinic.at))
        return None

    def keep(self, request, lead, clinic):
        """Extend the lease while its holder works on the page. A script asks, but only when a person does something."""
        if not lead.extend(request.user, clinic.at):
            return JsonResponse({"until": None})
        until = lead.claimed_until
        return JsonResponse({"until": until.isoformat(), "words": hours.say_time(until, clinic.zone)})

    def on_call(self, request, lead, clinic):
        """Keep the request for as long as a long call takes, and the page with what was typed."""
        if not lead.on_call(request.user, clinic.at):
            messages.warning(request, lost_words(lead, clinic.at) if lead.holder(clinic.at) else NOT_YOURS)
        if "application/json" in request.headers.get("Accept", ""):
            return self.keep(request, lead, clinic)
        others = Details.of([lead]).waiting_beside(lead)
        about = {"lead": lead, "at": clinic.at, "calendar": clinic.calendar, "others": others}
        return self.lead_page(request, lead, desk_forms.CallForm.kept(request.POST, **about))

    def undo(self, request, lead, clinic):
        attempt = Attempt.everything.filter(lead=lead, pk=number(request, "attempt")).first()
        why_not = lead.undo(attempt, request.user, clinic.at) if attempt else "There is nothing to take back."
        if why_not:
            messages.warning(request, why_not)
        else:
            messages.success(
                request, f"Taken back: {attempt.get_outcome_display()}. All is as it was before that call."
            )
        return redirect(self.address(lead))

    def crisis_done(self, request, lead, clinic):
        """Close a crisis under one's own name, with what was done."""
        form = desk_forms.CrisisForm(request.POST, lead=lead, at=clinic.at, calendar=clinic.calendar)
        if not form.is_valid():
            return self.lead_page(request, lead, form)
        if lead.end_crisis(request.user, clinic.at, form.cleaned_data["what"]):
            messages.success(request, "The crisis is closed, under your name. The request keeps its safety flag.")
        else:
            lead.note(request.user, clinic.at, form.cleaned_data["what"])
            messages.warning(request, "The crisis was closed before. What you wrote is kept as a note.")
        return redirect(self.address(lead))

    def later(self, request, lead, clinic):
        form = desk_forms.LaterForm(request.POST, lead=lead, at=clinic.at, calendar=clinic.calendar)
        if not form.is_valid():
            return self.lead_page(request, lead, form)
        since = news(lead, form.seen, request)
        if lead.call_later(request.user, clinic.at, form.moment()):
            messages.success(request, f"It comes back {queue.say_short(lead.call_at, clinic.at, clinic.zone)}.")
            if since:
                messages.warning(request, f"While you had this open: {since}. Your time stands.")
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
        if outcome == Lead.Outcome.DO_NOT_CALL and Details.of([lead]).waiting_beside(lead):
            messages.warning(request, "Others wait at this number, and stay: open theirs to say if it covers them.")
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
            if note:
                lead.note(request.user, clinic.at, note)
                messages.success(request, "Your note is kept all the same.")

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
        prefetch_related_objects([lead], queue.WITH_CALLS)
        Look.record(request.user, [lead], clinic.at, "request")
        details = Details.of([lead])
        about = {"lead": lead, "at": clinic.at, "calendar": clinic.calendar, "others": details.waiting_beside(lead)}
        kinds = ("CallForm", "LaterForm", "NoteForm", "CloseForm", "CrisisForm")
        forms = {made.kind: made(**about) for made in (getattr(desk_forms, kind) for kind in kinds)}
        if form:
            forms[form.kind] = form
        row = Row.of(lead, request, details=details)
        days = {attempt.at.astimezone(clinic.zone).date() for attempt in lead.attempts.all()}
        here = request.POST.get("back") or request.GET.get("from") or "waiting"
        here = here if place(here)[0] == here.partition(".")[0] else "waiting"
        context = {
            "title": f"Request {lead.reference}",
            "row": row,
            "forms": forms,
            "failed_form": form,
            "is_open": not (lead.closed_at or lead.held_at),
            "offer_closing": not lead.closed_at and self.may_give_up(lead, clinic),
            "days_tried": len(days),
            "timeline": timeline(lead, row),
            # Save brings the next call, wherever the form stood; the queue opens again where it was left.
            "here": here,
            "back_address": queue_address(here),
            "back_words": queue.VIEWS[place(here)[0]][0],
            "crisis_open": request.GET.get("crisis") == "open",
            "may_change": self.has_change_permission(request),
            **desk_rooms.on_request(request, lead),
        }
        return self.page(request, "leads/desk/request.html", context, extra_context)

    # --- For everybody at the desk

    def crisis_view(self, request):
        """Show the crisis steps on one sheet, to be printed and pinned beside each phone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.page(request, "leads/desk/crisis_sheet.html", {"title": "Crisis steps", "undoable": None})

    @changes
    def help_view(self, request):
        """Ask colleagues for help by mail: a manager's choice when more is promised than can be reached."""
        if not request.user.has_perm(MANAGES):
            raise PermissionDenied
        clinic = request_facts(request)
        asked_at = notices.more_help(clinic.at)
        if asked_at == clinic.at:
            messages.success(request, "Colleagues on the clinic's list are asked for help by mail, without any name.")
        else:
            messages.warning(request, f"Help was asked for at {hours.say_time(asked_at, clinic.zone)} already.")
        return redirect(queue_address(request.POST.get("back")))

    def shortcuts_view(self, request):
        """Switch a person's keyboard shortcuts on or off."""
        if request.method != "POST":
            return redirect("admin:leads_lead_changelist")
        if not self.has_view_permission(request):
            raise PermissionDenied
        on = request.POST.get("shortcuts") == "on"
        DeskChoice.objects.update_or_create(user=request.user, defaults={"shortcuts": on})
        messages.success(request, f"Keyboard shortcuts are {'on' if on else 'off'} for you, on every computer.")
        return redirect(queue_address(request.POST.get("back")))

    # --- They called us

    def add_view(self, request, form_url="", extra_context=None):
        return desk_entry.add(self, request)

    # --- Helpers

    def get_lead(self, object_id):
        """Return a request; one that was merged is worked as the request it became part of."""
        lead = get_object_or_404(Lead.objects.select_related("claimed_by", "merged_into__claimed_by"), pk=object_id)
        return lead.merged_into or lead

    def address(self, lead):
        return reverse("admin:leads_lead_change", args=[lead.pk])

    def back(self, request, lead):
        """Go back to where the button stood: the place in the queue it names, or the request's own page."""
        back = request.POST.get("back", "")
        return redirect(self.address(lead) if back == "request" else queue_address(back))

    def page(self, request, template, context, extra_context=None):
        clinic = request_facts(request)
        last = undoable(request.user, clinic.at)
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
                "in_crisis": [Row.of(lead, request) for lead in Lead.objects.in_crisis().select_related("claimed_by")],
                "choices": DeskChoice.of(request.user),
                "undoable": last,
                "undo_until": hours.say_time(last.at + Attempt.UNDO, clinic.zone) if last else "",
                "shown_at": clinic.at.isoformat(),
                "may_change": self.has_change_permission(request),
                "may_add": self.has_add_permission(request),
                **context,
                **(extra_context or {}),
            },
        )
