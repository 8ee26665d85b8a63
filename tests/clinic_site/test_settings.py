"""Settings come from the environment, and what is wrong is said by name."""

import os
import runpy
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import ConnectionHandler

from clinic_site import checks

SETTINGS = Path(site.BASE_DIR) / "clinic_site" / "settings.py"


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Return a function that reads settings.py anew under some variables; None unsets one."""

    def load(**variables):
        for name, value in {"DATABASE_URL": None, "SITE_URL": None, "DATA_DIR": str(tmp_path), **variables}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return load


@pytest.mark.parametrize(
    "variables, message",
    [
        ({"DEBUG": "yes"}, "DEBUG must be True or False, not 'yes'."),
        ({"PORT": "http"}, "PORT must be a whole number from 1 to 65535, not 'http'."),
        ({"PORT": "0"}, "PORT must be a whole number from 1 to 65535, not '0'."),
        ({"PORT": "65536"}, "PORT must be a whole number from 1 to 65535, not '65536'."),
        ({"TRUSTED_PROXY_COUNT": "-1"}, "TRUSTED_PROXY_COUNT must be a whole number from 0 to 9, not '-1'."),
        ({"LEASE_MINUTES": "0"}, "LEASE_MINUTES must be a whole number from 1 to 1440, not '0'."),
        ({"SITE_URL": "clinic.example"}, "SITE_URL must be an address such as https://clinic.example, not"),
        ({"HOST": "0.0.0.0"}, "HOST=0.0.0.0 listens on every address of this machine: set SITE_URL"),
        ({"HOST": "::"}, "HOST=:: listens on every address of this machine: set SITE_URL"),
    ],
)
def test_a_wrong_variable_stops_the_site_and_is_named(load, variables, message):
    with pytest.raises(ImproperlyConfigured) as raised:
        load(**variables)

    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_without_a_key_it_says_where_one_would_be(load, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="No secret key: set SECRET_KEY, or start once with `make run`") as e:
        load(SECRET_KEY=None)

    assert str(tmp_path / "secret_key") in str(e.value)


def test_the_key_is_read_from_the_data_folder(load, tmp_path):
    (tmp_path / "secret_key").write_text("written by make run\n")

    assert load(SECRET_KEY=None)["SECRET_KEY"] == "written by make run"
    assert load(SECRET_KEY="from the environment")["SECRET_KEY"] == "from the environment"


@pytest.mark.parametrize(
    "variables, address, demonstration",
    [
        ({}, "http://127.0.0.1:8000", True),
        ({"PORT": "9000"}, "http://127.0.0.1:9000", True),
        ({"HOST": "localhost", "PORT": "80"}, "http://localhost", True),
        ({"HOST": "::1"}, "http://[::1]:8000", True),
        ({"HOST": "192.0.2.7", "PORT": "8080"}, "http://192.0.2.7:8080", False),
        ({"HOST": "0.0.0.0", "SITE_URL": "https://clinic.example/"}, "https://clinic.example", False),
        ({"SITE_URL": ""}, "http://127.0.0.1:8000", True),
        ({"TRUSTED_PROXY_COUNT": "1"}, "http://127.0.0.1:8000", False),
    ],
)
def test_the_address_follows_host_and_port(load, variables, address, demonstration):
    loaded = load(**variables)

    assert loaded["SITE_URL"] == address
    assert loaded["CSRF_TRUSTED_ORIGINS"] == [address]
    assert loaded["DEMONSTRATION"] is demonstration


def test_https_turns_on_everything_that_needs_it(load):
    names = ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS"]

    public, local = load(SITE_URL="https://clinic.example"), load()

    assert [public[name] for name in names] == [True, True, True, 31536000]
    assert [local[name] for name in names] == [False, False, False, 0]
    assert public["ALLOWED_HOSTS"] == ["clinic.example"]


def test_the_database_stays_in_a_folder_with_an_odd_name(load, tmp_path):
    folder = tmp_path / "a +%20?#b"

    assert load(DATA_DIR=str(folder))["DATABASES"]["default"]["NAME"] == str(folder / "db.sqlite3")


def test_a_relative_folder_is_one_of_the_project(load, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert load(DATA_DIR="elsewhere")["DATA_DIR"] == Path(site.BASE_DIR) / "elsewhere"
    assert load(DATA_DIR="")["DATA_DIR"] == Path(site.BASE_DIR) / "var"


def test_postgresql_is_one_variable(load):
    database = load(DATABASE_URL="postgres://clinic:p%40ss@db.example:5433/site", CONN_MAX_AGE="30")["DATABASES"][
        "default"
    ]

    assert database["ENGINE"] == "django.db.backends.postgresql"
    found = [database[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "CONN_MAX_AGE")]
    assert found == ["clinic", "p@ss", "db.example", 5433, "site", 30]
    assert "init_command" not in database.get("OPTIONS", {})


def test_an_env_file_is_read_and_the_environment_wins(load, tmp_path):
    (tmp_path / "env").write_text("WEB_TEST_ONLY=1\nLOG_LEVEL=DEBUG\nPORT=8123\n")
    try:
        loaded = load(ENV_FILE=str(tmp_path / "env"), PORT="8124")
    finally:
        for name in ("WEB_TEST_ONLY", "LOG_LEVEL"):
            os.environ.pop(name, None)

    assert loaded["PORT"] == 8124
    assert loaded["LOGGING"]["root"]["level"] == "DEBUG"


@pytest.fixture
def sqlite(load, monkeypatch, django_db_blocker):
    """A connection to a new file, as the settings open one; `checks` is pointed at it."""
    database = load()["DATABASES"]["default"]
    with django_db_blocker.unblock():
        handler = ConnectionHandler({"default": database})
        monkeypatch.setattr(checks, "connections", handler)
        yield handler["default"]
        handler["default"].close()


def test_sqlite_is_set_as_promised(sqlite):
    assert checks.sqlite_keeps_its_promises(databases=["default"]) == []


@pytest.mark.parametrize(
    "pragma, name",
    [
        ("journal_mode=DELETE", "journal_mode is delete, not WAL"),
        ("synchronous=NORMAL", "synchronous is 1, not FULL"),
        ("foreign_keys=OFF", "foreign_keys is 0, not ON"),
        ("secure_delete=OFF", "secure_delete is 0, not ON"),
    ],
)
def test_sqlite_that_breaks_a_promise_is_named(sqlite, pragma, name):
    with sqlite.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")

    (problem,) = checks.sqlite_keeps_its_promises(databases=["default"])

    assert problem.is_serious()
    assert name in problem.msg


def test_a_data_folder_that_cannot_be_written_is_named(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "nowhere"

    assert checks.data_dir_problem() == f"DATA_DIR {tmp_path}/nowhere cannot be written: No such file or directory."
    settings.DATA_DIR = tmp_path
    assert checks.data_dir_problem() is None
