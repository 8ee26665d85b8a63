"""The editor's desk, through the real admin: who may do what, and what each of them is told."""

import base64
import hashlib
import re
from html import unescape
from pathlib import Path

import django_prose_editor
import pytest
from django.utils import timezone
from django_prose_editor.config import LEGACY_EXTENSION_DEPENDENCIES

from articles.models import Article, Citation, Reference, Release
from articles.signing import rules_to_judge
from clinic_site.security import EDITOR_STYLE
from tests.articles.saving import change_url, form_of, save, told
from tests.articles.writing import (
    AT_A_GLANCE,
    LONG_AGO,
    make_article,
    make_category,
    make_contributor,
    make_public,
    make_reference,
)
from tests.factories import make_clinic, make_staff

pytestmark = pytest.mark.django_db

ADD = "/admin/articles/article/add/"
LIST = "/admin/articles/article/"


@pytest.fixture
def editor(client):
    user = make_staff("eve", "Editor", first_name="Eve", last_name="Stone")
    client.force_login(user)
    return user


@pytest.fixture
def clinician(client):
    user = make_staff("dana", "Clinician")
    make_contributor("Dana Reyes", "MD", user=user)
    client.force_login(user)
    return user


def press(client, article, step, **values):
    """Open a step, fill it in as a person would, then press its button."""
    url = change_url(article, step)
    html = client.get(url).content.decode()
    token = re.search(r'name="text" value="(\w+)"', html)
    if step == "sign":
        today = timezone.localdate().isoformat()
        ticks = [name for name, _ in rules_to_judge(article.content())]
        values = {"judged": ticks, "fda_checked_on": today, "help_checked_on": today, **values}
    return client.post(url, {"text": token[1], **values})


# --- Writing ---


def test_editor_adds_an_article_with_references_and_it_is_not_public(client, editor):
    rows = [(1, make_reference("smith2020")), (2, make_reference("jones2021"))]

    save(client, ADD, rows=rows, body="<p>Text [1] [2]</p>", key_points="One\nTwo", category=make_category().pk)

    article = Article.objects.get(slug="sleep")
    assert [(row.number, row.reference) for row in article.citations.all()] == rows
    assert (article.points(), article.version) == (["One", "Two"], 1)
    assert client.get("/articles/sleep/").status_code == 404


def test_image_from_another_site_and_script_are_taken_out_and_reported(client, editor):
    body = '<p>Before<img src="https://evil.example/pixel.gif"></p><script>alert(1)</script><p onclick="x()">After</p>'

    response = save(client, ADD, body=body)

    assert Article.objects.get().body == "<p>Before</p>\n<p>After</p>"
    assert "We took out: an image from another site, a script. The rest of the text was kept." in told(response)


def test_spaces_of_the_editor_are_stored_as_plain_spaces(client, editor):
    response = save(client, ADD, body="<p>One&nbsp;two &nbsp;three</p><p></p>")

    assert Article.objects.get().body == "<p>One two three</p>"
    assert not [message for message in told(response) if "took out" in message]


def test_mistakes_keep_what_was_typed(client, editor):
    response = client.post(ADD, form_of(title="", body="<p>A long text nobody wants to type again</p>", rows=[(1, "")]))

    html = response.content.decode()
    assert response.status_code == 200
    assert "This field is required." in html
    assert "&lt;p&gt;A long text nobody wants to type again&lt;/p&gt;" in html
    assert 'name="citations-0-number" value="1"' in html
    assert not Article.objects.exists()


def test_marks_and_references_that_do_not_meet_are_named(client, editor):
    response = save(client, ADD, body="<p>Text [1] [4]</p>", rows=[(1, make_reference("a")), (2, make_reference("b"))])

    assert "[4] in the text has no reference yet." in told(response)
    assert "Reference [2] is not cited in the text yet." in told(response)


def test_references_may_change_places_in_one_save(client, editor):
    article = make_article(references=["a", "b", "c"], body="<p>[1] [2] [3]</p>")
    first, second, third = (row.reference for row in article.citations.all())

    save(client, change_url(article), article=article, rows=[(2, first), (1, second), (3, third)])

    assert [row.reference for row in article.citations.all()] == [second, first, third]


def test_deleted_reference_row_is_gone(client, editor):
    article = make_article(references=["a", "b"], body="<p>[1]</p>")

    save(client, change_url(article), article=article, **{"citations-1-DELETE": "on"})

    assert [row.reference.key for row in article.citations.all()] == ["a"]


@pytest.mark.parametrize(
    "rows, words",
    [
        ([(1, "a"), (1, "b")], "Number 1 is given to more than one reference."),
        ([(1, "a"), (2, "a")], "“a” stands in the list twice."),
        ([(0, "a")], "Ensure this value is greater than or equal to 1."),
    ],
)
def test_double_references_are_refused_in_words(client, editor, rows, words):
    keys = {key: make_reference(key) for key in ("a", "b")}

    response = client.post(ADD, form_of(rows=[(number, keys[key]) for number, key in rows]))

    assert words in unescape(response.content.decode())
    assert not Citation.objects.exists()


def test_fixed_page_at_an_address_of_the_site_is_refused(client, editor):
    response = client.post(ADD, form_of(kind="page", slug="contact"))

    assert "/contact/ is taken by another part of the site." in response.content.decode()


# --- Two people at once ---


def test_second_editor_to_save_sees_both_texts_and_loses_nothing(client, editor):
    article = make_article(title="Sleep", body="<p>Old</p>", references=["a"])
    opened_by_eve = form_of(article, body="<p>Eve wrote this</p>")
    ben = make_staff("ben", "Editor", first_name="Ben", last_name="Hill")
    client.force_login(ben)
    save(client, change_url(article), article=article, body="<p>Ben wrote this [1] [2]</p>",
         rows=[(1, make_reference("b")), (2, make_reference("c"))])  # fmt: skip
    client.force_login(editor)

    response = client.post(change_url(article), opened_by_eve)

    html = response.content.decode()
    assert response.status_code == 200
    assert "Ben Hill saved this page at" in html and "Nothing is lost" in html
    assert "&lt;p&gt;Eve wrote this&lt;/p&gt;" in html  # in her field
    assert "<p>Ben wrote this [1] [2]</p>" in html and "[2] c: A study called c" in html  # beside it
    assert Article.objects.get().body == "<p>Ben wrote this [1] [2]</p>"

    again = opened_by_eve | {"seen_version": re.search(r'name="seen_version" value="(\d+)"', html)[1]}
    assert client.post(change_url(article), again).status_code == 302
    article = Article.objects.get()
    assert (article.body, article.version) == ("<p>Eve wrote this</p>", 3)
    assert [row.reference.key for row in article.citations.all()] == ["a"]


def test_form_without_its_version_is_asked_again_instead_of_overwriting(client, editor):
    article = make_article(body="<p>Old</p>")

    response = client.post(change_url(article), form_of(article, body="<p>New</p>", seen_version=""))

    assert "Nothing is lost" in response.content.decode()
    assert Article.objects.get().body == "<p>Old</p>"


def test_saving_twice_in_a_row_is_no_conflict(client, editor):
    article = make_article()

    for text in ("<p>One</p>", "<p>Two</p>"):
        save(client, change_url(article), article=Article.objects.get(pk=article.pk), body=text)

    assert Article.objects.get().body == "<p>Two</p>"


# --- Publishing ---


def test_editor_publishes_and_readers_see_it(client, editor):
    response = save(client, ADD, button="_publish", **AT_A_GLANCE)
    article = Article.objects.get()
    assert response["Location"] == change_url(article, "publish")

    response = press(client, article, "publish")

    assert told(response) == ["“Sleep” is public: <a href='/articles/sleep/'>see it on the site</a>."]
    assert client.get("/articles/sleep/").status_code == 200
    assert Release.objects.get().published_by == editor
    assert "Published." in client.get(change_url(article, "history")).content.decode()


def test_opening_the_step_alone_publishes_nothing(client, editor):
    article = make_article()

    html = client.get(change_url(article, "publish")).content.decode()

    assert "The page is not public now." in html and "Not yet reviewed by a clinician" in html
    assert not Release.objects.exists()


def test_publishing_the_same_text_again_says_so(client, editor):
    article = make_public()

    response = press(client, article, "publish")

    assert told(response) == ["Nothing to publish: readers already see exactly this text."]
    assert Release.objects.count() == 1


def test_what_cannot_be_published_is_said_before_and_refused_after(client, editor):
    article = make_article(body="<p>Text [1]</p>")
    words = "[1] in the text has no reference."

    html = client.get(change_url(article, "publish")).content.decode()
    response = client.post(change_url(article, "publish"), {"text": article.digest_now()})

    assert words in html and 'value="Publish"' not in html
    assert told(response)[0].startswith(words)
    assert not Release.objects.exists()


def test_text_that_changed_since_it_was_shown_is_not_published(client, editor):
    article = make_article()
    shown = article.digest_now()
    article.body = "<p>Changed by a colleague</p>"
    article.save()

    response = client.post(change_url(article, "publish"), {"text": shown})

    assert told(response) == ["The text has changed since you opened that page. Look at it again, then decide."]
    assert not Release.objects.exists()


def test_editor_takes_a_page_off_the_site(client, editor):
    article = make_public(slug="sleep", title="Sleep")

    response = press(client, article, "unpublish", reason="Out of date.")

    assert told(response) == ["“Sleep” is off the site. The draft is kept."]
    assert client.get("/articles/sleep/").status_code == 410
    assert told(press(client, article, "unpublish", reason="Again.")) == ["“Sleep” was not public."]


def test_front_desk_sees_nothing_of_the_articles(client):
    client.force_login(make_staff("fay", "Front desk"))
    article = make_public(slug="sleep")

    for url in (
        LIST,
        ADD,
        *(change_url(article, step) for step in ("change", "preview", "publish", "unpublish", "sign")),
    ):
        assert client.get(url).status_code == 403
        assert client.post(url, {"text": article.digest_now()}).status_code in (403, 405)
    assert client.get("/articles/sleep/").status_code == 200


def test_nobody_signed_in_is_sent_to_sign_in(client):
    article = make_article()

    for step in ("change", "preview", "publish", "sign"):
        response = client.get(change_url(article, step))
        assert response.status_code == 302 and response["Location"].startswith("/admin/login/")


# --- Signing ---


def test_clinician_signs_the_public_text_and_readers_see_the_name_at_once(client, clinician):
    article = make_public(slug="sleep", title="Sleep", references=["a"], body="<p>Text [1]</p>")

    response = press(client, article, "sign")

    assert told(response) == ["You have signed “Sleep”.", "Readers see your name on the page now."]
    assert "Dana Reyes, MD" in client.get("/articles/sleep/").content.decode()
    assert "Readers do not see this signature" not in client.get(change_url(article)).content.decode()


def test_clinician_who_saves_keeps_the_references_they_may_not_change(client, clinician):
    article = make_article(references=["a", "b"], body="<p>Text [1] [2]</p>")

    save(client, change_url(article), article=article, rows=[], title="Better title")

    assert Article.objects.get().title == "Better title"
    assert article.citations.count() == 2


def test_editor_cannot_sign(client, editor):
    make_contributor("Eve Stone", "MD", user=editor)
    article = make_article()

    assert client.get(change_url(article, "sign")).status_code == 403
    assert client.post(change_url(article, "sign"), {"text": article.signed_digest_now()}).status_code == 403
    assert "Save and sign" not in client.get(change_url(article)).content.decode()


@pytest.mark.parametrize(
    ("role", "linked", "words"),
    [
        ("Owner", "MD", "Only the role Clinician signs"),
        ("Clinician", None, "linked to no contributor"),
        ("Clinician", "", "has no credentials"),
    ],
)
def test_only_a_clinician_with_a_name_and_credentials_signs(client, role, linked, words):
    user = make_staff("olga", role)
    if linked is not None:
        make_contributor("Olga Brandt", linked, user=user)
    client.force_login(user)
    article = make_article()

    html = client.get(change_url(article, "sign")).content.decode()
    response = press(client, article, "sign")

    assert words in html
    assert words in response.content.decode()
    assert Article.objects.get().signed_digest == ""


def test_text_that_changed_while_it_was_read_is_not_signed(client, clinician):
    article = make_article()
    read = article.signed_digest_now()
    article.body = "<p>Changed</p>"
    article.save()

    response = client.post(change_url(article, "sign"), {"text": read})

    assert "has changed" in told(response)[0]
    assert Article.objects.get().signed_digest == ""


def test_only_those_who_make_accounts_link_them_to_a_name(client, editor):
    contributor = make_contributor()
    url = f"/admin/articles/contributor/{contributor.pk}/change/"

    client.post(url, {"name": "Dana Reyes", "credentials": "MD", "about": "", "user": editor.pk})

    contributor.refresh_from_db()
    assert contributor.user is None


# --- Looking ---


def test_preview_shows_the_draft_to_staff_and_is_kept_nowhere(client, editor):
    article = make_public(slug="sleep", body="<p>Public text</p>")
    article.body = "<p>Draft text</p>"
    article.save()

    response = client.get(change_url(article, "preview"))

    html = response.content.decode()
    assert "Draft text" in html and "Public text" not in html and "Preview of the saved draft" in html
    assert "no-store" in response["Cache-Control"] and response["X-Robots-Tag"] == "noindex"
    assert client.post(change_url(article, "preview")).status_code == 405
    assert Release.objects.count() == 1


def test_preview_of_a_fixed_page(client, editor):
    article = make_article(kind="page", body="<p>[license]</p>")
    make_clinic(license="License 12")

    assert "License 12" in client.get(change_url(article, "preview")).content.decode()


def test_list_tells_what_readers_see(client, editor):
    make_article(title="Never shown")
    make_public(title="Same text")
    edited = make_public(title="Edited since")
    edited.summary = "Another summary."
    edited.save()
    signed = make_article(title="Signed")
    signed.sign(make_contributor("Dana Reyes"), LONG_AGO)

    html = client.get(LIST).content.decode()

    cells = dict(re.findall(r'/change/">([^<]+)</a></th>.*?field-for_readers">([^<]+)<', html))
    assert cells == {
        "Never shown": "Not public",
        "Same text": "Public since January 5, 2026",
        "Edited since": "Public since January 5, 2026. Draft differs",
        "Signed": "Not public",
    }
    assert re.findall(r'field-signed">([^<]+)<', html).count("Dana Reyes, January 5, 2026") == 1


def test_list_asks_no_more_for_more_rows(client, editor, django_assert_max_num_queries):
    def count():
        with django_assert_max_num_queries(25) as queries:
            client.get(LIST)
        return len(queries)

    make_public(references=["a"], related=[make_article()], category=make_category())
    before = count()

    for number in range(5):
        make_public(references=[f"b{number}"], related=[make_article()], author=make_contributor(f"N{number}"))

    assert count() == before


def test_page_that_was_public_is_not_deleted(client, staff_client):
    article = make_public(title="Sleep")

    response = client.post(change_url(article, "delete"), {"post": "yes"})

    assert told(response) == [
        "“Sleep” was public, so it is kept as a record of what readers saw. Take it off the site instead."
    ]
    assert Article.objects.exists()
    assert "delete_selected" not in client.get(LIST).content.decode()


def test_draft_that_was_never_public_may_be_deleted(client, staff_client):
    article = make_article(references=["a"])

    client.post(change_url(article, "delete"), {"post": "yes"})

    assert not Article.objects.exists()


def test_releases_are_read_and_never_written(client, staff_client):
    make_public(title="Sleep", body="<p>Text</p>", references=["a"])
    url = f"/admin/articles/release/{Release.objects.get().pk}/"

    html = client.get(f"{url}change/").content.decode()

    assert "<p>Text</p>" in html and "[1] A study called a" in html
    assert [client.get(path).status_code for path in ("/admin/articles/release/add/", f"{url}delete/")] == [403, 403]
    assert client.post(f"{url}change/", {"digest": "x"}).status_code == 403
    assert client.get("/admin/articles/release/?q=slee").status_code == 200


def test_every_list_and_form_of_the_articles_opens(client, staff_client):
    article = make_public(category=make_category(), references=["a"], author=make_contributor())
    article.slug = "moved"
    article.save()
    article.publish(timezone.now())

    for model in ("article", "category", "contributor", "reference", "release", "oldaddress"):
        html = client.get(f"/admin/articles/{model}/").content.decode()
        row = re.search(rf"/admin/articles/{model}/\d+/change/", html)
        assert client.get(row[0]).status_code == 200


def test_reference_address_needs_no_scheme_and_is_searchable(client, editor):
    make_reference("smith2020", title="Sleep and rest")

    client.post(
        "/admin/articles/reference/add/", {"key": "new", "kind": "trial", "title": "New", "url": "doi.org/10.1"}
    )

    found = client.get("/admin/autocomplete/?term=rest&app_label=articles&model_name=citation&field_name=reference")
    assert [one["text"] for one in found.json()["results"]] == ["smith2020: Sleep and rest"]
    assert Reference.objects.get(key="new").url == "https://doi.org/10.1"


# --- The editor under our content policy ---


def test_editor_scripts_carry_the_nonce_of_the_policy(client, editor):
    response = client.get(ADD)

    nonce = re.search(r"'nonce-([^']+)'", response["Content-Security-Policy"])[1]
    html = response.content.decode()
    assert f'<script type="importmap" nonce="{nonce}">' in html
    assert "css/editor" in html and "js/editor" in html
    assert not re.search(r"\son\w+=|\sstyle=|<style|<script>", html)


def test_policy_allows_exactly_the_style_the_installed_editor_brings():
    static = Path(django_prose_editor.__file__).parent / "static/django_prose_editor"
    style = re.search(r"`(\.ProseMirror \{\s.*?)`", (static / "editor.js").read_text(encoding="utf-8"), re.DOTALL)[1]

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"'sha256-{digest}'" == EDITOR_STYLE


def test_editor_has_every_part_its_extensions_need():
    extensions = Article._meta.get_field("body").config["extensions"]

    for name in extensions:
        assert set(LEGACY_EXTENSION_DEPENDENCIES.get(name, [])) <= set(extensions)
