"""What comes of a paste from Word, judged by what is stored: the same way a saved page goes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import markup, word

# As Word for Windows puts it on the clipboard, shortened where it repeats itself.
WINDOWS = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns:st1="urn:schemas-microsoft-com:office:smarttags">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=ProgId content=Word.Document>
<link rel=File-List href="file:///C:/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->
<style><!-- @font-face {font-family:Wingdings;} p.MsoNormal {mso-style-unhide:no; margin:0in;} --></style>
<!--[if gte mso 10]><style>table.MsoNormalTable {mso-style-name:"Table Normal";}</style><![endif]--></head>
<body lang=EN-US style='tab-interval:.5in'><!--StartFragment-->
<h1><a name="_Toc151"></a><span style='mso-bookmark:_Toc151'>Before your visit</span><o:p></o:p></h1>
<p class=MsoNormal><span style='font-size:12.0pt;font-family:"Calibri",sans-serif;color:#C00000'>Do <b style='mso-bidi-font-weight:
normal'>not</b> eat for <span class=SpellE>six</span> hours in <st1:City w:st="on"><st1:place w:st="on">Springfield</st1:place></st1:City>.<o:p></o:p></span></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-.25in;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>Clear liquids<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:1.0in;mso-add-space:auto;text-indent:-.25in;mso-list:l0 level2 lfo1'><!--[if !supportLists]--><span
style='font-family:"Courier New"'><span style='mso-list:Ignore'>o<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><!--[endif]-->Water, <i>tea</i></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>No milk</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>1.<span>&nbsp; </span></span><![endif]>Come early</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>2.<span>&nbsp; </span></span><![endif]>Bring someone</p>
<p class=MsoNormal>We <del cite="mailto:Ana" datetime="2026-01-02T10:00"><span style='mso-no-proof:yes'>never </span></del><ins cite="mailto:Ana">always </ins>check<a
style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1" title=""><span class=MsoFootnoteReference><![if !supportFootnotes]>[1]<![endif]></span></a>.<span style='mso-hide:all;display:none'>secret</span></p>
<p class=MsoNormal>See <a href="https://example.org/a?b=1&amp;c=2"><span style='mso-comment-reference:A_1'>the study</span></a><span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1">[A2]</a></span>.</p>
<table class=MsoTableGrid border=1 cellspacing=0 style='border-collapse:collapse;mso-yfti-tbllook:1184'>
 <tr style='mso-yfti-irow:0'><td width=312 valign=top style='width:3.25in'><p class=MsoNormal><b>Day<o:p></o:p></b></p></td><td><p class=MsoNormal>What</p></td></tr>
 <tr><td><p class=MsoNormal>1<o:p></o:p></p></td><td><p class=MsoNormal><o:p>&nbsp;</o:p></p></td></tr></table>
<p class=MsoNormal><!--[if gte vml 1]><v:shape id="Picture_1"><v:imagedata src="file:///C:/x.png"/></v:shape><![endif]--><![if !vml]><img width=10 src="file:///C:/clip_image002.png" v:shapes="Picture_1"><![endif]></p>
<div style='mso-element:comment-list'><hr><div style='mso-element:comment'><p class=MsoCommentText>Ask Ben about this</p></div></div>
<!--EndFragment--></body></html>"""  # noqa: E501

STORED = """<h2>Before your visit</h2>
<p>Do <strong>not</strong> eat for six hours in Springfield.</p>
<ul><li>Clear liquids<ul><li>Water, <em>tea</em></li></ul></li><li>No milk</li></ul>
<ol><li>Come early</li><li>Bring someone</li></ol>
<p>We always check[1].</p>
<p>See <a href="https://example.org/a?b=1&amp;c=2">the study</a>.</p>
<table><tbody><tr><td><strong>Day</strong></td><td>What</td></tr><tr><td>1</td><td></td></tr></tbody></table>"""

# As Word on the web puts it there: real lists, each in its own wrapper, and its own way with spaces.
ONLINE = """<meta charset="utf-8"><div class="OutlineElement Ltr SCXW1 BCX0" style="mso-line-height-alt:1px"><p
class="Paragraph SCXW1" paraid="1" style="margin:0px"><span data-contrast="auto" class="TextRun SCXW1"><span
class="NormalTextRun SCXW1">Two things:</span></span><span class="EOP SCXW1">&nbsp;</span></p></div><div
class="ListContainerWrapper SCXW1"><ul class="BulletListStyle1 SCXW1" role="list"><li aria-setsize="-1"
data-leveltext="" data-font="Symbol" role="listitem"><p class="Paragraph SCXW1"><span class="TextRun">One</span></p></li></ul></div><div
class="ListContainerWrapper"><ul><li><p><span>Two</span></p></li></ul></div>"""  # noqa: E501


def stored(html):
    return markup.clean(word.tidy(html).html)


def test_paste_from_word_becomes_plain_text_with_real_lists():
    assert stored(WINDOWS) == STORED


def test_what_was_taken_out_is_told():
    assert word.tidy(WINDOWS).taken_out == [
        word.FORMATTING, word.DELETED, word.FOOTNOTES, word.UNSEEN, word.REMARKS
    ]  # fmt: skip
    assert markup.removed(word.tidy(WINDOWS).html) == ["an image"]


def test_paste_from_word_on_the_web():
    assert stored(ONLINE) == "<p>Two things:</p>\n<ul><li>One</li></ul>\n<ul><li>Two</li></ul>"


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("<p>• One</p><p>• Two</p><p>After</p>", "<ul><li>One</li><li>Two</li></ul>\n<p>After</p>"),
        ("<p>·&nbsp;&nbsp; <b>One</b></p>", "<ul><li><strong>One</strong></li></ul>"),
        ("<p><b>• One</b> more</p>", "<ul><li><strong>One</strong> more</li></ul>"),
        ("<p>5 • 6 is no list</p>", "<p>5 • 6 is no list</p>"),
        ("<p>•no space</p>", "<p>•no space</p>"),
        ("<p>1. A number somebody typed</p>", "<p>1. A number somebody typed</p>"),
        ("<ul><li>• One</li></ul>", "<ul><li>• One</li></ul>"),
        ("<p>Dose: 0.5 mg·kg</p>", "<p>Dose: 0.5 mg·kg</p>"),
        ("<p>•  </p><p>x</p>", "<p>•</p>\n<p>x</p>"),
    ],
)
def test_dots_that_somebody_typed(typed, kept):
    assert stored(typed) == kept
    assert word.tidy(typed).taken_out == []


def test_text_without_a_sign_of_word_is_left_alone():
    html = '<p>Plain <del>gone</del> <a href="#_x">text</a></p>'

    assert word.tidy(html) == word.Tidied(html, [])


def test_levels_out_of_order_lose_no_words():
    levels = (3, 1, 2, 2, 4, 1)
    html = "".join(f"<p class=MsoList style='mso-list:l0 level{level} lfo1'>w{n}</p>" for n, level in enumerate(levels))

    assert markup.plain(stored(html)).split() == [f"w{n}" for n in range(len(levels))]


PARTS = (
    "<p class=MsoNormal>|<p style='mso-list:l0 level2 x'>|</p>|· |a|<b>|</b>|<table><tr><td>|</table>|<del>|</del>|"
    "<![if !supportLists]>|<!--|-->|<a href='#_ftn1'>|</a>|<li>|<ul>|</ul>|<span style='mso-list:Ignore'>|</span>|"
    "<o:p>|</o:p>|<br>|&nbsp;"
).split("|")


@given(st.lists(st.sampled_from(PARTS), max_size=30))
@settings(max_examples=150, deadline=None)
def test_whatever_is_pasted_settles(parts):
    # A dot typed outside any paragraph is in one after the first saving, and then begins a list.
    settled = stored(stored("<o:p>" + "".join(parts)))

    assert stored(settled) == settled
