"""What must hold before the site may serve; `manage.py check --database default` says it by name."""

import tempfile

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connections

# PRAGMA -> (the answers that keep the promise, the setting's name, why it matters)
SQLITE = {
    "journal_mode": (("wal",), "WAL", "readers would wait for writers"),
    "synchronous": ((2, 3), "FULL", "a request that was confirmed could be lost with the power"),
    "foreign_keys": ((1,), "ON", "a row could point at nothing"),
    "secure_delete": ((1,), "ON", "what was erased would stay in the file"),
}


@register(Tags.database)
def sqlite_keeps_its_promises(app_configs=None, databases=None, **kwargs):
    """Ask a real connection, not the settings: a network disk, for one, refuses WAL without saying so."""
    problems = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        with connection.cursor() as cursor:
            for pragma, (answers, wanted, why) in SQLITE.items():
                found = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
                if found not in answers:
                    message = f"SQLite's {pragma} is {found}, not {wanted}: {why}."
                    hint = "Keep the database on a local disk and its OPTIONS as settings.py has them."
                    problems.append(Error(message, hint=hint, obj=alias, id=f"clinic_site.sqlite_{pragma}"))
    return problems


def data_dir_problem():
    """Return in one line why nothing can be stored in DATA_DIR, or None."""
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
            file.write(b"a")
    except OSError as error:
        return f"DATA_DIR {settings.DATA_DIR} cannot be written: {error.strerror}."
    return None
