"""A log in the engine's own form, as the demonstration writes it, with its deals."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadpact.agreement.problems import Problem
from leadpact.engine.log import DEALS_SCHEMA, LOG_SCHEMA, History
from leadpact.sources.loading import SourcesError
from leadpact.sources.reading import Read

LOG = "log.parquet"
DEALS = "deals.parquet"
_HINT = "name a mapping (sources.yaml), or the log.parquet that `leadpact demo` writes"


def is_log(sources: str) -> bool:
    """Whether a path names a log rather than a mapping."""
    return sources.lower().endswith(".parquet")


def read_log(path: str | Path, notes: tuple[str, ...] = ()) -> Read:
    """Read a log and the `deals.parquet` beside it, if there is one; raises SourcesError."""
    file = Path(path)
    log = _table(file, LOG_SCHEMA)
    beside = file.with_name(DEALS)
    deals = _table(beside, DEALS_SCHEMA) if beside.is_file() else DEALS_SCHEMA.empty_table()
    return Read(History(log, deals, notes=list(notes)), [], list(notes))


def _table(file: Path, schema: pa.Schema) -> pa.Table:
    try:
        table = pq.read_table(file)
    except FileNotFoundError:
        raise _refused(file, "there is no such file", _HINT) from None
    except OSError as error:
        reason = error.strerror if error.errno else None
        raise _refused(file, f"cannot be read: {(reason or 'it is cut short').lower()}") from None
    except pa.ArrowException:
        raise _refused(file, "is no Parquet file, or a damaged one", _HINT) from None
    if missing := [name for name in schema.names if name not in table.schema.names]:
        raise _refused(file, f"is no log of Leadpact: it has no column “{missing[0]}”", _HINT)
    typed = [name for name in table.schema.names if name.startswith("p_")]
    wanted = pa.schema([*schema, *(table.schema.field(name) for name in typed)])
    try:
        return table.select(wanted.names).cast(wanted)
    except (pa.ArrowException, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise _refused(file, f"is no log of Leadpact: {reason}", _HINT) from None


def _refused(file: Path, message: str, hint: str | None = None) -> SourcesError:
    return SourcesError([Problem(str(file), 0, 0, (), message, hint)])
