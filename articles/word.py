"""What Word, Outlook and their like put on the clipboard -> plain HTML. No ORM, no Django.

Word writes its lists as paragraphs with a dot or number in front, keeps deleted and hidden text in the page, and wraps
everything in marks of its own. `tidy` makes real lists, drops what a person would not see, and says what it dropped.
What may be stored is decided by `markup.clean` alone, afterwards.
"""

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

SIGNS = re.compile(r"mso-|class=[\"']?Mso|urn:schemas-microsoft-com|<o:p|<w:|<st1:", re.IGNORECASE)
# Conditional comments of both kinds: what only Word shows stands inside the first, the second wraps plain text.
COMMENTS = re.compile(r"<!--.*?-->|<!\[[^>]*>|<\?xml[^>]*>", re.DOTALL)
LIST_LEVEL = re.compile(r"mso-list:\s*\S+\s+level(\d)", re.IGNORECASE)
MARKER = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
HIDDEN = re.compile(r"mso-hide:\s*(?:all|screen)|display:\s*none", re.IGNORECASE)
REMARK = re.compile(r"mso-element:\s*comment|mso-special-character:\s*comment", re.IGNORECASE)
# A dot at the start of a paragraph, as people type it and as Word leaves it where a list is copied as text.
DOT = re.compile(r"[\s\u00a0]*[·•▪◦●■][\s\u00a0]+(?=[^\s\u00a0·•▪◦●■])")
NUMBER = re.compile(r"[\s\u00a0]*\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,6})[.)]")
# Links to places that only Word knows.
BOOKMARK = re.compile(r"#(?:_|mso)", re.IGNORECASE)
FOOTNOTE = re.compile(r"#_(?:ftn|edn)", re.IGNORECASE)
VOID = {"br", "hr", "img", "meta", "link", "input", "col", "wbr"}
# Gone with everything in them; nobody saw it.
DROPPED = {"style", "xml", "head", "title", "v:shapetype", "o:shapelayout", "w:sdtpr"}
SPACE = " \t\r\n\f\u00a0"
DEEPEST = 60

FORMATTING = "fonts, colors and spacing from Word"
DELETED = "text that Word had marked as deleted"
REMARKS = "comments from Word"
UNSEEN = "hidden text from Word"
FOOTNOTES = "the links of Word’s footnotes (a mark such as [1] stays: give it its reference)"


@dataclass(frozen=True)
class Tidied:
    html: str
    taken_out: list


@dataclass
class Node:
    tag: str
    attrs: dict = field(default_factory=dict)
    children: list = field(default_factory=list)  # of Node and str


@dataclass
class Item:
    """A paragraph that is an item of a list."""

    level: int
    tag: str  # of its list
    children: list


def tidy(html):
    """Return `html` with real lists and without what only Word shows, and in words what was taken out.

    Text that does not come from Word and has no typed dots is returned as it is.
    """
    from_word = bool(SIGNS.search(html))
    if not from_word and not re.search("[·•▪◦●■]", html):
        return Tidied(html, [])
    reader = _Reader()
    reader.feed(COMMENTS.sub("", html))
    reader.close()
    found = [FORMATTING] if from_word else []
    children = _settled(reader.path[0].children, found)
    return Tidied("".join(map(_write, children)), list(dict.fromkeys(found)))


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.path = [Node("")]

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.path[-1].children.append(node)
        if tag not in VOID and len(self.path) < DEEPEST:
            self.path.append(node)

    def handle_endtag(self, tag):
        if any(node.tag == tag for node in self.path[1:]):
            while self.path.pop().tag != tag:
                pass

    def handle_data(self, data):
        self.path[-1].children.append(data)


def _settled(children, found):
    """Return `children` with lists made and what nobody would see left out; `found` takes what that was."""
    kept = []
    for child in children:
        if isinstance(child, str):
            kept.append(child)
            continue
        words = _unseen(child)
        if words is not None:
            found += [words] if words else []
            continue
        item = _item(child)
        inside = _settled(child.children, found)
        if item:
            kept.append(Item(item.level, item.tag, _without_dot(inside)))
        elif child.tag == "a" and not _leads_somewhere(child, found):
            kept += inside
        else:
            kept.append(Node(child.tag, child.attrs, inside))
    return _with_lists(kept)


def _unseen(node):
    """Return in words why an element is left out with its content ("" for nothing to tell), or None to keep it."""
    style = node.attrs.get("style", "")
    if node.tag == "del":
        return DELETED
    if REMARK.search(style) or (node.tag == "a" and "msocom" in node.attrs.get("href", "").lower()):
        return REMARKS
    if HIDDEN.search(style):
        return UNSEEN
    return "" if node.tag in DROPPED or MARKER.search(style) else None


def _leads_somewhere(link, found):
    href = link.attrs.get("href", "").strip()
    if FOOTNOTE.match(href):
        found.append(FOOTNOTES)
    return bool(href) and not BOOKMARK.match(href)


def _item(node):
    """Return the list item that a paragraph is, or None."""
    if node.tag != "p":
        return None
    level = LIST_LEVEL.search(node.attrs.get("style", ""))
    if not level:
        return Item(1, "ul", []) if DOT.match(_text(node.children)) else None
    marker = "".join(_text(one.children) for one in _all(node) if MARKER.search(one.attrs.get("style", "")))
    return Item(int(level.group(1)), "ol" if NUMBER.match(marker) else "ul", [])


def _without_dot(children):
    """Return the content of an item without the dot that was typed before it."""
    if not DOT.match(_text(children)):
        return children
    for place, child in enumerate(children):
        if isinstance(child, str) and child.strip(SPACE):
            rest = child.lstrip(SPACE)[1:].lstrip(SPACE)
            return [rest, *children[place + 1 :]]
        if isinstance(child, Node) and _text([child]).strip(SPACE):
            return [Node(child.tag, child.attrs, _without_first_sign(child.children)), *children[place + 1 :]]
    return children


def _without_first_sign(children):
    for place, child in enumerate(children):
        if isinstance(child, str) and child.strip(SPACE):
            return [child.lstrip(SPACE)[1:].lstrip(SPACE), *children[place + 1 :]]
        if isinstance(child, Node) and _text([child]).strip(SPACE):
            return [Node(child.tag, child.attrs, _without_first_sign(child.children)), *children[place + 1 :]]
    return children


def _with_lists(children):
    """Return `children` with every run of items as lists, one in the other by their level."""
    out, lists = [], []  # lists: the open ones, as (level, node)
    for child in children:
        if isinstance(child, str) and not child.strip(SPACE):
            if not lists:
                out.append(child)
            continue
        if not isinstance(child, Item):
            lists = []
            out.append(child)
            continue
        if not _text(child.children).strip(SPACE):
            continue
        while lists and (lists[-1][0] > child.level or (lists[-1][0] == child.level and lists[-1][1].tag != child.tag)):
            lists.pop()
        if not lists or lists[-1][0] < child.level:
            node = Node(child.tag)
            # Beside the item it belongs to, as Word nests them; `markup.clean` puts it in.
            (lists[-1][1].children if lists else out).append(node)
            lists.append((child.level, node))
        lists[-1][1].children.append(Node("li", {}, child.children))
    return out


def _all(node):
    for child in node.children:
        if isinstance(child, Node):
            yield child
            yield from _all(child)


def _text(children):
    return "".join(child if isinstance(child, str) else _text(child.children) for child in children)


def _write(node):
    if isinstance(node, str):
        return escape(node, quote=False)
    attrs = "".join(f' {name}="{escape(value)}"' for name, value in node.attrs.items())
    if node.tag in VOID:
        return f"<{node.tag}{attrs}>"
    return f"<{node.tag}{attrs}>{''.join(map(_write, node.children))}</{node.tag}>"
