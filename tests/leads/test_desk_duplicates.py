"""Requests of one number side by side, corrections, and the one list of what happened."""

from datetime import timedelta

import pytest
import time_machine

from leads import notices
from leads.models import Attempt, Lead, Step
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_9AM, make_clinic, make_lead
from tests.leads.desk_pages import QUEUE, at, form, outside, words

AT = MONDAY_10AM
DAY = timedelta(days=1)
NUMBER = "+12025550142"


@pytest.fixture(autouse=True)
def monday_at_ten():
    with time_machine.travel(AT, tick=False):
        yield


# --- Side by side


def test_the_same_number_within_thirty_days_stands_side_by_side(desk):
    lead = make_lead(phone_e164=NUMBER, name="Maria Example")
    near = make_lead(phone_e164=NUMBER, name="Luis Example", received_at=AT - 30 * DAY, message="May I bring my son?")
    far = make_lead(phone_e164=NUMBER, name="Old Example", received_at=AT - 31 * DAY)

    text = words(desk.get(at(lead)))

    beside = text[text.index("The same number asked 2 times") : text.index("Earlier requests from this number")]
    assert near.reference in beside and "May I bring my son?" in beside
    assert far.reference not in beside and far.reference in text


def test_the_queue_marks_them_and_hides_none(desk):
    pair = [make_lead(phone_e164=NUMBER) for _ in range(2)]
    make_lead(phone_e164=NUMBER, received_at=AT - 31 * DAY, closed_at=AT - 30 * DAY, outcome="booked")
    make_lead(phone_e164="+12025550199")

    text = words(desk.get(f"{QUEUE}?view=later"))

    assert text.count("Same number: 2 requests") == 2
    assert all(lead.name in text for lead in pair)


def test_merge_and_undo_from_the_page(desk):
    first = make_lead(phone_e164=NUMBER, promised_by=MONDAY_5PM)
    second = make_lead(phone_e164=NUMBER, name="Luis Example", message="May I bring my son?")

    merged = desk.post(f"{at(second)}merge/", {"other": first.pk}, follow=True)

    assert merged.redirect_chain[-1][0] == at(first)
    text = words(merged)
    assert "Merged. Calls and notes of both stand here." in text
    assert "Also asked, and merged into this request" in text and "May I bring my son?" in text
    assert second.name not in words(desk.get(QUEUE))
    assert f"Request {first.reference}" in words(desk.get(at(second)))
    address = f"{QUEUE}undo/{Step.objects.get().pk}/"
    assert f'action="{address}"' in merged.content.decode()
    undone = desk.post(address, follow=True)
    assert f"Undone. {first.reference} and {second.reference} are as they were." in words(undone)
    assert set(Lead.objects.open()) == {first, second}


def test_a_call_saved_on_a_page_open_since_before_the_merge_is_kept_with_the_one_that_stays(desk, ben):
    first = make_lead(phone_e164=NUMBER, promised_by=MONDAY_5PM)
    second = make_lead(phone_e164=NUMBER)
    desk.post(f"{at(second)}merge/", {"other": first.pk})

    desk.post(f"{at(second)}call/", {"outcome": "no_answer", "try_at": TUESDAY_9AM.isoformat(), "note": "rang"})

    assert list(Attempt.objects.values_list("lead", "note")) == [(first.pk, "rang")]


@pytest.mark.parametrize("other", ["", "x", "999999", "9" * 40, "-1"])
def test_nothing_is_merged_with_what_is_not_there(desk, other):
    lead = make_lead(phone_e164=NUMBER)

    answer = desk.post(f"{at(lead)}merge/", {"other": other}, follow=True)

    assert "Choose a request that stands beside this one." in words(answer)


def test_the_page_of_one_costs_the_same_with_many_beside_it(desk, ben, django_assert_max_num_queries):
    def cost(count):
        for _ in range(count):
            make_lead(phone_e164=NUMBER, claimed_by=ben).attempts.create(user=ben, at=AT, outcome="no_answer")
        desk.get(at(lead))
        with django_assert_max_num_queries(55) as counted:
            desk.get(at(lead))
        return len(counted)

    lead = make_lead(phone_e164=NUMBER)
    assert cost(2) == cost(12)


# --- Corrections


def correction(desk, lead, **typed):
    return form(desk.get(f"{at(lead)}edit/"), "") | typed


def test_what_was_misheard_is_put_right_with_its_event(desk, ana):
    lead = make_lead(name="Mary Exampel", phone_raw="202-555-0142", phone_e164=NUMBER)

    data = correction(desk, lead, name="Mary Example", phone="(202) 555-0143", best_time="morning")
    answer = desk.post(f"{at(lead)}edit/", data)

    lead.refresh_from_db()
    assert (lead.name, lead.phone_e164, lead.phone_raw, lead.best_time) == (
        "Mary Example", "+12025550143", "(202) 555-0143", "morning",
    )  # fmt: skip
    event = lead.events.get()
    assert (event.kind, event.actor, event.detail) == ("edited", ana, "name, phone number, best time")
    assert "Mary" not in outside(answer) and "0143" not in outside(answer)


def test_a_stale_page_shows_both_versions_and_keeps_yours(desk, ben):
    lead = make_lead(name="Mary Exampel", phone_raw="202-555-0142", phone_e164=NUMBER)
    data = correction(desk, lead, name="Mary Example")
    lead.edit(ben, AT, lead.version, name="Marie Exampel")

    answer = desk.post(f"{at(lead)}edit/", data)

    lead.refresh_from_db()
    assert lead.name == "Marie Exampel"
    assert "Name Saved meanwhile: Marie Exampel Yours: Mary Example" in words(answer)
    again = form(answer, "")
    assert again["name"] == "Mary Example"
    desk.post(f"{at(lead)}edit/", again)
    lead.refresh_from_db()
    assert lead.name == "Mary Example"


@pytest.mark.parametrize(
    "typed, said",
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "x" * 101}, "Use 100 letters or fewer for the name"),
        ({"phone": "202"}, "Enter all 10 digits"),
        ({"best_time": "noon"}, "noon is not one of the available choices"),
        ({"version": "x"}, "Enter a whole number"),
    ],
)
def test_a_correction_that_is_none_is_said_and_changes_nothing(desk, typed, said):
    lead = make_lead(phone_raw="202-555-0142", phone_e164=NUMBER)

    answer = desk.post(f"{at(lead)}edit/", correction(desk, lead, **typed))

    assert said in words(answer)
    assert lead.events.count() == 0


def test_an_unchanged_correction_is_no_event_and_an_erased_request_has_none(desk, ana):
    lead = make_lead(phone_raw="202-555-0142", phone_e164=NUMBER)
    desk.post(f"{at(lead)}edit/", correction(desk, lead))
    events = lead.events.count()
    lead.forget(AT)

    assert events == 0
    assert "were erased" in words(desk.get(f"{at(lead)}edit/", follow=True))


# --- One list


def test_everything_that_happened_stands_in_one_list_newest_first(desk, ana, ben):
    make_clinic(recipients="a@clinic.example, b@clinic.example")
    with time_machine.travel(AT - DAY, tick=False):
        lead = make_lead(phone_e164=NUMBER, phone_raw="202-555-0142", promised_by=MONDAY_5PM)
        other = make_lead(phone_e164=NUMBER, reference="T9999")
        lead.events.create(kind="received", at=AT - DAY)
        other.events.create(kind="received", at=AT - DAY)
        notices.new_request(lead, AT - DAY)
        lead.claim(ben, AT - DAY)
    lead.edit(ben, AT - 5 * timedelta(hours=1), lead.version, name="Maria Example")
    lead.record_attempt(ben, AT - 4 * timedelta(hours=1), Attempt.Outcome.NO_ANSWER, "rang long", TUESDAY_9AM)
    lead.note(ben, AT - 3 * timedelta(hours=1), "Speaks softly")
    lead.call_later(ben, AT - 2 * timedelta(hours=1), TUESDAY_9AM)
    desk.post(f"{at(lead)}merge/", {"other": other.pk})

    text = words(desk.get(at(lead)))

    story = text[text.index("What happened") :]
    parts = [
        "Merged by Ana T9999 became part of this one", "Call back later by Ben Tomorrow 9 am",
        "Note by Ben Speaks softly", "Call made by Ben No answer. Note: rang long", "Edited by staff by Ben name",
        "Mail to staff: A request waits To 2 addresses, 0 of 2 sent",
    ]  # fmt: skip
    places = [story.index(part) for part in parts]
    assert places == sorted(places)
    assert "Request received (T9999)" in story and "Claimed by Ben" in story and "Seen (request) by Ana" in story
    assert "clinic.example" not in story


def test_a_call_taken_back_keeps_its_note_in_the_list(desk, ana):
    lead = make_lead()
    attempt = lead.record_attempt(ana, AT, Attempt.Outcome.NO_ANSWER, "rang long", TUESDAY_9AM)
    assert lead.undo(attempt, ana, AT + timedelta(minutes=1)) == ""

    story = words(desk.get(at(lead))).split("What happened")[1]

    assert "Taken back by Ana No answer" in story
    assert "Call made by Ana No answer. Note: rang long" in story


def test_the_list_costs_the_same_however_long_it_is(desk, ben, django_assert_max_num_queries):
    lead = make_lead()

    def cost(count):
        for number in range(count):
            lead.note(ben, AT + timedelta(seconds=number), "a note")
            lead.record_attempt(ben, AT + timedelta(hours=number), Attempt.Outcome.NO_ANSWER, f"{number}", TUESDAY_9AM)
        desk.get(at(lead))
        with django_assert_max_num_queries(55) as counted:
            desk.get(at(lead))
        return len(counted)

    assert cost(2) == cost(12)
