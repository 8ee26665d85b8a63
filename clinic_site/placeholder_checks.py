"""Reminders of clinic facts that are still placeholders: `check --deploy --database default` and the admin say them."""

from django.core.checks import Tags, Warning, register
from django.db import DatabaseError

from articles.models import Release

from .models import Clinic, OpeningHours


def open_placeholders(clinic):
    """Return [(id, what is still a placeholder)] for one clinic, in the order of its form."""
    has_notice = clinic.privacy_practices or clinic.privacy_practices_file
    facts = [
        ("W001", "the clinic's name", clinic.name),
        ("W002", "the clinic's phone", clinic.phone),
        ("W003", "the street address", clinic.street and clinic.city_state),
        ("W004", "opening hours and time zone", clinic.hours_confirmed and OpeningHours.objects.exists()),
        ("W005", "who is told that a request waits", clinic.recipient_list()),
        ("W006", "who treats", clinic.team),
        ("W007", "the license", clinic.license),
        ("W008", "how to complain", clinic.complaints),
        ("W009", "the fees, telehealth and membership notice", clinic.fees_notice),
        ("W010", "the Notice of Privacy Practices", has_notice),
        ("W011", "the crisis steps, reviewed by a clinician", clinic.crisis_script_reviewed),
        ("W012", "the day the off-label statement was last checked", clinic.off_label_checked_on),
        (
            "W013",
            "a clinician's signature under every page about treatment (a public address shows signed ones only)",
            not Release.objects.unsigned_treatment().exists(),
        ),
    ]
    return [(number, words) for number, words, known in facts if not known]


@register(Tags.database, deploy=True)
def placeholders_are_filled(app_configs, databases=None, **kwargs):
    if not databases:
        return []
    try:
        clinic = Clinic.objects.filter(pk=1).first() or Clinic(pk=1)
        missing = open_placeholders(clinic)
    except DatabaseError:
        return [Warning("The clinic's facts cannot be read.", hint="Run `manage.py migrate`.", id="clinic.W000")]
    return [
        Warning(f"Still a placeholder: {words}.", hint="Set it in the admin under Clinic facts.", id=f"clinic.{number}")
        for number, words in missing
    ]
