"""
Weigh the public pages of a running site, as a browser would load them: page, style sheets, scripts and icon.

    python bench/weigh.py http://127.0.0.1:8000

Prints bytes on the wire (brotli, then gzip) for each page, and its files once. The budget: an article with its style
sheets in 14,336 bytes, so that it arrives in the first round trip. Only loopback is asked.
"""

import re
import sys
import urllib.error
import urllib.request
from urllib.parse import urljoin, urlsplit

PAGES = [
    "/", "/articles/", "/articles/does-ketamine-work-for-depression/", "/articles/your-first-ketamine-infusion/",
    "/callback/", "/contact/", "/help/", "/privacy/", "/reading-preferences/", "/no-such-page/",
]  # fmt: skip
FILES = re.compile(r'<(?:link[^>]*rel="(?:stylesheet|icon)"[^>]*href|script[^>]*src)="([^"]+)"')
BUDGET = 14_336


def weigh(address, encoding):
    """Return the bytes on the wire of one address."""
    request = urllib.request.Request(address, headers={"Accept-Encoding": encoding})  # noqa: S310  loopback only
    try:
        answer = urllib.request.urlopen(request, timeout=10)  # noqa: S310
    except urllib.error.HTTPError as error:
        answer = error
    return len(answer.read())


def text(address):
    try:
        return urllib.request.urlopen(address, timeout=10).read().decode()  # noqa: S310
    except urllib.error.HTTPError as error:
        return error.read().decode()


def main(site):
    if urlsplit(site).hostname not in ("127.0.0.1", "localhost", "::1"):
        sys.exit("Only a site on this machine is weighed.")
    print(f"{'page':52}{'br':>8}{'gzip':>8}{'files br':>10}{'all br':>8}{'all gzip':>10}")
    for page in PAGES:
        address = urljoin(site, page)
        files = sorted({urljoin(site, path) for path in FILES.findall(text(address))})
        sizes = {kind: (weigh(address, kind), sum(weigh(file, kind) for file in files)) for kind in ("br", "gzip")}
        total_br, total_gzip = sum(sizes["br"]), sum(sizes["gzip"])
        mark = "" if total_gzip <= BUDGET else "  over the budget of one round trip"
        print(f"{page:52}{sizes['br'][0]:8}{sizes['gzip'][0]:8}{sizes['br'][1]:10}{total_br:8}{total_gzip:10}{mark}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
