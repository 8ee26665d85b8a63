"""Real faults for tests that commit: a table that is gone, many threads at one moment."""

from contextlib import contextmanager
from threading import Barrier, Thread

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
