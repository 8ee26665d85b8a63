"""Make the first staff account, so that somebody can sign in and make the others."""

import secrets
import shlex

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import IntegrityError, transaction

NAME = "owner"
# No letter or digit that looks like another when it is copied by hand.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def manage_py():
    """Return how manage.py is called so that it finds the folder this site keeps its data in."""
    elsewhere = settings.DATA_DIR != settings.BASE_DIR / "var"
    return (f"DATA_DIR={shlex.quote(str(settings.DATA_DIR))} " if elsewhere else "") + ".venv/bin/python manage.py"


def make_password():
    """Return five groups of four: about 99 bits, and easy to copy."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))


class Command(BaseCommand):
    help = "Make the first staff account and show its password once. Does nothing when there is a staff account."

    def handle(self, **options):
        users = get_user_model().objects
        if users.filter(is_staff=True).exists():
            return
        password = make_password()
        try:
            with transaction.atomic():
                users.create_superuser(NAME, password=password)
        except IntegrityError:
            # Another process was first, or somebody without access to the desk has the name.
            if not users.filter(is_staff=True).exists():
                self.stdout.write("No staff account yet: make one with `" + manage_py() + " createsuperuser`.")
            return
        lines = [
            "The first staff account. This password is shown once: write it down now.",
            "",
            f"  user name   {NAME}",
            f"  password    {password}",
            "",
            f"Lost it? {manage_py()} changepassword {NAME}",
        ]
        width = max(map(len, lines))
        rule = f"+{'-' * (width + 2)}+"
        self.stdout.write("\n".join(["", rule, *(f"| {line:<{width}} |" for line in lines), rule, ""]))
