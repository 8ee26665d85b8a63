"""The real site under test: gunicorn with the project's own configuration, the background loop, and people who ask.

Everything listens on loopback, in a folder of its own, and ends with the block that started it.
"""

import atexit
import contextlib
import functools
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
STAMP = re.compile(r'name="stamp" value="([^"]+)"')


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Site:
    """A running site. `folder` is its DATA_DIR."""

    folder: Path
    port: int
    environment: dict
    processes: dict = field(default_factory=dict)
    before: tuple = ()  # a command the web server is started by, such as strace

    def manage(self, *words, check=True):
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        if check and done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return done.stdout

    def start(self, name="web"):
        commands = {
            "web": [*self.before, sys.executable, "-m", "gunicorn", "-c", "clinic_site/gunicorn.conf.py"],
            "work": [sys.executable, "manage.py", "work"],
        }
        with (self.folder.parent / f"{self.folder.name}-{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                commands[name], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        if name == "web":
            self.wait()

    def log(self, name="web"):
        return (self.folder.parent / f"{self.folder.name}-{name}.log").read_text(errors="replace")

    def wait(self, patience=30):
        give_up_at = time.monotonic() + patience
        while time.monotonic() < give_up_at:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/healthz").status == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the site did not start: {self.log()[-2000:]}")

    def end(self, name="web", with_signal=signal.SIGTERM):
        """End a process with all its children."""
        process = self.processes.pop(name, None)
        if process and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, with_signal)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def end_all(self):
        for name in list(self.processes):
            self.end(name)

    def get(self, path, headers=None):
        return self.ask("GET", path, None, headers)

    def ask(self, method, path, body=None, headers=None, patience=60):
        """Return the answer, its text read into `.text`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            answer.text = answer.read().decode(errors="replace")
            return answer
        finally:
            connection.close()

    def stamp(self):
        return STAMP.search(self.get("/callback/").text).group(1)

    def query(self, sql):
        """Return the rows of a query, asked by a program of its own."""
        code = (
            "import django, json; django.setup(); from django.db import connection\n"
            f"cursor = connection.cursor(); cursor.execute({sql!r}); print(json.dumps(cursor.fetchall(), default=str))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        return [tuple(row) for row in json.loads(done.stdout)]

    def tokens(self):
        return [row[0] for row in self.query("SELECT token FROM leads_lead")]


@functools.cache
def static_files():
    """Return a folder with the collected static files, made once for each test process."""
    folder = tempfile.mkdtemp(prefix="clinic-static-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {**os.environ, "ENV_FILE": os.devnull, "SECRET_KEY": "x" * 60, "STATIC_ROOT": folder}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return folder


@contextlib.contextmanager
def running(database_url="", folder=None, work=True, before=(), **settings):
    """Run a site of its own and give it; with `work`, the background loop beside it."""
    with tempfile.TemporaryDirectory(prefix="clinic-faults-", ignore_cleanup_errors=True) as own:
        folder = Path(folder or Path(own) / "data")
        folder.mkdir(exist_ok=True)
        port = free_port()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
        environment = {
            **kept,
            "DATA_DIR": str(folder),
            "ENV_FILE": os.devnull,
            "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
            "PORT": str(port),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SECRET_KEY": "for faults alone, long enough that nothing warns about its length",
            "SITE_URL": f"http://127.0.0.1:{port}",
            "STATIC_ROOT": static_files(),
            **({"DATABASE_URL": database_url} if database_url else {}),
            **settings,
        }
        site = Site(folder, port, environment, before=before)
        try:
            if database_url:
                set_up(site)
            else:
                shutil.copyfile(migrated_database(), folder / "db.sqlite3")
            site.start()
            if work:
                site.start("work")
            yield site
        finally:
            site.end_all()


def set_up(site):
    site.manage("migrate", "-v", "0")
    site.manage("shell", "-v", "0", "-c", SET_UP)


@functools.cache
def migrated_database():
    """Return a SQLite file as a new site has it, made once for each test process."""
    folder = Path(tempfile.mkdtemp(prefix="clinic-database-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {**os.environ, "DATA_DIR": str(folder), "ENV_FILE": os.devnull, "SECRET_KEY": "x" * 60}
    environment.pop("DATABASE_URL", None)
    set_up(Site(folder, 0, environment))
    # Whole in one file: what the log beside it holds is written back when the last connection closes.
    assert not (folder / "db.sqlite3-wal").exists()
    return folder / "db.sqlite3"


SET_UP = (
    "from clinic_site.models import Clinic; clinic = Clinic.current(); clinic.phone = '202-555-0199'; "
    "clinic.recipients = 'desk@clinic.example'; clinic.daily_digest = False; "
    "clinic.hours_confirmed = True; clinic.save()"
)


@dataclass
class Outcome:
    """What became of many requests."""

    receipts: list = field(default_factory=list)  # tokens
    refused: list = field(default_factory=list)  # (status, whether the phone and the name stand on the page)
    unknown: int = 0  # no answer came, also after asking again
    seconds: list = field(default_factory=list)

    def share(self, part):
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * part))] if self.seconds else 0


def ask_once(site, stamp, name, phone, headers=None, patience=60, **fields):
    """Send one request. Return (token, "") for a receipt, else ("", status); raises OSError when no answer came."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", **(headers or {})}
    body = urlencode({"name": name, "phone": phone, "stamp": stamp, "source": "/callback/", **fields})
    answer = site.ask("POST", "/callback/", body, headers, patience)
    if answer.status == 302:
        return answer.getheader("Location").split("/")[2], ""
    return "", answer


def people(
    site, count, clients, stop=lambda: False, again=5, headers_of=lambda client: None, patience=60, first=0, stamp=None
):
    """Let `clients` people send `count` different requests. Who gets no answer sends the same form again."""
    stamp, outcome, lock = stamp or site.stamp(), Outcome(), threading.Lock()
    numbers = iter(range(first, first + count))

    def work(client):
        while not stop():
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            one(client, number)

    def one(client, number):
        name, phone = f"Test caller {number}", f"202-555-{100 + number % 100:04}"
        for _ in range(again):
            began = time.perf_counter()
            try:
                token, answer = ask_once(site, stamp, name, phone, headers_of(client), patience)
            except (OSError, http.client.HTTPException):
                time.sleep(random.uniform(0.05, 0.4))
                continue
            with lock:
                outcome.seconds.append(time.perf_counter() - began)
                if token:
                    outcome.receipts.append(token)
                else:
                    kept = name in answer.text and "202-555-0199" in answer.text
                    outcome.refused.append((answer.status, kept))
            return
        with lock:
            outcome.unknown += 1

    threads = [threading.Thread(target=work, args=[client]) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcome


def settled(site, patience=60):
    """Wait until nothing waits in the spool any more."""
    give_up_at = time.monotonic() + patience
    while time.monotonic() < give_up_at:
        if not list((site.folder / "spool").glob("*.json")):
            return True
        time.sleep(0.2)
    return False


def lost_and_doubled(site, receipts):
    """Return how many receipts lead to no request, and how many to more than one."""
    stored = site.tokens()
    lost = len(set(receipts) - set(stored))
    return lost, len(stored) - len(set(stored)), len(receipts) - len(set(receipts))
