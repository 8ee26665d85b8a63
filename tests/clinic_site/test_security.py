"""Where a post came from and who sent it, told from headers that a page or a client cannot forge for others."""

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory, override_settings

from clinic_site.access import client_ip
from clinic_site.security import is_same_origin


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "http://testserver"}, True),
        ({"origin": "https://elsewhere.example"}, False),
        ({"origin": "null", "referer": "http://testserver/"}, False),
        ({"referer": "http://testserver/articles/"}, True),
        ({"referer": "https://elsewhere.example/http://testserver/"}, False),
        ({"origin": "http://["}, False),
        ({"referer": "http://[::1"}, False),
        ({}, False),
    ],
)
def test_same_origin_is_told_from_headers(headers, ours):
    assert is_same_origin(RequestFactory().post("/callback/", headers=headers)) is ours


@pytest.mark.parametrize(
    ("proxies", "forwarded", "told"),
    [
        (0, "", "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 198.51.100.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "not an address", ""),
    ],
)
def test_client_address_is_the_nth_trusted_hop(proxies, forwarded, told):
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": forwarded})

    with override_settings(TRUSTED_PROXY_COUNT=proxies):
        assert client_ip(request) == told


def answer_of(method, path):
    """Return (status, headers, body) as the server is given them, before it tidies anything up."""
    told = {}
    environ = RequestFactory().generic(method, path).environ
    body = b"".join(
        get_wsgi_application()(environ, lambda status, headers: told.update(status=status, headers=headers))
    )
    return told["status"], dict(told["headers"]), body


@pytest.mark.parametrize("path", ["/help/", "/articles/feed.xml", "/nowhere/", "/static/css/base.css"])
def test_head_has_the_headers_of_the_page_and_no_body(db, path):
    status, headers, page = answer_of("GET", path)

    head = answer_of("HEAD", path)

    assert page != b""
    assert (head[0], head[1].get("Content-Length"), head[2]) == (status, headers.get("Content-Length"), b"")
