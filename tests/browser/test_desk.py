"""
The calling desk in real browsers: two people on one queue, keys, a long call, what is typed while colleagues work.
Monday, November 23, 2026, 10 am in New York.
"""

from datetime import timedelta

import pytest
import time_machine

from leads.models import Attempt, DeskChoice, Lead
from tests.browser.conftest import DESKTOP
from tests.browser.test_accessible import WCAG, judged, violations  # noqa: F401  a fixture of its own
from tests.browser.test_journey import sign_in
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_9AM, make_clinic, make_lead, make_staff

QUEUE = "/admin/leads/lead/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def monday(live_server):
    with time_machine.travel(MONDAY_10AM, tick=True) as clock:
        make_clinic(name="Harbor Test Clinic", phone="202-555-0199", hours_confirmed=True)
        yield clock


@pytest.fixture
def at_desk(open_page, monday):
    """Return a function that seats somebody at the desk, in a browser of their own."""

    def seat(name, role="Front desk", **options):
        make_staff(name, role=role, first_name=name.title())
        page = open_page(viewport=DESKTOP, **options)
        sign_in(page, name)
        page.goto(QUEUE)
        return page

    return seat


def claimed(page):
    """Press the button of the next call, and wait until the page of the claim has read its script."""
    page.get_by_role("button", name="Claim and call").click()
    page.locator(".q--script").get_by_role("button", name="Save this call").wait_for()


def said(page):
    return page.locator(".q-messages").inner_text().replace("\u00a0", " ")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_two_people_work_one_queue(at_desk, scripts):
    first = make_lead(name="Test caller One", promised_by=MONDAY_10AM + 30 * MINUTE)
    second = make_lead(name="Test caller Two")
    dana, eli = (at_desk(name, java_script_enabled=scripts) for name in ("dana", "eli"))

    # Both press at once for the same card: each gets another person.
    dana.get_by_role("button", name="Claim and call").click()
    eli.get_by_role("button", name="Claim and call").click()
    eli.get_by_text("Dana claimed this a moment ago. Here is the next one.").wait_for()
    assert [Lead.objects.get(pk=lead.pk).claimed_by.username for lead in (first, second)] == ["dana", "eli"]

    # Dana is typing; Eli takes her request over, and is asked first.
    dana.get_by_label("Note for the next caller").fill("Ask for her after two")
    eli.goto(f"{QUEUE}{first.pk}/")
    eli.get_by_role("button", name="Take over from Dana").click()
    eli.get_by_role("heading", name="Take over this request?").wait_for()
    assert Lead.objects.get(pk=first.pk).claimed_by.username == "dana"
    eli.get_by_role("button", name="Take over from Dana").click()
    eli.get_by_text("You have this request now. Tell Dana.").wait_for()

    # No lock stops Dana's note, and both are told.
    dana.get_by_label("No answer").check()
    dana.get_by_role("button", name="Save this call").click()
    dana.get_by_text("Eli has this request: tell them you called.").wait_for()
    assert "While you had this open: Eli" in said(dana)
    attempt = Attempt.objects.get()
    assert (attempt.note, attempt.user.username) == ("Ask for her after two", "dana")
    assert Lead.objects.get(pk=first.pk).claimed_by.username == "eli"

    # She takes it back: nobody acted on it since, Eli's claim stays.
    dana.get_by_role("button", name="Undo No answer").click()
    dana.get_by_text("Taken back: No answer.").wait_for()
    first.refresh_from_db()
    assert (first.attempts.count(), first.claimed_by.username, first.call_at) == (0, "eli", None)


def test_a_call_by_keys_alone(at_desk):
    make_lead(name="Test caller One", phone_e164="+12025550142")
    make_lead(name="Test caller Two")
    dana = at_desk("dana")

    dana.locator(".q--script").wait_for()
    dana.keyboard.press("n")
    dana.locator(".q--script").get_by_role("button", name="Save this call").wait_for()
    # The page moves the focus once, when it is whole; a person sees that before pressing a key.
    dana.wait_for_load_state("networkidle")
    dana.keyboard.press("t")
    dana.wait_for_function("document.activeElement.name === 'note'")
    dana.keyboard.type("1 ring? then busy")
    assert dana.get_by_label("Note for the next caller").input_value() == "1 ring? then busy"
    dana.keyboard.press("Escape")
    dana.keyboard.press("c")
    assert dana.get_by_text("Stay on the line.").first.is_visible()
    assert dana.evaluate("document.activeElement.tagName") == "SUMMARY"
    dana.keyboard.press("c")
    assert not dana.get_by_text("Stay on the line.").first.is_visible()
    dana.keyboard.press("4")
    assert dana.get_by_label("No answer").is_checked()
    dana.keyboard.press("Enter")
    dana.locator(".q--script").get_by_text("Next: Test caller Two").wait_for()
    assert [(attempt.outcome, attempt.note) for attempt in Attempt.objects.all()] == [
        ("no_answer", "1 ring? then busy")
    ]
    dana.keyboard.press("u")
    dana.get_by_text("Taken back: No answer.").wait_for()
    assert not Attempt.objects.exists()


def test_keys_are_listed_and_can_all_be_turned_off(at_desk):
    make_lead()
    dana = at_desk("dana")

    dana.locator(".q--script").wait_for()
    dana.keyboard.press("?")
    dana.get_by_text("Claim the next call").wait_for()
    dana.get_by_role("button", name="Turn all shortcuts off").click()
    dana.get_by_text("Keyboard shortcuts are off for you").wait_for()
    dana.keyboard.press("n")
    dana.keyboard.press("?")

    assert not dana.get_by_text("Claim the next call").is_visible()
    assert Lead.objects.get().claimed_by is None
    assert DeskChoice.objects.get().shortcuts is False
    # The stock admin keeps the colours there; the desk keeps nothing.
    assert dana.evaluate("[Object.keys(localStorage), Object.keys(sessionStorage)]") == [["theme"], []]


def test_a_long_call_keeps_page_and_text(at_desk):
    lead = make_lead()
    dana = at_desk("dana")
    claimed(dana)
    dana.get_by_label("Note for the next caller").fill("Half a thought")
    dana.get_by_text("15 min left").wait_for()

    dana.get_by_role("button", name="I am on this call").click()

    dana.get_by_text("60 min left").wait_for()
    assert dana.get_by_label("Note for the next caller").input_value() == "Half a thought"
    lead.refresh_from_db()
    assert lead.on_call_at is not None


def test_working_extends_a_claim_and_looking_does_not(at_desk, monday):
    lead = make_lead()
    dana = at_desk("dana")
    dana.clock.install()
    claimed(dana)
    dana.get_by_text("15 min left").wait_for()
    until = Lead.objects.get().claimed_until

    dana.clock.run_for(5 * 60_000)
    assert Lead.objects.get().claimed_until == until
    monday.shift(5 * MINUTE)
    with dana.expect_response("**/keep/"):
        dana.get_by_label("No answer").check()

    lead.refresh_from_db()
    assert lead.claimed_until >= until + 5 * MINUTE
    assert lead.events.count() == 1


def test_whom_a_wish_covers_is_asked_only_when_it_is_chosen(at_desk):
    make_lead(name="Test caller One", phone_e164="+12025550142", promised_by=MONDAY_5PM)
    make_lead(name="Test caller Two", phone_e164="+12025550142")
    dana = at_desk("dana")
    claimed(dana)
    question = dana.get_by_text("Who else at this number")

    assert not question.is_visible()
    dana.keyboard.press("8")
    question.wait_for()
    dana.get_by_label("Test caller Two").check()
    dana.get_by_role("button", name="Save this call").click()

    dana.get_by_text("Closed for 2 people at this number.").wait_for()


def test_axe_and_width_of_every_page_of_the_desk(judged, monday):  # noqa: F811
    dana, eli = make_staff("dana", role="Manager", first_name="Dana"), make_staff("eli", first_name="Eli")
    at = MONDAY_10AM
    mine = make_lead(name="A-very-long-name-" * 5, phone_e164="+12025550142", voicemail="yes", for_other=True)
    make_lead(name="Test caller Two", phone_e164="+12025550142")
    mine.record_attempt(eli, at - 90 * MINUTE, Attempt.Outcome.NO_ANSWER, "Rings long")
    mine.claim(dana, at)
    his = make_lead(promised_by=at - MINUTE)
    his.claim(eli, at)
    make_lead(name="Lapsed").claim(eli, at - 20 * MINUTE)
    make_lead().record_attempt(eli, at, Attempt.Outcome.IN_CRISIS)
    for number in range(4):
        make_lead(promised_by=MONDAY_5PM).record_attempt(dana, at, Attempt.Outcome.NO_ANSWER, call_at=TUESDAY_9AM)
        make_lead(promised_by=MONDAY_5PM, best_time="morning", extension=str(number))
    crisis = Lead.objects.in_crisis().get()
    page = judged(DESKTOP, "light")
    sign_in(page, "dana")
    found, too_wide = {}, []

    def look(name):
        others = ((1280, "dark"), (360, "light")) if name in ("queue", "mine") else ()
        for width, scheme in ((1280, "light"), (360, "dark"), *others):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            # Links change their colour slowly.
            page.evaluate("Promise.allSettled(document.getAnimations().map(animation => animation.finished))")
            broken = violations(page, WCAG)
            if broken:
                found[name, width, scheme] = broken
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((name, width))

    for name, path in (
        ("first page", "/admin/"),
        ("queue", QUEUE),
        ("mine", f"{QUEUE}{mine.pk}/"),
        ("crisis", f"{QUEUE}{crisis.pk}/?crisis=open"),
        ("sheet", f"{QUEUE}crisis-steps/"),
    ):
        assert page.goto(path).status == 200
        look(name)
    page.goto(f"{QUEUE}{his.pk}/")
    page.get_by_role("button", name="Take over from Eli").click()
    page.get_by_role("heading", name="Take over this request?").wait_for()
    look("take over")
    page.goto(f"{QUEUE}{mine.pk}/")
    page.get_by_label("Asked us not to call").check()
    page.get_by_role("button", name="Save this call").click()
    page.get_by_text("Not saved yet").wait_for()
    look("mistake")

    assert (found, too_wide) == ({}, [])
