"""Content policy, headers, and the same-origin check that stands in for a token on the public form."""

from urllib.parse import urlsplit

from csp.constants import NONCE, SELF
from csp.middleware import CSPMiddleware
from django.urls import reverse

# The rich-text editor injects one style sheet; without it typed spaces are saved as &nbsp;. A test computes this
# hash from the installed editor.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"


class ContentPolicyMiddleware(CSPMiddleware):
    """Send the public policy everywhere; add the editor's needs in the admin alone."""

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(reverse("admin:index")):
            parts.update = {
                "style-src": [SELF, EDITOR_STYLE],
                "script-src": [SELF, NONCE],
                **(parts.update or {}),
            }
        return parts


class PlainTextMiddleware:
    """Read what is sent as UTF-8, in which every page of ours asks for it.

    A header may name another encoding: some are no text at all, and some make text that no database can hold.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.encoding = "utf-8"
        return self.get_response(request)


class HeadersMiddleware:
    """Add the headers Django has no setting for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        # A public page may be kept but must be asked after; a page that said nothing is not to be kept at all.
        response.headers.setdefault("Cache-Control", "no-cache")
        return response


class HeadMiddleware:
    """Answer HEAD with the headers of the page and no body (RFC 9110, 9.3.2).

    The server would drop the body as well, with a warning in the log each time a monitor asks.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method == "HEAD":
            if response.streaming:
                response.streaming_content = []
            else:
                response.content = b""
        return response


def is_same_origin(request):
    """Tell whether a post comes from our own page, by the headers a browser sends: no cookie, no token.

    `Sec-Fetch-Site` decides where it is sent, then `Origin`, then `Referer`; with none of them the answer is no.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in ("same-origin", "none")
    source = origin if origin is not None else request.headers.get("Referer", "")
    try:
        return urlsplit(source).netloc == request.get_host()
    except ValueError:  # no address at all, such as "http://["
        return False
