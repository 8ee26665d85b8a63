"""What an editor writes, through the real admin: numbers that move, figures, pastes, two people at once, history."""

import re
import threading
from html import unescape

import pytest
from django.db import connections
from django.test import Client

from articles import loading, marks
from articles.admin_forms import chart_problems
from articles.admin_history import text_of
from articles.models import (
    Article,
    Category,
    Citation,
    Contributor,
    Figure,
    GlossaryTerm,
    Picture,
    Reference,
    Revision,
    Step,
)
from tests.articles.pictures import encoded, make_picture, upload
from tests.articles.saving import change_url, form_of, save, told
from tests.articles.test_word import STORED, WINDOWS
from tests.articles.writing import LONG_AGO, make_article, make_category, make_contributor, make_public, make_reference
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

ADD = "/admin/articles/article/add/"


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def editor(client):
    user = make_staff("eve", "Editor", first_name="Eve", last_name="Stone")
    client.force_login(user)
    return user


def refused(client, url, **kwargs):
    """Return the words of a page that refuses to save."""
    response = client.post(url, form_of(**kwargs))
    assert response.status_code == 200
    return unescape(response.content.decode())


def rows_of(article):
    return [(row.number, row.reference.key) for row in article.citations_in_order()]


# --- Numbers that move ---


def test_marks_follow_rows_that_change_places_in_one_save(client, editor):
    article = make_article(
        references=["a", "b", "c"],
        body="<p>One [1], two [2], three [3][1].</p>",
        summary="Short [1].",
        key_points="Point [2]\nLimit [3]",
        glance_risks="Risks [3]",
        timeline="Before | 30 | Weighed [1]",
    )
    a, b, c = (row.reference for row in article.citations.all())

    response = save(client, change_url(article), article=article, rows=[(2, a, 1), (3, b, 2), (1, c, 3)])

    article = Article.objects.get()
    assert rows_of(article) == [(1, "c"), (2, "a"), (3, "b")]
    assert article.body == "<p>One [2], two [3], three [1][2].</p>"
    assert (article.summary, article.key_points) == ("Short [2].", "Point [3]\nLimit [1]")
    assert (article.glance_risks, article.timeline) == ("Risks [1]", "Before | 30 | Weighed [2]")
    assert "The marks in the text followed their rows: [1] is now [2], [2] is now [3], [3] is now [1]." in told(
        response
    )


def test_rows_that_moved_on_the_page_already_move_no_mark_again(client, editor):
    # The page's script has moved the marks and says so: the number each row had is the one it has.
    article = make_article(references=["a", "b"], body="<p>One [1], two [2].</p>")
    a, b = (row.reference for row in article.citations.all())

    save(client, change_url(article), article=article, rows=[(2, a, 2), (1, b, 1)], body="<p>One [2], two [1].</p>")

    assert Article.objects.get().body == "<p>One [2], two [1].</p>"
    assert rows_of(article) == [(1, "b"), (2, "a")]


def test_mark_of_a_deleted_row_never_points_to_another_source(client, editor):
    article = make_article(references=["a", "b"], body="<p>One [1], two [2].</p>")
    a, b = (row.reference for row in article.citations.all())

    html = refused(client, change_url(article), article=article, rows=[(1, b, 2)])

    assert "[1] in the text belongs to a reference that is not in the list any more" in html
    assert 'name="citations-0-number" value="1"' in html
    assert rows_of(Article.objects.get()) == [(1, "a"), (2, "b")]
    save(client, change_url(article), article=article, rows=[(1, b, 2)], body="<p>One, two [2].</p>")
    assert Article.objects.get().body == "<p>One, two [1].</p>"


def test_another_source_under_the_same_number_is_the_editors_choice(client, editor):
    article = make_article(references=["a"], body="<p>One [1].</p>")

    save(client, change_url(article), article=article, rows=[(1, make_reference("b"), 1)])

    assert (Article.objects.get().body, rows_of(article)) == ("<p>One [1].</p>", [(1, "b")])


def test_figures_move_with_their_marks_and_their_own_marks_move_too(client, editor):
    article = make_article(references=["a", "b"], body="<p>[figure 1]</p>\n<p>Text [1] [2]</p>\n<p>[figure 2]</p>")
    a, b = (row.reference for row in article.citations.all())
    figures = [
        {
            "number": 2,
            "was": 1,
            "kind": "chart",
            "rows": "# A | 73 | saline | [1] | no\nKetamine | 64\nSaline | 28",
            "note": "[2]",
        },
        {"number": 1, "was": 2, "kind": "drawing", "drawing": "visit-timeline", "caption": "As in [1]."},
    ]

    save(client, change_url(article), article=article, rows=[(2, a, 1), (1, b, 2)], figures=figures)

    article = Article.objects.get()
    assert article.body == "<p>[figure 2]</p>\n<p>Text [2] [1]</p>\n<p>[figure 1]</p>"
    assert [(one.number, one.kind, one.rows, one.caption, one.note) for one in article.figures_in_order()] == [
        (1, "drawing", "", "As in [2].", ""),
        (2, "chart", "# A | 73 | saline | [2] | no\nKetamine | 64\nSaline | 28", "", "[1]"),
    ]


def test_clinician_who_may_not_change_rows_moves_nothing(client):
    user = make_staff("dana", "Clinician")
    client.force_login(user)
    article = make_article(references=["a", "b"], body="<p>[1] [2]</p>")
    a, b = (row.reference for row in article.citations.all())
    Figure.objects.create(article=article, number=1, kind="drawing", drawing="visit-timeline")

    save(client, change_url(article), article=article, rows=[(2, a, 1), (1, b, 2)], figures=[])

    article = Article.objects.get()
    assert (article.body, rows_of(article), article.figures.count()) == ("<p>[1] [2]</p>", [(1, "a"), (2, "b")], 1)


@pytest.mark.parametrize(
    "text, sources, figures, moved",
    [
        ("[1] [2] [10]", {1: 2, 2: 1}, {}, "[2] [1] [10]"),
        ("[1][figure 1]", {1: 3}, {1: 2}, "[3][figure 2]"),
        ("[0] [1234] [x] [ 1 ] 1]", {1: 3}, {}, "[0] [1234] [x] [ 1 ] 1]"),
        ('<a href="/x?[1]">[1]</a>', {1: 3}, {}, '<a href="/x?[1]">[3]</a>'),
        ("a < b [1] > c", {1: 3}, {}, "a < b [1] > c"),
        ("", {1: 2}, {2: 1}, ""),
    ],
)
def test_renumbering(text, sources, figures, moved):
    assert marks.renumber(text, sources, figures) == moved


def test_marks_and_rows_that_do_not_meet_are_said_on_the_page(client, editor):
    article = make_article(references=["a"], body="<p>Text [3]</p>\n<p>[figure 2]</p>")
    Figure.objects.create(article=article, number=1, kind="drawing", drawing="visit-timeline")

    html = unescape(client.get(change_url(article)).content.decode())

    for words in (
        "[3] in the text has no reference yet.",
        "Reference [1] is not cited in the text yet.",
        "[figure 2] in the text has no figure yet.",
        "Figure 1 is not placed in the text yet.",
    ):
        assert f"<li>{words}</li>" in html


# --- Figures ---

PICTURE = {"number": 1, "kind": "picture"}


@pytest.mark.parametrize(
    "figure, words",
    [
        (PICTURE, "Choose the picture, or upload it with the plus sign first."),
        (PICTURE, "Choose one: describe it in words, or say that it is only decoration."),
        (PICTURE | {"alt_choice": "describe", "alt": " "}, "Say in a sentence what the picture shows."),
        (PICTURE | {"alt_choice": "decorative", "alt": "A room"}, "It is described. Choose"),
        ({"number": 1, "kind": "chart"}, "The chart has no rows yet"),
        ({"number": 1, "kind": "chart", "rows": "Ketamine | 64"}, "Line 1: start with the study"),
        (
            {"number": 1, "kind": "chart", "rows": "# A | 9\nKetamine | 640"},
            "Line 2: write the value as a number",
        ),
        ({"number": 1, "kind": "drawing"}, "Choose the drawing"),
        ({"number": 1, "kind": "drawing", "drawing": "../../x"}, "Select a valid choice."),
        ({"number": 1, "kind": ""}, "This field is required."),
        ({"number": "", "kind": "drawing", "drawing": "visit-timeline"}, "This field is required."),
    ],
)
def test_figure_with_something_missing_is_refused_in_words_and_kept(client, editor, figure, words):
    figure = {"title": "A title nobody wants to type again", **figure}

    html = refused(client, ADD, figures=[figure])

    assert words in html
    assert 'value="A title nobody wants to type again"' in html
    assert not Article.objects.exists()


def test_two_figures_of_one_number_are_refused(client, editor):
    figure = {"number": 1, "kind": "drawing", "drawing": "visit-timeline"}

    assert "Number 1 is given to more than one figure." in refused(client, ADD, figures=[figure, figure])


@pytest.mark.parametrize("choice, alt", [("describe", "A chair beside a drip stand."), ("decorative", "")])
def test_picture_is_placed_with_the_choice_of_words(client, editor, choice, alt):
    picture = make_picture()
    figure = PICTURE | {"picture": picture.value(), "alt_choice": choice, "alt": alt, "caption": "The room."}

    save(client, ADD, figures=[figure], body="<p>Text</p><p>[figure 1]</p>")

    value = Figure.objects.get().value()
    assert (value["alt_choice"], value["alt"], value["picture"]) == (choice, alt, picture.value())


@pytest.mark.parametrize(
    "rows, problems",
    [
        ("# One infusion | 73 | midazolam | [3] | no\nKetamine | 64 | 47 | a day later\nMidazolam | 28.5", 0),
        ("# A | 9\n\nKetamine | 64%\n# B | 9\nKetamine | 100 | 1,000", 0),
        ("# A | 9\nKetamine", 1),
        ("# A | 9\n | 64", 1),
        ("# A | 9\nKetamine | 64 | many", 1),
        ("# A | 9\nKetamine | -1\nOther | 101\nThird | 1 | 2 | 3 | 4", 3),
        ("# A | 9", 1),
        ("", 1),
    ],
)
def test_rows_of_a_chart(rows, problems):
    assert len(chart_problems(rows)) == problems


def test_form_of_a_picture_figure_has_no_choice_made(client, editor):
    html = client.get(ADD).content.decode()

    radios = re.findall(r'<input type="radio"[^>]*name="figures-__prefix__-alt_choice"[^>]*>', html)
    assert len(radios) == 2 and not [one for one in radios if "checked" in one]


# --- What is pasted and typed ---


def test_paste_from_word_is_stored_clean_and_the_editor_is_told(client, editor):
    response = save(client, ADD, body=WINDOWS, rows=[(1, make_reference("a"))])

    assert Article.objects.get().body == STORED
    assert (
        "We took out: fonts, colors and spacing from Word, text that Word had marked as deleted, the links of Word’s "
        "footnotes (a mark such as [1] stays: give it its reference), hidden text from Word, comments from Word, "
        "an image. The rest of the text was kept."
    ) in told(response)


def test_callout_is_a_quote_with_a_bold_first_line(client, editor):
    body = "<blockquote><p><strong>A related medicine</strong></p><p>It is <em>approved</em>.</p></blockquote>"

    save(client, ADD, body=body)

    assert Article.objects.get().body == body


@pytest.mark.parametrize(
    "line, words",
    [
        ("Before | 30", "Line 1: write three parts"),
        ("Before | half an hour | We weigh you", "Line 1: write the minutes as a number"),
        ("Before | 30 |", "Line 1: say after the second | what happens."),
    ],
)
def test_timeline_with_a_mistake_is_refused_in_words(client, editor, line, words):
    html = refused(client, ADD, timeline=line)

    assert words in html and line in html


def test_timeline_of_whole_lines_is_stored(client, editor):
    timeline = "Before | 30 | We weigh you\nDuring | 40-60 | You rest\nGoing home | | Somebody takes you\nA plain line"

    save(client, ADD, timeline=timeline, glance_what="An infusion")

    article = Article.objects.get()
    assert [step["minutes"] for step in article.visit_steps()] == ["30", "40-60", "", ""]
    assert article.glance() == [{"label": "What it is", "text": "An infusion"}]


@pytest.mark.parametrize("months, is_kept", [(1, True), (12, True), (13, False), (0, False)])
def test_next_review_is_at_most_twelve_months_on(client, editor, months, is_kept):
    response = client.post(ADD, form_of(review_months=months))

    assert (response.status_code == 302) is is_kept


# --- Two people at once ---


def test_everything_the_other_person_saved_is_shown(client, editor):
    topic, writer = make_category("other-topic"), make_contributor("Ben Hill")
    article = make_article(title="Sleep", references=["a"])
    article.keep(None, LONG_AGO)
    opened_by_eve = form_of(article, body="<p>Eve wrote this</p>", review_months="99")
    client.force_login(make_staff("ben", "Editor", first_name="Ben", last_name="Hill"))
    theirs = {
        "title": "Ben title", "summary": "Ben summary", "key_points": "Ben point", "description": "Ben description",
        "timeline": "Before | 30 | Ben step", "glance_what": "Ben what", "glance_for_whom": "Ben whom",
        "glance_minutes": "Ben minutes", "glance_approval": "Ben approval", "glance_risks": "Ben risks",
        "glance_cost": "Ben cost", "body": "<p>Ben body</p>",
    }  # fmt: skip
    figure = {"number": 1, "kind": "drawing", "drawing": "visit-timeline", "caption": "Ben caption", "note": "Ben note"}
    save(
        client, change_url(article), article=article, rows=[(1, make_reference("bens"))], figures=[figure],
        category=topic.pk, author=writer.pk, review_months=9, mainly_risk=True, **theirs,
    )  # fmt: skip
    client.force_login(editor)

    html = unescape(client.post(change_url(article), opened_by_eve).content.decode())

    shown = html[html.index("What the other person saved") : html.index('name="title"')]
    for words in (*theirs.values(), "Ben caption", "Ben note", "[1] bens", "Other topic", "Ben Hill", "9", "yes"):
        assert words.removeprefix("<p>").removesuffix("</p>").split(" | ")[-1] in shown
    assert "What they changed since you opened the page" in shown
    assert "<del>Article" not in shown and "<ins>Ben</ins>" in shown
    assert "<p>Eve wrote this</p>" in html


def test_what_the_other_person_left_alone_is_not_shown_as_theirs(client, editor):
    article = make_article(body="<p>A long text</p>", references=["a"])
    article.keep(None, LONG_AGO)
    opened = form_of(article, body="<p>Eve wrote this</p>")
    save(client, change_url(article), article=article, summary="Ben wrote this")

    html = client.post(change_url(article), opened).content.decode()

    shown = html[html.index("Their whole text") : html.index("</section>", html.index("Their whole text"))]
    assert re.findall(r"<h3>([^<]+)</h3>", shown) == ["Summary"]


def test_overwritten_text_stays_in_the_history(client, editor):
    article = make_article(body="<p>Old</p>")
    opened = form_of(article, body="<p>Eve</p>")
    save(client, change_url(article), article=article, body="<p>Ben</p>")
    html = client.post(change_url(article), opened).content.decode()
    version = re.search(r'name="seen_version" value="(\d+)"', html)[1]

    client.post(change_url(article), opened | {"seen_version": version})

    assert [row.content["body"] for row in article.revisions.all()] == ["<p>Eve</p>", "<p>Ben</p>", "<p>Old</p>"]


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_in_one_moment_one_is_told_of_the_other(settings):
    users = [make_staff(name, "Editor") for name in ("ana", "ben")]
    article = make_article(body="<p>Old</p>", references=["a"])
    sent = {user: form_of(article, body=f"<p>{user.username} wrote this</p>") for user in users}
    answers, start = {}, threading.Barrier(2)

    def press(user):
        client = Client()
        client.force_login(user)
        start.wait(10)
        answers[user] = client.post(change_url(article), sent[user])
        connections.close_all()

    threads = [threading.Thread(target=press, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(answer.status_code for answer in answers.values()) == [200, 302]
    [(first, _)] = [(user, answer) for user, answer in answers.items() if answer.status_code == 302]
    [(second, page)] = [(user, answer) for user, answer in answers.items() if answer.status_code == 200]
    html = unescape(page.content.decode())
    assert f"<p>{first.username} wrote this</p>" in html and f"<p>{second.username} wrote this</p>" in html
    assert Article.objects.get().body == f"<p>{first.username} wrote this</p>"
    assert Revision.objects.filter(content__body=f"<p>{first.username} wrote this</p>").count() == 1


@pytest.mark.parametrize("model", ["reference", "glossaryterm", "picture"])
def test_rows_of_their_own_keep_both_texts(client, editor, model):
    row, name = {
        "reference": lambda: (make_reference("a", kind="trial"), "title"),
        "glossaryterm": lambda: (GlossaryTerm.objects.create(term="infusion", meaning="Old"), "meaning"),
        "picture": lambda: (make_picture(), "title"),
    }[model]()
    url = f"/admin/articles/{model}/{row.pk}/change/"
    html = client.get(url).content.decode()
    fields = {one: getattr(row, one) for one in ("key", "kind", "title", "url", "term", "meaning") if hasattr(row, one)}
    opened = {**fields, "seen": re.search(r'name="seen" value="(\w+)"', html)[1], name: "Eve wrote this"}
    assert client.post(url, opened | {name: "Ben wrote this"}).status_code == 302

    response = client.post(url, opened)

    html = unescape(response.content.decode())
    assert response.status_code == 200
    assert "Eve Stone saved this while you were writing." in html
    assert "Eve wrote this" in html and ": Ben wrote this" in html
    row.refresh_from_db()
    assert getattr(row, name) == "Ben wrote this"
    again = opened | {"seen": re.search(r'name="seen" value="(\w+)"', html)[1]}
    assert client.post(url, again).status_code == 302
    row.refresh_from_db()
    assert getattr(row, name) == "Eve wrote this"


# --- Every save is kept ---


def whole(**fields):
    """Return a page with a value in everything that is kept."""
    article = make_article(
        references=["a", "b"], related=[make_article()], category=make_category(), author=make_contributor("Ana"),
        body="<h2>One</h2>\n<p>Text [1] [2]</p>\n<p>[figure 1]</p>", key_points="One\n  Two ", description="In a line.",
        timeline="Before | 30 | Weighed\nA plain line", glance_what="What", glance_cost="Cost\nin two lines",
        review_months=4, facts=[{"sentence": "One.", "key": "a", "mark": "V"}], mainly_risk=True, position=7, **fields,
    )  # fmt: skip
    Figure.objects.create(
        article=article, number=1, kind="picture", picture=make_picture(), alt_choice="describe", alt="A room",
        title="Room", caption="The room [1].", note="Small",
    )  # fmt: skip
    return article


def state(article):
    article = Article.objects.with_content().get(pk=article.pk)
    return article.content(), article.draft_values()


def test_each_save_is_kept_whole_with_who_and_when(client, editor):
    save(client, ADD, body="<p>One</p>")
    article = Article.objects.get()

    save(client, change_url(article), article=article, body="<p>Two [1]</p>", rows=[(1, make_reference("a"))])

    assert [
        (row.version, row.user, row.content["body"], [one["key"] for one in row.content["references"]])
        for row in article.revisions.all()
    ] == [(2, editor, "<p>Two [1]</p>", ["a"]), (1, editor, "<p>One</p>", [])]
    assert article.revisions.first().digest == Article.objects.get().digest_now()


def test_pages_that_are_loaded_are_kept_too(db):
    loading.load(LONG_AGO)

    kept = {row.article_id: (row.digest, row.note) for row in Revision.objects.all()}
    assert kept == {one.pk: (one.digest_now(), loading.REASON) for one in Article.objects.with_content()}
    assert Revision.objects.count() == len(kept) > 0


def test_text_from_before_saves_were_kept_is_kept_at_the_next(client, editor):
    article = make_article(body="<p>Before</p>")

    save(client, change_url(article), article=article, body="<p>After</p>")

    assert [(row.content["body"], row.user, row.note) for row in article.revisions.order_by("id")] == [
        ("<p>Before</p>", None, "As it was before saves were kept"),
        ("<p>After</p>", editor, ""),
    ]


def test_save_that_fails_keeps_nothing(client, editor, monkeypatch):
    article = make_article(body="<p>Old</p>", references=["a"])

    def broken(*args, **kwargs):
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(Article, "keep", broken)
    with pytest.raises(RuntimeError):
        client.post(change_url(article), form_of(article, body="<p>New</p>", rows=[]))

    assert (Article.objects.get().body, rows_of(article), Revision.objects.count()) == ("<p>Old</p>", [(1, "a")], 0)


def test_restored_draft_is_the_same_in_everything(client, editor):
    article = whole()
    before = state(article)
    kept = article.keep(editor, LONG_AGO)
    Article.objects.filter(pk=article.pk).update(title="Changed", body="<p>Gone</p>", facts=[], review_months=9)
    article.citations.all().delete()
    article.figures.all().delete()
    article.related.clear()
    url = f"/admin/articles/article/{article.pk}/restore/{kept.pk}/"
    seen = re.search(r'name="seen_version" value="(\d+)"', client.get(url).content.decode())[1]

    response = client.post(url, {"seen_version": seen})

    assert told(response) == ["Version 1 is the draft again. Readers still see what they saw."]
    assert state(article) == before
    assert [(step.kind, step.user) for step in article.steps.all()] == [(Step.Kind.RESTORED, editor)]
    assert [row.version for row in article.revisions.order_by("id")] == [1, 2]
    assert Revision.objects.get(pk=kept.pk).content == kept.content


def test_restoring_changes_nothing_for_readers(client, editor):
    article = make_public(slug="sleep", body="<p>Public</p>")
    old = article.keep(editor, LONG_AGO)
    save(client, change_url(article), article=article, body="<p>Newer</p>")
    article = Article.objects.get()
    article.publish(LONG_AGO)

    client.post(f"/admin/articles/article/{article.pk}/restore/{old.pk}/", {"seen_version": article.version})

    assert Article.objects.get().body == "<p>Public</p>"
    assert "Newer" in client.get("/articles/sleep/").content.decode()


def test_restoring_what_is_gone_says_so_and_brings_back_the_rest(client, editor):
    article = whole(slug="sleep")
    kept = article.keep(editor, LONG_AGO)
    article.figures.all().delete()
    article.citations.all().delete()
    Reference.objects.get(key="a").delete()
    Picture.objects.all().delete()
    Article.objects.filter(pk=article.pk).update(slug="moved", author=None, category=None)
    Contributor.objects.all().delete()
    Category.objects.all().delete()
    make_article(slug="sleep")

    lost = Article.objects.get(pk=article.pk).restore(kept, editor, LONG_AGO)

    assert lost == [
        "the address sleep, which another page has now", "the author, which was deleted",
        "the topic, which was deleted", "the picture of figure 1, which was deleted",
    ]  # fmt: skip
    article = Article.objects.get(pk=article.pk)
    assert (article.slug, rows_of(article)) == ("moved", [(1, "a"), (2, "b")])
    assert Reference.objects.get(key="a").title == "A study called a"
    assert [(one.title, one.picture) for one in article.figures_in_order()] == [("Room", None)]


def test_draft_saved_meanwhile_is_not_restored_over(client, editor):
    article = make_article(body="<p>Old</p>")
    kept = article.keep(editor, LONG_AGO)
    save(client, change_url(article), article=article, body="<p>New</p>")

    response = client.post(f"/admin/articles/article/{article.pk}/restore/{kept.pk}/", {"seen_version": 1})

    assert told(response)[-1:] == ["The page was saved since you opened that. Look at it again, then decide."]
    assert Article.objects.get().body == "<p>New</p>"


def test_who_may_not_change_references_and_figures_may_not_restore(client):
    client.force_login(make_staff("dana", "Clinician"))
    article = make_article()
    kept = article.keep(None, LONG_AGO)
    url = f"/admin/articles/article/{article.pk}/restore/{kept.pk}/"

    assert [client.get(url).status_code, client.post(url, {"seen_version": 1}).status_code] == [403, 403]
    assert "Restore version" not in client.get(change_url(article, "history")).content.decode()


def test_revision_of_another_page_is_not_restored(client, editor):
    kept = make_article().keep(None, LONG_AGO)

    assert client.get(f"/admin/articles/article/{make_article().pk}/restore/{kept.pk}/").status_code == 404


def test_history_tells_saves_steps_and_signatures_by_time(client, editor):
    article = make_article(title="Sleep", body="<p>One</p>")
    article.keep(editor, LONG_AGO)
    article.sign(make_contributor("Dana Reyes"), LONG_AGO.replace(hour=16))
    article.publish(LONG_AGO.replace(hour=17), editor)
    article.keep(None, LONG_AGO.replace(hour=18), "Starter content")

    html = unescape(client.get(change_url(article, "history")).content.decode())

    cells = re.findall(r"<td>([^<]*)</td>\s*<td>([^<]*)</td>\s*<td>([^<]*)</td>", html)
    assert cells == [
        ("January 5, 2026, 1:00 pm", "The site", "Saved as version 1. Starter content"),
        ("January 5, 2026, 12:00 pm", "Eve Stone", "Published."),
        ("January 5, 2026, 11:00 am", "Dana Reyes", "Signed."),
        ("January 5, 2026, 10:00 am", "Eve Stone", "Saved as version 1."),
    ]


def test_any_two_texts_are_compared_word_by_word(client, editor):
    article = make_article(body="<p>It may help some people.</p>")
    first = article.keep(editor, LONG_AGO)
    article.sign(make_contributor(), LONG_AGO)
    article.publish(LONG_AGO)
    article.body = "<p>It may help a few people.</p>"
    article.save()
    second = article.keep(editor, LONG_AGO.replace(hour=18))
    article.body = "<p>It helps.</p>"
    article.review_months = 3
    article.ends_with_form = False
    article.save()

    def compared(old, new):
        response = client.get(change_url(article, "compare"), {"old": old, "new": new})
        found = re.search(r'difference__text">(.*?)</p>', response.content.decode(), re.DOTALL)
        return found and found[1]

    some_few = "It may help <del>some</del><ins>a few</ins> people."
    assert compared(f"revision-{first.pk}", f"revision-{second.pk}") == some_few
    assert compared("signed", f"revision-{second.pk}") == some_few
    assert compared("live", f"revision-{second.pk}") == some_few
    assert compared(f"revision-{second.pk}", f"revision-{first.pk}") == (
        "It may help <del>a few</del><ins>some</ins> people."
    )
    assert compared("live", "signed") is None
    html = client.get(change_url(article, "compare"), {"old": "live", "new": "draft"}).content.decode()
    assert "<li>Call-back form at the end: <del>yes</del> <ins>no</ins></li>" in html
    assert text_of(article, "draft").content["draft"]["review_months"] == 3


@pytest.mark.parametrize(
    "name",
    ["", "x", "revision-", "revision-x", "revision-999999", "revision-" + "9" * 40, "signed", "live", "release-²"],
)
def test_text_that_is_not_there_is_not_found(client, editor, name):
    article = make_article()

    assert client.get(change_url(article, "compare"), {"old": name, "new": "draft"}).status_code == 404


def test_history_and_differences_are_not_for_the_front_desk(client):
    client.force_login(make_staff("fay", "Front desk"))
    article = make_article()
    kept = article.keep(None, LONG_AGO)

    for path in ("history/", f"compare/?old=revision-{kept.pk}&new=draft", f"restore/{kept.pk}/"):
        assert client.get(f"/admin/articles/article/{article.pk}/{path}").status_code == 403


def test_title_with_markup_is_shown_as_text(client, editor):
    article = make_article(title="<script>alert(1)</script>", summary="<img src=x onerror=alert(1)>")
    kept = article.keep(None, LONG_AGO, "<b>note</b>")
    article.summary = "<b>bold</b>"
    article.save()

    for path in ("history/", f"compare/?old=revision-{kept.pk}&new=draft", f"restore/{kept.pk}/", "change/"):
        html = client.get(f"/admin/articles/article/{article.pk}/{path}").content.decode()
        assert [tag for tag in ("<script>alert", "<img src=x", "<b>bold", "<b>note") if tag in html] == []


# --- The library of sources ---

SOURCE = {"key": "smith2020", "kind": "trial", "title": "Sleep", "url": "https://example.org/"}
ADD_SOURCE = "/admin/articles/reference/add/"


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"doi": "11.1001/x"}, "A DOI begins with 10."),
        ({"doi": "10.1001"}, "A DOI begins with 10."),
        ({"doi": "10.1001/a b"}, "A DOI begins with 10."),
        ({"pmid": "12a"}, "A PubMed number is digits alone"),
        ({"pmid": "0"}, "A PubMed number is digits alone"),
        ({"url": ""}, "Give an address, a DOI or a PubMed number"),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"url": "ftp://example.org/x"}, "Give an address that begins with https://."),
        ({"kind": ""}, "This field is required."),
        ({"kind": "rumour"}, "Select a valid choice."),
        ({"key": "known"}, "Reference with this Key already exists."),
        ({"doi": "https://doi.org/10.1000/KNOWN"}, "The library has this source already, as “known”."),
        ({"pmid": "PMID: 77"}, "The library has this source already, as “known”."),
    ],
)
def test_source_with_a_mistake_is_refused_in_words_and_kept(client, editor, changes, words):
    make_reference("known", doi="10.1000/known", pmid="77")

    response = client.post(ADD_SOURCE, SOURCE | {"authors": "Nobody types this twice"} | changes)

    html = unescape(response.content.decode())
    assert response.status_code == 200
    assert words in html and "Nobody types this twice" in html
    assert Reference.objects.count() == 1


@pytest.mark.parametrize(
    "changes, stored",
    [
        ({"doi": "doi:10.1001/jama.2020.1"}, ("10.1001/jama.2020.1", "", "https://example.org/")),
        ({"doi": "https://doi.org/10.1001/x(1)", "url": ""}, ("10.1001/x(1)", "", "https://doi.org/10.1001/x(1)")),
        ({"pmid": "PMID 23982301", "url": ""}, ("", "23982301", "https://pubmed.ncbi.nlm.nih.gov/23982301/")),
    ],
)
def test_source_is_taken_in_the_way_people_paste_it(client, editor, changes, stored):
    client.post(ADD_SOURCE, SOURCE | changes)

    reference = Reference.objects.get()
    assert (reference.doi, reference.pmid, reference.url) == stored


def test_kind_a_source_came_with_may_stay(client, editor):
    reference = make_reference("a", kind="letter to the editor")
    url = f"/admin/articles/reference/{reference.pk}/change/"
    seen = re.search(r'name="seen" value="(\w+)"', client.get(url).content.decode())[1]

    response = client.post(url, SOURCE | {"key": "a", "kind": "letter to the editor", "seen": seen})

    assert response.status_code == 302
    assert Reference.objects.get().broad_kind == Reference.Kind.OTHER


def test_library_is_searched_filtered_and_says_where_a_source_is_used(client, editor):
    make_reference("trial1", kind="open-label study", doi="10.1000/one", pmid="123", journal="Sleep Journal")
    make_reference("other1", kind="letter")
    make_article(title="Sleep and rest", references=["used"])
    used = Reference.objects.get(key="used")

    def keys(query):
        html = client.get(f"/admin/articles/reference/?{query}").content.decode()
        return sorted(re.findall(r'field-key"><a [^>]*>(\w+)<', html))

    assert keys("kind=trial") == ["trial1"]
    assert keys("kind=other") == ["other1", "used"]
    assert [keys(f"q={words}") for words in ("10.1000/one", "123", "sleep+journal")] == [["trial1"]] * 3
    assert "1 page<" in client.get("/admin/articles/reference/?q=used").content.decode()
    assert "Sleep and rest</a>" in client.get(f"/admin/articles/reference/{used.pk}/change/").content.decode()


def test_source_that_is_cited_is_not_deleted(client, staff_client):
    make_article(title="Sleep", references=["a"])
    reference = Reference.objects.get()

    html = unescape(client.post(f"/admin/articles/reference/{reference.pk}/delete/", {"post": "yes"}).content.decode())

    assert "“a” is cited in Sleep" in html
    assert Reference.objects.exists() and Citation.objects.exists()


# --- The glossary ---


def test_word_is_explained_once(client, editor):
    GlossaryTerm.objects.create(term="infusion", forms="infusions", meaning="A slow drip.")
    url = "/admin/articles/glossaryterm/add/"

    for values in ({"term": " Infusions "}, {"term": "drip", "forms": "drips\nINFUSION"}):
        html = unescape(client.post(url, {"meaning": "Kept", **values}).content.decode())
        assert "is explained already, under “infusion”. Change that one." in html and "Kept" in html
    client.post(url, {"term": "slow  drip", "forms": " slow drips \n\nslow drips", "meaning": "A drip."})

    assert list(GlossaryTerm.objects.values_list("term", "forms")) == [
        ("infusion", "infusions"),
        ("slow drip", "slow drips"),
    ]


# --- Pictures ---

ADD_PICTURE = "/admin/articles/picture/add/"


def test_picture_is_uploaded_once_and_shown(client, editor, tmp_path):
    client.post(ADD_PICTURE, {"title": "The room", "credit": "The clinic", "upload": upload()})

    picture = Picture.objects.get()
    assert (picture.title, picture.width, picture.height, picture.uploaded_by) == ("The room", 900, 600, editor)
    assert len(list((tmp_path / "media/pictures" / picture.folder).iterdir())) == 9
    for url in ("/admin/articles/picture/", f"/admin/articles/picture/{picture.pk}/change/"):
        html = client.get(url).content.decode()
        assert f'<img src="/media/pictures/{picture.folder}/480.jpg" alt="The room"' in html


@pytest.mark.parametrize("file, words", [(None, "This field is required."), (b"<svg/>", "This is a drawing in SVG")])
def test_bad_upload_keeps_what_was_typed(client, editor, file, words, tmp_path):
    files = {"upload": upload(file, "plan.jpg")} if file else {}

    html = unescape(client.post(ADD_PICTURE, {"title": "The room", **files}).content.decode())

    assert words in html and 'value="The room"' in html
    assert not Picture.objects.exists() and not (tmp_path / "media").exists()


def test_picture_without_a_title_is_not_encoded(client, editor, tmp_path):
    client.post(ADD_PICTURE, {"title": "", "upload": upload(encoded())})

    assert not (tmp_path / "media").exists()


def test_picture_in_use_is_not_deleted_and_its_places_are_named(client, editor, tmp_path):
    picture, other = make_picture(title="The room"), make_picture(title="The door")
    article = make_article(title="Sleep")
    Figure.objects.create(article=article, number=1, kind="picture", picture=picture, alt_choice="decorative")

    html = unescape(client.post(f"/admin/articles/picture/{picture.pk}/delete/", {"post": "yes"}).content.decode())
    several = client.post(
        "/admin/articles/picture/",
        {"action": "delete_selected", "_selected_action": [picture.pk, other.pk], "post": "yes"},
    )

    words = "“The room”: figure of the draft “Sleep”"
    assert words in html and words in unescape(several.content.decode())
    assert Picture.objects.count() == 2
    client.post(f"/admin/articles/picture/{other.pk}/delete/", {"post": "yes"})
    assert list(Picture.objects.all()) == [picture]


def test_front_desk_uploads_nothing(client):
    client.force_login(make_staff("fay", "Front desk"))

    assert client.post(ADD_PICTURE, {"title": "x", "upload": upload()}).status_code == 403


def test_page_of_a_view_only_account_opens(client):
    user = make_staff("dana", "Clinician")
    client.force_login(user)
    whole()

    for model in ("reference", "glossaryterm", "picture", "article"):
        assert client.get(f"/admin/articles/{model}/").status_code == 200
    assert client.get(f"/admin/articles/picture/{Picture.objects.get().pk}/change/").status_code == 200
    assert client.get(f"/admin/articles/reference/{Reference.objects.first().pk}/change/").status_code == 200
