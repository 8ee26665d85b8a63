"""The editor's desk in a real browser: cite, move, paste, with and without scripts; hostile text; axe on its pages."""

import re

import pytest
from django.test import Client

from articles.models import Article, Figure
from tests.articles.pictures import make_picture
from tests.articles.saving import change_url, form_of
from tests.articles.test_word import WINDOWS
from tests.articles.writing import LONG_AGO, make_article, make_contributor
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessible import WCAG, judged, violations  # noqa: F401
from tests.factories import make_clinic, make_staff

ADD = "/admin/articles/article/add/"


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def editor(live_server):
    make_clinic()
    return make_staff("eve", "Owner", first_name="Eve", last_name="Stone")


def sign_in(page, path):
    page.goto(path)
    page.get_by_label("Username").fill("eve")
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()
    page.goto(path)


def stored_text(page):
    return page.locator("textarea[name=body]").input_value()


def numbers(page):
    return [box.input_value() for box in page.locator("#citations-group [data-number]:not([name*=__prefix__])").all()]


def paste(page, html):
    page.evaluate(
        """html => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            const paste = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector("[contenteditable].ProseMirror").dispatchEvent(paste);
        }""",
        html,
    )


def test_rows_move_and_the_marks_in_the_text_follow_at_once(wide_page, editor):
    article = make_article(references=["a", "b", "c"], body="<p>One [1], two [2], three [3].</p>", summary="As in [3].")
    page = wide_page
    sign_in(page, change_url(article))
    page.get_by_role("button", name="Insert a box").wait_for()

    # By number: two rows change places.
    page.locator("#id_citations-0-number").fill("2")
    page.keyboard.press("Tab")
    assert (numbers(page), stored_text(page)) == (["1", "2", "3"], "<p>One [2], two [1], three [3].</p>")
    # By button, with the keyboard.
    page.locator("#citations-2").get_by_role("button", name="Move up").focus()
    page.keyboard.press("Enter")
    assert stored_text(page) == "<p>One [3], two [1], three [2].</p>"
    assert page.get_by_text("[3] is now [2], [2] is now [3]. The marks in the text followed.").count() == 1
    # By drag: the last row (a) before the first (b).
    page.locator("#citations-1 .row-handle").scroll_into_view_if_needed()
    page.locator("#citations-0 .row-handle").drag_to(page.locator("#citations-1"), target_position={"x": 200, "y": 4})
    page.get_by_label("Reference to put into the text").select_option("1")
    page.get_by_role("textbox", name="Body").focus()
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Insert the mark of this reference").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()

    article = Article.objects.get()
    assert [row.reference.key for row in article.citations_in_order()] == ["a", "b", "c"]
    assert (article.body, article.summary) == ("<p>One [1], two [2], three [3].[1]</p>", "As in [3].")


def test_paste_from_word_makes_lists_and_says_what_was_left_out(wide_page, editor):
    page = wide_page
    sign_in(page, ADD)
    page.get_by_role("button", name="Insert a box").wait_for()
    page.get_by_role("textbox", name="Body").click()

    paste(page, WINDOWS)
    page.get_by_role("button", name="Insert a box").click()

    said = page.get_by_text("Left out of what you pasted:").inner_text()
    assert [word for word in ("fonts", "deleted", "comments", "hidden", "pictures") if word not in said] == []
    html = stored_text(page)
    assert re.sub(r"</?p>| data-type=\"\w+\"", "", html).count(
        "<ul><li>Clear liquids<ul><li>Water, <em>tea</em></li></ul></li><li>No milk</li></ul>"
        "<ol><li>Come early</li><li>Bring someone</li></ol>"
    )
    assert [word for word in ("never", "secret", "Ask Ben", "mso", "style=") if word in html] == []
    assert "<strong>not</strong>" in html and "We always check[1]." in html
    assert "<blockquote><p><strong>Heading of the box</strong></p><p>What it says.</p>" in html


def test_without_scripts_rows_are_added_numbered_and_saved(no_js_page, editor):
    article = make_article(references=["a", "b"], body="<p>One [1], two [2].</p>")
    page = no_js_page
    sign_in(page, change_url(article))

    page.locator("#id_citations-0-number").fill("2")
    page.locator("#id_citations-1-number").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The marks in the text followed their rows").wait_for()

    assert Article.objects.get().body == "<p>One [2], two [1].</p>"


# --- Hostile text ---

HIT = "window.hits=(window.hits||0)+1"
HOSTILE = [
    f"<script>{HIT}</script>",
    f"<img src=x onerror='{HIT}'>",
    f"<svg onload='{HIT}'><animate onbegin='{HIT}' attributeName=x dur=1s></svg>",
    f"<svg><script>{HIT}</script></svg>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={HIT}&gt;'></table>",
    f"<iframe srcdoc='<script>parent.{HIT}</script>'></iframe>",
    f"<a href='javascript:{HIT}'>a</a>",
    f"<a href=' &#1; j&#97;vascript:{HIT}'>a</a>",
    f"<a href='java\tscript:{HIT}'>a</a>",
    f"<a href='data:text/html,<script>{HIT}</script>'>a</a>",
    f"<a href='vbscript:{HIT}'>a</a>",
    f"<form action='javascript:{HIT}'><button>b</button></form>",
    f"<details open ontoggle='{HIT}'>d</details>",
    f"<body onload='{HIT}'>",
    f"<input autofocus onfocus='{HIT}'>",
    f"<p style='animation:x' onanimationstart='{HIT}'>p</p>",
    f"<video><source onerror='{HIT}'></video>",
    f"<noscript><p title=\"</noscript><img src=x onerror='{HIT}'>\"></noscript>",
    f"<template><img src=x onerror='{HIT}'></template>",
    f"<object data='javascript:{HIT}'></object><embed src='javascript:{HIT}'>",
    "<base href='//evil.example/'><script src=x></script><link rel=stylesheet href='//evil.example'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{HIT}'>",
    f"<p style='mso-list:l0 level1'><span style='mso-list:Ignore'><img src=x onerror='{HIT}'></span>x</p>",
    f"<!--[if gte mso 9]><script>{HIT}</script><![endif]--><![if !x]><img src=x onerror='{HIT}'><![endif]>",
    f"<p>• <img src=x onerror='{HIT}'></p><p>• &lt;img src=x onerror={HIT}&gt;</p>",
    f"<o:p><![CDATA[<img src=x onerror='{HIT}'>]]></o:p>",
    f"<st1:x onclick='{HIT}' href=javascript:{HIT}>x</st1:x><a:b xlink:href='javascript:{HIT}'>x</a:b>",
    f"[1]<a href='x' id='cite-1' name=ref-1 onclick='{HIT}'>[1]</a>[figure 1]",
    f"<blockquote><p><strong>\"><img src=x onerror='{HIT}'></strong></p><p>x</p></blockquote>",
    f"<table><caption><img src=x onerror='{HIT}'></caption><td background='javascript:{HIT}'>x</table>",
]

JUDGE = """async () => {
    const found = [];
    for (const node of document.querySelectorAll("main *, [data-judged] *")) {
        for (const {name, value} of node.attributes) {
            if (name.startsWith("on")) found.push(name);
            if (["href", "src", "action", "data", "xlink:href", "formaction"].includes(name)) {
                const scheme = new URL(value, location.href).protocol;
                if (!["http:", "https:", "mailto:", "tel:", "sms:", "about:"].includes(scheme)) found.push(scheme);
            }
        }
    }
    for (const link of document.querySelectorAll("[data-judged] a, .article__body a[href^='java']")) link.click();
    await new Promise(done => setTimeout(done, 20));
    return [found, window.hits || 0];
}"""


def test_nothing_hostile_runs_after_the_real_save_path(browser, live_server, editor):
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    context.route("**/*evil.example*/**", lambda route: route.abort())
    page = context.new_page()
    client = Client()
    client.force_login(editor)

    # The judge finds what is let through: without it a clean answer would prove nothing.
    page.goto("/healthz")
    page.set_content(f"<div data-judged>{HOSTILE[1]}{HOSTILE[6]}</div>")
    found, hits = page.evaluate(JUDGE)
    assert found and hits
    page.goto("/healthz")

    article = make_article(references=["a"])
    for payload in HOSTILE:
        version = Article.objects.get().version
        texts = dict.fromkeys(("summary", "key_points", "glance_what"), payload)
        figure = {"number": 1, "kind": "drawing", "drawing": "visit-timeline", "title": payload[:150]}
        sent = form_of(
            article,
            **texts,
            title=payload[:150],
            body=f"{payload}<p>Text [1]</p><p>[figure 1]</p>",
            timeline=f"Before | 30 | {payload}".replace("\n", " "),
            figures=[figure | dict.fromkeys(("caption", "note", "alt"), payload)],
            seen_version=version,
        )
        response = client.post(change_url(article), sent)
        assert response.status_code == 302, payload
        html = client.get(change_url(article, "preview")).content.decode()
        # As a page of its own, with no policy to stop what got through.
        page.set_content(html.replace("<head>", "<head><base href='/'>"))
        assert page.evaluate(JUDGE) == [[], 0], payload
    context.close()

    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    page = context.new_page()
    sign_in(page, change_url(article))
    page.get_by_role("button", name="Insert a box").wait_for()
    for path in ("change", "history", "compare"):
        page.goto(change_url(article, path) + ("?old=draft&new=draft" if path == "compare" else ""))
        assert page.evaluate("window.hits || 0") == 0
    context.close()


# --- Everybody can work here ---


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_pages_of_the_editor(judged, editor, viewport, scheme):  # noqa: F811
    article = make_article(
        references=["a", "b"], body="<h2>Part</h2><p>Text [1] [4]</p><p>[figure 1]</p>", title="Sleep"
    )
    picture = make_picture()
    Figure.objects.create(article=article, number=1, kind="picture", picture=picture, alt_choice="decorative")
    kept = article.keep(editor, LONG_AGO)
    article.sign(make_contributor(), LONG_AGO)
    article.body = "<h2>Part</h2><p>Other text [1]</p>"
    article.save()
    article.keep(editor, LONG_AGO)
    page = judged(viewport, scheme)
    sign_in(page, change_url(article))
    page.get_by_role("button", name="Insert a box").wait_for()
    found = {"change": violations(page, WCAG)}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    paths = [
        change_url(article, "history"),
        f"/admin/articles/picture/{picture.pk}/change/",
        change_url(article, "compare") + f"?old=revision-{kept.pk}&new=draft",
        f"/admin/articles/article/{article.pk}/restore/{kept.pk}/",
        "/admin/articles/picture/",
        "/admin/articles/reference/add/",
    ]
    for path in paths if viewport == DESKTOP else paths[:3]:
        assert page.goto(path).status == 200
        found[path] = violations(page, WCAG)

    assert {path: broken for path, broken in found.items() if broken} == {}
