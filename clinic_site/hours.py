"""The promise clock: when the clinic is open, and by when it promises to call.

Pure functions over a plain Calendar. Days are counted on the clinic's own calendar,
moments are compared in UTC: two datetimes of one zone compare by the wall clock, which
is wrong in the hours around a daylight saving change.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = timedelta(days=1)
# Closed for longer than this is a mistake in the settings, not a long holiday.
SEARCH_DAYS = 731

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Not strftime: its names follow the server's language.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NBSP = "\u00a0"


class NoOpeningHours(Exception):
    """No day opens: a mistake in the settings. The message says what to do in the admin."""


@dataclass(frozen=True)
class Window:
    """Hours open on one weekday (0 = Monday), ending the same day."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class Closure:
    """Days closed, first to last. With times, closed for those hours of each of the days;
    a missing start means from the day's beginning, a missing end to the day's end."""

    first: date
    last: date
    starts: time | None = None
    ends: time | None = None
    reason: str = ""


@dataclass(frozen=True)
class Calendar:
    """All that decides when the clinic is open. It closes on every US federal holiday
    but those named in `open_holidays`."""

    zone: ZoneInfo
    windows: tuple[Window, ...]
    closures: tuple[Closure, ...] = ()
    open_holidays: frozenset[str] = frozenset()


# --- Holidays


@lru_cache(maxsize=64)
def _federal_days(year):
    """The federal holidays kept in a year, observed days included: {date: names}."""
    # No subdivision, so no state's own days. Only the "public" category: "government" adds
    # days an executive order gave to federal offices once, which have no switch of their own.
    kept = holidays.country_holidays(
        "US", years=[year], categories=("public",), observed=True, expand=False, language="en_US"
    )
    return {day: tuple(name.removesuffix(" (observed)") for name in kept.get_list(day)) for day in kept}


def _names_in_order_of_the_year():
    earliest = {}
    # Some years ahead, so that a holiday already made law for later has its switch today.
    for year in range(2026, 2041):
        for day, names in _federal_days(year).items():
            for name in names:
                earliest[name] = min(earliest.get(name, (12, 31)), (day.month, day.day))
    return tuple(sorted(earliest, key=earliest.get))


FEDERAL_HOLIDAYS: tuple[str, ...] = _names_in_order_of_the_year()


def holiday_name(day, calendar=None):
    """The federal holiday kept on this date (observed days included), or None.

    With a calendar, only a holiday on which that clinic is closed.
    """
    _refuse_moment(day)
    open_holidays = calendar.open_holidays if calendar else ()
    names = _federal_days(day.year).get(day, ())
    return next((name for name in names if name not in open_holidays), None)


# --- One day


def spans(day, calendar):
    """The hours open on a date, as sorted (start, end) pairs in the clinic's zone."""
    return [(start.astimezone(calendar.zone), end.astimezone(calendar.zone)) for start, end in _spans(day, calendar)]


def opens(day, calendar):
    """The moment a date opens, in the clinic's zone; None when closed all day."""
    open_spans = _spans(day, calendar)
    return open_spans[0][0].astimezone(calendar.zone) if open_spans else None


def closes(day, calendar):
    """The moment a date closes for good, in the clinic's zone; None when closed all day."""
    open_spans = _spans(day, calendar)
    return open_spans[-1][1].astimezone(calendar.zone) if open_spans else None


def next_open_day(day, calendar):
    """The first date after `day` that opens."""
    if not calendar.windows:
        raise NoOpeningHours(
            "The clinic has no opening hours. In the admin, open Clinic and add the days and hours it is open."
        )
    for later in range(1, SEARCH_DAYS + 1):
        candidate = day + later * ONE_DAY
        if _spans(candidate, calendar):
            return candidate
    raise NoOpeningHours(
        f"The clinic does not open on any day in the two years after {day}. In the admin, open "
        "Clinic and check the opening hours, the closures and the holidays."
    )


def _spans(day, calendar):
    """The hours open on a date, as sorted (start, end) pairs in UTC."""
    _refuse_moment(day)
    weekday = day.weekday()
    windows = [window for window in calendar.windows if window.weekday == weekday]
    if not windows or holiday_name(day, calendar):
        return []
    zone = calendar.zone
    found = _merge((_instant(day, w.opens, zone), _instant(day, w.closes, zone)) for w in windows)
    for closure in calendar.closures:
        if closure.first <= day <= closure.last:
            start = _instant(day, closure.starts, zone) if closure.starts else None
            end = _instant(day, closure.ends, zone) if closure.ends else None
            found = _without(found, start, end)
    return found


def _merge(pairs):
    """Sorted pairs in which those that overlap or touch have become one, empty ones dropped."""
    merged = []
    for start, end in sorted(pair for pair in pairs if pair[0] < pair[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(pairs, start, end):
    """The pairs with start..end cut out; None means without limit on that side."""
    if start is not None and end is not None and end <= start:
        return pairs  # closing hours entered the wrong way round close nothing
    kept = []
    for opening, closing in pairs:
        if start is not None and opening < start:
            kept.append((opening, min(closing, start)))
        if end is not None and end < closing:
            kept.append((max(opening, end), closing))
    return kept


def _instant(day, clock, zone):
    """The UTC moment at which the clocks of a zone first show this time of this date.

    A time that the clocks skip gives the moment of the skip, so that hours keep their
    order and an opening at 2:30 am on that night still happens.
    """
    wall = datetime.combine(day, clock, zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    # Read with the old offset and with the new, a skipped time falls on both sides of the skip.
    after, before = int(wall.timestamp()), int(wall.replace(fold=1).timestamp())
    new_offset = moment.astimezone(zone).utcoffset()
    while after - before > 1:
        middle = (after + before) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return datetime.fromtimestamp(after, UTC)


# --- Moments


def callback_deadline(received_at, calendar):
    """The moment, in UTC, by which we promise to call someone who asked at `received_at`.

    The rule is this project's own decision (docs name it "deadline"): received while open,
    the close of the first open day after; received while closed, the close of the next day
    that opens. A day is open from its first opening to its last closing; the moment of
    closing counts as closed.
    """
    at = _utc(received_at)
    day = _local_date(at, calendar)
    today = _spans(day, calendar)
    if today and at < today[0][0]:
        return today[-1][1]
    return _spans(next_open_day(day, calendar), calendar)[-1][1]


def kept_or_next(promised, calendar):
    """The promise itself (UTC) while it can stand, else the next moment at which a promise can end.

    A promise stands when its moment lies within the open hours of its day, the close included. One that falls in
    a closure moves to the close of the first day from then on that closes at or after it: never earlier than it was
    (this project's own decision; docs name it "revised").
    """
    promised = _utc(promised)
    day = _local_date(promised, calendar)
    today = _spans(day, calendar)
    if today and today[0][0] < promised <= today[-1][1]:
        return promised
    if not today or today[-1][1] < promised:
        day = next_open_day(day, calendar)
    return _spans(day, calendar)[-1][1]


def is_open(at, calendar):
    """Whether the clinic's day has opened and not yet closed; a lunch break counts as open."""
    at = _utc(at)
    today = _spans(_local_date(at, calendar), calendar)
    return bool(today) and today[0][0] <= at < today[-1][1]


def next_opening(at, calendar):
    """The next moment after `at`, in UTC, at which a day opens."""
    at = _utc(at)
    day = _local_date(at, calendar)
    today = _spans(day, calendar)
    if today and at < today[0][0]:
        return today[0][0]
    return _spans(next_open_day(day, calendar), calendar)[0][0]


def next_change(at, calendar):
    """The next moment after `at`, in UTC, at which what a page says about hours may change:
    an opening, a closing or the clinic's midnight. It exists without opening hours too."""
    at = _utc(at)
    day = _local_date(at, calendar)
    today = _spans(day, calendar)
    changes = [today[0][0], today[-1][1]] if today else []
    # Where clocks were once set back across midnight, tomorrow can have begun already.
    changes += [_instant(day + later * ONE_DAY, time(), calendar.zone) for later in (1, 2)]
    return min(change for change in changes if change > at)


def open_minutes_between(a, b, calendar):
    """How many minutes the clinic was open from `a` to `b`, breaks not counted; 0 if b is first."""
    a, b = _utc(a), _utc(b)
    day, last = _local_date(a, calendar), _local_date(b, calendar)
    total = timedelta()
    while day <= last:
        for start, end in _spans(day, calendar):
            total += max(min(end, b) - max(start, a), timedelta())
        day += ONE_DAY
    return total / timedelta(minutes=1)


def add_open_minutes(at, minutes, calendar):
    """The moment, in UTC, when that many open minutes have passed since `at`."""
    if minutes < 0:
        raise ValueError("Open minutes can only be counted forwards.")
    at = _utc(at)
    left = timedelta(minutes=minutes)
    if not left:
        return at
    day = _local_date(at, calendar)
    while True:
        for start, end in _spans(day, calendar):
            start = max(start, at)
            if end - start >= left:
                return start + left
            left -= max(end - start, timedelta())
        day = next_open_day(day, calendar)


def _utc(moment):
    if moment.utcoffset() is None:
        raise ValueError("A moment needs its time zone: this one has none.")
    return moment.astimezone(UTC)


def _local_date(moment, calendar):
    return moment.astimezone(calendar.zone).date()


def _refuse_moment(day):
    # A datetime is a date to Python, but is never found among the holidays.
    if isinstance(day, datetime):
        raise TypeError("Give a date of the clinic's calendar, not a moment.")


# --- Words


def say_time(moment, zone):
    """A time of day such as "5 pm" or "10:30 am", kept on one line by a no-break space."""
    _utc(moment)
    return _say_clock(moment.astimezone(zone).time())


def say_moment(moment, now, zone):
    """A moment such as "today at 5 pm" or "5 pm on Tuesday, November 24"."""
    _utc(now)
    spoken = say_time(moment, zone)
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if day == today:
        return f"today at {spoken}"
    year = f", {day.year}" if day.year != today.year else ""
    return f"{spoken} on {WEEKDAYS[day.weekday()]}, {MONTHS[day.month - 1]} {day.day}{year}"


def say_day(day):
    """A date such as "Tuesday, November 24"."""
    return f"{WEEKDAYS[day.weekday()]}, {MONTHS[day.month - 1]} {day.day}"


def say_zone(zone, moment):
    """What people call a zone: "Eastern time", "London time", else its offset "(UTC+01:00)"."""
    _utc(moment)
    key = getattr(zone, "key", None) or ""
    if key in US_ZONES:
        return f"{US_ZONES[key]} time"
    area, _, place = key.rpartition("/")
    if area and area.split("/")[0] != "Etc":
        return f"{place.replace('_', ' ')} time"
    offset = moment.astimezone(zone).strftime("%z")
    return f"(UTC{offset[:3]}:{offset[3:5]})"


def say_hours(calendar):
    """The week in words, "Monday to Friday, 9 am to 5 pm"; "" when there are no hours."""
    days_by_hours = {}
    for weekday in range(7):
        hours = _merge((w.opens, w.closes) for w in calendar.windows if w.weekday == weekday)
        if hours:
            days_by_hours.setdefault(tuple(hours), []).append(weekday)
    return "; ".join(
        f"{_say_days(days)}, {_say_list([_say_span(*span) for span in hours])}" for hours, days in days_by_hours.items()
    )


def overlaps(windows):
    """The pairs of windows that overlap. Windows that only touch do not."""
    ordered = sorted(windows, key=lambda w: (w.weekday, w.opens, w.closes))
    return [
        (one, other)
        for index, one in enumerate(ordered)
        for other in ordered[index + 1 :]
        if one.weekday == other.weekday and other.opens < one.closes
    ]


def _say_clock(clock):
    minutes = f":{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{NBSP}{'am' if clock.hour < 12 else 'pm'}"


def _say_span(start, end):
    return f"{_say_clock(start)} to {_say_clock(end)}"


def _say_days(days):
    """Weekdays in words: three or more in a row become "Monday to Wednesday"."""
    if len(days) == 7:
        return "Every day"
    runs = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    said = []
    for run in runs:
        names = [WEEKDAYS[day] for day in run]
        said += [f"{names[0]} to {names[-1]}"] if len(run) > 2 else names
    return _say_list(said)


def _say_list(words):
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


# Every zone of the 50 states that has a name in daily use, old spellings included.
US_ZONES = {
    key: name
    for name, keys in {
        "Eastern": (
            "America/New_York America/Detroit America/Kentucky/Louisville America/Louisville "
            "America/Kentucky/Monticello America/Indiana/Indianapolis America/Indianapolis "
            "America/Fort_Wayne America/Indiana/Vincennes America/Indiana/Winamac "
            "America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay "
            "US/Eastern US/East-Indiana US/Michigan EST5EDT"
        ),
        "Central": (
            "America/Chicago America/Menominee America/Indiana/Tell_City America/Indiana/Knox "
            "America/Knox_IN America/North_Dakota/Center America/North_Dakota/New_Salem "
            "America/North_Dakota/Beulah US/Central US/Indiana-Starke CST6CDT"
        ),
        "Mountain": "America/Denver America/Boise America/Shiprock US/Mountain MST7MDT",
        "Arizona": "America/Phoenix US/Arizona",
        "Pacific": "America/Los_Angeles US/Pacific PST8PDT",
        "Alaska": (
            "America/Anchorage America/Juneau America/Sitka America/Metlakatla America/Yakutat America/Nome US/Alaska"
        ),
        "Hawaii": "Pacific/Honolulu Pacific/Johnston US/Hawaii",
    }.items()
    for key in keys.split()
}
