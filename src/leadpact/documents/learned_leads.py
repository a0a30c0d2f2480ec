"""The leads from which something was learned: what each such figure was counted from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leadpact.documents import doubt
from leadpact.documents.blocks import Behind
from leadpact.documents.case_book import groups_of
from leadpact.documents.pools import Pool, Row
from leadpact.engine.log import INSTANT
from leadpact.insight.learning.learned import Learned
from leadpact.insight.learning.scorecard import Rule
from leadpact.insight.learning.traits import Trait

LEARNED = "learned.parquet"
_CUSTOMER = "became_customer"
Flags = NDArray[np.bool_]


class LearnedLeads:
    """Finds the leads behind what was learned."""

    def __init__(self, learned: Learned) -> None:
        self._learned = learned
        self._pool = Pool(LEARNED, _plain(learned), "judged_at")
        # The order of the pool: the latest first, those of one moment by their keys.
        cases = learned.cases
        keys = np.argsort(np.argsort(np.array(cases.lead_ids.to_pylist(), dtype=object)))
        self._place = np.empty(len(cases), np.int64)
        self._place[np.lexsort((keys, -cases.moment))] = np.arange(len(cases))

    def of(self, title: str, which: Flags, query: str) -> Behind:
        """Some leads, customers apart from the others; `query` is the condition in SQL."""
        cases = self._learned.cases
        parts = [
            (name, np.sort(self._place[np.flatnonzero(which & own)]))
            for name, own in (("became customers", cases.won), ("did not", ~cases.won))
        ]
        customers, n = int((which & cases.won).sum()), int(which.sum())
        counted = (
            f"Counts: leads that were looked at {cases.days:,.0f} days ago or earlier, with what "
            "became of them within that time. Leaves out: excluded and merged leads, and those "
            "that sales or existing customers brought. Placed by: the moment at which each is "
            "looked at."
        )
        interval = doubt.of_share("became customers", customers, n) if n else ""
        where = f" where {query}" if query else ""
        return Behind(
            title,
            groups_of(self._pool, parts, self._became),
            counted,
            f"select * from '{LEARNED}'{where}",
            "Looked at",
            interval,
        )

    def customers(self, title: str, which: Flags, query: str) -> Behind:
        """The customers among some leads."""
        own = self.of(title, which & self._learned.cases.won, _both(query, _CUSTOMER))
        return Behind(own.title, own.groups[:1], own.counted, own.query, own.when)

    def _became(self, row: Row) -> str:
        days = f"within {self._learned.cases.days:,.0f} days"
        return f"became a customer {days}" if row[_CUSTOMER] else f"no customer {days}"


def _both(one: str, other: str) -> str:
    return f"({one}) and {other}" if one else other


def column(trait: Trait) -> str:
    """The column of a trait in the file of leads, as SQL names it."""
    return '"' + trait.name.replace('"', '""') + '"'


def of_alternatives(alternatives: Sequence[Sequence[Trait]]) -> str:
    """SQL for leads that have all traits of one of the alternatives."""
    return " or ".join(f"({' and '.join(map(column, each))})" for each in alternatives)


def rule_column(rule: Rule) -> str:
    """The column of a rule of the scorecard in the file of leads, as SQL names it."""
    return '"' + _rule_name(rule).replace('"', '""') + '"'


def _rule_name(rule: Rule) -> str:
    return f"rule: {rule.name}"


def write_learned(learned: Learned, folder: Path) -> Path:
    """Write the leads with what they became and every trait into `learned.parquet`; the file."""
    file = folder / LEARNED
    table = _plain(learned)
    for each in learned.compared:
        trait = each.trait
        told = pa.array(trait.has, mask=~trait.known)
        table = table.append_column(trait.name, told)
    for rule in learned.scorecard.rules if learned.scorecard else ():
        table = table.append_column(_rule_name(rule), pa.array(rule.part.value > 0))
    pq.write_table(table, file, compression="zstd")
    return file


def _plain(learned: Learned) -> pa.Table:
    cases, split = learned.cases, learned.split
    return pa.table(
        {
            "lead_id": cases.lead_ids,
            "judged_at": pa.array(cases.moment).cast(INSTANT),
            _CUSTOMER: cases.won,
            "mql": cases.qualified,
            "held_back": split.held if split else np.zeros(len(cases), np.bool_),
        }
    )
