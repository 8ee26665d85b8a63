"""The background loop: it is seen, it goes on, it stops when told."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from clinic_site.models import Heartbeat
from leads import notices
from leads.models import Event, Lead
from tests.factories import make_clinic, make_lead, make_staff


def work():
    out = StringIO()
    call_command("work", once=True, stdout=out)
    return out.getvalue()


def test_one_round_beats_sends_and_says_so(db):
    make_clinic()
    notices.new_request(make_lead(promised_by=timezone.now() + timedelta(days=1)), timezone.now())

    assert work() == "notices: 1 sent, 0 failed and kept for later\n"

    assert len(mail.outbox) == 1
    assert timezone.now() - Heartbeat.objects.get(name="work").seen_at < timedelta(seconds=10)


def test_nothing_to_do_is_said_with_nothing(db):
    assert work() == ""


def test_closed_requests_are_forgotten_when_the_clinic_keeps_them_no_longer(db):
    make_clinic(keep_days=180)
    now = timezone.now()
    old = make_lead(closed_at=now - timedelta(days=180, seconds=1), outcome=Lead.Outcome.BOOKED)
    young = make_lead(closed_at=now - timedelta(days=179), outcome=Lead.Outcome.BOOKED)
    waiting = make_lead(received_at=now - timedelta(days=400), call_at=now + timedelta(days=1))

    assert work() == "requests: 1 forgotten\n"

    for lead in (old, young, waiting):
        lead.refresh_from_db()
    assert (old.name, old.phone_e164, old.outcome) == ("", "", Lead.Outcome.BOOKED)
    assert young.name.startswith("Test caller")
    assert waiting.name.startswith("Test caller")
    assert work() == ""


def test_a_note_written_after_forgetting_is_forgotten_in_its_turn(db):
    make_clinic(keep_days=180)
    at, ana = timezone.now(), make_staff("ana")
    lead = make_lead(closed_at=at - timedelta(days=400), outcome=Lead.Outcome.NO_VISIT)
    lead.forget(at - timedelta(days=200))
    lead.note(ana, at - timedelta(days=181), "Their sister phoned")
    kept = make_lead(closed_at=at - timedelta(days=400), outcome=Lead.Outcome.NO_VISIT)
    kept.forget(at - timedelta(days=200))
    kept.note(ana, at - timedelta(days=2), "Their brother phoned")

    assert work() == "requests: 1 forgotten\n"

    assert list(Event.objects.exclude(detail="").values_list("detail", flat=True)) == ["Their brother phoned"]
    assert not Lead.objects.expired(at - timedelta(days=180)).exists()


def test_a_database_error_costs_one_log_line_and_the_next_round_goes_on(db, monkeypatch, caplog):
    make_clinic()
    notices.new_request(
        make_lead(name="Zebedee Quince", promised_by=timezone.now() + timedelta(days=1)), timezone.now()
    )

    def broken(*args, **kwargs):
        raise OperationalError("database is locked: INSERT INTO leads VALUES ('Zebedee Quince')")

    with monkeypatch.context() as patch:
        patch.setattr(Heartbeat.objects, "update_or_create", broken)
        work()

    (record,) = caplog.records
    assert record.getMessage().startswith("beat failed: OperationalError at broken:")
    assert "Zebedee" not in caplog.text
    assert work() == "notices: 1 sent, 0 failed and kept for later\n"


def test_send_notices_on_its_own(db):
    make_clinic()
    notices.new_request(make_lead(promised_by=timezone.now() + timedelta(days=1)), timezone.now())
    out = StringIO()

    call_command("send_notices", stdout=out)

    assert out.getvalue() == "1 sent, 0 failed and kept for later\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_loop_at_once_and_a_missing_database_does_not(tmp_path, number):
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"}
    command = [sys.executable, "manage.py", "work"]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        said = process.stderr.readline()
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(number)
        stopped_after = time.monotonic()
        process.wait(timeout=10)
        stopped_after = time.monotonic() - stopped_after
        said += process.stderr.read()
    finally:
        process.kill()
        process.communicate()

    assert process.returncode == 0
    assert stopped_after < 3
    # Its tables are missing: one line in each round, no trace.
    (line, *_) = said.splitlines()
    assert " ERROR leads.management.commands.work: beat failed: OperationalError at " in line
    assert "Traceback" not in said
