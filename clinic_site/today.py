"""What a manager does on the staff site's first page when the day goes wrong: close it, pause the form, tell people."""

import datetime

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from leads import promises
from leads.models import Look
from leads.queue import say_short

from . import hours
from .models import Clinic, Closure

# The same people shown again within this time are the same look.
SAME_LOOK = datetime.timedelta(minutes=15)


class ClosedTodayForm(forms.Form):
    """Closed today, open late or close early: one choice, a time where it needs one."""

    CHOICES = [("closed", "Closed all day"), ("late", "Open late"), ("early", "Close early")]

    day = forms.ChoiceField(
        label="Which day?",
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": "Choose one of these days"},
    )
    kind = forms.ChoiceField(
        label="What happens?",
        choices=CHOICES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happens", "invalid_choice": "Choose what happens"},
    )
    time = forms.TimeField(
        label="At what time?",
        help_text="When you open late, or close early. Such as 11:00 am.",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time like 11:00 or 2:30 pm"},
        input_formats=["%H:%M", "%H:%M:%S", "%I:%M %p", "%I %p", "%I:%M%p", "%I%p"],
    )
    reason = forms.CharField(label="Reason, for staff", max_length=120, required=False, help_text="Such as: snow.")

    def __init__(self, *args, at, calendar, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = at.astimezone(calendar.zone).date()
        self.calendar = calendar
        days = days_to_close(at, calendar)
        self.fields["day"].choices = [(day.isoformat(), words) for day, words in days]
        self.fields["day"].initial = days[0][0].isoformat() if days else ""

    def clean(self):
        cleaned = super().clean()
        self.today = datetime.date.fromisoformat(cleaned["day"]) if cleaned.get("day") else self.today
        if cleaned.get("kind") in ("late", "early") and not self.errors and not cleaned.get("time"):
            self.add_error("time", "Enter the time at which you open or close")
        if not self.errors and not hours.closes(self.today, self.calendar):
            self.add_error(None, "You are closed all that day already. Nothing has to be changed")
        return cleaned

    def closure(self):
        """Return the closure this asks for, not stored."""
        kind, time = self.cleaned_data["kind"], self.cleaned_data["time"]
        return Closure(
            starts_on=self.today,
            ends_on=self.today,
            starts_at=time if kind == "early" else None,
            ends_at=time if kind == "late" else None,
            reason=self.cleaned_data["reason"] or dict(self.CHOICES)[kind],
        )


def days_to_close(at, calendar):
    """Return (date, words) of today while it has open hours left, and of the next day that opens."""
    today, found = at.astimezone(calendar.zone).date(), []
    closes = hours.closes(today, calendar)
    if closes and at < closes:
        found.append((today, f"Today, {hours.say_day(today)}"))
    try:
        following = hours.next_open_day(today, calendar)
    except hours.NoOpeningHours:
        return found
    return [*found, (following, hours.say_day(following))]


def with_closure(calendar, closure):
    """Return the calendar as it will be with one more closure."""
    return hours.Calendar(
        calendar.zone, calendar.windows, (*calendar.closures, closure.value()), calendar.open_holidays
    )


@require_http_methods(["GET", "POST"])
def close_today(request, site):
    """Ask what happens today, show whom it concerns, and on a second press do it and tell them."""
    must(request, "clinic_site.add_closure")
    at, clinic = timezone.now(), Clinic.current()
    form = ClosedTodayForm(request.POST or None, at=at, calendar=clinic.calendar())
    if not form.is_valid():
        return page(request, site, "Close a day, open late or close early", {"form": form})
    closure = form.closure()
    if "confirm" not in request.POST:
        calendar = with_closure(clinic.calendar(), closure)
        context = {"form": form, "words": words_of(closure, clinic), **concerned(request.user, at, calendar)}
        return page(request, site, "Is this right?", context)
    with transaction.atomic():
        closure.save()
        count = promises.revise_all(at, clinic.calendar(), request.user)
        log(request, clinic, f"{words_of(closure, clinic)} {count} requests were given a new time.")
    messages.success(request, f"{words_of(closure, clinic)} {told(count)}")
    return redirect("admin:index")


@require_http_methods(["GET", "POST"])
def broken_promises(request, site):
    """Show whom we promised a time at which we are closed by now, and on a press give them the new time."""
    must(request, "clinic_site.add_closure")
    at, clinic = timezone.now(), Clinic.current()
    if request.method == "POST":
        with transaction.atomic():
            count = promises.revise_all(at, clinic.calendar(), request.user)
            log(request, clinic, f"{count} requests were given a new time.")
        messages.success(request, told(count))
        return redirect("admin:index")
    return page(request, site, "Promises that fall in a closure", concerned(request.user, at, clinic.calendar()))


@require_POST
def open_again(request, site):
    """Take back the closure of one day. People who were told a later time keep it, and may be called sooner."""
    must(request, "clinic_site.delete_closure")
    clinic = Clinic.current()
    closure = Closure.objects.filter(pk=request.POST.get("closure") or 0, ends_on=F("starts_on")).first()
    if closure:
        with transaction.atomic():
            closure.delete()
            log(request, clinic, f"Taken back: {words_of(closure, clinic)}")
        messages.success(
            request,
            f"The usual hours stand again on {hours.say_day(closure.starts_on)}. People who were told a later time may "
            "be called sooner all the same.",
        )
    return redirect("admin:index")


@require_POST
def unpause(request, site):
    """Let visitors use the call-back form again."""
    must(request, "clinic_site.change_clinic")
    clinic = Clinic.current()
    clinic.paused, clinic.paused_until = False, None
    clinic.save(update_fields=["paused", "paused_until", "changed_at"])
    log(request, clinic, "The call-back form was opened again.")
    messages.success(request, "Visitors can use the call-back form again.")
    return redirect("admin:index")


def must(request, permission):
    if not request.user.has_perm(permission):
        raise PermissionDenied


def page(request, site, title, context):
    context = {**site.each_context(request), "title": title, **context}
    return TemplateResponse(request, "admin/today.html", context)


def concerned(user, at, calendar):
    """Return, ready to show, who was promised a time that falls in a closure, and agreed calls that do.

    Names are for those who work the requests, and that they saw them is kept.
    """
    zone, may_see = calendar.zone, user.has_perm("leads.view_lead")
    broken, callbacks = promises.broken(at, calendar), promises.callbacks_in(at, calendar)
    if may_see:
        seen = [lead for lead, _ in broken] + callbacks
        Look.record(user, seen, at, "closure", since=at - SAME_LOOK)
    return {
        "may_see": may_see,
        "concerned": [
            {"lead": lead, "was": say_short(lead.due, at, zone), "now": say_short(moment, at, zone)}
            for lead, moment in broken
        ],
        "callbacks": [{"lead": lead, "at": say_short(lead.call_at, at, zone)} for lead in callbacks],
        "shown": True,
    }


def words_of(closure, clinic):
    """Return what a closure of one day means, as a sentence."""
    day = hours.say_day(closure.starts_on)
    if closure.starts_at is None and closure.ends_at is None:
        return f"You are closed all day on {day}."
    moment = datetime.datetime.combine(closure.starts_on, closure.starts_at or closure.ends_at, clinic.zone)
    return f"You {'close' if closure.starts_at else 'open'} at {hours.say_time(moment, clinic.zone)} on {day}."


def told(count):
    if not count:
        return "Nobody was promised a time that falls in it."
    people = "1 person was" if count == 1 else f"{count} people were"
    return f"{people} given a new time: their private page says so, and they are called first when you open."


def log(request, clinic, words):
    LogEntry.objects.log_actions(request.user.pk, [clinic], CHANGE, words, single_object=True)


def closures_ahead(at, clinic):
    """Return the next closures of single days from today on, ready to show and to take back."""
    today = at.astimezone(clinic.zone).date()
    found = Closure.objects.filter(starts_on__gte=today, ends_on=F("starts_on")).order_by("starts_on", "id")
    return [{"pk": closure.pk, "words": words_of(closure, clinic)} for closure in found[:5]]
