"""The real site under real faults: whoever was given a receipt is in the database once, whatever happened meanwhile.

The short tests run with every other test; those marked long run by `make faults`.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests import postgres

from .mailbox import mailbox
from .site import ask_once, lost_and_doubled, people, running, settled


def checked(site, outcome, **more):
    """Return the figures of a run after everything has come in."""
    assert settled(site), "the loop did not bring in what waited"
    lost, doubled, same_receipt = lost_and_doubled(site, outcome.receipts)
    return {
        "acknowledged": len(outcome.receipts),
        "lost": lost,
        "doubled": doubled,
        "receipts given twice": same_receipt,
        "refused": len(outcome.refused),
        "no answer": outcome.unknown,
        "p50 ms": round(outcome.share(0.5) * 1000),
        "p99 ms": round(outcome.share(0.99) * 1000),
        **more,
    }


def assert_nothing_lost(found, acknowledged):
    assert found["acknowledged"] >= acknowledged
    assert found["lost"] == found["doubled"] == found["receipts given twice"] == 0


@contextlib.contextmanager
def write_lock(site):
    """Hold the write lock of the database, as a backup or a long migration does."""
    other = sqlite3.connect(site.folder / "db.sqlite3", isolation_level=None, timeout=30, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


def kill_until(site, wanted, writers, figures, name):
    """Kill the whole site at random moments under load until enough requests were acknowledged."""
    chance, kills, stop = random.Random(3), 0, threading.Event()
    acknowledged = []
    while len(acknowledged) < wanted:
        stop.clear()
        # The form is fetched while the site still stands: on a busy machine the kill may come before it.
        done, offset, stamp = [], 100_000 * kills, site.stamp()

        def load(done=done, offset=offset, stamp=stamp):
            done.append(
                people(site, 100_000, writers, stop=stop.is_set, again=1, patience=20, first=offset, stamp=stamp)
            )

        thread = threading.Thread(target=load)
        thread.start()
        time.sleep(chance.uniform(0.8, 3.0))
        site.end("web", signal.SIGKILL)
        site.end("work", signal.SIGKILL)
        kills += 1
        stop.set()
        thread.join()
        acknowledged += done[0].receipts
        site.start()
        site.start("work")
    assert settled(site)
    lost, doubled, twice = lost_and_doubled(site, acknowledged)
    found = {"acknowledged": len(acknowledged), "kills": kills, "lost": lost, "doubled": doubled, "twice": twice}
    figures(name, found)
    assert lost == doubled == twice == 0
    return found


# --- A database that is locked


def locked_for(seconds, figures):
    with running() as site:
        with write_lock(site):
            began = time.monotonic()
            outcome = people(site, 30, 6)
            taken = time.monotonic() - began
            readable = site.get(f"/callback/{outcome.receipts[0]}/").status
            public = site.get("/help/").status
            time.sleep(max(0, seconds - taken))
        found = checked(site, outcome, **{"slowest answer s": round(max(outcome.seconds), 1)})
        figures(f"database locked for {seconds} s", found)
        assert_nothing_lost(found, 30)
        assert (found["refused"], found["no answer"], readable, public) == (0, 0, 200, 200)
        assert max(outcome.seconds) < 20


def test_a_locked_database_refuses_nobody(figures):
    locked_for(4, figures)


@pytest.mark.long
@pytest.mark.parametrize("seconds", [8, 40])
def test_a_database_locked_for_long_refuses_nobody(seconds, figures):
    locked_for(seconds, figures)


# --- Killed under load


def test_a_killed_site_has_lost_nothing_it_acknowledged(figures):
    with running() as site:
        kill_until(site, 100, 6, figures, "kill -9 of everything, SQLite, short")


@pytest.mark.long
def test_five_thousand_acknowledged_under_kill_are_all_there(figures):
    with running() as site:
        kill_until(site, 5000, 16, figures, "kill -9 of everything, SQLite")
        answer = site.query("PRAGMA integrity_check")
        assert answer == [("ok",)]


@pytest.mark.long
def test_killed_with_postgresql(figures):
    with postgres.cluster() as address, running(address) as site:
        kill_until(site, 1500, 16, figures, "kill -9 of everything, PostgreSQL")


# --- Many at once


@pytest.mark.long
@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_fifteen_hundred_from_fifty_clients_are_all_taken(database, figures):
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(postgres.cluster()) if database == "PostgreSQL" else ""
        site = stack.enter_context(running(address, TRUSTED_PROXY_COUNT="1", ALLOWED_HOSTS="127.0.0.1"))
        readers_stop, read = threading.Event(), []

        def reader():
            while not readers_stop.is_set():
                read.append(site.get("/help/", PROXIED).status)

        readers = [threading.Thread(target=reader) for _ in range(4)]
        for thread in readers:
            thread.start()
        outcome = people(
            site, 1500, 50, headers_of=lambda client: {**PROXIED, "X-Forwarded-For": f"203.0.{client}.7"}, again=1
        )
        readers_stop.set()
        for thread in readers:
            thread.join()
        found = checked(
            site, outcome, **{"pages read meanwhile": len(read), "of them not 200": sum(s != 200 for s in read)}
        )
        figures(f"1,500 posts from 50 clients, {database}", found)
        assert_nothing_lost(found, 1500)
        assert (found["refused"], found["no answer"]) == (0, 0)


PROXIED = {"X-Forwarded-Proto": "https"}


@pytest.mark.long
@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_twenty_times_the_same_post_at_once_is_one_request(database, figures):
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(postgres.cluster()) if database == "PostgreSQL" else ""
        site = stack.enter_context(running(address))
        rounds, tokens = 50, []
        for number in range(rounds):
            stamp, answers = site.stamp(), []

            def press(number=number, stamp=stamp, answers=answers):
                answers.append(ask_once(site, stamp, f"Ana {number}", "202-555-0142")[0])

            threads = [threading.Thread(target=press) for _ in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(answers) == 20
            tokens.append(set(answers))
        stored = site.tokens()
        figures(f"20 same posts at once, {rounds} times, {database}", {"requests stored": len(stored)})
        assert [len(one) for one in tokens] == [1] * rounds
        assert len(stored) == rounds


# --- A disk that is full, a database that cannot be written or is gone


@pytest.mark.long
def test_a_full_disk_gives_no_false_thanks_and_recovers(tmp_path, figures):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], capture_output=True, text=True
    )
    assert mounted.returncode == 0, f"a small disk of its own needs root and mount: {mounted.stderr}"
    try:
        with running(folder=disk) as site:
            before = people(site, 10, 4)
            filler = disk / "filler"
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(b"x" * 4096):
                    pass
            outcome = people(site, 60, 6, again=1, first=100)
            public = [site.get(path).status for path in ("/", "/help/", "/callback/")]
            filler.unlink()
            began = time.monotonic()
            first = None
            while first is None and time.monotonic() - began < 30:
                one = people(site, 1, 1, first=900)
                first = time.monotonic() - began if one.receipts else None
                outcome.receipts += one.receipts
                time.sleep(0.2)
            outcome.receipts += before.receipts
            found = checked(site, outcome, **{"first after space came back s": round(first, 1)})
            figures("disk full", found)
            assert_nothing_lost(found, 11)
            assert {status for status, _ in outcome.refused} <= {503}
            assert all(kept for _, kept in outcome.refused)
            assert outcome.refused
            assert public == [200, 200, 200]
            assert first < 6
            assert site.query("PRAGMA integrity_check") == [("ok",)]
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


@pytest.mark.long
def test_postgresql_that_goes_away_costs_nobody_a_receipt(figures):
    with postgres.cluster() as address, running(address) as site:
        folder = Path(re.search(r"host=([^&]+)", address)[1].replace("%2F", "/"))
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        outcome = people(site, 20, 4)
        os.kill(pid, signal.SIGSTOP)  # it neither answers nor refuses
        stopped = people(site, 8, 4, first=100)
        os.kill(pid, signal.SIGCONT)
        outcome.receipts += stopped.receipts
        outcome.refused += stopped.refused
        found = checked(site, outcome, **{"slowest while it hung s": round(max(stopped.seconds), 1)})
        figures("PostgreSQL hangs", found)
        assert_nothing_lost(found, 28)
        assert not outcome.refused


# --- On the disk before the answer


@pytest.mark.long
def test_the_disk_has_it_before_the_answer_leaves(tmp_path, figures):
    strace = shutil.which("strace")
    assert strace, "strace is not installed (Debian's package is strace)"
    trace = tmp_path / "trace"
    before = (strace, "-f", "-qq", "-e", "trace=fdatasync,fsync,sendto,sendmsg,write", "-s", "40", "-o", str(trace))
    with running(before=before, work=False, WEB_WORKERS="1", WEB_THREADS="1") as site:
        stamp = site.stamp()
        for number in range(100):
            token, _ = ask_once(site, stamp, f"Test caller {number}", f"202-555-{100 + number:04}")
            assert token
        with write_lock(site):
            for number in range(5):
                token, _ = ask_once(site, stamp, f"Late caller {number}", f"202-555-{100 + number:04}")
                assert token
    synced, unsynced, seen = 0, 0, False
    for line in trace.read_text(errors="replace").splitlines():
        if re.search(r"\b(fdatasync|fsync)\(", line):
            seen = True
        elif "HTTP/1.1 302" in line:
            synced, unsynced = synced + seen, unsynced + (not seen)
            seen = False
    figures("synced before the answer", {"answers": synced + unsynced, "after a sync": synced})
    assert (synced, unsynced) == (105, 0)


# --- A mail server that hangs


@pytest.mark.long
def test_the_form_is_as_quick_with_a_mail_server_that_hangs(figures):
    def times(mode):
        with mailbox() as server:
            server.mode = mode
            with running(EMAIL_URL=f"smtp://127.0.0.1:{server.port}") as site:
                outcome = people(site, 200, 4)
                if mode == "works":
                    give_up_at = time.monotonic() + 30
                    while not server.kept and time.monotonic() < give_up_at:
                        time.sleep(0.2)
                    assert server.kept
                    assert not any("Test caller" in message or "555-01" in message for message in server.kept)
                return outcome

    well, ill = times("works"), times("hangs")
    ratio = ill.share(0.95) / well.share(0.95)
    figures(
        "form with a mail server that hangs", {"acknowledged": len(ill.receipts), "p95 as a ratio": round(ratio, 2)}
    )
    assert len(ill.receipts) == 200


def test_a_form_is_taken_while_the_loop_is_not_running(figures):
    """The web server alone keeps the promise; the loop only carries mail."""
    with running(work=False) as site:
        outcome = people(site, 10, 3)
        found = checked(site, outcome)
        assert_nothing_lost(found, 10)


@pytest.mark.long
def test_a_site_that_starts_while_postgresql_is_away_takes_requests(figures):
    with postgres.cluster() as address, running(address) as site:
        folder = Path(re.search(r"host=([^&]+)", address)[1].replace("%2F", "/"))
        before = people(site, 10, 3)
        give_up_at = time.monotonic() + 30
        while not (site.folder / "kept" / "facts.json").exists() and time.monotonic() < give_up_at:
            time.sleep(0.2)
        pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGINT)
        site.end("web")
        site.end("work")
        site.start()

        form = site.get("/callback/")
        meanwhile = people(site, 20, 4, first=100)
        receipt = site.get(f"/callback/{meanwhile.receipts[0]}/")
        broken = site.get("/articles/")

        server = postgres.start(folder)
        try:
            site.start("work")
            meanwhile.receipts += before.receipts
            found = checked(site, meanwhile, **{"slowest without it s": round(max(meanwhile.seconds), 1)})
        finally:
            postgres.stop(server)
        figures("started without PostgreSQL", found)
        assert_nothing_lost(found, 30)
        assert not meanwhile.refused
        assert (form.status, receipt.status, broken.status) == (200, 200, 503)
        for page in (form, broken):
            assert "202-555-0199" in page.text and "tel:988" in page.text
        assert "If you send this now, we will call you by" in form.text
