"""News for a page that stays open: counts and numbers only, asked for every 25 seconds, never anything of a person.

Asking renews neither the session nor a claim. A page is never changed under the pointer: a line says what is new.
"""

import re
from dataclasses import dataclass

from django.db.models import F
from django.http import JsonResponse
from django.urls import path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from clinic_site.context import request_facts

from . import queue
from .models import Attempt, Lead, staff_name

MOST_MINE = 50


@dataclass(frozen=True)
class Start:
    """What was true when a page was made, for the page to compare with."""

    address: str
    zone: str
    user: int
    told: int
    calls: list


def may(request):
    return request.user.is_active and request.user.is_staff and request.user.has_perm("leads.view_lead")


def start(request):
    """Return the Start of a page: its news are asked for from here on."""
    clinic = request_facts(request)
    newest = Lead.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    mine = list(Lead.objects.open().held_by(request.user, clinic.at).order_by("pk").values_list("pk", flat=True))
    calls = list(calls_meanwhile(request.user, clinic.at)) if mine else []
    query = urlencode({"since": newest, "mine": "-".join(map(str, mine[:MOST_MINE]))})
    address = f"{reverse('admin:leads_lead_live')}?{query}"
    told = max((call.pk for call in calls), default=0)
    said = [(call.lead, words(call, clinic)) for call in calls]
    return Start(address, clinic.clinic.time_zone, request.user.pk, told, said)


def words(call, clinic):
    """Return what a colleague did to a request one has claimed, in words."""
    when = queue.say_short(call.at, clinic.at, clinic.zone)
    how = "talked with them when they called us" if call.incoming else "logged a call"
    return f"{staff_name(call.user)} {how} {when} while you had it: {call.get_outcome_display()}."


def calls_meanwhile(user, at):
    """Return the calls that others logged on requests `user` holds, since `user` has held them."""
    held = Attempt.objects.filter(lead__in=Lead.objects.open().held_by(user, at)).exclude(user=user)
    return held.filter(at__gte=F("lead__claimed_at")).select_related("user", "lead")


def urls(desk):
    return [path("live/", lambda request: live(request, desk), name="leads_lead_live")]


@require_safe
def live(request, desk):
    """Answer with the counts of the views, how many requests are new since a page was made, and what changed of mine.

    An answer that says nothing new is a 304 by its ETag. 401 when the session has ended: no page to go to.
    """
    if not (desk.admin_site.has_permission(request) and desk.has_view_permission(request)):
        return JsonResponse({}, status=401, headers={"Cache-Control": "no-store"})
    clinic = request_facts(request)
    since, mine = number(request.GET.get("since", "")), numbers(request.GET.get("mine", ""))
    held = Lead.objects.open().held_by(request.user, clinic.at).filter(pk__in=mine)
    news = {
        "counts": queue.counts(clinic.at, clinic.calendar, request.user),
        "new": Lead.objects.open().filter(pk__gt=since).count(),
        "lost": sorted(set(mine) - set(held.values_list("pk", flat=True))),
        "calls": [[call.lead_id, call.pk] for call in calls_meanwhile(request.user, clinic.at)],
    }
    response = JsonResponse(news, headers={"Cache-Control": "private, no-cache"})
    patch_vary_headers(response, ["Cookie"])
    return response


def number(typed):
    return int(typed) if re.fullmatch("[0-9]{1,15}", typed) else 0


def numbers(typed):
    """Return the keys of the requests a page showed as mine."""
    return [number(part) for part in typed.split("-")[:MOST_MINE] if number(part)]
