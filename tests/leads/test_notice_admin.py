"""The outbox in the admin: what became of each notice, why, and when it is tried again."""

from datetime import timedelta

import pytest

from leads.models import Notice
from tests.factories import MONDAY_10AM, make_clinic, make_lead, make_staff

ADDRESS = "/admin/leads/notice/"
STATES = {
    "waiting": ({}, "Waits to be sent"),
    "failing": (
        {"tries": 3, "problem": "SMTPServerDisconnected", "next_at": MONDAY_10AM + timedelta(minutes=2)},
        "Failed: SMTPServerDisconnected. Next try November 23, 10:02 a.m.",
    ),
    "sent": ({"tries": 1, "sent_at": MONDAY_10AM}, "Sent November 23, 10:00 a.m."),
    "dropped": (
        {"sent_at": MONDAY_10AM, "problem": "Not sent: somebody called first"},
        "Not sent: somebody called first",
    ),
}


@pytest.fixture
def manager(client, db):
    make_clinic()
    client.force_login(make_staff("manager", role="Manager"))
    return client


@pytest.fixture
def one_of_each(db):
    for fields, _ in STATES.values():
        values = {"made_at": MONDAY_10AM, "next_at": MONDAY_10AM, "recipient": "desk@clinic.example", **fields}
        Notice.objects.create(kind=Notice.Kind.NEW_REQUEST, lead=make_lead(name="Zebedee Quince"), **values)


def test_each_notice_says_what_became_of_it_on_the_clinics_clock(manager, one_of_each):
    page = manager.get(ADDRESS).content.decode()

    assert [page.count(f">{words}</td>") for _, words in STATES.values()] == [1, 1, 1, 1]
    assert "Quince" not in page


@pytest.mark.parametrize("state", STATES)
def test_notices_are_found_by_what_became_of_them(manager, one_of_each, state):
    page = manager.get(ADDRESS, {"state": state}).content.decode()

    shown = {name for name, (_, words) in STATES.items() if f">{words}</td>" in page}
    assert shown == {state}


def test_a_state_nobody_knows_leaves_nothing_out(manager, one_of_each):
    assert manager.get(ADDRESS, {"state": "%00"}).status_code in (200, 302)
