"""
The whole main job in a real browser: a patient reads and asks for a call, the front desk calls, and the request
comes back at the time that was chosen. Monday, November 23, 2026, 10 am in New York; the clinic opens 9 to 5.
"""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from leads.models import Lead
from tests.factories import MONDAY_10AM, TUESDAY_9AM, make_clinic, make_staff

DESKTOP = {"width": 1280, "height": 900}
ARTICLE = "/articles/your-first-ketamine-infusion/"
PROMISE = "5 pm on Tuesday, November 24"


@pytest.fixture
def monday(live_server):
    """The starter site on Monday at 10 am; `move_to` brings the clock forward for every thread."""
    with time_machine.travel(MONDAY_10AM, tick=True) as clock:
        make_clinic(name="Harbor Test Clinic", phone="202-555-0199", hours_confirmed=True)
        call_command("load_starter_content", verbosity=0)
        yield clock


def words(page):
    """Return the visible text of the page's main part, with plain spaces."""
    return page.inner_text("main").replace("\u00a0", " ")


def ask_from_article(page, name, number):
    """Read an article to its end and send the form there."""
    page.goto(ARTICLE)
    assert f"If you send this now, we will call you by {PROMISE}" in words(page)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your phone number").fill(number)
    page.get_by_role("button", name="Please call me").click()
    page.wait_for_url("**/callback/*/")


def sign_in(page, username):
    page.goto("/admin/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("View site").first.wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_reading_to_the_call_and_back_the_next_morning(open_page, monday, scripts):
    make_staff("dana", first_name="Dana")
    patient = open_page(java_script_enabled=scripts)
    desk = open_page(viewport=DESKTOP, java_script_enabled=scripts)

    # The patient asks, with a mistake first: what was typed is kept, and the mistake is named.
    patient.goto(ARTICLE)
    patient.get_by_label("Your name").fill("Test caller Robin")
    patient.get_by_label("Your phone number").fill("202-555-014")
    patient.get_by_role("button", name="Please call me").click()
    # The browser itself moves the focus there, a moment after the page stands.
    patient.locator(":focus", has_text="Please check one thing").last.wait_for()
    assert patient.get_by_role("link", name="Enter all 10 digits of your phone number").is_visible()
    assert patient.get_by_label("Your name").input_value() == "Test caller Robin"
    patient.get_by_label("Your phone number").fill("(202) 555-0142")
    patient.get_by_role("button", name="Please call me").click()
    patient.wait_for_url("**/callback/*/")
    assert (
        patient.get_by_role("heading", level=1).inner_text().replace("\u00a0", " ") == f"We will call you by {PROMISE}"
    )
    receipt = words(patient)
    assert "(202) ···-0142" in receipt
    assert "Robin" not in patient.content()
    lead = Lead.objects.get()
    assert lead.reference in receipt
    assert (lead.name, lead.phone_e164, lead.source_path) == ("Test caller Robin", "+12025550142", ARTICLE)
    assert patient.context.cookies() == []

    # The loop tells the staff, without a word about the patient.
    call_command("work", once=True)
    assert [message.to for message in mail.outbox] == [["desk@clinic.example"]]
    letter = mail.outbox[0].subject + mail.outbox[0].body
    assert "/admin/" in letter
    assert [part for part in ("Robin", "0142", "202", lead.token) if part in letter] == []

    # The front desk finds it on top, claims it and logs the call.
    sign_in(desk, "dana")
    desk.goto("/admin/leads/lead/")
    assert (
        "Test caller Robin" in desk.locator("section", has=desk.get_by_role("heading", name="Next call")).inner_text()
    )
    desk.get_by_role("button", name="Claim and call").click()
    desk.get_by_role("button", name="Save this call").wait_for()
    assert desk.locator('a[href="tel:+12025550142"]').first.is_visible()
    assert Lead.objects.get().claimed_by.username == "dana"
    desk.get_by_label("No answer").check()
    morning = desk.get_by_label("Try again at")
    choice = morning.locator("option", has_text="tomorrow 9").first.get_attribute("value")
    morning.select_option(choice)
    desk.get_by_role("button", name="Save this call").click()
    desk.get_by_text("Saved. It comes back").wait_for()
    lead.refresh_from_db()
    assert (lead.call_at, lead.claimed_by, lead.closed_at) == (TUESDAY_9AM, None, None)
    assert [attempt.outcome for attempt in lead.attempts.all()] == ["no_answer"]

    # Until then it is nobody's next call; the patient sees that we tried.
    desk.goto("/admin/leads/lead/")
    assert desk.get_by_role("heading", name="Next call").count() == 0
    patient.reload()
    assert "We left no message" in words(patient)

    # The next morning it is on top again, before a newer request.
    monday.move_to(TUESDAY_9AM + timedelta(minutes=1))
    desk = open_page(viewport=DESKTOP, java_script_enabled=scripts)
    sign_in(desk, "dana")
    desk.goto("/admin/leads/lead/")
    card = desk.locator("section", has=desk.get_by_role("heading", name="Next call")).inner_text()
    assert "Test caller Robin" in card


def test_two_people_at_once_never_call_one_patient(open_page, monday):
    make_staff("dana", first_name="Dana")
    make_staff("eli", first_name="Eli")
    patient = open_page()
    ask_from_article(patient, "Test caller Robin", "202-555-0142")
    dana, eli = open_page(viewport=DESKTOP), open_page(viewport=DESKTOP)
    for page, name in ((dana, "dana"), (eli, "eli")):
        sign_in(page, name)
        page.goto("/admin/leads/lead/")

    dana.get_by_role("button", name="Claim and call").click()
    dana.get_by_role("button", name="Save this call").wait_for()
    eli.get_by_role("button", name="Claim and call").click()
    eli.get_by_text("Dana claimed this a moment ago").wait_for()

    assert Lead.objects.get().claimed_by.username == "dana"


def test_form_by_keyboard_alone(open_page, monday):
    page = open_page(viewport=DESKTOP)
    page.goto("/callback/")
    page.get_by_label("Your name").focus()
    page.keyboard.type("Test caller Kim")
    page.keyboard.press("Tab")
    page.keyboard.type("202 555 0143")
    page.keyboard.press("Enter")
    page.wait_for_url("**/callback/*/")

    assert Lead.objects.get().phone_e164 == "+12025550143"


def test_double_click_and_a_second_press_after_back_are_one_request(browser, live_server, monday):
    # A context of its own: watching requests, as the other pages do, switches the browser's cache off.
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto("/callback/")
    page.get_by_label("Your name").fill("Test caller Kim")
    page.get_by_label("Your phone number").fill("202-555-0144")
    page.get_by_role("button", name="Please call me").dblclick()
    page.wait_for_url("**/callback/*/")
    receipt = page.url
    page.go_back()
    page.get_by_role("button", name="Please call me").click()
    page.wait_for_url("**/callback/*/")

    assert page.url == receipt
    assert Lead.objects.count() == 1
    context.close()
