"""The relations that metrics read: tables of cases, some joined with the pairs of stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.clocks import answers, promises
from leadpact.engine.metrics.contacts import contacts
from leadpact.engine.metrics.handovers import handovers, ratings
from leadpact.engine.metrics.metric import Metric
from leadpact.engine.metrics.nurtured import nurtured
from leadpact.engine.metrics.passages import entries
from leadpact.engine.metrics.periods import Period, Unit, periods_between
from leadpact.engine.metrics.records import NEVER, Records
from leadpact.engine.metrics.sold import cycles, sold
from leadpact.engine.metrics.tables import EPOCH
from leadpact.engine.metrics.waits import waits
from leadpact.engine.metrics.weeks import weeks
from leadpact.engine.metrics.words import Words

#: What a pair of stages is used for: it follows in the funnel, is its whole length, any two
#: stages, from MQL to customer, or from MQL to SQL.
NEXT, TOTAL, ANY, CLOSING, QUALIFYING = "next", "total", "any", "closing", "qualifying"


@dataclass(frozen=True)
class Relation:
    """A table of cases as metrics see it: `sql` reads from {cells}, which has a count `n`."""

    table: str
    sql: str = "select * from {cells}"


RELATIONS = {
    "contacts": Relation("contacts"),
    "entries": Relation(
        "entries",
        "select c.*, s.role, s.place + 1 as stage, s.place >= {handoff} as held "
        "from {cells} as c join stages as s using (place)",
    ),
    "steps": Relation(
        "entries",
        "select c.*, p.pair, p.use, p.next_place, (c.reached >> p.next_place) & 1 as moved, "
        "c.place >= {handoff} as held from {cells} as c join pairs as p using (place)",
    ),
    "flows": Relation(
        "entries",
        "select c.*, p.pair, p.use, (c.place = p.next_place)::int as arrived, "
        "(c.place = p.place)::int as there, p.place >= {handoff} as held "
        "from {cells} as c join pairs as p on c.place = p.place or c.place = p.next_place",
    ),
    "nurtured": Relation("nurtured"),
    "handovers": Relation("handovers"),
    "ratings": Relation("ratings"),
    "promises": Relation("promises"),
    "answers": Relation("answers"),
    "waits": Relation("waits"),
    "sold": Relation("sold"),
    "cycles": Relation("cycles"),
    "weeks": Relation("weeks"),
}

TABLES: dict[str, Callable[[Records], CaseTable]] = {
    "contacts": contacts,
    "entries": entries,
    "nurtured": nurtured,
    "handovers": handovers,
    "ratings": ratings,
    "promises": promises,
    "answers": answers,
    "waits": waits,
    "sold": sold,
    "cycles": cycles,
    "weeks": weeks,
}


def case_table(records: Records, name: str) -> CaseTable:
    """A table of cases, made once."""
    return records.once(f"cases {name}", lambda: TABLES[name](records))


def begins(records: Records) -> datetime:
    """When the first lead was created or the first deal closed; else the as-of moment."""
    known = [records.created, case_table(records, "sold").columns["at"]]
    at = np.concatenate([np.asarray(each, np.int64) for each in known])
    at = at[at != NEVER]
    return EPOCH + timedelta(microseconds=int(at.min())) if len(at) else records.result.as_of


def periods(records: Records, unit: Unit) -> list[Period]:
    """Every period from the first lead to the as-of moment."""
    as_of = records.result.as_of
    return records.once(
        f"periods {unit}",
        lambda: periods_between(min(begins(records), as_of), as_of, unit, records.zone),
    )


def words_of_part(records: Records, metric: Metric) -> Words:
    """The names of a metric's parts."""
    if metric.part is None:
        return Words()
    if metric.part == "pair":
        return pairs(records).words
    if metric.part == "stage":
        return Words(records.stages["stage"].to_pylist())
    return case_table(records, RELATIONS[metric.cases].table).words[metric.part]


@dataclass(frozen=True)
class Pairs:
    """Pairs of stages, from an earlier place to a later one, and their names."""

    table: pa.Table
    words: Words


def pairs(records: Records) -> Pairs:
    """Every two stages, in the order of the funnel; 0 names the pair that is its whole length."""
    return records.once("pairs", lambda: _pairs(records))


def _pairs(records: Records) -> Pairs:
    names = records.stages["stage"].to_pylist()
    last, words = len(names) - 1, Words()
    customer, mql = records.place_of_role("customer"), records.place_of_role("mql")
    sql = records.place_of_role("sql")
    rows = []
    for place, name in enumerate(names):
        for later in range(place + 1, len(names)):
            pair = words.code(f"{name} → {names[later]}")
            rows.append((pair, place, later, ANY))
            if later == place + 1:
                rows.append((pair, place, later, NEXT))
    end = last if customer is None else customer
    if end > 0:
        rows.append((0, 0, end, TOTAL))
    if mql is not None and customer is not None and mql < customer:
        rows.append((0, mql, customer, CLOSING))
    if mql is not None and sql is not None and mql < sql:
        rows.append((0, mql, sql, QUALIFYING))
    return Pairs(_table(rows), words)


def _table(rows: list[tuple[int, int, int, str]]) -> pa.Table:
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    numbers = [np.array(column, np.int32) for column in columns[:3]]
    named = dict(zip(("pair", "place", "next_place"), numbers, strict=True))
    return pa.table({**named, "use": pa.array(columns[3], pa.string())})
