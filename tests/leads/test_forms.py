"""What people type: kept as typed where it can be kept, with a message that says what to do where it cannot."""

from datetime import timedelta

import pytest
import time_machine
from django.http import QueryDict

from clinic_site.facts import facts
from leads import intake, phones
from leads.forms import CallbackForm
from tests.factories import MONDAY_10AM, TUESDAY_5PM, make_clinic
from tests.leads.pages import PERSON, fields, send

MINUTE = timedelta(minutes=1)


def form(**typed):
    make_clinic()
    data = QueryDict(mutable=True)
    data.update({**PERSON, **typed})
    return CallbackForm(data, clinic=facts(MONDAY_10AM))


def errors(**typed):
    return {name: list(messages) for name, messages in form(**typed).errors.items()}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ana", "Ana"),
        ("  Ana Lima \t", "Ana Lima"),
        ("A", "A"),
        ("李小龍", "李小龍"),
        ("Zoë O'Brien-Núñez", "Zoë O'Brien-Núñez"),
        ("🙂", "🙂"),
        ("👩‍👧", "👩‍👧"),
        ("Ana\x00\x07\x1b Lima", "Ana Lima"),
        ("Ana\r\nBcc: all", "Ana Bcc: all"),
        ("Ana\u202eamiL", "AnaamiL"),
        ("<b>Ana</b> & {{ 7*7 }}", "<b>Ana</b> & {{ 7*7 }}"),
        ("a" * 100, "a" * 100),
        ("é" * 100 + "  ", "é" * 100),
    ],
)
def test_names_are_kept_as_typed(db, typed, kept):
    asked = form(name=typed)

    assert asked.is_valid()
    assert asked.cleaned_data["name"] == kept


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter your name"),
        ("   ", "Enter your name"),
        ("\x00\x01", "Enter your name"),
        ("\u200b\u2060", "Enter your name"),
        ("a" * 101, "Use 100 letters or fewer for your name"),
    ],
)
def test_names_that_cannot_be_kept(db, typed, message):
    assert errors(name=typed) == {"name": [message]}


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter your phone number"),
        (" \x00 ", "Enter your phone number"),
        ("555-0142", "Enter all 10 digits of your phone number, like 202-555-0142"),
        ("202-555-014", "Enter all 10 digits of your phone number, like 202-555-0142"),
        ("102-555-0142", phones.ImpossibleAreaCode.message),
        ("please call", "Enter your phone number in digits, like 202-555-0142"),
        ("🙂", "Enter your phone number in digits, like 202-555-0142"),
        ("9" * 3000, "Check your phone number. It has more digits than a phone number can have"),
    ],
)
def test_numbers_we_cannot_call(db, typed, message):
    assert errors(phone=typed) == {"phone": [message]}


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("2025550142", ("+12025550142", "", ())),
        ("+1 (202) 555-0142 x12", ("+12025550142", "12", ())),
        ("202\t555\x000142", ("+12025550142", "", ())),
        ("+44 20 7946 0018", ("+442079460018", "", ("foreign",))),
        ("0044 20 7946 0018", ("+442079460018", "", ("foreign",))),
    ],
)
def test_numbers_we_can_call(db, typed, called):
    asked = form(phone=typed)

    assert asked.is_valid()
    number = asked.cleaned_data["phone"]
    assert (number.e164, number.extension, number.flags) == called


def test_two_mistakes_are_told_at_once(db):
    assert errors(name="", phone="") == {"name": ["Enter your name"], "phone": ["Enter your phone number"]}


def test_a_message_keeps_its_lines_and_has_300_letters_at_most(db):
    asked = form(message="Is there parking?\r\n\r\nThank you\x00")

    assert asked.is_valid()
    assert asked.cleaned_data["message"] == "Is there parking?\n\nThank you"
    # A browser sends two characters for a line break; people count one.
    assert form(message="a" * 298 + "\r\n" + "b").is_valid()
    assert list(errors(message="a" * 301)) == ["message"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("/articles/x/", "/articles/x/"),
        ("/", "/"),
        ("/articles/x/?utm=1#y", "/articles/x/"),
        ("https://elsewhere.example/", ""),
        ("//elsewhere.example/", ""),
        ("/\\elsewhere.example", ""),
        ("//[", ""),
        ("javascript:alert(1)", ""),
        ("articles/x/", ""),
        ("", ""),
        ("/" + "a" * 299, "/" + "a" * 299),
        ("/" + "a" * 300, ""),
    ],
)
def test_only_a_path_of_this_site_is_kept_as_the_source(db, typed, kept):
    asked = form(source=typed)

    assert asked.is_valid()
    assert asked.cleaned_data["source"] == kept


@pytest.mark.parametrize("typed", [{}, {"stamp": ""}, {"stamp": "x:y"}, {"stamp": "\x00"}, {"stamp": "W10:x"}])
def test_a_missing_or_broken_stamp_is_no_mistake(db, typed):
    asked = form(**typed)

    assert asked.is_valid()
    assert asked.cleaned_data["stamp"] is None


def test_details_nobody_offered_are_told_kindly(db):
    assert errors(voicemail="maybe", best_time="midnight") == {
        "voicemail": ["Choose yes or no"],
        "best_time": ["Choose one of these times"],
    }


@time_machine.travel(MONDAY_10AM, tick=False)
def test_form_shown_again_keeps_its_first_moment_and_carries_what_it_shows_now(client, db):
    make_clinic()
    first = client.get("/callback/")
    with time_machine.travel(MONDAY_10AM + 90 * MINUTE, tick=False):
        again = send(client, first, phone="")

    before, after = (intake.Stamp.read(fields(shown)["stamp"]) for shown in (first, again))
    assert before == intake.Stamp(MONDAY_10AM, MONDAY_10AM, TUESDAY_5PM, "form 1")
    assert after == intake.Stamp(MONDAY_10AM, MONDAY_10AM + 90 * MINUTE, TUESDAY_5PM, "form 1")


def test_fields_say_who_may_fill_them_in(client, db):
    make_clinic()

    html = client.get("/callback/").content.decode()

    assert 'type="text" name="name" autocomplete="name" required' in html
    assert 'type="tel" name="phone" autocomplete="tel" required' in html
    assert 'name="leave_empty" autocomplete="off" tabindex="-1"' in html
    assert "maxlength" not in html
    assert "placeholder" not in html
    assert "csrfmiddlewaretoken" not in html


@pytest.mark.parametrize(
    ("typed", "is_open"),
    [({}, False), ({"voicemail": "yes"}, True), ({"best_time": "morning"}, True), ({"best_time": "never"}, True)],
)
def test_details_open_again_when_they_hold_something(client, db, typed, is_open):
    make_clinic()

    html = send(client, phone="", **typed).content.decode()

    assert ("<details open><summary>Add a detail (optional)" in html) is is_open
    assert ("<details><summary>Add a detail (optional)" in html) is not is_open
