"""What staff do to a request, and what never happens to it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from leads import phones
from leads.models import Attempt, DoNotCall, Lead, Notice
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_5PM, TUESDAY_9AM, make_clinic, make_lead

MINUTE = timedelta(minutes=1)
AT = MONDAY_10AM


def story(lead):
    """Return what happened to a lead as (kind, actor, detail)."""
    return [
        (event.kind, event.actor and event.actor.username, event.detail)
        for event in lead.events.select_related("actor")
    ]


def test_claim_lasts_for_one_lease(ana, settings):
    settings.LEASE_MINUTES = 15
    lead = make_lead()

    assert lead.claim(ana, AT) is True

    assert (lead.claimed_by, lead.claimed_until, lead.version) == (ana, AT + 15 * MINUTE, 2)
    assert lead.holder(AT + 14 * MINUTE) == ana
    assert lead.holder(AT + 15 * MINUTE) is None
    assert story(lead) == [("claimed", "ana", "")]


def test_second_colleague_to_claim_is_told_no(ana, ben):
    lead = make_lead(claimed_by=ana)

    claimed = lead.claim(ben, AT)

    assert claimed is False
    assert lead.claimed_by == ana
    assert story(lead) == []


def test_claim_that_ran_out_is_free_again(ana, ben):
    lead = make_lead(claimed_by=ana, claimed_until=AT)

    assert lead.claim(ben, AT) is True
    assert lead.claimed_by == ben


@pytest.mark.parametrize(
    "fields",
    [{"closed_at": AT, "outcome": Lead.Outcome.BOOKED}, {"held_at": AT}, {"robot_at": AT}],
    ids=["closed", "held", "robot"],
)
def test_what_is_not_open_cannot_be_claimed_or_taken_over(ana, fields):
    lead = make_lead(**fields)

    assert lead.claim(ana, AT) is False
    assert lead.take_over(ana, AT) is False
    assert lead.call_later(ana, AT, TUESDAY_9AM) is False
    assert story(lead) == []


def test_claim_of_what_was_shown_fails_when_a_colleague_has_called_since(ana, ben):
    lead = make_lead()
    shown = lead.version
    lead.claim(ben, AT)
    lead.record_attempt(ben, AT, Attempt.Outcome.NO_ANSWER)

    assert lead.claim(ana, AT + MINUTE, version=shown) is False
    assert lead.claim(ana, AT + MINUTE, version=lead.version) is True


def test_work_extends_the_lease_of_its_holder_alone(ana, ben, settings):
    settings.LEASE_MINUTES = 15
    lead = make_lead()
    lead.claim(ana, AT)

    assert lead.extend(ben, AT + 10 * MINUTE) is False
    assert lead.extend(ana, AT + 10 * MINUTE) is True
    assert lead.claimed_until == AT + 25 * MINUTE
    assert lead.extend(ana, AT + 25 * MINUTE) is False
    assert [kind for kind, _, _ in story(lead)] == ["claimed"]


def test_only_the_holder_gives_back(ana, ben):
    lead = make_lead(claimed_by=ana)

    assert lead.release(ben, AT) is False
    assert lead.release(ana, AT) is True
    assert (lead.claimed_by, lead.claimed_until) == (None, None)
    assert story(lead) == [("released", "ana", "")]


def test_take_over_says_from_whom(ana, ben):
    lead = make_lead(claimed_by=ana)

    assert lead.take_over(ben, AT) is True
    assert lead.claimed_by == ben
    assert story(lead) == [("taken_over", "ben", "from Ana")]


@pytest.mark.parametrize("outcome", ["booked", "no_visit"])
def test_a_talk_closes(ana, outcome):
    lead = make_lead(claimed_by=ana, call_at=TUESDAY_9AM)

    lead.record_attempt(ana, AT, outcome, "Tuesday at nine")

    assert (lead.closed_at, lead.outcome, lead.claimed_by, lead.call_at) == (AT, outcome, None, None)
    assert [(attempt.user, attempt.at, attempt.outcome, attempt.note) for attempt in lead.attempts.all()] == [
        (ana, AT, outcome, "Tuesday at nine")
    ]
    assert [kind for kind, _, _ in story(lead)] == ["attempted", "closed"]


@pytest.mark.parametrize("outcome", ["voicemail", "no_answer", "someone_else", "thinking"])
def test_no_talk_yet_returns_at_the_chosen_time(ana, outcome):
    lead = make_lead(claimed_by=ana)

    lead.record_attempt(ana, AT, outcome, call_at=TUESDAY_9AM)

    assert (lead.closed_at, lead.call_at, lead.claimed_by) == (None, TUESDAY_9AM, None)
    assert lead.attempts.count() == 1
    assert [kind for kind, _, _ in story(lead)] == ["attempted"]


def test_wrong_number_stays_open_and_rests_until_the_promise(ana):
    lead = make_lead(claimed_by=ana)

    lead.record_attempt(ana, AT, Attempt.Outcome.WRONG_NUMBER)

    assert (lead.closed_at, lead.call_at, lead.claimed_by) == (None, TUESDAY_5PM, None)


def test_wrong_number_says_nothing_about_a_number_given_meanwhile(ana):
    lead = make_lead(claimed_by=ana, phone_e164="+12025550142")
    lead.change_number(phones.read("202-555-0143"), AT)

    lead.record_attempt(ana, AT, Attempt.Outcome.WRONG_NUMBER, dialed="+12025550142")

    assert (lead.closed_at, lead.call_at, lead.claimed_by) == (None, None, None)
    assert lead.attempts.get().outcome == "wrong_number"
    assert lead.events.last().detail == "Wrong number or not in service, before the number was changed"


def test_asked_not_to_call_closes_and_keeps_only_a_digest(ana):
    lead = make_lead(claimed_by=ana, phone_e164="+12025550142")

    lead.record_attempt(ana, AT, Attempt.Outcome.DO_NOT_CALL)

    assert lead.outcome == Lead.Outcome.DO_NOT_CALL
    assert DoNotCall.covers("+12025550142")
    assert not DoNotCall.covers("+12025550143")
    kept = DoNotCall.objects.get()
    assert "5550142" not in kept.phone_digest
    assert len(kept.phone_digest) == 64


def test_the_digest_needs_our_key(settings):
    first = DoNotCall.digest("+12025550142")
    settings.SECRET_KEY = "another key"

    assert DoNotCall.digest("+12025550142") != first


def test_in_crisis_stays_open_and_with_the_caller(ana, ben):
    make_clinic(recipients="desk@clinic.example\nlead@clinic.example")
    lead = make_lead(claimed_by=ben, call_at=TUESDAY_9AM)

    lead.record_attempt(ana, AT, Attempt.Outcome.IN_CRISIS)

    assert (lead.closed_at, lead.safety_at, lead.holder(AT), lead.call_at) == (None, AT, ana, None)
    assert sorted(Notice.objects.values_list("kind", "recipient")) == [
        ("safety", "desk@clinic.example"),
        ("safety", "lead@clinic.example"),
    ]
    assert [kind for kind, _, _ in story(lead)] == ["attempted", "safety"]


def test_in_crisis_opens_what_was_closed_or_held(ana):
    closed = make_lead(closed_at=AT, outcome=Lead.Outcome.NO_VISIT)
    held = make_lead(held_at=AT)

    closed.record_attempt(ana, AT, Attempt.Outcome.IN_CRISIS)
    held.record_attempt(ana, AT, Attempt.Outcome.IN_CRISIS)

    assert set(Lead.objects.open()) == {closed, held}
    assert [kind for kind, _, _ in story(closed)] == ["attempted", "reopened", "safety"]


def test_no_lock_stops_a_call_from_being_kept(ana, ben):
    lead = make_lead(claimed_by=ana)

    lead.record_attempt(ben, AT, Attempt.Outcome.NO_ANSWER, "I had her number", TUESDAY_9AM)

    assert lead.attempts.get().user == ben
    assert lead.holder(AT) == ana
    assert story(lead) == [("attempted", "ben", "No answer, while Ana had it")]


def test_a_call_logged_after_closing_is_kept_and_leaves_the_end_as_it_was(ana, ben):
    lead = make_lead(closed_at=AT, outcome=Lead.Outcome.BOOKED)

    lead.record_attempt(ben, AT + MINUTE, Attempt.Outcome.NO_VISIT, "Called as well")

    assert (lead.closed_at, lead.outcome) == (AT, Lead.Outcome.BOOKED)
    assert lead.attempts.get().note == "Called as well"


def test_the_same_call_sent_twice_is_one_call(ana):
    make_clinic()
    lead = make_lead(claimed_by=ana)

    for seconds in (0, 3):
        lead.record_attempt(ana, AT + timedelta(seconds=seconds), Attempt.Outcome.IN_CRISIS, "Help is coming")
    lead.record_attempt(ana, AT + timedelta(seconds=4), Attempt.Outcome.NO_ANSWER, "Line broke")

    assert [attempt.outcome for attempt in lead.attempts.all()] == ["in_crisis", "no_answer"]
    assert Notice.objects.count() == 1


def test_a_note_is_kept_in_every_state(ana, ben):
    for lead in (
        make_lead(),
        make_lead(claimed_by=ben),
        make_lead(held_at=AT),
        make_lead(closed_at=AT, outcome=Lead.Outcome.BOOKED),
    ):
        lead.note(ana, AT, "Prefers mornings")

        assert story(lead) == [("noted", "ana", "Prefers mornings")]


def test_call_later_gives_it_back_and_says_when(ana):
    lead = make_lead(claimed_by=ana)

    assert lead.call_later(ana, AT, TUESDAY_9AM) is True

    assert (lead.call_at, lead.claimed_by) == (TUESDAY_9AM, None)
    assert story(lead) == [("call_later", "ana", TUESDAY_9AM.isoformat())]


def test_call_later_by_another_leaves_the_claim(ana, ben):
    lead = make_lead(claimed_by=ana)

    lead.call_later(ben, AT, TUESDAY_9AM)

    assert (lead.call_at, lead.holder(AT)) == (TUESDAY_9AM, ana)


def test_closing_twice_closes_once(ana, ben):
    lead = make_lead()

    assert lead.close(ana, AT, Lead.Outcome.OTHER, "Moved away") is True
    assert lead.close(ben, AT + MINUTE, Lead.Outcome.BOOKED) is False
    assert lead.outcome == Lead.Outcome.OTHER
    assert story(lead) == [("closed", "ana", "Closed for another reason: Moved away")]


def test_database_refuses_a_closed_request_without_an_outcome(db):
    with pytest.raises(IntegrityError):
        make_lead(closed_at=AT)


def test_reopened_stands_in_its_old_place(ana):
    lead = make_lead()
    lead.close(ana, AT, Lead.Outcome.ROBOT)

    assert lead.reopen(ana, AT) is True
    assert list(Lead.objects.open()) == [lead]
    assert lead.outcome == ""


def test_what_the_person_ended_or_erased_stays_closed(ana):
    cancelled = make_lead(closed_at=AT, outcome=Lead.Outcome.CANCELLED)
    erased = make_lead()
    erased.forget(AT)

    assert cancelled.reopen(ana, AT) is False
    assert erased.reopen(ana, AT) is False
    assert make_lead().reopen(ana, AT) is False


def test_reopening_takes_the_number_off_the_do_not_call_list(ana):
    lead = make_lead(phone_e164="+12025550142")
    lead.record_attempt(ana, AT, Attempt.Outcome.DO_NOT_CALL)

    lead.reopen(ana, AT)

    assert not DoNotCall.covers("+12025550142")


def test_the_number_stays_on_the_list_while_another_request_stands_for_it(ana):
    one, other = make_lead(phone_e164="+12025550142"), make_lead(phone_e164="+12025550142")
    one.record_attempt(ana, AT, Attempt.Outcome.DO_NOT_CALL)
    other.record_attempt(ana, AT, Attempt.Outcome.DO_NOT_CALL)

    one.reopen(ana, AT)

    assert DoNotCall.covers("+12025550142")


def test_held_and_released_returns_to_its_original_place(ana):
    first, lead, last = (make_lead(received_at=AT + number * MINUTE) for number in range(3))

    assert lead.hold(ana, AT) is True
    assert list(Lead.objects.open()) == [first, last]
    assert lead.unhold(ana, AT) is True

    assert list(Lead.objects.open()) == [first, lead, last]
    assert [kind for kind, _, _ in story(lead)] == ["held", "unheld"]
    assert lead.unhold(ana, AT) is False


def test_the_promise_never_moves(ana, ben):
    lead = make_lead()
    for act in (
        lambda: lead.claim(ana, AT),
        lambda: lead.take_over(ben, AT),
        lambda: lead.record_attempt(ben, AT, Attempt.Outcome.NO_ANSWER, call_at=TUESDAY_9AM),
        lambda: lead.call_later(ana, AT, MONDAY_5PM),
        lambda: lead.hold(ana, AT),
        lambda: lead.unhold(ana, AT),
        lambda: lead.record_attempt(ben, AT, Attempt.Outcome.IN_CRISIS),
        lambda: lead.close(ana, AT, Lead.Outcome.BOOKED),
        lambda: lead.reopen(ana, AT),
        lambda: lead.note(ana, AT, "A note"),
    ):
        before = lead.version
        act()
        lead.refresh_from_db()
        assert (lead.promised_by, lead.revised_for, lead.received_at) == (TUESDAY_5PM, None, MONDAY_10AM)
        assert lead.version > before


def test_a_verb_that_fails_half_way_changes_nothing(ana, monkeypatch):
    lead = make_lead(claimed_by=ana)
    make_clinic()
    monkeypatch.setattr(Notice.objects, "bulk_create", None)

    with pytest.raises(TypeError):
        lead.record_attempt(ana, AT, Attempt.Outcome.IN_CRISIS)

    lead.refresh_from_db()
    assert (lead.safety_at, lead.version, lead.attempts.count(), story(lead)) == (None, 1, 0, [])


def test_its_name_is_its_reference(db):
    assert str(make_lead(reference="K7F3M", name="Maria Example")) == "K7F3M"
