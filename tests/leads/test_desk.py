"""The calling desk as its users meet it, through the real pages."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from clinic_site.models import Closure, Heartbeat, OpeningHours
from leads.models import Attempt, Event, Lead, Look, Notice
from tests.factories import MONDAY_10AM, TUESDAY_5PM, TUESDAY_9AM, make_clinic, make_lead, make_staff

AT = MONDAY_10AM
MINUTE = timedelta(minutes=1)
QUEUE = "/admin/leads/lead/"


@pytest.fixture(autouse=True)
def monday_at_ten():
    with time_machine.travel(AT, tick=False):
        yield


def page(lead):
    return f"{QUEUE}{lead.pk}/"


def text(response):
    """Return a page's words without its tags, spaces drawn together."""
    html = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


def post(desk, address, follow=True, **data):
    return desk.post(address, data, follow=follow)


def save_call(desk, lead, follow=True, **data):
    return post(desk, f"{page(lead)}call/", follow, **data)


# --- The queue


def test_the_queue_shows_the_next_call_and_everyone_else_in_order(desk):
    make_lead(name="Later Person", phone_e164="+12025550103")
    make_lead(name="Overdue Person", phone_e164="+12025550101", promised_by=AT - 42 * MINUTE)
    make_lead(name="Soon Person", phone_e164="+12025550102", promised_by=AT + 48 * MINUTE)

    words = text(desk.get(QUEUE))

    assert "Monday 10 am, clinic time." in words
    tally = "3 Waiting 3 Next up 0 Mine 1 Overdue 1 Due in 2 hours 1 Due today 1 Later 0 Waiting for call-back 0 Safety"
    assert f"{tally} 0 Held 0 Closed today" in words
    card = words.index("Next call Overdue 42 min Overdue Person 202-555-0101")
    soon = words.index("Due in 48 min Promised Today 10:48 am Soon Person 202-555-0102")
    later = words.index("Due tomorrow 5 pm Promised Tomorrow 5 pm Later Person 202-555-0103")
    assert card < soon < later


def test_nobody_waiting_is_said(desk):
    make_lead(closed_at=AT, outcome=Lead.Outcome.BOOKED)

    assert "No one is waiting The next promise will show here." in text(desk.get(QUEUE))


def test_everyone_being_called_is_said(desk, ben):
    make_lead(claimed_by=ben)

    words = text(desk.get(QUEUE))

    assert "Everyone waiting is being called" in words
    assert "Ben has it" in words


def test_only_callbacks_to_come_is_said(desk):
    make_lead(call_at=TUESDAY_9AM)

    assert "No call is due now The next call back is due tomorrow 9 am." in text(desk.get(QUEUE))


def test_views_filter_and_an_unknown_one_is_the_queue(desk):
    make_lead(name="Held Person", held_at=AT, held_reasons=["The hidden field was filled in"])
    make_lead(name="Waiting Person")

    held = text(desk.get(QUEUE + "?view=held"))
    unknown = text(desk.get(QUEUE + "?view=%00"))

    assert "Held Person" in held and "The hidden field was filled in" in held and "Waiting Person" not in held
    assert "Waiting Person" in unknown and "Held Person" not in unknown


def test_the_queue_costs_the_same_however_many_wait(desk, django_assert_max_num_queries):
    people = [make_staff(f"staff{number}") for number in range(3)]

    def fill(count):
        for number in range(count):
            lead = make_lead(claimed_by=people[number % 3])
            lead.attempts.create(user=people[0], at=AT, outcome=Attempt.Outcome.NO_ANSWER)
            make_lead(safety_at=AT)

    def queries(capture):
        return [query["sql"].split()[0] for query in capture.captured_queries]

    fill(2)
    desk.get(QUEUE)
    with django_assert_max_num_queries(40) as few:
        desk.get(QUEUE)
    fill(30)
    desk.get(QUEUE)
    with django_assert_max_num_queries(40) as many:
        desk.get(QUEUE)

    assert queries(many) == queries(few)


def test_no_name_stands_in_a_title_an_address_or_a_cookie(desk):
    lead = make_lead(name="Zebedee Quince", phone_e164="+12025550142")
    make_lead(name="Yolanda Pim")

    for answer in (
        desk.get(QUEUE),
        desk.get(page(lead)),
        desk.post(f"{QUEUE}next/", {"lead": lead.pk, "version": lead.version}),
        desk.post(f"{page(lead)}call/", {"outcome": "no_answer", "try_at": TUESDAY_9AM.isoformat()}),
        desk.get(QUEUE),
        desk.get(page(lead)),
    ):
        title = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)
        outside = [title[1] if title else "", answer.get("Location", ""), answer.cookies.output()]
        assert not re.search("Zebedee|Quince|Yolanda|Pim|555|0142", " ".join(outside))
        assert "no-store" in answer["Cache-Control"]


def test_the_admin_log_knows_no_names(desk):
    lead = make_lead(name="Zebedee Quince")
    save_call(desk, lead, outcome="booked")

    assert not LogEntry.objects.filter(object_repr__contains="Quince").exists()
    assert str(lead) == lead.reference


# --- Claiming


def test_claim_and_call_goes_to_the_outcome_form(desk, ana):
    lead = make_lead(name="Maria Example")

    answer = post(desk, f"{QUEUE}next/", follow=False, lead=lead.pk, version=lead.version)

    assert answer["Location"] == f"{QUEUE}#call-{lead.pk}"
    lead.refresh_from_db()
    assert lead.holder(AT) == ana
    words = text(desk.get(QUEUE))
    assert "How did the call to Maria Example go?" in words
    assert "Ask for Maria." in words


def test_nothing_is_chosen_in_advance(desk, ana):
    make_lead(claimed_by=ana)

    html = desk.get(QUEUE).content.decode()

    assert html.count('type="radio"') == 9
    assert "checked" not in html


def test_lost_race_names_the_colleague_and_hands_over_the_next(desk, ana, ben):
    first, second = make_lead(), make_lead()
    shown = first.version
    first.claim(ben, AT)

    answer = post(desk, f"{QUEUE}next/", lead=first.pk, version=shown)

    assert "Ben claimed this a moment ago. Here is the next one." in text(answer)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.holder(AT), second.holder(AT)) == (ben, ana)


def test_lost_race_with_nobody_left_is_said(desk, ben):
    lead = make_lead()
    lead.claim(ben, AT)

    answer = post(desk, f"{QUEUE}next/", lead=lead.pk, version=1)

    assert "Ben claimed this a moment ago. No one else is free to be called now." in text(answer)


def test_a_second_click_keeps_what_one_has(desk, ana):
    lead = make_lead()
    make_lead()
    for _ in range(2):
        post(desk, f"{QUEUE}next/", lead=lead.pk, version=1)

    assert list(Lead.objects.held_by(ana, AT)) == [lead]


def test_a_claim_from_the_list_that_was_lost_claims_nothing_else(desk, ana, ben):
    lead, _ = make_lead(), make_lead()
    lead.claim(ben, AT)

    answer = post(desk, f"{page(lead)}claim/", version=1, back="later")

    assert answer.redirect_chain == [(f"{QUEUE}?view=later", 302)]
    assert "Ben claimed this a moment ago." in text(answer)
    assert not Lead.objects.held_by(ana, AT).exists()


def test_give_back_and_take_over(desk, ana, ben):
    mine, his = make_lead(claimed_by=ana), make_lead(claimed_by=ben)

    post(desk, f"{page(mine)}release/")
    asked = post(desk, f"{page(his)}take-over/")
    his.refresh_from_db()
    assert "Ben has this request. It is theirs until 5 pm." in text(asked)
    assert his.holder(AT) == ben
    answer = post(desk, f"{page(his)}take-over/", confirm="yes")

    assert "You have this request now. Tell Ben." in text(answer)
    mine.refresh_from_db()
    his.refresh_from_db()
    assert (mine.holder(AT), his.holder(AT)) == (None, ana)
    assert Event.objects.get(lead=his).detail == "from Ben"


# --- Saving a call


def test_saved_call_brings_the_next_one_and_the_message_can_be_focused(desk, ana):
    lead = make_lead(claimed_by=ana, promised_by=AT - MINUTE)
    make_lead(name="Next Person")

    answer = save_call(desk, lead, outcome="no_answer", try_at=TUESDAY_9AM.isoformat(), note="Rings long")

    assert answer.redirect_chain == [(QUEUE, 302)]
    assert "Saved. It comes back tomorrow 9 am. Next: Next Person, Due tomorrow 5 pm." in text(answer)
    assert re.search(r'<div class="q-messages"[^>]* tabindex="-1" autofocus>', answer.content.decode())
    attempt = lead.attempts.get()
    assert (attempt.user, attempt.at, attempt.outcome, attempt.note) == (ana, AT, "no_answer", "Rings long")


@pytest.mark.parametrize(
    "data, error",
    [
        ({}, "Choose how the call went"),
        ({"outcome": "dancing"}, "Select a valid choice. dancing is not one of the available choices."),
        ({"outcome": "voicemail"}, "Choose when to try again"),
        ({"outcome": "voicemail", "try_at": "soon"}, "Choose when to try again"),
        ({"outcome": "no_answer", "exact": "2026-11-23T09:59"}, "Choose a time that is still to come"),
        (
            {"outcome": "no_answer", "exact": "2026-11-26T10:00"},
            "We are closed then. We open 9 am on Friday, November 27",
        ),
        ({"outcome": "no_answer", "exact": "2028-11-27T10:00"}, "Choose a time within 90 days"),
        ({"outcome": "no_answer", "exact": "tomorrow"}, "Enter a date and a time, such as 11/24/2026 2:30 pm"),
        ({"outcome": "booked", "note": "x" * 201}, "Keep the note under 200 letters"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(desk, ana, data, error):
    lead = make_lead(claimed_by=ana)

    answer = save_call(desk, lead, **{"note": "Typed with care", **data})

    assert f"Not saved yet {error}" in text(answer)
    assert f'value="{data.get("note", "Typed with care")}"' in answer.content.decode()
    assert lead.attempts.count() == 0


def test_exact_time_is_read_in_the_clinics_zone(desk, ana):
    lead = make_lead(claimed_by=ana)

    save_call(desk, lead, outcome="no_answer", exact="2026-11-24T09:00")

    lead.refresh_from_db()
    assert lead.call_at == TUESDAY_9AM


def test_a_time_nobody_needs_does_not_stop_a_call_from_being_saved(desk, ana):
    lead = make_lead(claimed_by=ana)

    save_call(desk, lead, outcome="booked", exact="2020-01-01T00:00")

    lead.refresh_from_db()
    assert lead.outcome == Lead.Outcome.BOOKED


def test_a_clinic_without_hours_can_still_save_a_call(desk, ana):
    OpeningHours.objects.all().delete()
    lead = make_lead(claimed_by=ana)

    assert desk.get(QUEUE).status_code == 200
    save_call(desk, lead, outcome="no_answer", exact="2026-11-24T09:00")

    lead.refresh_from_db()
    assert lead.call_at == TUESDAY_9AM


@pytest.mark.parametrize("outcome", ["", "no_answer"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "soon"])
def test_a_time_the_list_never_held_is_asked_for_again(desk, outcome, moment):
    lead = make_lead()

    answer = save_call(desk, lead, outcome=outcome, try_at=moment)

    assert "Not saved yet" in text(answer)
    assert lead.attempts.count() == 0


def test_a_time_of_a_list_that_stood_open_for_long_is_kept(desk):
    lead = make_lead()

    save_call(desk, lead, outcome="no_answer", try_at=(AT - 90 * MINUTE).isoformat())

    lead.refresh_from_db()
    assert lead.call_at == AT - 90 * MINUTE


def test_a_clinic_that_never_opens_again_says_so(desk):
    Closure.objects.create(starts_on=AT.date(), ends_on=AT.date() + timedelta(days=1500))
    lead = make_lead()

    answer = save_call(desk, lead, outcome="no_answer", exact="2026-11-24T09:00")

    assert "We are closed then. We do not open again: check the opening hours and closures" in text(answer)


@pytest.mark.parametrize("field", ["lead", "version"])
@pytest.mark.parametrize("typed", ["9" * 5000, "9" * 25, "²", "-1"])
def test_a_number_that_is_none_of_ours_claims_nothing_else(desk, field, typed):
    lead = make_lead()

    answer = post(desk, f"{QUEUE}next/", **{"lead": lead.pk, "version": lead.version, field: typed})

    assert answer.status_code == 200


def test_a_call_is_saved_although_a_colleague_has_the_request(desk, ben):
    lead = make_lead(claimed_by=ben)

    answer = save_call(desk, lead, outcome="no_answer", try_at=TUESDAY_9AM.isoformat())

    assert "Ben has this request: tell them you called." in text(answer)
    assert lead.attempts.count() == 1
    lead.refresh_from_db()
    assert lead.holder(AT) == ben


def test_a_call_is_saved_although_the_lease_ran_out(desk, ana):
    lead = make_lead(claimed_by=ana, claimed_until=AT - MINUTE)

    save_call(desk, lead, outcome="booked")

    lead.refresh_from_db()
    assert lead.outcome == Lead.Outcome.BOOKED


def test_wrong_number_after_the_promise_rests_until_the_next_morning(desk, ana):
    lead = make_lead(claimed_by=ana, promised_by=AT - MINUTE)

    save_call(desk, lead, outcome="wrong_number", try_at=(AT + MINUTE).isoformat())

    lead.refresh_from_db()
    assert (lead.closed_at, lead.call_at) == (None, TUESDAY_9AM)


def test_exact_time_may_be_typed_as_people_write_it(desk, ana):
    lead = make_lead(claimed_by=ana)

    save_call(desk, lead, outcome="no_answer", exact="11/24/2026  9:00 AM")

    lead.refresh_from_db()
    assert lead.call_at == TUESDAY_9AM


def test_number_changed_while_the_old_one_was_called_is_called_next(desk, ana):
    lead = make_lead(claimed_by=ana, phone_e164="+12025550143")

    answer = save_call(desk, lead, outcome="wrong_number", dialed="+12025550142")

    lead.refresh_from_db()
    assert (lead.closed_at, lead.call_at) == (None, None)
    assert "They gave another number while you called" in answer.content.decode()


def test_in_crisis_opens_the_steps_and_keeps_the_claim(desk, ana):
    make_clinic(crisis_script="Walk down the hall.\nGet Dr. Ember.")
    lead = make_lead(claimed_by=ana)

    answer = save_call(desk, lead, outcome="in_crisis")

    assert answer.redirect_chain == [(f"{page(lead)}?crisis=open", 302)]
    html = answer.content.decode()
    assert '<details class="q-crisis" data-crisis open>' in html
    assert "Get Dr. Ember." in html and "988" in html
    lead.refresh_from_db()
    assert lead.holder(AT) == ana
    assert Notice.objects.get().kind == Notice.Kind.SAFETY


def test_crisis_steps_have_a_safe_text_of_their_own(desk):
    assert "Stay on the line." in text(desk.get(QUEUE))


def test_flagged_request_is_not_closed_without_saying_what_was_done(desk, ana):
    lead = make_lead(claimed_by=ana, safety_at=AT)

    refused = save_call(desk, lead, outcome="booked")
    also_refused = post(desk, f"{page(lead)}close/", outcome="other")
    save_call(desk, lead, outcome="booked", note="988 joined the call")

    for answer in (refused, also_refused):
        assert "This request has the safety flag. Say in the note what was done" in text(answer)
    lead.refresh_from_db()
    assert lead.outcome == Lead.Outcome.BOOKED


def test_after_the_last_try_closing_is_offered_and_never_done(desk, ana):
    make_clinic(max_tries=2, tries_days=2)
    lead = make_lead(claimed_by=ana)
    lead.attempts.create(user=ana, at=AT - timedelta(days=3), outcome=Attempt.Outcome.NO_ANSWER)

    answer = save_call(desk, lead, outcome="no_answer", try_at=TUESDAY_9AM.isoformat())

    assert answer.redirect_chain == [(page(lead), 302)]
    assert "2 tries on 2 days You may close this request" in text(answer)
    lead.refresh_from_db()
    assert lead.closed_at is None

    post(desk, f"{page(lead)}could-not-reach/")

    lead.refresh_from_db()
    assert lead.outcome == Lead.Outcome.COULD_NOT_REACH


# --- One request


def test_the_page_of_a_request_says_what_the_caller_needs(desk):
    lead = make_lead(
        name="Maria Example",
        phone_e164="+12025550142",
        extension="12",
        voicemail="no",
        best_time="morning",
        message="Do you have parking?",
        source_path="/articles/what-to-expect/",
    )

    answer = desk.get(page(lead))
    words = text(answer)

    assert 'href="tel:+12025550142;ext=12"' in answer.content.decode()
    for part in (
        f"Request {lead.reference}",
        "202-555-0142 ext. 12",
        "Ask for Maria.",
        "Voicemail: no.",
        "They wrote: Do you have parking?",
        "Best time Morning",
        "Asked from Article: What to expect",
        "Promised Tomorrow 5 pm",
    ):
        assert part in words


def test_what_a_patient_typed_is_text_and_nothing_else(desk):
    lead = make_lead(name='<script>alert(1)</script>"', message="<img src=x onerror=alert(1)>")

    for address in (QUEUE, page(lead)):
        html = desk.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_closed_request_shows_the_last_digits_only(desk):
    lead = make_lead(phone_e164="+12025550142", closed_at=AT, outcome=Lead.Outcome.BOOKED)

    for address in (QUEUE + "?view=closed", page(lead)):
        html = desk.get(address).content.decode()
        assert "Ends in 0142" in html
        assert "555" not in html and "202" not in html.replace("2026", "")


def test_the_timeline_tells_all_that_happened(desk, ana, ben):
    lead = make_lead()
    lead.claim(ben, AT - 5 * MINUTE)
    lead.record_attempt(ben, AT - 4 * MINUTE, Attempt.Outcome.NO_ANSWER, "Rings long", TUESDAY_9AM)
    lead.call_later(ana, AT - 3 * MINUTE, TUESDAY_9AM)
    lead.note(ana, AT - 2 * MINUTE, "Prefers mornings")
    desk.get(page(lead))

    words = text(desk.get(page(lead)))

    assert words[words.index("What happened") :].startswith(
        "What happened "
        "Today 10 am Seen (request) by Ana 2 times "
        "Today 9:58 am Note by Ana Prefers mornings "
        "Today 9:57 am Call back later by Ana Tomorrow 9 am "
        "Today 9:56 am Call made by Ben No answer. Note: Rings long "
        "Today 9:55 am Claimed by Ben"
    )


def test_every_look_is_recorded_once(desk, ana):
    card, other, closed = make_lead(), make_lead(), make_lead(closed_at=AT, outcome=Lead.Outcome.BOOKED)
    for _ in range(3):
        desk.get(QUEUE)
    desk.get(page(card))

    looks = sorted(Look.objects.values_list("lead", "user", "where"))

    assert looks == sorted([(card.pk, ana.pk, "next call"), (other.pk, ana.pk, "list"), (card.pk, ana.pk, "request")])
    assert not closed.looks.exists()


def test_note_later_close_and_reopen_from_the_page(desk, ana):
    lead = make_lead(claimed_by=ana)

    post(desk, f"{page(lead)}note/", text="Prefers mornings", back="request")
    post(desk, f"{page(lead)}later/", try_at=TUESDAY_9AM.isoformat())
    post(desk, f"{page(lead)}close/", outcome="other", note="Moved away")
    answer = post(desk, f"{page(lead)}reopen/", back="request")

    assert "Open again, in its old place." in text(answer)
    assert [event.kind for event in lead.events.all()] == ["noted", "call_later", "closed", "reopened"]
    lead.refresh_from_db()
    assert (lead.closed_at, lead.promised_by) == (None, TUESDAY_5PM)


def test_held_and_released_by_button(desk):
    lead = make_lead()

    post(desk, f"{page(lead)}hold/")
    assert queue_counts(desk, "held") == "1 Held"
    answer = post(desk, f"{page(lead)}unhold/", back="request")

    assert "Released from Held. It stands in its old place." in text(answer)
    lead.refresh_from_db()
    assert (lead.held_at, lead.promised_by) == (None, TUESDAY_5PM)


def test_flagged_request_is_never_set_aside(desk):
    lead = make_lead(safety_at=AT)

    answer = post(desk, f"{page(lead)}hold/", back="request")

    assert "It carries the safety flag: close it, with a note of what was done." in text(answer)
    assert "move to Held" not in text(answer)
    lead.refresh_from_db()
    assert lead.held_at is None


def queue_counts(desk, view):
    return re.search(r"\d+ Held", text(desk.get(f"{QUEUE}?view={view}")))[0]


def test_working_on_a_request_keeps_it_longer(desk, ana):
    lead = make_lead(claimed_by=ana, claimed_until=AT + MINUTE)

    desk.get(QUEUE)
    lead.refresh_from_db()
    assert lead.claimed_until == AT + MINUTE

    desk.get(page(lead))
    lead.refresh_from_db()
    assert lead.claimed_until == AT + 15 * MINUTE


def test_a_number_that_asked_not_to_be_called_is_said(desk, ana):
    make_lead(phone_e164="+12025550142").record_attempt(ana, AT, Attempt.Outcome.DO_NOT_CALL)
    again, other = make_lead(phone_e164="+12025550142"), make_lead(phone_e164="+12025550143")

    assert "Someone at this number asked us not to call." in text(desk.get(page(again)))
    assert "asked us not to call." not in text(desk.get(page(other)))


def test_a_number_that_asked_not_to_be_called_is_said_where_the_call_is_made(desk, ana):
    make_lead(phone_e164="+12025550142").record_attempt(ana, AT, Attempt.Outcome.DO_NOT_CALL)
    again = make_lead(phone_e164="+12025550142")
    said = "Someone at this number asked us not to call."

    assert said in text(desk.get(QUEUE))
    again.claim(ana, AT)
    assert said in text(desk.get(QUEUE))


def test_the_note_for_the_next_caller_is_there_when_they_call(desk, ana):
    lead = make_lead()
    lead.record_attempt(ana, AT - 180 * MINUTE, Attempt.Outcome.NO_ANSWER, note="Older words", call_at=AT)
    lead.note(ana, AT - 120 * MINUTE, "Ask for her after two")
    lead.claim(ana, AT)

    assert "Last note: Ask for her after two" in text(desk.get(QUEUE))
    assert "Last note: Ask for her after two" in text(desk.get(page(lead)))
    assert "Older words" not in text(desk.get(QUEUE))


def test_other_requests_from_the_number_are_shown(desk):
    lead = make_lead(phone_e164="+12025550142")
    other = make_lead(phone_e164="+12025550142", closed_at=AT, outcome=Lead.Outcome.NO_VISIT)
    stranger = make_lead(phone_e164="+12025550143")

    words = text(desk.get(page(lead)))

    assert "The same number asked 2 times within 30 days" in words
    assert f"Request {other.reference} Name {other.name}" in words
    assert stranger.reference not in words
    assert list(Look.objects.values_list("lead", "where")) == [(lead.pk, "request"), (other.pk, "same number")]


# --- They called us


def test_a_request_taken_by_phone_gets_the_same_promise(desk, ana):
    make_clinic()

    answer = post(desk, f"{QUEUE}add/", name="Maria Example", phone="202-555-0142", note="Call after ten")

    lead = Lead.objects.get()
    assert answer.redirect_chain == [(page(lead), 302)]
    assert "Say: we will call you by tomorrow 5 pm." in text(answer)
    assert (lead.name, lead.phone_e164, lead.promised_by) == ("Maria Example", "+12025550142", TUESDAY_5PM)
    assert [(event.kind, event.actor) for event in lead.events.all()] == [
        ("received", None),
        ("entered", ana),
        ("noted", ana),
    ]
    assert Notice.objects.count() == 1


def test_a_promise_that_has_passed_is_not_given_again_by_phone(desk):
    make_clinic()
    who = {"name": "Maria Example", "phone": "202-555-0142"}
    post(desk, f"{QUEUE}add/", **who)
    Lead.objects.update(promised_by=AT - 60 * MINUTE)

    answer = post(desk, f"{QUEUE}add/", **who)

    assert "They asked before, and we promised a call by today 9 am. Call next." in text(answer)
    assert Lead.objects.count() == 1


def test_a_number_that_is_none_is_said_and_kept(desk):
    answer = post(desk, f"{QUEUE}add/", name="Maria Example", phone="555-0142")

    assert "Not saved yet Enter all 10 digits" in text(answer)
    assert 'value="555-0142"' in answer.content.decode()
    assert not Lead.objects.exists()


# --- Who may


VERBS = (
    "claim release take-over later close could-not-reach reopen hold unhold note call keep on-call undo crisis-done"
).split()


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_are_posted_by_those_who_may_change(client, verb, db):
    lead = make_lead()
    looker = make_staff("looker", role=None)
    looker.user_permissions.add(permission("view_lead"))
    client.force_login(looker)

    assert client.get(QUEUE).status_code == 200
    assert client.post(f"{page(lead)}{verb}/").status_code == 403
    assert client.get(f"{page(lead)}{verb}/").status_code == 405
    lead.refresh_from_db()
    assert lead.version == 1


@pytest.mark.parametrize("verb", VERBS)
def test_whoever_had_to_sign_in_before_a_press_counted_is_told_so(client, verb, db):
    lead = make_lead()
    client.force_login(make_staff())

    answer = client.get(f"{page(lead)}{verb}/", follow=True)

    assert answer.redirect_chain == [(page(lead), 302)]
    assert "That was not saved, because you had been signed out." in text(answer)
    assert client.get(f"{QUEUE}next/")["location"] == QUEUE
    lead.refresh_from_db()
    assert lead.version == 1


def test_who_may_only_look_is_offered_no_button(client, db):
    lead = make_lead()
    looker = make_staff("looker", role=None)
    looker.user_permissions.add(permission("view_lead"))
    client.force_login(looker)

    # A search changes nothing.
    looks = [f"{QUEUE}find/", f"{QUEUE}shortcuts/"]
    for address in (QUEUE, page(lead)):
        forms = re.findall(r'<form[^>]*action="([^"]*)"', client.get(address).content.decode())
        assert [form for form in forms if "/leads/" in form] == looks


def test_staff_without_the_right_and_strangers_see_nothing(client, db):
    lead = make_lead(name="Zebedee Quince")
    editor = make_staff("editor", role="Editor")

    addresses = [QUEUE, f"{QUEUE}add/", page(lead)]
    assert [client.get(address).status_code for address in addresses] == [302, 302, 302]
    client.force_login(editor)
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 403
        assert b"Quince" not in answer.content
    assert client.post(f"{QUEUE}next/").status_code == 403
    assert not Look.objects.exists()


def test_nothing_is_deleted_searched_or_exported_here(staff_client):
    lead = make_lead(name="Zebedee Quince")

    assert staff_client.get(f"{page(lead)}delete/")["location"] == page(lead)
    assert staff_client.post(f"{page(lead)}delete/").status_code == 403
    assert "Quince" in text(staff_client.get(f"{QUEUE}?q=nobody"))
    assert Lead.objects.count() == 1


def test_an_unknown_request_is_not_found(desk):
    assert desk.get(f"{QUEUE}999/").status_code == 404
    assert desk.post(f"{QUEUE}999/call/").status_code == 404


def permission(codename):
    from django.contrib.auth.models import Permission

    return Permission.objects.get(codename=codename)


# --- Around it


def test_the_first_page_shows_todays_numbers_with_links(desk):
    make_lead(promised_by=AT - MINUTE)
    make_lead(held_at=AT)
    make_lead(safety_at=AT)

    answer = desk.get("/admin/")

    assert "2 Waiting 1 Overdue 0 Due in 2 hours 1 Safety flag 1 Held 0 Closed today" in text(answer)
    assert f'href="{QUEUE}?view=overdue"' in answer.content.decode()


def test_the_first_page_of_an_editor_has_no_desk(client, db):
    client.force_login(make_staff("editor", role="Editor"))

    assert "Overdue" not in text(client.get("/admin/"))


@pytest.mark.parametrize(
    "seen, words",
    [
        (None, "The background work has never been seen running."),
        (timedelta(minutes=2, seconds=1), "The background work was last seen today 9:57 am."),
        (timedelta(minutes=2), ""),
    ],
)
def test_the_desk_says_when_the_background_work_is_silent(desk, seen, words):
    if seen is not None:
        Heartbeat.objects.create(name="work", seen_at=timezone.now() - seen)

    said = text(desk.get(QUEUE))

    assert ("background work" in said) == bool(words)
    assert words in said


def test_notices_are_listed_with_their_problem_and_read_only(client, db):
    make_clinic()
    client.force_login(make_staff("manager", role="Manager"))
    lead = make_lead(name="Zebedee Quince")
    Notice.objects.create(
        kind=Notice.Kind.NEW_REQUEST, lead=lead, recipient="desk@clinic.example", made_at=AT, next_at=AT, tries=3,
        problem="ConnectionRefusedError",
    )  # fmt: skip

    words = text(client.get(reverse("admin:leads_notice_changelist")))

    assert "ConnectionRefusedError" in words and "desk@clinic.example" in words and lead.reference in words
    assert "Quince" not in words
    assert client.get(reverse("admin:leads_notice_add")).status_code == 403
