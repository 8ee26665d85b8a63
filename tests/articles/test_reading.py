"""What an article's page tells its readers, read from the release alone; the profile and the sheet beside it."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.utils.html import strip_tags

from articles import figures
from articles.models import Article, GlossaryTerm, Release
from articles.views import ReleasePage
from clinic_site.facts import facts
from tests.articles.writing import LONG_AGO, make_article, make_contributor, make_public, make_reference
from tests.factories import make_clinic, make_staff

pytestmark = pytest.mark.django_db

GLANCE = {
    "glance_what": "A drip", "glance_for_whom": "Adults", "glance_minutes": "40 minutes",
    "glance_approval": "Off-label", "glance_risks": "Blood pressure", "glance_cost": "Ask us",
}  # fmt: skip
TIMELINE = "Before | 30 | We talk.\nDuring | 40 | It drips.\nAfter | 60 to 90 | You rest.\nGoing home | | With someone."
CHART = "# One infusion | 73 | a sedative | [1]\nKetamine | 64 | 47\nSedative | 28 | 25"


def get(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def words(html):
    return " ".join(unescape(strip_tags(html)).split())


def part(html, start, end="</section>"):
    return html[html.index(start) : html.index(end, html.index(start))]


# --- At a glance, the visit


def test_glance_is_a_list_of_names_and_their_texts(client):
    make_public(slug="a", **GLANCE)

    box = part(get(client, "/articles/a/"), 'aria-labelledby="glance"')

    assert re.findall(r"<dt>(.*?)</dt> <dd>(.*?)</dd>", box) == [
        ("What it is", "A drip"), ("For whom", "Adults"), ("How long", "40 minutes"), ("Approval", "Off-label"),
        ("Main risks", "Blood pressure"), ("Cost", "Ask us"),
    ]  # fmt: skip


def test_visit_is_an_ordered_list_with_minutes_and_no_driving(client):
    make_public(slug="a", timeline=TIMELINE)

    visit = part(get(client, "/articles/a/"), 'aria-labelledby="visit"')

    assert words(visit).split("Yours may take longer. ")[1] == (
        "Before 30 minutes We talk. During 40 minutes It drips. After 60 to 90 minutes You rest. "
        "Going home With someone. "
        "Someone must take you home. Do not drive, and do nothing risky, for 24 hours."
    )
    assert "up to 2 hours 40 minutes" in visit
    assert visit.count("<svg") == visit.count('aria-hidden="true"') == 3


def test_visit_that_tells_of_driving_does_not_tell_twice(client):
    make_public(slug="a", timeline="Before | 30 | We talk.\nThe next 24 hours | | No driving.")

    visit = part(get(client, "/articles/a/"), 'aria-labelledby="visit"')

    assert visit.count("24 hours") == 1 and "<svg" not in visit and "together" not in visit


def test_visit_drawn_in_the_text_stands_there_alone(client):
    article = make_article(slug="a", timeline=TIMELINE, body="<p>One</p><p>[figure 1]</p>")
    article.figures.create(number=1, kind="drawing", drawing="visit-timeline", title="The visit")
    article.publish(LONG_AGO)

    html = get(client, "/articles/a/")

    assert html.count("We talk.") == 1 and html.index("One</p>") < html.index("We talk.")
    assert 'aria-labelledby="visit"' not in html


def test_page_without_glance_and_visit_shows_neither(client):
    make_public(slug="a", treatment=False, **dict.fromkeys(GLANCE, ""))

    html = get(client, "/articles/a/")

    assert "At a glance" not in html and "step by step" not in html


def test_release_from_before_these_parts_is_still_shown(client):
    article = make_public(slug="a", body="<h2>One</h2><p>Text</p>")
    release = article.live(LONG_AGO)
    old = {name: value for name, value in release.content.items() if name in (
        "kind", "slug", "title", "summary", "description", "key_points", "body", "references", "author", "category",
        "related", "position", "treatment", "mainly_risk", "about_suicide", "ends_with_form",
    )}  # fmt: skip
    article.unpublish(LONG_AGO + timedelta(hours=1))
    Release.objects.create(
        article=article, kind="article", slug="a", content=old, digest="x", public_from=LONG_AGO + timedelta(hours=2)
    )

    assert '<h2 id="one">One</h2>' in get(client, "/articles/a/")
    assert "One" not in get(client, "/articles/a/for-your-doctor/").split("<main")[0]


# --- Who stands behind it


def test_byline_names_people_with_credentials_and_leads_to_their_pages(client):
    author = make_contributor("Ana Writer", "RN", slug="ana-writer")
    article = make_article(slug="a", author=author)
    article.sign(make_contributor("Dana Reyes", "MD", slug="dana-reyes"), LONG_AGO)
    article.publish(LONG_AGO)

    with time_machine.travel(LONG_AGO + timedelta(days=1)):
        block = part(get(client, "/articles/a/"), '<div class="review">', "</dl>")

    assert words(block) == (
        "Written by Ana Writer, RN Medically reviewed by Dana Reyes, MD Last reviewed January 5, 2026 "
        "Next review due by July 5, 2026 This text since January 5, 2026"
    )
    assert re.findall(r'href="([^"]+)"', block) == ["/people/ana-writer/", "/people/dana-reyes/"]


def test_person_without_a_page_is_named_without_a_link(client):
    make_public(slug="a", author=make_contributor("Ana Writer", "RN"))

    block = part(get(client, "/articles/a/"), '<div class="review">', "</dl>")

    assert "Ana Writer, RN" in words(block) and "href" not in block


def test_writer_who_is_the_reviewer_is_told(client):
    person = make_contributor()
    article = make_article(slug="a", author=person)
    article.sign(person, LONG_AGO)
    article.publish(LONG_AGO)

    assert "The clinician who reviewed this page also wrote it." in get(client, "/articles/a/")


def test_profile_lists_what_readers_can_read_now_and_nothing_else(client):
    person = make_contributor("Dana Reyes", "MD", slug="dana", about="First line.\n\n<b>Second</b>")
    make_public(slug="a", title="Written one", author=person)
    signed = make_article(slug="b", title="Signed one")
    signed.sign(person, LONG_AGO)
    signed.publish(LONG_AGO)
    make_article(slug="c", title="Draft of theirs", author=person)
    make_public(slug="d", title="Taken down", author=person).unpublish(LONG_AGO + timedelta(hours=1))
    make_public(slug="e", title="By others")

    html = get(client, "/people/dana/")

    assert re.findall(r'<li><a href="(/articles/.+?)">(.*?)</a>', html.split("<main")[1]) == [
        ("/articles/a/", "Written one"), ("/articles/b/", "Signed one"),
    ]  # fmt: skip
    assert "<p>First line.</p>" in html and "&lt;b&gt;Second&lt;/b&gt;" in html and "reviewed January 5, 2026" in html


def test_person_whom_no_public_page_names_has_no_profile(client):
    make_contributor("Dana Reyes", slug="dana")

    assert [client.get(f"/people/{slug}/").status_code for slug in ("dana", "nobody")] == [404, 404]


def test_correction_shows_what_changed_and_no_reviewer(client):
    make_clinic()
    article = make_article(slug="a")
    article.sign(make_contributor("Dana Reyes", "MD", slug="dana"), LONG_AGO)
    article.publish(LONG_AGO)
    article.body = "<p>Put right.</p>"
    article.save()
    article.publish_correction(
        make_staff(role="Clinician"), LONG_AGO + timedelta(days=15), "A wrong number.", "We mended a number."
    )

    with time_machine.travel(LONG_AGO + timedelta(days=16)):
        html = get(client, "/articles/a/")

    assert "Corrected January 20, 2026: We mended a number." in words(html)
    assert "Dana Reyes" not in html and "Medically reviewed by" not in html and "A wrong number." not in html


@pytest.mark.parametrize(("days", "overdue", "hidden"), [(180, False, False), (184, True, False), (215, True, True)])
def test_overdue_page_says_so_and_long_overdue_leaves_search_engines(client, days, overdue, hidden):
    article = make_article(slug="a")
    article.sign(make_contributor(), LONG_AGO)
    article.publish(LONG_AGO)

    with time_machine.travel(LONG_AGO + timedelta(days=days)):
        html = get(client, "/articles/a/")

    assert ("This page is due for a check" in html, '<meta name="robots" content="noindex">' in html) == (
        overdue,
        hidden,
    )


# --- Headings, words, sources, changes


def test_reworded_heading_keeps_its_address_for_readers(client):
    article = make_public(slug="a", body="<h2>Risks</h2><p>One</p><h2>Cost</h2><p>Two</p>")
    article = Article.objects.get(pk=article.pk)

    # As the editor sends it: without ids.
    article.body = "<h2>What can go wrong</h2><p>Other words</p><h2>Cost</h2><p>Two</p>"
    article.save()
    article.publish(LONG_AGO + timedelta(days=1))

    assert re.findall(r'<h2 id="([^"]+)">([^<]+)</h2>\n<p>', get(client, "/articles/a/")) == [
        ("risks", "What can go wrong"), ("cost", "Cost"),
    ]  # fmt: skip


def test_saving_the_body_alone_keeps_the_addresses_too():
    article = make_article(body="<h2>Risks</h2>")

    article.body = "<h2>Harms</h2>"
    article.save(update_fields=["body"])

    assert [row["id"] for row in Article.objects.get(pk=article.pk).headings] == ["risks"]


def test_new_address_of_a_heading_leaves_the_signature_alone():
    article = make_article(body="<h2>Risks</h2>")
    article.sign(make_contributor(), LONG_AGO)

    Article.objects.filter(pk=article.pk).update(headings=[{"id": "old", "text": "Risks", "opening": ""}])
    article = Article.objects.get(pk=article.pk)

    assert article.content()["headings"] == [{"id": "old", "text": "Risks"}]
    assert article.is_signed()


def test_hard_word_is_explained_from_the_release_and_printed_as_a_list(client):
    term = GlossaryTerm.objects.create(term="dissociation", forms="dissociative", meaning="Feeling cut off.")
    article = make_public(slug="a", body="<p>A dissociative state.</p>")
    GlossaryTerm.objects.create(term="state", meaning="Added later.")
    term.meaning = "Changed later."
    term.save()

    html = get(client, "/articles/a/")

    assert '<a class="term" id="use-dissociation" href="#word-dissociation">dissociative<' in html
    listed = part(html, 'aria-labelledby="words"')
    assert words(listed).endswith("Words on this page dissociation Feeling cut off. Back to the text, dissociation")
    assert 'href="#use-dissociation"' in listed and "Added later" not in html and "Changed later" not in html
    assert article.content()["glossary"] == [
        {"term": "dissociation", "forms": ["dissociative"], "meaning": "Changed later."},
        {"term": "state", "forms": [], "meaning": "Added later."},
    ]


def test_changed_meaning_asks_for_a_new_signature():
    term = GlossaryTerm.objects.create(term="drip", meaning="Into a vein.")
    article = make_article(body="<p>A drip.</p>")
    article.sign(make_contributor(), LONG_AGO)
    term.meaning = "Into the arm."
    term.save()

    assert not Article.objects.get(pk=article.pk).is_signed()


def test_sources_show_kind_and_numbers_and_lead_back_to_each_place(client):
    article = make_article(slug="a", body="<p>One [1], two [1], three [1].</p>")
    source = make_reference("smith", kind="systematic review", doi="10.1000/x", pmid="123", authors="A", journal="J")
    article.citations.create(number=1, reference=source)
    article.publish(LONG_AGO)

    item = part(get(client, "/articles/a/"), '<li id="ref-1"', "</li>")

    assert words(item) == (
        "A study called smith. A, J, 2020. Systematic review. DOI 10.1000/x. PubMed 123. "
        "Back to the text: a, source 1, place 1b, source 1, place 2c, source 1, place 3"
    )
    assert re.findall(r'href="#([^"]+)"', item) == ["cite-1-1", "cite-1-2", "cite-1-3"]


def test_source_without_an_address_is_text(client):
    article = make_article(slug="a", body="<p>One [1].</p>")
    article.citations.create(number=1, reference=make_reference("smith", url="", title="Only a title"))
    article.publish(LONG_AGO)

    assert 'value="1">Only a title.' in get(client, "/articles/a/")


def test_changes_are_the_public_ones_of_this_page_newest_first(client):
    article = make_article(slug="a", treatment=False)
    for days, note in ((0, ""), (1, "First change"), (2, "Second change")):
        article.publish(LONG_AGO + timedelta(days=days), change_note=note)
    later = LONG_AGO + timedelta(days=9)
    article.publish(LONG_AGO + timedelta(days=3), change_note="Not yet seen", public_from=later)
    make_article(slug="b").publish(LONG_AGO, change_note="Of another page")

    with time_machine.travel(LONG_AGO + timedelta(days=5)):
        html = get(client, "/articles/a/")

    assert re.findall(r"<li><time[^>]*>(.*?)</time>: (.*?)</li>", html) == [
        ("January 7, 2026", "Second change"), ("January 6, 2026", "First change"),
    ]  # fmt: skip
    assert "Not yet seen" not in html and "Of another page" not in html


def test_unsigned_change_is_not_told_on_a_public_address(client, settings):
    article = make_article(slug="a")
    article.publish(LONG_AGO, change_note="Demonstration only")
    settings.DEMONSTRATION = False
    article.sign(make_contributor(), LONG_AGO)
    article.publish(LONG_AGO + timedelta(days=1), change_note="Signed change")

    html = get(client, "/articles/a/")

    assert "Signed change" in html and "Demonstration only" not in html


def test_page_says_who_pays_for_it(client):
    make_public(slug="a")

    assert words(part(get(client, "/articles/a/"), 'aria-labelledby="payer"')).endswith(
        "This site is run by a clinic that offers ketamine. That is a reason to check what we say with others."
    )


# --- Help first


def boxes(html):
    return html.count('<div class="box box--help">')


@pytest.mark.parametrize(
    ("fields", "mention"),
    [
        ({"title": "Ketamine and suicide"}, "<h1>"),
        ({"summary": "It is about suicide."}, "<h1>"),
        ({"key_points": "One\nSuicide is spoken of"}, '<h2 id="key-points">'),
        ({"glance_risks": "Thoughts of suicide"}, '<h2 id="glance">'),
        ({"body": "<h2>One</h2><h2>Two</h2><h2>Thoughts of suicide</h2>"}, '<h2 class="title" id="contents">'),
        ({"body": "<p>One</p><h2>Thoughts of suicide</h2><h2>Two</h2>"}, '<h2 id="thoughts-of-suicide">'),
        ({"body": "<p>One</p><ul><li>Suicide</li></ul>"}, "<ul><li>Suicide"),
        ({"body": "<p>One</p><p>[figure 1]</p>", "figure": "Thoughts of suicide"}, '<figure class="figure"'),
        ({"references": ["a1"], "body": "<p>[1]</p>", "source": "Rapid relief of suicidal thoughts"}, 'id="sources"'),
        ({"related": "On suicide"}, 'id="related"'),
    ],
)
def test_help_stands_before_the_first_word_about_suicide_and_once(client, fields, mention):
    figure, source = fields.pop("figure", ""), fields.pop("source", "")
    related = [make_public(title=fields["related"])] if "related" in fields else []
    article = make_article(slug="a", treatment=False, **(fields | {"related": related}))
    if figure:
        article.figures.create(number=1, kind="chart", rows="# One | 1\nA | 1", caption=figure)
    if source:
        article.citations.update(number=1)
        reference = article.citations.get().reference
        reference.title = source
        reference.save()
    article.publish(LONG_AGO)

    main = get(client, "/articles/a/").split('<main id="main"')[1].split("</main>")[0]

    before = main[: main.index(mention)]
    assert boxes(before) == 1
    assert re.search("suicid", before).start() > before.index("box--help")
    # A part about suicide further down has a box of its own, never two.
    assert boxes(main) == (2 if "contents" in mention else 1)


def test_page_that_speaks_of_no_suicide_has_no_box_in_its_text(client):
    make_public(slug="a", treatment=False)

    assert boxes(get(client, "/articles/a/").split('<main id="main"')[1].split("</main>")[0]) == 0


# --- The sheet for a doctor


def test_sheet_holds_what_a_doctor_asks_and_nothing_to_fill_in(client):
    make_clinic()
    article = make_article(
        slug="a", title="Ketamine", references=["one2020", "two2020", "three2020"], **GLANCE,
        body="<h2>Does it help?</h2><p>Of 73 people, 64 out of 100 got better [1].</p><p>Only words [3].</p>"
        "<p>[figure 1]</p><h2>Risks and side effects</h2><p>Of 203 people, 44 out of 100 had it [2].</p>"
        "<p>It can raise blood pressure, slow breathing, and cause fear or confusion. Tell us at once if you feel "
        "unwell. Staff watch you until you are ready to go home with somebody.</p>"
        "<h2>Questions to ask</h2><ul><li>Who watches me?</li></ul>",
    )  # fmt: skip
    article.figures.create(number=1, kind="chart", title="Numbers", rows=CHART)
    article.sign(make_contributor("Dana Reyes", "MD"), LONG_AGO)
    article.publish(LONG_AGO)

    with time_machine.travel(LONG_AGO + timedelta(days=30)):
        html = get(client, "/articles/a/for-your-doctor/")
    main = html.split('<main id="main"')[1].split("</main>")[0]

    told = words(main)
    for piece in (
        "Ketamine", "Dana Reyes, MD", "A drip", "64 in 100", "Of 73 people, 64 out of 100 got better",
        "Of 203 people, 44 out of 100 had it", "Who watches me?", "https://doi.org/10.1000/one2020",
        "https://doi.org/10.1000/two2020", "February 4, 2026", "run by a clinic that offers ketamine",
    ):  # fmt: skip
        assert piece in told
    assert told.count("44 out of 100") == 1
    assert "Only words" not in told and "three2020" not in told
    assert '<meta name="robots" content="noindex">' in html and "<form" not in main and "tel:988" in html


def test_sheet_of_a_page_with_neither_risks_nor_questions_has_ours(client):
    make_clinic()
    make_public(slug="a", body="<p>Text</p>")

    told = words(get(client, "/articles/a/for-your-doctor/"))

    assert "Risks Ketamine can raise blood pressure" in told and "Questions to ask" in told
    assert told.count("Ketamine can raise blood pressure") == 1


def test_sheet_follows_its_page_when_it_moves_or_goes(client):
    article = make_public(slug="old")
    article.slug = "new"
    article.save()
    article.publish(LONG_AGO + timedelta(days=1))

    response = client.get("/articles/old/for-your-doctor/")
    assert (response.status_code, response["Location"]) == (301, "/articles/new/for-your-doctor/")
    article.unpublish(LONG_AGO + timedelta(days=2))
    assert client.get("/articles/new/for-your-doctor/").status_code == 410
    assert client.get("/articles/never/for-your-doctor/").status_code == 404
    assert client.post("/articles/new/for-your-doctor/").status_code == 405


def test_sheet_of_a_page_about_suicide_opens_with_help(client):
    make_public(slug="a", about_suicide=True, title="Thoughts of suicide")

    main = get(client, "/articles/a/for-your-doctor/").split('<main id="main"')[1]

    assert main.index("Need help now?") < main.index("<h1>")


# --- Nothing typed becomes markup

NASTY = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 1 }}"


@pytest.fixture
def nasty():
    person = make_contributor(NASTY[:120], NASTY[:120], slug="nasty", about=NASTY)
    GlossaryTerm.objects.create(term="xss" + NASTY[:70], forms="hard\n.*\n(", meaning=NASTY)
    article = make_article(
        slug="a", title=NASTY, summary=NASTY, description=NASTY, key_points=NASTY, author=person,
        timeline=f"{NASTY} | {NASTY} | {NASTY}",
        body="<p>A hard word [1].</p>" + "".join(f"<p>[figure {n}]</p>" for n in range(1, 6)),
        **dict.fromkeys(GLANCE, NASTY),
    )  # fmt: skip
    article.citations.create(number=1, reference=make_reference(
        "nasty", title=NASTY, authors=NASTY, journal=NASTY, year=NASTY[:10], doi=NASTY, pmid=NASTY[:12],
        kind=NASTY[:30], url="javascript:alert(1)",
    ))  # fmt: skip
    texts = {"title": NASTY, "alt": NASTY, "alt_choice": "describe", "caption": NASTY, "note": NASTY}
    rows = f"# {NASTY} | 73 {NASTY} | {NASTY} | [1] | yes\n{NASTY} | 64 | 3 | {NASTY}\nOther | 1"
    figures = [("chart", rows, ""), ("chart", NASTY, ""), ("picture", "", ""), ("drawing", "", "how-ketamine-may-work"),
               ("drawing", "", "none")]  # fmt: skip
    for number, (kind, chart_rows, drawing) in enumerate(figures, start=1):
        article.figures.create(number=number, kind=kind, rows=chart_rows, drawing=drawing, **texts)
    article.sign(person, LONG_AGO)
    # Past the checks, which would refuse such words.
    release = article.as_release(LONG_AGO)
    release.change_note, release.is_correction = NASTY, True
    release.save()
    return release


def test_every_field_of_a_page_is_shown_as_text(client, nasty):
    pages = [get(client, path) for path in ("/articles/a/", "/articles/a/for-your-doctor/", "/people/nasty/")]
    # Our own files and data blocks are the only scripts.
    foreign = re.compile(
        r'<script(?! src="/static/| type="application/ld\+json">)|<img|onerror=alert\(1\)>(?!\{)|javascript:'
    )

    for html in pages:
        assert "&lt;script&gt;" in html
        assert foreign.findall(unescaped(html)) == []
    assert 'class="term"' in pages[0]
    ids = re.findall(r'\sid="([^"]+)"', pages[0])
    assert sorted(ids) == sorted(set(ids))


def unescaped(html):
    """Return `html` without what is text: only real tags stay to be judged."""
    return re.sub(r"&lt;.*?&gt;", "", html)


def test_page_asks_the_database_the_same_whatever_stands_on_it(client, django_assert_max_num_queries):
    make_public(slug="plain")
    person = make_contributor(slug="dana")
    article = make_article(
        slug="full", timeline=TIMELINE, author=person, body="<p>[figure 1]</p><p>[figure 2]</p>", **GLANCE
    )
    for number in (1, 2):
        article.figures.create(number=number, kind="chart", rows=CHART.replace("[1]", ""))
    for number in range(3):
        article.publish(LONG_AGO + timedelta(days=number), change_note=f"Change {number}")

    counts = []
    for slug in ("plain", "full"):
        with django_assert_max_num_queries(20) as queries:
            get(client, f"/articles/{slug}/")
        counts.append(len(queries))

    # One more: whether its writer has a page.
    assert counts[1] - counts[0] <= 1


SOURCES = [
    {"type": "image/avif", "srcset": "/media/a/480.avif 480w", "src": "/media/a/480.avif", "width": 480, "height": 320},
    {"type": "image/jpeg", "srcset": "/media/a/480.jpg 480w", "src": "/media/a/480.jpg", "width": 480, "height": 320},
]


@pytest.mark.parametrize(("choice", "alt"), [("describe", "A &quot;quiet&quot; room"), ("decorative", "")])
def test_picture_offers_its_formats_with_its_size_and_words(monkeypatch, choice, alt):
    monkeypatch.setattr(figures, "sources", lambda picture: SOURCES)
    value = {"number": 1, "kind": "picture", "alt_choice": choice, "alt": 'A "quiet" room', "caption": "A room.",
             "picture": {"credit": "Drawn by <us>"}}  # fmt: skip

    html = figures.Figure(value).html(str)

    sizes = f'sizes="{figures.SIZES}"'
    assert html == (
        '<figure class="figure" id="figure-1" aria-describedby="figure-1-caption"><picture>'
        f'<source type="image/avif" srcset="/media/a/480.avif 480w" {sizes}>'
        f'<img src="/media/a/480.jpg" srcset="/media/a/480.jpg 480w" {sizes} width="480" height="320" loading="lazy" '
        f'decoding="async" alt="{alt}"></picture><figcaption><p id="figure-1-caption">A room.</p>'
        '<p class="small">Drawn by &lt;us&gt;</p></figcaption></figure>'
    )


def test_decorative_picture_without_files_leaves_nothing_behind():
    value = {"number": 1, "kind": "picture", "alt_choice": "decorative", "alt": "A room", "picture": None}

    assert figures.Figure(value).html(str) == ""


def test_figure_that_is_not_there_leaves_nothing_behind():
    release = make_article(body="<p>One</p><p>[figure 7]</p>", kind="page", treatment=False).as_release(LONG_AGO)

    assert ReleasePage(release, facts(LONG_AGO)).body_html == "<p>One</p>"
