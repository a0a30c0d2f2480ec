"""Explains one lead of a long log in files from the rows that can concern it, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from leadpact.agreement.spec import Agreement
from leadpact.backends.binding import EVENT, UNIT, Hashes, pairs_of_merges, write_mailboxes
from leadpact.backends.choosing import free_memory
from leadpact.backends.dealing import database_in
from leadpact.backends.rooms import new_room
from leadpact.engine.delivered import Delivered, micros
from leadpact.engine.explain import Explanation, explain
from leadpact.engine.log import History
from leadpact.engine.sql import kinds_in, rows_of_files
from leadpact.engine.voids import ORGANISATION_KINDS

if TYPE_CHECKING:
    import duckdb


def explain_lead(
    versions: Sequence[Agreement],
    history: History,
    lead: str,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Explanation:
    """As the engine's `explain`, and for a table the same.

    Of a log in files only the rows are read that concern the lead, or those with which it shares a
    row, a merge or a mailbox. Where that does not tell all, such as which keys are near one that is
    not there, it is read whole.
    """
    if isinstance(history.log, pa.Table):
        return explain(versions, history, lead, as_of, known_at)
    last, last_lead = _last(history.log, as_of, known_at)
    around = rows_around(history.log, [lead, last_lead])
    try:
        found = explain(versions, replace(history, log=around), lead, as_of, known_at)
    except LookupError:
        return explain(versions, history, lead, as_of, known_at)
    if found.as_of != last:
        # The last row that was delivered does not count: it is a copy, or was withdrawn.
        return explain(versions, history, lead, as_of, known_at)
    return found


def _last(log: Any, as_of: datetime | None, known_at: datetime | None) -> tuple[int, str]:
    """The moment of evaluation, and a lead of which a row happened last until then."""
    until, known = (None if each is None else micros(each) for each in (as_of, known_at))
    seen = Delivered(log, [], until, known).connection
    concerns = f"not {kinds_in(ORGANISATION_KINDS)} and lead_id <> ''"
    found = seen.execute(
        f"select max(moment), arg_max(lead_id, moment) from seen where {concerns}"
    ).fetchone()
    moment, lead = found or (None, None)
    return (moment or 0) if until is None else until, lead or ""


def rows_around(log: Any, leads: Sequence[str]) -> pa.Table:
    """The rows of some leads, of those that must be judged with them, and those that concern all.

    `log` is a data set of Parquet files.
    """
    room = new_room()
    try:
        with database_in(room.path, free_memory() // 4) as database:
            return _rows_around(log, leads, database)
    finally:
        room.leave()


def _rows_around(log: Any, leads: Sequence[str], database: duckdb.DuckDBPyConnection) -> pa.Table:
    write_mailboxes(log, database)
    merges = np.concatenate([np.zeros((0, 2), np.uint64), *pairs_of_merges(log)])
    database.register("asked", pa.table({"lead": pa.array(leads, pa.string())}))
    units = database.execute("select hash(lead) as unit from asked").fetchnumpy()["unit"]
    rows = f"(select *, {EVENT} as event, {UNIT} as unit from ({rows_of_files(log.files)}))"
    known = 0
    while known < len(units):
        known = len(units)
        units = np.union1d(units, merges[np.isin(merges, units).any(axis=1)])
        units = np.union1d(units, _bound(rows, units, database))
    chosen = database.sql(
        f"select * from {rows} where unit is null or unit in (from around)"
    ).to_arrow_table()
    return chosen.select(log.schema.names).cast(log.schema)


def _bound(rows: str, units: Hashes, database: duckdb.DuckDBPyConnection) -> Hashes:
    """Units with a copy of a row, or with a mailbox, of some units; those are kept as `around`."""
    database.execute("create or replace temp table around (unit ubigint)")
    database.register("found", pa.table({"unit": units}))
    database.execute("insert into around from found")
    found = database.execute(f"""
        select unit from {rows} where unit is not null and event in (
            select event from {rows} where unit is null or unit in (from around))
        union
        select unit from mailboxes where mailbox in (
            select mailbox from mailboxes where unit in (from around))
    """).fetchnumpy()
    return np.asarray(found["unit"], np.uint64)
