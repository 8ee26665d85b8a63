"""An article with everything on it, in a real browser: judged by axe, narrowed, asked for a word, printed."""

import re

import pytest

from articles.models import GlossaryTerm
from tests.articles.writing import LONG_AGO, make_article, make_contributor, make_public
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessible import judged, violations  # noqa: F401
from tests.factories import make_clinic

FULL = "/articles/full/"
SHEET = "/articles/full/for-your-doctor/"
NASTY = "\"'><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
CHART = (
    "# One infusion, one day later | 73 | a sedative | [1]\nKetamine | 64 | 47\nSedative (midazolam) | 28 | 25\n"
    "# Up to 8 infusions, hospital patients | 62 | a sedative | [2] | yes\nKetamine | 46.7\nSedative (midazolam) | 33.3"
)
BODY = (
    "<p>Before the first heading, a <strong>dissociative</strong> state.</p><p>[statement off_label]</p>"
    "<h2>One</h2><p>[figure 1]</p><p>[figure 2]</p><h3>Small</h3><p>Text [1] [2].</p>"
    "<blockquote><p><strong>A box</strong></p><p>What it says.</p></blockquote><blockquote><p>A quote.</p></blockquote>"
    "<h2>Two</h2><table><tr><th>When it is</th><th>What it is</th><th>Whose it is</th></tr><tr><td>averyverylongword"
    "withoutspaces</td><td>2</td><td>3</td></tr></table><p>[figure 3]</p>"
    "<h2>Risks</h2><ul><li>Some had thoughts of suicide [2].</li></ul>"
)


@pytest.fixture
def everything(live_server):
    """An article that has every part a page can have, its figures among them, read by the public now."""
    make_clinic()
    GlossaryTerm.objects.create(term="dissociation", forms="dissociative", meaning="Feeling cut off from your body.")
    person = make_contributor("Dana Reyes", "MD", slug="dana-reyes", about="What the clinic says.")
    article = make_article(
        slug="full", title="Everything", body=BODY, references=["one2020", "two2020"], author=person,
        related=[make_public()], key_points="One point\nA limit",
        timeline="Before | 30 | We talk.\nDuring | 40 | It drips.\nAfter | 60 to 90 | You rest.\nHome | | Not alone",
        glance_what="A drip", glance_for_whom="Adults", glance_minutes="40 minutes", glance_approval="Off-label",
        glance_risks="Blood pressure", glance_cost="Ask us",
    )  # fmt: skip
    article.figures.create(number=1, kind="chart", title="How many felt better", rows=CHART, caption="So many [1].")
    article.figures.create(number=2, kind="drawing", drawing="how-ketamine-may-work", title="How it may work")
    article.figures.create(number=3, kind="picture", alt="A quiet room", alt_choice="describe", caption="A room.")
    article.sign(person, LONG_AGO)
    release = article.as_release(LONG_AGO)
    release.change_note = "We added a chart."
    release.save()
    return article


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone dark", "desktop light"]
)
def test_axe_finds_nothing_on_a_full_page_its_sheet_and_a_profile(judged, everything, viewport, scheme):  # noqa: F811
    page = judged(viewport, scheme)
    found = {}

    for path in (FULL, SHEET, "/people/dana-reyes/"):
        assert page.goto(path).status == 200
        found[path] = violations(page)

    assert found == {path: [] for path in found}


@pytest.mark.parametrize("path", [FULL, SHEET])
def test_narrowest_page_with_the_largest_text_does_not_scroll_sideways(open_page, everything, path):
    page = open_page(viewport={"width": 320, "height": 640})
    page.goto(path)
    page.evaluate("Object.assign(document.documentElement.dataset, { size: 'larger', spacing: 'roomy' })")
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_word_is_explained_where_the_reader_is_by_keyboard_and_without_scripts(no_js_page, everything):
    page = no_js_page
    page.goto(FULL)
    word = page.get_by_role("link", name="dissociative (explained below)")
    word.focus()
    before = page.evaluate("scrollY")

    page.keyboard.press("Enter")
    page.wait_for_url("**#word-dissociation")

    meaning = page.get_by_text("Feeling cut off from your body.")
    box = meaning.bounding_box()
    assert 0 <= box["y"] < PHONE["height"]
    assert abs(page.evaluate("scrollY") - before) < PHONE["height"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#use-dissociation")
    assert word.bounding_box()["y"] >= 0


def test_figures_keep_their_size_and_bars_their_share(wide_page, everything):
    wide_page.goto(FULL)

    track, first, other = (
        wide_page.locator(f".chart .{name}").first.bounding_box()["width"]
        for name in ("bar__track", "bar__first", "bar__other")
    )

    assert abs(first / track - 0.64) < 0.01 and abs(other / track - 0.28) < 0.01
    # No file, no broken picture: its words stand there.
    assert wide_page.locator("main img").count() == 0
    assert wide_page.get_by_text("A quiet room").is_visible()


def test_sheet_is_printed_on_one_page_with_its_help_line(wide_page, everything):
    wide_page.goto(SHEET)

    paper = wide_page.pdf(format="Letter", prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1
    wide_page.emulate_media(media="print")
    assert wide_page.get_by_role("link", name="Call 988").first.is_visible()
    assert not wide_page.get_by_role("link", name="Back to the page").is_visible()


def test_page_prints_what_words_mean_and_where_numbers_come_from(wide_page, everything):
    wide_page.goto(FULL)
    wide_page.emulate_media(media="print")

    for words in ("Feeling cut off from your body.", "64 in 100", "We added a chart.", "It drips."):
        assert wide_page.get_by_text(words).first.is_visible()
    for words in ("Back to the text", "Please call me", "Read next"):
        assert not wide_page.get_by_text(words).first.is_visible()


def test_nothing_typed_into_any_field_runs(open_page, everything):
    article = everything
    for name in ("title", "summary", "key_points", "glance_what", "timeline"):
        setattr(article, name, f"{NASTY} | {NASTY} | {NASTY}")
    article.save()
    article.figures.update(title=NASTY, caption=NASTY, note=NASTY, alt=NASTY)
    article.figures.filter(number=1).update(
        rows=f"# {NASTY} | 7 {NASTY} | {NASTY} | [1]\n{NASTY} | 1 || {NASTY}\nB | 2"
    )
    GlossaryTerm.objects.update(meaning=NASTY)
    article.releases.update(public_until=LONG_AGO)
    release = type(article).objects.get(pk=article.pk).as_release(LONG_AGO)
    release.change_note = NASTY
    release.save()
    page = open_page()

    for path in (FULL, SHEET):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        page.wait_for_timeout(100)
        assert page.evaluate("[document.querySelectorAll('main script, main img').length, document.title]")[0] == 0
        assert page.title() != "taken" and "taken" in page.locator("h1").inner_text()
