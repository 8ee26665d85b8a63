"""From the editor's draft to the reader and back again, by two people in a real browser."""

import pytest

from articles.models import Article
from tests.articles.writing import make_article, make_contributor, make_reference
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessible import WCAG, violations
from tests.browser.test_journey import sign_in
from tests.factories import make_clinic, make_staff

BODY = (
    "<p>Sleep may get better for some people. In one study of 20 people it did for a week [1].</p>"
    "<h2>Risks and side effects</h2><p>Some people feel sick, dizzy or far away from their body for an hour or two. "
    "Blood pressure may rise. Ketamine can be misused, and long-term risks are not fully known to anybody yet.</p>"
)


@pytest.fixture
def article(live_server):
    make_clinic()
    make_staff("eve", role="Editor")
    make_contributor("Dana Reyes", "MD", user=make_staff("dana", role="Clinician"))
    make_reference("early2019")
    return make_article(
        slug="sleep", title="Ketamine and sleep", body=BODY, summary="Before.", references=["smith2020"]
    )


def words(page, path="/articles/sleep/"):
    page.goto(path)
    return page.inner_text("main")


def follow(page, article, link):
    page.goto(f"/admin/articles/article/{article.pk}/change/")
    page.get_by_role("link", name=link).click()


def write(page, article, summary):
    page.goto(f"/admin/articles/article/{article.pk}/change/")
    page.get_by_label("Summary").fill(summary)
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()


def tick_and_date(page):
    for box in page.get_by_role("group", name="What only a person can judge").get_by_role("checkbox").all():
        box.check()
    today = page.evaluate("new Date().toLocaleDateString('en-CA', {timeZone: 'America/New_York'})")
    page.get_by_label("FDA status looked up on").fill(today)
    page.get_by_label("Help lines tried on").fill(today)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_draft_to_reader_to_correction_and_back(open_page, article, scripts):
    editor = open_page(viewport=DESKTOP)
    clinician = open_page(viewport=DESKTOP, java_script_enabled=scripts)
    reader = open_page()
    sign_in(editor, "eve")
    sign_in(clinician, "dana")

    # The editor asks, the clinician reads and signs, and publishes with the same press.
    follow(editor, article, "Ask for review")
    editor.get_by_label("A word to the clinician").fill("The numbers are new.")
    editor.get_by_role("button", name="Ask for review").click()
    editor.get_by_text("waits for a clinician").wait_for()
    clinician.goto("/admin/")
    clinician.get_by_role("link", name="To sign: 1 page").click()
    clinician.get_by_role("link", name="Ketamine and sleep").click()
    assert "Before." in clinician.frame_locator("iframe[name=reader]").locator("main").inner_text()
    if scripts:
        tick_and_date(clinician)
    else:
        for box in clinician.get_by_role("group").get_by_role("checkbox").all():
            box.check()
        for field in clinician.locator("input[type=date]").all():
            from django.utils import timezone

            field.fill(timezone.localdate().isoformat())
    clinician.get_by_label("Make it public at once").check()
    clinician.get_by_role("button", name="Sign", exact=True).click()
    clinician.get_by_text("You have signed").wait_for()
    assert "Before." in words(reader)
    assert "Dana Reyes, MD" in words(reader)

    # Editing changes nothing for readers; a correction does, without the reviewer's name.
    write(editor, article, "After.")
    assert "Before." in words(reader)
    assert "Dana Reyes, MD" in words(reader)
    follow(clinician, article, "Publish this correction now")
    clinician.get_by_label("Why this cannot wait for a signature").fill("A wrong number.")
    clinician.get_by_role("button", name="Publish this correction now").click()
    clinician.get_by_text("Readers see the correction now").wait_for()
    assert "After." in words(reader)
    assert "Dana Reyes" not in words(reader)

    # One press after the difference brings it back.
    follow(clinician, article, "Read and sign")
    clinician.locator("ins", has_text="After").wait_for()
    clinician.get_by_role("button", name="Sign", exact=True).click()
    clinician.get_by_text("Readers see your name on the page now").wait_for()
    assert "Dana Reyes, MD" in words(reader)


def test_a_finding_leads_to_its_place_in_the_page_beside_it(open_page, article):
    Article.objects.filter(pk=article.pk).update(body=BODY + "<p>Ketamine wipes out <em>depression</em>.</p>")
    page = open_page(viewport=DESKTOP)
    sign_in(page, "eve")
    page.goto(f"/admin/articles/article/{article.pk}/checks/")

    page.get_by_role("link", name="Show it in the page").first.click()

    mark = page.frame_locator("iframe[name=reader]").locator("mark:target")
    mark.wait_for()
    assert "Ketamine wipes out" in mark.inner_text()


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_the_clinicians_pages_are_accessible_and_never_scroll_sideways(browser, live_server, article, viewport, scheme):
    Article.objects.filter(pk=article.pk).update(body=BODY + "<p>Ketamine wipes out depression.</p>")
    article.ask_for_review(None, article.changed_at)
    context = browser.new_context(base_url=live_server.url, viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    sign_in(page, "dana")
    at = f"/admin/articles/article/{article.pk}"
    asked = "?address=/articles/sleep/&day=2026-01-05"
    found = {}

    for path in (
        "/admin/",
        "/admin/articles/article/to-sign/",
        "/admin/articles/article/to-sign/statement/off_label/",
        f"/admin/articles/article/as-it-was/{asked}",
        f"{at}/sign/",
        f"{at}/checks/",
        f"{at}/publish/",
    ):
        assert page.goto(path).status == 200
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        found[path] = violations(page, WCAG)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], path
    context.close()

    assert {path: broken for path, broken in found.items() if broken} == {}
