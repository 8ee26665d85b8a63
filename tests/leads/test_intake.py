"""One door: what is promised, what is stored, and what counts as the same request."""

import re
from datetime import timedelta

import pytest

from clinic_site import hours
from clinic_site.facts import facts
from clinic_site.models import Closure, OpeningHours
from leads import intake, phones, promises, receipts, spool
from leads.models import Event, Lead, Notice
from tests.factories import CALENDAR, MONDAY_5PM, MONDAY_10AM, TUESDAY_5PM, make_clinic, make_lead
from tests.leads.faults import in_parallel, missing, no_spool

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY_8AM = MONDAY_10AM - 2 * HOUR
MONDAY_830 = MONDAY_10AM - 90 * MINUTE
MONDAY_9AM = MONDAY_10AM - HOUR
NO_HOURS = hours.Calendar(CALENDAR.zone, ())


def stamp(at=MONDAY_10AM, shown=TUESDAY_5PM, first=None):
    return intake.Stamp(first or at, at, shown, "form 1")


def asked(**typed):
    typed = {"name": "Ana Lima", "phone": "202-555-0142", "stamp": stamp(), **typed}
    blank = dict.fromkeys(("message", "voicemail", "best_time", "source", "leave_empty"), "")
    return {**blank, **typed, "phone": phones.read(typed["phone"])}


def receive(at=MONDAY_10AM, signs=(), **typed):
    return intake.receive(asked(**typed), at=at, clinic=facts(at), signs=signs)


# --- The promise


@pytest.mark.parametrize(
    ("case", "carried", "at", "calendar", "promised"),
    [
        ("no stamp", None, MONDAY_10AM, CALENDAR, TUESDAY_5PM),
        ("sent at once", stamp(), MONDAY_10AM, CALENDAR, TUESDAY_5PM),
        ("opened meanwhile, shown is kept", stamp(MONDAY_830, MONDAY_5PM), MONDAY_9AM, CALENDAR, MONDAY_5PM),
        ("just 60 minutes", stamp(MONDAY_830, MONDAY_5PM), MONDAY_830 + HOUR, CALENDAR, MONDAY_5PM),
        ("a second more", stamp(MONDAY_830, MONDAY_5PM), MONDAY_830 + HOUR + MINUTE / 60, CALENDAR, TUESDAY_5PM),
        ("old, before opening", stamp(MONDAY_8AM - 3 * HOUR, MONDAY_5PM), MONDAY_8AM, CALENDAR, MONDAY_5PM),
        ("a clock ahead of ours", stamp(MONDAY_10AM + HOUR), MONDAY_10AM, CALENDAR, TUESDAY_5PM),
        ("shown later than computed", stamp(shown=TUESDAY_5PM + DAY), MONDAY_10AM, CALENDAR, TUESDAY_5PM),
        ("shown has passed", stamp(MONDAY_10AM - 30 * MINUTE, MONDAY_9AM), MONDAY_10AM, CALENDAR, TUESDAY_5PM),
        ("no hours, shown stands", stamp(MONDAY_10AM - 5 * HOUR), MONDAY_10AM, NO_HOURS, TUESDAY_5PM),
        ("page knew no time", stamp(shown=None), MONDAY_10AM, CALENDAR, TUESDAY_5PM),
    ],
)
def test_shown_and_stored_promise(case, carried, at, calendar, promised):
    assert intake.promise(carried, at, calendar) == promised


@pytest.mark.parametrize("carried", [None, stamp(shown=None), stamp(MONDAY_10AM - 5 * DAY, MONDAY_9AM)])
def test_with_neither_hours_nor_a_time_to_come_nothing_is_promised(carried):
    with pytest.raises(intake.NoPromise):
        intake.promise(carried, MONDAY_10AM, NO_HOURS)


def test_nothing_is_stored_without_a_promise(db):
    make_clinic()
    OpeningHours.objects.all().delete()

    with pytest.raises(intake.NoPromise):
        receive(stamp=None)

    assert not Lead.objects.exists()


# --- The stamp


def test_stamp_comes_back_as_it_was_signed():
    assert intake.Stamp.read(stamp().signed()) == stamp()
    assert intake.Stamp.read(stamp(shown=None).signed()) == stamp(shown=None)


def test_stamp_somebody_changed_is_not_believed(settings):
    signed = stamp().signed()
    settings.SECRET_KEY = "another key, as long as the one before it was"

    assert intake.Stamp.read(signed) is None
    assert intake.Stamp.read(signed[:-1]) is None


# --- What is stored


def test_request_is_stored_with_its_event_and_its_notices(db):
    make_clinic(recipients="desk@clinic.example\nowner@clinic.example")

    received = receive(
        name="Zoë Lima",
        phone=" +1 (202) 555-0142 ext 5",
        voicemail="yes",
        best_time="morning",
        message="Is there parking?",
        source="/articles/x/",
    )

    lead = Lead.objects.get()
    assert received == intake.Received(lead, promise_only=False)
    assert re.fullmatch("[2-9CFHJKMRTWXY]{5}", lead.reference)
    assert (lead.name, lead.phone_raw, lead.phone_e164, lead.extension, lead.phone_flags) == (
        "Zoë Lima",
        "+1 (202) 555-0142 ext 5",
        "+12025550142",
        "5",
        [],
    )
    assert (lead.voicemail, lead.best_time, lead.message) == ("yes", "morning", "Is there parking?")
    assert (lead.source_path, lead.wording) == ("/articles/x/", "form 1")
    assert (lead.received_at, lead.promised_by) == (MONDAY_10AM, TUESDAY_5PM)
    assert (lead.safety_at, lead.held_at, lead.held_reasons, lead.closed_at) == (None, None, [], None)
    assert list(lead.events.values_list("kind", "at", "actor", "detail")) == [("received", MONDAY_10AM, None, "")]
    assert sorted(lead.notices.values_list("kind", "recipient", "next_at")) == [
        ("new_request", "desk@clinic.example", MONDAY_10AM),
        ("new_request", "owner@clinic.example", MONDAY_10AM),
    ]


def test_request_waits_in_the_queue_at_once(db):
    make_clinic()

    lead = receive().lead

    assert list(Lead.objects.open()) == [lead]


def test_unanswered_questions_stay_unanswered(db):
    make_clinic()

    lead = receive().lead

    assert (lead.voicemail, lead.best_time) == ("", "")


def test_suspected_robot_is_held_with_its_promise_and_staff_are_told(db):
    make_clinic()

    lead = receive(signs=["A link in the name"]).lead

    assert (lead.held_at, lead.held_reasons, lead.promised_by) == (MONDAY_10AM, ["A link in the name"], TUESDAY_5PM)
    assert list(lead.events.values_list("kind", "detail")) == [("received", ""), ("held", "A link in the name")]
    assert list(lead.notices.values_list("kind", flat=True)) == ["new_request"]
    assert list(Lead.objects.open()) == []


def test_crisis_words_set_the_safety_flag_and_tell_staff(db):
    make_clinic()

    lead = receive(message="I do not want to live").lead

    assert lead.safety_at == MONDAY_10AM
    assert list(lead.events.values_list("kind", flat=True)) == ["received", "safety"]
    assert sorted(lead.notices.values_list("kind", flat=True)) == ["new_request", "safety"]


def test_request_with_crisis_words_is_never_held(db):
    make_clinic()

    lead = receive(name="I want to die", signs=["x"]).lead

    assert (lead.held_at, lead.held_reasons, lead.safety_at) == (None, ["x"], MONDAY_10AM)
    assert list(Lead.objects.open()) == [lead]


def test_changed_time_is_kept_in_the_first_event(db):
    make_clinic()

    lead = receive(at=MONDAY_10AM, stamp=stamp(MONDAY_8AM, MONDAY_5PM)).lead

    assert lead.promised_by == TUESDAY_5PM
    detail = lead.events.get().detail
    assert detail == "The page had shown another time: 2026-11-23 17:00-05:00"
    assert intake.shown_in(detail) == MONDAY_5PM


def test_a_shown_time_nobody_can_read_is_none():
    details = [
        "",
        intake.TIME_CHANGED,
        f"{intake.TIME_CHANGED}: soon or later",
        "Stored late",
        f"{intake.TIME_CHANGED}. x",
    ]

    assert [intake.shown_in(detail) for detail in details] == [None] * 5
    assert intake.shown_in(f"{intake.TIME_CHANGED}: 2026-11-23 17:00-05:00. {intake.STORED_LATE}") == MONDAY_5PM


def test_a_promise_shown_before_a_closure_was_made_counts_and_has_its_new_time_at_once(db):
    make_clinic()
    shown_before = stamp(MONDAY_10AM - 30 * MINUTE, TUESDAY_5PM)
    tuesday = TUESDAY_5PM.date()
    Closure.objects.create(starts_on=tuesday, ends_on=tuesday, reason="Snow")

    lead = receive(at=MONDAY_10AM, stamp=shown_before).lead

    assert (lead.promised_by, lead.revised_for) == (TUESDAY_5PM, TUESDAY_5PM + DAY)
    assert list(lead.events.values_list("kind", "detail")) == [
        ("received", ""),
        ("revised", (TUESDAY_5PM + DAY).isoformat()),
    ]
    assert promises.broken(MONDAY_10AM, facts(MONDAY_10AM).calendar) == []
    assert receipts.of(lead, facts(MONDAY_10AM)).heading == "We will call you by 5\xa0pm on Wednesday, November 25"


def test_a_promise_that_stands_has_no_second_time(db):
    make_clinic()

    assert receive().lead.revised_for is None
    assert receive(name="Ben", stamp=stamp(MONDAY_8AM, MONDAY_5PM)).lead.revised_for is None


def test_all_of_it_is_stored_or_nothing(transactional_db):
    make_clinic()

    with missing(Notice), no_spool(), pytest.raises(OSError):
        receive()

    assert (Lead.objects.count(), Event.objects.count(), Notice.objects.count()) == (0, 0, 0)


def test_a_reference_that_is_taken_is_drawn_again(db, monkeypatch):
    monkeypatch.setattr(intake, "REFERENCE_LETTERS", "AB")
    monkeypatch.setattr(intake, "REFERENCE_LENGTH", 1)
    monkeypatch.setattr(intake, "MOST_COLLISIONS", 100)
    make_clinic()
    make_lead(reference="A")

    assert receive().lead.reference == "B"


def test_a_reference_that_can_never_be_free_is_no_loop_and_loses_nothing(db, monkeypatch):
    monkeypatch.setattr(intake, "REFERENCE_LETTERS", "A")
    monkeypatch.setattr(intake, "REFERENCE_LENGTH", 1)
    make_clinic()
    make_lead(reference="A")

    received = receive()

    assert intake.is_spooled(received.lead)
    assert intake.bring_in() == (0, 1)
    assert spool.waiting() == (0, 1)


# --- The key


def test_key_is_of_the_page_the_name_and_the_number():
    page = stamp()

    def key(name="Ana Lima", phone="202-555-0142", carried=page):
        return intake.submission_key(carried, name, phones.read(phone))

    same = {
        key(),
        key(name="ana  LIMA"),
        key(name="Ana Lima "),
        key(phone="+1 (202) 555 0142"),
        key(carried=stamp(at=MONDAY_10AM + HOUR, first=MONDAY_10AM)),
    }
    others = {
        key(name="Ana"),
        key(phone="202-555-0143"),
        key(phone="202-555-0142 x1"),
        key(carried=stamp(at=MONDAY_10AM + HOUR)),
        key(carried=None),
        key(name="Ana Lima1"),
    }

    assert len(same) == 1
    assert len(others) == 6
    assert not same & others


def test_key_and_token_tell_nothing_without_our_secret(settings):
    number = phones.read("202-555-0142")
    key = intake.submission_key(None, "Ana", number)
    token = intake.token(key)
    settings.SECRET_KEY = "another key, as long as the one before it was"

    assert re.fullmatch("[0-9a-f]{64}", key)
    assert re.fullmatch("[A-Za-z0-9_-]{27}", token)
    assert intake.submission_key(None, "Ana", number) != key
    assert intake.token(key) != token


def test_token_follows_from_the_key(db):
    make_clinic()

    lead = receive().lead

    assert lead.token == intake.token(lead.submission_key)


# --- Repeats


def test_repeat_gives_the_first_receipt(db):
    make_clinic()
    first = receive(voicemail="yes")

    again = receive(at=MONDAY_10AM + 10 * MINUTE, name="ana lima", voicemail="")

    assert again == first
    assert Lead.objects.count() == 1
    assert Notice.objects.count() == 1


@pytest.mark.parametrize("later", [11 * MINUTE, 24 * HOUR])
def test_late_repeat_is_told_the_promise_only(db, later):
    make_clinic()
    first = receive()

    again = receive(at=MONDAY_10AM + later)

    assert again == intake.Received(first.lead, promise_only=True)
    assert Lead.objects.count() == 1


def test_repeat_of_a_held_request_is_no_new_one(db):
    make_clinic()
    first = receive(signs=["x"])

    assert receive(at=MONDAY_10AM + MINUTE, signs=["x"]) == first


@pytest.mark.parametrize(
    ("case", "later", "before", "typed"),
    [
        ("days later", 24 * HOUR + MINUTE, {}, {}),
        ("closed", MINUTE, {"closed_at": MONDAY_10AM, "outcome": "cancelled"}, {}),
        ("marked a robot", MINUTE, {"robot_at": MONDAY_10AM}, {}),
        ("another name", MINUTE, {}, {"name": "Ben"}),
        ("another number", MINUTE, {}, {"phone": "202-555-0143"}),
        ("another page", MINUTE, {}, {"stamp": stamp(MONDAY_10AM + MINUTE)}),
        ("a message", MINUTE, {}, {"message": "Is there parking?"}),
        ("an answer", MINUTE, {}, {"voicemail": "yes"}),
    ],
)
def test_any_other_repeat_is_a_new_request_beside_the_old_one(db, case, later, before, typed):
    make_clinic()
    old = receive().lead
    Lead.objects.filter(pk=old.pk).update(**before)

    new = receive(at=MONDAY_10AM + later, **typed)
    once_more = receive(at=MONDAY_10AM + later + MINUTE, **typed)

    assert new.lead.pk != old.pk
    assert new.promise_only is False
    assert once_more == new
    assert Lead.objects.count() == 2
    assert len(set(Lead.objects.values_list("submission_key", flat=True))) == 2
    assert len(set(Lead.objects.values_list("token", flat=True))) == 2


def test_person_who_comes_back_week_after_week_is_a_new_request_each_time(db):
    make_clinic()

    leads = [receive(at=MONDAY_10AM + week * 7 * DAY, stamp=None).lead.pk for week in range(4)]

    assert len(set(leads)) == 4


def test_after_erasing_the_same_words_are_a_new_request(db):
    make_clinic()
    old = receive().lead
    old.forget(MONDAY_10AM)

    new = receive(at=MONDAY_10AM + MINUTE).lead

    assert new.pk != old.pk
    assert new.submission_key == intake.submission_key(stamp(), "Ana Lima", phones.read("202-555-0142"))


def test_twenty_posts_at_one_moment_are_one_request(transactional_db):
    make_clinic()

    received = in_parallel(20, lambda number: receive())

    lead = Lead.objects.get()
    assert received == [intake.Received(lead, promise_only=False)] * 20
    assert lead.events.count() == 1
    assert lead.notices.count() == 1


def test_twenty_repeats_of_a_closed_request_are_one_new_request(transactional_db):
    make_clinic()
    old = receive().lead
    old.cancel(MONDAY_10AM)

    received = in_parallel(20, lambda number: receive(at=MONDAY_10AM + MINUTE))

    new = Lead.objects.exclude(pk=old.pk).get()
    assert received == [intake.Received(new, promise_only=False)] * 20


def test_different_people_on_one_page_are_different_requests(transactional_db):
    make_clinic()

    received = in_parallel(10, lambda number: receive(phone=f"202-555-{100 + number:04}"))

    assert len({one.lead.pk for one in received}) == 10
    assert len({one.lead.reference for one in received}) == 10


def test_page_loaded_anew_within_ten_minutes_is_the_same_form(db):
    shown_at = MONDAY_10AM + MINUTE

    stamps = [intake.stamp(facts(shown_at + later)) for later in (0 * MINUTE, 8 * MINUTE, 9 * MINUTE)]

    assert [one.first - MONDAY_10AM for one in stamps] == [0 * MINUTE, 0 * MINUTE, 10 * MINUTE]
