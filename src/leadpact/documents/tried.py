"""The leads behind other thresholds, one by one: what each place of the slider was counted from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadpact.documents import words
from leadpact.documents.blocks import Behind, Case, Group
from leadpact.documents.case_book import of_rows
from leadpact.documents.pools import Pool, Row
from leadpact.insight.sweep import Sweep
from leadpact.insight.what_if import DROPPED, GAINED, KEPT, WhatIf

TRIED = "what_if.parquet"
#: What happens to a lead under a threshold; `group` is a word of SQL.
_CHANGE = "change"
_COUNTED = (
    "Counts: leads that the rules alone would make an MQL with this threshold, each once, with "
    "what really became of it. Leaves out: excluded and merged leads. Placed by: the entry."
)
_DEALS = (
    "Counts: deals that were won with leads of whom, with this threshold, none would have been an "
    "MQL; each stands under the first of them."
)
#: Which leads a figure counts: those that stay, the new ones, those that are none any more.
GROUPS = {"MQLs": (KEPT, GAINED), "new MQLs": (GAINED,), "no longer MQLs": (DROPPED,)}


def write_tried(sweep: Sweep, folder: Path) -> Path:
    """Write the leads of every threshold that was tried into `what_if.parquet`; the file."""
    file = folder / TRIED
    pq.write_table(_all(sweep), file, compression="zstd")
    return file


class TriedLeads:
    """Finds the leads behind a figure of a threshold."""

    def __init__(self, sweep: Sweep) -> None:
        self._pool = Pool(TRIED, _all(sweep), "qualified_at")

    def of(self, figure: str, points: float) -> Behind:
        """The leads that one of GROUPS counts at a threshold."""
        title = f"At {words.number(points)} points: {figure}"
        about = {"threshold": points, _CHANGE: list(GROUPS[figure])}
        return of_rows(self._pool, title, _COUNTED, _became, about)

    def held_by(self, holder: str | None, points: float) -> Behind:
        """The MQLs of a threshold that are somebody's, or nobody's yet."""
        title = f"At {words.number(points)} points: MQLs of {words.group('person', holder)}"
        about = {"threshold": points, _CHANGE: list(GROUPS["MQLs"]), "holder": holder}
        return of_rows(self._pool, title, _COUNTED, _became, about)

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
