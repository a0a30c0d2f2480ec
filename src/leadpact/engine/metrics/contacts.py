"""Leads as they came: those that count, those that hygiene leaves out, those over the threshold."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from leadpact.agreement.vocabulary import OPT_OUT
from leadpact.engine.metrics.case_tables import CaseTable
from leadpact.engine.metrics.passages import passages
from leadpact.engine.metrics.records import Records
from leadpact.engine.metrics.threshold import Scores, thresholds
from leadpact.engine.values import normal

#: Reasons of hygiene with a rate of their own.
REASONS = ("duplicate", "bot", "competitor", OPT_OUT)
_NAMES = ("score", "fit", "engagement")


def contacts(records: Records) -> CaseTable:
    """One case a lead that was not merged into another, placed by its creation."""
    lead = np.flatnonzero(~records.merged)
    return CaseTable(
        {
            "lead": lead,
            "at": records.created[lead],
            "segment": records.segment[lead],
            "excluded": records.excluded[lead].astype(np.int8),
            "reason": _reasons(records)[lead],
            "over": _over(records)[lead],
        },
        keys=("excluded", "reason", "over"),
    )


def _reasons(records: Records) -> NDArray[np.int8]:
    """[lead] which of REASONS it is left out for, from 1; 0 for another or none."""
    left_out = np.flatnonzero(records.excluded)
    coded = records.states["reason"].take(pa.array(left_out)).combine_chunks().dictionary_encode()
    known = [_reason(text) for text in coded.dictionary.to_pylist()]
    places = coded.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
    found = np.zeros(len(records.ids), np.int8)
    found[left_out] = np.array([*known, 0], np.int8)[places]
    return found


def _reason(text: str) -> int:
    return REASONS.index(normal(text)) + 1 if normal(text) in REASONS else 0


def _over(records: Records) -> NDArray[np.int8]:
    """[lead] 1 when it was seen over the threshold, 0 when not, -1 where none is asked of it."""
    asked = thresholds(records.result.agreement)
    over = np.full(len(records.ids), -1, np.int8)
    if asked is None:
        return over
    of_segment = {records.segments.code(name): test for name, test in asked.items() if name}
    fallback = asked[None]
    for code in range(len(records.segments)):
        test = of_segment.get(code, fallback)
        own = np.flatnonzero(records.segment == code)
        if test is not None and len(own):
            over[own] = test(_scores(records.states, own))
    entries, lead = records.result.stage_entries, records.leads_of("stage_entries")
    pinned = passages(records).segment_of_entry
    for code in np.unique(pinned):
        test = of_segment.get(int(code), fallback)
        own = np.flatnonzero((pinned == code) & (lead >= 0))
        if test is not None and len(own):
            reached = lead[own[test(_scores(entries, own))]]
            over[reached[over[reached] == 0]] = 1
    return over


def _scores(table: pa.Table, rows: NDArray[np.int64]) -> Scores:
    taken = table.select(_NAMES).take(pa.array(rows))
    found = {name: pc.fill_null(taken[name], 0.0).to_numpy() for name in _NAMES}
    return {"total": found["score"], "fit": found["fit"], "engagement": found["engagement"]}
