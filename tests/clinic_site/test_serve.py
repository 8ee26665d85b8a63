"""The supervisor, the way from an empty folder to a running site, and what the logs keep to themselves."""

import contextlib
import json
import logging
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import IntegrityError

from clinic_site.logs import masked, request_line
from clinic_site.management.commands.serve import port_problem

ROOT = Path(site.BASE_DIR)
SUPERVISE = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "clinic_site.settings"
from clinic_site.management.commands.serve import Supervisor
site, work = json.loads(sys.argv[1])
say = lambda line: print(line, flush=True)
sys.exit(Supervisor(site=[sys.executable, "-c", site], work=[sys.executable, "-c", work], say=say).run())
"""
SITE = "import os, time; os.write(1, b'site %d\\n' % os.getpid()); time.sleep(60)"
WORK = "import os, time; os.write(1, b'work %d\\n' % os.getpid()); time.sleep(60)"
# Like gunicorn with a worker: a child that would outlive it.
SITE_WITH_CHILD = (
    "import os, subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "os.write(1, b'child %d\\n' % child.pid);" + SITE
)


class Running:
    """A process whose lines can be waited for."""

    def __init__(self, command, **environment):
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**kept, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.text = ""

    def read(self, pattern, patience=120):
        """Return the first match of pattern in what was said since the last match."""
        give_up_at = time.monotonic() + patience
        while not (match := re.search(pattern, self.text)):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, give_up_at - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 65536).decode() if ready else ""
            if not data:
                pytest.fail(f"{pattern!r} was not said: {self.text}")
            self.text += data
        self.text = self.text[match.end() :]
        return match

    def pid_of(self, name):
        return int(self.read(rf"{name} (\d+)\n")[1])

    def ends(self, patience=120):
        """Return the exit code once it has ended; the rest of what it said is in `text`."""
        self.text += self.process.communicate(timeout=patience)[0].decode()
        return self.process.returncode


@pytest.fixture
def start():
    running = []

    def start(command, **environment):
        running.append(Running(command, **environment))
        return running[-1]

    yield start

    for one in running:
        if one.process.poll() is None:
            one.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.process.communicate(timeout=30)
            one.process.kill()
        one.process.communicate()


def supervise(start, site=SITE, work=WORK):
    return start([sys.executable, "-c", SUPERVISE, json.dumps([site, work])])


def gone(pid, patience=10):
    give_up_at = time.monotonic() + patience
    while time.monotonic() < give_up_at:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_work_that_was_killed_is_started_again_a_little_later_each_time(start):
    supervisor = supervise(start)
    site, first = sorted([supervisor.read(r"(\w+) (\d+)\n").groups() for _ in range(2)])

    os.kill(int(first[1]), signal.SIGKILL)
    supervisor.read(r"work ended \(signal 9\); it starts again in 1 s\.\n")
    second = supervisor.pid_of("work")
    os.kill(second, signal.SIGKILL)
    supervisor.read(r"work ended \(signal 9\); it starts again in 2 s\.\n")
    third = supervisor.pid_of("work")

    assert len({first[1], second, third}) == 3
    assert not gone(int(site[1]), patience=0.1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_and_is_no_failure(start, number):
    supervisor = supervise(start, site=SITE_WITH_CHILD)
    pids = [int(supervisor.read(r"\w+ (\d+)\n")[1]) for _ in range(3)]

    supervisor.process.send_signal(number)

    assert supervisor.ends() == 0
    assert [pid for pid in pids if not gone(pid)] == []


def test_when_the_site_ends_everything_ends_as_a_failure(start):
    supervisor = supervise(start, site=SITE_WITH_CHILD)
    pids = dict(supervisor.read(r"(\w+) (\d+)\n").groups() for _ in range(3))

    os.kill(int(pids["site"]), signal.SIGKILL)

    assert supervisor.ends() == 1
    assert "The site ended (signal 9); everything stops." in supervisor.text
    assert [name for name, pid in pids.items() if not gone(int(pid))] == []


def test_a_second_signal_does_not_wait(start):
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    supervisor = supervise(start, site=deaf + SITE)
    supervisor.pid_of("site")

    supervisor.process.send_signal(signal.SIGINT)
    supervisor.read("Stopping…")
    supervisor.process.send_signal(signal.SIGINT)

    assert supervisor.ends(patience=10) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_nothing_is_left_when_the_supervisor_is_killed(start):
    supervisor = supervise(start)
    pids = [int(supervisor.read(r"\w+ (\d+)\n")[1]) for _ in range(2)]

    supervisor.process.kill()

    assert [pid for pid in pids if not gone(pid)] == []


def test_a_taken_port_is_one_line():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        line = f"Port {port} on 127.0.0.1 is taken: stop what listens there, or choose another with PORT=."
        assert port_problem("127.0.0.1", port) == line
    assert port_problem("127.0.0.1", port) is None


def test_an_address_of_another_machine_is_one_line():
    line = "Nothing can listen on 192.0.2.1, port 8000: Cannot assign requested address."
    assert port_problem("192.0.2.1", 8000) == line


@pytest.fixture
def fresh(tmp_path):
    """The variables of a site that has never run."""
    return {
        "DATA_DIR": str(tmp_path / "a folder" / "var"),
        "PORT": str(free_port()),
        "SECRET_KEY": "",
        "SITE_URL": "",
        "STATIC_ROOT": str(tmp_path / "static"),
        "WEB_WORKERS": "1",
    }


RUN = [sys.executable, "-m", "clinic_site"]


def get(address):
    with urllib.request.urlopen(address) as response:
        return response.status, response.headers, response.read().decode()


def test_from_an_empty_folder_to_a_running_site_and_back(start, fresh):
    home = f"http://127.0.0.1:{fresh['PORT']}"

    first = start(RUN, **fresh)
    password = first.read(r"shown once(?s:.*)user name   owner(?s:.*)password    (\S+) ", patience=300)[1]
    first.read(rf"The site:        {home}/\nThe staff desk:  {home}/admin/\n")
    folder = Path(fresh["DATA_DIR"])
    status, headers, page = get(f"{home}/help/?word=not-in-the-log")
    stylesheet = re.search(r'href="(/static/[^"]+\.css)"', page)[1]

    # The page, its files under a name that changes with them, and nothing readable by others.
    assert status == 200
    assert "set-cookie" not in headers
    assert re.search(r"\.[0-9a-f]{12}\.css$", stylesheet)
    assert get(home + stylesheet)[1]["Cache-Control"] == "max-age=315360000, public, immutable"
    assert re.fullmatch(r"([a-z2-9]{4}-){4}[a-z2-9]{4}", password)
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in [folder, folder / "secret_key"]} == {
        "var": "0o700",
        "secret_key": "0o600",
    }
    assert oct((folder / "db.sqlite3").stat().st_mode & 0o077) == "0o0"

    # Receipts and queries stay out of the log.
    with contextlib.suppress(urllib.error.HTTPError):
        get(f"{home}/callback/secret-token/?word=not-in-the-log")
    first.read(r'"GET /help/ HTTP/1\.1" 200')
    first.read(r'"GET /callback/…/ HTTP/1\.1" \d+')

    # A second site on the same port says so and leaves the first alone.
    second = start(RUN, **fresh)
    assert second.ends() == 1
    line = f"Port {fresh['PORT']} on 127.0.0.1 is taken: stop what listens there, or choose another with PORT=."
    assert second.text.strip() == line

    first.process.send_signal(signal.SIGINT)
    assert first.ends() == 0
    assert "secret-token" not in first.text
    assert "not-in-the-log" not in first.text

    # Started again it keeps its key and its account, and does nothing twice.
    key = (folder / "secret_key").read_text()
    third = start(RUN, **fresh)
    before = third.read(r"(?s:(.*))The site: ")[1]
    assert (folder / "secret_key").read_text() == key
    assert "password" not in before
    assert "Collecting" not in before


def test_what_is_wrong_with_the_start_is_one_line(start, fresh, tmp_path):
    (tmp_path / "file").write_text("")
    wrong = [
        ({"DATA_DIR": str(tmp_path / "file")}, f"DATA_DIR {tmp_path}/file cannot be written: File exists."),
        ({"DATA_DIR": "/proc/none"}, "DATA_DIR /proc/none cannot be written: No such file or directory."),
        ({"PORT": "http"}, "PORT must be a whole number from 1 to 65535, not 'http'."),
        (
            {"HOST": "0.0.0.0"},
            "HOST=0.0.0.0 listens on every address of this machine: set SITE_URL to the address people type, "
            "such as SITE_URL=https://clinic.example.",
        ),
        ({"DEBUG": "1"}, "DEBUG must be True or False, not '1'."),
    ]
    started = [(start(RUN, **{**fresh, **variables}), line) for variables, line in wrong]

    for running, line in started:
        assert running.ends() == 1
        assert running.text == line + "\n"


def test_a_database_that_does_not_answer_is_one_line(start, fresh):
    running = start(RUN, **fresh, DATABASE_URL=f"postgres://clinic@127.0.0.1:{free_port()}/clinic")

    assert running.ends() == 1
    assert re.fullmatch(r"The database cannot be used: .*Connection refused.*\n", running.text)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Not Found: /callback/k3J-_x/", "Not Found: /callback/…/"),
        ("/callback/", "/callback/"),
        ("/callback/?a=b", "/callback/?a=b"),
        ("Invalid request from ip=192.0.2.1: too large", "Invalid request from ip=… too large"),
        ("http://site/callback/k3J/erase/ and /callback/m4K", "http://site/callback/…/erase/ and /callback/…"),
    ],
)
def test_no_receipt_reaches_a_log(text, expected):
    assert masked(text) == expected


def test_the_access_log_shows_no_query_and_no_receipt():
    assert request_line("GET", "/callback/k3J/?from=a%20b", "HTTP/1.1") == "GET /callback/…/ HTTP/1.1"
    assert request_line("GET", "/articles/?q=words", "HTTP/1.1") == "GET /articles/ HTTP/1.1"


def logged(trouble):
    """Return what the console shows of an error that a view raised."""
    (handler,) = [handler for handler in logging.getLogger("django.request").handlers if handler.name == "console"]
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "Error: %s", ("/callback/k3J/",), trouble)
    assert handler.filter(record)
    return handler.format(record)


def test_errors_that_django_logs_show_no_receipt_either():
    try:
        raise LookupError("at /callback/k3J/")
    except LookupError:
        written = logged(sys.exc_info())

    assert "Error: /callback/…/" in written
    assert "LookupError: at /callback/…/" in written
    assert "k3J" not in written


def test_a_row_that_the_database_quotes_stays_out_of_the_log():
    words = "a rule is broken\nDETAIL:  Failing row contains (1, Ana Lima, 202-555-0142)."
    try:
        try:
            raise ValueError(words)
        except ValueError as error:
            raise IntegrityError(words) from error
    except IntegrityError:
        written = logged(sys.exc_info())

    assert "ValueError: …" in written
    assert "IntegrityError: …" in written
    assert "Ana Lima" not in written
