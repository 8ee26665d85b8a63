"""Where requests wait while the database cannot take them: a folder, one file for each.

A file is on the disk before its sender is thanked. The `work` loop of the same machine brings it into the database,
once. Only the user the site runs as may read the folder. Each node has its own.
"""

import fcntl
import json
import logging
import os
import time
from contextlib import contextmanager

from django.conf import settings

log = logging.getLogger(__name__)

# How long a change that a person makes waits for the loop to let go of the folder.
LOCK_SECONDS = 2
# A file younger than this is about to be brought in: nothing to tell staff about.
SOON = 60


class Busy(Exception):
    """Somebody else works on the folder; try again."""


def folder():
    return settings.SPOOL_DIR


def put(key, values):
    """Keep a request's plain values under its key. Return False if one is there already; raises OSError.

    When this returns, the file and its name are on the disk.
    """
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = place / f"{key}.json"
    temporary = _write(place, values)
    try:
        # Unlike a rename, a link never takes another file's place.
        os.link(temporary, final)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    _sync(place)
    return True


def get(key):
    """Return the values kept under `key`, or None."""
    return _read(folder() / f"{key}.json")


def waiting_keys():
    """Return the keys of all requests that wait, the longest waiting first."""
    found = []
    for entry in _entries(".json"):
        try:
            found.append((entry.stat().st_mtime_ns, entry.name.removesuffix(".json")))
        except OSError:  # brought in meanwhile
            continue
    return [key for _, key in sorted(found)]


def change(key, **changes):
    """Change values of a request that waits. Return False if it waits no more; raises Busy or OSError."""
    with _alone(LOCK_SECONDS):
        values = get(key)
        if values is None:
            return False
        place = folder()
        os.replace(_write(place, values | changes), place / f"{key}.json")
        _sync(place)
        return True


def remove(key):
    """Forget a request that waits. Return False if it waits no more; raises Busy or OSError."""
    with _alone(LOCK_SECONDS):
        try:
            (folder() / f"{key}.json").unlink()
        except FileNotFoundError:
            return False
        _sync(folder())
        return True


def drain(store, go_on=lambda: True):
    """Hand every request that waits to `store(key, values)` and forget it. Return how many, how many set aside.

    `store` must do nothing when it has stored the same request before: a process may end between its work and ours.
    It raises ValueError, KeyError or TypeError for values it cannot use; then the file is set aside for a person to
    look at, and the others go on. Anything else it raises ends the round, and everything stays for the next.
    """
    done = bad = 0
    for key in waiting_keys():
        if not go_on():
            break
        with _alone(0):
            path = folder() / f"{key}.json"
            try:
                values = _read(path)
                if values is None:
                    continue
                store(key, values)
            except (ValueError, KeyError, TypeError) as problem:
                log.error("a waiting request cannot be read and was set aside: %s", type(problem).__name__)
                path.rename(path.with_suffix(".bad"))
                bad += 1
            else:
                path.unlink(missing_ok=True)
                done += 1
            _sync(folder())
    return done, bad


def waiting(now=None):
    """Return how many requests wait for longer than a minute, and how many files could not be read."""
    now = time.time() if now is None else now
    old = 0
    for entry in _entries(".json"):
        try:
            old += now - entry.stat().st_mtime > SOON
        except OSError:
            continue
    return old, len(_entries(".bad"))


def _entries(suffix):
    try:
        with os.scandir(folder()) as entries:
            return [entry for entry in entries if entry.name.endswith(suffix)]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read(path):
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError
    return values


def _write(place, values):
    """Write `values` into a new file, down to the disk, and return its path."""
    # Not by name: two processes may spool the same request at one moment.
    temporary = place / f".{os.getpid()}-{time.time_ns()}-{os.urandom(4).hex()}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync(place):
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(seconds):
    """Let one process at a time bring in or change what waits; raises Busy when another is at it for too long."""
    handle = os.open(folder() / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= until:
                    raise Busy from error
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)
