"""
axe on the pages people need most: WCAG 2.2 A and AA, on a phone and a desktop, light and dark; on public pages best
practice too (the stock admin's forms keep an empty heading above their inline rows).

It finds only what a program can; keyboard and screen reader are tried by hand.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import make_clinic, make_lead, make_staff

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PUBLIC = [
    "/", "/articles/", "/articles/your-first-ketamine-infusion/", "/callback/", "/contact/", "/help/", "/about/",
    "/reading-preferences/", "/no-such-page/",
]  # fmt: skip
STAFF = ["/admin/", "/admin/leads/lead/", "/admin/clinic_site/clinic/1/change/"]


@pytest.fixture
def starter(live_server):
    make_clinic()
    call_command("load_starter_content", verbosity=0)


@pytest.fixture
def judged(browser, live_server):
    """Return a function that opens a page of its own, in which axe may put its own styles and scripts."""
    contexts = []

    def open_page(viewport, scheme):
        contexts.append(browser.new_context(base_url=live_server.url, viewport=viewport, color_scheme=scheme))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


def violations(page, rules=(*WCAG, "best-practice")):
    """Return [(rule, the elements that break it)] of the page as it is, with every fold open."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    found = Axe().run(page, options={"runOnly": list(rules)}).response["violations"]
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


@pytest.mark.parametrize(
    ("viewport", "scheme", "paths"),
    [(PHONE, "light", PUBLIC), (DESKTOP, "dark", PUBLIC[:4])],
    ids=["phone", "desktop"],
)
def test_public_pages(judged, starter, viewport, scheme, paths):
    page = judged(viewport, scheme)
    found = {}

    for path in paths:
        # Not the clean page of an error or of a login.
        assert page.goto(path).status == (404 if path == "/no-such-page/" else 200)
        assert page.get_by_role("link", name="Skip to the main content").count() == 1
        found[path] = violations(page)

    assert found == {path: [] for path in paths}


def test_form_with_mistakes_and_receipt(judged, starter):
    page = judged(PHONE, "dark")
    page.goto("/callback/")
    page.get_by_role("button", name="Please call me").click()
    page.get_by_text("Please check two things").wait_for()
    mistakes = violations(page)
    page.get_by_label("Your name").fill("Test caller")
    page.get_by_label("Your phone number").fill("202-555-0142")
    page.get_by_role("button", name="Please call me").click()
    page.wait_for_url("**/callback/*/")

    assert (mistakes, violations(page)) == ([], [])


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_staff_pages(judged, starter, viewport, scheme):
    make_staff("ana", role="Owner")
    lead = make_lead()
    page = judged(viewport, scheme)
    page.goto("/admin/")
    found = {"sign in": violations(page, WCAG)}
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name="Log out").or_(page.get_by_role("button", name="Log out")).first.wait_for()

    for path in [*STAFF, f"/admin/leads/lead/{lead.pk}/change/"]:
        assert page.goto(path).status == 200
        assert page.get_by_label("Password").count() == 0
        found[path] = violations(page, WCAG)

    assert {path: broken for path, broken in found.items() if broken} == {}
