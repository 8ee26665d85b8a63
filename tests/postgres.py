"""
A throw-away PostgreSQL: `python -m tests.postgres COMMAND…` runs a command with DATABASE_URL set to it.

The cluster lives in a temporary folder, answers on a Unix socket in that folder alone, and is gone afterwards.
PostgreSQL refuses to run as root, so root starts it as another user.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

# Nothing here outlives the test run, so nothing has to reach the disk.
FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "listen_addresses="]


def programs():
    """Return the folder that holds `initdb` and `postgres`, the newest version first, or None."""
    debian = Path("/usr/lib/postgresql")
    folders = sorted(debian.glob("*/bin"), key=lambda folder: -int(folder.parent.name)) if debian.is_dir() else []
    on_path = shutil.which("postgres")
    folders += [Path(on_path).resolve().parent] if on_path else []
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def other_user():
    """Return what `subprocess` needs to run a program as somebody who is not root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise SystemExit("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.")


@contextlib.contextmanager
def cluster():
    """Start a cluster, give its DATABASE_URL, stop it and take it away."""
    folder = Path(tempfile.mkdtemp(prefix="clinic-pg-"))
    user = other_user()
    if user:
        os.chown(folder, user["user"], user["group"])
    run = surroundings(folder)
    server = None
    try:
        initdb = [
            programs() / "initdb",
            "-D",
            folder / "data",
            "-U",
            "clinic",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        made = subprocess.run(initdb, capture_output=True, text=True, **run)
        if made.returncode:
            raise SystemExit(f"PostgreSQL could not make a cluster: {made.stderr.strip()}")
        server = start(folder)
        yield f"postgres://clinic@/postgres?host={quote(str(folder), safe='')}"
    finally:
        if server:
            stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def surroundings(folder):
    """Return how a program of PostgreSQL is run in this folder."""
    return {
        "cwd": folder,
        "env": {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        **other_user(),
    }


def start(folder):
    """Start the server of a folder that holds a cluster, and return its process once it answers."""
    command = [programs() / "postgres", "-D", folder / "data", "-k", folder, *FAST]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, **surroundings(folder))
    wait_for(server, folder)
    return server


def stop(server):
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # its "fast" end: open connections are cut
        server.wait()


def wait_for(server, folder, patience=30):
    import psycopg

    give_up_at = time.monotonic() + patience
    while True:
        try:
            psycopg.connect(host=str(folder), user="clinic", dbname="postgres").close()
            return
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > give_up_at:
                log = (folder / "log").read_text(errors="replace")
                raise SystemExit(f"PostgreSQL did not start: {log.strip() or error}") from None
            time.sleep(0.1)


def main(command):
    if not programs():
        sys.exit("No PostgreSQL server program was found.")
    # The command hears Ctrl-C too; wait for it, then clean up.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))
    with cluster() as address:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
