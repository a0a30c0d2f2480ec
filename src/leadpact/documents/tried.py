"""The leads behind other thresholds, one by one: what each place of the slider was counted from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from leadpact.documents import doubt, words
from leadpact.documents.blocks import Behind, Case, Group
from leadpact.documents.case_book import groups_of
from leadpact.documents.pools import Pool, Row, Where
from leadpact.engine.metrics.outcomes import FINAL, GIVEN_BACK, LOST, NOT_OBSERVED, OPEN, WON
from leadpact.insight.sweep import Sweep
from leadpact.insight.what_if import DROPPED, GAINED, KEPT, WhatIf

TRIED = "what_if.parquet"
#: What happens to a lead under a threshold; `group` is a word of SQL.
_CHANGE = "change"
_COUNTED = (
    "Counts: leads that the rules alone would make an MQL, each once, with what really became of "
    "it. Ended are those won, lost or given back. Leaves out: excluded and merged leads. Placed "
    "by: the entry."
)
_CLOCKS = (
    "Counts: clocks that start at the same moment with both thresholds and come to a verdict with "
    "both. Listed are those of which the verdict is another. Placed by: their start."
)
_DEALS = (
    "Counts: deals that were won with leads of whom, with this threshold, none would have been an "
    "MQL; each stands under the first of them."
)
#: Which leads a figure counts: those that stay, the new ones, those that are none any more.
MQLS, ADDED, REMOVED, STAYING = "MQLs", "added", "dropped", "staying"
_CHANGES = {
    MQLS: (KEPT, GAINED),
    ADDED: (GAINED,),
    REMOVED: (DROPPED,),
    STAYING: (KEPT,),
}
_TITLES = {
    MQLS: "MQLs",
    ADDED: "MQLs that are none at today’s threshold",
    REMOVED: "MQLs of today’s threshold that would be none",
    STAYING: "MQLs of today’s threshold that stay MQLs",
}
#: How the leads are told apart.
_FATES = {
    WON: "won",
    LOST: "lost",
    GIVEN_BACK: "given back to marketing, or discarded",
    OPEN: "still open with sales",
    NOT_OBSERVED: "never dealt with by sales, so that nobody knows",
}
Numbers = NDArray[np.int64]


def write_tried(sweep: Sweep, folder: Path) -> Path:
    """Write the leads of every threshold that was tried into `what_if.parquet`; the file."""
    file = folder / TRIED
    pq.write_table(_all(sweep), file, compression="zstd")
    return file


class TriedLeads:
    """Finds the leads behind a figure of a threshold.

    An MQL that enters at one instant under several thresholds is one case of all their lists.
    """

    def __init__(self, sweep: Sweep) -> None:
        self._every = _all(sweep)
        cases, self._places = _once(self._every)
        self._pool = Pool(TRIED, cases, "qualified_at")

    def __len__(self) -> int:
        """How many entries there are under all thresholds together."""
        return len(self._pool)

    def of(self, figure: str, points: float) -> Behind:
        """The leads that are MQLS at a threshold, ADDED or REMOVED by it."""
        title = f"At {words.number(points)} points: {_TITLES[figure]}"
        return self._listed(title, {"threshold": [points], _CHANGE: _CHANGES[figure]})

    def held_by(self, holder: str | None, points: float) -> Behind:
        """The MQLs of a threshold that are somebody's, or nobody's yet."""
        title = f"At {words.number(points)} points: MQLs of {words.group('person', holder)}"
        about: Where = {"threshold": [points], _CHANGE: _CHANGES[MQLS], "holder": [holder]}
        return self._listed(title, about)

    def deals(self, found: WhatIf, points: float) -> Behind:
        """The won deals that would have been missed at a threshold."""
        cases = [
            Case(
                next(iter(deal.leads), None),
                None,
                f"{deal.deal_id} won: {words.number(deal.amount or 0)} {deal.currency or ''}",
            )
            for deal in found.missed_deals
        ]
        title = f"At {words.number(points)} points: won deals missed"
        query = self._pool.query({"threshold": [points], _CHANGE: [DROPPED]}, None)
        return Behind(title, [Group("", len(cases), cases)], _DEALS, query)

    def broken(self, obligation: str, found: WhatIf, points: float) -> Behind:
        """The clocks of a promise that are broken at this threshold alone, or at today’s alone."""
        own = found.clocks.filter(pc.equal(found.clocks["obligation"], obligation)).sort_by(
            [("started_at", "descending"), ("lead_id", "ascending")]
        )
        rows = own.append_column("at", own["started_at"].cast(pa.int64())).to_pylist()
        groups = [
            Group(name, len(cases), cases)
            for name, version in (
                ("broken with this threshold alone", "broken_then"),
                ("broken with today’s alone", "broken"),
            )
            for cases in [[Case(r["lead_id"], r["at"], obligation) for r in rows if r[version]]]
        ]
        title = f"At {words.number(points)} points: “{obligation}”, broken or kept otherwise"
        return Behind(title, groups, _CLOCKS, title, "Started")

    def _listed(self, title: str, about: Where) -> Behind:
        """Leads of a threshold by what became of them."""
        chosen = np.flatnonzero(_among(self._every, about))
        fates = self._every["outcome"].take(pa.array(chosen)).to_numpy(zero_copy_only=False)
        parts = [
            (name, np.sort(self._places[chosen[fates == fate]])) for fate, name in _FATES.items()
        ]
        ended = int(np.isin(fates, FINAL).sum())
        return Behind(
            title,
            groups_of(self._pool, parts, _became),
            _COUNTED,
            self._pool.query(about, None),
            "MQL since",
            doubt.of_share("won", int((fates == WON).sum()), ended),
        )


def _among(table: pa.Table, about: Where) -> NDArray[np.bool_]:
    """Which rows have one of the values in each column; None is no value."""
    fits = np.ones(table.num_rows, dtype=bool)
    for column, values in about.items():
        wanted = pa.array(values, table[column].type)
        fits &= pc.is_in(table[column], wanted).to_numpy(zero_copy_only=False)
    return fits


def _once(every: pa.Table) -> tuple[pa.Table, Numbers]:
    """Each lead once for each instant at which it enters, in the order of a pool; and the place of
    every row there."""
    leads = every["lead_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    entered = every["qualified_at"].cast(pa.int64()).to_numpy()
    _, first, same = np.unique(
        np.stack([entered, leads]), axis=1, return_index=True, return_inverse=True
    )
    told = every.take(pa.array(first)).drop_columns(["threshold", _CHANGE])
    numbered = told.append_column("number", pa.array(np.arange(len(first))))
    ordered = numbered.sort_by([("qualified_at", "descending"), ("lead_id", "ascending")])
    places = np.empty(len(first), np.int64)
    places[ordered["number"].to_numpy()] = np.arange(len(first))
    return ordered.drop_columns("number"), places[same.ravel()]


def _became(lead: Row) -> str:
    holder = f", with {lead['holder']}" if lead["holder"] else ""
    return f"{lead['outcome']}{holder}"


def _all(sweep: Sweep) -> pa.Table:
    tables = []
    for points, found in sorted(sweep.tried.items()):
        threshold = pa.array([points] * found.leads.num_rows, pa.float64())
        named = [_CHANGE if name == "group" else name for name in found.leads.column_names]
        leads = found.leads.rename_columns(named)
        tables.append(leads.append_column("threshold", threshold))
    return pa.concat_tables(tables)
