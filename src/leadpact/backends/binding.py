"""Which leads must be evaluated together: those that share a row, a merge or a mailbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leadpact.engine.delivered import Delivered
from leadpact.engine.judging.coming import mailboxes
from leadpact.engine.sql import kinds_in, rows_of_files
from leadpact.engine.stating import STATING, stated_texts
from leadpact.engine.voids import MERGE_KINDS, ORGANISATION_KINDS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Hashes = NDArray[np.uint64]

#: What copies of a row share.
EVENT = "hash(source, event_id)"
#: Of what a row is part: its lead; itself where it has none; NULL where it concerns all leads.
UNIT = f"""case when {kinds_in(ORGANISATION_KINDS)} then null
    when coalesce(lead_id, '') = '' then {EVENT} else hash(lead_id) end"""

_BATCH = 1 << 18


class NotApartError(Exception):
    """A row that concerns all leads has the event id of a lead's: they cannot be told apart."""


@dataclass(frozen=True)
class Bonds:
    """Units that must stay together, in order, each with the one after which all of them go."""

    units: Hashes
    anchors: Hashes

    def anchor(self, units: Hashes) -> Hashes:
        """[row] the unit after which its own goes."""
        if not len(self.units):
            return units
        places = np.minimum(np.searchsorted(self.units, units), len(self.units) - 1)
        return np.where(self.units[places] == units, self.anchors[places], units)


def bonds(log: Any, database: duckdb.DuckDBPyConnection) -> Bonds:
    """What binds the leads of a data set of Parquet files, at any moment and under any agreement.

    `database` has room for what does not fit in memory. Raises NotApartError.
    """
    parts = [*_by_rows(log, database), *_by_mailboxes(log, database), *pairs_of_merges(log)]
    return bonds_of(np.concatenate([np.zeros((0, 2), np.uint64), *parts]))


def bonds_of(pairs: Hashes) -> Bonds:
    """The bonds of pairs of units, shape [pair, 2], also of those that others lie between."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    units, places = np.unique(pairs, return_inverse=True)
    ends = places.reshape(-1, 2)
    shape = (len(units), len(units))
    graph = coo_matrix((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=shape)
    count, group = connected_components(graph, directed=False)
    first = np.full(count, np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(first, group, units)
    return Bonds(units, first[group])


def _by_rows(log: Any, database: duckdb.DuckDBPyConnection) -> list[Hashes]:
    """Pairs of units of which copies of one row speak."""
    rows = f"(select {EVENT} as event, {UNIT} as unit from ({rows_of_files(log.files)}))"
    database.execute(f"""
        create temp table shared as
        select event, min(unit) as first, count(*) > count(unit) as of_all
        from {rows} group by event
        having min(unit) <> max(unit) or (count(*) > count(unit) and count(unit) > 0)
    """)
    if database.execute("select 1 from shared where of_all").fetchone():
        raise NotApartError
    found = database.execute(
        f"select distinct first, unit from {rows} join shared using (event)"
    ).fetchnumpy()
    return [_pairs(found["first"], found["unit"])]


def _by_mailboxes(log: Any, database: duckdb.DuckDBPyConnection) -> list[Hashes]:
    """Pairs of leads that ever stated the same mailbox."""
    write_mailboxes(log, database)
    found = database.execute("""
        with shared as (
            select mailbox, min(unit) as first from mailboxes
            group by mailbox having min(unit) <> max(unit))
        select distinct first, unit from mailboxes join shared using (mailbox)
    """).fetchnumpy()
    return [_pairs(found["first"], found["unit"])]


def write_mailboxes(log: Any, database: duckdb.DuckDBPyConnection) -> None:
    """Make a table `mailboxes` of every mailbox that a unit ever stated, both as hashes."""
    delivered = Delivered(log, ["email"])
    stated = delivered.connection.sql(
        f"select {UNIT} as unit, {delivered.text_of('email')} as email from delivered "
        f"where {kinds_in(STATING)}"
    )
    database.execute("create temp table mailboxes (unit ubigint, mailbox ubigint)")
    for batch in stated.to_arrow_reader(_BATCH):
        database.register("named", _named(batch))
        database.execute(
            "insert into mailboxes select unit, hash(mailbox) from named where mailbox is not null"
        )


def _named(batch: pa.RecordBatch) -> pa.Table:
    import pyarrow as pa

    emails = stated_texts(pa.chunked_array([batch["email"]]))
    return pa.table({"unit": batch["unit"], "mailbox": mailboxes(emails)})


def pairs_of_merges(log: Any) -> list[Hashes]:
    """Pairs of leads of which one is said to have become the other."""
    delivered = Delivered(log, ["absorbed"])
    absorbed = {"said[1]", delivered.text_of("absorbed")}
    return [
        _pairs(found["unit"], found["other"])
        for text in sorted(absorbed)
        for found in [
            delivered.connection.execute(
                f"select distinct {UNIT} as unit, hash({text}) as other from delivered "
                f"where {kinds_in(MERGE_KINDS)} and {text} is not null"
            ).fetchnumpy()
        ]
    ]


def _pairs(one: NDArray[Any], other: NDArray[Any]) -> Hashes:
    return np.column_stack([one, other]).astype(np.uint64).reshape(-1, 2)
