"""How a room beside the desk is entered: who may, by which method, and what becomes of a press while signed out."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path

from . import drafts

NOT_SAVED = "That was not saved, because you had been signed out. Please do it once more."


def door(desk, route, view, name, needs="change", methods=("GET", "HEAD", "POST")):
    """Return the path of a view(desk, request, ...) of a room, for those with the permission it needs.

    Whoever had to sign in before a press could count comes back by GET, without what was pressed: they are told.
    """
    may = {
        "view": desk.has_view_permission,
        "add": desk.has_add_permission,
        "change": desk.has_change_permission,
        "reports": lambda request: request.user.has_perm("leads.see_reports"),
    }[needs]

    @wraps(view)
    def inner(request, *args, **kwargs):
        if not may(request):
            raise PermissionDenied
        if methods == ("POST",) and request.method in ("GET", "HEAD"):
            messages.warning(request, NOT_SAVED)
            lead = kwargs.get("object_id")
            return redirect(desk.address(desk.get_lead(lead)) if lead else "admin:leads_lead_changelist")
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        return view(desk, request, *args, **kwargs)

    return path(route, drafts.kept(desk.admin_site.admin_view(inner)), name=name)
