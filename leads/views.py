"""The patient's side: the form, and the private page that says what became of it."""

import logging
import secrets
from datetime import timedelta
from functools import wraps

from django.core.cache import cache
from django.core.signing import BadSignature, TimestampSigner
from django.db import Error as DatabaseProblem
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinic_site.access import client_ip
from clinic_site.context import request_facts
from clinic_site.security import is_same_origin

from . import crisis, floods, intake, receipts, spool, suspicion
from .forms import CallbackForm, ChangeNumberForm, panel
from .models import Lead

log = logging.getLogger(__name__)

ONCE_MORE = 'Your details are still here. Press "Please call me" once more'
NOT_SAVED = "Sorry, we could not save that. Your details are still here. Try again, or call us on {phone}"
TOO_MANY = (
    "Very many requests come from your network just now, so we cannot take one more here. Your details are still here. "
    "Please call us on {phone}, or try again in an hour"
)
# How long a form that asks for one more press may lie on the screen before it asks again.
PASS_AGE = timedelta(days=1)


# --- The form


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def request_callback(request):
    """Show the form, or take a request. No cookie and no token: headers tell where a post comes from."""
    clinic = request_facts(request)
    if request.method == "POST":
        return take_request(request, clinic)
    form = CallbackForm(clinic=clinic, source=request.path)
    return render(request, "leads/callback_form.html", panel(clinic, form))


def take_request(request, clinic):
    """Store the request and lead on to its receipt, or show the form once more with all that was typed."""
    form = CallbackForm(request.POST, clinic=clinic)
    if not form.is_valid() and not clinic.paused:
        return show_again(request, clinic, form)
    if clinic.paused:
        return not_saved(request, clinic, form)
    if not is_same_origin(request) and not use_pass(form):
        form.add_error(None, ONCE_MORE)
        return show_again(request, clinic, form)
    asked = form.cleaned_data
    at, count = timezone.now(), floods.count_one(client_ip(request))
    if count > floods.TOO_MANY_FROM_A_NETWORK and not form.names_crisis and not intake.is_known(asked):
        form.add_error(None, TOO_MANY.format(phone=clinic.display_phone))
        return show_again(request, clinic, form, status=429)
    signs = suspicion.signs(
        name=asked["name"], phone=asked["phone"].raw, message=asked["message"], bait=asked["leave_empty"]
    )
    signs += floods.signs(count, asked["phone"], asked["message"], at)
    try:
        received = intake.receive(asked, at=at, clinic=clinic, signs=signs)
    except (OSError, intake.NoPromise) as problem:
        log.error("request not stored: %s", type(problem).__name__)
        return not_saved(request, clinic, form)
    address = received.lead.token
    if received.promise_only:
        address = receipts.limited_address(received.lead, form.names_crisis)
    response = redirect("leads:receipt", address)
    response["Cache-Control"] = "no-store"
    return response


def not_saved(request, clinic, form):
    """Say that nothing was stored, with the clinic's phone. Never a false thank-you."""
    words = NOT_SAVED
    if clinic.pause_words:
        words = f"{clinic.pause_words} Your details are still here. Please call us on {{phone}}"
    form.add_error(None, words.format(phone=clinic.display_phone))
    return show_again(request, clinic, form, status=503)


def show_again(request, clinic, form, status=200):
    """Show the form on its own page with all that was typed; the next press passes, wherever this one came from."""
    if not is_same_origin(request):
        form.let_pass(new_pass())
    context = {**panel(clinic, form), "paused": False}
    response = render(request, "leads/callback_form.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def new_pass():
    """Return a signed value that lets one press through, whatever its headers say."""
    return TimestampSigner(salt="leads.pass").sign(secrets.token_urlsafe(12))


def use_pass(form):
    """Tell whether the form carries such a value, and spend it. Only the same request may be sent with it once more.

    Spent values are remembered in the cache; when that does not answer, nobody is turned away for it.
    """
    try:
        value = TimestampSigner(salt="leads.pass").unsign(form.given_pass, max_age=PASS_AGE)
    except BadSignature:
        return False
    asked, name = form.cleaned_data, f"leads.pass.{value}"
    used_for = intake.submission_key(asked["stamp"], asked["name"], asked["phone"])
    try:
        return cache.add(name, used_for, PASS_AGE.total_seconds()) or cache.get(name) in (None, used_for)
    except Exception as problem:
        log.warning("cache not reachable: %s", type(problem).__name__)
        return True


# --- The receipt


def private(view):
    """Keep a page out of caches, search engines and the next page's Referer, and its address out of our logs."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        # Django logs the address of every answer from 400 on, unless it takes it for logged.
        response._has_been_logged = True
        return response

    return inner


@csrf_exempt
@private
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request, token):
    """Show what became of a request, and let its sender change it: whoever holds the address may."""
    clinic = request_facts(request)
    if limited := receipts.limited(token, clinic):
        return render(request, "leads/receipt.html", {"receipt": limited})
    try:
        lead = receipts.find(token)
        action = ACTIONS.get(request.POST.get("action"), show) if request.method == "POST" else show
        return action(request, lead, clinic)
    except Lead.DoesNotExist:
        return render(request, "leads/receipt_unknown.html", status=404)
    except (DatabaseProblem, spool.Busy, OSError) as problem:
        log.error("receipt not answered: %s", type(problem).__name__)
        return render(request, "leads/receipt_wait.html", status=503)


def show(request, lead, clinic, change_form=None):
    asked = request.GET.get("ask", "")
    if request.method != "POST" and (asked == "erase" or (asked == "cancel" and not lead.closed_at)):
        context = {"receipt": receipts.of(lead, clinic), "action": asked}
        return render(request, "leads/receipt_confirm.html", context)
    template = "leads/receipt_closed.html" if lead.closed_at else "leads/receipt.html"
    return render(
        request,
        template,
        {"receipt": receipts.of(lead, clinic), "change_form": change_form or ChangeNumberForm()},
    )


def show_anew(lead, where=""):
    """Show the receipt again, at the part that was changed."""
    return redirect(resolve_url("leads:receipt", lead.token) + where)


def change(lead, stored, **waiting):
    """Change a request where it is: by the verb `stored` in the database, or by its values while it waits outside."""
    if intake.is_spooled(lead):
        if intake.change_spooled(lead, **waiting):
            return
        lead = receipts.find(lead.token)
    stored(lead)


def voicemail_yes(request, lead, clinic):
    return voicemail(lead, clinic, Lead.Voicemail.YES)


def voicemail_no(request, lead, clinic):
    return voicemail(lead, clinic, Lead.Voicemail.NO)


def voicemail(lead, clinic, answer):
    change(lead, lambda lead: lead.answer(clinic.at, voicemail=answer), voicemail=answer)
    return show_anew(lead, "#voicemail")


def best_time(request, lead, clinic):
    chosen = request.POST.get("best_time", "")
    if chosen in Lead.BestTime.values:
        change(lead, lambda lead: lead.answer(clinic.at, best_time=chosen), best_time=chosen)
    return show_anew(lead, "#best-time-label")


def change_number(request, lead, clinic):
    form = ChangeNumberForm(request.POST)
    if not lead.safety_at and crisis.is_named(request.POST.get("phone", "")):
        change(lead, lambda lead: lead.raise_safety_flag(clinic.at), safety_at=clinic.at, held_at=None)
        lead = receipts.find(lead.token)
    if lead.can_change_number() and not form.is_valid():
        return show(request, lead, clinic, form)
    if form.is_valid():
        number = form.cleaned_data["phone"]
        change(lead, lambda lead: lead.change_number(number, clinic.at), **Lead.columns_of(number))
    return show_anew(lead)


def cancel(request, lead, clinic):
    if "confirm" not in request.POST and not lead.closed_at:
        return ask_once(lead, "cancel")
    change(lead, lambda lead: lead.cancel(clinic.at), cancelled_at=clinic.at)
    return show_anew(lead)


def erase(request, lead, clinic):
    if "confirm" not in request.POST:
        return ask_once(lead, "erase")
    if not intake.is_spooled(lead):
        lead.forget(clinic.at)
    elif not intake.forget_spooled(lead):
        receipts.find(lead.token).forget(clinic.at)
    return render(request, "leads/receipt_closed.html", {"erased": True})


def ask_once(lead, action):
    """Ask before what cannot be undone, on a page of its own, so that Back and reload never send anything again."""
    return redirect(resolve_url("leads:receipt", lead.token) + f"?ask={action}")


ACTIONS = {
    "voicemail-yes": voicemail_yes,
    "voicemail-no": voicemail_no,
    "best-time": best_time,
    "change-number": change_number,
    "cancel": cancel,
    "erase": erase,
}
