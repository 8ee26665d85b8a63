"""The clinic's facts as files on this machine, for whatever must be said while no database answers.

The `work` loop keeps them up to date: `facts.json`, from which a process that was started meanwhile still knows phone,
hours and promise, and the error pages as plain files, the phone filled in, for a proxy that has nobody left to ask.
"""

import os
from itertools import chain

from django.conf import settings
from django.core import serializers
from django.core.serializers.base import DeserializationError
from django.template.loader import render_to_string

from .models import Clinic, Closure, HolidaySwitch, OpeningHours, Price, Statement

KINDS = (OpeningHours, Closure, HolidaySwitch, Price)
ERROR_PAGES = ("400.html", "500.html", "503.html")


def keep(facts):
    """Write what `facts` says, and the error pages that name its phone, where it is new."""
    rows = chain([facts.clinic], Statement.objects.current().values(), *(kind.objects.all() for kind in KINDS))
    _write("facts.json", serializers.serialize("json", rows))
    for name in ERROR_PAGES:
        _write(name, render_to_string(name, {"clinic": facts} if facts.clinic.phone else {}))


def read():
    """Return {model: rows} as they were kept last, the clinic first of all, or None."""
    found = {kind: [] for kind in (Clinic, Statement, *KINDS)}
    try:
        text = (settings.KEPT_DIR / "facts.json").read_text(encoding="utf-8")
        for row in serializers.deserialize("json", text, ignorenonexistent=True):
            found[type(row.object)].append(row.object)
    except (OSError, ValueError, KeyError, DeserializationError):
        return None
    return found if found[Clinic] else None


def _write(name, text):
    """Write a file, whole or not at all, unless it says the same already."""
    place = settings.KEPT_DIR
    path = place / name
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except (OSError, ValueError):
        pass
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = place / f".{name}.{os.getpid()}"
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
