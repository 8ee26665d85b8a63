"""What is true of the whole clinic: its facts, its hours, its shared texts and its prices."""

import datetime
import re
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import (
    FileExtensionValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    validate_email,
)
from django.db import Error as DatabaseProblem
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from leads import phones

from . import hours
from .statements import DEFAULTS

LONGEST_ADDRESS = 254


def check_zone(name):
    if name not in available_timezones():
        raise ValidationError("Choose a time zone such as America/New_York.")


def check_phone(typed):
    try:
        phones.read(typed)
    except phones.PhoneError as error:
        raise ValidationError(str(error)) from error


def split_addresses(text):
    """Return the addresses of a list as people write it: on lines, or with commas, semicolons or spaces between."""
    return [address for address in re.split(r"[\s,;]+", text) if address]


def check_recipients(text):
    for address in split_addresses(text):
        try:
            validate_email(address)
            # What is owed to it is kept with the request: an address too long to store would refuse the request.
            MaxLengthValidator(LONGEST_ADDRESS)(address)
        except ValidationError as error:
            raise ValidationError(f"Check this address: {address}. Write one address on each line.") from error


class Clinic(models.Model):
    """The clinic's own facts, one row. An empty fact shows as a plain placeholder in square brackets."""

    name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(
        max_length=40, blank=True, validators=[check_phone], help_text="Shown on every page, like 202-555-0142."
    )
    caller_id = models.CharField(
        "number our calls come from",
        max_length=40,
        blank=True,
        validators=[check_phone],
        help_text="What people see on their phone when the desk calls. Left empty, the clinic's phone is named.",
    )
    street = models.CharField(max_length=120, blank=True)
    city_state = models.CharField("city, state and ZIP", max_length=120, blank=True)
    time_zone = models.CharField(
        max_length=60,
        default="America/New_York",
        validators=[check_zone],
        help_text="The zone every promise is counted in, such as America/Chicago.",
    )
    hours_confirmed = models.BooleanField(
        "these hours and this time zone are ours",
        default=False,
        help_text="The site starts with Monday to Friday, 9 am to 5 pm, as a placeholder. Tick this when the opening "
        "hours below and the time zone are the clinic's own.",
    )
    recipients = models.TextField(
        "who is told that a request waits",
        blank=True,
        validators=[check_recipients],
        help_text="E-mail addresses, one on each line. The mail carries a link and a time, never a name or a number.",
    )
    safety_recipients = models.TextField(
        "who is told of a safety flag",
        blank=True,
        validators=[check_recipients],
        help_text="One address on each line. Empty: everybody above. Such a mail leaves at once.",
    )
    late_recipients = models.TextField(
        "who is told that a promise is near or has passed",
        blank=True,
        validators=[check_recipients],
        help_text="One address on each line, a manager's for one. Empty: everybody above.",
    )
    due_soon_minutes = models.PositiveSmallIntegerField(
        "minutes before a promise to tell it",
        default=60,
        validators=[MaxValueValidator(480)],
        help_text="0: tell only when it has passed.",
    )
    daily_digest = models.BooleanField(
        "send the day's numbers each open morning",
        default=True,
        help_text="How many wait, are due and are overdue. It comes also when nothing waits: a sign that mail works.",
    )
    digest_at = models.TimeField("at", null=True, blank=True, help_text="Empty: when the day opens.")
    paused = models.BooleanField(
        "pause the call-back form",
        default=False,
        help_text="Every page then shows the clinic's phone and hours in place of the form.",
    )
    pause_reason = models.CharField(
        "reason, for visitors", max_length=200, blank=True, help_text="Such as: Our team is away for training."
    )
    paused_until = models.DateField(
        "the form returns on", null=True, blank=True, help_text="Empty: when you take the tick out."
    )
    team = models.TextField(
        "who treats", blank=True, help_text="Real, licensed people with their credentials. Shown on About us."
    )
    license = models.TextField("license", blank=True, help_text="License and registration, shown on About us.")
    complaints = models.TextField("how to complain", blank=True, help_text="Shown on About us.")
    fees_notice = models.TextField(
        "fees, telehealth and membership notice",
        blank=True,
        help_text="Stands on How it works and before the call-back form: what a first call costs, whether visits are "
        "by video, whether there is a membership.",
    )
    off_label_checked_on = models.DateField(
        "off-label statement last checked",
        null=True,
        blank=True,
        help_text="The day somebody last looked on the FDA's website and found that IV ketamine is still not approved "
        "for depression. Pages show this date beside the statement.",
    )
    privacy_practices = models.TextField(
        "Notice of Privacy Practices", blank=True, help_text="The clinic's own notice, as text. Or attach it below."
    )
    privacy_practices_file = models.FileField(
        "Notice of Privacy Practices (PDF)",
        upload_to="notices/",
        blank=True,
        validators=[FileExtensionValidator(["pdf"], "Attach the notice as a PDF file.")],
    )
    share_facebook = models.BooleanField("Facebook", default=False)
    share_x = models.BooleanField("X", default=False)
    share_pinterest = models.BooleanField("Pinterest", default=False)
    share_whatsapp = models.BooleanField("WhatsApp", default=False)
    crisis_script = models.TextField(
        "crisis steps for the desk",
        blank=True,
        help_text="What staff do when a caller is in crisis. Left empty, a safe general text is shown.",
    )
    crisis_script_reviewed = models.BooleanField("a clinician has reviewed the crisis steps", default=False)
    message_on_contact = models.BooleanField(
        "allow a short message on the contact page",
        default=False,
        help_text="At most 300 characters, for non-medical questions. It makes the same request with the same promise.",
    )
    max_tries = models.PositiveSmallIntegerField(
        "tries before closing is offered", default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    tries_days = models.PositiveSmallIntegerField(
        "open days those tries are spread over", default=4, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    keep_days = models.PositiveSmallIntegerField(
        "days a closed request is kept", default=180, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "clinic facts"
        verbose_name_plural = "clinic facts"
        constraints = [models.CheckConstraint(name="clinic_is_one_row", condition=Q(pk=1))]

    def __str__(self):
        return self.name or "Clinic facts"

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def current(cls):
        """Return the one row, made on first use."""
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def zone(self):
        return ZoneInfo(self.time_zone)

    def calendar(self):
        """Return hours, closures and holidays as a plain `hours.Calendar`."""
        return calendar_of(self.zone, OpeningHours.objects.all(), Closure.objects.all(), HolidaySwitch.objects.all())

    def recipient_list(self):
        return split_addresses(self.recipients)

    def recipients_of(self, kind):
        """Return the addresses that are told of one kind of notice, as leads.Notice names kinds."""
        own = {"safety": self.safety_recipients, "due_soon": self.late_recipients, "overdue": self.late_recipients}
        return list(dict.fromkeys(split_addresses(own.get(kind, "")) or self.recipient_list()))

    def all_recipients(self):
        return {*split_addresses(f"{self.recipients} {self.safety_recipients} {self.late_recipients}")}

    def is_paused_at(self, at):
        """Tell whether staff have paused the form: until the clinic's day named in `paused_until` begins."""
        return self.paused and (self.paused_until is None or at.astimezone(self.zone).date() < self.paused_until)

    def clean(self):
        today = timezone.now().astimezone(ZoneInfo(self.time_zone)).date() if self.time_zone else None
        if self.paused and today and self.paused_until and self.paused_until <= today:
            raise ValidationError({"paused_until": "Choose a day after today, or leave it empty."})

    def missing_facts(self, has_hours=None):
        """Return what still has to be set before the form may be public, as short words for staff.

        `has_hours` tells whether there are opening hours, for whoever cannot ask the database.
        """
        missing = []
        if not self.phone:
            missing.append("the clinic's phone")
        if not self.hours_confirmed or not (OpeningHours.objects.exists() if has_hours is None else has_hours):
            missing.append("opening hours and time zone")
        if not self.recipient_list():
            missing.append("one e-mail address that is told of requests")
        return missing

    def form_is_paused(self):
        """Tell whether the call-back form is withheld: on any address but loopback until the facts are set."""
        return bool(not settings.DEMONSTRATION and self.missing_facts())


def calendar_of(zone, windows, closures, switches):
    """Return rows of opening hours, closures and holidays as a plain `hours.Calendar`."""
    return hours.Calendar(
        zone=zone,
        windows=tuple(hours.Window(row.weekday, row.opens, row.closes) for row in windows),
        closures=tuple(row.value() for row in closures),
        open_holidays=frozenset(row.name for row in switches if not row.closed),
    )


class OpeningHours(models.Model):
    """One open window of one weekday. A day may have several; a gap between two counts as open for the promise."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, default=1, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens", "id"]
        verbose_name = "opening hours"
        verbose_name_plural = "opening hours"
        constraints = [
            models.CheckConstraint(
                name="opening_hours_close_after_open",
                condition=Q(closes__gt=F("opens")),
                violation_error_message="Closing time must be later than opening time. For hours past midnight, "
                "end this window at 11:59 pm and start another on the next day.",
            )
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Closure(models.Model):
    """Days, or hours of days, on which the clinic is closed although its hours say otherwise."""

    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    starts_at = models.TimeField("from", null=True, blank=True, help_text="Leave both times empty for whole days.")
    ends_at = models.TimeField("until", null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True, help_text="For staff, such as: staff training.")

    class Meta:
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="closure_ends_after_start",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message="The last day must not be before the first day.",
            ),
            models.CheckConstraint(
                name="closure_until_after_from",
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                violation_error_message="The closure must end later than it starts.",
            ),
        ]

    def __str__(self):
        days = f"{self.starts_on}" if self.starts_on == self.ends_on else f"{self.starts_on} to {self.ends_on}"
        return f"{days} {self.reason}".strip()

    def value(self):
        return hours.Closure(self.starts_on, self.ends_on, self.starts_at, self.ends_at, self.reason)


class HolidaySwitch(models.Model):
    """One US federal holiday by name. Ticked, the clinic is closed on it, every year, observed days included."""

    name = models.CharField(max_length=80, unique=True)
    closed = models.BooleanField("we are closed", default=True)

    class Meta:
        ordering = ["id"]
        verbose_name = "holiday"

    def __str__(self):
        return self.name


class StatementQuerySet(models.QuerySet):
    def current(self):
        """Return {key: newest row} of all shared texts."""
        return {row.key: row for row in self.order_by("key", "version")}


class Statement(models.Model):
    """One version of a text shared by pages. A new wording is a new row; old rows say what the public saw."""

    class Key(models.TextChoices):
        OFF_LABEL = "off_label", "Off-label statement"
        NOT_SUBSTITUTE = "not_substitute", "Not a substitute for care"
        RESULTS_VARY = "results_vary", "Results vary"
        RISK_LINE = "risk_line", "Risk line"
        FORM = "form", "Wording beside the call-back form"

    key = models.CharField(max_length=40, choices=Key)
    version = models.PositiveIntegerField(default=1)
    text = models.TextField()
    public_from = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-version"]
        verbose_name = "shared statement"
        constraints = [models.UniqueConstraint(name="statement_version_once", fields=["key", "version"])]

    def __str__(self):
        return f"{self.get_key_display()}, version {self.version}"


class Price(models.Model):
    """One line of the clinic's own dated price list. With no line, pages say how to ask."""

    label = models.CharField(max_length=120, help_text="Such as: one infusion visit.")
    amount = models.DecimalField("US dollars", max_digits=8, decimal_places=2, validators=[MinValueValidator(0)])
    includes = models.CharField("what is included", max_length=300, blank=True)
    as_of = models.DateField("valid from", default=datetime.date.today)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self):
        return self.label


class Heartbeat(models.Model):
    """When a background process was last seen at work."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self):
        return self.name


def statement_texts():
    """Return ({key: text}, {key: version}) now in force; the built-in texts while no database answers."""
    texts, versions = dict(DEFAULTS), dict.fromkeys(DEFAULTS, 0)
    try:
        rows = Statement.objects.current()
    except DatabaseProblem:
        rows = {}
    for key, row in rows.items():
        texts[key], versions[key] = row.text, row.version
    return texts, versions
