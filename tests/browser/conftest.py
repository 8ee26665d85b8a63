"""
A real browser against a real server. Every page fails its test on an error in the console, a refusal by the content
policy, a broken file, or a request to anybody but our own server.
"""

import os
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.browser import chromium

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
FLAGS = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --no-sandbox"
).split()


@pytest.fixture(scope="session")
def browser(django_db_setup):
    program = chromium()
    if not program:
        pytest.skip("no Chromium was found on this machine")
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; the ORM would refuse to work beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    rows_of_migrations = getattr(connection, "_test_serialized_contents", None)
    with sync_playwright() as playwright:
        # Beside its event loop Django opens another connection, which knows nothing of these.
        connection._test_serialized_contents = rows_of_migrations
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def problems():
    """What went wrong in the pages of this test; a test that expects something takes it out again."""
    return []


@pytest.fixture
def open_page(browser, live_server, problems):
    """Return a function that opens a page of its own (own cookies) with the options of a browser context."""
    contexts = []

    def open_page(viewport=PHONE, **options):
        context = browser.new_context(base_url=live_server.url, viewport=viewport, **options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.route("**/*", lambda route: keep_home(route, live_server.url, problems))
        context.on("response", lambda response: note_response(response, problems))
        context.on("requestfailed", lambda request: note_failure(request, problems))
        context.on("console", lambda message: note_console(message, problems))
        context.on("weberror", lambda error: problems.append(f"script error: {error.error}"))
        return context.new_page()

    yield open_page

    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(open_page):
    """A page as wide as a phone."""
    return open_page()


@pytest.fixture
def wide_page(open_page):
    return open_page(viewport=DESKTOP)


@pytest.fixture
def no_js_page(open_page):
    return open_page(java_script_enabled=False)


def keep_home(route, home, problems):
    """Let a request through to our own server; stop and note any other."""
    address = urlsplit(route.request.url)
    if f"{address.scheme}://{address.netloc}" == home:
        route.continue_()
    else:
        problems.append(f"request to another origin: {route.request.url}")
        route.abort()


def note_response(response, problems):
    """A page may say 404 on purpose; what a page loads may not, and nothing may break the server."""
    if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
        problems.append(f"{response.status}: {response.url}")


def note_failure(request, problems):
    # Aborted: the person went on before it was there.
    if "ERR_ABORTED" not in (request.failure or "") and "ERR_FAILED" not in (request.failure or ""):
        problems.append(f"{request.failure}: {request.url}")


def note_console(message, problems):
    # What could not be loaded is noted above, with its address.
    if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
        problems.append(f"console {message.type}: {message.text}")
