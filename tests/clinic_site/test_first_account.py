"""The first staff account: made once, shown once, never beside another."""

import re
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management import call_command


def test_the_first_account_is_made_once(db, capsys):
    call_command("first_account")
    said = capsys.readouterr().out
    password = re.search(r"password    (\S+)", said)[1]
    owner = get_user_model().objects.get()
    call_command("first_account")

    assert (owner.username, owner.is_staff, owner.is_superuser) == ("owner", True, True)
    assert owner.check_password(password)
    assert "shown once" in said
    assert capsys.readouterr().out == ""
    assert get_user_model().objects.count() == 1


def test_no_account_is_made_beside_staff(staff, capsys):
    call_command("first_account")

    assert capsys.readouterr().out == ""
    assert list(get_user_model().objects.all()) == [staff]


def test_an_owner_without_access_is_not_promoted(db, capsys, settings):
    settings.DATA_DIR = settings.BASE_DIR / "var"
    get_user_model().objects.create_user("owner")

    call_command("first_account")

    said = capsys.readouterr().out
    assert said == "No staff account yet: make one with `.venv/bin/python manage.py createsuperuser`.\n"
    assert get_user_model().objects.filter(is_staff=True).count() == 0


def test_the_way_to_another_password_finds_the_folder_of_this_site(db, capsys, settings):
    settings.DATA_DIR = Path("/srv/the clinic")

    call_command("first_account")

    assert "DATA_DIR='/srv/the clinic' .venv/bin/python manage.py changepassword owner" in capsys.readouterr().out
