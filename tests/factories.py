"""Rows for tests, with defaults that are true of an ordinary Monday at the clinic."""

import itertools
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from clinic_site import hours
from clinic_site.models import Clinic
from leads.models import Lead

NEW_YORK = ZoneInfo("America/New_York")
# In the week of Thanksgiving: Thursday, November 26, is a holiday.
MONDAY_10AM = datetime(2026, 11, 23, 10, tzinfo=NEW_YORK).astimezone(UTC)
MONDAY_5PM = datetime(2026, 11, 23, 17, tzinfo=NEW_YORK).astimezone(UTC)
TUESDAY_9AM = datetime(2026, 11, 24, 9, tzinfo=NEW_YORK).astimezone(UTC)
TUESDAY_5PM = datetime(2026, 11, 24, 17, tzinfo=NEW_YORK).astimezone(UTC)
# Monday to Friday, 9 am to 5 pm in New York, as `make_clinic` sets it.
CALENDAR = hours.Calendar(NEW_YORK, tuple(hours.Window(day, time(9), time(17)) for day in range(5)))

_numbers = itertools.count(1)


def make_clinic(**fields):
    """Return the clinic's one row, with the hours the migrations made: Monday to Friday, 9 am to 5 pm, New York."""
    clinic = Clinic.current()
    for name, value in {"recipients": "desk@clinic.example", "daily_digest": False, **fields}.items():
        setattr(clinic, name, value)
    clinic.save()
    return clinic


def make_staff(username="ana", role="Front desk", **fields):
    """Return a staff member; `role=None` gives one who may do nothing."""
    user = get_user_model().objects.create_user(username, password="a long enough password", is_staff=True, **fields)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def make_lead(**fields):
    """Return a stored request, received on Monday at 10 am and promised by Tuesday at 5 pm."""
    number = next(_numbers)
    values = {
        "reference": f"T{number:05}",
        "token": f"token-{number}",
        "submission_key": f"key-{number}",
        "name": f"Test caller {number}",
        "phone_raw": f"202-555-{100 + number % 100:04}",
        "phone_e164": f"+1202555{100 + number % 100:04}",
        "source_path": "/articles/does-ketamine-work-for-depression/",
        "received_at": MONDAY_10AM,
        "promised_by": TUESDAY_5PM,
        **fields,
    }
    if values.get("claimed_by") and not values.get("claimed_until"):
        values["claimed_until"] = MONDAY_5PM
    return Lead.objects.create(**values)
