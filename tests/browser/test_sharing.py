"""Sharing in a real browser: the copy button, the data block under the content policy, no request before a choice."""

import pytest

from tests.articles.writing import make_category, make_public
from tests.factories import make_clinic


@pytest.fixture
def article(live_server):
    make_clinic(name="Harbor Clinic", share_facebook=True, share_whatsapp=True)
    return make_public(slug="page", category=make_category("your-visit"))


def test_one_press_copies_the_address_and_says_so(open_page, article):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/articles/page/")

    page.get_by_role("button", name="Copy the address").click()

    page.get_by_text("Copied.").wait_for()
    address = page.locator("#address").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == address
    # A data block is no script: it stands on the page, and the policy has nothing to say (the fixture looks).
    assert page.locator("script[type='application/ld+json']").count() == 1


def test_without_script_the_address_can_be_copied_by_hand(no_js_page, article):
    no_js_page.goto("/articles/page/")

    assert no_js_page.locator("#address").is_visible()
    assert not no_js_page.get_by_role("button", name="Copy the address").is_visible()
    assert no_js_page.get_by_role("link", name="Facebook").is_visible()
