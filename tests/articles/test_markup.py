"""What may be stored, and what readers are sent of it."""

import datetime
import re
from collections import Counter
from decimal import Decimal
from html import unescape
from types import SimpleNamespace

import nh3
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles import markup
from articles.figures import Figure
from articles.headings import TAKEN_IDS

# --- Cleaning ---


@pytest.mark.parametrize(
    "typed, stored",
    [
        ("<p>Hello <script>alert(1)</script>there</p>", "<p>Hello there</p>"),
        ("<p onclick='alert(1)'>Hello</p>", "<p>Hello</p>"),
        ("<a href='javascript:alert(1)'>Hello</a>", "<p>Hello</p>"),
        ("<a href='JaVa\tScript:alert(1)'>Hello</a>", "<p>Hello</p>"),
        ("<a href='&#106;avascript:alert(1)'>Hello</a>", "<p>Hello</p>"),
        ("<a href='data:text/html,<script>alert(1)</script>'>Hello</a>", "<p>Hello</p>"),
        ("<a href='//evil.example'>Hello</a>", "<p>Hello</p>"),
        ("<a href='/\\evil.example'>Hello</a>", "<p>Hello</p>"),
        ("<a href='/\t/evil.example'>Hello</a>", "<p>Hello</p>"),
        ("<a href='other-page/'>Hello</a>", "<p>Hello</p>"),
        ("<a href='#'>Hello</a>", "<p>Hello</p>"),
        ("<a href='/contact/' title='' target=_blank rel=x>Hello</a>", '<p><a href="/contact/">Hello</a></p>'),
        ("<a href='#risks'>Hello</a>", '<p><a href="#risks">Hello</a></p>'),
        ("<a href='https://a.example/?a=1&amp;b=\"2'>Hi</a>", '<p><a href="https://a.example/?a=1&amp;b=&quot;2">Hi</a></p>'),
        ("<a href='tel:988'>call</a>", '<p><a href="tel:988">call</a></p>'),
        ("<a href='sms:988'>text</a>", '<p><a href="sms:988">text</a></p>'),
        ("<a href='mailto:desk@clinic.example'>mail</a>", '<p><a href="mailto:desk@clinic.example">mail</a></p>'),
        ("<p>One<img src='https://evil.example/pixel.gif'>two</p>", "<p>Onetwo</p>"),
        ("<p><img src='data:image/png;base64,AAAA'></p><p>Text</p>", "<p>Text</p>"),
        ("<p>One <svg><script>alert(1)</script><text>art</text></svg>two</p>", "<p>One two</p>"),
        ("<iframe src='https://evil.example'>inside</iframe><p>Text</p>", "<p>Text</p>"),
        ("<object data='x'><p>inside</p></object><p>Text</p>", "<p>Text</p>"),
        ("<style>p{background:url(https://evil.example)}</style><p style='color:red'>Text</p>", "<p>Text</p>"),
        ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>x", "<p>x</p>"),
        ("<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>x", "<p>'&gt;x</p>"),
        ("<p>Left <!-- a remark --> right</p>", "<p>Left right</p>"),
        ("<h1>Title</h1><h4>Small</h4>", "<h2>Title</h2>\n<h3>Small</h3>"),
        ("<p></p><p> &nbsp; </p><p><br></p><h2></h2><ul><li></li></ul>", ""),
        ("<p>a&nbsp;b&nbsp;&nbsp; c</p>", "<p>a b c</p>"),
        ("<p>a\n   b</p>\n\n\n<p>c</p>", "<p>a b</p>\n<p>c</p>"),
        ("<b>bold</b> <i>slanted</i> <u>plain</u>", "<p><strong>bold</strong> <em>slanted</em> plain</p>"),
        ("<p><strong></strong>a<em> </em>b</p>", "<p>a b</p>"),
        ("<ul><li><p>1</p></li><li>2<ul><li>3</ul></ul>", "<ul><li>1</li><li>2<ul><li>3</li></ul></li></ul>"),
        ("<ul><li>one</li><ul><li>two</li></ul></ul>", "<ul><li>one<ul><li>two</li></ul></li></ul>"),
        ("<ol start='4'><li>four</ol>", '<ol start="4"><li>four</li></ol>'),
        ("loose <strong>text<p>and a block", "<p>loose text</p>\n<p>and a block</p>"),
        ("<div>one</div><div>two</div>", "<p>one</p>\n<p>two</p>"),
        ("<p>unclosed <em>tag<p>next", "<p>unclosed <em>tag</em></p>\n<p><em>next</em></p>"),
        ("<blockquote>Said <p>twice</p></blockquote>", "<blockquote><p>Said</p><p>twice</p></blockquote>"),
        ("Fish & chips < 5 > 3 \"quoted\"", "<p>Fish &amp; chips &lt; 5 &gt; 3 \"quoted\"</p>"),
        ("a\x00b\ud800c\u200bd&#1;e", "<p>abcde</p>"),
        ("", ""),
    ],
)  # fmt: skip
def test_clean_leaves_only_what_an_editor_may_store(typed, stored):
    assert markup.clean(typed) == stored


def test_word_leaves_its_text_and_nothing_else():
    pasted = (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><title>Doc</title><style>p.MsoNormal{}</style>"
        "<xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml></head><body>"
        "<!--[if gte mso 9]><xml>junk</xml><![endif]--><p class=MsoNormal style='mso-style:x'><b style='mso-bidi'>"
        "<span lang=EN-US style='font-size:14pt'>Before the visit<o:p></o:p></span></b></p>"
        "<p class=MsoNormal><span>Eat&nbsp;nothing.<o:p>&nbsp;</o:p></span></p></body></html>"
    )

    assert markup.clean(pasted) == "<p><strong>Before the visit</strong></p>\n<p>Eat nothing.</p>"


TABLE_FROM_EDITOR = (
    '<table style="min-width: 50px;"><colgroup><col style="min-width: 25px;"></colgroup><tbody><tr>'
    '<th colspan="1" rowspan="1"><p>When</p></th><th colspan="1" rowspan="1"><p>What</p></th></tr><tr>'
    '<th colspan="1" rowspan="1"><p>Before</p></th><td colspan="1" rowspan="1"><p>Eat <strong>nothing</strong></p>'
    "</td></tr></tbody></table>"
)
TABLE = (
    '<table><thead><tr><th scope="col">When</th><th scope="col">What</th></tr></thead><tbody><tr>'
    '<th scope="row">Before</th><td>Eat <strong>nothing</strong></td></tr></tbody></table>'
)


def test_table_headings_are_told_what_they_head():
    assert markup.clean(TABLE_FROM_EDITOR) == TABLE


def test_row_headings_alone_do_not_become_a_heading_row():
    typed = "<table><tr><th>Age</th><td>18</td></tr><tr><th>Weight</th><td>60</td></tr></table>"

    assert markup.clean(typed) == (
        '<table><tbody><tr><th scope="row">Age</th><td>18</td></tr><tr><th scope="row">Weight</th><td>60</td></tr>'
        "</tbody></table>"
    )


@pytest.mark.parametrize(
    "typed, stored",
    [
        (
            "<table><caption>Our <b>plan</b><p>in short</p></caption><tr><td>1</td></tr></table>",
            "<p>Our <strong>plan</strong></p>\n<p>in short</p>\n<table><tbody><tr><td>1</td></tr></tbody></table>",
        ),
        (
            "<table><tr><td>1<table><tr><td>2</td><td>3</td></tr></table></td></tr></table>",
            "<table><tbody><tr><td><p>1</p><p>2</p><p>3</p></td></tr></tbody></table>",
        ),
        (
            "<table>stray<tr><td colspan='2' rowspan='999'>1</td></tr></table>",
            '<p>stray</p>\n<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
        ),
        ("<table><caption>Alone</caption></table>", "<p>Alone</p>"),
        ("<tr><td>loose cell</td></tr>", "<p>loose cell</p>"),
    ],
)
def test_odd_tables_keep_their_words(typed, stored):
    assert markup.clean(typed) == stored


TAG_NAMES = sorted(markup.TAGS | {*markup.RENAMED} | markup.CONTAINERS | markup.BANNED | {"img", "span", "o:p"})
PIECES = st.one_of(
    st.sampled_from(TAG_NAMES).map(lambda name: f"<{name}>"),
    st.sampled_from(TAG_NAMES).map(lambda name: f"</{name}>"),
    st.sampled_from(
        [
            "<a href='/x/'>", "<a href='https://a.example/?b=1&c=2'>", "<a href=' #x '>", "<td colspan=3>", "<!--",
            "-->", "<th scope=row>", "<ol start=5>", "&nbsp;", "&lt;", "&#x0;", "\xa0", "[1]", "<![CDATA[",
            "<plaintext>", "<br>", "<img src=x onerror=alert(1)>", "<p title='</p>'>", "\n", " ", "word", "two words",
            "<", "&", '"', "<svg/>",
        ]
    ),
    st.text(max_size=8),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
@example("<table><tr><th>a<b><table><a href=/x>c")
@example("<a href=/a>1<p>2<a href=/b>3</p></a>")
@example("<b><i>" * 500 + "deep")
@example("<blockquote><ul><li>" * 200 + "deep")
@example("<table><tr><td>" * 100 + "deep")
def test_cleaning_twice_changes_nothing(typed):
    once = markup.clean(typed)

    assert markup.clean(once) == once
    for banned in ("<script", "<img", "<svg", "<iframe", "onerror=", "javascript:", "<style"):
        # What looks like a tag in the text is escaped, so these can stand only where a browser would act on them.
        assert banned not in once.replace("&lt;", "").lower() or banned in ("onerror=", "javascript:")


def letters(text):
    return Counter("".join(text.split()))


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_cleaning_loses_no_letter_of_the_text(typed):
    typed = markup.UNSEEN.sub("", typed)
    text = markup.UNSEEN.sub("", unescape(nh3.clean(typed, tags=set(), clean_content_tags=markup.BANNED)))

    assert letters(markup.plain(markup.clean(typed))) == letters(text)


@pytest.mark.parametrize(
    "typed, words",
    [
        ("<img src='https://a.example/a.png'><img src='//a.example/b.png'>", ["an image from another site"]),
        ("<img src='data:image/png;base64,AA'>", ["a pasted image"]),
        ("<img src='/media/a.png'>", ["an image"]),
        ("<script>1</script><p onclick='1'>x</p>", ["a script"]),
        ("<iframe src=x></iframe><video></video>", ["something embedded from elsewhere", "a sound or film"]),
        ("<a href='javascript:alert(1)'>x</a>", ["a link that leads nowhere safe (javascript:alert(1))"]),
        (TABLE_FROM_EDITOR + "<p class='MsoNormal'>x&nbsp;<span style='y'>z</span></p>", []),
    ],
)  # fmt: skip
def test_what_a_person_may_miss_is_named(typed, words):
    assert markup.removed(typed) == words


def test_plain_text_keeps_paragraphs_apart():
    assert markup.plain("<h2>One</h2><p>Two <em>three</em></p><ul><li>Four</li></ul>") == "One\nTwo three\nFour"


def test_marks_are_numbers_in_the_text_alone():
    body = '<p>One [1], two [12]. Not [1234], not [a]. <a href="/x/?[7]">link</a></p>'

    assert markup.citation_numbers(body) == {1, 12}


# --- Showing ---


def source(number, **fields):
    return {
        "number": number, "key": f"k{number}", "title": f"Study {number}", "url": f"https://doi.org/{number}",
        "authors": "A", "journal": "J", "year": "2020", **fields,
    }  # fmt: skip


def test_marks_link_to_their_references_and_back():
    rendered = markup.render("<p>Once [1], again [1], unknown [3].</p>", [source(1), source(2)])

    words = '<span class="visually-hidden">reference </span>[1]'
    assert rendered.html == (
        f'<p>Once <a class="citation" id="cite-1-1" href="#ref-1">{words}</a>, '
        f'again <a class="citation" id="cite-1-2" href="#ref-1">{words}</a>, unknown [3].</p>'
    )
    assert [row["marks"] for row in rendered.references] == [["cite-1-1", "cite-1-2"], []]


def test_marks_in_links_stay_text():
    body = '<p><a href="/x/?q=[1]">see [1]</a></p>'

    assert markup.render(body, [source(1)]).html == '<p><a href="/x/?q=[1]">see [1]</a></p>'


def test_reference_with_an_unsafe_address_leads_nowhere():
    rendered = markup.render("<p>[1]</p>", [source(1, url="javascript:alert(1)")])

    assert rendered.references[0]["url"] == ""


def test_reference_without_an_address_leads_to_its_doi():
    rows = [source(1, url="", doi="10.1000/abc"), source(2, url="", doi="javascript:alert(1)")]

    assert [row["url"] for row in markup.render("<p>[1]</p>", rows).references] == ["https://doi.org/10.1000/abc", ""]


# --- Callouts


def test_a_quote_with_a_bold_first_line_is_a_callout_named_by_it():
    body = (
        "<h2>One</h2><blockquote><p><strong>A note &amp; more</strong></p><p>Text [1].</p></blockquote>"
        "<blockquote><p><strong>Said</strong></p></blockquote>"
        "<blockquote><p>Said <strong>so</strong></p><p>x</p></blockquote>"
    )

    callout, alone, quote = markup.render(body, [source(1)]).html.split("\n", 1)[1].splitlines()

    assert callout.startswith(
        '<div class="statement" role="note" aria-labelledby="note-1"><h3 class="flag" id="note-1">'
    )
    assert "<span>A note &amp; more</span></h3><p>Text <a" in callout
    assert alone == "<blockquote><p><strong>Said</strong></p></blockquote>"
    assert quote == "<blockquote><p>Said <strong>so</strong></p><p>x</p></blockquote>"


# --- Headings keep their addresses


def ids(body, before=()):
    return [row["id"] for row in markup.headings(markup.clean(body), list(before))]


def after(*bodies):
    """Return the ids of the last of `bodies`, each of which took the place of the one before."""
    rows = []
    for body in bodies:
        rows = markup.headings(markup.clean(body), rows)
    return [row["id"] for row in rows]


LONG = "<p>A part that begins with words enough to know it by.</p>"


@pytest.mark.parametrize(
    "bodies, kept",
    [
        (("<h2>Risks</h2>", "<h2>What can go wrong</h2>"), ["risks"]),
        (("<h2>Risks</h2>", "<h2>Risks</h2><h2>Risks</h2>"), ["risks", "risks-2"]),
        (("<h2>Risks</h2><p>a</p><h2>Risks</h2><p>b</p>", "<h2>Risks</h2><p>b</p>"), ["risks-2"]),
        (("<h2>One</h2><h2>Two</h2>", "<h2>Two</h2><h2>One</h2>"), ["two", "one"]),
        (("<h2>One</h2><h2>Two</h2>", "<h2>New</h2><h2>One</h2><h2>Two</h2>"), ["new", "one", "two"]),
        (("<h2>How long it lasts</h2><h2>Cost</h2>", "<h2>Cost</h2><h2>How long it may last</h2>"),
         ["cost", "how-long-it-lasts"]),
        ((f"<h2>One</h2>{LONG}<h2>Two</h2>", f"<h2>Zebra</h2><h2>Two</h2><h2>Quite other</h2>{LONG}"),
         ["zebra", "two", "one"]),
        (("<h2>One</h2>", "<h2>Something</h2>", "<h2>Else again</h2>"), ["one"]),
        (("<h2>One</h2><h2>Two</h2>", "<h2>Two</h2>", "<h2>Two</h2><h2>Other</h2>"), ["two", "other"]),
        (("<h2>Main</h2><h2>Figure 1</h2><h2>¿?</h2>",), ["main-2", "about-figure-1", "section"]),
    ],
)  # fmt: skip
def test_heading_keeps_its_id_through_new_words_a_new_place_and_neighbours(bodies, kept):
    assert after(*bodies) == kept


def test_stored_ids_that_could_do_harm_are_given_anew():
    before = [{"id": given, "text": "One", "opening": ""} for given in ("main", '"><script>', "cite-1-1", "")]

    assert ids("<h2>One</h2>", before) == ["one"]
    html = markup.render("<h2>One</h2>", headings=[{"id": '"><script>', "text": "One"}]).html
    assert html == '<h2 id="one">One</h2>'


def test_page_shows_the_stored_ids_and_gives_others_to_headings_it_does_not_know():
    rendered = markup.render(
        "<h2>New words</h2><h2>Old words</h2>",
        headings=[{"id": "old-words", "text": "New words"}, {"id": "x", "text": "Gone"}],
    )

    assert [row["id"] for row in rendered.contents] == ["old-words", "old-words-2"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["Risks", "Risk", "Costs", "Main", "Ref 1", "¿", "How long"]), max_size=6), max_size=4
    )
)
def test_ids_are_never_given_twice(versions):
    given_ids = after("", *("".join(f"<h2>{text}</h2><p>{text}</p>" for text in version) for version in versions))

    assert len(set(given_ids)) == len(given_ids) == len((versions or [[]])[-1])
    assert not set(given_ids) & TAKEN_IDS


# --- Hard words

WORDS = [
    {"term": "dissociation", "forms": ["dissociative"], "meaning": "Feeling cut off from your body."},
    {"term": "TRD", "forms": ["treatment-resistant depression"], "meaning": "<b>Two</b> medicines did not help."},
]


def term(word, text):
    return (
        f'<a class="term" id="use-{word}" href="#word-{word}">{text}<span class="visually-hidden"> (explained below)'
        "</span></a>"
    )


def test_a_hard_word_is_marked_where_running_text_first_uses_it():
    body = (
        '<h2>Dissociation</h2><p>See <a href="/x/">dissociation</a>, predissociation, trd.</p>'
        "<p>A <strong>Dissociative</strong> state [1], dissociation. Treatment-resistant  depression, TRD.</p>"
    )

    rendered = markup.render(body, [source(1)], glossary=WORDS)

    assert rendered.html.startswith(
        '<h2 id="dissociation">Dissociation</h2>\n<p>See <a href="/x/">dissociation</a>, predissociation, trd.</p>\n'
        f"<p>A <strong>{term('dissociation', 'Dissociative')}</strong> state <a"
    )
    assert rendered.html.endswith(f"dissociation. {term('trd', 'Treatment-resistant depression')}, TRD.</p>")
    assert rendered.words == [
        {"id": "word-dissociation", "use": "use-dissociation", "term": "dissociation",
         "meaning": "Feeling cut off from your body."},
        {"id": "word-trd", "use": "use-trd", "term": "TRD", "meaning": "<b>Two</b> medicines did not help."},
    ]  # fmt: skip


def test_hard_words_are_not_marked_in_boxes_statements_figures_and_callout_titles():
    body = "<p>[statement risk_line]</p><p>[figure 1]</p><blockquote><p><strong>TRD</strong></p><p>x</p></blockquote>"
    blocks = {"statement risk_line": "<div>TRD</div>"}
    figures = {1: Figure({"number": 1, "kind": "chart", "rows": "# TRD | 1\nTRD | 1", "caption": "TRD"})}

    rendered = markup.render(body, blocks=blocks, figures=figures, glossary=WORDS)

    assert 'class="term"' not in rendered.html and rendered.words == []


def test_words_used_are_the_ones_that_would_be_marked():
    assert markup.words_used("<p>A dissociative state.</p>", WORDS) == [WORDS[0]]
    assert markup.words_used("<h2>TRD</h2><p><a href='/x/'>dissociation</a></p>", WORDS) == []
    assert markup.words_used("<p>Nothing</p>", []) == []


# --- Parts of a body, for the sheet


def test_parts_and_paragraphs_are_taken_whole():
    body = (
        "<p>In 73 people [1].</p><h2>Risks and harms</h2><p>Many.</p><h3>More</h3><p>9 people [2].</p><h2>Cost</h2>"
        "<ul><li>5 people [3]</li><li>none</li></ul>"
    )
    risks = re.compile("risks", re.IGNORECASE)

    assert markup.parts(body, risks) == ("<h2>Risks and harms</h2>\n<p>Many.</p>\n<h3>More</h3>\n<p>9 people [2].</p>")
    assert markup.paragraphs(body, re.compile("people"), but_not=risks) == (
        "<p>In 73 people [1].</p>\n<p>5 people [3]</p>"
    )


def test_contents_list_the_second_level_with_ids_of_their_own():
    body = "<h2>Risks and side effects [1]</h2><h3>Risks</h3><h2>Risks</h2><h2>Main</h2><h2>¿?</h2><h2>Ref 1</h2>"

    rendered = markup.render(body, [source(1)])

    assert rendered.contents == [
        {"id": "risks-and-side-effects", "text": "Risks and side effects"},
        {"id": "risks-2", "text": "Risks"},
        {"id": "main-2", "text": "Main"},
        {"id": "section", "text": "¿?"},
        {"id": "about-ref-1", "text": "Ref 1"},
    ]
    assert '<h3 id="risks">Risks</h3>' in rendered.html
    assert '<h2 id="risks-and-side-effects">Risks and side effects <a class="citation"' in rendered.html


def test_wide_tables_scroll_by_themselves_and_have_a_name():
    named = "<table><tr><td></td><th>Doses &amp; <em>days</em> [1]</th></tr><tr><td>1</td><td>2</td></tr></table>"

    assert markup.render(TABLE).html == (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="Table: When">{TABLE}</div>'
    )
    assert 'aria-label="Table: Doses &amp; days"' in markup.render(named, [source(1)]).html


def test_a_time_of_day_is_not_broken_in_two():
    assert markup.render("<p>By 5 pm or 9:30 a.m., 5 pounds.</p>").html == (
        "<p>By 5\u00a0pm or 9:30\u00a0a.m., 5 pounds.</p>"
    )


def test_what_is_stored_unclean_is_shown_clean():
    assert markup.render("<p>Hi<script>alert(1)</script><img src=//evil.example></p>").html == "<p>Hi</p>"


# --- Placeholders and shared statements ---

BLOCKS = {
    "statement off_label": "<div>OFF</div>",
    "statement results_vary": "<div>VARY</div>",
    "statement risk_line": "<div>RISK</div>",
    "statement not_substitute": "<div>NOT</div>",
    "crisis box": lambda earlier: f"<section>BOX {earlier + 1}</section>",
    "clinic phone": "<p>202</p>",
}
ALWAYS = markup.STATEMENTS_OF_TREATMENT


def shown(body, always=(), **options):
    return markup.render(body, blocks=BLOCKS, always=always, **options).html.splitlines()


def test_a_paragraph_that_is_only_a_name_gives_way_to_its_block():
    body = (
        "<p><strong>[clinic phone]</strong></p><p>Call [clinic phone].</p><p>[no such thing]</p>"
        "<ul><li>[clinic phone]</li></ul>"
    )

    assert shown(body) == [
        "<p>202</p>", "<p>Call [clinic phone].</p>", "<p>[no such thing]</p>", "<ul><li>[clinic phone]</li></ul>",
    ]  # fmt: skip


def test_statements_the_author_left_out_stand_at_the_end():
    assert shown("<p>Text</p>", ALWAYS) == [
        "<p>Text</p>", "<div>OFF</div>", "<div>VARY</div>", "<div>RISK</div>", "<div>NOT</div>",
    ]  # fmt: skip


def test_statements_the_author_placed_stay_there_and_are_not_repeated():
    body = "<p>[statement risk_line]</p><p>Text</p><p>[statement not_substitute]</p>"

    assert shown(body, ALWAYS) == [
        "<div>RISK</div>", "<p>Text</p>", "<div>OFF</div>", "<div>VARY</div>", "<div>NOT</div>",
    ]  # fmt: skip


def test_a_statement_hidden_in_a_list_does_not_count_as_placed():
    assert shown("<ul><li>[statement off_label]</li></ul>", ["off_label"])[-1] == "<div>OFF</div>"


def test_help_stands_before_the_first_part_that_speaks_of_suicide():
    body = "<p>One</p><h2>Two</h2><p>Some people think about suicide.</p><h2>Suicide</h2>"

    assert shown(body, help_first=True) == [
        "<p>One</p>", "<section>BOX 1</section>", '<h2 id="two">Two</h2>', "<p>Some people think about suicide.</p>",
        '<h2 id="suicide">Suicide</h2>',
    ]  # fmt: skip


def test_help_the_author_placed_before_is_enough():
    body = "<p>[crisis box]</p><ul><li>Thoughts of suicide</li></ul><h2>Later</h2><p>Suicide</p>"

    assert shown(body, help_first=True) == [
        "<section>BOX 1</section>", "<ul><li>Thoughts of suicide</li></ul>", '<h2 id="later">Later</h2>',
        "<p>Suicide</p>",
    ]  # fmt: skip


def test_no_part_between_two_headings_has_two_boxes():
    body = (
        "<p>[crisis box]</p><p>Suicide</p><p>[crisis box]</p><h2>Two</h2><p>[crisis box]</p><h3>Small</h3>"
        "<p>[crisis box]</p>"
    )

    assert shown(body, help_first=True) == [
        "<section>BOX 1</section>", "<p>Suicide</p>", '<h2 id="two">Two</h2>', "<section>BOX 2</section>",
        '<h3 id="small">Small</h3>',
    ]  # fmt: skip


def test_help_put_before_a_heading_belongs_to_what_follows_it():
    assert shown("<p>One</p><h2>Suicide</h2><p>Text</p><p>[crisis box]</p>", help_first=True) == [
        "<p>One</p>", "<section>BOX 1</section>", '<h2 id="suicide">Suicide</h2>', "<p>Text</p>",
    ]  # fmt: skip


def test_help_just_before_the_text_serves_its_opening_and_no_more():
    opening = shown("<p>Suicide</p><h2>Two</h2>", help_first=True, helped=True)
    later = shown("<p>One</p><h2>Two</h2><p>Suicide</p>", help_first=True, helped=True)

    assert opening == ["<p>Suicide</p>", '<h2 id="two">Two</h2>']
    assert later == ["<p>One</p>", "<section>BOX 1</section>", '<h2 id="two">Two</h2>', "<p>Suicide</p>"]


@pytest.mark.parametrize(
    "part",
    [
        "<ul><li>One</li><li>Thoughts of suicide</li></ul>",
        "<table><tr><td>1</td><td>self-harm</td></tr></table>",
        "<blockquote>Suicide</blockquote>",
        "<p>[figure 1]</p>",
        "<p>[statement risk_line]</p>",
    ],
)
def test_help_stands_before_a_list_table_quote_figure_or_statement_never_in_it(part):
    blocks = BLOCKS | {"statement risk_line": "<div>Thoughts of suicide</div>"}
    figures = {1: Figure({"number": 1, "kind": "chart", "rows": "# Suicide | 1\nA | 1"})}

    html = markup.render(f"<p>One</p>{part}", blocks=blocks, help_first=True, figures=figures).html

    assert html.startswith("<p>One</p>\n<section>BOX 1</section>\n<") and html.count("BOX") == 1


def test_statement_added_at_the_end_that_speaks_of_suicide_has_help_before_it():
    blocks = BLOCKS | {"statement off_label": "<div>Thoughts of suicide</div>"}

    html = markup.render("<p>One</p>", blocks=blocks, always=["off_label"], help_first=True).html

    assert html.splitlines() == ["<p>One</p>", "<section>BOX 1</section>", "<div>Thoughts of suicide</div>"]


def facts(**fields):
    values = {
        "statements": dict.fromkeys(ALWAYS, "One.\n\nTwo & three."),
        "display_phone": "202-555-0142",
        "phone_href": "tel:+12025550142",
        "display_address": "1 Main St, <b>Town</b>",
        "hours_sentence": "Open Monday.",
        "fees_notice": "A fee.",
        "off_label_check": "We last checked this.",
        "prices": (),
        "team": "Dana Reyes, MD\nLee Park, RN",
        "license": "L1",
        "complaints": "Write to us.",
        "privacy_practices": "",
        "privacy_practices_url": "/media/notices/a.pdf",
        **fields,
    }
    return SimpleNamespace(**values)


def test_blocks_are_made_of_the_clinics_facts_and_escaped():
    made = markup.blocks(facts(), risks_url="/articles/side-effects-and-risks/")

    assert made["statement off_label"] == (
        '<div class="statement" role="note"><p>One.</p><p>Two &amp; three.</p>'
        '<p class="small">We last checked this.</p></div>'
    )
    assert made["statement risk_line"] == (
        '<div class="statement" role="note"><p>One.</p><p>Two &amp; three.</p>'
        '<p><a href="/articles/side-effects-and-risks/">Read more about side effects and risks</a></p></div>'
    )
    assert made["clinic phone"] == '<p><a class="phone" href="tel:+12025550142">202-555-0142</a></p>'
    assert made["clinic address"] == "<p>1 Main St, &lt;b&gt;Town&lt;/b&gt;</p>"
    assert made["clinic team"] == "<p>Dana Reyes, MD<br>Lee Park, RN</p>"
    assert made["privacy practices"] == '<p><a href="/media/notices/a.pdf">Open the notice (PDF)</a></p>'


def test_prices_are_the_clinics_own_and_dated():
    price = SimpleNamespace(
        label="One visit",
        amount=Decimal("1250.00"),
        includes="All & <b>care</b>",
        as_of=datetime.date(2026, 11, 3),
    )

    made = markup.blocks(facts(prices=(price,)))["price list"]

    assert '<th scope="row">One visit</th><td>$1,250</td><td>All &amp; &lt;b&gt;care&lt;/b&gt;</td>' in made
    assert "<td>November 3, 2026</td>" in made
    assert "not yet listed" in markup.blocks(facts())["price list"]


@pytest.mark.parametrize(
    "authors, shown",
    [
        ("", ""),
        ("Adams A, Baker B, Clark C", "Adams A, Baker B, Clark C"),
        ("Adams A, et al.", "Adams A, et al"),
        ("Adams A, Baker B, Clark C, Davis D", "Adams A, Baker B, Clark C, et al"),
        ("Adams A, Baker B, Clark C, et al.", "Adams A, Baker B, Clark C, et al"),
        ("Adams A, Baker B, and colleagues, with a grant", "Adams A, Baker B, and colleagues, with a grant"),
    ],
)
def test_long_lists_of_authors_are_cut_short(authors, shown):
    assert markup.short_authors(authors) == shown
