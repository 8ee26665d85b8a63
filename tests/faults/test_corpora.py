"""Honest people as oddly as they type are taken, form robots are held, and no string breaks anything."""

import re
import sys
import unicodedata
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as some

from leads import phones
from leads.forms import Typed
from leads.models import Lead
from tests.factories import make_clinic
from tests.leads.pages import fields

from . import corpora


@pytest.fixture
def stamp(db):
    cache.clear()
    make_clinic(phone="202-555-0199", message_on_contact=True, recipients="")
    yield fields(Client().get("/contact/"))["stamp"]
    cache.clear()


EXAMPLES = 400 if "--long" in sys.argv else 25


def post(stamp, typed):
    typed = dict(typed)
    client = Client(REMOTE_ADDR=typed.pop("address", "127.0.0.1"))
    typed = {name: value.encode("utf-8", "surrogatepass") for name, value in typed.items()}
    body = {"stamp": stamp, "source": "/contact/", "message": b"", **typed}
    return client.post(
        "/callback/", urlencode(body), "application/x-www-form-urlencoded", headers={"sec-fetch-site": "same-origin"}
    )


def submit(stamp, many):
    """Send all, and return how many gave a receipt, and how many of those were held."""
    statuses = [post(stamp, typed).status_code for typed in many]
    return statuses, Lead.objects.suspected().count()


def measured(count_honest, count_robots, stamp):
    statuses, held = submit(stamp, corpora.honest(count_honest))
    lost = len(statuses) - statuses.count(302)
    missing = count_honest - Lead.objects.count()
    Lead.objects.all().update(phone_e164="+19995550199", held_at=None, message="")
    cache.clear()
    before = Lead.objects.count()
    robots, caught = submit(stamp, corpora.robots(count_robots))
    return {
        "honest lost": lost,
        "honest without a row": missing,
        "honest held": held,
        "robots held": caught,
        "robots stored": Lead.objects.count() - before,
        "errors": sum(status >= 500 for status in statuses + robots),
    }


def test_honest_people_are_taken_and_robots_are_held(stamp, is_long, figures):
    people, programs = (1000, 500) if is_long else (100, 150)
    found = measured(people, programs, stamp)
    figures(f"{people} honest and odd, {programs} like a robot's", found)

    assert found["honest lost"] == found["honest without a row"] == found["errors"] == 0
    assert found["honest held"] <= 5 * people // 1000
    # The first dozen of a flood look like anybody.
    assert found["robots held"] >= programs - 25
    assert found["robots stored"] == programs


def expected(text, several=False):
    """Return a name as the documented normalising leaves it."""
    text = Typed.UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    text = text if several else re.sub(r"[\t\n]+", " ", text)
    unseen = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"}
    return text if {unicodedata.category(letter) for letter in text} - unseen else ""


def as_sent(text):
    """Return what a server reads: lone surrogates are no UTF-8."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@pytest.mark.parametrize("place", ["name", "phone", "message", "stamp", "source", "once", "voicemail", "for_other"])
def test_no_string_in_any_field_is_an_error(stamp, place, is_long):
    for text in corpora.naughty()[:: 1 if is_long else 9]:
        answer = post(stamp, {"name": "Ana Lima", "phone": "202-555-0142", place: text})

        assert answer.status_code in (200, 302), repr(text)
        if answer.status_code == 200:
            assert "<script>alert" not in answer.content.decode()


def test_names_are_stored_exactly_as_typed(stamp, is_long):
    for number, text in enumerate(corpora.naughty()[:: 1 if is_long else 5]):
        phone = f"{200 + number}-555-0142"
        answer = post(stamp, {"name": text, "phone": phone})
        wanted = expected(as_sent(text))

        if 1 <= len(wanted) <= 100:
            assert answer.status_code == 302, repr(text)
            assert Lead.objects.get(phone_e164=phones.read(phone).e164).name == wanted, repr(text)
        else:
            assert answer.status_code == 200, repr(text)


@how(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=some.text(max_size=120), phone=some.text(max_size=60), message=some.text(max_size=320))
def test_any_text_at_all_is_taken_or_explained(stamp, name, phone, message):
    Lead.objects.all().delete()

    answer = post(stamp, {"name": name, "phone": phone, "message": message})

    assert answer.status_code in (200, 302)
    if answer.status_code == 302:
        assert Lead.objects.get().name == expected(as_sent(name))


@how(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=some.text(min_size=1, max_size=100), message=some.text(max_size=300))
def test_texts_make_the_round_trip(stamp, name, message):
    Lead.objects.all().delete()
    wanted, words = expected(as_sent(name)), expected(as_sent(message), several=True)

    answer = post(stamp, {"name": name, "phone": "202-555-0142", "message": message})

    if wanted and len(words) <= 300:
        lead = Lead.objects.get()
        assert (answer.status_code, lead.name, lead.message) == (302, wanted, words)
