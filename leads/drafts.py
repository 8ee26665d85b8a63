"""Notes that are being typed: kept when the session is lost, and shown again to whoever typed them, to nobody else.

Every note field carries a stamp, signed by us: this user, this request, this form. What is typed is saved for the user
of the stamp alone, so that a press or a timer that comes after the session has ended loses no words either.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from .forms import Typed
from .models import Attempt, Draft, Event, Lead

LONGEST = 2000
# As long as a session can last.
STAMP_AGE = timedelta(hours=12)
NOTE_FIELDS = ("note", "text")
_SALT = "leads.drafts"


@dataclass(frozen=True)
class Field:
    """What a note field of one form shows and carries."""

    value: str
    stamp: str
    address: str
    saved_at: datetime | None


def field_of(request, form, value):
    """Return the Field of a form about one request: what was posted, else what this user was typing there."""
    lead, kind = form.lead, form.kind
    draft = None if form.is_bound else _own(request).get(lead.pk)
    draft = draft if draft and draft.field == kind and draft.text else None
    address = reverse("admin:leads_lead_draft", args=[lead.pk])
    text = draft.text if draft else value or ""
    return Field(text, stamp(request.user, lead, kind), address, draft and draft.saved_at)


def _own(request):
    """Return this user's drafts by request, read once for each page."""
    if not hasattr(request, "own_drafts"):
        request.own_drafts = {draft.lead_id: draft for draft in Draft.objects.filter(user=request.user)}
    return request.own_drafts


def stamp(user, lead, kind):
    return signing.dumps([user.pk, lead.pk, kind], salt=_SALT)


def read_stamp(text):
    """Return (user, request, form) of a stamp of ours, or None."""
    try:
        user, lead, kind = signing.loads(text, salt=_SALT, max_age=STAMP_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return user, lead, str(kind)[:20]


def keep(user_id, lead_id, kind, text, at):
    """Keep what a user is typing about a request. Return False when the request was erased meanwhile."""
    text = clean(text)
    with transaction.atomic():
        lead = Lead.objects.select_for_update().filter(pk=lead_id).exclude(token="", name="", phone_raw="").first()
        if lead is None:
            return False
        if text:
            values = {"text": text, "field": kind, "saved_at": at}
            Draft.objects.update_or_create(user_id=user_id, lead=lead, defaults=values)
        else:
            Draft.objects.filter(user_id=user_id, lead=lead, field=kind).delete()
    return True


def clean(text):
    """Return text as a database holds it: no control characters, not without end."""
    return re.sub(r"\s*\n\s*", " ", Typed.UNWANTED.sub("", text))[:LONGEST].strip()


def settle(user_id, lead_id, kind, text, at):
    """Throw the draft away once its words stand in the request; until then keep what was posted."""
    text = clean(text)
    group = Q(lead=lead_id) | Q(lead__merged=lead_id)
    notes = Event.objects.filter(group, actor=user_id, detail__contains=text[:200]).exclude(detail="")
    calls = Attempt.objects.filter(group, user=user_id, note=text)
    if not text or notes.exists() or calls.exists():
        Draft.objects.filter(user_id=user_id, lead=lead_id, field=kind).delete()
    else:
        keep(user_id, lead_id, kind, text, at)


def kept(view):
    """Wrap a page of the desk: a note that is posted is saved by it, or stays as a draft of whoever typed it."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        known = request.method == "POST" and read_stamp(request.POST.get("draft", ""))
        # Words typed under one name are never saved under another.
        if known and request.user.pk in (None, known[0]) and response.status_code < 400:
            text = next((request.POST[name] for name in NOTE_FIELDS if name in request.POST), "")
            settle(*known, text, timezone.now())
        return response

    return inner


# --- Saved three seconds after typing stops


def urls(desk):
    def own(view):
        # Not the admin's own guard: a timer must be told that the session has ended, not be sent to a page.
        return lambda request, **kwargs: view(desk, request, **kwargs)

    return [
        path("token/", own(token), name="leads_lead_token"),
        path("<int:object_id>/draft/", own(draft), name="leads_lead_draft"),
    ]


def answer(status, **values):
    return JsonResponse(values, status=status, headers={"Cache-Control": "no-store"})


def draft(desk, request, object_id):
    """Save what is being typed. 401: signed out. 409: somebody else is signed in. 410: the request was erased."""
    return require_POST(_draft)(request, desk=desk, object_id=object_id)


def _draft(request, desk, object_id):
    known = read_stamp(request.POST.get("draft", ""))
    if not (desk.admin_site.has_permission(request) and desk.has_change_permission(request)):
        return answer(401)
    if known is None or known[1] != object_id:
        return answer(400)
    if known[0] != request.user.pk:
        return answer(409)
    return answer(200 if keep(*known, request.POST.get("text", ""), timezone.now()) else 410)


def token(desk, request):
    """Tell a page that was open before one signed in again who is signed in now, and with which token its forms go."""
    return require_GET(_token)(request, desk=desk)


def _token(request, desk):
    if not desk.admin_site.has_permission(request):
        return answer(401)
    return answer(200, user=request.user.pk, token=get_token(request))
