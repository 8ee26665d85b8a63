"""A day that goes wrong: who was promised a time that now falls in a closure is told, and called first."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission

from clinic_site import hours
from clinic_site.facts import facts
from clinic_site.models import Clinic, Closure, HolidaySwitch, OpeningHours
from leads import promises, queue, receipts
from leads.models import Attempt, Event, Lead, Look
from tests.factories import (
    CALENDAR,
    MONDAY_5PM,
    MONDAY_10AM,
    NEW_YORK,
    TUESDAY_5PM,
    TUESDAY_9AM,
    make_clinic,
    make_lead,
    make_staff,
)
from tests.leads.pages import fields, send, words

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEDNESDAY_5PM = TUESDAY_5PM + DAY
FRIDAY_5PM = TUESDAY_5PM + 3 * DAY
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
ADDRESS = "/admin/today/closed/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY_9AM + HOUR, tick=False) as clock:
        yield clock


@pytest.fixture
def clinic(db):
    return make_clinic(phone="202-555-0199")


@pytest.fixture
def manager(client, clinic):
    client.force_login(make_staff("mia", role="Manager"))
    return client


def closed(*closures):
    return hours.Calendar(CALENDAR.zone, CALENDAR.windows, tuple(closures))


# --- The rule


@pytest.mark.parametrize(
    ("case", "closure", "promised", "new"),
    [
        ("nothing closed", None, TUESDAY_5PM, TUESDAY_5PM),
        ("closed that day", hours.Closure(TUESDAY, TUESDAY), TUESDAY_5PM, WEDNESDAY_5PM),
        ("closed the day before", hours.Closure(MONDAY, MONDAY), TUESDAY_5PM, TUESDAY_5PM),
        ("close early", hours.Closure(TUESDAY, TUESDAY, time(14), None), TUESDAY_5PM, WEDNESDAY_5PM),
        ("open late", hours.Closure(TUESDAY, TUESDAY, None, time(13)), TUESDAY_5PM, TUESDAY_5PM),
        ("open late, promised before", hours.Closure(TUESDAY, TUESDAY, None, time(13)), TUESDAY_9AM, TUESDAY_5PM),
        ("closed at noon for an hour", hours.Closure(TUESDAY, TUESDAY, time(12), time(13)), TUESDAY_5PM, TUESDAY_5PM),
        # Thursday is Thanksgiving.
        ("closed until the holiday", hours.Closure(TUESDAY, TUESDAY + DAY), TUESDAY_5PM, FRIDAY_5PM),
    ],
)
def test_a_promise_stands_or_moves_to_the_next_close(case, closure, promised, new):
    calendar = closed(closure) if closure else CALENDAR

    assert hours.kept_or_next(promised, calendar) == new


def test_a_new_time_is_never_earlier_than_the_promise():
    for days in range(30):
        promised = TUESDAY_5PM + days * DAY
        for closure in (hours.Closure(TUESDAY, TUESDAY + 9 * DAY), hours.Closure(MONDAY, TUESDAY, time(12), None)):
            new = hours.kept_or_next(promised, closed(closure))
            assert new >= promised
            assert hours.kept_or_next(new, closed(closure)) == new


def test_without_hours_there_is_no_new_time(clinic):
    make_lead()
    OpeningHours.objects.all().delete()

    assert promises.broken(MONDAY_10AM, clinic.calendar()) == []


# --- One lead


def test_revised_request_keeps_its_promise_and_owes_the_new_time(clinic):
    lead = make_lead(promised_by=TUESDAY_5PM)

    assert lead.revise(TUESDAY_9AM, WEDNESDAY_5PM)
    assert (lead.promised_by, lead.revised_for, lead.due) == (TUESDAY_5PM, WEDNESDAY_5PM, WEDNESDAY_5PM)
    assert list(lead.events.values_list("kind", flat=True)) == [Event.Kind.REVISED]


@pytest.mark.parametrize("moment", [TUESDAY_5PM, TUESDAY_9AM])
def test_a_promise_is_never_made_earlier(clinic, moment):
    lead = make_lead(promised_by=TUESDAY_5PM)

    assert not lead.revise(TUESDAY_9AM, moment)
    assert lead.revised_for is None


def test_who_was_called_or_is_closed_is_not_told_another_time(clinic):
    called, done = make_lead(), make_lead(closed_at=MONDAY_5PM, outcome=Lead.Outcome.BOOKED)
    called.attempts.create(user=make_staff(), at=MONDAY_5PM, outcome=Attempt.Outcome.NO_ANSWER)

    assert not called.revise(TUESDAY_9AM, WEDNESDAY_5PM)
    assert not done.revise(TUESDAY_9AM, WEDNESDAY_5PM)


def test_a_second_closure_moves_it_again(clinic):
    lead = make_lead()
    lead.revise(TUESDAY_9AM, WEDNESDAY_5PM)

    assert lead.revise(TUESDAY_9AM + HOUR, FRIDAY_5PM)
    assert (lead.promised_by, lead.revised_for) == (TUESDAY_5PM, FRIDAY_5PM)


def test_they_are_called_first_at_reopening_by_their_first_promise(clinic):
    flagged = make_lead(safety_at=TUESDAY_9AM, promised_by=FRIDAY_5PM)
    moved_second = make_lead(promised_by=TUESDAY_5PM, received_at=MONDAY_10AM + HOUR)
    moved_first = make_lead(promised_by=TUESDAY_5PM)
    ordinary = make_lead(promised_by=WEDNESDAY_5PM, received_at=TUESDAY_9AM)
    for lead in (moved_first, moved_second):
        lead.revise(TUESDAY_9AM, WEDNESDAY_5PM)

    shown = queue.rows("waiting", None, TUESDAY_9AM + DAY, clinic.calendar())

    assert list(shown) == [flagged, moved_first, moved_second, ordinary]


# --- The first page


def test_snow_day_shows_whom_it_concerns_before_anything_changes(manager):
    lead = make_lead(promised_by=TUESDAY_5PM)
    agreed = make_lead(call_at=TUESDAY_5PM - HOUR, promised_by=MONDAY_5PM)
    agreed.attempts.create(user=make_staff(), at=MONDAY_5PM, outcome=Attempt.Outcome.NO_ANSWER)

    answer = manager.post(ADDRESS, {"kind": "closed", "reason": "Snow"})

    assert (
        "You are closed all day on Tuesday, November 24. 1 person was promised a time at which you will be closed"
        in words(answer)
    )
    assert f"{lead.reference} promised today 5 pm, new time tomorrow 5 pm" in words(answer).replace("\xa0", " ")
    assert f"{agreed.reference} agreed for today" in words(answer)
    assert f"{lead.name}, {lead.reference}" in words(answer)
    assert list(Look.objects.values_list("lead", "user__username", "where")) == [
        (lead.pk, "mia", "closure"),
        (agreed.pk, "mia", "closure"),
    ]
    assert not Closure.objects.exists()
    assert Lead.objects.get(pk=lead.pk).revised_for is None


def test_whoever_may_not_see_requests_is_shown_no_name(client, clinic):
    lead = make_lead(promised_by=TUESDAY_5PM, name="Zebedee Quince")
    user = make_staff("sam", role=None)
    user.user_permissions.add(Permission.objects.get(codename="add_closure"))
    client.force_login(user)

    answer = client.post(ADDRESS, {"kind": "closed"})

    assert lead.reference in words(answer)
    assert "Quince" not in words(answer)
    assert not Look.objects.exists()


def test_snow_day_closes_tells_and_reorders(manager, client):
    lead = make_lead(promised_by=TUESDAY_5PM, token="a-token-as-long-as-our-own1")
    asked = manager.post(ADDRESS, {"kind": "closed", "reason": "Snow"})
    # Between the two presses somebody else asks, and is told a time of today.
    late = make_lead(promised_by=TUESDAY_5PM)

    answer = manager.post(ADDRESS, fields(asked, action=""), follow=True)

    closure = Closure.objects.get()
    assert (closure.starts_on, closure.ends_on, closure.starts_at, closure.reason) == (TUESDAY, TUESDAY, None, "Snow")
    assert "2 people were given a new time" in words(answer)
    for one in (lead, late):
        one.refresh_from_db()
        assert (one.promised_by, one.revised_for) == (TUESDAY_5PM, WEDNESDAY_5PM)
    receipt = words(client.get("/callback/a-token-as-long-as-our-own1/"))
    assert "but we will be closed then. We are sorry. We will now call you by" in receipt
    assert "We will call you by 5 pm on Wednesday, November 25" in receipt.replace("\xa0", " ")


def test_new_requests_and_pages_know_the_closure_at_once(manager, client):
    manager.post(ADDRESS, {"kind": "early", "time": "11:00", "confirm": "yes"})
    with time_machine.travel(TUESDAY_9AM + 3 * HOUR, tick=False):
        assert not facts(datetime.now(UTC)).is_open
        send(client)

    assert Lead.objects.get().promised_by == WEDNESDAY_5PM


def test_open_late_moves_only_what_falls_in_it(manager):
    stays = make_lead(promised_by=TUESDAY_5PM)
    moves = make_lead(promised_by=TUESDAY_9AM + 2 * HOUR)

    manager.post(ADDRESS, {"kind": "late", "time": "1:30 pm", "confirm": "yes"})

    assert Closure.objects.get().ends_at == time(13, 30)
    assert Lead.objects.get(pk=stays.pk).revised_for is None
    assert Lead.objects.get(pk=moves.pk).revised_for == TUESDAY_5PM


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({}, "Choose what happens"),
        ({"kind": "later"}, "Choose what happens"),
        ({"kind": "early"}, "Enter the time at which you open or close"),
        ({"kind": "late", "time": "half past nine"}, "Write the time like 11:00 or 2:30 pm"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(manager, typed, message):
    answer = manager.post(ADDRESS, {**typed, "reason": "Snow in the whole county", "confirm": "yes"})

    assert message in words(answer)
    assert "Snow in the whole county" in answer.content.decode()
    assert not Closure.objects.exists()


def test_the_evening_before_the_next_open_day_can_be_closed(manager, clock):
    lead = make_lead(promised_by=WEDNESDAY_5PM)
    clock.move_to(TUESDAY_5PM + HOUR)
    asked = manager.get(ADDRESS)
    assert "Wednesday, November 25" in words(asked)
    assert "Today" not in words(asked).split("Which day?")[1].split("What happens?")[0]

    manager.post(ADDRESS, {"day": "2026-11-25", "kind": "closed", "confirm": "yes"})

    assert Closure.objects.get().starts_on == date(2026, 11, 25)
    # Thursday is Thanksgiving.
    assert Lead.objects.get(pk=lead.pk).revised_for == FRIDAY_5PM


def test_a_day_that_is_closed_already_needs_nothing(manager):
    Closure.objects.create(starts_on=TUESDAY, ends_on=TUESDAY)

    answer = manager.post(ADDRESS, {"kind": "closed", "confirm": "yes"})

    assert "You are closed all that day already" in words(answer)
    assert Closure.objects.count() == 1


def test_taking_it_back_opens_the_day_and_leaves_what_was_told(manager):
    lead = make_lead(promised_by=TUESDAY_5PM)
    manager.post(ADDRESS, {"kind": "closed", "confirm": "yes"})
    assert "You are closed all day on Tuesday, November 24." in words(manager.get("/admin/"))

    manager.post("/admin/today/open/", {"closure": Closure.objects.get().pk})

    assert not Closure.objects.exists()
    assert Lead.objects.get(pk=lead.pk).revised_for == WEDNESDAY_5PM


@pytest.mark.parametrize("path", ["closed", "promises", "open", "unpause"])
def test_only_those_who_may_change_hours_may(client, clinic, path):
    client.force_login(make_staff("ben", role="Front desk"))

    assert client.post(f"/admin/today/{path}/", {"kind": "closed", "confirm": "yes"}).status_code == 403
    assert client.get("/admin/").status_code == 200
    assert "Close today, open late" not in words(client.get("/admin/"))
    assert not Closure.objects.exists()


def test_any_other_change_of_hours_breaks_no_promise_unseen(manager):
    make_lead(promised_by=WEDNESDAY_5PM)
    row = {"starts_on": "2026-11-25", "ends_on": "2026-11-25", "reason": "Training"}

    answer = manager.post("/admin/clinic_site/closure/add/", row, follow=True)

    assert "1 person was promised a call by a time at which you will now be closed" in words(answer)
    assert "1 person was promised a time at which you will be closed" in words(manager.get("/admin/"))
    page = manager.get("/admin/today/promises/")
    manager.post("/admin/today/promises/", fields(page, action=""))
    assert Lead.objects.get().revised_for == FRIDAY_5PM
    assert "promised a time at which you will be closed" not in words(manager.get("/admin/"))


def test_a_holiday_switched_on_is_noticed_too(manager):
    HolidaySwitch.objects.filter(name="Thanksgiving Day").update(closed=False)
    make_lead(promised_by=WEDNESDAY_5PM + DAY)
    assert promises.broken(TUESDAY_9AM, Clinic.current().calendar()) == []

    HolidaySwitch.objects.filter(name="Thanksgiving Day").update(closed=True)

    assert len(promises.broken(TUESDAY_9AM, Clinic.current().calendar())) == 1


# --- Pause


def test_pause_replaces_the_form_by_phone_hours_and_the_reason(client, clinic):
    clinic.paused, clinic.pause_reason, clinic.paused_until = True, "Our team is away.", date(2026, 12, 1)
    clinic.save()

    page = client.get("/callback/")

    assert "<form" not in page.content.decode().split("<main")[1].split("</main>")[0]
    assert "We do not take requests here until Tuesday, December 1. Our team is away." in words(page)
    assert "202-555-0199" in words(page)
    assert 'href="tel:988"' in page.content.decode()


def test_pause_ends_by_itself_on_its_day_in_the_clinics_zone(client, clinic):
    clinic.paused, clinic.paused_until = True, date(2026, 11, 25)
    clinic.save()
    midnight = datetime(2026, 11, 25, tzinfo=NEW_YORK)

    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        assert "If you send this now" not in words(client.get("/callback/"))
    with time_machine.travel(midnight, tick=False):
        assert "If you send this now" in words(client.get("/callback/"))


def test_a_page_left_open_over_a_pause_keeps_what_was_typed(client, clinic):
    shown = client.get("/callback/")
    clinic.paused, clinic.pause_reason = True, "Our team is away."
    clinic.save()

    answer = send(client, shown, name="Ana Lima")

    assert answer.status_code == 503
    assert "We do not take requests here just now. Our team is away. Your details are still here." in words(answer)
    assert fields(answer)["name"] == "Ana Lima"
    assert not Lead.objects.exists()


def test_staff_see_the_pause_and_end_it_with_one_press(manager):
    clinic = Clinic.current()
    clinic.paused, clinic.pause_reason = True, "Our team is away."
    clinic.save()
    assert "The call-back form is paused" in words(manager.get("/admin/"))

    manager.post("/admin/today/unpause/")

    assert not Clinic.current().paused
    assert "The call-back form is paused" not in words(manager.get("/admin/"))


def test_a_return_day_that_is_over_is_refused(clinic):
    clinic.paused, clinic.paused_until = True, TUESDAY

    with pytest.raises(Exception, match="Choose a day after today"):
        clinic.full_clean()


def test_first_page_asks_the_database_a_bounded_number_of_times(manager, django_assert_max_num_queries):
    for _ in range(40):
        make_lead(promised_by=TUESDAY_5PM)
    Closure.objects.create(starts_on=TUESDAY, ends_on=TUESDAY)

    with django_assert_max_num_queries(40):
        manager.get("/admin/")


def test_receipt_words_agree_with_what_is_owed(clinic):
    lead = make_lead(promised_by=TUESDAY_5PM)
    lead.revise(TUESDAY_9AM, WEDNESDAY_5PM)

    told = receipts.of(lead, facts(TUESDAY_9AM))

    assert told.heading.replace("\xa0", " ") == "We will call you by 5 pm on Wednesday, November 25"
    assert told.revised
