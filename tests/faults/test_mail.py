"""A mail server that is away, slow, refusing or forgetful loses no notice and tells nothing about a patient."""

from datetime import timedelta

import pytest

from leads import notices
from leads.models import Notice
from tests.factories import MONDAY_10AM, make_clinic, make_lead

from .mailbox import mailbox

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def server(settings):
    with mailbox() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.5
        yield server


@pytest.fixture
def owed(db):
    make_clinic(recipients="desk@clinic.example\nmanager@clinic.example")
    lead = make_lead(name="Ana Lima", phone_raw="202-555-0142", message="I feel low")
    notices.new_request(lead, MONDAY_10AM)
    return lead


def send_all(at):
    found = []
    while result := notices.send_next(at):
        found.append(result)
    return found


@pytest.mark.parametrize(
    ("mode", "problem"),
    [
        ("refuses", "SMTPConnectError 554"),
        ("busy", "SMTPRecipientsRefused 451"),
        ("never", "SMTPRecipientsRefused 550"),
        ("drops", "SMTPServerDisconnected"),
        ("ends", "SMTPServerDisconnected"),
        ("hangs", "SMTPServerDisconnected"),
    ],
)
def test_every_kind_of_failure_is_kept_said_and_tried_again(server, owed, mode, problem):
    server.mode = mode
    first = send_all(MONDAY_10AM)
    at_once = send_all(MONDAY_10AM + timedelta(seconds=1))
    problems = set(Notice.objects.values_list("problem", flat=True))

    server.mode = "works"
    second = send_all(MONDAY_10AM + MINUTE)

    assert (first, at_once, problems) == (["failed"] * 2, [], {problem})
    assert second == ["sent", "sent"]
    assert set(Notice.objects.values_list("problem", "tries")) == {("", 2)}
    # A server that took the message and lost the line has it twice; no other failure doubles anything.
    assert len(server.kept) == (4 if mode == "drops" else 2)


def test_no_mail_carries_anything_of_a_patient(server, owed):
    notices.safety(owed, MONDAY_10AM)
    notices.alert(MONDAY_10AM + 31 * HOUR)
    send_all(MONDAY_10AM + 31 * HOUR)

    assert len(server.kept) >= 6
    for message in server.kept:
        for secret in ("Ana", "Lima", "0142", "feel low", owed.token, owed.reference):
            assert secret not in message


def test_the_wait_between_tries_grows_to_an_hour_and_never_ends(server, owed):
    server.mode = "busy"
    at, waits = MONDAY_10AM, []
    for _ in range(12):
        send_all(at)
        next_at = Notice.objects.order_by("next_at").first().next_at
        waits.append(next_at - at)
        at = next_at

    assert waits[:4] == [timedelta(seconds=30), MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert waits[-1] == HOUR
    server.mode = "works"
    assert send_all(at) == ["sent", "sent"]
