"""They called us: found in one step, logged whoever holds the claim, taken as a new request when not found."""

import logging
from datetime import timedelta

import pytest
import time_machine

from clinic_site.models import OpeningHours
from leads.models import Attempt, Event, Lead, Look
from tests.factories import MONDAY_10AM, TUESDAY_5PM, TUESDAY_9AM, make_lead, make_staff
from tests.leads.desk_pages import QUEUE, at, form, outside, words

AT = MONDAY_10AM
MINUTE = timedelta(minutes=1)
FIND = f"{QUEUE}find/"


@pytest.fixture(autouse=True)
def monday_at_ten():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def zebedee(db):
    return make_lead(name="Zebedee Quince", phone_e164="+12025550142", reference="K7M4X")


@pytest.mark.parametrize(
    "term",
    ["0142", "202-555-0142", "(202) 555 0142", "+1 202 555 0142", "5550142", "zebedee", "QUIN", "ebed quin", "k7m4x",
     "zebedee 0142", " K7M4X "],
)  # fmt: skip
def test_a_person_is_found_by_digits_name_and_reference(desk, zebedee, term):
    stranger = make_lead(name="Yolanda Pim", phone_e164="+12025550199")

    answer = desk.post(FIND, {"q": term})

    assert "1 found." in words(answer)
    assert "Zebedee Quince" in words(answer) and stranger.name not in words(answer)


@pytest.mark.parametrize("term", ["", " ", "0", "14", "z", "()", "\x00", "a b"])
def test_too_little_is_said_and_kept(desk, zebedee, term):
    answer = desk.post(FIND, {"q": term})

    assert "Type the last four digits, a part of the name, or the reference" in words(answer)
    assert "Zebedee" not in words(answer)
    assert form(answer, FIND)["q"] == term.replace("\x00", "").strip()


def test_wildcards_are_letters(desk, zebedee):
    assert "Nobody found" in words(desk.post(FIND, {"q": "%%"}))
    assert "Nobody found" in words(desk.post(FIND, {"q": "Z_bedee"}))


def test_the_term_stands_in_no_address_title_or_log(desk, zebedee, caplog):
    caplog.set_level(logging.DEBUG)

    answer = desk.post(FIND, {"q": "zebedee 0142"})

    assert not {"ebedee", "0142"} & set(outside(answer).split())
    assert "ebedee" not in outside(answer).lower() and "ebedee" not in answer.request["PATH_INFO"]
    assert "QUERY_STRING" not in answer.request or not answer.request["QUERY_STRING"]
    assert "ebedee" not in caplog.text.lower() and "0142" not in caplog.text
    assert "no-store" in answer["Cache-Control"]


def test_those_who_wait_come_first_and_every_look_is_recorded(desk, ana, zebedee):
    closed = make_lead(name="Zebedee Gone", phone_e164="+12025550143", closed_at=AT, outcome=Lead.Outcome.NO_VISIT)
    soon = make_lead(name="Zebedee Soon", phone_e164="+12025550144", promised_by=AT + MINUTE)

    text = words(desk.post(FIND, {"q": "zebedee"}))

    assert text.index("Zebedee Soon") < text.index("Zebedee Quince") < text.index("Zebedee Gone")
    looks = Look.objects.values_list("user__username", "where", "lead")
    assert set(looks) == {("ana", "search", lead.pk) for lead in (soon, zebedee, closed)}


def test_finding_costs_the_same_however_many_are_found(desk, django_assert_max_num_queries):
    def found(count):
        for _ in range(count):
            lead = make_lead(name="Zebedee Quince")
            lead.attempts.create(user=make_staff(f"s{lead.pk}"), at=AT, outcome="no_answer")
        with django_assert_max_num_queries(32) as counted:
            desk.post(FIND, {"q": "zebedee"})
        return len(counted)

    assert found(2) == found(15)


def test_the_box_stands_on_every_staff_page(client, db):
    client.force_login(make_staff("olga", role="Owner"))

    for address in ("/admin/", "/admin/clinic_site/closure/", "/admin/articles/article/", QUEUE):
        assert f'action="{FIND}"' in client.get(address).content.decode()


def test_whoever_may_not_see_requests_finds_nobody(client, zebedee):
    client.force_login(make_staff("ed", role="Editor"))

    assert client.post(FIND, {"q": "0142"}).status_code == 403
    assert FIND not in client.get("/admin/").content.decode()


# --- The call


def called(desk, lead, **data):
    return desk.post(f"{at(lead)}called/", data, follow=True)


def test_a_call_to_us_is_logged_although_a_colleague_has_the_request(desk, ana, ben, zebedee):
    zebedee.claim(ben, AT - MINUTE)

    answer = called(desk, zebedee, outcome="thinking", try_at=TUESDAY_9AM.isoformat(), note="asks about parking")

    zebedee.refresh_from_db()
    attempt = zebedee.attempts.get()
    assert (attempt.user, attempt.incoming, attempt.outcome, attempt.note) == (
        ana,
        True,
        "thinking",
        "asks about parking",
    )
    assert (zebedee.holder(AT), zebedee.call_at) == (ben, TUESDAY_9AM)
    assert "Ben has this request and is told on their page now." in words(answer)
    assert "They called us" in words(desk.get(at(zebedee)))


def test_the_colleague_sees_on_the_card_who_talked_with_them(desk, client, ben, zebedee):
    zebedee.claim(ben, AT - MINUTE)
    called(desk, zebedee, outcome="thinking", try_at=TUESDAY_9AM.isoformat())
    client.force_login(ben)

    text = words(client.get(QUEUE))

    said = "Ana talked with them when they called us today 10 am while you had it: Talked, thinking it over."
    assert said in text
    client.force_login(make_staff("cara"))
    assert said not in words(client.get(QUEUE))


def test_a_visit_booked_on_their_call_closes_the_request_and_keeps_the_promise(desk, zebedee):
    called(desk, zebedee, outcome="booked")

    zebedee.refresh_from_db()
    assert zebedee.outcome == Lead.Outcome.BOOKED


def test_thinking_it_over_opens_what_could_not_be_reached(desk, ana, zebedee):
    zebedee.close(ana, AT, Lead.Outcome.COULD_NOT_REACH)

    called(desk, zebedee, outcome="thinking", try_at=TUESDAY_9AM.isoformat())

    zebedee.refresh_from_db()
    assert (zebedee.closed_at, zebedee.call_at) == (None, TUESDAY_9AM)


def test_a_person_in_crisis_is_led_to_the_steps_and_stays_with_who_answered(desk, ana, zebedee):
    answer = called(desk, zebedee, outcome="in_crisis")

    assert answer.redirect_chain[-1][0] == f"{at(zebedee)}?crisis=open"
    zebedee.refresh_from_db()
    assert (zebedee.holder(AT), zebedee.safety_at) == (ana, AT)


@pytest.mark.parametrize(
    "data, said",
    [
        ({}, "Choose how the call went"),
        ({"outcome": "no_answer", "try_at": TUESDAY_9AM.isoformat()}, "Choose how the call went"),
        ({"outcome": "thinking"}, "Choose when to try again"),
        ({"outcome": "booked", "note": "x" * 201}, "Keep the note under 200 letters"),
    ],
)
def test_a_call_that_cannot_be_kept_is_said_and_what_was_typed_stays(desk, zebedee, data, said):
    data = {"note": "two words", **data}

    answer = called(desk, zebedee, **data)

    assert said in words(answer)
    assert form(answer, f"{at(zebedee)}called/")["note"] == data["note"]
    assert zebedee.attempts.count() == 0


# --- Not found: a new request


def test_what_was_searched_for_is_carried_over(desk):
    typed = form(desk.post(FIND, {"q": "Maria Example 202-555-0142"}), f"{QUEUE}add/")
    number = form(desk.post(FIND, {"q": "(202) 555-0142"}), f"{QUEUE}add/")
    name = form(desk.post(FIND, {"q": "Maria-Luz"}), f"{QUEUE}add/")

    assert (typed["name"], typed["phone"]) == ("Maria Example", "202-555-0142")
    assert (number["name"], number["phone"]) == ("", "(202) 555-0142")
    assert (name["name"], name["phone"]) == ("Maria-Luz", "")


def test_a_request_by_phone_has_the_same_promise_and_all_answers(desk, ana):
    data = {"name": "Maria Example", "phone": "202-555-0142", "voicemail": "yes", "best_time": "morning"}
    answer = desk.post(f"{QUEUE}add/", {**data, "for_other": "on", "note": "call her work"}, follow=True)

    lead = Lead.objects.get()
    assert (lead.promised_by, lead.voicemail, lead.best_time, lead.for_other) == (TUESDAY_5PM, "yes", "morning", True)
    assert list(lead.events.values_list("kind", "actor__username", "detail")) == [
        ("received", None, ""), ("entered", "ana", ""), ("noted", "ana", "call her work"),
    ]  # fmt: skip
    assert f"Say: we will call you by tomorrow 5 pm. Their reference is {lead.reference}." in words(answer)


def test_an_unanswered_voicemail_question_is_none(desk):
    desk.post(f"{QUEUE}add/", {"name": "Maria Example", "phone": "202-555-0142"})

    assert Lead.objects.get().voicemail == Lead.Voicemail.UNANSWERED


@pytest.mark.parametrize(
    "data, said",
    [
        ({"name": "", "phone": "202-555-0142"}, "Enter a name"),
        ({"name": "Maria", "phone": ""}, "Enter your phone number"),
        ({"name": "Maria", "phone": "202-555"}, "Enter all 10 digits"),
        ({"name": "Maria", "phone": "202-555-0142", "voicemail": "maybe"}, "Choose yes or no"),
        ({"name": "Maria", "phone": "202-555-0142", "best_time": "noon"}, "Choose one of these times"),
        ({"name": "Maria", "phone": "202-555-0142", "note": "x" * 201}, "Keep the note under 200 letters"),
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(desk, data, said):
    answer = desk.post(f"{QUEUE}add/", data)

    assert said in words(answer)
    kept = form(answer, f"{QUEUE}add/")
    assert (kept["name"], kept["phone"]) == (data["name"], data["phone"])
    assert Lead.objects.count() == 0


def test_without_opening_hours_no_time_is_promised(desk):
    OpeningHours.objects.all().delete()

    answer = desk.post(f"{QUEUE}add/", {"name": "Maria", "phone": "202-555-0142"})

    assert "The clinic has no opening hours yet" in words(answer)
    assert Lead.objects.count() == 0


def test_a_database_that_does_not_answer_loses_no_caller(desk, monkeypatch):
    from leads import intake

    def down(key, values):
        raise intake.DatabaseProblem

    monkeypatch.setattr(intake, "_in_database", down)
    answer = desk.post(f"{QUEUE}add/", {"name": "Maria", "phone": "202-555-0142"}, follow=True)

    assert "Saved outside the database" in words(answer)
    monkeypatch.undo()
    assert intake.bring_in() == (1, 0)
    assert Lead.objects.get().name == "Maria"
    assert Event.objects.filter(kind="entered").count() == 0
    assert Attempt.objects.count() == 0
