"""Work that comes in pieces, each a transaction: several at once where the database takes that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from django.db import OperationalError, connection

#: So many write at once: the database works for each, so that more would only wait for it.
WRITERS = 2
_DEADLOCK = "40P01"

Piece = TypeVar("Piece")
Done = TypeVar("Done")


def done_by_piece(work: Callable[[Piece], Done], pieces: Sequence[Piece]) -> Iterator[Done]:
    """What `work` gives for each piece, in the order in which they are finished.

    Whatever `work` raises ends all of it; what other pieces wrote by then stays. Within a
    transaction, and on SQLite, where one alone writes, the pieces come one after the other.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block or len(pieces) < WRITERS:
        yield from map(work, pieces)
    else:
        yield from _at_once(work, pieces)


def _at_once(work: Callable[[Piece], Done], pieces: Sequence[Piece]) -> Iterator[Done]:
    """Pieces that waited for each other in a circle are done again afterwards, one by one."""
    again = []
    pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="piece")
    try:
        jobs = {pool.submit(_apart, work, piece): piece for piece in pieces}
        for job in as_completed(jobs):
            try:
                yield job.result()
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != _DEADLOCK:
                    raise
                again.append(jobs[job])
    finally:
        pool.shutdown(cancel_futures=True)
    yield from map(work, again)


def _apart(work: Callable[[Piece], Done], piece: Piece) -> Done:
    """With a connection of this thread's own."""
    try:
        return work(piece)
    finally:
        connection.close()
