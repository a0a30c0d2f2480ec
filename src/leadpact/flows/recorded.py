"""A log in the engine's own form, as the demonstration writes it, with its deals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from leadpact.agreement.problems import Problem
from leadpact.backends.binding import NotApartError
from leadpact.backends.choosing import buckets_for, free_memory
from leadpact.backends.dealing import Dealt, deal
from leadpact.backends.parted import Parted
from leadpact.engine.delivered import FEW_ROWS
from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA, History
from leadpact.flows.starting import Progress
from leadpact.sources.loading import SourcesError
from leadpact.sources.reading import Read

LOG = "log.parquet"
DEALS = "deals.parquet"
Found = TypeVar("Found")

_ROOM_HINT = "set TMPDIR to a folder with twice the room of the log"
_IN_ONE_PIECE = (
    "The log was evaluated in one piece, though it is long: a row that concerns all leads has the "
    "event id of a lead's row."
)
_TYPES_HINT = (
    "write it with the types of docs/reference/log.md; in Spark, set "
    "spark.sql.parquet.outputTimestampType to TIMESTAMP_MICROS"
)
_HINT = "name a mapping (sources.yaml), or the log.parquet that `leadpact demo` writes"


def is_log(sources: str) -> bool:
    """Whether a path names a log rather than a mapping."""
    return sources.lower().endswith(".parquet")


def read_log(path: str | Path, notes: tuple[str, ...] = ()) -> Read:
    """Read a log and the `deals.parquet` beside it, if there is one; raises SourcesError."""
    file = Path(path)
    log = _table(file, LOG_SCHEMA)
    return Read(History(log, _deals(file), notes=list(notes)), [], list(notes))


def open_log(
    path: str | Path, tell: Progress, dealt: bool = True, spark: str | None = None
) -> Read:
    """As `read_log`; a long log stays in its file, or its files where the path is a folder's.

    Where it outgrows the memory it is `dealt` to buckets, unless nobody is going to read it whole.
    With the master of a `spark` cluster it is dealt to that at any length. Raises SparkError.
    """
    file = Path(path)
    files = _files(file)
    rows = sum(_opened(each, pq.read_metadata).num_rows for each in files)
    schemas = [_opened(each, pq.read_schema) for each in files]
    if not rows or (not spark and rows <= FEW_ROWS) or not all(map(_is_log, schemas)):
        return _read_whole(path, spark if rows else None)
    log = ds.dataset([str(each) for each in files], schema=_of_all(file, schemas))
    if next(iter(log.scanner(columns=[], filter=_is_incomplete()).head(1).to_batches()), None):
        return _read_whole(path, spark)
    free = free_memory()
    buckets = buckets_for(rows, free) if dealt else 1
    notes: list[str] = []
    try:
        if spark:
            log = _on_spark(log, spark, tell)
        elif buckets > 1:
            log = _dealt(file, log, buckets, free, tell)
    except NotApartError:
        notes.append(_IN_ONE_PIECE)
    return Read(History(log, _deals(file), notes=notes), [], notes)


def _files(path: Path) -> list[Path]:
    """The file of a log, or the Parquet files of a folder, in order of their names.

    As Spark does, it passes by what lies beneath a name that begins with `_` or `.`: half-written
    files, and logs of changes.
    """
    if not path.is_dir():
        return [path]
    found = sorted(each for each in path.rglob("*.parquet") if not _is_hidden(each, path))
    if not found:
        raise _refused(path, "there is no Parquet file in this folder", _HINT)
    return found


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(step.startswith(("_", ".")) for step in file.relative_to(folder).parts)


def _of_all(path: Path, schemas: Sequence[pa.Schema]) -> pa.Schema:
    """The columns of all files of a log, of which one may have columns that another has not."""
    try:
        return pa.unify_schemas([_wanted(each) for each in schemas])
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0]
        raise _refused(path, f"its files do not fit together: {reason}") from None


def _read_whole(path: str | Path, spark: str | None) -> Read:
    found = read_log(path)
    if spark:
        raise _refused(Path(path), "has columns of other types than a log", _TYPES_HINT)
    return found


def _on_spark(log: Any, master: str, tell: Progress) -> Parted:
    from leadpact.backends import spark, spark_session

    tell(0.05, f"Waiting for Spark at {master}")
    session = spark_session.begin(master)
    what = f"Dealing {log.count_rows():,} rows to the machines of {master}"
    tell(0.06, what)
    return spark.deal(
        log, session, tell=lambda n, of: tell(0.06 + 0.14 * n / of, f"{what}: part {n} of {of}")
    )


def _dealt(file: Path, log: Any, buckets: int, free: int, tell: Progress) -> Dealt:
    rows = log.count_rows()
    what = (
        f"Too long for {free / 2**30:,.1f} GB of free memory: "
        f"dealing {rows:,} rows into {buckets} parts"
    )
    tell(0.05, what)
    try:
        return deal(
            log,
            buckets,
            free // 4,
            tell=lambda done: tell(0.05 + 0.15 * done / rows, f"{what}, {done / rows:.0%}"),
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _refused(file, f"cannot be dealt into parts: {reason}", _ROOM_HINT) from None


def _deals(file: Path) -> pa.Table:
    beside = file.with_name(DEALS)
    return _table(beside, DEALS_SCHEMA) if beside.is_file() else DEALS_SCHEMA.empty_table()


def _is_log(schema: pa.Schema) -> bool:
    """Whether the columns of a log are there, and need not be cast."""
    return all(
        field.name in schema.names and schema.field(field.name).type == field.type
        for field in LOG_SCHEMA
    )


def _is_incomplete() -> pc.Expression:
    required = [pc.field(field.name).is_null() for field in LOG_SCHEMA if not field.nullable]
    return reduce(or_, required)


def _wanted(schema: pa.Schema, of: pa.Schema = LOG_SCHEMA) -> pa.Schema:
    typed = [schema.field(name) for name in schema.names if name.startswith("p_")]
    return pa.schema([*of, *typed])


def _opened(file: Path, read: Callable[[Path], Found]) -> Found:
    try:
        return read(file)
    except FileNotFoundError:
        raise _refused(file, "there is no such file", _HINT) from None
    except OSError as error:
        reason = error.strerror if error.errno else None
        raise _refused(file, f"cannot be read: {(reason or 'it is cut short').lower()}") from None
    except pa.ArrowException:
        raise _refused(file, "is no Parquet file, or a damaged one", _HINT) from None


def _table(file: Path, schema: pa.Schema) -> pa.Table:
    table = _opened(file, pq.read_table)
    if missing := [name for name in schema.names if name not in table.schema.names]:
        raise _refused(file, f"is no log of Leadpact: it has no column “{missing[0]}”", _HINT)
    wanted = _wanted(table.schema, schema)
    try:
        return table.select(wanted.names).cast(wanted)
    except (pa.ArrowException, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise _refused(file, f"is no log of Leadpact: {reason}", _HINT) from None


def _refused(file: Path, message: str, hint: str | None = None) -> SourcesError:
    return SourcesError([Problem(str(file), 0, 0, (), message, hint)])
