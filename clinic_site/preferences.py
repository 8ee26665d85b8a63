"""Reading preferences: four choices from fixed lists, kept in one cookie that a reader asks for by saving."""

from types import SimpleNamespace

COOKIE = "reading"
CHOICES = {
    "size": ("large", "larger"),
    "spacing": ("roomy",),
    "contrast": ("high",),
    "scheme": ("light", "dark"),
}


def read_preferences(request):
    """Return the saved choices; anything that is not on a list reads as the standard, "".

    The cookie holds the four words joined by dots, such as "large.roomy..dark".
    """
    words = request.COOKIES.get(COOKIE, "").split(".")
    words += [""] * (len(CHOICES) - len(words))
    pairs = zip(CHOICES.items(), words, strict=False)
    return SimpleNamespace(**{name: word if word in allowed else "" for (name, allowed), word in pairs})


def chosen(data):
    """Return the cookie value for submitted choices, "" when all are standard."""
    words = [data.get(name, "") if data.get(name, "") in allowed else "" for name, allowed in CHOICES.items()]
    return ".".join(words) if any(words) else ""
