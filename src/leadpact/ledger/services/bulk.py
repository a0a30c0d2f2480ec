"""Many rows enter a table at once, as columns: by COPY or arrays on PostgreSQL, by one statement
on SQLite.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
from django.db import IntegrityError, connection, models, transaction

from leadpact.ledger.models import Batch, Event

Columns = Mapping[str, Sequence[Any]]
_CSV = csv.WriteOptions(include_header=False, quoting_style="all_valid")
#: From so many rows on COPY is cheaper than arrays.
_MANY = 100


def write(log: pa.Table, batch: Batch, *, expected_fresh: bool = True) -> tuple[int, set[str]]:
    """Write rows of the engine's LOG_SCHEMA, whose leads the ledger knows by these keys.

    How many were not there before, and their leads. `expected_fresh` tries what is faster when all
    are new. Part of a transaction.
    """
    rows = _as_stored(log, batch)
    if not expected_fresh:
        rows = rows.sort_by([("source", "ascending"), ("event_id", "ascending")])
    found = insert_new(Event, rows, returning=["lead_id"], expected_fresh=expected_fresh)
    return len(found), {lead for (lead,) in found if lead is not None}


def _as_stored(log: pa.Table, batch: Batch) -> pa.Table:
    def text(name: str, instead: str) -> pa.ChunkedArray:
        return pc.fill_null(log[name], instead)

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


def insert(model: type[models.Model], columns: pa.Table | Columns) -> None:
    """Write rows that are all new; columns are named as in the database.

    Raises IntegrityError, which undoes the transaction, when one is there.
    """
    rows = _table(columns)
    if not rows.num_rows:
        return
    if connection.vendor == "postgresql":
        _copy(rows, model._meta.db_table)
    else:
        _execute_for_all(rows, f"insert into {model._meta.db_table}")


def insert_new(
    model: type[models.Model],
    columns: pa.Table | Columns,
    *,
    returning: Sequence[str],
    expected_fresh: bool = True,
) -> list[tuple[Any, ...]]:
    """Write those rows, in this order, that are not there yet; the columns `returning` of each.

    `expected_fresh` tries what is faster when all are new. Part of a transaction.
    """
    rows = _table(columns)
    if not rows.num_rows:
        return []
    if connection.vendor != "postgresql":
        return _insert_new_on_sqlite(model, rows, returning)
    if rows.num_rows >= _MANY and expected_fresh:
        try:
            with transaction.atomic():
                insert(model, rows)
            return _told(rows, returning)
        except IntegrityError:
            pass
    return _insert_new_on_postgresql(model, rows, returning)


def update(model: type[models.Model], keys: Sequence[str], columns: Columns) -> None:
    """Give these columns of the rows with these keys, which are texts, these values."""
    if not keys:
        return
    table, key = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{_type(model, name)}[]" for name in columns)
            told = ", ".join(f"{name} = told.{name}" for name in columns)
            cursor.execute(
                f"update {table} set {told} from unnest(%s::text[], {arrays}) "
                f"as told(named, {', '.join(columns)}) where {table}.{key} = told.named",
                [list(keys), *map(list, columns.values())],
            )
        else:
            told = ", ".join(f"{name} = %s" for name in columns)
            rows = list(zip(*columns.values(), keys, strict=True))
            cursor.executemany(f"update {table} set {told} where {key} = %s", rows)


def change(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows of one table, each row by its key.

    Django's `bulk_update` weighs every value in a case of one statement, which takes ten times as
    long.
    """
    if not rows:
        return
    of = type(rows[0])._meta
    fields = [field for field in of.concrete_fields if field.name in names]
    assert of.pk is not None
    into = ", ".join(f"{connection.ops.quote_name(str(field.column))} = %s" for field in fields)
    values = [
        [field.get_db_prep_save(field.value_from_object(row), connection) for field in fields]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"update {of.db_table} set {into} where {of.pk.column} = %s",
            [(*said, row.pk) for said, row in zip(values, rows, strict=True)],
        )


def _insert_new_on_postgresql(
    model: type[models.Model], rows: pa.Table, returning: Sequence[str]
) -> list[tuple[Any, ...]]:
    into, names = model._meta.db_table, ", ".join(rows.column_names)
    if rows.num_rows < _MANY:
        arrays = ", ".join(f"%s::{_type(model, name)}[]" for name in rows.column_names)
        source, given = f"unnest({arrays})", list(rows.to_pydict().values())
    else:
        source, given = _laid_down(model, rows), []
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {into} ({names}) select * from {source} "
            f"on conflict do nothing returning {', '.join(returning)}",
            given,
        )
        return list(cursor.fetchall())


def _table(columns: pa.Table | Columns) -> pa.Table:
    return columns if isinstance(columns, pa.Table) else pa.table(dict(columns))


def _type(model: type[models.Model], name: str) -> str:
    """A column's type without its length: a text that is too long is refused, not cut."""
    field = next(each for each in model._meta.concrete_fields if each.column == name)
    return str(field.db_type(connection)).partition("(")[0]


def _laid_down(model: type[models.Model], rows: pa.Table) -> str:
    """A table of this session with these rows; it is empty again when the transaction ends."""
    table, names = model._meta.db_table, ", ".join(rows.column_names)
    beside = f"arriving_{table}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"create temporary table if not exists {beside} on commit delete rows "
            f"as select {names} from {table} with no data"
        )
        cursor.execute(f"truncate {beside}")
    _copy(rows, beside)
    return beside


def _copy(rows: pa.Table, table: str) -> None:
    text = io.BytesIO()
    # An empty chunk makes pyarrow 26 write its unused buffer, which is full of NULs.
    csv.write_csv(rows.combine_chunks(), text, _CSV)
    statement = f"copy {table} ({', '.join(rows.column_names)}) from stdin (format csv)"
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        copy.write(text.getbuffer())


def _insert_new_on_sqlite(
    model: type[models.Model], rows: pa.Table, returning: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Whoever writes on SQLite writes alone, so that rows after the last are those of this call."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"select coalesce(max(rowid), 0) from {table}")
        (last,) = cursor.fetchone()
        if _execute_for_all(rows, f"insert or ignore into {table}") == rows.num_rows:
            return _told(rows, returning)
        told = ", ".join(returning)
        cursor.execute(f"select {told} from {table} where rowid > %s order by rowid", [last])
        return list(cursor.fetchall())


def _told(rows: pa.Table, returning: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[name].to_pylist() for name in returning), strict=True))


def _execute_for_all(rows: pa.Table, insert_into: str) -> int:
    """How many rows were written."""
    names, places = ", ".join(rows.column_names), ", ".join(["%s"] * rows.num_columns)
    values = zip(*(_for_sqlite(column) for column in rows.columns), strict=True)
    with connection.cursor() as cursor:
        cursor.executemany(f"{insert_into} ({names}) values ({places})", list(values))
        return int(cursor.rowcount)


def _for_sqlite(column: pa.ChunkedArray) -> list[Any]:
    """Values as SQLite keeps them: instants as texts in UTC, the way Django writes them."""
    if pa.types.is_timestamp(column.type):
        texts = pc.strftime(column.cast(pa.timestamp("us")), "%Y-%m-%d %H:%M:%S")
        column = pc.replace_substring_regex(texts, r"\.0+$", "")
    return list(column.to_pylist())
