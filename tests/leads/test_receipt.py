"""The private page after sending: what it tells, whom it tells nothing, and what its holder may change."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from leads import phones, receipts
from leads.models import Attempt, Draft, Lead
from tests.factories import (
    MONDAY_5PM,
    MONDAY_10AM,
    TUESDAY_5PM,
    TUESDAY_9AM,
    make_clinic,
    make_lead,
    make_staff,
)
from tests.leads.faults import missing
from tests.leads.pages import send, words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TOKEN = "a-token-as-long-as-our-own1"
ADDRESS = f"/callback/{TOKEN}/"
UNKNOWN = "We cannot show this request"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY_10AM + HOUR, tick=False) as clock:
        yield clock


@pytest.fixture
def client():
    # No cookie, no header that says where a post comes from: the address alone is the authority.
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def lead(db):
    make_clinic(phone="202-555-0199", caller_id="202-555-0177")
    return make_lead(
        token=TOKEN, reference="K7M2R", name="Ana Lima", phone_raw="202-555-0142", phone_e164="+12025550142"
    )


def act(client, action, follow=False, **typed):
    return client.post(ADDRESS, {"action": action, **typed}, follow=follow)


def events(lead):
    return list(lead.events.values_list("kind", "detail"))


# --- What it tells


def test_receipt_tells_the_promise_and_how_to_know_our_call(client, lead):
    response = client.get(ADDRESS)

    text = words(response)
    assert "We will call you by 5 pm on Tuesday, November 24" in text
    assert "Eastern time" in text
    assert "(202) ···-0142" in text
    assert "Your reference is K7M2R" in text
    assert "It may show as 202-555-0177" in text
    assert "We never ask for a card or Social Security number on this call." in text


def test_receipt_holds_no_name_and_no_whole_number(client, lead):
    html = client.get(ADDRESS).content.decode()

    for secret in ("Ana", "Lima", "202-555-0142", "2025550142", "555-0142"):
        assert secret not in html


@pytest.mark.parametrize("path", [ADDRESS, "/callback/no-token-of-ours-at-all-0/"])
def test_receipt_is_kept_nowhere(client, lead, path):
    response = client.get(path)

    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize(
    "path", ["/callback/no-token-of-ours-at-all-0/", "/callback/x/", "/callback/%00/", "/callback/a:b/", "/callback/é/"]
)
def test_unknown_address_is_met_kindly_and_tells_nothing(client, lead, path):
    response = client.get(path)

    assert response.status_code == 404
    assert UNKNOWN in words(response)
    assert "202-555-0199" in words(response)
    assert client.post(path, {"action": "cancel", "confirm": "yes"}).status_code == 404


def test_receipt_of_a_forgotten_request_is_unknown(client, lead):
    lead.forget(MONDAY_10AM)

    assert client.get(ADDRESS).status_code == 404
    # Its token is blank now, which must not become an address.
    assert client.get("/callback//").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_receipt_with_the_database_down_says_so_and_not_that_it_is_unknown(client, lead):
    client.get(ADDRESS)

    with missing(Lead):
        response = client.get(ADDRESS)

    assert (response.status_code, response["Cache-Control"]) == (503, "no-store, private")
    assert UNKNOWN not in words(response)
    assert "988" in words(response)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("no_answer", "We tried to call you today at 10:12 am. We left no message."),
        ("voicemail", "We called you today at 10:12 am and left a message."),
        ("someone_else", "We tried to call you today at 10:12 am and did not reach you. We left no message."),
        ("thinking", "We called you today at 10:12 am."),
        (
            "wrong_number",
            "We tried to call you today at 10:12 am. That number did not reach you. Please change it here.",
        ),
    ],
)
def test_receipt_tells_what_became_of_our_call(client, lead, outcome, said):
    lead.record_attempt(make_staff(), MONDAY_10AM + 12 * MINUTE, outcome)

    assert said in words(client.get(ADDRESS))


def test_receipt_tells_when_we_call_again(client, lead):
    lead.record_attempt(make_staff(), MONDAY_10AM, Attempt.Outcome.NO_ANSWER, call_at=TUESDAY_9AM)

    assert "We will call you again by 9 am on Tuesday, November 24." in words(client.get(ADDRESS))


@pytest.mark.parametrize(
    ("outcomes", "heading"),
    [
        ([], "We will call you by 5 pm on Tuesday, November 24"),
        (["no_answer"], "We will call you again"),
        (["voicemail", "someone_else"], "We will call you again"),
        (["no_answer", "wrong_number"], "That number did not reach you"),
        (["wrong_number", "no_answer"], "We will call you again"),
    ],
)
def test_heading_is_what_stands_now(client, lead, outcomes, heading):
    for number, outcome in enumerate(outcomes):
        lead.record_attempt(make_staff(f"staff{number}"), MONDAY_10AM + number * MINUTE, outcome)

    text = words(client.get(ADDRESS))

    assert re.search(r"Articles About us We will call you (.+?) (That is|We tried|We called)", text)[1] == heading
    assert ("We have tried 2 times." in text) == (len(outcomes) > 1)


def test_a_number_that_reached_nobody_is_asked_for_at_once(client, lead):
    assert "<details" in client.get(ADDRESS).content.decode().split("Your number", 1)[1].split("Your reference")[0]
    lead.record_attempt(make_staff(), MONDAY_10AM, "wrong_number")

    before, after = client.get(ADDRESS).content.decode().split("Your number</h2>")

    # Open, in the first panel, and nowhere a second time.
    assert before.count('name="phone"') == 1
    assert 'name="phone"' not in after
    assert "We called" in after


@pytest.mark.parametrize("closed", [False, True])
def test_another_number_is_told_back_and_the_promise_stands_again(client, lead, clock, closed):
    lead.record_attempt(make_staff(), MONDAY_10AM, "wrong_number")
    if closed:
        lead.close(make_staff("ben"), MONDAY_10AM + MINUTE, Lead.Outcome.WRONG_NUMBER)

    act(client, "change-number", phone="202-555-0143")

    text = words(client.get(ADDRESS))
    assert "We will call you by 5 pm on Tuesday, November 24" in text
    assert "That number did not reach you. Now we will call the one you gave us since." in text
    assert "Please change it here" not in text
    assert "We will call (202) ···-0143 . Is this right?" in text
    # Nobody looks at what was closed, so staff are told.
    assert lead.notices.filter(kind="new_request").count() == closed

    clock.move_to(TUESDAY_5PM + HOUR)
    assert "We will call you again" in words(client.get(ADDRESS))


def test_receipt_owns_up_to_a_broken_promise(client, lead, clock):
    clock.move_to(TUESDAY_5PM + MINUTE)

    text = words(client.get(ADDRESS))

    assert "We have not called you yet" in text
    assert "We will call you by" not in text
    assert (
        "We said 5 pm today. That time has passed and we have not called yet. We are sorry. You are still on our list."
        in text
    )


@pytest.mark.parametrize(
    ("moment", "said"), [(TUESDAY_9AM, "we will be closed then"), (TUESDAY_5PM + HOUR, "we were closed then")]
)
def test_a_closure_is_told_before_and_after(client, lead, clock, moment, said):
    lead.revise(MONDAY_10AM, TUESDAY_5PM + DAY)
    clock.move_to(moment)

    assert f"but {said}. We are sorry. We will now call you by 5 pm on Wednesday, November 25." in words(
        client.get(ADDRESS)
    )


def test_promise_alone_tells_when_it_has_passed_and_nothing_of_our_calls(client, lead, clock):
    address = f"/callback/{receipts.limited_address(lead, safety=False)}/"
    passed = "That time has passed. If we have not reached you yet, please call us."
    assert passed not in words(client.get(address))

    clock.move_to(TUESDAY_5PM + HOUR)

    assert passed in words(client.get(address))


def test_receipt_tells_the_new_time_after_a_closure(client, lead):
    Lead.objects.filter(pk=lead.pk).update(revised_for=TUESDAY_5PM + DAY)

    text = words(client.get(ADDRESS))

    assert "We will call you by 5 pm on Wednesday, November 25" in text
    assert "We said 5 pm on Tuesday, November 24, but we will be closed then. We are sorry." in text


@pytest.mark.parametrize(("moment", "is_open"), [(MONDAY_10AM, True), (MONDAY_5PM + HOUR, False)])
def test_help_stands_right_under_the_promise_when_we_are_closed(client, lead, clock, moment, is_open):
    clock.move_to(moment)

    html = client.get(ADDRESS).content.decode()

    assert (html.index("If you are thinking about suicide</h2>") > html.index("What happens next")) is is_open


# --- What its holder may change


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_voicemail_is_one_tap(client, lead, answer):
    response = act(client, f"voicemail-{answer}")

    lead.refresh_from_db()
    assert (response.status_code, response["location"]) == (302, f"{ADDRESS}#voicemail")
    assert lead.voicemail == answer
    assert events(lead) == [("changed", f"voicemail: {answer.title()}")]
    assert f"You said {answer}." in words(client.get(ADDRESS))


def test_best_time_is_one_tap(client, lead):
    act(client, "best-time", best_time="midday")

    lead.refresh_from_db()
    assert lead.best_time == "midday"
    assert events(lead) == [("changed", "best time: Midday")]
    assert "You chose midday. We try that time first." in words(client.get(ADDRESS))


@pytest.mark.parametrize("typed", [{"best_time": "midnight"}, {"best_time": "\x00"}])
def test_time_we_did_not_offer_changes_nothing(client, lead, typed):
    assert act(client, "best-time", **typed).status_code == 302
    assert events(lead) == []


@pytest.mark.parametrize("action", ["", "close", "\x00"])
def test_unknown_action_shows_the_receipt(client, lead, action):
    assert "We will call you by" in words(act(client, action))
    assert events(lead) == []


def test_number_can_be_changed(client, lead):
    response = act(client, "change-number", phone="+1 202 555 0143 ext 7")

    lead.refresh_from_db()
    assert (response.status_code, response["location"]) == (302, ADDRESS)
    assert (lead.phone_raw, lead.phone_e164, lead.extension) == ("+1 202 555 0143 ext 7", "+12025550143", "7")
    assert lead.promised_by == TUESDAY_5PM
    # The event tells that, never which.
    assert events(lead) == [("changed", "phone number")]
    assert "(202) ···-0143" in words(client.get(ADDRESS))


def test_foreign_number_is_flagged_and_a_later_one_is_not(client, lead):
    act(client, "change-number", phone="+44 20 7946 0018")
    flags = Lead.objects.get().phone_flags
    act(client, "change-number", phone="202-555-0143")

    assert flags == ["foreign"]
    assert Lead.objects.get().phone_flags == []


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter your phone number"),
        ("555-0143", "Enter all 10 digits of your phone number, like 202-555-0142"),
        ("102-555-0143", phones.ImpossibleAreaCode.message),
    ],
)
def test_number_we_cannot_call_changes_nothing(client, lead, typed, message):
    response = act(client, "change-number", phone=typed)

    assert f'<a href="#id_phone">{message}</a>' in response.content.decode()
    assert f'value="{typed}"' in response.content.decode() or not typed
    assert Lead.objects.get().phone_e164 == "+12025550142"
    assert events(lead) == []


def test_request_that_waits_for_another_number_returns_to_its_place(client, lead):
    lead.record_attempt(make_staff(), MONDAY_10AM, Attempt.Outcome.WRONG_NUMBER)
    put_off = Lead.objects.get().call_at

    act(client, "change-number", phone="202-555-0143")

    assert put_off == TUESDAY_5PM
    assert Lead.objects.get().call_at is None


def test_request_closed_for_a_wrong_number_comes_back_with_another(client, lead):
    lead.close(make_staff(), MONDAY_10AM, Lead.Outcome.WRONG_NUMBER)
    closed = client.get(ADDRESS)

    act(client, "change-number", phone="202-555-0143")

    assert "We tried, and that number did not reach you." in words(closed)
    assert [kind for kind, _ in events(lead)] == ["closed", "reopened", "changed"]
    assert list(Lead.objects.open()) == [lead]
    assert "We will call you by 5 pm on Tuesday" in words(client.get(ADDRESS))


def test_cancelling_is_asked_once_and_then_done(client, lead):
    lead.claim(make_staff(), MONDAY_10AM)

    asked = act(client, "cancel", follow=True)
    before = Lead.objects.get().closed_at
    done = act(client, "cancel", confirm="yes")

    lead.refresh_from_db()
    assert "Cancel the call?" in words(asked)
    assert asked.redirect_chain == [(f"{ADDRESS}?ask=cancel", 302)]
    assert f'href="{ADDRESS}">No, go back' in asked.content.decode()
    assert "You cancelled this call" in words(client.get(f"{ADDRESS}?ask=cancel"))
    assert before is None
    assert (done.status_code, done["location"]) == (302, ADDRESS)
    assert (lead.closed_at, lead.outcome, lead.claimed_by) == (MONDAY_10AM + HOUR, "cancelled", None)
    assert events(lead)[-1] == ("cancelled", "")
    text = words(client.get(ADDRESS))
    assert "You cancelled this call. We will not call you." in text
    assert "We will call you by" not in text


def test_cancelling_twice_is_one_cancelling(client, lead):
    act(client, "cancel", confirm="yes")

    assert act(client, "cancel", confirm="yes").status_code == 302
    assert events(lead) == [("cancelled", "")]


@pytest.mark.parametrize(
    ("action", "typed"),
    [("voicemail-yes", {}), ("best-time", {"best_time": "midday"}), ("change-number", {"phone": "202-555-0143"})],
)
def test_closed_request_cannot_be_changed(client, lead, action, typed):
    lead.cancel(MONDAY_10AM)
    before = Lead.objects.values().get()

    act(client, action, **typed)

    assert Lead.objects.values().get() == before
    assert events(lead) == [("cancelled", "")]


def test_erasing_is_asked_once_and_leaves_nothing_of_the_person(client, lead):
    staff = make_staff()
    Lead.objects.filter(pk=lead.pk).update(message="Is there parking?", extension="5", phone_flags=["foreign"])
    lead.record_attempt(staff, MONDAY_10AM, Attempt.Outcome.NO_ANSWER, note="Ana's sister answered")
    lead.note(staff, MONDAY_10AM, "Ana prefers mornings")
    Draft.objects.create(user=staff, lead=lead, text="Ana", saved_at=MONDAY_10AM)

    asked = act(client, "erase", follow=True)
    before = Lead.objects.get().name
    done = act(client, "erase", confirm="yes")

    assert "Erase your details?" in words(asked)
    assert before == "Ana Lima"
    assert "Your details are erased" in words(done)
    row = Lead.objects.values().get()
    blank = "name phone_raw phone_e164 extension message source_path token submission_key".split()
    assert [row[field] for field in blank] == [""] * len(blank)
    assert row["phone_flags"] == []
    assert (row["reference"], row["received_at"], row["promised_by"]) == ("K7M2R", MONDAY_10AM, TUESDAY_5PM)
    assert (row["closed_at"], row["outcome"]) == (MONDAY_10AM + HOUR, "erased")
    assert events(lead) == [("attempted", ""), ("noted", ""), ("forgotten", "")]
    assert list(lead.attempts.values_list("outcome", "note")) == [("no_answer", "")]
    assert not lead.drafts.exists()
    assert client.get(ADDRESS).status_code == 404


def test_erasing_a_closed_request_keeps_how_it_ended(client, lead):
    lead.close(make_staff(), MONDAY_10AM, Lead.Outcome.BOOKED)

    act(client, "erase", confirm="yes")

    lead.refresh_from_db()
    assert (lead.name, lead.closed_at, lead.outcome) == ("", MONDAY_10AM, "booked")


def test_forgetting_twice_is_one_event(lead):
    assert lead.forget(MONDAY_10AM) is True
    assert lead.forget(MONDAY_10AM) is False
    assert [kind for kind, _ in events(lead)] == ["forgotten"]


def test_two_forgotten_requests_stand_side_by_side(lead):
    other = make_lead()
    lead.forget(MONDAY_10AM)

    assert other.forget(MONDAY_10AM) is True


def test_whoever_sends_the_form_can_use_the_receipt_at_once(client, lead):
    address = send(client, name="Ben", phone="202-555-0155")["location"]

    client.post(address, {"action": "voicemail-yes"})

    assert Lead.objects.get(phone_e164=phones.read("202-555-0155").e164).voicemail == "yes"
    lead.refresh_from_db()
    assert lead.voicemail == ""
