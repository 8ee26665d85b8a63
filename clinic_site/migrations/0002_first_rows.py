"""Give a new clinic its one row of facts, placeholder hours, the holiday switches and the first shared texts."""

import datetime

from django.db import migrations

HOLIDAYS = [
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
]
STATEMENTS = {
    "off_label": (
        "The FDA has approved IV ketamine for use as an anesthetic. It has not approved it for depression, PTSD or "
        'any other mental health problem. Using it for depression is called "off-label" use. The law lets doctors '
        "do this. But the FDA has not checked how well it works, or how safe it is, for that use."
    ),
    "not_substitute": (
        "This page is general information for adults. It is not medical advice and does not replace care from your "
        "own doctor or therapist. Do not start or stop any medicine because of what you read here. Talk with someone "
        "who knows your health history."
    ),
    "results_vary": (
        "Ketamine does not help everyone. When it helps, the effect often fades. A few people feel worse."
    ),
    "risk_line": (
        "Ketamine can raise blood pressure, slow breathing, cause confusing or frightening feelings, and be misused. "
        "Long-term risks are not fully known."
    ),
    "form": (
        "We use your number only to call you, and we never sell it. On the phone we say only a first name and a "
        "number until you tell us we have reached the right person."
    ),
}


def fill(apps, schema_editor):
    clinic = apps.get_model("clinic_site", "Clinic").objects.create(pk=1)
    hours = apps.get_model("clinic_site", "OpeningHours")
    nine, five = datetime.time(9), datetime.time(17)
    for weekday in range(5):
        hours.objects.create(clinic=clinic, weekday=weekday, opens=nine, closes=five)
    for name in HOLIDAYS:
        apps.get_model("clinic_site", "HolidaySwitch").objects.create(name=name)
    for key, text in STATEMENTS.items():
        apps.get_model("clinic_site", "Statement").objects.create(key=key, text=text)


class Migration(migrations.Migration):
    dependencies = [("clinic_site", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
