"""What the clock alone tells staff: a promise near, a promise passed, the day's numbers. Each once."""

from datetime import time, timedelta

import pytest
import time_machine
from django.core import mail

from clinic_site.models import Closure
from leads import notices
from leads.models import Attempt, Lead, Notice
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_5PM, TUESDAY_9AM, make_clinic, make_lead, make_staff
from tests.leads.faults import in_parallel

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TUESDAY_4PM = TUESDAY_5PM - HOUR


@pytest.fixture
def clinic(db):
    return make_clinic(recipients="desk@clinic.example", late_recipients="manager@clinic.example", safety_recipients="")


def written():
    return sorted(Notice.objects.values_list("kind", "recipient", "lead__reference"))


def send_all(at):
    while notices.send_next(at):
        pass
    return [(message.to, message.subject) for message in mail.outbox]


# --- A promise near


def test_a_promise_an_hour_away_is_told_once_to_those_who_are_told_of_it(clinic):
    make_lead(reference="SOON", promised_by=TUESDAY_5PM)
    make_lead(reference="LATER", promised_by=TUESDAY_5PM + DAY)

    before = notices.alert(TUESDAY_4PM - SECOND)
    first, again = notices.alert(TUESDAY_4PM), notices.alert(TUESDAY_4PM + MINUTE)

    assert (before, first, again) == (0, 1, 0)
    assert written() == [("due_soon", "manager@clinic.example", "SOON")]


@pytest.mark.parametrize(
    "fields",
    [
        {"closed_at": MONDAY_5PM, "outcome": Lead.Outcome.BOOKED},
        {"held_at": MONDAY_5PM},
        {"call_at": TUESDAY_5PM + DAY},
        {"robot_at": MONDAY_5PM},
    ],
)
def test_nothing_is_told_of_what_is_closed_held_or_put_off(clinic, fields):
    make_lead(**fields)

    assert notices.alert(TUESDAY_4PM) == notices.alert(TUESDAY_5PM + MINUTE) == 0


def test_nothing_is_told_of_whom_somebody_called(clinic):
    lead = make_lead()
    lead.attempts.create(user=make_staff(), at=MONDAY_5PM, outcome=Attempt.Outcome.NO_ANSWER)

    assert notices.alert(TUESDAY_4PM) == notices.alert(TUESDAY_5PM + MINUTE) == 0


def test_a_promise_that_was_moved_is_told_again_for_its_new_moment(clinic):
    lead = make_lead()
    notices.alert(TUESDAY_4PM)
    lead.revise(TUESDAY_4PM + MINUTE, TUESDAY_5PM + DAY)

    assert notices.alert(TUESDAY_5PM + MINUTE) == 0
    assert notices.alert(TUESDAY_4PM + DAY) == 1


def test_zero_minutes_tell_of_no_promise_before_it_has_passed(clinic):
    clinic.due_soon_minutes = 0
    clinic.save()
    make_lead()

    assert notices.alert(TUESDAY_5PM - SECOND) == 0
    assert notices.alert(TUESDAY_5PM + SECOND) == 1


# --- A promise passed


def test_a_promise_that_has_passed_is_told_once(clinic):
    make_lead(reference="LATE")

    assert notices.alert(TUESDAY_5PM + SECOND) == 1
    assert notices.alert(TUESDAY_5PM + DAY) == 0
    assert written() == [("overdue", "manager@clinic.example", "LATE")]


def test_an_agreed_call_back_that_nobody_made_is_told_after_a_quarter_of_an_hour(clinic):
    lead = make_lead(promised_by=MONDAY_5PM, call_at=TUESDAY_9AM)
    lead.attempts.create(user=make_staff(), at=MONDAY_10AM, outcome=Attempt.Outcome.NO_ANSWER)

    assert notices.alert(TUESDAY_9AM + 15 * MINUTE) == 0
    assert notices.alert(TUESDAY_9AM + 16 * MINUTE) == 1
    assert notices.alert(TUESDAY_9AM + 17 * MINUTE) == 0


def test_ten_overdue_requests_are_one_mail_with_a_count_and_no_name(clinic):
    for number in range(10):
        make_lead(name=f"Ana Lima {number}")

    notices.alert(TUESDAY_5PM + SECOND)

    assert send_all(TUESDAY_5PM + SECOND) == [(["manager@clinic.example"], "10 call-back requests are overdue")]
    assert "Ana" not in mail.outbox[0].body
    assert "view=overdue" in mail.outbox[0].body


def test_what_was_called_before_the_mail_could_leave_is_not_told(clinic):
    lead = make_lead()
    notices.alert(TUESDAY_5PM + SECOND)
    lead.record_attempt(make_staff(), TUESDAY_5PM + MINUTE, Attempt.Outcome.NO_ANSWER)

    assert send_all(TUESDAY_5PM + HOUR) == []
    assert Notice.objects.get().problem == notices.CALLED_FIRST


def test_two_loops_at_one_moment_write_each_thing_once(transactional_db):
    make_clinic(recipients="desk@clinic.example", daily_digest=True)
    for _ in range(5):
        make_lead()

    in_parallel(6, lambda number: notices.alert(TUESDAY_4PM))

    assert Notice.objects.filter(kind=Notice.Kind.DUE_SOON).count() == 5
    assert Notice.objects.filter(kind=Notice.Kind.DIGEST).count() == 1


def test_with_nobody_to_tell_nothing_fails(db):
    make_clinic(recipients="", daily_digest=True)
    make_lead()

    assert notices.alert(TUESDAY_5PM + SECOND) == 0


# --- The day's numbers


def test_the_days_numbers_come_once_when_the_day_opens(clinic):
    clinic.daily_digest = True
    clinic.save()
    make_lead(name="Ana Lima", promised_by=TUESDAY_5PM)
    make_lead(promised_by=MONDAY_5PM)
    make_lead(held_at=MONDAY_10AM)

    assert notices.alert(TUESDAY_9AM - SECOND) == 1  # the promise of Monday alone
    assert [notices.alert(TUESDAY_9AM), notices.alert(TUESDAY_9AM + HOUR)] == [1, 0]
    send_all(TUESDAY_9AM)

    (message,) = [one for one in mail.outbox if one.to == ["desk@clinic.example"]]
    assert message.subject == "Call-backs today: 2 waiting, 1 overdue"
    for line in ("Waiting: 2", "Overdue: 1", "Promised for today: 1", "Held as suspected robots: 1"):
        assert line in message.body.splitlines()
    assert "Ana" not in message.body


def test_the_days_numbers_keep_the_hour_and_the_days_of_the_clinic(clinic):
    clinic.daily_digest, clinic.digest_at = True, time(8, 30)
    clinic.save()
    Closure.objects.create(starts_on="2026-11-25", ends_on="2026-11-25")

    assert notices.alert(TUESDAY_9AM - 31 * MINUTE) == 0
    assert notices.alert(TUESDAY_9AM - 30 * MINUTE) == 1
    assert notices.alert(TUESDAY_9AM + DAY) == 0  # closed
    assert notices.alert(TUESDAY_9AM + 2 * DAY) == 0  # Thanksgiving
    assert notices.alert(TUESDAY_9AM + 3 * DAY) == 1


def test_the_days_numbers_are_not_sent_after_the_day_or_when_switched_off(clinic):
    assert notices.alert(TUESDAY_9AM) == 0
    clinic.daily_digest = True
    clinic.save()

    assert notices.alert(TUESDAY_5PM) == 0


def test_the_days_numbers_come_also_when_nothing_waits(clinic):
    clinic.daily_digest = True
    clinic.save()
    notices.alert(TUESDAY_9AM)

    assert send_all(TUESDAY_9AM) == [(["desk@clinic.example"], "Call-backs today: 0 waiting, 0 overdue")]


# --- Who is told


def test_safety_has_its_own_list_and_falls_back_to_everybody(clinic):
    lead = make_lead()
    notices.safety(lead, MONDAY_10AM)
    clinic.safety_recipients = "nurse@clinic.example"
    clinic.save()
    notices.safety(lead, MONDAY_10AM)

    assert [one[1] for one in written()] == ["desk@clinic.example", "nurse@clinic.example"]


def test_what_is_owed_to_an_address_no_longer_listed_is_closed_with_the_reason(clinic):
    make_lead()
    notices.new_request(Lead.objects.get(), MONDAY_10AM)
    clinic.recipients = "new@clinic.example"
    clinic.save()

    notices.alert(MONDAY_10AM)

    notice = Notice.objects.get()
    assert (notice.sent_at, notice.problem) == (MONDAY_10AM, "Not sent: this address is on no list any more")


def test_mail_that_does_not_leave_is_said_on_the_first_page(clinic, client, staff, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    notices.new_request(make_lead(), MONDAY_10AM)
    assert notices.send_next(MONDAY_10AM) == "failed"

    with time_machine.travel(MONDAY_10AM + 16 * MINUTE, tick=False):
        client.force_login(staff)
        page = client.get("/admin/").content.decode()

    assert "1 notice to staff could not be sent" in page
    assert "ConnectionRefusedError" in page


def test_alerts_ask_little_when_much_is_stored(clinic, django_assert_max_num_queries):
    for _ in range(30):
        make_lead(promised_by=TUESDAY_5PM + DAY)

    with django_assert_max_num_queries(16):
        notices.alert(MONDAY_10AM)
