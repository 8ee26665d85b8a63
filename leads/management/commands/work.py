"""The loop behind the site: heartbeat, requests that wait outside the database, facts kept outside it, notices,
forgetting what is too old.
"""

import logging
import signal
import threading
import traceback
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import Error as DatabaseProblem
from django.db import close_old_connections
from django.utils import timezone

from clinic_site import kept
from clinic_site.facts import facts
from clinic_site.models import Clinic, Heartbeat
from leads import intake, notices, spool
from leads.models import Lead

from .send_notices import send_all

log = logging.getLogger(__name__)
SECONDS = 5
# Requests forgotten in one round, so that a long list never keeps a notice waiting.
FORGET_AT_ONCE = 50


class Command(BaseCommand):
    help = "Do the background work in a loop until a signal ends it: heartbeat, notices, forgetting old requests."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="do one round and end")

    def handle(self, *, once, **options):
        self.stop = threading.Event()
        if once:
            self.round()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        while not self.stop.is_set():
            close_old_connections()
            self.round()
            self.stop.wait(SECONDS)

    def round(self):
        """Do each step once. A step that fails says so in one line, and the next round goes on."""
        for step in (self.beat, self.bring_in, self.keep_facts, self.alert, self.send, self.forget):
            if self.stop.is_set():
                return
            try:
                step()
            except Exception as error:  # whatever one step meets, the notices of the next hour must still leave
                # Not the error's own words: a database quotes the row it was given.
                place = traceback.extract_tb(error.__traceback__)[-1]
                log.error("%s failed: %s at %s:%s", step.__name__, type(error).__name__, place.name, place.lineno)
                if isinstance(error, DatabaseProblem):
                    return  # the other steps would only say the same

    def beat(self):
        Heartbeat.objects.update_or_create(name="work", defaults={"seen_at": timezone.now()})

    def bring_in(self):
        try:
            brought_in, bad = intake.bring_in(go_on=self.go_on)
        except spool.Busy:  # somebody is changing a request that waits; the next round is soon
            return
        if brought_in or bad:
            self.stdout.write(f"requests: {brought_in} brought in from outside the database, {bad} set aside")

    def keep_facts(self):
        """Keep on the disk what the site has to say while the database does not answer."""
        kept.keep(facts(timezone.now()))

    def alert(self):
        written = notices.alert(timezone.now())
        if written:
            self.stdout.write(f"notices: {written} written because of the time")

    def send(self):
        sent, failed = send_all(after_each=self.go_on)
        if sent or failed:
            self.stdout.write(f"notices: {sent} sent, {failed} failed and kept for later")

    def go_on(self):
        """A slow mail server must not make the desk believe that nobody works."""
        self.beat()
        return not self.stop.is_set()

    def forget(self):
        at = timezone.now()
        expired = Lead.objects.expired(at - timedelta(days=Clinic.current().keep_days))
        forgotten = sum(lead.forget(at) for lead in expired[:FORGET_AT_ONCE])
        if forgotten:
            self.stdout.write(f"requests: {forgotten} forgotten")
