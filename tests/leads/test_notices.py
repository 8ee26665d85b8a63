"""What staff are told by mail, and that it arrives."""

import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.db import transaction

from leads import notices
from leads.models import Notice
from tests.factories import MONDAY_10AM, TUESDAY_5PM, make_clinic, make_lead, make_staff
from tests.leads.test_queue import in_parallel

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
AT = MONDAY_10AM


@pytest.fixture
def clinic(db):
    return make_clinic(recipients="desk@clinic.example")


def send_all(at):
    results = []
    while result := notices.send_next(at):
        results.append(result)
    return results


def told(at=AT, **fields):
    lead = make_lead(**fields)
    notices.new_request(lead, at)
    return lead


def test_each_recipient_is_owed_one_notice(db):
    make_clinic(recipients="desk@clinic.example\nmanager@clinic.example\ndesk@clinic.example")

    told()

    assert sorted(Notice.objects.values_list("kind", "recipient", "next_at", "sent_at")) == [
        ("new_request", "desk@clinic.example", AT, None),
        ("new_request", "manager@clinic.example", AT, None),
    ]


def test_nobody_to_tell_is_no_error(db):
    make_clinic(recipients="")

    told()

    assert send_all(AT) == []


def test_the_notice_stands_or_falls_with_the_request(clinic):
    @transaction.atomic
    def store_and_fail():
        told()
        raise OSError

    with pytest.raises(OSError):
        store_and_fail()

    assert Notice.objects.count() == 0


def test_the_mail_is_a_link_and_a_time(clinic, settings):
    settings.SITE_URL = "https://clinic.example"
    told(promised_by=TUESDAY_5PM)

    assert send_all(AT) == ["sent"]

    (message,) = mail.outbox
    assert message.to == ["desk@clinic.example"]
    assert message.subject == "A call-back request waits"
    assert message.body == (
        "A call-back request waits.\n"
        "The call is due 5 pm on Tuesday, November 24.\n"
        "\n"
        "Open the desk:\n"
        "https://clinic.example/admin/leads/lead/\n"
        "\n"
        "Names and numbers are never sent by mail.\n"
    )


def test_no_mail_carries_a_patients_name_number_or_words(clinic):
    lead = make_lead(
        name="Zebedee Quince",
        phone_raw="(202) 555-0142",
        phone_e164="+12025550142",
        message="about my brother",
        source_path="/articles/ketamine-for-ptsd/",
    )
    notices.new_request(lead, AT)
    notices.safety(lead, AT)
    told(AT, name="Yolanda Pim")

    assert send_all(AT) == ["sent", "sent"]

    # Without the headers made of random digits, which may hold any of these by chance.
    letters = [message.message() for message in mail.outbox]
    for letter in letters:
        del letter["Message-ID"], letter["Date"]
    sent = "\n".join(letter.as_string() for letter in letters)
    for secret in ("Zebedee", "Quince", "Yolanda", "Pim", "555", "0142", "brother", "ptsd", lead.token, lead.reference):
        assert secret not in sent


def test_nobody_is_told_of_a_request_that_was_cancelled_before_the_mail_left(clinic):
    told().cancel(AT)

    send_all(AT)

    assert mail.outbox == []
    assert Notice.objects.get().problem == "Not sent: the request was closed first"


def test_a_revised_time_is_the_one_that_is_told(clinic):
    told(revised_for=TUESDAY_5PM + timedelta(days=1))

    send_all(AT)

    assert "due 5 pm on Wednesday, November 25" in mail.outbox[0].body


def test_notices_within_five_minutes_share_a_mail_with_a_count(clinic):
    for minute in range(3):
        told(AT + minute * MINUTE)

    assert send_all(AT + 3 * MINUTE) == ["sent"]

    assert mail.outbox[0].subject == "3 call-back requests wait"
    assert Notice.objects.filter(sent_at=None).count() == 0


def test_the_first_leaves_at_once_and_the_next_wait_for_five_minutes(clinic):
    told(AT)
    assert send_all(AT) == ["sent"]
    told(AT + 1 * MINUTE)
    told(AT + 4 * MINUTE)

    assert send_all(AT + 4 * MINUTE + 59 * SECOND) == []
    assert send_all(AT + 5 * MINUTE) == ["sent"]
    assert [message.subject for message in mail.outbox] == [
        "A call-back request waits",
        "2 call-back requests wait",
    ]


def test_safety_never_waits(clinic):
    told(AT)
    notices.safety(make_lead(), AT)
    assert send_all(AT) == ["sent", "sent"]
    notices.safety(make_lead(), AT + SECOND)

    assert send_all(AT + SECOND) == ["sent"]
    assert [message.subject for message in mail.outbox] == [
        "A call-back request carries the safety flag",
        "A call-back request waits",
        "A call-back request carries the safety flag",
    ]


def test_one_recipient_does_not_hold_up_another(db):
    make_clinic(recipients="desk@clinic.example")
    told(AT)
    send_all(AT)
    make_clinic(recipients="manager@clinic.example")
    told(AT + SECOND)

    assert send_all(AT + SECOND) == ["sent"]


def test_a_notice_being_sent_is_left_alone_until_its_lease_ends(clinic):
    told(AT)
    Notice.objects.update(next_at=AT + notices.LEASE)  # a process has claimed it, and died

    assert send_all(AT + notices.LEASE - SECOND) == []
    assert send_all(AT + notices.LEASE) == ["sent"]


def test_failures_wait_longer_each_time_and_never_give_up(clinic, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port()
    told(AT)
    at, waits = AT, []

    for _ in range(12):
        assert notices.send_next(at) == "failed"
        notice = Notice.objects.get()
        waits.append(int((notice.next_at - at).total_seconds()))
        at = notice.next_at

    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600, 3600]
    assert (notice.tries, notice.sent_at, notice.problem) == (12, None, "ConnectionRefusedError")


class Catcher:
    """A mail server that answers as it is told, and keeps what it accepts."""

    def __init__(self):
        self.answer, self.accepted = "250 OK", []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if not self.answer.startswith("250"):
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.accepted.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


@pytest.fixture
def catcher(settings):
    handler = Catcher()
    controller = Controller(handler, hostname="127.0.0.1", port=closed_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = controller.hostname, controller.port
    yield handler
    controller.stop()


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_server_that_refuses_and_then_works_is_given_it_once(clinic, catcher):
    told(AT, name="Zebedee Quince")
    catcher.answer = "451 4.3.0 cannot take mail for <desk@clinic.example> now"

    assert send_all(AT) == ["failed"]
    assert Notice.objects.get().problem == "SMTPRecipientsRefused 451"
    catcher.answer = "250 OK"
    assert send_all(AT + 29 * SECOND) == []
    assert send_all(AT + 30 * SECOND) == ["sent"]
    assert send_all(AT + timedelta(days=1)) == []

    ((recipients, content),) = catcher.accepted
    assert recipients == ["desk@clinic.example"]
    assert "/admin/leads/lead/" in content
    assert "Zebedee" not in content
    notice = Notice.objects.get()
    assert (notice.sent_at, notice.problem, notice.tries) == (AT + 30 * SECOND, "", 2)


@pytest.mark.django_db(transaction=True)
def test_two_loops_send_each_notice_once(catcher):
    make_clinic(recipients="\n".join(f"desk{number}@clinic.example" for number in range(10)))
    told(AT)

    in_parallel(4, lambda number: send_all(AT))

    assert sorted(recipients for recipients, _ in catcher.accepted) == sorted(
        [f"desk{number}@clinic.example"] for number in range(10)
    )
    assert list(Notice.objects.values_list("tries", flat=True)) == [1] * 10


def test_staff_of_a_crisis_call_are_told_at_once(clinic):
    lead = make_lead()

    lead.record_attempt(make_staff(), AT, "in_crisis")

    assert send_all(AT) == ["sent"]
    assert "?view=safety" in mail.outbox[0].body
