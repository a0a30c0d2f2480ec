"""Many rows enter the log at once, as Arrow tables: by COPY on PostgreSQL, by one statement on
SQLite. What is there already is passed over.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
from django.db import IntegrityError, connection, transaction

from leadpact.ledger.models import Batch

_COLUMNS = (
    *("source", "event_id", "lead_id", "happened", "recorded", "kind", "actor", "decided"),
    *("batch_id", "properties"),
)
_NAMED = ", ".join(_COLUMNS)
_STAGE = "leadpact_arriving"
_CSV = csv.WriteOptions(include_header=False, quoting_style="all_valid")


def write(log: pa.Table, batch: Batch, *, expected_fresh: bool = True) -> tuple[int, set[str]]:
    """Write rows of the engine's LOG_SCHEMA, whose leads the ledger knows by these keys.

    How many were not there before, and their leads. `expected_fresh` tries what is faster when all
    are new. Part of a transaction.
    """
    rows = _as_stored(log, batch)
    if connection.vendor != "postgresql":
        return _insert(rows)
    if expected_fresh:
        try:
            with transaction.atomic():
                _copy(rows, "ledger_event")
            return rows.num_rows, _leads(rows["lead_id"].to_pylist())
        except IntegrityError:
            pass
    return _copy_what_is_new(rows)


def _as_stored(log: pa.Table, batch: Batch) -> pa.Table:
    def text(name: str, instead: str) -> pa.ChunkedArray:
        # PostgreSQL takes no text with a NUL in it.
        return pc.replace_substring(pc.fill_null(log[name], instead), "\0", "")

    columns = {
        "source": text("source", ""),
        "event_id": text("event_id", ""),
        "lead_id": log["lead_id"],
        "happened": log["happened_at"].cast(pa.int64()),
        "recorded": log["recorded_at"].cast(pa.int64()),
        "kind": text("kind", ""),
        "actor": text("actor", ""),
        "decided": pc.fill_null(log["decided"], False),
        "batch_id": pa.array([batch.key] * log.num_rows, pa.string()),
        "properties": text("properties", "{}"),
    }
    return pa.table(columns)


def _copy(rows: pa.Table, table: str) -> None:
    text = io.BytesIO()
    csv.write_csv(rows, text, _CSV)
    with connection.cursor() as cursor:
        statement = f"copy {table} ({_NAMED}) from stdin (format csv)"
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            copy.write(text.getbuffer())


def _copy_what_is_new(rows: pa.Table) -> tuple[int, set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"create temporary table if not exists {_STAGE} on commit delete rows "
            f"as select {_NAMED} from ledger_event with no data"
        )
        cursor.execute(f"truncate {_STAGE}")
    _copy(rows, _STAGE)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into ledger_event ({_NAMED}) select {_NAMED} from {_STAGE} "
            "order by source, event_id on conflict do nothing returning lead_id"
        )
        found = [lead for (lead,) in cursor.fetchall()]
    return len(found), _leads(found)


def _insert(rows: pa.Table) -> tuple[int, set[str]]:
    places = ", ".join(["%s"] * len(_COLUMNS))
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0) from ledger_event")
        (last,) = cursor.fetchone()
        values = zip(*(rows[name].to_pylist() for name in _COLUMNS), strict=True)
        cursor.executemany(
            f"insert or ignore into ledger_event ({_NAMED}) values ({places})", list(values)
        )
        # Whoever writes on SQLite writes alone, so that these are the rows of this call.
        cursor.execute("select lead_id from ledger_event where id > %s", [last])
        found = [lead for (lead,) in cursor.fetchall()]
    return len(found), _leads(found)


def _leads(found: Sequence[str | None]) -> set[str]:
    return {lead for lead in found if lead is not None}
