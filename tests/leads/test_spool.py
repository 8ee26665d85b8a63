"""What the database cannot take waits in a folder, with the same promise and the same receipt, and comes in once."""

import json
import stat
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, connection

from clinic_site.facts import facts
from clinic_site.models import Closure
from leads import intake, phones, receipts, spool
from leads.models import Event, Lead, Notice
from tests.factories import MONDAY_10AM, TUESDAY_5PM, make_clinic, make_lead
from tests.leads.faults import in_parallel, locked, missing, no_spool, unwritable
from tests.leads.pages import send, words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STAMP = intake.Stamp(MONDAY_10AM, MONDAY_10AM, TUESDAY_5PM, "form 1")


@pytest.fixture
def clinic(transactional_db):
    return make_clinic(phone="202-555-0199", recipients="desk@clinic.example")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Wait for a lock a moment only, and ask the database again after every failure."""
    monkeypatch.setattr(intake, "PATIENCE", 1)
    monkeypatch.setattr(intake, "REST", -1)


def receive(at=MONDAY_10AM, signs=(), **typed):
    asked = dict.fromkeys(("message", "voicemail", "best_time", "source", "leave_empty"), "")
    asked |= {"name": "Ana Lima", "phone": "202-555-0142", "stamp": STAMP, **typed}
    asked["phone"] = phones.read(asked["phone"])
    return intake.receive(asked, at=at, clinic=facts(at), signs=signs)


def receive_outside(**typed):
    with missing(Lead):
        received = receive(**typed)
    assert intake.is_spooled(received.lead)
    return received


def files():
    return sorted(settings.SPOOL_DIR.glob("*.json"))


# --- Into the spool


def test_a_locked_database_costs_nobody_a_receipt(clinic):
    with locked():
        received = receive()

    assert intake.is_spooled(received.lead)
    assert (received.lead.promised_by, received.promise_only) == (TUESDAY_5PM, False)
    assert received.lead.token == intake.token(received.lead.submission_key)
    assert [path.stem for path in files()] == [received.lead.submission_key]
    assert not Lead.objects.exists()


def test_the_usual_patience_comes_back_after_a_request(clinic):
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA busy_timeout").fetchone()
        with locked():
            receive()
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == before


def test_after_a_failure_the_next_one_does_not_wait_and_later_the_database_is_asked_again(clinic, monkeypatch):
    monkeypatch.setattr(intake, "REST", 3600)
    receive_outside()

    second = receive(name="Ben")
    monkeypatch.setattr(intake, "REST", -1)
    third = receive(name="Cem")

    assert intake.is_spooled(second.lead)
    assert Lead.objects.get() == third.lead


def test_only_the_site_itself_may_read_what_waits(clinic):
    receive_outside()

    assert stat.S_IMODE(settings.SPOOL_DIR.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in settings.SPOOL_DIR.iterdir()} == {0o600}


def test_nothing_half_written_stays_behind(clinic):
    receive_outside()
    receive_outside()

    assert [path.suffix for path in settings.SPOOL_DIR.iterdir()] == [".json"]


def test_when_the_spool_fails_too_nothing_is_promised(clinic):
    with missing(Notice), no_spool(), pytest.raises(OSError):
        receive()

    assert not Lead.objects.exists()


def test_twenty_posts_at_one_moment_are_one_file_and_one_receipt(clinic):
    with missing(Notice):
        received = in_parallel(20, lambda number: receive())

    assert {one.lead.token for one in received} == {received[0].lead.token}
    assert {one.lead.reference for one in received} == {received[0].lead.reference}
    assert len(files()) == 1


# --- Out of the spool


def test_what_waits_comes_in_whole_and_once(clinic):
    waiting = receive_outside(name="Zoë", message="Is there parking?", voicemail="yes", source="/articles/x/").lead

    first, second = intake.bring_in(), intake.bring_in()

    lead = Lead.objects.get()
    assert (first, second, files()) == ((1, 0), (0, 0), [])
    for name in (*intake.COLUMNS, "token", "submission_key"):
        assert getattr(lead, name) == getattr(waiting, name), name
    assert list(lead.events.values_list("kind", "at", "detail")) == [("received", MONDAY_10AM, intake.STORED_LATE)]
    assert list(lead.notices.values_list("kind", "recipient")) == [("new_request", "desk@clinic.example")]


def test_what_was_judged_is_kept(clinic):
    receive_outside(signs=["A link in the name"])
    receive_outside(name="Ben", message="I want to die")

    intake.bring_in()

    held, flagged = Lead.objects.order_by("name")
    assert (held.held_at, held.held_reasons) == (MONDAY_10AM, ["A link in the name"])
    assert (flagged.safety_at, flagged.held_at) == (MONDAY_10AM, None)
    assert Notice.objects.filter(kind=Notice.Kind.SAFETY).count() == 1


def test_a_changed_time_is_still_told_afterwards(clinic):
    lead = receive_outside(stamp=intake.Stamp(MONDAY_10AM, MONDAY_10AM, TUESDAY_5PM - HOUR * 24 * 7, "form 1")).lead
    assert receipts.of(lead, facts(MONDAY_10AM)).promise_changed

    intake.bring_in()

    assert receipts.of(Lead.objects.get(), facts(MONDAY_10AM)).promise_changed


def test_a_closure_made_while_it_waited_gives_it_its_new_time(clinic):
    receive_outside()
    tuesday = TUESDAY_5PM.date()
    Closure.objects.create(starts_on=tuesday, ends_on=tuesday)

    intake.bring_in()

    lead = Lead.objects.get()
    assert (lead.promised_by, lead.revised_for) == (TUESDAY_5PM, TUESDAY_5PM + DAY)


def test_a_file_of_an_earlier_version_comes_in(clinic):
    receive_outside()
    (path,) = files()
    values = json.loads(path.read_text())
    path.write_text(json.dumps({name: values[name] for name in values if name not in ("revised_for", "shown")}))

    assert intake.bring_in() == (1, 0)
    assert Lead.objects.get().revised_for is None


@pytest.mark.parametrize("fault", ["read-only", "full"])
def test_a_database_that_may_not_be_written_costs_nobody_a_receipt(clinic, fault):
    with unwritable(fault):
        received = [receive(name=f"Caller {number}", message="x" * 300) for number in range(40)]
        receipt = receipts.find(received[-1].lead.token)

    outside = [one for one in received if intake.is_spooled(one.lead)]
    assert outside
    assert receipt.reference == received[-1].lead.reference
    assert intake.bring_in() == (len(outside), 0)
    assert {lead.token for lead in Lead.objects.all()} == {one.lead.token for one in received}


def test_a_process_that_ended_between_its_two_works_doubles_nothing(clinic):
    receive_outside()
    (path,) = files()
    kept = path.read_bytes()
    intake.bring_in()
    path.write_bytes(kept)

    assert intake.bring_in() == (1, 0)
    assert Lead.objects.count() == 1
    assert Event.objects.count() == 1


def test_two_that_bring_in_at_once_double_nothing(clinic):
    for number in range(6):
        receive_outside(name=f"Ana {number}")

    def bring_in(_):
        for _attempt in range(20):
            try:
                intake.bring_in()
            except spool.Busy:
                continue
        return True

    assert in_parallel(3, bring_in) == [True] * 3
    assert Lead.objects.count() == 6
    assert files() == []


def test_while_the_database_takes_nothing_everything_stays(clinic):
    receive_outside()

    with missing(Notice), pytest.raises(DatabaseError):
        intake.bring_in()

    assert len(files()) == 1
    assert not Lead.objects.exists()


def test_a_bad_file_is_set_aside_and_holds_nobody_up(clinic, caplog):
    receive_outside()
    for name, text in (("a", "not json"), ("b", "[]"), ("c", '{"name": "Ana Lima"}'), ("d", "")):
        (settings.SPOOL_DIR / f"{name * 64}.json").write_text(text)

    assert intake.bring_in() == (1, 4)
    assert Lead.objects.count() == 1
    assert spool.waiting() == (0, 4)
    assert "Ana" not in caplog.text


def test_a_value_the_database_can_never_take_is_set_aside(clinic):
    receive_outside()
    (path,) = files()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"received_at": None}))

    assert intake.bring_in() == (0, 1)


def test_a_reference_somebody_else_has_by_now_is_drawn_again(clinic):
    waiting = receive_outside().lead
    make_lead(reference=waiting.reference)

    intake.bring_in()

    assert Lead.objects.get(token=waiting.token).reference != waiting.reference


# --- The same request once more, on both sides


def test_repeat_of_what_waits_gets_the_first_receipt_inside_and_outside(clinic):
    first = receive_outside()

    outside = receive_outside(at=MONDAY_10AM + MINUTE)
    inside = receive(at=MONDAY_10AM + 2 * MINUTE)
    late = receive(at=MONDAY_10AM + HOUR)

    assert outside.lead.token == inside.lead.token == late.lead.token == first.lead.token
    assert (outside.promise_only, inside.promise_only, late.promise_only) == (False, False, True)
    assert len(files()) == 1
    assert not Lead.objects.exists()


def test_repeat_that_waits_is_known_when_it_comes_in(clinic):
    first = receive().lead
    repeat = receive_outside(at=MONDAY_10AM + MINUTE).lead

    intake.bring_in()

    assert Lead.objects.get() == first
    assert receipts.find(repeat.token) == first


def test_new_words_make_a_new_request_and_its_address_leads_to_it(clinic):
    receive()
    second = receive_outside(at=MONDAY_10AM + MINUTE, message="One thing more").lead

    intake.bring_in()

    assert Lead.objects.count() == 2
    assert receipts.find(second.token).message == "One thing more"


def test_new_words_beside_one_that_waits_are_a_second_file(clinic):
    first = receive_outside().lead
    second = receive_outside(at=MONDAY_10AM + MINUTE, message="One thing more").lead

    assert first.token != second.token
    assert len(files()) == 2
    assert intake.bring_in() == (2, 0)
    assert set(Lead.objects.values_list("token", flat=True)) == {first.token, second.token}


def test_the_same_person_days_later_is_a_new_request_outside_too(clinic):
    receive_outside()
    receive_outside(at=MONDAY_10AM + 2 * DAY)

    intake.bring_in()

    assert Lead.objects.count() == 2


def test_an_earlier_promise_that_waited_is_kept(clinic):
    later = receive(at=MONDAY_10AM + 23 * HOUR, stamp=None).lead
    waited = receive_outside(at=MONDAY_10AM, stamp=None).lead
    assert waited.promised_by < later.promised_by

    intake.bring_in()

    assert sorted(Lead.objects.values_list("promised_by", flat=True)) == [waited.promised_by, later.promised_by]


# --- The receipt of what waits


def outside(client, **typed):
    with missing(Notice):
        answer = send(client, **typed)
    assert answer.status_code == 302
    return answer["location"]


def test_receipt_shows_the_promise_while_the_request_waits(clinic, client, time_machine):
    time_machine.move_to(MONDAY_10AM, tick=False)
    address = outside(client)

    with missing(Lead):
        without = client.get(address)
    with_database = client.get(address)

    for answer in (without, with_database):
        assert answer.status_code == 200
        assert "We will call you by 5\xa0pm on Tuesday, November 24".replace("\xa0", " ") in words(answer).replace(
            "\xa0", " "
        )
        assert "0142" in words(answer)
        assert answer["Cache-Control"] == "no-store, private"


def test_what_a_person_changes_meanwhile_comes_in_with_the_request(clinic, client, time_machine):
    time_machine.move_to(MONDAY_10AM, tick=False)
    address = outside(client)

    client.post(address, {"action": "voicemail-yes"})
    client.post(address, {"action": "best-time", "best_time": "morning"})
    client.post(address, {"action": "change-number", "phone": "202-555-0177"})
    intake.bring_in()

    lead = Lead.objects.get()
    assert (lead.voicemail, lead.best_time, lead.phone_e164) == ("yes", "morning", "+12025550177")
    assert receipts.find(lead.token) == lead


def test_cancelled_while_it_waits_is_cancelled_when_it_comes_in(clinic, client, time_machine):
    time_machine.move_to(MONDAY_10AM, tick=False)
    address = outside(client)

    client.post(address, {"action": "cancel", "confirm": "yes"})
    shown = client.get(address)
    intake.bring_in()

    assert "You cancelled this call" in words(shown)
    assert Lead.objects.get().outcome == Lead.Outcome.CANCELLED
    assert not Lead.objects.open().exists()


def test_erased_while_it_waits_leaves_nothing(clinic, client, time_machine):
    time_machine.move_to(MONDAY_10AM, tick=False)
    address = outside(client)

    client.post(address, {"action": "erase", "confirm": "yes"})

    assert files() == []
    assert intake.bring_in() == (0, 0)
    assert client.get(address).status_code == 404


def test_a_change_that_finds_the_request_brought_in_goes_to_the_database(clinic, client, time_machine, monkeypatch):
    time_machine.move_to(MONDAY_10AM, tick=False)
    address = outside(client)
    waiting = receipts.find(address.split("/")[2])
    intake.bring_in()

    from leads import views

    views.change(waiting, lambda lead: lead.answer(MONDAY_10AM, voicemail="no"), voicemail="no")

    assert Lead.objects.get().voicemail == "no"


def test_a_change_is_not_lost_in_silence_while_the_loop_is_at_it(clinic, client, time_machine, monkeypatch):
    monkeypatch.setattr(spool, "LOCK_SECONDS", 0)
    time_machine.move_to(MONDAY_10AM, tick=False)
    address = outside(client)

    with spool._alone(0):
        answer = client.post(address, {"action": "cancel", "confirm": "yes"})

    assert answer.status_code == 503
    assert "we have it, and we will call you" in words(answer)
    assert "202-555-0199" in words(answer)


def test_staff_are_told_what_waits_outside(clinic, staff_client):
    receive_outside()
    (settings.SPOOL_DIR / ("a" * 64 + ".bad")).write_text("x")
    assert spool.waiting() == (0, 1)
    assert spool.waiting(now=files()[0].stat().st_mtime + 61) == (1, 1)

    assert "1 request that waited outside the database cannot be read" in words(staff_client.get("/admin/"))
