"""The rows of the log that figures need besides the fold: what sales did, and who held a lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from leadpact.agreement.calendars import ORGANISATION
from leadpact.engine.arranged import Log
from leadpact.engine.delivered import text
from leadpact.engine.log import INSTANT
from leadpact.engine.merges import Merge
from leadpact.engine.result import FACT_KINDS, FACTS, SET_ASIDE, VOIDED
from leadpact.engine.stating import Column, stated_texts

if TYPE_CHECKING:
    from leadpact.engine.compile.calendars import Closure
    from leadpact.engine.evaluate import Evaluation

_RATING = ("sales.accepted", "sales.rejected", "sales.rated")


def facts_of(evaluation: Evaluation) -> tuple[pa.Table, NDArray[np.int64]]:
    """The rows of FACT_KINDS, in order, each once and none that was voided; and their leads."""
    log = evaluation.log
    number = np.array([_number(FACT_KINDS, each.kind) for each in log.prints], np.int64)
    places = evaluation.owned.in_order(log.places_of(FACT_KINDS))
    kind = number[log.rows.prints[places]]
    assigned = kind == FACT_KINDS.index("lead.assigned")
    owner = evaluation.owned.owner_of(places)
    # A holder from before a merge was that of the absorbed lead only; all else passes on.
    lead = np.where(assigned, owner, survivors(evaluation.owned.merges, len(log.leads))[owner])
    rating = _ratings(log, places, kind)
    columns = {
        "lead_id": log.leads.array.take(pa.array(lead)),
        "happened_at": pa.array(log.rows.at[places], pa.int64()).cast(INSTANT),
        "kind": pa.array(FACT_KINDS, pa.string()).take(pa.array(kind)),
        "holder": _holders(evaluation, places, assigned),
        "rating": pa.array(rating, pa.float64(), mask=np.isnan(rating)),
    }
    return pa.table(columns, schema=FACTS), lead


def survivors(merges: Sequence[Merge], leads: int) -> NDArray[np.int64]:
    """[lead] the lead that has its rows in the end; itself unless it was absorbed."""
    last = np.arange(leads, dtype=np.int64)
    for merge in reversed(merges):
        last[merge.absorbed] = last[merge.survivor]
    return last


def closed_days(closures: Sequence[Closure]) -> tuple[date, ...]:
    """The days that were declared closed for the whole organisation."""
    return tuple(sorted({each.day for each in closures if each.calendar == ORGANISATION}))


def _number(kinds: Sequence[str], kind: str) -> int:
    return kinds.index(kind) if kind in kinds else -1


def _ratings(log: Log, places: NDArray[np.int64], kind: NDArray[np.int64]) -> NDArray[np.float64]:
    """[row] the rating it gives; NaN for none."""
    found = np.full(len(places), np.nan)
    giving = np.flatnonzero(np.isin(kind, [FACT_KINDS.index(each) for each in _RATING]))
    if len(giving):
        told = log.columns(places[giving], [text("rating")], _RATING)
        column = Column(stated_texts(told[text("rating")]))
        found[giving] = column.as_numbers("number")
    return found


def _holders(
    evaluation: Evaluation, place: NDArray[np.int64], assigned: NDArray[np.bool_]
) -> pa.Array:
    """Whom an assignment names; NULL for what is none, or names nobody."""
    patterns, names = evaluation.rows.patterns, evaluation.compiled.questions.holders.spelt
    of_pattern = np.array(
        [
            int(patterns.look_up(number, "to")) if kind == "lead.assigned" else -1
            for number, (kind, _) in enumerate(patterns.of)
        ],
        np.int64,
    )
    holder = np.full(len(place), -1, np.int64)
    holder[assigned] = of_pattern[evaluation.rows.pattern[place[assigned]]]
    return pa.array(names, pa.string()).take(pa.array(holder, mask=holder < 0))


def merged_into(leads: pa.Array, merges: Sequence[Merge]) -> pa.Array:
    """[lead] the key of the lead that has its rows in the end; NULL unless it was absorbed."""
    last = survivors(merges, len(leads))
    return leads.take(pa.array(last, mask=last == np.arange(len(leads))))


def withdrawn(evaluation: Evaluation) -> pa.Table:
    """The rows that were withdrawn, by source and event id."""
    log = evaluation.log
    told = log.delivered.fetch(log.withdrawn, ["event_id", "source", "lead_id", "kind"])
    why = pa.array([VOIDED] * told.num_rows, pa.string())
    ordered = told.append_column("why", why).sort_by(
        [("source", "ascending"), ("event_id", "ascending")]
    )
    return ordered.select(SET_ASIDE.names).cast(SET_ASIDE)
