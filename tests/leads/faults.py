"""Real faults for tests that commit: a table that is gone, many threads at one moment."""

import sqlite3
from contextlib import contextmanager
from threading import Barrier, Thread

from django.conf import settings
from django.db import connection


@contextmanager
def missing(model):
    """Take the table of a model away, so that the database refuses whatever needs it."""
    table = connection.ops.quote_name(model._meta.db_table)
    away = connection.ops.quote_name(f"{model._meta.db_table}_away")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {away}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {away} RENAME TO {table}")


@contextmanager
def no_spool():
    """Let the spool fail as well: a file stands where its folder would be."""
    place = settings.SPOOL_DIR
    away = place.with_suffix(".away")
    if place.exists():
        place.rename(away)
    place.write_text("")
    try:
        yield
    finally:
        place.unlink()
        if away.exists():
            away.rename(place)


@contextmanager
def locked():
    """Hold the write lock of the database from another connection, as a backup or a long migration does."""
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = connection.copy("other")
        other.set_autocommit(False)
        other.cursor().execute("LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@contextmanager
def unwritable(fault):
    """Let the database answer and take nothing: "read-only", or "full" for whatever needs more room."""
    if connection.vendor == "sqlite":
        name, value = {"read-only": ("query_only", 1), "full": ("max_page_count", 1)}[fault]
        with connection.cursor() as cursor:
            before = cursor.execute(f"PRAGMA {name}").fetchone()[0]
            # As full as it is now: no free page, and not one page more.
            cursor.execute("VACUUM")
            cursor.execute(f"PRAGMA {name} = {value}")
        undo = [f"PRAGMA {name} = {before}"]
    elif fault == "read-only":
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
        undo = ["SET default_transaction_read_only = off"]
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$"
            )
            cursor.execute("CREATE TRIGGER no_room BEFORE INSERT ON leads_lead FOR EACH ROW EXECUTE FUNCTION no_room()")
        undo = ["DROP TRIGGER no_room ON leads_lead", "DROP FUNCTION no_room"]
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for command in undo:
                cursor.execute(command)


def in_parallel(count, work):
    """Let `count` threads begin `work(number)` at one moment. Return what they gave back, or what they raised."""
    barrier, results = Barrier(count), [None] * count

    def run(number):
        try:
            barrier.wait()
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
