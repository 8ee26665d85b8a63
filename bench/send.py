"""
Send many requests for a call at once to a running site, and say how many were acknowledged and how fast.

    python bench/send.py http://127.0.0.1:8000 1500 50

Sends 1500 different requests from 50 threads. Use a DATA_DIR of its own: the requests stay in its queue. Only
loopback is asked, and it ends by itself.
"""

import collections
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

MOST = 5_000


class Stay(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect as it is: the receipt is the acknowledgement."""

    def redirect_request(self, *args):
        return None


def send(site, stamp, number):
    """Return (status, seconds) of one request."""
    fields = {"name": f"Test caller {number}", "phone": f"202-555-{100 + number % 100:04}", "stamp": stamp}
    post = urllib.request.Request(  # noqa: S310  loopback only
        f"{site}/callback/", urllib.parse.urlencode(fields).encode(), {"Origin": site}
    )
    started = time.perf_counter()
    try:
        status = urllib.request.build_opener(Stay).open(post, timeout=60).status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError as error:
        status = type(error).__name__
    return status, time.perf_counter() - started


def main(site, count=500, clients=25):
    site, count, clients = site.rstrip("/"), min(int(count), MOST), int(clients)
    if urllib.parse.urlsplit(site).hostname not in ("127.0.0.1", "localhost", "::1"):
        sys.exit("Only a site on this machine is asked.")
    page = urllib.request.urlopen(f"{site}/callback/", timeout=10).read().decode()  # noqa: S310
    stamp = re.search(r'name="stamp" value="([^"]+)"', page).group(1)
    numbers, lock, results = iter(range(count)), threading.Lock(), []

    def work():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            results.append(send(site, stamp, number))

    threads = [threading.Thread(target=work) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    times = sorted(taken for _, taken in results)
    answers = ", ".join(f"{status}: {n}" for status, n in collections.Counter(s for s, _ in results).most_common())
    print(f"answers {answers} (302 is a receipt)")
    print(
        f"{count / seconds:.0f} a second, half within {times[len(times) // 2] * 1000:.0f} ms, "
        f"99 of 100 within {times[int(len(times) * 0.99)] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["http://127.0.0.1:8000"]))
