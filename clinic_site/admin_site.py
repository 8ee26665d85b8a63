"""The staff site: stock Django admin under the clinic's own name, opening on what today asks for."""

from functools import partial, wraps

from django.contrib.admin import AdminSite
from django.urls import path
from django.utils import timezone

from .context import request_facts
from .facts import facts
from .placeholder_checks import open_placeholders


class ClinicAdminSite(AdminSite):
    site_title = "Clinic staff"
    index_title = "Today"
    empty_value_display = "–"

    def admin_view(self, view, cacheable=False):
        """Show every moment on the clinic's own clock, on every page of the staff site."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def in_clinic_time(request, *args, **kwargs):
            with timezone.override(request_facts(request).zone):
                response = inner(request, *args, **kwargs)
                # A page is made only now, unless it is told to be made while the clock is the clinic's.
                return response.render() if hasattr(response, "render") else response

        return in_clinic_time

    def each_context(self, request):
        context = super().each_context(request)
        if request.user.is_authenticated:
            clinic = facts(timezone.now())
            context["site_header"] = f"{clinic.display_name} staff"
            context["placeholders"] = [words for _, words in open_placeholders(clinic.clinic)]
            context["missing_facts"] = clinic.clinic.missing_facts()
            context["form_paused"] = bool(clinic.paused and context["missing_facts"])
            context["pause_words"] = clinic.pause_words
            if request.user.has_perm("leads.view_lead"):
                context["outside"] = outside_the_database()
        else:
            context["site_header"] = "Clinic staff"
        return context

    def get_urls(self):
        from . import today  # models are not loaded yet when the site object is made

        def step(view):
            return self.admin_view(partial(view, site=self))

        return [
            path("today/closed/", step(today.close_today), name="today_closed"),
            path("today/promises/", step(today.broken_promises), name="today_promises"),
            path("today/open/", step(today.open_again), name="today_open"),
            path("today/unpause/", step(today.unpause), name="today_unpause"),
            *super().get_urls(),
        ]

    def index(self, request, extra_context=None):
        context = dict(extra_context or {})
        if request.user.has_perm("leads.view_lead"):
            context["desk"], context["today"] = todays_numbers()
            context["in_crisis"] = in_crisis(request)
            context |= troubles()
        context["may_close"] = request.user.has_perm("clinic_site.add_closure")
        context["may_pause"] = request.user.has_perm("clinic_site.change_clinic")
        return super().index(request, context)


def todays_numbers():
    """Return the desk's counts as they are now, and what today's promises and calls came to so far."""
    from leads import queue, reports  # models are not loaded yet when the site object is made

    at = timezone.now()
    calendar = facts(at).calendar
    return queue.counts(at, calendar), reports.today(at, calendar)


def in_crisis(request):
    """Return the people in crisis about whom nobody has said yet what was done, as rows of the desk."""
    from leads.desk import Row
    from leads.models import Lead

    return [Row.of(lead, request) for lead in Lead.objects.in_crisis().select_related("claimed_by")]


def troubles():
    """Return what staff should not have to look for: broken promises, mail that does not leave, closures."""
    from leads import notices, promises

    from .models import Clinic
    from .today import closures_ahead

    at, clinic = timezone.now(), Clinic.current()
    failing = notices.failing(at)
    first = failing.first()
    return {
        "broken_promises": len(promises.broken(at, clinic.calendar())),
        "closures": closures_ahead(at, clinic),
        "failing": first and {"count": failing.count(), "since": first.made_at, "problem": first.problem},
    }


def outside_the_database():
    """Return how many requests have waited outside the database for over a minute, and how many cannot be read."""
    from leads import spool

    waiting, unreadable = spool.waiting()
    return {"waiting": waiting, "unreadable": unreadable} if waiting or unreadable else None
