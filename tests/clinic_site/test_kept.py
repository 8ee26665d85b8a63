"""What is said while no database answers: facts and error pages kept as files, also for a process that began then."""

import datetime
import json
from datetime import UTC
from datetime import datetime as moment

import pytest
from django.db import OperationalError, connection

from clinic_site import facts as facts_module
from clinic_site import kept
from clinic_site.facts import facts, without_database
from clinic_site.models import Clinic, Closure, HolidaySwitch, Price, Statement
from clinic_site.pages import server_error

AT = moment(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def known(db, settings):
    """A clinic with facts of every kind, on a public address."""
    settings.DEMONSTRATION = False
    clinic = Clinic.current()
    clinic.name, clinic.phone, clinic.hours_confirmed = "Testing Clinic", "202-555-0142", True
    clinic.recipients, clinic.time_zone = "desk@clinic.example", "America/Chicago"
    clinic.save()
    Closure.objects.create(starts_on=datetime.date(2026, 11, 24), ends_on=datetime.date(2026, 11, 24))
    HolidaySwitch.objects.filter(name="Thanksgiving Day").update(closed=False)
    Statement.objects.create(key="form", version=2, text="We call you, and nobody else.")
    Price.objects.create(label="One visit", amount="450.00")
    return clinic


@pytest.fixture
def new_process(monkeypatch):
    """A process that has seen no database, and cannot ask one."""

    def gone():
        raise OperationalError

    def begin():
        monkeypatch.setattr(facts_module, "_last_known", None)
        monkeypatch.setattr(Clinic, "current", gone)

    return begin


def test_a_process_that_began_without_the_database_knows_what_was_kept(known, new_process):
    before = facts(AT)
    kept.keep(before)
    new_process()

    after = facts(AT)

    assert (after.calendar, after.statements, after.statement_versions) == (
        before.calendar,
        before.statements,
        before.statement_versions,
    )
    assert (after.display_name, after.display_phone, after.paused) == ("Testing Clinic", "202-555-0142", False)
    assert [str(price) for price in after.prices] == ["One visit"]
    assert after.promise() == before.promise()


def test_the_form_stands_with_its_promise_in_a_process_that_began_without_the_database(client, known, new_process):
    kept.keep(facts(AT))
    new_process()

    page = client.get("/callback/").content.decode()

    assert "If you send this now, we will call you by" in page
    assert "202-555-0142" in page


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '[{"model": "clinic_site.clinic"}]', '[{"model": "no.such"}]', "\0"]
)
def test_what_cannot_be_read_is_as_if_nothing_was_kept(settings, new_process, text):
    settings.DEMONSTRATION = False
    if text is not None:
        settings.KEPT_DIR.mkdir()
        (settings.KEPT_DIR / "facts.json").write_text(text)
    new_process()

    told = without_database(AT)

    assert (told.display_phone, told.paused) == ("[clinic phone number]", True)


def test_a_pause_ends_on_its_day_also_without_the_database(known, new_process):
    known.paused, known.paused_until = True, datetime.date(2026, 11, 25)
    known.save()
    kept.keep(facts(AT))
    new_process()

    assert (facts(AT).paused, facts(AT + datetime.timedelta(days=3)).paused) == (True, False)


def test_a_fact_is_kept_when_it_changes_and_the_file_is_left_alone_when_not(known, settings):
    kept.keep(facts(AT))
    first = (settings.KEPT_DIR / "facts.json").stat().st_mtime_ns
    kept.keep(facts(AT + datetime.timedelta(hours=1)))
    same = (settings.KEPT_DIR / "facts.json").stat().st_mtime_ns
    known.phone = "202-555-0143"
    known.save()
    kept.keep(facts(AT))

    assert first == same
    rows = json.loads((settings.KEPT_DIR / "facts.json").read_text())
    assert [row["fields"]["phone"] for row in rows if row["model"] == "clinic_site.clinic"] == ["202-555-0143"]
    assert "202-555-0143" in (settings.KEPT_DIR / "503.html").read_text()
    assert sorted(path.name for path in settings.KEPT_DIR.iterdir()) == [
        "400.html",
        "500.html",
        "503.html",
        "facts.json",
    ]


def test_error_page_names_the_phone_and_help_without_a_database(known, new_process, rf):
    kept.keep(facts(AT))
    new_process()

    page = server_error(rf.get("/"))

    assert page.status_code == 500
    for words in ("phone us on", "202-555-0142", 'href="tel:+12025550142"', 'href="tel:988"', 'href="tel:911"'):
        assert words in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_page_that_needs_the_database_says_it_is_away_for_now(client):
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE articles_release RENAME TO gone")
    try:
        answer = client.get("/articles/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO articles_release")

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "We cannot show this page right now" in answer.content.decode()
    assert 'href="tel:988"' in answer.content.decode()
