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
from leadpact.engine.metrics.outcomes import OUTCOMES
from leadpact.engine.sql import identifier
from leadpact.insight.learning.learned import Learned
from leadpact.insight.learning.scorecard import Rule
from leadpact.insight.learning.taught import Taught
from leadpact.insight.learning.traits import Trait
from leadpact.insight.what_if import LEADS

LEARNED, TRIED = "learned.parquet", "learned_what_if.parquet"
_CUSTOMER = "became_customer"
#: What was tried.
DEFINITION, SCORECARD = "definition", "scorecard"
_TRIED_COUNTED = (
    "Counts: leads that the rules alone would make an MQL, each once, with what really became of "
    "it. Leaves out: excluded and merged leads. Placed by: the entry."
)
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
            f"Counts: leads that were looked at {cases.length} ago or earlier, with what "
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
        days = f"within {self._learned.cases.length}"
        return f"became a customer {days}" if row[_CUSTOMER] else f"no customer {days}"


def _both(one: str, other: str) -> str:
    return f"({one}) and {other}" if one else other


class TriedByLearning:
    """Finds the leads that are MQLs today, or would be under what was learned."""

    def __init__(self, taught: Taught) -> None:
        self._pool = Pool(TRIED, _all_tried(taught), "qualified_at")

    def of(self, title: str, what: str, group: str, outcome: str | None = None) -> Behind:
        """The leads of a group of a what-if, by what became of them."""
        fates = [outcome] if outcome else list(OUTCOMES)
        about = {"tried": [what], "change": [group]}
        parts = [(fate, self._pool.pick(about | {"outcome": [fate]})) for fate in fates]
        asked = about | ({"outcome": [outcome]} if outcome else {})
        query = self._pool.query(asked, None)
        return Behind(
            title, groups_of(self._pool, parts, _fate), _TRIED_COUNTED, query, "MQL since"
        )


def _fate(row: Row) -> str:
    return str(row["outcome"])


def _all_tried(taught: Taught) -> pa.Table:
    tables = [
        trial.found.leads.append_column("tried", pa.array([what] * trial.found.leads.num_rows))
        for what, trial in ((DEFINITION, taught.definition), (SCORECARD, taught.scorecard))
        if trial
    ]
    found = pa.concat_tables([LEADS.append(pa.field("tried", pa.string())).empty_table(), *tables])
    # `group` is a word of SQL.
    return found.rename_columns({"group": "change"})


def column(trait: Trait) -> str:
    """The column of a trait in the file of leads, as SQL names it."""
    return identifier(_trait_name(trait))


def _trait_name(trait: Trait) -> str:
    return f"trait: {trait.name}"


def of_alternatives(alternatives: Sequence[Sequence[Trait]]) -> str:
    """SQL for leads that have all traits of one of the alternatives."""
    return " or ".join(f"({' and '.join(map(column, each))})" for each in alternatives)


def rule_column(rule: Rule) -> str:
    """The column of a rule of the scorecard in the file of leads, as SQL names it."""
    return identifier(_rule_name(rule))


def _rule_name(rule: Rule) -> str:
    return f"rule: {rule.name}"


def write_learned(taught: Taught, folder: Path) -> None:
    """Write what was learned from into `learned.parquet`, and what-ifs beside it.

    The first has the leads with what they became and every trait, the second the leads that are or
    would be MQLs.
    """
    if taught.learned:
        pq.write_table(_whole(taught.learned), folder / LEARNED, compression="zstd")
        pq.write_table(_all_tried(taught), folder / TRIED, compression="zstd")


def _whole(learned: Learned) -> pa.Table:
    table = _plain(learned)
    for each in learned.compared:
        trait = each.trait
        told = pa.array(trait.has, mask=~trait.known)
        table = table.append_column(_trait_name(trait), told)
    if learned.scorecard:
        table = table.append_column("points", pa.array(learned.scorecard.points))
    for rule in learned.scorecard.rules if learned.scorecard else ():
        table = table.append_column(_rule_name(rule), pa.array(rule.part.value > 0))
    return table


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
