"""Settings of a test run, and the fixtures every room shares."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest

# Before Django reads its settings: a folder of this process's own, and nothing from the developer's `.env`.
FOLDER = Path(tempfile.mkdtemp(prefix="clinic-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
(FOLDER / "static").mkdir()
for name in (
    "ALLOWED_HOSTS CONN_MAX_AGE CSRF_TRUSTED_ORIGINS DEFAULT_FROM_EMAIL EMAIL_URL HOST LEASE_MINUTES LOG_LEVEL "
    "PORT SECURE_HSTS_SECONDS TRUSTED_PROXY_COUNT WEB_THREADS WEB_WORKERS"
).split():
    os.environ.pop(name, None)
os.environ.update(
    DATA_DIR=str(FOLDER),
    DEBUG="False",
    DJANGO_SETTINGS_MODULE="clinic_site.settings",
    ENV_FILE=os.devnull,
    SECRET_KEY="for tests alone, long enough that nothing warns about its length",
    SITE_URL="http://127.0.0.1:8000",
    STATIC_ROOT=str(FOLDER / "static"),
)

from django.conf import settings  # noqa: E402

# A password costs nothing to hash, and static files keep their plain names. That the real storage works is
# tested in tests/clinic_site/test_serve.py.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
# Unset, so that a second test process comes by here too before it reads the settings.
del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_addoption(parser):
    parser.addoption("--database-only", action="store_true", help="leave out every test that asks no database")
    parser.addoption("--long", action="store_true", help="run the long fault tests too, and the others at full length")


def pytest_collection_modifyitems(config, items):
    """Give every test that really commits the rows that migrations put in; the one before it emptied the tables."""
    if config.getoption("--database-only"):
        left_out = [item for item in items if not asks_the_database(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if asks_the_database(item)]
    if not config.getoption("--long"):
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    for item in items:
        marker = item.get_closest_marker("django_db")
        commits = {"live_server", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        if commits or (marker and marker.kwargs.get("transaction")):
            kwargs = {**(marker.kwargs if marker else {}), "transaction": True, "serialized_rollback": True}
            item.add_marker(pytest.mark.django_db(**kwargs), append=False)


def asks_the_database(item):
    return bool(item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames))


def pytest_sessionfinish(session):
    """On CI a test that was skipped is a test that is missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        reporter.write_line("CI allows no skipped test.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def own_spool(settings, tmp_path, monkeypatch):
    """Let no request of one test wait for the next, and no failure of one database be remembered in another test."""
    from leads import intake

    settings.SPOOL_DIR = tmp_path / "spool"
    settings.KEPT_DIR = tmp_path / "kept"
    monkeypatch.setattr(intake, "_failed_at", None)


@pytest.fixture
def staff(django_user_model):
    """Somebody who may do everything on the staff site."""
    return django_user_model.objects.create_superuser("ana", "ana@clinic.example", "a long enough password")


@pytest.fixture
def staff_client(client, staff):
    client.force_login(staff)
    return client
