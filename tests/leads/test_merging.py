"""Two requests of one person become one, and two again."""

from datetime import timedelta

import pytest

from leads import merging, receipts
from leads.models import Attempt, Draft, Event, Lead
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_5PM, TUESDAY_9AM, make_lead
from tests.leads.pages import words

AT = MONDAY_10AM
MINUTE = timedelta(minutes=1)
NUMBER = "+12025550142"
ROW = [field.attname for field in Lead._meta.concrete_fields if field.attname != "version"]


def two(**fields):
    """Return two open requests from one number; the first was promised first. `fields` are the second's."""
    first = make_lead(phone_e164=NUMBER, promised_by=MONDAY_5PM, received_at=AT - 60 * MINUTE)
    return first, make_lead(phone_e164=NUMBER, **fields)


def row(lead):
    lead.refresh_from_db()
    return {name: getattr(lead, name) for name in ROW}


def test_the_one_promised_first_stays_whichever_is_named_first(ana):
    first, second = two()

    merging.merge(second, first, ana, AT)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.closed_at, first.merged_into, first.promised_by) == (None, None, MONDAY_5PM)
    assert (second.closed_at, second.outcome, second.merged_into) == (AT, "merged", first)
    assert list(Lead.objects.open()) == [first]
    assert Lead.objects.closed_since(AT).count() == 0


def test_calls_notes_and_drafts_of_both_are_kept(ana, ben):
    first, second = two()
    second.record_attempt(ana, AT, Attempt.Outcome.NO_ANSWER, "rang long", TUESDAY_9AM)
    second.note(ben, AT, "Prefers mornings")
    first.note(ana, AT, "Speaks softly")
    Draft.objects.create(user=ben, lead=second, text="half a", saved_at=AT)

    merging.merge(first, second, ana, AT + MINUTE)

    assert list(first.attempts.values_list("note", flat=True)) == ["rang long"]
    notes = first.events.filter(kind=Event.Kind.NOTED).values_list("detail", flat=True)
    assert sorted(notes) == ["Prefers mornings", "Speaks softly"]
    assert Draft.objects.get().text == "half a"
    assert Lead.objects.with_due().get(pk=first.pk).called is True


@pytest.mark.parametrize(
    "one, other, kept",
    [
        ({"voicemail": "yes"}, {"voicemail": "no"}, {"voicemail": "no"}),
        ({"voicemail": "no"}, {"voicemail": "yes"}, {"voicemail": "no"}),
        ({}, {"voicemail": "yes"}, {"voicemail": "yes"}),
        ({}, {"safety_at": AT}, {"safety_at": AT}),
        ({"safety_at": AT}, {}, {"safety_at": AT}),
        ({}, {"crisis_at": AT}, {"crisis_at": AT}),
        ({"held_at": AT}, {}, {"held_at": None}),
        ({"held_at": AT}, {"held_at": AT - MINUTE}, {"held_at": AT - MINUTE}),
        ({"best_time": "morning"}, {"best_time": "afternoon"}, {"best_time": "afternoon"}),
        ({"best_time": "morning"}, {}, {"best_time": "morning"}),
        ({}, {"for_other": True}, {"for_other": True}),
        ({"revised_for": TUESDAY_9AM}, {"promised_by": MONDAY_5PM + MINUTE}, {"revised_for": MONDAY_5PM + MINUTE}),
        ({"revised_for": TUESDAY_9AM}, {"promised_by": TUESDAY_5PM}, {"revised_for": TUESDAY_9AM}),
        ({"call_at": TUESDAY_9AM}, {"call_at": TUESDAY_5PM}, {"call_at": TUESDAY_9AM}),
    ],
)
def test_what_is_owed_is_never_less_than_before(ana, one, other, kept):
    first, second = two(**other)
    Lead.objects.filter(pk=first.pk).update(**one)

    merging.merge(first, second, ana, AT)

    first.refresh_from_db()
    assert {name: getattr(first, name) for name in kept} == kept
    assert first.promised_by == MONDAY_5PM
    assert list(Lead.objects.in_crisis()) == ([first] if first.crisis_at else [])


def test_a_call_back_agreed_on_the_phone_stands_and_one_asked_before_anew_does_not(ana):
    first, second = two()
    first.record_attempt(ana, AT + MINUTE, Attempt.Outcome.THINKING, "", TUESDAY_9AM)
    merging.merge(first, second, ana, AT + 2 * MINUTE)
    first.refresh_from_db()
    agreed = first.call_at
    later = make_lead(phone_e164=NUMBER, received_at=AT + 5 * MINUTE)

    merging.merge(first, later, ana, AT + 6 * MINUTE)

    first.refresh_from_db()
    assert (agreed, first.call_at) == (TUESDAY_9AM, None)


def test_a_claim_goes_on_with_the_one_that_stays(ana, ben):
    first, second = two()
    second.claim(ben, AT)

    merging.merge(first, second, ana, AT + MINUTE)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.holder(AT + MINUTE), second.claimed_by) == (ben, None)


def test_two_who_hold_one_each_must_agree_first(ana, ben):
    first, second = two()
    first.claim(ana, AT)
    second.claim(ben, AT)

    with pytest.raises(merging.Refused, match="Ana and Ben have one each"):
        merging.merge(first, second, ana, AT)

    assert set(Lead.objects.open()) == {first, second}


@pytest.mark.parametrize(
    "fields", [{"phone_e164": "+12025550143"}, {"closed_at": AT, "outcome": "booked"}], ids=["another number", "closed"]
)
def test_what_cannot_be_merged(ana, fields):
    first, second = two()
    Lead.objects.filter(pk=second.pk).update(**fields)
    before = row(first), row(second)

    with pytest.raises(merging.Refused):
        merging.merge(first, second, ana, AT)
    with pytest.raises(merging.Refused):
        merging.merge(first, first, ana, AT)

    assert (row(first), row(second)) == before


def test_undo_restores_both_exactly(ana, ben):
    first, second = two(voicemail="no", safety_at=AT - MINUTE, held_reasons=["why"], best_time="midday")
    second.record_attempt(ben, AT, Attempt.Outcome.NO_ANSWER, "rang", TUESDAY_9AM)
    second.claim(ben, AT + timedelta(microseconds=7))
    second.note(ben, AT, "a note")
    before = row(first), row(second)
    step = merging.merge(first, second, ana, AT + MINUTE)

    merging.separate(step, ana, AT + 2 * MINUTE)

    assert (row(first), row(second)) == before
    assert list(second.attempts.values_list("note", flat=True)) == ["rang"]
    assert list(first.attempts.all()) == []
    assert second.events.filter(kind=Event.Kind.NOTED).count() == 1
    with pytest.raises(merging.Refused, match="already"):
        merging.separate(step, ana, AT + 3 * MINUTE)


def test_what_was_done_since_is_never_lost_by_an_undo(ana):
    first, second = two()
    step = merging.merge(first, second, ana, AT)
    first.record_attempt(ana, AT + MINUTE, Attempt.Outcome.NO_ANSWER, "", TUESDAY_9AM)

    with pytest.raises(merging.Refused, match="Something else was done"):
        merging.separate(step, ana, AT + 2 * MINUTE)

    second.refresh_from_db()
    assert second.merged_into == first


def test_a_third_leads_to_the_one_that_stays_too(ana):
    first, second = two()
    earliest = make_lead(phone_e164=NUMBER, promised_by=MONDAY_5PM - MINUTE)
    merging.merge(first, second, ana, AT)
    step = merging.merge(first, earliest, ana, AT + MINUTE)

    second.refresh_from_db()
    assert second.merged_into == earliest
    merging.separate(step, ana, AT + 2 * MINUTE)
    second.refresh_from_db()
    assert second.merged_into == first


def test_both_receipts_tell_the_promise_of_the_one_that_stays(client, ana):
    first, second = two(token="b" * 27)
    Lead.objects.filter(pk=first.pk).update(token="a" * 27)
    merging.merge(first, second, ana, AT)

    found = [receipts.find(token * 27) for token in "ab"]
    page = words(client.get(f"/callback/{'b' * 27}/"))

    assert found == [first, first]
    assert first.reference in page and second.reference not in page
    client.post(f"/callback/{'b' * 27}/", {"action": "cancel", "confirm": "yes"})
    first.refresh_from_db()
    assert first.outcome == Lead.Outcome.CANCELLED


@pytest.mark.parametrize("which", [0, 1])
def test_forgetting_either_erases_both(ana, which):
    pair = two(name="Zebedee", message="a question")
    pair[1].record_attempt(ana, AT, Attempt.Outcome.NO_ANSWER, "a note", TUESDAY_9AM)
    Draft.objects.create(user=ana, lead=pair[1], text="half a", saved_at=AT)
    merging.merge(*pair, ana, AT)

    assert pair[which].forget(AT + MINUTE) is True

    for lead in pair:
        lead.refresh_from_db()
        assert (lead.name, lead.phone_raw, lead.phone_e164, lead.message, lead.token) == ("",) * 5
    assert set(Attempt.everything.values_list("note", flat=True)) == {""}
    assert set(Event.objects.values_list("detail", flat=True)) == {""}
    assert Draft.objects.count() == 0


def test_the_purge_leaves_a_merged_one_as_long_as_the_one_that_stays(ana):
    first, second = two()
    merging.merge(first, second, ana, AT)

    while_open = list(Lead.objects.expired(AT + 1000 * timedelta(days=1)))
    first.close(ana, AT + MINUTE, Lead.Outcome.OTHER)

    assert while_open == []
    assert list(Lead.objects.expired(AT + timedelta(days=200))) == [first]


def test_a_merged_one_is_not_opened_again_by_itself(ana):
    first, second = two()
    merging.merge(first, second, ana, AT)
    second.refresh_from_db()

    assert second.reopen(ana, AT) is False
