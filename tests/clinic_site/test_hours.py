"""The promise clock. Dates are chosen so that the weekday is easy to check on any calendar."""

import random
import time as clock
from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from clinic_site import hours
from clinic_site.hours import Calendar, Closure, NoOpeningHours, Window

NEW_YORK = ZoneInfo("America/New_York")
PHOENIX = ZoneInfo("America/Phoenix")
HONOLULU = ZoneInfo("Pacific/Honolulu")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
LONDON = ZoneInfo("Europe/London")
KOLKATA = ZoneInfo("Asia/Kolkata")
ZONES = [NEW_YORK, PHOENIX, HONOLULU, LORD_HOWE, LONDON, KOLKATA]

WEEK = tuple(Window(day, time(9), time(17)) for day in range(5))
LUNCH_WEEK = tuple(
    window for day in range(5) for window in (Window(day, time(9), time(12)), Window(day, time(13), time(17)))
)
EVERY_DAY = tuple(Window(day, time(9), time(17)) for day in range(7))


def make_calendar(windows=WEEK, *closures, zone=NEW_YORK, open_holidays=()):
    return Calendar(zone, windows, closures, frozenset(open_holidays))


def at(text, zone=NEW_YORK):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def on(text):
    return date.fromisoformat(text)


def deadline(text, calendar):
    """The promise as the clinic's clocks show it: "Mon 2026-11-23 17:00"."""
    promised = hours.callback_deadline(at(text, calendar.zone), calendar)
    assert promised.tzinfo is UTC
    return promised.astimezone(calendar.zone).strftime("%a %Y-%m-%d %H:%M")


# --- The promise


@pytest.mark.parametrize(
    ("received", "promised"),
    [
        # Friday around closing: open, then the closing moment itself, then closed.
        ("2026-11-20 16:59", "Mon 2026-11-23 17:00"),
        ("2026-11-20 17:00", "Mon 2026-11-23 17:00"),
        ("2026-11-20 17:01", "Mon 2026-11-23 17:00"),
        ("2026-11-20 18:00", "Mon 2026-11-23 17:00"),
        # Either side of a midnight at the weekend.
        ("2026-11-22 23:59", "Mon 2026-11-23 17:00"),
        ("2026-11-23 00:01", "Mon 2026-11-23 17:00"),
        # Before opening, the moment of opening, while open.
        ("2026-11-23 07:00", "Mon 2026-11-23 17:00"),
        ("2026-11-23 08:59:59", "Mon 2026-11-23 17:00"),
        ("2026-11-23 09:00", "Tue 2026-11-24 17:00"),
        ("2026-11-23 10:00", "Tue 2026-11-24 17:00"),
        # Monday after closing: Tuesday, the next day that opens.
        ("2026-11-23 17:00", "Tue 2026-11-24 17:00"),
        ("2026-11-23 20:00", "Tue 2026-11-24 17:00"),
        # Wednesday before Thanksgiving, and the holiday itself.
        ("2026-11-25 10:00", "Fri 2026-11-27 17:00"),
        ("2026-11-26 10:00", "Fri 2026-11-27 17:00"),
        # A holiday Monday (Labor Day).
        ("2026-09-04 16:00", "Tue 2026-09-08 17:00"),
        ("2026-09-07 07:00", "Tue 2026-09-08 17:00"),
        ("2026-09-07 10:00", "Tue 2026-09-08 17:00"),
        # Independence Day on a Saturday is kept on the Friday before.
        ("2026-07-02 10:00", "Mon 2026-07-06 17:00"),
        # The end of a year, and of the year whose New Year's Day is kept the day before.
        ("2026-12-31 16:59", "Mon 2027-01-04 17:00"),
        ("2026-12-30 10:00", "Thu 2026-12-31 17:00"),
        ("2026-12-31 23:59", "Mon 2027-01-04 17:00"),
        ("2027-12-23 10:00", "Mon 2027-12-27 17:00"),
        ("2027-12-30 10:00", "Mon 2028-01-03 17:00"),
        ("2027-12-31 10:00", "Mon 2028-01-03 17:00"),
        # A leap day.
        ("2028-02-28 10:00", "Tue 2028-02-29 17:00"),
        ("2028-02-29 10:00", "Wed 2028-03-01 17:00"),
        # A year nobody has prepared: Independence Day 2051 is a Tuesday.
        ("2051-07-03 10:00", "Wed 2051-07-05 17:00"),
        ("2050-12-30 10:00", "Tue 2051-01-03 17:00"),
        # Daylight saving ends on 1 November 2026 and 7 November 2027, begins on 14 March 2027.
        ("2026-10-30 17:30", "Mon 2026-11-02 17:00"),
        ("2026-11-01 01:30", "Mon 2026-11-02 17:00"),
        ("2027-03-12 17:30", "Mon 2027-03-15 17:00"),
        ("2027-03-14 02:30", "Mon 2027-03-15 17:00"),
        ("2027-11-05 17:30", "Mon 2027-11-08 17:00"),
        ("2027-11-07 01:30", "Mon 2027-11-08 17:00"),
    ],
)
def test_promise_in_an_ordinary_week(received, promised):
    assert deadline(received, make_calendar()) == promised


@pytest.mark.parametrize(
    ("received", "promised_utc"),
    [
        ("2026-10-30 18:00", "2026-11-02 22:00"),  # asked in summer time, promised in winter time
        ("2026-10-29 18:00", "2026-10-30 21:00"),
        ("2027-03-12 18:00", "2027-03-15 21:00"),
        ("2027-11-05 18:00", "2027-11-08 22:00"),
    ],
)
def test_promise_is_a_moment_in_utc_that_knows_of_daylight_saving(received, promised_utc):
    promised = hours.callback_deadline(at(received), make_calendar())

    assert promised == at(promised_utc, UTC)


@pytest.mark.parametrize("received", ["2026-11-23 11:59", "2026-11-23 12:30", "2026-11-23 13:01"])
def test_lunch_counts_as_open(received):
    assert deadline(received, make_calendar(LUNCH_WEEK)) == "Tue 2026-11-24 17:00"


MONDAY = on("2026-11-23")
MORNING_OFF = Closure(MONDAY, MONDAY, ends=time(12))
AFTERNOON_OFF = Closure(MONDAY, MONDAY, starts=time(12))
MIDDLE_OFF = Closure(MONDAY, MONDAY, time(11), time(14))
ALL_HOURS_OFF = Closure(MONDAY, MONDAY, time(8), time(18))


@pytest.mark.parametrize(
    ("closure", "received", "promised"),
    [
        (MORNING_OFF, "2026-11-23 10:00", "Mon 2026-11-23 17:00"),
        (MORNING_OFF, "2026-11-23 12:00", "Tue 2026-11-24 17:00"),
        (MORNING_OFF, "2026-11-20 18:00", "Mon 2026-11-23 17:00"),
        (AFTERNOON_OFF, "2026-11-20 18:00", "Mon 2026-11-23 12:00"),
        (AFTERNOON_OFF, "2026-11-23 08:00", "Mon 2026-11-23 12:00"),
        (AFTERNOON_OFF, "2026-11-23 11:59", "Tue 2026-11-24 17:00"),
        (AFTERNOON_OFF, "2026-11-23 12:30", "Tue 2026-11-24 17:00"),
        (MIDDLE_OFF, "2026-11-23 08:00", "Mon 2026-11-23 17:00"),
        (MIDDLE_OFF, "2026-11-23 12:30", "Tue 2026-11-24 17:00"),
        (ALL_HOURS_OFF, "2026-11-20 18:00", "Tue 2026-11-24 17:00"),
        (ALL_HOURS_OFF, "2026-11-23 10:00", "Tue 2026-11-24 17:00"),
    ],
)
def test_part_of_a_day_closed(closure, received, promised):
    assert deadline(received, make_calendar(WEEK, closure)) == promised


@pytest.mark.parametrize(
    ("closures", "received", "promised"),
    [
        # A week away.
        ([Closure(on("2026-08-03"), on("2026-08-09"))], "2026-07-31 10:00", "Mon 2026-08-10 17:00"),
        ([Closure(on("2026-08-03"), on("2026-08-09"))], "2026-08-05 10:00", "Mon 2026-08-10 17:00"),
        # Two closures that overlap, the later entered first.
        (
            [
                Closure(on("2026-08-05"), on("2026-08-11")),
                Closure(on("2026-08-03"), on("2026-08-06")),
            ],
            "2026-07-31 10:00",
            "Wed 2026-08-12 17:00",
        ),
        # Afternoons of a whole week.
        (
            [Closure(on("2026-08-03"), on("2026-08-07"), starts=time(13))],
            "2026-08-03 10:00",
            "Tue 2026-08-04 13:00",
        ),
        # Long past, far ahead, the wrong way round: no effect.
        ([Closure(on("2020-01-01"), on("2020-12-31"))], "2026-08-03 10:00", "Tue 2026-08-04 17:00"),
        ([Closure(on("2030-01-01"), on("2030-12-31"))], "2026-08-03 10:00", "Tue 2026-08-04 17:00"),
        ([Closure(on("2026-08-09"), on("2026-08-03"))], "2026-08-03 10:00", "Tue 2026-08-04 17:00"),
        (
            [Closure(on("2026-08-04"), on("2026-08-04"), time(15), time(10))],
            "2026-08-03 10:00",
            "Tue 2026-08-04 17:00",
        ),
        # Hours before opening and after closing: no effect.
        (
            [Closure(on("2026-08-04"), on("2026-08-04"), ends=time(8))],
            "2026-08-04 08:30",
            "Tue 2026-08-04 17:00",
        ),
        (
            [Closure(on("2026-08-04"), on("2026-08-04"), time(17), time(20))],
            "2026-08-03 10:00",
            "Tue 2026-08-04 17:00",
        ),
    ],
)
def test_closures(closures, received, promised):
    assert deadline(received, make_calendar(WEEK, *closures)) == promised


def test_three_hundred_days_closed_still_give_a_promise():
    calendar = make_calendar(WEEK, Closure(on("2026-01-05"), on("2026-10-31")))

    assert deadline("2026-01-02 10:00", calendar) == "Mon 2026-11-02 17:00"


def test_overlapping_windows_are_one_day():
    calendar = make_calendar(
        (
            Window(0, time(9), time(13)),
            Window(0, time(12), time(17)),
            Window(0, time(10), time(11)),
            Window(1, time(8), time(12)),
            Window(1, time(12), time(16)),
            Window(1, time(8), time(12)),
        )
    )

    assert hours.spans(MONDAY, calendar) == [(at("2026-11-23 09:00"), at("2026-11-23 17:00"))]
    assert hours.spans(on("2026-11-24"), calendar) == [(at("2026-11-24 08:00"), at("2026-11-24 16:00"))]
    assert deadline("2026-11-23 10:00", calendar) == "Tue 2026-11-24 16:00"


def test_a_window_that_ends_before_it_begins_opens_nothing():
    calendar = make_calendar((Window(0, time(17), time(9)), *WEEK[1:]))

    assert hours.spans(MONDAY, calendar) == []


@pytest.mark.parametrize(
    ("zone", "received", "promised_utc"),
    [
        (PHOENIX, "2026-07-02 18:00", "2026-07-07 00:00"),
        (PHOENIX, "2027-03-12 18:00", "2027-03-16 00:00"),
        (HONOLULU, "2026-11-20 18:00", "2026-11-24 03:00"),
        (
            LORD_HOWE,
            "2026-10-02 18:00",
            "2026-10-05 06:00",
        ),  # +11:00, half an hour more than before
        (LORD_HOWE, "2027-04-02 18:00", "2027-04-05 06:30"),  # +10:30 again
    ],
)
def test_zones(zone, received, promised_utc):
    promised = hours.callback_deadline(at(received, zone), make_calendar(zone=zone))

    assert promised == at(promised_utc, UTC)


@pytest.mark.parametrize("server_zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_servers_own_zone_has_no_say(server_zone, monkeypatch):
    monkeypatch.setenv("TZ", server_zone)
    clock.tzset()
    try:
        calendar = make_calendar()

        assert deadline("2026-11-22 23:59", calendar) == "Mon 2026-11-23 17:00"
        assert deadline("2027-03-12 18:00", calendar) == "Mon 2027-03-15 17:00"
        assert hours.opens(on("2027-03-15"), calendar) == at("2027-03-15 13:00", UTC)
        assert hours.next_change(at("2026-11-22 20:00"), calendar) == at("2026-11-23 05:00", UTC)
    finally:
        monkeypatch.undo()
        clock.tzset()


@pytest.mark.parametrize("zone", [UTC, LONDON, HONOLULU, timezone(timedelta(hours=14))], ids=str)
def test_the_zone_a_moment_is_written_in_has_no_say(zone):
    calendar = make_calendar()
    received = at("2026-11-20 16:59").astimezone(zone)

    assert hours.callback_deadline(received, calendar) == at("2026-11-23 22:00", UTC)
    assert hours.is_open(received, calendar) is True


def test_no_opening_hours_at_all():
    calendar = make_calendar(())
    now = at("2026-11-23 10:00")

    for ask in (hours.callback_deadline, hours.next_opening):
        with pytest.raises(NoOpeningHours, match="In the admin, open Clinic and add the days"):
            ask(now, calendar)
    with pytest.raises(NoOpeningHours):
        hours.add_open_minutes(now, 1, calendar)
    assert hours.is_open(now, calendar) is False
    assert hours.spans(MONDAY, calendar) == []
    assert hours.opens(MONDAY, calendar) is hours.closes(MONDAY, calendar) is None
    assert hours.open_minutes_between(now, now + timedelta(days=9), calendar) == 0
    assert hours.next_change(now, calendar) == at("2026-11-24 05:00", UTC)
    assert hours.say_hours(calendar) == ""


@pytest.mark.parametrize(
    "calendar",
    [
        make_calendar(WEEK, Closure(on("2026-01-01"), on("2036-12-31"))),
        make_calendar((Window(0, time(17), time(9)),)),
    ],
    ids=["closed for ten years", "no window with any length"],
)
def test_nothing_opens_within_two_years(calendar):
    with pytest.raises(NoOpeningHours, match="check the opening hours, the closures"):
        hours.callback_deadline(at("2026-11-23 10:00"), calendar)


# --- Holidays


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-01", "New Year's Day"),
        ("2026-01-19", "Martin Luther King Jr. Day"),
        ("2026-02-16", "Washington's Birthday"),
        ("2026-05-25", "Memorial Day"),
        ("2026-06-19", "Juneteenth National Independence Day"),
        ("2026-07-03", "Independence Day"),  # observed: the 4th is a Saturday
        ("2026-07-04", "Independence Day"),
        ("2026-07-05", None),
        ("2026-09-07", "Labor Day"),
        ("2026-10-12", "Columbus Day"),
        ("2026-11-11", "Veterans Day"),
        ("2026-11-26", "Thanksgiving Day"),
        ("2026-12-25", "Christmas Day"),
        ("2027-07-05", "Independence Day"),  # observed: the 4th is a Sunday
        ("2027-12-24", "Christmas Day"),
        ("2027-12-31", "New Year's Day"),  # the first of the next year is a Saturday
        ("2028-01-01", "New Year's Day"),
        ("2028-01-03", None),
        ("2051-11-23", "Thanksgiving Day"),
        ("2051-01-02", "New Year's Day"),
        # Kept by some states or some people only, or given once to federal offices.
        ("2026-04-03", None),
        ("2026-11-27", None),
        ("2026-12-24", None),
        ("2025-12-26", None),
        ("2029-01-20", None),
        ("2026-03-31", None),
    ],
)
def test_federal_holidays(day, name):
    assert hours.holiday_name(on(day)) == name


def test_there_is_a_switch_for_each_federal_holiday_in_the_order_of_the_year():
    # The clinic's switches are stored under these names: a changed name would close the clinic.
    assert hours.FEDERAL_HOLIDAYS == (
        "New Year's Day",
        "Martin Luther King Jr. Day",
        "Washington's Birthday",
        "Memorial Day",
        "Juneteenth National Independence Day",
        "Independence Day",
        "Labor Day",
        "Columbus Day",
        "Veterans Day",
        "Thanksgiving Day",
        "Christmas Day",
    )


def test_every_holiday_of_coming_years_has_its_switch():
    names = {hours.holiday_name(on("2026-01-01") + timedelta(days=number)) for number in range(365 * 60)}

    assert names == {None, *hours.FEDERAL_HOLIDAYS}


def test_one_switch_opens_a_holiday_and_its_observed_day():
    calendar = make_calendar(open_holidays=["New Year's Day"])

    assert deadline("2027-12-30 10:00", calendar) == "Fri 2027-12-31 17:00"
    assert deadline("2028-12-29 10:00", calendar) == "Mon 2029-01-01 17:00"
    assert deadline("2027-12-23 10:00", calendar) == "Mon 2027-12-27 17:00"
    assert hours.holiday_name(on("2027-12-31"), calendar) is None
    assert hours.holiday_name(on("2027-12-24"), calendar) == "Christmas Day"


def test_a_closure_closes_a_holiday_that_was_switched_open():
    veterans_day = on("2026-11-11")
    calendar = make_calendar(WEEK, Closure(veterans_day, veterans_day), open_holidays=["Veterans Day"])

    assert deadline("2026-11-10 10:00", calendar) == "Thu 2026-11-12 17:00"


# --- One day


def test_spans_are_in_the_clinics_zone_with_breaks_and_closures_cut_out():
    calendar = make_calendar(LUNCH_WEEK, Closure(MONDAY, MONDAY, time(11, 30), time(13, 30)))

    found = hours.spans(MONDAY, calendar)

    assert found == [
        (at("2026-11-23 09:00"), at("2026-11-23 11:30")),
        (at("2026-11-23 13:30"), at("2026-11-23 17:00")),
    ]
    assert {moment.tzinfo for span in found for moment in span} == {NEW_YORK}
    assert hours.opens(MONDAY, calendar) == at("2026-11-23 09:00")
    assert hours.closes(MONDAY, calendar) == at("2026-11-23 17:00")


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-26"])
def test_closed_days_have_no_hours(day):
    calendar = make_calendar()

    assert hours.spans(on(day), calendar) == []
    assert hours.opens(on(day), calendar) is None
    assert hours.closes(on(day), calendar) is None


@pytest.mark.parametrize(
    ("day", "window", "utc"),
    [
        # 2:00 to 3:00 am did not happen: hours begin or end at the moment of the skip.
        ("2027-03-14", (time(2, 30), time(8)), [("2027-03-14 07:00", "2027-03-14 12:00")]),
        ("2027-03-14", (time(1), time(2, 15)), [("2027-03-14 06:00", "2027-03-14 07:00")]),
        ("2027-03-14", (time(2, 30), time(3, 15)), [("2027-03-14 07:00", "2027-03-14 07:15")]),
        ("2027-03-14", (time(2, 10), time(2, 50)), []),
        # 1:00 to 2:00 am happened twice: the first one counts.
        ("2026-11-01", (time(1, 30), time(8)), [("2026-11-01 05:30", "2026-11-01 13:00")]),
        ("2026-11-01", (time(0), time(1, 30)), [("2026-11-01 04:00", "2026-11-01 05:30")]),
    ],
)
def test_hours_in_the_night_the_clocks_change(day, window, utc):
    calendar = make_calendar((Window(6, *window),))

    expected = [(at(start, UTC), at(end, UTC)) for start, end in utc]
    assert [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in hours.spans(on(day), calendar)] == expected


def test_a_day_a_zone_left_out_has_no_hours():
    apia = ZoneInfo("Pacific/Apia")  # crossed the date line: 30 December 2011 did not happen
    calendar = make_calendar(EVERY_DAY, zone=apia)

    assert hours.spans(on("2011-12-30"), calendar) == []
    assert hours.next_open_day(on("2011-12-29"), calendar) == on("2011-12-31")


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ("2026-11-22", "2026-11-23"),
        ("2026-11-23", "2026-11-24"),
        ("2026-11-20", "2026-11-23"),
        ("2026-11-25", "2026-11-27"),
        ("2027-12-30", "2028-01-03"),
    ],
)
def test_next_open_day(after, found):
    assert hours.next_open_day(on(after), make_calendar()) == on(found)


# --- Moments


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 12:30", True),  # lunch
        ("2026-11-23 16:59:59", True),
        ("2026-11-23 17:00", False),
        ("2026-11-22 12:00", False),
        ("2026-11-26 12:00", False),
    ],
)
def test_is_open(moment, expected):
    assert hours.is_open(at(moment), make_calendar(LUNCH_WEEK)) is expected


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23 08:59", "2026-11-23 09:00"),
        ("2026-11-23 09:00", "2026-11-24 09:00"),
        ("2026-11-23 12:30", "2026-11-24 09:00"),  # a lunch break is not an opening
        ("2026-11-25 18:00", "2026-11-27 09:00"),
        ("2026-10-31 10:00", "2026-11-02 09:00"),
    ],
)
def test_next_opening(moment, opening):
    found = hours.next_opening(at(moment), make_calendar(LUNCH_WEEK))

    assert found == at(opening).astimezone(UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "change"),
    [
        ("2026-11-23 00:00", "2026-11-23 09:00"),
        ("2026-11-23 08:59:59", "2026-11-23 09:00"),
        ("2026-11-23 09:00", "2026-11-23 17:00"),
        ("2026-11-23 12:30", "2026-11-23 17:00"),
        ("2026-11-23 17:00", "2026-11-24 00:00"),
        ("2026-11-21 12:00", "2026-11-22 00:00"),
        ("2026-11-01 00:30", "2026-11-02 00:00"),  # a day of 25 hours
        ("2027-03-14 00:30", "2027-03-15 00:00"),
    ],
)
def test_next_change(moment, change):
    found = hours.next_change(at(moment), make_calendar(LUNCH_WEEK))

    assert found == at(change).astimezone(UTC)
    assert found.tzinfo is UTC


def test_next_change_is_ahead_even_where_clocks_went_back_across_midnight():
    st_johns = ZoneInfo("America/St_Johns")  # until 2010 at one minute past midnight
    moment = at("2010-11-07 02:00", UTC)

    for minute in range(180):
        asked = moment + timedelta(minutes=minute)
        assert hours.next_change(asked, make_calendar(zone=st_johns)) > asked


def test_midnight_that_the_clocks_skip_is_the_moment_of_the_skip():
    beirut = ZoneInfo("Asia/Beirut")  # 00:00 becomes 01:00 on 29 March 2026

    change = hours.next_change(at("2026-03-28 20:00", beirut), make_calendar(zone=beirut))

    assert change == at("2026-03-28 22:00", UTC)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-23 10:00", "2026-11-23 11:00", 60),
        ("2026-11-23 11:30", "2026-11-23 13:30", 60),  # lunch is not counted
        ("2026-11-23 12:10", "2026-11-23 12:50", 0),
        ("2026-11-20 16:00", "2026-11-23 10:00", 120),
        ("2026-11-23 00:00", "2026-11-30 00:00", 4 * 7 * 60),  # the week of Thanksgiving
        ("2026-11-23 10:00:00", "2026-11-23 10:00:30", 0.5),
        ("2026-11-23 11:00", "2026-11-23 10:00", 0),
        ("2026-11-24 10:00", "2026-11-23 10:00", 0),
    ],
)
def test_open_minutes_between(start, end, minutes):
    assert hours.open_minutes_between(at(start), at(end), make_calendar(LUNCH_WEEK)) == minutes


def test_minutes_are_real_ones_in_the_nights_the_clocks_change():
    calendar = make_calendar((Window(6, time(0), time(6)),))

    assert hours.open_minutes_between(at("2026-11-01 00:00"), at("2026-11-02 00:00"), calendar) == 420
    assert hours.open_minutes_between(at("2027-03-14 00:00"), at("2027-03-15 00:00"), calendar) == 300


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-23 10:00", 0, "2026-11-23 10:00"),
        ("2026-11-22 10:00", 0, "2026-11-22 10:00"),
        ("2026-11-23 10:00", 60, "2026-11-23 11:00"),
        ("2026-11-23 11:30", 30, "2026-11-23 12:00"),
        ("2026-11-23 11:30", 31, "2026-11-23 13:01"),
        ("2026-11-23 12:30", 60, "2026-11-23 14:00"),
        ("2026-11-23 16:00", 60, "2026-11-23 17:00"),
        ("2026-11-23 16:00", 60.5, "2026-11-24 09:00:30"),
        ("2026-11-20 18:00", 120, "2026-11-23 11:00"),
        ("2026-11-25 16:00", 7 * 60, "2026-11-27 16:00"),
        ("2026-11-23 00:00", 2 * 7 * 60, "2026-11-24 17:00"),
    ],
)
def test_add_open_minutes(start, minutes, end):
    found = hours.add_open_minutes(at(start), minutes, make_calendar(LUNCH_WEEK))

    assert found == at(end).astimezone(UTC)
    assert found.tzinfo is UTC


def test_open_minutes_are_not_counted_backwards():
    with pytest.raises(ValueError):
        hours.add_open_minutes(at("2026-11-23 10:00"), -1, make_calendar())


NAIVE = datetime(2026, 11, 23, 10)
AWARE = at("2026-11-23 10:00")


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar: hours.callback_deadline(NAIVE, calendar),
        lambda calendar: hours.is_open(NAIVE, calendar),
        lambda calendar: hours.next_opening(NAIVE, calendar),
        lambda calendar: hours.next_change(NAIVE, calendar),
        lambda calendar: hours.open_minutes_between(NAIVE, AWARE, calendar),
        lambda calendar: hours.open_minutes_between(AWARE, NAIVE, calendar),
        lambda calendar: hours.add_open_minutes(NAIVE, 5, calendar),
        lambda calendar: hours.say_time(NAIVE, NEW_YORK),
        lambda calendar: hours.say_moment(NAIVE, AWARE, NEW_YORK),
        lambda calendar: hours.say_moment(AWARE, NAIVE, NEW_YORK),
        lambda calendar: hours.say_zone(NEW_YORK, NAIVE),
    ],
)
def test_moments_without_a_zone_are_refused(ask):
    with pytest.raises(ValueError):
        ask(make_calendar())


@pytest.mark.parametrize("ask", [hours.spans, hours.opens, hours.closes, hours.holiday_name])
def test_a_moment_is_not_taken_for_a_date(ask):
    with pytest.raises(TypeError):
        ask(AWARE, make_calendar())


# --- Words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-23 17:00", "5\u00a0pm"),
        ("2026-11-23 10:30", "10:30\u00a0am"),
        ("2026-11-23 12:00", "12\u00a0pm"),
        ("2026-11-23 12:05", "12:05\u00a0pm"),
        ("2026-11-23 00:00", "12\u00a0am"),
        ("2026-11-23 00:15:59", "12:15\u00a0am"),
        ("2026-11-23 13:00", "1\u00a0pm"),
    ],
)
def test_say_time(moment, words):
    assert hours.say_time(at(moment).astimezone(UTC), NEW_YORK) == words


@pytest.mark.parametrize(
    ("moment", "now", "words"),
    [
        ("2026-11-23 17:00", "2026-11-23 07:00", "today at 5\u00a0pm"),
        ("2026-11-24 17:00", "2026-11-23 10:00", "5\u00a0pm on Tuesday, November 24"),
        ("2027-01-04 16:30", "2026-12-31 16:59", "4:30\u00a0pm on Monday, January 4, 2027"),
        ("2027-01-04 17:00", "2027-01-03 16:59", "5\u00a0pm on Monday, January 4"),
        # 11 pm in New York is already the next year, and the next day, in UTC.
        ("2026-12-31 23:30", "2026-12-31 23:00", "today at 11:30\u00a0pm"),
        ("2026-12-30 17:00", "2026-12-31 23:00", "5\u00a0pm on Wednesday, December 30"),
    ],
)
def test_say_moment(moment, now, words):
    assert hours.say_moment(at(moment).astimezone(UTC), at(now).astimezone(UTC), NEW_YORK) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/New_York", "Eastern time"),
        ("America/Indiana/Indianapolis", "Eastern time"),
        ("US/Eastern", "Eastern time"),
        ("America/Chicago", "Central time"),
        ("America/Denver", "Mountain time"),
        ("America/Boise", "Mountain time"),
        ("America/Phoenix", "Arizona time"),
        ("America/Los_Angeles", "Pacific time"),
        ("America/Anchorage", "Alaska time"),
        ("Pacific/Honolulu", "Hawaii time"),
        ("Europe/London", "London time"),
        ("Australia/Lord_Howe", "Lord Howe time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "(UTC+00:00)"),
        ("Etc/GMT+5", "(UTC-05:00)"),
    ],
)
def test_say_zone(zone, words):
    assert hours.say_zone(ZoneInfo(zone), at("2026-11-23 10:00")) == words


def test_a_zone_without_a_name_is_said_by_its_offset():
    assert hours.say_zone(timezone(timedelta(hours=5, minutes=30)), AWARE) == "(UTC+05:30)"


def test_every_us_zone_we_name_exists():
    assert [ZoneInfo(key).key for key in hours.US_ZONES] == list(hours.US_ZONES)


def week(*rows):
    """Windows from rows such as ("0123", 9, 17): the weekdays, then the hours."""
    return tuple(Window(int(day), time(start), time(end)) for days, start, end in rows for day in days)


@pytest.mark.parametrize(
    ("windows", "words"),
    [
        ((), ""),
        (week(("01234", 9, 17)), "Monday to Friday, 9 am to 5 pm"),
        (
            week(("0123", 9, 12), ("0123", 13, 17), ("4", 9, 13)),
            "Monday to Thursday, 9 am to 12 pm and 1 pm to 5 pm; Friday, 9 am to 1 pm",
        ),
        (week(("0123456", 8, 20)), "Every day, 8 am to 8 pm"),
        (week(("56", 10, 14)), "Saturday and Sunday, 10 am to 2 pm"),
        (week(("024", 9, 17)), "Monday, Wednesday and Friday, 9 am to 5 pm"),
        (
            week(("0134", 9, 17), ("2", 9, 13)),
            "Monday, Tuesday, Thursday and Friday, 9 am to 5 pm; Wednesday, 9 am to 1 pm",
        ),
        (week(("0125", 9, 17)), "Monday to Wednesday and Saturday, 9 am to 5 pm"),
        (week(("2", 9, 17)), "Wednesday, 9 am to 5 pm"),
        (week(("2", 9, 12), ("2", 12, 17)), "Wednesday, 9 am to 5 pm"),
        (
            week(("2", 8, 10), ("2", 11, 13), ("2", 14, 16)),
            "Wednesday, 8 am to 10 am, 11 am to 1 pm and 2 pm to 4 pm",
        ),
        ((Window(1, time(8, 30), time(16, 45)),), "Tuesday, 8:30 am to 4:45 pm"),
    ],
)
def test_say_hours(windows, words):
    said = hours.say_hours(make_calendar(windows))

    assert said.replace("\u00a0", " ") == words
    assert " am" not in said and " pm" not in said


def test_overlaps():
    morning, noon = Window(0, time(9), time(12)), Window(0, time(11), time(14))
    afternoon, tuesday = Window(0, time(12), time(17)), Window(1, time(9), time(17))

    assert hours.overlaps([morning, afternoon, tuesday]) == []
    assert hours.overlaps([afternoon, noon, tuesday, morning]) == [
        (morning, noon),
        (noon, afternoon),
    ]
    assert hours.overlaps([tuesday, tuesday]) == [(tuesday, tuesday)]


# --- Against an oracle
#
# The oracle knows nothing of dates and windows. It walks real time in steps of half an hour,
# looks at the clock on the clinic's wall, and writes down when the door opened and shut.

HALF_HOUR = timedelta(minutes=30)


def federal_days(year):
    """Federal holidays by the text of the law (5 U.S.C. 6103), for years from 2022."""

    def nth(month, weekday, number):
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))

    floating = {
        nth(1, 0, 3), nth(2, 0, 3), nth(6, 0, 1) - timedelta(days=7), nth(9, 0, 1),
        nth(10, 0, 2), nth(11, 3, 4),
    }  # fmt: skip
    fixed = {date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11)}
    fixed |= {date(year, 12, 25), date(year + 1, 1, 1)}
    shifted = {day - timedelta(days=1) for day in fixed if day.weekday() == 5}
    shifted |= {day + timedelta(days=1) for day in fixed if day.weekday() == 6}
    return floating | fixed | shifted


def test_holidays_agree_with_the_law_for_seventy_years():
    for year in range(2022, 2093):
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
        kept = {day for day in days if day.year == year and hours.holiday_name(day)}
        assert kept == {day for day in federal_days(year) if day.year == year}


def door_log(calendar, start, end):
    """Per date of opening, when the door first opened and last shut: [(opened, shut)]."""
    closed = set().union(*(federal_days(year) for year in range(start.year - 1, end.year + 2)))
    log = {}
    latest = datetime.min
    moment = start
    while moment < end:
        # A clock set back does not open again what was shut: keep the latest time it has shown.
        latest = max(latest, moment.astimezone(calendar.zone).replace(tzinfo=None))
        day, wall = latest.date(), latest.time()
        is_open = day not in closed and any(
            w.weekday == day.weekday() and w.opens <= wall < w.closes for w in calendar.windows
        )
        for c in calendar.closures:
            if c.first <= day <= c.last:
                is_open &= (c.starts is not None and wall < c.starts) or (c.ends is not None and wall >= c.ends)
        if is_open:
            log[day] = (log.get(day, (moment,))[0], moment + HALF_HOUR)
        moment += HALF_HOUR
    return list(log.values())


def promised_by_oracle(log, received):
    """The end of the first day to begin after receipt: it covers open and closed alike."""
    return log[bisect_right(log, (received, datetime.max.replace(tzinfo=UTC)))][1]


TWO_YEARS = at("2026-09-01 00:00", UTC), at("2028-09-15 00:00", UTC)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_promises_over_two_years_agree_with_the_oracle(zone):
    calendar = make_calendar(
        (
            *LUNCH_WEEK[:6],
            Window(3, time(10), time(14)),
            Window(3, time(13, 30), time(20)),
            Window(6, time(1, 30), time(4)),  # in the hours that clocks skip or repeat
        ),
        Closure(on("2026-10-12"), on("2026-10-18")),
        Closure(on("2027-02-01"), on("2027-02-28"), ends=time(11)),
        Closure(on("2027-06-07"), on("2027-06-20"), starts=time(14)),
        Closure(on("2028-02-28"), on("2028-03-01"), time(11), time(15)),
        zone=zone,
    )
    log = door_log(calendar, *TWO_YEARS)
    chance = random.Random(zone.key)
    seconds = (TWO_YEARS[1] - TWO_YEARS[0]).total_seconds() - 40 * 86400
    # Anywhere, and the seconds around each opening and closing.
    moments = [TWO_YEARS[0] + timedelta(seconds=chance.uniform(0, seconds)) for _ in range(1500)]
    moments += [
        edge + timedelta(seconds=step)
        for edge in chance.sample([edge for pair in log[1:-30] for edge in pair], 150)
        for step in (-1, 0, 1)
    ]

    wrong = [
        moment for moment in moments if hours.callback_deadline(moment, calendar) != promised_by_oracle(log, moment)
    ]

    assert wrong == []


half_hours = st.integers(0, 46).map(lambda n: time(n // 2, 30 * (n % 2)))
windows = st.builds(
    lambda day, pair: Window(day, *sorted(pair)),
    st.integers(0, 6),
    st.tuples(half_hours, half_hours).filter(lambda pair: pair[0] != pair[1]),
)
closures = st.builds(
    lambda first, length, starts, ends: Closure(first, first + timedelta(days=length), starts, ends),
    st.dates(on("2026-09-01"), on("2028-08-31")),
    st.integers(0, 6),
    st.none() | half_hours,
    st.none() | half_hours,
).filter(lambda c: None in (c.starts, c.ends) or c.starts < c.ends)
calendars = st.builds(
    Calendar,
    st.sampled_from(ZONES),
    st.lists(windows, min_size=1, max_size=8).map(tuple),
    st.lists(closures, max_size=6).map(tuple),
)
# Half of them in the weeks where something happens.
received = st.datetimes(datetime(2026, 9, 1), datetime(2028, 8, 31), timezones=st.just(UTC)) | st.builds(
    lambda edge, minutes: edge + timedelta(minutes=minutes),
    st.sampled_from(
        [
            at("2026-11-01 06:00", UTC),
            at("2027-03-14 07:00", UTC),
            at("2027-11-07 06:00", UTC),
            at("2026-10-03 15:30", UTC),
            at("2027-04-03 15:00", UTC),
            at("2027-12-24 12:00", UTC),
            at("2027-12-31 12:00", UTC),
            at("2028-02-29 12:00", UTC),
        ]
    ),
    st.integers(-3 * 24 * 60, 3 * 24 * 60),
)
# Bounded: the suite is run after every change.
quick = settings(max_examples=100, deadline=None, database=None)


@quick
@given(calendars, received)
def test_promises_of_any_calendar_agree_with_the_oracle(calendar, moment):
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    log = door_log(calendar, start, start + timedelta(days=18))[:-1]  # the last may be cut short
    assume(log and log[-1][0] > moment)  # long closures have their own tests

    assert hours.callback_deadline(moment, calendar) == promised_by_oracle(log, moment)


@quick
@given(calendars, received)
def test_a_promise_is_the_close_of_an_open_day_still_to_come(calendar, moment):
    promised = hours.callback_deadline(moment, calendar)

    day = promised.astimezone(calendar.zone).date()
    assert promised > moment
    assert promised == hours.closes(day, calendar)
    assert hours.next_opening(moment, calendar) < promised
    assert hours.is_open(promised - timedelta(seconds=1), calendar)
    assert not hours.is_open(promised, calendar)
    assert hours.open_minutes_between(moment, promised, calendar) > 0


@quick
@given(calendars, received, st.integers(0, 5000))
def test_adding_open_minutes_and_counting_them_agree(calendar, moment, minutes):
    end = hours.add_open_minutes(moment, minutes, calendar)

    assert hours.open_minutes_between(moment, end, calendar) == pytest.approx(minutes)


@quick
@given(calendars, received)
def test_nothing_a_page_says_changes_before_the_next_change(calendar, moment):
    change = hours.next_change(moment, calendar)

    def said(at):
        return hours.is_open(at, calendar), at.astimezone(calendar.zone).date()

    assert moment < change <= moment + timedelta(hours=25)
    length = change - moment
    seen = {said(moment + length * part / 7) for part in range(7)}
    assert seen == {said(moment)}
    assert said(change) != said(moment)


def test_a_promise_is_quick_to_work_out():
    calendar = make_calendar(
        LUNCH_WEEK, *(Closure(on("2025-01-01"), on("2025-01-02"), reason=str(n)) for n in range(60))
    )
    moment = at("2027-12-30 18:00")
    hours.callback_deadline(moment, calendar)

    began = clock.perf_counter()
    for _ in range(100):
        hours.callback_deadline(moment, calendar)

    # Some 0.1 ms each; the limit leaves room for a busy machine.
    assert clock.perf_counter() - began < 0.5
