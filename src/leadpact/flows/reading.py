"""What the sources of a command hold: the tables of a mapping, or a log."""

from __future__ import annotations

from collections.abc import Sequence

from leadpact.flows.recorded import is_log, open_log, read_log
from leadpact.flows.starting import Progress
from leadpact.sources.reading import Read, read
from leadpact.sources.rows import Reject


class NothingToReadError(Exception):
    """The tables were read and hold no row that can be used; the message says so."""


def read_history(
    sources: str,
    data: str | None,
    tell: Progress,
    *,
    at_any_size: bool = False,
    dealt: bool = True,
    spark: str | None = None,
) -> Read:
    """Read all tables of a mapping, or a log in the engine's own form.

    `at_any_size`: a long log stays in its file, for those who look at it through `rows` and `scan`;
    one that outgrows the memory is `dealt` to buckets, and with the master of a `spark` cluster to
    its machines. Raises SourcesError, NothingToReadError for no rows, SparkError.
    """
    if is_log(sources):
        found = open_log(sources, tell, dealt, spark) if at_any_size else read_log(sources)
    else:
        found = read(
            sources, data, lambda table, rows: tell(0.1, f"Reading {table}: {rows:,} rows")
        )
    if not found.history.rows:
        raise NothingToReadError(f"{sources}: {_nothing(found.rejects)}")
    return found


def _nothing(rejects: Sequence[Reject]) -> str:
    if not rejects:
        return "its tables have no rows."
    first = rejects[0]
    return (
        f"its tables have no row that can be used. The first that was left out is line "
        f"{first.line} of {first.file}: {first.reason}."
    )
