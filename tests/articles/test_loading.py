"""Starter files become public pages once; what a person has touched is theirs."""

import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles import checks, loading
from articles.models import Article, Category, Figure, GlossaryTerm, Reference, Release
from tests.articles.writing import make_article, make_contributor, make_public

pytestmark = pytest.mark.django_db

ARTICLE = """+++
title = "Sleep"
slug = "sleep"
category = "your-visit"
summary = "In short."
order = 3
key_points = ["One", "Two"]
related = ["food"]
references = ["smith2020", "jones2021"]
+++
<p>Text [1] and [2].</p>
"""
OTHER = '+++\ntitle = "Food"\nslug = "food"\nsummary = "In short."\n+++\n<p>Text</p>\n'
PAGE = '+++\ntitle = "About us"\nslug = "about"\nsummary = "Who we are."\ntreatment = false\n+++\n<p>[license]</p>\n'
FILES = {"articles/sleep.html": ARTICLE, "articles/food.html": OTHER, "pages/about.html": PAGE}


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    """The files of these tests are too small to have six rows at a glance; see the test that wants them."""
    monkeypatch.setattr(checks, "GLANCE_ROWS", 0)


@pytest.fixture
def folder(tmp_path):
    """A small starter folder: two articles, one page, one topic, two sources."""
    for name, text in FILES.items():
        write(tmp_path, name, text)
    write(tmp_path, "categories.toml", '[[category]]\nname = "Your visit"\nslug = "your-visit"\norder = 2\n')
    source = {"title": "A study", "url": "https://doi.org/1", "year": 2020}
    write(tmp_path, "references.json", json.dumps([{"key": key} | source for key in ("smith2020", "jones2021")]))
    return tmp_path


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def load(folder, **options):
    return str(loading.load(timezone.now(), folder, **options))


NOTHING_NEW = "0 articles and 0 pages loaded, 0 updated, 0 kept as edited"


def test_an_article_about_treatment_without_its_six_rows_is_refused(folder, monkeypatch):
    monkeypatch.setattr(checks, "GLANCE_ROWS", 6)

    with pytest.raises(loading.StarterError, match="Fill in all six rows"):
        load(folder)

    assert not Article.objects.filter(slug="sleep").exists()


def test_the_clinics_own_files_load_and_are_public(capsys, client):
    call_command("load_starter_content")

    line = capsys.readouterr().out.strip()
    found = re.fullmatch(r"(\d+) articles and (\d+) pages loaded, 0 updated, 0 kept as edited", line)
    assert found and int(found[1]) >= 4 and int(found[2]) >= 6
    for release in Release.objects.all():
        html = client.get(release.get_absolute_url()).content.decode()
        assert f"<h1>{release.title}" in html
        # Everything in brackets was replaced, but for what the clinic still has to write.
        assert not re.search(r"\[(statement|crisis box|price list|fees notice|clinic team|license|complaints)", html)
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert sorted(ids) == sorted(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', html)) <= {*ids}

    call_command("load_starter_content")
    assert capsys.readouterr().out.strip() == NOTHING_NEW


def test_links_between_the_clinics_own_pages_lead_somewhere(client):
    call_command("load_starter_content", verbosity=0)

    for article in Article.objects.all():
        for address in set(re.findall(r'href="(/[^"]*)"', article.body)):
            path, _, place = address.partition("#")
            response = client.get(path)
            assert response.status_code == 200, (article.slug, address)
            assert not place or f'id="{place}"' in response.content.decode(), (article.slug, address)


def test_first_load_makes_drafts_releases_topics_and_sources(folder):
    assert load(folder) == "2 articles and 1 page loaded, 0 updated, 0 kept as edited"

    sleep = Article.objects.get(slug="sleep")
    assert (sleep.kind, sleep.title, sleep.position, sleep.points()) == ("article", "Sleep", 3, ["One", "Two"])
    assert (sleep.treatment, sleep.ends_with_form, sleep.author) == (True, True, None)
    assert sleep.category == Category.objects.get(name="Your visit", position=2)
    cited = [(row.number, row.reference.key) for row in sleep.citations_in_order()]
    assert cited == [(1, "smith2020"), (2, "jones2021")]
    assert [one.slug for one in sleep.related.all()] == ["food"]
    about = Article.objects.get(slug="about")
    assert (about.kind, about.treatment, about.ends_with_form) == ("page", False, False)
    assert Release.objects.live(timezone.now()).count() == 3
    assert sleep.live(timezone.now()).digest == sleep.digest_now()
    assert sleep.live(timezone.now()).content["related"] == ["food"]


RICH = ARTICLE.replace(
    "+++\n<p>Text [1] and [2].</p>",
    """timeline = '''
Before | | We talk.
During | 40 | It drips.
'''
[glance]
what = "A drip"
risks = "Some"
[[figures]]
number = 1
kind = "chart"
title = "Who slept"
rows = '''
# A trial | 9 people | tea | [1] | no
Milk | 64 | 5 |
Tea | 28 | 4 |
'''
caption = "More slept."
note = "Small."
[[figures]]
number = 2
kind = "drawing"
drawing = "a-night"
+++
<p>Text [1] and [2].</p>
<p>[figure 1]</p>
<p>[figure 2]</p>""",
)
FACTS = '[[fact]]\nsentence = "Text and."\nkeys = ["smith2020"]\nmark = "V"\nline = "3.1"\n'


def test_parts_beside_the_text_are_stored_with_the_draft(folder):
    write(folder, "articles/sleep.html", RICH)
    write(folder, "facts/sleep.toml", FACTS)
    write(folder, "glossary.toml", '[[term]]\nterm = "Sleep"\nforms = ["sleeping", "slept"]\nmeaning = "Rest."\n')

    load(folder)

    sleep = Article.objects.get(slug="sleep")
    assert (sleep.glance_what, sleep.glance_for_whom, sleep.glance_risks) == ("A drip", "", "Some")
    assert sleep.visit_steps() == [
        {"part": "Before", "minutes": "", "text": "We talk."},
        {"part": "During", "minutes": "40", "text": "It drips."},
    ]
    rows = "# A trial | 9 people | tea | [1] | no\nMilk | 64 | 5 |\nTea | 28 | 4 |"
    told = [(one.number, one.kind, one.title, one.rows, one.drawing, one.caption) for one in sleep.figures_in_order()]
    assert told == [(1, "chart", "Who slept", rows, "", "More slept."), (2, "drawing", "", "", "a-night", "")]
    assert sleep.facts == [{"sentence": "Text and.", "keys": ["smith2020"], "mark": "V", "line": "3.1"}]
    assert sleep.live(timezone.now()).content["figures"][0]["title"] == "Who slept"
    assert list(GlossaryTerm.objects.values_list("term", "forms", "meaning")) == [("Sleep", "sleeping\nslept", "Rest.")]
    assert load(folder) == NOTHING_NEW


def test_starter_contents_are_what_a_stored_draft_says(folder):
    write(folder, "articles/sleep.html", RICH)
    load(folder)

    without_database = next(one for one in loading.starter_contents(folder) if one["slug"] == "sleep")

    stored = Article.objects.get(slug="sleep").content()
    for part in ("figures", "glance", "timeline", "key_points", "body", "references"):
        assert without_database[part] == stored[part]


def test_file_takes_its_parts_away_again(folder):
    write(folder, "articles/sleep.html", RICH)
    write(folder, "facts/sleep.toml", FACTS)
    load(folder)
    write(folder, "articles/sleep.html", ARTICLE)
    (folder / "facts/sleep.toml").unlink()

    assert load(folder) == "0 articles and 0 pages loaded, 1 updated, 0 kept as edited"

    sleep = Article.objects.get(slug="sleep")
    assert (sleep.glance(), sleep.timeline, sleep.facts, sleep.figures.count()) == ([], "", [], 0)


def test_new_map_of_facts_is_no_new_text_for_readers(folder):
    load(folder)
    write(folder, "facts/sleep.toml", FACTS)

    assert load(folder) == "0 articles and 0 pages loaded, 1 updated, 0 kept as edited"

    sleep = Article.objects.get(slug="sleep")
    assert (len(sleep.facts), sleep.releases.count()) == (1, 1)
    assert load(folder) == NOTHING_NEW


def change_glance(sleep):
    Article.objects.filter(pk=sleep.pk).update(glance_cost="Ask us")


def change_timeline(sleep):
    Article.objects.filter(pk=sleep.pk).update(timeline="Before | 30 | We talk.")


def change_figure(sleep):
    sleep.figures.filter(number=1).update(note="Ours.")


def add_figure(sleep):
    sleep.figures.create(number=3, kind=Figure.Kind.PICTURE, alt_choice=Figure.Alt.DECORATIVE)


def take_figure(sleep):
    sleep.figures.filter(number=2).delete()


@pytest.mark.parametrize("change", [change_glance, change_timeline, change_figure, add_figure, take_figure])
def test_page_whose_parts_a_person_changed_is_never_touched(folder, change):
    write(folder, "articles/sleep.html", RICH)
    load(folder)
    change(Article.objects.get(slug="sleep"))
    before = Article.objects.get(slug="sleep").content()
    write(folder, "articles/sleep.html", RICH.replace("Text", "Better"))

    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 1 kept as edited"

    assert Article.objects.get(slug="sleep").content() == before


def test_line_ends_of_an_editors_form_are_no_edit(folder):
    write(folder, "articles/sleep.html", RICH)
    load(folder)
    sleep = Article.objects.get(slug="sleep")
    Article.objects.filter(pk=sleep.pk).update(timeline=sleep.timeline.replace("\n", "\r\n"))
    sleep.figures.filter(number=1).update(rows=sleep.figures.get(number=1).rows.replace("\n", "\r\n"))

    assert load(folder) == NOTHING_NEW


def test_page_without_such_parts_has_the_fingerprint_it_always_had(folder):
    """So that pages loaded before there were any still count as nobody's."""
    values = loading.read_page(folder / "articles/sleep.html", Article.Kind.ARTICLE).values
    bare = {name: value for name, value in values.items() if name not in loading.EXTRAS}

    assert loading.fingerprint(values) == loading.fingerprint(bare)


def test_corrected_term_is_left_alone(folder):
    write(folder, "glossary.toml", '[[term]]\nterm = "Sleep"\nmeaning = "Rest."\n')
    load(folder)
    GlossaryTerm.objects.update(meaning="Ours.")

    assert load(folder) == NOTHING_NEW
    assert GlossaryTerm.objects.get().meaning == "Ours."


def test_second_load_changes_nothing_and_asks_little(folder, django_assert_max_num_queries):
    load(folder)
    before = list(Release.objects.values_list("id", "public_until"))

    with django_assert_max_num_queries(16):
        assert load(folder) == NOTHING_NEW

    assert list(Release.objects.values_list("id", "public_until")) == before


def test_changed_file_updates_the_page_nobody_has_edited(folder):
    load(folder)
    better = ARTICLE.replace("Text [1] and [2].", "Better [1].").replace(', "jones2021"', "")
    write(folder, "articles/sleep.html", better)

    assert load(folder) == "0 articles and 0 pages loaded, 1 updated, 0 kept as edited"

    live = Article.objects.get(slug="sleep").live(timezone.now())
    assert live.content["body"] == "<p>Better [1].</p>"
    assert [row["key"] for row in live.content["references"]] == ["smith2020"]
    assert load(folder) == NOTHING_NEW


def test_layout_of_a_file_is_no_change(folder):
    load(folder)
    loose = ARTICLE.replace("<p>Text", "\n\n<p>\n  Text").replace("order = 3", "order   =   3")
    write(folder, "articles/sleep.html", loose)

    assert load(folder) == NOTHING_NEW


@pytest.mark.parametrize(
    "field, value",
    [("title", "Ours"), ("body", "<p>Ours [1] [2]</p>"), ("key_points", "Ours"), ("position", 9), ("treatment", False)],
)
def test_edited_page_is_never_touched(folder, field, value):
    load(folder)
    article = Article.objects.get(slug="sleep")
    setattr(article, field, value)
    article.save()
    write(folder, "articles/sleep.html", ARTICLE.replace("Text", "Better"))

    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 1 kept as edited"

    assert getattr(Article.objects.get(slug="sleep"), field) == value
    assert article.live(timezone.now()).content["body"] == "<p>Text [1] and [2].</p>"


def test_changed_references_or_relations_count_as_edited(folder):
    load(folder)
    Article.objects.get(slug="sleep").citations.filter(number=2).delete()
    Article.objects.get(slug="food").related.set([Article.objects.get(slug="sleep")])

    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 2 kept as edited"


def test_page_with_a_new_address_is_still_the_same_page(folder):
    load(folder)
    article = Article.objects.get(slug="sleep")
    article.slug = "sleeping-well"
    article.save()
    article.publish(timezone.now())

    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 1 kept as edited"
    assert Article.objects.count() == 3


def test_page_taken_off_the_site_stays_off(folder):
    load(folder)
    Article.objects.get(slug="sleep").unpublish(timezone.now())
    write(folder, "articles/sleep.html", ARTICLE.replace("Text", "Better"))

    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 1 kept as edited"
    assert not Release.objects.live(timezone.now()).filter(slug="sleep").exists()


def test_signed_page_is_left_to_its_signer(folder):
    load(folder)
    article = Article.objects.get(slug="sleep")
    article.sign(make_contributor(), timezone.now())
    write(folder, "articles/sleep.html", ARTICLE.replace("Text", "Better"))

    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 1 kept as edited"
    assert Article.objects.get(slug="sleep").is_signed()


def test_page_the_clinic_wrote_at_a_starter_address_is_theirs(folder):
    make_public(slug="food", title="Our own")

    assert load(folder) == "1 article and 1 page loaded, 0 updated, 1 kept as edited"
    assert Article.objects.get(slug="food").title == "Our own"


def test_corrected_sources_and_topics_are_left_alone(folder):
    load(folder)
    Reference.objects.filter(key="smith2020").update(url="https://corrected.example/")
    Category.objects.update(name="Visits")

    assert load(folder) == NOTHING_NEW
    assert Reference.objects.get(key="smith2020").url == "https://corrected.example/"
    assert Category.objects.get().name == "Visits"


def test_topic_with_a_new_address_is_still_the_same_topic(folder):
    load(folder)
    Category.objects.update(slug="visits")
    nap = ARTICLE.replace('"Sleep"', '"Nap"').replace('"sleep"', '"nap"')
    write(folder, "articles/nap.html", nap)

    assert load(folder) == "1 article and 0 pages loaded, 0 updated, 1 kept as edited"
    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 1 kept as edited"
    assert Article.objects.get(slug="nap").category == Category.objects.get()


def test_new_file_may_name_a_page_that_has_moved_since(folder):
    load(folder)
    Article.objects.filter(slug="food").update(slug="eating")
    nap = ARTICLE.replace('"Sleep"', '"Nap"').replace('"sleep"', '"nap"')
    write(folder, "articles/nap.html", nap)

    assert load(folder) == "1 article and 0 pages loaded, 0 updated, 2 kept as edited"
    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 2 kept as edited"
    assert [one.slug for one in Article.objects.get(slug="nap").related.all()] == ["eating"]


def test_page_somebody_answers_for_is_theirs(folder):
    load(folder)
    Article.objects.filter(slug="sleep").update(author=make_contributor())
    write(folder, "articles/sleep.html", ARTICLE.replace("Text", "Better"))

    assert load(folder) == "0 articles and 0 pages loaded, 0 updated, 1 kept as edited"


def test_file_taken_away_leaves_its_page(folder):
    load(folder)
    (folder / "articles/food.html").unlink()

    assert load(folder) == NOTHING_NEW
    assert Release.objects.live(timezone.now()).filter(slug="food").exists()


def test_dry_run_says_what_it_would_do_and_stores_nothing(folder):
    assert load(folder, dry_run=True) == "2 articles and 1 page loaded, 0 updated, 0 kept as edited"

    assert (Article.objects.count(), Release.objects.count(), Reference.objects.count()) == (0, 0, 0)


WRONG = {
    "no fence": ("<p>Text</p>", "sleep.html, line 1: start with +++"),
    "bad front matter": (ARTICLE.replace('"Sleep"', "Sleep"), "sleep.html, line 2: "),
    "unknown name": (ARTICLE.replace("order", "ordr"), "sleep.html, line 6: “ordr” is not a name we know here."),
    "missing": (ARTICLE.replace('summary = "In short."\n', ""), "sleep.html: summary is missing."),
    "type": (ARTICLE.replace("order = 3", 'order = "3"'), "sleep.html, line 6: order must be a whole number."),
    "switch": (
        ARTICLE.replace("order = 3", 'treatment = "no"'), "sleep.html, line 6: treatment must be true or false.",
    ),
    "list": (ARTICLE.replace('["food"]', '"food"'), "sleep.html, line 8: related must be a list of texts in quotes."),
    "too long": (ARTICLE.replace('"Sleep"', f'"{"S" * 161}"'), "sleep.html, line 2: title: Ensure this value"),
    "address": (ARTICLE.replace('"sleep"', '"sl eep"'), "sleep.html, line 3: slug: Enter a valid"),
    "topic": (ARTICLE.replace("your-visit", "nowhere"), "sleep.html, line 4: there is no topic “nowhere” in"),
    "source": (ARTICLE.replace("jones2021", "jones"), "sleep.html, line 9: there is no source “jones” in"),
    "source twice": (ARTICLE.replace("jones2021", "smith2020"), "sleep.html, line 9: smith2020 stands twice in"),
    "relation": (ARTICLE.replace("food", "fod"), "sleep.html, line 8: there is no page “fod” to be related to."),
    "mark": (ARTICLE.replace("[2].", "[3]."), "sleep.html, line 11: [3] has no reference in the list."),
    "image": (
        ARTICLE + "<img src='https://a.example/'>",
        "sleep.html, line 12: take this out of the text: an image from another site.",
    ),
    "script": (ARTICLE + "<script>1</script>", "sleep.html, line 12: take this out of the text: a script."),
    "glance": (RICH.replace("risks =", "riks ="), "sleep.html, line 16: “riks” is no row of the box; it has what,"),
    "glance type": (RICH.replace('"Some"', "3"), "sleep.html, line 14: glance must be a table of texts in quotes."),
    "timeline": (ARTICLE.replace("order = 3", "timeline = 3"), "sleep.html, line 6: timeline must be text in quotes."),
    "figure number": (RICH.replace("number = 2", "number = 3"), "sleep.html, line 17: figures are numbered 1, 2, 3"),
    "figure kind": (RICH.replace('"chart"', '"photo"'), "sleep.html, line 17: figure 1: kind is chart or drawing."),
    "figure name": (RICH.replace("caption", "captoin"), "sleep.html, line 26: “captoin” is not a name we know in a"),
    "figure empty": (RICH.replace('"a-night"', '""'), "sleep.html, line 17: figure 2: a chart needs rows, a drawing"),
    "figure long": (RICH.replace('"Who slept"', f'"{"S" * 161}"'), "sleep.html, line 2: title: Ensure this value"),
    "empty": (re.sub("<p>.*</p>", "", ARTICLE), "sleep.html: The page has no text yet."),
}  # fmt: skip


@pytest.mark.parametrize("text, words", WRONG.values(), ids=WRONG.keys())
def test_mistake_names_its_file_and_line_and_nothing_is_stored(folder, text, words):
    write(folder, "articles/sleep.html", text)

    with pytest.raises(loading.StarterError) as error:
        load(folder)

    assert str(error.value).startswith(words)
    assert (Article.objects.count(), Release.objects.count(), Reference.objects.count()) == (0, 0, 0)


def test_mistake_in_an_update_leaves_everything_as_it_was(folder):
    load(folder)
    make_article(slug="other")
    write(folder, "articles/food.html", OTHER.replace("Text", "Better"))
    write(folder, "articles/sleep.html", ARTICLE.replace("jones2021", "jones"))

    with pytest.raises(loading.StarterError):
        load(folder)

    assert Article.objects.get(slug="food").live(timezone.now()).content["body"] == "<p>Text</p>"
    assert Release.objects.count() == 3


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("references.json", '[\n{"key": }]', "references.json, line 2: "),
        ("categories.toml", "[[category]\n", "categories.toml, line 1: "),
        ("categories.toml", '[[category]]\nname = "A"\n', "categories.toml: a topic has no slug."),
        ("glossary.toml", "[[term]\n", "glossary.toml, line 1: "),
        ("glossary.toml", '[[term]]\nterm = "A"\n', "glossary.toml: a term has no meaning."),
        ("facts/sleep.toml", "[[fact]\n", "facts/sleep.toml, line 1: "),
        ("facts/sleep.toml", FACTS.replace("line =", "lin ="), "sleep.toml, line 2: a fact has sentence, keys, mark,"),
        ("facts/sleep.toml", FACTS.replace('"V"', '"M"'), "sleep.toml, line 2: mark is V or P: what was only"),
        (
            "facts/sleep.toml",
            FACTS.replace("smith2020", "smith"),
            "sleep.toml, line 2: “smith” is not among the page's",
        ),
        (
            "facts/sleep.toml",
            FACTS.replace('["smith2020"]', '"smith2020"'),
            "sleep.toml, line 2: keys is missing or of",
        ),
    ],
)
def test_mistake_in_a_list_names_it(folder, name, text, words):
    write(folder, name, text)

    with pytest.raises(loading.StarterError) as error:
        load(folder)

    assert str(error.value).startswith(words)


def test_command_ends_with_one_plain_line(folder, monkeypatch):
    write(folder, "articles/sleep.html", "<p>Text</p>")
    monkeypatch.setattr(loading, "FOLDER", folder)

    with pytest.raises(CommandError, match="sleep.html, line 1"):
        call_command("load_starter_content")


def test_on_a_public_address_starter_pages_wait_for_their_signature(client, settings):
    settings.DEMONSTRATION = False

    call_command("load_starter_content")
    first = Release.objects.count()
    call_command("load_starter_content")

    starter_files = [*loading.FOLDER.glob("articles/*.html"), *loading.FOLDER.glob("pages/*.html")]
    assert (first, Release.objects.count()) == (len(starter_files), len(starter_files))
    assert client.get("/articles/your-first-ketamine-infusion/").status_code == 404
    assert client.get("/privacy/").status_code == 200
    article = Article.objects.get(slug="your-first-ketamine-infusion")
    article.sign(make_contributor(), timezone.now())
    article.publish(timezone.now())
    assert client.get("/articles/your-first-ketamine-infusion/").status_code == 200
