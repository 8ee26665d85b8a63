"""Pages as a browser without script sees them: which fields a form would send, what a reader reads."""

from html.parser import HTMLParser

PERSON = {"name": "Ana Lima", "phone": "(202) 555-0142"}
OURS = {"sec-fetch-site": "same-origin"}


class _Page(HTMLParser):
    """Collect the forms of a page as {name: value}, and its visible text."""

    def __init__(self):
        super().__init__()
        self.forms, self.words, self.textarea, self.select, self.skip = [], [], None, None, 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append({"action": attrs.get("action", ""), "fields": {}})
        if not self.forms:
            return
        fields, name = self.forms[-1]["fields"], attrs.get("name")
        if tag == "input" and name and (attrs.get("type") not in ("radio", "checkbox") or "checked" in attrs):
            fields[name] = attrs.get("value", "")
        elif tag == "textarea":
            self.textarea, fields[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in attrs:
            fields[self.select] = attrs.get("value", "")

    def handle_data(self, data):
        if self.textarea:
            self.forms[-1]["fields"][self.textarea] += data
        self.words.append(data)

    def handle_endtag(self, tag):
        if tag == "textarea":
            fields = self.forms[-1]["fields"]
            # A browser drops the line break that follows the tag.
            fields[self.textarea] = fields[self.textarea].removeprefix("\n")
            self.textarea = None


def page(response):
    parsed = _Page()
    parsed.feed(response.content.decode())
    return parsed


def fields(response, action="/callback/"):
    """Return what the call-back form of this page would send if nothing was typed."""
    return next(form["fields"] for form in page(response).forms if form["action"] == action)


def words(response):
    """Return the text of the page in single spaces."""
    return " ".join(" ".join(page(response).words).split())


def send(client, shown=None, headers=OURS, **typed):
    """Fill in the form of the page `shown` (or of the stand-alone page) and press the button."""
    shown = shown or client.get("/callback/")
    return client.post("/callback/", {**fields(shown), **PERSON, **typed}, headers=headers)
