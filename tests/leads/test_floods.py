"""Many requests at once are looked at twice; no person is refused for it, and no address is kept."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, override_settings

from leads import floods
from leads.models import Lead, Notice
from tests.factories import MONDAY_10AM, make_clinic, make_lead
from tests.leads.pages import fields, send, words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STREET = "198.51.100.7"


@pytest.fixture(autouse=True)
def empty_counters():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY_10AM, tick=False) as clock:
        yield clock


@pytest.fixture
def clinic(db):
    return make_clinic(phone="202-555-0199", recipients="desk@clinic.example")


def client_at(address):
    return Client(REMOTE_ADDR=address, enforce_csrf_checks=True)


def number(place):
    return f"202-555-01{place:02d}"


# --- One network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("198.51.100.250", "198.51.100.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/56"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("192.168.1.9", ""),
        ("100.64.0.1", ""),
        ("::1", ""),
        ("fd00::1", ""),
        ("::ffff:127.0.0.1", ""),
        ("0.0.0.0", ""),
        ("", ""),
        ("no address", ""),
    ],
)
def test_a_network_is_told_or_not(address, network):
    assert floods.network_of(address) == network


def test_many_from_one_network_are_held_with_their_promise_and_others_are_not(clinic, monkeypatch):
    monkeypatch.setattr(floods, "MANY_FROM_A_NETWORK", 3)
    for place in range(5):
        assert send(client_at(f"198.51.100.{place}"), name=f"Ana {place}", phone=number(place)).status_code == 302
    send(client_at("203.0.113.9"), name="Ben", phone=number(50))

    held = Lead.objects.suspected().order_by("id")
    assert [lead.name for lead in held] == ["Ana 3", "Ana 4"]
    assert {(lead.held_reasons[0], lead.promised_by > MONDAY_10AM) for lead in held} == {(floods.NETWORK, True)}
    assert Lead.objects.open().count() == 4


def test_the_count_is_forgotten_after_an_hour(clinic, monday, monkeypatch):
    monkeypatch.setattr(floods, "MANY_FROM_A_NETWORK", 1)
    send(client_at(STREET), name="Ana", phone=number(1))
    monday.shift(HOUR + MINUTE)
    send(client_at(STREET), name="Ben", phone=number(2))

    assert not Lead.objects.suspected().exists()


def test_a_network_that_cannot_be_told_is_never_a_flood(clinic, monkeypatch):
    monkeypatch.setattr(floods, "MANY_FROM_A_NETWORK", 1)
    monkeypatch.setattr(floods, "TOO_MANY_FROM_A_NETWORK", 2)
    for place in range(5):
        send(client_at("127.0.0.1"), name=f"Ana {place}", phone=number(place))

    assert Lead.objects.open().count() == 5


def test_beyond_the_hard_bound_the_phone_is_given_and_the_text_kept(clinic, monkeypatch):
    monkeypatch.setattr(floods, "TOO_MANY_FROM_A_NETWORK", 1)
    send(client_at(STREET), name="Ana", phone=number(1))

    answer = send(client_at(STREET), name="Ben Lee", phone=number(2), voicemail="yes")

    assert (answer.status_code, answer["Cache-Control"]) == (429, "no-store")
    assert "Please call us on 202-555-0199" in words(answer)
    assert {"name": "Ben Lee", "phone": number(2), "voicemail": "yes"}.items() <= fields(answer).items()
    assert Lead.objects.count() == 1


def test_the_hard_bound_turns_away_no_repeat_and_nobody_in_danger(clinic, monkeypatch):
    monkeypatch.setattr(floods, "TOO_MANY_FROM_A_NETWORK", 1)
    client = client_at(STREET)
    shown = client.get("/callback/")
    first = send(client, shown, name="Ana", phone=number(1))

    repeat = send(client, shown, name="Ana", phone=number(1))
    in_danger = send(client, shown, name="I want to die", phone=number(2))

    assert repeat["location"] == first["location"]
    assert in_danger.status_code == 302
    assert Lead.objects.get(phone_e164="+12025550102").safety_at


def test_only_the_hop_our_proxy_wrote_is_believed(clinic, settings, monkeypatch):
    settings.TRUSTED_PROXY_COUNT = 1
    monkeypatch.setattr(floods, "MANY_FROM_A_NETWORK", 1)
    for place in range(3):
        client = Client(HTTP_X_FORWARDED_FOR=f"192.0.2.{place}, {STREET}", HTTP_X_FORWARDED_PROTO="https")
        send(client, name=f"Ana {place}", phone=number(place))

    assert Lead.objects.suspected().count() == 2


def test_no_address_is_kept_anywhere(clinic, settings):
    send(client_at(STREET), name="Ana", phone=number(1))

    kept = b"".join(
        path.name.encode() + path.read_bytes() for path in Path(settings.CACHES["default"]["LOCATION"]).glob("*")
    )
    assert kept
    assert b"198.51" not in kept


def test_counters_that_do_not_work_turn_nobody_away(clinic, tmp_path):
    (tmp_path / "file").write_text("")
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    caches = {"default": {"BACKEND": backend, "LOCATION": str(tmp_path / "file" / "cache")}}

    with override_settings(CACHES=caches):
        answer = send(client_at(STREET))

    assert answer.status_code == 302
    assert Lead.objects.open().count() == 1


# --- One number, one text


def test_a_dozen_requests_for_a_number_in_a_day_are_people_and_the_next_is_held(clinic):
    for number_of_ask in range(13):
        send(client_at(""), name=f"Caller {number_of_ask}")

    assert [(lead.name, lead.held_reasons) for lead in Lead.objects.suspected()] == [("Caller 12", [floods.NUMBER])]


def test_requests_of_other_days_and_numbers_are_no_flood(clinic):
    for day in range(1, 20):
        make_lead(phone_e164="+12025550142", received_at=MONDAY_10AM - day * DAY - MINUTE)

    send(client_at(""))

    assert not Lead.objects.suspected().exists()


@pytest.mark.parametrize(
    ("message", "held"),
    [
        ("We can bring your site to page one. " * 3, 1),
        ("Do you take my insurance, and what does it cost?", 0),
        ("Parking?", 0),
        ("", 0),
    ],
)
def test_the_same_message_for_a_third_number(clinic, message, held):
    clinic.message_on_contact = True
    clinic.save()
    for place in range(3):
        shown = client_at("").get("/contact/")
        send(client_at(""), shown, name=f"Ana {place}", phone=number(place), message=message)

    assert Lead.objects.suspected().count() == held


# --- What nobody learns, and what is never missed


def test_nobody_learns_from_the_form_that_a_number_has_asked_before(clinic):
    make_lead(phone_e164="+12025550142", received_at=MONDAY_10AM - DAY)
    shown = client_at(STREET).get("/callback/")

    known = send(client_at(STREET), shown, name="Cem")
    new = send(client_at(STREET), shown, name="Cem", phone="202-555-0143")

    def told(answer):
        page = client_at(STREET).get(answer["location"])
        reference = Lead.objects.get(token=answer["location"].split("/")[2]).reference
        text = page.content.decode().replace(reference, "REFERENCE").replace("0143", "0142")
        return answer.status_code, sorted(answer.headers.items() - {("Location", answer["location"])}), text

    assert told(known) == told(new)


@pytest.mark.parametrize("typed", [{"name": "I want to die"}, {"phone": "202-555-0142 suicide"}])
def test_crisis_words_in_any_field_lead_the_receipt(clinic, typed):
    answer = send(client_at(STREET), **typed)
    page = client_at(STREET).get(answer["location"]).content.decode()

    assert Lead.objects.get().safety_at == MONDAY_10AM
    assert Notice.objects.filter(kind=Notice.Kind.SAFETY).count() == 1
    assert page.index("tel:911", page.index("<main")) < page.index("We will call you by")


def test_crisis_words_beside_a_mistake_bring_help_before_the_mistake(clinic):
    answer = send(client_at(STREET), name="I want to die", phone="12").content.decode()

    main = answer[answer.index("<main") :]
    assert main.index("tel:911") < main.index("Please check one thing")


def test_crisis_words_on_the_receipt_raise_the_flag_at_once(clinic):
    address = send(client_at(STREET))["location"]

    client_at(STREET).post(address, {"action": "change-number", "phone": "I want to die"})

    lead = Lead.objects.get()
    assert (lead.safety_at, lead.phone_e164) == (MONDAY_10AM, "+12025550142")
    assert Notice.objects.filter(kind=Notice.Kind.SAFETY).count() == 1


def test_asking_for_someone_else_is_kept_and_told_to_the_desk(clinic, staff_client):
    answer = send(client_at(STREET), for_other="on")

    lead = Lead.objects.get()
    assert lead.for_other
    assert "We call you, and speak with nobody else." in words(client_at(STREET).get(answer["location"]))
    assert "Speak only with the person who asked" in words(staff_client.get(f"/admin/leads/lead/{lead.pk}/"))


def test_what_was_agreed_to_stands_on_the_desk(clinic, staff_client):
    send(client_at(STREET))

    page = words(staff_client.get(f"/admin/leads/lead/{Lead.objects.get().pk}/"))

    assert "Agreed to The wording “form 1”, shown on /callback/" in page


def test_adding_that_it_is_for_someone_else_is_something_new(clinic):
    client = client_at(STREET)
    shown = client.get("/callback/")
    send(client, shown)
    send(client, shown, for_other="on")

    assert Lead.objects.count() == 2


def test_zone_is_named_beside_the_promise_on_form_and_receipt(clinic):
    shown = client_at(STREET).get("/callback/")
    receipt = client_at(STREET).get(send(client_at(STREET), shown)["location"])

    for page in (shown, receipt):
        assert "That is Eastern" in words(page)
        assert 'datetime="2026-11-24T17:00:00-05:00" data-your-time hidden' in page.content.decode()


def test_receipt_says_how_long_it_works(clinic):
    receipt = client_at(STREET).get(send(client_at(STREET))["location"])

    assert "at the latest 180 days after it is closed" in words(receipt)
