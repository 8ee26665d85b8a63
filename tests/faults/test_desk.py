"""The calling desk under many hands: real web workers, real threads, real sign-ins, both databases."""

import contextlib
import http.client
import re
import threading
from collections import Counter
from urllib.parse import urlencode

import pytest

from tests import postgres

from .site import running

PEOPLE, CLICKS, LEADS = 5, 50, 20
QUEUE = "/admin/leads/lead/"
PASSWORD = "a long enough password"
FILL = f"""
from datetime import timedelta
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.utils import timezone
from leads.models import Lead
front_desk, password, at = Group.objects.get(name="Front desk"), make_password("{PASSWORD}"), timezone.now()
for number in range({PEOPLE}):
    User.objects.create(username=f"staff{{number}}", password=password, is_staff=True).groups.add(front_desk)
Lead.objects.bulk_create(
    Lead(reference=f"P{{number:05}}", token=f"token-{{number}}", submission_key=f"key-{{number}}", name="Test caller",
         phone_e164=f"+1202555{{100 + number:04}}", received_at=at, promised_by=at + timedelta(hours=number + 1))
    for number in range({LEADS})
)
"""


class Browser:
    """One person's cookies."""

    def __init__(self, site):
        self.site, self.cookies = site, {}

    def ask(self, method, path, **typed):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.site.port}",
            }
            typed["csrfmiddlewaretoken"] = self.cookies["csrftoken"]
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, urlencode(typed), headers)
            answer = connection.getresponse()
            answer.text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = re.match(r"([^=]+)=([^;]*)", cookie).groups()
            self.cookies[name] = value
        return answer

    def sign_in(self, username):
        self.ask("GET", "/admin/login/")
        answer = self.ask("POST", "/admin/login/?next=/admin/", username=username, password=PASSWORD)
        assert answer.status == 302, answer.text[:500]
        return self


@contextlib.contextmanager
def database(name):
    if name == "sqlite":
        yield ""
    elif not postgres.programs():
        pytest.skip("no PostgreSQL was found on this machine")
    else:
        with postgres.cluster() as address:
            yield address


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_fifty_clicks_at_once_hand_out_each_request_once(name, figures):
    with database(name) as address, running(address, work=False, WEB_WORKERS="2") as site:
        site.manage("shell", "-v", "0", "-c", FILL)
        people = [Browser(site).sign_in(f"staff{number}") for number in range(PEOPLE)]
        start, answers = threading.Barrier(CLICKS), []

        def click(person):
            start.wait()
            answers.append(person.ask("POST", f"{QUEUE}next/"))

        threads = [threading.Thread(target=click, args=[people[number % PEOPLE]]) for number in range(CLICKS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        handed = [answer.getheader("Location") for answer in answers if "#call-" in answer.getheader("Location", "")]
        claims = site.query("SELECT lead_id, actor_id FROM leads_event WHERE kind = 'claimed' ORDER BY id")
        holders = site.query("SELECT id, claimed_by_id FROM leads_lead ORDER BY promised_by")
        in_order = [lead for lead, _ in holders]

    assert Counter(answer.status for answer in answers) == {302: CLICKS}
    assert len(handed) == len(set(handed)) == LEADS
    # Each was claimed once, by whoever has it now, and nobody was passed over for a later promise.
    assert sorted(claims) == sorted(holders)
    assert [lead for lead, _ in claims] == in_order
    figures(f"desk, {name}", {"clicks": CLICKS, "handed out": len(handed), "people": len({who for _, who in claims})})
