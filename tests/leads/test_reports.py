"""Reports: what counts, what does not, who may see it, and that page and CSV say the same."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine

from leads import merging
from leads.desk_reports import harmless
from leads.models import Attempt, Lead
from leads.reports import Report, nearest_rank, percent, today
from tests.factories import CALENDAR, MONDAY_5PM, MONDAY_10AM, NEW_YORK, TUESDAY_5PM, TUESDAY_9AM, make_lead, make_staff
from tests.leads.desk_pages import QUEUE, words

AT = MONDAY_10AM
MINUTE = timedelta(minutes=1)
DAY = AT.astimezone(NEW_YORK).date()
LATER = TUESDAY_5PM + timedelta(days=1)


@pytest.fixture
def manager(client, db):
    client.force_login(make_staff("mia", role="Manager"))
    return client


def report(at=LATER, first=DAY, last=DAY):
    return Report(first, last, at, CALENDAR)


def called(user, at, outcome="no_answer", incoming=False, **fields):
    lead = make_lead(**fields)
    lead.attempts.create(user=user, at=at, outcome=outcome, incoming=incoming)
    return lead


def states(at=LATER):
    one = report(at).promises()
    return {"kept": one.kept, "missed": one.missed, "withdrawn": one.withdrawn, "not due": one.not_due}


def test_each_request_is_kept_missed_withdrawn_or_not_due(ana):
    called(ana, TUESDAY_5PM)
    called(ana, TUESDAY_5PM + MINUTE)
    called(ana, TUESDAY_5PM, "thinking", incoming=True)
    make_lead()
    make_lead(promised_by=LATER + MINUTE)
    make_lead(closed_at=AT, outcome=Lead.Outcome.CANCELLED)
    make_lead(closed_at=TUESDAY_5PM + MINUTE, outcome=Lead.Outcome.CANCELLED)
    make_lead(closed_at=AT, outcome=Lead.Outcome.OTHER)

    assert states() == {"kept": 2, "missed": 4, "withdrawn": 1, "not due": 1}
    assert report().promises().percent == round(100 * 2 / 6, 1)


def test_a_promise_moved_by_a_closure_counts_by_its_first_moment(ana):
    called(ana, TUESDAY_5PM + MINUTE, revised_for=LATER)
    called(ana, TUESDAY_5PM, revised_for=LATER)

    assert states() == {"kept": 1, "missed": 1, "withdrawn": 0, "not due": 0}


def test_merged_once_robots_not_held_and_forgotten_like_all(ana):
    first, second = (make_lead(phone_e164="+12025550142") for _ in range(2))
    second.attempts.create(user=ana, at=AT + MINUTE, outcome="no_answer")
    merging.merge(first, second, ana, AT + 2 * MINUTE)
    make_lead(robot_at=AT, closed_at=AT, outcome=Lead.Outcome.ROBOT)
    make_lead(held_at=AT)
    forgotten = called(ana, AT + MINUTE)
    forgotten.forget(AT + 3 * MINUTE)

    assert states() == {"kept": 2, "missed": 1, "withdrawn": 0, "not due": 0}
    assert report().left_out == {"merged": 1, "robots": 1}


def test_open_minutes_leave_out_nights_and_weekends(ana):
    called(ana, AT + 30 * MINUTE)
    called(ana, TUESDAY_9AM + 15 * MINUTE)
    called(ana, AT + 10 * MINUTE)

    one = report().promises()

    assert (one.median, one.ninetieth) == (30, 7 * 60 + 15)


def test_a_call_taken_back_is_none_and_one_that_came_to_us_is_counted_apart(ana):
    called(ana, AT, "booked")
    called(ana, AT, "no_answer")
    called(ana, AT, "thinking", incoming=True)
    Attempt.everything.filter(pk=called(ana, AT, "booked").attempts.get().pk).update(undone_at=AT)

    calls = report().calls()

    assert (calls.made, calls.reached, calls.percent, calls.booked, calls.came) == (2, 1, 50.0, 1, 1)


def test_days_are_the_clinics_own(ana):
    midnight = AT.astimezone(NEW_YORK).replace(hour=0)
    inside = called(ana, midnight, received_at=midnight)
    called(ana, midnight - MINUTE, received_at=midnight - MINUTE)
    called(ana, midnight + timedelta(days=1), received_at=midnight + timedelta(days=1))

    assert (report().promises().requests, report().calls().made) == (1, 1)
    assert report().by_hour()[0][0] == "12 am" and inside.pk


def test_nothing_is_nothing_and_no_division(db):
    one, calls = report().promises(), report().calls()

    assert (one.percent, one.median, one.ninetieth, calls.percent) == (None,) * 4
    assert report().outcomes() == [] and report().by_person() == []


def test_small_sums():
    assert nearest_rank([5, 1, 3], 0.9) == 5
    assert nearest_rank(list(range(1, 11)), 0.9) == 9
    assert nearest_rank([], 0.9) is None
    assert (percent(1, 3), percent(0, 0)) == (33.3, None)


def test_today_says_what_is_owed(ana):
    called(ana, AT, promised_by=MONDAY_5PM)
    oldest = make_lead(promised_by=AT - MINUTE)
    make_lead(promised_by=MONDAY_5PM)

    numbers = today(AT, CALENDAR)

    assert numbers == {
        "kept": 1, "missed": 1, "to_come": 1, "calls": 1, "talked": 0, "oldest": oldest,
        "oldest_words": "today 9:59 am".replace(" am", "\u00a0am"), "oldest_is_overdue": True,
    }  # fmt: skip


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "\r1", "|x"])
def test_no_cell_is_a_formula(cell):
    assert harmless(cell) == f"'{cell}"


def test_the_csv_says_what_the_page_says_and_no_name_runs(client, db):
    with time_machine.travel(LATER, tick=False):
        client.force_login(make_staff("mia", role="Manager"))
        lead = called(make_staff("evil", first_name="=HYPERLINK(1)"), TUESDAY_9AM, "booked")
        Lead.objects.filter(pk=lead.pk).update(closed_at=TUESDAY_9AM, outcome="booked")
        query = f"?first={DAY}&last={DAY + timedelta(days=2)}"
        answer = client.get(f"{QUEUE}reports/numbers.csv{query}")
        shown = words(client.get(f"{QUEUE}reports/{query}"))

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["By person", "'=HYPERLINK(1)", "Calls we made", "1"] in rows
    assert ["Outcomes", "Talked, visit booked", "Requests", "1"] in rows
    assert "Talked, visit booked 1" in shown and "=HYPERLINK(1) 1 1 100.0 1 0" in shown
    assert answer["Content-Disposition"] == f'attachment; filename="call-backs-{DAY}-to-{DAY + timedelta(days=2)}.csv"'
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "query, said",
    [
        ("first=2026-11-24&last=2026-11-23", "Choose a last day that is not before the first"),
        ("first=x&last=2026-11-23", "Enter a day, such as 11/24/2026"),
        ("first=&last=", "Enter a day, such as 11/24/2026"),
        ("first=2020-01-01&last=2026-01-01", "Choose at most a year"),
        ("first=0001-01-01&last=0001-01-02", "Choose a year from 2000 to 2199"),
        ("first=9999-12-31&last=9999-12-31", "Choose a year from 2000 to 2199"),
    ],
)
def test_days_that_are_none_are_said_and_the_usual_ones_shown(manager, query, said):
    for where in ("reports/", "reports/numbers.csv"):
        answer = manager.get(f"{QUEUE}{where}?{query}")
        assert answer.status_code == 200
        assert said in words(answer)


def test_only_manager_and_owner_see_reports(client, manager, db):
    assert manager.get(f"{QUEUE}reports/").status_code == 200
    for role, status in (("Front desk", 403), ("Editor", 403), ("Clinician", 403), ("Owner", 200)):
        client.force_login(make_staff(role.lower().replace(" ", "-"), role=role))
        assert client.get(f"{QUEUE}reports/").status_code == status
        assert client.get(f"{QUEUE}reports/numbers.csv").status_code == status


def test_reports_cost_the_same_for_many(manager, ana, django_assert_max_num_queries):
    def cost(count):
        for number in range(count):
            called(ana, AT, received_at=AT, source_path=f"/articles/{number}/")
        with django_assert_max_num_queries(40) as counted:
            manager.get(f"{QUEUE}reports/?first={DAY}&last={DAY}")
        return len(counted)

    assert cost(2) == cost(40)


def test_pictures_carry_no_style_and_say_what_they_show(manager, ana):
    called(ana, AT, "booked", source_path="/articles/<script>/")

    html = manager.get(f"{QUEUE}reports/?first={DAY}&last={DAY}").content.decode()

    assert html.count('<svg class="q-chart"') == html.count('<desc id="chart-') == 6
    assert " style=" not in html and "<script>/" not in html
