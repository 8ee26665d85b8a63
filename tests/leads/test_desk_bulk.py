"""One thing done to several requests: shown first, answered row by row, undone at will."""

from datetime import timedelta

import pytest
import time_machine

from leads.models import Attempt, Event, Lead, Step
from tests.factories import MONDAY_10AM, TUESDAY_9AM, make_lead, make_staff
from tests.leads.desk_pages import QUEUE, at, form, words

AT = MONDAY_10AM
MINUTE = timedelta(minutes=1)
BULK = f"{QUEUE}bulk/"
ROW = [field.attname for field in Lead._meta.concrete_fields if field.attname != "version"]


@pytest.fixture(autouse=True)
def monday_at_ten():
    with time_machine.travel(AT, tick=False):
        yield


def preview(desk, verb, leads):
    return desk.post(BULK, {"verb": verb, "lead": [lead.pk for lead in leads]})


def do(desk, verb, leads, **data):
    """Show what would happen, then press the button."""
    fields = form(preview(desk, verb, leads), BULK)
    return desk.post(BULK, {**fields, "lead": [lead.pk for lead in leads], **data}, follow=True)


def rows(leads):
    return [
        {name: values[name] for name in ROW} for values in Lead.objects.filter(pk__in=leads).order_by("pk").values()
    ]


def test_nothing_is_done_before_it_was_shown(desk, ben):
    mine, bens = make_lead(), make_lead(claimed_by=ben)
    before = rows([mine.pk, bens.pk])

    page = preview(desk, "close", [mine, bens])

    assert "Nothing is done yet. It would be done to 1 of 2." in words(page)
    assert "Left as it is. Ben has it." in words(page)
    assert rows([mine.pk, bens.pk]) == before
    assert Step.objects.count() == 0


@pytest.mark.parametrize(
    "verb, data, changed",
    [
        ("release", {}, {"claimed_by_id": None}),
        ("later", {"try_at": TUESDAY_9AM.isoformat()}, {"call_at": TUESDAY_9AM}),
        ("close", {"outcome": "could_not_reach"}, {"outcome": "could_not_reach", "closed_at": AT}),
        ("robot", {}, {"outcome": "robot", "robot_at": AT}),
    ],
)
def test_each_thing_is_done_with_its_event_and_undone_exactly(desk, ana, verb, data, changed):
    leads = [make_lead(claimed_by=ana, claimed_at=AT) for _ in range(3)]
    before = rows([lead.pk for lead in leads])

    answer = do(desk, verb, leads, **data)

    assert "Done to 3 of 3." in words(answer)
    for row in rows([lead.pk for lead in leads]):
        assert {name: row[name] for name in changed} == changed
    assert Event.objects.filter(actor=ana).count() == 3
    desk.post(f"{answer.redirect_chain[-1][0]}undo/")
    assert rows([lead.pk for lead in leads]) == before
    assert Event.objects.filter(kind="put_back", actor=ana).count() == 3


def test_given_to_a_colleague(desk, ana, ben):
    free, mine = make_lead(), make_lead(claimed_by=ana)

    answer = do(desk, "hand", [free, mine], colleague=ben.pk)

    for lead in (free, mine):
        lead.refresh_from_db()
        assert lead.holder(AT) == ben
    assert words(answer).count("Given to Ben.") == 2
    assert [event.detail for event in Event.objects.filter(kind="handed")] == ["to Ben", "to Ben, from Ana"]


@pytest.mark.parametrize(
    "verb, data, said",
    [
        ("hand", {}, "Choose a colleague"),
        ("hand", {"colleague": "99999"}, "Choose a colleague of this list"),
        ("later", {"exact": "2026-11-23T08:00"}, "Choose a time that is still to come"),
        ("later", {"exact": "2026-11-26T10:00"}, "We are closed then"),
        ("close", {}, "Choose how they ended"),
        ("close", {"outcome": "booked"}, "Choose how they ended"),
        ("close", {"outcome": "other", "note": "x" * 201}, "Keep the note under 200 letters"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_done(desk, verb, data, said):
    leads = [make_lead(), make_lead()]
    before = rows([lead.pk for lead in leads])

    fields = form(preview(desk, verb, leads), BULK) | {"try_at": ""}
    answer = desk.post(BULK, {**fields, "lead": [lead.pk for lead in leads], **data})

    assert said in words(answer)
    assert rows([lead.pk for lead in leads]) == before


@pytest.mark.parametrize(
    "data, said", [({"verb": "close"}, "Tick the requests first"), ({"verb": "eat"}, "Choose what")]
)
def test_nothing_ticked_or_chosen_is_said(desk, data, said):
    lead = make_lead()
    data = {**data, "view": "overdue"} | ({"lead": [lead.pk, "x", "9" * 30]} if data["verb"] == "eat" else {})

    answer = desk.post(BULK, data, follow=True)

    assert said in words(answer)
    assert answer.redirect_chain[-1][0] == f"{QUEUE}?view=overdue"


def test_what_needs_a_person_is_left(desk, ana, ben):
    flagged, talked, gone = make_lead(safety_at=AT), make_lead(), make_lead(closed_at=AT, outcome="booked")
    talked.record_attempt(ana, AT, Attempt.Outcome.THINKING, "", TUESDAY_9AM)

    answer = do(desk, "robot", [flagged, talked, gone, make_lead()])

    assert "Done to 1 of 4." in words(answer)
    assert "It carries the safety flag." in words(answer)
    assert "Somebody talked with this person." in words(answer)
    assert "It is closed: Talked, visit booked." in words(answer)


def test_a_row_that_changed_since_it_was_shown_is_left(desk, ben):
    changed, same = make_lead(), make_lead()
    fields = form(preview(desk, "close", [changed, same]), BULK)
    changed.note(ben, AT, "I am on it")

    answer = desk.post(BULK, {**fields, "lead": [changed.pk, same.pk], "outcome": "other"}, follow=True)

    assert "Something was done to it since you saw it." in words(answer)
    assert "Done to 1 of 2." in words(answer)


def test_undo_leaves_what_others_did_since(desk, ben):
    worked, left = make_lead(), make_lead()
    answer = do(desk, "later", [worked, left], try_at=TUESDAY_9AM.isoformat())
    worked.claim(ben, AT + MINUTE)

    undone = desk.post(f"{answer.redirect_chain[-1][0]}undo/", follow=True)

    worked.refresh_from_db()
    left.refresh_from_db()
    assert (worked.call_at, worked.holder(AT + MINUTE), left.call_at) == (TUESDAY_9AM, ben, None)
    assert "Not undone: something else was done to it since." in words(undone)
    again = desk.post(f"{answer.redirect_chain[-1][0]}undo/", follow=True)
    assert "This was undone already." in words(again)


def test_putting_off_past_the_promise_is_said_before(desk):
    assert "Promised tomorrow 5 pm: that promise does not move." in words(preview(desk, "later", [make_lead()]))


def test_the_preview_costs_the_same_for_many(desk, ben, django_assert_max_num_queries):
    def cost(count):
        leads = [make_lead(claimed_by=ben) for _ in range(count)]
        with django_assert_max_num_queries(40) as counted:
            preview(desk, "hand", leads)
        return len(counted)

    assert cost(2) == cost(30)


def test_steps_hold_no_word_of_a_person(desk):
    lead = make_lead(name="Zebedee Quince", message="a question")
    lead.note(make_staff("cy"), AT, "likes tea")

    do(desk, "close", [lead], outcome="other", note="secret note")

    payload = str(Step.objects.get().payload)
    assert not [word for word in ("Zebedee", "555", "question", "tea", "secret") if word in payload]


def test_whoever_may_only_look_ticks_nothing(client, db):
    from django.contrib.auth.models import Permission

    lead, looker = make_lead(), make_staff("looker", role=None)
    looker.user_permissions.add(Permission.objects.get(codename="view_lead"))
    client.force_login(looker)

    assert 'name="lead"' not in client.get(QUEUE).content.decode()
    assert client.post(BULK, {"verb": "close", "lead": [lead.pk]}).status_code == 403
    assert client.post(f"{at(lead)}merge/", {"other": lead.pk}).status_code == 403
