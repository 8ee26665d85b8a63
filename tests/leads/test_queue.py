"""Who is called next."""

from datetime import timedelta
from threading import Thread

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from leads import queue
from leads.models import Attempt, Lead
from tests.factories import CALENDAR, MONDAY_5PM, MONDAY_10AM, TUESDAY_5PM, TUESDAY_9AM, make_lead, make_staff

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FRIDAY_5PM = MONDAY_5PM - 3 * DAY


def waiting(at=MONDAY_10AM, view="waiting", user=None):
    return [lead.name for lead in queue.rows(view, user, at, CALENDAR)]


def called(lead, at=MONDAY_10AM - HOUR, outcome=Attempt.Outcome.NO_ANSWER):
    lead.attempts.create(user=make_staff(f"caller{lead.pk}"), at=at, outcome=outcome)
    return lead


def test_order_of_the_queue(db):
    make_lead(name="callback not due, in the afternoon", call_at=MONDAY_10AM + 5 * HOUR)
    make_lead(name="promised Tuesday, received later", received_at=MONDAY_10AM + MINUTE)
    make_lead(name="promised Tuesday, same moment, first stored")
    make_lead(name="promised Tuesday, same moment, second stored")
    make_lead(name="revised to today", promised_by=FRIDAY_5PM, revised_for=MONDAY_5PM)
    make_lead(name="wants the afternoon", best_time="afternoon", promised_by=MONDAY_5PM)
    make_lead(name="wants the morning", best_time="morning")
    make_lead(name="wants the afternoon, promise near", best_time="afternoon", promised_by=MONDAY_10AM + HOUR)
    called(make_lead(name="callback due", call_at=MONDAY_10AM))
    make_lead(name="overdue a little", promised_by=MONDAY_10AM - MINUTE)
    make_lead(name="overdue long", promised_by=FRIDAY_5PM)
    make_lead(name="safety", promised_by=TUESDAY_5PM + DAY, safety_at=MONDAY_10AM)
    make_lead(name="callback not due, at noon", call_at=MONDAY_10AM + 2 * HOUR)
    make_lead(name="closed", closed_at=MONDAY_10AM, outcome=Lead.Outcome.BOOKED)
    make_lead(name="held", held_at=MONDAY_10AM)
    make_lead(name="robot", robot_at=MONDAY_10AM)

    assert waiting() == [
        "safety",
        "overdue long",
        "overdue a little",
        "callback due",
        "wants the afternoon, promise near",
        "revised to today",
        "promised Tuesday, same moment, first stored",
        "promised Tuesday, same moment, second stored",
        "wants the morning",
        "promised Tuesday, received later",
        "wants the afternoon",
        "callback not due, at noon",
        "callback not due, in the afternoon",
    ]


def test_each_waiting_request_is_in_exactly_one_part(db):
    make_lead(name="overdue", promised_by=MONDAY_10AM - MINUTE)
    make_lead(name="overdue, was put off", promised_by=MONDAY_10AM - MINUTE, call_at=MONDAY_10AM - MINUTE)
    make_lead(name="due this minute", promised_by=MONDAY_10AM)
    make_lead(name="due in two hours", promised_by=MONDAY_10AM + 2 * HOUR)
    called(make_lead(name="called before, promise passed", promised_by=FRIDAY_5PM))
    called(make_lead(name="called, callback due", call_at=MONDAY_10AM))
    make_lead(name="put off, due again", call_at=MONDAY_10AM)
    make_lead(name="due after two hours", promised_by=MONDAY_10AM + 2 * HOUR + MINUTE)
    make_lead(name="put off", call_at=MONDAY_10AM + MINUTE, promised_by=FRIDAY_5PM)

    parts = {view: set(waiting(view=view)) for view in ("overdue", "soon", "later", "callbacks")}

    assert parts == {
        "overdue": {"overdue", "overdue, was put off"},
        "soon": {
            "due this minute",
            "due in two hours",
            "called before, promise passed",
            "called, callback due",
            "put off, due again",
        },
        "later": {"due after two hours"},
        "callbacks": {"put off"},
    }
    assert sum(len(part) for part in parts.values()) == Lead.objects.open().count()
    assert queue.counts(MONDAY_10AM, CALENDAR) == {
        "waiting": 9, "next": 8, "overdue": 2, "soon": 5, "today": 7, "later": 1, "callbacks": 1, "safety": 0,
        "held": 0, "closed": 0,
    }  # fmt: skip


def test_a_row_says_what_its_part_says(db):
    for minutes in (-3000, -61, -1, 0, 1, 119, 120, 121, 500, 1860):
        for call_at in (None, -1, 0, 1):
            for tries in (0, 1):
                lead = make_lead(
                    promised_by=MONDAY_10AM + minutes * MINUTE,
                    call_at=None if call_at is None else MONDAY_10AM + call_at * MINUTE,
                )
                if tries:
                    called(lead)

    kinds = {"overdue": "overdue", "soon": "soon", "later": "later", "callbacks": "rest"}
    for view, kind in kinds.items():
        rows = queue.rows(view, None, MONDAY_10AM, CALENDAR)
        assert {queue.state_of(lead, MONDAY_10AM, CALENDAR).kind for lead in rows} == {kind}


@pytest.mark.parametrize(
    "due, words",
    [
        (MONDAY_10AM - 42 * MINUTE, "Overdue 42 min"),
        (MONDAY_10AM - 78 * MINUTE, "Overdue 1 h 18 min"),
        (FRIDAY_5PM, "Overdue since Friday 5\u00a0pm"),
        (MONDAY_10AM + 48 * MINUTE, "Due in 48 min"),
        (MONDAY_10AM + 2 * HOUR, "Due in 2 h 0 min"),
        (MONDAY_5PM, "Due today 5\u00a0pm"),
        (TUESDAY_5PM, "Due tomorrow 5\u00a0pm"),
        (TUESDAY_5PM + 7 * DAY, "Due Dec 1, 5\u00a0pm"),
    ],
)
def test_words_of_a_state(db, due, words):
    assert queue.state_of(make_lead(promised_by=due), MONDAY_10AM, CALENDAR).words == words


def test_two_open_hours_reach_over_the_night(db):
    at = MONDAY_5PM - HOUR
    lead = make_lead(promised_by=TUESDAY_9AM + HOUR)

    assert waiting(at, "soon") == [lead.name]
    assert queue.state_of(lead, at, CALENDAR) == queue.State("soon", "Due tomorrow 10\u00a0am")


def test_callback_that_is_not_due_is_seen_but_not_handed_out(db):
    lead = make_lead(call_at=MONDAY_10AM + HOUR, promised_by=FRIDAY_5PM)

    assert queue.next_for(make_staff(), MONDAY_10AM, CALENDAR) is None
    assert waiting(view="callbacks") == [lead.name]
    assert queue.next_ready(MONDAY_10AM + HOUR, CALENDAR) == lead


def test_best_time_is_respected_until_two_open_hours_before_the_promise(db):
    lead = make_lead(best_time="morning", promised_by=TUESDAY_5PM)
    monday_1pm, tuesday_2pm, tuesday_3pm = MONDAY_10AM + 3 * HOUR, TUESDAY_5PM - 3 * HOUR, TUESDAY_5PM - 2 * HOUR

    assert queue.next_ready(MONDAY_10AM, CALENDAR) == lead
    assert queue.next_ready(monday_1pm, CALENDAR) is None
    assert queue.next_ready(tuesday_2pm, CALENDAR) is None
    assert queue.next_ready(tuesday_3pm, CALENDAR) == lead


def test_next_is_never_what_a_colleague_holds(db):
    ana, ben = make_staff("ana"), make_staff("ben")
    first, second = make_lead(promised_by=MONDAY_5PM), make_lead()

    assert queue.next_for(ana, MONDAY_10AM, CALENDAR) == first
    assert queue.next_for(ben, MONDAY_10AM, CALENDAR) == second
    assert queue.next_for(ben, MONDAY_10AM, CALENDAR) is None
    assert queue.next_for(ben, MONDAY_10AM + 15 * MINUTE, CALENDAR) is None
    assert queue.next_for(ben, MONDAY_10AM + 45 * MINUTE, CALENDAR) == first


def test_counts_take_two_queries_however_many_wait(db, django_assert_num_queries):
    for _ in range(30):
        make_lead()

    with django_assert_num_queries(2):
        numbers = queue.counts(MONDAY_10AM, CALENDAR)

    assert numbers["waiting"] == numbers["later"] == 30


def test_rows_take_two_queries_however_many_wait(db, django_assert_num_queries):
    for _ in range(30):
        called(make_lead(claimed_by=make_staff(f"staff{_}")))

    with django_assert_num_queries(2):
        for lead in queue.rows("waiting", None, MONDAY_10AM, CALENDAR):
            assert queue.state_of(lead, MONDAY_10AM, CALENDAR).kind == "soon"
            assert lead.claimed_by.username
            assert len(lead.attempts.all()) == 1


def test_closed_today_follows_the_clinics_midnight(db):
    midnight = MONDAY_10AM - 10 * HOUR
    make_lead(name="last night", closed_at=midnight - MINUTE, outcome=Lead.Outcome.BOOKED)
    make_lead(name="at midnight", closed_at=midnight, outcome=Lead.Outcome.BOOKED)

    assert waiting(view="closed") == ["at midnight"]
    assert queue.counts(MONDAY_10AM, CALENDAR)["closed"] == 1


def test_suggested_time_is_another_part_of_the_day():
    morning = queue.call_back_times(MONDAY_10AM, CALENDAR)
    afternoon = queue.call_back_times(MONDAY_10AM + 5 * HOUR, CALENDAR)

    assert [words for _, words in morning] == [
        "Today 12\u00a0pm: in 2 open hours",
        "Today 2\u00a0pm: this afternoon",
        "Tomorrow 9\u00a0am: next open morning",
        "Tomorrow 2\u00a0pm: next open afternoon",
        "Wednesday 9\u00a0am: in 2 business days, morning",
        "Wednesday 10\u00a0am: in 2 business days",
    ]
    assert afternoon[0] == (TUESDAY_9AM, "Tomorrow 9\u00a0am: next open morning")


def test_times_to_try_again_step_over_the_holiday():
    wednesday_4pm = MONDAY_10AM + 2 * DAY + 6 * HOUR

    times = queue.call_back_times(wednesday_4pm, CALENDAR)

    # Thursday, November 26, is Thanksgiving.
    assert [moment.astimezone(CALENDAR.zone).day for moment, _ in times] == [27, 27, 27, 30, 30]
    assert all(queue.hours.is_open(moment, CALENDAR) for moment, _ in times)


def in_parallel(count, work):
    """Run `work(number)` in `count` threads at once and return what each gave; a thread's error is raised here."""
    results, errors = [], []

    def run(number):
        try:
            results.append(work(number))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return results


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_claim_at_once_and_one_wins():
    people = [make_staff("ana"), make_staff("ben")]

    for _ in range(10):
        lead = make_lead()
        won = in_parallel(2, lambda number, pk=lead.pk: Lead.objects.get(pk=pk).claim(people[number], MONDAY_10AM))

        assert sorted(won) == [False, True]
        assert lead.events.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_hand_out_twenty_requests():
    people = [make_staff(f"staff{number}") for number in range(5)]
    leads = [make_lead() for _ in range(20)]

    handed = in_parallel(20, lambda number: queue.next_for(people[number % 5], MONDAY_10AM, CALENDAR).pk)

    assert sorted(handed) == [lead.pk for lead in leads]
    assert get_user_model().objects.filter(claimed_leads__in=leads).distinct().count() == 5
