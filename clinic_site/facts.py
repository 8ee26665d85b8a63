"""The clinic's facts as pages show them: placeholders filled in, and the last known ones while no database answers."""

import logging
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import Error as DatabaseProblem

from leads import phones

from . import hours, kept
from .models import Clinic, Closure, HolidaySwitch, OpeningHours, Price, Statement, calendar_of, statement_texts
from .statements import DEFAULTS

log = logging.getLogger(__name__)
_last_known = None


@dataclass(frozen=True)
class Facts:
    """What a template may say about the clinic at one moment. Every text is ready to print."""

    at: object
    clinic: Clinic
    calendar: hours.Calendar
    statements: dict
    statement_versions: dict
    prices: tuple = ()
    withheld: bool = False  # the form, until the clinic has set what it needs

    @property
    def paused(self):
        return self.withheld or self.clinic.is_paused_at(self.at)

    @property
    def zone(self):
        return self.clinic.zone

    @property
    def pause_words(self):
        """Return what visitors read in place of the form while staff have paused it, "" at any other time."""
        if not self.clinic.is_paused_at(self.at):
            return ""
        until = self.clinic.paused_until
        until = f" until {hours.say_day(until)}" if until else " just now"
        return f"We do not take requests here{until}. {self.clinic.pause_reason}".strip()

    @property
    def display_name(self):
        return self.clinic.name or "[Clinic name]"

    @property
    def display_phone(self):
        return self.clinic.phone or "[clinic phone number]"

    @property
    def phone_href(self):
        return tel(self.clinic.phone)

    @property
    def display_caller_id(self):
        return self.clinic.caller_id or self.display_phone

    @property
    def display_address(self):
        return f"{self.clinic.street or '[street address]'}, {self.clinic.city_state or '[city, state]'}"

    @property
    def opening_hours(self):
        return hours.say_hours(self.calendar)

    @property
    def zone_words(self):
        return hours.say_zone(self.zone, self.at)

    @property
    def hours_sentence(self):
        if not self.opening_hours:
            return "[opening hours]"
        placeholder = "" if self.clinic.hours_confirmed else "[opening hours not yet confirmed] "
        days = self.opening_hours.removeprefix("Every day")
        days = self.opening_hours if days == self.opening_hours else f"every day{days}"
        return f"{placeholder}Open {days}, {self.zone_words}."

    @property
    def is_open(self):
        return hours.is_open(self.at, self.calendar)

    @property
    def next_opening(self):
        """Return the next opening moment in words, or "" without opening hours."""
        try:
            return hours.say_moment(hours.next_opening(self.at, self.calendar), self.at, self.zone)
        except hours.NoOpeningHours:
            return ""

    @property
    def closed_sentence(self):
        if self.is_open or not self.next_opening:
            return ""
        return f"We are closed now. We open {self.next_opening}."

    @property
    def fees_notice(self):
        return self.clinic.fees_notice or (
            "[The clinic has not yet written its notice about fees, telehealth and membership.]"
        )

    @property
    def max_tries(self):
        return self.clinic.max_tries

    @property
    def keep_days(self):
        return self.clinic.keep_days

    @property
    def tries_days(self):
        return self.clinic.tries_days

    @property
    def message_on_contact(self):
        return self.clinic.message_on_contact

    @property
    def team(self):
        return self.clinic.team or "[Names and licenses of the people who treat]"

    @property
    def license(self):
        return self.clinic.license or "[License and registration]"

    @property
    def complaints(self):
        return self.clinic.complaints or "[How to complain, and to whom]"

    @property
    def off_label_check(self):
        """Return when somebody last made sure that the off-label statement is still true."""
        day = self.clinic.off_label_checked_on
        if day is None:
            return "[The clinic has not yet checked this statement on the FDA's website.]"
        return f"We last checked this on the FDA's website on {day:%B} {day.day}, {day.year}."

    @property
    def privacy_practices(self):
        return self.clinic.privacy_practices or (
            "" if self.clinic.privacy_practices_file else "[The clinic's Notice of Privacy Practices]"
        )

    @property
    def privacy_practices_url(self):
        return self.clinic.privacy_practices_file.url if self.clinic.privacy_practices_file else ""

    def promise(self):
        """Return the moment (UTC) by which a request received now is called; raises hours.NoOpeningHours."""
        return hours.callback_deadline(self.at, self.calendar)

    def say(self, moment):
        """Return a moment in the clinic's zone, as people read it."""
        return hours.say_moment(moment, self.at, self.zone)


def tel(typed):
    """Return a tel: link for a number a person typed, or "" when there is none to be made."""
    try:
        number = phones.read(typed)
    except phones.PhoneError:
        return ""
    return phones.tel(number.e164, number.extension)


def facts(at):
    """Return the clinic's facts at `at`. While the database does not answer, those that were known last."""
    global _last_known
    try:
        clinic = Clinic.current()
        texts, versions = statement_texts()
        prices = tuple(Price.objects.all())
        _last_known = Facts(at, clinic, clinic.calendar(), texts, versions, prices, clinic.form_is_paused())
        return _last_known
    except DatabaseProblem as error:
        log.error("clinic facts not readable: %s", type(error).__name__)
    return without_database(at)


def without_database(at):
    """Return the facts this process has seen last, else those kept on the disk, else placeholders alone."""
    global _last_known
    _last_known = _last_known or _as_kept(at)
    return replace(_last_known, at=at) if _last_known else unknown(at)


def _as_kept(at):
    """Return the facts as the `work` loop has kept them, or None."""
    rows = kept.read()
    if rows is None:
        return None
    clinic, windows = rows[Clinic][0], rows[OpeningHours]
    calendar = calendar_of(clinic.zone, windows, rows[Closure], rows[HolidaySwitch])
    texts = DEFAULTS | {row.key: row.text for row in rows[Statement]}
    versions = dict.fromkeys(DEFAULTS, 0) | {row.key: row.version for row in rows[Statement]}
    withheld = not settings.DEMONSTRATION and bool(clinic.missing_facts(has_hours=bool(windows)))
    return Facts(at, clinic, calendar, texts, versions, tuple(rows[Price]), withheld)


def unknown(at):
    """Return facts made of placeholders alone, for a process that has never seen the database."""
    clinic = Clinic(pk=1)
    calendar = hours.Calendar(clinic.zone, ())
    return Facts(at, clinic, calendar, dict(DEFAULTS), {}, withheld=not settings.DEMONSTRATION)
