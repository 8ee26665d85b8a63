"""A working hour at the calling desk: what ends without a word, what is taken back, and a crisis that lasts."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command

from leads import notices, queue
from leads.models import Attempt, DeskChoice, DoNotCall, Event, Lead, Notice
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_5PM, TUESDAY_9AM, make_clinic, make_lead, make_staff
from tests.leads.test_desk import QUEUE, page, post, save_call, text

AT = MONDAY_10AM
MINUTE = timedelta(minutes=1)
COLUMNS = [field.attname for field in Lead._meta.concrete_fields if field.attname != "version"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as clock:
        yield clock


def facts(lead):
    """Return all that is stored of a request, but how often it was changed."""
    lead.refresh_from_db()
    return {column: getattr(lead, column) for column in COLUMNS}


def kinds(lead):
    return [event.kind for event in lead.events.all()]


# --- A claim that ends without a word


def test_a_lapsed_claim_is_marked_and_rests_for_half_an_hour(desk, ben, clock):
    lead = make_lead(name="Maria Example")
    lead.claim(ben, AT)
    clock.move_to(AT + 20 * MINUTE)

    marked = text(desk.get(QUEUE))
    handed = post(desk, f"{QUEUE}next/")

    assert "Ben may have called at 10 am, ask Ben" in marked
    assert "Ask before you call" in marked
    assert "Claim and call" not in marked
    assert "No one else is free to be called now." in text(handed)
    clock.move_to(AT + 45 * MINUTE)
    assert "Next call" in text(desk.get(QUEUE))
    post(desk, f"{QUEUE}next/")
    lead.refresh_from_db()
    assert lead.claimed_by.username == "ana"


def test_a_lapsed_claim_may_be_chosen_at_once(desk, ana, ben, clock):
    lead = make_lead()
    lead.claim(ben, AT)
    clock.move_to(AT + 16 * MINUTE)

    post(desk, f"{page(lead)}claim/", version=lead.version)

    lead.refresh_from_db()
    assert lead.holder(AT + 16 * MINUTE) == ana


def test_whoever_let_a_claim_lapse_is_asked_how_it_went(desk, ana, clock):
    lead = make_lead(name="Maria Example")
    lead.claim(ana, AT)
    clock.move_to(AT + 16 * MINUTE)

    assert "Your claim on Maria Example ended at today 10:15 am without a word" in text(desk.get(QUEUE))

    save_call(desk, lead, outcome="no_answer", try_at=TUESDAY_9AM.isoformat())

    lead.refresh_from_db()
    assert (lead.claimed_by, lead.claimed_until, lead.claimed_at) == (None, None, None)


def test_given_back_is_free_at_once_and_unmarked(desk, ana):
    lead = make_lead()
    lead.claim(ana, AT)

    post(desk, f"{page(lead)}release/")

    words = text(desk.get(QUEUE))
    assert "Claim and call" in words
    assert "may have called" not in words


# --- A long call


def test_a_person_on_the_phone_keeps_the_request_for_an_hour(desk, ana, clock):
    lead = make_lead()
    lead.claim(ana, AT)

    answer = post(desk, f"{page(lead)}on-call/", note="Half a thought", outcome="thinking")

    lead.refresh_from_db()
    assert (lead.on_call_at, lead.claimed_until) == (AT, AT + 60 * MINUTE)
    html = answer.content.decode()
    assert "You are on this call" in html
    assert 'value="Half a thought"' in html
    assert re.search(r'value="thinking"[^>]* checked', html)
    assert "Not saved yet" not in html
    clock.move_to(AT + 5 * MINUTE)
    desk.get(page(lead))
    lead.refresh_from_db()
    assert lead.claimed_until == AT + 60 * MINUTE
    assert lead.holder(AT + 60 * MINUTE) is None


def test_nobody_is_on_a_call_of_a_colleague(desk, ben):
    lead = make_lead()
    lead.claim(ben, AT)

    answer = post(desk, f"{page(lead)}on-call/", note="Typed before")

    lead.refresh_from_db()
    assert (lead.on_call_at, lead.holder(AT)) == (None, ben)
    assert 'value="Typed before"' in answer.content.decode()


def test_a_long_call_ends_with_its_claim(ana, ben):
    for end in (
        lambda lead: lead.release(ana, AT),
        lambda lead: lead.take_over(ben, AT),
        lambda lead: lead.record_attempt(ana, AT, Attempt.Outcome.NO_ANSWER),
        lambda lead: lead.close(ana, AT, Lead.Outcome.OTHER),
    ):
        lead = make_lead()
        lead.claim(ana, AT)
        lead.on_call(ana, AT)
        end(lead)
        assert lead.on_call_at is None


def test_working_on_the_page_keeps_it_and_says_until_when(desk, ana, ben, clock):
    lead, his = make_lead(), make_lead()
    lead.claim(ana, AT)
    his.claim(ben, AT)
    clock.move_to(AT + 10 * MINUTE)

    kept = desk.post(f"{page(lead)}keep/").json()
    not_mine = desk.post(f"{page(his)}keep/").json()

    assert kept == {"until": (AT + 25 * MINUTE).isoformat(), "words": "10:25\u00a0am"}
    assert not_mine == {"until": None}
    his.refresh_from_db()
    assert his.claimed_until == AT + 15 * MINUTE


# --- Undo

OUTCOMES = [outcome.value for outcome in Attempt.Outcome]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_can_be_taken_back_and_all_is_as_it_was(desk, ana, outcome, clock):
    make_clinic()
    moment = AT + timedelta(microseconds=123456)
    lead = make_lead(call_at=moment, phone_e164="+12025550142")
    lead.claim(ana, moment)
    before = facts(lead)
    save_call(desk, lead, outcome=outcome, note="Well", try_at=TUESDAY_9AM.isoformat())
    attempt = lead.attempts.get()
    assert facts(lead) != before
    clock.move_to(AT + 5 * MINUTE)

    answer = post(desk, f"{page(lead)}undo/", attempt=attempt.pk)

    assert f"Taken back: {attempt.get_outcome_display()}. All is as it was before that call." in text(answer)
    # The page that is shown then is at work on it, so the lease begins anew.
    assert facts(lead) == {**before, "claimed_until": AT + 20 * MINUTE}
    assert list(lead.attempts.all()) == []
    kept = Attempt.everything.get()
    assert (kept.note, kept.undone_at) == ("Well", AT + 5 * MINUTE)
    assert kinds(lead)[-1] == "undone"
    assert not DoNotCall.covers("+12025550142")
    assert not Notice.objects.filter(sent_at=None).exists()


def test_undo_is_offered_for_five_minutes(desk, ana, clock):
    lead = make_lead(name="Maria Example")
    save_call(desk, lead, outcome="booked")
    attempt = lead.attempts.get()

    offered = text(desk.get(QUEUE))
    clock.move_to(AT + 5 * MINUTE + timedelta(seconds=1))
    late = text(desk.get(QUEUE))
    answer = post(desk, f"{page(lead)}undo/", attempt=attempt.pk)

    assert "Last saved: Talked, visit booked, Maria Example. Undo" in offered
    assert "Possible until 10:05 am" in offered
    assert "Last saved" not in late
    assert "The five minutes to take it back are over." in text(answer)
    lead.refresh_from_db()
    assert lead.outcome == Lead.Outcome.BOOKED


def test_undo_is_refused_when_somebody_has_acted_since(desk, ana, ben):
    lead = make_lead()
    save_call(desk, lead, outcome="no_answer", try_at=(AT + MINUTE).isoformat())
    lead.claim(ben, AT)

    answer = post(desk, f"{page(lead)}undo/", attempt=lead.attempts.get().pk)

    assert "Ben has done something to this request since: claimed. It stays." in text(answer)
    lead.refresh_from_db()
    assert (lead.holder(AT), lead.attempts.count()) == (ben, 1)


def test_a_note_since_does_not_stop_an_undo(desk, ana, ben):
    lead = make_lead()
    save_call(desk, lead, outcome="booked")
    lead.note(ben, AT, "She called back")

    post(desk, f"{page(lead)}undo/", attempt=lead.attempts.get().pk)

    lead.refresh_from_db()
    assert lead.closed_at is None
    assert kinds(lead) == ["attempted", "closed", "noted", "undone"]


def test_only_its_caller_takes_a_call_back_and_only_once(desk, ana, ben):
    lead, mine = make_lead(), make_lead()
    his = lead.record_attempt(ben, AT, Attempt.Outcome.BOOKED)
    own = mine.record_attempt(ana, AT, Attempt.Outcome.BOOKED)

    refused = post(desk, f"{page(lead)}undo/", attempt=his.pk)
    wrong = post(desk, f"{page(lead)}undo/", attempt=own.pk)
    post(desk, f"{page(mine)}undo/", attempt=own.pk)
    again = post(desk, f"{page(mine)}undo/", attempt=own.pk)

    assert "Only whoever saved a call can take it back." in text(refused)
    assert "There is nothing to take back." in text(wrong)
    assert "This was taken back already." in text(again)
    lead.refresh_from_db()
    assert lead.outcome == Lead.Outcome.BOOKED


def test_a_call_taken_back_counts_nowhere(ana):
    lead = make_lead()
    lead.undo(lead.record_attempt(ana, AT, Attempt.Outcome.NO_ANSWER, call_at=TUESDAY_9AM), ana, AT)

    assert list(Lead.objects.overdue(TUESDAY_5PM + MINUTE)) == [lead]
    assert lead.attempts.count() == 0


def test_the_note_of_a_call_taken_back_is_erased_with_the_rest(ana):
    lead = make_lead()
    lead.undo(lead.record_attempt(ana, AT, Attempt.Outcome.BOOKED, "Words"), ana, AT)

    lead.forget(AT)

    assert Attempt.everything.get().note == ""


# --- Asked not to call


@pytest.fixture
def household(ana):
    """Three people who wait at one number, the first with Ana."""
    people = [make_lead(name=name, phone_e164="+12025550142") for name in ("Maria One", "Pedro Two", "Lucia Three")]
    people[0].claim(ana, AT)
    return people


def test_several_people_at_one_number_are_asked_about(desk, household):
    maria, pedro, lucia = household

    asked = save_call(desk, maria, outcome="do_not_call", note="Was angry")
    both = save_call(desk, maria, outcome="do_not_call", covers=["0", pedro.pk])

    assert "Not saved yet Several people wait at this number. Choose whom this covers" in text(asked)
    assert 'value="Was angry"' in asked.content.decode()
    assert "Choose the other people, or nobody else, not both" in text(both)
    assert not Attempt.objects.exists()
    assert not DoNotCall.covers("+12025550142")


def test_a_wish_covers_whom_it_covers_and_is_taken_back_whole(desk, ana, household):
    maria, pedro, lucia = household
    before = [facts(lead) for lead in household]

    answer = save_call(desk, maria, outcome="do_not_call", covers=[pedro.pk])

    assert "Saved. Closed for 2 people at this number." in text(answer)
    for lead in household:
        lead.refresh_from_db()
    assert [lead.outcome for lead in household] == ["do_not_call", "do_not_call", ""]
    assert DoNotCall.covers("+12025550142")
    assert "Someone at this number asked us not to call. This request stood before" in text(desk.get(page(lucia)))

    assert maria.undo(maria.attempts.get(), ana, AT) == ""

    assert [facts(lead) for lead in household] == before
    assert not DoNotCall.covers("+12025550142")


def test_a_wish_without_a_call_says_that_others_wait_there(desk, household):
    answer = post(desk, f"{page(household[0])}close/", outcome="do_not_call")

    assert "Others wait at this number, and stay" in text(answer)
    assert [lead.name for lead in Lead.objects.open()] == ["Pedro Two", "Lucia Three"]


def test_a_wish_covers_one_person_alone(desk, household):
    maria, pedro, lucia = household

    save_call(desk, maria, outcome="do_not_call", covers=["0"])

    assert [lead.name for lead in Lead.objects.open()] == ["Pedro Two", "Lucia Three"]


def test_taking_back_leaves_a_number_that_was_on_the_list_before(ana):
    DoNotCall.add("+12025550142", AT - timedelta(days=9))
    lead = make_lead(phone_e164="+12025550142")

    lead.undo(lead.record_attempt(ana, AT, Attempt.Outcome.DO_NOT_CALL), ana, AT)

    assert DoNotCall.covers("+12025550142")


def test_a_new_request_from_such_a_number_is_open_with_a_notice(desk, ana, clock):
    make_lead(phone_e164="+12025550142").record_attempt(ana, AT - MINUTE, Attempt.Outcome.DO_NOT_CALL)
    again = make_lead(phone_e164="+12025550142", received_at=AT)

    words = text(desk.get(QUEUE))

    assert again in Lead.objects.open()
    assert "Someone at this number asked us not to call. This request came since: they asked for a call all" in words


# --- A crisis


@pytest.fixture
def crisis(desk, ana):
    make_clinic()
    lead = make_lead(name="Zebedee Quince")
    save_call(desk, lead, outcome="in_crisis", note="Spoke softly")
    lead.refresh_from_db()
    return lead


def test_a_crisis_stands_on_everybodys_first_page_after_the_lease(client, crisis, ben, clock):
    clock.move_to(AT + timedelta(hours=30))
    client.force_login(ben)

    for address in ("/admin/", QUEUE, page(make_lead())):
        words = text(client.get(address))
        assert (
            f"In crisis: 1 Request {crisis.reference} In crisis since yesterday 10 am. Ana was with them last." in words
        )
    assert "Quince" not in text(client.get("/admin/"))
    handed = client.post(f"{QUEUE}next/")
    crisis.refresh_from_db()
    assert handed["Location"] != f"{QUEUE}#call-{crisis.pk}"
    assert crisis.claimed_by.username == "ana"


def test_a_crisis_given_back_is_the_next_call(crisis, ana, ben):
    from tests.factories import CALENDAR

    make_lead(promised_by=AT - 99 * MINUTE)
    crisis.release(ana, AT)

    assert queue.next_for(ben, AT, CALENDAR) == crisis


@pytest.mark.parametrize(
    "end", [lambda lead: lead.cancel(AT), lambda lead: lead.forget(AT)], ids=["cancelled", "erased"]
)
def test_a_crisis_does_not_end_with_its_request(client, crisis, ben, end):
    end(crisis)
    client.force_login(ben)

    assert f"In crisis: 1 Request {crisis.reference}" in text(client.get("/admin/"))


def test_a_named_person_closes_a_crisis_with_what_was_done(client, crisis, ben):
    client.force_login(ben)

    refused = post(client, f"{page(crisis)}crisis-done/", what=" ")
    answer = post(client, f"{page(crisis)}crisis-done/", what="988 joined, Dr. [name] has them")

    assert "Not saved yet Say what was done, and who has them now" in text(refused)
    assert "The crisis is closed, under your name." in text(answer)
    crisis.refresh_from_db()
    assert (crisis.crisis_at, crisis.safety_at, crisis.closed_at) == (None, AT, None)
    event = crisis.events.get(kind=Event.Kind.CRISIS_ENDED)
    assert (event.actor, event.detail) == (ben, "988 joined, Dr. [name] has them")
    assert "In crisis:" not in text(client.get("/admin/"))


def test_what_was_done_is_kept_although_a_colleague_was_first(desk, crisis, ben):
    crisis.end_crisis(ben, AT, "Handed over")

    answer = post(desk, f"{page(crisis)}crisis-done/", what="I called 911")

    assert "What you wrote is kept as a note." in text(answer)
    assert crisis.events.filter(kind="noted", detail="I called 911").exists()


def test_closing_the_request_with_a_note_says_what_was_done(desk, crisis, ana):
    save_call(desk, crisis, outcome="booked", note="Clinician took over")

    crisis.refresh_from_db()
    assert (crisis.crisis_at, crisis.outcome) == (None, "booked")
    assert kinds(crisis)[-3:] == ["attempted", "crisis_ended", "closed"]


def test_the_crisis_steps_stand_on_every_page_of_the_desk(desk, ben):
    his, closed = make_lead(claimed_by=ben), make_lead(closed_at=AT, outcome=Lead.Outcome.BOOKED)

    pages = [desk.get(address) for address in (QUEUE, page(his), page(closed), f"{QUEUE}add/")]
    pages.append(post(desk, f"{page(his)}take-over/"))

    assert [text(answer).count("1. Stay on the line.") for answer in pages] == [1] * 5


def test_the_crisis_steps_are_one_sheet_without_any_name(desk, crisis):
    answer = desk.get(f"{QUEUE}crisis-steps/")

    assert "Stay on the line." in text(answer) and "988" in text(answer)
    assert b"Quince" not in answer.content


# --- Meanwhile


def test_both_versions_are_shown_and_the_later_one_stands(desk, ana, ben, clock):
    lead = make_lead()
    shown = AT.isoformat()
    clock.move_to(AT + 2 * MINUTE)
    lead.call_later(ben, AT + MINUTE, MONDAY_5PM - MINUTE)

    answer = post(desk, f"{page(lead)}later/", try_at=TUESDAY_9AM.isoformat(), seen=shown)

    assert "While you had this open: Ben, today 10:01 am: call back later: today 4:59 pm. Your time stands." in text(
        answer
    )
    lead.refresh_from_db()
    assert lead.call_at == TUESDAY_9AM


def test_a_call_saved_after_a_colleague_closed_is_kept_and_both_are_told(desk, ana, ben, clock):
    lead = make_lead()
    shown = AT.isoformat()
    clock.move_to(AT + 2 * MINUTE)
    lead.record_attempt(ben, AT + MINUTE, Attempt.Outcome.BOOKED)

    answer = save_call(desk, lead, outcome="no_answer", try_at=TUESDAY_9AM.isoformat(), note="Mine", seen=shown)

    words = text(answer)
    assert "Saved. This request was closed before: it stays closed." in words
    assert "Ben, today 10:01 am: call made: Talked, visit booked" in words
    assert [attempt.note for attempt in lead.attempts.all()] == ["", "Mine"]
    lead.refresh_from_db()
    assert lead.outcome == "booked"


def test_a_note_of_a_closing_that_came_too_late_is_kept(desk, ben):
    lead = make_lead()
    lead.close(ben, AT, Lead.Outcome.OTHER)

    answer = post(desk, f"{page(lead)}close/", outcome="other", note="Moved to Maine")

    assert "Your note is kept all the same." in text(answer)
    assert lead.events.filter(kind="noted", detail="Moved to Maine").exists()


# --- Tries


def test_giving_up_is_offered_after_enough_tries_on_enough_days(desk, ana):
    make_clinic(max_tries=3, tries_days=2)
    lead = make_lead()

    def tried(days, outcome="no_answer"):
        lead.attempts.create(user=ana, at=AT - timedelta(days=days), outcome=outcome)
        return "It never closes by itself." in text(desk.get(page(lead)))

    assert [tried(1), tried(1), tried(1), tried(1), tried(2)] == [False, False, False, False, True]
    assert lead.closed_at is None


def test_talks_are_no_tries_that_reached_nobody(desk, ana):
    make_clinic(max_tries=1, tries_days=1)
    lead = make_lead()
    lead.attempts.create(user=ana, at=AT, outcome="thinking")

    assert "It never closes by itself." not in text(desk.get(page(lead)))


# --- The day


def test_the_day_line_tells_promises_and_pace(desk, ana):
    for number in range(3):
        make_lead(promised_by=MONDAY_5PM).record_attempt(ana, AT - number * MINUTE, Attempt.Outcome.BOOKED)
    for _ in range(30):
        make_lead(promised_by=MONDAY_5PM)
    make_lead(promised_by=TUESDAY_5PM)

    words = text(desk.get(QUEUE))

    # Three in the first hour, seven hours to go.
    assert "30 promised by 5 pm; at today's pace about 21 will be reached." in words
    assert "Tell your manager" in words
    assert "Ask colleagues for help" not in words


@pytest.mark.parametrize(
    ("at", "calls", "words"),
    [
        (AT, 2, "1 promised by 5 pm; too few calls today to tell a pace."),
        (AT, 3, "1 promised by 5 pm; at today's pace all of them will be reached."),
        (MONDAY_5PM + MINUTE, 3, "1 promised by tomorrow 5 pm; we are closed now."),
        (AT - timedelta(hours=2), 0, "1 promised by 5 pm; we are closed now."),
    ],
)
def test_the_day_line_is_honest(desk, ana, clock, at, calls, words):
    for number in range(calls):
        make_lead().record_attempt(ana, AT - number * MINUTE, Attempt.Outcome.BOOKED)
    make_lead(promised_by=MONDAY_5PM)
    clock.move_to(at)

    assert words in text(desk.get(QUEUE))


def test_a_day_without_promises_says_so(desk):
    assert "Nobody waits for a first call promised by 5 pm." in text(desk.get(QUEUE))


def test_a_manager_may_ask_for_help_once_an_hour(client, db, clock):
    make_clinic(recipients="desk@clinic.example")
    client.force_login(make_staff("mo", role="Manager"))
    for _ in range(3):
        make_lead(promised_by=MONDAY_5PM, name="Zebedee Quince")

    assert "Ask colleagues for help" in text(client.get(QUEUE))
    first = post(client, f"{QUEUE}help/")
    clock.move_to(AT + 59 * MINUTE)
    second = post(client, f"{QUEUE}help/")
    notices.send_next(AT + 59 * MINUTE)

    assert "Colleagues on the clinic's list are asked for help" in text(first)
    assert "Help was asked for at 10 am already." in text(second)
    (letter,) = mail.outbox
    assert letter.subject == "The calling desk asks for help"
    assert "3 promised by 5 pm" in letter.body and "Quince" not in letter.body


def test_the_front_desk_does_not_send_for_help(desk):
    assert desk.post(f"{QUEUE}help/").status_code == 403
    assert not Notice.objects.exists()


# --- Places and keys


def test_a_place_in_the_queue_survives_saving_and_back(desk, ana, monkeypatch):
    monkeypatch.setattr("leads.admin.PAGE_LENGTH", 2)
    leads = [make_lead(received_at=AT + number * MINUTE) for number in range(5)]

    shown = desk.get(f"{QUEUE}?view=later&page=2").content.decode()
    request = desk.get(f"{page(leads[2])}?from=later.2").content.decode()
    saved = save_call(desk, leads[2], False, outcome="booked", back="later.2")
    emptied = desk.get(f"{QUEUE}?view=later&page=9")

    assert f"{page(leads[2])}?from=later.2" in shown
    assert f'href="{QUEUE}?view=later&amp;page=2">Back to the queue: Later' in request
    assert saved["Location"] == f"{QUEUE}?view=later&page=2"
    assert emptied["Location"] == f"{QUEUE}?view=later&page=2"


@pytest.mark.parametrize("place", ["", "nowhere", "later.x", "later.-1", "//evil.example", "later.9999999", "\x00"])
def test_a_place_that_is_none_is_the_queue(desk, place):
    lead = make_lead()

    saved = save_call(desk, lead, False, outcome="booked", back=place)

    assert saved["Location"] in (QUEUE, f"{QUEUE}?view=later")


def test_all_closed_is_one_click_from_closed_today(desk):
    make_lead(name="Long Ago", closed_at=AT - timedelta(days=9), outcome=Lead.Outcome.BOOKED)

    assert "Long Ago" not in text(desk.get(f"{QUEUE}?view=closed"))
    assert "?view=closed-all" in desk.get(f"{QUEUE}?view=closed").content.decode()
    assert "Long Ago" in text(desk.get(f"{QUEUE}?view=closed-all"))


def test_shortcuts_are_turned_off_for_one_person(desk, ana, ben, client):
    assert "data-shortcuts" in desk.get(QUEUE).content.decode()

    answer = post(desk, f"{QUEUE}shortcuts/", shortcuts="off", back="held")

    assert answer.redirect_chain == [(f"{QUEUE}?view=held", 302)]
    assert "data-shortcuts" not in answer.content.decode()
    assert "Turn all shortcuts on" in text(answer)
    assert (DeskChoice.of(ana).shortcuts, DeskChoice.of(ben).shortcuts) == (False, True)


def test_the_loop_goes_on_with_what_was_taken_back(desk, ana):
    make_clinic()
    lead = make_lead()
    lead.undo(lead.record_attempt(ana, AT, Attempt.Outcome.IN_CRISIS), ana, AT)

    call_command("work", once=True)

    assert mail.outbox == []


# --- As many questions to the database however many wait


@pytest.mark.parametrize("view", list(queue.VIEWS))
def test_a_view_costs_the_same_however_many_wait(desk, ana, ben, view, django_assert_max_num_queries):
    def fill(count):
        for number in range(count):
            phone = f"+1202555{number % 4:04}"
            make_lead(phone_e164=phone, claimed_by=ana).note(ben, AT, "A note")
            make_lead(phone_e164=phone, call_at=MONDAY_5PM).record_attempt(ben, AT, "no_answer", call_at=MONDAY_5PM)
            make_lead(phone_e164=phone, promised_by=AT - MINUTE)
            make_lead(promised_by=AT + MINUTE)
            make_lead(safety_at=AT, claimed_by=ben, claimed_until=AT - MINUTE)
            make_lead(held_at=AT)
            make_lead(phone_e164=phone, closed_at=AT, outcome=Lead.Outcome.BOOKED)

    def cost():
        desk.get(f"{QUEUE}?view={view}")  # its looks are kept
        with django_assert_max_num_queries(45) as asked:
            assert desk.get(f"{QUEUE}?view={view}").status_code == 200
        return len(asked.captured_queries)

    fill(2)
    few = cost()
    fill(9)

    assert cost() == few


def test_a_request_costs_the_same_however_often_it_was_called(desk, ana, ben, django_assert_max_num_queries):
    lead = make_lead(phone_e164="+12025550142", claimed_by=ana)

    def cost():
        desk.get(page(lead))
        with django_assert_max_num_queries(52) as asked:
            desk.get(page(lead))
        return len(asked.captured_queries)

    def work(count):
        for number in range(count):
            make_lead(phone_e164="+12025550142")
            lead.record_attempt(ben, AT + number * MINUTE, "no_answer", f"Note {number}", TUESDAY_9AM)
            lead.note(ana, AT, "More")

    work(2)
    few = cost()
    work(9)

    assert cost() == few
