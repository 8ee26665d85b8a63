"""Journeys in a real Chromium. The fixtures are in conftest.py."""

import shutil


def chromium():
    """Return the Chromium of this machine, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
