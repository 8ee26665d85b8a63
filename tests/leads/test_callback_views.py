"""The form as patients meet it: without cookie, without script, from a cached page, with a broken database."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings

from clinic_site.models import OpeningHours
from leads import intake, suspicion
from leads.models import Lead, Notice
from tests.factories import MONDAY_10AM, make_clinic
from tests.leads.faults import in_parallel, missing, no_spool
from tests.leads.pages import PERSON, fields, send, words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY_8AM = MONDAY_10AM - 2 * HOUR
PROMISE = "If you send this now, we will call you by 5 pm on Tuesday, November 24 ."
ONCE_MORE = 'Your details are still here. Press "Please call me" once more'
NOT_SAVED = "Sorry, we could not save that. Your details are still here. Try again, or call us on 202-555-0199"


@pytest.fixture
def clinic(db):
    return make_clinic(phone="202-555-0199")


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY_10AM, tick=False) as clock:
        yield clock


# --- Asking


def test_promise_is_shown_before_and_after_sending(client, clinic, monday):
    shown = client.get("/callback/")
    sent = send(client, shown)
    receipt = client.get(sent["location"])

    lead = Lead.objects.get()
    assert PROMISE in words(shown)
    assert (sent.status_code, sent["location"]) == (302, f"/callback/{lead.token}/")
    assert receipt.status_code == 200
    assert "We will call you by 5 pm on Tuesday, November 24" in words(receipt)
    assert (lead.name, lead.phone_e164, lead.received_at) == ("Ana Lima", "+12025550142", MONDAY_10AM)
    assert lead.source_path == "/callback/"


def test_same_day_reads_as_today(client, clinic):
    with time_machine.travel(MONDAY_8AM, tick=False):
        shown = client.get("/callback/")
        receipt = client.get(send(client, shown)["location"])

    assert "we will call you by 5 pm today ." in words(shown)
    assert "We will call you by 5 pm today " in words(receipt)


def test_no_page_of_the_form_sets_a_cookie(client, clinic):
    shown = client.get("/callback/")
    mistake = send(client, shown, name="")
    foreign = send(client, shown, headers={})
    sent = send(client, shown)
    receipt = client.get(sent["location"])

    for response in (shown, mistake, foreign, sent, receipt):
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


def test_what_is_told_in_the_address_is_ignored(client, clinic):
    shown = client.get("/callback/?from=//elsewhere.example/&name=Ben&source=/x/")

    assert fields(shown)["source"] == "/callback/"
    assert fields(shown)["name"] == ""


def test_form_may_be_read_and_posted_and_nothing_else(client, clinic):
    assert client.head("/callback/").status_code == 200
    assert client.put("/callback/").status_code == 405


def test_details_are_stored(client, clinic):
    send(client, voicemail="no", best_time="afternoon")

    assert Lead.objects.values("voicemail", "best_time").get() == {"voicemail": "no", "best_time": "afternoon"}


def test_form_works_from_a_page_kept_for_days(client, clinic, monday):
    kept = client.get("/callback/")
    monday.shift(3 * DAY)

    first = send(client, kept)
    second = send(Client(), kept, name="Ben")

    assert first.status_code == second.status_code == 302
    assert Lead.objects.count() == 2
    receipt = words(client.get(first["location"]))
    assert "We will call you by 5 pm on Friday, November 27" in receipt
    assert (
        "Your page said 5 pm on Tuesday, November 24. That time has changed. "
        "We will now call you by 5 pm on Friday, November 27." in receipt
    )


def test_time_that_stands_is_not_called_changed(client, clinic, monday):
    kept = client.get("/callback/")
    monday.shift(2 * HOUR)

    receipt = client.get(send(client, kept)["location"])

    assert "has changed" not in words(receipt)


@pytest.mark.parametrize("stamp", ["", "nonsense", "W10:xyz"])
def test_request_without_a_good_stamp_is_a_request(client, clinic, monday, stamp):
    assert send(client, stamp=stamp).status_code == 302
    assert Lead.objects.get().held_at is None


# --- Mistakes


def test_mistakes_are_listed_first_and_what_was_typed_is_kept(client, clinic, monday):
    response = send(
        client,
        name='<b>Ana</b> & "co"',
        phone="555-0142",
        voicemail="yes",
        best_time="morning",
        source="/articles/x/",
    )

    html = response.content.decode()
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert "<title>Error: We will call you" in html
    assert "<h2>Please check one thing</h2>" in html
    assert '<a href="#id_phone">Enter all 10 digits of your phone number, like 202-555-0142</a>' in html
    assert html.index('class="errors"') < html.index("<form")
    assert 'aria-invalid="true" aria-describedby="id_phone_helptext id_phone_error"' in html
    assert "<b>Ana</b>" not in html
    kept = fields(response)
    assert {name: kept[name] for name in ("name", "phone", "voicemail", "best_time", "source")} == {
        "name": '<b>Ana</b> & "co"',
        "phone": "555-0142",
        "voicemail": "yes",
        "best_time": "morning",
        "source": "/articles/x/",
    }
    assert not Lead.objects.exists()


def test_two_mistakes_are_two_things(client, clinic):
    response = send(client, name="", phone="")

    html = response.content.decode()
    assert "<h2>Please check two things</h2>" in html
    assert '<a href="#id_name">Enter your name</a>' in html
    assert '<a href="#id_phone">Enter your phone number</a>' in html


def test_corrected_form_is_sent(client, clinic):
    response = send(client, phone="555-0142")

    assert send(client, response).status_code == 302
    assert Lead.objects.count() == 1


def test_promise_shown_beside_a_mistake_is_the_one_that_counts(client, clinic):
    with time_machine.travel(MONDAY_8AM, tick=False):
        first = client.get("/callback/")
    with time_machine.travel(MONDAY_8AM + 55 * MINUTE, tick=False):
        mistake = send(client, first, name="")
    with time_machine.travel(MONDAY_8AM + 65 * MINUTE, tick=False):
        receipt = client.get(send(client, mistake)["location"])

    assert "by 5 pm today ." in words(mistake)
    assert "We will call you by 5 pm today " in words(receipt)
    assert "has changed" not in words(receipt)


def test_a_form_shown_again_says_that_its_time_has_changed(client, clinic):
    with time_machine.travel(MONDAY_8AM, tick=False):
        first = client.get("/callback/")
    with time_machine.travel(MONDAY_8AM + 90 * MINUTE, tick=False):
        mistake = send(client, first, name="")
        again = send(client, mistake, name="")

    assert "we will call you by 5 pm on Tuesday, November 24" in words(mistake)
    told = "Before, this page said 5 pm today. It was open for a while, and that time has changed."
    assert (told in words(first), told in words(mistake), told in words(again)) == (False, True, False)


@pytest.mark.parametrize(
    ("moment", "said"), [(MONDAY_10AM, ""), (MONDAY_8AM, "We are closed now. We open today at 9 am.")]
)
def test_form_says_when_we_are_closed_and_open_again(client, clinic, moment, said):
    with time_machine.travel(moment, tick=False):
        text = words(client.get("/callback/"))

    before_fields = text[text.index("If you send this now") : text.index("Your name")]
    assert before_fields.count("We are closed now.") == bool(said)
    assert said in before_fields
    assert "Nobody watches this form as it comes in" in before_fields


@pytest.mark.parametrize(
    "name",
    # The first is a letter that no Unicode of this Python knows yet: a new script is a script.
    [
        "\U0001e5f5",
        "🙂",
        "李小龍",
        "a" * 100,
        "Robert'); DROP TABLE leads_lead;--",
        "{{ 7*7 }}",
        "%s%n",
        "<script>x</script>",
    ],
)
def test_odd_names_are_stored_as_typed(client, clinic, name):
    assert send(client, name=name).status_code == 302
    assert Lead.objects.get().name == name


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "hex", "idna"])
def test_encoding_that_a_header_names_is_not_believed(client, clinic, charset):
    typed = {"name": "+2AA- \\ud800 Zoë", "phone": "202-555-0142", "once": "+2AA-:b:c"}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in typed.items()]
    body = "\r\n".join([*parts, "--x--", ""]).encode()

    answer = client.generic("POST", "/callback/", body, f"multipart/form-data; boundary=x; charset={charset}")

    assert answer.status_code == 200
    assert fields(answer)["name"] == typed["name"]


# --- From somewhere else


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {"origin": "https://elsewhere.example"},
        {"referer": "https://elsewhere.example/"},
    ],
)
def test_post_from_elsewhere_is_shown_again_and_the_next_press_passes(client, clinic, headers):
    asked_again = send(client, headers=headers, voicemail="yes")
    before = Lead.objects.count()
    sent = client.post("/callback/", fields(asked_again), headers=headers)

    assert (asked_again.status_code, asked_again["Cache-Control"]) == (200, "no-store")
    assert ONCE_MORE in words(asked_again)
    assert PERSON.items() <= fields(asked_again).items()
    assert before == 0
    assert sent.status_code == 302
    assert Lead.objects.values("name", "voicemail", "held_at").get() == {
        "name": "Ana Lima",
        "voicemail": "yes",
        "held_at": None,
    }


def test_the_value_that_lets_a_press_pass_works_once(client, clinic):
    asked_again = fields(send(client, headers={}))
    client.post("/callback/", asked_again)
    pressed_twice = client.post("/callback/", asked_again)
    another = client.post("/callback/", {**asked_again, "name": "Somebody else"})

    assert pressed_twice.status_code == 302
    assert another.status_code == 200
    assert ONCE_MORE in words(another)
    assert Lead.objects.count() == 1


def test_a_value_we_did_not_sign_lets_nothing_pass(client, clinic):
    assert ONCE_MORE in words(send(client, headers={}, once="x:y:z"))
    assert not Lead.objects.exists()


def test_mistake_from_elsewhere_needs_no_press_more_than_its_correction(client, clinic):
    mistake = send(client, headers={}, phone="")

    assert ONCE_MORE not in words(mistake)
    assert client.post("/callback/", {**fields(mistake), **PERSON}).status_code == 302


# --- Repeats


def test_pressing_twice_leads_to_one_receipt(client, clinic):
    shown = client.get("/callback/")

    assert send(client, shown)["location"] == send(client, shown)["location"]
    assert Lead.objects.count() == 1


def test_late_repeat_sees_the_promise_and_nothing_of_the_request(client, clinic, monday):
    shown = client.get("/callback/")
    send(client, shown, voicemail="yes")
    lead = Lead.objects.get()
    monday.shift(11 * MINUTE)

    sent = send(client, shown)
    receipt = client.get(sent["location"])
    client.post(sent["location"], {"action": "cancel", "confirm": "yes"})

    assert lead.token not in sent["location"]
    assert "We will call you by 5 pm on Tuesday, November 24" in words(receipt)
    for secret in (lead.reference, lead.token, "0142", "Cancel", "You said yes", 'name="action"'):
        assert secret not in receipt.content.decode()
    assert receipt["Cache-Control"] == "no-store, private"
    assert Lead.objects.get() == lead
    assert Lead.objects.get().closed_at is None


def test_twenty_posts_at_one_moment_lead_to_one_receipt(transactional_db):
    make_clinic()
    shown = Client().get("/callback/")

    answers = in_parallel(20, lambda number: send(Client(), shown)["location"])

    assert answers == [f"/callback/{Lead.objects.get().token}/"] * 20


# --- Suspicion


def test_robot_is_thanked_alike_and_held(client, clinic):
    sent = send(client, name="See https://spam.example", leave_empty="x")

    lead = Lead.objects.get()
    assert sent["location"] == f"/callback/{lead.token}/"
    assert lead.held_reasons == [suspicion.BAIT, suspicion.LINK_IN_NAME]
    receipt = words(client.get(sent["location"])).lower()
    assert "held" not in receipt
    assert "robot" not in receipt


# --- The message


def panel_of(path, **options):
    """Return the panel as a page at `path` shows it."""
    tag = "{% load leads_tags %}{% callback_panel " + " ".join(f"{k}={v}" for k, v in options.items()) + " %}"
    return Template(tag).render(Context({"request": RequestFactory().get(path)}))


def test_panel_stands_on_any_page_with_its_path_and_the_promise(clinic, monday):
    html = panel_of("/articles/ketamine/")

    assert "we will call you by <strong>5\u00a0pm on Tuesday, November 24</strong>" in html
    assert 'name="source" value="/articles/ketamine/"' in html
    assert '<h2 id="call-title">We will call you</h2>' in html
    assert html.index("Do not use this form in an emergency") < html.index('name="name"')
    assert 'name="message"' not in html


@pytest.mark.parametrize(
    ("allowed", "message", "offered"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_message_is_offered_where_the_clinic_allows_it(db, allowed, message, offered):
    make_clinic(message_on_contact=allowed)

    html = panel_of("/contact/", message=message)

    assert ("Non-medical questions only, please." in html) is offered


def test_message_makes_the_same_request(client, clinic, monday):
    sent = send(client, message="Is there parking?\r\nThank you")

    lead = Lead.objects.get()
    assert lead.message == "Is there parking?\nThank you"
    assert "by 5 pm on Tuesday" in words(client.get(sent["location"]))


def test_message_that_is_too_long_is_kept_on_the_page(client, clinic):
    text = "Is there parking? " * 17

    response = send(client, message=text)

    assert "Use 300 letters or fewer for your question." in words(response)
    assert fields(response)["message"] == text
    assert not Lead.objects.exists()


def test_crisis_words_bring_help_first_and_are_stored(client, clinic):
    sent = send(client, message="I want to die </textarea><script>")

    receipt = client.get(sent["location"]).content.decode()
    main = receipt[receipt.index("<main") :]
    assert main.index("tel:911") < main.index("We will call you")
    assert Lead.objects.get().safety_at is not None
    assert "safety" in Notice.objects.values_list("kind", flat=True)


# --- When it cannot be done


def assert_not_saved(response):
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
    assert NOT_SAVED in words(response)
    assert "<h2>Your request is not sent yet</h2>" in response.content.decode()
    assert PERSON.items() <= fields(response).items()
    assert "Thank you" not in words(response)


@pytest.mark.parametrize("model", [Lead, Notice])
def test_what_cannot_be_stored_is_said_so_and_kept_on_the_page(transactional_db, client, model):
    make_clinic(phone="202-555-0199")
    shown = client.get("/callback/")

    with missing(model), no_spool():
        response = send(client, shown)
    again = send(client, response)

    assert_not_saved(response)
    assert again.status_code == 302
    assert intake.bring_in() == (1, 0)
    assert Lead.objects.count() == 1


def test_a_press_after_a_doubtful_answer_is_no_second_request(transactional_db, client, monday):
    make_clinic(phone="202-555-0199")
    shown = client.get("/callback/")
    with missing(Lead), no_spool():
        doubtful = send(client, shown)
    send(client, shown)

    monday.shift(MINUTE)
    send(client, doubtful)
    intake.bring_in()

    assert Lead.objects.count() == 1


def test_no_word_of_a_patient_reaches_a_log(transactional_db, client, caplog):
    make_clinic(phone="202-555-0199")
    loggers = [logging.getLogger(name) for name in ("django", "django.request")]
    for logger in loggers:
        logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.DEBUG):
            token = send(client)["location"].split("/")[2]
            with missing(Lead):
                send(client, name="Ana Lima Ruiz")
                client.get(f"/callback/{token}/")
                with no_spool():
                    send(client, name="Ana Lima", phone="202-555-0143")
            client.get("/callback/no-such-token-as-this-one/")
            send(client, name="")
    finally:
        for logger in loggers:
            logger.removeHandler(caplog.handler)

    logged = caplog.text
    assert "request goes to the spool: " in logged
    assert "request not stored: " in logged
    assert "receipt not answered: " in logged
    for secret in ("Ana", "Lima", "0142", token, "no-such-token"):
        assert secret not in logged


def test_with_no_hours_and_no_time_shown_the_phone_takes_the_place_of_the_form(client, clinic):
    shown = client.get("/callback/")
    OpeningHours.objects.all().delete()

    without = client.get("/callback/")
    kept_page = send(client, shown)
    no_stamp = send(client, shown, stamp="", name="Ben")

    assert "<form" not in without.content.decode()
    assert "202-555-0199" in words(without)
    assert "If you send this now" not in words(without)
    assert kept_page.status_code == 302
    assert no_stamp.status_code == 503
    assert Lead.objects.values_list("name", flat=True).get() == "Ana Lima"


@override_settings(DEMONSTRATION=False)
def test_paused_form_gives_the_phone_and_keeps_what_is_sent(client, clinic):
    shown = client.get("/callback/")

    sent = client.post("/callback/", {**PERSON, "phone": "555"}, headers={"sec-fetch-site": "same-origin"})

    assert "<form" not in shown.content.decode()
    assert "Please call us" in words(shown) and "Call 202-555-0199" in words(shown)
    assert "opening hours" not in words(shown).lower().replace("[opening hours not yet confirmed]", "")
    assert sent.status_code == 503
    assert NOT_SAVED in words(sent)
    assert (fields(sent)["name"], fields(sent)["phone"]) == ("Ana Lima", "555")
    assert not Lead.objects.exists()


@override_settings(DEMONSTRATION=False)
def test_form_goes_on_as_soon_as_the_facts_are_set(client, clinic):
    make_clinic(phone="202-555-0199", hours_confirmed=True)

    assert send(client).status_code == 302


def test_panel_survives_a_database_that_does_not_answer(transactional_db, client):
    make_clinic(phone="202-555-0199")
    client.get("/callback/")

    with missing(OpeningHours):
        shown = client.get("/callback/")

    assert "If you send this now, we will call you by" in words(shown)
    assert intake.Stamp.read(fields(shown)["stamp"]).shown is not None
