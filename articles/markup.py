"""Stored body -> safe HTML: sanitising, heading ids, contents list, citation marks, shared statements. No ORM.

A body passes `clean` when it is saved and once more when it is shown. `clean` leaves one canonical form, so a page
that went through the editor unchanged stays the same text, letter by letter.
"""

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import nh3
from django.utils.safestring import SafeString, mark_safe

from . import headings as heading_ids
from .editorial import ABOUT_SUICIDE
from .glossary import Glossary, word_id

# --- What may be stored ---

TAGS = {"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "table", "thead", "tbody", "tr", "th",
        "td", "br", "hr"}  # fmt: skip
# Read, then turned into one of TAGS or taken off from round their content.
RENAMED = {"b": "strong", "i": "em", "h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
CONTAINERS = {"p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "figure", "figcaption",
              "dl", "dt", "dd", "pre", "address", "center", "form", "fieldset", "legend", "details", "summary",
              "dir", "menu", "caption", "tfoot"}  # fmt: skip
# Gone with everything in them.
BANNED = {"script", "style", "iframe", "frame", "frameset", "noframes", "object", "embed", "applet", "svg", "math",
          "template", "noscript", "title", "head", "xml", "audio", "video", "canvas", "textarea", "select", "option",
          "button", "map"}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "th": {"scope", "colspan", "rowspan"}, "td": {"colspan", "rowspan"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "tel", "sms"}
INLINE = {"strong", "em", "a", "br"}
VOID = {"br", "hr"}
DEEPEST = 40
ROUNDS = 8

MARK = re.compile(r"\[(\d{1,3})\]")
PLACEHOLDER = re.compile(r"\[([a-z][a-z_ ]*|figure \d{1,2})\]")
# Space as HTML counts it, plus the non-breaking spaces that editors type in place of plain ones.
SPACE = " \t\n\r\f\u00a0"
SPACES = re.compile(f"[{SPACE}]+")
# What no reader sees and no database wants: control characters, halves of pairs, invisible spaces, marks of order.
UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b\u2060\ufeff\ufffe\uffff]")


def clean(html):
    """Return only what an editor may store: no script, style, handler, image or address that leads out unsafely.

    `clean(clean(html)) == clean(html)` for any text.
    """
    html = UNSEEN.sub("", html)
    for _ in range(ROUNDS):
        tidied = _write_body(_body(html))
        if tidied == html:
            return html
        html = tidied
    # Markup so twisted that it never settles: its words are kept, its shape is not.
    words = SPACES.sub(" ", _text(_read(html).children)).strip(SPACE)
    return f"<p>{_escaped(words)}</p>" if words else ""


def plain(html):
    """Return the text of a body, tags gone, one line for each paragraph, heading, item or cell."""
    return "\n".join(_lines(_body(html)))


def citation_numbers(html):
    """Return the set of numbers marked [n] in a body."""
    return {int(number) for number in MARK.findall(plain(html))}


# --- From HTML to a small tree and back ---


@dataclass
class Node:
    tag: str
    attrs: dict = field(default_factory=dict)
    children: list = field(default_factory=list)  # of Node and str


class _TreeBuilder(HTMLParser):
    """Reads HTML that nh3 has written, so every tag is known and closed."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.path = [Node("")]

    def handle_starttag(self, tag, attrs):
        node = Node(RENAMED.get(tag, tag), {name: value or "" for name, value in attrs})
        if len(self.path) < DEEPEST:
            self.path[-1].children.append(node)
            if tag not in VOID:
                self.path.append(node)

    def handle_endtag(self, tag):
        tag = RENAMED.get(tag, tag)
        if any(node.tag == tag for node in self.path):
            while self.path.pop().tag != tag:
                pass

    def handle_data(self, data):
        self.path[-1].children.append(UNSEEN.sub("", data))


def _read(html):
    """Return the tree of `html` after everything that is not allowed was taken out."""
    builder = _TreeBuilder()
    builder.feed(
        nh3.clean(
            html,
            tags=TAGS | RENAMED.keys() | CONTAINERS,
            clean_content_tags=BANNED,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            link_rel=None,
        )
    )
    builder.close()
    return builder.path[0]


def _body(html):
    return _blocks(_read(html).children)


def _escaped(text):
    return escape(text, quote=False)


def _write(node, write_text=_escaped):
    """Return `node` as HTML. `write_text` turns text outside links into HTML; in links it is only escaped."""
    if isinstance(node, str):
        return write_text(node)
    attrs = "".join(f' {name}="{escape(value)}"' for name, value in node.attrs.items())
    if node.tag in VOID:
        return f"<{node.tag}{attrs}>"
    inner = _escaped if node.tag == "a" else write_text
    return f"<{node.tag}{attrs}>{''.join(_write(child, inner) for child in node.children)}</{node.tag}>"


def _write_body(blocks):
    return "\n".join(_write(block) for block in blocks)


def _text(nodes):
    return "".join(
        node if isinstance(node, str) else " " if node.tag == "br" else _text(node.children) for node in nodes
    )


def _lines(nodes):
    """Yield the text of `nodes`, block by block."""
    run = []
    for node in [*nodes, None]:
        if isinstance(node, str) or (node and node.tag in INLINE):
            run.append(node)
            continue
        if text := SPACES.sub(" ", _text(run)).strip(SPACE):
            yield text
        run = []
        if node:
            yield from _lines(node.children)


# --- One canonical shape ---


def _blocks(children, wrap="p", nested=False):
    """Return `children` as a list of blocks; loose text is put into `wrap`.

    Inside items, quotes and cells (`nested`) there are only paragraphs and lists.
    """
    found, run = [], []

    def flush():
        if inline := _trimmed(_inline(run)):
            found.append(Node(wrap, {}, inline))
        run.clear()

    for child in _without_wrappers(children):
        if isinstance(child, str) or child.tag in INLINE:
            run.append(child)
            continue
        flush()
        if child.tag in ("h2", "h3"):
            found += _blocks(child.children, "p" if nested else child.tag, nested)
        elif child.tag in ("ul", "ol"):
            found += _list(child)
        elif child.tag == "table":
            found += _table(child, nested)
        elif child.tag == "blockquote" and not nested:
            if inside := _blocks(child.children, nested=True):
                found.append(Node("blockquote", {}, inside))
        elif child.tag == "hr" and not nested:
            found.append(Node("hr"))
        else:  # a container, or a table part or list item outside its table or list
            found += _blocks(child.children, wrap, nested)
    flush()
    return found


def _without_wrappers(children):
    """Yield `children`; bold, slanted or linked text that holds whole blocks gives way to its content."""
    for child in children:
        if isinstance(child, Node) and child.tag in INLINE and _holds_block(child):
            yield from _without_wrappers(child.children)
        else:
            yield child


def _holds_block(node):
    return any(isinstance(child, Node) and (child.tag not in INLINE or _holds_block(child)) for child in node.children)


def _list(node):
    items = []
    for child in _without_wrappers(node.children):
        if isinstance(child, Node) and child.tag == "li":
            items.append(child.children)
        elif isinstance(child, Node) or child.strip(SPACE):
            # Word nests lists beside their items, not in them.
            items[-1:] = [[*items[-1], child]] if items else [[child]]
    items = [Node("li", {}, inside) for item in items if (inside := _loose(item))]
    start = node.attrs.get("start", "")
    attrs = {"start": start} if node.tag == "ol" and re.fullmatch(r"[2-9]|[1-9]\d{1,2}", start) else {}
    return [Node(node.tag, attrs, items)] if items else []


def _loose(children):
    """Return the content of an item or cell; its first paragraph stands bare when it is the only one."""
    inside = _blocks(children, nested=True)
    if [block.tag for block in inside].count("p") == 1 and inside[0].tag == "p":
        return inside[0].children + inside[1:]
    return inside


def _table(node, nested):
    """Return a table of rows alone. A caption stands before it: the editor would make a row of one."""
    rows, strays = [], []  # rows: list of lists of cells
    _take_table_apart(node, rows, strays)
    before = _blocks(strays, nested=True)
    if nested:
        return before + [block for row in rows for cell in row for block in _blocks(cell.children, nested=True)]
    if not rows:
        return before
    cells = [[Node(cell.tag, _spans(cell), _loose(cell.children)) for cell in row] for row in rows]
    given = [[cell.attrs.get("scope") for cell in row] for row in rows]
    heads = 0
    while heads < len(cells) - 1 and _is_heading_row(cells[heads]):
        heads += 1
    for place, row in enumerate(cells):
        for column, cell in enumerate(row):
            if cell.tag == "th":
                usual = "row" if place >= heads and column == 0 else "col"
                scope = given[place][column]
                cell.attrs = {"scope": scope if scope in ("col", "row") else usual} | cell.attrs
    rows = [Node("tr", {}, row) for row in cells]
    head = [Node("thead", {}, rows[:heads])] if heads else []
    return [*before, Node("table", {}, [*head, Node("tbody", {}, rows[heads:])])]


def _take_table_apart(node, rows, strays):
    for child in node.children:
        if isinstance(child, Node) and child.tag in ("thead", "tbody", "tfoot"):
            _take_table_apart(child, rows, strays)
        elif isinstance(child, Node) and child.tag == "tr":
            cells = [cell for cell in child.children if isinstance(cell, Node) and cell.tag in ("td", "th")]
            strays += [cell for cell in child.children if cell not in cells]
            if cells:
                rows.append(cells)
        else:
            strays.append(child)


def _is_heading_row(row):
    """Tell whether a row names columns: headings throughout, but for an empty corner."""
    return any(cell.tag == "th" for cell in row) and all(cell.tag == "th" or not cell.children for cell in row)


def _spans(cell):
    spans = {name: cell.attrs.get(name, "") for name in ("colspan", "rowspan")}
    return {name: value for name, value in spans.items() if re.fullmatch(r"[2-9]|1\d|20", value)}


def _inline(nodes, inside=()):
    """Return `nodes` with one space for many, no empty or doubled tags, and only links that lead somewhere safe."""
    found = []
    for node in nodes:
        if isinstance(node, str) or node.tag == "br":
            found.append(node)
            continue
        href = _address(node.attrs.get("href", "")) if node.tag == "a" else ""
        children = _inline(node.children, (*inside, node.tag))
        if node.tag in inside or (node.tag == "a" and not href) or not _text(children).strip(SPACE):
            found += children
        else:
            found.append(Node(node.tag, {"href": href} if href else {}, children))
    joined = []
    for node in found:
        if isinstance(node, str) and joined and isinstance(joined[-1], str):
            joined[-1] += node
        else:
            joined.append(node)
    return [SPACES.sub(" ", node) if isinstance(node, str) else node for node in joined]


def _trimmed(nodes):
    """Return `nodes` without space and line breaks at either end."""
    for end, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while nodes:
            node = nodes[end]
            if isinstance(node, str):
                if node := strip(node, SPACE):
                    nodes[end] = node
                    break
            elif node.tag != "br":
                node.children = _trimmed(node.children)
                if node.children:
                    break
            nodes.pop(end)
    return nodes


def _address(href):
    """Return an address a link may have, or "": a path of this site, a place on the page, or a known scheme."""
    href = UNSEEN.sub("", re.sub(r"[\t\n\r]", "", href)).strip(SPACE)
    scheme, colon, rest = href.partition(":")
    if colon and scheme.lower() in SCHEMES and rest:
        return href
    if href.startswith("#") and len(href) > 1:
        return href
    return href if href.startswith("/") and not href.startswith(("//", "/\\")) else ""


# --- What was taken out, in the editor's words ---


class _RemovalReader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        if tag in ("img", "picture", "image"):
            self.found.append(_image_words(attrs.get("src", "")))
        elif tag == "script":
            self.found.append("a script")
        elif tag in ("iframe", "frame", "object", "embed", "applet"):
            self.found.append("something embedded from elsewhere")
        elif tag in ("audio", "video"):
            self.found.append("a sound or film")
        elif tag in ("svg", "math", "canvas"):
            self.found.append("a drawing")
        elif tag in ("input", "textarea", "select", "button"):
            self.found.append("a form field")
        if any(name.startswith("on") for name in attrs):
            self.found.append("a script")
        if tag == "a" and attrs.get("href") and not _address(attrs["href"]):
            self.found.append(f"a link that leads nowhere safe ({attrs['href'][:60]})")


def _image_words(src):
    if re.match(r"\s*(https?:)?//", src, re.IGNORECASE):
        return "an image from another site"
    return "a pasted image" if src.lstrip().lower().startswith("data:") else "an image"


def removed(html):
    """Return in words what `clean` takes out of `html` that a person may miss, each thing once."""
    reader = _RemovalReader()
    reader.feed(UNSEEN.sub("", html))
    reader.close()
    return list(dict.fromkeys(reader.found))


# --- What readers see ---

CRISIS_BOX = "crisis box"
CLOCK = re.compile(r"(\d) +([ap]\.?m\b)", re.IGNORECASE)
STATEMENTS_OF_TREATMENT = ("off_label", "results_vary", "risk_line", "not_substitute")


@dataclass(frozen=True)
class Rendered:
    html: SafeString
    contents: list  # of {id, text}, one for each h2
    references: list  # of {number, title, url, authors, journal, year, marks}
    words: list = field(default_factory=list)  # of {id, use, term, meaning}, by the alphabet
    placed: frozenset = frozenset()  # names of the blocks and figures that stand in it
    speaks_of_suicide: bool = False


def render(
    body,
    references=(),
    blocks=None,
    always=(),
    help_first=False,
    *,
    helped=False,
    headings=(),
    glossary=(),
    figures=None,
):
    """Return `body` as readers see it.

    A paragraph that holds only `[name]` gives way to `blocks[name]`: safe HTML, or a function that is told how many
    of its kind went before. `[figure 1]` gives way to `figures[1]` (see figures.Figure); a figure that is not there
    leaves nothing behind. The statements named in `always` are added at the end when the author did not place
    them; `not_substitute` stays last.

    With `help_first` the crisis box is put before the first part that speaks of suicide. No part between two headings
    of the second level has more than one box; `helped` says that the page has one just before the text.

    `headings` are the ids that headings have (see `outline`). The words of `glossary` are marked where they first
    stand in running text: never in a heading, link, figure or box.
    """
    writer = _PageWriter(blocks or {}, references, figures or {}, headings, glossary, help_first, helped)
    for node in _body(clean(body)):
        writer.take(node)
    writer.add_missing(always)
    return Rendered(
        html=mark_safe("\n".join(writer.parts)),  # every part was written or escaped by the writer
        contents=writer.contents,
        references=[
            row
            | {
                "url": _address(row["url"]) or _doi_address(row.get("doi", "")),
                "authors": short_authors(row["authors"]),
                "marks": writer.marks[row["number"]],
            }
            for row in references
        ],
        words=writer.words(),
        placed=frozenset(writer.used),
        speaks_of_suicide=writer.speaks_of_suicide,
    )


class _PageWriter:
    """Writes a body part by part, and knows what stood before."""

    def __init__(self, blocks, references, figures, headings, glossary, help_first, helped):
        self.blocks, self.figures = blocks, figures
        self.marks = {row["number"]: [] for row in references}
        self.parts, self.contents, self.used = [], [], []
        self.last = None  # the placeholder or tag of the part before
        self.headings = list(headings)
        self.ids = {row["id"] for row in headings if heading_ids.is_usable(row["id"])}
        self.seen_headings = 0
        self.notes = 0
        self.glossary = Glossary(glossary)
        self.help_first = help_first and CRISIS_BOX in blocks
        self.box_here = helped  # a crisis box stands in this part, between two h2
        self.speaks_of_suicide = False

    # Text

    def write(self, text):
        """Return text as HTML, with marks that link to their sources."""
        return MARK.sub(self.cite, CLOCK.sub("\\1\u00a0\\2", _escaped(text)))

    def explain(self, text):
        """Return text as HTML, with marks, and with hard words that link to their meaning."""
        pieces, place = [], 0
        for start, end, row in self.glossary.find(text):
            word = word_id(row)
            pieces.append(self.write(text[place:start]))
            pieces.append(
                f'<a class="term" id="{word.replace("word", "use", 1)}" href="#{word}">{_escaped(text[start:end])}'
                '<span class="visually-hidden"> (explained below)</span></a>'
            )
            place = end
        return "".join([*pieces, self.write(text[place:])])

    def cite(self, match):
        number = int(match.group(1))
        if number not in self.marks:
            return match.group()
        place = f"cite-{number}-{len(self.marks[number]) + 1}"
        self.marks[number].append(place)
        return (
            f'<a class="citation" id="{place}" href="#ref-{number}">'
            f'<span class="visually-hidden">reference </span>[{number}]</a>'
        )

    def words(self):
        rows = sorted(self.glossary.used, key=lambda row: row["term"].lower())
        ids = [word_id(row) for row in rows]
        return [
            {"id": word, "use": word.replace("word", "use", 1), "term": row["term"], "meaning": row["meaning"]}
            for word, row in zip(ids, rows, strict=True)
        ]

    # Parts

    def take(self, node):
        name = _placeholder(node)
        new_part = node.tag == "h2"
        if self.speaks(node, name):
            self.help(new_part)
        elif new_part:
            self.box_here = False
        if name == CRISIS_BOX and name in self.blocks:
            if self.box_here:
                return
            self.box_here = True
        if name in self.blocks:
            self.parts.append(_block(self.blocks[name], self.used.count(name)))
            self.used.append(name)
        elif name.startswith("figure "):
            self.figure(name)
        else:
            self.parts.append(self.block(node))
        self.last = name or node.tag

    def speaks(self, node, name):
        if name == CRISIS_BOX:
            return False
        if name in self.blocks:
            text = TAG.sub(" ", _block(self.blocks[name], 0))
        elif name.startswith("figure "):
            figure = self.figures.get(int(name.removeprefix("figure ")))
            text = figure.words if figure else ""
        else:
            text = "\n".join(_lines([node]))
        return bool(ABOUT_SUICIDE.search(text))

    def help(self, new_part):
        """Put the crisis box before the part that comes now and speaks of suicide, unless one went before."""
        first, self.speaks_of_suicide = not self.speaks_of_suicide, True
        if new_part:
            self.box_here = False
        if self.help_first and first and not self.box_here and CRISIS_BOX not in self.used:
            # Not between a heading and its text.
            at = len(self.parts) - (not new_part and self.last in ("h2", "h3"))
            self.parts.insert(at, _block(self.blocks[CRISIS_BOX], 0))
            self.used.append(CRISIS_BOX)
            self.box_here = True

    def figure(self, name):
        figure = self.figures.get(int(name.removeprefix("figure ")))
        if figure and name not in self.used:
            self.parts.append(figure.html(self.write, self.level()))
            self.used.append(name)

    def level(self):
        """Return the heading that a part of the text may have: one below the last of the second level."""
        return "h3" if self.contents else "h2"

    def block(self, node):
        if node.tag in ("h2", "h3"):
            return self.heading(node)
        if node.tag == "table":
            return _scrolling(node, self.explain)
        if title := _callout_title(node):
            return self.callout(title, node.children[1:])
        return _write(node, self.explain)

    def heading(self, node):
        text = _heading_text(node)
        node.attrs = {"id": self.heading_id(text)}
        if node.tag == "h2":
            self.contents.append({"id": node.attrs["id"], "text": text})
        return _write(node, self.write)

    def heading_id(self, text):
        known = self.headings[self.seen_headings] if self.seen_headings < len(self.headings) else None
        self.seen_headings += 1
        if known and known["text"] == text and heading_ids.is_usable(known["id"]):
            return known["id"]
        return heading_ids.new_id(text, self.ids)

    def callout(self, title, children):
        self.notes += 1
        tag, note = self.level(), f"note-{self.notes}"
        inside = "".join(_write(child, self.explain) for child in children)
        return (
            f'<div class="statement" role="note" aria-labelledby="{note}"><{tag} class="flag" id="{note}">{ICON_INFO}'
            f"<span>{''.join(_write(child, self.write) for child in title)}</span></{tag}>{inside}</div>"
        )

    def add_missing(self, always):
        """Add the statements of `always` that the author did not place; the author's own closing one stays last."""
        names = [f"statement {key}" for key in always if f"statement {key}" not in self.used]
        names = [name for name in names if name in self.blocks]
        closing = []
        if self.last == "statement not_substitute" and self.last in self.blocks:
            closing = [self.parts.pop()]
        self.last = None
        for name in names:
            if self.speaks(Node("p"), name):
                self.help(new_part=False)
            self.parts.append(_block(self.blocks[name], 0))
            self.used.append(name)
        self.parts += closing


ICON_INFO = (
    '<svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.5v.1"/></svg>'
)
TAG = re.compile(r"<[^>]*>")


def _callout_title(node):
    """Return the bold first line of a quote that goes on: such a quote is a callout with a title. Else None."""
    if node.tag != "blockquote" or len(node.children) < 2:
        return None
    first = node.children[0]
    is_bold = first.tag == "p" and len(first.children) == 1 and getattr(first.children[0], "tag", "") == "strong"
    return first.children[0].children if is_bold else None


def _heading_text(node):
    return SPACES.sub(" ", MARK.sub("", _text(node.children))).strip()


def outline(body):
    """Return {text, opening} of each heading of a body, opening being how the part under it begins."""
    nodes, found = _body(body), []
    for place, node in enumerate(nodes):
        if node.tag in ("h2", "h3"):
            after = next(iter(_lines(nodes[place + 1 : place + 2])), "")
            is_text = place + 1 < len(nodes) and nodes[place + 1].tag not in ("h2", "h3")
            found.append({"text": _heading_text(node), "opening": after[:120] if is_text else ""})
    return found


def headings(body, before):
    """Return {text, opening, id} of each heading of a body; those that stood there `before` keep their ids."""
    return heading_ids.keep(outline(body), before)


def words_used(body, glossary):
    """Return the rows of `glossary` that a body uses, where `render` would mark them."""
    text = plain(body).lower()
    rows = [
        row
        for row in glossary
        if any(form.split()[0].lower() in text for form in [row["term"], *row["forms"]] if form.split())
    ]
    if not rows:
        return []
    writer = _PageWriter({}, (), {}, (), rows, False, False)
    for node in _body(body):
        if not _placeholder(node):
            writer.take(node)
    return [row for row in rows if row in writer.glossary.used]


def parts(body, wanted):
    """Return as one body each part of `body`, heading and all, whose h2 matches the pattern `wanted`."""
    found, taking = [], False
    for node in _body(clean(body)):
        if node.tag == "h2":
            taking = bool(wanted.search(_heading_text(node)))
        if taking:
            found.append(node)
    return _write_body(found)


def paragraphs(body, wanted, but_not=None):
    """Return as one body each paragraph and list item of `body` that matches the pattern `wanted`.

    What stands under an h2 that matches `but_not` is left out.
    """
    found, taking = [], True
    for node in _body(clean(body)):
        if node.tag == "h2":
            taking = not (but_not and but_not.search(_heading_text(node)))
        elif taking and node.tag in ("p", "ul", "ol"):
            items = node.children if node.tag in ("ul", "ol") else [node]
            found += [
                Node("p", {}, [child for child in item.children if isinstance(child, str) or child.tag in INLINE])
                for item in items
                if wanted.search(_text(item.children))
            ]
    return _write_body(found)


def first(body, most):
    """Return the first `most` parts of a body."""
    return _write_body(_body(body)[:most])


def _doi_address(doi):
    return f"https://doi.org/{doi}" if re.fullmatch(r"10\.[^\s<>\"']+", doi or "") else ""


AUTHORS_SHOWN = 3


def short_authors(authors):
    """Return the first three of a list of author names and "et al."; anything but a plain list stays whole."""
    # The mark that follows the names is the page's own.
    authors = authors.removesuffix(".") if authors.endswith("et al.") else authors
    names = [name.strip() for name in authors.split(",")]
    if len(names) <= AUTHORS_SHOWN or " and " in authors:
        return authors
    return ", ".join([*names[:AUTHORS_SHOWN], "et al"])


def _placeholder(node):
    """Return the name in a paragraph that holds only `[name]`, else ""."""
    if node.tag != "p":
        return ""
    match = PLACEHOLDER.fullmatch(_text(node.children).strip(SPACE))
    return match.group(1) if match else ""


def _block(block, earlier):
    return str(block(earlier) if callable(block) else block)


def _scrolling(table, write_text):
    """Return a table that scrolls sideways by itself, named for people who cannot see it."""
    words = [MARK.sub("", line).strip() for line in _lines(table.children)]
    name = escape(f"Table: {words[0]}" if words and words[0] else "Table")
    return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{name}">{_write(table, write_text)}</div>'


# --- The shared blocks ---


def blocks(facts, crisis_box="", risks_url=""):
    """Return {name: safe HTML} of everything `[name]` may stand for, made of the clinic's facts.

    `crisis_box` is HTML that is known to be safe, or a function that makes it. `risks_url` is where the risk line
    leads on to.
    """
    found = {f"statement {key}": _statement(facts.statements[key]) for key in STATEMENTS_OF_TREATMENT}
    found["statement off_label"] = _statement(
        facts.statements["off_label"], f'<p class="small">{_escaped(facts.off_label_check)}</p>'
    )
    if risks_url:
        more = f'<p><a href="{escape(risks_url)}">Read more about side effects and risks</a></p>'
        found["statement risk_line"] = _statement(facts.statements["risk_line"], more)
    phone = _escaped(facts.display_phone)
    if facts.phone_href:
        phone = f'<a class="phone" href="{escape(facts.phone_href)}">{phone}</a>'
    practices = _paragraphs(facts.privacy_practices)
    if facts.privacy_practices_url:
        practices += f'<p><a href="{escape(facts.privacy_practices_url)}">Open the notice (PDF)</a></p>'
    return found | {
        CRISIS_BOX: crisis_box,
        "fees notice": f'<div class="notice">{_paragraphs(facts.fees_notice)}</div>',
        "clinic phone": f"<p>{phone}</p>",
        "clinic address": _paragraphs(facts.display_address),
        "opening hours": _paragraphs(facts.hours_sentence),
        "price list": _price_list(facts.prices),
        "clinic team": _paragraphs(facts.team),
        "license": _paragraphs(facts.license),
        "complaints": _paragraphs(facts.complaints),
        "privacy practices": practices,
    }


def _statement(text, more=""):
    return f'<div class="statement" role="note">{_paragraphs(text)}{more}</div>'


def _paragraphs(text):
    """Return plain text as paragraphs, escaped; single line ends are kept."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{'<br>'.join(map(_escaped, part.splitlines()))}</p>" for part in parts if part)


def _price_list(prices):
    if not prices:
        return "<p>[The clinic has not yet listed its prices.] Ask us what a visit costs before you decide.</p>"
    rows = "".join(
        f'<tr><th scope="row">{_escaped(price.label)}</th><td>{_dollars(price.amount)}</td>'
        f"<td>{_escaped(price.includes)}</td><td>{price.as_of:%B} {price.as_of.day}, {price.as_of.year}</td></tr>"
        for price in prices
    )
    return (
        '<div class="table-scroll" tabindex="0" role="region" aria-label="Table: our prices"><table>'
        '<thead><tr><th scope="col">What</th><th scope="col">Price</th><th scope="col">Included</th>'
        f'<th scope="col">Valid from</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _dollars(amount):
    return f"${amount:,.0f}" if amount == amount.to_integral() else f"${amount:,.2f}"
