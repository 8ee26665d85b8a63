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
