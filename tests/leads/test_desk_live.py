"""News for a page that stays open: numbers alone, and nothing is renewed by asking."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from leads.models import Attempt, Lead, Look
from tests.factories import MONDAY_10AM, TUESDAY_9AM, make_lead, make_staff
from tests.leads.desk_pages import QUEUE, at, words

AT = MONDAY_10AM
MINUTE = timedelta(minutes=1)
LIVE = f"{QUEUE}live/"


@pytest.fixture(autouse=True)
def monday_at_ten():
    with time_machine.travel(AT, tick=False):
        yield


def address_of(response):
    """Return where an open page asks for its news."""
    html = response.content.decode()
    return html.split('data-live="')[1].split('"')[0].replace("&amp;", "&")


def news(desk, address=LIVE):
    return json.loads(desk.get(address).content)


def test_counts_are_those_of_the_page(desk):
    make_lead(promised_by=AT - MINUTE)
    make_lead()
    make_lead(safety_at=AT)
    make_lead(held_at=AT)

    counts = news(desk)["counts"]

    assert {name: counts[name] for name in ("waiting", "overdue", "safety", "held", "closed")} == {
        "waiting": 3, "overdue": 1, "safety": 1, "held": 1, "closed": 0,
    }  # fmt: skip


def test_new_requests_are_counted_from_the_moment_of_the_page(desk):
    make_lead()
    address = address_of(desk.get(QUEUE))
    before = news(desk, address)["new"]
    make_lead()
    make_lead()
    make_lead(held_at=AT)

    assert (before, news(desk, address)["new"]) == (0, 2)


def test_an_answer_holds_numbers_and_words_of_ours_alone(desk, ana, ben):
    lead = make_lead(name="Zebedee Quince", phone_e164="+12025550142", reference="K7M4X", claimed_by=ana, claimed_at=AT)
    lead.record_attempt(ben, AT, Attempt.Outcome.NO_ANSWER, "a note", TUESDAY_9AM)

    answer = desk.get(address_of(desk.get(QUEUE)))

    def leaves(value):
        if isinstance(value, dict):
            return [leaf for part in value.values() for leaf in leaves(part)]
        return [leaf for part in value for leaf in leaves(part)] if isinstance(value, list) else [value]

    found = json.loads(answer.content)
    assert set(found) == {"counts", "new", "lost", "calls"}
    assert {type(leaf) for leaf in leaves(found)} == {int}
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer["Vary"]


def test_nothing_new_is_a_304(desk):
    make_lead()
    first = desk.get(LIVE)

    same = desk.get(LIVE, headers={"If-None-Match": first["ETag"]})
    make_lead()
    other = desk.get(LIVE, headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, same.status_code, same.content, other.status_code) == (200, 304, b"", 200)


def test_asking_renews_no_session_no_claim_and_is_no_look(desk, ana):
    lead = make_lead(claimed_by=ana, claimed_until=AT + 5 * MINUTE, claimed_at=AT)
    address = address_of(desk.get(QUEUE))
    session = Session.objects.values().get()
    looks = Look.objects.count()
    row = Lead.objects.values().get()

    with time_machine.travel(AT + 4 * MINUTE, tick=False):
        answer = desk.get(address)

    assert not answer.cookies
    assert Session.objects.values().get() == session
    assert Lead.objects.values().get() == row
    assert Look.objects.count() == looks
    assert lead.pk not in json.loads(answer.content)["lost"]


def test_a_request_that_is_mine_no_longer_is_said(desk, ana, ben):
    taken, ended, kept = (make_lead(claimed_by=ana, claimed_at=AT) for _ in range(3))
    address = address_of(desk.get(QUEUE))
    taken.take_over(ben, AT)
    ended.cancel(AT)

    assert news(desk, address)["lost"] == [taken.pk, ended.pk]
    assert kept.holder(AT) == ana


def test_a_call_a_colleague_logs_is_said_to_the_holder_alone(desk, client, ana, ben):
    lead = make_lead()
    lead.record_attempt(ben, AT - MINUTE, Attempt.Outcome.NO_ANSWER, "", AT)
    lead.claim(ana, AT)
    page = address_of(desk.get(QUEUE))
    before = news(desk, page)["calls"]
    attempt = lead.record_attempt(ben, AT, Attempt.Outcome.SOMEONE_ELSE, "", TUESDAY_9AM)

    assert (before, news(desk, page)["calls"]) == ([], [[lead.pk, attempt.pk]])
    assert "Ben logged a call today 10 am while you had it: Someone else answered." in words(desk.get(at(lead)))
    client.force_login(ben)
    assert news(client, page)["calls"] == []


@pytest.mark.parametrize("query", ["?since=-1&mine=x", "?since=" + "9" * 400, "?mine=" + "1-" * 5000, "?since=%00"])
def test_what_no_page_of_ours_asks_is_answered_like_nothing(desk, query):
    assert desk.get(LIVE + query).status_code == 200


def test_signed_out_or_without_the_right_it_is_401_and_no_page(client, db):
    stranger = client.get(LIVE)
    client.force_login(make_staff("ed", role="Editor"))
    editor = client.get(LIVE)

    assert [(answer.status_code, answer.content) for answer in (stranger, editor)] == [(401, b"{}")] * 2
    assert client.post(LIVE).status_code in (403, 405)


def test_asking_costs_the_same_however_many_wait(desk, ana, ben, django_assert_max_num_queries):
    def cost(count):
        for _ in range(count):
            lead = make_lead(claimed_by=ana, claimed_at=AT)
            lead.attempts.create(user=ben, at=AT, outcome="no_answer")
        address = address_of(desk.get(QUEUE))
        with django_assert_max_num_queries(16) as counted:
            desk.get(address)
        return len(counted)

    assert cost(2) == cost(30)


def test_without_script_the_bar_is_hidden_and_a_link_reloads(desk):
    html = desk.get(QUEUE).content.decode()

    assert 'data-live="' in html and "hidden>" in html.split('class="q-live"')[1][:700]
    assert ">Refresh</a>" in html
