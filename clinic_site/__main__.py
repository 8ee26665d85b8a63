"""
`python -m clinic_site`, which `make run` calls: make the data folder and the key, bring everything up to date, serve.

Whatever is wrong is said in one line.
"""

import contextlib
import os
import secrets
import sys
from pathlib import Path

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import Error as DatabaseError

BASE_DIR = Path(__file__).resolve().parent.parent


def make_data_dir():
    """Make DATA_DIR and, unless SECRET_KEY is set, a key in it; both readable by their owner alone."""
    env = environ.Env()
    environ.Env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))
    folder = (BASE_DIR / (env.str("DATA_DIR", default="") or "var")).resolve()
    before = os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not env.str("SECRET_KEY", default=""):
            make_key(folder / "secret_key")
    except OSError as error:
        sys.exit(f"DATA_DIR {folder} cannot be written: {error.strerror}.")
    finally:
        os.umask(before)


def make_key(path):
    """Write a new key, whole or not at all, and never over one that is there."""
    if path.exists() and path.stat().st_size:
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(secrets.token_urlsafe(64) + "\n")
    try:
        if path.exists():
            path.unlink()
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink()


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")
    make_data_dir()
    try:
        django.setup()
        call_command("serve", prepare=True)
    except (CommandError, ImproperlyConfigured) as mistake:
        sys.exit(" ".join(str(mistake).split()))
    except DatabaseError as mistake:
        sys.exit(f"The database cannot be used: {' '.join(str(mistake).split())}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
