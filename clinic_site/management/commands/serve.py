"""Serve the site: gunicorn and the `work` loop side by side, started, watched and ended together."""

import contextlib
import ctypes
import errno
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from clinic_site import checks
from clinic_site.management.commands.first_account import manage_py

GUNICORN = [
    sys.executable,
    *("-m", "gunicorn", "--no-control-socket"),
    *("--config", str(settings.BASE_DIR / "clinic_site" / "gunicorn.conf.py")),
]
WORK = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work"]
PR_SET_PDEATHSIG = 1
LONGEST_DELAY = 60


class Command(BaseCommand):
    help = "Serve the site with gunicorn and run the `work` loop beside it, until a signal ends both."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first bring database, starter content, first account and static files up to date",
        )

    def handle(self, *, prepare, **options):
        for problem in (checks.data_dir_problem(), port_problem(settings.HOST, settings.PORT)):
            if problem:
                raise CommandError(problem)
        # What is written from here on (database, media, spool, logs) is the owner's alone.
        os.umask(0o077)
        if prepare:
            self.prepare()
        problems = checks.sqlite_keeps_its_promises(databases=["default"])
        if problems:
            raise CommandError(" ".join(problem.msg for problem in problems))

        supervisor = Supervisor(site=GUNICORN, work=WORK, say=self.say, greet=self.greet)
        sys.exit(supervisor.run())

    def prepare(self):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_starter_content")
        collect_static(self.say)
        call_command("first_account")

    def say(self, line):
        self.stdout.write(line)
        self.stdout.flush()

    def greet(self):
        """Say where things are, as soon as the site answers."""
        if not answers(settings.HOST, settings.PORT):
            return False
        self.say(f"The site:        {settings.SITE_URL}/")
        self.say(f"The staff desk:  {settings.SITE_URL}{reverse('admin:index')}")
        self.say(f"More accounts:   in the staff desk, or `{manage_py()} createsuperuser`")
        self.say("To stop:         Ctrl-C")
        return True


class Supervisor:
    """Two programs that live and die together; `work` is started again when it ends, the site is not."""

    def __init__(self, site, work, say=print, greet=lambda: True):
        self.commands = {"site": site, "work": work}
        self.say = say
        self.greet = greet
        self.children = {}
        self.started_at = {}
        self.signal = None
        self.delay = 1

    def run(self):
        """Return the exit code: 0 when a signal ended us, 1 when the site ended by itself."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.note)
        try:
            return self.watch()
        finally:
            self.end_all()

    def note(self, number, frame):
        self.signal = number

    def watch(self):
        self.start("site")
        self.start("work")
        greeted, again_at = False, None
        while self.signal is None:
            if self.children["site"].poll() is not None:
                self.say(f"The site ended ({self.how_it_ended('site')}); everything stops.")
                return 1
            greeted = greeted or self.greet()
            if again_at is None and self.children["work"].poll() is not None:
                self.delay = 1 if time.monotonic() - self.started_at["work"] > LONGEST_DELAY else self.delay
                self.say(f"work ended ({self.how_it_ended('work')}); it starts again in {self.delay} s.")
                again_at = time.monotonic() + self.delay
                self.delay = min(self.delay * 2, LONGEST_DELAY)
            if again_at is not None and time.monotonic() >= again_at:
                self.start("work")
                again_at = None
            time.sleep(0.2)
        # Before it is said: whoever asks again once they have read it is not to be overheard.
        self.signal = None
        self.say("Stopping…")
        return 0

    def start(self, name):
        # A session of its own: Ctrl-C reaches the supervisor alone, which then lets both finish what they do.
        self.children[name] = subprocess.Popen(  # noqa: S603
            self.commands[name], cwd=settings.BASE_DIR, start_new_session=True, preexec_fn=die_with(os.getpid())
        )
        self.started_at[name] = time.monotonic()

    def how_it_ended(self, name):
        code = self.children[name].returncode
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def end_all(self, patience=30):
        """Ask both to end, wait unless asked a second time, then leave nothing of them behind."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        give_up_at = time.monotonic() + patience
        while any(child.poll() is None for child in self.children.values()):
            if self.signal is not None or time.monotonic() >= give_up_at:
                break
            time.sleep(0.05)
        for child in self.children.values():
            # Whatever it started and did not end itself: the workers of a gunicorn that was killed, for one.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def die_with(parent):
    """Return what a child does before its program starts: ask for SIGTERM when the supervisor is gone (Linux)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare():
        if libc:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def port_problem(host, port):
    """Return in one line why gunicorn could not listen there, or None."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(1)
    except socket.gaierror:
        return f"HOST={host} is not an address of this machine."
    except PermissionError:
        return f"Port {port} needs rights this user lacks: choose one above 1023, such as PORT=8000."
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} on {host} is taken: stop what listens there, or choose another with PORT=."
        return f"Nothing can listen on {host}, port {port}: {error.strerror}."
    return None


def answers(host, port):
    """Tell whether the site answers over HTTP, whatever it says."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "*": "127.0.0.1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return bool(connection.getresponse().status)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def collect_static(say):
    """Collect and compress the static files when one of them has changed since the last time."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = os.stat(storage.path(name))
            digest.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    say("Collecting static files…")
    # The web server in front may run as another user.
    before = os.umask(0o022)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(digest.hexdigest())
    except OSError as error:
        raise CommandError(f"STATIC_ROOT {settings.STATIC_ROOT} cannot be written: {error.strerror}.") from None
    finally:
        os.umask(before)
