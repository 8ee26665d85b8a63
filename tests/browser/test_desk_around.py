"""What stands beside the calling desk, in a real browser: axe in light and dark, news, and notes that survive."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from leads import merging
from leads.models import Attempt, Draft, Lead
from tests.browser.test_accessible import WCAG, violations
from tests.factories import make_clinic, make_lead, make_staff

QUEUE = "/admin/leads/lead/"
NARROW, WIDE = {"width": 360, "height": 800}, {"width": 1280, "height": 900}


def sign_in(page, username):
    page.goto("/admin/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()


@pytest.fixture
def desk(live_server):
    """Three people ask, two of them from one number; one was called, one was merged."""
    make_clinic()
    olga, ben = make_staff("olga", role="Owner"), make_staff("ben")
    at = timezone.now()
    around = {"received_at": at - timedelta(hours=3), "promised_by": at + timedelta(hours=5)}
    lead = make_lead(name="Maria Example", phone_e164="+12025550142", **around)
    make_lead(name="M. Example", phone_e164="+12025550142", message="May I bring my son?", **around)
    third = make_lead(name="Maria E.", phone_e164="+12025550142", **around)
    other = make_lead(name="Luis Example", phone_e164="+12025550143", **around)
    other.record_attempt(ben, at, Attempt.Outcome.BOOKED)
    merging.merge(lead, third, olga, at)
    return lead


@pytest.fixture
def judged(browser, live_server):
    contexts = []

    def open_page(viewport, scheme):
        contexts.append(browser.new_context(base_url=live_server.url, viewport=viewport, color_scheme=scheme))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("viewport", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
def test_pages_beside_the_desk_are_sound(judged, desk, viewport, scheme):
    page = judged(viewport, scheme)
    sign_in(page, "olga")
    found = {}

    def judge(name):
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[name] = (violations(page, WCAG), wide)

    for name in ("", f"{desk.pk}/", f"{desk.pk}/edit/", "find/", "add/", "reports/"):
        assert page.goto(QUEUE + name).status == 200
        judge(name or "queue")
    page.goto("/admin/")
    page.get_by_role("textbox", name="They called us").fill("0142")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="Maria Example").wait_for()
    judge("found")
    page.goto(f"{QUEUE}?view=today")
    page.get_by_label("Tick Maria Example").check()
    page.get_by_label("With the ticked requests").select_option("close")
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_label("How they ended").wait_for()
    judge("several")
    page.get_by_label("How they ended").select_option("other")
    page.get_by_role("button", name="Close: 1").click()
    page.get_by_role("button", name="Undo").wait_for()
    judge("done")

    assert found == dict.fromkeys(found, ([], 0))


def test_a_new_request_is_told_and_nothing_moves(open_page, desk):
    page = open_page(WIDE)
    page.clock.install()
    sign_in(page, "olga")
    page.goto(QUEUE)
    rows = page.locator("tr.q-row").count()
    make_lead(name="New Person")

    page.clock.run_for(26_000)

    news = page.locator("[data-live-news]")
    news.get_by_text("1 new request.").wait_for()
    assert page.title().startswith("(3) ")
    assert page.locator("tr.q-row").count() == rows
    assert re.fullmatch(r"Last checked \d+:\d\d\s[ap]m", page.locator("[data-live-when]").inner_text())
    news.get_by_role("link", name="Show them").click()
    page.get_by_text("New Person").first.wait_for()


def test_a_lost_session_looks_wrong_and_loses_no_word(open_page, problems, desk):
    page = open_page(WIDE)
    page.clock.install()
    sign_in(page, "ben")
    page.goto(f"{QUEUE}{desk.pk}/")
    note = page.get_by_label("Note for the next caller")
    note.fill("prefers mornings")
    page.clock.run_for(3_500)
    page.get_by_text("Kept for you while you type.").wait_for()
    assert Draft.objects.get().text == "prefers mornings"
    Session.objects.all().delete()
    note.fill("prefers mornings, not Mondays")

    page.clock.run_for(30_000)

    page.get_by_text("This page is not up to date.").wait_for()
    page.get_by_text("You are signed out. Your words are still on this page").wait_for()
    page.get_by_role("button", name="Save this call").click()
    assert note.input_value() == "prefers mornings, not Mondays"
    assert Lead.objects.get(pk=desk.pk).attempts.count() == 0
    tab = page.context.new_page()
    sign_in(tab, "ben")
    tab.close()
    page.get_by_text("No answer", exact=False).first.click()
    page.get_by_role("button", name="Save this call").click()
    page.get_by_text("Saved.").first.wait_for()
    assert Attempt.objects.get(lead=desk).note == "prefers mornings, not Mondays"
    problems[:] = [problem for problem in problems if not problem.startswith(("401", "403"))]
