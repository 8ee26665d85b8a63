"""The outbox: what staff are told by mail, and how it leaves the house.

One function per message writes its rows inside the caller's transaction, so that a stored request and the news of it
stand or fall together. The work loop sends them later, at least once. A mail carries a link and a due time, never a
patient's name, number or words.
"""

import logging
import smtplib
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from clinic_site import hours
from clinic_site.models import Clinic

from . import pace, queue, spool
from .models import Lead, Notice

log = logging.getLogger(__name__)

# Notices of one kind to one recipient leave in one mail per this span; the first leaves at once.
FOLD = timedelta(minutes=5)
# While one process sends a notice no other may; a process that died is forgiven after this long.
LEASE = timedelta(minutes=5)
STUCK = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=1)
AT_ONCE = (Notice.Kind.SAFETY, Notice.Kind.HELP)


# --- Messages: one function each, called where the thing happens


def new_request(lead, at):
    """Tell everyone on the clinic's list that a request waits."""
    _write(Notice.Kind.NEW_REQUEST, lead, at)


def safety(lead, at):
    """Tell everyone on the clinic's list that a request carries the safety flag."""
    _write(Notice.Kind.SAFETY, lead, at)


def more_help(at):
    """Ask everyone on the clinic's list to help at the desk, once an hour. Return when that was asked."""
    earlier = Notice.objects.filter(kind=Notice.Kind.HELP, made_at__gt=at - timedelta(hours=1)).first()
    if earlier:
        return earlier.made_at
    _write(Notice.Kind.HELP, None, at)
    return at


def _write(kind, lead, at):
    Notice.objects.bulk_create(
        Notice(kind=kind, lead=lead, recipient=recipient, made_at=at, next_at=at)
        for recipient in Clinic.current().recipients_of(kind)
    )


# --- What the clock alone tells: the work loop asks every few seconds


# A call-back that was agreed for a moment is late when it has passed by this much.
CALLBACK_GRACE = timedelta(minutes=15)
CALLED_FIRST = "Not sent: somebody called first"


@transaction.atomic
def alert(at):
    """Write what is due at `at`: promises near, promises and call-backs passed, the day's numbers. Return how many.

    Each is written once for a request and the moment it is owed, however many loops ask.
    """
    # Two loops take turns.
    clinic = Clinic.objects.select_for_update().filter(pk=Clinic.current().pk).get()
    calendar = clinic.calendar()
    before = Notice.objects.count()
    near = timedelta(minutes=clinic.due_soon_minutes)
    uncalled = Lead.objects.open().with_due().exclude(call_at__gt=at).filter(called=False)
    for lead in uncalled.filter(owed__range=(at, at + near)) if near else ():
        _write_once(Notice.Kind.DUE_SOON, lead, at, since=lead.owed - near)
    for lead in uncalled.filter(owed__lt=at):
        _write_once(Notice.Kind.OVERDUE, lead, at, since=lead.owed)
    for lead in Lead.objects.open().filter(call_at__lt=at - CALLBACK_GRACE):
        _write_once(Notice.Kind.OVERDUE, lead, at, since=lead.call_at)
    if clinic.daily_digest and _is_time_for_digest(clinic, calendar, at):
        _write(Notice.Kind.DIGEST, None, at)
    _give_up_on_the_removed(clinic, at)
    return Notice.objects.count() - before


def _write_once(kind, lead, at, since):
    if not Notice.objects.filter(kind=kind, lead=lead, made_at__gte=since).exists():
        _write(kind, lead, at)


def _is_time_for_digest(clinic, calendar, at):
    """Tell whether an open day has reached its hour and nothing was written for it yet."""
    local = at.astimezone(clinic.zone)
    try:
        opens, closes = hours.opens(local.date(), calendar), hours.closes(local.date(), calendar)
    except hours.NoOpeningHours:
        return False
    if opens is None:
        return False
    begins = datetime.combine(local.date(), clinic.digest_at, clinic.zone) if clinic.digest_at else opens
    day_began = datetime.combine(local.date(), time(), clinic.zone)
    written = Notice.objects.filter(kind=Notice.Kind.DIGEST, made_at__gte=day_began).exists()
    return begins <= at < closes and not written


def _give_up_on_the_removed(clinic, at):
    """Close what is owed to an address that is on no list any more: it would be tried for ever."""
    gone = Notice.objects.filter(sent_at=None, next_at__lte=at).exclude(recipient__in=clinic.all_recipients())
    gone.update(sent_at=at, problem="Not sent: this address is on no list any more")


def failing(at):
    """Return the notices that could not be sent for a quarter of an hour, the oldest first."""
    return Notice.objects.filter(sent_at=None, tries__gt=0, made_at__lt=at - STUCK).order_by("made_at", "id")


# --- Sending


def send_next(at):
    """Send one mail that is due at `at`. Return "sent", "failed", or "" when nothing is due."""
    for kind, recipient in _waiting(at):
        notices = _claim(kind, recipient, at)
        if notices:
            return _send(kind, recipient, notices, at)
    return ""


def _waiting(at):
    """Return (kind, recipient) of every mail due at `at`: safety first, then the longest waiting."""
    due = Notice.objects.filter(sent_at=None, next_at__lte=at).order_by("next_at", "id")
    just_told = set(Notice.objects.filter(sent_at__gt=at - FOLD).order_by().values_list("kind", "recipient"))
    pairs = dict.fromkeys(due.values_list("kind", "recipient"))
    ready = [pair for pair in pairs if pair[0] in AT_ONCE or pair not in just_told]
    return sorted(ready, key=lambda pair: pair[0] not in AT_ONCE)


def _claim(kind, recipient, at):
    """Return the notices of one mail, each won by one conditional update, so that two processes never send it twice."""
    won = []
    due = Notice.objects.filter(kind=kind, recipient=recipient, sent_at=None, next_at__lte=at).select_related("lead")
    for notice in due.order_by("id"):
        if notice.kind == Notice.Kind.NEW_REQUEST and notice.lead and notice.lead.closed_at:
            # Cancelled or called before the mail could leave: nobody has to be told any more.
            due.filter(pk=notice.pk).update(sent_at=at, problem="Not sent: the request was closed first")
            continue
        if notice.kind in (Notice.Kind.DUE_SOON, Notice.Kind.OVERDUE) and _is_settled(notice):
            due.filter(pk=notice.pk).update(sent_at=at, problem=CALLED_FIRST)
            continue
        claimed = Notice.objects.filter(pk=notice.pk, sent_at=None, next_at=notice.next_at).update(
            next_at=at + LEASE, tries=F("tries") + 1
        )
        if claimed:
            notice.tries += 1
            won.append(notice)
    return won


def _is_settled(notice):
    """Tell whether the request was closed or called after the notice was written."""
    lead = notice.lead
    return lead is None or bool(lead.closed_at) or lead.attempts.filter(at__gte=notice.made_at).exists()


def _send(kind, recipient, notices, at):
    subject, body = _words(kind, notices, at)
    mail = EmailMessage(subject, body, to=[recipient], headers={"Auto-Submitted": "auto-generated"})
    try:
        if not mail.send():
            raise OSError
    except Exception as error:  # whatever the mail server does, the notice stays and the loop goes on
        problem = _problem(error)
        log.warning("notice not sent: %s", problem)
        for notice in notices:
            Notice.objects.filter(pk=notice.pk).update(next_at=at + _wait(notice.tries), problem=problem)
        return "failed"
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(sent_at=at, problem="")
    return "sent"


def _wait(tries):
    """Return how long to wait after the n-th failure: half a minute, doubled each time, one hour at most."""
    return min(timedelta(seconds=30) * 2 ** min(tries - 1, 10), LONGEST_WAIT)


def _problem(error):
    """Return the error's class and the server's reply code. The server's own words may quote an address or a text."""
    codes = {getattr(error, "smtp_code", None)}
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes |= {code for code, _ in error.recipients.values()}
    return " ".join([type(error).__name__, *sorted(str(code) for code in codes if code)])


def _words(kind, notices, at):
    """Return subject and body of one mail that tells of all these notices."""
    zone = Clinic.current().zone
    count = len({notice.lead_id for notice in notices})
    several = count > 1
    requests = f"{count} call-back requests" if several else "A call-back request"
    due = min((notice.lead.due for notice in notices if notice.lead), default=None)
    desk = settings.SITE_URL + reverse("admin:leads_lead_changelist")
    if kind == Notice.Kind.DIGEST:
        return _digest_words(at)
    if kind == Notice.Kind.HELP:
        day = pace.of_day(at, Clinic.current().calendar())
        numbers = day.words.replace(hours.NBSP, " ") if day else ""
        return "The calling desk asks for help", _body(["Can you take some calls?", numbers], desk)
    if kind == Notice.Kind.SAFETY:
        subject = f"{requests} {'carry' if several else 'carries'} the safety flag"
        lines = [f"{subject}. Please look now."]
        desk += "?view=safety"
    elif kind == Notice.Kind.OVERDUE:
        subject = f"{requests} {'are' if several else 'is'} overdue"
        lines = [f"{subject}. The promised time has passed and nobody has called."]
        desk += "?view=overdue"
    elif kind == Notice.Kind.DUE_SOON:
        subject = f"{requests} {'are' if several else 'is'} due soon"
        lines = [f"{subject}, and nobody has called yet."]
    else:
        subject = f"{requests} {'wait' if several else 'waits'}"
        lines = [f"{subject}."]
    if due and kind != Notice.Kind.OVERDUE:
        when = hours.say_moment(due, at, zone).replace(hours.NBSP, " ")
        lines.append(f"{'The first call is' if several else 'The call is'} due {when}.")
    return subject, _body(lines, desk)


def _digest_words(at):
    """Return the day's numbers: how many, never who."""
    clinic = Clinic.current()
    numbers = queue.counts(at, clinic.calendar())
    outside = spool.waiting()[0]
    today = datetime.combine(at.astimezone(clinic.zone).date() + timedelta(days=1), time(), clinic.zone)
    due_today = Lead.objects.open().with_due().filter(called=False, owed__range=(at, today)).count()
    lines = [
        f"Waiting: {numbers['waiting']}",
        f"Overdue: {numbers['overdue']}",
        f"Promised for today: {due_today}",
        f"To call back later: {numbers['callbacks']}",
        f"Held as suspected robots: {numbers['held']}",
        f"With the safety flag: {numbers['safety']}",
    ]
    if outside:
        lines.append(f"Waiting outside the database of this machine: {outside}")
    subject = f"Call-backs today: {numbers['waiting']} waiting, {numbers['overdue']} overdue"
    return subject, _body(lines, settings.SITE_URL + reverse("admin:leads_lead_changelist"))


def _body(lines, desk):
    lines = [*lines, "", "Open the desk:", desk, "", "Names and numbers are never sent by mail."]
    return "\n".join(lines) + "\n"
