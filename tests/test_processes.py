"""What forked processes of tests share, and what not."""

import multiprocessing
from pathlib import Path

from django.db import connection


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (found,) = cursor.fetchone()
    connection.close()
    return int(found)


def test_forked_process_has_a_connection_of_its_own_even_where_a_pool_is_open(database: Path) -> None:
    mine = backend()  # waits in the pool, as if another thread had just opened it
    context = multiprocessing.get_context("fork")
    told = context.SimpleQueue()
    child = context.Process(target=lambda: told.put(backend()), daemon=True)
    child.start()
    child.join(60)
    assert child.exitcode == 0
    other = told.get()
    assert other != mine
    assert backend() != other
